"""A clock for those who practise: it goes on as any, and is set to another day.

The adapters read Django's clock; the services are told what time it is. So a place to
practise moves Django's clock, and everything agrees: deadlines, sessions, jobs. How far it
is moved is in a small file of the var folder, which every process looks at before it
answers. Codes of authenticators go by the real time.

Source: docs/decisions/0277.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

real_now: Callable[[], datetime] = timezone.now
_known: tuple[int, timedelta] = (0, timedelta())


def install() -> None:
    """Let Django's clock be the practice clock; only where TRUEUP_SANDBOX=1.

    Source: docs/decisions/0277.
    """
    if settings.TRUEUP_SANDBOX:
        timezone.now = now


def now() -> datetime:
    """What time it is for those who practise."""
    return real_now() + moved_by()


def moved_by() -> timedelta:
    """How far the practice clock is from the real one."""
    global _known  # noqa: PLW0603 - Read once for each change of the file.
    try:
        changed = os.stat(_file()).st_mtime_ns  # noqa: PTH116 - Every reading of the clock.
    except OSError:
        return timedelta()
    if changed != _known[0]:
        seconds = json.loads(_file().read_text("ascii"))["moved_by_seconds"]
        _known = (changed, timedelta(seconds=seconds))
    return _known[1]


def write(moved: timedelta | None) -> None:
    """Say how far the clock is moved, at once and whole; None: not at all.

    Source: docs/decisions/0277.
    """
    if moved is None:
        _file().unlink(missing_ok=True)
        return
    draft = _file().with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps({"moved_by_seconds": moved.total_seconds()}), "ascii")
    draft.replace(_file())


def _file() -> Path:
    return Path(settings.VAR_DIR) / "practice-clock.json"
