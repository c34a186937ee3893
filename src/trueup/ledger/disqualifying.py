"""Credits that do not qualify any more.

Source: 40 CFR 62.16420(c)(3).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from trueup.audit.statements import insert_many
from trueup.ledger.entries import Range
from trueup.ledger.models import Disqualification


def disqualify(blocks: Sequence[Range], *, ground: str, actor: str, recorded_at: datetime) -> None:
    """Keep serial numbers from being used for compliance from now on, wherever they are.

    They can still be held and transferred.

    Source: 40 CFR 62.16420(c)(3); RATE-025.
    """
    insert_many(
        Disqualification,
        [
            {
                "lot_id": block.lot,
                "lo": block.lo,
                "hi": block.hi,
                "ground": ground[:200],
                "actor": actor,
                "recorded_at": recorded_at,
            }
            for block in blocks
        ],
    )
