"""Distribute set-asides: preview, propose as one official, approve as another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

import click

from trueup.cli.naming import at_option, find_person, instant
from trueup.cli.output import Json, Output, Table, with_output, with_tables
from trueup.desk import queries as desk_queries
from trueup.desk import services as desk
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.set_asides import agreed, official_reads
from trueup.set_asides.agreed import Preview
from trueup.set_asides.models import PURPOSES
from trueup.set_asides.official_reads import NamedShare

Command = TypeVar("Command", bound=Callable[..., object])

SHARE_COLUMNS = ("Recipient", "Unit", "Account", "Surplus", "Net MWh", "Allowances")
purpose_option = click.option(
    "--purpose", type=click.Choice(PURPOSES), default=PURPOSES[0], show_default=True
)
as_official = click.option("--as", "who", required=True, help="The official who does it.")


def program_option(command: Command) -> Command:
    """`--program CODE`, of those that have set-asides."""
    codes = [code for code in programs.codes() if programs.load(code).renewable_energy is not None]
    return click.option(
        "--program",
        type=click.Choice(codes),
        default="cpp-mass",
        show_default=True,
        help="The program whose set-asides are meant.",
    )(command)


@click.command()
@click.argument("state")
@click.argument("vintage", type=int)
@purpose_option
@program_option
@at_option
@with_tables
def preview(
    output: Output, *, state: str, vintage: int, purpose: str, program: str, at: str | None
) -> None:
    """How a set-aside would be divided now, every share; nothing is recorded.

    \b
    Example:
      trueup set-asides preview AL 2022 --json
    """
    shown = agreed.preview(
        program=program,
        jurisdiction=state.upper(),
        vintage=vintage,
        purpose=purpose,
        at=instant(program, at),
    )
    if not shown.planned:
        raise Refused(list(shown.refusals))
    of = shown.planned[0]
    shares = official_reads.named(of, limit=None)
    output.result(
        _preview_json(shown, shares),
        table=Table(
            title=f"{state.upper()}, {vintage}",
            columns=SHARE_COLUMNS,
            rows=[_share_row(one) for one in shares],
        ),
        text=" ".join(
            [f"{of.quantity:,} allowances.", *(refusal.sentence for refusal in shown.refusals)]
        ),
    )


def _preview_json(shown: Preview, shares: Sequence[NamedShare]) -> Json:
    of = shown.planned[0]
    return {
        "digest": shown.digest,
        "quantity": of.quantity,
        "surplus": of.surplus,
        "kept": of.kept,
        "refusals": [refusal.code for refusal in shown.refusals],
        "shares": [
            {
                "recipient": one.name,
                "unit": one.unit,
                "account": one.account.number,
                "is_surplus": one.share.is_surplus,
                "net_mwh": str(one.share.net_mwh) if one.share.net_mwh is not None else None,
                "quantity": one.share.quantity,
            }
            for one in shares
        ],
    }


def _share_row(one: NamedShare) -> tuple[object, ...]:
    return (
        one.name,
        one.unit,
        one.account.number,
        "yes" if one.share.is_surplus else "",
        str(one.share.net_mwh or ""),
        one.share.quantity,
    )


@click.command()
@click.argument("state")
@click.argument("vintage", type=int)
@purpose_option
@as_official
@program_option
@at_option
@with_output
def propose(
    output: Output,
    *,
    state: str,
    vintage: int,
    purpose: str,
    who: str,
    program: str,
    at: str | None,
) -> None:
    """Propose to a second official exactly what the preview shows now.

    \b
    Example:
      trueup set-asides propose AL 2022 --as olga@example.gov --json
    """
    moment = instant(program, at)
    of: dict[str, Any] = {"jurisdiction": state.upper(), "vintage": vintage, "purpose": purpose}
    shown = agreed.preview(program=program, at=moment, **of)
    if shown.refusals:
        raise Refused(list(shown.refusals))
    done = desk.act(
        "distribute_set_aside",
        program=program,
        by=find_person(who).id,
        at=moment,
        digest=shown.digest,
        **of,
    )
    if done.proposal is None:
        raise AssertionError("a distribution always needs a second official")
    output.result(
        {"proposal": str(done.proposal.key), **of, "preview": dict(done.proposal.preview)},
        text=f"Proposed: {done.proposal.key}. Nothing is recorded until another approves it.",
    )


@click.command()
@click.argument("proposal", type=click.UUID)
@as_official
@program_option
@at_option
@with_output
def approve(output: Output, *, proposal: UUID, who: str, program: str, at: str | None) -> None:
    """Approve a proposed distribution as another official: it is recorded and published.

    \b
    Example:
      trueup set-asides approve 0f0e7c1a-5f0e-4c1d-9a2b-3c4d5e6f7a8b --as pete@example.gov
    """
    entry = desk_queries.known(proposal)
    if entry.act != "distribute_set_aside" or entry.program != program:
        raise click.UsageError("That is no proposed distribution of this program.")
    after = desk.approve(proposal=proposal, by=find_person(who).id, at=instant(program, at))
    result = dict(after.verdict.result) if after.verdict is not None else {}
    refusals = list(after.verdict.refusals) if after.verdict is not None else []
    output.result(
        {"state": after.state, "result": result, "refusals": [dict(one) for one in refusals]},
        text=" ".join([f"The proposal is {after.state}.", *(one["sentence"] for one in refusals)]),
    )
