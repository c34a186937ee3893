"""Bids as they are typed, pasted or sent in a file: a quantity and a price each.

Source: RGGI-041, RGGI-042.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from trueup.rules.auction_bids import price_in_cents
from trueup.rules.refusal import Refused
from trueup.web import sheets
from trueup.web.sentences import say

PROBLEMS_SHOWN = 20
QUANTITY_MAX = 10**12
HEADINGS = frozenset({"quantity", "allowances", "cantidad"})
Bids = list[tuple[int, int]]


def read_rows(data: Mapping[str, Any], *, rows_max: int) -> Bids:
    """The bids of the form's rows, `quantity-1` with `price-1` and so on; blank rows are none.

    Raises ValidationError with the rows that cannot be read.
    """
    rows = []
    for row in range(1, rows_max + 2):
        cells = [str(data.get(f"{name}-{row}", "")).strip()[:40] for name in ("quantity", "price")]
        if any(cells):
            rows.append((row, cells))
    return _bids(rows, rows_max=rows_max)


def read_file(upload: Any, *, rows_max: int) -> Bids:
    """The bids of a spreadsheet: quantity and price in its first two columns.

    Raises ValidationError with the rows that cannot be read.
    """
    try:
        rows = sheets.rows_of(
            upload.file, name=upload.name, size=upload.size, rows_max=rows_max + 1, columns=2
        )
    except sheets.UnreadableError as problem:
        raise ValidationError(str(problem)) from None
    if rows and rows[0][1][0].strip().lower() in HEADINGS:
        rows = rows[1:]
    return _bids([(line, list(cells)) for line, cells in rows], rows_max=rows_max)


def _bids(rows: Iterable[tuple[int, list[str]]], *, rows_max: int) -> Bids:
    found: Bids = []
    problems: list[str] = []
    for place, cells in rows:
        try:
            found.append(_bid(cells))
        except (ValueError, InvalidOperation):
            sentence = _("Row %(row)s: give a quantity in whole numbers and a price in dollars.")
            problems.append(sentence % {"row": place})
        except Refused as refused:
            said = " ".join(say(refusal.sentence) for refusal in refused.refusals)
            problems.append(_("Row %(row)s: %(problem)s") % {"row": place, "problem": said})
    if problems:
        raise ValidationError(problems[:PROBLEMS_SHOWN])
    if len(found) > rows_max:
        raise ValidationError(
            _("A bidder makes at most %(limit)s bids in this auction.") % {"limit": f"{rows_max:,}"}
        )
    return found


def _bid(cells: list[str]) -> tuple[int, int]:
    """Raises ValueError, InvalidOperation or Refused for what is no bid."""
    quantity, price = (cell.replace(",", "").removeprefix("$").strip() for cell in (*cells, "")[:2])
    if not (quantity.isascii() and quantity.isdecimal()) or not 0 < int(quantity) <= QUANTITY_MAX:
        raise ValueError(quantity)
    if not price.isascii() or len(price) > 20:
        raise ValueError(price)
    return int(quantity), price_in_cents(Decimal(price))
