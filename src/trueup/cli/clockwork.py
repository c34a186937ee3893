"""What falls due without anybody's decision.

It never allocates, issues or deducts: those are acts of the Administrator.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.cache import cache

from trueup.accounts import application_clock as applications
from trueup.accounts import services as accounts
from trueup.audit import services as audit
from trueup.compliance import services as compliance
from trueup.desk import change_queues, queues, state_mail
from trueup.disclosure import kept_sums, snapshots
from trueup.identity import services as identity
from trueup.resources import file_sweep
from trueup.resources import services as resources
from trueup.rules import programs
from trueup.set_asides import duty_dates as set_asides
from trueup.signing import services as signing
from trueup.state_accounts import duty_dates as state_accounts
from trueup.support import queries as support_queries
from trueup.support import services as support
from trueup.tasks import job_worker
from trueup.transfers import closing
from trueup.transfers import services as transfers

DAY_SECONDS = 86_400


def run_once(now: datetime, *, codes: Sequence[str] | None = None) -> dict[str, int]:
    """Record transfers whose wait has ended, close what is due, remind, warn, send mail.

    Within a maintenance window nothing is done: it all waits until the window closes.
    A projected date of operation that has passed opens a task, and so does a duty of
    set-asides or of States' accounts that comes near; who owes credits past the
    last day is barred. Meter data that nobody disputed in the program's days are accepted.
    Scans of identity papers, and drafts, go when their days are over.
    Officials of States are told once a day what was told of their State's accounts.
    Files that were given and never filed are removed once a day.
    Jobs whose worker ended are asked for again.

    Args:
        codes: The programs; all if not given.

    Source: 40 CFR 62.16335(a), (b); 62.16305(a)(1); 62.16320(c)(6)(ii); 62.16450(b),
    (d)(3); PLAT-013, PLAT-026, PLAT-053, PLAT-082, PLAT-094.
    """
    acts = ["recorded", "refused", "closed", "reminded", "lapsed", "warned"]
    acts += ["asked", "barred", "accepted", "mailed"]
    done = dict.fromkeys(acts, 0)
    if support_queries.window_at(now) is not None:
        return done
    for code in programs.codes() if codes is None else codes:
        lapsed = transfers.expire_due(program=code, now=now)
        done["lapsed"] += lapsed.transfers + lapsed.proposals
        released = transfers.record_due(program=code, now=now)
        done["recorded"] += released.recorded
        done["refused"] += released.refused
        closed = closing.close_due(program=code, now=now)
        silent = applications.run_due(program=code, now=now)
        done["reminded"] += transfers.remind_of_drafts(program=code, now=now)
        done["closed"] += closed.closed
        done["reminded"] += silent.reminded
        done["lapsed"] += silent.lapsed
        done["warned"] += compliance.warn_of_insufficient_holdings(program=code, now=now)
        done["reminded"] += compliance.remind_of_certifications(program=code, now=now)
        done["asked"] += accounts.open_operating_date_tasks(program=code, now=now)
        done["asked"] += set_asides.ask_officials(program=code, now=now)
        done["asked"] += state_accounts.ask_officials(program=code, now=now)
        done["barred"] += resources.bar_for_unmet_debts(program=code, at=now)
        done["accepted"] += resources.accept_by_silence(program=code, now=now)
        state_mail.tell_state_officials(program=code, now=now)
    identity.delete_due_scans(now)
    signing.delete_old_drafts(at=now)
    if cache.add("resource-files-swept", 1, DAY_SECONDS):
        file_sweep.sweep_files(now)
    job_worker.recover(now)
    job_worker.delete_old(now)
    while mailed := audit.send_mail(now) + support.send_letters(now):
        done["mailed"] += mailed
    return done


def make_sums(now: datetime) -> int:
    """Make the sums over whole programs that pages show, so that no reader waits for them.

    Source: docs/decisions/0295.
    """
    return kept_sums.make_all((*snapshots.KINDS, queues.STANDINGS, change_queues.IDLE), now)
