"""An act as one official asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trueup.desk import parameters
from trueup.desk.kinds import Act
from trueup.officials.entries import GrantEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An act as one official asks for it, read and with its authority."""

    kind: Act
    program: str
    jurisdiction: str
    values: dict[str, Any]
    by: int
    authority: GrantEntry
    at: datetime

    @property
    def digest(self) -> str:
        return parameters.digest_of(
            self.kind.name,
            program=self.program,
            jurisdiction=self.jurisdiction,
            values=self.values,
        )
