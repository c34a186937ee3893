"""The states of a transfer in its people's words: the one vocabulary of every page.

Source: PLAT-051, PLAT-052, PLAT-094; 40 CFR 62.16330, 62.16335.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trueup.transfers.entries import ProposalEntry, TransferEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class StateWords:
    """What a state is called, what it means for its people, and how it is tinted.

    Attributes:
        look: A kind of `<c-status>`: `good`, `bad`, `care`, or none.
    """

    key: str
    word: str | Promise
    meaning: str | Promise
    look: str = "care"


def _words(key: str, word: Promise, meaning: Promise, look: str = "care") -> StateWords:
    return StateWords(key=key, word=word, meaning=meaning, look=look)


# In the order in which a transfer may pass through them.
STATES: dict[str, StateWords] = {
    found.key: found
    for found in (
        _words("draft", _("Not submitted"), _("Nobody has signed it, so nothing will move.")),
        _words(
            "proposed",
            _("Not submitted"),
            _("It was prepared for a representative to sign. Until then nothing moves."),
        ),
        _words(
            "awaiting_approval",
            _("Waits for a second signature"),
            _("It counts as submitted when a second person has signed it."),
        ),
        _words(
            "awaiting_acceptance",
            _("Waits for the receiver"),
            _("A representative of the receiving account has to accept it."),
        ),
        _words(
            "delayed",
            _("Waits out its delay"),
            _("It is recorded when its delay is over. Until then it can be withdrawn."),
        ),
        _words(
            "held",
            _("Waits for the deductions"),
            _("It came after the transfer deadline; it is recorded after the deductions."),
        ),
        _words("recorded", _("Recorded"), _("The serial numbers have moved."), "good"),
        _words("refused", _("Refused"), _("It was not recorded, and nothing moved."), "bad"),
        _words("cancelled", _("Withdrawn"), _("Its own side called it off; nothing moved."), ""),
        _words(
            "stopped",
            _("Stopped by the Administrator"),
            _("The Administrator called it off; nothing moved."),
            "bad",
        ),
        _words(
            "rejected",
            _("Refused by the second person"),
            _("The second person did not approve it; nothing moved."),
            "bad",
        ),
        _words(
            "declined",
            _("Refused by the receiver"),
            _("The receiving account did not accept it; nothing moved."),
            "bad",
        ),
        _words("expired", _("Expired"), _("Nobody signed it in time; nothing moved."), ""),
        _words("signed", _("Submitted"), _("A representative has signed it."), "good"),
        _words(
            "ended",
            _("Ended"),
            _("It ended with the representative for whom it was prepared."),
            "",
        ),
    )
}


def state_of(entry: TransferEntry) -> StateWords:
    """The state of a transfer, told apart by who ended it.

    Source: 40 CFR 62.16335(b), (e); PLAT-052, PLAT-094.
    """
    key = entry.state
    if key == "cancelled" and entry.decision is not None:
        key = "stopped"
    if key == "rejected" and (entry.asked_at is None or entry.approved_by is not None):
        key = "declined"
    return STATES[key]


def state_of_proposal(entry: ProposalEntry) -> StateWords:
    """The state of what was prepared for a representative to sign."""
    return STATES[entry.state]


def state_of_draft() -> StateWords:
    """A draft is not submitted, wherever it appears."""
    return STATES["draft"]
