#!/usr/bin/env python3
"""Refresh the vendored copy of the U.S. Web Design System and of the map of States.

Takes the packages from the npm registry with npm itself, checks that they are the
releases named here, and keeps only what the pages use: the stylesheet and what it
names, the script, the icon sprite, and the licences. Run by `make vendor`.
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
from pathlib import Path

WEB = Path(__file__).resolve().parents[1] / "src" / "trueup" / "web"
USWDS = (
    "@uswds/uswds",
    "3.14.0",
    "da91c65e6fc736fa397f0daf6ca2c2c95711506d85c7ad2537a4570725401e1c",
)
ATLAS = ("us-atlas", "3.0.1", "e6daba1800885868303ad3549da62f85a557b8142bb72629ec15651de62f9c5d")

# A photograph of 147 KB for the hero banner, which no page has.
NOT_KEPT = ("../img/hero.jpg",)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        print(f"Fetching {USWDS[0]} {USWDS[1]} ...", flush=True)
        uswds = unpack(USWDS, Path(folder) / "uswds")
        print(f"Fetching {ATLAS[0]} {ATLAS[1]} ...", flush=True)
        atlas = unpack(ATLAS, Path(folder) / "atlas")
        vendor_uswds(uswds, WEB / "static" / "uswds")
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
    """Copy the stylesheet, what it names, the script, the icons and the licence."""
    if target.exists():
        shutil.rmtree(target)
    dist = package / "dist"
    style = without_source_map((dist / "css" / "uswds.min.css").read_text(encoding="utf-8"))
    for left_out in NOT_KEPT:
        style = style.replace(f"url({left_out})", "none")
    write(target / "css" / "uswds.min.css", style)
    script = (dist / "js" / "uswds.min.js").read_text(encoding="utf-8")
    write(target / "js" / "uswds.min.js", without_source_map(script))
    for named in sorted(set(re.findall(r"url\(\.\./([^)]+)\)", style)) | {"img/sprite.svg"}):
        copy(dist / named, target / named)
    copy(package / "LICENSE.md", target / "LICENSE.md")
    write(target / "VERSION", f"{USWDS[0]} {USWDS[1]}\n")
    files = [path for path in target.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    print(f"{len(files)} files, {size / 1e6:.1f} MB in {target.relative_to(WEB.parents[2])}")


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
