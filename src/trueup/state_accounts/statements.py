"""What each account of a State got, gave and has; and where a State's allowances are.

What is left is counted from what the account holds now, all else from the journal, so that
a statement that adds up is a check of both. One that does not is not published.

Source: RGGI-003, RGGI-029.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Sum

from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.ledger.flow_reads import Flow, flows_of, issued_totals, retired_by_state
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.rules.state_general_accounts import SELL
from trueup.state_accounts import checks
from trueup.state_accounts.entries import StateBudget, Statement
from trueup.state_accounts.models import Application
from trueup.state_accounts.places import all_accounts, rules_of


def statements(*, program: str, jurisdiction: str, year: int) -> list[Statement]:
    """The statement of each account of a State for a calendar year.

    Raises Refused (`not_balanced`): what does not add up is not published.

    Source: RGGI-029.
    """
    accounts = [of for of in all_accounts(program) if of.jurisdiction == jurisdiction]
    found = _of_year(accounts, program=program, year=year)
    wrong = [of.purpose for of in found if not of.adds_up]
    if wrong:
        raise Refused(
            [
                checks.NotBalanced(
                    f"The statements of {jurisdiction} for {year} do not add up"
                    f" ({', '.join(wrong)}); they are not published."
                )
            ]
        )
    return found


def state_budgets(*, program: str) -> list[StateBudget]:
    """Of each State: what was issued, and where it is, budgets kept apart.

    Offset allowances are no part of a State's budget, and are left out.

    Raises Refused (`not_balanced`).

    Source: RGGI-003.
    """
    issued: Counter[str] = Counter()
    for lot, quantity in issued_totals(program).items():
        issued[lot.jurisdiction] += 0 if lot.category else quantity
    own: Counter[str] = Counter()
    market: Counter[str] = Counter()
    for total in ledger.lot_totals(program):
        if total.lot.category:
            continue
        if total.kind in ("origination", "holding"):
            own[total.lot.jurisdiction] += total.quantity
        elif total.kind != "retirement":
            market[total.lot.jurisdiction] += total.quantity
    used: defaultdict[str, Counter[str]] = defaultdict(Counter)
    retired: Counter[str] = Counter()
    for of in retired_by_state(program):
        if of.lot.category:
            continue
        if of.type == "deduct":
            used[of.lot.jurisdiction][of.jurisdiction] += of.quantity
        else:
            retired[of.lot.jurisdiction] += of.quantity
    found = [
        StateBudget(
            jurisdiction=state,
            issued=issued[state],
            in_state_accounts=own[state],
            in_market=market[state],
            retired=retired[state],
            used=dict(sorted(used[state].items())),
        )
        for state in sorted({*issued, *own, *market, *used, *retired})
    ]
    wrong = [of.jurisdiction for of in found if not of.adds_up]
    if wrong:
        raise Refused([checks.NotBalanced(f"The budgets of {', '.join(wrong)} do not add up.")])
    return found


def _of_year(accounts: list[AccountEntry], *, program: str, year: int) -> list[Statement]:
    zone = programs.load(program).zone
    begin, end = datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)
    ids = [of.id for of in accounts]
    before = _net(flows_of(ids, until=begin))
    after = _net(flows_of(ids, since=end))
    now = ledger.totals_of(ids)
    within = flows_of(ids, since=begin, until=end)
    sold = _sold(program, begin=begin, end=end)
    return [
        _statement(
            of,
            [flow for flow in within if flow.account == of.id],
            year=year,
            brought=before[of.id],
            left=now[of.id] - after[of.id],
            sold=sold.get((of.jurisdiction, of.purpose), 0),
            own={account.id for account in accounts},
        )
        for of in accounts
    ]


def _net(flows: Iterable[Flow]) -> Counter[int]:
    found: Counter[int] = Counter()
    for flow in flows:
        found[flow.account] += flow.quantity if flow.is_in else -flow.quantity
    return found


def _sold(program: str, *, begin: datetime, end: datetime) -> Mapping[tuple[str, str], int]:
    """What was sold of each account: awards of the accounts that are there to sell."""
    purposes = [of.purpose for of in rules_of(program).accounts if of.use == SELL]
    rows = (
        Application.objects.filter(
            program=program,
            purpose__in=purposes,
            state="executed",
            executed_at__gte=begin,
            executed_at__lt=end,
        )
        .values_list("jurisdiction", "purpose")
        .annotate(total=Sum("given"))
    )
    return {(state, purpose): total for state, purpose, total in rows}


def _statement(
    account: AccountEntry,
    flows: Iterable[Flow],
    *,
    year: int,
    brought: int,
    left: int,
    sold: int,
    own: set[int],
) -> Statement:
    said: Counter[str] = Counter()
    for flow in flows:
        said[_word(flow, own)] += flow.quantity
    return Statement(
        purpose=account.purpose,
        year=year,
        brought=brought,
        allocated=said["allocated"],
        moved_in=said["moved_in"],
        moved_out=said["moved_out"],
        offered=said["offered"],
        returned=said["returned"],
        awarded=said["awarded"] - sold,
        sold=sold,
        retired=said["retired"],
        other=said["other_in"] - said["other_out"],
        left=left,
    )


def _word(flow: Flow, own: set[int]) -> str:
    """What the statement calls a flow."""
    if flow.type == "consign":
        among_own = flow.other in own
        if flow.is_in:
            return "moved_in" if among_own else "returned"
        return "moved_out" if among_own else "offered"
    if flow.is_in:
        return "allocated" if flow.type in ("allocate", "originate") else "other_in"
    return {"award": "awarded", "allocate": "awarded", "retire": "retired"}.get(
        flow.type, "other_out"
    )
