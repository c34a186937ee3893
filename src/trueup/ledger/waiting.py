"""What waits: reserved serial numbers, holds on accounts, claims to be met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from trueup.audit.statements import among
from trueup.ledger import checks
from trueup.ledger.entries import (
    ClaimSpec,
    Range,
)
from trueup.ledger.models import (
    Claim,
    Hold,
    Holding,
    Reservation,
)
from trueup.ledger.plan import Plan
from trueup.ledger.recordation import PLANS
from trueup.ledger.store import store
from trueup.rules.refusal import Refused

BATCH = 1000


@transaction.atomic
def reserve(*, account: int, blocks: Sequence[Range], placed_at: datetime, note: str = "") -> int:
    """Set serial numbers aside for a transfer that waits; they cannot go elsewhere.

    Returns the reservation's id, which the transfer names when it is recorded.

    Raises Refused (`not_whole_number`, `duplicate_serials`, `serials_not_held`).

    Source: 40 CFR 62.16375 "CO2 allowances held"; PLAT-045.
    """
    reasons = checks.unreadable(blocks)
    if reasons:
        raise Refused(reasons)
    reservation = Reservation.objects.create(account_id=account, note=note, placed_at=placed_at)
    books = store()
    for _ in range(PLANS):
        facts = books.read_facts(blocks, [account], [], 0)
        missing = facts.rows.missing(blocks, account=account, reservation=None)
        if missing:
            elsewhere = [
                checks.Elsewhere(range=part.range, holder=None, reserved=part.reserved)
                for part in missing
            ]
            raise Refused([checks.not_held(elsewhere)])
        for block in blocks:
            for row in facts.rows.cut(block):
                row.reservation = reservation.pk
                row.changed = True
        if books.write(Plan(rows=facts.rows)):
            return int(reservation.pk)
    raise RuntimeError(f"a reservation was planned {PLANS} times in vain")


def release(reservation: int) -> None:
    """Free serial numbers that waited in a transfer which will not be recorded.

    Source: PLAT-045.
    """
    release_all([reservation])


def release_all(reservations: Iterable[int]) -> None:
    """Free the serial numbers of several reservations in one statement.

    Source: PLAT-045.
    """
    Holding.objects.filter(reservation_id__in=among(reservations)).update(reservation=None)


def place_hold(
    accounts: Sequence[int], *, vintage_max: int, ground: str, placed_at: datetime
) -> None:
    """Let transfers of these vintages to or from the accounts wait until released.

    Placing the same hold again changes nothing.

    Source: 40 CFR 62.16335(b).
    """
    Hold.objects.bulk_create(
        [
            Hold(account_id=account, vintage_max=vintage_max, ground=ground, placed_at=placed_at)
            for account in accounts
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )


def release_hold(accounts: Sequence[int], *, ground: str, released_at: datetime) -> int:
    """End a hold on accounts; how many there were.

    Source: 40 CFR 62.16335(b).
    """
    held = Hold.objects.filter(ground=ground, released_at=None, account_id__in=accounts)
    return held.update(released_at=released_at)


@transaction.atomic
def place_claims(claims: Sequence[ClaimSpec], *, placed_at: datetime) -> list[int]:
    """Note what accounts owe; from now on every arrival is taken until it is met.

    Source: 40 CFR 62.16340(d), 62.16220(c)(1)(ii)(A).
    """
    placed = Claim.objects.bulk_create(
        [
            Claim(
                account_id=claim.account,
                destination_id=claim.destination,
                owed=claim.owed,
                vintage_max=claim.vintage_max,
                barred=" ".join(sorted(claim.barred)),
                ground=claim.ground,
                placed_at=placed_at,
            )
            for claim in claims
        ],
        batch_size=BATCH,
    )
    return [claim.pk for claim in placed]


def withdraw_claim(claim: int, *, withdrawn_at: datetime) -> None:
    """End a claim that is not owed any more; what was taken stays taken.

    Source: 40 CFR 62.16370.
    """
    Claim.objects.filter(id=claim, withdrawn_at=None).update(withdrawn_at=withdrawn_at)
