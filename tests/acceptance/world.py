"""What a scenario knows: its program, its clock, names, and what was refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TypedDict
from uuid import UUID, uuid4

from django.db import transaction

from tests.acceptance import daily
from tests.acceptance.clock import ScenarioClock
from trueup.accounts import queries as accounts
from trueup.accounts import services as registration
from trueup.accounts.entries import FacilityEntry, PersonEntry, UnitEntry
from trueup.allocation import services as allocation
from trueup.ledger import queries as ledger
from trueup.ledger import verify
from trueup.ledger.entries import AccountEntry
from trueup.ledger.services import retirement_account as open_retirement_account
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.rules.serials import SerialBlock, parse_block
from trueup.transfers import queries as transfers
from trueup.transfers.entries import TransferEntry

PURPOSES = {
    "reserve": "reserve",
    "renewable energy set-aside": "renewable_energy",
    "output-based set-aside": "output_based",
    "early action set-aside": "early_action",
}
RETIREMENT = "retirement"
_STATE_ACCOUNT = re.compile(rf"([A-Z]{{2,3}}) ({'|'.join(PURPOSES)})")


class UnknownNameError(AssertionError):
    """A feature names somebody or something that nothing before has introduced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedAct:
    """An act of a kind that was not done, and every reason, by code and in words."""

    kind: str
    reasons: frozenset[str]
    sentences: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.kind}: {'; '.join(self.sentences)}"


class Owner(TypedDict):
    """Whose compliance account it is: a facility's, or one of its units'."""

    facility: int
    unit: int | None


@dataclass(slots=True)
class World:
    """An empty registry and the names that a scenario gives to what is in it."""

    codes: list[str] = field(default_factory=list)
    people: dict[str, PersonEntry] = field(default_factory=dict)
    facilities: dict[str, FacilityEntry] = field(default_factory=dict)
    generation: dict[str, list[tuple[str, str, dict[int, Decimal]]]] = field(default_factory=dict)
    projects: dict[str, str] = field(default_factory=dict)  # Each with its account.
    secured: set[tuple[str, str]] = field(default_factory=set)  # Auction and account.
    is_comment_on_time: bool = False
    refusals: list[RefusedAct] = field(default_factory=list)
    latest: dict[str, RefusedAct | None] = field(default_factory=dict)
    transfer_key: UUID | None = None
    appeal: tuple[str, str] | None = None  # Facility and period of the latest one.
    has_failed: bool = False
    clock: ScenarioClock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = ScenarioClock(due_days=self._due_days, at_midnight=self._at_midnight)

    @property
    def program(self) -> str:
        if not self.codes:
            raise AssertionError('say first which program it is: Given the program "cpp-mass"')
        return self.codes[-1]

    @property
    def rules(self) -> Program:
        return programs.load(self.program)

    @property
    def now(self) -> datetime:
        return self.clock.now

    def run_program(self, code: str) -> None:
        """Speak of a program from now on; what was said of another one stays known."""
        if code not in programs.codes():
            raise UnknownNameError(
                f"there is no program “{code}”; there are: {', '.join(programs.codes())}"
            )
        self.codes = [*(known for known in self.codes if known != code), code]

    def require_instruments(self, word: str) -> None:
        """Fail if these are not what the program's instruments are called."""
        called = {"allowances": "allowance", "ERCs": "ERC"}
        of_program = {"mass": "allowance", "rate": "ERC"}[self.rules.kind]
        if called.get(word, word) != of_program:
            raise AssertionError(f"the instruments of {self.program} are not {word}")

    def period(self, name: str) -> CompliancePeriod:
        return self.rules.period_named(name)

    def _due_days(self, first: date, last: date) -> Iterable[date]:
        return daily.due_days(self.codes, first, last)

    def _at_midnight(self, now: datetime) -> None:
        daily.do_what_is_due(self.codes, now)

    def set_time(self, moment: datetime) -> None:
        """It is a later moment; what lapses within the day has lapsed."""
        self.clock.set_time(moment)
        daily.lapse(self.codes, self.now)

    def audit(self) -> None:
        """Replay the journal and compare: every instrument is in exactly one account."""
        report = verify.audit()
        if not report.clean:
            raise AssertionError("the books do not agree: " + "; ".join(report.differences))

    @contextmanager
    def act(self, kind: str = "request") -> Iterator[None]:
        """An act that may be refused: then nothing changes, and its reasons stay."""
        self.latest[kind] = None
        try:
            with transaction.atomic():
                yield
        except Refused as refused:
            self.note_refusal(kind, refused.reasons, [str(refusal) for refusal in refused.refusals])

    @contextmanager
    def submission(self) -> Iterator[None]:
        """A transfer is submitted; whatever was “the transfer” before is it no more."""
        self.transfer_key = None
        with self.act("transfer"):
            yield

    def note_refusal(self, kind: str, reasons: Iterable[str], sentences: Iterable[str]) -> None:
        refused = RefusedAct(kind=kind, reasons=frozenset(reasons), sentences=tuple(sentences))
        self.refusals.append(refused)
        self.latest[kind] = refused

    def refused_act(self, kind: str) -> RefusedAct:
        """The latest act of a kind, which must have been refused; `request` is of any kind."""
        found = self.refusals[-1] if kind == "request" and self.refusals else self.latest.get(kind)
        if found is None:
            raise AssertionError(f"no {kind} was refused")
        return found

    def require_refused(self, kind: str, code: str) -> None:
        """The latest refused act of a kind has a reason, named by its code's last part."""
        refused = self.refused_act(kind)
        if code not in refused.reasons:
            raise AssertionError(f"not refused with “{code}”; {refused}")

    @property
    def transfer(self) -> TransferEntry:
        """The latest transfer that was submitted, as it stands now."""
        if self.transfer_key is None:
            refused = self.latest.get("transfer")
            said = f"; it was not even taken in: {refused}" if refused is not None else ""
            raise AssertionError(f"no transfer has been submitted{said}")
        found = transfers.transfer(self.transfer_key)
        if found is None:
            raise AssertionError(f"the transfer {self.transfer_key} is gone")
        return found

    def person(self, name: str) -> PersonEntry:
        """Somebody whom a sentence has introduced."""
        if name not in self.people:
            raise UnknownNameError(f"nobody is called “{name}”; known: {_listed(self.people)}")
        return self.people[name]

    def anybody(self, name: str) -> PersonEntry:
        """Somebody, introduced by this sentence if not before."""
        if name not in self.people:
            mailbox = re.sub(r"\W+", ".", name).strip(".").lower() or "nobody"
            self.people[name] = registration.register_person(
                name=name,
                email=f"{mailbox}.{len(self.people) + 1}@example.org",
                registered_at=self.now,
            )
        return self.people[name]

    def facility(self, name: str) -> FacilityEntry:
        if name not in self.facilities:
            raise UnknownNameError(
                f"no facility is called “{name}”; known: {_listed(self.facilities)}"
            )
        return self.facilities[name]

    def unit(self, facility: str, unit_id: str) -> UnitEntry:
        units = accounts.units_of([self.facility(facility).id])[self.facility(facility).id]
        for unit in units:
            if unit.unit_id == unit_id:
                return unit
        known = _listed(unit.unit_id for unit in units)
        raise UnknownNameError(f"“{facility}” has no unit “{unit_id}”; known: {known}")

    def owner(self, name: str) -> Owner:
        """Who has a compliance account: a facility, or in `Cane/1` one of its units."""
        facility, _, unit_id = name.rpartition("/")
        if name in self.facilities or not facility:
            return {"facility": self.facility(name).id, "unit": None}
        unit = self.unit(facility, unit_id)
        return {"facility": unit.facility, "unit": unit.id}

    def find_account(self, name: str) -> AccountEntry | None:
        """An account by its name, in the program spoken of or else in an earlier one."""
        for code in reversed(self.codes):
            found = ledger.accounts_named(program=code, names=[name]).get(name)
            if found is not None:
                return found
        return None

    def account(self, name: str) -> AccountEntry | None:
        """An account; None for one that opens when it is first needed."""
        found = self.find_account(name)
        opens_later = name == RETIREMENT or name in self.facilities or self.state_account(name)
        if found is None and not opens_later:
            raise UnknownNameError(f"no account is called “{name}”")
        return found

    def opened_account(self, name: str) -> AccountEntry:
        found = self.account(name)
        if found is None:
            raise UnknownNameError(f"the account “{name}” is not open yet")
        return found

    def number_of(self, name: str) -> str:
        """An account's number; a name that no account has stands for a number of none.

        The accounts of States and the retirement account open when they are first needed.
        """
        found = self.find_account(name)
        if found is None and name == RETIREMENT:
            found = open_retirement_account(program=self.program, opened_at=self.now)
        elif found is None and (of_state := self.state_account(name)) is not None:
            found = allocation.state_account(
                program=self.program,
                jurisdiction=of_state[0],
                purpose=of_state[1],
                opened_at=self.now,
            )
        return found.number if found is not None else name[:40]

    def state_account(self, name: str) -> tuple[str, str] | None:
        """The jurisdiction and the purpose of one of the States' accounts."""
        match = _STATE_ACCOUNT.fullmatch(name)
        if match is None or match[1] not in self.rules.jurisdictions:
            return None
        return match[1], PURPOSES[match[2]]

    def block(self, first: str, last: str) -> SerialBlock:
        return parse_block(first, last)


def new_key() -> UUID:
    return uuid4()


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"“{name}”" for name in names) or "none"
