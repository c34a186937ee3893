"""State accounts at the desk and for applicants: two officials, one duty, four set-asides."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.adapters.state_desk import StateDesk
from tests.contexts.state_registry import PROGRAM, SHARES
from trueup.desk import services as desk
from trueup.desk.models import Proposal
from trueup.rules.refusal import Refused
from trueup.signing.models import Signature
from trueup.state_accounts.models import Application, Distribution

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> StateDesk:
    found = StateDesk(monkeypatch)
    found.registry.set_year()
    return found


def act(office: StateDesk, name: str, by: str = "Olga Marsh", **values: object) -> desk.Done:
    return desk.act(
        name, program=PROGRAM, by=office.registry.person(by), at=office.registry.tick(), **values
    )


def reasons(office: StateDesk, name: str, by: str = "Olga Marsh", **values: object) -> set[str]:
    with pytest.raises(Refused) as refused:
        act(office, name, by, **values)
    return {refusal.code.rsplit(".", 1)[1] for refusal in refused.value.refusals}


class TestYear:
    """RGGI-020, PLAT-018: previewed, signed, agreed to by a second official, recorded."""

    def test_a_budget_is_previewed_signed_and_approved(self, office: StateDesk) -> None:
        page = office.page("Olga Marsh", reverse("desk-state-accounts", args=[PROGRAM]))
        assert "Maryland: divide the budget of 2016" in page.text
        address = reverse("desk-state-year", args=[PROGRAM, "MD", 2016])
        client = office.browsers["Olga Marsh"][0]
        preview = client.post(address, {**SHARES, "consumer": ""}).content.decode()
        assert "Preview: nothing is recorded yet" in preview
        assert not Distribution.objects.exists()

        place = office.post("Olga Marsh", address, **SHARES, consumer="800", sign="yes")
        office.sign("Olga Marsh", place)
        proposal = Proposal.objects.get(act="distribute_state_budget")
        assert not Distribution.objects.exists()
        office.approve("Pete Moss", proposal.key)

        assert office.registry.held("consumer") == 800
        told = office.page("Olga Marsh", reverse("desk-state-accounts", args=[PROGRAM]))
        assert "Done" in told.text

    def test_what_does_not_add_up_is_told_on_the_page(self, office: StateDesk) -> None:
        address = reverse("desk-state-year", args=[PROGRAM, "MD", 2016])
        answer = office.browsers["Olga Marsh"][0].post(address, {**SHARES, "consumer": "799"})

        assert answer.status_code == 422
        assert "1 missing" in answer.content.decode()

    def test_an_official_of_another_state_cannot(self, office: StateDesk) -> None:
        office.official("Nora York", state="NY")
        client = office.browsers["Nora York"][0]

        answer = client.get(reverse("desk-state-year", args=[PROGRAM, "MD", 2016]))
        assert answer.status_code == 403
        assert "not_authorized" in reasons(
            office,
            "distribute_state_budget",
            "Nora York",
            jurisdiction="MD",
            year=2016,
            shares="ltc 1",
        )

    def test_the_same_official_cannot_approve(self, office: StateDesk) -> None:
        done = act(
            office, "distribute_state_budget", jurisdiction="MD", year=2016, shares="liesa 50"
        )
        assert done.proposal is not None
        with pytest.raises(Refused, match="same_person"):
            desk.approve(
                proposal=done.proposal.key,
                by=office.registry.person("Olga Marsh"),
                at=office.registry.tick(),
                digest=done.proposal.digest,
            )

    @pytest.mark.parametrize("shares", ["liesa fifty", "ltc 1, ltc 2", "50"])
    def test_shares_that_cannot_be_read_are_refused(self, office: StateDesk, shares: str) -> None:
        assert "value_not_usable" in reasons(
            office, "distribute_state_budget", jurisdiction="MD", year=2016, shares=shares
        )

    def test_a_market_user_moves_nothing_out_of_a_state_account(self, office: StateDesk) -> None:
        """RGGI-028."""
        office.registry.divide()
        assert "not_authorized" in reasons(
            office,
            "move_between_state_accounts",
            "Ana Ruiz",
            jurisdiction="MD",
            source="liesa",
            destination="consumer",
            vintage=2016,
            quantity=1,
            reason="mine",
        )
        number = office.registry.state_account("liesa").number
        answer = office.browsers["Ana Ruiz"][0].get(reverse("act-transfer", args=[PROGRAM, number]))
        assert answer.status_code == 403


class TestPortal:
    """RGGI-036, RGGI-038: accounts, transfers, set-asides and compliance behind the log-in."""

    @pytest.mark.parametrize(
        ("name", "arguments"),
        [
            ("desk-state-accounts", ()),
            ("desk-state-year", ("MD", 2016)),
            ("act-renewable-certificates", ()),
        ],
    )
    def test_nobody_who_has_not_signed_in_gets_beyond_the_door(
        self, office: StateDesk, name: str, arguments: tuple[object, ...]
    ) -> None:
        address = reverse(name, args=[PROGRAM, *arguments])
        answer = Client().get(address, headers={"Accept": "text/html"})

        assert answer.status_code in (302, 401)
        assert Client().get(reverse("reports", args=[PROGRAM])).status_code == 200

    def test_a_broker_opens_a_general_account_and_no_compliance_account(
        self, office: StateDesk
    ) -> None:
        """RGGI-038."""
        from trueup.accounts import services as accounts

        entry = accounts.open_general_account(
            program=PROGRAM,
            name="Bay Brokers",
            representative=office.registry.person("Cy Dunn"),
            at=office.registry.tick(),
        )

        assert entry.kind == "general"
        with pytest.raises(Refused, match="unknown_facility"):
            accounts.name_designated_representative(
                program=PROGRAM,
                facility=999_999,
                person=office.registry.person("Cy Dunn"),
                role="primary",
                at=office.registry.tick(),
            )


class TestApplications:
    """RGGI-021 to RGGI-024, RGGI-027: signed by who asks, decided and carried out at the desk."""

    def file(self, office: StateDesk, act: str, source: str, **answers: object) -> str:
        arguments = [PROGRAM, office.registry.accounts[source].number] if source else [PROGRAM]
        place = office.post("Ana Ruiz", reverse(f"act-{act}", args=arguments), **answers)
        return office.sign("Ana Ruiz", place)

    def test_a_limited_source_applies_and_its_allowances_are_retired(
        self, office: StateDesk
    ) -> None:
        office.registry.divide()
        office.registry.emit("Luke Mill", {2013: 40, 2014: 50, 2015: 60})
        told = self.file(
            office, "limited-exemption", "Luke Mill", year="2016", export_percent="9.5"
        )
        assert "asks for 50 allowances" in told
        application = Application.objects.get()
        assert Signature.objects.filter(document="state_set_aside_application").count() == 1

        address = reverse("desk-state-application", args=[PROGRAM, application.pk])
        for name in ("complete_state_application", "approve_state_application"):
            office.sign("Olga Marsh", office.post("Olga Marsh", address, act=name))
        office.sign(
            "Olga Marsh", office.post("Olga Marsh", address, act="execute_state_application")
        )
        application.refresh_from_db()
        assert application.state == "approved"
        office.approve("Pete Moss", Proposal.objects.latest("id").key)

        application.refresh_from_db()
        assert (application.state, application.given) == ("executed", 50)
        public = office.page(
            "Ana Ruiz", reverse("state-application", args=[PROGRAM, application.pk])
        )
        assert "Executed" in public.text

    def test_each_form_files_its_own_application(self, office: StateDesk) -> None:
        self.file(
            office,
            "long-term-contract",
            "Warrior Run",
            year="2016",
            quantity="40",
            contract="Agreement of 1995",
            viability="Statement",
        )
        self.file(
            office,
            "clean-generation",
            "Keys",
            year="2016",
            quantity="80",
            in_service_on="2015-06-01",
            finding="Permit: best available control technology",
        )
        self.file(
            office,
            "renewable-certificates",
            "",
            year="2016",
            jurisdiction="MD",
            certificates="GATS-1, 2016-02-01\nGATS-2, 2016-02-01\n",
        )

        filed = dict(Application.objects.values_list("purpose", "quantity"))
        assert filed == {"ltc": 40, "cgsa": 80, "vrsa": 1}

    def test_a_certificate_that_was_not_retired_is_told_before_signing_is_done(
        self, office: StateDesk
    ) -> None:
        address = reverse("act-renewable-certificates", args=[PROGRAM])
        client = office.browsers["Ana Ruiz"][0]
        answer = client.post(
            address,
            {"year": "2016", "jurisdiction": "MD", "certificates": "GATS-1, soon"},
        )

        assert answer.status_code == 422
        assert "write the day" in answer.content.decode()

    def test_a_contract_sale_asks_for_the_reserve_price_in_force(self, office: StateDesk) -> None:
        office.registry.divide()
        entry = office.registry.approve(
            office.registry.apply(
                "ltc", "Keys", quantity=10, contract="Agreement", viability="Statement"
            )
        )

        assert "not_at_reserve_price" in reasons(
            office,
            "execute_state_application",
            jurisdiction="MD",
            application=entry.id,
            price="2.05",
        )

    def test_an_application_is_not_decided_by_another_states_official(
        self, office: StateDesk
    ) -> None:
        office.registry.divide()
        entry = office.registry.apply("ltc", "Keys", quantity=10)
        office.official("Nora York", state="NY")

        assert "not_authorized" in reasons(
            office,
            "complete_state_application",
            "Nora York",
            jurisdiction="NY",
            application=entry.id,
        )

    def test_a_verifier_has_no_right_of_decision(self, office: StateDesk) -> None:
        entry = office.registry.apply("ltc", "Keys", quantity=10)
        client = office.browsers["Ana Ruiz"][0]

        answer = client.get(reverse("desk-state-application", args=[PROGRAM, entry.id]))
        assert answer.status_code == 403
