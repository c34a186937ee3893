"""Allocation plans: a table of unit, vintage and quantity, read with all its errors.

It is CSV, or the first sheet of a workbook.

Columns: `account` (an account's number), or `oris_code` and `unit`; `vintage`; `quantity`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from trueup.accounts import queries as accounts
from trueup.allocation import checks
from trueup.allocation.entries import AllocationReceipt, AllocationRow
from trueup.allocation.models import AllocationRun
from trueup.allocation.recipients import look_up
from trueup.allocation.recordation import Source, digest_of, record_rows
from trueup.allocation.workbooks import as_csv
from trueup.emissions.spreadsheet import Table, number_text, read_table
from trueup.ledger import queries as ledger
from trueup.rules.refusal import Refusal, Refused

HEADER = "oris_code,unit,vintage,quantity\r\n"  # The empty table, to be filled in.
PLANS = UUID("6b0f2a52-9d0c-4f9e-8f57-62163250a11c")
PROBLEMS_MAX = 10_000


class PlanNotReadable(Refusal):
    """The file is cut off, in another encoding, or no table."""

    code = "allocation.not_readable"
    cite = "40 CFR 62.16240(a)(1)"


class MissingColumn(Refusal):
    code = "allocation.missing_column"
    cite = "40 CFR 62.16240(a)(1)"


class NotANumber(Refusal):
    code = "allocation.not_a_number"
    cite = "40 CFR 62.16240(a)(1)"


class CellMissing(Refusal):
    code = "allocation.cell_missing"
    cite = "40 CFR 62.16240(a)(1)"


class PlanRecordedBefore(Refusal):
    """The same rows were recorded from a plan before, whatever the file was called."""

    code = "allocation.plan_recorded_before"
    cite = "PLAT-060"


_OWN_REASONS: Mapping[str, type[Refusal]] = {
    "not_readable": PlanNotReadable,
    "workbook_not_readable": PlanNotReadable,
    "missing_column": MissingColumn,
}


def import_plan(
    *,
    program: str,
    data: bytes,
    recorded_at: datetime,
    actor: str = "administrator",
    file_name: str = "",
) -> AllocationReceipt:
    """Record the allocations of a plan, or nothing and say what is wrong with each row.

    The same rows are not recorded twice from a plan, in whatever order or file.

    Raises Refused with all reasons, `row` being the line of the file: `not_readable`,
    `missing_column`, `cell_missing`, `not_a_number`, `unknown_facility`,
    `duplicate_row`, `plan_recorded_before`, and those of `record_allocations`.

    Source: 40 CFR 62.16240(a)(1); MASS-057; PLAT-060.
    """
    rows = read_plan(data, program=program, recorded_at=recorded_at)
    return record_plan(
        rows, program=program, recorded_at=recorded_at, actor=actor, file_name=file_name
    )


def record_plan(
    rows: Sequence[AllocationRow],
    *,
    program: str,
    recorded_at: datetime,
    actor: str = "administrator",
    file_name: str = "",
) -> AllocationReceipt:
    """Record the rows of a plan that was read before; the same ones are recorded once.

    Raises Refused (`plan_recorded_before`, and those of `record_allocations`).

    Source: 40 CFR 62.16240(a)(1); MASS-057; PLAT-060.
    """
    digest = digest_of(rows)
    before = AllocationRun.objects.filter(program=program, kind="plan", digest=digest).first()
    if before is not None:
        raise Refused(
            [
                PlanRecordedBefore(
                    f"The same rows were recorded on {before.recorded_at:%Y-%m-%d} from"
                    f" “{before.file_name or 'a plan'}” (allocation {before.pk})."
                    " Nothing was recorded again."
                )
            ]
        )
    return record_rows(
        rows,
        program=program,
        recorded_at=recorded_at,
        actor=actor,
        key=uuid5(PLANS, f"{program} {digest}"),
        source=Source("plan", file_name),
    )


def read_plan(data: bytes, *, program: str, recorded_at: datetime) -> list[AllocationRow]:
    """The rows of a plan, each with the account that it means; nothing is recorded.

    Raises Refused with what is wrong with each line.

    Source: 40 CFR 62.16240(a)(1).
    """
    try:
        table = read_table(as_csv(data))
        header = table.header
        header.require([("vintage",), ("quantity",)])
        if header.find("account", "account number") is None:
            header.require([("oris_code", "oris code")])
    except Refused as refused:
        raise Refused(_as_own(refused.refusals)) from None
    reader = _PlanReader(table, program=program)
    rows = reader.rows()
    problems = reader.problems
    if problems:  # So that all errors are told at once, those of the other rows as well.
        problems += look_up(rows, program=program, recorded_at=recorded_at).refusals
        problems.sort(key=lambda problem: problem.row or 0)
        raise Refused(problems[:PROBLEMS_MAX])
    if not rows:
        raise Refused([checks.NothingToAllocate("The plan has no rows.", row=header.body_line)])
    return rows


def _as_own(refusals: Sequence[Refusal]) -> list[Refusal]:
    """The same reasons under this context's codes and paragraph."""
    return [
        _OWN_REASONS.get(refusal.reason, PlanNotReadable)(refusal.sentence, row=refusal.row)
        for refusal in refusals
    ]


class _PlanReader:
    """Turns the cells of a plan into rows, and keeps the problems."""

    def __init__(self, table: Table, *, program: str) -> None:
        header = table.header
        self.table = table
        self.program = program
        self.names = header.names
        self.account = header.find("account", "account number")
        self.oris_code = header.find("oris_code", "oris code")
        self.unit = header.find("unit", "unit id")
        self.vintage = header.find("vintage")
        self.quantity = header.find("quantity", "allowances")
        self.problems: list[Refusal] = []

    def rows(self) -> list[AllocationRow]:
        numbers = self._account_numbers()
        rows = []
        seen: dict[tuple[str, str, int], int] = {}
        for line, cells in self.table.rows:
            before = len(self.problems)
            account = self._account_of(line, cells, numbers)
            unit = cells[self.unit] if self.unit is not None else ""
            vintage = self._whole(line, cells, self.vintage)
            quantity = self._quantity(line, cells)
            if len(self.problems) > before:
                continue
            key = (account, unit, vintage)
            if key in seen:
                self._problem(
                    checks.DuplicateRow,
                    line,
                    f"Line {seen[key]} has an allocation of vintage {vintage} for the same"
                    f" {'unit' if unit else 'account'} already.",
                )
                continue
            seen[key] = line
            rows.append(
                AllocationRow(
                    account=account, unit=unit, vintage=vintage, quantity=quantity, line=line
                )
            )
        return rows

    def _account_numbers(self) -> dict[int, str]:
        """Account numbers by ORIS code, of all facilities that the plan names."""
        if self.oris_code is None:
            return {}
        codes = {
            int(digits)
            for _, cells in self.table.rows
            if (digits := self._digits(cells[self.oris_code])) is not None
        }
        facilities = accounts.facilities_by_oris_code(codes)
        held = accounts.facility_accounts(
            program=self.program, facilities=[entry.id for entry in facilities.values()]
        )
        known = ledger.accounts_by_id(entry.account for entry in held)
        return {entry.facility.oris_code: known[entry.account].number for entry in held}

    def _account_of(self, line: int, cells: tuple[str, ...], numbers: Mapping[int, str]) -> str:
        if self.account is not None and cells[self.account]:
            return cells[self.account].upper()
        text = cells[self.oris_code] if self.oris_code is not None else ""
        if not text:
            self._problem(CellMissing, line, "The row names neither an account nor a facility.")
            return ""
        digits = self._digits(text)
        if digits is None:
            self._problem(NotANumber, line, f"“{text}” is not an ORIS code.")
            return ""
        number = numbers.get(int(digits))
        if number is None:
            self._problem(
                checks.UnknownFacility,
                line,
                f"There is no facility with the ORIS code {digits} that has a compliance account.",
            )
            return ""
        return number

    def _whole(self, line: int, cells: tuple[str, ...], column: int | None) -> int:
        text = cells[column] if column is not None else ""
        digits = self._digits(text)
        if not text:
            self._problem(CellMissing, line, f"“{self.names[column or 0]}” is blank.")
        elif digits is None:
            self._problem(
                NotANumber, line, f"“{self.names[column or 0]}” is “{text}”, not a whole number."
            )
        return int(digits) if digits is not None else 0

    def _quantity(self, line: int, cells: tuple[str, ...]) -> int:
        """A quantity; one that is a number but not a whole one of at least 1 has its own code."""
        text = cells[self.quantity] if self.quantity is not None else ""
        digits = self._digits(text)
        is_number = number_text(text, self.table.mark) is not None
        if is_number and (digits is None or int(digits) < 1):
            self._problem(
                checks.NotWholeNumber, line, f"{text} is not a whole number of at least 1."
            )
            return 0
        return self._whole(line, cells, self.quantity)

    def _digits(self, text: str) -> str | None:
        plain = number_text(text, self.table.mark)
        if plain is not None and plain.endswith(".0"):
            plain = plain.removesuffix(".0")
        return plain if plain is not None and plain.isdecimal() and len(plain) <= 15 else None

    def _problem(self, kind: type[Refusal], line: int, sentence: str) -> None:
        self.problems.append(kind(sentence, row=line))
