"""Transfers from a file: a row names serial numbers, or a vintage and a quantity.

Columns: `first` and `last`, or `vintage` and `quantity`, or both pairs with one filled in;
`receiving_account`; and if wanted `reference` and `note`. Where the program asks what was
agreed: `agreement`, `agreed_on`, and `price`, `pricing_method` or `no_price_because`. What
spreadsheets make of it is read: byte-order mark, semicolons, any line end, blank rows at the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid5

from trueup.emissions.problems import write_problems
from trueup.emissions.spreadsheet import Table, number_text, read_table
from trueup.rules.refusal import Refusal, Refused, refusal_types
from trueup.rules.serials import SerialBlock, parse_block
from trueup.rules.trade_reports import TradeReport
from trueup.transfers.checks import unusable
from trueup.transfers.entries import FileOutcome, TransferEntry, TransferSpec
from trueup.transfers.submission import reasons_against, submit
from trueup.transfers.trades import read_terms

# The empty table, to be filled in.
HEADER = "first,last,vintage,quantity,receiving_account,reference,note\r\n"
ROWS_MAX = 10_000
PROBLEMS_MAX = 1_000

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "first": ("first", "first serial"),
    "last": ("last", "last serial"),
    "vintage": ("vintage",),
    "quantity": ("quantity", "allowances"),
    "receiving_account": ("receiving_account", "receiving account", "to"),
    "reference": ("reference", "your reference", "your_reference"),
    "note": ("note",),
    "agreement": ("agreement", "kind of agreement"),
    "agreed_on": ("agreed_on", "agreed on", "trade date"),
    "price": ("price", "price of each"),
    "pricing_method": ("pricing_method", "pricing method"),
    "no_price_because": ("no_price_because", "reason for no price"),
}


class FileNotReadable(Refusal):
    """The file is cut off, in another encoding, or no table."""

    code = "transfers.not_readable"
    cite = "40 CFR 62.16330(b)(1)"


class MissingColumn(Refusal):
    code = "transfers.missing_column"
    cite = "40 CFR 62.16330(b)(1)"


class CellMissing(Refusal):
    code = "transfers.cell_missing"
    cite = "40 CFR 62.16330(b)(1)"


class NotANumber(Refusal):
    code = "transfers.not_a_number"
    cite = "40 CFR 62.16330(b)(1)(ii)"


class FileEmpty(Refusal):
    code = "transfers.file_empty"
    cite = "40 CFR 62.16330(b)(1)"


class TooManyRows(Refusal):
    code = "transfers.too_many_rows"
    cite = "40 CFR 62.16330(b)(1)"


def import_transfers(
    *,
    program: str,
    source: str,
    data: bytes,
    submitted_by: int,
    submitted_at: datetime,
    key: UUID,
    all_or_none: bool = True,
    received_at: datetime | None = None,
    recorded_at: datetime | None = None,
) -> FileOutcome:
    """Submit a transfer for each row of a file, all or none, or each for itself.

    The same file with the same key again records nothing twice.

    Args:
        source: Number of the account out of which all of them go.
        all_or_none: Record nothing unless every row can be recorded or has to wait.

    Raises Refused with all reasons, `row` being the line of the file: `not_readable`,
    `missing_column`, `file_empty`, `too_many_rows`; with `all_or_none` also those of each
    row, `cell_missing`, `not_a_number` and the reasons of `submit_transfer`.

    Source: 40 CFR 62.16330; PLAT-050, PLAT-054.
    """
    reader = _Reader(_read(data))
    specs = [
        TransferSpec(
            source=source,
            destination=row.destination,
            submitted_by=submitted_by,
            submitted_at=submitted_at,
            received_at=received_at,
            key=uuid5(key, f"row {row.line}"),
            blocks=row.blocks,
            vintage=row.vintage,
            quantity=row.quantity,
            reference=row.reference,
            note=row.note,
            trade=row.trade,
            row=row.line,
        )
        for row in reader.rows()
    ]
    problems = reader.problems
    for spec in specs:
        problems += [_at(refusal, spec.row) for refusal in unusable(spec)]
    unusable_rows = {problem.row for problem in problems}
    usable = [spec for spec in specs if spec.row not in unusable_rows]
    decided_at = recorded_at or received_at or submitted_at
    if all_or_none and problems:
        problems += reasons_against(usable, program=program, recorded_at=decided_at)
        raise Refused(sorted(problems, key=lambda problem: problem.row or 0)[:PROBLEMS_MAX])
    transfers = submit(usable, program=program, recorded_at=decided_at, all_or_none=all_or_none)
    for spec, entry in zip(usable, transfers, strict=True):
        problems += _reasons_of(entry, row=spec.row)
    problems.sort(key=lambda problem: problem.row or 0)
    return FileOutcome(transfers=tuple(transfers), problems=tuple(problems))


def error_report(data: bytes, problems: Sequence[Refusal]) -> bytes:
    """The same file with what is wrong with each row in a last column, “problem”."""
    with TemporaryDirectory() as folder:
        source, target = Path(folder) / "transfers.csv", Path(folder) / "problems.csv"
        source.write_bytes(data)
        write_problems(source=source, problems=problems, target=target)
        return target.read_bytes()


def _read(data: bytes) -> Table:
    """The table of a file that has the columns it needs, under our own reasons."""
    try:
        table = read_table(data, ragged=True)
        header = table.header
        header.require([COLUMNS["receiving_account"]])
        has_serials = header.find(*COLUMNS["first"]) is not None
        if not has_serials and header.find(*COLUMNS["vintage"]) is None:
            header.require([COLUMNS["first"]])
        if not has_serials:
            header.require([COLUMNS["quantity"]])
    except Refused as refused:
        own = {"missing_column": MissingColumn}
        raise Refused(
            own.get(refusal.reason, FileNotReadable)(refusal.sentence, row=refusal.row)
            for refusal in refused.refusals
        ) from None
    if not table.rows:
        raise Refused([FileEmpty("The file has no rows.", row=header.body_line)])
    if len(table.rows) > ROWS_MAX:
        raise Refused(
            [TooManyRows(f"The file has {len(table.rows):,} rows; send at most {ROWS_MAX:,}.")]
        )
    return table


class _Row:
    """The cells of a row that could be read."""

    __slots__ = (
        "blocks",
        "destination",
        "line",
        "note",
        "quantity",
        "reference",
        "trade",
        "vintage",
    )

    def __init__(self, line: int, cells: Mapping[str, str]) -> None:
        self.line = line
        self.destination = cells["receiving_account"]
        self.reference = cells["reference"]
        self.note = cells["note"]
        self.blocks: tuple[SerialBlock, ...] = ()
        self.vintage: int | None = None
        self.quantity: Decimal | None = None
        self.trade: TradeReport | None = None


class _Reader:
    """Turns the cells of a table into rows, and keeps the problems."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._columns = {name: table.header.find(*labels) for name, labels in COLUMNS.items()}
        self.problems: list[Refusal] = []

    def rows(self) -> list[_Row]:
        found = []
        for line, texts in self._table.rows:
            cells = {
                name: texts[column] if column is not None else ""
                for name, column in self._columns.items()
            }
            before = len(self.problems)
            row = _Row(line, cells)
            if not cells["receiving_account"]:
                self.problems.append(CellMissing("The receiving account is missing.", row=line))
            if cells["first"] or cells["last"]:
                row.blocks = self._blocks(line, cells["first"], cells["last"])
            elif not cells["vintage"] and not cells["quantity"]:
                self.problems.append(
                    CellMissing("Name serial numbers, or a vintage and a quantity.", row=line)
                )
            if cells["vintage"] or cells["quantity"]:
                row.vintage = self._vintage(line, cells["vintage"])
                row.quantity = self._number(line, "quantity", cells["quantity"])
            row.trade = self._trade(line, cells)
            if len(self.problems) == before:
                found.append(row)
        return found

    def _blocks(self, line: int, first: str, last: str) -> tuple[SerialBlock, ...]:
        if not first:
            self.problems.append(CellMissing("The first serial number is missing.", row=line))
            return ()
        try:
            return (parse_block(first, last or first),)
        except Refused as refused:
            self.problems += [_at(refusal, line) for refusal in refused.refusals]
            return ()

    def _trade(self, line: int, cells: Mapping[str, str]) -> TradeReport | None:
        """What was agreed; whether the program asks for that, the transfer's checks say.

        Source: RGGI-032.
        """
        try:
            return read_terms(
                kind=cells["agreement"],
                agreed_on=cells["agreed_on"],
                price=cells["price"],
                method=cells["pricing_method"],
                reason=cells["no_price_because"],
            )
        except Refused as refused:
            self.problems += [_at(refusal, line) for refusal in refused.refusals]
            return None

    def _vintage(self, line: int, text: str) -> int | None:
        number = self._number(line, "vintage", text)
        if number is None:
            return None
        if number != int(number) or not 1000 <= number <= 9999:
            self.problems.append(
                NotANumber(f"The vintage is “{text}”, not a year such as 2022.", row=line)
            )
            return None
        return int(number)

    def _number(self, line: int, name: str, text: str) -> Decimal | None:
        digits = number_text(text, self._table.mark)
        if not text:
            self.problems.append(CellMissing(f"The {name} is missing.", row=line))
        elif digits is None:
            self.problems.append(NotANumber(f"The {name} is “{text}”, not a number.", row=line))
        return Decimal(digits) if digits is not None else None


def _reasons_of(entry: TransferEntry, *, row: int | None) -> list[Refusal]:
    kinds = {kind.code: kind for kind in refusal_types()} if entry.reasons else {}
    return [kinds[reason.code](reason.sentence, row=row) for reason in entry.reasons]


def _at(refusal: Refusal, row: int | None) -> Refusal:
    refusal.row = row
    return refusal
