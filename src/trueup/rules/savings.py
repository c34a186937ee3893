"""What demand-side savings earn, and what their EM&V must keep to.

Source: 40 CFR 62.16455(c)(6), (c)(7); preamble IV.D.8.g; RATE-093 to RATE-106.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from trueup.rules.refusal import Refusal, Refused

LOSSES_MAX = Decimal("0.06")
METHODS = ("PB_MV", "COMPARISON_GROUP", "DEEMED")
MANUAL_YEARS = 3
COMMENT_MONTHS = 2
CONFIDENCE_MIN = Decimal("0.90")
HALF_WIDTH_MAX = Decimal("0.10")
# Longest interval of quantification in years, by kind of measure.
INTERVALS = {"codes_and_standards": 4, "publicly_funded": 3, "commercial_industrial": 1}


# Element of a report: a line for each customer and measure whose saving it claims.
PARTICIPANTS = "participants"
PARTICIPANT_MAX = 100


class ParticipantsUnclear(Refusal):
    code = "savings.participants_unclear"
    cite = "40 CFR 62.16455(c)(7)(vi)(C)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A customer, or a vendor where customers are not known, and the measure that saves there."""

    line: int
    customer: str
    measure: str

    @property
    def key(self) -> tuple[str, str]:
        """The same for every way of writing it, so that nothing is counted twice."""
        return _folded(self.customer), _folded(self.measure)


def read_participants(text: str) -> list[Participant]:
    """The lines `4711; LED lighting` of a report on savings; blank lines are left out.

    Raises Refused (`participants_unclear`) for a line without two parts, and for one that
    stands there twice; every such line is named.

    Source: 40 CFR 62.16455(c)(7)(vi)(C); RATE-102.
    """
    found: dict[tuple[str, str], Participant] = {}
    refusals: list[Refusal] = []
    for line, words in enumerate(text.splitlines(), start=1):
        if not words.strip():
            continue
        customer, _, measure = (part.strip() for part in words.partition(";"))
        one = Participant(line=line, customer=customer, measure=measure)
        if not all(0 < len(part) <= PARTICIPANT_MAX for part in one.key):
            reason = "Write a customer's number, a semicolon and the measure."
        elif one.key in found:
            reason = f"It stands in line {found[one.key].line} already."
        else:
            found[one.key] = one
            continue
        refusals.append(ParticipantsUnclear(reason, row=line))
    if refusals:
        raise Refused(refusals)
    return list(found.values())


def _folded(text: str) -> str:
    return "".join(text.casefold().split())


class LossFactorNotAllowed(Refusal):
    code = "savings.loss_factor_not_allowed"
    cite = "40 CFR 62.16455(c)(6)"


class MethodNotListed(Refusal):
    code = "savings.method_not_listed"
    cite = "40 CFR 62.16455(c)(7)(iv)"


class ManualNotAccepted(Refusal):
    code = "savings.manual_not_accepted"
    cite = "40 CFR 62.16455(c)(7)(iv)(B)"


class IntervalTooLong(Refusal):
    code = "savings.interval_too_long"
    cite = "40 CFR 62.16455(c)(7)(v)"


def with_avoided_losses(
    savings_mwh: Decimal,
    *,
    state_loss_rate: Decimal,
    is_grid_measure: bool = False,
    factor: Decimal | None = None,
) -> Fraction:
    """Metered savings with the line losses that they avoid.

    Args:
        state_loss_rate: The State's latest average, as the EIA publishes it.
        is_grid_measure: Voltage reduction and the like, which get no addition (AMB-22).
        factor: Another factor that was asked for; none is allowed.

    Raises Refused (`loss_factor_not_allowed`).

    Source: 40 CFR 62.16455(c)(6); preamble IV.D.8.g(3); RATE-093; AMB-22.
    """
    allowed = min(LOSSES_MAX, state_loss_rate)
    if factor is not None and (is_grid_measure or factor != allowed):
        raise Refused(
            [
                LossFactorNotAllowed(
                    f"A factor of {factor} is not allowed: "
                    + ("none for a measure of the grid." if is_grid_measure else f"{allowed}.")
                )
            ]
        )
    return Fraction(savings_mwh) * (1 if is_grid_measure else 1 + Fraction(allowed))


def saved_mwh(
    *, baseline_mwh: Decimal, observed_mwh: Decimal, interactive_mwh: Decimal = Decimal(0)
) -> Decimal:
    """Baseline less observed use, less what the measure makes others use on the premises.

    Source: 40 CFR 62.16455(c)(7)(iii), (iv), (vi)(E); RATE-096, RATE-097, RATE-104.
    """
    return max(baseline_mwh - observed_mwh - interactive_mwh, Decimal(0))


def check_method(method: str) -> list[Refusal]:
    """The method is one of the three that the rule lists.

    Source: 40 CFR 62.16455(c)(7)(iv); RATE-097.
    """
    if method in METHODS:
        return []
    return [MethodNotListed(f"“{method}” is none of {', '.join(METHODS)}.")]


def check_manual(
    *, updated_on: date, used_on: date, comment_from: date, comment_until: date, address: str
) -> list[Refusal]:
    """A technical reference manual is public, was open for comment, and is fresh.

    Source: 40 CFR 62.16455(c)(7)(iv)(B); RATE-098; DL-20, DL-21.
    """
    refusals: list[Refusal] = []
    if used_on > _years_after(updated_on, MANUAL_YEARS):
        refusals.append(ManualNotAccepted(f"The manual of {updated_on} is older than 3 years."))
    if comment_until < _months_after(comment_from, COMMENT_MONTHS):
        refusals.append(ManualNotAccepted("The manual was open for comment less than 2 months."))
    if not address.strip():
        refusals.append(ManualNotAccepted("State the web address of the manual."))
    return refusals


def check_interval(*, years: int, kind: str, is_justified: bool = False) -> list[Refusal]:
    """Savings are quantified anew within the interval of their kind.

    Raises ValueError for an unknown kind.

    Source: 40 CFR 62.16455(c)(7)(v); RATE-099; AMB-32.
    """
    longest = INTERVALS[kind]
    if 1 <= years <= longest or (kind == "commercial_industrial" and is_justified and years >= 1):
        return []
    return [IntervalTooLong(f"{years} years are not within 1 to {longest} ({kind}).")]


def is_within_useful_life(year: int, *, stops_on: date) -> bool:
    """Whether deemed savings of a year can still be claimed.

    Source: 40 CFR 62.16455(c)(7)(vi)(B); RATE-101.
    """
    return date(year, 1, 1) <= stops_on


def is_installation_verified(*, implemented_on: date, verified_on: date) -> bool:
    """Whether proper installation was verified within the first year.

    Source: 40 CFR 62.16455(c)(7)(vi)(D); RATE-103; DL-28.
    """
    return verified_on <= _years_after(implemented_on, 1)


def is_precise(*, estimate: Decimal, low: Decimal, high: Decimal, confidence: Decimal) -> bool:
    """Whether a sample is precise: 90 percent confidence, both ends within 10 percent.

    Source: 40 CFR 62.16455(c)(7)(viii); RATE-106.
    """
    if not low <= estimate <= high or estimate <= 0:
        return False
    widest = HALF_WIDTH_MAX * estimate
    return confidence >= CONFIDENCE_MIN and max(estimate - low, high - estimate) <= widest


def _years_after(day: date, years: int) -> date:
    return _months_after(day, 12 * years)


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    years, month = divmod(day.month - 1 + months, 12)
    last = monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))
