"""The transfers of an account for its own people: not submitted, outgoing, incoming.

Source: PLAT-007, PLAT-051, PLAT-052; 40 CFR 62.16335(d), (e).
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from trueup.ledger import queries as ledger
from trueup.signing import queries as signing
from trueup.transfers import listing, proposals
from trueup.web import signed_acts
from trueup.web.access import represents
from trueup.web.acting import person_who_asks
from trueup.web.filters import FilterForm
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.transfer_rows import (
    DRAFTED,
    rows_of_drafts,
    rows_of_proposals,
    rows_of_transfers,
)
from trueup.web.transfer_words import STATES
from trueup.web.views.signing_drafts import own_accounts

LISTS = {
    "out": _("Outgoing"),
    "in": _("Incoming"),
    "drafts": _("Not submitted"),
}
# What the sending side has not submitted is not shown to the receiving one.
HIDDEN_INCOMING = frozenset({"awaiting_approval", "expired", "rejected"})


class OutgoingFilter(FilterForm):
    """Which of an account's transfers are listed."""

    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("Any state")), *((name, STATES[name].word) for name in listing.FILTERS)],
    )


class IncomingFilter(FilterForm):
    """The same for what is sent to an account."""

    state = forms.ChoiceField(
        label=_("State"),
        choices=[
            ("", _("Any state")),
            *((name, STATES[name].word) for name in listing.FILTERS if name not in HIDDEN_INCOMING),
        ],
    )


@represents("transfers")
@require_safe
def transfers(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """What an account sends, receives, and has not submitted yet; a page at a time."""
    program = program_or_404(code)
    account = ledger.find_account(program=code, number=number)
    if account is None:
        raise Http404("There is no such account.")
    which = request.GET.get("list", "out")
    which = which if which in LISTS else "out"
    form = OutgoingFilter(request) if which == "out" else IncomingFilter(request)
    state = str(form.chosen["state"])
    here = reverse("transfers", args=[code, number])
    shown: dict[str, Any] = {}
    if which == "drafts":
        person = person_who_asks(request).id
        drafts = signing.drafts_of(
            person, at=signed_acts.now(), acts=DRAFTED, program=code, subject=number
        )
        rows = rows_of_drafts(drafts)
        rows += rows_of_proposals(proposals.proposals_of(account.id))
    else:
        read = listing.outgoing if which == "out" else listing.incoming
        found = read(
            account.id,
            states=[state] if state else (),
            limit=PAGE_SIZE + 1,
            before=number_after(request) or None,
        )
        made = rows_of_transfers(found, account=account.id)
        part = page_of(request, made, key=lambda row: row.key)
        rows, shown["page"] = list(part.rows), part
    return page(
        request,
        "signing/transfers",
        program=program,
        trail=program_trail(
            program,
            own_accounts(),
            Link(name=account.name, address=reverse("account", args=[code, number])),
        ),
        account=account,
        rows=rows,
        which=which,
        lists=[(name, word, f"{here}?list={name}") for name, word in LISTS.items()],
        form=form,
        **shown,
    )
