"""What code, tests and features say they rest on: paragraphs and requirements.

Code says it in the `Source:` line of a docstring or in a refusal's `cite`, a test in the
docstring of the test, of its class or of its module, a feature in its tags.
"""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_SECTION = re.compile(r"\b(62\.16\d{3}|60\.\d{2,4}[a-z]?|75\.\d+|78\.\d+)((?:\([A-Za-z0-9]+\))*)")
_MORE = re.compile(r"\s*(?:(-|to)|,\s*and|,\s*or|,|and|or|;)\s*((?:\([A-Za-z0-9]+\))+)")
_PART = re.compile(r"\(([A-Za-z0-9]+)\)")
_REQUIREMENT = re.compile(
    r"(?<![A-Za-z0-9])(MASS|RATE|RGGI|PLAT|BANK)[-_]((?:AMB[-_]\d|\d\d)\d)"
    r"((?:(?:-|, ?)\d{2,3}(?!\.?\d))*)",
    re.IGNORECASE,
)
_MORE_NUMBERS = re.compile(r"(-|, ?)(\d{2,3})")
_SOURCE = re.compile(r"^Source:(.*?)(?:\n\s*\n|\Z)", re.MULTILINE | re.DOTALL)
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Citation:
    """One place that rests on a paragraph or a requirement.

    Attributes:
        path: File, from the top of the repository.
        name: Function, class, or scenario in it.
        paragraphs: Paragraphs of the rule, `62.16340(c)(2)`.
        requirements: Requirements of the catalogue, `MASS-139`.
    """

    path: str
    name: str
    paragraphs: tuple[str, ...]
    requirements: tuple[str, ...]


def paragraphs(text: str) -> tuple[str, ...]:
    """Every paragraph a text cites, in order: `62.16340(a)(1), (b)` are two.

    A paragraph that follows another takes over what it does not say itself; the ends of
    a range stand for what is between them.
    """
    found: list[str] = []
    for match in _SECTION.finditer(text):
        section = match[1]
        path = _PART.findall(match[2])
        found.append(_joined(section, path))
        position = match.end()
        while more := _MORE.match(text, position):
            following = _continued(path, _PART.findall(more[2]))
            if more[1] and path and following:
                found += [_joined(section, between) for between in _between(path, following)]
            path = following
            found.append(_joined(section, path))
            position = more.end()
    return tuple(dict.fromkeys(found))


def requirements(text: str) -> tuple[str, ...]:
    """Every requirement a text names: `PLAT-021, 022` are two, `PLAT-040-042` three."""
    found: list[str] = []
    for match in _REQUIREMENT.finditer(text):
        first = match[2].upper().replace("_", "-")
        digits_only = first.removeprefix("AMB-")
        prefix = f"{match[1].upper()}-{first.removesuffix(digits_only)}"
        width = len(digits_only)
        last = int(digits_only)
        numbers = [last]
        for sign, digits in _MORE_NUMBERS.findall(match[3]):
            start = last + 1 if sign == "-" else int(digits)
            numbers += range(start, int(digits) + 1)
            last = int(digits)
        found += [f"{prefix}{number:0{width}}" for number in numbers]
    return tuple(dict.fromkeys(found))


def in_code(root: Path) -> Iterator[Citation]:
    """What the program's code cites: `Source:` lines and the `cite` of refusals."""
    for path in sorted((root / "src" / "trueup").rglob("*.py")):
        if "migrations" in path.parts:
            continue
        for name, node in _named(_parsed(path), ""):
            text = " ".join(_SOURCE.findall(ast.get_docstring(node) or "")) + _cite(node)
            yield from _citation(path.relative_to(root), name, text)


def in_tests(root: Path) -> Iterator[Citation]:
    """What the tests cite in their docstrings and names."""
    for path in sorted((root / "tests").rglob("*.py")):
        for name, node in _named(_parsed(path), ""):
            if isinstance(node, ast.Module) or name.rpartition(".")[2].lower().startswith("test"):
                text = f"{ast.get_docstring(node) or ''} {name}"
                yield from _citation(path.relative_to(root), name, text)


def in_features(root: Path) -> Iterator[Citation]:
    """What the features cite in tags; those above `Feature:` hold for each scenario."""
    for path in sorted((root / "features").rglob("*.feature")):
        above_feature = ""
        tags = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            text = line.strip()
            keyword, _, title = text.partition(":")
            if text.startswith("@"):
                tags += f" {text}"
            elif keyword in {"Feature", "Rule"}:
                above_feature, tags = tags, ""
            elif keyword in {"Scenario", "Scenario Outline", "Example"}:
                named = f"{above_feature} {tags}"
                yield from _citation(path.relative_to(root), title.strip(), named)
                tags = ""


def sort_key(cited: str) -> tuple[object, ...]:
    """Order paragraphs as the rule prints them: numbers by size, not by first digit."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in _split(cited))


def _split(cited: str) -> list[str]:
    return [part for part in re.split(r"[^A-Za-z0-9]+", cited) if part]


def _citation(path: Path, name: str, text: str) -> Iterator[Citation]:
    cited, required = paragraphs(text), requirements(text)
    if cited or required:
        yield Citation(path=path.as_posix(), name=name, paragraphs=cited, requirements=required)


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


_Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _named(node: _Documented, within: str) -> Iterator[tuple[str, _Documented]]:
    """The module itself (no name) and all classes and functions in it, outside first."""
    yield within, node
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _named(child, f"{within}.{child.name}" if within else child.name)


def _cite(node: _Documented) -> str:
    """The text of a class's `cite = "..."`."""
    if not isinstance(node, ast.ClassDef):
        return ""
    for statement in node.body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign):
            continue
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        named = any(isinstance(target, ast.Name) and target.id == "cite" for target in targets)
        value = statement.value
        if named and isinstance(value, ast.Constant) and isinstance(value.value, str):
            return f" {value.value}"
    return ""


def _joined(section: str, path: list[str]) -> str:
    return section + "".join(f"({part})" for part in path)


def _level(part: str, before: list[str]) -> int:
    """Depth of a paragraph's first part: (a), (1), (i), (A), as the Code numbers them."""
    if part.isdigit():
        return 1
    if part.isupper():
        return 3
    is_roman = part in _ROMAN and (len(part) > 1 or len(before) > 2)
    return 2 if is_roman else 0


def _continued(before: list[str], parts: list[str]) -> list[str]:
    return [*before[: _level(parts[0], before)], *parts]


def _between(first: list[str], last: list[str]) -> Iterator[list[str]]:
    """What a range leaves unsaid, where both ends are of one paragraph and one kind."""
    if len(first) != len(last) or first[:-1] != last[:-1]:
        return
    low, high = first[-1], last[-1]
    names: Sequence[str] = string.ascii_lowercase
    if len(first) == 3:
        names = _ROMAN
    elif low.isdigit():
        names = [str(number) for number in range(100)]
    elif low.isupper():
        names = string.ascii_uppercase
    if low in names and high in names:
        for name in names[names.index(low) + 1 : names.index(high)]:
            yield [*first[:-1], name]
