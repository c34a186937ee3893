"""Find texts that people read and that are not in the catalogue of messages.

Templates: what is left when all tags, variables and translated blocks are taken away is
literal text; none of it may have words, nor may an attribute that is read to people. In
Python, what is given to a form, a message or a page as a literal is a text as well.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from tools.message_sources import SOURCE

WEB = SOURCE / "web"
# Texts that are translated as a whole: each language has its own.
WHOLE = ("help/en/", "help/es/")
# What is read to people: of every element, and of our components.
READ_ATTRIBUTES = frozenset({"alt", "aria-label", "title", "placeholder", "data-label"})
COMPONENT_ATTRIBUTES = frozenset(
    {"label", "caption", "heading", "note", "noun", "submit", "hint", "data", "also"}
)
# What is the same in every language: code, and what says that it is English.
LITERAL_ELEMENTS = frozenset({"script", "style", "code", "svg", "pre"})
VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
_WORD = re.compile(r"[^\W\d_]{2,}")
_GONE = (
    re.compile(r"{%\s*comment.*?%}.*?{%\s*endcomment\s*%}", re.S),
    re.compile(r"{#.*?#}", re.S),
    re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.S),
    re.compile(r"{%.*?%}", re.S),
    re.compile(r"{{.*?}}", re.S),
)
# Names and symbols of units that stay what they are.
NAMES = frozenset(
    {"CSV", "XLSX", "PDF", "JSON", "SHA", "Trueup", "ORIS", "CO", "EPA", "CFR", "RFC", "PLAT"}
    | {"MW", "MWh"}
)

_SAYS = frozenset({"success", "error", "info", "warning"})
_KEYWORDS = frozenset({"label", "help_text", "heading", "lead", "button", "title", "empty_label"})


class Gaps(HTMLParser):
    """The literal texts of a template that people read."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._literal: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        is_component = tag.startswith("c-")
        for name, value in given.items():
            is_read = name in READ_ATTRIBUTES or (
                is_component
                and (name in COMPONENT_ATTRIBUTES or (tag == "c-table" and name == "name"))
            )
            if is_read and given.get("lang") != "en" and has_words(value):
                self.found.append(f"{name}={value.strip()!r}")
        if tag in VOID or tag == "c-vars":
            return
        if self._literal or tag in LITERAL_ELEMENTS or given.get("lang") == "en":
            self._literal.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._literal and tag in self._literal:
            while self._literal.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._literal and has_words(data):
            self.found.append(" ".join(data.split()))


def has_words(text: str) -> bool:
    """Whether a text has a word that another language would say differently."""
    return any(word not in NAMES for word in _WORD.findall(text))


def template_gaps() -> dict[str, list[str]]:
    """The literal texts of each template that has any."""
    found = {}
    for path in sorted((WEB / "templates").rglob("*.html")):
        name = path.relative_to(WEB / "templates").as_posix()
        gaps = gaps_of(path.read_text(encoding="utf-8"))
        if gaps and not any(part in name for part in WHOLE):
            found[name] = gaps
    return found


def gaps_of(template: str) -> list[str]:
    """The literal texts of one template."""
    for pattern in _GONE:
        template = pattern.sub("", template)
    gaps = Gaps()
    gaps.feed(template)
    gaps.close()
    return gaps.found


def python_gaps() -> dict[str, list[str]]:
    """The literal texts that each module of the pages gives to people."""
    found = {}
    for path in sorted(WEB.rglob("*.py")):
        gaps = list(_module_gaps(path))
        if gaps:
            found[path.relative_to(WEB).as_posix()] = gaps
    return found


def _module_gaps(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        for given in _given_to_people(node):
            text = _literal_text(given)
            if has_words(text):
                yield text


def _given_to_people(call: ast.Call) -> Iterator[ast.expr]:
    yield from (one.value for one in call.keywords if one.arg in _KEYWORDS)
    match call.func:
        case ast.Attribute(value=ast.Name(id="messages"), attr=attr) if attr in _SAYS:
            yield from call.args[1:2]
        case ast.Attribute(attr="ValidationError") | ast.Name(id="ValidationError"):
            yield from call.args[:1]
        case ast.Attribute(attr="add_error"):
            yield from call.args[1:2]
        case ast.Name(id="Link"):
            yield from (one.value for one in call.keywords if one.arg == "name")


def _literal_text(node: ast.expr) -> str:
    """The words of a literal; a name or a call has none of its own."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_literal_text(value) for value in values)
        case ast.IfExp(body=body, orelse=orelse):
            return f"{_literal_text(body)} {_literal_text(orelse)}"
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _literal_text(left) + _literal_text(right)
        case ast.List(elts=values) | ast.Tuple(elts=values):
            return " ".join(_literal_text(value) for value in values)
    return ""
