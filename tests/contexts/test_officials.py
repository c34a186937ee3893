"""Roles of officials: who may do what, for which program and State, from when until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from trueup.accounts import services as accounts
from trueup.audit.models import Event
from trueup.officials import queries, services
from trueup.officials.entries import GrantEntry
from trueup.officials.models import Grant
from trueup.officials.roles import APART, FUNCTIONS, OPERATION, ROLES, RUNNING, TECHNICAL
from trueup.rules.people import OFFICIAL_ACTS
from trueup.rules.refusal import Refused

pytestmark = pytest.mark.django_db

PROGRAM = "cpp-mass"
NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)
LATER = NOON + timedelta(days=1)


def person(name: str = "Olga Stone") -> int:
    return accounts.register_person(name=name, registered_at=NOON).id


def grant(
    who: int,
    role: str,
    *,
    program: str = PROGRAM,
    by: str = "administrator",
    jurisdiction: str = "",
    functions: tuple[str, ...] = (),
    recommends: tuple[str, ...] = (),
    apart_reason: str = "",
) -> GrantEntry:
    return services.grant(
        person=who,
        role=role,
        program=program,
        jurisdiction=jurisdiction,
        functions=functions,
        recommends=recommends,
        from_at=NOON,
        granted_by=by,
        apart_reason=apart_reason,
    )


def may(
    who: int, function: str, jurisdiction: str = "", *, program: str = PROGRAM, at: datetime = NOON
) -> bool:
    return queries.may(who, function, program=program, jurisdiction=jurisdiction, at=at)


class TestRoles:
    """PLAT-018."""

    def test_every_act_that_can_need_a_second_official_is_a_function(self) -> None:
        assert set(OFFICIAL_ACTS) <= set(OPERATION)

    def test_every_function_belongs_to_a_role(self) -> None:
        assert set(FUNCTIONS) == {f for role in ROLES.values() for f in role.functions}

    def test_program_operation_and_technical_administration_have_nothing_in_common(self) -> None:
        (operation,), (technical,) = APART
        assert not ROLES[operation].functions & ROLES[technical].functions

    def test_an_administrator_issues_and_gives_no_roles(self) -> None:
        olga = person()
        grant(olga, "administrator")

        assert may(olga, "originate")
        assert may(olga, "originate", "AL")
        assert not any(may(olga, function) for function in TECHNICAL)

    def test_technical_administration_sees_health_and_issues_nothing(self) -> None:
        tess = person("Tess Ide")
        grant(tess, "technical", program="")

        assert may(tess, "health")
        assert not any(may(tess, function) for function in OPERATION)

    def test_a_monitor_and_an_auditor_read_and_act_on_nothing(self) -> None:
        for name, role in (("Mo Lin", "market_monitor"), ("Al Dee", "auditor")):
            who = person(name)
            grant(who, role, program="")
            assert may(who, "read_market")
            assert not any(may(who, function) for function in (*OPERATION, *TECHNICAL))

    def test_a_role_of_one_program_is_none_in_another(self) -> None:
        olga = person()
        grant(olga, "administrator")

        assert not may(olga, "originate", program="cpp-rate")

    def test_both_duties_for_one_person_need_a_reason_which_is_logged(self) -> None:
        olga = person()
        grant(olga, "administrator")

        with pytest.raises(Refused) as refused:
            grant(olga, "technical", program="")
        assert refused.value.reasons == {"duties_not_apart"}

        grant(olga, "technical", program="", apart_reason="a pilot with one person")
        event = Event.objects.filter(act="grant_role").latest("id")
        assert event.after is not None
        assert event.after["reason"] == "a pilot with one person"

    def test_the_reason_is_asked_for_in_the_other_order_too(self) -> None:
        tess = person("Tess Ide")
        grant(tess, "technical", program="")

        with pytest.raises(Refused) as refused:
            grant(tess, "administrator")
        assert refused.value.reasons == {"duties_not_apart"}

    def test_a_contractor_runs_the_system_and_decides_nothing(self) -> None:
        """RGGI-037: a private firm may run the system; the right of decision stays."""
        firm = person("Cora Firm")
        grant(firm, "contractor")

        assert all(may(firm, function) for function in RUNNING)
        assert not any(may(firm, function) for function in set(FUNCTIONS) - RUNNING)
        assert queries.may_recommend(firm, "review_eligibility", program=PROGRAM, at=NOON)
        for function in ("review_eligibility", "settle"):
            with pytest.raises(Refused) as refused:
                grant(person("Con Tract"), "contractor", functions=(function,))
            assert refused.value.reasons == {"function_not_of_role"}

    def test_a_contractor_is_no_administrator_without_a_reason(self) -> None:
        """RGGI-037, PLAT-018."""
        firm = person("Cora Firm")
        grant(firm, "contractor")

        with pytest.raises(Refused) as refused:
            grant(firm, "administrator")
        assert refused.value.reasons == {"duties_not_apart"}

    def test_nobody_gives_a_role_to_themselves(self) -> None:
        tess = person("Tess Ide")

        with pytest.raises(Refused) as refused:
            grant(tess, "administrator", by=f"person:{tess}")
        assert refused.value.reasons == {"own_role"}

    def test_a_role_that_does_not_exist_and_a_person_who_does_not_exist_are_refused(self) -> None:
        with pytest.raises(Refused) as refused:
            grant(person(), "king")
        assert refused.value.reasons == {"unknown_role"}
        with pytest.raises(Refused) as refused:
            grant(999_999, "auditor")
        assert refused.value.reasons == {"no_such_person"}

    def test_a_role_is_held_once(self) -> None:
        olga = person()
        grant(olga, "administrator")

        with pytest.raises(Refused) as refused:
            grant(olga, "administrator")
        assert refused.value.reasons == {"role_held"}


class TestStates:
    """PLAT-019, PLAT-020."""

    def test_an_official_of_one_state_decides_for_that_state_alone(self) -> None:
        ada = person("Ada Lane")
        grant(ada, "state_official", jurisdiction="AL")

        assert may(ada, "allocate", "AL")
        assert not may(ada, "allocate", "KY")
        assert not may(ada, "allocate")
        assert not may(ada, "originate", "AL")

    def test_a_state_official_needs_a_state_and_a_program(self) -> None:
        with pytest.raises(Refused) as refused:
            grant(person(), "state_official", program="")
        assert refused.value.reasons == {"limit_missing"}

    def test_an_agent_has_the_named_functions_only_and_shows_the_authority(self) -> None:
        gus = person("Gus Orr")
        grant(
            gus,
            "state_agent",
            jurisdiction="AL",
            functions=("holding_accounts",),
            recommends=("review_eligibility",),
        )

        assert may(gus, "holding_accounts", "AL")
        assert not may(gus, "allocate", "AL")
        assert not may(gus, "review_eligibility", "AL")
        assert queries.may_recommend(
            gus, "review_eligibility", program=PROGRAM, jurisdiction="AL", at=NOON
        )
        acting = queries.acting_as(
            gus, "holding_accounts", program=PROGRAM, jurisdiction="AL", at=NOON
        )
        assert acting is not None
        assert (acting.name, acting.authority) == ("Gus Orr", "designated agent of the State AL")

    def test_an_agent_without_a_function_is_refused(self) -> None:
        with pytest.raises(Refused) as refused:
            grant(person(), "state_agent", jurisdiction="AL")
        assert refused.value.reasons == {"limit_missing"}

    def test_a_state_gives_nobody_what_is_the_administrators(self) -> None:
        with pytest.raises(Refused) as refused:
            grant(person(), "state_agent", jurisdiction="AL", functions=("originate",))
        assert refused.value.reasons == {"function_not_of_role"}


class TestEnding:
    """PLAT-018: roles are limited in time."""

    def test_a_role_ends_at_an_instant_and_what_was_before_stays_true(self) -> None:
        olga = person()
        given = grant(olga, "administrator")

        services.end_grant(grant=given.id, ended_at=LATER, ended_by="administrator", reason="left")

        assert may(olga, "originate", at=LATER - timedelta(seconds=1))
        assert not may(olga, "originate", at=LATER)
        with pytest.raises(Refused) as refused:
            services.end_grant(
                grant=given.id, ended_at=LATER, ended_by="administrator", reason="left"
            )
        assert refused.value.reasons == {"role_not_held"}

    def test_a_role_ends_for_a_reason(self) -> None:
        given = grant(person(), "administrator")

        with pytest.raises(Refused) as refused:
            services.end_grant(grant=given.id, ended_at=LATER, ended_by="administrator", reason=" ")
        assert refused.value.reasons == {"reason_missing"}

    def test_a_role_has_not_begun_before_its_first_instant(self) -> None:
        olga = person()
        grant(olga, "administrator")

        assert not may(olga, "originate", at=NOON - timedelta(seconds=1))


class TestHolders:
    """PLAT-052: who can be asked for a second approval."""

    def test_the_holders_of_a_function_are_all_who_may_decide_there(self) -> None:
        olga, ada, ken, mo = (person(n) for n in ("Olga Stone", "Ada Lane", "Ken Ash", "Mo Lin"))
        grant(olga, "administrator")
        grant(ada, "state_official", jurisdiction="AL")
        grant(ken, "state_official", jurisdiction="KY")
        grant(mo, "market_monitor")

        def holders(function: str, state: str = "") -> list[int]:
            return queries.holders(function, program=PROGRAM, jurisdiction=state, at=NOON)

        assert holders("allocate", "AL") == [olga, ada]
        assert holders("allocate") == [olga]
        assert holders("read_market") == [olga, mo]

    def test_officials_of_every_kind_need_a_second_factor(self) -> None:
        olga, ana = person(), person("Ana Ruiz")
        grant(olga, "administrator")

        assert queries.needs_second_factor([olga, ana], at=NOON) == {olga}


class TestKept:
    """PLAT-017: the database keeps grants, whoever asks."""

    def test_a_grant_is_not_removed(self) -> None:
        given = grant(person(), "administrator")

        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM officials_grant WHERE id = %s", [given.id])

    def test_a_state_role_without_a_state_cannot_be_written_down(self) -> None:
        given = grant(person(), "state_official", jurisdiction="AL")

        with pytest.raises(IntegrityError), transaction.atomic():
            Grant.objects.filter(id=given.id).update(jurisdiction="")
