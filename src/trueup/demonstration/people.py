"""Invent the people and brokers of the demonstration from a seed.

No person and no broker here is real: surnames are put together from syllables, brokers
carry the word “fictional”, and mail goes to domains under `.example`, which can belong to
nobody (RFC 2606). Only the names of plants, owners and operators are facts.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass

_GIVEN = (
    "Ada", "Amos", "Anka", "Basil", "Beata", "Bruno", "Cleo", "Dario", "Delia", "Edda", "Elio",
    "Emil", "Enid", "Fausta", "Felix", "Greta", "Hedda", "Hugo", "Ida", "Ines", "Ivo", "Jonas",
    "Juno", "Kalle", "Lena", "Linus", "Mabel", "Maren", "Milo", "Nadia", "Nils", "Odile", "Otto",
    "Petra", "Quentin", "Rosa", "Rufus", "Selma", "Silas", "Tilda", "Tomas", "Ulla", "Vera",
    "Viggo", "Wanda", "Wim", "Xenia", "Yara", "Zeno",
)  # fmt: skip
_BEGINNINGS = (
    "Amber", "Bramble", "Copper", "Dapple", "Elder", "Fern", "Gable", "Hazel", "Juniper",
    "Kettle", "Lantern", "Maple", "Nettle", "Otter", "Pebble", "Quill", "Rook", "Saffron",
    "Thistle", "Umber", "Velvet", "Willow", "Yarrow", "Zephyr",
)  # fmt: skip
_ENDINGS = (
    "brook", "by", "croft", "dale", "fold", "gate", "ham", "holt", "hurst", "ley", "mere", "shaw",
    "stead", "thorpe", "ward", "well", "wick", "worth",
)  # fmt: skip
_BROKERS = (
    "Blue Heron", "Cedar Street", "Copperline", "Driftless", "Gulf Lantern", "High Plains",
    "Iron Harbor", "Kestrel", "Lakeshore", "Long Meadow", "Magnolia", "Millrace", "North Ridge",
    "Old Ferry", "Prairie Wind", "Quarry Hill", "Red Clay", "Saltmarsh", "Sandstone", "Tidewater",
    "Twin Rivers", "Union Square", "White Pine", "Yellow Bluff",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Who acts for an account, and who stands in for them."""

    primary: InventedPerson
    alternate: InventedPerson


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedPerson:
    """A person who does not exist."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sponsor:
    """A developer of eligible resources that does not exist."""

    name: str
    people: Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A market participant that does not exist."""

    name: str
    people: Pair


class Invention:
    """Names from one seed; none is given twice."""

    def __init__(self, seed: int, *, of: str = "people") -> None:
        self._random = random.Random(f"{of} {seed}")  # noqa: S311 - Not a secret.
        self._given: set[str] = set()

    def brokers(self, count: int) -> list[Broker]:
        """Brokers with a general account each.

        Raises ValueError for more than there are names.
        """
        if count > len(_BROKERS):
            raise ValueError(f"there are names for {len(_BROKERS)} brokers, not {count}")
        names = [f"{name} Carbon (fictional)" for name in self._random.sample(_BROKERS, count)]
        return [Broker(name=name, people=self.pair(name)) for name in names]

    def sponsors(self, count: int) -> list[Sponsor]:
        """Developers of wind, sun and water, with a general account each.

        Raises ValueError for more than there are names.
        """
        words = [f"{first}{last}" for first in _BEGINNINGS for last in _ENDINGS]
        if count > len(words):
            raise ValueError(f"there are names for {len(words)} sponsors, not {count}")
        names = [f"{word} Renewables (fictional)" for word in self._random.sample(words, count)]
        return [Sponsor(name=name, people=self.pair(name)) for name in names]

    def verifiers(self, count: int) -> list[tuple[str, InventedPerson]]:
        """Independent verifiers, each with the member of its team who signs.

        Raises ValueError for more than there are names.
        """
        if count > len(_BEGINNINGS):
            raise ValueError(f"there are names for {len(_BEGINNINGS)} verifiers, not {count}")
        chosen = self._random.sample(_BEGINNINGS, count)
        names = [f"{word} Verification (fictional)" for word in chosen]
        return [(name, self._person(name)) for name in names]

    def pairs(self, organisations: Iterable[str]) -> dict[str, Pair]:
        """A representative and an alternate for each organisation."""
        return {name: self.pair(name) for name in sorted(set(organisations))}

    def pair(self, organisation: str) -> Pair:
        """A representative and an alternate of one organisation."""
        return Pair(primary=self._person(organisation), alternate=self._person(organisation))

    def _person(self, organisation: str) -> InventedPerson:
        while True:
            given = self._random.choice(_GIVEN)
            surname = self._random.choice(_BEGINNINGS) + self._random.choice(_ENDINGS)
            name = f"{given} {surname}"
            if name not in self._given:
                break
        self._given.add(name)
        mailbox = name.lower().replace(" ", ".")
        return InventedPerson(name=name, email=f"{mailbox}@{domain_of(organisation)}")


def domain_of(organisation: str) -> str:
    """A domain for an organisation's mail that nobody can own.

    A label of a domain name has at most 63 characters.
    """
    label = re.sub(r"[^a-z0-9]+", "-", organisation.lower().replace("(fictional)", "")).strip("-")
    return f"{label[:63].rstrip('-') or 'operator'}.example"
