"""Previews that are kept, and what two officials then agree on: exactly that, or nothing."""

from __future__ import annotations

import base64
import hashlib
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from tests.contexts.registry import PROGRAM
from tests.contexts.test_desk import Office
from trueup.compliance import queries as compliance
from trueup.desk import comparing, previews, queries, services
from trueup.desk.entries import ProposalEntry
from trueup.desk.models import Approval, Preview, PreviewRow, Verdict
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.tasks import jobs
from trueup.tasks.jobs import JobEntry

pytestmark = pytest.mark.django_db

PLAN = "oris_code,unit,vintage,quantity\n3,1,2022,600\n3,2,2022,400\n26,5,2023,250\n"
PERIOD = programs.load(PROGRAM).period_named("2022-2024")


@pytest.fixture
def office() -> Office:
    return Office()


def read(office: Office, text: str, *, kind: str = "plan", state: str = "") -> JobEntry:
    """Upload a file as Olga Stone, and give the job that read it."""
    data = text.encode()
    key = jobs.start(
        "desk.preview_allocation",
        by=office.person("Olga Stone"),
        program=PROGRAM,
        values={
            "kind": kind,
            "jurisdiction": state,
            "period": "2022-2024",
            "file": base64.b64encode(data).decode(),
            "file_name": "plan.csv",
            "file_digest": hashlib.sha256(data).hexdigest(),
        },
        at=office.tick(),
    )
    entry = jobs.job(key)
    assert entry is not None
    return entry


def shown(office: Office, text: str = PLAN, **more: str) -> Preview:
    entry = read(office, text, **more)
    assert entry.state == "done", entry
    return Preview.objects.latest("id")


def settled_preview(office: Office) -> Preview:
    key = previews.preview_settlement(
        program=PROGRAM, period="2022-2024", by=office.person("Olga Stone"), at=office.tick()
    )
    return Preview.objects.get(key=key)


def propose(office: Office, preview: Preview, by: str = "Olga Stone") -> ProposalEntry:
    values: dict[str, str] = {"preview": str(preview.key), "digest": preview.digest}
    if preview.kind == "settlement":
        return office.propose("settle_as_previewed", by, period=preview.period, **values)
    if preview.jurisdiction:
        values["jurisdiction"] = preview.jurisdiction
    return office.propose("record_allocations", by, **values)


def approve(office: Office, entry: ProposalEntry, by: str = "Pete Moss") -> ProposalEntry:
    return services.approve_in_job(
        proposal=entry.key, by=office.person(by), at=office.tick(), digest=entry.digest
    )


class TestAllocations:
    """40 CFR 62.16240(a)(1); PLAT-060: all errors by row, totals, two officials, whole."""

    def test_a_preview_allocates_nothing_and_shows_every_row_and_total(
        self, office: Office
    ) -> None:
        preview = shown(office)

        assert office.total("Barry", 2022) == 0
        rows = PreviewRow.objects.filter(preview=preview).order_by("place")
        assert [(row.name, row.unit, row.vintage, row.quantity) for row in rows] == [
            ("Barry", "1", 2022, 600),
            ("Barry", "2", 2022, 400),
            ("Gaston", "5", 2023, 250),
        ]
        totals = {
            (row["jurisdiction"], row["vintage"]): row for row in previews.state_totals(preview)
        }
        assert totals["AL", 2022]["quantity"] == 1000
        assert totals["AL", 2022]["rows"] == 2
        assert totals["AL", 2022]["before"] == 0
        assert totals["AL", 2022]["left"] == totals["AL", 2022]["budget"] - 1000

    def test_what_two_officials_signed_is_recorded(self, office: Office) -> None:
        after = approve(office, propose(office, shown(office)))

        assert after.state == "executed", after.verdict
        assert office.total("Barry", 2022) == 1000
        assert office.total("Gaston", 2023) == 250
        assert after.verdict is not None
        assert after.verdict.name == "Pete Moss"
        assert after.verdict.result["quantity"] == 1250

    def test_the_same_official_does_not_approve(self, office: Office) -> None:
        entry = propose(office, shown(office))

        with pytest.raises(Refused) as refused:
            approve(office, entry, by="Olga Stone")
        assert refused.value.reasons == {"same_person"}
        assert office.total("Barry", 2022) == 0

    def test_of_two_who_approve_at_once_one_does(self, office: Office) -> None:
        office.appoint("Rita Roe", "administrator")
        entry = propose(office, shown(office))
        approve(office, entry)

        with pytest.raises(Refused) as refused:
            approve(office, entry, by="Rita Roe")
        assert refused.value.reasons == {"already_decided"}
        assert Approval.objects.count() == Verdict.objects.count() == 1
        assert office.total("Barry", 2022) == 1000

    def test_the_same_plan_is_recorded_once_whoever_uploads_it(self, office: Office) -> None:
        first, second = shown(office), shown(office)
        approve(office, propose(office, first))

        after = approve(office, propose(office, second))
        assert after.state == "refused"
        assert after.verdict is not None
        assert after.verdict.refusals[0]["code"] == "allocation.plan_recorded_before"
        assert office.total("Barry", 2022) == 1000

    def test_another_digest_is_not_recorded(self, office: Office) -> None:
        preview = shown(office)
        entry = office.propose(
            "record_allocations", "Olga Stone", preview=str(preview.key), digest="f" * 64
        )

        after = approve(office, entry)
        assert after.state == "refused"
        assert after.verdict is not None
        assert after.verdict.refusals[0]["code"] == "desk.changed_since"
        assert office.total("Barry", 2022) == 0

    def test_a_state_official_allocates_in_that_state_alone(self, office: Office) -> None:
        mine = shown(office, state="AL")
        entry = propose(office, mine, by="Ada Lane")
        assert approve(office, entry, by="Abe Lowe").state == "executed"

        other = shown(office, "oris_code,unit,vintage,quantity\n1363,1,2022,5\n", state="KY")
        with pytest.raises(Refused) as refused:
            propose(office, other, by="Ada Lane")
        assert refused.value.reasons == {"not_authorized"}

    def test_a_plan_of_a_state_has_no_rows_of_another(self, office: Office) -> None:
        entry = read(office, PLAN + "1363,1,2022,5\n", state="AL")

        assert entry.state == "refused"
        assert entry.refusals[0]["code"] == "desk.not_authorized"
        assert not Preview.objects.exists()

    def test_all_errors_of_a_large_plan_are_told(self, office: Office) -> None:
        lines = ["oris_code,unit,vintage,quantity"]
        lines += [f"3,{number % 2 + 1},{2022 + number % 3},{number + 1}" for number in range(6)]
        lines += [f"{900_000 + number},1,2022,5" for number in range(9_494)]
        lines += [f"3,1,2022,-{number}" for number in range(500)]
        entry = read(office, "\n".join(lines) + "\n")

        assert entry.state == "refused"
        assert len(entry.refusals) == 9_994
        assert [one["row"] for one in entry.refusals] == sorted(
            one["row"] for one in entry.refusals
        )

    def test_the_formula_divides_the_budget(self, office: Office) -> None:
        text = (
            "oris_code,unit,mwh_2010,mwh_2011,mwh_2012\n"
            "3,1,100,100,100\n3,2,100,100,100\n26,5,200,200,200\n"
        )
        preview = shown(office, text, kind="formula", state="AL")

        totals = previews.state_totals(preview)
        assert [row["vintage"] for row in totals] == [2022, 2023, 2024]
        assert all(row["quantity"] == row["budget"] for row in totals)
        entry = propose(office, preview)
        assert approve(office, entry).state == "executed"
        assert office.total("Barry", 2022) + office.total("Gaston", 2022) <= totals[0]["budget"]

    def test_what_differs_from_the_preview_before(self, office: Office) -> None:
        shown(office)
        now = shown(office, PLAN.replace("26,5,2023,250", "26,5,2023,251"))
        before = comparing.one_before(now)
        assert before is not None

        (found,) = comparing.differences(before, now)
        assert (found.name, found.vintage) == ("Gaston", 2023)
        assert found.before is not None
        assert found.now is not None
        assert (found.before.quantity, found.now.quantity) == (250, 251)

    def test_nobody_changes_a_preview(self, office: Office) -> None:
        preview = shown(office)

        for statement in (
            lambda: PreviewRow.objects.filter(preview=preview).update(quantity=1),
            lambda: Preview.objects.filter(id=preview.pk).update(digest="0"),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                statement()


class TestSettlement:
    """40 CFR 62.16340; PLAT-081: two officials sign a preview, and that is what happens."""

    @pytest.fixture(autouse=True)
    def _reported(self, office: Office) -> None:
        office.allocate(("Barry", "1", 2022, 1000), ("Gaston", "5", 2022, 100))
        office.on("2025-03-03")
        office.report_years("Barry", u1=(300, 300, 200), u2=(0, 0, 0))
        office.report_years("Gaston", u5=(100, 100, 100))
        office.on("2025-05-10")

    def test_it_shows_every_facility_and_deducts_nothing(self, office: Office) -> None:
        preview = settled_preview(office)

        assert office.total("Barry") == 1000
        rows = {row.name: row for row in preview.lines.all()}
        assert (rows["Barry"].outcome, rows["Barry"].quantity) == ("in_compliance", 800)
        assert (rows["Gaston"].outcome, rows["Gaston"].excess) == ("short", 200)
        assert rows["Cane"].outcome == "emissions_incomplete"
        assert preview.totals["left_out"] == 1

    def test_what_was_previewed_is_recorded(self, office: Office) -> None:
        preview = settled_preview(office)

        after = approve(office, propose(office, preview))
        assert after.state == "executed", after.verdict
        assert office.total("Barry") == 200
        outcomes = compliance.outcomes(program=PROGRAM, period=PERIOD)
        assert {one.name: one.deducted for one in outcomes} == {"Barry": 800, "Gaston": 100}

    def test_a_change_in_between_stops_it_whole(self, office: Office) -> None:
        entry = propose(office, settled_preview(office))
        office.report_years("Cane", u1=(1, 1, 1), u2=(0, 0, 0))

        after = approve(office, entry)
        assert after.state == "refused"
        assert after.verdict is not None
        assert after.verdict.refusals[0]["code"] == "desk.changed_since"
        assert office.total("Barry") == 1000
        assert compliance.runs(program=PROGRAM, period=PERIOD) == []

        now = settled_preview(office)
        before = comparing.one_before(now)
        assert before is not None
        assert [one.name for one in comparing.differences(before, now)] == ["Cane"]

    def test_a_preview_of_another_period_is_no_preview_of_this(self, office: Office) -> None:
        preview = settled_preview(office)
        entry = office.propose(
            "settle_as_previewed",
            period="2025-2027",
            preview=str(preview.key),
            digest=preview.digest,
        )

        assert approve(office, entry).state == "refused"

    def test_what_is_approved_can_be_neither_declined_nor_withdrawn(self, office: Office) -> None:
        entry = propose(office, settled_preview(office))
        Approval.objects.create(
            proposal_id=entry.id,
            first_id=entry.proposed_by,
            given_by_id=office.person("Pete Moss"),
            given_as="Administrator",
            given_at=office.tick(),
            job=UUID(int=1),
        )

        for word in (
            lambda: office.decline(entry),
            lambda: services.withdraw(
                proposal=entry.key, by=entry.proposed_by, at=office.tick(), reason="no"
            ),
        ):
            with pytest.raises(Refused) as refused:
                word()
            assert refused.value.reasons == {"already_decided"}
        assert queries.known(entry.key).state == "approved"

        services.resume(proposal=entry.key, by=entry.proposed_by, at=office.tick())
        assert queries.known(entry.key).state == "executed"
        assert office.total("Barry") == 200
