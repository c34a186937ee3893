"""Sums over a whole program as they were read last: not history, and made again at any time."""

from __future__ import annotations

from django.db import models


class KeptSum(models.Model):
    """A sum over the books, made by the clock so that no reader waits for it.

    Attributes:
        version: Of the software that made it; another version makes its own.
        made: The sum, pickled; None until it was made.
        read_at: When its reading began.
        wanted_at: When a reader last looked; None if it is always kept.
    """

    name = models.CharField(max_length=40)
    program = models.CharField(max_length=40)
    argument = models.CharField(max_length=80, blank=True)
    version = models.CharField(max_length=40)
    made = models.BinaryField(null=True)
    read_at = models.DateTimeField(null=True)
    wanted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name", "program", "argument", "version"], name="kept_sum_once"
            ),
        ]
