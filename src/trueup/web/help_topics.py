"""The topics of help, and which of them belongs to which page.

A topic is a text of its own in each language, `templates/web/help/<language>/<topic>.html`:
it is translated as a whole, because a page of advice is not the sum of its sentences. A
topic that a language lacks is shown in English and says so.

Source: PLAT-014; PLAT-154.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

TEMPLATES = Path(__file__).with_name("templates") / "web" / "help"

EVERYBODY, REPRESENTATIVES, OFFICIALS = "everybody", "representatives", "officials"
AUDIENCES = {
    EVERYBODY: _("For everybody"),
    REPRESENTATIVES: _("For representatives and agents"),
    OFFICIALS: _("For officials"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One text of help.

    Attributes:
        key: In addresses and file names.
        pages: How the names of the pages begin that it belongs to; the longest fit counts.
    """

    key: str
    title: str | Promise
    audience: str
    pages: tuple[str, ...]


def _topic(key: str, title: str | Promise, audience: str, *pages: str) -> Topic:
    return Topic(key=key, title=title, audience=audience, pages=pages)


TOPICS = (
    _topic(
        "finding", _("Find something"), EVERYBODY, "search", "accounts", "facilit", "unit", "help"
    ),
    _topic(
        "figures",
        _("Read a program's figures"),
        EVERYBODY,
        *("home", "program", "state", "chart-", "calendar", "components", "set_language", "theme"),
        *("plan", "interstate"),
    ),
    _topic("account-page", _("Read an account's page"), EVERYBODY, "account"),
    _topic(
        "history",
        _("Follow a serial number"),
        EVERYBODY,
        *("serial", "transaction", "account-history", "decision"),
    ),
    _topic(
        "credits",
        _("Credits and their papers"),
        EVERYBODY,
        *("credit", "resource", "issue", "egu-issue", "paper", "comment"),
    ),
    _topic(
        "set-asides",
        _("Set-asides and who gets them"),
        EVERYBODY,
        *("set-aside", "chart-set-aside", "output-notice", "my-project", "desk-set-asides"),
        *("desk-project", "desk-distribution", "act-file-project", "act-explain-shortfall"),
        *("act-comment-on-output-data",),
    ),
    _topic(
        "early-action",
        _("Early action of 2020 and 2021"),
        EVERYBODY,
        *("early-action", "chart-early-action", "my-early-action", "desk-early"),
        "act-apply-for-early-action",
    ),
    _topic(
        "reports",
        _("Public reports and State accounts"),
        EVERYBODY,
        *("report", "chart-report", "state-account", "state-application"),
        *("act-limited-exemption", "act-long-term-contract", "act-clean-generation"),
        *("act-renewable-certificates", "desk-state-account", "desk-state-year"),
        "desk-state-application",
    ),
    _topic("settlements", _("How a period is settled"), EVERYBODY, "settlement", "certification"),
    _topic(
        "documents", _("Check a document"), EVERYBODY, "document", "registry-", "check-document"
    ),
    _topic("auctions", _("Auctions of allowances"), EVERYBODY, "auction", "chart-auction"),
    _topic("asking", _("Ask a person for help"), EVERYBODY, "help-ask", "help-request"),
    _topic(
        "signing-in",
        _("Sign in, and get back in"),
        REPRESENTATIVES,
        *("sign-in", "sign-out", "account_", "openid", "socialaccount", "sessions"),
    ),
    _topic("second-factor", _("Your second factor"), REPRESENTATIVES, "mfa_"),
    _topic(
        "your-accounts",
        _("Your accounts at a glance"),
        REPRESENTATIVES,
        "you",
        "task",
        "my-",
        "verifying",
        "practice-mail",
    ),
    _topic(
        "deadline-day",
        _("The day of the deadline"),
        REPRESENTATIVES,
        "standing",
        "fleet",
        "top-up",
        "act-top-up",
    ),
    _topic(
        "statements",
        _("Statements for any period"),
        REPRESENTATIVES,
        *("account-statement", "account-as-of", "account-holdings"),
    ),
    _topic("transfers", _("Make a transfer"), REPRESENTATIVES, "transfer", "act-transfer"),
    _topic(
        "waiting-transfers",
        _("When a transfer waits"),
        REPRESENTATIVES,
        *(
            "act-approve",
            "act-reject",
            "act-cancel",
            "act-accept",
            "act-decline",
            "act-ask-back",
            "act-send-back",
        ),
    ),
    _topic("retiring", _("Retire for good"), REPRESENTATIVES, "act-retire"),
    _topic(
        "safeguards",
        _("Safeguards of your account"),
        REPRESENTATIVES,
        *("act-trust", "act-approve-trusted", "act-second-person", "act-no-second-person"),
        *("act-agree-to-incoming", "trusted"),
    ),
    _topic(
        "signing",
        _("What signing means"),
        REPRESENTATIVES,
        *("sign", "agreement", "draft", "act-"),
    ),
    _topic(
        "your-resources",
        _("Your resources and their reports"),
        REPRESENTATIVES,
        *(
            "my-resource",
            "my-reports-table",
            "meter-data",
            "act-describe",
            "act-apply-for-eligibility",
        ),
        *("act-supply-information", "act-change-plan", "act-answer-question", "act-report"),
        *("act-withdraw-report", "act-name-reporter", "act-end-reporter", "act-file-meter-data"),
        *("act-accept-meter-data", "act-dispute-meter-data", "act-give-standing"),
        *("act-end-standing", "act-claim-confidential"),
    ),
    _topic(
        "verifying",
        _("Verify applications and reports"),
        REPRESENTATIVES,
        *("verifier", "engagement", "accreditation", "act-accreditation", "act-disclose"),
        *("act-verify-",),
    ),
    _topic("forms", _("Forms"), REPRESENTATIVES, "form"),
    _topic(
        "representing",
        _("Who may act for an account"),
        REPRESENTATIVES,
        *(
            "act-certificate",
            "act-sign-certificate",
            "act-delegation",
            "certificate",
            "act-representatives",
            "watchers",
            "objections",
        ),
    ),
    _topic(
        "opening-and-closing",
        _("Open, change or close an account"),
        REPRESENTATIVES,
        *("act-application", "act-sign-application", "act-owners", "act-close"),
        *("act-retired-unit", "application", "own-application"),
    ),
    _topic(
        "deduction-requests", _("Choose what is deducted"), REPRESENTATIVES, "act-serial-request"
    ),
    _topic(
        "bidding",
        _("Bid in an auction"),
        REPRESENTATIVES,
        *("account-auction", "act-bid", "act-apply-to-bid", "act-withdraw-bids"),
    ),
    _topic(
        "machines",
        _("Keys for machines"),
        REPRESENTATIVES,
        *("keys", "act-sign-proposal", "act-sign-retirement-proposal"),
    ),
    _topic(
        "desk",
        _("The desk, and the second official"),
        OFFICIALS,
        *("desk", "proposal", "roles", "notices", "job", "queue-", "preview", "act-desk/"),
    ),
    _topic(
        "allocating",
        _("Allocate"),
        OFFICIALS,
        *("act-desk/originate", "act-desk/import_plan", "act-desk/record_", "desk-allocations"),
        *("desk-state-plans", "desk-lost-allocations", "act-desk/activate_link", "act-desk/end_"),
        *("act-desk/submit_method", "act-desk/decide_method", "act-desk/approve_tracking"),
    ),
    _topic(
        "holding-auctions",
        _("Hold an auction"),
        OFFICIALS,
        *("desk-auction", "chart-desk-auction", "act-desk/announce_auction"),
        *("act-desk/cancel_auction", "act-desk/decide_bidder", "act-desk/qualify_bidder"),
        *("act-desk/close_auction", "act-desk/settle_auction", "act-desk/deliver_auction"),
    ),
    _topic("settling", _("Settle a period"), OFFICIALS, "act-desk/settle", "desk-settlement"),
    _topic(
        "reviewing",
        _("Review resources and issue credits"),
        OFFICIALS,
        *("desk-resource", "desk-credit", "calculation", "desk-verifier", "desk-accreditation"),
        *("desk-comment", "desk-open-comments", "desk-redaction", "desk-paper-file"),
        *("comment-received",),
    ),
    _topic(
        "correcting",
        _("Freeze, correct, reverse"),
        OFFICIALS,
        *("act-desk/freeze", "act-desk/unfreeze", "act-desk/correct", "act-desk/reverse"),
        *("act-desk/adjust", "act-desk/brake", "act-desk/lift_brake", "act-desk/stop"),
    ),
    _topic(
        "helping",
        _("Help people"),
        OFFICIALS,
        *("desk-help", "desk-people", "desk-person", "identity-paper", "resets", "announcement"),
        *("desk-paper", "paper-scan", "paper-typing"),
    ),
    _topic(
        "watching",
        _("Audit and watch the market"),
        OFFICIALS,
        *("audit", "market", "saved-search", "owner-group"),
    ),
)
BY_KEY = {topic.key: topic for topic in TOPICS}
_BY_PAGE = sorted(
    ((start, topic.key) for topic in TOPICS for start in topic.pages),
    key=lambda pair: -len(pair[0]),
)


def topic_of(page: str) -> str:
    """The topic that belongs to a page, by the name of its address; empty if none does."""
    return next((key for start, key in _BY_PAGE if page.startswith(start)), "")


def language_of(key: str) -> str:
    """In which language a topic can be shown to this reader."""
    language = (get_language() or "en").partition("-")[0]
    return language if (TEMPLATES / language / f"{key}.html").is_file() else "en"


def context(request: HttpRequest) -> dict[str, Any]:
    """Give every page the topic of help that belongs to it."""
    match = request.resolver_match
    return {"help_topic": topic_of((match.url_name if match else "") or "")}
