"""Accredit verifiers, clear them for resources, and revoke.

Source: 40 CFR 62.16470 to 62.16480; RATE-123 to RATE-134.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from trueup.accounts import queries as accounts
from trueup.accounts.entries import RepresentativeEntry
from trueup.accounts.ownership import parties_of
from trueup.accounts.ownership_entries import PartyEntry
from trueup.audit import services as audit
from trueup.audit.statements import among
from trueup.resources import checks
from trueup.resources.conflicts import accounts_in_conflict
from trueup.resources.decisions import ACCREDITATION, ACCREDITATION_REVOKED, Act, decide
from trueup.resources.entries import VERIFIER_CAUSES, VerifierEntry, VerifierSpec
from trueup.resources.filing import existing, refuse, require_ground
from trueup.resources.models import Engagement, Report, Resource, TeamMember, Verifier
from trueup.resources.queries import verifier_entry
from trueup.rules import programs
from trueup.rules.refusal import Refusal, Refused

SP_CLASSES = ("AAA", "AA", "A", "BBB")
MOODYS_CLASSES = ("Aaa", "Aa", "A", "Baa")
EVIDENCE = {
    "auditing": "technical and auditing qualification",
    "program": "knowledge of the program",
    "categories": "knowledge of the categories",
    "tasks": "capability for the tasks of verification",
    "conflict_controls": "controls of conflicts of interest",
}
CITE = "40 CFR 62.16470 to 62.16480"


def accredit_verifier(
    *,
    program: str,
    spec: VerifierSpec,
    accredited_at: datetime,
    actor: str = "administrator",
) -> VerifierEntry:
    """Accredit a verifier, with its team, for categories.

    Raises Refused (`evidence_missing`, `not_insured`, `debarred`, `verifier_known`).

    Source: 40 CFR 62.16470(a)-(c); RATE-123 to RATE-126.
    """
    refuse(accreditation_refusals(program, spec, accredited_at))
    try:
        with transaction.atomic():
            row = Verifier.objects.create(
                program=program,
                name=spec.name,
                categories=sorted(spec.categories),
                evidence=dict(spec.evidence),
                sp_rating=spec.sp_rating,
                moodys_rating=spec.moodys_rating,
                accredited_at=accredited_at,
                review_due_on=spec.review_due_on,
                debarred_on=spec.debarred_on,
            )
            TeamMember.objects.bulk_create(
                [
                    TeamMember(verifier=row, person_id=person, from_at=accredited_at)
                    for person in dict.fromkeys(spec.team)
                ]
            )
            decide(
                _act(row, accredited_at, actor),
                item=ACCREDITATION,
                outcome="accredited",
                ground="All requirements are shown.",
                name=row.name,
            )
    except IntegrityError as error:
        known = checks.VerifierKnown(f"“{spec.name}” is accredited already.")
        raise Refused([known]) from error
    return verifier_entry(row)


@transaction.atomic
def limit_accreditation(
    *, verifier: int, categories: Sequence[str], at: datetime, actor: str = "administrator"
) -> VerifierEntry:
    """Limit an accreditation to some categories.

    Raises Refused (`unknown_verifier`).

    Source: 40 CFR 62.16470(c)(2); RATE-123.
    """
    row = known_verifier(verifier)
    row.categories = sorted(categories)
    row.save(update_fields=["categories"])
    decide(
        _act(row, at, actor),
        item=ACCREDITATION,
        outcome="accreditation limited",
        ground=f"Accredited for {', '.join(row.categories) or 'every category'}.",
    )
    return verifier_entry(row)


@transaction.atomic
def revoke_accreditation(
    *,
    verifier: int,
    cause: str,
    ground: str,
    revoked_at: datetime,
    reports_in_hand: bool = False,
    actor: str = "administrator",
) -> VerifierEntry:
    """Revoke an accreditation for cause; what was issued on its reports stays.

    Args:
        reports_in_hand: Also reject its reports on which nothing was issued yet.

    Raises Refused (`unknown_verifier`, `unknown_cause`, `ground_missing`, `not_accredited`).

    Source: 40 CFR 62.16480, 62.16470(d); RATE-133; docs/decisions/0202.
    """
    row = known_verifier(verifier)
    refusals: list[Refusal] = list(require_ground(ground))
    if cause not in VERIFIER_CAUSES:
        refusals.append(checks.UnknownCause(f"“{cause}” is none of {', '.join(VERIFIER_CAUSES)}."))
    if row.revoked_at is not None:
        refusals.append(checks.NotAccredited(f"“{row.name}” is not accredited any more."))
    refuse(refusals)
    row.revoked_at, row.revoked_for = revoked_at, cause
    row.save(update_fields=["revoked_at", "revoked_for"])
    if reports_in_hand:
        Report.objects.filter(verifier=row, state="verified").update(state="incomplete")
    decide(
        _act(row, revoked_at, actor),
        item=ACCREDITATION_REVOKED,
        outcome="accreditation revoked",
        ground=f"{cause}: {ground}",
    )
    return verifier_entry(row)


@transaction.atomic
def disclose_engagement(
    *, verifier: int, resource: int, disclosure: str, is_conflict: bool, disclosed_at: datetime
) -> None:
    """Disclose the facts before starting, or new ones later, which reopens the review.

    Raises Refused (`unknown_verifier`, `unknown_resource`, `ground_missing`).

    Source: 40 CFR 62.16475(d), (f); RATE-129, RATE-130.
    """
    row, of = known_verifier(verifier), existing(resource)
    refuse(require_ground(disclosure))
    Engagement.objects.update_or_create(
        verifier=row,
        resource=of,
        defaults={
            "state": "disclosed",
            "is_conflict": is_conflict,
            "disclosure": disclosure[:2000],
            "disclosed_at": disclosed_at,
            "decided_at": None,
        },
    )
    audit.log(
        at=disclosed_at,
        program=row.program,
        actor=f"verifier:{row.pk}",
        act="disclose_engagement",
        subject=f"resource:{of.pk}",
        after={"is_conflict": is_conflict, "disclosure": disclosure[:2000]},
        cite="40 CFR 62.16475(d), (f)",
    )


@transaction.atomic
def clear_engagement(
    *, verifier: int, resource: int, decided_at: datetime, actor: str = "administrator"
) -> None:
    """Approve that a verifier works for a resource.

    Raises Refused (`unknown_verifier`, `unknown_resource`, `engagement_not_cleared` if
    nothing was disclosed, `conflict_of_interest`).

    Source: 40 CFR 62.16475(e); RATE-129.
    """
    row, of = known_verifier(verifier), existing(resource)
    seen = see(row, [of])
    found = seen.engagements.get(of.pk)
    if found is None:
        raise Refused([nothing_disclosed(row, of)])
    refuse(conflict_refusals(row, of, seen))
    found.state, found.decided_at = "approved", decided_at
    found.save(update_fields=["state", "decided_at"])
    audit.log(
        at=decided_at,
        program=row.program,
        actor=actor,
        act="clear_engagement",
        subject=f"resource:{of.pk}",
        after={"verifier": row.pk},
        cite="40 CFR 62.16475(e)",
    )


def known_verifier(verifier: int) -> Verifier:
    """A verifier; raises Refused (`unknown_verifier`)."""
    found = Verifier.objects.select_for_update().filter(id=verifier).first()
    if found is None:
        raise Refused([checks.UnknownVerifier(f"There is no verifier {verifier}.")])
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the registry sees of a verifier and of resources, read once for all of them.

    Attributes:
        team: Names of the accredited team, by person.
        engagements: By resource, if it was disclosed.
        parties, seats: Who has an interest in each account, and who represents it.
        held: Accounts with credits for which one of the team acts, in words.
    """

    team: Mapping[int, str]
    engagements: Mapping[int, Engagement]
    parties: Mapping[int, Sequence[PartyEntry]]
    seats: Mapping[int, Sequence[RepresentativeEntry]]
    held: Sequence[str]


def see(row: Verifier, resources: Sequence[Resource]) -> Seen:
    """Read what concerns a verifier and some resources; one statement each for all of them.

    Source: 40 CFR 62.16475(a), (d), (e); RATE-127 to RATE-129.
    """
    team = {member.person_id: member.person.name for member in _team(row)}
    found = Engagement.objects.filter(
        verifier=row, resource_id__in=among(resource.pk for resource in resources)
    )
    owned = list(dict.fromkeys(one.account_id for one in resources if one.account_id is not None))
    return Seen(
        team=team,
        engagements={engagement.resource_id: engagement for engagement in found},
        parties=parties_of(owned),
        seats=accounts.representatives(owned),
        held=accounts_in_conflict(row, set(team)),
    )


def verifier_refusals(
    row: Verifier,
    resource: Resource,
    *,
    person: int,
    signed_by: str,
    at: datetime,
    seen: Seen | None = None,
) -> list[Refusal]:
    """Why a verifier cannot file a report for a resource at an instant.

    Args:
        seen: Where that has been read already, for many resources.

    Source: 40 CFR 62.16445(d), 62.16470(a), (c), 62.16475(e), (g); RATE-122 to RATE-132.
    """
    refusals: list[Refusal] = []
    if row.revoked_at is not None and row.revoked_at <= at:
        refusals.append(checks.NotAccredited(f"The accreditation of “{row.name}” was revoked."))
    if row.debarred_on is not None and row.debarred_on <= _day(row, at):
        refusals.append(checks.Debarred(f"“{row.name}” is debarred since {row.debarred_on}."))
    if row.categories and resource.category not in row.categories:
        refusals.append(
            checks.CategoryNotAccredited(
                f"“{row.name}” is accredited for {', '.join(row.categories)}, not for"
                f" {resource.category}."
            )
        )
    seen = seen or see(row, [resource])
    if person not in seen.team:
        refusals.append(
            checks.NotOfTheTeam(f"Only the team of “{row.name}” files its reports, directly.")
        )
    elif signed_by and signed_by not in seen.team.values():
        refusals.append(checks.NotOfTheTeam(f"“{signed_by}” is not of the accredited team."))
    engagement = seen.engagements.get(resource.pk)
    conflicts = conflict_refusals(row, resource, seen)
    if not conflicts and (engagement is None or engagement.state != "approved"):
        refusals.append(nothing_disclosed(row, resource))
    return [*refusals, *conflicts]


def conflict_refusals(row: Verifier, resource: Resource, seen: Seen) -> list[Refusal]:
    """Conflicts of interest: those declared, and those that the registry itself can see.

    It sees whether the verifier or one of its team owns the resource, has an interest in
    its account or represents it, or holds credits in any account of the program.

    Source: 40 CFR 62.16475(a); RATE-127, RATE-128.
    """
    found = []
    engagement = seen.engagements.get(resource.pk)
    if engagement is not None and engagement.is_conflict:
        found.append(f"declared: {engagement.disclosure}")
    names = {row.name.casefold(), *(name.casefold() for name in seen.team.values())}
    if resource.owner.casefold() in names:
        found.append(f"“{resource.owner}” owns the resource")
    if resource.account_id is not None:
        found += [
            f"“{party.name}” has an interest in the resource's account"
            for party in seen.parties[resource.account_id]
            if party.name.casefold() in names
        ]
        found += [
            f"{seat.name} represents the resource's account"
            for seat in seen.seats[resource.account_id]
            if seat.person in seen.team
        ]
    found += seen.held
    return [
        checks.ConflictOfInterest(f"“{row.name}” has a conflict of interest; {what}.")
        for what in dict.fromkeys(found)
    ]


def _team(row: Verifier) -> list[TeamMember]:
    return list(TeamMember.objects.filter(verifier=row, until_at=None).select_related("person"))


def accreditation_refusals(
    program: str, spec: VerifierSpec, accredited_at: datetime
) -> list[Refusal]:
    """What an application for accreditation does not show.

    Source: 40 CFR 62.16470(b), (c); RATE-124 to RATE-126.
    """
    refusals: list[Refusal] = [
        checks.EvidenceMissing(f"The application does not show {label} ({key}).")
        for key, label in EVIDENCE.items()
        if not spec.evidence.get(key, "").strip()
    ]
    if not spec.team:
        refusals.append(checks.EvidenceMissing("The application names nobody of the team."))
    if spec.sp_rating not in SP_CLASSES and spec.moodys_rating not in MOODYS_CLASSES:
        refusals.append(
            checks.NotInsured(
                "The liability insurer needs a rating of the top four classes:"
                f" {', '.join(SP_CLASSES)} or {', '.join(MOODYS_CLASSES)}."
            )
        )
    today = programs.load(program).local_date(accredited_at)
    if spec.debarred_on is not None and spec.debarred_on <= today:
        refusals.append(checks.Debarred(f"“{spec.name}” is debarred since {spec.debarred_on}."))
    return refusals


def nothing_disclosed(row: Verifier, resource: Resource) -> Refusal:
    """That nobody has approved the engagement.

    Source: 40 CFR 62.16475(d), (e).
    """
    return checks.EngagementNotCleared(
        f"The Administrator has not approved that “{row.name}” works for {resource.name}:"
        " disclose the facts and wait for the approval."
    )


def _day(row: Verifier, at: datetime) -> date:
    return programs.load(row.program).local_date(at)


def _act(row: Verifier, at: datetime, actor: str) -> Act:
    return Act(program=row.program, subject=f"verifier:{row.pk}", at=at, actor=actor, cite=CITE)
