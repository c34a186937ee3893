"""Fields of the acts' forms: how they are shown, and how what is typed is read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from trueup.accounts import queries as accounts
from trueup.accounts.checks import is_readable
from trueup.accounts.entries import PersonEntry
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.ledger.numbers import is_account_number
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.rules.serials import SerialBlock, parse_block


class TextField(forms.CharField):
    """A line of readable text."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("widget", forms.TextInput(attrs={"class": "usa-input"}))
        super().__init__(**more)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not is_readable("".join(str(text).splitlines())):
            raise forms.ValidationError("This has characters that cannot be read.")
        return text


class NoteField(TextField):
    """Several lines of readable text."""

    def __init__(self, *, rows: int = 3, **more: Any) -> None:
        widget = forms.Textarea(attrs={"class": "usa-textarea", "rows": rows})
        super().__init__(widget=widget, **more)


class ChoiceField(forms.ChoiceField):
    """One of a few, as radio buttons."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("widget", forms.RadioSelect)
        super().__init__(**more)


class AccountField(TextField):
    """The number of an account, in capitals and without blanks."""

    def __init__(self, **more: Any) -> None:
        attributes = {
            "class": "usa-input account-number",
            "autocapitalize": "characters",
            "spellcheck": "false",
        }
        more.setdefault("max_length", 40)
        super().__init__(widget=forms.TextInput(attrs=attributes), **more)

    def clean(self, value: Any) -> Any:
        return "".join(str(super().clean(value)).split()).upper()


class WholeField(forms.IntegerField):
    """A count, with or without commas between the thousands."""

    def __init__(self, **more: Any) -> None:
        attributes = {"class": "usa-input usa-input--medium", "inputmode": "numeric"}
        super().__init__(widget=forms.TextInput(attrs=attributes), min_value=1, **more)

    def to_python(self, value: Any) -> Any:
        text = str(value or "").replace(",", "").strip()
        return super().to_python(text if text.isascii() else "x")


class DayField(forms.DateField):
    """A day, by the browser's own picker or typed as 2025-05-01."""

    def __init__(self, **more: Any) -> None:
        widget = forms.DateInput(attrs={"class": "usa-input", "type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **more)


def account_or_error(program: Program, number: str) -> AccountEntry:
    """The account with this number; raises ValidationError without one."""
    found = None
    if is_account_number(number):
        found = ledger.find_account(program=program.code, number=number)
    if found is None:
        raise forms.ValidationError(f"There is no account with the number “{number}” here.")
    return found


def blocks_of(text: str) -> list[SerialBlock]:
    """Blocks of serial numbers, one a line: `AL-2022-1 to AL-2022-100`, or one number.

    Raises ValidationError with the line.
    """
    found: list[SerialBlock] = []
    for position, line in enumerate(text.splitlines(), start=1):
        words = line.replace(" to ", " ").replace(",", " ").split()
        if not words:
            continue
        if len(words) > 2:
            raise forms.ValidationError(
                f"Line {position}: give a block as first and last serial number."
            )
        try:
            found.append(parse_block(words[0].upper(), words[-1].upper()))
        except Refused as refused:
            raise forms.ValidationError(
                [f"Line {position}: {refusal.sentence}" for refusal in refused.refusals]
            ) from None
    return found


def blocks_json(blocks: Sequence[SerialBlock]) -> list[list[str]]:
    """Blocks as a draft keeps them."""
    return [[block.first_serial, block.last_serial] for block in blocks]


def blocks_from_json(kept: Sequence[Sequence[str]]) -> tuple[SerialBlock, ...]:
    """Blocks that a draft kept."""
    return tuple(parse_block(first, last) for first, last in kept)


def day_of(text: str) -> date:
    """A day that a draft kept."""
    return date.fromisoformat(text)


def person_named(name: str, email: str) -> PersonEntry | None:
    """The one person who is registered with this name and this address; None otherwise.

    Both must agree, so that nobody learns from one who is behind the other.
    """
    found = [
        person
        for person in accounts.people_with_email(email.strip())
        if person.name == " ".join(name.split())
    ]
    return found[0] if len(found) == 1 else None
