"""Add up what came of a run of RGGI, from the books and not from what was planned."""

from __future__ import annotations

from trueup.compliance import queries as compliance
from trueup.compliance.entries import Totals
from trueup.compliance.models import CertificationReport
from trueup.demonstration.rggi_course import STATE, RggiCourse
from trueup.demonstration.rggi_summary import RggiStateSummary, RggiSummary
from trueup.demonstration.tally import audited, trades_of


def rggi_summary_of(course: RggiCourse) -> RggiSummary:
    """The summary of a run that is over; audits the books."""
    return RggiSummary(
        program=course.program,
        period=course.days.period.name,
        seed=course.seed,
        states=(_state(course),),
        auctions=course.auctions_delivered(),
        price_cents=tuple(course.prices.values()),
        trades=trades_of(course.program, course.submitted),
        audit=audited(),
        seconds=0,
    )


def _state(course: RggiCourse) -> RggiStateSummary:
    rules, period = course.days.program, course.days.period

    def settled(name: str) -> Totals:
        of = rules.period_named(name)
        return Totals.of(compliance.outcomes(program=rules.code, period=of))

    interim = [settled(of.name) for of in rules.interim_periods(period)]
    last = settled(period.name)
    everything = (*interim, last)
    return RggiStateSummary(
        jurisdiction=STATE,
        name=rules.jurisdictions[STATE].name,
        plants=len(course.plants),
        units=sum(len(plant.units) for plant in course.plants),
        budget=course.budgets.total(),
        auctioned=course.sold.total(),
        emissions_tons=sum(sum(course.needs(year).values()) for year in period.vintages),
        interim=sum(of.deducted for of in interim),
        deducted=last.deducted,
        short_sources=last.facilities - last.in_compliance,
        shortfall=last.excess,
        excess_due=sum(of.excess_due for of in everything),
        outstanding=sum(of.outstanding for of in everything),
        certified=CertificationReport.objects.filter(program=rules.code).count(),
    )
