"""Who signs in as which person, and how the person can be reached."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from trueup.accounts import checks, queries
from trueup.accounts.entries import PersonEntry, PersonSpec
from trueup.accounts.models import Person
from trueup.audit import services as audit
from trueup.identity import services as identity
from trueup.rules.refusal import Refusal, Refused


class SignInTaken(Refusal):
    code = "accounts.sign_in_taken"
    cite = "PLAT-004; PLAT-014"


@transaction.atomic
def link_user(*, person: int, user: int, at: datetime, actor: str) -> PersonEntry:
    """Let a user sign in as a person; each has at most one of the other, and for good.

    Raises Refused (`sign_in_taken`).

    Source: PLAT-004; PLAT-014 (setting up users and credentials).
    """
    row = Person.objects.select_for_update().get(id=person)
    if row.user_id not in (None, user) or Person.objects.filter(user_id=user).exclude(id=person):
        raise Refused(
            [
                SignInTaken(
                    f"{row.name} or this user is linked to another already; end that user instead."
                )
            ]
        )
    row.user_id = user
    row.save(update_fields=["user"])
    audit.log(
        at=at,
        program="",
        actor=actor,
        act="link_user",
        subject=f"person:{person}",
        after={"user": user},
        cite="PLAT-014",
    )
    return queries.person_entry(row)


@transaction.atomic
def change_email(*, person: int, email: str, at: datetime, actor: str = "") -> PersonEntry:
    """Change a person's e-mail address, and tell the old one and the new one.

    Raises Refused (`contact_not_usable`).

    Source: PLAT-150 (contact change is mailed to the old and the new address); PLAT-094.
    """
    row = Person.objects.select_for_update().get(id=person)
    refusals = checks.check_person(PersonSpec(name=row.name, email=email, phone=row.phone))
    if refusals:
        raise Refused(refusals)
    old, row.email = row.email, email
    row.save(update_fields=["email"])
    if old != email:
        identity.contact_changed(person=person, old=old, new=email, at=at, actor=actor)
    return queries.person_entry(row)
