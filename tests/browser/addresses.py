"""Every page of the site, from the addresses that there are: none can be forgotten.

An address is asked for as one role after another until somebody is shown a page. What is
no page by itself is in the tables below with its reason; anything else fails the test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connections
from django.http import HttpResponseBase
from django.template import Template
from django.test import override_settings
from django.urls import NoReverseMatch, URLPattern, reverse

from tests.adapters.roles_of_access import FUNCTIONS
from tests.adapters.test_access_everywhere import ENDING, pages
from tests.browser.cast import Cast
from trueup.web import access

# In this order somebody is looked for who sees a page.
ASKED = (
    "representative",
    "administrator",
    "second",
    "auditor",
    "technical",
    "other",
    "agent",
    *FUNCTIONS,
)
# Addresses where nobody is shown a page, and why.
NO_PAGE = {
    "agreement": "makes a draft and leads to it, which is the page `sign`",
    "account_email_verification_sent": "only on the way to a new user; see test_sign_in.py",
    "mfa_authenticate": "only on the way in; see test_sign_in.py",
    "mfa_login_webauthn": "answers a script, and leads back",
    "mfa_reauthenticate_webauthn": "leads to `mfa_reauthenticate`, which offers it",
    "account_set_password": "for users without a password, whom the agency's sign-in makes",
    "openid_connect_login": "there is no such provider without one in the settings",
    "openid_connect_callback": "there is no such provider without one in the settings",
    "socialaccount_login_error": "is answered with 401 to who comes back from nowhere",
    "proposal-take-up": "is only posted to",
    "proposal-withdraw": "is only posted to",
    "language": "is only posted to",
    "components": "of the developers: there only in debugging",
    "set_language": "is only posted to",
    "sign-discard": "is only posted to",
    "proposal-resume": "is only posted to",
    "announcement-end": "is only posted to",
    "desk-person-act": "is only posted to",
    "identity-paper": "is only posted to, and answers a file",
    "draft": "leads to the page of the draft that is still open",
    "top-up-sheet": "a file, of a fleet's draft",
    "job-reasons": "a file, of a job that was refused",
    "certificate-pdf": "a file, of a certificate that is in force",
    "transfer-receipt-pdf": "a file, of a transfer that is recorded",
    "accreditation-withdraw": "is only posted to",
    "comment-file": "a file, that came with a comment",
    "desk-comment-file": "a file, that came with a comment",
    "paper-scan": "a file, of a certificate that came on paper",
    "paper-typing": "of a certificate on paper for its second official: test_web_desk_paper.py",
}
# What stands in the addresses of these pages, where the common example does not fit: the
# names of things.
EXAMPLES: dict[str, dict[str, str]] = {
    "task": {"key": "task"},
    "proposal": {"key": "proposal"},
    "transfer": {"key": "transfer"},
    "sign": {"key": "draft"},
    "sign-receipt": {"key": "signed"},
    "act-approve": {"key": "awaiting_approval"},
    "act-reject": {"key": "awaiting_approval"},
    "act-cancel": {"key": "awaiting_approval"},
    "act-accept": {"key": "awaiting_acceptance"},
    "act-decline": {"key": "awaiting_acceptance"},
    "act-sign-proposal": {"key": "transfer_proposal"},
    "act-sign-retirement-proposal": {"key": "retirement_proposal"},
    "act-sign-application": {"key": "application"},
    "act-sign-certificate": {"key": "certificate"},
    "act-no-second-person": {"number": "guarded"},
    "act-top-up": {"number": "reserve"},
    "decision": {"number": "decision"},
    "form": {"key": "form"},
    "mfa_edit_webauthn": {"pk": "passkey"},
    "mfa_remove_webauthn": {"pk": "passkey"},
    "job": {"key": "job"},
    "preview": {"key": "preview"},
    "preview-csv": {"key": "preview"},
    "sign-step": {"key": "transfer_draft", "name": "step"},
    "sign-check": {"key": "checked_draft"},
    "act-ask-back": {"key": "recorded"},
    "act-send-back": {"key": "recorded"},
    "application": {"number": "application"},
    "help-request": {"key": "help_request"},
    "desk-help-request": {"key": "help_request"},
    "application-progress": {"application": "application"},
    "resource": {"key": "resource"},
    "resource-papers": {"key": "resource"},
    "chart-resource": {"key": "resource"},
    "comment-period": {"key": "comment_period"},
    "comment-received": {"key": "comment_period"},
    "issue": {"key": "issue"},
    "egu-issue": {"key": "egu_issue"},
    "paper": {"key": "paper"},
    "paper-file": {"key": "paper_with_file"},
    "act-apply-for-eligibility": {"key": "described"},
    "act-describe-anew": {"key": "described"},
    "act-supply-information": {"key": "asked"},
    "act-answer-question": {"key": "question"},
    "act-end-standing": {"key": "standing"},
    "act-change-plan": {"key": "resource"},
    "act-report-output": {"key": "resource"},
    "act-withdraw-report": {"key": "resource"},
    "act-name-reporter": {"key": "resource"},
    "act-end-reporter": {"key": "resource"},
    "act-accept-meter-data": {"key": "resource"},
    "act-dispute-meter-data": {"key": "resource"},
    "act-give-standing": {"key": "resource"},
    "act-claim-confidential": {"key": "paper_with_file"},
    "act-disclose": {"key": "resource"},
    "act-verify-application": {"key": "in_review"},
    "act-verify-report": {"key": "report"},
    "engagement": {"key": "resource"},
    "desk-comments": {"key": "comment_period"},
    "desk-open-comments": {"key": "in_review"},
    "desk-paper-file": {"key": "paper_with_file"},
    "desk-redaction": {"key": "paper_with_file"},
    "desk-resource": {"number": "resource"},
    "desk-resource-credits": {"number": "resource"},
    "desk-resource-application": {"number": "application_in_review"},
    "desk-resource-report": {"number": "report"},
    "desk-verifier": {"number": "verifier"},
    "desk-resource-file": {"number": "attachment"},
    "desk-accreditation": {"number": "accreditation"},
    "calculation": {"key": "calculation"},
    "calculation-csv": {"key": "calculation"},
    "credit-report": {"name": "credit_report"},
    "set-aside-project": {"key": "project"},
    "set-aside-distribution": {"key": "set_aside_result"},
    "set-aside-distribution-csv": {"key": "set_aside_result"},
    "set-aside-state": {"jurisdiction": "set_aside_state"},
    "chart-set-aside-state": {"jurisdiction": "set_aside_state"},
    "output-notice": {"key": "output_notice"},
    "output-notice-csv": {"key": "output_notice"},
    "early-action-project": {"key": "early_project"},
    "desk-early-project": {"number": "early_project"},
    "my-project": {"project_id": "project"},
    "desk-project": {"number": "project"},
    "desk-distribution": {
        "jurisdiction": "set_aside_state",
        "purpose": "renewable",
        "vintage": "promised_vintage",
    },
    "desk-distribution-csv": {
        "jurisdiction": "set_aside_state",
        "purpose": "renewable",
        "vintage": "promised_vintage",
    },
    "act-file-project": {"number": "projects_account"},
    "act-file-projection": {"key": "project"},
    "act-explain-shortfall": {"key": "project"},
    "act-comment-on-output-data": {"key": "output_notice"},
    "credit-report-csv": {"name": "credit_report"},
    "credit-report-xlsx": {"name": "credit_report"},
    "report": {"name": "public_report"},
    "report-csv": {"name": "public_report"},
    "chart-report": {"name": "public_report"},
    "state-account-statements": {"jurisdiction": "rggi_state", "year": "rggi_year"},
    "state-account-statements-csv": {"jurisdiction": "rggi_state", "year": "rggi_year"},
    "state-application": {"number": "state_application"},
    "desk-state-accounts": {"code": "rggi"},
    "desk-state-year": {"code": "rggi", "jurisdiction": "rggi_state", "year": "rggi_open_year"},
    "desk-state-application": {"code": "rggi", "number": "state_application"},
    "certifications": {"code": "rggi", "period": "rggi_period"},
    "act-certification": {"code": "rggi", "number": "rggi_source"},
    "act-limited-exemption": {"code": "rggi", "number": "rggi_source"},
    "act-long-term-contract": {"code": "rggi", "number": "rggi_source"},
    "act-clean-generation": {"code": "rggi", "number": "rggi_source"},
    "act-renewable-certificates": {"code": "rggi"},
}
# What is asked for behind the question mark.
QUERIES = {"account-statement-pdf": {"start": "2024-01-01", "end": "2024-12-31"}}
OTHERS_ACCOUNT = frozenset({"act-close"})
# Pages that an installation has with a setting of its own.
WITH_SETTINGS: dict[str, dict[str, Any]] = {"practice-mail": {"TRUEUP_SANDBOX": True}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What an address answered, and to whom.

    Attributes:
        role: Whose browser; the first of those asked who was shown something.
        kind: `page`, `file`, `elsewhere` (a redirection), or `nothing`.
        templates: The names of the templates that made it.
    """

    name: str
    role: str
    address: str
    kind: str
    answers: tuple[str, ...] = ()
    templates: frozenset[str] = frozenset()


Find = Callable[[str], Found]


def names() -> list[str]:
    """The names of all addresses that can be asked for, each once."""
    return sorted({page.name or "" for _, page in pages()} - ENDING - set(NO_PAGE))


def patterns() -> dict[str, URLPattern]:
    return {page.name or "": page for _, page in pages()}


def addresses_of(page: URLPattern, cast: Cast) -> Iterator[str]:
    """Addresses of the page that name things of the cast, of one program and of the other.

    What is about resources is asked of the program that has some first.
    """
    # They need the converters.
    from trueup.web import auction_urls, reports_urls, resources_urls, sponsor_urls

    programs = cast.arguments_by_program()
    if page in (*resources_urls.urlpatterns, *sponsor_urls.urlpatterns):
        programs = (programs[1], programs[0], *programs[2:])
    if page in (*auction_urls.urlpatterns, *reports_urls.urlpatterns):
        programs = programs[::-1]
    found = [address_of(page, cast, arguments) for arguments in programs]
    yield from dict.fromkeys(address for address in found if address)


def address_of(page: URLPattern, cast: Cast, examples: Mapping[str, Any]) -> str:
    """An address of the page that names these things; empty if it can name none."""
    name = page.name or ""
    known = dict(examples)
    things = cast.things | cast.numbers
    own = {key: things.get(thing) for key, thing in EXAMPLES.get(name, {}).items()}
    if name in OTHERS_ACCOUNT:
        known["number"] = cast.numbers["other"]
    wanted = page.pattern.converters  # type: ignore[attr-defined]
    if name == "account_reset_password_from_key":
        return "/password/reset/key/1-x/"
    arguments: dict[str, Any] = {key: (known | own).get(key, UUID(int=7)) for key in wanted}
    try:
        return reverse(name, kwargs=arguments, query=QUERIES.get(name, {}))
    except NoReverseMatch:
        return ""


def find(name: str, cast: Cast) -> Found:
    """Who is shown what at an address.

    In a thread of its own: Playwright's loop runs in that of the tests, and a document's
    signature would wait in it.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(_find, name, cast).result()


def _find(name: str, cast: Cast) -> Found:
    try:
        with override_settings(**WITH_SETTINGS.get(name, {})):
            return _found(name, cast)
    finally:
        connections.close_all()


def _found(name: str, cast: Cast) -> Found:
    page = patterns()[name]
    answers = []
    for address in addresses_of(page, cast):
        for role in roles_of(page):
            answer = cast.clients[role].get(address, headers={"Accept": "text/html"})
            kind = kind_of(answer)
            if kind in ("page", "file"):
                return Found(
                    name=name,
                    role=role,
                    address=address,
                    kind=kind,
                    templates=frozenset(templates_of(answer)),
                )
            answers.append(f"{address} {role} {answer.status_code}")
    return Found(name=name, role="", address="", kind="nothing", answers=tuple(answers))


def roles_of(page: URLPattern) -> list[str]:
    """Whom to ask: nobody in particular for what is public."""
    rule = access.rule_of(page.callback)
    first = ["anonymous"] if rule is not None and rule.kind == access.PUBLIC else []
    return list(dict.fromkeys((*first, *ASKED)))


def kind_of(answer: HttpResponseBase) -> str:
    if answer.status_code != 200:
        return "nothing"
    return "page" if answer["Content-Type"].startswith("text/html") else "file"


def templates_of(answer: Any) -> Iterator[str]:
    """The templates of an answer, as the test client recorded them."""
    for template in answer.templates or []:
        if isinstance(template, Template) and template.name:
            yield template.name
