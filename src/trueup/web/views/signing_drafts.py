"""The drafts that the pages of signing work on: whose they are, of which act, for what.

Source: PLAT-050, PLAT-054; docs/decisions/0144, 0240.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from trueup.desk.callers import Caller
from trueup.signing import queries
from trueup.signing.entries import DraftEntry
from trueup.web import signed_acts
from trueup.web.acting import person_who_asks
from trueup.web.acts import ACTS
from trueup.web.pages import Link
from trueup.web.signed_acts import Acting, SignedAct


def owns_draft(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    """Whether a draft is the caller's, for the rule of access."""
    return caller.person is not None and (
        queries.draft(arguments["key"], person=caller.person, at=signed_acts.now()) is not None
    )


def draft_of(request: HttpRequest, key: UUID) -> DraftEntry:
    """A draft of whoever asks; of another's nobody learns that it exists."""
    person = person_who_asks(request)
    found = queries.draft(key, person=person.id, at=signed_acts.now())
    if found is None or found.act not in ACTS:
        raise Http404("There is nothing of yours to sign at this address.")
    return found


def act_of(draft: DraftEntry) -> SignedAct:
    """The act that a draft is of."""
    return ACTS[draft.act]


def trail_steps(acting: Acting, act: SignedAct) -> list[Link]:
    """The way back from a page of an act: the person's accounts, and what it is for."""
    steps = [own_accounts()]
    if act.home is not None:
        name, address = act.home(acting)
        return [*steps, Link(name=name, address=address)]
    if acting.account is not None:
        address = reverse("account", args=[acting.program.code, acting.account.number])
        steps.append(Link(name=acting.account.name, address=address))
    return steps


def own_accounts() -> Link:
    return Link(name=_("Your accounts"), address=reverse("you"))
