"""Users of the demonstration, with one password that everybody knows.

They are made only when the demonstration is asked to make them. Whoever can reach the
server can sign in as any of them, the Administrator included: never on a registry that
holds anything of value.
"""

from __future__ import annotations

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import User

from trueup.accounts import queries as accounts
from trueup.accounts.models import Person
from trueup.demonstration.participants import Participants

PASSWORD = "trueup-demonstration"  # noqa: S105 - Known on purpose; see above.
ADMINISTRATOR = "administrator"
REPRESENTATIVE, ALTERNATE, BROKER = "representative", "alternate", "broker"
_FACILITIES_NAMED = 2


def create_users(participants: Participants) -> None:
    """Make the Administrator, the two who act for most plants, and a broker's representative.

    Source: docs/explanation/demonstration.md.
    """
    password = make_password(PASSWORD)  # Slow on purpose, so once for all.
    User.objects.create(username=ADMINISTRATOR, password=password, is_staff=True, is_superuser=True)
    plants = [account.number for account in participants.compliance.values()]
    pairs = [participants.representatives[number] for number in plants]
    primary, alternate = max(sorted(set(pairs)), key=pairs.count)
    broker, _ = participants.representatives[participants.brokers[0].number]
    for name, person in ((REPRESENTATIVE, primary), (ALTERNATE, alternate), (BROKER, broker)):
        user = User.objects.create(username=name, password=password)
        Person.objects.filter(id=person).update(user=user)


def names() -> list[tuple[str, str]]:
    """Who can sign in with the demonstration's password: name, and whom they stand for."""
    wanted = (ADMINISTRATOR, REPRESENTATIVE, ALTERNATE, BROKER)
    users = {user.username: user for user in User.objects.filter(username__in=wanted)}
    known = {
        password
        for password in {user.password for user in users.values()}
        if check_password(PASSWORD, password)
    }
    return [
        (name, _who(users[name]))
        for name in wanted
        if name in users and users[name].password in known
    ]


def _who(user: User) -> str:
    person = accounts.person_of_user(user.pk)
    if person is None:
        return "the Administrator"
    held = [account.name for account in accounts.accounts_of(person.id)]
    more = f" and {len(held) - _FACILITIES_NAMED} more" if len(held) > _FACILITIES_NAMED else ""
    return f"{person.name}, for {', '.join(held[:_FACILITIES_NAMED])}{more}"
