"""A table of M&V reports, one a row: all of it is taken, or none.

Source: 40 CFR 62.16445(c), 62.16460; PLAT-051; docs/decisions/0371.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from trueup.resources.bulk_entries import ReportFiling
from trueup.resources.entries import ReportSpec
from trueup.rules.papers import REPORT, elements_of, statement_for
from trueup.web import sheets

ROWS_MAX = 500
PROBLEMS_SHOWN = 40
FIXED = ("resource", "name", "year", "first_month", "last_month", "mwh")
NEEDED = ("resource", "year", "mwh")
SIGNED = "certification"
_MWH = re.compile(r"\d{1,15}(\.\d{1,5})?")
_YEAR = re.compile(r"\d{4}")
_MONTH = re.compile(r"\d{1,2}")

Rows = list[dict[str, Any]]


def element_names() -> list[str]:
    """The elements of a report that a table can have as columns.

    Source: 40 CFR 62.16460(b); RATE-111 to RATE-115.
    """
    return [one.name for one in elements_of(REPORT) if one.name != SIGNED]


def read_table(upload: Any) -> Rows:
    """The rows of a table as they are kept in a draft, with their lines.

    The first row names the columns, in any order; blank months are the whole year.

    Raises ValidationError with the rows.
    """
    known = [*FIXED, *element_names()]
    try:
        rows = sheets.rows_of(
            upload.file,
            name=upload.name,
            size=upload.size,
            rows_max=ROWS_MAX + 1,
            columns=len(known) + 1,
        )
    except sheets.UnreadableError as unreadable:
        raise ValidationError(str(unreadable)) from None
    if len(rows) < 2:
        raise ValidationError(_("The file has no row."))
    columns = _columns(rows[0][1], known)
    found, problems = [], []
    for line, cells in rows[1:]:
        row = dict(zip(columns, (*cells, *[""] * len(columns)), strict=False))
        problem = _problem(row)
        if problem:
            told = _("Row %(line)s: %(problem)s")
            problems.append(told % {"line": line, "problem": problem})
        else:
            found.append(_kept(row, line))
        if len(problems) == PROBLEMS_SHOWN:
            problems.append(_("There may be more; only the first problems are shown."))
            break
    if problems:
        raise ValidationError([*problems, _("Nothing of the table was taken.")])
    return found


def _columns(cells: Sequence[str], known: Sequence[str]) -> list[str]:
    """Raises ValidationError for a first row that does not name the columns."""
    columns = [cell.casefold() for cell in cells]
    while columns and not columns[-1]:
        columns.pop()
    problems = [
        _("There is no column “%(name)s”.") % {"name": name[:60]}
        for name in columns
        if name not in known
    ]
    problems += [
        _("The column “%(name)s” is there twice.") % {"name": name}
        for name in sorted(set(columns))
        if name in known and columns.count(name) > 1
    ]
    problems += [
        _("The first row names the columns; “%(name)s” is missing.") % {"name": name}
        for name in NEEDED
        if name not in columns
    ]
    if problems:
        raise ValidationError(problems[:PROBLEMS_SHOWN])
    return columns


def _problem(row: Mapping[str, str]) -> str:
    if not row["resource"]:
        return _("give the identifier of the resource, such as R0000012.")
    if not _matches(_YEAR, row["year"]):
        return _("give the year as a number of four digits.")
    for name in ("first_month", "last_month"):
        if row.get(name) and not _matches(_MONTH, row[name]):
            return _("give the months as numbers from 1 to 12.")
    if not _matches(_MWH, row["mwh"]):
        return _("“%(mwh)s” is no quantity of MWh with at most five decimals.") % {
            "mwh": row["mwh"][:40]
        }
    return ""


def _matches(pattern: re.Pattern[str], text: str) -> bool:
    return text.isascii() and pattern.fullmatch(text) is not None


def _kept(row: Mapping[str, str], line: int) -> dict[str, Any]:
    elements = {name: value for name, value in row.items() if value and name and name not in FIXED}
    return {
        "line": line,
        "resource": row["resource"].upper(),
        "year": int(row["year"]),
        "first_month": int(row.get("first_month") or 1),
        "last_month": int(row.get("last_month") or 12),
        "mwh": row["mwh"],
        "elements": elements,
    }


def filings_of(
    rows: Rows, *, named: Mapping[str, int], program: str, person: int
) -> list[ReportFiling]:
    """The reports of rows whose resources are all known.

    The prescribed statement is the one that is accepted when they are signed.
    """
    statement = statement_for(REPORT, program=program).text
    return [
        ReportFiling(
            resource=named[row["resource"]],
            spec=ReportSpec(
                year=row["year"],
                first_month=row["first_month"],
                last_month=row["last_month"],
                mwh=Decimal(row["mwh"]),
                elements={**row["elements"], SIGNED: statement},
            ),
            submitted_by=person,
        )
        for row in rows
    ]
