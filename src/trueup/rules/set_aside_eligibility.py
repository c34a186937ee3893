"""Which resources the renewable energy set-aside is for.

New capacity and the grid are tested as for emission rate credits; the list of kinds, the
State and what excludes a resource are this set-aside's own.

Source: 40 CFR 62.16245(a)(2); preamble V.D.3.b; MASS-075, MASS-076; MASS-AMB-17, MASS-AMB-18.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from trueup.rules import eligibility
from trueup.rules.refusal import Refusal
from trueup.rules.set_aside import RenewableRules

CITE = "40 CFR 62.16245(a)(2)"


class CapacityNotNew(Refusal):
    code = "set_aside.capacity_not_new"
    cite = "40 CFR 62.16245(a)(2)(ii)"


class ServiceDateToDecide(Refusal):
    """In service on the one day that the rule and the preamble read differently."""

    code = "set_aside.service_date_to_decide"
    cite = "40 CFR 62.16245(a)(2)(ii); MASS-AMB-18"


class NotOfTheGrid(Refusal):
    code = "set_aside.not_on_grid"
    cite = "40 CFR 62.16245(a)(2)(iii)"


class KindNotListed(Refusal):
    code = "set_aside.kind_not_listed"
    cite = "40 CFR 62.16245(a)(2)(i)"


class ScaleNotDeclared(Refusal):
    code = "set_aside.scale_not_declared"
    cite = "40 CFR 62.16245(a)(2)(i); MASS-AMB-17"


class OtherState(Refusal):
    code = "set_aside.other_state"
    cite = "40 CFR 62.16245(a)(2)"


class CreditedWithErcs(Refusal):
    code = "set_aside.credited_with_ercs"
    cite = "40 CFR 62.16245(a)(2)"


class IsAffectedEgu(Refusal):
    code = "set_aside.is_affected_egu"
    cite = "40 CFR 62.16245(a)(2); 62.16375 “Eligible resource”"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a project shows to be eligible in a State's set-aside.

    Attributes:
        showing: Of the resource, as for credits.
        state: Where it is.
        set_aside_of: Whose set-aside it asks for.
        years: The generation years that it asks for.
        credited_years: Years for whose output emission rate credits were issued to it.
        is_utility_scale: As its representative declares; the rule names no size.
        date_accepted: The Administrator decided that its day of service counts.
    """

    showing: eligibility.Showing
    state: str
    set_aside_of: str
    years: tuple[int, ...] = ()
    credited_years: frozenset[int] = frozenset()
    is_affected_egu: bool = False
    is_utility_scale: bool = True
    date_accepted: bool = False


def check_claim(claim: Claim, *, rules: RenewableRules) -> list[Refusal]:
    """Every test that a project fails; none if it may be approved.

    Source: 40 CFR 62.16245(a)(2); MASS-075.
    """
    return [
        *_check_kind(claim, rules),
        *_check_new(claim, rules),
        *_check_grid(claim),
        *_check_place(claim),
        *_check_otherwise_served(claim),
    ]


def is_to_decide(in_service_on: date, *, rules: RenewableRules) -> bool:
    """Whether a day of service is the one that the Administrator decides on.

    Source: 40 CFR 62.16245(a)(2)(ii); preamble V.D.3.b; MASS-AMB-18.
    """
    return in_service_on == rules.in_service_from - timedelta(days=1)


def _check_kind(claim: Claim, rules: RenewableRules) -> Iterable[Refusal]:
    if claim.is_affected_egu:
        yield IsAffectedEgu("An affected EGU is no eligible resource.")
    showing = claim.showing
    kinds = rules.kinds.get(showing.category)
    if kinds is None or (kinds and showing.kind not in kinds):
        what = f"{showing.category} {showing.kind}".strip()
        yield KindNotListed(f"The renewable energy set-aside is not for “{what}”.")
    elif showing.category in rules.sized and not claim.is_utility_scale:
        yield ScaleNotDeclared("Declare that the resource is of utility scale.")


def _check_new(claim: Claim, rules: RenewableRules) -> Iterable[Refusal]:
    showing = claim.showing
    day = showing.in_service_on
    if day is not None and showing.uprate is None and not showing.is_relicensed:
        if day >= rules.in_service_from or (claim.date_accepted and is_to_decide(day, rules=rules)):
            return
        if is_to_decide(day, rules=rules):
            yield ServiceDateToDecide(
                f"In service on {day}: the rule asks for a later day, the preamble for capacity"
                " beyond that of 2012; the Administrator decides."
            )
            return
    for found in eligibility.check_new_capacity(showing):
        yield CapacityNotNew(found.sentence)


def _check_grid(claim: Claim) -> Iterable[Refusal]:
    return [NotOfTheGrid(found.sentence) for found in eligibility.check_grid(claim.showing)]


def _check_place(claim: Claim) -> Iterable[Refusal]:
    if claim.state != claim.set_aside_of:
        yield OtherState(
            f"The resource is in {claim.state}; the set-aside of {claim.set_aside_of} is for"
            f" resources in {claim.set_aside_of} alone."
        )


def _check_otherwise_served(claim: Claim) -> Iterable[Refusal]:
    twice = sorted(claim.credited_years & set(claim.years))
    if twice:
        yield CreditedWithErcs(
            "Emission rate credits were issued for its output of"
            f" {', '.join(str(year) for year in twice)}."
        )
