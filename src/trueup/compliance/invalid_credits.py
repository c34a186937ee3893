"""Reopen a settlement when credits that were used for it prove invalid.

What was invalid comes back by a correcting entry that names the deduction, and is revoked
in the same act; what it covered is a shortfall, and is owed as often as the program says.

Source: 40 CFR 62.16420(c)(5)(iv); 62.16450(d); 62.16535(d); RATE-029, RATE-151; AMB-11;
docs/decisions/0307.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from uuid import uuid5

from django.db import transaction

from trueup.compliance import checks
from trueup.compliance.entries import Resettlement
from trueup.compliance.instructions import DEDUCTIONS, int_lot
from trueup.compliance.passing_over import without
from trueup.compliance.resettlement import Act, Case, carry_out, open_case
from trueup.ledger import services as ledger
from trueup.ledger.entries import Instruction, Range
from trueup.rules.adjustment import without_invalid
from trueup.rules.deduction import Block
from trueup.rules.periods import CompliancePeriod
from trueup.rules.refusal import Refused
from trueup.rules.serials import SerialBlock

CITE = "40 CFR 62.16420(c)(5)(iv); 62.16450(d)"
REVOKE_CITE = "40 CFR 62.16450(d)"


@transaction.atomic
def reopen_for_invalid_credits(
    *,
    program: str,
    period: CompliancePeriod,
    facility: int,
    blocks: Sequence[SerialBlock],
    ground: str,
    recorded_at: datetime,
    actor: str = "administrator",
    unit: int | None = None,
) -> Resettlement:
    """Settle a facility, or an affected EGU, again without credits that prove invalid.

    Serial numbers that were not deducted for this settlement are left alone.

    Raises Refused (`not_settled`, `ground_missing`, `none_of_these_deducted`).

    Source: 40 CFR 62.16420(c)(4), (c)(5)(iv); 62.16450(d); RATE-029, RATE-151; AMB-11.
    """
    if not ground.strip():
        raise Refused([checks.GroundMissing("State why the credits are invalid.")])
    case = open_case(program=program, period=period, facility=facility, unit=unit)
    spans = [
        Range(block.lot.number(case.rules.number), block.first, block.last) for block in blocks
    ]
    adjustment = without_invalid(
        case.settled,
        is_valid=lambda block: _parts(block, spans),
        held=[part for block in case.held() for part, valid in _parts(block, spans) if valid],
        excess_multiplier=case.rules.ratio_of(period),
        excess_vintage_max=case.rules.excess_vintage_max(period),
    )
    if not adjustment.returned:
        raise Refused(
            [
                checks.NoneOfTheseDeducted(
                    f"None of these serial numbers was deducted for {period.name} there."
                )
            ]
        )
    act = Act(
        name="reopened_for_invalid_credits",
        ground=ground,
        actor=actor,
        at=recorded_at,
        decision_class="vi",
        cite=CITE,
    )
    return carry_out(case, adjustment, act, more=[_revocation(case, adjustment.returned, act)])


def _revocation(case: Case, invalid: Sequence[Block], act: Act) -> Instruction:
    """What has come back is revoked at once: nobody uses it again."""
    key = f"{case.rules.code} {case.period.name} {case.row.account_id} invalid {act.at}"
    return Instruction(
        type="cancel",
        source=case.row.account_id,
        destination=ledger.retirement_account(program=case.rules.code, opened_at=act.at).id,
        blocks=tuple(sorted(Range(int_lot(one), one.first, one.last) for one in invalid)),
        key=uuid5(DEDUCTIONS, key),
        actor=act.actor,
        submitted_at=act.at,
        ground=act.ground[:400],
        cite=REVOKE_CITE,
    )


def _parts(block: Block, spans: Sequence[Range]) -> list[tuple[Block, bool]]:
    """A block cut into what is valid and what is not, in order."""
    lot = int_lot(block)
    found = [(span.lo, span.hi) for span in spans if span.lot == lot]
    valid = without((block.first, block.last), found)
    edges = sorted(
        {block.first, block.last + 1, *(low for low, _ in valid), *(high + 1 for _, high in valid)}
    )
    return [
        (
            replace(block, first=first, last=after - 1),
            any(low <= first and after - 1 <= high for low, high in valid),
        )
        for first, after in pairwise(edges)
    ]
