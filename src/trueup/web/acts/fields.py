"""Fields of the acts' forms: how they are shown, and how what is typed is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext as _

from trueup.accounts import queries as accounts
from trueup.accounts.checks import is_readable
from trueup.accounts.entries import PersonEntry
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry, range_of
from trueup.ledger.numbers import is_account_number
from trueup.rules.program import Program
from trueup.rules.serials import SerialBlock, parse_block
from trueup.transfers.vintages import read_vintages


class TextField(forms.CharField):
    """A line of readable text."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("widget", forms.TextInput(attrs={"class": "usa-input"}))
        super().__init__(**more)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not is_readable("".join(str(text).splitlines())):
            raise forms.ValidationError(_("This has characters that cannot be read."))
        return text


class NoteField(TextField):
    """Several lines of readable text; of a list only what is in its lines is looked at."""

    def __init__(self, *, rows: int = 3, is_list: bool = False, **more: Any) -> None:
        widget = forms.Textarea(attrs={"class": "usa-textarea", "rows": rows})
        super().__init__(widget=widget, **more)
        self.is_list = is_list

    def clean(self, value: Any) -> Any:
        return forms.CharField.clean(self, value) if self.is_list else super().clean(value)


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


class CountField(WholeField):
    """A count that can be none."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.min_value = 0
        kept = [one for one in self.validators if not isinstance(one, MinValueValidator)]
        self.validators = [*kept, MinValueValidator(0)]


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
        raise forms.ValidationError(
            _("There is no account with the number “%(number)s” here."),
            params={"number": number},
        )
    return found


def blocks_json(blocks: Sequence[SerialBlock]) -> list[list[str]]:
    """Blocks as a draft keeps them."""
    return [[block.first_serial, block.last_serial] for block in blocks]


def blocks_from_json(kept: Sequence[Sequence[str]]) -> tuple[SerialBlock, ...]:
    """Blocks that a draft kept; those of the last drafts are read once."""
    return _read_blocks(tuple((first, last) for first, last in kept))


@lru_cache(maxsize=4)
def _read_blocks(kept: tuple[tuple[str, str], ...]) -> tuple[SerialBlock, ...]:
    """A page of a journey asks for its blocks a dozen times, and there may be 10,000."""
    return tuple(parse_block(first, last) for first, last in kept)


def vintages_of_blocks(
    blocks: Iterable[SerialBlock], *, rules: Program
) -> Iterator[tuple[int, int]]:
    """Vintage and quantity of each block, or of its parts: of credits it is of their issue.

    Source: RATE-186; 40 CFR 62.16420(c)(3).
    """
    ranges = [range_of(block, program_number=rules.number) for block in blocks]
    known = read_vintages(rules, {item.lot for item in ranges})
    for item, vintage in known.parts(ranges):
        yield vintage, item.quantity


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
