"""What auditors and market monitors read: market, transactions, audit trail, and exports."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from tests.adapters.roles_of_access import Everyone
from tests.contexts.registry import PROGRAM, Registry
from trueup.accounts import owner_groups, ownership
from trueup.accounts.ownership_entries import AssociationSpec, PartySpec
from trueup.audit.models import Event
from trueup.support import services as support

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    for name in ("process", "default"):
        caches[name].clear()


@pytest.fixture
def everyone() -> Everyone:
    found = Everyone(registry=Registry())
    found.registry.allocate(("Barry", "1", 2022, 100), ("Barry", "1", 2023, 40))
    found.registry.transfer("Barry", "Gulf Brokers", 2022, 30)
    return found


def get(everyone: Everyone, role: str, name: str, **given: str) -> Any:
    code = [] if name.startswith("audit") else [PROGRAM]
    return everyone.clients[role].get(reverse(name, args=code), given)


def text_of(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content.decode())


class TestOwnerGroup:
    """PLAT-112: who belongs together, why, and what they hold; docs/decisions/0164."""

    @pytest.fixture
    def parties(self, everyone: Everyone) -> dict[str, int]:
        """Parent owns 60 % of Barry's owner, which with it owns 55 % of the broker."""
        account = {name: everyone.registry.account(name).id for name in ("Barry", "Gulf Brokers")}
        ownership.list_parties(
            {
                account["Barry"]: [PartySpec(name="Plant Co.")],
                account["Gulf Brokers"]: [PartySpec(name="Trading Co.")],
            },
            from_on=date(2020, 1, 1),
            kind="interest",
        )
        held = (("Parent", "Plant Co.", 60), ("Parent", "Trading Co.", 30))
        entries = owner_groups.record_associations(
            [
                AssociationSpec(
                    owner=PartySpec(name=owner),
                    owned=PartySpec(name=owned),
                    percentage=Decimal(percentage),
                    from_on=date(2020, 1, 1),
                    source="annual report of 2020",
                )
                for owner, owned, percentage in (*held, ("Plant Co.", "Trading Co.", 25))
            ],
            recorded_at=datetime(2021, 6, 1, 12, tzinfo=UTC),
        )
        return {one.name: one.id for entry in entries for one in (entry.owner, entry.owned)}

    def page(self, everyone: Everyone, party: int, role: str = "monitor") -> Any:
        return everyone.clients[role].get(reverse("owner-group", args=[PROGRAM, party]))

    def test_it_says_who_belongs_together_why_and_what_they_hold(
        self, everyone: Everyone, parties: dict[str, int]
    ) -> None:
        shown = text_of(self.page(everyone, parties["Trading Co."]))

        for part in (">3<", ">140<", "100.000%", "55%", "30%", "annual report of 2020"):
            assert part in shown, part
        for name in parties:
            assert f"<bdi>{name}</bdi>" in shown
        assert everyone.registry.number("Gulf Brokers") in shown
        assert Event.objects.filter(act="read_owner_group").count() == 1

    def test_the_market_leads_to_each_group(
        self, everyone: Everyone, parties: dict[str, int]
    ) -> None:
        market = text_of(get(everyone, "monitor", "market"))

        assert any(
            reverse("owner-group", args=[PROGRAM, party]) in market for party in parties.values()
        )

    def test_who_owns_no_account_and_holds_nobody_is_a_group_by_itself(
        self, everyone: Everyone
    ) -> None:
        (alone,) = ownership.ensure_parties([PartySpec(name="Alone Ltd")]).values()

        shown = text_of(self.page(everyone, alone.id))

        assert "a group by itself" in shown
        assert "no account in this program" in shown

    def test_it_is_for_monitors_and_officials(
        self, everyone: Everyone, parties: dict[str, int]
    ) -> None:
        party = parties["Parent"]
        assert self.page(everyone, party, "administrator").status_code == 200
        assert self.page(everyone, party, "representative").status_code == 403
        assert self.page(everyone, 999_999).status_code == 404


class TestMarket:
    """PLAT-112: holdings by owner group and share of the total, flagged above a set share."""

    def test_the_figures_of_one_vintage_are_of_that_vintage(self, everyone: Everyone) -> None:
        whole = text_of(get(everyone, "monitor", "market"))
        newer = text_of(get(everyone, "monitor", "market", vintage="2023"))

        assert ">140<" in whole
        assert ">40<" in newer
        assert ">140<" not in newer

    def test_the_chart_and_its_table_are_for_readers_alone(self, everyone: Everyone) -> None:
        address = reverse("chart-groups", args=[PROGRAM, 0])
        assert everyone.clients["monitor"].get(address).headers["Content-Type"] == "image/svg+xml"
        assert everyone.clients["representative"].get(address).status_code == 403

    def test_who_looked_at_what_is_logged_once_in_a_while(self, everyone: Everyone) -> None:
        for vintage in ("2022", "2022", "2023"):
            get(everyone, "monitor", "market", vintage=vintage)

        monitor = f"person:{everyone.registry.person('Mo Lin')}"
        found = Event.objects.filter(act="read_market", actor=monitor).order_by("id")
        assert [one.after for one in found] == [{"vintage": "2022"}, {"vintage": "2023"}]

    def test_exports_hold_what_is_chosen_and_are_logged(self, everyone: Everyone) -> None:
        text = text_of(get(everyone, "monitor", "market-csv"))
        assert text.lstrip("\ufeff").startswith("owners,accounts,quantity,percent,flagged")
        book = load_workbook(
            io.BytesIO(b"".join(get(everyone, "auditor", "market-xlsx").streaming_content))
        )
        assert [cell.value for cell in book.active[1]] == text.lstrip("\ufeff").split("\r\n")[
            0
        ].split(",")
        assert Event.objects.filter(act="export_market").count() == 2

    def test_choices_that_do_not_exist_are_no_choice(self, everyone: Everyone) -> None:
        for given in ({"vintage": "x"}, {"vintage": "9999"}, {"flagged": "maybe"}, {"owner": "ß"}):
            assert get(everyone, "monitor", "market", **given).status_code == 200


class TestTransactions:
    """PLAT-112, PLAT-140: the journal by account, kind and days."""

    def test_they_are_found_by_account_kind_and_day(self, everyone: Everyone) -> None:
        gulf = everyone.registry.number("Gulf Brokers")
        found = get(everyone, "monitor", "market-transactions", account=gulf.lower())
        assert [row.quantity for row in found.context["page"].rows] == [30]
        found = get(everyone, "monitor", "market-transactions", type="transfer")
        assert [row.quantity for row in found.context["page"].rows] == [30]
        found = get(everyone, "monitor", "market-transactions", until="2000-01-01")
        assert not found.context["page"].rows
        day = everyone.registry.tick().date().isoformat()
        found = get(everyone, "monitor", "market-transactions", since=day, until=day)
        assert len(found.context["page"].rows) >= 3

    def test_an_account_that_there_is_not_is_said(self, everyone: Everyone) -> None:
        found = get(everyone, "monitor", "market-transactions", account="Z1")
        assert "There is no account" in text_of(found)
        assert (
            text_of(get(everyone, "monitor", "market-transactions-csv", account="Z1")).count("\n")
            == 1
        )

    def test_the_export_streams_all_and_is_logged(self, everyone: Everyone) -> None:
        lines = text_of(get(everyone, "auditor", "market-transactions-csv", type="transfer"))
        assert len(lines.strip().split("\r\n")) == 2
        assert Event.objects.filter(act="export_transactions").exists()

    def test_the_number_of_statements_does_not_grow(self, everyone: Everyone) -> None:
        def statements(name: str) -> int:
            get(everyone, "monitor", name)
            with CaptureQueriesContext(connection) as found:
                get(everyone, "monitor", name)
            return len(found)

        before = {name: statements(name) for name in ("market", "market-transactions")}
        for _ in range(4):
            everyone.registry.transfer("Barry", "Gulf Brokers", 2022, 1)
        after = {name: statements(name) for name in before}
        assert after == before


class TestAuditTrail:
    """PLAT-017: the trail as page, CSV and spreadsheet; reading it is in it."""

    def test_the_spreadsheet_has_the_rows_of_the_page(self, everyone: Everyone) -> None:
        answer = get(everyone, "auditor", "audit-trail-xlsx", act="grant_role")
        book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
        acts = {row[4].value for row in book.active.iter_rows(min_row=2)}
        assert acts == {"grant_role"}
        assert Event.objects.filter(act="export_audit_trail").exists()

    def test_one_too_long_leads_to_the_csv(
        self, everyone: Everyone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("trueup.web.spreadsheets.ROWS_MAX", 1)
        answer = get(everyone, "auditor", "audit-trail-xlsx", act="grant_role")
        assert answer.status_code == 302
        assert answer.headers["Location"] == "/desk/audit/?act=grant_role"

    def test_that_it_was_read_is_logged(self, everyone: Everyone) -> None:
        get(everyone, "auditor", "audit-trail", act="grant_role")
        assert Event.objects.get(act="read_audit_trail").after == {"act": "grant_role"}

    def test_kept_searches_stand_on_the_page(self, everyone: Everyone) -> None:
        support.save_search(
            owner=everyone.registry.person("Al Dee"),
            of="audit",
            name="Roles <given>",
            query="act=grant_role",
            at=everyone.registry.tick(),
        )
        shown = text_of(get(everyone, "auditor", "audit-trail"))
        assert "Roles &lt;given&gt;" in shown
        assert "/desk/audit/?act=grant_role" in shown
        assert "Roles &lt;" not in text_of(get(everyone, "administrator", "audit-trail"))
