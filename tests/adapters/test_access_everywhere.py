"""Every page and every API operation, asked for by every role (PLAT-004, PLAT-018, PLAT-140).

The list of addresses is generated, so none can be forgotten. What each role may do is
said in `roles_of_access.py` by hand, not read from the code under test.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.adapters.roles_of_access import FUNCTIONS, OFFICIALS, Everyone
from tests.contexts.registry import PROGRAM, Registry
from trueup.api import access as api_access
from trueup.api.api import api
from trueup.web import access
from trueup.web.converters import JournalNumberConverter

pytestmark = pytest.mark.django_db

NOBODY = UUID(int=7)
REFUSED = frozenset({401, 403})

# Whose the things with an owner are; what is not theirs is 403, whether or not it exists.
OWNERS: dict[str, frozenset[str]] = {
    "application-progress": frozenset(),
    "sign": frozenset({"representative"}),
    "sign-receipt": frozenset({"representative"}),
    "draft": frozenset({"representative"}),
    "sign-check": frozenset({"representative"}),
    "sign-discard": frozenset({"representative"}),
    "sign-step": frozenset({"representative"}),
    "top-up-sheet": frozenset({"representative"}),
    "signature": frozenset(),
    "my-notice": frozenset(),
    "chart-account-standing": frozenset({"representative", "agent"}),
    "signature-json": frozenset(),
    "my-resource": frozenset(),
    "my-project": frozenset(),
    "my-resource-papers": frozenset(),
    "my-resource-paper": frozenset(),
    "my-resource-file": frozenset(),
    "my-resource-meter-data": frozenset(),
    "chart-my-resource": frozenset(),
    "task": frozenset({"representative", "agent"}),
    "proposal": frozenset({"administrator", "second", "auditor"}),
    "proposal-withdraw": frozenset({"administrator", "second", "auditor"}),
    "proposal-take-up": frozenset({"administrator", "second", "auditor"}),
    "proposal-resume": frozenset({"administrator", "second", "auditor"}),
    "paper-scan": frozenset({"administrator", "second"}),
    # The proposal of this walk is of no paper.
    "paper-typing": frozenset(),
    "job": frozenset({"administrator", "second"}),
    "job-reasons": frozenset({"administrator", "second"}),
    "preview": frozenset({"administrator", "second", "auditor"}),
    "preview-csv": frozenset({"administrator", "second", "auditor"}),
    "desk-facility": frozenset({"administrator", "second", "auditor", "state", "state_agent"}),
    "application": frozenset(),
    "transfer": frozenset(
        {"representative", "agent", "other", "administrator", "second", "auditor"}
    ),
    "transfer-receipt-pdf": frozenset(
        {"representative", "agent", "other", "administrator", "second", "auditor"}
    ),
    "certificate-pdf": frozenset(),
    "act-approve": frozenset({"representative", "agent"}),
    "act-reject": frozenset({"representative", "agent"}),
    "act-cancel": frozenset({"representative", "agent"}),
    "act-accept": frozenset({"other"}),
    "act-decline": frozenset({"other"}),
    "act-ask-back": frozenset({"representative", "agent"}),
    "act-send-back": frozenset({"other"}),
}
THINGS = {
    "sign": "draft",
    "sign-receipt": "draft",
    "sign-check": "draft",
    "sign-discard": "draft",
    "sign-step": "draft",
    "draft": "draft",
    "top-up-sheet": "draft",
    "task": "task",
    "proposal": "proposal",
    "proposal-withdraw": "proposal",
    "proposal-take-up": "proposal",
    "proposal-resume": "proposal",
    "paper-scan": "proposal",
    "paper-typing": "proposal",
    "job": "job",
    "job-reasons": "job",
    "preview": "preview",
    "preview-csv": "preview",
    "transfer": "transfer",
    "transfer-receipt-pdf": "transfer",
}
ARGUMENTS: dict[str, Any] = {
    "code": PROGRAM,
    "program": PROGRAM,
    "auction": "30",
    "jurisdiction": "AL",
    "period": "2022-2024",
    "oris_code": 3,
    "tx": 1,
    "number": 1,
    "signature_id": 999_999,
    "notice_id": 999_999,
    "unit_id": "1",
    "certificate": 999_999,
    "comment": 999_999,
    "digest": "x",
    "document_id": 999_999,
    "resource_id": 999_999,
    "project_id": 999_999,
    "purpose": "renewable_energy",
    "year": 2024,
    "result": 999_999,
    "serial_number": "AL-2022-1",
    "name": "what",
    "pk": 1,
    "announcement": 1,
    "application": 999_999,
    "party": 1,
    "person": 1,
    "scan": 1,
    "vintage": 0,
    "provider_id": "none",
    "uidb36": "1",
    "attachment": 1,
    "key": NOBODY,
}
# Acts on a thing in the address, which is nobody's in this walk.
BY_KEY = frozenset(
    {
        "act-sign-proposal",
        "act-sign-retirement-proposal",
        "act-sign-certificate",
        "act-sign-application",
        "act-describe-anew",
        "act-apply-for-eligibility",
        "act-supply-information",
        "act-change-plan",
        "act-report-output",
        "act-withdraw-report",
        "act-answer-question",
        "act-name-reporter",
        "act-end-reporter",
        "act-accept-meter-data",
        "act-dispute-meter-data",
        "act-give-standing",
        "act-end-standing",
        "act-claim-confidential",
        "act-disclose",
        "act-verify-application",
        "act-verify-report",
        "act-file-projection",
        "act-explain-shortfall",
        "act-comment-on-output-data",
    }
)
# Officials' pages of one State, which is Alabama in this walk (PLAT-019).
OF_ONE_STATE = frozenset({"desk-distribution", "desk-distribution-csv", "desk-state-year"})
# For general accounts alone; Barry's is a compliance account.
GENERAL_ONLY = frozenset(
    {
        *("act-file-project", "act-close", "act-top-up", "act-describe-resource"),
        *("act-apply-for-early-action", "act-report-many"),
    }
)
# Acts that look closer at what they are about: this transfer was refused and waits for
# nobody, nobody here can delegate in a program of their own, and so on.
LOOK_CLOSER = frozenset(
    {
        "act-delegation",
        # The program of this walk holds no auctions.
        "act-apply-to-bid",
        # Nor does it ask for certification reports.
        "act-certification",
        "act-bid",
        "act-withdraw-bids",
        "act-representatives",
        "act-sign-certificates",
        "act-no-second-person",
        "act-approve",
        "act-reject",
        "act-cancel",
        "act-accept",
        "act-decline",
        "act-ask-back",
        "act-send-back",
        "act-file-meter-data",
        "act-accreditation",
        # Nor has it accounts of States.
        *("act-renewable-certificates", "act-clean-generation"),
        *("act-limited-exemption", "act-long-term-contract"),
    }
)
# The library's page of an error of signing in is answered with 401.
ERRORS = frozenset({"socialaccount_login_error"})
ENDING = frozenset({"sign-out", "account_logout"})
POSTED = frozenset({"proposal-withdraw", "proposal-take-up", "proposal-resume"})


def pages() -> Iterator[tuple[str, URLPattern]]:
    """Every address of the URLconf that is a page."""
    waiting: list[tuple[str, URLPattern | URLResolver]] = [
        ("", pattern) for pattern in get_resolver().url_patterns
    ]
    while waiting:
        before, pattern = waiting.pop()
        address = before + str(pattern.pattern)
        if address.startswith("api/"):
            continue
        if isinstance(pattern, URLResolver):
            waiting.extend((address, inner) for inner in pattern.url_patterns)
        else:
            yield address, pattern


def operations() -> Iterator[tuple[str, str, Any]]:
    """Every operation of the data interface: method, path and function."""
    for _, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield method, path, operation.view_func


@pytest.fixture
def everyone() -> Everyone:
    return Everyone(registry=Registry())


def address_of(page: URLPattern, everyone: Everyone) -> str:
    """The page's address with arguments that name existing things where there are any."""
    name = page.name or ""
    converters = page.pattern.converters  # type: ignore[attr-defined]
    arguments = {key: ARGUMENTS.get(key, "x") for key in converters}
    if "number" in arguments and not isinstance(converters["number"], JournalNumberConverter):
        arguments["number"] = everyone.registry.number("Barry")
    if "key" in arguments and isinstance(converters["key"], JournalNumberConverter):
        arguments["key"] = 999_999
    elif "key" in arguments:
        thing = THINGS.get(name, "transfer" if name.startswith("act-") else "")
        arguments["key"] = everyone.things.get(thing, NOBODY)
        if name == "form":
            arguments["key"] = "transfer"
    if name == "account_reset_password_from_key":
        return "/password/reset/key/1-x/"
    return reverse(name, kwargs=arguments)


def expected(rule: access.Rule, name: str, role: str) -> int | None:
    """401, 403, or None for whoever may see the page, by the table of roles."""
    if rule.kind == access.PUBLIC:
        return None
    if role == "anonymous":
        return 401
    if rule.kind == access.SIGNED_IN:
        return None
    may = {
        access.REGISTERED: role != "user" and name not in BY_KEY,
        access.ANY_OFFICIAL: role in OFFICIALS,
        access.OFFICIAL: bool(rule.functions & FUNCTIONS[role])
        and not (role == "other_state" and name in OF_ONE_STATE),
        access.REPRESENTS: name not in GENERAL_ONLY
        and (role == "representative" or (role == "agent" and rule.submission == "transfers")),
        access.OWN: role in OWNERS.get(name, frozenset()),
    }[rule.kind]
    return None if may else 403


def fits(answer: int, wanted: int | None, name: str) -> bool:
    """Whether an answer is the expected one; of a thing that is not there, 404 will do."""
    if wanted is None:
        looked = answer == 403 and name in LOOK_CLOSER
        return looked or name in ERRORS or answer not in REFUSED
    return answer == wanted or (wanted == 403 and name in BY_KEY and answer == 404)


def roles_to_ask(rule: access.Rule, number: int) -> list[str]:
    """Every role; of a public page, which looks at none, a stranger and one role in turn."""
    roles = list(FUNCTIONS)
    return ["anonymous", roles[number % len(roles)]] if rule.kind == access.PUBLIC else roles


def ask(client: Client, name: str, address: str) -> int:
    return client.post(address).status_code if name in POSTED else client.get(address).status_code


class TestPages:
    """PLAT-004, PLAT-140: each page has a rule, and the answer to each role matches it."""

    def test_every_page_has_a_rule(self) -> None:
        without = [address for address, page in pages() if access.rule_of(page.callback) is None]

        assert without == []

    def test_every_thing_with_an_owner_is_in_the_table(self) -> None:
        owned = {
            page.name
            for _, page in pages()
            if (rule := access.rule_of(page.callback)) and rule.kind == access.OWN
        }

        assert owned - set(OWNERS) == set()

    def test_every_page_answers_each_role_by_its_rule(self, everyone: Everyone) -> None:
        wrong = []
        for number, (address, page) in enumerate(pages()):
            rule = access.rule_of(page.callback)
            assert rule is not None, address
            name = page.name or ""
            if name in ENDING:  # A session that ends would end the walk.
                continue
            for role in roles_to_ask(rule, number):
                client = everyone.clients[role]
                answer = ask(client, name, address_of(page, everyone))
                wanted = expected(rule, name, role)
                if not fits(answer, wanted, name):
                    wrong.append(f"{name} {role}: {answer}, not {wanted}")
        assert not wrong, "\n".join(wrong)

    def test_a_browser_that_goes_to_a_closed_page_is_sent_to_sign_in(
        self, everyone: Everyone
    ) -> None:
        for _, page in pages():
            rule = access.rule_of(page.callback)
            if rule is None or rule.kind == access.PUBLIC or page.name in POSTED:
                continue
            address = address_of(page, everyone)
            answer = Client().get(address, headers={"Accept": "text/html"})
            assert answer.status_code == 302, page.name
            assert answer["Location"].startswith("/sign-in/?next="), page.name


# A body for each operation that acts; for Barry's account, which is Ana's.
def body_of(path: str, everyone: Everyone) -> dict[str, Any]:
    barry = everyone.registry.number("Barry")
    brokers = everyone.registry.number("Gulf Brokers")
    transfer = {"source": barry, "destination": brokers, "vintage": 2022, "quantity": 1}
    retirement = {"source": barry, "reason": "voluntary", "vintage": 2022, "quantity": 1}
    return {
        "/{program}/transfers": {"key": str(NOBODY), **transfer},
        "/{program}/retirements": {"key": str(NOBODY), **retirement},
        "/{program}/transfers/batch": {"key": str(NOBODY), "transfers": [transfer]},
        "/{program}/retirements/batch": {"key": str(NOBODY), "retirements": [retirement]},
    }.get(path, {})


class TestOperations:
    """PLAT-004: each operation has a rule; nobody gets through whom it does not name."""

    def test_every_operation_has_a_rule(self) -> None:
        found = list(operations())

        assert len(found) > 20
        assert [path for _, path, view in found if api_access.rule_of(view) is None] == []

    def test_every_operation_answers_each_role_by_its_rule(self, everyone: Everyone) -> None:
        wrong = []
        for method, path, view in operations():
            rule = api_access.rule_of(view)
            assert rule is not None, path
            for role in FUNCTIONS:
                answer = self.call(everyone, role, method, path)
                if not self.fits(rule, role, answer):
                    wrong.append(f"{method} {path} {role}: {answer}")
        assert not wrong, "\n".join(wrong)

    def call(self, everyone: Everyone, role: str, method: str, path: str) -> int:
        values = {**ARGUMENTS, "number": everyone.registry.number("Barry")}
        values |= {"key": everyone.things["transfer"], "serial": "AL-2022-1", "resource": 1}
        address = "/api/v1" + path.replace("uuidstr:", "").format(**values)
        client = everyone.clients[role]
        if method == "GET":
            return client.get(address).status_code
        body = json.dumps(body_of(path, everyone))
        return client.post(address, body, content_type="application/json").status_code

    def fits(self, rule: api_access.Rule, role: str, answer: int) -> bool:
        if rule.kind == api_access.PUBLIC:
            return answer not in REFUSED
        if role in ("anonymous", "user"):
            # What may be public, such as a recorded transfer, is not there for strangers.
            return (
                answer == 401
                or (rule.kind == api_access.OWN and answer == 404)
                or (
                    role == "user" and answer == 422  # A body that cannot be read comes first.
                )
            )
        if rule.kind == api_access.REGISTERED:
            return answer not in REFUSED
        theirs = (
            {"representative", "agent"} if rule.submission == "transfers" else {"representative"}
        )
        if rule.kind == api_access.OWN:
            theirs |= {"other"}
        if role in theirs:
            return answer != 401
        # Not theirs: refused, or the body was not even looked at; never done.
        return answer in (403, 404, 422)
