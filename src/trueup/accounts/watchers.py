"""Viewers of an account, and copy recipients of its notices: they read, and never submit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from trueup.accounts import checks, queries
from trueup.accounts.certificate_entries import WatcherEntry
from trueup.accounts.rivals import looking_again
from trueup.accounts.watcher_models import WATCHER_KINDS, Watcher
from trueup.audit import notices
from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.audit.statements import execute, unfolded
from trueup.ledger import checks as ledger_checks
from trueup.ledger import queries as ledger
from trueup.rules.refusal import Refusal, Refused

CITE = "PLAT-018, PLAT-150"
_COPIES = """
    SELECT account_id, person_id, CAST(events AS text) AS events, id FROM accounts_watcher
    WHERE account_id IN ({many}) AND kind = 'copy' AND until_at IS NULL
"""
# Told for an account and of interest to others; what concerns one person is not copied.
COPIED_EVENTS = (
    "account_",
    "certificate_due",
    "deductions_",
    "delegation_",
    "exemption_",
    "instruments_",
    "insufficient_",
    "limitation_",
    "representative_",
    "submission_",
    "transfer_",
)


class Copying(NamedTuple):
    """Who gets copies of which notices of an account."""

    account: int
    person: int
    events: Sequence[str]


class WatcherNamedAlready(Refusal):
    code = "accounts.watcher_named_already"
    cite = CITE


class NoSuchWatcher(Refusal):
    code = "accounts.no_such_watcher"
    cite = CITE


class EventNotCopied(Refusal):
    code = "accounts.event_not_copied"
    cite = CITE


def copied_events() -> tuple[str, ...]:
    """The events of an account whose notices can be copied."""
    return tuple(event for event in notices.events() if event.startswith(COPIED_EVENTS))


def name_watcher(
    *,
    account: int,
    person: int,
    kind: str,
    named_by: int,
    at: datetime,
    events: Sequence[str] = (),
) -> WatcherEntry:
    """Let a person read an account (`viewer`), or get copies of chosen notices (`copy`).

    Raises Refused (`unknown_account`, `account_closed`, `not_authorized`,
    `unknown_person`, `email_missing`, `event_not_copied`, `watcher_named_already`).

    Source: PLAT-018, PLAT-150.
    """
    if kind not in WATCHER_KINDS:
        raise ValueError(f"{kind!r} is not one of {WATCHER_KINDS}")

    def act() -> WatcherEntry:
        refusals = _refusals(account, person=person, kind=kind, events=events, by=named_by, at=at)
        if refusals:
            raise Refused(refusals)
        row = Watcher.objects.create(
            account_id=account,
            person_id=person,
            kind=kind,
            events=sorted(set(events)) if kind == "copy" else [],
            named_by_id=named_by,
            from_at=at,
        )
        _log(row, act="name_watcher", at=at, actor=f"person:{named_by}")
        return _entry(Watcher.objects.select_related("person").get(id=row.pk))

    return looking_again(act)


def end_watcher(
    *, watcher: int, at: datetime, ended_by: int | None = None, actor: str = "administrator"
) -> None:
    """End what a viewer or copy recipient gets, from this instant.

    Args:
        ended_by: The representative, or the watcher; None where an official does it.

    Raises Refused (`no_such_watcher`, `not_authorized`).

    Source: PLAT-018, PLAT-150.
    """

    def act() -> None:
        row = Watcher.objects.select_for_update().filter(id=watcher, until_at=None).first()
        if row is None:
            raise Refused([NoSuchWatcher("There is no such viewer or copy recipient any more.")])
        may_end = ended_by in (None, row.person_id)
        if ended_by is not None and not may_end:
            may_end = queries.may_submit(ended_by, row.account_id, at)
        if not may_end:
            raise Refused([_not_authorized()])
        by = actor if ended_by is None else f"person:{ended_by}"
        Watcher.objects.filter(id=row.pk).update(until_at=max(at, row.from_at), ended_by=by)
        _log(row, act="end_watcher", at=at, actor=by)

    looking_again(act)


def watchers_of(account: int, *, at: datetime) -> list[WatcherEntry]:
    """Who watches an account at an instant, in the order of naming."""
    rows = Watcher.objects.filter(account_id=account, from_at__lte=at).exclude(until_at__lte=at)
    return [_entry(row) for row in rows.select_related("person").order_by("id")]


def viewed_accounts(person: int) -> list[int]:
    """The accounts that a person may read as a viewer."""
    rows = Watcher.objects.filter(person_id=person, kind="viewer", until_at=None)
    return sorted(rows.values_list("account_id", flat=True))


def copy_recipients(accounts: Iterable[int], event: str) -> dict[int, list[int]]:
    """Who gets copies of an event's notices for each account; one statement.

    Source: PLAT-150.
    """
    wanted = list(accounts)
    found: dict[int, list[int]] = {account: [] for account in wanted}
    for account, person, events in _copying(wanted):
        if event in events:
            found[account].append(person)
    return found


def with_copies(
    specs: Sequence[NoticeSpec], copying: Sequence[Copying] | None = None
) -> list[NoticeSpec]:
    """Notices, and after them their copies; whoever is told anyway gets none.

    Everyone who tells of an account passes its notices through this; one statement,
    however many there are.

    Args:
        copying: Who gets copies for these accounts, if that was read already.

    Source: PLAT-150.
    """
    accounts = {spec.account for spec in specs if spec.account is not None}
    if copying is None and accounts:
        copying = _copying(sorted(accounts))
    if not copying:
        return list(specs)
    recipients: dict[tuple[int, str], list[int]] = {}
    for account, person, events in copying:
        for event in events:
            recipients.setdefault((account, event), []).append(person)
    told = {(spec.account, spec.event, spec.person) for spec in specs}
    copied = set()
    copies = []
    for spec in specs:
        people = recipients.get((spec.account, spec.event)) if spec.account is not None else None
        if not people:
            continue
        # Several persons are told the same; several things may be told of one account.
        what = (spec.account, spec.event, spec.subject, spec.body, repr(spec.context))
        if what in copied:
            continue
        copied.add(what)
        for person in people:
            if (spec.account, spec.event, person) not in told:
                copies.append(replace(spec, person=person))
    return [*specs, *copies]


def copies_select(accounts: Sequence[int]) -> tuple[str, tuple[object, ...]]:
    """The SELECT of who gets copies for accounts, for a statement that asks for more, too.

    Its four columns are those that `in_order_of_naming` reads.
    """
    many, given = unfolded(accounts)
    return _COPIES.format(many=many), given


def in_order_of_naming(rows: Iterable[tuple[int, int, str, int]]) -> list[Copying]:
    """The rows of the SELECT, in the order in which the recipients were named."""
    return [
        Copying(account, person, json.loads(events))
        for account, person, events, _ in sorted(rows, key=lambda row: row[3])
    ]


def _copying(accounts: Sequence[int]) -> list[Copying]:
    if not accounts:
        return []
    sql, parameters = copies_select(accounts)
    return in_order_of_naming(execute(sql, parameters).rows)


def _refusals(
    account: int, *, person: int, kind: str, events: Sequence[str], by: int, at: datetime
) -> list[Refusal]:
    entry = ledger.accounts_by_id([account]).get(account)
    if entry is None:
        return [ledger_checks.UnknownAccount("There is no such account.")]
    refusals: list[Refusal] = []
    if entry.state == "closed":
        refusals.append(ledger_checks.AccountClosed(f"Account {entry.number} is closed."))
    if not queries.may_submit(by, account, at):
        refusals.append(_not_authorized())
    who = queries.person(person)
    if who is None:
        return [*refusals, checks.UnknownPerson("The person named is not registered.")]
    if kind == "copy":
        if not who.email:
            refusals.append(checks.EmailMissing(f"{who.name} has no e-mail address for copies."))
        known = copied_events()
        refusals += [
            EventNotCopied(f"Notices of “{event}” are not copied to others.")
            for event in sorted(set(events) - set(known))
        ]
        if not events:
            refusals.append(EventNotCopied("Choose the notices that are to be copied."))
    if Watcher.objects.filter(account=account, person=person, kind=kind, until_at=None).exists():
        refusals.append(WatcherNamedAlready(f"{who.name} is named already; end that first."))
    return refusals


def _not_authorized() -> Refusal:
    return checks.NotAuthorized("Only the account's representative names and ends who watches it.")


def _log(row: Watcher, *, act: str, at: datetime, actor: str) -> None:
    account = ledger.accounts_by_id([row.account_id])[row.account_id]
    watcher = {"person": f"person:{row.person_id}", "kind": row.kind, "events": row.events}
    audit.log(
        at=at,
        program=account.program,
        actor=actor,
        act=act,
        subject=f"account:{row.account_id}",
        before=watcher if act == "end_watcher" else None,
        after=watcher if act == "name_watcher" else None,
        cite=CITE,
    )


def _entry(row: Watcher) -> WatcherEntry:
    return WatcherEntry(
        id=row.pk,
        account=row.account_id,
        person=row.person_id,
        name=row.person.name,
        email=row.person.email,
        kind=row.kind,
        events=tuple(row.events),
        named_by=row.named_by_id,
        from_at=row.from_at,
        until_at=row.until_at,
    )
