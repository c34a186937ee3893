"""What goes into this context and what comes out of it: plain, immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from trueup.accounts.ownership_entries import PartySpec


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSpec:
    """A natural person to be registered."""

    name: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSpec:
    """An affected unit to be registered; `retired_on` if that has happened already."""

    unit_id: str
    unit_type: str = ""
    fuel: str = ""
    nameplate_mw: Decimal | None = None
    net_summer_mw: Decimal | None = None
    operating_from: date | None = None
    is_operation_projected: bool = False
    retired_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilitySpec:
    """A facility to be registered, with its affected units."""

    oris_code: int
    name: str
    jurisdiction: str
    county: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    units: tuple[UnitSpec, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NamingSpec:
    """Who is to represent a facility; a seat that is None stays as it is."""

    facility: int
    primary: int | None = None
    alternate: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneralAccountSpec:
    """A general account to be opened, with who acts for it.

    Attributes:
        owners: All with an ownership interest; if nobody is named, whom the account is
            called after (docs/decisions/0161).
    """

    name: str
    representative: int
    alternate: int | None = None
    jurisdiction: str = ""
    owners: tuple[PartySpec, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEntry:
    """A registered person."""

    id: int
    name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityEntry:
    """A registered facility."""

    id: int
    oris_code: int
    name: str
    jurisdiction: str
    county: str
    latitude: Decimal | None
    longitude: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitEntry:
    """An affected unit of a facility."""

    id: int
    facility: int
    unit_id: str
    unit_type: str
    fuel: str
    nameplate_mw: Decimal | None
    net_summer_mw: Decimal | None
    operating_from: date | None
    is_operation_projected: bool
    retired_on: date | None
    retirement_filed_at: datetime | None

    def owes_data_for(self, year: int) -> bool:
        """Whether the unit existed in a year, and so owes emissions data for it.

        A unit owes the years from its first to its last of operation, both included.
        Whether those after its retirement are exempt as well is `exempt_from`'s matter.

        Source: 40 CFR 62.16215(a), 62.16345; acceptance rule 6.
        """
        if self.operating_from is not None and year < self.operating_from.year:
            return False
        return self.retired_on is None or year <= self.retired_on.year


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityAccountEntry:
    """The compliance account of a facility, or of one of its units, in a program."""

    account: int
    program: str
    facility: FacilityEntry
    unit: UnitEntry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepresentativeEntry:
    """Who may act for an account, from when until when; `until_at` is not included."""

    account: int
    person: int
    name: str
    email: str
    role: str
    from_at: datetime
    until_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retirement:
    """A unit's permanent retirement, as it was filed.

    Attributes:
        exempt_from: First day of the compliance period after the one of the retirement.
        due_on: Last day for the statement of retirement; one filed later is taken too.
    """

    unit: UnitEntry
    exempt_from: date
    due_on: date
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitterEntry:
    """Who may make a submission for an account, and whose act it is.

    Attributes:
        role: The person's: `primary`, `alternate` or `agent`.
        principal: The representative whose act it is: the person, or who named the agent.
        principal_role: The seat of the principal: `primary` or `alternate`.
    """

    account: int
    person: int
    name: str
    email: str
    role: str
    principal: int
    principal_name: str
    principal_role: str

    @property
    def attributed(self) -> str:
        """Whose act it is and by whose hand, for the log: `representative (by alternate Ben Orr)`.

        Source: 40 CFR 62.16290(c), 62.16315(c)(4)(i); MASS-019, MASS-028.
        """
        if self.role == "agent":
            return f"{self.principal_name} (by agent {self.name})"
        return self.name if self.role == "primary" else f"representative (by alternate {self.name})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How a notice says that a person is reached, beside the e-mail address.

    Source: 40 CFR 62.16315(c)(1), (2).
    """

    address: str = ""
    phone: str = ""
    fax: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSpec:
    """An agent whom a notice of delegation names, and for what.

    Attributes:
        kinds: Kinds of submission (`submitters.SUBMISSION_KINDS`).
        ends_at: When the authority is to end; None: with the next notice.
        reach: As the notice gives it; None: as the registry knows it.
    """

    person: int
    kinds: tuple[str, ...]
    ends_at: datetime | None = None
    reach: Reach | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentEntry:
    """An agent of a notice of delegation, and what may be submitted by it."""

    person: int
    name: str
    email: str
    kinds: tuple[str, ...]
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationEntry:
    """A notice of delegation as it was received.

    Attributes:
        basis: `compliance` (62.16315) or `general` (62.16320(c)(5)).
        ended_as: Blank while in force; `superseded` or `lapsed`.
        method: How it was signed; `console` where no signature was asked for.
    """

    id: int
    program: str
    basis: str
    delegator: int
    delegator_name: str
    email: str
    received_at: datetime
    ended_at: datetime | None
    ended_as: str
    method: str
    signature: int | None
    agents: tuple[AgentEntry, ...]
    reaches: Mapping[int, Reach] = field(default_factory=dict)
