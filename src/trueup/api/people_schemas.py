"""What goes over the wire about people: forms, agents, trusted accounts, tasks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field, StringConstraints

from trueup.api.schemas import AccountText, Request, Signed


class StatementText(Schema):
    key: str
    cite: str
    text: str = Field(description="Word for word; it is signed as it stands.")
    sha256: str


class FormVersion(Schema):
    version: str
    from_on: date
    superseded_on: date | None
    in_force: bool


class Form(Schema):
    """A form of the library."""

    key: str
    title: str
    purpose: str
    cite: str
    versions: list[FormVersion]
    compliance: list[StatementText] = Field(description="Accepted for a facility's account.")
    general: list[StatementText] = Field(description="Accepted for any other account.")


class Forms(Schema):
    items: list[Form]


class AgentIn(Request):
    """An agent, by name and address as registered."""

    name: Annotated[str, StringConstraints(max_length=200)]
    email: Annotated[str, StringConstraints(max_length=254)]
    kinds: list[Annotated[str, StringConstraints(max_length=40)]] = Field(
        min_length=1, max_length=20, description="Kinds of submission."
    )
    ends_at: datetime | None = None


class DelegationIn(Signed):
    """A notice of delegation; it supersedes the former one as a whole."""

    basis: Literal["compliance", "general"]
    agents: list[AgentIn] = Field(max_length=50, description="None ends all delegation.")


class Agent(Schema):
    name: str
    kinds: list[str]
    ends_at: datetime | None


class Delegation(Schema):
    id: int
    basis: str
    delegator: str
    received_at: datetime
    agents: list[Agent]


class TrustedIn(Signed):
    other: AccountText


class Trusted(Schema):
    account: str
    other: str
    state: str
    listed_at: datetime
    effective_at: datetime | None


class TrustedAccounts(Schema):
    items: list[Trusted]


class Task(Schema):
    key: UUID
    kind: str
    program: str
    subject: str
    title: str
    opened_at: datetime
    due_on: date | None
    claimed_by: str


class TaskPage(Schema):
    items: list[Task]
    next: str | None = Field(None, description="Give it as `after` for the following page.")
