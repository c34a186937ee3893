"""Identity checks, and the scans of papers that belong to them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from trueup.audit import services as audit
from trueup.audit.entries import EventSpec
from trueup.audit.statements import insert_many_returning_ids
from trueup.identity import checks, encryption
from trueup.identity.entries import (
    CHECK_METHODS,
    IdentityCheckEntry,
    IdentityCheckSpec,
    ScanEntry,
)
from trueup.identity.models import IdentityCheck, IdentityScan
from trueup.rules.refusal import Refusal, Refused

SCAN_TYPES = ("application/pdf", "image/jpeg", "image/png")
SCAN_BYTES_MAX = 10_000_000


def record_identity_check(
    *,
    person: int,
    checked_by: str,
    method: str,
    document: str,
    checked_at: datetime,
    note: str = "",
) -> IdentityCheckEntry:
    """Record who checked a person's identity, how, on which kind of paper, and when.

    Raises Refused (`checked_by_oneself`, `check_not_usable`).

    Source: PLAT-026; PLAT-094.
    """
    spec = IdentityCheckSpec(
        person=person,
        checked_by=checked_by,
        method=method,
        document=document,
        checked_at=checked_at,
        note=note,
    )
    return record_identity_checks([spec])[0]


@transaction.atomic
def record_identity_checks(specs: Sequence[IdentityCheckSpec]) -> list[IdentityCheckEntry]:
    """Record identity checks of many persons, all or none, in a constant number of statements.

    Raises Refused with every reason; `row` counts the checks from 1.

    Source: PLAT-026; PLAT-094.
    """
    refusals = [
        refusal
        for row, spec in enumerate(specs, start=1)
        for refusal in _check(spec, row if len(specs) > 1 else None)
    ]
    if refusals:
        raise Refused(refusals)
    ids = insert_many_returning_ids(
        IdentityCheck,
        [
            {
                "person_id": spec.person,
                "checked_by": spec.checked_by,
                "method": spec.method,
                "document": spec.document.strip(),
                "checked_at": spec.checked_at,
                "note": spec.note,
            }
            for spec in specs
        ],
    )
    audit.log_many(
        [
            EventSpec(
                at=spec.checked_at,
                program="",
                actor=spec.checked_by,
                act="record_identity_check",
                subject=f"person:{spec.person}",
                after={"method": spec.method, "document": spec.document.strip()},
                cite="PLAT-026",
            )
            for spec in specs
        ]
    )
    return [
        IdentityCheckEntry(
            id=key,
            person=spec.person,
            checked_by=spec.checked_by,
            method=spec.method,
            document=spec.document.strip(),
            checked_at=spec.checked_at,
            note=spec.note,
        )
        for key, spec in zip(ids, specs, strict=True)
    ]


def _check(spec: IdentityCheckSpec, row: int | None) -> list[Refusal]:
    refusals: list[Refusal] = []
    if is_oneself(spec.checked_by, spec.person):
        refusals.append(
            checks.CheckedByOneself(
                "Nobody checks their own identity; somebody else must look at the papers.", row=row
            )
        )
    if spec.method not in CHECK_METHODS:
        refusals.append(
            checks.CheckNotUsable(
                f"“{spec.method}” is no way to check an identity; give one of"
                f" {', '.join(CHECK_METHODS)}.",
                row=row,
            )
        )
    if not spec.document.strip() or not spec.checked_by:
        refusals.append(
            checks.CheckNotUsable(
                "An identity check names who looked, and at what kind of paper.", row=row
            )
        )
    return refusals


def is_oneself(actor: str, person: int) -> bool:
    """Whether an actor of the audit is this very person, in whatever office."""
    return actor.rpartition(":")[2] == str(person) and ":" in actor


@transaction.atomic
def keep_scan(
    *,
    check: int,
    content: bytes,
    media_type: str,
    kept_by: str,
    at: datetime,
    keep_days: int,
) -> ScanEntry:
    """Keep the scan of an identity paper, encrypted, for the days that the program sets.

    Raises Refused (`scan_not_usable`).

    Source: PLAT-026; PLAT-094.
    """
    if media_type not in SCAN_TYPES or not 0 < len(content) <= SCAN_BYTES_MAX:
        raise Refused(
            [
                checks.ScanNotUsable(
                    "The scan was not kept: give a PDF, JPEG or PNG of at most 10 MB."
                )
            ]
        )
    row = IdentityScan.objects.create(
        check_of_id=check,
        media_type=media_type,
        content=encryption.encrypt(content),
        sha256=hashlib.sha256(content).hexdigest(),
        kept_at=at,
        delete_at=at + timedelta(days=keep_days),
    )
    _log_scan(row, "keep_identity_scan", kept_by, at)
    return scan_entry(row)


def read_scan(
    *, scan: int, by: str, is_permitted: bool, at: datetime, reason: str = ""
) -> tuple[ScanEntry, bytes]:
    """Give the content of a scan to somebody who may read scans; every attempt is logged.

    Args:
        is_permitted: Whether `by` has the function `identity_scans`, which is asked of
            `officials.queries.may` at the edge: no other permission includes it.
        reason: Why it is read; kept with the attempt.

    Raises Refused (`scan_not_permitted`, `scan_gone`); the attempt stays in the log.

    Source: PLAT-004; PLAT-094.
    """
    row = IdentityScan.objects.filter(id=scan).first()
    refusal: Refusal | None = None
    if not is_permitted:
        refusal = checks.ScanNotPermitted(
            "Scans of identity papers are read only by officials with the function"
            " “identity_scans”. The attempt was logged."
        )
    elif row is None or row.content is None:
        refusal = checks.ScanGone("The scan was deleted, or there never was one.")
    audit.log(
        at=at,
        program="",
        actor=by,
        act="refuse_identity_scan" if refusal else "read_identity_scan",
        subject=f"identity_scan:{scan}",
        after={"reason": reason} if reason else None,
        cite="PLAT-094",
    )
    if refusal is not None or row is None or row.content is None:
        raise Refused([refusal or checks.ScanGone("There is no such scan.")])
    return scan_entry(row), encryption.decrypt(bytes(row.content))


@transaction.atomic
def delete_due_scans(now: datetime, *, limit: int = 1000) -> int:
    """Delete the content of the scans whose days are over; their rows and checks stay.

    Source: PLAT-094.
    """
    due = IdentityScan.objects.filter(deleted_at=None, delete_at__lte=now).order_by("delete_at")
    rows = list(due.only("id", "check_of_id", "sha256")[:limit])
    IdentityScan.objects.filter(id__in=[row.id for row in rows]).update(
        content=None, deleted_at=now
    )
    audit.log_many(
        [
            EventSpec(
                at=now,
                program="",
                actor="registry",
                act="delete_identity_scan",
                subject=f"identity_scan:{row.id}",
                before={"check": row.check_of_id, "sha256": row.sha256},
                cite="PLAT-094",
            )
            for row in rows
        ]
    )
    return len(rows)


def scan_entry(row: IdentityScan) -> ScanEntry:
    return ScanEntry(
        id=row.id,
        check=row.check_of_id,
        media_type=row.media_type,
        sha256=row.sha256,
        kept_at=row.kept_at,
        delete_at=row.delete_at,
        deleted_at=row.deleted_at,
    )


def _log_scan(row: IdentityScan, act: str, actor: str, at: datetime) -> None:
    audit.log(
        at=at,
        program="",
        actor=actor,
        act=act,
        subject=f"identity_scan:{row.id}",
        after={"check": row.check_of_id, "sha256": row.sha256, "delete_at": str(row.delete_at)},
        cite="PLAT-094",
    )
