"""Who acts on what, from an address or from a draft; and the address of an act.

Source: 40 CFR 62.16290(a)(2), 62.16315(a), 62.16320(c)(2)(iii); PLAT-004.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse

from trueup.accounts.entries import PersonEntry
from trueup.accounts.submitters import principal_of
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.signing.entries import DraftEntry
from trueup.transfers import queries as transfers
from trueup.web import signed_acts
from trueup.web.access import caller_of
from trueup.web.pages import program_or_404
from trueup.web.signed_acts import Acting, SignedAct
from trueup.web.views.people import person_of

_OF_PRINCIPALS = frozenset({"transfers", "auction_submissions"})


def person_who_asks(request: HttpRequest) -> PersonEntry:
    person = person_of(request)
    if person is None:
        raise PermissionDenied
    return person


def acting_on(
    request: HttpRequest, act: SignedAct, *, code: str, number: str = "", key: object = None
) -> Acting:
    """Who acts on what; refuses whoever may not, without telling more.

    Source: 40 CFR 62.16290(a)(2), 62.16315(a), 62.16320(c)(2)(iii).
    """
    program, person, at = program_or_404(code), person_who_asks(request), signed_acts.now()
    account = entry = None
    if act.subject == signed_acts.ACCOUNT:
        account = ledger.find_account(program=program.code, number=number)
    if act.subject == signed_acts.TRANSFER and isinstance(key, UUID):
        entry = transfers.transfer(key, viewer=person.id)
        account = act.account_of(entry) if entry is not None else None
    if act.subject == signed_acts.THING:
        account = act.account_of_thing(str(key))
    if account is not None and (
        account.program != program.code
        or not caller_of(request).acts_for(account.id, submission=act.kind)
    ):
        raise PermissionDenied
    if account is None and act.subject in (signed_acts.ACCOUNT, signed_acts.TRANSFER):
        raise PermissionDenied
    found = Acting(
        program=program,
        person=person,
        at=at,
        account=account,
        transfer=entry,
        thing=str(key) if act.subject == signed_acts.THING else "",
        for_person=_principal(person, account, act, at),
    )
    if not act.may(found):
        raise PermissionDenied
    return found


def _principal(
    person: PersonEntry, account: AccountEntry | None, act: SignedAct, at: datetime
) -> int | None:
    if account is None or act.kind not in _OF_PRINCIPALS:
        return None  # Only of these the service says whose act an agent's is.
    return principal_of(person.id, account.id, kind=act.kind, at=at)


def acting_of(request: HttpRequest, act: SignedAct, draft: DraftEntry) -> Acting:
    """The same for a draft: what one may do is asked anew when it is signed."""
    is_account = act.subject == signed_acts.ACCOUNT
    is_transfer = act.subject == signed_acts.TRANSFER
    return acting_on(
        request,
        act,
        code=draft.program,
        number=draft.subject if is_account else "",
        key=UUID(draft.subject) if is_transfer else draft.subject,
    )


def address_of(act: SignedAct, acting: Acting) -> str:
    name = f"act-{act.name}"
    if act.subject == signed_acts.PROGRAM:
        return reverse(name, args=[acting.program.code])
    if act.subject in (signed_acts.TRANSFER, signed_acts.THING):
        return reverse(name, args=[acting.program.code, acting.subject])
    return reverse(name, args=[acting.program.code, acting.acted_for.number])
