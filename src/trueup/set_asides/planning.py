"""How a set-aside would be divided now: read from the books, nothing is written.

Source: 40 CFR 62.16240(b); 62.16245(a)(5)-(6), (b)(3)-(4).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from django.db.models import Sum

from trueup.allocation import queries as allocation
from trueup.allocation.entries import StateVintage
from trueup.audit.statements import among
from trueup.ledger import queries as ledger
from trueup.resources.awards import withheld
from trueup.rules import set_aside
from trueup.rules.output_based import share_output_based
from trueup.rules.refusal import Refused
from trueup.rules.set_aside import Projection, to_the_kwh
from trueup.set_asides import checks
from trueup.set_asides.entries import PlannedDistribution, PlannedShare
from trueup.set_asides.models import Bar, Project, ShortfallEntry
from trueup.set_asides.models import Projection as ProjectionRow
from trueup.set_asides.output_figures import earned_by_unit
from trueup.set_asides.projects import rules_of

RENEWABLE, OUTPUT = "renewable_energy", "output_based"


def plan(*, program: str, jurisdiction: str, vintage: int, purpose: str) -> PlannedDistribution:
    """How one State's set-aside of a vintage would be divided now.

    Raises Refused (`no_set_aside`; of the output-based one `no_generation_period`,
    `data_missing`).

    Source: 40 CFR 62.16245(a)(5), (b)(3); MASS-080, MASS-086, MASS-089 to MASS-092.
    """
    quantity = size_of(program=program, jurisdiction=jurisdiction, vintage=vintage, purpose=purpose)
    if purpose == RENEWABLE:
        return _renewable(program, jurisdiction, vintage, quantity)
    return _output_based(program, jurisdiction, vintage, quantity)


def size_of(*, program: str, jurisdiction: str, vintage: int, purpose: str) -> int:
    """All that a set-aside holds of a vintage, or will when the budget is created.

    Raises Refused (`no_set_aside`).

    Source: 40 CFR 62.16240(a)(2)-(3), (c)(5); 62.16235(c), (d); MASS-062.
    """
    budget = allocation.budget_of(program=program, jurisdiction=jurisdiction, vintage=vintage)
    if budget is None:
        raise Refused([checks.NoSetAside(f"{jurisdiction} has no budget of vintage {vintage}.")])
    of = StateVintage(jurisdiction, vintage)
    if not allocation.originated([of], program=program)[of]:
        return dict(budget.parts)[purpose]
    account = allocation.state_account(program=program, jurisdiction=jurisdiction, purpose=purpose)
    if account is None:
        return 0
    return sum(
        held.quantity
        for held in ledger.holdings_of([account.id])[account.id]
        if (held.lot.jurisdiction, held.vintage) == of and held.reservation is None
    )


def digest_of(planned: PlannedDistribution) -> str:
    """What a distribution would do, so that what is approved is what was proposed."""
    return hashlib.sha256(repr(planned).encode()).hexdigest()


def carried_mwh(*, program: str, jurisdiction: str) -> dict[int, Decimal]:
    """By project of a State, the shortfall that is still to be set off.

    Source: 40 CFR 62.16245(a)(5)(ii)-(iii); MASS-083.
    """
    rows = (
        ShortfallEntry.objects.filter(project__program=program, project__jurisdiction=jurisdiction)
        .values("project_id")
        .annotate(mwh=Sum("mwh"))
    )
    return {row["project_id"]: row["mwh"] for row in rows if row["mwh"] > 0}


def pool_of(*, program: str, jurisdiction: str, vintage: int) -> list[Projection]:
    """The approved projections of a generation year, without those of barred providers.

    Projects whose resource is suspended, barred, revoked or without a verification report
    that stands are left out until they are reinstated.

    Source: 40 CFR 62.16245(a)(5), (a)(5)(iii), 62.16250, 62.16255, 62.16280(g); MASS-079,
    MASS-085, MASS-101, MASS-105, MASS-125.
    """
    barred = Bar.objects.filter(program=program, jurisdiction=jurisdiction, vintage=vintage).values(
        "account_id"
    )
    rows = ProjectionRow.objects.filter(
        project__program=program,
        project__jurisdiction=jurisdiction,
        project__state="approved",
        generation_year=vintage,
        state="approved",
    ).exclude(project__account_id__in=barred)
    found = list(
        rows.order_by("project_id").values_list(
            "project_id", "project__account_id", "eligible_mwh", "project__resource_id"
        )
    )
    left_out = withheld(
        (resource for _, _, _, resource in found if resource is not None), program=program
    )
    return [
        Projection(project=project, provider=account, mwh=mwh)
        for project, account, mwh, resource in found
        if resource not in left_out
    ]


def _renewable(program: str, jurisdiction: str, vintage: int, quantity: int) -> PlannedDistribution:
    pool = pool_of(program=program, jurisdiction=jurisdiction, vintage=vintage)
    carried = carried_mwh(program=program, jurisdiction=jurisdiction)
    owners = dict(Project.objects.filter(id__in=among(carried)).values_list("id", "account_id"))
    found = set_aside.distribute(
        quantity,
        pool,
        carried_mwh=carried,
        providers=owners,
        charge=rules_of(program).charge,
    )
    shares = [
        PlannedShare(
            account=of.provider,
            project=of.project,
            quantity=found.allowances[of.project],
            net_mwh=to_the_kwh(found.net_mwh[of.project]),
        )
        for of in pool
    ]
    surplus, kept = _surplus(program, jurisdiction, vintage, found.surplus)
    return PlannedDistribution(
        jurisdiction=jurisdiction,
        vintage=vintage,
        purpose=RENEWABLE,
        quantity=quantity,
        surplus=found.surplus,
        kept=kept,
        shares=(*shares, *surplus),
        set_off_mwh=_set_off(carried, found.carried_mwh),
    )


def _set_off(
    carried: Mapping[int, Decimal], left: Mapping[int, Fraction]
) -> tuple[tuple[int, Fraction], ...]:
    """By project, what a distribution uses up of its shortfall."""
    used = {project: Fraction(mwh) - left[project] for project, mwh in carried.items()}
    return tuple((project, mwh) for project, mwh in sorted(used.items()) if mwh)


def _output_based(
    program: str, jurisdiction: str, vintage: int, quantity: int
) -> PlannedDistribution:
    earned = earned_by_unit(program=program, jurisdiction=jurisdiction, vintage=vintage)
    found = share_output_based(quantity, {unit: of.earned for unit, of in earned.items()})
    shares = [
        PlannedShare(account=earned[unit].account, unit=unit, quantity=share)
        for unit, share in sorted(found.allowances.items())
    ]
    surplus, kept = _surplus(program, jurisdiction, vintage, found.surplus)
    return PlannedDistribution(
        jurisdiction=jurisdiction,
        vintage=vintage,
        purpose=OUTPUT,
        quantity=quantity,
        surplus=found.surplus,
        kept=kept,
        shares=(*shares, *surplus),
    )


def _surplus(
    program: str, jurisdiction: str, vintage: int, surplus: int
) -> tuple[list[PlannedShare], int]:
    """The surplus among the State's units by initial allocation; what stays if there are none.

    Source: 40 CFR 62.16240(b)(1)(ii), (b)(2)(ii); MASS-086, MASS-092; MASS-AMB-25.
    """
    initial = allocation.initial_allocations(
        program=program, jurisdiction=jurisdiction, vintage=vintage
    )
    if not surplus or not any(quantity for _, quantity in initial.values()):
        return [], surplus
    shares = set_aside.divide_surplus(
        surplus, {unit: quantity for unit, (_, quantity) in initial.items()}
    )
    return [
        PlannedShare(account=initial[unit][0], unit=unit, quantity=share, is_surplus=True)
        for unit, share in shares.items()
    ], 0
