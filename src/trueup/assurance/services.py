"""What is done about assurance levels; each function is one database transaction."""

from trueup.assurance.assessing import assess_states
from trueup.assurance.taking import take_what_is_due

__all__ = ["assess_states", "take_what_is_due"]
