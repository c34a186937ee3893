"""Everything that the registry has on one facility in one program, a bounded part of each.

Every section is read in a constant number of statements, however long its history is.

Source: PLAT-018, PLAT-140; 40 CFR 62.16345.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from trueup.accounts import certificate_reads
from trueup.accounts import queries as accounts
from trueup.accounts.certificate_entries import CertificateEntry
from trueup.accounts.entries import (
    FacilityAccountEntry,
    FacilityEntry,
    RepresentativeEntry,
    UnitEntry,
)
from trueup.accounts.models import Representative
from trueup.accounts.ownership import parties_of
from trueup.accounts.ownership_entries import PartyEntry
from trueup.allocation.models import AllocationRecord
from trueup.audit import appeals
from trueup.audit import queries as audit
from trueup.audit.entries import AppealEntry, DecisionEntry, EventEntry, NoticeEntry
from trueup.audit.models import Decision, Notice
from trueup.audit.statements import among
from trueup.compliance import queries as compliance
from trueup.compliance.entries import Outcome
from trueup.compliance.instructions import settlement_subject
from trueup.desk.models import FacilityNote
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.transfers import queries as transfers
from trueup.transfers.entries import TransferEntry
from trueup.transfers.models import Transfer

SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPart:
    """A compliance account with what it holds and who acts for it."""

    entry: AccountEntry
    unit: UnitEntry | None
    quantity: int
    representatives: list[RepresentativeEntry]
    parties: list[PartyEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityFile:
    """A facility's file; each list has at most `SHOWN` rows, the latest first."""

    facility: FacilityEntry
    units: list[UnitEntry]
    accounts: list[AccountPart]
    certificates: list[CertificateEntry]
    former: list[Representative]
    allocations: list[AllocationRecord]
    settlements: list[Outcome]
    transfers: list[TransferEntry]
    notices: list[NoticeEntry]
    decisions: list[DecisionEntry]
    appeals: list[AppealEntry]
    events: list[EventEntry]
    notes: list[FacilityNote]


def facility_file(facility: FacilityEntry, *, program: str, today: date) -> FacilityFile:
    """Read a facility's file in one program.

    Source: PLAT-018, PLAT-140.
    """
    held = accounts.facility_accounts(program=program, facilities=[facility.id])
    ids = [one.account for one in held]
    settlements = compliance.outcomes_of_facility(program=program, facility=facility.id)
    decisions = _decisions(program, settlements)
    return FacilityFile(
        facility=facility,
        units=accounts.units_of([facility.id])[facility.id],
        accounts=_accounts(held, today=today),
        certificates=certificate_reads.certificates_of(
            program=program, facility=facility.id, limit=SHOWN
        ),
        former=list(
            Representative.objects.filter(account_id__in=among(ids), until_at__isnull=False)
            .select_related("person", "account")
            .order_by("-until_at", "-id")[:SHOWN]
        ),
        allocations=list(
            AllocationRecord.objects.filter(account_id__in=among(ids))
            .select_related("run", "unit")
            .order_by("-id")[:SHOWN]
        ),
        settlements=settlements[:SHOWN],
        transfers=transfers.entries(
            list(
                Transfer.objects.filter(
                    Q(source_id__in=among(ids)) | Q(destination_id__in=among(ids))
                ).order_by("-id")[:SHOWN]
            )
        ),
        notices=[
            audit.notice_entry(row)
            for row in Notice.objects.filter(account_id__in=among(ids)).order_by("-id")[:SHOWN]
        ],
        decisions=decisions,
        appeals=[
            appeal
            for found in appeals.appeals_of([one.id for one in decisions]).values()
            for appeal in found
        ],
        events=audit.events_of(f"facility:{facility.id}", limit=SHOWN),
        notes=list(
            FacilityNote.objects.filter(program=program, facility_id=facility.id)
            .select_related("by")
            .order_by("-id")[:SHOWN]
        ),
    )


def _accounts(held: list[FacilityAccountEntry], *, today: date) -> list[AccountPart]:
    ids = [one.account for one in held]
    entries, totals = ledger.accounts_by_id(ids), ledger.totals_of(ids)
    seats, parties = accounts.representatives(ids), parties_of(ids, on=today)
    return [
        AccountPart(
            entry=entries[one.account],
            unit=one.unit,
            quantity=totals[one.account],
            representatives=seats[one.account],
            parties=parties[one.account],
        )
        for one in held
    ]


def _decisions(program: str, settlements: list[Outcome]) -> list[DecisionEntry]:
    """The decisions on the facility's settlements, those after audits and appeals as well."""
    subjects = [settlement_subject(program, one.period, one.account) for one in settlements]
    rows = Decision.objects.filter(subject__in=subjects).order_by("-id")[:SHOWN]
    return [audit.decision_entry(row) for row in rows]
