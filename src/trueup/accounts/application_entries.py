"""Applications for general accounts, notices of closure and objections, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from trueup.accounts.application_models import WITH_THE_ADMINISTRATOR, WITH_THE_APPLICANT
from trueup.accounts.ownership_entries import PartySpec


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationSpec:
    """What an application says.

    Attributes:
        representatives, alternates: Persons; as many as the paper names, so that too many
            can be said to be too many.
        parties: All persons with an ownership interest.
        changed_on: When the parties changed, if the application says that they did.
    """

    name: str
    representatives: tuple[int, ...] = ()
    alternates: tuple[int, ...] = ()
    parties: tuple[PartySpec, ...] = ()
    jurisdiction: str = ""
    changed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person as an application gives them: name and ways to be reached."""

    id: int
    name: str
    address: str
    phone: str
    email: str
    fax: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEntry:
    """A step in the life of an application; `missing` where it was found incomplete."""

    act: str
    state: str
    actor: str
    at: datetime
    reason: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationSignatureEntry:
    """A signature under the revision that stands."""

    person: int
    signed_at: datetime
    method: str
    digest: str
    signature: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationEntry:
    """An application as it stands.

    Attributes:
        missing: What was missing when it was last submitted, element by element.
    """

    id: int
    program: str
    kind: str
    state: str
    applicant: int
    account: int | None
    document: ApplicationSpec
    revision: int
    begun_at: datetime
    received_at: datetime | None
    heard_at: datetime
    reminders: int
    decided_at: datetime | None
    missing: tuple[str, ...]
    signatures: tuple[ApplicationSignatureEntry, ...]
    steps: tuple[StepEntry, ...]

    @property
    def waits_for_the_applicant(self) -> bool:
        return self.state in WITH_THE_APPLICANT

    @property
    def waits_for_the_administrator(self) -> bool:
        return self.state in WITH_THE_ADMINISTRATOR

    @property
    def people(self) -> frozenset[int]:
        """The applicant and all whom the application names to act."""
        named = (*self.document.representatives, *self.document.alternates)
        return frozenset({self.applicant, *named})


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingEntry:
    """What may close an account: a request, or a notice for inactivity.

    Attributes:
        ends_on: Last day of the period after a notice; closed on the day after.
    """

    id: int
    account: int
    kind: str
    state: str
    ground: str
    asked_by: int | None
    begun_at: datetime
    ends_on: date | None
    good_cause: str
    good_cause_at: datetime | None
    ended_at: datetime | None
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionEntry:
    """An objection, as it was received; it has no effect."""

    id: int
    account: int
    by: str
    about: str
    text: str
    received_at: datetime
    entered_by: str
