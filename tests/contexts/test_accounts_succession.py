"""A change of representative over many facilities; who watches an account without acting."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests.contexts.certificate_specs import certificates, signatory
from tests.contexts.registry import refused, statements
from trueup.accounts import certificate_reads as reads
from trueup.accounts import queries, services, succession, watchers
from trueup.accounts.entries import AgentSpec, FacilitySpec, UnitSpec
from trueup.accounts.watcher_models import Watcher
from trueup.audit import queries as audit
from trueup.audit.entries import NoticeSpec
from trueup.identity import queries as identity_queries
from trueup.identity import services as identity

pytestmark = pytest.mark.django_db

PROGRAM = "cpp-mass"
NOON = datetime(2024, 2, 1, 17, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Fleet:
    """Facilities that Ana represents, all with complete certificates in force."""

    number: int = 3
    people: dict[str, int] = field(default_factory=dict)
    facilities: list[int] = field(default_factory=list)
    accounts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.facilities = [
            entry.id
            for entry in services.register_facilities(
                [
                    FacilitySpec(
                        oris_code=100 + number,
                        name=f"Plant {number}",
                        jurisdiction="AL",
                        units=(UnitSpec(unit_id="1"),),
                    )
                    for number in range(self.number)
                ],
                program=PROGRAM,
                registered_at=NOON - 60 * MINUTE,
            )
        ]
        at = NOON - 30 * MINUTE
        services.file_certificates(
            certificates(
                program=PROGRAM,
                facilities=self.facilities,
                primary=self.person("Ana Ruiz"),
                alternate=self.person("Ben Orr"),
                at=at,
            ),
            program=PROGRAM,
            received_at=at,
        )
        self.accounts = succession.accounts_of_facilities(
            program=PROGRAM, facilities=self.facilities
        )

    def person(self, name: str) -> int:
        if name not in self.people:
            self.people[name] = services.register_person(
                name=name,
                email=f"{name.split(maxsplit=1)[0].lower()}@example.org",
                registered_at=NOON - 60 * MINUTE,
            ).id
        return self.people[name]

    def delegate(self, delegator: str, agent: str, *kinds: str) -> None:
        services.file_delegation_notice(
            program=PROGRAM,
            basis="compliance",
            delegator=self.person(delegator),
            agents=[AgentSpec(person=self.person(agent), kinds=kinds or ("transfers",))],
            received_at=NOON - 10 * MINUTE,
        )

    def key(self, person: str, account: int | None) -> int:
        entry, _ = identity.create_api_key(
            person=self.person(person),
            name="trading system",
            scopes=["propose_transfers"],
            account=account,
            created_at=NOON - 5 * MINUTE,
            expires_at=NOON + timedelta(days=90),
        )
        return entry.id

    def change(self, facilities: list[int], name: str, at: datetime = NOON) -> list[str]:
        """Change who represents facilities, as the console does; give the states."""
        specs = certificates(
            program=PROGRAM, facilities=facilities, primary=self.person(name), at=at
        )
        entries = services.file_certificates(specs, program=PROGRAM, received_at=at)
        return [entry.state for entry in entries]


@pytest.fixture
def fleet() -> Fleet:
    return Fleet()


class TestPreview:
    """40 CFR 62.16300(a), (b); 62.16315(c)(4)(i), (e): what ends and what binds."""

    def test_it_lists_who_leaves_and_what_ends_with_them(self, fleet: Fleet) -> None:
        fleet.delegate("Ana Ruiz", "Dan", "transfers", "emissions_reports")
        fleet.delegate("Ben Orr", "Gil Fox")
        limited = fleet.key("Ana Ruiz", fleet.accounts[0])
        fleet.key("Ana Ruiz", None)

        found = succession.preview(
            program=PROGRAM,
            facilities=fleet.facilities,
            at=NOON,
            primary=fleet.person("Eve Hall"),
        )

        assert [(item.facility.name, item.role, item.name) for item in found.leaving] == [
            (f"Plant {number}", "primary", "Ana Ruiz") for number in range(3)
        ]
        (agent,) = found.agents
        assert (agent.agent_name, agent.kinds) == ("Dan", ("emissions_reports", "transfers"))
        assert agent.is_whole
        assert [key.id for key in found.keys] == [limited]
        assert found.new == ()

    def test_agents_of_who_stays_elsewhere_lose_only_these_accounts(self, fleet: Fleet) -> None:
        fleet.delegate("Ana Ruiz", "Dan")

        found = succession.preview(
            program=PROGRAM,
            facilities=fleet.facilities[:2],
            at=NOON,
            primary=fleet.person("Eve Hall"),
        )

        assert [agent.is_whole for agent in found.agents] == [False]

    def test_what_others_have_in_hand_ends_or_binds(self, fleet: Fleet) -> None:
        proposal = succession.Reported(
            account=fleet.accounts[0], what="unsigned proposal", reference="p", ends=True
        )
        waiting = succession.Reported(
            account=fleet.accounts[1], what="transfer that waits", reference="t", ends=False
        )
        elsewhere = succession.Reported(account=1, what="other", reference="o", ends=True)

        found = succession.preview(
            program=PROGRAM,
            facilities=fleet.facilities,
            at=NOON,
            primary=fleet.person("Eve Hall"),
            reported=[proposal, waiting, elsewhere],
        )

        assert (found.ends, found.binds) == ((proposal,), (waiting,))

    def test_who_only_changes_seats_takes_agents_and_keys_along(self, fleet: Fleet) -> None:
        fleet.delegate("Ana Ruiz", "Dan")
        fleet.key("Ana Ruiz", fleet.accounts[0])

        found = succession.preview(
            program=PROGRAM,
            facilities=fleet.facilities,
            at=NOON,
            primary=fleet.person("Ben Orr"),
            alternate=fleet.person("Ana Ruiz"),
        )

        assert len(found.leaving) == 6
        assert (found.agents, found.keys) == ((), ())

    def test_facilities_without_an_account_get_one(self, fleet: Fleet) -> None:
        new = services.register_facility(
            program=PROGRAM,
            facility=FacilitySpec(oris_code=999, name="Newplant", jurisdiction="AL"),
            registered_at=NOON,
        )

        found = succession.preview(program=PROGRAM, facilities=[new.id], at=NOON, primary=1)

        assert [facility.name for facility in found.new] == ["Newplant"]

    def test_400_facilities_take_as_many_statements_as_4(self) -> None:
        fleet = Fleet(number=404)
        fleet.delegate("Ana Ruiz", "Dan")
        eve = fleet.person("Eve Hall")
        counts = []
        for some in (fleet.facilities[:4], fleet.facilities[4:]):
            with statements() as sent:
                found = succession.preview(program=PROGRAM, facilities=some, at=NOON, primary=eve)
            counts.append(len(sent))
            assert len(found.leaving) == len(some)
        assert counts[0] == counts[1]


class TestChange:
    """40 CFR 62.16300(a), (b): one certificate each, one act, all or none."""

    def test_keys_for_these_accounts_end_with_the_predecessor(self, fleet: Fleet) -> None:
        first, second, general = (
            fleet.key("Ana Ruiz", fleet.accounts[0]),
            fleet.key("Ana Ruiz", fleet.accounts[2]),
            fleet.key("Ana Ruiz", None),
        )

        assert fleet.change(fleet.facilities[:2], "Eve Hall") == ["in_force"] * 2

        alive = {key.id for key in identity_queries.live_keys(fleet.people.values(), at=NOON)}
        assert first not in alive
        assert {second, general} <= alive

    def test_the_persons_sign_one_after_the_other_and_all_take_effect_together(
        self, fleet: Fleet
    ) -> None:
        entries = services.change_representatives(
            program=PROGRAM,
            facilities=fleet.facilities,
            primary=signatory(fleet.person("Eve Hall")),
            received_at=NOON,
        )

        assert {entry.state for entry in entries} == {"incomplete"}
        assert [entry.id for entry in reads.certificates_awaiting(fleet.person("Eve Hall"))] == [
            entry.id for entry in entries
        ]
        for name, at in (("Eve Hall", NOON + MINUTE), ("Ben Orr", NOON + 2 * MINUTE)):
            assert queries.may_submit(fleet.person("Ana Ruiz"), fleet.accounts[0], at - MINUTE)
            signed = self.sign([entry.id for entry in entries], fleet.person(name), at)
        assert {entry.state for entry in signed} == {"in_force"}
        assert {entry.received_at for entry in signed} == {NOON + 2 * MINUTE}
        assert queries.may_submit(fleet.person("Eve Hall"), fleet.accounts[2], NOON + 2 * MINUTE)
        assert not queries.may_submit(
            fleet.person("Ana Ruiz"), fleet.accounts[2], NOON + 2 * MINUTE
        )

    def test_nobody_signs_who_is_not_named(self, fleet: Fleet) -> None:
        (entry, *_) = services.change_representatives(
            program=PROGRAM,
            facilities=fleet.facilities,
            primary=signatory(fleet.person("Eve Hall")),
            received_at=NOON,
        )

        with refused("no_such_certificate"):
            self.sign([entry.id], fleet.person("Mallory Grey"), NOON + MINUTE)
        with refused("no_such_certificate"):
            self.sign([10**9], fleet.person("Eve Hall"), NOON + MINUTE)

    def sign(self, ids: list[int], person: int, at: datetime) -> list[reads.CertificateEntry]:
        """Sign as the Administrator's console does it: with an agreement, without a factor."""
        from trueup.signing import services as signing
        from trueup.signing.entries import Evidence

        keys = ("CERT-COR-1", "CERT-COR-2", "CERT-COR-3")
        console = Evidence(method="console", accepted=keys)
        signing.accept_agreement(person=person, evidence=console, accepted_at=at)
        return services.sign_certificates(ids, person=person, evidence=console, received_at=at)


class TestNamingAgain:
    """40 CFR 62.16315(a), (d): the successor names the same agents with one notice."""

    def test_the_predecessors_agents_join_the_successors_own(self, fleet: Fleet) -> None:
        fleet.delegate("Ana Ruiz", "Dan", "transfers")
        fleet.delegate("Ben Orr", "Gil Fox", "emissions_reports")
        services.file_certificates(
            certificates(
                program=PROGRAM,
                facilities=fleet.facilities,
                primary=fleet.person("Ben Orr"),
                alternate=fleet.person("Eve Hall"),
                at=NOON,
            ),
            program=PROGRAM,
            received_at=NOON,
        )
        assert not queries.may_submit(
            fleet.person("Dan"), fleet.accounts[0], NOON, kind="transfers"
        )

        notice = services.name_agents_again(
            program=PROGRAM,
            basis="compliance",
            successor=fleet.person("Ben Orr"),
            predecessor=fleet.person("Ana Ruiz"),
            received_at=NOON + MINUTE,
        )

        assert sorted((agent.name, agent.kinds) for agent in notice.agents) == [
            ("Dan", ("transfers",)),
            ("Gil Fox", ("emissions_reports",)),
        ]
        assert queries.may_submit(
            fleet.person("Dan"), fleet.accounts[0], NOON + MINUTE, kind="transfers"
        )

    def test_without_any_there_is_nothing_to_sign(self, fleet: Fleet) -> None:
        fleet.change(fleet.facilities, "Eve Hall")

        with refused("no_such_agent"):
            services.name_agents_again(
                program=PROGRAM,
                basis="compliance",
                successor=fleet.person("Eve Hall"),
                predecessor=fleet.person("Ana Ruiz"),
                received_at=NOON + MINUTE,
            )


class TestWatchers:
    """PLAT-018, PLAT-150: viewers read, copy recipients are told, and neither submits."""

    def watch(self, fleet: Fleet, name: str, kind: str = "viewer", *events: str) -> int:
        return services.name_watcher(
            account=fleet.accounts[0],
            person=fleet.person(name),
            kind=kind,
            events=events,
            named_by=fleet.person("Ana Ruiz"),
            at=NOON,
        ).id

    def test_a_viewer_reads_and_never_submits(self, fleet: Fleet) -> None:
        self.watch(fleet, "Vera Long")
        vera = fleet.person("Vera Long")

        assert watchers.viewed_accounts(vera) == [fleet.accounts[0]]
        for kind in queries.SUBMISSION_KINDS:
            assert not queries.may_submit(vera, fleet.accounts[0], NOON + MINUTE, kind=kind)

    def test_only_the_representative_names_and_ends(self, fleet: Fleet) -> None:
        fleet.delegate("Ana Ruiz", "Dan")
        for name in ("Dan", "Vera Long"):
            with refused("not_authorized"):
                services.name_watcher(
                    account=fleet.accounts[0],
                    person=fleet.person("Vera Long"),
                    kind="viewer",
                    named_by=fleet.person(name),
                    at=NOON,
                )
        watcher = self.watch(fleet, "Vera Long")
        with refused("not_authorized"):
            services.end_watcher(watcher=watcher, at=NOON + MINUTE, ended_by=fleet.person("Dan"))

        services.end_watcher(watcher=watcher, at=NOON + MINUTE, ended_by=fleet.person("Ben Orr"))

        assert watchers.viewed_accounts(fleet.person("Vera Long")) == []
        with refused("no_such_watcher"):
            services.end_watcher(watcher=watcher, at=NOON + MINUTE)

    def test_a_watcher_can_end_it_too(self, fleet: Fleet) -> None:
        watcher = self.watch(fleet, "Vera Long")

        services.end_watcher(watcher=watcher, at=NOON + MINUTE, ended_by=fleet.person("Vera Long"))

        assert watchers.watchers_of(fleet.accounts[0], at=NOON + MINUTE) == []
        assert len(watchers.watchers_of(fleet.accounts[0], at=NOON)) == 1

    def test_copies_of_chosen_notices_go_out_with_them(self, fleet: Fleet) -> None:
        self.watch(fleet, "Cora Blue", "copy", "representative_changed")

        fleet.change(fleet.facilities[:1], "Eve Hall", NOON + MINUTE)

        (notice,) = audit.notices_of(fleet.person("Cora Blue"))
        assert notice.event == "representative_changed"
        assert watchers.copy_recipients(fleet.accounts[:1], "account_opened") == {
            fleet.accounts[0]: []
        }
        assert watchers.copy_recipients(fleet.accounts, "representative_changed") == {
            fleet.accounts[0]: [fleet.person("Cora Blue")],
            fleet.accounts[1]: [],
            fleet.accounts[2]: [],
        }

    def test_whoever_is_told_anyway_gets_no_copy(self, fleet: Fleet) -> None:
        self.watch(fleet, "Ben Orr", "copy", "account_frozen")
        spec = NoticeSpec(
            event="account_frozen",
            program=PROGRAM,
            person=fleet.person("Ben Orr"),
            account=fleet.accounts[0],
            created_at=NOON,
            subject="x",
            body="y",
        )

        with statements() as sent:
            assert watchers.with_copies([spec]) == [spec]
        assert len(sent) == 1

    def test_what_is_chosen_is_checked(self, fleet: Fleet) -> None:
        with refused("event_not_copied"):
            self.watch(fleet, "Cora Blue", "copy")
        with refused("event_not_copied"):
            self.watch(fleet, "Cora Blue", "copy", "sign_in_alert")
        self.watch(fleet, "Cora Blue", "copy", "account_frozen")
        with refused("watcher_named_already"):
            self.watch(fleet, "Cora Blue", "copy", "account_closing")
        with pytest.raises(ValueError, match="not one of"):
            self.watch(fleet, "Cora Blue", "submitter")

    def test_the_database_keeps_who_could_read(self, fleet: Fleet) -> None:
        self.watch(fleet, "Vera Long")
        for attack in (
            "UPDATE accounts_watcher SET kind = 'copy'",
            "DELETE FROM accounts_watcher",
        ):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(attack)
        for change in ({"until_at": NOON}, {"kind": "sender"}, {"ended_by": "administrator"}):
            values = {
                "account_id": fleet.accounts[1],
                "person_id": fleet.person("Vera Long"),
                "kind": "viewer",
                "named_by_id": fleet.person("Ana Ruiz"),
                "from_at": NOON,
            }
            with pytest.raises(IntegrityError), transaction.atomic():
                Watcher.objects.create(**{**values, **change})
