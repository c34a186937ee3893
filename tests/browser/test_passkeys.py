"""A passkey in a real browser: registered, used to sign in, and to sign a transfer (PLAT-151)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_journeys import walk_to_sign
from tests.browser.town import Town
from tests.browser.visitor import Arrive, Visitor

pytestmark = pytest.mark.journey
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def plug_in(visitor: Visitor) -> None:
    """Give the window an authenticator that is touched whenever it is asked."""
    session = visitor.page.context.new_cdp_session(visitor.page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


class TestPasskeys:
    """PLAT-094, PLAT-151."""

    def test_it_is_registered_signs_in_and_signs_a_transfer(
        self, arrive: Arrive, town: Town
    ) -> None:
        ana = arrive("ana")
        plug_in(ana)
        ana.go("/you/second-factor/passkeys/add/")
        ana.page.locator("main input[name=name]").fill("Laptop")
        # Only a key that is kept on the authenticator can sign in without a password.
        ana.page.locator("main input[name=passwordless]").check(force=True)
        ana.page.locator("main button[type=submit], main button").first.click()
        ana.page.wait_for_url(re.compile("(?<!/add/)$"))
        ana.go("/you/second-factor/passkeys/")
        ana.see("Laptop")

        ana.page.context.clear_cookies()
        ana.go("/sign-in/")
        ana.page.get_by_role("button", name=re.compile("passkey", re.IGNORECASE)).click()
        ana.page.wait_for_url(re.compile("/you/$"))
        ana.see("Barry")

        walk_to_sign(ana, town, "Barry", "Gulf Brokers", 10, pictures=False)
        ana.tick(ana.page.locator("input[name=accepted]"))
        ana.page.get_by_role("button", name=re.compile("with a passkey")).click()
        expect(ana.page).to_have_url(re.compile("/receipt/$"))
        assert town.total("Barry") == 990
