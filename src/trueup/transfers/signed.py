"""Keep the signature of an act on transfers, in the act's own database transaction.

Without evidence an act was said on the console, by the demonstration or by a test; then
there is no signature, and the pages mark it so.

Source: PLAT-050, PLAT-151; MASS-027.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from trueup.ledger.entries import AccountEntry
from trueup.rules.program import Program
from trueup.signing import services as signing
from trueup.signing.entries import Evidence
from trueup.transfers.canonical import statements_for


def sign(
    *,
    rules: Program,
    document: str,
    text: str,
    accounts: Sequence[AccountEntry],
    signer: int,
    principal: int | None,
    evidence: Evidence | None,
    signed_at: datetime,
    received_at: datetime | None = None,
) -> int | None:
    """The id of the signature; None without evidence.

    Raises Refused as `signing.services.sign` does.

    Source: PLAT-151; 40 CFR 62.16295, 62.16320(c)(2)(ii), (e).
    """
    if evidence is None:
        return None
    signature = signing.sign(
        program=rules.code,
        document=document,
        text=text,
        statements=statements_for(rules, accounts),
        signer=signer,
        for_person=principal if principal != signer else None,
        evidence=evidence,
        signed_at=signed_at,
        received_at=received_at,
        account=accounts[0].id if len(accounts) == 1 else None,
    )
    return signature.id
