"""Eligible resources: the register, and the papers behind each credit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click

from trueup.cli import credit_acts
from trueup.cli.credit_naming import (
    find_resource,
    issued_json,
    quantity_of,
    rate_program_option,
    resource_json,
)
from trueup.cli.naming import ADMINISTRATOR, at_option, find_account, instant
from trueup.cli.output import Output, Table, with_output, with_tables
from trueup.resources import award_trace, queries, services
from trueup.resources.checks import UnknownResource
from trueup.resources.entries import DocumentEntry, ResourceSpec
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot, parse_serial

COLUMNS = ("Number", "Resource", "Category", "State", "Capacity, MW", "Standing", "Register")
PAPERS = ("Paper", "Version", "Filed", "By", "Digest")
AWARD_PAPERS = ("Paper", "Version", "Filed", "Digest")


@click.group()
def resources() -> None:
    """Eligible resources: describe, list and show them, report, verify, notice and issue.

    Who reports signs as a representative, who verifies as one of an accredited team; all
    else the Administrator does. Each command takes --json.

    \b
    Examples:
      trueup resources describe "Sand Hill Wind" --category WND --kind on_shore --state TX \\
          --capacity 1000 --in-service 2015-06-01 --account "Sand Hill"
      trueup resources list --state TX --json
      trueup resources report "Sand Hill Wind" 2022 --mwh 5000.7 --elements report.json \\
          --as fay@example.org
      trueup resources verify "Sand Hill Wind" 2022 --mwh 5000.7 --elements verified.json \\
          --verifier "Northwind Audit" --as ned@example.org
      trueup resources notice 2022
      trueup resources issue 2022
      trueup resources trace TX-2023-WND-17
    """


@resources.command()
@click.argument("name")
@click.option("--category", required=True, help="Three letters, such as WND.")
@click.option("--kind", default="", help="Within the category: on_shore, photovoltaic, ….")
@click.option("--state", required=True, help="Where it is, such as TX.")
@click.option("--capacity", required=True, help="Nameplate, in MW.")
@click.option("--in-service", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Since when.")
@click.option("--grid", default="EASTERN", show_default=True, help="The interconnection.")
@click.option("--owner", default="", help="Who owns it.")
@click.option("--account", required=True, help="The general account for its credits.")
@rate_program_option
@at_option
@with_output
def describe(
    output: Output,
    *,
    name: str,
    category: str,
    kind: str,
    state: str,
    capacity: str,
    in_service: datetime,
    grid: str,
    owner: str,
    account: str,
    program: str,
    at: str | None,
) -> None:
    """Enter a resource as its sponsor describes it; an application follows.

    \b
    Example:
      trueup resources describe "Sand Hill Wind" --category WND --kind on_shore --state TX \\
          --capacity 1000 --in-service 2015-06-01 --account "Sand Hill" --json
    """
    entry = services.describe_resource(
        program=program,
        spec=ResourceSpec(
            name=name,
            category=category.upper(),
            kind=kind,
            jurisdiction=state.upper(),
            capacity_mw=quantity_of(capacity),
            in_service_on=in_service.date(),
            grid=grid.upper(),
            owner=owner,
        ),
        account=find_account(program, account).id,
        described_at=instant(program, at),
    )
    output.result(
        {"as": ADMINISTRATOR, **resource_json(entry)},
        text=f"Resource {entry.id}: {entry.name} is entered.",
    )


@resources.command(name="list")
@click.option("--state", default="", help="Where they are, such as TX.")
@click.option("--category", default="", help="Three letters, such as WND.")
@click.option("--after", type=int, default=0, help="Go on after the resource of this number.")
@rate_program_option
@with_tables
def list_resources(output: Output, *, state: str, category: str, after: int, program: str) -> None:
    """The resources of the register, a page at a time.

    \b
    Example:
      trueup resources list --category WND --json
    """
    found = queries.resources(
        program=program, jurisdiction=state.upper(), category=category.upper(), after=after
    )
    output.result(
        {"resources": [resource_json(entry) for entry in found]},
        table=Table(
            title="Resources",
            columns=COLUMNS,
            rows=[
                (
                    entry.id,
                    entry.name,
                    entry.category,
                    entry.jurisdiction,
                    str(entry.capacity_mw),
                    entry.state,
                    entry.identifier,
                )
                for entry in found
            ],
        ),
        text=f"{len(found):,} resources",
    )


@resources.command()
@click.argument("name", metavar="RESOURCE")
@rate_program_option
@with_tables
def show(output: Output, *, name: str, program: str) -> None:
    """A resource, its papers in order of filing, and what was issued to it.

    \b
    Example:
      trueup resources show "Sand Hill Wind" --json
    """
    entry = find_resource(program, name)
    papers = queries.papers_of(entry.id)
    issued = queries.issuances_of(entry.id)
    output.result(
        {
            **resource_json(entry),
            "papers": [
                {
                    "kind": paper.kind,
                    "version": paper.version,
                    "filed_at": paper.filed_at.isoformat(),
                    "filed_by": paper.filed_by,
                    "sha256": paper.sha256,
                }
                for paper in papers
            ],
            "issued": [issued_json(entry.name, one) for one in issued],
        },
        table=Table(title=f"{entry.name}, {entry.state}", columns=PAPERS, rows=_rows(papers)),
        text=f"{sum(one.quantity for one in issued):,} credits in {len(issued):,} issues",
    )


@resources.command()
@click.argument("serial")
@rate_program_option
@with_tables
def trace(output: Output, *, serial: str, program: str) -> None:
    """The papers behind a credit, in order of filing.

    \b
    Example:
      trueup resources trace TX-2023-WND-17 --json
    """
    lot, number = parse_serial(serial)
    found = queries.trace(program=program, lot=lot, number=number)
    if found is None:
        _trace_award(output, serial=serial, program=program, lot=lot, number=number)
        return
    output.result(
        {
            "serial": serial,
            "resource": resource_json(found.resource),
            "year": found.issuance.year,
            "papers": [
                {"kind": paper.kind, "version": paper.version, "sha256": paper.sha256}
                for paper in found.documents
            ],
        },
        table=Table(
            title=f"{serial}, {found.resource.name}", columns=PAPERS, rows=_rows(found.documents)
        ),
        text=f"{serial}: MWh of {found.issuance.year} of {found.resource.name}",
    )


def _trace_award(output: Output, *, serial: str, program: str, lot: Lot, number: int) -> None:
    """The papers behind an allowance of a set-aside.

    Source: 40 CFR 62.16365(a)(2)(iv)(A); MASS-164.
    """
    found = award_trace.award_of_serial(program=program, lot=lot, number=number)
    if found is None:
        raise Refused([UnknownResource(f"{serial} comes from no eligible resource.")])
    output.result(
        {
            "serial": serial,
            "resource": resource_json(found.resource),
            "year": found.award.year,
            "transaction": found.award.tx,
            "papers": [
                {"kind": paper.kind, "version": paper.version, "sha256": paper.sha256}
                for paper in found.papers
            ],
        },
        table=Table(
            title=f"{serial}, {found.resource.name}",
            columns=AWARD_PAPERS,
            rows=[
                (paper.kind, paper.version, paper.filed_at.isoformat(), paper.sha256[:12])
                for paper in found.papers
            ],
        ),
        text=f"{serial}: MWh of {found.award.year} of {found.resource.name}",
    )


def _rows(papers: Sequence[DocumentEntry]) -> list[tuple[object, ...]]:
    return [
        (paper.kind, paper.version, paper.filed_at.isoformat(), paper.filed_by, paper.sha256[:12])
        for paper in papers
    ]


for act in (credit_acts.report, credit_acts.verify, credit_acts.notice, credit_acts.issue):
    resources.add_command(act)
