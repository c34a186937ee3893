"""Allowances of a set-aside: what each resource was given, and what may not be given now.

The set-asides above distribute allowances; what a resource got is kept with its papers, so
that a serial number leads to them and what is taken back is known.

Source: 40 CFR 62.16245(a)(5), 62.16250, 62.16255, 62.16280(g), 62.16365(a)(2)(iv)(A).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F, Sum

from trueup.audit import services as audit
from trueup.audit.entries import EventSpec
from trueup.audit.statements import among, insert_many
from trueup.ledger import queries as ledger
from trueup.ledger.entries import Range
from trueup.resources import award_checks, checks
from trueup.resources.entries import AllowanceAward, Paper
from trueup.resources.filing import existing, file_papers, refuse
from trueup.resources.models import (
    Application,
    Bar,
    Document,
    Issuance,
    Overstatement,
    Report,
    Resource,
    SetAsideAward,
    Suspension,
)
from trueup.rules import ercs, programs
from trueup.rules.papers import DECISION, REPORT
from trueup.rules.refusal import Refused
from trueup.rules.resource_rules import ResourceRules
from trueup.rules.set_aside import to_the_kwh

MONTHS = 12
HEAT_AND_POWER = frozenset({"CHP", "WHP"})
USED = "issued"  # A report whose MWh were used: credited, or set against a projection.


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedYear:
    """What a resource's M&V reports of a year amount to.

    Attributes:
        state: `none`, `incomplete` (months or verifications are missing) or `verified`.
        mwh: Verified, and what of it `taken_off` makes up for earlier overstatement.
    """

    state: str
    mwh: Decimal
    taken_off: int = 0

    @property
    def used_mwh(self) -> Decimal:
        """What counts as generated."""
        return self.mwh - self.taken_off


def verified_year(resource: int, *, year: int) -> VerifiedYear:
    """What a resource was verified to have generated, less what earlier reports overstated.

    Source: 40 CFR 62.16245(a)(4); 62.16255(a); MASS-082, MASS-102.
    """
    reports = list(
        Report.objects.filter(resource_id=resource, year=year)
        .exclude(state="superseded")
        .select_related("resource")
    )
    verified = [one for one in reports if one.state in ("verified", USED)]
    months = sum(one.last_month - one.first_month + 1 for one in verified)
    mwh = sum((_counted(one) for one in verified), Decimal(0))
    if not reports:
        return VerifiedYear(state="none", mwh=Decimal(0))
    if months < _months_asked(reports[0].resource, year) or len(verified) < len(reports):
        return VerifiedYear(state="incomplete", mwh=mwh)
    return VerifiedYear(state="verified", mwh=mwh, taken_off=min(int(mwh), _open(resource, year)))


def _months_asked(row: Resource, year: int) -> int:
    """Of how many months a year's reports are: of all, or of those since it went into service."""
    began = row.in_service_on
    return MONTHS - began.month + 1 if began is not None and began.year == year else MONTHS


@transaction.atomic
def use_verified_year(
    *, resource: int, year: int, at: datetime, actor: str = "administrator"
) -> VerifiedYear:
    """Set a year's verified MWh against what was promised; each only once.

    What earlier reports overstated is made up for, the oldest first, and the reports are
    closed: they are corrected from now on, not withdrawn.

    Raises Refused (`unknown_resource`, `verification_missing`, `issued_already`).

    Source: 40 CFR 62.16245(a)(4); 62.16255(a); MASS-082, MASS-102.
    """
    row = existing(resource)
    found = verified_year(resource, year=year)
    if found.state != "verified":
        raise Refused(
            [
                checks.NotVerified(
                    f"M&V reports of all of {year} of {row.name} are missing, or not verified."
                )
            ]
        )
    reports = Report.objects.filter(resource=row, year=year, state="verified")
    if not reports.update(state=USED):
        raise Refused([checks.IssuedAlready(f"The MWh of {year} of {row.name} were used.")])
    left = found.taken_off
    for overstated in _overstatements(resource, year):
        part = min(left, overstated.mwh - overstated.taken)
        if part:
            overstated.taken += part
            overstated.save(update_fields=["taken"])
        left -= part
    audit.log(
        at=at,
        program=row.program,
        actor=actor,
        act="use_verified_year",
        subject=f"resource:{row.pk}",
        after={"year": year, "mwh": str(found.mwh), "taken_off": found.taken_off},
        cite="40 CFR 62.16245(a)(4); 62.16255(a)",
        account=row.account_id,
    )
    return found


@transaction.atomic
def record_awards(
    awards: Sequence[AllowanceAward], *, program: str, at: datetime, actor: str
) -> None:
    """Keep what resources were given, each with the decision among its papers.

    A constant number of statements, however many awards there are.

    Raises Refused (`issued_already`).

    Source: 40 CFR 62.16245(a)(5); 62.16365(a)(2)(iv)(A); MASS-080, MASS-164.
    """
    given = [award for award in awards if award.quantity]
    if not given:
        return
    rows = [
        {
            "resource_id": one.resource,
            "purpose": one.purpose,
            "year": one.year,
            "quantity": one.quantity,
            "tx": one.tx,
            "awarded_at": at,
            "awarded_by": actor,
        }
        for one in given
    ]
    try:
        with transaction.atomic():
            insert_many(SetAsideAward, rows)
    except IntegrityError as error:
        known = checks.IssuedAlready("A resource was given allowances for the year already.")
        raise Refused([known]) from error
    file_papers(
        [
            Paper(
                resource=one.resource,
                kind=DECISION,
                elements={
                    "decision": "allocated",
                    "set_aside": one.purpose,
                    "year": str(one.year),
                    "allowances": str(one.quantity),
                    "transaction": str(one.tx),
                },
                filed_at=at,
                filed_by=actor,
            )
            for one in given
        ]
    )
    _log_awards(given, program=program, at=at, actor=actor)


def _log_awards(given: Sequence[AllowanceAward], *, program: str, at: datetime, actor: str) -> None:
    audit.log_many(
        [
            EventSpec(
                at=at,
                program=program,
                actor=actor,
                act="record_award",
                subject=f"resource:{one.resource}",
                after={"purpose": one.purpose, "year": one.year, "quantity": one.quantity},
                cite="40 CFR 62.16245(a)(5)",
                account=None,
            )
            for one in given
        ]
    )


def awards_of(resource: int) -> list[AllowanceAward]:
    """What a resource was given of set-asides, year by year.

    Source: 40 CFR 62.16245(a)(5), (a)(7); MASS-164.
    """
    rows = SetAsideAward.objects.filter(resource_id=resource).order_by("year", "purpose")
    return [award_entry(row) for row in rows]


def award_of(transactions: Collection[int]) -> SetAsideAward | None:
    """The award that one of some transactions carried out, with its resource.

    Source: 40 CFR 62.16365(a)(2)(iv)(A); MASS-164.
    """
    rows = SetAsideAward.objects.select_related("resource")
    return rows.filter(tx__in=among(transactions)).order_by("id").first()


def award_entry(row: SetAsideAward) -> AllowanceAward:
    """An award as others see it."""
    return AllowanceAward(
        resource=row.resource_id,
        purpose=row.purpose,
        year=row.year,
        quantity=row.quantity,
        tx=row.tx,
    )


def given_to(resource: Resource, *, year: int | None = None) -> int:
    """How many instruments a resource was ever given: credits, or allowances.

    Source: 40 CFR 62.16450(d)(2); 62.16255(d)(2); MASS-104.
    """
    issued = Issuance.objects.filter(resource=resource)
    awarded = SetAsideAward.objects.filter(resource=resource)
    if year is not None:
        issued, awarded = issued.filter(year=year), awarded.filter(year=year)
    totals = [rows.aggregate(total=Sum("quantity"))["total"] for rows in (issued, awarded)]
    return sum(total or 0 for total in totals)


def own_numbers(resource: Resource) -> list[Range]:
    """The serial numbers that a resource was ever given.

    Source: 40 CFR 62.16450(d)(2); 62.16255(d)(2); RATE-149; MASS-104.
    """
    issued = Issuance.objects.filter(resource=resource, lot__isnull=False)
    own = [
        Range(row.lot, row.lo, row.hi)
        for row in issued
        if row.lot is not None and row.lo is not None and row.hi is not None
    ]
    txs = list(SetAsideAward.objects.filter(resource=resource).values_list("tx", flat=True))
    number = programs.load(resource.program).number
    own += [
        Range(block.lot.number(number), block.first, block.last)
        for blocks in ledger.blocks_of(txs).values()
        for block in blocks
    ]
    return own


def withheld(resources: Iterable[int], *, program: str) -> Mapping[int, str]:
    """Of some resources, those that are given nothing now, and why in a word.

    `incomplete` where the application has no verification report that stands, `suspended`,
    `barred`, `revoked`; reinstated ones are not among them.

    Source: 40 CFR 62.16250, 62.16255(d)(3), (e), 62.16280(g); MASS-101, MASS-105, MASS-125.
    """
    wanted = list(resources)
    of_program = Resource.objects.filter(id__in=among(wanted), program=program)
    states = dict(of_program.values_list("id", "state"))
    suspended = _having(Suspension.objects.filter(until_at=None), wanted)
    barred = _having(Bar.objects.filter(until_at=None), wanted)
    verified = _having(
        Application.objects.filter(state="approved", verified_at__isnull=False), wanted
    )
    found: dict[int, str] = {}
    for resource, state in states.items():
        if state == "revoked":
            found[resource] = "revoked"
        elif state != "registered" or resource not in verified:
            found[resource] = "incomplete"
        elif resource in barred:
            found[resource] = "barred"
        elif resource in suspended:
            found[resource] = "suspended"
    return found


def programs_with_allowances() -> list[str]:
    """The programs in which a resource earns allowances of a set-aside.

    Source: 40 CFR 62.16245(a).
    """
    return [code for code in programs.codes() if earns_allowances(code)]


def earns_allowances(program: str) -> bool:
    """Whether resources of a program earn allowances of a set-aside, and not credits.

    Source: 40 CFR 62.16245(a).
    """
    rules: ResourceRules | None = programs.load(program).resources
    return rules is not None and rules.earns_allowances


def require_credits(program: str) -> None:
    """Credits are issued where resources earn them.

    Raises Refused (`no_credits`).

    Source: 40 CFR 62.16245(a)(5); 62.16445(e).
    """
    if earns_allowances(program):
        refuse(
            [
                award_checks.NoCredits(
                    "Resources of this program are given allowances of a set-aside, not credits."
                )
            ]
        )


def _having(rows: object, resources: Sequence[int]) -> set[int]:
    found = rows.filter(resource_id__in=among(resources))  # type: ignore[attr-defined]
    return set(found.values_list("resource_id", flat=True))


def _overstatements(resource: int, year: int) -> Iterable[Overstatement]:
    """What reports of earlier years overstated and is not made up for, oldest first."""
    rows = Overstatement.objects.filter(resource_id=resource, taken__lt=F("mwh"))
    return rows.filter(report__year__lt=year).order_by("id")


def _counted(report: Report) -> Decimal:
    """Of a verified report the MWh that count: of waste the biogenic part, of heat what it earns.

    Source: 40 CFR 62.16260(c)(3)-(5); MASS-109, MASS-110.
    """
    category = report.resource.category
    stated: Mapping[str, str] = {}
    if category in HEAT_AND_POWER:
        papers = Document.objects.filter(kind=REPORT, report=report).order_by("-id")
        stated = next((paper.elements for paper in papers[:1]), {})
    earned = ercs.credited_heat_and_power(
        category,
        stated,
        electric_mwh=report.verified_mwh or Decimal(0),
        year=max(report.year, ercs.FIRST_YEAR),
    )
    return to_the_kwh(ercs.creditable_mwh(earned, biogenic_share=report.biogenic_share))


def _open(resource: int, year: int) -> int:
    return sum(one.mwh - one.taken for one in _overstatements(resource, year))
