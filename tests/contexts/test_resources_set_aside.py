"""The papers of eligible resources in the mass-based program: the same code, its own rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from tests.contexts.registry import statements
from tests.contexts.resources_registry import refused
from tests.contexts.set_aside_desk import P1, PROGRAM, SECOND, SetAsideDesk
from tests.rules.papers import complete
from trueup.accounts import services as registration
from trueup.accounts.entries import GeneralAccountSpec, PartySpec
from trueup.audit.models import Decision
from trueup.ledger import queries as ledger
from trueup.ledger.verify import audit
from trueup.resources import award_trace, awards, queries, services
from trueup.resources.entries import VerifierSpec
from trueup.resources.verifiers import EVIDENCE
from trueup.rules.papers import APPLICATION, PLAN, statement_for
from trueup.set_asides import queries as pools
from trueup.set_asides import services as set_asides


@pytest.fixture(autouse=True)
def _every_serial_is_in_exactly_one_account(db: None) -> Iterator[None]:
    yield
    report = audit()
    assert report.clean, report.differences


@pytest.fixture
def desk() -> SetAsideDesk:
    found = SetAsideDesk()
    found.register()
    return found


@pytest.fixture
def given(desk: SetAsideDesk) -> SetAsideDesk:
    """P1, P2 and P3 got the set-aside of Alabama for 2022."""
    for name, mwh in (("P1", 1_000_000), ("P2", 500_000), ("P3", 2_000_000)):
        desk.enter(name, mwh)
    desk.distribute()
    return desk


def resource(desk: SetAsideDesk) -> int:
    return desk.papers.resources["P1"].id


class TestEligibility:
    """40 CFR 62.16245(a)(2), (a)(3); MASS-075, MASS-077; MASS-AMB-17."""

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"kind": "off_shore"}, "kind_not_listed"),
            ({"category": "NUC", "kind": ""}, "kind_not_listed"),
            ({"category": "BIO", "kind": ""}, "kind_not_listed"),
            ({"in_service_on": date(2012, 12, 31)}, "capacity_not_new"),
            ({"grid": "ALASKA"}, "not_on_grid"),
            ({"capacity_mw": Decimal("0.5")}, "scale_not_declared"),
        ],
    )
    def test_each_has_its_own_reason(self, changes: dict[str, object], reason: str) -> None:
        desk = SetAsideDesk()
        desk.papers.describe(replace(P1, **changes))  # type: ignore[arg-type]

        with refused(reason):
            desk.papers.apply("P1")

    def test_a_states_own_plan_may_admit_what_the_federal_one_does_not(self) -> None:
        desk = SetAsideDesk()
        services.set_host_state(
            program=PROGRAM,
            jurisdiction="AL",
            approach="mass",
            plan="model",
            set_at=desk.papers.tick(),
        )
        desk.papers.describe(replace(P1, category="BIO", kind=""))

        assert desk.papers.apply("P1").state == "submitted"

    def test_an_application_names_account_and_projection(self) -> None:
        desk = SetAsideDesk()
        desk.papers.describe(P1)
        desk.papers.accredit()

        with refused("element_missing"):
            services.submit_application(
                resource=resource(desk),
                application=complete(
                    APPLICATION,
                    desk.papers.tags("P1"),
                    program=PROGRAM,
                    projected_mwh="",
                    account_number=desk.papers.accounts["Sand Hill"].number,
                ),
                plan=complete(PLAN, desk.papers.tags("P1"), program=PROGRAM),
                submitted_by=desk.papers.person("Fay Ito"),
                submitted_at=desk.papers.tick(),
            )

    def test_its_own_statement_is_accepted_word_for_word(self) -> None:
        desk = SetAsideDesk()
        desk.papers.describe(P1)
        statement = statement_for(APPLICATION, program=PROGRAM)

        assert statement.key == "CERT-ELIG"
        with refused("certification_altered"):
            desk.papers.apply("P1", certification=statement.text.replace("penalty", "pain"))

    def test_no_credits_are_issued_in_this_program(self, desk: SetAsideDesk) -> None:
        desk.reported("5000")
        desk.papers.on("2023-07-01")

        with refused("no_credits"):
            desk.papers.issue(resource="P1")
        with refused("no_credits"):
            services.issue_ercs_of_year(program=PROGRAM, year=2022, issued_at=desk.papers.tick())


class TestPool:
    """40 CFR 62.16245(a)(5), 62.16255(e), 62.16280(g); MASS-079, MASS-105, MASS-125."""

    def shares(self) -> list[int]:
        (one,) = pools.distributions(program=PROGRAM, purpose="renewable_energy")
        return [share.quantity for share in pools.shares_of(one.id) if share.project is not None]

    def enter_all(self, desk: SetAsideDesk) -> None:
        for name, mwh in (("P1", 1_000_000), ("P2", 500_000), ("P3", 2_000_000)):
            desk.enter(name, mwh)

    def test_three_projects_share_by_their_projections(self, given: SetAsideDesk) -> None:
        assert self.shares() == [945_207, 472_603, 1_890_414]
        assert given.held() == 945_207

    def test_who_is_suspended_on_december_1_is_left_out(self, desk: SetAsideDesk) -> None:
        self.enter_all(desk)
        desk.papers.on("2021-11-15")
        services.suspend_issuance(
            resource=resource(desk),
            cause="INVESTIGATION",
            ground="The meter is looked into.",
            suspended_at=desk.papers.tick(),
        )

        desk.distribute()

        assert self.shares() == [661_645, 2_646_579]
        assert desk.held() == 0

    def test_who_is_reinstated_before_december_1_is_in_the_pool(self, desk: SetAsideDesk) -> None:
        self.enter_all(desk)
        desk.papers.on("2021-11-15")
        services.suspend_issuance(
            resource=resource(desk),
            cause="INVESTIGATION",
            ground="The meter is looked into.",
            suspended_at=desk.papers.tick(),
        )
        services.lift_suspension(
            resource=resource(desk), ground="It is sound.", lifted_at=desk.papers.tick()
        )

        desk.distribute()

        assert self.shares()[0] == 945_207

    def test_a_report_rejected_for_conflict_takes_the_project_out(self, desk: SetAsideDesk) -> None:
        self.enter_all(desk)
        desk.papers.on("2021-11-20")

        services.reject_application_verification(
            resource=resource(desk),
            ground="It holds a stake.",
            rejected_at=desk.papers.now,
        )

        assert awards.withheld([resource(desk)], program=PROGRAM) == {resource(desk): "incomplete"}
        desk.distribute()
        assert self.shares() == [661_645, 2_646_579]

    def test_a_new_verification_and_approval_bring_it_back(self, desk: SetAsideDesk) -> None:
        self.enter_all(desk)
        services.reject_application_verification(
            resource=resource(desk), ground="Not of the team.", rejected_at=desk.papers.tick()
        )
        with refused("verification_missing"):
            desk.papers.approve("P1")
        desk.papers.verify_application("P1")
        desk.papers.approve("P1")

        desk.distribute()

        assert self.shares()[0] == 945_207

    def test_what_is_not_verified_cannot_be_rejected(self) -> None:
        desk = SetAsideDesk()
        desk.papers.describe(P1)

        with refused("verification_missing"):
            services.reject_application_verification(
                resource=resource(desk), ground="None.", rejected_at=desk.papers.tick()
            )
        with refused("ground_missing"):
            services.reject_application_verification(
                resource=resource(desk), ground=" ", rejected_at=desk.papers.tick()
            )


class TestVerifiedYear:
    """40 CFR 62.16245(a)(4), 62.16255(a), 62.16265, 62.16270; MASS-082, MASS-102; MASS-AMB-21."""

    def test_a_report_without_its_verification_is_incomplete(self, given: SetAsideDesk) -> None:
        given.papers.on("2023-02-01")
        given.papers.report("850000", 2022, resource="P1")

        assert awards.verified_year(resource(given), year=2022).state == "incomplete"
        with refused("verification_missing"):
            services.use_verified_year(resource=resource(given), year=2022, at=given.papers.tick())

    def test_what_an_earlier_report_overstated_is_taken_off_the_next(
        self, given: SetAsideDesk
    ) -> None:
        given.reported("950000")
        set_asides.verify_from_report(
            resource=resource(given), year=2022, actor=SECOND, at=given.papers.tick()
        )
        services.find_overstated(
            resource=resource(given),
            year=2022,
            mwh=5000,
            ground="A meter was read twice.",
            found_at=given.papers.tick(),
        )
        given.papers.on("2022-05-20")
        given.enter("P1", 900_000, year=2023)
        given.reported("800000", 2023)

        delivery = set_asides.verify_from_report(
            resource=resource(given), year=2023, actor=SECOND, at=given.papers.tick()
        )

        assert delivery.actual_mwh == 795_000
        assert awards.verified_year(resource(given), year=2023).taken_off == 0

    def test_what_was_used_is_not_used_again_nor_withdrawn(self, given: SetAsideDesk) -> None:
        given.reported("850000")
        services.use_verified_year(resource=resource(given), year=2022, at=given.papers.tick())

        with refused("issued_already"):
            services.use_verified_year(resource=resource(given), year=2022, at=given.papers.tick())
        (report,) = queries.reports_of(resource(given), year=2022)
        with refused("report_not_open"):
            services.withdraw_report(
                report=report.id,
                withdrawn_by=given.papers.person("Fay Ito"),
                ground="too late",
                withdrawn_at=given.papers.tick(),
            )

    @pytest.mark.parametrize(("day", "is_late"), [("2023-06-01", False), ("2023-06-02", True)])
    def test_reports_are_expected_by_the_first_of_june(
        self, given: SetAsideDesk, day: str, is_late: bool
    ) -> None:
        given.papers.on(day)

        assert given.papers.report("850000", 2022, resource="P1").is_late is is_late


class TestFinalReport:
    """40 CFR 62.16255(b); MASS-103; MASS-AMB-34."""

    def test_what_the_account_lacks_is_due_within_30_days(self, given: SetAsideDesk) -> None:
        given.reported("945207")
        given.give_away(945_207 - 600)
        given.papers.on("2025-03-11")

        debt = services.find_overstated(
            resource=resource(given),
            year=2022,
            mwh=1000,
            ground="The last report was wrong.",
            found_at=given.papers.now,
            is_final_report=True,
        )

        assert debt is not None
        assert (debt.demanded, debt.revoked, debt.open) == (1000, 600, 400)
        assert debt.due_on == date(2025, 4, 9)

    def test_399_of_400_delivered_is_not_enough(self, given: SetAsideDesk) -> None:
        self.test_what_the_account_lacks_is_due_within_30_days(given)
        given.give_away(399, of="Gulf", to="Sand Hill")
        given.papers.on("2025-04-10")

        assert services.bar_for_unmet_debts(program=PROGRAM, at=given.papers.now) == 1
        with refused("barred"):
            given.papers.report("1", 2023, resource="P1")

    def test_allowances_correspond_pro_rata_to_the_mwh(self, given: SetAsideDesk) -> None:
        given.reported("1000000")

        debt = services.find_overstated(
            resource=resource(given),
            year=2022,
            mwh=1000,
            ground="The last report was wrong.",
            found_at=given.papers.tick(),
            is_final_report=True,
        )

        assert debt is not None
        assert debt.demanded == 945  # 945,207 x 1,000 / 1,000,000, down.


class TestIneligible:
    """40 CFR 62.16250, 62.16255(d); MASS-101, MASS-104; MASS-AMB-33."""

    def revoke(self, desk: SetAsideDesk, cause: str = "INELIGIBLE") -> None:
        services.revoke_qualification(
            resource=resource(desk),
            cause=cause,
            ground="It was built in 2011.",
            revoked_at=desk.papers.tick(),
        )

    def test_all_that_was_given_is_taken_back_and_the_rest_demanded(
        self, given: SetAsideDesk
    ) -> None:
        given.give_away(45_207)
        given.papers.on("2023-03-01")

        self.revoke(given)

        account = ledger.account(given.papers.accounts["Sand Hill"].id)
        assert account.state == "frozen"
        (debt,) = queries.debts_of(account.id)
        assert (debt.demanded, debt.revoked, debt.open) == (945_207, 900_000, 45_207)
        assert given.held() == 0

    def test_any_allowances_count_and_its_own_go_first(self, given: SetAsideDesk) -> None:
        (own,) = ledger.blocks_held(given.papers.accounts["Sand Hill"].id)
        given.give_away(1000)
        given.give_away(1500, of="P2", to="Sand Hill")

        self.revoke(given)

        (left,) = ledger.blocks_held(given.papers.accounts["Sand Hill"].id)
        assert left.last - left.first + 1 == 500
        assert left.first > own.last
        (debt,) = queries.debts_of(given.papers.accounts["Sand Hill"].id)
        assert (debt.revoked, debt.open) == (945_207, 0)

    @pytest.mark.parametrize("cause", ["INELIGIBLE", "INTENTIONAL"])
    def test_either_ground_suffices_and_can_be_appealed(
        self, given: SetAsideDesk, cause: str
    ) -> None:
        self.revoke(given, cause)

        decision = Decision.objects.filter(outcome="qualification revoked").get()
        assert decision.decision_class == "ii"  # 78.1(b)(18)(ii)
        assert awards.withheld([resource(given)], program=PROGRAM) == {resource(given): "revoked"}

    def test_errors_are_repeated_from_the_second_on(self, given: SetAsideDesk) -> None:
        given.reported("850000")
        for number in (1, 2):
            with refused("errors_not_repeated"):
                self.revoke(given, "REPEATED_ERROR")
            services.find_overstated(
                resource=resource(given),
                year=2022,
                mwh=number,
                ground="A wrong reading.",
                found_at=given.papers.tick(),
            )

        self.revoke(given, "REPEATED_ERROR")

        assert queries.resource(resource(given)).state == "revoked"  # type: ignore[union-attr]


class TestGiven:
    """40 CFR 62.16365(a)(2)(iv)(A); MASS-164."""

    def test_what_was_given_is_kept_with_its_transaction(self, given: SetAsideDesk) -> None:
        (award,) = awards.awards_of(resource(given))

        assert (award.purpose, award.year, award.quantity) == ("renewable_energy", 2022, 945_207)
        (block,) = ledger.blocks_of([award.tx])[award.tx]
        assert (block.lot.jurisdiction, block.lot.year) == ("AL", 2022)

    def test_a_year_is_given_once(self, given: SetAsideDesk) -> None:
        (award,) = awards.awards_of(resource(given))

        with refused("issued_already"):
            services.record_awards(
                [replace(award, tx=award.tx + 1)],
                program=PROGRAM,
                at=given.papers.tick(),
                actor=SECOND,
            )

    def test_a_hundred_awards_take_the_statements_of_one(self, given: SetAsideDesk) -> None:
        (award,) = awards.awards_of(resource(given))
        counted = []
        for many in (1, 3):
            with statements() as sent:
                services.record_awards(
                    [
                        replace(award, year=2030 + 10 * many + place, tx=10_000 * many + place)
                        for place in range(many)
                    ],
                    program=PROGRAM,
                    at=given.papers.tick(),
                    actor=SECOND,
                )
            counted.append(len(sent))
        assert counted[0] == counted[1]


class TestVerifying:
    """40 CFR 62.16270(c)(1)(i), 62.16245(a)(3)(ii)(E), (a)(4)(ii); MASS-119, MASS-120.

    MASS-AMB-38: nobody but the verifier has a draft; there is no door to share one.
    """

    def report(self, desk: SetAsideDesk, mwh: str) -> int:
        desk.papers.on("2023-02-10")
        return desk.papers.report(mwh, 2022, resource="P1", months=(1, 1)).id

    @pytest.mark.parametrize(("mwh", "is_excessive"), [("372000", False), ("372000.1", True)])
    def test_more_than_capacity_times_hours_is_marked(
        self, desk: SetAsideDesk, mwh: str, is_excessive: bool
    ) -> None:
        self.report(desk, mwh)  # 500 MW in 31 days: 372,000 MWh.

        (found,) = queries.reports_of(resource(desk), year=2022)
        assert found.is_excessive is is_excessive

    def test_an_excess_is_analysed_or_the_report_is_refused(self, desk: SetAsideDesk) -> None:
        self.report(desk, "375000")
        (found,) = queries.reports_of(resource(desk), year=2022)

        with refused("analysis_missing"):
            desk.papers.verify(found, "375000")
        assert desk.papers.verify(found, "375000", excess_analysis="Tested.").state == "verified"

    def test_the_sponsor_hands_in_no_verification_report(self, desk: SetAsideDesk) -> None:
        self.report(desk, "1000")
        (found,) = queries.reports_of(resource(desk), year=2022)

        with refused("not_of_the_team"):
            desk.papers.verify(found, "1000", by="Fay Ito")


class TestVerifiers:
    """40 CFR 62.16275 to 62.16285; MASS-121, MASS-122, MASS-123, MASS-124, MASS-126."""

    @pytest.fixture
    def waiting(self) -> SetAsideDesk:
        found = SetAsideDesk()
        found.papers.describe(P1)
        return found

    def test_it_verifies_in_its_categories_and_by_its_team(self, waiting: SetAsideDesk) -> None:
        papers = waiting.papers
        papers.accredit("Northwind Audit", "SOL")
        papers.clear(resource="P1")
        papers.apply("P1")

        with refused("category_not_accredited"):
            papers.verify_application("P1")
        with refused("category_not_accredited", "not_of_the_team"):
            papers.verify_application("P1", signed_by="Nobody Known")

    @pytest.mark.parametrize(
        ("rating", "is_accepted"),
        [
            ({"sp_rating": "BBB"}, True),
            ({"sp_rating": "BB+"}, False),
            ({"moodys_rating": "Baa"}, True),
            ({"moodys_rating": "Ba"}, False),
        ],
    )
    def test_its_insurer_is_of_the_top_four_classes(
        self, waiting: SetAsideDesk, rating: dict[str, str], is_accepted: bool
    ) -> None:
        spec = VerifierSpec(
            name="Northwind Audit",
            team=(waiting.papers.person("Northwind Audit lead"),),
            evidence=dict.fromkeys(EVIDENCE, "shown"),
            **rating,
        )

        def accredit() -> None:
            services.accredit_verifier(
                program=PROGRAM, spec=spec, accredited_at=waiting.papers.tick()
            )

        if is_accepted:
            accredit()
        else:
            with refused("not_insured"):
                accredit()

    def test_a_debarred_one_is_refused(self, waiting: SetAsideDesk) -> None:
        with refused("debarred"):
            services.accredit_verifier(
                program=PROGRAM,
                spec=VerifierSpec(
                    name="Northwind Audit",
                    team=(waiting.papers.person("Northwind Audit lead"),),
                    evidence=dict.fromkeys(EVIDENCE, "shown"),
                    sp_rating="A",
                    debarred_on=date(2021, 1, 1),
                ),
                accredited_at=waiting.papers.tick(),
            )

    def test_an_interest_in_any_account_is_a_conflict(self, waiting: SetAsideDesk) -> None:
        papers = waiting.papers
        papers.accredit()
        registration.open_general_accounts(
            [
                GeneralAccountSpec(
                    name="Account 2002",
                    representative=papers.person("Cy Dunn"),
                    owners=(PartySpec(name="Northwind Audit"),),
                )
            ],
            program=PROGRAM,
            at=papers.tick(),
        )

        with refused("conflict_of_interest"):
            papers.clear(resource="P1")

    def test_representing_any_account_is_a_conflict(self, waiting: SetAsideDesk) -> None:
        papers = waiting.papers
        papers.accredit()
        papers.open_general("Empty", "Northwind Audit lead")

        with refused("conflict_of_interest"):
            papers.clear(resource="P1")

    def test_the_contract_to_verify_is_no_conflict(self, waiting: SetAsideDesk) -> None:
        waiting.papers.accredit()
        waiting.papers.clear(resource="P1")  # It discloses a fixed fee.

    def test_without_an_approved_engagement_nothing_is_taken(self, waiting: SetAsideDesk) -> None:
        waiting.papers.accredit()
        waiting.papers.apply("P1")

        with refused("engagement_not_cleared"):
            waiting.papers.verify_application("P1")

    def test_after_its_revocation_nothing_is_taken_and_what_was_stays(
        self, given: SetAsideDesk
    ) -> None:
        given.reported("850000")
        given.papers.on("2023-02-10")
        services.revoke_accreditation(
            verifier=given.papers.verifiers["Northwind Audit"].id,
            cause="NEGLIGENCE",
            ground="It signed unread.",
            revoked_at=given.papers.now,
        )
        given.papers.on("2024-02-11")
        report = given.papers.report("1000", 2023, resource="P1", months=(1, 6))

        with refused("not_accredited"):
            given.papers.verify(report, "1000")
        assert awards.verified_year(resource(given), year=2022).state == "verified"
        decision = Decision.objects.filter(subject__startswith="verifier:").latest("id")
        assert decision.decision_class == "uncertain"  # 78.1(b)(18) does not name it.


class TestTracing:
    """40 CFR 62.16365(a)(2)(iv)(A), 62.16360(a)(1)(vi); MASS-164."""

    SIX = [
        "eligibility_application",
        "emv_plan",
        "verification_report",
        "decision",
        "decision",
        "mv_report",
        "verification_report",
    ]

    def traced(self, desk: SetAsideDesk, account: str = "Sand Hill") -> award_trace.AwardTrace:
        block = ledger.blocks_held(desk.papers.accounts[account].id)[0]
        found = award_trace.award_of_serial(program=PROGRAM, lot=block.lot, number=block.first)
        assert found is not None
        return found

    def test_a_serial_number_leads_to_the_project_and_its_papers(self, given: SetAsideDesk) -> None:
        given.reported("850000")

        found = self.traced(given)

        assert (found.resource.name, found.award.year) == ("P1", 2022)
        assert [paper.kind for paper in found.papers] == self.SIX
        assert "qualified" in {one.outcome for one in found.decisions}

    def test_it_does_so_wherever_it_was_moved(self, given: SetAsideDesk) -> None:
        given.give_away(10)

        assert self.traced(given, "Gulf").resource.name == "P1"

    def test_a_units_allowance_has_no_project(self, given: SetAsideDesk) -> None:
        block = ledger.blocks_held(given.papers.accounts["P2"].id)[0]

        assert (
            award_trace.award_of_serial(program=PROGRAM, lot=block.lot, number=block.first) is None
        )

    def test_its_page_shows_them(self, given: SetAsideDesk, client: Client) -> None:
        given.reported("850000")
        block = ledger.blocks_held(given.papers.accounts["Sand Hill"].id)[0]
        serial = f"{block.lot.code}-{block.first}"

        page = client.get(reverse("serial", args=[PROGRAM, serial])).content.decode()

        assert "Where it comes from" in page
        assert reverse("resource", args=[PROGRAM, resource(given)]) in page
        answer = client.get(f"/api/v1/{PROGRAM}/serials/{serial}/origin")
        assert answer.status_code == 200, answer.content
        assert len(answer.json()["papers"]) == len(self.SIX)

    def test_the_statements_do_not_grow_with_what_there_is(self, given: SetAsideDesk) -> None:
        with statements() as few:
            self.traced(given)
        for quantity in range(1, 8):
            given.give_away(quantity)
        given.reported("850000")
        with statements() as many:
            self.traced(given)
        assert len(many) <= len(few) + 2
