"""Verifiers apply for accreditation and disclose conflicts; the registry checks what it knows."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction

from tests.contexts.resources_registry import PROGRAM, WIND, ResourceRegistry, refused
from trueup.resources import accreditation_reads, services
from trueup.resources.accreditation_entries import TESTS, AccreditationSpec, DisclosureSpec
from trueup.resources.models import (
    AccreditationApplication,
    Document,
    Engagement,
    EngagementDisclosure,
)
from trueup.resources.verifiers import EVIDENCE

pytestmark = pytest.mark.django_db

NO_TIE = dict.fromkeys(TESTS, "no")


@pytest.fixture
def registry() -> ResourceRegistry:
    found = ResourceRegistry()
    found.describe()
    return found


def spec(registry: ResourceRegistry, **said: object) -> AccreditationSpec:
    given: dict[str, object] = {
        "name": "Northwind Audit",
        "team": (registry.person("Ida Noor"),),
        "insurer": "Harbor Mutual",
        "is_free_of_debarment": True,
        "evidence": dict.fromkeys(EVIDENCE, "shown"),
        "sp_rating": "BBB",
        **said,
    }
    return AccreditationSpec(**given)  # type: ignore[arg-type]


def submit(registry: ResourceRegistry, key: UUID | None = None, **said: object) -> int:
    return services.submit_accreditation(
        program=PROGRAM,
        spec=spec(registry, **said),
        key=key or uuid4(),
        submitted_by=registry.person("Ida Noor"),
        submitted_at=registry.tick(),
    ).id


class TestApplying:
    """40 CFR 62.16470(b), (c); RATE-124 to RATE-126."""

    @pytest.mark.parametrize(
        ("said", "code"),
        [
            ({"sp_rating": "BB", "moodys_rating": ""}, "not_insured"),
            ({"insurer": " "}, "evidence_missing"),
            ({"name": ""}, "evidence_missing"),
            ({"is_free_of_debarment": False}, "debarred"),
        ],
    )
    def test_what_is_not_shown_is_named(
        self, registry: ResourceRegistry, said: dict[str, object], code: str
    ) -> None:
        with refused(code):
            submit(registry, **said)
        assert AccreditationApplication.objects.count() == 0

    def test_either_agency_suffices(self, registry: ResourceRegistry) -> None:
        """RATE-126: S&P BB and Moody's Baa passes."""
        assert submit(registry, sp_rating="BB", moodys_rating="Baa")

    def test_every_part_of_the_evidence_is_needed(self, registry: ResourceRegistry) -> None:
        for part in EVIDENCE:
            evidence = {name: "shown" for name in EVIDENCE if name != part}
            with refused("evidence_missing"):
                submit(registry, evidence=evidence)

    def test_who_applies_is_of_the_team(self, registry: ResourceRegistry) -> None:
        with refused("not_of_the_team"):
            submit(registry, team=(registry.person("Max Ode"),))

    def test_one_application_at_a_time(self, registry: ResourceRegistry) -> None:
        key = uuid4()
        first = submit(registry, key)

        with refused("accreditation_open"):
            submit(registry)
        services.withdraw_accreditation(
            application=first,
            withdrawn_by=registry.person("Ida Noor"),
            withdrawn_at=registry.tick(),
        )
        again = submit(registry)
        assert again != first
        with refused("accreditation_decided"):
            services.withdraw_accreditation(
                application=first,
                withdrawn_by=registry.person("Ida Noor"),
                withdrawn_at=registry.tick(),
            )

    def test_nobody_else_withdraws_it(self, registry: ResourceRegistry) -> None:
        first = submit(registry)

        with refused("not_the_applicant"):
            services.withdraw_accreditation(
                application=first,
                withdrawn_by=registry.person("Max Ode"),
                withdrawn_at=registry.tick(),
            )
        with refused("unknown_accreditation"):
            services.withdraw_accreditation(
                application=10**9,
                withdrawn_by=registry.person("Ida Noor"),
                withdrawn_at=registry.tick(),
            )
        with pytest.raises(DatabaseError), transaction.atomic():
            AccreditationApplication.objects.all().delete()


class TestDisclosing:
    """40 CFR 62.16475(a), (d)-(f); RATE-127, RATE-129, RATE-130."""

    def disclose(
        self, registry: ResourceRegistry, by: str = "Northwind Audit lead", **said: object
    ) -> int:
        given: dict[str, object] = {"answers": NO_TIE, "text": "A fixed fee.", **said}
        return services.disclose_facts(
            verifier=registry.verifiers["Northwind Audit"].id,
            resource=registry.resources[WIND.name].id,
            spec=DisclosureSpec(**given),  # type: ignore[arg-type]
            disclosed_by=registry.person(by),
            disclosed_at=registry.tick(),
        )

    def clear(self, registry: ResourceRegistry) -> None:
        services.clear_engagement(
            verifier=registry.verifiers["Northwind Audit"].id,
            resource=registry.resources[WIND.name].id,
            decided_at=registry.tick(),
        )

    def test_the_team_alone_discloses_and_answers_every_test(
        self, registry: ResourceRegistry
    ) -> None:
        registry.accredit()

        with refused("not_of_the_team"):
            self.disclose(registry, by="Fay Ito")
        for test in TESTS:
            answers = {name: "no" for name in TESTS if name != test}
            with refused("conflict_test_not_answered"):
                self.disclose(registry, answers=answers)
        with refused("ground_missing"):
            self.disclose(registry, text=" ")
        assert Engagement.objects.count() == 0

    def test_a_tie_that_the_registry_knows_cannot_be_denied(
        self, registry: ResourceRegistry
    ) -> None:
        """The verifier's lead represents the resource's own account."""
        registry.accredit()
        registry.open_general("Lead Account", "Northwind Audit lead")
        own = registry.describe(replace(WIND, name="Lead Wind"), account="Lead Account")

        def disclose(answers: dict[str, str], isolation: str = "") -> None:
            services.disclose_facts(
                verifier=registry.verifiers["Northwind Audit"].id,
                resource=own.id,
                spec=DisclosureSpec(answers=answers, text="Facts.", isolation=isolation),
                disclosed_by=registry.person("Northwind Audit lead"),
                disclosed_at=registry.tick(),
            )

        with refused("conflict_not_declared"):
            disclose(NO_TIE)
        disclose({**NO_TIE, "role": "yes"}, isolation="Another team.")
        with refused("conflict_of_interest"):
            services.clear_engagement(
                verifier=registry.verifiers["Northwind Audit"].id,
                resource=own.id,
                decided_at=registry.tick(),
            )

    def test_a_declared_tie_without_measures_cannot_be_cleared(
        self, registry: ResourceRegistry
    ) -> None:
        registry.accredit()
        self.disclose(registry, answers={**NO_TIE, "pay": "yes"})
        with refused("conflict_of_interest"):
            self.clear(registry)

        self.disclose(registry, answers={**NO_TIE, "pay": "yes"}, isolation="A fixed fee now.")
        self.clear(registry)
        assert Engagement.objects.get().state == "approved"

    def test_new_facts_reopen_the_review(self, registry: ResourceRegistry) -> None:
        """RATE-130: nothing is filed until it is cleared again."""
        registry.accredit()
        self.disclose(registry)
        self.clear(registry)
        registry.apply()
        self.disclose(registry, text="A member of the team has married the owner's brother.")

        with refused("engagement_not_cleared"):
            registry.verify_application()
        self.clear(registry)
        registry.verify_application()
        assert [
            entry.version
            for entry in accreditation_reads.disclosures_of(
                registry.verifiers["Northwind Audit"].id, registry.resources[WIND.name].id
            )
        ] == [1, 2]
        with pytest.raises(DatabaseError), transaction.atomic():
            EngagementDisclosure.objects.update(text="Nothing.")

    def test_whose_accreditation_was_revoked_discloses_nothing(
        self, registry: ResourceRegistry
    ) -> None:
        verifier = registry.accredit()
        services.revoke_accreditation(
            verifier=verifier.id, cause="NEGLIGENCE", ground="x", revoked_at=registry.tick()
        )
        with refused("not_accredited"):
            self.disclose(registry)


class TestWork:
    """RATE-122, RATE-123: what awaits a verifier, and who hands reports in."""

    def test_what_awaits_a_verifier_is_what_it_was_cleared_for(
        self, registry: ResourceRegistry
    ) -> None:
        verifier = registry.accredit()
        registry.apply()
        assert accreditation_reads.applications_to_verify(verifier.id) == []
        (open_to,) = accreditation_reads.resources_to_disclose(
            verifier.id, program=PROGRAM, categories=("WND",)
        )
        assert open_to.name == WIND.name

        registry.clear()

        (waiting,) = accreditation_reads.applications_to_verify(verifier.id)
        assert waiting.name == WIND.name
        registry.verify_application()
        assert accreditation_reads.applications_to_verify(verifier.id) == []
        registry.approve()
        registry.on("2023-02-01")
        report = registry.report()
        ((found, _),) = accreditation_reads.reports_to_verify(verifier.id)
        assert found.id == report.id
        registry.verify(report)
        assert accreditation_reads.reports_to_verify(verifier.id) == []

    def test_the_sponsor_hands_in_no_verification_report(self, registry: ResourceRegistry) -> None:
        """40 CFR 62.16445(d)."""
        registry.accredit()
        registry.clear()
        registry.apply()

        with refused("not_of_the_team"):
            registry.verify_application(by="Fay Ito")
        registry.verify_application()
        registry.approve()
        registry.on("2023-02-01")
        report = registry.report()
        with refused("not_of_the_team"):
            registry.verify(report, by="Fay Ito")
        assert Document.objects.filter(kind="verification_report").count() == 1
