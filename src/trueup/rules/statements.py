"""Certification statements: words that the rule prescribes, shown unchanged and signed.

Source: 40 CFR 62.16295(a), 62.16305(a)(4), 62.16315(c)(4), 62.16320(c), as proposed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from trueup.rules.rows import read_rows

TABLE = "certification_statements.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One prescribed text, which a signer accepts word for word.

    Attributes:
        key: As the catalogue names it: `CERT-COR-1`.
        document: What it belongs to; `signer` who accepts it.
    """

    key: str
    cite: str
    document: str
    signer: str
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 of the words, in hexadecimal: says which text was accepted."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@cache
def statements_of(program: str) -> Mapping[str, Statement]:
    """The prescribed statements of a program, by key, in the order of the rule.

    Source: PLAT-152; MASS-027; RATE-158.
    """
    return MappingProxyType(
        {
            row["key"]: Statement(
                key=row["key"],
                cite=row["cite"],
                document=row["document"],
                signer=row["signer"],
                text=row["text"],
            )
            for row in read_rows(TABLE)
            if row["program"] == program
        }
    )
