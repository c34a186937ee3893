"""Which final decisions can be appealed: two lists, and the kinds of decision they share.

A decision keeps its *class*. The seven of 78.1(b)(18) are kinds that both federal programs
have, under other items in 78.1(b)(19); what only credits know has a word of its own.

Source: 40 CFR 78.1(a)(1), (b)(18), (b)(19); MASS-165, RATE-264, RATE-265.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from trueup.rules.rows import read_rows

TABLE = "appealable_decisions.csv"
CLASSES = (
    *("i", "ii", "iii", "iv", "v", "vi", "vii"),
    *("issuance", "qualified", "revoked", "misstated", "verifier", "unverifier"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appealable:
    """A kind of decision that can be appealed: its item in the list, and its section."""

    decision_class: str
    item: str
    decision: str
    section: str


@cache
def appealable(program: str) -> Mapping[str, Appealable]:
    """The decisions of a program that can be appealed under part 78, by class.

    Empty for a program that part 78 does not know. Preliminary, procedural and
    intermediate decisions are in no list.

    Source: 40 CFR 78.1(a)(1), (b)(18), (b)(19).
    """
    return MappingProxyType(
        {
            row["class"]: Appealable(
                decision_class=row["class"],
                item=row["item"],
                decision=row["decision"],
                section=row["section"],
            )
            for row in read_rows(TABLE)
            if row["program"] == program
        }
    )
