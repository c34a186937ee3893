"""What the signed acts on set-asides share: their statement, their text, their project.

Source: 40 CFR 62.16245(a)(3)(ii)(G); PLAT-151.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules.statements import Statement, statements_of
from trueup.set_asides import queries
from trueup.set_asides.entries import ProjectEntry
from trueup.set_asides.signed import Signed
from trueup.signing.entries import Evidence
from trueup.web.signed_acts import Acting, SignedAct, Submission

ELIGIBILITY = "CERT-ELIG"
TEXT_MAX = 4000


def certified(acting: Acting) -> tuple[Statement, ...]:
    """The prescribed statement of an eligibility application, word for word.

    Source: 40 CFR 62.16245(a)(3)(ii)(G)(1); CERT-ELIG.
    """
    known = statements_of(acting.program.code)
    return (known[ELIGIBILITY],) if ELIGIBILITY in known else ()


def signed_by(act: SignedAct, acting: Acting, submission: Submission, evidence: Evidence) -> Signed:
    return Signed(
        document=act.document,
        text=submission.text,
        statements=act.statements(acting, {}),
        evidence=evidence,
    )


def text_of(title: str, rows: Mapping[str, object]) -> str:
    """What is signed: a line for each label with its answer, in English."""
    lines = [f"{label}: {' / '.join(str(answer).splitlines())}" for label, answer in rows.items()]
    return "\n".join([title, *lines])


def project_of(acting: Acting) -> ProjectEntry:
    """The project of an act; raises ValueError without one, which `may` rules out."""
    found = queries.project(int(acting.thing))
    if found is None:
        raise ValueError("there is no such project")
    return found


def account_of_project(thing: str) -> AccountEntry | None:
    found = queries.project(int(thing))
    return ledger.account(found.account) if found is not None else None


def home(acting: Acting) -> tuple[str, str]:
    found = project_of(acting)
    return found.name, reverse("my-project", args=[found.program, found.id])
