"""What officials do at the desk; each function is one database transaction.

An act that one official may do alone is done. One that needs a second official becomes a
proposal, which is carried out in the transaction of the second's approval, with all its
checks made again. A freeze takes effect at once and is confirmed or undone by a second.
"""

from __future__ import annotations

from trueup.desk.approving import approve_in_job, carry_out_approved, resume
from trueup.desk.deciding import approve, confirm, decline, withdraw
from trueup.desk.entering import enter_certificate, enter_papers
from trueup.desk.notes import write_note
from trueup.desk.proposing import act, act_text, consequences, recommend, take_up, verdict_text
from trueup.desk.typing_again import type_again

__all__ = [
    "act",
    "act_text",
    "approve",
    "approve_in_job",
    "carry_out_approved",
    "confirm",
    "consequences",
    "decline",
    "enter_certificate",
    "enter_papers",
    "recommend",
    "resume",
    "take_up",
    "type_again",
    "verdict_text",
    "withdraw",
    "write_note",
]
