"""An account's statement of a period and its holdings as of a day: page, CSV and XLSX.

What they say is recorded, so everyone may read them (docs/decisions/0073, 0230). What the
people of the account wrote beside their transfers is not among it.

Source: PLAT-041, PLAT-140; docs/decisions/0230.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from trueup.disclosure import account_statement as statements
from trueup.disclosure.account_statement import HoldingsAsOf, Movement, StatementHead
from trueup.disclosure.queries import running_period
from trueup.ledger.entries import AccountEntry
from trueup.rules.programs import Program
from trueup.rules.refusal import Refused
from trueup.rules.serials import SerialBlock, parse_serial
from trueup.web.access import public
from trueup.web.days import DayField
from trueup.web.downloads import csv_download
from trueup.web.pages import Link, page, program_or_404
from trueup.web.paging import Page, number_after, page_of
from trueup.web.spreadsheets import Sheet, TooManyRows, xlsx_download
from trueup.web.views.accounts import account_or_404, accounts_trail

MOVEMENTS_SHOWN = 50
BLOCKS_SHOWN = 50

_MOVEMENT_COLUMNS = (
    "journal_position",
    "recorded_at",
    "event",
    "ground",
    "counterparty_number",
    "counterparty",
    "direction",
    "first",
    "last",
    "vintage",
    "quantity",
    "balance_after",
)
_BLOCK_COLUMNS = ("first", "last", "lot", "quantity")


class PeriodForm(forms.Form):
    """The first and the last day of a statement."""

    start = DayField(label=gettext_lazy("First day"))
    end = DayField(label=gettext_lazy("Last day"))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "start" in found and "end" in found and found["end"] < found["start"]:
            self.add_error("end", _("The last day must not be before the first day."))
        return found


class DayForm(forms.Form):
    """A past day, at whose end the holdings are shown."""

    on = DayField(label=gettext_lazy("Day"))

    def __init__(self, *args: Any, today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        self.today = today

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise forms.ValidationError(_("The day must not be in the future."))
        return on


@public
@require_safe
def statement(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """What an account held, received, gave and holds then, for any period.

    Source: PLAT-041, PLAT-140.
    """
    program, entry = program_or_404(code), account_or_404(code, number)
    form = _period_form(request, program)
    head = _head(form, entry, program)
    rows = (
        statements.movements_page(head, after=number_after(request), limit=MOVEMENTS_SHOWN + 1)
        if head is not None
        else []
    )
    return page(
        request,
        "account_statement",
        program=program,
        trail=_trail(program, entry),
        entry=entry,
        form=form,
        head=head,
        page=page_of(request, rows, key=lambda row: row.position, size=MOVEMENTS_SHOWN),
        choices=_choices(request, program),
        query=f"start={head.start}&end={head.end}" if head is not None else "",
        today=_today(program),
    )


@public
@require_safe
def statement_csv(request: HttpRequest, code: str, number: str) -> HttpResponseBase:
    """A statement's movements block by block, for a spreadsheet; of any length."""
    program, entry = program_or_404(code), account_or_404(code, number)
    head = _head(_period_form(request, program), entry, program)
    if head is None:
        return _back(request, "account-statement", program, entry)
    return csv_download(_name(head), _MOVEMENT_COLUMNS, _movement_rows(head))


@public
@require_safe
def statement_xlsx(request: HttpRequest, code: str, number: str) -> HttpResponseBase:
    """A statement as a spreadsheet of two sheets; above its limit, the CSV."""
    program, entry = program_or_404(code), account_or_404(code, number)
    head = _head(_period_form(request, program), entry, program)
    if head is None:
        return _back(request, "account-statement", program, entry)
    try:
        return xlsx_download(
            _name(head),
            (
                Sheet(title="Summary", header=("", ""), rows=_summary_rows(head)),
                Sheet(title="Movements", header=_MOVEMENT_COLUMNS, rows=_movement_rows(head)),
            ),
        )
    except TooManyRows:
        return HttpResponseRedirect(
            f"{reverse('account-statement', args=[program.code, entry.number])}"
            f"?{request.GET.urlencode()}&long=1"
        )


@public
@require_safe
def as_of(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """What an account held at the end of a past day.

    Source: PLAT-041.
    """
    program, entry = program_or_404(code), account_or_404(code, number)
    form = _day_form(request, program)
    held = _holdings(form, entry, program)
    return page(
        request,
        "account_as_of",
        program=program,
        trail=_trail(program, entry),
        entry=entry,
        form=form,
        held=held,
        on=form.cleaned_data["on"] if held is not None else None,
        blocks=_blocks_page(request, held) if held is not None else None,
        query=f"on={form.cleaned_data['on']}" if held is not None else "",
        today=_today(program),
    )


@public
@require_safe
def as_of_csv(request: HttpRequest, code: str, number: str) -> HttpResponseBase:
    """What an account held at the end of a past day, block by block."""
    program, entry = program_or_404(code), account_or_404(code, number)
    form = _day_form(request, program)
    held = _holdings(form, entry, program)
    if held is None:
        return _back(request, "account-as-of", program, entry)
    return csv_download(
        f"{entry.number}-holdings-{form.cleaned_data['on']}", _BLOCK_COLUMNS, _block_rows(held)
    )


@public
@require_safe
def as_of_xlsx(request: HttpRequest, code: str, number: str) -> HttpResponseBase:
    """The same as a spreadsheet; above its limit, the page says so and has the CSV."""
    program, entry = program_or_404(code), account_or_404(code, number)
    form = _day_form(request, program)
    held = _holdings(form, entry, program)
    if held is None:
        return _back(request, "account-as-of", program, entry)
    on = form.cleaned_data["on"]
    lots = ((row.lot.code, row.vintage, row.quantity) for row in held.lots)
    try:
        return xlsx_download(
            f"{entry.number}-holdings-{on}",
            (
                Sheet(title="By lot", header=("lot", "vintage", "quantity"), rows=lots),
                Sheet(title="Blocks", header=_BLOCK_COLUMNS, rows=_block_rows(held)),
            ),
        )
    except TooManyRows:
        return HttpResponseRedirect(
            f"{reverse('account-as-of', args=[program.code, entry.number])}?on={on}&long=1"
        )


def _period_form(request: HttpRequest, program: Program) -> PeriodForm:
    """The chosen days; without a choice, from the running period's first day to today."""
    today = _today(program)
    asked = request.GET.copy()
    if "start" not in asked and "end" not in asked:
        asked["start"] = str(min(running_period(program, today=today).first_day, today))
        asked["end"] = str(today)
    return PeriodForm(asked)


def _day_form(request: HttpRequest, program: Program) -> DayForm:
    today = _today(program)
    asked = request.GET.copy()
    asked.setdefault("on", str(today))
    return DayForm(asked, today=today)


def _head(form: PeriodForm, entry: AccountEntry, program: Program) -> StatementHead | None:
    if not form.is_valid():
        return None
    return statements.statement_head(
        entry.id,
        program=program.code,
        start=form.cleaned_data["start"],
        end=form.cleaned_data["end"],
    )


def _holdings(form: DayForm, entry: AccountEntry, program: Program) -> HoldingsAsOf | None:
    if not form.is_valid():
        return None
    at = min(statements.end_of(form.cleaned_data["on"], program), timezone.now())
    return statements.holdings_as_of(entry.id, at=at)


def _choices(request: HttpRequest, program: Program) -> list[Link]:
    """Periods that people ask for: the running one, the one before, this year, everything."""
    today = _today(program)
    running = running_period(program, today=today)
    spans: list[tuple[str, date, date]] = [
        (str(today.year), date(today.year, 1, 1), today),
        (str(today.year - 1), date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
        (_("Compliance period %(name)s") % {"name": running}, running.first_day, today),
        (_("Everything"), date(program.schedule.printed[0].first_year - 10, 1, 1), today),
    ]
    asked = (request.GET.get("start"), request.GET.get("end"))
    return [
        Link(
            name=name,
            address=f"{request.path}?start={start}&end={end}",
            current="true" if asked == (str(start), str(end)) else "",
        )
        for name, start, end in spans
        if start <= end
    ]


def _blocks_page(request: HttpRequest, held: HoldingsAsOf) -> Page[SerialBlock]:
    """A page of the blocks, which are in serial order."""
    rows: Sequence[SerialBlock] = held.blocks
    after = request.GET.get("blocks", "")
    try:
        lot, number = parse_serial(after)
        rows = [block for block in rows if (block.lot, block.first) > (lot, number)]
    except Refused:
        pass
    return page_of(
        request,
        rows[: BLOCKS_SHOWN + 1],
        key=lambda block: block.first_serial,
        size=BLOCKS_SHOWN,
        name="blocks",
    )


def _summary_rows(head: StatementHead) -> Iterator[tuple[object, ...]]:
    yield ("Account", head.account.number)
    yield ("Name", head.account.name)
    yield ("From", str(head.start))
    yield ("To", str(head.end))
    yield ("Held at the start", head.opening_total)
    yield ("Received", head.received)
    yield ("Given", head.given)
    yield ("Held at the end", head.closing_total)
    yield ("After journal position", head.after)
    yield ("Until journal position", head.until)
    yield ("Vintage", "Start", "Received", "Given", "End")
    for row in head.vintages:
        yield (row.vintage, row.opening, row.received, row.given, row.closing)


def _movement_rows(head: StatementHead) -> Iterator[tuple[object, ...]]:
    for movement in statements.movements(head):
        for block in movement.blocks:
            yield _movement_row(movement, block)


def _movement_row(movement: Movement, block: SerialBlock) -> tuple[object, ...]:
    line, other = movement.transaction, movement.counterparty
    return (
        movement.position,
        line.recorded_at.isoformat(),
        line.event,
        line.ground,
        other.number if other is not None else "",
        other.name if other is not None else "",
        "in" if movement.is_incoming else "out",
        block.first_serial,
        block.last_serial,
        block.lot.year,
        block.quantity,
        movement.balance,
    )


def _block_rows(held: HoldingsAsOf) -> Iterable[tuple[object, ...]]:
    return (
        (block.first_serial, block.last_serial, block.lot.code, block.quantity)
        for block in statements.blocks_as_of(held)
    )


def _name(head: StatementHead) -> str:
    return f"{head.account.number}-statement-{head.start}-{head.end}"


def _back(
    request: HttpRequest, name: str, program: Program, entry: AccountEntry
) -> HttpResponseRedirect:
    """To the page, which says what is wrong with the days."""
    here = reverse(name, args=[program.code, entry.number])
    return HttpResponseRedirect(f"{here}?{request.GET.urlencode()}")


def _trail(program: Program, entry: AccountEntry) -> list[Link]:
    here = Link(name=entry.number, address=reverse("account", args=[program.code, entry.number]))
    return [*accounts_trail(program), here]


def _today(program: Program) -> date:
    return program.local_date(timezone.now())
