"""Journeys from the first page to the receipt, with the keyboard alone (PLAT-003, PLAT-050)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.site import Site
from tests.browser.town import OWED, PROGRAM, Town
from tests.browser.visitor import Arrive, Visitor

pytestmark = pytest.mark.journey

PLAN = "oris_code,unit,vintage,quantity\n3,1,2023,600\n26,5,2023,400\n"


def walk_to_sign(
    visitor: Visitor, town: Town, source: str, to: str, quantity: int, *, pictures: bool = True
) -> None:
    """Walk through the pages of a transfer up to the one that signs."""

    def shown(step: str) -> None:
        if pictures:
            visitor.picture(f"transfer-{step}")

    number = town.number(to)
    visitor.go(f"/{PROGRAM}/accounts/{town.number(source)}/transfer/")
    visitor.type(re.compile("2022"), str(quantity))
    shown("1-what")
    visitor.press("Continue")
    visitor.type(re.compile("Number of the receiving account"), number)
    shown("2-to")
    visitor.press("Continue")
    visitor.type(re.compile("Last four characters"), number[-4:])
    shown("3-receiver")
    visitor.press("Continue")
    if "/warnings/" in visitor.page.url:
        visitor.tick(visitor.page.locator("main input[type=checkbox]"))
        shown("4-warnings")
        visitor.press("Continue")
    shown("5-check")
    visitor.follow(re.compile("Continue to sign"))
    shown("6-sign")


def transfer(visitor: Visitor, town: Town, source: str, to: str, quantity: int) -> None:
    """A transfer from its first page to the receipt."""
    walk_to_sign(visitor, town, source, to, quantity)
    visitor.sign()
    expect(visitor.page).to_have_url(re.compile("/receipt/$"))
    visitor.picture("transfer-7-receipt")


class TestRepresentative:
    """PLAT-051, PLAT-052, PLAT-080: short before the deadline, and in compliance after it."""

    def test_receipts_arrive_the_rest_is_moved_in_and_the_plant_is_settled(
        self, arrive: Arrive, town: Town, site: Site
    ) -> None:
        ana = arrive("ana", "representative")
        ana.go("/you/")
        ana.see(re.compile("[Ss]hort"))
        ana.picture("1-short")
        town.catch_up()
        town.registry.transfer("Gulf Brokers", "Barry", 2022, 300)
        site.clock.forward(minutes=5)

        ana.go(f"/{PROGRAM}/accounts/{town.number('Barry')}/transfers/")
        ana.follow(re.compile("^Incoming"))
        ana.see(re.compile("300"))
        ana.picture("2-a-receipt-has-arrived")
        transfer(ana, town, "Ruiz Reserve", "Barry", 200)
        assert town.total("Barry") == OWED

        self.ask_for_serials(ana, town)
        ana.go("/you/")
        ana.picture("4-covered")
        town.on("2025-05-19")
        town.registry.run()
        site.clock.forward(minutes=5)
        ana.go(f"/{PROGRAM}/settlements/2022-2024/3/")
        ana.see(re.compile("[Cc]ompliance"))
        ana.picture("5-settled")
        assert town.registry.outcome("Barry").excess == 0

        link = ana.page.locator("main a[href$='.pdf']").first
        ana.reach(link)
        with ana.page.expect_download() as download:
            ana.page.keyboard.press("Enter")
        assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")

    def ask_for_serials(self, ana: Visitor, town: Town) -> None:
        """Of the vintage 2022 the first 100 are to go first."""
        ana.go(f"/{PROGRAM}/accounts/{town.number('Barry')}/serial-request/")
        while "/check/" not in ana.page.url:
            quantity = ana.page.get_by_label(re.compile("2022"))
            if quantity.count() and quantity.first.get_attribute("type") != "hidden":
                ana.type(re.compile("2022"), "100")
            ana.press("Continue")
        ana.picture("3-serials-are-requested")
        ana.follow(re.compile("Continue to sign"))
        ana.sign()
        expect(ana.page).to_have_url(re.compile("/receipt/$"))


class TestOfficial:
    """PLAT-026, PLAT-060, PLAT-081, PLAT-095: an account, a plan and a settlement, by two."""

    def test_two_officials_settle_a_period(self, arrive: Arrive, town: Town) -> None:
        from trueup.desk.models import Proposal

        town.on("2025-05-19")
        olga = arrive("olga", "official")
        olga.go("/desk/")
        olga.picture("1-console")
        olga.go(f"/desk/{PROGRAM}/settlements/2022-2024/")
        olga.picture("2-readiness")
        olga.press("Make a preview")
        if "/jobs/" in olga.page.url:
            olga.picture("3-job")
            olga.go(f"/desk/{PROGRAM}/settlements/2022-2024/")
        if "/previews/" not in olga.page.url:
            olga.follow(re.compile("deducted, excess"))
        olga.picture("4-preview")
        olga.press("Check it and sign")
        olga.picture("5-sign")
        olga.sign()
        expect(olga.page).to_have_url(re.compile("/receipt/$"))
        key = Proposal.objects.get().key

        pete = arrive("pete", "official")
        pete.go(f"/desk/proposals/{key}/")
        pete.picture("6-second-official")
        pete.press("Approve")
        pete.sign()
        expect(pete.page).to_have_url(re.compile("/receipt/$"))
        pete.picture("7-receipt")
        pete.go(f"/desk/{PROGRAM}/settlements/2022-2024/")
        pete.see(re.compile("settled"))
        pete.picture("8-recorded")
        assert town.registry.outcome("Barry").deducted == 1000

    def test_an_application_is_reviewed_and_approved_and_opens_an_account(
        self, arrive: Arrive, town: Town
    ) -> None:
        from trueup.accounts.models import Application
        from trueup.ledger.models import Account

        town.make_known("Kim Day")
        self.apply(arrive("kim", "official"), "Day Trading")
        before = Account.objects.count()

        olga = arrive("olga", "official")
        olga.go(f"/desk/{PROGRAM}/queues/applications/")
        olga.picture("account-1-applications")
        olga.follow("Day Trading")
        application = olga.page.url
        olga.picture("account-2-what-it-says")
        olga.press("Take it into review")
        olga.sign()
        olga.go(application)
        olga.press("Approve it")
        olga.picture("account-3-sign")
        olga.sign()
        expect(olga.page).to_have_url(re.compile("/receipt/$"))
        olga.go(application)
        olga.see("Approved")
        olga.picture("account-4-opened")

        assert Application.objects.get().state == "approved"
        assert Account.objects.count() == before + 1

    def apply(self, kim: Visitor, name: str) -> None:
        """Apply for a general account, and sign the application."""
        kim.go(f"/{PROGRAM}/application/")
        kim.type("Name of the account", name)
        kim.type("Persons with an ownership interest", "Kim Day")
        kim.press("Check your answers")
        kim.sign()
        kim.see(re.compile("is submitted"))

    def test_two_officials_record_the_plan_of_a_state(self, arrive: Arrive, town: Town) -> None:
        from trueup.desk.models import Proposal

        olga = arrive("olga", "official")
        olga.go(f"/desk/{PROGRAM}/allocations/")
        olga.reach(olga.page.get_by_label(re.compile("^File")))
        olga.page.get_by_label(re.compile("^File")).set_input_files(
            {"name": "alabama.csv", "mimeType": "text/csv", "buffer": PLAN.encode()}
        )
        olga.picture("allocation-1-upload")
        olga.press("Read it and show a preview")
        olga.follow("See what it gave")
        olga.picture("allocation-2-preview")
        olga.press("Check it and sign")
        olga.sign()
        expect(olga.page).to_have_url(re.compile("/receipt/$"))
        key = Proposal.objects.get().key
        before = town.total("Barry")

        pete = arrive("pete", "official")
        pete.go(f"/desk/proposals/{key}/")
        pete.picture("allocation-3-second-official")
        pete.press("Approve")
        pete.sign()
        expect(pete.page).to_have_url(re.compile("/receipt/$"))
        pete.go(f"/desk/{PROGRAM}/allocations/")
        pete.see("alabama.csv")
        pete.picture("allocation-4-recorded")
        assert town.total("Barry") == before + 600


class TestAgent:
    """40 CFR 62.16315(a); PLAT-056: an agent acts in the delegator's name."""

    def test_an_agent_submits_a_transfer(self, arrive: Arrive, town: Town) -> None:
        abe = arrive("abe", "agent")
        abe.go("/you/")
        abe.see("Barry")
        abe.picture("1-accounts")

        transfer(abe, town, "Barry", "Gulf Brokers", 10)

        assert town.total("Barry") == 990


class TestRefused:
    """PLAT-050, PLAT-054: what cannot be recorded is said beside the field, and why."""

    def test_more_than_there_is_is_refused_beside_the_field(
        self, arrive: Arrive, town: Town
    ) -> None:
        ana = arrive("ana", "refused")
        ana.go(f"/{PROGRAM}/accounts/{town.number('Barry')}/transfer/")
        ana.type(re.compile("2022"), "5000")
        ana.press("Continue")
        expect(ana.page.get_by_label(re.compile("2022"))).to_have_value("5000")
        expect(ana.page.locator(".usa-error-message").first).to_be_visible()
        expect(ana.page).to_have_title(re.compile("^Error"))
        ana.picture("1-more-than-there-is")

    def test_a_sender_that_is_frozen_meanwhile_is_told_on_the_page_that_signs(
        self, arrive: Arrive, town: Town
    ) -> None:
        from trueup.ledger import services as ledger

        ana = arrive("ana", "refused")
        walk_to_sign(ana, town, "Barry", "Gulf Brokers", 10, pictures=False)
        ledger.freeze_account(town.registry.account("Barry").id)

        ana.sign()

        ana.see(re.compile("not signed|would not be recorded|frozen", re.IGNORECASE))
        ana.picture("2-frozen-meanwhile")
        assert town.total("Barry") == 1000
