"""Credits of affected EGUs: what was noticed for comment, and what was issued.

Source: 40 CFR 62.16434; preamble IV.D.6; RATE-033 to RATE-041, RATE-139.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class NoticedEarning(models.Model):
    """What a notice says that an affected EGU has earned in one category; append-only.

    Source: preamble IV.D.6; RATE-139.
    """

    notice = models.ForeignKey(
        "resources.CreditNotice", on_delete=models.PROTECT, related_name="earnings"
    )
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=3)
    quantity = models.PositiveBigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("notice", "account", "category"), name="earning_noticed_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} {self.category} of {self.account_id} in notice {self.notice_id}"


class EguRound(models.Model):
    """One issue of a year's credits to affected EGUs; append-only.

    Attributes:
        sequence: From 1 for each year: two officials cannot issue the same one.

    Source: 40 CFR 62.16434(b); RATE-034.
    """

    program = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveSmallIntegerField()
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("program", "year", "sequence"), name="egu_round_in_order"
            ),
        )

    def __str__(self) -> str:
        return f"round {self.sequence} of {self.year}, {self.program}"


class EguIssuance(models.Model):
    """Credits issued into the compliance account of an affected EGU; append-only.

    Source: 40 CFR 62.16434; RATE-034, RATE-035, RATE-041.
    """

    round = models.ForeignKey(EguRound, on_delete=models.PROTECT, related_name="issuances")
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=3)
    quantity = models.PositiveBigIntegerField()
    lot = models.BigIntegerField()
    lo = models.BigIntegerField()
    hi = models.BigIntegerField()
    tx = models.BigIntegerField(unique=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("round", "account", "category"), name="egu_issuance_once_a_round"
            ),
            models.UniqueConstraint(fields=("lot", "lo"), name="egu_issuance_serials_once"),
            models.CheckConstraint(
                condition=Q(quantity=F("hi") - F("lo") + 1, quantity__gt=0),
                name="egu_issuance_serials_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} {self.category} to {self.account_id}"
