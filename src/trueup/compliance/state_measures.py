"""Credits that a State has counted towards its own measures.

Source: 40 CFR 62.16420(c)(3); AMB-39.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from trueup.audit import services as audit
from trueup.compliance import checks
from trueup.ledger import services as ledger
from trueup.ledger.entries import range_of
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.rules.serials import SerialBlock

GROUND = "counted towards State measures"
CITE = "40 CFR 62.16420(c)(3)"


@transaction.atomic
def count_toward_state_measures(
    *,
    program: str,
    blocks: Sequence[SerialBlock],
    recorded_at: datetime,
    jurisdiction: str = "",
    actor: str = "administrator",
) -> None:
    """Note that a State used credits to show that it achieved its State measures.

    They do not qualify for any compliance demonstration from now on, whoever holds them,
    and pay no debt; what was deducted before stays deducted.

    Raises Refused (`no_state_measures`) in a program without credits.

    Source: 40 CFR 62.16420(c)(3); RATE-025, AMB-39.
    """
    rules = programs.load(program)
    if not rules.is_rate_based:
        raise Refused([checks.NoStateMeasures(f"{rules.name} has no credits.")])
    ledger.disqualify(
        [range_of(block, program_number=rules.number) for block in blocks],
        ground=f"{GROUND} {jurisdiction}".strip(),
        actor=actor,
        recorded_at=recorded_at,
    )
    audit.log(
        at=recorded_at,
        program=program,
        actor=actor,
        act="count_toward_state_measures",
        subject=f"state_measures:{jurisdiction or program}",
        after={"blocks": [str(block) for block in blocks]},
        cite=CITE,
    )
