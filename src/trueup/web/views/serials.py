"""A serial number: who holds it, and everything it went through (PLAT-145)."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry, HistoryEntry
from trueup.rules.programs import Program
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot, parse_serial
from trueup.web.access import public
from trueup.web.pages import page, program_or_404, program_trail
from trueup.web.templatetags.pages import event_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is true of a serial number now, in a word and a sentence."""

    text: str
    note: str
    kind: str
    is_end: bool


@public
@require_safe
def serial(request: HttpRequest, code: str, serial_number: str) -> HttpResponse:
    """The history of one serial number, as a table and as a line."""
    program = program_or_404(code)
    try:
        lot, number = parse_serial(serial_number)
    except Refused as refused:
        raise Http404(refused.refusals[0].sentence) from refused
    steps = ledger.serial_history(program=program.code, lot=lot, number=number)
    if not steps:
        raise Http404(f"There is no {program.instrument} {lot.code}-{number} in this program.")
    holder = steps[-1].transaction.destination
    return page(
        request,
        "serial",
        program=program,
        trail=program_trail(program),
        serial=f"{lot.code}-{number}",
        lot=lot,
        origin=_origin(program, lot),
        holder=holder,
        steps=steps,
        status=_status(holder, steps),
    )


def _origin(program: Program, lot: Lot) -> str:
    place = program.jurisdictions.get(lot.jurisdiction)
    return place.name if place else lot.jurisdiction


def _status(holder: AccountEntry, steps: list[HistoryEntry]) -> Status:
    last = steps[-1]
    if holder.kind == "retirement":
        how = event_name(last.event).lower()
        how = "by a voluntary retirement" if how == "transferred" else how
        return Status(
            text="Retired",
            note=f"{how}; it can never move again",
            kind="",
            is_end=True,
        )
    if holder.state != "open":
        return Status(
            text="Held", note=f"in an account that is {holder.state}", kind="bad", is_end=False
        )
    return Status(text="Held", note="", kind="good", is_end=False)
