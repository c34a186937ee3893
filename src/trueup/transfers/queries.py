"""Read transfers: those of an account, those that wait, those that are overdue.

Every function takes a constant number of statements. What only the transferor's people
may see is left out unless a viewer is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from trueup.accounts import queries as accounts
from trueup.accounts.watchers import viewed_accounts
from trueup.audit.statements import among
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.people import Safeguards
from trueup.rules.serials import SerialBlock, parse_block
from trueup.rules.trade_reports import TradeReport
from trueup.transfers.act_models import TransferAct
from trueup.transfers.entries import (
    AccountGuards,
    ActEntry,
    LimitationEntry,
    Reason,
    TransferEntry,
)
from trueup.transfers.guard_models import SecondPersonRule, StandingAcceptance
from trueup.transfers.guards import guards_for
from trueup.transfers.models import (
    GOING_ON,
    SUBMITTED,
    UNSIGNED,
    WAITING,
    Limitation,
    Transfer,
)
from trueup.transfers.trades import terms_of

PAGE = 100


def transfer(key: UUID, *, viewer: int | None = None) -> TransferEntry | None:
    """A transfer by its key, as the public or a person may see it."""
    found = Transfer.objects.filter(key=key).first()
    return for_viewer(entries([found]), viewer)[0] if found is not None else None


def transfers_of(
    account: int,
    *,
    viewer: int | None = None,
    limit: int = PAGE,
    before: int | None = None,
) -> list[TransferEntry]:
    """The transfers of an account, newest first, a page at a time.

    Refused ones and those that wait are for the account's own people: the public sees
    what is recorded.

    Args:
        before: Id of the last transfer of the page before.

    Source: MASS-168.
    """
    is_own = viewer is not None and account in _read_by(viewer)
    older = {"id__lt": before} if before is not None else {}
    ids: set[int] = set()
    # Two ranges of two indexes; one condition with OR would read all of both.
    for side in ({"source_id": account}, {"destination_id": account}):
        rows = Transfer.objects.filter(**side, **older)
        if not is_own:
            rows = rows.filter(state="recorded")
        ids.update(rows.order_by("-id").values_list("id", flat=True)[:limit])
    rows = Transfer.objects.filter(id__in=sorted(ids)[-limit:]).order_by("-id")
    return for_viewer(entries(list(rows)), viewer)


def transfers_recorded(
    transactions: Iterable[int], *, viewer: int | None = None
) -> dict[int, TransferEntry]:
    """The transfers that transactions of the journal recorded; other ones are left out."""
    rows = Transfer.objects.filter(tx_id__in=among(transactions))
    found = for_viewer(entries(list(rows)), viewer)
    return {entry.tx: entry for entry in found if entry.tx is not None}


def for_viewer(transfers: Sequence[TransferEntry], viewer: int | None) -> list[TransferEntry]:
    """Transfers as a person may see them: reference and note only to the transferor's people.

    What was agreed is for the people of both sides (RGGI-049).

    A viewer whom the account's representative named sees what the representative sees.

    Source: docs/decisions/0082; PLAT-018.
    """
    if viewer is None:
        return [entry.public for entry in transfers]
    own = _read_by(viewer)
    return [_for_people_of(own, entry) for entry in transfers]


def _for_people_of(own: set[int], entry: TransferEntry) -> TransferEntry:
    if entry.source is not None and entry.source.id in own:
        return entry
    if entry.destination is not None and entry.destination.id in own:
        return entry.to_receiver
    return entry.public


def held(*, program: str, limit: int = PAGE, after: int = 0) -> list[TransferEntry]:
    """Transfers that wait for deductions, in the order in which they came.

    Args:
        after: Id of the last transfer of the page before.

    Source: 40 CFR 62.16335(b).
    """
    rows = Transfer.objects.filter(program=program, state="held", id__gt=after).order_by("id")
    return [entry.public for entry in entries(list(rows[:limit]))]


def awaiting(accounts_: Iterable[int], *, limit: int = PAGE, after: int = 0) -> list[TransferEntry]:
    """Transfers out of or into some accounts that await a signature, the oldest first.

    Source: PLAT-094.
    """
    wanted = among(accounts_)
    rows = Transfer.objects.filter(
        Q(state=UNSIGNED, source_id__in=wanted)
        | Q(state="awaiting_acceptance", destination_id__in=wanted),
        id__gt=after,
    )
    return entries(list(rows.order_by("id")[:limit]))


def waiting_out_of(
    accounts_: Iterable[int], *, limit: int = PAGE, after: int = 0
) -> list[TransferEntry]:
    """Submitted transfers that wait: they bind a successor, who can cancel them.

    Source: 40 CFR 62.16300; PLAT-094.
    """
    rows = Transfer.objects.filter(source_id__in=among(accounts_), state__in=WAITING, id__gt=after)
    return entries(list(rows.order_by("id")[:limit]))


def has_sent_to(source: int, destination: int) -> bool:
    """Whether an account has ever sent something to another one, or has it on its way.

    Source: PLAT-094 (a new counterparty).
    """
    return Transfer.objects.filter(
        source_id=source, destination_id=destination, state__in=GOING_ON
    ).exists()


def sent_since(
    source: int, destination: int, *, quantity: int, since: datetime
) -> list[TransferEntry]:
    """The same quantity to the same receiver, submitted since an instant, the newest first.

    Source: PLAT-054, PLAT-094.
    """
    rows = Transfer.objects.filter(
        source_id=source,
        destination_id=destination,
        quantity=quantity,
        received_at__gte=since,
        state__in=(*GOING_ON, UNSIGNED),
    )
    return entries(list(rows.order_by("-id")[:PAGE]))


def next_due(*, program: str, after: datetime, before: datetime) -> list[datetime]:
    """The instants between two others at which a wait or a proposal ends by itself."""
    found: set[datetime] = set()
    waiting = Transfer.objects.filter(program=program, state__in=WAITING)
    for name in ("not_before_at", "expires_at"):
        span = {f"{name}__gt": after, f"{name}__lte": before}
        found.update(waiting.filter(**span).values_list(name, flat=True))
    return sorted(found)


def acts_of(key: UUID) -> list[ActEntry]:
    """What was done to a transfer after it was asked for, in order.

    Source: PLAT-017.
    """
    rows = TransferAct.objects.filter(transfer__key=key).order_by("id")
    return [
        ActEntry(
            what=row.what,
            actor=row.actor,
            person=row.person_id,
            principal=row.principal_id,
            at=row.at,
            ground=row.ground,
            signature=row.signature_id,
        )
        for row in rows
    ]


def guards_of(account: int) -> AccountGuards:
    """What an account asks of its own transfers, and whether it agreed to what comes in.

    Source: PLAT-052, PLAT-094.
    """
    rule = SecondPersonRule.objects.filter(account_id=account, ended_at=None).first()
    agreed = StandingAcceptance.objects.filter(account_id=account, ended_at=None).first()
    return AccountGuards(
        second_person=rule is not None,
        end_asked_by=rule.end_asked_by if rule is not None else "",
        end_asked_at=rule.end_asked_at if rule is not None else None,
        agreed_at=agreed.agreed_at if agreed is not None else None,
    )


def safeguards(*, program: str, at: datetime) -> Safeguards:
    """The safeguards of a program as they are in force at an instant.

    Source: PLAT-052; docs/decisions/0172.
    """
    return guards_for([], rules=programs.load(program), at=at).safeguards


def pending(*, program: str, submitted_until: datetime, limit: int = PAGE) -> list[TransferEntry]:
    """Transfers submitted in time that are neither recorded nor refused.

    Deductions are made after these are recorded. A transfer that is held was submitted
    late, so it is not one of them; one that lacks the second signature is not submitted.

    Source: 40 CFR 62.16340(b); MASS-045, MASS-135.
    """
    rows = Transfer.objects.filter(
        program=program, state__in=SUBMITTED, submitted_at__lte=submitted_until
    ).exclude(state="held")
    return [entry.public for entry in entries(list(rows.order_by("id")[:limit]))]


def overdue(*, program: str, today: date, limit: int = PAGE) -> list[TransferEntry]:
    """Transfers that should have been recorded or refused by now, the longest due first.

    Source: 40 CFR 62.16335(a).
    """
    rows = Transfer.objects.filter(program=program, state__in=WAITING, due_on__lt=today)
    return [entry.public for entry in entries(list(rows.order_by("due_on", "id")[:limit]))]


def waiting_totals(accounts_: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How much waits on its way into and out of each account, as submitted.

    Source: 40 CFR 62.16375 “CO2 allowances held”; MASS-045.
    """
    waiting = Transfer.objects.filter(state__in=SUBMITTED)
    into = waiting.filter(destination_id__in=among(accounts_)).values("destination_id")
    out_of = waiting.filter(source_id__in=among(accounts_)).values("source_id")
    coming = dict(into.annotate(total=Sum("quantity")).values_list("destination_id", "total"))
    going = dict(out_of.annotate(total=Sum("quantity")).values_list("source_id", "total"))
    return {account: (coming.get(account, 0), going.get(account, 0)) for account in accounts_}


def waiting_into(accounts_: Sequence[int]) -> dict[int, list[SerialBlock]]:
    """The serial numbers that wait on their way into each account.

    Source: 40 CFR 62.16375 “CO2 allowances held”; MASS-045.
    """
    rows = Transfer.objects.filter(state__in=SUBMITTED, destination_id__in=among(accounts_))
    found: dict[int, list[SerialBlock]] = {}
    for account, blocks in rows.order_by("id").values_list("destination_id", "blocks"):
        if account is not None:
            found.setdefault(account, []).extend(parse_block(*block) for block in blocks)
    return found


def limitations(*, account: int, include_lifted: bool = False) -> list[LimitationEntry]:
    """What the Administrator limited in an account.

    Source: 40 CFR 62.16220(c)(5).
    """
    rows = Limitation.objects.filter(account_id=account).order_by("id")
    found = list(rows if include_lifted else rows.filter(lifted_at=None))
    known = ledger.accounts_by_id([account])
    return [limitation_entry(row, known[account]) for row in found]


def stored_with_keys(keys: Iterable[UUID]) -> dict[UUID, Transfer]:
    """The stored transfers with some keys."""
    return {row.key: row for row in Transfer.objects.filter(key__in=list(keys))}


def entries(rows: Sequence[Transfer]) -> list[TransferEntry]:
    """Stored transfers as plain values, with the accounts as they are now."""
    known = ledger.accounts_by_id(
        side for row in rows for side in (row.source_id, row.destination_id) if side is not None
    )
    asked = [row.pk for row in rows if programs.load(row.program).market.trades is not None]
    terms = terms_of(asked) if asked else {}
    return [transfer_entry(row, known, trade=terms.get(row.pk)) for row in rows]


def transfer_entry(
    row: Transfer, known: Mapping[int, AccountEntry], *, trade: TradeReport | None = None
) -> TransferEntry:
    return TransferEntry(
        id=row.pk,
        key=row.key,
        program=row.program,
        kind=row.kind,
        state=row.state,
        source=known.get(row.source_id) if row.source_id is not None else None,
        source_number=row.source_number,
        destination=known.get(row.destination_id) if row.destination_id is not None else None,
        destination_number=row.destination_number,
        submitted_by=row.submitted_by_id,
        role=row.role,
        submitted_at=row.submitted_at,
        received_at=row.received_at,
        due_on=row.due_on,
        recorded_at=row.recorded_at,
        tx=row.tx_id,
        quantity=row.quantity,
        blocks=tuple(parse_block(first, last) for first, last in row.blocks),
        waits=tuple(Reason(**wait) for wait in row.waits),
        reasons=tuple(Reason(**reason) for reason in row.reasons),
        decision=row.decision_id,
        reversal=row.reversal_id,
        reference=row.reference,
        note=row.note,
        reason=row.reason,
        beneficiary=row.beneficiary,
        principal=row.principal_id,
        asked_at=row.asked_at,
        approved_by=row.approved_by_id,
        expires_at=row.expires_at,
        not_before_at=row.not_before_at,
        accepted_at=row.accepted_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        ended_ground=row.ended_ground,
        signature=row.signature_id,
        vintage=row.vintage,
        trade=trade,
    )


def limitation_entry(row: Limitation, account: AccountEntry) -> LimitationEntry:
    return LimitationEntry(
        key=row.key,
        program=row.program,
        account=account,
        blocks=tuple(parse_block(first, last) for first, last in row.blocks),
        quantity=row.quantity,
        ground=row.ground,
        decision=row.decision_id,
        placed_at=row.placed_at,
        lifted_at=row.lifted_at,
    )


def waiting_rows(program: str, *, accounts_: Sequence[int] | None = None) -> QuerySet[Transfer]:
    """Transfers that were not submitted in time, of a program or of some accounts, in order.

    Late ones, of which some wait for other things as well; and those that lack the second
    signature, which are not submitted at all.
    """
    late = Q(is_late=True) | Q(state=UNSIGNED)
    rows = Transfer.objects.filter(late, program=program, state__in=WAITING).order_by("id")
    if accounts_ is None:
        return rows
    wanted = among(accounts_)
    return rows.filter(Q(source_id__in=wanted) | Q(destination_id__in=wanted))


def _read_by(person: int) -> set[int]:
    """The accounts that a person represents or was let to read."""
    return {account.id for account in accounts.accounts_of(person)} | set(viewed_accounts(person))
