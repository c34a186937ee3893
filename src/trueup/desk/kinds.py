"""What an act of an official is: its paragraph, who may do it, who must agree, what it calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from trueup.desk.parameters import Parameter
from trueup.rules import programs

Result = dict[str, Any]


def _nobody(_sentence: str, _done: int, _of: int) -> None:
    """Tell nobody how far it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An act to be carried out.

    Attributes:
        key: Of the proposal, or of this one act: makes the service's own key.
        actor: How the audit names the first official; `second` the one who agreed.
        tell: Says how far it is: what is being done, how much of it, out of how much.
    """

    program: str
    jurisdiction: str
    values: Mapping[str, Any]
    at: datetime
    key: UUID
    by: int
    actor: str
    second: str = ""
    tell: Callable[[str, int, int], None] = _nobody

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self.values.get(name, default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act of an official.

    Attributes:
        function: Who may do it: officials with this function in the program and State.
        second: `program`: a second official where the program's `people.second_official`
            names `rule`; `always`; `never`.
        rule: The name under which the program asks for a second official.
        approver: The function of the second official, if it is another.
        carry_out: Calls the service; what it gives is kept as the result.
        at_once: It takes effect at once, and the second official confirms it.
        confirm: What confirming calls; undo: what taking it back calls.
        is_rehearsed: It is tried and rolled back when it is proposed, so that it is
            refused then and its effect can be seen.
        has_page: A form with its parameters is all that an official needs to ask for it.
        in_job: It is asked for on a page of its own, and takes so long that a job carries
            it out once a second official has approved.
        is_typed_twice: The second official types the paper before approving it.
    """

    name: str
    title: str
    cite: str
    function: str
    parameters: tuple[Parameter, ...]
    carry_out: Callable[[Asked], Result]
    second: str = "program"
    rule: str = ""
    approver: str = ""
    at_once: bool = False
    confirm: Callable[[Asked], Result] | None = None
    undo: Callable[[Asked], Result] | None = None
    is_rehearsed: bool = True
    has_page: bool = True
    in_job: bool = False
    is_typed_twice: bool = False

    def needs_second(self, program: str) -> bool:
        """Whether a second official must approve it, or confirm it, in a program."""
        if self.second == "program":
            return self.rule in programs.load(program).people.second_official
        return self.second == "always"

    @property
    def of_state(self) -> bool:
        """Whether it can be one State's matter."""
        return any(parameter.name == "jurisdiction" for parameter in self.parameters)

    def __post_init__(self) -> None:
        if (self.second == "program") != bool(self.rule):
            raise ValueError(f"{self.name}: a rule goes with second='program'")
        if self.at_once and self.undo is None:
            raise ValueError(f"{self.name}: what takes effect at once must be undoable")
