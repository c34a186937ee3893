"""A fresh second factor with each submission that is signed through the API.

The text that is signed is made of the request alone (`/forms` gives the statements), so a
client can make it before it asks the person for a code.

Source: PLAT-151; MASS-027, MASS-037.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Header

from trueup.api.callers import Asker
from trueup.rules.refusal import Refused
from trueup.rules.statements import Statement
from trueup.signing import services as signing
from trueup.signing.checks import NotCertified, SecondFactorMissing
from trueup.signing.entries import Evidence

HEADER = "X-Second-Factor"
SecondFactor = Annotated[
    str,
    Header(
        alias=HEADER,
        max_length=20,
        description="The code that your authenticator shows now. Each code works once, and"
        " every submission that is signed needs a new one.",
    ),
]


def evidence_of(
    asker: Asker,
    code: str,
    *,
    program: str,
    document: str,
    text: str,
    statements: Sequence[Statement],
    accepted: Sequence[str],
    at: datetime,
    for_person: int | None = None,
) -> Evidence:
    """The proof that this person agreed to exactly this text, with a code given now.

    Raises Refused (`not_certified`, `second_factor_missing`, and as `signing` does).

    Source: PLAT-151; MASS-027, MASS-037.
    """
    missing = [item.key for item in statements if item.key not in accepted]
    if missing:
        raise Refused(
            [
                NotCertified(
                    "This is not certified, so it is neither accepted nor acted on. Name in"
                    f" `accepted` each statement that you accept: {', '.join(missing)}."
                )
            ]
        )
    if not code or asker.user is None:
        raise Refused(
            [SecondFactorMissing(f"Send a code of your authenticator in the header {HEADER}.")]
        )
    begun = signing.begin(
        program=program,
        document=document,
        text=text,
        statements=statements,
        signer=asker.person,
        for_person=for_person,
        at=at,
    )
    return signing.prove_code(
        nonce=begun.nonce,
        person=asker.person,
        user=asker.user.pk,
        code=code,
        at=at,
        accepted=accepted,
    )


def code_of(request: HttpRequest) -> str:
    """The code in the header, where an operation takes keys as well."""
    return str(request.headers.get(HEADER, ""))[:20]
