"""Where the single measures of a distributed resource are: a table, told in aggregate.

The table itself is kept for the verifier and the Administrator; the application says the
sums by county and State.

Source: 40 CFR 62.16445(a)(2)(v), 62.16455(c)(1)(iii); RATE-068, RATE-083.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, BinaryIO, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.rules.papers import APPLICATION, Element
from trueup.web import sheets
from trueup.web.acts.resources_elements import ElementsForm
from trueup.web.acts.resources_fields import FilesField, KeptFilesMixin, file_rows
from trueup.web.signed_acts import Acting, Values

COLUMNS = ("address", "county", "state", "kw")
ROWS_MAX = 20_000
PROBLEMS_SHOWN = 20
_KW_MAX = Decimal(1_000_000)

Sums = dict[tuple[str, str], tuple[int, Decimal]]


def of_places(element: Element) -> bool:
    """What an application says of places that are scattered."""
    return element.cite == "62.16445(a)(2)(v)"


def asked_of_places(element: Element) -> bool:
    """The same, without what the table gives."""
    return of_places(element) and element.name != "aggregate_locations"


class LocationsForm(KeptFilesMixin, ElementsForm):
    """The table of places, and the promise that each of them can be visited."""

    document = APPLICATION
    takes = staticmethod(asked_of_places)

    files = FilesField(  # type: ignore[assignment]
        label=gettext_lazy("Table of places"),
        required=False,
        accept=".csv",
        help_text=gettext_lazy(
            "A CSV file with the columns address, county, state, kw, one measure a line. It is"
            " shown to the verifier and the Administrator alone; the public sees the sums by"
            " county."
        ),
    )

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.begin_with(self.known.get("places", ()))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.sums: Sums = {}
        good: list[UploadedFile[Any]] = []
        for file in cleaned.get("files") or ():
            try:
                add_up(read_places(file), self.sums)
            except forms.ValidationError as problem:
                self.add_error("files", problem)
            else:
                file.seek(0)
                good.append(file)
        if good:
            # A table replaces the one before: the sums must be of what is kept.
            self.known_files = []
        self.taken = self.take_in(good)
        if not self.taken and "files" not in self.errors:
            self.add_error("files", _("Give the table of places."))
        return cleaned

    def values(self) -> dict[str, Any]:
        found = super().values()
        before = self.known.get(APPLICATION, {}).get("aggregate_locations", "")
        found[APPLICATION]["aggregate_locations"] = sums_in_words(self.sums) or before
        return {**found, "places": self.taken}


def location_rows(_acting: Acting, values: Values) -> list[tuple[str, str]]:
    """The sums and the table, for the page that checks the answers."""
    paper = values.get(APPLICATION, {})
    rows = [(_("Places in aggregate"), paper.get("aggregate_locations", ""))]
    return [*rows, *file_rows(values.get("places", ()), label=_("Table of places"))]


def read_places(file: UploadedFile[Any]) -> list[tuple[str, str, Decimal]]:
    """County, State and kW of each line; raises ValidationError with every line's problem."""
    try:
        rows = sheets.rows_of(
            cast("BinaryIO", file.file),
            name=str(file.name),
            size=file.size or 0,
            rows_max=ROWS_MAX + 2,
            columns=4,
        )
    except sheets.UnreadableError as problem:
        raise forms.ValidationError(str(problem)) from None
    if not rows or tuple(cell.strip().lower() for cell in rows[0][1][:4]) != COLUMNS:
        raise forms.ValidationError(
            _("The first line of “%(name)s” is “%(columns)s”.")
            % {"name": file.name, "columns": ",".join(COLUMNS)}
        )
    if len(rows) > ROWS_MAX + 1:
        raise forms.ValidationError(
            _("A table of places has at most %(limit)s lines.") % {"limit": f"{ROWS_MAX:,}"}
        )
    if len(rows) == 1:
        raise forms.ValidationError(_("The table of places is empty."))
    problems: list[str] = []
    found = [_place(line, cells, problems) for line, cells in rows[1:]]
    if problems:
        raise forms.ValidationError(problems[:PROBLEMS_SHOWN])
    return found


def add_up(places: Sequence[tuple[str, str, Decimal]], sums: Sums) -> None:
    """Add places to the sums by county and State."""
    for county, state, kw in places:
        many, total = sums.get((state, county), (0, Decimal(0)))
        sums[state, county] = many + 1, total + kw


def sums_in_words(sums: Sums) -> str:
    """The sums as the application says them: by State and county."""
    return "\n".join(
        f"{county}, {state}: {many} measures, {total} kW"
        for (state, county), (many, total) in sorted(sums.items())
    )[:20_000]


def _place(line: int, cells: Sequence[str], problems: list[str]) -> tuple[str, str, Decimal]:
    address, county, state, kw = ([cell.strip() for cell in cells] + [""] * 4)[:4]
    if not address or not county:
        problems.append(_("Row %(row)s: give the address and the county.") % {"row": line})
    if not (len(state) in (2, 3) and state.isascii() and state.isalpha()):
        problems.append(_("Row %(row)s: give the State by its two letters.") % {"row": line})
    digits = kw.replace(".", "", 1)
    size = Decimal(kw) if digits.isascii() and digits.isdigit() else Decimal(0)
    if not 0 < size <= _KW_MAX:
        problems.append(
            _("Row %(row)s: give the capacity in kW, such as 5.5; it is above 0.") % {"row": line}
        )
    return county, state.upper(), size
