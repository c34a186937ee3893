"""Measured quantities in the database: whole hundred-thousandths, so that sums are exact.

SQLite keeps a decimal number as a binary fraction. A mass is given to the thousandth and
an operating time to the hundredth, so their product has five decimals.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    _Field = models.Field[Decimal | int | None, Decimal | None]
else:
    _Field = models.Field

DECIMALS = 5
_SCALE = 10**DECIMALS


def to_whole(quantity: Decimal) -> int:
    """The quantity in hundred-thousandths.

    Raises ValueError if it has more decimals than that.
    """
    scaled = quantity * _SCALE
    whole = int(scaled)
    if whole != scaled:
        raise ValueError(f"{quantity} has more than {DECIMALS} decimals")
    return whole


def from_whole(whole: int) -> Decimal:
    """A quantity from its hundred-thousandths, with three decimals unless it needs five."""
    if whole % 100:
        return Decimal(whole).scaleb(-DECIMALS)
    return Decimal(whole // 100).scaleb(2 - DECIMALS)


class QuantityField(_Field):
    """A Decimal in Python, a whole number of hundred-thousandths in the database."""

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    def from_db_value(
        self, value: Any, _expression: object, _connection: BaseDatabaseWrapper
    ) -> Decimal | None:
        return None if value is None else from_whole(int(value))

    def to_python(self, value: Any) -> Decimal | None:
        return None if value is None else Decimal(value)

    def get_prep_value(self, value: Any) -> int | None:
        return None if value is None else to_whole(Decimal(value))
