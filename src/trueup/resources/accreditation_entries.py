"""What verifiers say of themselves, and the seven tests of a conflict of interest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

# 62.16475(a)(1)-(7).
TESTS = {
    "financial": "a financial tie to the resource, its owners or its operators",
    "organizational": "an organizational tie to them, a common owner or employer",
    "role": "a role in developing, financing or running the resource",
    "pay": "pay that depends on the outcome or on the number of credits",
    "credits": "credits, or rights derived from them, held by the verifier or its team",
    "partiality": "any other reason why the verifier is not impartial",
    "influence": "a way for the subject to influence the report or to see a draft alone",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccreditationSpec:
    """An application for accreditation; see `entries.VerifierSpec`.

    Attributes:
        is_free_of_debarment: That nobody is debarred, suspended or proposed for it.
    """

    name: str
    team: tuple[int, ...]
    insurer: str
    is_free_of_debarment: bool
    categories: tuple[str, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)
    sp_rating: str = ""
    moodys_rating: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureSpec:
    """The answers to the seven tests, the facts, and what would keep a tie away."""

    answers: Mapping[str, str]
    text: str
    isolation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccreditationEntry:
    """An application for accreditation as it stands; `team` are ids of persons."""

    id: int
    program: str
    applicant: int
    name: str
    categories: tuple[str, ...]
    team: tuple[int, ...]
    evidence: Mapping[str, str]
    insurer: str
    sp_rating: str
    moodys_rating: str
    state: str
    submitted_at: datetime
    decided_at: datetime | None
    ground: str
    verifier: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureEntry:
    """What was disclosed of an engagement at one time."""

    version: int
    answers: Mapping[str, str]
    text: str
    isolation: str
    disclosed_by: int
    disclosed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MyVerifier:
    """A verifier to one of its team."""

    id: int
    program: str
    name: str
    categories: tuple[str, ...]
    sp_rating: str
    moodys_rating: str
    accredited_at: datetime
    review_due_on: date | None
    debarred_on: date | None
    revoked_at: datetime | None
    revoked_for: str
    team: tuple[str, ...]
