"""Emission rate credits: their categories, and how a program notices and issues them.

Source: 40 CFR 62.16434, 62.16435(a)(4), 62.16515(f); preamble IV.D.6 (80 FR 64966).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from trueup.rules.rows import read_rows

# Of affected units; the rule gives these no category, the serial number needs one (AMB-23).
BELOW_STANDARD = "EGU"
GAS_SHIFT = "GSE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A category of credits: whose they are, and who may not use them.

    Attributes:
        code: Three letters, part of every serial number.
        rule_category: The rule's own word for it.
        holder: Who generates them: `affected_egu`, `eligible_resource`, `project`.
        federal_plan, model_rule: In which kind of plan they are issued, in words.
        is_barred_for_turbines: A combustion turbine may hold but not use them.
    """

    code: str
    name: str
    rule_category: str
    holder: str
    federal_plan: str
    model_rule: str
    is_barred_for_turbines: bool
    cite: str


@dataclass(frozen=True, kw_only=True)
class CreditRules:
    """How credits of a program are noticed and issued.

    Attributes:
        categories: By code.
        comment_days: Days for comment on a notice of calculated credits.
        meter_silence_days: After so many days, meter data that the sponsor did not dispute
            are accepted; 0: silence accepts nothing.
    """

    categories: Mapping[str, Category]
    comment_days: int
    meter_silence_days: int = 0

    @cached_property
    def barred_for_turbines(self) -> frozenset[str]:
        """Codes of the categories that no combustion turbine may use.

        Source: 40 CFR 62.16434(c)(3).
        """
        return frozenset(
            code for code, known in self.categories.items() if known.is_barred_for_turbines
        )


def read_categories(name: str, *, of_units: bool = True) -> Mapping[str, Category]:
    """The categories of a table, by code, in its order.

    Args:
        of_units: Affected units earn some of them; of offset projects none do.

    Raises ValueError for a table without the categories of affected units, or with a code
    that a serial number cannot have.

    Source: 40 CFR 62.16434; 62.16435(a)(4); 62.16515(f).
    """
    found = {
        row["code"]: Category(
            code=row["code"],
            name=row["name"],
            rule_category=row["rule_category"],
            holder=row["holder"].partition(" ")[0],
            federal_plan=row["federal_plan"],
            model_rule=row["model_rule"],
            is_barred_for_turbines=row["barred_for_turbines"] == "yes",
            cite=row["cite"],
        )
        for row in read_rows(name)
    }
    for code in found:
        if len(code) != 3 or not (code.isascii() and code.isalpha() and code.isupper()):
            raise ValueError(f"{name}: {code!r} is not three capital letters")
    for needed in (BELOW_STANDARD, GAS_SHIFT) if of_units else ():
        if needed not in found:
            raise ValueError(f"{name}: the category {needed} is missing")
    return MappingProxyType(found)
