"""Officials' acts on plans, links, States' tables and lost allocations: proposed, then done."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contexts.registry import PROGRAM
from tests.contexts.test_desk import Office
from tests.contexts.test_desk_previews import PLAN, approve, propose, shown
from trueup.allocation import losses, method_reads
from trueup.desk import services
from trueup.desk.acts import ACTS
from trueup.desk.models import PreviewRow
from trueup.officials.roles import STATE_FUNCTIONS
from trueup.rules.refusal import Refused
from trueup.state_plans import queries

pytestmark = pytest.mark.django_db

RE_2022 = 3_308_224


@pytest.fixture
def office() -> Office:
    return Office()


def agree(office: Office, act: str, **values: Any) -> Any:
    """Olga Stone proposes, Pete Moss approves; what was done."""
    entry = office.propose(act, "Olga Stone", **values)
    done = services.approve(proposal=entry.key, by=office.person("Pete Moss"), at=office.tick())
    assert done.state == "executed", done.verdict
    return done


class TestTwoOfficials:
    """PLAT-018; MASS-060, MASS-061, MASS-064, MASS-068 to MASS-074: a second official agrees."""

    def test_every_act_here_needs_a_second_official(self) -> None:
        names = (
            "record_plan_step",
            "activate_link",
            "end_link",
            "approve_tracking_system",
            "record_unit_list",
            "submit_method",
            "decide_method",
            "record_state_table",
            "end_allocations",
        )
        assert all(ACTS[name].needs_second(PROGRAM) for name in names)

    def test_what_no_official_of_a_state_decides_is_the_administrators(self) -> None:
        """MASS-073: EPA keeps the approvals of plans, links and methods."""
        kept = [act.name for act in ACTS.values() if act.function == "state_plans"]
        assert "record_plan_step" in kept
        assert "decide_method" in kept
        assert "state_plans" not in STATE_FUNCTIONS

    def test_an_official_of_a_state_acts_in_that_state_alone(self, office: Office) -> None:
        """MASS-073: for Alabama its own official and EPA's; for Kentucky EPA's alone."""
        given: dict[str, Any] = {
            "period": "2025-2027",
            "dispatched_on": "2024-03-01",
            "plan": "account,unit,vintage,quantity\n",
        }
        for state, reason in (("AL", "no_method"), ("KY", "not_authorized")):
            with pytest.raises(Refused) as caught:
                office.propose("record_state_table", "Ada Lane", jurisdiction=state, **given)
            assert caught.value.reasons == {reason}

    def test_a_step_is_kept_once_both_agree(self, office: Office) -> None:
        given = {"jurisdiction": "KY", "step": "received", "on": "2020-02-10", "plan": "own"}
        entry = office.propose("record_plan_step", "Olga Stone", basis="letter", **given)
        assert queries.steps_of(program=PROGRAM, jurisdiction="KY") == []
        services.approve(proposal=entry.key, by=office.person("Pete Moss"), at=office.tick())
        (step,) = queries.steps_of(program=PROGRAM, jurisdiction="KY")
        assert (step.kind, step.plan, step.note) == ("received", "own", "letter")

    def test_a_state_distributes_through_three_acts(self, office: Office) -> None:
        office.on("2023-03-01")
        declared = dict.fromkeys(
            ("leakage", "early_action", "short_tons", "nothing_else", "final"), "yes"
        )
        of = {"jurisdiction": "AL", "period": "2025-2027"}
        agree(office, "submit_method", dispatched_on="2023-03-01", **of, **declared)
        agree(office, "decide_method", approved="yes", ground="whole", **of)
        office.on("2024-03-01")
        number = office.number("Barry")
        table = "".join(f"{number},1,{year},10\n" for year in (2025, 2026, 2027))
        entry = office.propose(
            "record_state_table",
            "Olga Stone",
            dispatched_on="2024-02-20",
            plan=f"account,unit,vintage,quantity\n{table}",
            **of,
        )
        # PLAT-061: what each year gets is shown before anybody approves.
        assert entry.preview["of_2025"] == 10
        services.approve(proposal=entry.key, by=office.person("Pete Moss"), at=office.tick())
        assert office.total("Barry", 2025) == 10
        assert method_reads.methods(program=PROGRAM)[0].recorded == ("2025-2027",)


class TestRedirected:
    """MASS-064, MASS-067: the preview shows what goes to the set-aside, and so it is done."""

    def test_a_row_of_a_lost_unit_is_shown_and_recorded_elsewhere(self, office: Office) -> None:
        agree(office, "end_allocations", facility=3, unit="2", loss="not_affected", ground="24 MW")
        assert len(losses.losses(program=PROGRAM)) == 1
        preview = shown(office, PLAN)
        rows = PreviewRow.objects.filter(preview=preview).order_by("place")
        assert [(row.name, row.unit, row.outcome) for row in rows] == [
            ("Barry", "1", ""),
            ("AL renewable energy set-aside", "2", "redirected"),
            ("Gaston", "5", ""),
        ]
        assert approve(office, propose(office, preview)).state == "executed"
        assert office.total("Barry", 2022) == 600
        assert office.total("AL renewable energy set-aside", 2022) == RE_2022 + 400

    def test_a_loss_between_preview_and_approval_changes_what_was_signed(
        self, office: Office
    ) -> None:
        preview = shown(office, PLAN)
        agree(office, "end_allocations", facility=3, unit="2", loss="modified", ground="TTTT")
        after = approve(office, propose(office, preview))
        assert after.state == "refused"
        assert office.total("Barry", 2022) == 0
