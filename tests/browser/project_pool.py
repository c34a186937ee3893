"""Projects of Ana's: one in a set-aside, distributed and short in a year; one of early action.

And data open for comment.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

PROGRAM, STATE = "cpp-mass", "ID"
PROMISED, RECORDED = 2023, 2024
FIRST, SECOND = "official:1", "official:2"
ZONE = ZoneInfo("America/New_York")


def arrange(mass: Any) -> dict[str, Any]:
    """Make them with the people of the registry; what stands in addresses."""
    from trueup.accounts import services as accounts
    from trueup.set_asides import agreed, services
    from trueup.set_asides.entries import ProjectSpec
    from trueup.set_asides.models import OutputNotice

    account = accounts.open_general_account(
        program=PROGRAM, name="Ruiz Sun", representative=mass.person("Ana Ruiz"), at=mass.tick()
    )
    project = services.file_project(
        ProjectSpec(
            name="Ruiz Mesa",
            jurisdiction=STATE,
            account=account.number,
            category="SOL",
            kind="photovoltaic",
            capacity_mw=Decimal(100),
            in_service_on=date(2015, 6, 1),
        ),
        program=PROGRAM,
        actor=FIRST,
        dispatched_at=mass.tick(),
        received_at=mass.tick(),
    ).id
    services.decide_project(project=project, outcome="approved", actor=FIRST, at=mass.tick())
    for year in (PROMISED, RECORDED):
        filed_at = datetime(year - 1, 5, 20, 12, tzinfo=ZONE)
        services.file_projection(
            project=project,
            generation_year=year,
            projected_mwh=Decimal(1000),
            method="Typical meteorological year.",
            actor=FIRST,
            dispatched_at=filed_at,
            received_at=filed_at,
        )
        services.decide_projection(
            project=project, generation_year=year, is_approved=True, actor=FIRST, at=mass.tick()
        )
    of = {
        "program": PROGRAM,
        "jurisdiction": STATE,
        "vintage": RECORDED,
        "purpose": "renewable_energy",
    }
    shown = agreed.preview(**of, at=mass.tick())
    (result,) = services.distribute(
        **of, digest=shown.digest, proposed_by=FIRST, approved_by=SECOND, at=mass.tick()
    )
    services.verify_generation(
        project=project,
        generation_year=PROMISED,
        actual_mwh=Decimal(800),
        actor=FIRST,
        at=mass.tick(),
    )
    notice = OutputNotice.objects.create(
        program=PROGRAM,
        jurisdiction=STATE,
        period="2025-2027",
        digest="0" * 64,
        published_by=FIRST,
        published_at=mass.tick(),
        comment_until=mass.now.date() + timedelta(days=30),
        is_late=False,
    )
    return {
        "project": project,
        "early_project": _apply_early(mass, account.id),
        "set_aside_state": STATE,
        "set_aside_result": result.id,
        "output_notice": notice.pk,
        "projects_account": account.number,
        "renewable": "renewable_energy",
        "promised_vintage": RECORDED + 1,
    }


def _apply_early(mass: Any, account: int) -> int:
    """A project of early action that was entered from paper, and approved."""
    from trueup.allocation import services
    from trueup.allocation.early_entries import EarlyActionSpec

    project: int = services.apply_for_early_action(
        program=PROGRAM,
        spec=EarlyActionSpec(
            name="Ruiz Ridge",
            jurisdiction=STATE,
            kind="wind",
            started_on=date(2018, 9, 7),
            account=account,
            shows="Ada County, revenue-quality meter",
            asked_2020=Decimal(1000),
        ),
        applied_by=mass.person("Ana Ruiz"),
        applied_at=mass.tick(),
    ).id
    services.decide_on_early_action(
        project=project, approve=True, ground="All is shown.", decided_at=mass.tick()
    )
    return project
