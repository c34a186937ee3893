"""What was issued into accounts, by category and vintage.

Source: 40 CFR 62.16434(b); 62.16515(f), (g); RATE-034.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from trueup.audit.statements import among
from trueup.ledger.models import Move
from trueup.ledger.vintages import vintages_of
from trueup.rules.serials import lot_of_number


def issued_into(accounts: Iterable[int]) -> dict[tuple[int, str, int], int]:
    """How many credits were ever issued into accounts, by account, category and vintage.

    What became of them since does not matter. Three statements.

    Source: 40 CFR 62.16434(b); RATE-034.
    """
    moves = Move.objects.filter(destination_id__in=among(accounts), source=None)
    created = list(moves.values_list("destination_id", "lot_id", "lo", "hi"))
    known = vintages_of(lot for _, lot, _, _ in created)
    issued: dict[tuple[int, str, int], int] = defaultdict(int)
    for account, lot, first, last in created:
        for part in known.parts(lot, first, last):
            key = (account, lot_of_number(lot).category, part.vintage)
            issued[key] += part.last - part.first + 1
    return dict(issued)
