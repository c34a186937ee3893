"""Set-asides on the pages: sponsors file, officials preview and agree, all is public."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.adapters.roles_of_access import Everyone
from tests.adapters.signing_desk import Desk
from tests.adapters.web_books import Page
from tests.contexts.registry import PROGRAM, Registry, noon
from tests.contexts.test_set_asides import FIRST, OUTPUT, RENEWABLE, SetAsides
from trueup.desk import services as desk_services
from trueup.rules.statements import statements_of
from trueup.set_asides import agreed, queries
from trueup.set_asides import services as set_asides
from trueup.set_asides.models import Comment, Distribution, OutputNotice, Project
from trueup.signing.models import Draft, Signature

pytestmark = pytest.mark.django_db

PROJECT = {
    "name": "Mesa Sun",
    "jurisdiction": "AL",
    "resource": "",
    "category": "SOL/photovoltaic",
    "capacity_mw": "100",
    "in_service_on": "2015-06-01",
    "grid": "EASTERN",
    "uprate_on": "",
    "uprate_from_mw": "",
    "details": "Owner: Mesa LLC",
    "is_utility_scale": "on",
    "is_sole_filing": "on",
    "allows_inspection": "on",
}
KEYS = tuple(statements_of(PROGRAM))
WIND = {**PROJECT, "name": "Gulf Wind", "category": "WND/on_shore"}


class Sponsor(Desk):
    """Cy Dunn, who represents the general account of Gulf Brokers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(monkeypatch, name="Cy Dunn")

    def do(self, act: str, answers: dict[str, object], thing: int | None = None) -> str:
        place = (
            self.address(act, "Gulf Brokers")
            if thing is None
            else reverse(f"act-{act}", args=[PROGRAM, thing])
        )
        return self.sign_all(place, answers)

    def sign_all(self, form: str, answers: dict[str, object]) -> str:
        page = Page(self.client.get(form).content.decode())
        assert page.problems() == [], page.problems()
        answer = self.client.post(form, answers)
        assert answer.status_code == 302, Page(answer.content.decode()).text
        place = str(answer["Location"])
        answer = self.sign(place, accepted=KEYS)
        assert answer.status_code == 302, Page(answer.content.decode()).text
        receipt = Page(self.client.get(answer["Location"]).content.decode())
        assert receipt.problems() == [], receipt.problems()
        return receipt.text


@pytest.fixture
def sponsor(monkeypatch: pytest.MonkeyPatch) -> Sponsor:
    return Sponsor(monkeypatch)


def shown(client: Client, name: str, *args: object, query: str = "") -> Page:
    answer = client.get(reverse(name, args=args) + query)
    assert answer.status_code == 200, (name, answer.status_code)
    page = Page(answer.content.decode())
    assert page.problems() == [], (name, page.problems())
    return page


class TestSponsor:
    """40 CFR 62.16245(a)(3), (a)(5)(iii); MASS-077, MASS-078, MASS-084; PLAT-151."""

    def test_an_application_and_a_projection_are_signed(self, sponsor: Sponsor) -> None:
        text = sponsor.do("file-project", PROJECT)
        assert "The application is filed" in text
        row = Project.objects.get()
        assert (row.name, row.state, row.capacity_mw) == ("Mesa Sun", "submitted", 100)
        signature = Signature.objects.latest("id")
        assert "Mesa Sun" in signature.text
        assert signature.account_id == row.account_id
        assert [one["key"] for one in signature.statements] == ["CERT-ELIG"]

        year = str(sponsor.shelf.registry.now.year + 2)
        page = shown(sponsor.client, "act-file-projection", PROGRAM, row.pk)
        assert year in page.text
        text = sponsor.do(
            "file-projection",
            {"year": year, "mwh": "12,345.5", "method": "Typical year."},
            row.pk,
        )
        assert "The projection is filed" in text
        (entry,) = queries.projections_of(row.pk)
        assert (entry.generation_year, entry.projected_mwh) == (int(year), Decimal("12345.500"))

        listed = shown(sponsor.client, "my-projects")
        assert "Mesa Sun" in listed.text
        own = shown(sponsor.client, "my-project", PROGRAM, row.pk)
        assert "The way to allowances" in own.text

    def test_a_project_twice_is_refused_beside_the_form(self, sponsor: Sponsor) -> None:
        sponsor.do("file-project", PROJECT)
        place = sponsor.address("file-project", "Gulf Brokers")
        answer = sponsor.client.post(place, PROJECT)
        answer = sponsor.sign(str(answer["Location"]), accepted=KEYS)
        assert "is filed in the set-aside of AL" in Page(answer.content.decode()).text
        assert Project.objects.count() == 1

    def test_who_does_not_act_for_the_account_neither_reads_nor_files(
        self, sponsor: Sponsor
    ) -> None:
        sponsor.do("file-project", PROJECT)
        row = Project.objects.get()
        sponsor.be("Ana Ruiz")
        for name in ("my-project", "act-file-projection", "act-explain-shortfall"):
            assert sponsor.client.get(reverse(name, args=[PROGRAM, row.pk])).status_code == 403

    def test_a_shortfall_is_explained(self, sponsor: Sponsor) -> None:
        sponsor.do("file-project", PROJECT)
        row = Project.objects.get()
        set_asides.decide_project(
            project=row.pk, outcome="approved", actor=FIRST, at=noon("2021-05-10")
        )
        at = noon("2021-05-20")
        set_asides.file_projection(
            project=row.pk,
            generation_year=2022,
            projected_mwh=Decimal(100),
            method="x",
            actor="person:1",
            dispatched_at=at,
            received_at=at,
        )
        set_asides.decide_projection(
            project=row.pk, generation_year=2022, is_approved=True, actor=FIRST, at=at
        )
        set_asides.verify_generation(
            project=row.pk,
            generation_year=2022,
            actual_mwh=Decimal(80),
            actor=FIRST,
            at=noon("2023-06-01"),
        )
        assert "To be explained" in shown(sponsor.client, "my-project", PROGRAM, row.pk).text
        text = sponsor.do("explain-shortfall", {"year": "2022", "text": "A storm."}, row.pk)
        assert "The shortfall is explained" in text
        (one,) = queries.deliveries_of(row.pk)
        assert one.explanation == "A storm."


@pytest.fixture
def everyone() -> Everyone:
    return Everyone(registry=Registry())


def books_of(everyone: Everyone) -> SetAsides:
    return SetAsides(registry=everyone.registry)


class TestOfficial:
    """PLAT-018, MASS-079 to MASS-081: previewed, proposed by one, recorded by another."""

    def test_what_is_previewed_is_proposed_and_recorded(self, everyone: Everyone) -> None:
        books = books_of(everyone)
        books.admitted(2027, P1=1000, P2=500)
        first = everyone.clients["administrator"]
        of = (PROGRAM, "AL", RENEWABLE, 2027)
        page = shown(first, "desk-distribution", *of)
        assert "Propose exactly this" in page.text
        assert "2,030,633" in page.text
        answer = first.post(reverse("desk-distribution", args=of), {"act": "distribute_set_aside"})
        assert answer.status_code == 302
        values = Draft.objects.latest("id").values
        done = desk_services.act(
            "distribute_set_aside",
            program=PROGRAM,
            by=everyone.registry.person("Olga Stone"),
            at=noon("2026-11-23"),
            **values,
        )
        assert done.proposal is not None
        assert not Distribution.objects.exists()
        assert "Distribute a set-aside" in shown(first, "desk-distribution", *of).text
        assert done.proposal.preview["quantity"] == 3_045_949
        desk_services.approve(
            proposal=done.proposal.key,
            by=everyone.registry.person("Pete Moss"),
            at=noon("2026-11-24"),
        )
        row = Distribution.objects.get()
        assert (row.state, row.quantity) == ("recorded", 3_045_949)
        page = shown(first, "desk-distribution", *of)
        assert "It is recorded and published" in page.text
        public = shown(Client(), "set-aside-distribution", PROGRAM, row.pk)
        assert "2,030,633" in public.text
        table = Client().get(reverse("set-aside-distribution-csv", args=[PROGRAM, row.pk]))
        lines = b"".join(table.streaming_content).decode().splitlines()
        assert len(lines) == 3

    def test_what_changed_meanwhile_is_not_recorded(self, everyone: Everyone) -> None:
        books = books_of(everyone)
        books.admitted(2027, P1=1000, P2=500)
        digest = agreed.preview(
            program=PROGRAM,
            jurisdiction="AL",
            vintage=2027,
            purpose=RENEWABLE,
            at=noon("2026-11-20"),
        ).digest
        done = desk_services.act(
            "distribute_set_aside",
            program=PROGRAM,
            by=everyone.registry.person("Olga Stone"),
            at=noon("2026-11-23"),
            jurisdiction="AL",
            vintage=2027,
            purpose=RENEWABLE,
            digest=digest,
        )
        set_asides.decide_project(
            project=books.projects["P2"], outcome="revoked", actor=FIRST, at=noon("2026-11-23")
        )
        assert done.proposal is not None
        after = desk_services.approve(
            proposal=done.proposal.key,
            by=everyone.registry.person("Pete Moss"),
            at=noon("2026-11-24"),
        )
        assert after.state == "refused"
        assert not Distribution.objects.exists()

    def test_an_official_of_another_state_reads_none_of_it(self, everyone: Everyone) -> None:
        """PLAT-019."""
        books = books_of(everyone)
        number = books.file("P1")
        other = everyone.clients["other_state"]
        assert other.get(reverse("desk-project", args=[PROGRAM, number])).status_code == 403
        place = reverse("desk-distribution", args=[PROGRAM, "AL", RENEWABLE, 2027])
        assert other.get(place).status_code == 403
        assert "P1" not in shown(other, "desk-set-asides", PROGRAM).text
        own = everyone.clients["state"]
        assert "P1" in shown(own, "desk-set-asides", PROGRAM).text
        assert "Decide on a project" in shown(own, "desk-project", PROGRAM, number).text

    def test_a_project_is_decided_on_its_page(self, everyone: Everyone) -> None:
        books = books_of(everyone)
        number = books.file("P1", located_in="KY")
        first = everyone.clients["administrator"]
        place = reverse("desk-project", args=[PROGRAM, number])
        sent = {"act": "decide_project", "outcome": "approved", "ground": "All papers are there."}
        page = Page(first.post(place, sent, follow=True).content.decode())
        assert "is for resources in AL alone" in page.text
        answer = first.post(place, {**sent, "outcome": "rejected"})
        assert "/sign/" in str(answer["Location"])
        assert Project.objects.get().state == "submitted"


class TestPublic:
    """MASS-087, MASS-167, MASS-168: everybody sees each State, project and share."""

    def test_the_pages_name_what_happened(self, everyone: Everyone) -> None:
        books = books_of(everyone)
        books.admitted(2022, P1=1000, P2=500)
        books.distribute(2022)
        books.verify("P1", 2022, 700)
        client = Client()
        page = shown(client, "set-asides", PROGRAM, query="?vintage=2023")
        assert "3,308,224" in page.text
        assert "Set-asides of 2022" in shown(client, "set-asides", PROGRAM).text
        state = shown(client, "set-aside-state", PROGRAM, "AL")
        assert "P1" in state.text
        assert "300" in state.text
        project = shown(client, "set-aside-project", PROGRAM, books.projects["P1"])
        assert "To be explained" in project.text
        assert "P2" in shown(client, "set-aside-projects", PROGRAM, query="?search=P2").text
        table = client.get(reverse("set-asides-csv", args=[PROGRAM]) + "?vintage=2022")
        assert b"AL,2022,renewable_energy,3308224,2," in b"".join(table.streaming_content)
        picture = client.get(reverse("chart-set-aside-state", args=[PROGRAM, "AL"]))
        assert picture["Content-Type"].startswith("image/svg")

    def test_another_program_has_no_such_pages(self, everyone: Everyone) -> None:
        assert Client().get(reverse("set-asides", args=["cpp-rate"])).status_code == 404

    def test_the_statements_do_not_grow_with_the_states(self, everyone: Everyone) -> None:
        books = books_of(everyone)
        client = Client()

        def cost(name: str, *args: object) -> int:
            shown(client, name, *args)
            with CaptureQueriesContext(connection) as captured:
                shown(client, name, *args)
            return len(captured)

        pages = (("set-asides", PROGRAM), ("set-aside-state", PROGRAM, "AL"))
        before = [cost(*of) for of in pages]
        books.admitted(2022, P1=1000, P2=500, P3=10)
        books.distribute(2022)
        assert [cost(*of) for of in pages] <= [number + 4 for number in before]


class TestOutputData:
    """MASS-091, MASS-167: data are published, anybody comments, late ones are marked."""

    @staticmethod
    def notice(registry: Registry) -> OutputNotice:
        return OutputNotice.objects.create(
            program=PROGRAM,
            jurisdiction="AL",
            period="2025-2027",
            digest="0" * 64,
            published_by=FIRST,
            published_at=noon("2025-08-01"),
            comment_until=date(2025, 9, 2),
            is_late=False,
        )

    def test_a_comment_is_signed_and_shown_to_officials(self, sponsor: Sponsor) -> None:
        notice = self.notice(sponsor.shelf.registry)
        place = reverse("act-comment-on-output-data", args=[PROGRAM, notice.pk])
        text = sponsor.sign_all(place, {"text": "Unit 2 ran more."})
        assert "Your comment is received" in text
        row = Comment.objects.get()
        assert row.text == "Unit 2 ran more."
        page = shown(Client(), "output-notice", PROGRAM, notice.pk)
        assert "2025-2027" in page.text

    def test_officials_read_the_comments(self, everyone: Everyone) -> None:
        self.notice(everyone.registry)
        set_asides.comment_on_output_data(
            program=PROGRAM,
            jurisdiction="AL",
            vintage=2025,
            by=f"person:{everyone.registry.person('Cy Dunn')}",
            text="Unit 2 ran more.",
            dispatched_at=noon("2025-09-03"),
            received_at=noon("2025-09-03"),
        )
        first = everyone.clients["administrator"]
        page = shown(first, "desk-distribution", PROGRAM, "AL", OUTPUT, 2025)
        assert "Unit 2 ran more." in page.text
        assert "Cy Dunn" in page.text
        assert "late" in page.text
