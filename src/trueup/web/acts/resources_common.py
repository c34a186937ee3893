"""What the acts about resources share: whose they are, what is read of them, their pages.

Source: 40 CFR 62.16445(a)(1), (c), 62.16515(c)(2)(ii); RATE-150; PLAT-151.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.resources import queries as resources
from trueup.resources import sponsor_reads as sponsors
from trueup.resources.entries import ResourceEntry
from trueup.resources.filing import SUBMISSIONS
from trueup.resources.signed import Signed
from trueup.rules.papers import statement_for
from trueup.rules.refusal import Refusal
from trueup.rules.statements import Statement
from trueup.signing import forms as library
from trueup.signing.entries import Evidence
from trueup.web.sentences import plain
from trueup.web.signed_acts import Acting, Forecast, SignedAct, Step, Submission, Values

KIND = SUBMISSIONS
PLACE = "<program:code>/my-resources/<journal:key>/{name}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The resource that an act is about, and which elements its papers have."""

    resource: ResourceEntry
    tags: frozenset[str]


def place(name: str) -> str:
    """The address of an act about a resource."""
    return PLACE.format(name=name)


def account_of(thing: str) -> AccountEntry | None:
    """The account to which a resource's credits go."""
    found = sponsors.account_of_resource(int(thing))
    return ledger.account(found) if found is not None else None


def resource_of(acting: Acting) -> ResourceEntry:
    """The resource of an act; raises ValueError without one, which `may` rules out."""
    found = resources.resource(int(acting.thing))
    if found is None:
        raise ValueError("there is no such resource")
    return found


def is_in(*states: str):  # type: ignore[no-untyped-def]
    """Whether the resource of an act is there, with an account, in one of some states."""

    def may(acting: Acting) -> bool:
        if acting.account is None:
            return False
        return not states or resource_of(acting).state in states

    return may


def takes_resources(acting: Acting) -> bool:
    """Whether what resources earn can be recorded in the account of an act."""
    return acting.program.resources is not None and acting.acted_for.kind == "general"


def home(acting: Acting) -> tuple[str, str]:
    """The page of the resource."""
    found = resource_of(acting)
    return found.name, reverse("my-resource", args=[acting.program.code, found.id])


def home_links(acting: Acting) -> tuple[tuple[str, str], ...]:
    """The way from a receipt back to the resource."""
    return (home(acting),)


def certified_by(*papers: str):  # type: ignore[no-untyped-def]
    """The prescribed statements of kinds of paper, word for word.

    Source: 40 CFR 62.16445(a)(8)(i), 62.16455(d)(1), 62.16460(c)(1); RATE-072, RATE-079.
    """

    def statements(acting: Acting) -> tuple[Statement, ...]:
        return tuple(statement_for(paper, program=acting.program.code) for paper in papers)

    return statements


def signed_by(act: SignedAct, acting: Acting, submission: Submission, evidence: Evidence) -> Signed:
    """What was signed, as the services keep it."""
    return Signed(
        document=submission.document or act.document,
        text=submission.text,
        statements=act.statements(acting, {}),
        evidence=evidence,
    )


def general_statements(acting: Acting) -> tuple[Statement, ...]:
    """The statement on every submission for a general account.

    Source: 40 CFR 62.16515(c)(2)(ii).
    """
    return library.statements_for(
        "resource_paper", acting.program.people.statements, account_kind="general"
    )


def forecast_of(refusals: Iterable[Refusal]) -> Forecast:
    """Why something would be refused, as the page shows it that checks the answers."""
    return Forecast(
        refusals=tuple(f"{plain(refusal.sentence)} ({refusal.cite})" for refusal in refusals)
    )


def rows_of_steps(
    acting: Acting, values: Values, steps: Iterable[Step]
) -> tuple[tuple[str, str], ...]:
    """What was answered on the pages that apply, as it is shown before it is signed."""
    return tuple(
        row for step in steps if step.applies(acting, values) for row in step.rows(acting, values)
    )


def text_of(rows: Iterable[tuple[str, str]]) -> str:
    """What is signed: a line for each label with its answer."""
    return "\n".join(f"{label}: {' / '.join(answer.splitlines())}" for label, answer in rows)
