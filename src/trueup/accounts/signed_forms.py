"""Keep the signature under a form of an account, in the transaction of its act."""

from __future__ import annotations

from datetime import datetime

from trueup.rules import programs
from trueup.signing import forms
from trueup.signing import services as signing
from trueup.signing.entries import Evidence


def keep_signature(
    *,
    program: str,
    form: str,
    text: str,
    signer: int,
    evidence: Evidence | None,
    signed_at: datetime,
    account: int | None = None,
    account_kind: str = "general",
    for_person: int | None = None,
) -> int | None:
    """The key of the signature; None without evidence: said on the console or by a test.

    Raises Refused as `signing.services.sign` does.

    Source: 40 CFR 62.16320(c)(2)(ii), (e); 62.16295; PLAT-151, PLAT-152.
    """
    if evidence is None:
        return None
    rules = programs.load(program)
    statements = forms.statements_for(form, rules.people.statements, account_kind=account_kind)
    kept = signing.sign(
        program=program,
        document=form,
        text=text,
        statements=statements,
        signer=signer,
        for_person=for_person,
        evidence=evidence,
        signed_at=signed_at,
        account=account,
    )
    return kept.id
