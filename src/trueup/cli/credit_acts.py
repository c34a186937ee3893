"""Acts on eligible resources: reports, verifications, notices of credits, issuance."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from trueup.cli.credit_naming import (
    elements_in,
    find_resource,
    find_verifier,
    issued_json,
    months_of,
    quantity_of,
    rate_program_option,
)
from trueup.cli.files import EXISTING
from trueup.cli.naming import ADMINISTRATOR, at_option, find_person, instant
from trueup.cli.output import Output, Table, with_output, with_tables
from trueup.resources import queries, services
from trueup.resources.entries import IssuanceEntry, LeftOut, ReportSpec, Upload

ISSUED = ("Resource", "Year", "Credits", "First", "Last")
UNIT_KEYS = ("unit", "year", "quantity", "first", "last")


@click.command()
@click.argument("name", metavar="RESOURCE")
@click.argument("year", type=int)
@click.option("--mwh", required=True, help="MWh of the year, or of the months.")
@click.option("--elements", type=EXISTING, required=True, help="What it says: a JSON object.")
@click.option("--months", default="1-12", show_default=True, help="Whole months, first to last.")
@click.option("--meter-file", type=EXISTING, help="Meter data: start,end,mwh.")
@click.option("--as", "who", required=True, help="The representative who reports.")
@rate_program_option
@at_option
@with_output
def report(
    output: Output,
    *,
    name: str,
    year: int,
    mwh: str,
    elements: Path,
    months: str,
    meter_file: Path | None,
    who: str,
    program: str,
    at: str | None,
) -> None:
    """File an M&V report, with its meter data if wanted.

    \b
    Example:
      trueup resources report "Sand Hill Wind" 2022 --mwh 5000.7 --elements report.json \\
          --as fay@example.org --json
    """
    person = find_person(who).id
    first, last = months_of(months)
    entry = services.submit_report(
        resource=find_resource(program, name).id,
        spec=ReportSpec(
            year=year,
            mwh=quantity_of(mwh),
            elements=elements_in(elements),
            first_month=first,
            last_month=last,
            meter_file=(
                Upload(name=meter_file.name, media_type="text/csv", path=meter_file)
                if meter_file is not None
                else None
            ),
        ),
        submitted_by=person,
        submitted_at=instant(program, at),
    )
    late = ", late" if entry.is_late else ""
    output.result(
        {
            "as": f"person:{person}",
            "report": entry.id,
            "sequence": entry.sequence,
            "mwh": str(entry.mwh),
            "is_late": entry.is_late,
        },
        text=f"Report {entry.sequence} of {name} is filed{late}: {entry.mwh} MWh of {year}.",
    )


@click.command()
@click.argument("name", metavar="RESOURCE")
@click.argument("year", type=int)
@click.option("--mwh", required=True, help="MWh that the verifier determined.")
@click.option("--elements", type=EXISTING, required=True, help="What it says: a JSON object.")
@click.option("--verifier", required=True, help="The accredited verifier, by name.")
@click.option("--as", "who", required=True, help="Who of its team files it.")
@rate_program_option
@at_option
@with_output
def verify(
    output: Output,
    *,
    name: str,
    year: int,
    mwh: str,
    elements: Path,
    verifier: str,
    who: str,
    program: str,
    at: str | None,
) -> None:
    """File a verification report on a resource's latest M&V report of a year.

    \b
    Example:
      trueup resources verify "Sand Hill Wind" 2022 --mwh 5000.7 --elements verified.json \\
          --verifier "Northwind Audit" --as ned@example.org --json
    """
    person = find_person(who).id
    reports = [
        one
        for one in queries.reports_of(find_resource(program, name).id, year=year)
        if one.state != "superseded"
    ]
    entry = services.verify_report(
        report=reports[-1].id if reports else 0,
        verifier=find_verifier(program, verifier).id,
        verified_mwh=quantity_of(mwh),
        elements=elements_in(elements),
        submitted_by=person,
        submitted_at=instant(program, at),
    )
    output.result(
        {"as": f"person:{person}", "report": entry.id, "verified_mwh": str(entry.verified_mwh)},
        text=f"Report {entry.sequence} of {name} is verified: {entry.verified_mwh} MWh.",
    )


@click.command()
@click.argument("year", type=int)
@rate_program_option
@at_option
@with_output
def notice(output: Output, *, year: int, program: str, at: str | None) -> None:
    """Publish the credits calculated for a year; 30 days of comment begin.

    \b
    Example:
      trueup resources notice 2022 --json
    """
    entry = services.publish_credit_notice(
        program=program, year=year, published_at=instant(program, at)
    )
    output.result(
        {
            "as": ADMINISTRATOR,
            "year": entry.year,
            "closes_on": entry.closes_on.isoformat(),
            "resources": entry.resources,
            "units": entry.units,
        },
        text=f"The notice of {year} is published; comment ends on {entry.closes_on}.",
    )


@click.command()
@click.argument("year", type=int)
@click.argument("name", metavar="[RESOURCE]", required=False)
@click.option("--units", is_flag=True, help="To affected units, instead of resources.")
@rate_program_option
@at_option
@with_tables
def issue(
    output: Output, *, year: int, name: str | None, units: bool, program: str, at: str | None
) -> None:
    """Issue a year's credits: to a resource, to all that are ready, or to affected units.

    Who is not ready is named with what is missing.

    \b
    Examples:
      trueup resources issue 2022
      trueup resources issue 2022 "Sand Hill Wind" --json
      trueup resources issue 2022 --units
    """
    if units and name is not None:
        raise click.UsageError("Name a resource, or give --units.")
    when = instant(program, at)
    if units:
        _issue_to_units(output, program, year, when)
        return
    issued: tuple[IssuanceEntry, ...]
    left_out: tuple[LeftOut, ...] = ()
    if name is not None:
        resource = find_resource(program, name).id
        issued = (services.issue_ercs(resource=resource, year=year, issued_at=when),)
    else:
        found = services.issue_ercs_of_year(program=program, year=year, issued_at=when)
        issued, left_out = found.issued, found.left_out
    rows = [issued_json(_name(one.resource), one) for one in issued]
    output.result(
        {
            "as": ADMINISTRATOR,
            "issued": rows,
            "left_out": [
                {"resource": _name(one.resource), "refused": [r.code for r in one.refusals]}
                for one in left_out
            ],
        },
        table=Table(
            title=f"Issued for {year}", columns=ISSUED, rows=[tuple(row.values()) for row in rows]
        ),
        text=f"{sum(one.quantity for one in issued):,} credits are issued to {len(issued):,}"
        f" resources; {len(left_out):,} are left out.",
    )


def _issue_to_units(output: Output, program: str, year: int, when: datetime) -> None:
    found = services.issue_to_affected_units(program=program, year=year, issued_at=when)
    rows = [
        (
            f"{one.owner.facility.name}/{one.owner.unit.unit_id if one.owner.unit else ''}",
            year,
            one.quantity,
            one.block.first_serial,
            one.block.last_serial,
        )
        for one in found.issued
    ]
    output.result(
        {
            "as": ADMINISTRATOR,
            "issued": [dict(zip(UNIT_KEYS, row, strict=True)) for row in rows],
            "waiting": len(found.waiting),
        },
        table=Table(title=f"Issued for {year}", columns=("Unit", *ISSUED[1:]), rows=rows),
        text=f"{sum(one.quantity for one in found.issued):,} credits are issued to affected"
        f" units; {len(found.waiting):,} wait for a notice.",
    )


def _name(resource: int) -> str:
    found = queries.resource(resource)
    return found.name if found is not None else str(resource)
