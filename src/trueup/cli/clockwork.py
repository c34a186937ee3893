"""What falls due without anybody's decision.

It never allocates, issues or deducts: those are acts of the Administrator.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from trueup.audit import services as audit
from trueup.compliance import services as compliance
from trueup.rules import programs
from trueup.transfers import services as transfers


def run_once(now: datetime, *, codes: Sequence[str] | None = None) -> dict[str, int]:
    """Record transfers whose wait has ended, warn of insufficient holdings, send mail.

    Args:
        codes: The programs; all if not given.

    Source: 40 CFR 62.16335(a), (b); PLAT-053, PLAT-082.
    """
    done = {"recorded": 0, "refused": 0, "warned": 0, "mailed": 0}
    for code in programs.codes() if codes is None else codes:
        released = transfers.record_due(program=code, now=now)
        done["recorded"] += released.recorded
        done["refused"] += released.refused
        done["warned"] += compliance.warn_of_insufficient_holdings(program=code, now=now)
    while mailed := audit.send_mail(now):
        done["mailed"] += mailed
    return done
