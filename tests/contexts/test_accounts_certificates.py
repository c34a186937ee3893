"""Certificates of representation: complete or not, in force, superseded, late."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from tests.contexts.certificate_specs import certificate, certificates, signatory
from tests.contexts.registry import refused, statements
from trueup.accounts import certificate_reads as reads
from trueup.accounts import ownership, queries, services
from trueup.accounts.certificate_drafts import signed_on_the_console
from trueup.accounts.certificate_entries import (
    Arrival,
    CertificateEntry,
    CertificateSpec,
    Contact,
    Generator,
    Removal,
)
from trueup.accounts.certificate_models import Certificate, CertificateSignature
from trueup.accounts.entries import FacilitySpec, UnitSpec
from trueup.accounts.models import FacilityAccount
from trueup.audit import queries as audit
from trueup.rules import programs
from trueup.rules.program import Program

pytestmark = pytest.mark.django_db

PROGRAM = "cpp-mass"
RECEIVED = datetime(2021, 2, 3, 15, 15, tzinfo=UTC)  # 10:15 in the program's zone.
MINUTE = timedelta(minutes=1)
SELLER = Contact(name="Old Power Inc", address="2 Elm Street", phone="+1 555 0101")
BUYER = replace(SELLER, email="buyer@example.org")


@dataclass(slots=True)
class Office:
    """Barry with two units; Ana, Ben and whoever else is named."""

    people: dict[str, int] = field(default_factory=dict)
    barry: int = 0

    def __post_init__(self) -> None:
        self.barry = self.facility("Barry", 3, units=("1", "2"))

    def facility(self, name: str, oris_code: int, *, units: tuple[str, ...] = ("1",)) -> int:
        return services.register_facility(
            program=PROGRAM,
            facility=FacilitySpec(
                oris_code=oris_code,
                name=name,
                jurisdiction="AL",
                units=tuple(UnitSpec(unit_id=unit) for unit in units),
            ),
            registered_at=RECEIVED - MINUTE,
        ).id

    def person(self, name: str) -> int:
        if name not in self.people:
            self.people[name] = services.register_person(
                name=name,
                email=f"{name.split(maxsplit=1)[0].lower()}@example.org",
                registered_at=RECEIVED - MINUTE,
            ).id
        return self.people[name]

    def spec(
        self, primary: str = "Ana Ruiz", alternate: str = "", *, at: datetime = RECEIVED
    ) -> CertificateSpec:
        return certificate(
            program=PROGRAM,
            facility=self.barry,
            primary=self.person(primary),
            alternate=self.person(alternate) if alternate else None,
            at=at,
        )

    def file(
        self, spec: CertificateSpec | None = None, *, at: datetime = RECEIVED
    ) -> CertificateEntry:
        return services.file_certificate(spec or self.spec(at=at), program=PROGRAM, received_at=at)

    def amended(self, at: datetime, **changes: object) -> CertificateSpec:
        """The certificate in force with changes, signed by the persons in office."""
        spec = reads.prefilled(program=PROGRAM, facilities=[self.barry])[self.barry]
        return signed_on_the_console(replace(spec, **changes), program=PROGRAM, at=at)

    def account(self) -> int:
        account = queries.compliance_account(PROGRAM, self.barry)
        assert account is not None
        return account.id

    def seated(self) -> dict[str, str]:
        seats = queries.representatives([self.account()])[self.account()]
        return {seat.role: seat.name for seat in seats}


@pytest.fixture
def office() -> Office:
    return Office()


@contextmanager
def program_with(monkeypatch: pytest.MonkeyPatch, **changes: object) -> Iterator[None]:
    """The program with other rules of representation."""
    load = programs.load

    def loaded(code: str) -> Program:
        rules = load(code)
        people = replace(
            rules.people, representation=replace(rules.people.representation, **changes)
        )
        return replace(rules, people=people)

    with monkeypatch.context() as patched:
        patched.setattr(programs, "load", loaded)
        yield


class TestOneRepresentative:
    """40 CFR 62.16290(a), (b); MASS-017, RATE-154, RATE-155, PLAT-031."""

    def test_a_certificate_names_one_and_an_alternate(self, office: Office) -> None:
        entry = office.file(office.spec("Ana Ruiz", "Ben Orr"))

        assert entry.state == "in_force"
        assert office.seated() == {"primary": "Ana Ruiz", "alternate": "Ben Orr"}

    def test_one_without_a_representative_is_incomplete(self, office: Office) -> None:
        entry = office.file(replace(office.spec(), primary=None))

        assert entry.state == "incomplete"
        assert "a designated representative" in entry.missing

    def test_nobody_has_both_seats(self, office: Office) -> None:
        spec = office.spec()

        with refused("two_seats"):
            office.file(replace(spec, alternate=spec.primary))

    def test_a_company_cannot_be_named(self, office: Office) -> None:
        with refused("not_a_natural_person"):
            office.person("Alabama Power LLC")

    def test_a_second_alternate_takes_the_seat_of_the_first(self, office: Office) -> None:
        office.file(office.spec("Ana Ruiz", "Ben Orr"))
        office.file(office.spec("Ana Ruiz", "Kim Day", at=RECEIVED + MINUTE), at=RECEIVED + MINUTE)

        assert office.seated() == {"primary": "Ana Ruiz", "alternate": "Kim Day"}

    def test_an_alternate_who_is_not_named_again_leaves(self, office: Office) -> None:
        office.file(office.spec("Ana Ruiz", "Ben Orr"))
        office.file(office.amended(RECEIVED + MINUTE, alternate=None), at=RECEIVED + MINUTE)

        assert office.seated() == {"primary": "Ana Ruiz"}

    def test_a_program_can_require_an_alternate(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """RGGI."""
        with program_with(monkeypatch, alternate_required=True):
            entry = office.file()

        assert entry.missing == ("an alternate designated representative",)


class TestSamePersonAcrossPrograms:
    """40 CFR 62.16375, 62.16570, definitions; MASS-018, RATE-156; docs/decisions/0152."""

    def test_a_certificate_that_names_another_is_held_until_it_is_resolved(
        self, office: Office
    ) -> None:
        services.record_other_program(
            facility=office.barry, scheme="arp", primary=office.person("Ana Ruiz"), at=RECEIVED
        )

        entry = office.file(office.spec("Carla Fox"))

        assert entry.state == "held"
        assert "differs from the one in the Acid Rain Program, Ana Ruiz" in entry.hold
        assert queries.compliance_account(PROGRAM, office.barry) is None

        released = services.release_certificate(
            entry.id,
            reason="the Acid Rain Program was told as well",
            released_at=RECEIVED + MINUTE,
            actor="administrator",
        )

        assert (released.state, released.received_at) == ("in_force", RECEIVED + MINUTE)
        assert office.seated() == {"primary": "Carla Fox"}
        with refused("no_such_certificate"):
            services.release_certificate(
                entry.id, reason="again", released_at=RECEIVED + MINUTE, actor="administrator"
            )

    def test_the_same_person_is_not_held(self, office: Office) -> None:
        services.record_other_program(
            facility=office.barry, scheme="tr_so2_1", primary=office.person("Ana Ruiz"), at=RECEIVED
        )

        assert office.file().state == "in_force"

    def test_a_program_can_refuse_it_instead(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """RATE-156."""
        services.record_other_program(
            facility=office.barry,
            scheme="arp",
            primary=office.person("Ana Ruiz"),
            alternate=office.person("Ben Orr"),
            at=RECEIVED,
        )

        with (
            program_with(monkeypatch, other_program_differs="refuse"),
            refused("differs_from_other_program"),
        ):
            office.file(office.spec("Ana Ruiz", "Carla Fox"))
        assert not Certificate.objects.exists()

    def test_what_is_recorded_is_checked(self, office: Office) -> None:
        with refused("unknown_facility"):
            services.record_other_program(facility=10**9, scheme="arp", primary=None, at=RECEIVED)
        with refused("unknown_person"):
            services.record_other_program(
                facility=office.barry, scheme="arp", primary=10**9, at=RECEIVED
            )
        with pytest.raises(ValueError, match="not one of"):
            services.record_other_program(
                facility=office.barry, scheme="csapr", primary=None, at=RECEIVED
            )


class TestEffectOfReceipt:
    """40 CFR 62.16290(a)(2), (b)(2), (c); MASS-019, RATE-157, PLAT-032."""

    def test_the_representative_may_submit_from_receipt(self, office: Office) -> None:
        """RATE-263."""
        office.file(office.spec("Ana Ruiz", "Ben Orr"))
        ana, account = office.person("Ana Ruiz"), office.account()

        assert queries.may_submit(ana, account, RECEIVED)
        assert queries.may_submit(ana, account, RECEIVED + MINUTE)
        assert not queries.may_submit(ana, account, RECEIVED - MINUTE)

    def test_an_act_of_the_alternate_is_the_representatives(self, office: Office) -> None:
        office.file(office.spec("Ana Ruiz", "Ben Orr"))

        found = queries.submitters([office.account()], at=RECEIVED, kind="transfers")

        assert [entry.attributed for entry in found[office.account()]] == [
            "Ana Ruiz",
            "representative (by alternate Ben Orr)",
        ]


class TestAgreements:
    """40 CFR 62.16290(a)(1), 62.16305(b); MASS-020."""

    def test_a_certificate_without_an_agreement_is_complete(self, office: Office) -> None:
        assert office.file().missing == ()


class TestElements:
    """40 CFR 62.16305(a); MASS-021, RATE-159, PLAT-023."""

    @pytest.mark.parametrize(
        ("change", "missing"),
        [
            ({"category": ""}, "the facility category"),
            ({"naics": " "}, "the NAICS code or its equivalent"),
            ({"county": ""}, "the county"),
            ({"latitude": None, "longitude": None}, "latitude and longitude"),
            ({"indian_country": None}, "whether the facility is in Indian country"),
            ({"units": ()}, "the units"),
            ({"owners": ()}, "the owners of the facility"),
            ({"operators": ("",)}, "the operators of the facility"),
        ],
    )
    def test_an_element_of_the_facility_is_named(
        self, office: Office, change: dict[str, object], missing: str
    ) -> None:
        entry = office.file(replace(office.spec(), **change))

        assert entry.state == "incomplete"
        assert entry.missing == (missing,)
        assert queries.compliance_account(PROGRAM, office.barry) is None

    @pytest.mark.parametrize(
        ("change", "missing"),
        [
            ({"unit_type": ""}, "unit 1: its type"),
            ({"generators": ()}, "unit 1: the generators that it serves"),
            (
                {"generators": (Generator(generator_id="G1", nameplate_mw=None),)},
                "unit 1: the nameplate capacity of generator G1",
            ),
            (
                {"operating_from": None},
                "unit 1: the actual or projected date of commercial operation",
            ),
            ({"net_summer_mw": None}, "unit 1: its net summer capacity"),
            ({"owners": ()}, "unit 1: its owners"),
            ({"operators": ()}, "unit 1: its operators"),
        ],
    )
    def test_an_element_of_a_unit_is_named(
        self, office: Office, change: dict[str, object], missing: str
    ) -> None:
        spec = office.spec()
        first, second = spec.units

        entry = office.file(replace(spec, units=(replace(first, **change), second)))

        assert entry.missing == (missing,)

    @pytest.mark.parametrize(
        ("change", "missing"),
        [
            ({"address": ""}, "the address of the designated representative"),
            ({"phone": " "}, "the telephone number of the designated representative"),
            ({"email": ""}, "the e-mail address of the designated representative"),
        ],
    )
    def test_contact_data_that_is_missing_is_named(
        self, office: Office, change: dict[str, str], missing: str
    ) -> None:
        spec = office.spec()
        assert spec.primary is not None
        contact = replace(spec.primary.contact, **change)

        entry = office.file(replace(spec, primary=replace(spec.primary, contact=contact)))

        assert entry.missing == (missing,)

    def test_no_fax_number_is_needed(self, office: Office) -> None:
        spec = office.spec()

        assert spec.primary is not None
        assert spec.primary.contact.fax == ""
        assert office.file(spec).state == "in_force"

    def test_a_nameplate_capacity_is_kept_to_the_nearest_tenth(self, office: Office) -> None:
        office.file()

        (unit, _) = queries.units_of([office.barry])[office.barry]
        assert unit.nameplate_mw == Decimal("512.3")
        entry = reads.certificates_in_force(program=PROGRAM, facilities=[office.barry])
        assert entry[office.barry].spec.units[0].generators[0].nameplate_mw == Decimal("512.3")

    def test_what_cannot_be_is_refused(self, office: Office) -> None:
        """PLAT-035."""
        spec = office.spec()
        first, second = spec.units
        negative = (Generator(generator_id="1", nameplate_mw=Decimal(-1)),)

        with refused("capacity_not_usable"):
            office.file(replace(spec, units=(replace(first, generators=negative), second)))
        with refused("position_not_usable"):
            office.file(replace(spec, latitude=Decimal(91)))
        with refused("unit_not_usable"):
            office.file(replace(spec, units=(first, first)))
        with refused("name_not_usable"):
            office.file(replace(spec, owners=("Good Power", "Bad \u202ePower")))
        with refused("contact_not_usable"):
            office.file(replace(spec, naics="2" * 401))

    def test_a_changed_capacity_shows_old_and_new(self, office: Office) -> None:
        """PLAT-035."""
        office.file()
        at = RECEIVED + MINUTE
        spec = office.amended(at)
        first, second = spec.units
        bigger = (Generator(generator_id="1", nameplate_mw=Decimal("525.0")),)
        office.file(replace(spec, units=(replace(first, generators=bigger), second)), at=at)

        (event,) = audit.events_of(f"facility:{office.barry}", limit=1)

        assert event.act == "receive_certificate"
        assert event.at == at
        assert event.before == {"units.1.generators.1.nameplate_mw": "512.3"}
        assert event.after is not None
        assert event.after["units.1.generators.1.nameplate_mw"] == "525.0"

    def test_the_log_holds_no_contact_data(self, office: Office) -> None:
        office.file()

        (event, *_) = audit.events_of(f"facility:{office.barry}")
        assert "36602" not in str(event)


class TestCertification:
    """40 CFR 62.16305(a)(4), (5); MASS-021, MASS-027, RATE-160."""

    def test_a_statement_that_is_not_accepted_is_named(self, office: Office) -> None:
        spec = office.spec("Ana Ruiz", "Ben Orr")
        assert spec.alternate is not None
        some = replace(spec.alternate, accepted=("CERT-COR-1", "CERT-COR-3"))

        entry = office.file(replace(spec, alternate=some))

        assert entry.missing == (
            "statement CERT-COR-2 accepted by the alternate designated representative",
        )
        assert queries.compliance_account(PROGRAM, office.barry) is None

    def test_so_is_a_signature(self, office: Office) -> None:
        spec = office.spec("Ana Ruiz", "Ben Orr")
        assert spec.alternate is not None

        entry = office.file(replace(spec, alternate=replace(spec.alternate, signed_on=None)))

        assert entry.missing == (
            "the signature and date of the alternate designated representative",
        )

    def test_who_signed_which_words_is_kept(self, office: Office) -> None:
        entry = office.file(office.spec("Ana Ruiz", "Ben Orr"))

        assert [(item.name, item.role) for item in entry.signatures] == [
            ("Ana Ruiz", "primary"),
            ("Ben Orr", "alternate"),
        ]
        assert entry.signatures[0].statements == ("CERT-COR-1", "CERT-COR-2", "CERT-COR-3")
        assert entry.mark == "console"
        stored = CertificateSignature.objects.get(role="primary").statements[0]
        (words, *_) = programs.load(PROGRAM).people.statements["certificate"]
        assert stored == {"key": words.key, "digest": words.digest}

    def test_what_was_incomplete_is_supplied_and_signed_anew(self, office: Office) -> None:
        first = office.file(replace(office.spec(), category=""))
        at = RECEIVED + MINUTE

        second = services.revise_certificate(first.id, office.spec(at=at), received_at=at)

        assert (second.state, second.version, second.received_at) == ("in_force", 2, at)
        assert [
            entry.state for entry in reads.certificates_of(program=PROGRAM, facility=office.barry)
        ] == ["in_force", "withdrawn"]
        with refused("no_such_certificate"):
            services.revise_certificate(first.id, office.spec(), received_at=at)


class TestReplacing:
    """40 CFR 62.16300(a), (b), 62.16320(a); MASS-023, MASS-034, RATE-162, RATE-168."""

    def test_a_superseding_certificate_changes_the_representative_on_receipt(
        self, office: Office
    ) -> None:
        office.file()
        at = datetime(2025, 4, 30, 13, 0, tzinfo=UTC)
        entry = office.file(office.spec("Eve Hall", at=at), at=at)
        ana, account = office.person("Ana Ruiz"), office.account()

        assert queries.may_submit(ana, account, at - MINUTE), "what she submitted stays valid"
        assert not queries.may_submit(ana, account, at + MINUTE)
        assert queries.may_submit(office.person("Eve Hall"), account, at)
        (latest, former) = reads.certificates_of(program=PROGRAM, facility=office.barry)
        assert latest == entry
        assert (former.state, former.superseded_at) == ("superseded", at)

    def test_it_opens_no_second_account(self, office: Office) -> None:
        office.file()
        office.file(at=RECEIVED + MINUTE)

        assert FacilityAccount.objects.count() == 1

    def test_an_incomplete_one_supersedes_nothing(self, office: Office) -> None:
        """MASS-034."""
        office.file()
        office.file(replace(office.spec("Eve Hall"), county=""), at=RECEIVED + MINUTE)

        assert office.seated() == {"primary": "Ana Ruiz"}

    def test_one_received_before_the_one_in_force_is_refused(self, office: Office) -> None:
        office.file()

        with refused("superseded_already"):
            office.file(office.spec("Eve Hall"), at=RECEIVED - MINUTE)

    def test_unknown_facilities_and_people_are_refused(self, office: Office) -> None:
        spec = office.spec()
        assert spec.primary is not None

        with refused("unknown_facility"):
            office.file(replace(spec, facility=10**9))
        with refused("unknown_person"):
            office.file(replace(spec, primary=replace(spec.primary, person=10**9)))

    def test_a_stranger_does_not_file_for_a_facility_with_a_representative(
        self, office: Office
    ) -> None:
        """docs/decisions/0153."""
        office.file()

        with refused("not_authorized"):
            services.file_certificate(
                office.spec("Eve Hall"),
                program=PROGRAM,
                received_at=RECEIVED + MINUTE,
                filed_by=office.person("Eve Hall"),
            )


class TestOwnersAndOperators:
    """40 CFR 62.16300(c), 62.16495(c); MASS-024, RATE-163, PLAT-033."""

    def test_the_list_is_that_of_the_certificate(self, office: Office) -> None:
        office.file()

        owners = ownership.parties_of([office.account()], kind="owner")[office.account()]
        operators = ownership.parties_of([office.account()], kind="operator")[office.account()]

        assert [party.name for party in owners] == ["Southern Power Company"]
        assert [party.name for party in operators] == ["Southern Operating Company"]

    def test_a_change_is_due_within_30_days_and_taken_late(self, office: Office) -> None:
        office.file()
        at = datetime(2024, 2, 20, 17, 0, tzinfo=UTC)

        entry = office.file(
            office.amended(at, owners=("New Owner",), owners_changed_on=date(2024, 1, 10)), at=at
        )

        (change,) = entry.changes
        assert (change.due_on, change.is_late) == (date(2024, 2, 8), True)
        assert entry.state == "in_force"
        assert entry.is_late
        listed = ownership.parties_of([office.account()], kind="owner", on=date(2024, 1, 10))
        assert "New Owner" in [party.name for party in listed[office.account()]]

    def test_day_30_on_a_saturday_is_the_next_business_day(self, office: Office) -> None:
        """RATE-163."""
        office.file()
        for day, is_late in ((3, False), (4, True)):
            at = datetime(2022, 10, day, 16, 0, tzinfo=UTC)
            entry = office.file(
                office.amended(at, owners=(f"Owner {day}",), owners_changed_on=date(2022, 9, 2)),
                at=at,
            )
            (change,) = entry.changes
            assert (change.due_on, change.is_late) == (date(2022, 10, 3), is_late)

    def test_a_change_needs_its_day(self, office: Office) -> None:
        office.file()

        entry = office.file(office.amended(RECEIVED, owners=("New Owner",)))

        assert entry.missing == ("the day on which owners or operators changed",)

    def test_who_is_not_listed_is_bound_all_the_same(self, office: Office) -> None:
        """MASS-024, PLAT-033: nobody asks the list whether an act is valid."""
        office.file()

        assert queries.may_submit(office.person("Ana Ruiz"), office.account(), RECEIVED + MINUTE)


class TestChangeOfUnits:
    """40 CFR 62.16300(d), 62.16495(d); MASS-025, RATE-164."""

    def used_unit(self, office: Office, at: datetime, **changes: object) -> CertificateSpec:
        spec = office.amended(at)
        arrival = Arrival(
            operated_before=True,
            located_on=date(2023, 8, 15),
            seller=SELLER,
            purchased_on=date(2023, 8, 1),
        )
        third = replace(
            spec.units[0], unit_id="3", arrival=replace(arrival, **changes) if changes else arrival
        )
        return replace(spec, units=(*spec.units, third))

    def test_a_used_unit_is_filed_with_its_seller(self, office: Office) -> None:
        office.file()
        at = datetime(2023, 9, 13, 16, 0, tzinfo=UTC)

        entry = office.file(self.used_unit(office, at), at=at)

        (change,) = entry.changes
        assert (change.what, change.due_on) == ("unit 3 added", date(2023, 9, 13))
        assert not entry.is_late
        assert [unit.unit_id for unit in queries.units_of([office.barry])[office.barry]] == [
            "1",
            "2",
            "3",
        ]

    def test_without_the_seller_it_is_incomplete(self, office: Office) -> None:
        office.file()

        entry = office.file(
            self.used_unit(office, RECEIVED, seller=Contact(), purchased_on=None), at=RECEIVED
        )

        assert entry.missing == (
            "unit 3: the day of its purchase",
            "the name of the seller of unit 3",
            "the address of the seller of unit 3",
            "the telephone number of the seller of unit 3",
        )

    def test_a_new_unit_has_no_seller(self, office: Office) -> None:
        """Testing by the manufacturer before the first installation is no operation."""
        office.file()

        entry = office.file(
            self.used_unit(
                office, RECEIVED, operated_before=False, seller=Contact(), purchased_on=None
            ),
            at=RECEIVED,
        )

        assert entry.state == "in_force"

    def test_it_says_whether_the_unit_operated_before(self, office: Office) -> None:
        office.file()
        spec = office.amended(RECEIVED)
        third = replace(spec.units[0], unit_id="3")

        entry = office.file(replace(spec, units=(*spec.units, third)))

        assert entry.missing == ("unit 3: whether it operated before it came to the facility",)

    def test_a_unit_that_leaves_is_filed_with_its_buyer(self, office: Office) -> None:
        office.file()
        at = datetime(2023, 9, 14, 16, 0, tzinfo=UTC)
        spec = office.amended(at)
        gone = Removal(
            unit_id="2", buyer=BUYER, sold_on=date(2023, 8, 1), left_on=date(2023, 8, 15)
        )

        incomplete = office.file(replace(spec, units=spec.units[:1]), at=at)
        entry = office.file(replace(spec, units=spec.units[:1], removals=(gone,)), at=at)

        assert incomplete.missing == ("unit 2: who bought it, and when it left",)
        assert [(change.what, change.is_late) for change in entry.changes] == [
            ("unit 2 removed", True)
        ]


class TestManyAtOnce:
    """62.16300(a): one certificate each, one act, all or none; docs/decisions/0154."""

    def test_all_or_none(self, office: Office) -> None:
        gaston = office.facility("Gaston", 26)
        specs = certificates(
            program=PROGRAM,
            facilities=[office.barry, gaston],
            primary=office.person("Ana Ruiz"),
            at=RECEIVED,
        )

        with refused("certificate_incomplete"):
            services.file_certificates(
                [specs[0], replace(specs[1], county="")], program=PROGRAM, received_at=RECEIVED
            )
        assert not Certificate.objects.exists()
        entries = services.file_certificates(specs, program=PROGRAM, received_at=RECEIVED)
        assert [entry.state for entry in entries] == ["in_force"] * 2

    def test_400_facilities_take_as_many_statements_as_4(self, office: Office) -> None:
        facilities = services.register_facilities(
            [
                FacilitySpec(
                    oris_code=1000 + number,
                    name=f"Plant {number}",
                    jurisdiction="AL",
                    units=(UnitSpec(unit_id="1"),),
                )
                for number in range(404)
            ],
            program=PROGRAM,
            registered_at=RECEIVED - MINUTE,
        )
        ids = [entry.id for entry in facilities]
        for name, at in (("Ana Ruiz", RECEIVED), ("Eve Hall", RECEIVED + MINUTE)):
            counts = []
            for some in (ids[:4], ids[4:]):
                specs = certificates(
                    program=PROGRAM, facilities=some, primary=office.person(name), at=at
                )
                with statements() as sent:
                    services.file_certificates(specs, program=PROGRAM, received_at=at)
                counts.append(len(sent))
            if name == "Eve Hall":  # The first ones enter what was made up of each unit.
                assert counts[0] == counts[1]
        account = queries.compliance_account(PROGRAM, ids[-1])
        assert account is not None
        assert queries.may_submit(office.person("Eve Hall"), account.id, RECEIVED + MINUTE)


class TestTheDatabaseKeepsThem:
    """Who could bind a facility decides which acts were valid."""

    def test_a_certificate_in_force_is_not_changed(self, office: Office) -> None:
        office.file()
        attacks = [
            "UPDATE accounts_certificate SET document = '{}'",
            "UPDATE accounts_certificate SET primary_id = alternate_id",
            "UPDATE accounts_certificate SET state = 'withdrawn', received_at = NULL",
            "DELETE FROM accounts_certificate",
            "UPDATE accounts_certificatesignature SET role = 'alternate'",
            "DELETE FROM accounts_certificatesignature",
        ]
        for attack in attacks:
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(attack)

    @pytest.mark.parametrize(
        "change",
        [
            {"state": "valid"},
            {"state": "in_force", "received_at": None},
            {"state": "in_force", "primary_id": None},
            {"state": "superseded"},
            {"state": "held", "received_at": None},
            {"filed_by": ""},
            {"state": "in_force"},
        ],
    )
    def test_a_certificate_that_cannot_be_is_refused(
        self, office: Office, change: dict[str, object]
    ) -> None:
        office.file()
        values: dict[str, object] = {
            "program": PROGRAM,
            "facility_id": office.barry,
            "version": 9,
            "state": "in_force",
            "document": {},
            "primary_id": office.person("Ana Ruiz"),
            "filed_by": "administrator",
            "filed_at": RECEIVED,
            "received_at": RECEIVED,
        }
        with pytest.raises(IntegrityError), transaction.atomic():
            Certificate.objects.create(**{**values, **change})

    def test_the_text_that_is_signed_says_everything(self, office: Office) -> None:
        spec = replace(office.spec("Ana Ruiz", "Ben Orr"), indian_country=None)

        text = reads.signing_text([spec])

        assert "Facility: Barry, plant code 3" in text
        assert "In Indian country: not answered" in text
        assert "Generator 1: 512.34 MWe" in text
        assert "Alternate: Ben Orr; 1 Main Street" in text
        assert signatory(office.person("Ana Ruiz")).contact.phone in text
