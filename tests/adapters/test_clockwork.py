"""The daily clock does what falls due without anybody's decision, and nothing twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from tests.contexts.certificate_specs import certificate
from tests.contexts.resources_registry import PROGRAM as RATE
from tests.contexts.resources_registry import WIND, ResourceRegistry
from tests.contexts.transfers_registry import NOON, PROGRAM, Registry
from trueup.accounts import services as accounts
from trueup.cli import clockwork
from trueup.ledger import queries as ledger
from trueup.resources import services as resources
from trueup.resources.models import Bar
from trueup.signing import services as signing
from trueup.signing.models import Draft
from trueup.tasks.models import Task
from trueup.transfers import services as transfers

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


class TestTheClock:
    """What the services of other contexts leave to the passing of time."""

    def test_a_projected_date_that_has_passed_opens_a_task_once(self) -> None:
        """40 CFR 62.16305(a)(1); MASS-022."""
        registry = Registry()
        spec = certificate(program=PROGRAM, facility=registry.barry_facility, at=NOON)
        units = tuple(
            replace(unit, operating_from=date(2022, 3, 1), is_operation_projected=True)
            for unit in spec.units
        )
        accounts.file_certificate(replace(spec, units=units), program=PROGRAM, received_at=NOON)
        passed = datetime(2022, 3, 2, 17, 0, tzinfo=UTC)
        # The set-aside of 2022 is overdue by then: officials are asked for it once, before.
        assert clockwork.run_once(passed - 2 * DAY, codes=[PROGRAM])["asked"] == 1

        asked = [
            clockwork.run_once(now, codes=[PROGRAM])["asked"]
            for now in (passed - DAY, passed, passed + DAY)
        ]

        assert asked == [0, 1, 0]
        (task,) = Task.objects.filter(closed_at=None, account=registry.barry.id)
        assert "supply the actual date" in task.title

    def test_who_owes_credits_past_the_last_day_is_barred_once(self) -> None:
        """40 CFR 62.16450(b), (d)(3); RATE-150."""
        registry = ResourceRegistry()
        registry.register()
        registry.issue_year("50")
        gulf = registry.open_general("Gulf", "Cy Dunn")
        sold = transfers.submit_transfer(
            program=RATE,
            source=registry.accounts["Sand Hill"].number,
            destination=gulf.number,
            submitted_by=registry.person("Fay Ito"),
            submitted_at=registry.tick(),
            key=uuid4(),
            blocks=ledger.blocks_held(registry.accounts["Sand Hill"].id),
        )
        assert sold.state == "recorded", sold.reasons
        registry.on("2024-03-11")
        resources.revoke_qualification(
            resource=registry.resources[WIND.name].id,
            cause="INELIGIBLE",
            ground="a 2011 build",
            revoked_at=registry.tick(),
        )

        barred = [
            clockwork.run_once(registry.on(day), codes=[RATE])["barred"]
            for day in ("2024-04-09", "2024-04-10", "2024-04-11")
        ]

        assert barred == [0, 1, 0]
        assert Bar.objects.filter(until_at=None).count() == 1

    def test_drafts_that_nobody_signed_in_thirty_days_go(self) -> None:
        """PLAT-050."""
        registry = Registry()
        signing.keep_draft(
            key=uuid4(),
            person=registry.ana,
            program=PROGRAM,
            act="transfer",
            subject=registry.barry.number,
            answers={},
            values={},
            created_at=NOON,
        )

        for days, left in ((29, 1), (31, 0)):
            clockwork.run_once(NOON + timedelta(days=days), codes=[PROGRAM])
            assert Draft.objects.count() == left
