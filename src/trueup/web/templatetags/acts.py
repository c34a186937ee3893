"""Links to what a person can sign for an account or a transfer."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.translation import gettext

from trueup.ledger.entries import AccountEntry
from trueup.transfers.entries import TransferEntry
from trueup.web import signed_acts
from trueup.web.access import caller_of
from trueup.web.acts import ACTS
from trueup.web.signed_acts import Acting, SignedAct
from trueup.web.views.people import person_of

register = template.Library()

Links = list[tuple[str, str]]


@register.simple_tag(takes_context=True)
def acts_on_account(context: Context, account: AccountEntry) -> Links:
    """Title and address of each act that whoever looks may sign for an account.

    The list of its transfers comes first, for whoever may submit them.
    """
    found = _links(context, signed_acts.ACCOUNT, account=account, key=account.number)
    if any(address.endswith("/transfer/") for _, address in found):
        address = reverse("transfers", args=[account.program, account.number])
        found.insert(0, (gettext("Transfers, and what is not submitted"), address))
    request = context["request"]
    if request.user.is_authenticated and account.id in caller_of(request).represents:
        for name, title in (
            ("watchers", gettext("Viewers and copies")),
            ("objections", gettext("Objections")),
        ):
            found.append((title, reverse(name, args=[account.program, account.number])))
    return found


@register.simple_tag(takes_context=True)
def acts_on_transfer(context: Context, entry: TransferEntry) -> Links:
    """Title and address of each act that whoever looks may sign on a transfer."""
    return _links(context, signed_acts.TRANSFER, transfer=entry, key=entry.key)


def _links(
    context: Context,
    subject: str,
    *,
    key: object,
    account: AccountEntry | None = None,
    transfer: TransferEntry | None = None,
) -> Links:
    request = context["request"]
    if not request.user.is_authenticated:
        return []
    caller, person = caller_of(request), person_of(request)
    if person is None or not (caller.represents or caller.delegated):
        return []
    program: Any = context["program"]
    found: Links = []
    for act in ACTS.values():
        side = _side(act, account, transfer) if act.subject == subject else None
        if side is None or not caller.acts_for(side.id, submission=act.kind):
            continue
        acting = Acting(
            program=program,
            person=person,
            at=signed_acts.now(),
            account=side,
            transfer=transfer,
        )
        if act.may(acting):
            found.append((str(act.title), reverse(f"act-{act.name}", args=[program.code, key])))
    return found


def _side(
    act: SignedAct, account: AccountEntry | None, transfer: TransferEntry | None
) -> AccountEntry | None:
    return act.account_of(transfer) if transfer is not None else account
