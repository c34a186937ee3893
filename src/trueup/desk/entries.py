"""What the desk hands out: plain, immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictEntry:
    """How a proposal ended, and what came of it."""

    verdict: str
    given_by: int
    name: str
    given_as: str
    given_at: datetime
    reason: str
    result: Mapping[str, Any] = field(default_factory=dict)
    refusals: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalEntry:
    """A second official's word on what a job carries out."""

    given_by: int
    name: str
    given_as: str
    given_at: datetime
    job: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalEntry:
    """What an official asks for; `models.Proposal` has the words."""

    key: UUID
    id: int
    kind: str
    act: str
    program: str
    jurisdiction: str
    values: Mapping[str, Any]
    digest: str
    preview: Mapping[str, Any]
    note: str
    proposed_by: int
    name: str
    proposed_as: str
    proposed_at: datetime
    due_on: date | None
    verdict: VerdictEntry | None
    approval: ApprovalEntry | None = None

    @property
    def state(self) -> str:
        """Where it stands: its verdict, or what it waits for."""
        if self.verdict is not None:
            return self.verdict.verdict
        if self.approval is not None:
            return "approved"
        return {"proposal": "waiting", "unconfirmed": "unconfirmed"}.get(self.kind, "recommended")

    @property
    def subject(self) -> str:
        """How tasks and the audit name it."""
        return f"proposal:{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of an act: carried out now, waiting for a second official, or both.

    Attributes:
        result: What was done; empty if it waits.
        proposal: What waits for a second official's approval or confirmation.
    """

    result: Mapping[str, Any]
    proposal: ProposalEntry | None
