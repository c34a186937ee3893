"""What persons sign about resources: kept in the transaction of the act itself.

Source: 40 CFR 62.16445(a)(8), 62.16455(d), 62.16460(c), 62.16515(c)(2)(ii); PLAT-151.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trueup.resources.models import Resource
from trueup.rules.statements import Statement
from trueup.signing import services as signing
from trueup.signing.entries import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A text that a person signed, with the statements accepted and the second factor.

    Attributes:
        document: The key of the form in the library.
    """

    document: str
    text: str
    statements: tuple[Statement, ...]
    evidence: Evidence


def keep_signature(resource: Resource, signed: Signed | None, *, person: int, at: datetime) -> None:
    """Keep the signature of an act; without one (bulk filing, the command line) nothing.

    Raises Refused as `signing.sign` does: then the act is not done either.

    Source: 40 CFR 62.16445(a)(8), 62.16515(c)(2)(ii); PLAT-151, PLAT-152.
    """
    if signed is None:
        return
    signing.sign(
        program=resource.program,
        document=signed.document,
        text=signed.text,
        statements=signed.statements,
        signer=person,
        for_person=None,
        evidence=signed.evidence,
        signed_at=at,
        account=resource.account_id,
    )
