"""Limits on attempts hold across processes, and so does the use of a code."""

from __future__ import annotations

import pytest

from tests.adapters.signing_in import make_user
from tests.conftest import SharedDatabase

pytestmark = pytest.mark.stress

PROCESSES = 3

_BEGIN = """
import django
django.setup()
from django.conf import settings
settings.ALLOWED_HOSTS = ["testserver"]
from django.test import Client
from django.urls import reverse
from tests.adapters.signing_in import give_password
"""

_GUESS = (
    _BEGIN
    + """
from django.contrib.auth import hashers
hasher = type(hashers.get_hasher("default"))
encode, looked_at = hasher.encode, []
def counting(self, password, *args, **values):
    looked_at.append(password)
    return encode(self, password, *args, **values)
hasher.encode = counting
for n in range(6):
    give_password(Client(), "ana", f"guess {n}")
print(len(looked_at))
"""
)

_SAME_CODE = (
    _BEGIN
    + """
import sys
from trueup.identity import services
print(int(services.use_code(user=int(sys.argv[1]), step=1)))
"""
)


def test_processes_count_attempts_together(shared_database: SharedDatabase) -> None:
    """PLAT-094: rate limits that hold across processes."""
    make_user("ana")
    running = [shared_database.start("-c", _GUESS) for _ in range(PROCESSES)]

    printed = [process.communicate(timeout=300)[0] for process in running]

    assert all(process.returncode == 0 for process in running), printed
    assert sum(int(text.splitlines()[-1]) for text in printed) == 5


def test_one_of_several_processes_takes_a_code(shared_database: SharedDatabase) -> None:
    """RFC 6238, section 5.2: whoever comes first, and nobody else."""
    ana = make_user("ana").user
    running = [shared_database.start("-c", _SAME_CODE, str(ana.pk)) for _ in range(PROCESSES)]

    printed = [process.communicate(timeout=300)[0] for process in running]

    assert all(process.returncode == 0 for process in running), printed
    assert sum(int(text.splitlines()[-1]) for text in printed) == 1
