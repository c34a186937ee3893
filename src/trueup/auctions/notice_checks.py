"""Every reason why notice of an auction is not given.

Source: RGGI-025, RGGI-040 to RGGI-043; PLAT-066, PLAT-067.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Sum

from trueup.auctions import checks
from trueup.auctions.entries import AuctionSpec
from trueup.auctions.models import Auction, Consignment
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.auction_bids import AuctionRules, in_dollars
from trueup.rules.refusal import Refusal

_OFFERING = frozenset({"origination", "holding"})
_A_QUARTER = timedelta(days=95)
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,19}")


def offered(spec: AuctionSpec) -> int:
    """What a notice offers at once, without a cost containment reserve."""
    return sum(of.quantity for of in spec.consignments if of.trigger_cents is None)


def refusals(
    spec: AuctionSpec,
    *,
    program: str,
    rules: AuctionRules,
    at: datetime,
    known: Mapping[str, AccountEntry],
) -> list[Refusal]:
    """All of them, of the numbers, the times, what is offered, and the reserve."""
    return [
        *_of_number(spec, program=program, rules=rules),
        *_of_times(spec, at=at),
        *_of_quantities(spec, rules=rules),
        *_of_accounts(spec, program=program, known=known),
        *_of_containment(spec, program=program, rules=rules),
    ]


def _of_number(spec: AuctionSpec, *, program: str, rules: AuctionRules) -> list[Refusal]:
    found: list[Refusal] = []
    if not _NUMBER.fullmatch(spec.number) or (spec.sitting and not _NUMBER.fullmatch(spec.sitting)):
        found.append(checks.NumberNotUsable("Number an auction by letters, digits and hyphens."))
    if Auction.objects.filter(program=program, number=spec.number).exists():
        found.append(checks.NumberTaken(f"There is an auction “{spec.number}” already."))
    if not spec.reason.strip() and _of_quarter(spec, program=program) >= rules.per_quarter:
        found.append(
            checks.ReasonMissing("There is an auction in this quarter: say why another is held.")
        )
    return found


def _of_times(spec: AuctionSpec, *, at: datetime) -> list[Refusal]:
    until = spec.qualify_until or spec.closes_at
    if at <= spec.opens_at < spec.closes_at and at <= until <= spec.closes_at:
        return []
    return [checks.TimesNotInOrder("Notice comes first, then bidding opens, then it closes.")]


def _of_quantities(spec: AuctionSpec, *, rules: AuctionRules) -> list[Refusal]:
    found: list[Refusal] = []
    quantity = offered(spec)
    if quantity < 1 or any(of.quantity < 1 for of in spec.consignments):
        found.append(checks.NothingOffered("An auction offers at least one allowance."))
    elif quantity % rules.lot_size:
        found.append(checks.NothingOffered(f"Offer a multiple of {rules.lot_size:,}."))
    at_once = [of.account for of in spec.consignments if of.trigger_cents is None]
    for account in sorted(set(at_once)):
        if at_once.count(account) > 1:
            found.append(checks.NothingOffered(f"Account {account} is named twice."))
    return found


def _of_accounts(
    spec: AuctionSpec, *, program: str, known: Mapping[str, AccountEntry]
) -> list[Refusal]:
    found: list[Refusal] = []
    for number in dict.fromkeys(of.account for of in spec.consignments):
        source = known.get(number)
        if source is None:
            found.append(checks.UnknownAccount(f"There is no account {number}."))
        elif (
            source.kind not in _OFFERING
            or not source.jurisdiction
            or not _is_for_auction(source, program=program)
        ):
            found.append(
                checks.NotOfState(f"{source.name} is no account that a State auctions out of.")
            )
    return found


def _of_containment(spec: AuctionSpec, *, program: str, rules: AuctionRules) -> list[Refusal]:
    """A reserve is released by a recorded trigger alone, as the program sets it.

    Source: PLAT-066.
    """
    tiers = [of for of in spec.consignments if of.trigger_cents is not None]
    if not tiers:
        return []
    if rules.containment is None:
        return [checks.NoContainment("The program has no cost containment reserve.")]
    found: list[Refusal] = []
    if not spec.containment_ground.strip() or any(of.trigger_cents == 0 for of in tiers):
        found.append(
            checks.TriggerMissing("State the trigger, and by which paper the reserve is offered.")
        )
    year = programs.load(program).local_date(spec.closes_at).year
    setting = rules.containment.get(year)
    if setting is None:
        return found
    if {of.trigger_cents for of in tiers} != {setting.trigger_cents}:
        trigger = in_dollars(setting.trigger_cents)
        found.append(checks.TriggerNotOfProgram(f"The trigger of {year} is {trigger}."))
    wanted = sum(of.quantity for of in tiers) + _offered_besides(program, year)
    if wanted > setting.quantity:
        found.append(
            checks.ContainmentUsedUp(
                f"The reserve of {year} has {setting.quantity:,}; {wanted:,} would be offered."
            )
        )
    return found


def _offered_besides(program: str, year: int) -> int:
    """What other auctions of a year have sold of the reserve, or could still sell."""
    rules = programs.load(program)
    auctions = [
        row.pk
        for row in Auction.objects.filter(program=program).exclude(state="cancelled")
        if rules.local_date(row.closes_at).year == year
    ]
    tiers = Consignment.objects.filter(auction_id__in=auctions, trigger_cents__isnull=False)
    sold = tiers.filter(sold__isnull=False).aggregate(total=Sum("sold"))["total"] or 0
    open_ = tiers.filter(sold__isnull=True).aggregate(total=Sum("quantity"))["total"] or 0
    return sold + open_


def _is_for_auction(source: AccountEntry, *, program: str) -> bool:
    """Whether a State's account is there to auction; one without a rule is.

    Source: RGGI-025.
    """
    rules = programs.load(program).market.state_accounts
    uses = {of.purpose: of.use for of in rules.accounts} if rules is not None else {}
    return uses.get(source.purpose, "auction") == "auction"


def _of_quarter(spec: AuctionSpec, *, program: str) -> int:
    """Auctions that close in the same quarter, in the program's zone."""
    rules = programs.load(program)
    day = rules.local_date(spec.closes_at)
    others = Auction.objects.filter(program=program).exclude(state="cancelled")
    if spec.sitting:
        others = others.exclude(terms__sitting=spec.sitting)
    # Closes of neighbouring days in another zone are looked at, too.
    near = others.filter(
        closes_at__gte=spec.closes_at - _A_QUARTER, closes_at__lte=spec.closes_at + _A_QUARTER
    )
    sittings = dict(near.values_list("terms__sitting", "closes_at"))
    days = [rules.local_date(at) for at in sittings.values()]
    quarter = (day.year, (day.month - 1) // 3)
    return sum((other.year, (other.month - 1) // 3) == quarter for other in days)
