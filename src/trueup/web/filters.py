"""Choices above a list: a form in the address, and what is chosen as tags to take away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.http import HttpRequest

LONGEST_TEXT = 100
# Words of the address that say where a page of the list begins: void after a new choice.
PAGE_WORDS = frozenset({"after"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A choice that is set: its label, its value in words, the list without it."""

    label: str
    value: str
    address: str


class FilterForm(forms.Form):
    """The choices of a list, from the address; one that does not exist is no choice.

    Fields are never required. `chosen` has a value for each field, blank where none is set.
    """

    page_words = PAGE_WORDS

    def __init__(
        self,
        request: HttpRequest,
        choices: Mapping[str, Sequence[tuple[str, object]]] | None = None,
    ) -> None:
        """Read the choices off the address.

        Args:
            choices: What can be chosen in a field, where that is known only now.
        """
        super().__init__(request.GET, auto_id="filter-%s")
        self.request = request
        for name, given in (choices or {}).items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = list(given)
        for field in self.fields.values():
            field.required = False
            field.widget.is_required = False
        valid = self.is_valid()
        self.chosen: dict[str, Any] = {
            name: "" if value is None else value for name, value in self.cleaned_data.items()
        }
        if not valid:
            for name in self.errors:
                self.chosen[name] = ""
            self.data = request.GET.copy()
            for name in list(self.errors):
                self.data.pop(name, None)
            self._errors = forms.utils.ErrorDict()
        for name in self.fields:
            self.chosen.setdefault(name, "")

    @property
    def path(self) -> str:
        """Where the form leads: the list itself."""
        return self.request.path

    def kept(self) -> list[tuple[str, str]]:
        """The words of the address that are not the form's own: they are sent along."""
        return [
            (name, value)
            for name, values in self.request.GET.lists()
            if name not in self.fields and name not in self.page_words
            for value in values
        ]

    def tags(self) -> Iterator[Tag]:
        """What is set, each with the address of the list without it."""
        for name, value in self.chosen.items():
            if value not in ("", None):
                yield Tag(
                    label=str(self.fields[name].label or name),
                    value=self._in_words(name, value),
                    address=self._without(name),
                )

    def nothing(self) -> str:
        """The address of the list with no choice."""
        return self._without(*self.fields)

    def _in_words(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            words = dict(cast(Iterable[tuple[Any, Any]], field.choices))
            return str(words.get(value, value))
        return str(value)

    def _without(self, *names: str) -> str:
        query = self.request.GET.copy()
        for word in (*names, *self.page_words):
            query.pop(word, None)
        return f"{self.path}?{query.urlencode()}" if query else self.path


class SearchField(forms.CharField):
    """A part of a name or a number; what is too long is cut, what cannot be read left out."""

    def __init__(self, **more: Any) -> None:
        widget = forms.TextInput(attrs={"maxlength": LONGEST_TEXT, "type": "search"})
        super().__init__(widget=widget, **more)

    def to_python(self, value: Any) -> str:
        return str(value or "").replace("\x00", "").strip()[:LONGEST_TEXT]

    def run_validators(self, value: Any) -> None:
        """Any text may be searched for."""
