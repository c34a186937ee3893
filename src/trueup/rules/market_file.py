"""Read what a program says of auctions, trades, partial obligations and States' accounts.

Each section may be left out: the program has no such thing then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from trueup.rules.auction import LOWEST_WINNING, RESERVE
from trueup.rules.auction_bids import AuctionRules
from trueup.rules.control_period import PREVIOUS_YEAR, SAME_YEAR, PartialObligation
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
    """

    auctions: AuctionRules | None = None
    trades: TradeRules | None = None
    partial: PartialObligation | None = None
    state_accounts: StateAccountRules | None = None
    applicability: Applicability | None = None
    offsets_percent: int | None = None


def read_market(top: Section, cites: dict[str, str]) -> MarketRules:
    """The sections of a program's file that only some programs have.

    Raises ProgramFileError for a value that is missing or does not fit.

    Source: RGGI-001, RGGI-011, RGGI-014, RGGI-020, RGGI-032, RGGI-033, RGGI-041.
    """
    return MarketRules(
        auctions=_auctions(top, cites) if top.has("auctions") else None,
        trades=_trades(top, cites) if top.has("trade_reports") else None,
        partial=_partial(top, cites) if top.has("partial_obligation") else None,
        state_accounts=_state_accounts(top, cites) if top.has("state_accounts") else None,
        applicability=_applicability(top, cites) if top.has("applicability") else None,
        offsets_percent=_offsets(top, cites) if top.has("offsets") else None,
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


def _auctions(top: Section, cites: dict[str, str]) -> AuctionRules:
    with _open(top, "auctions", cites) as part:
        return AuctionRules(
            lot_size=part.whole("lot_size"),
            bid_limit_percent=_percent(part, "bid_limit_percent"),
            bids_max=part.whole("bids_max"),
            undersubscribed_price=part.choice("undersubscribed_price", (LOWEST_WINNING, RESERVE)),
            per_quarter=part.whole("per_quarter"),
        )


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
