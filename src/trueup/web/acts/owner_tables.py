"""A table of owners, as a representative sends it: all of it is taken, or none.

Source: PLAT-037; 40 CFR 62.16300(c), 62.16320(c)(3)(iii); docs/decisions/0296.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from trueup.accounts.ownership_checks import check_party, tidied
from trueup.accounts.ownership_entries import PartyEntry, PartySpec
from trueup.web import sheets
from trueup.web.sentences import plain

ROWS_MAX = 1_000
PROBLEMS_SHOWN = 20
COLUMNS = 4
HEADINGS = frozenset({"name", "owner", "party"})
BEGINS = frozenset({"", "now", "yes", "listed", "begins"})
ENDS = frozenset({"no", "no more", "unlisted", "ends"})

Listed = list[dict[str, str]]


def read_owners(upload: Any, current: Sequence[PartyEntry]) -> tuple[Listed, list[int]]:
    """Who has an interest now, as party specs, and the keys of those who have none any more.

    The columns are: name; `organization` or `person`; what tells it from others of its
    name; `now` or `no more`. All but the first may be blank.

    Args:
        current: The list as it is.

    Raises ValidationError with the rows.
    """
    try:
        rows = sheets.rows_of(
            upload.file,
            name=upload.name,
            size=upload.size,
            rows_max=ROWS_MAX + 1,
            columns=COLUMNS,
        )
    except sheets.UnreadableError as unreadable:
        raise ValidationError(str(unreadable)) from None
    if rows and rows[0][1][0].casefold() in HEADINGS:
        rows = rows[1:]
    if not rows:
        raise ValidationError(_("There is nobody in the table."))
    known = {(party.name, party.identifier): party for party in current}
    coming: Listed = []
    going: list[int] = []
    seen: set[tuple[str, str]] = set()
    problems: list[str] = []
    for line, cells in rows:
        spec, ends, problem = _read_row(cells, known=known, seen=seen)
        if problem:
            told = _("Row %(line)s: %(problem)s")
            problems.append(told % {"line": line, "problem": problem})
        elif ends:
            going.append(known[spec.name, spec.identifier].id)
        else:
            coming.append({"name": spec.name, "kind": spec.kind, "identifier": spec.identifier})
        if len(problems) == PROBLEMS_SHOWN:
            problems.append(_("There may be more; only the first problems are shown."))
            break
    if problems:
        raise ValidationError([*problems, _("Nothing of the table was taken.")])
    return coming, going


def _read_row(
    cells: Sequence[str],
    *,
    known: Mapping[tuple[str, str], PartyEntry],
    seen: set[tuple[str, str]],
) -> tuple[PartySpec, bool, str]:
    """The party of a row, whether its interest ended, and what is wrong with it."""
    name, kind, identifier, when = (*cells, *("",) * (COLUMNS - len(cells)))[:COLUMNS]
    spec = tidied(
        PartySpec(name=name, kind=kind.casefold() or "organization", identifier=identifier)
    )
    word = when.casefold()
    key = (spec.name, spec.identifier)
    if word not in BEGINS | ENDS:
        return spec, False, _("write “now” or “no more”, not “%(word)s”.") % {"word": when}
    if key in seen:
        return spec, False, _("“%(name)s” is in the table twice.") % {"name": spec.name}
    seen.add(key)
    ends = word in ENDS
    if ends and key not in known:
        return spec, ends, _("“%(name)s” is not on the list.") % {"name": spec.name}
    if not ends and key in known:
        return spec, ends, _("“%(name)s” is on the list already.") % {"name": spec.name}
    refusals = [] if ends else check_party(spec)
    return spec, ends, " ".join(plain(refusal.sentence) for refusal in refusals)
