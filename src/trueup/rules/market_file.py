"""Read what only some programs have: auctions, trades, limits, partial obligations and more.

Each section may be left out: the program has no such thing then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from trueup.rules.assurance import AssuranceRules, read_levels
from trueup.rules.auction import LOWEST_WINNING, RESERVE
from trueup.rules.auction_bids import AuctionRules, ContainmentYear, price_in_cents
from trueup.rules.certification import CertificationRules
from trueup.rules.control_period import PREVIOUS_YEAR, SAME_YEAR, PartialObligation
from trueup.rules.holding_limit import HoldingLimit
from trueup.rules.participation import Applicability, read_participation
from trueup.rules.program_file import Section
from trueup.rules.set_aside_file import yearly_date
from trueup.rules.state_general_accounts import USES, StateAccount, StateAccountRules
from trueup.rules.trade_reports import TradeRules


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketRules:
    """What a program has besides allocations and settlements; None for what it has not.

    Attributes:
        offsets_percent: Of an obligation, what offset allowances can meet; None: there
            are no offset allowances.
        holding_limit: How much a group of owners may hold.
        assurance: What a State's sources may emit together before more is owed.
        certification: The report that is due of each source after a period.
    """

    auctions: AuctionRules | None = None
    trades: TradeRules | None = None
    partial: PartialObligation | None = None
    state_accounts: StateAccountRules | None = None
    applicability: Applicability | None = None
    offsets_percent: int | None = None
    holding_limit: HoldingLimit | None = None
    assurance: AssuranceRules | None = None
    certification: CertificationRules | None = None

    @property
    def limits_offsets(self) -> bool:
        """Whether less than a whole obligation can be met by offset allowances.

        Source: RGGI-033.
        """
        return self.offsets_percent is not None and self.offsets_percent < 100


def read_market(top: Section, cites: dict[str, str]) -> MarketRules:
    """The sections of a program's file that only some programs have.

    Raises ProgramFileError for a value that is missing or does not fit.

    Source: RGGI-001, RGGI-011, RGGI-014, RGGI-020, RGGI-032, RGGI-033, RGGI-041;
    docs/decisions/0365, 0366.
    """
    return MarketRules(
        auctions=_auctions(top, cites) if top.has("auctions") else None,
        trades=_trades(top, cites) if top.has("trade_reports") else None,
        partial=_partial(top, cites) if top.has("partial_obligation") else None,
        state_accounts=_state_accounts(top, cites) if top.has("state_accounts") else None,
        applicability=_applicability(top, cites) if top.has("applicability") else None,
        offsets_percent=_offsets(top, cites) if top.has("offsets") else None,
        holding_limit=_holding_limit(top, cites) if top.has("holding_limit") else None,
        assurance=_assurance(top, cites) if top.has("assurance") else None,
        certification=_certification(top, cites) if top.has("certification") else None,
    )


def _open(parent: Section, key: str, cites: dict[str, str]) -> Section:
    section = parent.section(key)
    cites[section.path] = section.text("cite")
    return section


def _percent(section: Section, key: str) -> int:
    value = section.whole(key, at_least=0)
    if value > 100:
        raise section.error(key, f"must be at most 100, not {value}")
    return value


def _auctions(top: Section, cites: dict[str, str]) -> AuctionRules | None:
    """What is said of auctions; None while the program says that none are held."""
    with _open(top, "auctions", cites) as part:
        is_held = part.flag("held") if part.has("held") else True
        rules = AuctionRules(
            lot_size=part.whole("lot_size"),
            bid_limit_percent=_percent(part, "bid_limit_percent"),
            bids_max=part.whole("bids_max"),
            undersubscribed_price=part.choice("undersubscribed_price", (LOWEST_WINNING, RESERVE)),
            per_quarter=part.whole("per_quarter"),
            containment=_containment(part, cites) if part.has("cost_containment") else None,
            demand_from=part.whole("demand_from", at_least=0) if part.has("demand_from") else 0,
        )
        return rules if is_held else None


def _containment(auctions: Section, cites: dict[str, str]) -> dict[int, ContainmentYear]:
    with _open(auctions, "cost_containment", cites) as part:
        found = {}
        for section in part.list_of_sections("years") if part.has("years") else ():
            with section, section.about("trigger"):
                found[section.whole("year")] = ContainmentYear(
                    trigger_cents=price_in_cents(Decimal(section.text("trigger"))),
                    quantity=section.whole("quantity"),
                )
        return found


def _trades(top: Section, cites: dict[str, str]) -> TradeRules:
    with _open(top, "trade_reports", cites) as part:
        return TradeRules(
            kinds=part.texts("kinds"),
            reasons=part.texts("reasons"),
            average_of_at_least=part.whole("average_of_at_least"),
        )


def _partial(top: Section, cites: dict[str, str]) -> PartialObligation:
    with _open(top, "partial_obligation", cites) as part:
        return PartialObligation(
            share_percent=_percent(part, "share_percent"),
            years=part.wholes("years"),
            base=part.choice("base", (SAME_YEAR, PREVIOUS_YEAR)),
            excess_ratio_applies=part.flag("excess_ratio_applies"),
        )


def _certification(top: Section, cites: dict[str, str]) -> CertificationRules:
    with _open(top, "certification", cites) as part:
        statements = {}
        for section in part.list_of_sections("statements"):
            with section:
                statements[section.text("key")] = section.text("text")
        return CertificationRules(
            due=yearly_date(part, "due"),
            for_interim=part.flag("interim"),
            statements=statements,
            quantities=part.texts("quantities"),
        )


def _state_accounts(top: Section, cites: dict[str, str]) -> StateAccountRules:
    with _open(top, "state_accounts", cites) as part:
        accounts = []
        for section in part.list_of_sections("accounts"):
            with section:
                accounts.append(
                    StateAccount(
                        purpose=section.text("purpose"),
                        title=section.text("title"),
                        use=section.choice("use", USES),
                        takes_rest=section.flag("takes_rest"),
                        cite=section.text("cite"),
                    )
                )
        if sum(account.takes_rest for account in accounts) != 1:
            raise part.error("accounts", "must have one that takes the rest")
        new_from = part.text("new_from")
        with part.about("new_from"):
            first_day = date.fromisoformat(new_from)
        return StateAccountRules(
            accounts=tuple(accounts),
            due=yearly_date(part, "due"),
            export_below_percent=_percent(part, "export_below_percent"),
            average_years=part.whole("average_years"),
            new_from=first_day,
        )


def _applicability(top: Section, cites: dict[str, str]) -> Applicability:
    with _open(top, "applicability", cites) as part:
        name = part.text("participation")
        with part.about("participation"):
            states = read_participation(name)
        return Applicability(
            threshold_mw=Decimal(part.whole("threshold_mw", at_least=0)),
            is_inclusive=part.flag("inclusive"),
            fuels=frozenset(part.texts("fuels")),
            states=states,
        )


def _offsets(top: Section, cites: dict[str, str]) -> int:
    with _open(top, "offsets", cites) as part:
        return _percent(part, "limit_percent")


def _holding_limit(top: Section, cites: dict[str, str]) -> HoldingLimit:
    with _open(top, "holding_limit", cites) as part:
        kinds = part.texts("counted_in")
        for kind in set(kinds) - {"compliance", "general"}:
            raise part.error("counted_in", f"{kind!r} is no kind of account of participants")
        return HoldingLimit(
            counted_in=frozenset(kinds),
            base=part.whole("base"),
            base_percent=_decimal_percent(part, "base_percent"),
            above_percent=_decimal_percent(part, "above_percent"),
        )


def _decimal_percent(section: Section, key: str) -> Decimal:
    """A share that may have decimals; it is written as a text, so that it stays exact."""
    text = section.text(key)
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise section.error(key, f'must be a number such as "2.5", not {text!r}') from None
    if not 0 <= value <= 100:
        raise section.error(key, f"must be from 0 to 100, not {text}")
    return value


def _assurance(top: Section, cites: dict[str, str]) -> AssuranceRules:
    with _open(top, "assurance", cites) as part:
        name = part.text("levels")
        with part.about("levels"):
            levels = read_levels(name)
        return AssuranceRules(
            levels=levels, ratio=part.whole("ratio"), due=yearly_date(part, "due")
        )
