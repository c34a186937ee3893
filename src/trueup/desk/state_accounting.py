"""The acts of officials on a State's general accounts: years, divisions, applications, moves.

Source: RGGI-020 to RGGI-031; PLAT-018, PLAT-019.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from trueup.auctions import queries as auctions
from trueup.desk import checks
from trueup.desk.kinds import Act, Asked, Result
from trueup.desk.parameters import STATE, Parameter
from trueup.resources import queries as resources
from trueup.rules.auction_bids import price_in_cents
from trueup.rules.refusal import Refused
from trueup.state_accounts import queries
from trueup.state_accounts import services as states
from trueup.state_accounts.entries import ApplicationEntry

_SHARE = re.compile(r"([a-z_]+)\s*[=: ]\s*([0-9][0-9,]*)")
AUCTIONS_READ = 100


def set_year(asked: Asked) -> Result:
    """Set a State's budget of a year, and its tons for a MWh.

    Source: RGGI-020, RGGI-023.
    """
    factor = asked.get("tons_per_mwh")
    entry = states.set_state_year(
        program=asked.program,
        jurisdiction=asked["jurisdiction"],
        year=asked["year"],
        budget=asked["budget"],
        tons_per_mwh=Decimal(factor) if factor is not None else None,
        actor=asked.actor,
        at=asked.at,
    )
    return {"state": entry.jurisdiction, "year": entry.year, "budget": f"{entry.budget:,}"}


def distribute(asked: Asked) -> Result:
    """Divide a State's budget of a year among its accounts.

    Source: RGGI-020, RGGI-030.
    """
    entry = states.distribute_budget(
        program=asked.program,
        jurisdiction=asked["jurisdiction"],
        year=asked["year"],
        quantities=shares_of(asked["shares"]),
        actor=asked.actor,
        recorded_at=asked.at,
    )
    return {
        "transactions": list(entry.txs.values()),
        "budget": f"{entry.budget:,}",
        "late": "yes" if entry.is_late else "no",
        **{purpose: f"{quantity:,}" for purpose, quantity in entry.shares.items()},
    }


def complete(asked: Asked) -> Result:
    """Say that an application has all that it needs.

    Source: RGGI-027.
    """
    return _told(
        states.find_complete(application=_application(asked), actor=asked.actor, at=asked.at)
    )


def approve(asked: Asked) -> Result:
    """Approve an application to a set-aside.

    Source: RGGI-021 to RGGI-024, RGGI-027.
    """
    return _told(
        states.approve_application(application=_application(asked), actor=asked.actor, at=asked.at)
    )


def refuse(asked: Asked) -> Result:
    """Refuse an application to a set-aside.

    Source: RGGI-027.
    """
    return _told(
        states.refuse_application(
            application=_application(asked),
            reason=asked["reason"],
            actor=asked.actor,
            at=asked.at,
        )
    )


def execute(asked: Asked) -> Result:
    """Retire, sell or award what was approved; a sale is at the reserve price in force.

    Source: RGGI-021 to RGGI-024, RGGI-026, RGGI-031.
    """
    price = asked.get("price")
    entry = states.execute_application(
        application=_application(asked),
        actor=asked.actor,
        at=asked.at,
        price_cents=price_in_cents(Decimal(price)) if price is not None else None,
        reserve_price_cents=reserve_price_cents(asked.program, at=asked.at),
    )
    return {
        **_told(entry),
        "given": f"{entry.given or 0:,}",
        "missing": f"{entry.missing or 0:,}",
        **({"amount": f"{entry.amount:,}"} if entry.amount is not None else {}),
    }


def move(asked: Asked) -> Result:
    """Move allowances from one account of a State to another, by a decision.

    Source: RGGI-025.
    """
    entry = states.move_between(
        program=asked.program,
        jurisdiction=asked["jurisdiction"],
        source=asked["source"],
        destination=asked["destination"],
        vintage=asked["vintage"],
        quantity=asked["quantity"],
        reason=asked["reason"],
        key=asked.key,
        actor=asked.actor,
        at=asked.at,
    )
    return {
        "transactions": [entry.tx],
        "from": entry.source,
        "to": entry.destination,
        "quantity": f"{entry.quantity:,}",
    }


def award_offsets(asked: Asked) -> Result:
    """Award a project an offset allowance for each whole ton of a verified year.

    Source: RGGI-033.
    """
    found = resources.resource(asked["resource"])
    if found is None or found.program != asked.program:
        raise Refused([checks.NothingToDo("There is no such project in this program.")])
    if found.jurisdiction != asked.jurisdiction:
        raise Refused([checks.NotAuthorized(f"It is a project of {found.jurisdiction}.")])
    entry = states.award_offset_allowances(
        resource=found.id, year=asked["year"], actor=asked.actor, at=asked.at
    )
    return {
        "transactions": [entry.tx],
        "project": found.name,
        "year": entry.year,
        "tons": f"{entry.tons:,}",
        "awarded": f"{entry.quantity:,}",
    }


def reserve_price_cents(program: str, *, at: datetime) -> int | None:
    """The minimum reserve price in force: of the latest auction of which notice was given.

    Source: RGGI-022 (“auction reserve price in force on the sale date”).
    """
    for entry in auctions.auctions(program=program, limit=AUCTIONS_READ):
        if entry.state != "cancelled" and entry.noticed_at <= at:
            return entry.reserve_price_cents
    return None


def shares_of(text: str) -> Mapping[str, int]:
    """Quantities by account, as they are written: `liesa 50, ltc 40`.

    Raises Refused (`value_not_usable`).
    """
    found: dict[str, int] = {}
    for part in re.split(r"[;\n]+|,(?=\s*[a-z])", text.strip()):
        match = _SHARE.fullmatch(part.strip())
        if match is None or match[1] in found:
            raise Refused(
                [
                    checks.ValueNotUsable(
                        f"“{part.strip()[:60]}”: write each account once, “ltc 40”."
                    )
                ]
            )
        found[match[1]] = int(match[2].replace(",", ""))
    return found


def _application(asked: Asked) -> int:
    """The application's number, if it is one of the program and of the State."""
    entry = queries.application(asked["application"], program=asked.program)
    if entry.jurisdiction != asked.jurisdiction:
        raise Refused(
            [checks.NotAuthorized(f"Application {entry.id} is one of {entry.jurisdiction}.")]
        )
    return entry.id


def _told(entry: ApplicationEntry) -> Result:
    return {
        "application": entry.id,
        "state": entry.state,
        "quantity": f"{entry.quantity:,}",
    }


YEAR = Parameter(name="year", label="Year", kind="whole")
APPLICATION = Parameter(name="application", label="Application (number)", kind="whole")
ACCOUNTS = "Its name in the books: liesa, ltc, vrsa, cgsa or consumer."

ACTS = (
    Act(
        name="set_state_year",
        title="Set a State's budget of a year",
        cite="RGGI-020, RGGI-023",
        function="allocate",
        rule="allocate",
        parameters=(
            STATE,
            YEAR,
            Parameter(name="budget", label="Budget of the year", kind="whole"),
            Parameter(
                name="tons_per_mwh",
                label="Tons for a MWh of renewable energy",
                kind="decimal",
                required=False,
            ),
        ),
        carry_out=set_year,
    ),
    Act(
        name="distribute_state_budget",
        title="Divide a State's budget of a year among its accounts",
        cite="RGGI-020, RGGI-025, RGGI-030",
        function="allocate",
        rule="allocate",
        parameters=(
            STATE,
            YEAR,
            Parameter(
                name="shares",
                label="What each account gets",
                help="Such as liesa 50, ltc 40; the account that takes the rest can be left out.",
            ),
        ),
        carry_out=distribute,
    ),
    Act(
        name="complete_state_application",
        title="Find an application to a set-aside complete",
        cite="RGGI-027",
        function="review_eligibility",
        second="never",
        parameters=(STATE, APPLICATION),
        carry_out=complete,
    ),
    Act(
        name="approve_state_application",
        title="Approve an application to a set-aside",
        cite="RGGI-021 to RGGI-024, RGGI-027",
        function="review_eligibility",
        second="never",
        parameters=(STATE, APPLICATION),
        carry_out=approve,
    ),
    Act(
        name="refuse_state_application",
        title="Refuse an application to a set-aside",
        cite="RGGI-027",
        function="review_eligibility",
        second="never",
        parameters=(STATE, APPLICATION, Parameter(name="reason", label="Reason")),
        carry_out=refuse,
    ),
    Act(
        name="execute_state_application",
        title="Carry out an approved application: retire, sell or award",
        cite="RGGI-021 to RGGI-024, RGGI-026, RGGI-031",
        function="holding_accounts",
        rule="allocate",
        parameters=(
            STATE,
            APPLICATION,
            Parameter(
                name="price",
                label="Price of a sale, dollars",
                kind="decimal",
                required=False,
                help="The minimum reserve price in force; only for a sale.",
            ),
        ),
        carry_out=execute,
    ),
    Act(
        name="move_between_state_accounts",
        title="Move allowances from one account of a State to another",
        cite="RGGI-025, RGGI-026",
        function="holding_accounts",
        rule="allocate",
        parameters=(
            STATE,
            Parameter(name="source", label="From the account", help=ACCOUNTS),
            Parameter(name="destination", label="To the account", help=ACCOUNTS),
            Parameter(name="vintage", label="Vintage", kind="whole"),
            Parameter(name="quantity", label="Quantity", kind="whole"),
            Parameter(name="reason", label="Reason"),
        ),
        carry_out=move,
    ),
    Act(
        name="award_offset_allowances",
        title="Award offset allowances to a project",
        cite="RGGI-033",
        function="holding_accounts",
        rule="allocate",
        parameters=(
            STATE,
            Parameter(name="resource", label="Project (number)", kind="whole"),
            YEAR,
        ),
        carry_out=award_offsets,
    ),
)
