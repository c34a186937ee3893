"""What goes into this context and what comes out of it: plain, immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How a submission is proven to be its signer's, and what the signer accepted.

    Attributes:
        method: `passkey`, `totp`, `recovery_code`: a second factor that was given for the
            challenge in `detail`; `paper`: the paper in `detail`; `console`: the
            Administrator at the command line; `key`: an API key, which signs nothing.
        detail: `{"challenge": nonce}`, `{"paper": nonce}`, or nothing.
        accepted: Keys of the statements that were accepted.
    """

    method: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormVersion:
    """One version of a form; `superseded_on` is the first day on which it is refused."""

    version: str
    from_on: date
    superseded_on: date | None = None

    def is_in_force(self, on: date) -> bool:
        return self.from_on <= on and (self.superseded_on is None or on < self.superseded_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form of the library, with its versions, the newest last.

    Attributes:
        statements: Which of the program's documents gives its statements; blank if none.
    """

    key: str
    title: str
    purpose: str
    cite: str
    versions: tuple[FormVersion, ...]
    statements: str = ""
    text: str = ""

    @property
    def current(self) -> FormVersion:
        return self.versions[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeEntry:
    """What is to be signed.

    Attributes:
        text: All of it, word for word; the statements are a part of it.
        challenge: SHA-256 of text and nonce, which a passkey signs.
    """

    nonce: str
    text: str
    digest: str
    challenge: bytes
    form_version: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where passkeys are used: the name that they are bound to, and the page's origin."""

    name: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftEntry:
    """A submission on its way to a signature; `models.Draft` has the words."""

    key: UUID
    person: int
    program: str
    act: str
    subject: str
    answers: Mapping[str, Any]
    values: Mapping[str, Any]
    created_at: datetime
    changed_at: datetime
    done_at: datetime | None
    outcome: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementAccepted:
    """A statement that was accepted: its key, and the SHA-256 of its words."""

    key: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureEntry:
    """A signed submission; `models.Signature` has the words."""

    id: int
    program: str
    document: str
    form_version: str
    text: str
    digest: str
    statements: tuple[StatementAccepted, ...]
    signer: int
    for_person: int | None
    account: int | None
    method: str
    proof: Mapping[str, Any]
    nonce: str
    signed_at: datetime
    received_at: datetime
    entered_by: int | None
    approved_by: int | None

    @property
    def mark(self) -> str:
        """What is said wherever it is shown, if it was not signed by a second factor."""
        return self.method if self.method in {"paper", "console"} else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Whether a kept signature still proves what it says.

    Attributes:
        is_assertion_valid: None where there is no assertion: not signed with a passkey.
        problems: What is wrong, in words; empty if all is well.
    """

    is_text_unchanged: bool
    is_assertion_valid: bool | None
    problems: tuple[str, ...]

    @property
    def is_valid(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperEntry:
    """A form that came on paper, and how far it is."""

    nonce: str
    document: str
    form_version: str
    digest: str
    signer: int
    accepted: tuple[str, ...]
    received_at: datetime
    entered_by: int
    entered_at: datetime
    approved_by: int | None
    approved_at: datetime | None

    @property
    def evidence(self) -> Evidence:
        """What the domain's service takes, once a second official approved the paper."""
        return Evidence(method="paper", detail={"paper": self.nonce}, accepted=self.accepted)
