"""What goes into this context and what comes out of it: plain, immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from trueup.accounts.entries import FacilityAccountEntry
from trueup.emissions.earning import EguEarning
from trueup.rules.eligibility import Uprate
from trueup.rules.refusal import Refusal
from trueup.rules.serials import SerialBlock

APPROACHES = ("rate", "mass", "none")
PLANS = ("federal", "model")
RESOURCE_STATES = ("described", "submitted", "registered", "rejected", "revoked")
APPLICATION_STATES = ("submitted", "info_asked", "approved", "rejected")
REPORT_STATES = ("submitted", "verified", "incomplete", "issued", "superseded")
ENGAGEMENT_STATES = ("disclosed", "approved", "refused")
REVOCATION_CAUSES = ("INELIGIBLE", "INTENTIONAL", "REPEATED_ERROR")
SUSPENSION_CAUSES = ("INVESTIGATION", "REPEATED_ERROR", "INTENTIONAL")
AWARD_PURPOSES = ("renewable_energy", "early_action", "matching")
VERIFIER_CAUSES = ("NON_DISCLOSURE", "LOSS_OF_QUALIFICATION", "NEGLIGENCE", "INTENTIONAL")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceSpec:
    """A resource as its sponsor describes it; see `rules.eligibility.Showing`."""

    name: str
    category: str
    jurisdiction: str
    capacity_mw: Decimal
    in_service_on: date | None
    kind: str = ""
    grid: str = "EASTERN"
    uprate: Uprate | None = None
    derated_on: date | None = None
    is_relicensed: bool = False
    contract_with: str = ""
    is_regional_supply: bool = False
    has_meter: bool = True
    savings_kind: str = ""
    savings_basis: str = "EX_POST"
    is_distributed: bool = False
    exclusion: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that is handed in with a paper."""

    name: str
    media_type: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSpec:
    """An M&V report: MWh of whole months of one year, and what it says.

    Attributes:
        meter_file: Its meter data, `start,end,mwh`; it covers the months whole.
        more_meter_files: Those of further meters, which are added.
    """

    year: int
    mwh: Decimal
    elements: Mapping[str, str]
    first_month: int = 1
    last_month: int = 12
    meter_file: Upload | None = None
    more_meter_files: tuple[Upload, ...] = ()
    uploads: tuple[Upload, ...] = ()

    @property
    def meter_files(self) -> tuple[Upload, ...]:
        """All files of meter data."""
        first = (self.meter_file,) if self.meter_file is not None else ()
        return (*first, *self.more_meter_files)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierSpec:
    """A verifier that asks for accreditation, with its evidence.

    Attributes:
        categories: None named: every category.
        evidence: `auditing`, `program`, `categories`, `tasks`, `conflict_controls`: what
            shows each of them.
    """

    name: str
    team: tuple[int, ...]
    categories: tuple[str, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)
    sp_rating: str = ""
    moodys_rating: str = ""
    debarred_on: date | None = None
    review_due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceEntry:
    """A resource as the register knows it."""

    id: int
    program: str
    name: str
    category: str
    kind: str
    jurisdiction: str
    account: int | None
    state: str
    identifier: str
    capacity_mw: Decimal
    in_service_on: date | None
    registered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentEntry:
    """A file of a paper."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentEntry:
    """A paper as it was filed."""

    id: int
    resource: int
    kind: str
    version: int
    sha256: str
    filed_at: datetime
    filed_by: str
    elements: Mapping[str, str]
    attachments: tuple[AttachmentEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEntry:
    """An M&V report and how far it has come."""

    id: int
    resource: int
    year: int
    first_month: int
    last_month: int
    sequence: int
    state: str
    mwh: Decimal
    verified_mwh: Decimal | None
    is_excessive: bool
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What the total of a report's months became when it was reported anew.

    Attributes:
        difference: A credit above 0, a debit below.
        is_for_official: Credits were issued on it: an official decides on the difference.
    """

    report: ReportEntry
    difference: Decimal
    is_for_official: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierEntry:
    """A verifier and its accreditation."""

    id: int
    program: str
    name: str
    categories: tuple[str, ...]
    accredited_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeOfCredits:
    """A published notice of a year's calculated credits."""

    id: int
    program: str
    year: int
    published_at: datetime
    closes_on: date
    resources: int
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EguIssuanceEntry:
    """Credits that were issued into the compliance account of an affected EGU."""

    owner: FacilityAccountEntry
    year: int
    category: str
    quantity: int
    block: SerialBlock
    tx: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EguRoundEntry:
    """What was issued to affected EGUs at once.

    Attributes:
        waiting: Earned, but in no closed notice with this quantity.
        over_issued: Where more was issued for the period than is earned by now.
    """

    id: int
    year: int
    issued: tuple[EguIssuanceEntry, ...]
    waiting: tuple[EguEarning, ...]
    over_issued: tuple[EguEarning, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper without files that is to be kept; ids of what it belongs to."""

    resource: int
    kind: str
    elements: Mapping[str, str]
    filed_at: datetime
    filed_by: str
    application: int | None = None
    report: int | None = None
    verifier: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A resource that was issued nothing, and why."""

    resource: int
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class YearOfIssues:
    """What was issued for a year at once, and who was left out."""

    issued: tuple[IssuanceEntry, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterRow:
    """A month's whole MWh of a resource, as its reporter states them."""

    resource: int
    year: int
    month: int
    mwh: Decimal
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterChange:
    """What a row did: the version that now counts, and the debit or credit against before."""

    resource: int
    year: int
    month: int
    version: int
    mwh: Decimal
    difference: Decimal
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingSpec:
    """A part of each issue that is to go to another account.

    Attributes:
        destination: The number of the receiving account.
        percent: Of each issue, above 0 and up to 100; or `up_to` so many credits of it.
        priority: Lower numbers first.
        takes_part: Whether less than the whole is taken when less is left.
        is_irrevocable: It ends only when both sides want it, or an official ends it.
    """

    resource: int
    destination: str
    percent: Decimal | None = None
    up_to: int | None = None
    priority: int = 1
    from_vintage: int | None = None
    to_vintage: int | None = None
    takes_part: bool = True
    is_irrevocable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingEntry:
    """A standing instruction as it is kept; `destination` is the account's id."""

    id: int
    resource: int
    destination: int
    percent: Decimal | None
    up_to: int | None
    priority: int
    from_vintage: int | None
    to_vintage: int | None
    takes_part: bool
    is_irrevocable: bool
    given_at: datetime
    end_wanted_by_sponsor: int | None
    end_wanted_by_holder: int | None
    ended_at: datetime | None
    ended_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuanceEntry:
    """Credits that were issued to a resource for a year; no block if none were."""

    id: int
    resource: int
    year: int
    quantity: int
    corrected: int
    block: SerialBlock | None
    issued_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowanceAward:
    """Allowances of a set-aside that went to a resource for a year's MWh.

    Attributes:
        purpose: One of AWARD_PURPOSES.
        tx: The transaction in the journal that moved them.
    """

    resource: int
    purpose: str
    year: int
    quantity: int
    tx: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtEntry:
    """Credits demanded back, and how many of them are still owed by when."""

    id: int
    resource: int
    account: int
    cause: str
    demanded: int
    revoked: int
    open: int
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Where a credit comes from: its resource, its issuance and every paper behind it."""

    resource: ResourceEntry
    issuance: IssuanceEntry
    documents: tuple[DocumentEntry, ...]
