"""Which acts the state of an account limits: the services ask the one table of the rules."""

from __future__ import annotations

from collections.abc import Iterable

from trueup.accounts import checks
from trueup.accounts.application_models import Closing
from trueup.audit.statements import among
from trueup.ledger import checks as ledger_checks
from trueup.ledger import queries as ledger_queries
from trueup.ledger.entries import AccountEntry
from trueup.rules import account_states
from trueup.rules.refusal import Refusal, Refused


class UnderNotice(Refusal):
    code = "accounts.under_notice"
    cite = "40 CFR 62.16320(c)(6)(ii)"


class NoNotice(Refusal):
    code = "accounts.no_notice"
    cite = "40 CFR 62.16320(c)(6)(ii)"


class NotReopened(Refusal):
    code = "accounts.not_reopened"
    cite = "40 CFR 62.16320(c)(6), (d)"


REFUSALS: dict[str, tuple[type[Refusal], str]] = {
    "account_closed": (ledger_checks.AccountClosed, "Account {} is closed."),
    "account_frozen": (
        ledger_checks.AccountFrozen,
        "Account {} is frozen; ask the Administrator to release it first.",
    ),
    "not_frozen": (checks.NotFrozen, "Account {} is not frozen."),
    "under_notice": (UnderNotice, "Account {} has had a notice of closure already."),
    "no_notice": (NoNotice, "Account {} has had no notice of closure."),
    "not_reopened": (
        NotReopened,
        "Account {} cannot be opened again. Apply for a new account; it gets its own number.",
    ),
}


def existing_account(account: int) -> AccountEntry:
    """The account, in whatever state; raises Refused (`unknown_account`) if there is none."""
    entry = ledger_queries.accounts_by_id([account]).get(account)
    if entry is None:
        raise Refused([ledger_checks.UnknownAccount("There is no such account.")])
    return entry


def states_of(accounts: Iterable[AccountEntry]) -> dict[int, str]:
    """The state of each account as the table names it: `under_notice` is one more.

    Source: 40 CFR 62.16320(c)(6)(ii).
    """
    entries = list(accounts)
    noticed = set(
        Closing.objects.filter(
            account_id__in=among(entry.id for entry in entries), kind="inactivity", state="pending"
        ).values_list("account_id", flat=True)
    )
    return {
        entry.id: "under_notice" if entry.state == "open" and entry.id in noticed else entry.state
        for entry in entries
    }


def limit_refusals(account: AccountEntry, act: str) -> list[Refusal]:
    """Why an act is refused in the state that the account is in; empty if it is not."""
    # One state has limits of its own only where the table says so; spare the statement.
    state = account.state
    row = account_states.LIMITS[act]
    if state == "open" and row["open"] != row["under_notice"]:
        state = states_of([account])[account.id]
    reason = account_states.limit(act, state)
    if not reason:
        return []
    refusal, sentence = REFUSALS[reason]
    return [refusal(sentence.format(account.number))]
