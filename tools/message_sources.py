"""Find what the software says: in templates, in Python, in refusals, in the programs' data.

Templates are read as Django itself reads them (`templatize`), so a text in an attribute of
a component, `caption="{% translate '…' %}"`, is found like any other. Python is read by
Babel. A refusal's sentence is English in the domain, often with values in it: its pattern,
`There is no account with the number {number}.`, is read from the call that makes it.
"""

from __future__ import annotations

import ast
import csv
import itertools
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "trueup"

REFUSAL = "refusal"
PROGRAM = "program"
# What is raised or handed out with a sentence for people, besides the classes of refusals.
SAYS_SENTENCES = frozenset({"Reason", "UnreadableSerial"})

_KEYWORDS: dict[str, tuple[int | tuple[int, int] | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_STRING = r"""u?('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
_TEMPLATE_CALL = re.compile(
    rf"\b(_|gettext|ngettext|pgettext|npgettext)\(\s*{_STRING}(?:,\s*{_STRING})?(?:,\s*{_STRING})?"
)
# What a program's file says that pages show within their own sentences.
_PROGRAM_WORDS = (
    ("program", "name"),
    ("instrument", "singular"),
    ("instrument", "plural"),
    ("instrument", "unit"),
    ("voluntary_retirement", "reasons"),
    ("trade_reports", "kinds"),
    ("trade_reports", "reasons"),
    ("certification", "quantities"),
    ("certification", "statements"),
)
# Lists of the domain whose entries pages show.
_LISTS = (
    ("accounts/submitters.py", "SUBMISSION_KINDS"),
    ("accounts/models.py", "UNIT_TYPES"),
    ("desk/proposing.py", "WORDS"),
)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Found:
    """One message at one place; `plural` is empty if there is none."""

    text: str
    plural: str = ""
    context: str = ""
    path: str = ""
    comment: str = ""


def all_messages() -> list[Found]:
    """Every message of the software with the file that it is in."""
    return [
        *template_messages(),
        *python_messages(),
        *refusal_messages(),
        *program_words(),
        *registry_words(),
    ]


def template_messages() -> Iterator[Found]:
    """The messages of all templates."""
    found = [*SOURCE.rglob("templates/**/*.html"), *SOURCE.rglob("templates/**/*.txt")]
    for path in sorted(found):
        yield from messages_of_template(path.read_text(encoding="utf-8"), path=_relative(path))


def messages_of_template(source: str, *, path: str) -> Iterator[Found]:
    """The messages of one template."""
    for call in _TEMPLATE_CALL.finditer(templatize(source, origin=path)):
        strings = [ast.literal_eval(text) for text in call.groups()[1:] if text is not None]
        context = strings.pop(0) if call[1] in ("pgettext", "npgettext") else ""
        plural = strings[1] if call[1] in ("ngettext", "npgettext") else ""
        yield Found(text=strings[0], plural=plural, context=context, path=path)


def python_messages() -> Iterator[Found]:
    """The messages of all Python modules that ask for translations."""
    for path in _modules():
        source = path.read_bytes()
        if b"gettext" not in source:
            continue
        found = extract_python(BytesIO(source), _KEYWORDS, ["Translators:"], {"encoding": "utf-8"})
        for _line, function, arguments, comments in found:
            yield from _python_message(
                str(function),
                _as_list(arguments),
                path=_relative(path),
                comment=" ".join(comments or ()),
            )


def _as_list(arguments: object) -> list[str | None]:
    """What Babel read: one argument as it is, several in a list, None for an expression."""
    return list(arguments) if isinstance(arguments, list | tuple) else [str(arguments)]


def _python_message(
    function: str, given: list[str | None], *, path: str, comment: str
) -> Iterator[Found]:
    kind = function.removesuffix("_lazy")
    count = {"ngettext": 2, "pgettext": 2, "npgettext": 3}.get(kind, 1)
    strings = [text for text in given[:count] if isinstance(text, str)]
    if len(strings) < count or not strings[-1]:
        return
    context = strings.pop(0) if kind in ("pgettext", "npgettext") else ""
    plural = strings[1] if kind in ("ngettext", "npgettext") else ""
    yield Found(text=strings[0], plural=plural, context=context, path=path, comment=comment)


def refusal_messages() -> Iterator[Found]:
    """The pattern of each sentence with which the domain says no, or what it waits for."""
    for path, call in sentence_calls():
        for text in patterns_of(call):
            yield Found(text=text, context=REFUSAL, path=_relative(path))


@cache
def sentence_calls() -> list[tuple[Path, Sentence]]:
    """Each place where a sentence for people is made in the domain."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in _modules()}
    kinds = _refusal_names(trees.values()) | SAYS_SENTENCES
    found = []
    for path, tree in trees.items():
        for scope in _scopes(tree):
            nodes = list(_own_nodes(scope))
            calls = [one for one in nodes if isinstance(one, ast.Call)]
            said = [_said(call) for call in calls if _last_name(call.func) in kinds]
            assigned = _assigned(nodes) if said else {}
            found += [
                (path, Sentence(node=node, assigned=assigned)) for node in said if node is not None
            ]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """The expression that makes a sentence, and what the names in it were given."""

    node: ast.expr
    assigned: dict[str, list[ast.expr]]


def patterns_of(sentence: Sentence) -> list[str]:
    """The patterns that an expression can make; none if the source does not show them."""
    found = []
    for pieces in _variants(sentence.node, sentence.assigned, depth=0):
        if any(isinstance(piece, str) and piece.strip() for piece in pieces):
            found.append(_pattern(pieces))
    return list(dict.fromkeys(found))


Pieces = tuple["str | ast.expr", ...]
_VARIANTS_MAX = 64


def _variants(node: ast.expr, assigned: dict[str, list[ast.expr]], *, depth: int) -> list[Pieces]:
    """What an expression can be: literal texts and values, in every combination."""
    match node:
        case ast.Constant(value=str(text)):
            return [(text,)]
        case ast.IfExp(body=body, orelse=orelse):
            either: list[ast.expr] = [body, orelse]
        case ast.FormattedValue(value=(ast.IfExp() | ast.Constant()) as value):
            either = [value]
        case ast.FormattedValue(value=value):
            return [(value,)]
        case ast.JoinedStr(values=values):
            return _joined(values, assigned, depth=depth)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined([left, right], assigned, depth=depth)
        case ast.Name(id=name) if depth < 2 and name in assigned:
            either, depth = assigned[name], depth + 1
        case _:
            return [(node,)]
    return [one for part in either for one in _variants(part, assigned, depth=depth)]


def _joined(
    nodes: list[ast.expr], assigned: dict[str, list[ast.expr]], *, depth: int
) -> list[Pieces]:
    parts = [_variants(node, assigned, depth=depth) for node in nodes]
    product = itertools.islice(itertools.product(*parts), _VARIANTS_MAX)
    return [tuple(itertools.chain.from_iterable(chosen)) for chosen in product]


def _pattern(pieces: Pieces) -> str:
    text, names = "", list[str]()
    for piece in pieces:
        if isinstance(piece, str):
            text += piece.replace("{", "{{").replace("}", "}}")
            continue
        name = plain = _value_name(piece)
        number = 2
        while name in names:
            name, number = f"{plain}_{number}", number + 1
        names.append(name)
        text += f"{{{name}}}"
    return text


def _value_name(node: ast.expr) -> str:
    """What a value is called in a pattern: the last name in the expression that gives it."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "join":
            return _value_name(node.args[0])
        return _value_name(node.args[0]) if node.args else _value_name(node.func)
    if isinstance(node, ast.Attribute):
        return node.attr.lower().strip("_")
    if isinstance(node, ast.Name):
        return node.id.lower().strip("_") or "value"
    if isinstance(node, ast.Subscript):
        return _value_name(node.value)
    return "value"


def program_words() -> Iterator[Found]:
    """The words of the programs' files that pages show."""
    for path in sorted((SOURCE / "rules" / "programs").glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        for section, key in _PROGRAM_WORDS:
            value = data.get(section, {}).get(key, [])
            for entry in value if isinstance(value, list) else [value]:
                text = entry["text"] if isinstance(entry, dict) else entry
                yield Found(text=text, context=PROGRAM, path=_relative(path))


def registry_words() -> Iterator[Found]:
    """The registry's own lists that pages show: forms, acts, roles, events, submissions."""
    forms = SOURCE / "signing" / "forms.toml"
    for one in tomllib.loads(forms.read_text(encoding="utf-8")).values():
        for text in (one["title"], one["purpose"]):
            yield Found(text=text, context=PROGRAM, path=_relative(forms))
    for path in sorted((SOURCE / "audit" / "texts").glob("*.txt")):
        text = path.stem.replace("_", " ").capitalize()
        yield Found(text=text, context=PROGRAM, path=_relative(path))
    for path in (SOURCE / "desk" / "acts.py", SOURCE / "officials" / "roles.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg in ("title", "label", "help"):
                for text in patterns_of(Sentence(node=node.value, assigned={})):
                    yield Found(text=text, context=PROGRAM, path=_relative(path))
    elements = SOURCE / "rules" / "tables" / "paper_elements.csv"
    with elements.open(encoding="utf-8", newline="") as lines:
        for label in sorted({row["label"] for row in csv.DictReader(lines)}):
            yield Found(text=label, context=PROGRAM, path=_relative(elements))
    for module, name in _LISTS:
        yield from _listed(SOURCE / module, name)


def _listed(path: Path, name: str) -> Iterator[Found]:
    """The texts of a list, or the values of a table, that a module declares."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if value is None or not any(_last_name(one) == name for one in targets if one is not None):
            continue
        for inner in ast.walk(value):
            texts = inner.values if isinstance(inner, ast.Dict) else getattr(inner, "elts", [])
            for text in texts:
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    said = text.value.replace("_", " ")
                    yield Found(text=said, context=PROGRAM, path=_relative(path))


def _said(call: ast.Call) -> ast.expr | None:
    """The argument that is the sentence."""
    for keyword in call.keywords:
        if keyword.arg == "sentence":
            return keyword.value
    if _last_name(call.func) == "Reason":
        return None
    first = call.args[0] if call.args else None
    return None if isinstance(first, ast.Starred) else first


def _refusal_names(trees: Iterable[ast.Module]) -> frozenset[str]:
    """The names of all classes that are refusals, by their bases."""
    bases: dict[str, set[str]] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                bases.setdefault(node.name, set()).update(map(_last_name, node.bases))
    found = {"Refusal"}
    while more := {name for name, parents in bases.items() if parents & found} - found:
        found |= more
    return frozenset(found)


def _scopes(tree: ast.Module) -> Iterator[ast.AST]:
    yield tree
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope without those of the functions within it."""
    for node in ast.iter_child_nodes(scope):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
            yield from _own_nodes(node)


def _assigned(nodes: list[ast.AST]) -> dict[str, list[ast.expr]]:
    """What each name of a scope is given, where that is text; of a list, what is added."""
    found: dict[str, list[ast.expr]] = {}
    loops: list[tuple[str, str]] = []
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_text(value):
                found.setdefault(name, []).append(value)
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[value]
            ) if _is_text(value):
                found.setdefault(name, []).append(value)
            case ast.comprehension(target=ast.Name(id=name), iter=ast.Name(id=listed)):
                loops.append((name, listed))
    for name, listed in loops:
        found.setdefault(name, []).extend(found.get(listed, []))
    return found


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _is_text(node.body) and _is_text(node.orelse)
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _modules() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)


def _relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
