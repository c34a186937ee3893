"""What is done with signatures; each function is one database transaction.

A page or the API calls `begin`, shows the text, and gives the second factor with
`prove_code` or `prove_passkey`; the evidence goes to the service of the act, which calls
`sign` in its own transaction. An official enters a form on paper with `enter_paper`, a
second one approves it with `approve_paper`, and `paper.evidence` goes the same way.
"""

from __future__ import annotations

from trueup.signing.challenges import begin, prove_code, prove_passkey
from trueup.signing.drafts import (
    change_draft,
    delete_old_drafts,
    discard_draft,
    finish_draft,
    keep_draft,
)
from trueup.signing.entries import Evidence
from trueup.signing.papers import approve_paper, enter_paper
from trueup.signing.signatures import accept_agreement, sign

__all__ = [
    "Evidence",
    "accept_agreement",
    "approve_paper",
    "begin",
    "change_draft",
    "delete_old_drafts",
    "discard_draft",
    "enter_paper",
    "finish_draft",
    "keep_draft",
    "prove_code",
    "prove_passkey",
    "sign",
]
