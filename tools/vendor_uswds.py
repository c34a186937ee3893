#!/usr/bin/env python3
"""Refresh the vendored copies: the U.S. Web Design System, htmx, and the map of States.

Takes the packages from the npm registry with npm itself, checks that they are the
releases named here, and keeps only what the pages use: of the design system the rules of
the components named here with the fonts and pictures that they name, the icon sprite, and
the licences. No script of it is kept: no page needs one. Run by `make vendor`.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

WEB = Path(__file__).resolve().parents[1] / "src" / "trueup" / "web"
USWDS = (
    "@uswds/uswds",
    "3.14.0",
    "da91c65e6fc736fa397f0daf6ca2c2c95711506d85c7ad2537a4570725401e1c",
)
ATLAS = ("us-atlas", "3.0.1", "e6daba1800885868303ad3549da62f85a557b8142bb72629ec15651de62f9c5d")

HTMX = ("htmx.org", "2.0.11", "165a2655073e9e6e55e307a7c74e8ebcdb76afb7701f9c16cfd106a13add408e")

# The components of the design system that the pages have; the rules of others are left out,
# and all of its utilities: a page's layout is in trueup.css. tests/adapters/test_web_theme.py
# looks for a class on a page that has no rule.
COMPONENTS = (
    "alert",
    "breadcrumb",
    "button",
    "checkbox",
    "error-message",
    "fieldset",
    "form",
    "hint",
    "icon",
    "input",
    "label",
    "legend",
    "link",
    "list",
    "radio",
    "select",
    "skipnav",
    "sr-only",
    "step-indicator",
    "table",
    "tag",
    "textarea",
)
FONTS = (
    "sourcesanspro-regular",
    "sourcesanspro-italic",
    "sourcesanspro-bold-",
    "roboto-mono-v5-latin-regular",
    "roboto-mono-v5-latin-700.",
)
_CLASS = re.compile(r"\.(-?[A-Za-z_](?:[\w-]|\\.)*)")
_KEPT_CLASS = re.compile(rf"usa-(?:{'|'.join(COMPONENTS)})(?:$|[-_])")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        print(f"Fetching {USWDS[0]} {USWDS[1]} ...", flush=True)
        uswds = unpack(USWDS, Path(folder) / "uswds")
        print(f"Fetching {ATLAS[0]} {ATLAS[1]} ...", flush=True)
        atlas = unpack(ATLAS, Path(folder) / "atlas")
        print(f"Fetching {HTMX[0]} {HTMX[1]} ...", flush=True)
        htmx = unpack(HTMX, Path(folder) / "htmx")
        vendor_uswds(uswds, WEB / "static" / "uswds")
        vendor_htmx(htmx, WEB / "static" / "htmx")
        vendor_map(atlas, WEB / "maps")
    return 0


def unpack(package: tuple[str, str, str], folder: Path) -> Path:
    """Fetch a package with npm, compare its SHA-256 and unpack it."""
    name, version, expected = package
    folder.mkdir()
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is needed to refresh the vendored files; nothing was changed.")
    command = [npm, "pack", "--silent", f"{name}@{version}"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    archive = next(folder.glob("*.tgz"))
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != expected:
        raise SystemExit(f"{name} {version}: SHA-256 is {digest}, expected {expected}.")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package"


def vendor_uswds(package: Path, target: Path) -> None:
    """Copy the rules of the components, what they name, the icons and the licence."""
    if target.exists():
        shutil.rmtree(target)
    dist = package / "dist"
    whole = without_source_map((dist / "css" / "uswds.min.css").read_text(encoding="utf-8"))
    style = trimmed(whole)
    write(target / "css" / "uswds.min.css", style + "\n")
    for named in sorted(set(re.findall(r"url\(\.\./([^)]+)\)", style)) | {"img/sprite.svg"}):
        copy(dist / named, target / named)
    copy(package / "LICENSE.md", target / "LICENSE.md")
    write(target / "VERSION", f"{USWDS[0]} {USWDS[1]}\n")
    files = [path for path in target.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    print(f"{len(files)} files, {size / 1e6:.2f} MB in {target.relative_to(WEB.parents[2])}")


def vendor_htmx(package: Path, target: Path) -> None:
    """Copy the script and its licence."""
    script = (package / "dist" / "htmx.min.js").read_text(encoding="utf-8")
    write(target / "htmx.min.js", without_source_map(script))
    copy(package / "LICENSE", target / "LICENSE")
    write(target / "VERSION", f"{HTMX[0]} {HTMX[1]}\n")


def trimmed(style: str) -> str:
    """The stylesheet without the rules that no page of ours can match."""
    return "".join(kept_rule(head, body) for head, body in rules(style))


def kept_rule(head: str, body: str) -> str:
    """A rule as far as it is kept; empty if it is not."""
    if head.startswith(("@media", "@supports")):
        inner = trimmed(body)
        return f"{head}{{{inner}}}" if inner else ""
    if head.startswith("@font-face"):
        return f"{head}{{{body}}}" if any(font in body for font in FONTS) else ""
    if head.startswith("@"):
        return f"{head}{{{body}}}" if body else f"{head};"
    kept = [one for one in selectors(head) if is_kept(one)]
    return f"{','.join(kept)}{{{body}}}" if kept else ""


def is_kept(selector: str) -> bool:
    """Whether every class of a selector is of a component that is kept."""
    return all(_KEPT_CLASS.match(name) for name in _CLASS.findall(selector))


def selectors(head: str) -> list[str]:
    """The selectors of a rule, parted at the commas that are in no brackets."""
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(head):
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 0:
            parts.append(head[start:place])
            start = place + 1
    return [*parts, head[start:]]


def rules(style: str) -> Iterator[tuple[str, str]]:
    """The rules of a stylesheet: what stands before the braces, and within them."""
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    place = 0
    while place < len(style):
        brace, semicolon = style.find("{", place), style.find(";", place)
        if brace < 0:
            return
        if 0 <= semicolon < brace and style[place] == "@":
            yield style[place:semicolon], ""
            place = semicolon + 1
            continue
        end = closing(style, brace)
        yield style[place:brace].strip(), style[brace + 1 : end]
        place = end + 1


def closing(style: str, brace: int) -> int:
    """Where the brace that opens a rule is closed."""
    depth = 0
    for place in range(brace, len(style)):
        depth += (style[place] == "{") - (style[place] == "}")
        if depth == 0:
            return place
    raise SystemExit("the stylesheet has a brace that is never closed")


def vendor_map(package: Path, target: Path) -> None:
    """Copy the map of the States, already projected, without the nation's outline."""
    topology = json.loads((package / "states-albers-10m.json").read_text(encoding="utf-8"))
    del topology["objects"]["nation"]
    write(target / "us-states.json", json.dumps(topology, separators=(",", ":")) + "\n")
    copy(package / "LICENSE", target / "LICENSE")
    print(f"map of {len(topology['objects']['states']['geometries'])} States and districts")


def without_source_map(text: str) -> str:
    """Drop the comment that names a source map, which is not shipped."""
    return re.sub(r"\n?(?:/\*|//)# sourceMappingURL=[^\s*]+(?: ?\*/)?\s*$", "\n", text)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


if __name__ == "__main__":
    sys.exit(main())
