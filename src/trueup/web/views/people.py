"""What a person who has signed in may see of their own; signing in is beside it."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from trueup.accounts import queries as accounts
from trueup.accounts.entries import PersonEntry
from trueup.ledger import queries as ledger
from trueup.web.access import signed_in
from trueup.web.pages import page

ACCOUNTS_SHOWN = 200


@signed_in
@require_safe
def you(request: HttpRequest) -> HttpResponse:
    """The accounts that the person who has signed in acts for."""
    person = person_of(request)
    own = accounts.accounts_of(person.id, at=timezone.now()) if person else []
    shown = own[:ACCOUNTS_SHOWN]
    held = ledger.totals_of([entry.id for entry in shown])
    return page(
        request,
        "you",
        person=person,
        rows=[(entry, held[entry.id]) for entry in shown],
        more=len(own) - len(shown),
    )


def person_of(request: HttpRequest) -> PersonEntry | None:
    """The registered person who has signed in, if the user is one."""
    user = request.user
    return accounts.person_of_user(user.pk) if isinstance(user, User) else None
