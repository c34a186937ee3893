"""What goes into the identity context and what comes out of it: plain, immutable values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

# How it was established that a person is who they say.
CHECK_METHODS = ("in_person", "video_call", "notary", "credential_service", "console")

# What makes a cool-down begin.
COOL_DOWN_REASONS = (
    "password_reset",
    "second_factor_reset",
    "second_factor_removed",
    "contact_changed",
)
CLEARED, UPHELD = "cleared", "upheld"
REVIEW_OUTCOMES = (CLEARED, UPHELD)

# What a machine may be let do. None of them decides, approves or signs anything: a proposal
# is nothing until a person has signed it.
SCOPES = (
    "read",
    "propose_transfers",
    "propose_deduction_requests",
    "propose_emissions_reports",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityCheckSpec:
    """That somebody looked at who a person is."""

    person: int
    checked_by: str
    method: str
    document: str
    checked_at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityCheckEntry:
    """Who checked a person's identity, how, on which paper, and when."""

    id: int
    person: int
    checked_by: str
    method: str
    document: str
    checked_at: datetime
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanEntry:
    """The scan of an identity paper, without its content."""

    id: int
    check: int
    media_type: str
    sha256: str
    kept_at: datetime
    delete_at: datetime
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoolDownEntry:
    """A time in which a person moves nothing, and what an official found in it."""

    id: int
    person: int
    reason: str
    started_at: datetime
    until_at: datetime
    reviewed_by: str
    reviewed_at: datetime | None
    outcome: str
    note: str

    def is_over(self, at: datetime) -> bool:
        """Whether its end has passed and an official has cleared it."""
        return self.outcome == CLEARED and self.until_at <= at


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEntry:
    """A machine's key as it is shown: never the secret.

    Attributes:
        prefix: The part of the secret by which it is known: `tu_3f9a21c4`.
        account: The only account that it may propose for; None: all of the person's.
        program: The only program that it is for; empty: all.
    """

    id: int
    person: int
    name: str
    prefix: str
    scopes: frozenset[str]
    account: int | None
    program: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None

    def is_alive(self, at: datetime) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and self.created_at <= at < self.expires_at

    def covers(self, scope: str, *, account: int | None = None, program: str = "") -> bool:
        """Whether it was given for this scope, account and program."""
        return (
            scope in self.scopes
            and (self.account is None or account is None or self.account == account)
            and (not self.program or not program or self.program == program)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LockEntry:
    """That a sign-in was locked: why, by whom, from when until when."""

    reason: str
    locked_by: str
    locked_at: datetime
    unlocked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInEntry:
    """How somebody signs in: the kinds of what they have, never what it is.

    Attributes:
        methods: Of `authenticator`, `passkey` and `recovery_codes`, those that are set up.
        addresses: E-mail addresses, each with whether it was verified.
    """

    user: int
    name: str
    has_password: bool
    methods: tuple[str, ...]
    addresses: tuple[tuple[str, bool], ...]
    last_at: datetime | None
    joined_at: datetime
    lock: LockEntry | None
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEntry:
    """A session that is open in somebody's name."""

    started_at: datetime
    seen_at: datetime
    address: str
    browser: str
