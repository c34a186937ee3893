"""Issue credits to eligible resources when the time for comment is over.

Source: 40 CFR 62.16445(e), (f), 62.16515(f); preamble IV.D.6; RATE-135 to RATE-144.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.db import transaction

from trueup.resources import checks, standing
from trueup.resources.admission import showing_of
from trueup.resources.awards import require_credits
from trueup.resources.credit_notices import refusal_after, year_refusals
from trueup.resources.entries import IssuanceEntry, LeftOut, YearOfIssues
from trueup.resources.filing import existing, refuse, state_refusals
from trueup.resources.issuing import record_issues
from trueup.resources.issuing_facts import Facts, Round, read_facts
from trueup.resources.meter_data import meter_refusals
from trueup.resources.models import Resource
from trueup.resources.queries import issuance_entry
from trueup.rules import ercs, programs
from trueup.rules.eligibility import eligible_share
from trueup.rules.refusal import Refusal


@transaction.atomic
def issue_ercs(
    *, resource: int, year: int, issued_at: datetime, actor: str = "administrator"
) -> IssuanceEntry:
    """Issue a resource's credits for a year: one a verified MWh, less what was overstated.

    The credits are recorded in the general account of the resource, numbered by State,
    year of issue and category, and linked to the papers on which they rest.

    Raises Refused with everything that is missing (`not_registered`,
    `qualification_revoked`, `barred`, `issuance_suspended`, `year_not_over`,
    `report_missing`, `verification_missing`, `comment_period_open`, `issued_already`).

    Source: 40 CFR 62.16445(e), (f), 62.16450(a), 62.16515(f); RATE-135 to RATE-145.
    """
    row = existing(resource)
    require_credits(row.program)
    of = Round(rules=programs.load(row.program), year=year, at=issued_at, actor=actor)
    (facts,) = read_facts([row], of)
    refuse(refusals_of(facts, of))
    (entry,) = _issue([facts], of)
    return entry


@transaction.atomic
def issue_ercs_of_year(
    *, program: str, year: int, issued_at: datetime, actor: str = "administrator"
) -> YearOfIssues:
    """Issue a year's credits to every resource that has all that is asked for.

    The others are named with what is missing. Who has issued the year already is neither.
    A constant number of statements, however many resources there are.

    Raises Refused (`year_not_over`, `nothing_to_issue`).

    Source: 40 CFR 62.16445(e), (f); preamble IV.D.6; RATE-135 to RATE-145.
    """
    require_credits(program)
    of = Round(rules=programs.load(program), year=year, at=issued_at, actor=actor)
    refuse(year_refusals(of.rules, year, issued_at))
    ready, left_out = [], []
    for facts in facts_of_year(of):
        if facts.is_issued:
            continue
        refusals = refusals_of(facts, of)
        if refusals:
            left_out.append(LeftOut(resource=facts.resource.pk, refusals=tuple(refusals)))
        else:
            ready.append(facts)
    if not ready:
        refuse([_nothing(of, left_out)])
    return YearOfIssues(issued=tuple(_issue(ready, of)), left_out=tuple(left_out))


def facts_of_year(of: Round) -> list[Facts]:
    """What is known of every resource that has reported a year, locked for the act.

    Source: 40 CFR 62.16445(e); preamble IV.D.6.
    """
    reported = Resource.objects.filter(program=of.rules.code, reports__year=of.year).distinct()
    rows = Resource.objects.select_for_update().filter(id__in=reported).order_by("id")
    return read_facts(list(rows), of)


def _issue(ready: Sequence[Facts], of: Round) -> list[IssuanceEntry]:
    issuances = record_issues([(facts, calculate(facts, of)) for facts in ready], of)
    standing.carry_out(issuances, at=of.at)
    return [issuance_entry(issuance) for issuance in issuances]


def _nothing(of: Round, left_out: Sequence[LeftOut]) -> Refusal:
    if not left_out:
        return checks.NothingToIssue(f"No resource has reported MWh of {of.year} to be credited.")
    reasons = sorted({refusal.reason for one in left_out for refusal in one.refusals})
    return checks.NothingToIssue(
        f"{len(left_out):,} resources have reported {of.year} and none is ready:"
        f" {', '.join(reasons)}."
    )


def refusals_of(facts: Facts, of: Round) -> list[Refusal]:
    """Everything that stands in the way of an issue, in the order of the steps.

    Source: 40 CFR 62.16445(e), (f), 62.16450; preamble IV.D.6.
    """
    row = facts.resource
    refusals = state_refusals(row, is_barred=facts.is_barred)
    if facts.is_suspended:
        refusals.append(
            checks.IssuanceSuspended(f"Issuance to {row.name} is suspended; lift that first.")
        )
    refusals += year_refusals(of.rules, of.year, of.at)
    if facts.is_issued:
        refusals.append(
            checks.IssuedAlready(f"Credits of {of.year} were issued to {row.name} already.")
        )
        return refusals
    if not facts.reports:
        refusals.append(checks.ReportMissing(f"{row.name} has no M&V report for {of.year}."))
    if not facts.reports or any(report.state != "verified" for report in facts.reports):
        refusals.append(
            checks.NotVerified(
                f"A verification report for {of.year} of {row.name} is missing: an accredited"
                " verifier must file it."
            )
        )
    refusals += meter_refusals(row.name, facts.open_meter_data)
    if any(report.pk in facts.questioned for report in facts.reports):
        refusals.append(
            checks.QuestionOpen(f"A question about the report of {of.year} is not answered.")
        )
    if of.rules.readings["comment_before_issuance"].is_on and not (
        facts.reports and facts.closed.issuperset(report.pk for report in facts.reports)
    ):
        refusals.append(refusal_after(facts.notice, year=of.year, today=of.rules.local_date(of.at)))
    return refusals


def calculate(facts: Facts, of: Round) -> ercs.Issuance:
    """Whole credits of all reports together, less what is still to be made up for.

    Source: 40 CFR 62.16445(e), 62.16450(a); RATE-135, RATE-145.
    """
    row = facts.resource
    share = eligible_share(showing_of(row))
    earned = Fraction(0)
    for report in facts.reports:
        electric_mwh = report.verified_mwh if report.verified_mwh is not None else Decimal(0)
        earned += ercs.creditable_mwh(
            ercs.credited_heat_and_power(
                row.category,
                facts.stated.get(report.pk, {}),
                electric_mwh=electric_mwh,
                year=of.year,
            ),
            share=share,
            biogenic_share=report.biogenic_share,
            contract_mwh=report.contract_mwh if facts.is_outside else None,
            rewarded_mwh=report.rewarded_mwh or Decimal(0),
        )
    correction = sum(found.mwh - found.taken for found in facts.overstatements)
    return ercs.issue(earned, correction=correction, carried=facts.carried, carries=facts.carries)
