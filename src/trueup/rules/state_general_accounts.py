"""A State's general accounts: how a year's allowances are divided, and what each is for.

Maryland has five. Each has one use: to retire, to sell, to award, or to auction; how much
follows from a formula of its own. What the sources leave open is a program's value.

Source: RGGI-020 to RGGI-029; COMAR 26.09.02.06 to 26.09.02.09.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from trueup.rules.allocation import Number
from trueup.rules.periods import YearlyDate
from trueup.rules.refusal import Refusal

RETIRE, SELL, AWARD, AUCTION = "retire", "sell", "award", "auction"
USES = (RETIRE, SELL, AWARD, AUCTION)


class NotWholeBudget(Refusal):
    code = "state_accounts.not_whole_budget"
    cite = "RGGI-020"


class OtherUse(Refusal):
    code = "state_accounts.other_use"
    cite = "RGGI-026"


class NotLimited(Refusal):
    code = "state_accounts.not_limited"
    cite = "RGGI-021"


class NotAtReservePrice(Refusal):
    code = "state_accounts.not_at_reserve_price"
    cite = "RGGI-022"


class EvidenceMissing(Refusal):
    code = "state_accounts.evidence_missing"
    cite = "RGGI-022, RGGI-024"


class CertificateUsed(Refusal):
    code = "state_accounts.certificate_used"
    cite = "RGGI-023"


class CertificateNotRetired(Refusal):
    code = "state_accounts.certificate_not_retired"
    cite = "RGGI-023"


class SourceNotNew(Refusal):
    code = "state_accounts.source_not_new"
    cite = "RGGI-024"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateAccount:
    """One of a State's general accounts.

    Attributes:
        purpose: Its name in the books.
        title: What it is called.
        use: What may be done with its allowances.
        takes_rest: It holds whatever is in none of the others.
    """

    purpose: str
    title: str
    use: str
    takes_rest: bool
    cite: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StateAccountRules:
    """What a program says of its States' general accounts.

    Attributes:
        accounts: In order.
        due: By when a year's allowances are divided among them.
        export_below_percent: Of generation, that a permit must keep a source's exports
            under to be a limited one.
        average_years: Calendar years that its emissions are averaged over.
        new_from: The first day of service of a source that counts as new.
    """

    accounts: tuple[StateAccount, ...]
    due: YearlyDate
    export_below_percent: int
    average_years: int
    new_from: date

    def of_purpose(self, purpose: str) -> StateAccount:
        """The account of a purpose.

        Raises ValueError if there is none.

        Source: RGGI-026.
        """
        for account in self.accounts:
            if account.purpose == purpose:
                return account
        raise ValueError(f"no account of a State is for {purpose}")


def check_division(
    budget: int, quantities: Mapping[str, int], *, rules: StateAccountRules
) -> list[Refusal]:
    """Whether a year's allowances are divided wholly among the accounts.

    Source: RGGI-020.
    """
    known = {account.purpose for account in rules.accounts}
    if set(quantities) - known or any(quantity < 0 for quantity in quantities.values()):
        return [NotWholeBudget("Divide the budget among the State's own accounts.")]
    whole = sum(quantities.values())
    if whole == budget:
        return []
    return [
        NotWholeBudget(
            f"The accounts get {whole:,} together; the budget is {budget:,}:"
            f" {abs(budget - whole):,} {'too many' if whole > budget else 'missing'}."
        )
    ]


def rest_of(
    budget: int, set_asides: Mapping[str, int], *, rules: StateAccountRules
) -> dict[str, int]:
    """All accounts with their quantities: the one that takes the rest gets what is left.

    Raises ValueError if the set-asides are more than the budget.

    Source: RGGI-025.
    """
    left = budget - sum(set_asides.values())
    if left < 0:
        raise ValueError(f"set-asides of {sum(set_asides.values())} do not fit into {budget}")
    return {
        account.purpose: left if account.takes_rest else set_asides.get(account.purpose, 0)
        for account in rules.accounts
    }


def is_late(recorded_on: date, *, year: int, rules: StateAccountRules) -> bool:
    """Whether a year's allowances were divided after the day by which it is done.

    Source: RGGI-020.
    """
    return recorded_on > rules.due.in_year(year)


def check_use(purpose: str, *, use: str, rules: StateAccountRules) -> list[Refusal]:
    """Whether an account's allowances may be used like that.

    Source: RGGI-025, RGGI-026.
    """
    account = rules.of_purpose(purpose)
    if account.use == use:
        return []
    return [
        OtherUse(
            f"Allowances of “{account.title}” are there to {account.use}, not to {use}; move"
            " them by a decision first."
        )
    ]


def check_limited(
    *, permit_export_percent: Number | None, rules: StateAccountRules
) -> list[Refusal]:
    """Whether a source's permit keeps its exports to the grid low enough.

    Args:
        permit_export_percent: Of total generation, by a permit condition; None without
            one, whatever the source in fact exports.

    Source: RGGI-021; COMAR 26.09.02.06.
    """
    if permit_export_percent is None:
        return [NotLimited("No permit condition limits what the source exports to the grid.")]
    if permit_export_percent < rules.export_below_percent:
        return []
    return [
        NotLimited(
            f"The permit limits exports to {permit_export_percent} percent; they must be under"
            f" {rules.export_below_percent}."
        )
    ]


def limited_quantity(tons: Mapping[int, Number], *, year: int, rules: StateAccountRules) -> int:
    """Allowances retired for a limited source: its average over the past years, half up.

    Years without data are left out; `has_all_years` says whether there are any.

    Args:
        tons: By calendar year.
        year: In which they are retired.

    Source: RGGI-021.
    """
    known = [Fraction(tons[of]) for of in _past_years(year, rules) if of in tons]
    if not known:
        return 0
    mean = sum(known, Fraction(0)) / len(known)
    return int(mean + Fraction(1, 2))


def has_all_years(tons: Collection[int], *, year: int, rules: StateAccountRules) -> bool:
    """Whether emissions of every year that is averaged are known.

    Source: RGGI-021.
    """
    return all(of in tons for of in _past_years(year, rules))


def _past_years(year: int, rules: StateAccountRules) -> range:
    return range(year - rules.average_years, year)


def retirable(asked: int, *, balance: int) -> tuple[int, int]:
    """What can be retired of what is asked for, and what is missing.

    Source: RGGI-021, RGGI-023.
    """
    if asked < 0 or balance < 0:
        raise ValueError("neither what is asked for nor a balance is negative")
    given = min(asked, balance)
    return given, asked - given


def check_sale(
    *, price_cents: int, reserve_price_cents: int, has_contract: bool, shows_viability: bool
) -> list[Refusal]:
    """Whether a source with a long-term contract may buy from the State's account.

    Source: RGGI-022; COMAR 26.09.02.07.
    """
    found: list[Refusal] = []
    if not has_contract or not shows_viability:
        found.append(
            EvidenceMissing(
                "Show the long-term contract, and that buying elsewhere would endanger the"
                " source's financial viability."
            )
        )
    if price_cents != reserve_price_cents:
        found.append(
            NotAtReservePrice("The price is the reserve price in force on the day of the sale.")
        )
    return found


def certificate_quantity(mwh: Number, *, tons_per_mwh: Decimal) -> int:
    """Allowances retired for certificates of so many MWh, rounded down.

    Args:
        tons_per_mwh: The State's factor of the year.

    Source: RGGI-023; COMAR 26.09.02.08.
    """
    if Fraction(mwh) < 0 or tons_per_mwh < 0:
        raise ValueError("neither MWh nor a factor is negative")
    return int(Fraction(mwh) * Fraction(tons_per_mwh))


def check_certificates(
    serials: Collection[str], *, used: Collection[str], not_retired: Collection[str] = ()
) -> list[Refusal]:
    """Whether renewable energy certificates were retired, and counted nowhere before.

    Source: RGGI-023.
    """
    found: list[Refusal] = []
    again = sorted(set(serials) & set(used))
    if again:
        found.append(CertificateUsed(f"Counted before: {', '.join(again[:10])}."))
    open_ones = sorted(set(serials) & set(not_retired))
    if open_ones:
        found.append(CertificateNotRetired(f"Not retired: {', '.join(open_ones[:10])}."))
    return found


def check_clean_generation(
    *, in_service_on: date, has_permit_finding: bool, rules: StateAccountRules
) -> list[Refusal]:
    """Whether a source is new and has a finding of best technology or lowest rate.

    Source: RGGI-024; COMAR 26.09.02.09.
    """
    found: list[Refusal] = []
    if in_service_on < rules.new_from:
        found.append(SourceNotNew(f"In service since {in_service_on}: not a new source."))
    if not has_permit_finding:
        found.append(
            EvidenceMissing(
                "Show a permit's finding of best available control technology or lowest"
                " achievable emission rate, or the agency's finding that it is equivalent."
            )
        )
    return found


def sale_amount(quantity: int, *, price_cents: int) -> Decimal:
    """What a sale comes to, in dollars.

    Source: RGGI-022.
    """
    return (Decimal(quantity * price_cents) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
