"""Which serial numbers a representative asked to have deducted, and what became of them.

Source: 40 CFR 62.16340(c)(1); 62.16535(c); PLAT-085.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from trueup.compliance.entries import Outcome
from trueup.compliance.models import SerialRequest, Settlement
from trueup.compliance.outcomes import outcomes_of
from trueup.compliance.statements import journals_of
from trueup.rules.periods import CompliancePeriod
from trueup.rules.serials import SerialBlock, parse_block

REQUESTS_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedBlock:
    """A block that was asked for.

    Attributes:
        used: How many of its numbers were deducted; None until the period is settled.
        reasons: Why others were not: `not_held`, `too_new`, `not_usable`, `not_needed`.
    """

    block: SerialBlock
    used: int | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedSerials:
    """A request; late ones are passed over as a whole."""

    period: CompliancePeriod
    submitted_at: datetime
    is_late: bool
    is_settled: bool
    blocks: tuple[AskedBlock, ...]


def asked_serials(account: int, *, program: str) -> list[AskedSerials]:
    """The latest requests of an account, the newest first, with what was used of each.

    A constant number of statements for each period that they are for.

    Source: 40 CFR 62.16340(c)(1); PLAT-085.
    """
    rows = list(
        SerialRequest.objects.filter(program=program, account_id=account).order_by("-id")[
            :REQUESTS_SHOWN
        ]
    )
    periods = {row.period: CompliancePeriod.parse(row.period) for row in rows}
    settled = {
        outcome.period.name: outcome
        for outcome in outcomes_of(
            Settlement.objects.filter(program=program, account_id=account, period__in=list(periods))
        )
    }
    deducted = {
        name: [block for _, block in journals_of([account], period)[account].kept()]
        for name, period in periods.items()
        if name in settled
    }
    return [
        AskedSerials(
            period=periods[row.period],
            submitted_at=row.submitted_at,
            is_late=row.is_late,
            is_settled=row.period in settled,
            blocks=tuple(
                _asked(parse_block(first, last), settled.get(row.period), deducted.get(row.period))
                for first, last in row.blocks
            ),
        )
        for row in rows
    ]


def _asked(
    block: SerialBlock, outcome: Outcome | None, deducted: Sequence[SerialBlock] | None
) -> AskedBlock:
    if outcome is None or deducted is None:
        return AskedBlock(block=block, used=None, reasons=())
    return AskedBlock(
        block=block,
        used=sum(_shared(block, other) for other in deducted),
        reasons=tuple(
            dict.fromkeys(
                passed.reason for passed in outcome.passed_over if _shared(block, passed.block)
            )
        ),
    )


def _shared(one: SerialBlock, other: SerialBlock) -> int:
    """How many serial numbers two blocks have in common."""
    if one.lot != other.lot:
        return 0
    return max(min(one.last, other.last) - max(one.first, other.first) + 1, 0)
