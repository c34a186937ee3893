"""What the support context takes and hands out: plain, immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

# What a request is about; pages say them in words.
CATEGORIES = ("signing_in", "accounts", "transfers", "emissions", "compliance", "data", "other")

OPEN, ANSWERED, CLOSED = "open", "answered", "closed"
STATES = (OPEN, ANSWERED, CLOSED)
SATISFACTIONS = ("solved", "partly", "not_solved")

# Who wrote a message. A note is seen by officials alone.
ASKER, OFFICIAL, NOTE = "asker", "official", "note"
AUTHORS = (ASKER, OFFICIAL, NOTE)

INFO, WARNING, MAINTENANCE = "info", "warning", "maintenance"
KINDS = (INFO, WARNING, MAINTENANCE)
EVERYBODY, SIGNED_IN, OFFICIALS = "all", "signed_in", "officials"
AUDIENCES = (EVERYBODY, SIGNED_IN, OFFICIALS)

# Lists that can be searched again under a name.
SEARCHES = ("audit", "transactions", "holdings")


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpSpec:
    """A question to the registry.

    Attributes:
        person: Who asks, if they have signed in; then `email` can be left out.
        page: The address of the page that they came from, without its host.
        account: The account it is about; `about`: a submission, as `transfer:<key>`.
    """

    program: str
    category: str
    subject: str
    text: str
    person: int | None = None
    name: str = ""
    email: str = ""
    page: str = ""
    account: int | None = None
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEntry:
    """One message of a request's conversation, or an official's note."""

    id: int
    at: datetime
    author: str
    person: int | None
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpEntry:
    """A request as it stands.

    Attributes:
        key: Opens the conversation to whoever has it; nobody can guess it.
        number: By which it is talked about: `H-000123`.
    """

    id: int
    key: UUID
    program: str
    category: str
    subject: str
    state: str
    person: int | None
    name: str
    email: str
    page: str
    account: int | None
    about: str
    asked_at: datetime
    due_on: date
    answered_at: datetime | None
    closed_at: datetime | None
    closed_by: str
    satisfaction: str
    satisfaction_text: str

    @property
    def number(self) -> str:
        return f"H-{self.id:06d}"

    def is_late(self, today: date) -> bool:
        """Whether the registry owes an answer whose last day has passed."""
        return self.state == OPEN and self.due_on < today


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementEntry:
    """What the pages announce; for maintenance the window in which nothing is written.

    Attributes:
        texts: By language: its heading and its sentences.
    """

    id: int
    kind: str
    audience: str
    from_at: datetime
    until_at: datetime
    texts: Mapping[str, Mapping[str, str]]
    published_by: str
    published_at: datetime
    ended_at: datetime | None
    ended_by: str

    def heading_in(self, language: str) -> str:
        return self._in(language).get("heading", "")

    def text_in(self, language: str) -> str:
        return self._in(language).get("text", "")

    def is_shown(self, at: datetime) -> bool:
        """Whether pages show it now: maintenance from the day it was published."""
        begins = self.published_at if self.kind == MAINTENANCE else self.from_at
        return self.ended_at is None and begins <= at < self.until_at

    def refuses_writes(self, at: datetime) -> bool:
        """Whether its maintenance window is open now."""
        return (
            self.kind == MAINTENANCE
            and self.ended_at is None
            and self.from_at <= at < self.until_at
        )

    def _in(self, language: str) -> Mapping[str, str]:
        return self.texts.get(language) or self.texts.get("en") or next(iter(self.texts.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchEntry:
    """A search that its owner runs again: the query of a list's address, under a name."""

    id: int
    owner: int
    list: str
    program: str
    name: str
    query: str
    kept_at: datetime
