"""Keep the signature under a form of an account, in the transaction of its act."""

from __future__ import annotations

from datetime import datetime

from trueup.accounts.watchers import with_copies
from trueup.audit import services as audit
from trueup.rules import programs
from trueup.signing import forms
from trueup.signing import services as signing
from trueup.signing.entries import Evidence, SignatureEntry

# Of the other forms there are notices of their own.
RECEIPTED = ("certificate", "closure", "owners", "retired_unit")


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

    Whoever signed, and the one in whose name, get a receipt.

    Raises Refused as `signing.services.sign` does.

    Source: 40 CFR 62.16320(c)(2)(ii), (e); 62.16295; PLAT-150, PLAT-151, PLAT-152.
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
    if form in RECEIPTED:
        _acknowledge(kept, form=form, for_person=for_person, account=account)
    return kept.id


def _acknowledge(
    kept: SignatureEntry, *, form: str, for_person: int | None, account: int | None
) -> None:
    """Tell the signer, and the one in whose name, that it was received."""
    people = [kept.signer, *([for_person] if for_person is not None else [])]
    receipts = audit.receipts_of(
        people,
        program=kept.program,
        what=forms.form(form).title,
        reference=f"signature {kept.id}",
        received_at=kept.received_at,
        account=account,
    )
    audit.notify(with_copies(receipts))
