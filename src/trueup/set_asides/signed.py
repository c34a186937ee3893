"""What sponsors sign about projects: kept in the transaction of the act itself.

Source: 40 CFR 62.16245(a)(3)(ii)(G), 62.16320(c)(2)(ii); PLAT-151.
"""

from __future__ import annotations

from datetime import datetime

from trueup.resources.signed import Signed
from trueup.signing import services as signing

__all__ = ["Signed", "keep_signature"]


def keep_signature(
    signed: Signed | None, *, program: str, actor: str, at: datetime, account: int | None = None
) -> None:
    """Keep the signature of a person's act; without one (bulk, the command line) nothing.

    Args:
        actor: `person:17`.

    Raises Refused as `signing.sign` does: then the act is not done either.

    Source: 40 CFR 62.16245(a)(3)(ii)(G), 62.16320(c)(2)(ii); PLAT-151, PLAT-152.
    """
    if signed is None:
        return
    signing.sign(
        program=program,
        document=signed.document,
        text=signed.text,
        statements=signed.statements,
        signer=int(actor.removeprefix("person:")),
        for_person=None,
        evidence=signed.evidence,
        signed_at=at,
        account=account,
    )
