"""What a certificate of representation says, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How a person or a party to a sale is reached; a fax number if there is one."""

    name: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    fax: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """A person whom a certificate names, and the statements that this person accepted.

    Attributes:
        accepted: Keys of the statements accepted; `signed_on` the date of the signature.
            Both are for a filing without evidence; with evidence they follow from it.
    """

    person: int
    contact: Contact
    accepted: tuple[str, ...] = ()
    signed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Generator:
    """A generator that a unit serves."""

    generator_id: str
    nameplate_mw: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A unit that comes to the facility.

    Attributes:
        operated_before: Whether it was operated elsewhere; testing by the manufacturer
            before its first installation is no operation. Only then is there a seller.

    Source: 40 CFR 62.16300(d)(1); 62.16495(d).
    """

    operated_before: bool
    located_on: date | None = None
    seller: Contact = Contact()
    purchased_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A unit that leaves the facility.

    Source: 40 CFR 62.16300(d)(2); 62.16495(d).
    """

    unit_id: str
    buyer: Contact
    sold_on: date | None
    left_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateUnit:
    """An affected unit as a certificate describes it."""

    unit_id: str
    unit_type: str = ""
    generators: tuple[Generator, ...] = ()
    operating_from: date | None = None
    is_operation_projected: bool = False
    net_summer_mw: Decimal | None = None
    owners: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    arrival: Arrival | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateSpec:
    """A certificate of representation as it is filed; any element may be missing.

    Attributes:
        facility: Key of the facility, whose name, State and plant code it repeats.
        indian_country: Whether the facility is in Indian country; None: not answered.
        owners_changed_on: Day of the change of owners or operators that it reports.

    Source: 40 CFR 62.16305(a); 62.16500(a).
    """

    facility: int
    category: str = ""
    naics: str = ""
    county: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    indian_country: bool | None = None
    units: tuple[CertificateUnit, ...] = ()
    owners: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    primary: Signatory | None = None
    alternate: Signatory | None = None
    owners_changed_on: date | None = None
    removals: tuple[Removal, ...] = ()

    @property
    def signatories(self) -> dict[str, Signatory]:
        """Who has to sign, by role."""
        named = {"primary": self.primary, "alternate": self.alternate}
        return {role: who for role, who in named.items() if who is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedChange:
    """A change that a certificate reports, and by when it was due.

    Source: 40 CFR 62.16300(c), (d); 62.16495(c), (d).
    """

    what: str
    changed_on: date
    due_on: date
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateSignatureEntry:
    """A signature under a certificate."""

    person: int
    name: str
    role: str
    statements: tuple[str, ...]
    method: str
    signed_at: datetime
    signature: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateEntry:
    """One version of a certificate of representation, as it stands."""

    id: int
    program: str
    facility: int
    facility_name: str
    version: int
    state: str
    spec: CertificateSpec
    missing: tuple[str, ...]
    changes: tuple[ReportedChange, ...]
    is_late: bool
    hold: str
    filed_by: str
    filed_at: datetime
    received_at: datetime | None
    superseded_at: datetime | None
    signatures: tuple[CertificateSignatureEntry, ...]

    @property
    def mark(self) -> str:
        """`paper` or `console` if a signature was not given by a second factor."""
        methods = {signature.method for signature in self.signatures}
        return next((method for method in ("paper", "console") if method in methods), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class WatcherEntry:
    """A viewer or copy recipient of an account."""

    id: int
    account: int
    person: int
    name: str
    email: str
    kind: str
    events: tuple[str, ...]
    named_by: int
    from_at: datetime
    until_at: datetime | None
