"""The forms of a page as a server is sent them: what can be typed, and what was kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

# A name in two directions with marks that HTML and spreadsheets take for their own.
WRONG = "=“שגוי” <b>&amp; \u2028 wrong"
WRONG_BY_TYPE = {"number": "-7.5", "date": "2025-99-99", "email": "nobody at all"}
TYPED = frozenset({"text", "search", "tel", "url", "email", "number", "date", ""})


@dataclass(slots=True)
class Control:
    """One field of a form as the page shows it."""

    tag: str
    name: str
    type: str
    value: str
    is_checked: bool = False
    options: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Form:
    """One form that is posted."""

    action: str
    controls: list[Control] = field(default_factory=list)

    def wrong(self) -> dict[str, list[str]]:
        """What can be typed or chosen, as wrong as it can be; hidden fields as they are."""
        sent: dict[str, list[str]] = {}
        for one in self.controls:
            if one.type in ("hidden", "submit"):
                sent.setdefault(one.name, []).append(one.value)
            elif one.tag == "textarea":
                sent[one.name] = [WRONG]
            elif one.tag == "select":
                sent[one.name] = one.options[-1:]
            elif one.type in ("radio", "checkbox"):
                sent[one.name] = [one.value]
            elif one.type in TYPED:
                sent[one.name] = [WRONG_BY_TYPE.get(one.type, WRONG)]
        return sent

    @property
    def typed(self) -> frozenset[str]:
        """The names of the fields that take text."""
        return frozenset(
            one.name
            for one in self.controls
            if one.tag == "textarea" or (one.tag == "input" and one.type in TYPED)
        )

    def kept(self) -> dict[str, list[str]]:
        """What the fields have, as they would be sent."""
        found: dict[str, list[str]] = {}
        for one in self.controls:
            if one.type not in ("radio", "checkbox") or one.is_checked:
                found.setdefault(one.name, []).append(one.value)
        return found


class Forms(HTMLParser):
    """Reads the forms of a page's main part."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None
        self._control: Control | None = None
        self._is_main = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "main":
            self._is_main = True
        elif tag == "form" and self._is_main and given.get("method", "").lower() == "post":
            self._form = Form(action=given.get("action", ""))
            self.found.append(self._form)
        elif tag in ("input", "textarea", "select") and self._form and given.get("name"):
            kind = given.get("type", "").lower() if tag == "input" else tag
            value = given.get("value", "on" if kind in ("radio", "checkbox") else "")
            self._control = Control(
                tag=tag, name=given["name"], type=kind, value=value, is_checked="checked" in given
            )
            self._form.controls.append(self._control)
        elif tag == "option" and self._control and self._control.tag == "select":
            self._control.options.append(given.get("value", ""))
            if "selected" in given:
                self._control.value = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._control and self._control.tag == "textarea":
            self._control.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "main":
            self._is_main = False
        elif self._control and tag == self._control.tag:
            self._control = None
