"""Which safeguards are in force for transfers between some accounts: one statement.

Source: PLAT-052, PLAT-094; docs/decisions/0172.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection

from trueup.audit.statements import execute, unfolded
from trueup.ledger.entries import AccountEntry
from trueup.rules.people import Safeguards
from trueup.rules.program import Program

_GUARDS = """
    SELECT 'p', 0, 0, second_signature_hours, wait_business_days, listing_business_days,
           receiver_acceptance
    FROM (SELECT * FROM transfers_programsafeguards
          WHERE program = %s AND effective_at <= %s
          ORDER BY effective_at DESC, id DESC LIMIT 1) AS p
    UNION ALL
    SELECT 's', account_id, 0, 0, 0, 0, '' FROM transfers_secondpersonrule
    WHERE account_id IN ({givers}) AND ended_at IS NULL
    UNION ALL
    SELECT 't', account_id, other_id, 0, 0, 0, '' FROM transfers_trustedaccount
    WHERE account_id IN ({givers}) AND other_id IN ({receivers})
        AND removed_at IS NULL AND effective_at <= %s
    UNION ALL
    SELECT 'a', account_id, 0, 0, 0, 0, '' FROM transfers_standingacceptance
    WHERE account_id IN ({receivers}) AND ended_at IS NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """What is asked of transfers between some accounts at an instant.

    Attributes:
        safeguards: The program's, as its file says or as they were changed since.
        second_person: Accounts whose transfers a second person approves.
        trusted: Transferor and transferee of each listing in effect.
        agreed: Accounts that have agreed once and for all to what comes in.
    """

    safeguards: Safeguards
    second_person: frozenset[int] = frozenset()
    trusted: frozenset[tuple[int, int]] = frozenset()
    agreed: frozenset[int] = frozenset()

    def needs_second_person(self, source: AccountEntry) -> bool:
        """Whether a second person of the sending side approves its transfers.

        Source: PLAT-094 (program value); docs/decisions/0170.
        """
        return self.safeguards.second_person == "every" or source.id in self.second_person

    def needs_acceptance(self, destination: AccountEntry) -> bool:
        """Whether the receiver must agree to this transfer; nobody speaks for retirement.

        Source: docs/decisions/0174.
        """
        if destination.kind == "retirement":
            return False
        asked = self.safeguards.receiver_acceptance
        return asked == "always" or (asked == "standing" and destination.id not in self.agreed)

    def wait_days(self, source: AccountEntry, destination: AccountEntry) -> int:
        """How many business days a transfer between two accounts waits.

        Source: docs/decisions/0173.
        """
        is_trusted = (source.id, destination.id) in self.trusted
        return 0 if is_trusted else self.safeguards.wait_business_days


def guards_for(
    pairs: Iterable[tuple[AccountEntry | None, AccountEntry | None]],
    *,
    rules: Program,
    at: datetime,
) -> Guards:
    """The safeguards for transfers between pairs of accounts, in one statement."""
    known = list(pairs)
    givers = list(dict.fromkeys(giver.id for giver, _ in known if giver is not None))
    receivers = list(dict.fromkeys(taker.id for _, taker in known if taker is not None))
    many, given = unfolded(givers or [0])
    more, taken = unfolded(receivers or [0])
    instant = connection.ops.adapt_datetimefield_value(at)
    sql = _GUARDS.format(givers=many, receivers=more)
    parameters = (rules.code, instant, *given, *given, *taken, instant, *taken)
    guards = Guards(safeguards=rules.people.safeguards)
    second: set[int] = set()
    trusted: set[tuple[int, int]] = set()
    agreed: set[int] = set()
    for what, account, other, hours, wait, listing, acceptance in execute(sql, parameters).rows:
        if what == "p":
            changed = replace(
                guards.safeguards,
                second_signature_hours=hours,
                wait_business_days=wait,
                listing_business_days=listing,
                receiver_acceptance=acceptance,
            )
            guards = replace(guards, safeguards=changed)
        elif what == "s":
            second.add(account)
        elif what == "t":
            trusted.add((account, other))
        else:
            agreed.add(account)
    return replace(
        guards,
        second_person=frozenset(second),
        trusted=frozenset(trusted),
        agreed=frozenset(agreed),
    )
