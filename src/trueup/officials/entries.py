"""What the officials' context hands out: plain, immutable values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trueup.officials.roles import ROLES


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantEntry:
    """A role as it was given.

    Attributes:
        functions: What the person may decide, with the role's own where none were named.
        recommends: What the person may only recommend.
    """

    id: int
    person: int
    name: str
    role: str
    program: str
    jurisdiction: str
    functions: frozenset[str]
    recommends: frozenset[str]
    from_at: datetime
    until_at: datetime | None
    granted_by: str
    reason: str
    ended_by: str = ""
    end_reason: str = ""

    @property
    def title(self) -> str:
        return ROLES[self.role].title

    @property
    def authority(self) -> str:
        """For whom the person acts: the State behind a designated agent, or the role itself."""
        if self.role == "state_agent":
            return f"designated agent of the State {self.jurisdiction}"
        if self.role == "state_official":
            return f"official of the State {self.jurisdiction}"
        return self.title

    def covers(self, *, program: str, jurisdiction: str = "") -> bool:
        """Whether the role reaches a program and, in it, a State; "" is the whole program."""
        return self.program in ("", program) and self.jurisdiction in ("", jurisdiction)

    def allows(self, function: str, *, program: str, jurisdiction: str = "") -> bool:
        """Whether the person may decide this there."""
        return function in self.functions and self.covers(
            program=program, jurisdiction=jurisdiction
        )

    def allows_recommending(self, function: str, *, program: str, jurisdiction: str = "") -> bool:
        """Whether the person may recommend this there; who may decide may recommend."""
        return function in (self.functions | self.recommends) and self.covers(
            program=program, jurisdiction=jurisdiction
        )
