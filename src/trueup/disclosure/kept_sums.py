"""Sums over a whole program that no reader waits for, shown with the instant of their reading.

Adding up a million holdings takes a second or more. The clock makes the sums that pages
show, each time it runs, and keeps them in the database, where every process finds them.
What is seldom asked for is made by its first reader; from then on the clock makes it too,
for as long as somebody looks. Where no clock runs, a reader is shown the earlier sums
while the process makes new ones in the background.

Source: docs/decisions/0295.
"""

from __future__ import annotations

import logging
import pickle
import threading
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.utils import timezone

from trueup.disclosure.models import KeptSum
from trueup.rules import programs
from trueup.rules.programs import Program

Made = TypeVar("Made")
Key = tuple[str, str, str]

# A process looks whether there are newer sums this often at most.
LOOK_SECONDS = 5
# Sums that are so many times as old as the setting allows are made by nobody else.
PATIENCE = 3
WANTED_FOR = timedelta(hours=1)
WISH_AGAIN = timedelta(minutes=10)
# Of one kind, besides what is always made.
WANTED_MAX = 20
VERSION = version("trueup")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums(Generic[Made]):
    """A kind of sums over a program.

    Attributes:
        make: Reads them from the books; given the program, of what, and the instant.
        usual: Of what the clock makes them always, as of an instant.
    """

    name: str
    make: Callable[[Program, str, datetime], Made]
    usual: Callable[[Program, datetime], Iterable[str]]


@dataclass(frozen=True, slots=True)
class _Mine:
    """What this process keeps."""

    made: Any
    read_at: datetime


_mine: dict[Key, _Mine] = {}
_looked: dict[Key, float] = {}
_firsts: defaultdict[Key, threading.Lock] = defaultdict(threading.Lock)
_making = threading.Lock()


def kept(sums: Sums[Made], program: str, argument: str = "") -> tuple[Made, datetime]:
    """Sums over a program, and when their reading began.

    With `TRUEUP_STATE_SECONDS=0` they are always read anew.

    Args:
        argument: Of what: a period, a vintage.
    """
    if not settings.TRUEUP_STATE_SECONDS:
        found = _read(sums, program, argument)
    else:
        found = _kept(sums, program, argument)
    return found.made, found.read_at


def make_all(kinds: Sequence[Sums[Any]], at: datetime) -> int:
    """Make what pages show, and what somebody looked at within the hour; how many sums.

    What cannot be made now, because the database is busy, is made the next time.

    Source: docs/decisions/0295.
    """
    if not settings.TRUEUP_STATE_SECONDS:
        return 0
    KeptSum.objects.filter(wanted_at__lt=at - WANTED_FOR).delete()
    done = 0
    for code in programs.codes():
        rules = programs.load(code)
        for sums in kinds:
            wanted = _rows(sums.name, code).exclude(wanted_at=None).order_by("-wanted_at")
            asked = wanted.values_list("argument", flat=True)[:WANTED_MAX]
            for argument in dict.fromkeys((*sums.usual(rules, at), *asked)):
                done += _make_one(sums, code, argument)
    return done


def forget() -> None:
    """Keep nothing any more: the books are others, or the software is."""
    KeptSum.objects.all().delete()
    _mine.clear()
    _looked.clear()


def _kept(sums: Sums[Made], program: str, argument: str) -> _Mine:
    key = (sums.name, program, argument)
    found = _mine.get(key)
    if found is not None and not _is_old(found, times=1):
        return found
    if found is None or time.monotonic() - _looked.get(key, 0) > LOOK_SECONDS:
        _looked[key] = time.monotonic()
        found = _newer(key, found)
    if found is None:
        return _first(sums, key)
    if _is_old(found, times=2) and _making.acquire(blocking=False):
        threading.Thread(target=_see_to, args=(sums, key, found), daemon=True).start()
    return found


def _is_old(found: _Mine, *, times: int) -> bool:
    """Also when the clock of a place to practise was set back."""
    allowed = timedelta(seconds=settings.TRUEUP_STATE_SECONDS * times)
    return abs(timezone.now() - found.read_at) > allowed


def _newer(key: Key, found: _Mine | None) -> _Mine | None:
    """What the clock made since; what is known if there is nothing newer."""
    name, program, argument = key
    rows = _rows(name, program).filter(argument=argument).exclude(read_at=None)
    if found is not None:
        rows = rows.exclude(read_at=found.read_at)
    row = rows.first()
    if row is None or row.made is None or row.read_at is None:
        return found
    # Only we write this table.
    made = pickle.loads(zlib.decompress(bytes(row.made)))  # noqa: S301
    _mine[key] = _Mine(made, row.read_at)
    return _mine[key]


def _first(sums: Sums[Made], key: Key) -> _Mine:
    """Sums that nobody has made; of several who ask at once one makes them."""
    with _firsts[key]:
        found = _mine.get(key)
        if found is None:
            found = _mine[key] = _read(sums, *key[1:])
        return found


def _see_to(sums: Sums[Made], key: Key, found: _Mine) -> None:
    """Let the clock make these sums; make them here if it does not."""
    name, program, argument = key
    try:
        _wish(key)
        if _is_old(found, times=PATIENCE):
            _mine[key] = _read(sums, program, argument)
    except DatabaseError:  # Busy: the next reader begins again, and sees the earlier ones.
        _log.warning("The sums %s of %s could not be made anew.", name, program, exc_info=True)
    finally:
        connection.close()
        _making.release()


def _wish(key: Key) -> None:
    """Say that somebody looks at these sums, unless they are always made."""
    name, program, argument = key
    now = timezone.now()
    row = _rows(name, program).filter(argument=argument).first()
    if row is None:
        KeptSum.objects.get_or_create(
            name=name,
            program=program,
            argument=argument,
            version=VERSION,
            defaults={"wanted_at": now},
        )
    elif row.wanted_at is not None and abs(now - row.wanted_at) > WISH_AGAIN:
        KeptSum.objects.filter(id=row.pk).update(wanted_at=now)


def _make_one(sums: Sums[Any], program: str, argument: str) -> int:
    try:
        found = _read(sums, program, argument)
        KeptSum.objects.update_or_create(
            name=sums.name,
            program=program,
            argument=argument,
            version=VERSION,
            defaults={
                "made": zlib.compress(pickle.dumps(found.made), 1),
                "read_at": found.read_at,
            },
        )
    except DatabaseError:
        _log.warning("The sums %s of %s were not kept.", sums.name, program, exc_info=True)
        return 0
    return 1


def _read(sums: Sums[Made], program: str, argument: str) -> _Mine:
    read_at = timezone.now()
    return _Mine(sums.make(programs.load(program), argument, read_at), read_at)


def _rows(name: str, program: str) -> QuerySet[KeptSum]:
    return KeptSum.objects.filter(name=name, program=program, version=VERSION)
