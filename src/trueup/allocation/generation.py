"""Tables of historical generation, from which a period's allocations are determined.

Columns: `oris_code` and `unit`; for each baseline year `mwh_2010` and so on. A blank cell
says that there is no data of that year.

Source: preamble V.D.1 (80 FR 65016); MASS-056.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from trueup.accounts import queries as accounts
from trueup.allocation import checks
from trueup.allocation.entries import GenerationRow
from trueup.allocation.plans import CellMissing, MissingColumn, NotANumber, PlanNotReadable
from trueup.allocation.workbooks import as_csv
from trueup.emissions.spreadsheet import Table, number, read_table
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.rules.refusal import Refusal, Refused


def read_generation(data: bytes, *, program: str) -> list[GenerationRow]:
    """The rows of a table of generation; nothing is recorded.

    Raises Refused with what is wrong with each line: `no_formula`, `not_readable`,
    `missing_column`, `cell_missing`, `not_a_number`, `unknown_facility`.

    Source: preamble V.D.1, step 1 (80 FR 65016).
    """
    rules = programs.load(program)
    if rules.historical_generation is None:
        raise Refused([checks.NoFormula(f"{rules.name} has no such formula.")])
    years = rules.historical_generation.baseline_years
    try:
        table = read_table(as_csv(data), ragged=True)
        table.header.require([("oris_code", "oris code"), ("unit", "unit id")])
        table.header.require([(f"mwh_{year}",) for year in years])
    except Refused as refused:
        raise Refused(
            (MissingColumn if one.reason == "missing_column" else PlanNotReadable)(
                one.sentence, row=one.row
            )
            for one in refused.refusals
        ) from None
    problems: list[Refusal] = []
    rows = _rows(table, years, _accounts(table, program), problems)
    if problems:
        raise Refused(problems)
    return rows


def _accounts(table: Table, program: str) -> Mapping[str, str]:
    """Account numbers by ORIS code as the table writes it."""
    column = table.header.find("oris_code", "oris code") or 0
    texts = {cells[column] for _, cells in table.rows if cells[column].isdecimal()}
    facilities = accounts.facilities_by_oris_code({int(text) for text in texts if len(text) < 10})
    held = accounts.facility_accounts(
        program=program, facilities=[entry.id for entry in facilities.values()]
    )
    known = ledger.accounts_by_id(entry.account for entry in held)
    return {str(entry.facility.oris_code): known[entry.account].number for entry in held}


def _rows(
    table: Table,
    years: tuple[int, ...],
    numbers: Mapping[str, str],
    problems: list[Refusal],
) -> list[GenerationRow]:
    header = table.header
    oris = header.find("oris_code", "oris code") or 0
    unit = header.find("unit", "unit id") or 0
    columns = {year: header.find(f"mwh_{year}") or 0 for year in years}
    rows = []
    for line, cells in table.rows:
        account = numbers.get(cells[oris].lstrip("0"))
        if not cells[unit]:
            problems.append(CellMissing("The row names no unit.", row=line))
        if account is None:
            problems.append(
                checks.UnknownFacility(
                    f"There is no facility with the ORIS code “{cells[oris][:20]}” that has a"
                    " compliance account.",
                    row=line,
                )
            )
        annual: dict[int, Decimal | int] = {}
        for year, column in columns.items():
            if not cells[column]:
                continue
            mwh = number(cells[column], table.mark)
            if mwh is None:
                sentence = f"“{cells[column][:20]}” is no number of MWh in {year}."
                problems.append(NotANumber(sentence, row=line))
            else:
                annual[year] = mwh
        rows.append(GenerationRow(account=account or "", unit=cells[unit], annual_mwh=annual))
    return rows
