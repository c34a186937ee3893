"""Two who do the same thing at once: the one who comes second looks again.

Most checks here read before they write. If a rival's commit comes in between, a unique
constraint refuses the write; then the act is tried anew, and now its checks see what the
rival did. Each time one of them comes through, so nobody waits for ever, and no row of
an account is locked for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, transaction

ATTEMPTS = 20

Result = TypeVar("Result")


def looking_again(act: Callable[[], Result]) -> Result:
    """Carry out an act in a transaction, again if a rival got in between.

    Raises the database's IntegrityError if it happens `ATTEMPTS` times in a row: then it
    is no rival but a bug.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            with transaction.atomic():
                return act()
        except IntegrityError:
            continue
    with transaction.atomic():
        return act()
