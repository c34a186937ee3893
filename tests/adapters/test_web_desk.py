"""The desk's pages: what awaits an official, proposals, tasks, and what auditors read."""

from __future__ import annotations

import csv
import io
from html import unescape

import pytest
from django.core.cache import cache
from django.urls import reverse

from tests.adapters.roles_of_access import Everyone
from tests.adapters.web_books import Page
from tests.contexts.registry import PROGRAM, Registry
from trueup.audit import services as audit
from trueup.audit.models import Event
from trueup.desk import queries as desk
from trueup.tasks import queries as tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def everyone() -> Everyone:
    cache.clear()
    return Everyone(registry=Registry())


def text_of(everyone: Everyone, role: str, name: str, **query: str) -> str:
    thing = everyone.things.get({"task": "task", "proposal": "proposal"}.get(name, ""))
    address = reverse(name, args=[thing] if thing else [])
    answer = everyone.clients[role].get(address, query)
    assert answer.status_code == 200, answer.status_code
    page = Page(answer.content.decode())
    assert page.problems() == []
    return page.text


class TestConsole:
    """PLAT-018, PLAT-094: what awaits an official."""

    def test_a_proposal_awaits_the_second_official_and_not_the_first(
        self, everyone: Everyone
    ) -> None:
        title = "Create a State's budget of a vintage"

        assert f"{title}, AL" in unescape(text_of(everyone, "second", "desk"))
        assert "What you proposed" in text_of(everyone, "administrator", "desk")
        assert "Nothing awaits your word" in text_of(everyone, "administrator", "desk")
        assert "read and act on nothing" in text_of(everyone, "monitor", "desk")

    def test_the_proposal_is_shown_whole_and_only_the_second_has_a_word(
        self, everyone: Everyone
    ) -> None:
        seen = text_of(everyone, "second", "proposal")
        entry = desk.known(everyone.things["proposal"])  # type: ignore[arg-type]
        assert entry.digest in seen
        assert "Olga Stone" in seen
        assert "Administrator (program operation)" in seen
        assert "Approve" in seen
        assert "Approve" not in text_of(everyone, "administrator", "proposal")
        assert "Approve" not in text_of(everyone, "auditor", "proposal")

    def test_a_word_is_checked_and_signed_on_the_next_page(self, everyone: Everyone) -> None:
        address = reverse("proposal", args=[everyone.things["proposal"]])
        values = {"proposal": str(everyone.things["proposal"]), "word": "yes", "reason": ""}

        answer = everyone.clients["second"].post(address, values)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign/")
        assert desk.known(everyone.things["proposal"]).state == "waiting"  # type: ignore[arg-type]

    def test_who_declines_says_why(self, everyone: Everyone) -> None:
        address = reverse("proposal", args=[everyone.things["proposal"]])
        values = {"proposal": str(everyone.things["proposal"]), "word": "no", "reason": ""}

        assert everyone.clients["second"].post(address, values).status_code == 422

    def test_an_official_of_another_state_is_refused_the_form_of_an_act(
        self, everyone: Everyone
    ) -> None:
        """PLAT-019: an official of State A acting for State B: 403, and it is kept."""
        address = reverse("act-desk/record_from_reserve", args=[PROGRAM])
        values = {
            "jurisdiction": "AL",
            "vintage": "2022",
            "quantity": "5",
            "account": everyone.registry.number("Barry"),
        }

        assert everyone.clients["other_state"].post(address, values).status_code == 403
        assert everyone.clients["state"].post(address, values).status_code == 302
        kept = Event.objects.filter(act="access_refused").latest("id")
        assert kept.actor == f"person:{everyone.registry.person('Ken Ash')}"


class TestRefusals:
    """PLAT-004, PLAT-017: the attempt is in the audit trail, and cannot flood it."""

    def test_the_same_attempt_is_kept_once(self, everyone: Everyone) -> None:
        for _ in range(5):
            everyone.clients["representative"].get(reverse("audit-trail"))

        (kept,) = Event.objects.filter(act="access_refused")
        assert kept.subject == "page:/desk/audit/"
        assert kept.after == {"method": "GET", "status": 403, "reasons": []}

    def test_strangers_leave_nothing(self, everyone: Everyone) -> None:
        everyone.clients["anonymous"].get(reverse("audit-trail"))

        assert not Event.objects.filter(act="access_refused").exists()


class TestTasks:
    """PLAT-052: one list, claim, remark, due date, history."""

    def test_a_task_is_claimed_and_its_history_shown(self, everyone: Everyone) -> None:
        assert "Approve" in text_of(everyone, "representative", "tasks")
        address = reverse("task", args=[everyone.things["task"]])
        everyone.clients["agent"].post(address, {"do": "claim"})
        everyone.clients["agent"].post(address, {"do": "comment", "text": "<b>on it</b>"})
        everyone.clients["agent"].post(address, {"do": "due", "due_on": "2021-06-09"})

        seen = text_of(everyone, "representative", "task")
        assert "Abe Gent" in seen
        assert (
            "<b>on it</b>" not in everyone.clients["representative"].get(address).content.decode()
        )
        entry = tasks.task(everyone.things["task"])  # type: ignore[arg-type]
        assert entry is not None
        assert str(entry.due_on) == "2021-06-09"

    def test_what_is_in_another_hand_is_not_claimed(self, everyone: Everyone) -> None:
        address = reverse("task", args=[everyone.things["task"]])
        everyone.clients["agent"].post(address, {"do": "claim"})
        answer = everyone.clients["representative"].post(address, {"do": "claim"}, follow=True)

        assert "Somebody else has the task in hand" in answer.content.decode()


class TestAuditReader:
    """PLAT-017: filters, before and after, and an export."""

    def test_filters_choose_and_before_and_after_are_shown(self, everyone: Everyone) -> None:
        number = everyone.registry.number("Barry")
        audit.log(
            at=everyone.registry.tick(),
            program=PROGRAM,
            actor="administrator",
            act="try_it",
            subject=f"account:{everyone.registry.accounts['Barry'].id}",
            before={"state": "open"},
            after={"state": "frozen"},
        )
        seen = text_of(everyone, "auditor", "audit-trail", account=number, act="try*")
        assert "try_it" in seen
        assert '{"state": "open"}' in seen.replace("&quot;", '"')
        assert "Nothing fits" in text_of(everyone, "auditor", "audit-trail", act="no_such_act")
        assert "is no day" in text_of(everyone, "auditor", "audit-trail", since="tomorrow")
        assert "There is no account" in text_of(everyone, "auditor", "audit-trail", account="X")

    def test_the_export_has_every_row_and_no_formulas(self, everyone: Everyone) -> None:
        audit.log(
            at=everyone.registry.tick(),
            program=PROGRAM,
            actor="=HYPERLINK(1)",
            act="try_it",
            subject="x:1",
        )
        answer = everyone.clients["auditor"].get(reverse("audit-trail-csv"))
        data = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        rows = list(csv.DictReader(io.StringIO(data)))

        assert len(rows) == Event.objects.count() - 1 or len(rows) == Event.objects.count()
        assert "'=HYPERLINK(1)" in {row["actor"] for row in rows}
        assert Event.objects.filter(act="export_audit_trail").exists()


class TestMarket:
    """PLAT-112: holdings by owner group with share."""

    def test_the_monitor_sees_shares_and_the_limit(self, everyone: Everyone) -> None:
        everyone.registry.allocate(("Barry", "1", 2022, 100))
        answer = everyone.clients["monitor"].get(reverse("market", args=[PROGRAM]))

        assert answer.status_code == 200
        assert "above 20% is flagged" in answer.content.decode()


class TestDecision:
    """PLAT-111: the flag is on the decision, for everyone to see."""

    def test_a_pending_appeal_and_its_outcome_are_shown(self, everyone: Everyone) -> None:
        at = everyone.registry.tick()
        decision = audit.decide(
            decision_class="iii",
            program=PROGRAM,
            subject="transfer:1",
            outcome="transfer not recorded",
            reasons=["Not held."],
            decided_at=at,
            decided_by="administrator",
        ).id
        appeal = audit.file_appeal(decision=decision, appellant="Neighbors", filed_at=at)
        address = reverse("decision", args=[PROGRAM, decision])
        seen = everyone.clients["anonymous"].get(address).content.decode()
        assert "An appeal is pending" in seen
        assert "78.1(b)(18)(iii)" in seen

        audit.decide_appeal(
            appeal=appeal.id,
            outcome="affirmed",
            ruling="It stands.",
            decided_at=at,
            decided_by="administrator",
        )
        seen = everyone.clients["anonymous"].get(address).content.decode()
        assert "An appeal is pending" not in seen
        assert "It stands." in seen
