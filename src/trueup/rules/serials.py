"""Serial numbers: lots, blocks, and what can be done with blocks.

A lot is a program's number line of one jurisdiction, vintage (or issue year) and
category; its numbers start at 1 and are never used twice. A serial number is the
lot's code and the running number: `AL-2022-17`, `TX-2023-WND-17`.

Source: 40 CFR 62.16325(c); PLAT-040.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from trueup.rules.refusal import Refusal, Refused

_LOT_CODE = re.compile(r"([A-Z]{2,3})-(\d{4})(?:-([A-Z][A-Z0-9]{0,3}))?")
_SERIAL = re.compile(rf"{_LOT_CODE.pattern}-0*(\d{{1,13}})")

# A lot's number holds its program, year, jurisdiction and category in decimal places,
# so that the database can refuse one program's lot in another program's account.
PROGRAM_PLACE = 10**16
YEAR_PLACE = 10**12
_JURISDICTION_PLACE = 10**7
# Holdings name few lots many times: each is computed once.
_LOTS_KEPT = 16384
_LETTERS = " 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class SerialNotReadable(Refusal):
    code = "serials.not_readable"
    cite = "40 CFR 62.16325(c)"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Lot:
    """A number line: jurisdiction, vintage or issue year, category (credits only)."""

    jurisdiction: str
    year: int
    category: str = ""

    @property
    def code(self) -> str:
        suffix = f"-{self.category}" if self.category else ""
        return f"{self.jurisdiction}-{self.year}{suffix}"

    def number(self, program_number: int) -> int:
        """The lot's number in the books of a program; `lot_of_number` undoes it.

        Raises ValueError for a lot whose code nobody could read back: its number would
        be another lot's.
        """
        return program_number * PROGRAM_PLACE + _number(self)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SerialBlock:
    """Consecutive serial numbers of one lot; both ends are included."""

    lot: Lot
    first: int
    last: int

    def __post_init__(self) -> None:
        if not 1 <= self.first <= self.last:
            raise ValueError(f"a block runs from 1 upwards: {self.first} to {self.last}")

    @property
    def quantity(self) -> int:
        return self.last - self.first + 1

    @property
    def first_serial(self) -> str:
        return f"{self.lot.code}-{self.first}"

    @property
    def last_serial(self) -> str:
        return f"{self.lot.code}-{self.last}"

    def __str__(self) -> str:
        if self.first == self.last:
            return self.first_serial
        return f"{self.first_serial} to {self.last_serial}"


@lru_cache(maxsize=_LOTS_KEPT)
def _number(lot: Lot) -> int:
    if _LOT_CODE.fullmatch(lot.code) is None:
        raise ValueError(f"not a lot: {lot.code}")
    return (
        lot.year * YEAR_PLACE
        + _base_37(lot.jurisdiction) * _JURISDICTION_PLACE
        + _base_37(lot.category)
    )


@lru_cache(maxsize=_LOTS_KEPT)
def lot_of_number(number: int) -> Lot:
    """The lot that a lot number stands for.

    Source: PLAT-040, PLAT-044.
    """
    rest = number % PROGRAM_PLACE
    year, rest = divmod(rest, YEAR_PLACE)
    jurisdiction, category = divmod(rest, _JURISDICTION_PLACE)
    return Lot(jurisdiction=_letters(jurisdiction), year=year, category=_letters(category))


def parse_lot(code: str) -> Lot:
    """Read a lot's code, `AL-2022` or `TX-2023-WND`.

    Raises Refused (`not_readable`) if it is not one.

    Source: 40 CFR 62.16325(c).
    """
    match = _match(_LOT_CODE, code)
    if match is None:
        raise Refused([SerialNotReadable(f"“{code}” is not a lot such as AL-2022.")])
    return Lot(jurisdiction=match[1], year=int(match[2]), category=match[3] or "")


def parse_serial(text: str) -> tuple[Lot, int]:
    """Read one serial number; leading zeros of the running number may be left out.

    Raises Refused (`not_readable`) if it is not a serial number.

    Source: 40 CFR 62.16325(c).
    """
    match = _match(_SERIAL, text)
    if match is None or int(match[4]) == 0:
        raise Refused([SerialNotReadable(f"“{text}” is not a serial number such as AL-2022-17.")])
    return Lot(jurisdiction=match[1], year=int(match[2]), category=match[3] or ""), int(match[4])


def parse_block(first: str, last: str) -> SerialBlock:
    """Read a block from its first and its last serial number, both included.

    Raises Refused (`not_readable`) if either end cannot be read, if they are of two
    lots, or if the block runs backwards.

    Source: 40 CFR 62.16330(a); PLAT-040.
    """
    lot, low = parse_serial(first)
    other_lot, high = parse_serial(last)
    if lot != other_lot:
        raise Refused([SerialNotReadable(f"{first} and {last} are not of one lot.")])
    if high < low:
        raise Refused([SerialNotReadable(f"The block {first} to {last} runs backwards.")])
    return SerialBlock(lot=lot, first=low, last=high)


def overlapping(blocks: Iterable[SerialBlock]) -> list[tuple[SerialBlock, SerialBlock]]:
    """Pairs of neighbouring blocks, in serial order, that share a serial number.

    Source: 40 CFR 62.16330(a)(2).
    """
    ordered = sorted(blocks)
    pairs = []
    widest: SerialBlock | None = None
    for block in ordered:
        if widest is not None and block.lot == widest.lot and block.first <= widest.last:
            pairs.append((widest, block))
        if widest is None or block.lot != widest.lot or block.last > widest.last:
            widest = block
    return pairs


def join(blocks: Iterable[SerialBlock]) -> list[SerialBlock]:
    """The same serial numbers in as few blocks as can be, in serial order.

    Raises ValueError if two blocks overlap, which is a caller's bug.

    Source: 40 CFR 62.16325(c); PLAT-040.
    """
    joined: list[SerialBlock] = []
    for block in sorted(blocks):
        before = joined[-1] if joined else None
        if before is None or before.lot != block.lot or before.last + 1 < block.first:
            joined.append(block)
        elif before.last >= block.first:
            raise ValueError(f"blocks overlap: {before} and {block}")
        else:
            joined[-1] = SerialBlock(lot=block.lot, first=before.first, last=block.last)
    return joined


def split(block: SerialBlock, *, quantity: int) -> tuple[SerialBlock, SerialBlock | None]:
    """The lowest `quantity` serial numbers of a block, and what is left of it.

    Raises ValueError unless 1 <= quantity <= block.quantity.

    Source: 40 CFR 62.16340(c)(2); PLAT-040.
    """
    if not 1 <= quantity <= block.quantity:
        raise ValueError(f"cannot take {quantity} of {block.quantity}")
    cut = block.first + quantity - 1
    low = SerialBlock(lot=block.lot, first=block.first, last=cut)
    if cut == block.last:
        return low, None
    return low, SerialBlock(lot=block.lot, first=cut + 1, last=block.last)


def _match(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Match in upper case; only ASCII, since other letters can turn into A to Z."""
    return pattern.fullmatch(text.strip().upper()) if text.isascii() else None


def _base_37(text: str) -> int:
    number = 0
    for letter in text:
        number = number * 37 + _LETTERS.index(letter)
    return number


def _letters(number: int) -> str:
    text = ""
    while number:
        number, letter = divmod(number, 37)
        text = _LETTERS[letter] + text
    return text
