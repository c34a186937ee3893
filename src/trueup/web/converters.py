"""How the parts of an address are read."""

from __future__ import annotations

from trueup.ledger.numbers import is_account_number


class AccountNumberConverter:
    """An account number; small letters are read as capitals."""

    regex = "[A-Za-z0-9]{12}"

    def to_python(self, value: str) -> str:
        number = value.upper()
        if not is_account_number(number):
            raise ValueError("not an account number")
        return number

    def to_url(self, value: str) -> str:
        return value


class ProgramConverter:
    """A program's code."""

    regex = "[a-z][a-z0-9]*(?:-[a-z0-9]+)+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class SerialConverter:
    """A serial number as text; `parse_serial` reads it."""

    regex = "[A-Za-z]{2,3}-[0-9]{4}(?:-[A-Za-z][A-Za-z0-9]{0,3})?-[0-9]{1,20}"

    def to_python(self, value: str) -> str:
        return value.upper()

    def to_url(self, value: str) -> str:
        return value


class PeriodConverter:
    """The name of a compliance period."""

    regex = "[0-9]{4}(?:-[0-9]{4})?"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class JournalNumberConverter:
    """A number of the journal; not longer than the books can hold."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class OrisCodeConverter:
    """An ORIS code; not longer than the books can hold."""

    regex = "[0-9]{1,9}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class YearConverter:
    """A calendar year."""

    regex = "[12][0-9]{3}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)
