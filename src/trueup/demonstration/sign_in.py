"""Users of the demonstration, with one password and second factors that everybody knows.

They are made only when the demonstration is asked to make them. Whoever can reach the
server can sign in as any of them, the Administrator included: never on a registry that
holds anything of value. Their second factors are real, and their secrets are public on
purpose: the sign-in page shows the codes of this half minute.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import User

from trueup.accounts import contacts
from trueup.accounts import queries as accounts
from trueup.accounts import services as account_services
from trueup.accounts.entries import PersonSpec
from trueup.demonstration.participants import Participants
from trueup.demonstration.sponsors import Sponsors
from trueup.identity import encryption
from trueup.identity import services as identity
from trueup.identity.entries import IdentityCheckSpec
from trueup.officials import services as officials
from trueup.resources import services as resources

PASSWORD = "trueup-demonstration"  # noqa: S105 - Known on purpose; see above.
ADMINISTRATOR, SECOND = "administrator", "second-official"
REPRESENTATIVE, ALTERNATE, BROKER = "representative", "alternate", "broker"
SPONSOR, VERIFIER, REPORTER = "sponsor", "verifier", "reporter"
_FACILITIES_NAMED = 2
_RESOURCES_NAMED = 3
_AROUND_RESOURCES = {
    VERIFIER: "a member of an independent verifier's team",
    REPORTER: "who reports the meter data of some of the sponsor's resources",
}
_CODE_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialOfDemonstration:
    """An official who does not exist: the user's name, the person's, and the role."""

    username: str
    name: str
    role: str
    who: str
    jurisdiction: str = ""
    functions: tuple[str, ...] = ()


OFFICIALS = (
    OfficialOfDemonstration(
        username=ADMINISTRATOR,
        name="Ottilie Marchbank",
        role="administrator",
        who="an official of the Administrator",
    ),
    OfficialOfDemonstration(
        username=SECOND,
        name="Casimir Fenwright",
        role="administrator",
        who="a second official of the Administrator, who approves what the first began",
    ),
    OfficialOfDemonstration(
        username="state-official",
        name="Leonie Ashgrove",
        role="state_official",
        who="an official of the State of Alabama",
        jurisdiction="AL",
    ),
    OfficialOfDemonstration(
        username="market-monitor",
        name="Ruben Oakhollow",
        role="market_monitor",
        who="the market monitor, who reads all and decides nothing",
    ),
    OfficialOfDemonstration(
        username="auditor",
        name="Marit Stillwater",
        role="auditor",
        who="an auditor, who reads what was done by whom",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What anyone needs to sign in as a user of the demonstration."""

    name: str
    who: str
    password: str
    secret: str
    code: str


def create_users(
    participants: Participants,
    *,
    program: str,
    at: datetime,
    sponsors: Sponsors | None = None,
) -> None:
    """Make five officials, the two who act for most plants, and a broker's representative.

    Where there are eligible resources, also the sponsor of most of them, a verifier, and a
    reporter whom that sponsor names for some of them.

    Source: docs/explanation/demonstration.md.
    """
    opened = (*participants.compliance.values(), *participants.of_units.values())
    plants = [account.number for account in opened]
    pairs = [participants.representatives[number] for number in plants]
    primary, alternate = max(sorted(set(pairs)), key=pairs.count)
    broker, _ = participants.representatives[participants.brokers[0].number]
    people = {REPRESENTATIVE: primary, ALTERNATE: alternate, BROKER: broker}
    people |= _appoint(OFFICIALS, program=program, at=at)
    if sponsors is not None and sponsors.resources:
        people |= _around_resources(sponsors, at=at)
    password = make_password(PASSWORD)  # Slow on purpose, so once for all.
    known = accounts.people(people.values())
    for username, person in people.items():
        email = known[person].email
        user = User.objects.create(username=username, password=password, email=email)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        Authenticator.objects.create(
            user=user,
            type=Authenticator.Type.TOTP,
            data={"secret": encryption.encrypt(secret_of(username).encode()).decode()},
        )
        contacts.link_user(person=person, user=user.pk, at=at, actor="administrator")


def secret_of(username: str) -> str:
    """The secret of a user's authenticator: the same in every demonstration, for everybody."""
    digest = hashlib.sha256(f"trueup demonstration {username}".encode()).digest()
    return base64.b32encode(digest[:20]).decode()


def code_of(username: str, *, now: float | None = None) -> str:
    """The code that the user's authenticator shows in this half minute (RFC 6238)."""
    step = int(time.time() if now is None else now) // _CODE_SECONDS
    code: str = format_hotp_value(hotp_value(secret_of(username), step))
    return code


def names() -> list[tuple[str, str]]:
    """Who can sign in with the demonstration's password: name, and whom they stand for."""
    officials_by_name = {one.username: one for one in OFFICIALS}
    holders = (REPRESENTATIVE, ALTERNATE, BROKER, SPONSOR, VERIFIER, REPORTER)
    wanted = (ADMINISTRATOR, SECOND, *holders, *officials_by_name)
    users = {user.username: user for user in User.objects.filter(username__in=wanted)}
    known = {
        password for password in {user.password for user in users.values()} if _is_known(password)
    }
    return [
        (name, officials_by_name[name].who if name in officials_by_name else _who(users[name]))
        for name in dict.fromkeys(wanted)
        if name in users and users[name].password in known
    ]


def sign_ins() -> list[SignIn]:
    """What the sign-in page shows of the demonstration's users; empty without them."""
    return [
        SignIn(name=name, who=who, password=PASSWORD, secret=secret_of(name), code=code_of(name))
        for name, who in names()
    ]


@lru_cache(maxsize=64)
def _is_known(encoded: str) -> bool:
    """Whether this is the known password; slow on purpose, so asked once a process."""
    return check_password(PASSWORD, encoded)


def _around_resources(sponsors: Sponsors, *, at: datetime) -> dict[str, int]:
    """The sponsor of most resources, its verifier, and a reporter named for some of them."""
    persons = [one.person for one in sponsors.resources]
    sponsor = max(sorted(set(persons)), key=persons.count)
    own = [one for one in sponsors.resources if one.person == sponsor]
    reporter = account_services.register_person(
        name="Alda Meterwood", email=f"{REPORTER}@registry.example", registered_at=at
    )
    for one in own[:_RESOURCES_NAMED]:
        resources.name_meter_reporter(
            resource=one.resource, reporter=reporter.id, named_by=sponsor, at=at
        )
    return {SPONSOR: sponsor, VERIFIER: own[0].verifier.person, REPORTER: reporter.id}


def _appoint(
    wanted: Sequence[OfficialOfDemonstration], *, program: str, at: datetime
) -> dict[str, int]:
    people = account_services.register_people(
        [
            PersonSpec(name=one.name, email=f"{one.username}@registry.example", phone="")
            for one in wanted
        ],
        registered_at=at,
    )
    identity.record_identity_checks(
        [
            IdentityCheckSpec(
                person=person.id,
                checked_by="administrator",
                method="console",
                document="none: this person is invented",
                checked_at=at,
            )
            for person in people
        ]
    )
    for one, person in zip(wanted, people, strict=True):
        officials.grant(
            person=person.id,
            role=one.role,
            program=program,
            jurisdiction=one.jurisdiction,
            functions=one.functions,
            from_at=at,
            granted_by="administrator",
            reason="the demonstration",
        )
    return {one.username: person.id for one, person in zip(wanted, people, strict=True)}


def _who(user: User) -> str:
    person = accounts.person_of_user(user.pk)
    if person is None:
        return "nobody in particular"
    if user.username in _AROUND_RESOURCES:
        return f"{person.name}, {_AROUND_RESOURCES[user.username]}"
    held = [account.name for account in accounts.accounts_of(person.id)]
    more = f" and {len(held) - _FACILITIES_NAMED} more" if len(held) > _FACILITIES_NAMED else ""
    return f"{person.name}, for {', '.join(held[:_FACILITIES_NAMED])}{more}"
