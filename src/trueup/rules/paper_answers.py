"""What the answers of plans and reports must keep to, beyond being there.

Source: 40 CFR 62.16455(c), 62.16260(c); RATE-083 to RATE-106; MASS-107 to MASS-116.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from trueup.rules import ercs
from trueup.rules.papers import (
    Described,
    ElementInvalid,
    ElementMissing,
    capacities_of,
    is_date,
    number_of,
)
from trueup.rules.refusal import Refusal
from trueup.rules.savings import INTERVALS, check_interval, check_manual, is_precise


def check_plan(given: Mapping[str, str], *, resource: Described) -> list[Refusal]:
    """What the answers of an EM&V plan must keep to, beyond being there.

    Source: 40 CFR 62.16455(c)(1)(iii), (iv), (c)(2)(ii), (iii), (c)(7)(iv)(B), (v); RATE-083,
    RATE-084, RATE-086, RATE-098, RATE-099; MASS-107, MASS-108, MASS-113, MASS-114.
    """
    refusals: list[Refusal] = []
    is_small = resource.capacity_mw * 1000 < ercs.SMALL_KW
    if given.get("data_path") == "SELF_REPORT_LT_10KW" and not is_small:
        refusals.append(
            ElementInvalid("EM&V plan: only a unit below 10 kW may report its own output.")
        )
    if not resource.has_meter and resource.category != "DSM" and not is_small:
        refusals.append(ElementInvalid("EM&V plan: a unit of 10 kW or more needs a meter."))
    delivery = number_of(given.get("minimum_delivery_mwh", ""))
    if delivery is not None and delivery < ercs.LEAST_DELIVERY_MWH:
        refusals.append(
            ElementInvalid("EM&V plan: at least 1 MWh is delivered to the grid in 365 days.")
        )
    refusals += _check_aggregate(given)
    refusals += _check_manual(given)
    kind, years = given.get("interval_kind", "").lower(), number_of(given.get("interval_years", ""))
    if kind in INTERVALS and years is not None:
        refusals += check_interval(
            years=int(years),
            kind=kind,
            is_justified=bool(given.get("interval_justification", "").strip()),
        )
    return refusals


def check_report(given: Mapping[str, str]) -> list[Refusal]:
    """What the answers of an M&V report must keep to: a sample is stated whole, and precise.

    Source: 40 CFR 62.16455(c)(7)(viii); RATE-106; MASS-116.
    """
    names = ("sample_estimate_mwh", "sample_low_mwh", "sample_high_mwh", "sample_confidence")
    stated = [number_of(given.get(name, "")) for name in names]
    if all(number is None for number in stated):
        return []
    estimate, low, high, confidence = stated
    if estimate is None or low is None or high is None or confidence is None:
        return [ElementMissing("M&V report: state a sample's estimate, both ends and confidence.")]
    if is_precise(estimate=estimate, low=low, high=high, confidence=confidence):
        return []
    return [
        ElementInvalid(
            "M&V report: a sample needs 90 percent confidence, and both ends within 10 percent."
        )
    ]


def check_deemed(plan: Mapping[str, str], *, first_on: date, last_on: date) -> list[Refusal]:
    """Deemed savings of a report's months: the manual is fresh, and they have not ended.

    Source: 40 CFR 62.16455(c)(7)(iv)(B), (vi)(B); RATE-098, RATE-101; MASS-113, MASS-114.
    """
    if plan.get("savings_method") != "DEEMED":
        return []
    refusals = _manual_refusals(plan, used_on=last_on)
    until = _day(plan, "deemed_until")
    if until is not None and first_on > until:
        refusals.append(ElementInvalid(f"M&V report: the deemed savings ended on {until}."))
    return refusals


def _check_aggregate(given: Mapping[str, str]) -> list[Refusal]:
    """Units that share a meter or an algorithm are small, one by one and together."""
    if given.get("aggregation") != "AGGREGATED":
        return []
    return list(
        ercs.check_aggregation(
            [
                ercs.AggregatedUnit(capacity_kw=kw, jurisdiction="", measured_by="")
                for kw in capacities_of(given.get("aggregated_kw", ""))
            ]
        )
    )


def _check_manual(given: Mapping[str, str]) -> list[Refusal]:
    """A manual of deemed savings was open for comment long enough."""
    if given.get("savings_method") != "DEEMED":
        return []
    updated_on = _day(given, "manual_updated_on")
    return [] if updated_on is None else _manual_refusals(given, used_on=updated_on)


def _manual_refusals(plan: Mapping[str, str], *, used_on: date) -> list[Refusal]:
    days = [
        _day(plan, name)
        for name in ("manual_updated_on", "manual_comment_from", "manual_comment_until")
    ]
    updated_on, comment_from, comment_until = days
    if updated_on is None or comment_from is None or comment_until is None:
        return []
    return list(
        check_manual(
            updated_on=updated_on,
            used_on=used_on,
            comment_from=comment_from,
            comment_until=comment_until,
            address=plan.get("reference_manual", ""),
        )
    )


def _day(given: Mapping[str, str], name: str) -> date | None:
    value = given.get(name, "").strip()
    return date.fromisoformat(value) if is_date(value) else None
