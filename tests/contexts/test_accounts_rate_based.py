"""Accounts in the rate-based program: RATE-168 to RATE-182, paragraph by paragraph."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from tests.contexts.registry import refused
from tests.contexts.transfers_registry import eastern
from trueup.accounts import ownership, queries, services
from trueup.accounts.application_entries import ApplicationSpec
from trueup.accounts.application_models import ApplicationSignature
from trueup.accounts.entries import AgentSpec, FacilitySpec, UnitEntry, UnitSpec
from trueup.accounts.models import Person
from trueup.accounts.operation import retirement_text
from trueup.accounts.ownership_entries import PartySpec
from trueup.audit import queries as audit_queries
from trueup.ledger import queries as ledger
from trueup.ledger import services as books
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot, SerialBlock
from trueup.signing.entries import Evidence
from trueup.transfers import closing
from trueup.transfers import services as transfers
from trueup.transfers.entries import TransferEntry, TransferSpec

pytestmark = pytest.mark.django_db

RATE = "cpp-rate"
NOON = datetime(2023, 6, 1, 16, 0, tzinfo=UTC)
WIND = Lot(jurisdiction="TX", year=2022, category="WND")


def person(name: str) -> int:
    key = services.register_person(name=name, email="x@example.org", registered_at=NOON).id
    Person.objects.filter(id=key).update(address="1 Main Street", phone="1")
    return key


class Books:
    """Cane with two affected EGUs, represented by Ana; Sand Hill, of Fay."""

    def __init__(self) -> None:
        self.ana, self.fay = person("Ana Ruiz"), person("Fay Ito")
        self.facility = services.register_facility(
            program=RATE,
            facility=FacilitySpec(
                oris_code=1363,
                name="Cane",
                jurisdiction="KY",
                units=(
                    UnitSpec(unit_id="1", unit_type="steam"),
                    UnitSpec(unit_id="2", unit_type="combined_cycle"),
                ),
            ),
            registered_at=NOON,
        ).id
        self.first, self.second = self.certificate(self.ana)
        self.sand_hill = services.open_general_account(
            program=RATE, name="Sand Hill", representative=self.fay, at=NOON
        )

    def certificate(self, representative: int) -> list[AccountEntry]:
        return services.name_designated_representative(
            program=RATE, facility=self.facility, person=representative, at=NOON
        )

    def issue(self, account: AccountEntry, quantity: int) -> None:
        books.originate(
            program=RATE,
            lot=WIND,
            shares=[(account.id, quantity)],
            key=uuid4(),
            actor="administrator",
            recorded_at=NOON,
        )

    def transfer(
        self, source: AccountEntry, to: AccountEntry, first: int, last: int, *, by: int
    ) -> TransferEntry:
        return transfers.submit_transfer(
            program=RATE,
            source=source.number,
            destination=to.number,
            submitted_by=by,
            submitted_at=NOON,
            key=uuid4(),
            blocks=[SerialBlock(lot=WIND, first=first, last=last)],
        )

    def quantity(self, account: AccountEntry) -> int:
        return ledger.totals_of([account.id])[account.id]


@pytest.fixture
def registry() -> Books:
    return Books()


def reasons(entry: TransferEntry) -> set[str]:
    return {reason.code.rpartition(".")[2] for reason in entry.reasons}


class TestRetirement:
    """RATE-008; 40 CFR 62.16570: a retirement counts with what became of the permits."""

    def unit(self, registry: Books) -> UnitEntry:
        return queries.units_of([registry.facility])[registry.facility][0]

    def retire(self, registry: Books, permits: str) -> None:
        services.retire_unit(
            program=RATE,
            unit=self.unit(registry).id,
            retired_on=date(2023, 5, 20),
            filed_at=NOON,
            filed_by=registry.ana,
            permits=permits,
        )

    @pytest.mark.parametrize("permits", ["", "LIVE_PERMITS"])
    def test_a_mothballed_unit_with_live_permits_stays_active(
        self, registry: Books, permits: str
    ) -> None:
        with pytest.raises(Refused) as refused:
            self.retire(registry, permits)

        assert refused.value.reasons == {"retirement_not_qualified"}
        assert self.unit(registry).retired_on is None

    @pytest.mark.parametrize(
        ("permits", "words"),
        [
            ("PERMIT_OBLIGATION", "binds it to the conditions"),
            ("PERMITS_TERMINATED", "was given up"),
        ],
    )
    def test_with_its_evidence_it_is_retired_and_the_evidence_is_kept_and_signed(
        self, registry: Books, permits: str, words: str
    ) -> None:
        unit = self.unit(registry)
        self.retire(registry, permits)

        assert self.unit(registry).retired_on == date(2023, 5, 20)
        kept = audit_queries.events_of(f"unit:{unit.id}", limit=1)[0].after
        assert kept is not None
        assert kept["permits"] == permits
        assert words in retirement_text(unit, retired_on=date(2023, 5, 20), permits=permits)


class TestComplianceAccounts:
    """RATE-168, RATE-169, RATE-170; 40 CFR 62.16515(a)."""

    def test_a_certificate_opens_one_account_for_each_unit(self, registry: Books) -> None:
        assert (registry.first.name, registry.second.name) == ("Cane/1", "Cane/2")
        assert {registry.first.kind, registry.second.kind} == {"compliance"}

    def test_a_second_certificate_opens_no_second_account(self, registry: Books) -> None:
        again = registry.certificate(person("Eve Hall"))

        assert [account.id for account in again] == [registry.first.id, registry.second.id]
        assert len(ledger.accounts(program=RATE, kind="compliance")) == 2
        seats = queries.representatives([account.id for account in again])
        assert {entry.name for found in seats.values() for entry in found} == {"Eve Hall"}

    def test_what_one_unit_holds_is_not_the_others_until_it_is_moved(self, registry: Books) -> None:
        registry.issue(registry.second, 100)

        assert (registry.quantity(registry.first), registry.quantity(registry.second)) == (0, 100)
        moved = registry.transfer(registry.second, registry.first, 1, 100, by=registry.ana)
        assert moved.state == "recorded"
        assert (registry.quantity(registry.first), registry.quantity(registry.second)) == (100, 0)

    def test_a_transfer_out_is_allowed_and_one_of_deducted_serials_is_not(
        self, registry: Books
    ) -> None:
        registry.issue(registry.first, 10)
        transfers.cancel_instruments(
            program=RATE,
            blocks=[SerialBlock(lot=WIND, first=1, last=5)],
            ground="error",
            ended_at=NOON,
            key=uuid4(),
        )

        gone = registry.transfer(registry.first, registry.sand_hill, 1, 5, by=registry.ana)
        left = registry.transfer(registry.first, registry.sand_hill, 6, 10, by=registry.ana)

        assert "serials_retired" in reasons(gone)
        assert left.state == "recorded"


class TestRetirementAccount:
    """RATE-171; 40 CFR 62.16515(b)(1): what is there never moves again."""

    def test_a_retired_credit_does_not_move(self, registry: Books) -> None:
        registry.issue(registry.sand_hill, 10)
        retired = transfers.retire(
            program=RATE,
            source=registry.sand_hill.number,
            submitted_by=registry.fay,
            submitted_at=NOON,
            key=uuid4(),
            reason=programs.load(RATE).retirement_reasons[0],
            blocks=[SerialBlock(lot=WIND, first=1, last=4)],
        )
        assert retired.state == "recorded"
        assert retired.destination is not None

        again = registry.transfer(registry.sand_hill, registry.first, 1, 1, by=registry.fay)
        out = registry.transfer(retired.destination, registry.first, 1, 1, by=registry.fay)

        assert "serials_retired" in reasons(again)
        assert {"serials_retired", "not_authorized"} & reasons(out)
        assert out.state == "refused"
        with pytest.raises(Refused):
            services.close_account(
                account=retired.destination.id, ground="x", closed_at=NOON, as_correction=True
            )


class TestGeneralAccounts:
    """RATE-172 to RATE-176; 40 CFR 62.16515(c)(1) to (4)."""

    def apply(self, spec: ApplicationSpec, applicant: int) -> str:
        application = services.begin_application(
            program=RATE, applicant=applicant, document=spec, begun_at=NOON
        ).id
        for signer in dict.fromkeys((*spec.representatives, *spec.alternates)):
            services.sign_application(application=application, person=signer, at=NOON)
        return services.submit_application(application=application, by=applicant, at=NOON).state

    def test_a_units_representative_may_apply_and_accepts_the_words_of_the_rule(
        self, registry: Books
    ) -> None:
        spec = ApplicationSpec(
            name="Cane Trading",
            representatives=(registry.ana,),
            parties=(PartySpec(name="Cane Power"),),
        )
        assert self.apply(spec, registry.ana) == "submitted"
        (signature,) = ApplicationSignature.objects.all()
        statement = programs.load(RATE).people.statements["application"][0]
        assert signature.statements == [{"key": "CERT-GA-APP", "digest": statement.digest}]

    def test_two_alternates_or_no_owners_open_nothing(self, registry: Books) -> None:
        before = len(ledger.accounts(program=RATE))
        spec = ApplicationSpec(
            name="Cane Trading",
            representatives=(registry.ana,),
            alternates=(registry.fay, person("Bo Lee")),
        )
        assert self.apply(spec, registry.ana) == "incomplete"
        assert len(ledger.accounts(program=RATE)) == before

    def test_a_change_of_interest_holders_is_due_in_thirty_days(self, registry: Books) -> None:
        def file(name: str, filed: str) -> tuple[date, bool]:
            entry = services.file_ownership_change(
                account=registry.sand_hill.id,
                changed_on=date(2023, 1, 9),
                filed_at=eastern(filed),
                listed=[PartySpec(name=name)],
            )
            return entry.due_on, entry.is_late

        assert file("One", "2023-02-07") == (date(2023, 2, 7), False)
        assert file("Two", "2023-02-08") == (date(2023, 2, 7), True)

    def test_an_unlisted_holder_is_bound_and_an_objection_changes_nothing(
        self, registry: Books
    ) -> None:
        registry.issue(registry.sand_hill, 10)
        services.log_objection(
            account=registry.sand_hill.id, by="A holder", text="No.", received_at=NOON
        )

        sent = registry.transfer(registry.sand_hill, registry.first, 1, 10, by=registry.fay)

        assert sent.state == "recorded"
        names = ownership.parties_of([registry.sand_hill.id])[registry.sand_hill.id]
        assert [party.name for party in names] == ["Sand Hill"]


class TestDelegation:
    """RATE-177; 40 CFR 62.16515(c)(5)."""

    def test_an_agent_acts_within_the_kinds_of_the_notice_alone(self, registry: Books) -> None:
        registry.issue(registry.sand_hill, 10)
        dan = person("Dan Poe")

        def notice(*agents: AgentSpec) -> None:
            services.file_delegation_notice(
                program=RATE,
                basis="general",
                delegator=registry.fay,
                agents=agents,
                received_at=NOON - timedelta(hours=1),
            )

        notice(AgentSpec(person=dan, kinds=("account_requests",)))
        refused_one = registry.transfer(registry.sand_hill, registry.first, 1, 1, by=dan)
        notice(AgentSpec(person=dan, kinds=("transfers",)))
        sent = registry.transfer(registry.sand_hill, registry.first, 1, 1, by=dan)

        assert reasons(refused_one) == {"not_authorized"}
        assert sent.state == "recorded"


class TestCertified:
    """RATE-175, RATE-181; 40 CFR 62.16515(c)(2)(ii), (e)."""

    def test_a_request_without_the_accepted_statement_is_not_acted_on(
        self, registry: Books
    ) -> None:
        unsigned = Evidence(method="totp", detail={"challenge": "x"}, accepted=())
        with pytest.raises(Refused):
            closing.close_with_transfers(
                account=registry.sand_hill.id,
                asked_by=registry.fay,
                asked_at=NOON,
                evidence=unsigned,
            )
        with pytest.raises(Refused):
            services.file_ownership_change(
                account=registry.sand_hill.id,
                changed_on=date(2023, 5, 30),
                filed_at=NOON,
                filed_by=registry.fay,
                listed=[PartySpec(name="Another")],
                evidence=unsigned,
            )

        assert ledger.account(registry.sand_hill.id).state == "open"
        assert len(ownership.interests_of(registry.sand_hill.id)) == 1


class TestClosing:
    """RATE-178, RATE-179, RATE-180; 40 CFR 62.16515(c)(6), (d)."""

    def test_ten_credits_and_no_transfer_are_refused(self, registry: Books) -> None:
        registry.issue(registry.sand_hill, 10)
        with refused("account_not_empty"):
            closing.close_with_transfers(
                account=registry.sand_hill.id, asked_by=registry.fay, asked_at=NOON
            )

    def test_with_the_transfer_of_all_it_is_closed_and_its_number_stays_its_own(
        self, registry: Books
    ) -> None:
        registry.issue(registry.sand_hill, 10)
        closing.close_with_transfers(
            account=registry.sand_hill.id,
            asked_by=registry.fay,
            asked_at=NOON,
            transfers=[
                TransferSpec(
                    source=registry.sand_hill.number,
                    destination=registry.first.number,
                    submitted_by=registry.fay,
                    submitted_at=NOON,
                    key=uuid4(),
                    vintage=2022,
                    quantity=10,
                )
            ],
        )
        following = services.open_general_account(
            program=RATE, name="Sand Hill", representative=registry.fay, at=NOON
        )

        assert ledger.account(registry.sand_hill.id).state == "closed"
        assert following.number != registry.sand_hill.number
        numbers = [account.number for account in ledger.accounts(program=RATE)]
        assert len(set(numbers)) == len(numbers)

    def test_a_dormant_account_is_closed_after_its_notice_and_one_credit_keeps_it(
        self, registry: Books
    ) -> None:
        sent_at = eastern("2024-06-03")
        notice = closing.give_notice_of_closure(account=registry.sand_hill.id, sent_at=sent_at)
        assert notice.ends_on == date(2024, 7, 2)
        other = services.open_general_account(
            program=RATE, name="Hill Sand", representative=registry.fay, at=NOON
        )
        registry.issue(other, 1)
        with refused("account_not_empty"):
            closing.give_notice_of_closure(account=other.id, sent_at=sent_at)

        closing.close_due(program=RATE, now=eastern("2024-07-03", "00:00"))

        assert ledger.account(registry.sand_hill.id).state == "closed"


class TestBanking:
    """RATE-182; 40 CFR 62.16545: no credit expires, and no account is too full."""

    def test_a_credit_of_2022_moves_in_2029_whatever_is_held(self, registry: Books) -> None:
        registry.issue(registry.sand_hill, 50_000_000)
        other = services.open_general_account(
            program=RATE, name="Bay Traders", representative=registry.ana, at=NOON
        )

        sent = transfers.submit_transfer(
            program=RATE,
            source=registry.sand_hill.number,
            destination=other.number,
            submitted_by=registry.fay,
            submitted_at=eastern("2029-06-01"),
            key=uuid4(),
            vintage=2022,
            quantity=50_000_000,
        )

        assert sent.state == "recorded"
        assert registry.quantity(other) == 50_000_000
