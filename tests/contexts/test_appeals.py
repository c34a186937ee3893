"""Appeals: kept with the decisions they are against, and halting nothing.

40 CFR 78.1(b)(18), (b)(19); MASS-165, MASS-166; RATE-264 to RATE-267; PLAT-111.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.contexts.registry import PROGRAM, Registry
from trueup.audit import queries, services
from trueup.audit.models import Appeal, Decision
from trueup.rules.appeals import CLASSES, appealable
from trueup.rules.refusal import Refused

pytestmark = pytest.mark.django_db

NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)
LATER = NOON + timedelta(days=1)


def decide(decision_class: str = "iii", program: str = PROGRAM) -> int:
    return services.decide(
        decision_class=decision_class,
        program=program,
        subject="transfer:1",
        outcome="transfer not recorded",
        reasons=["The serial numbers are not held."],
        decided_at=NOON,
        decided_by="administrator",
    ).id


class TestList:
    """78.1(b)(18) has seven kinds of decision, (b)(19) eleven."""

    def test_both_lists_are_whole(self) -> None:
        assert [entry.item for entry in appealable("cpp-mass").values()] == [
            f"78.1(b)(18)({n})" for n in ("i", "ii", "iii", "iv", "v", "vi", "vii")
        ]
        assert [entry.item for entry in appealable("cpp-rate").values()] == [
            f"78.1(b)(19)({n})"
            for n in ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi")
        ]

    def test_a_refused_transfer_is_item_iii_of_one_list_and_vii_of_the_other(self) -> None:
        assert appealable("cpp-mass")["iii"].item == "78.1(b)(18)(iii)"
        assert appealable("cpp-rate")["iii"].item == "78.1(b)(19)(vii)"

    def test_a_program_that_part_78_does_not_know_has_none(self) -> None:
        assert not appealable("rggi-md")

    @pytest.mark.parametrize("decision_class", CLASSES)
    def test_a_decision_of_each_class_can_be_issued(self, decision_class: str) -> None:
        assert decide(decision_class) > 0

    def test_a_class_that_is_in_no_list_cannot_be_written_down(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            decide("draft")


class TestAppeals:
    """PLAT-111: a flag on the decision, the outcome with it, a link to the correction."""

    def test_an_appeal_is_flagged_on_the_decision_with_its_outcome(self) -> None:
        decision = decide()
        registry = Registry()
        ana = registry.person("Ana Ruiz")
        appeal = services.file_appeal(
            decision=decision, filed_by=ana, filed_at=LATER, reasons="They were held."
        )
        (flag,) = queries.appeals_of([decision])[decision]
        assert flag.is_pending
        assert flag.appellant == "Ana Ruiz"

        correction = decide("v")
        services.decide_appeal(
            appeal=appeal.id,
            outcome="changed",
            ruling="The serial numbers were held.",
            decided_at=LATER,
            decided_by="administrator",
            corrected_by=correction,
            transactions=[7],
        )
        (flag,) = queries.appeals_on("transfer:1")
        assert not flag.is_pending
        assert (flag.outcome, flag.corrected_by, flag.transactions) == ("changed", correction, (7,))

    def test_somebody_whom_the_registry_does_not_know_can_appeal(self) -> None:
        decision = decide()

        services.file_appeal(decision=decision, appellant="Neighbors of Barry", filed_at=LATER)

        assert queries.pending_appeals(program=PROGRAM)[0].appellant == "Neighbors of Barry"

    def test_one_appeal_of_a_decision_is_pending_at_a_time(self) -> None:
        decision = decide()
        services.file_appeal(decision=decision, appellant="A", filed_at=LATER)

        with pytest.raises(Refused) as refused:
            services.file_appeal(decision=decision, appellant="B", filed_at=LATER)
        assert refused.value.reasons == {"appeal_pending"}

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"outcome": "won"}, "outcome_not_known"),
            ({"ruling": " "}, "reasons_missing"),
            ({"appeal": 999_999}, "no_appeal_pending"),
        ],
    )
    def test_an_outcome_that_says_too_little_is_refused(
        self, changes: dict[str, object], reason: str
    ) -> None:
        appeal = services.file_appeal(decision=decide(), appellant="A", filed_at=LATER)
        values: dict[str, object] = {
            "appeal": appeal.id,
            "outcome": "affirmed",
            "ruling": "It stands.",
            "decided_at": LATER,
            "decided_by": "administrator",
        }
        with pytest.raises(Refused) as refused:
            services.decide_appeal(**values | changes)  # type: ignore[arg-type]
        assert refused.value.reasons == {reason}

    def test_an_appeal_of_no_decision_or_by_nobody_is_refused(self) -> None:
        for values, reason in (
            ({"decision": 999_999, "appellant": "A"}, "unknown_decision"),
            ({"decision": decide(), "appellant": " "}, "reasons_missing"),
        ):
            with pytest.raises(Refused) as refused:
                services.file_appeal(filed_at=LATER, **values)  # type: ignore[arg-type]
            assert refused.value.reasons == {reason}

    def test_the_database_keeps_appeals_and_decisions(self) -> None:
        services.file_appeal(decision=decide(), appellant="A", filed_at=LATER)

        with pytest.raises(IntegrityError), transaction.atomic():
            Appeal.objects.all()._raw_delete(Appeal.objects.db)
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.update(outcome="x")
        with pytest.raises(IntegrityError), transaction.atomic():
            Appeal.objects.update(outcome="changed")

    def test_a_recorded_transfer_stands_while_it_is_appealed(self) -> None:
        """PLAT-111: an appeal does not by itself halt a recorded transfer."""
        registry = Registry()
        registry.allocate(("Barry", "1", 2022, 100))
        entry = registry.transfer("Barry", "Gulf Brokers", 2022, 10)
        services.file_appeal(decision=decide(), appellant="A", filed_at=LATER)

        assert entry.state == "recorded"
        assert registry.transfer("Gulf Brokers", "Barry", 2022, 5).state == "recorded"


def test_the_catalogues_list_is_the_table() -> None:
    """RATE-264: the same items as in the catalogue of the requirements."""
    from importlib.resources import files

    rows = list(
        csv.DictReader(
            (files("trueup.rules") / "tables" / "appealable_decisions.csv")
            .read_text(encoding="utf-8")
            .splitlines()
        )
    )
    assert len(rows) == 18
    assert all(row["section"] and row["decision"] for row in rows)
