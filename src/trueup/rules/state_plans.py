"""The plan of a jurisdiction: its steps, its status on a day, and its statutory clocks.

Steps are facts that officials keep. What follows from them alone, that a submission is
deemed complete, or that a conditional approval has turned into a disapproval, follows
here, on the day on which it is asked.

Source: 40 CFR 60.27(b)-(d), (g)-(k); 62.16410(a); MASS-071, MASS-074; RATE-220, RATE-221.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

COMPLETENESS_DAYS = 60
DEEMED_MONTHS = 6
DECISION_MONTHS = 12
FEDERAL_MONTHS = 12
REVISION_MONTHS_MAX = 18

# Under whose plan a jurisdiction's units are. `adopting`: a State plan that adopts the
# federal rule, its units in the program; `own`: a State plan of its own.
MODES = ("federal", "adopting", "own", "none")
STEPS = (
    "federal_plan",
    "not_covered",
    "revision_noticed",
    "received",
    "complete",
    "incomplete",
    "approved",
    "partly_approved",
    "conditionally_approved",
    "condition_met",
    "disapproved",
    "failure_found",
    "withdrawn",
)
APPROVALS = ("approved", "partly_approved", "conditionally_approved")
DECISIONS = (*APPROVALS, "disapproved")
# Where a State is at once under the rule of a step, from the day that it names.
EFFECTIVE = ("federal_plan", "not_covered", *APPROVALS)
OWN_PLAN = "The State has an approved plan of its own; withdraw it first."
_MODE_OF = {"federal_plan": "federal", "not_covered": "none", "withdrawn": "federal"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a jurisdiction's plan, as an official kept it.

    Attributes:
        plan: `adopting` or `own`, where a State plan is received or approved.
        effective_on: From when the units are under it.
        due_on: By when a condition is to be met, or a revision to be submitted.
        is_automatic: It followed from the clock; nobody kept it.
    """

    kind: str
    on: date
    plan: str = ""
    effective_on: date | None = None
    due_on: date | None = None
    note: str = ""
    is_automatic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Something that is due by a day.

    Attributes:
        name: `completeness`, `decision`, `condition`, `federal_plan` or `revision`.
    """

    name: str
    began_on: date
    due_on: date
    done_on: date | None = None

    def is_late(self, today: date) -> bool:
        """Whether it was, or is, done after its day.

        Source: 40 CFR 60.27(b)-(d).
        """
        return (self.done_on or today) > self.due_on

    @property
    def is_open(self) -> bool:
        return self.done_on is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """Under whose plan the units of a jurisdiction are, from a day."""

    name: str
    effective_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStanding:
    """Where the plan of a jurisdiction stands on a day.

    Attributes:
        status: The kind of the last step that decides it; empty where nothing was kept.
        timeline: All steps in their order, with those that followed from a clock.
        modes: From the earliest; a later one takes the place of those before.
    """

    status: str
    since: date | None
    timeline: tuple[Step, ...]
    clocks: tuple[Clock, ...]
    modes: tuple[Mode, ...]

    def mode_on(self, day: date) -> str:
        """Under whose plan the units are; the federal one where nothing else was kept.

        Source: 40 CFR 62.16210(a); 62.16410(a).
        """
        name = "federal"
        for mode in self.modes:
            if mode.effective_on <= day:
                name = mode.name
        return name

    def open_clocks(self) -> tuple[Clock, ...]:
        return tuple(clock for clock in self.clocks if clock.is_open)


def standing_of(steps: Iterable[Step], *, today: date) -> PlanStanding:
    """Where a plan stands today, with everything that followed from its clocks.

    A submission on which nobody decided is deemed complete six months after it was
    received; a conditional approval whose condition was not met is a disapproval from the
    day after. A disapproval, also of a part, and a finding of failure to submit start the
    clock for the federal plan.

    Source: 40 CFR 60.27(b)-(d), (g)-(k); MASS-074.
    """
    reader = _Reader()
    for step in sorted(steps, key=lambda step: step.on):
        reader.wait_until(step.on)
        reader.read(step)
    reader.wait_until(today + timedelta(days=1))
    return reader.standing()


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day.

    Source: 40 CFR 60.27(b)-(d).
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


class _Reader:
    """Reads steps in their order, and keeps which clocks run."""

    def __init__(self) -> None:
        self.timeline: list[Step] = []
        self.clocks: list[Clock] = []
        self.modes: list[Mode] = []
        self.plan = ""
        self.condition: Step | None = None

    def wait_until(self, day: date) -> None:
        """Let happen what follows from the clocks alone before a day."""
        pending = self._running("completeness")
        if pending is not None:
            deemed_on = months_after(pending.began_on, DEEMED_MONTHS)
            if deemed_on < day:
                self.read(Step(kind="complete", on=deemed_on, is_automatic=True))
        if self.condition is not None and self.condition.due_on is not None:
            missed_on = self.condition.due_on + timedelta(days=1)
            if missed_on < day:
                self._take_back(self.condition, missed_on)
                self.read(Step(kind="disapproved", on=missed_on, is_automatic=True))

    def read(self, step: Step) -> None:
        self.timeline.append(step)
        kind = step.kind
        if kind == "received":
            self._stop("revision", step.on)
            self.plan = step.plan
            # The event's day is day 1 (40 CFR 62.16225(a)); no rollover is read in here.
            due_on = step.on + timedelta(days=COMPLETENESS_DAYS - 1)
            self._start("completeness", step.on, due_on)
        elif kind in ("complete", "incomplete"):
            self._stop("completeness", step.on)
            if kind == "complete":
                self._start("decision", step.on, months_after(step.on, DECISION_MONTHS))
        elif kind == "revision_noticed" and step.due_on is not None:
            self._start("revision", step.on, step.due_on)
        elif kind in DECISIONS:
            self._stop("decision", step.on)
            self._stop("condition", step.on)
            self.condition = None
        if kind == "conditionally_approved" and step.due_on is not None:
            self.condition = step
            self._start("condition", step.on, step.due_on)
        if kind == "condition_met":
            self._stop("condition", step.on)
            self.condition = None
        if kind in ("disapproved", "partly_approved", "failure_found"):
            self._start("federal_plan", step.on, months_after(step.on, FEDERAL_MONTHS))
        if kind in ("federal_plan", "approved", "conditionally_approved"):
            self._stop("federal_plan", step.on)
        if kind == "withdrawn":
            for name in ("completeness", "decision", "condition"):
                self._stop(name, step.on)
            self.condition = None
        self._change_mode(step)

    def _change_mode(self, step: Step) -> None:
        if step.effective_on is None:
            return
        name = _MODE_OF.get(step.kind, step.plan or self.plan)
        if name in MODES:
            self.modes.append(Mode(name=name, effective_on=step.effective_on))
            self.modes.sort(key=lambda mode: mode.effective_on)

    def _take_back(self, approval: Step, on: date) -> None:
        """What an approval brought ends with it: what held before holds again."""
        if approval.effective_on is None:
            return
        name = approval.plan or self.plan
        taken = Mode(name=name, effective_on=approval.effective_on)
        before = [mode for mode in self.modes if mode != taken]
        back = [mode for mode in before if mode.effective_on <= on]
        if approval.effective_on < on:
            self.modes = [
                *self.modes,
                Mode(name=back[-1].name if back else "federal", effective_on=on),
            ]
        else:
            self.modes = before
        self.modes.sort(key=lambda mode: mode.effective_on)

    def _running(self, name: str) -> Clock | None:
        return next((c for c in self.clocks if c.name == name and c.is_open), None)

    def _start(self, name: str, began_on: date, due_on: date) -> None:
        self.clocks.append(Clock(name=name, began_on=began_on, due_on=due_on))

    def _stop(self, name: str, on: date) -> None:
        self.clocks = [
            replace(clock, done_on=on) if clock.name == name and clock.is_open else clock
            for clock in self.clocks
        ]

    def standing(self) -> PlanStanding:
        # Notices and steps about a part of the way do not change where it stands.
        deciding = [step for step in self.timeline if step.kind != "revision_noticed"]
        last = deciding[-1] if deciding else None
        return PlanStanding(
            status=last.kind if last is not None else "",
            since=last.on if last is not None else None,
            timeline=tuple(self.timeline),
            clocks=tuple(self.clocks),
            modes=tuple(self.modes),
        )


def missing_before(steps: Sequence[Step], kind: str, *, on: date) -> str:
    """Why a step cannot follow on those that are there; empty if it can.

    Source: 40 CFR 60.27(b)-(d), (g)-(k); 62.16410(a); RATE-220.
    """
    if kind not in STEPS:
        raise ValueError(f"there is no step {kind!r}")
    if steps and on < max(step.on for step in steps):
        return "A later step was kept already; steps are kept in their order."
    before = standing_of(steps, today=on)
    running = {clock.name for clock in before.open_clocks()}
    ends_as = before.mode_on(date.max)
    there = running & {"completeness", "decision", "condition"}
    reasons = (
        (
            kind in ("complete", "incomplete") and "completeness" not in running,
            "There is no submission whose completeness is open.",
        ),
        (
            kind in DECISIONS and "decision" not in running,
            "There is no complete submission to decide on.",
        ),
        (
            kind == "condition_met" and "condition" not in running,
            "There is no conditional approval.",
        ),
        (
            kind == "received" and bool(running & {"completeness", "decision"}),
            "A submission is being decided on; withdraw it first.",
        ),
        (kind == "federal_plan" and ends_as == "own", OWN_PLAN),
        (
            kind == "withdrawn" and not there and ends_as not in ("own", "adopting"),
            "There is no plan that could be withdrawn.",
        ),
    )
    return next((sentence for applies, sentence in reasons if applies), "")
