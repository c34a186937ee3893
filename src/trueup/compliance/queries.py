"""What facilities owe and hold, and how their periods were settled.

Every function takes a constant number of statements, however many facilities there are.
"""

from trueup.compliance.budget_use import budget_uses, used_by_origin
from trueup.compliance.outcomes import (
    appeals,
    omission,
    omissions,
    outcome,
    outcomes,
    outcomes_of_facility,
    periods_settled,
    result_of,
    runs,
)
from trueup.compliance.overviews import (
    reopened,
    short_facilities,
    state_summaries,
    totals_by_state,
)
from trueup.compliance.positions import (
    claimed,
    not_ready,
    obligation,
    position,
    positions,
    shortage,
    usable,
)
from trueup.compliance.statements import deducted_blocks, statement, supplement

__all__ = [
    "appeals",
    "budget_uses",
    "claimed",
    "deducted_blocks",
    "not_ready",
    "obligation",
    "omission",
    "omissions",
    "outcome",
    "outcomes",
    "outcomes_of_facility",
    "periods_settled",
    "position",
    "positions",
    "reopened",
    "result_of",
    "runs",
    "short_facilities",
    "shortage",
    "state_summaries",
    "statement",
    "supplement",
    "totals_by_state",
    "usable",
    "used_by_origin",
]
