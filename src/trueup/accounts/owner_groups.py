"""Corporate associations, and the groups of owners that follow from them.

Companies outside the registry are parties like all others. Concentration, and whatever
limits bids or holdings of one owner, asks here and nowhere else.

Source: PLAT-112; PLAT-037; docs/decisions/0164.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet

from trueup.accounts import ownership
from trueup.accounts import ownership_checks as reasons
from trueup.accounts.ownership_entries import (
    AssociationEntry,
    AssociationSpec,
    OwnerGroup,
    PartyEntry,
)
from trueup.accounts.ownership_models import Association, Interest, Party
from trueup.accounts.rivals import looking_again
from trueup.audit import services as audit
from trueup.audit.entries import EventSpec
from trueup.audit.statements import among, insert_many_returning_ids
from trueup.rules import owner_groups
from trueup.rules.owner_groups import WHOLE, Control, Hold
from trueup.rules.refusal import Refusal, Refused

PAGE = 100
CITE = "PLAT-112"
OWNING = ("interest", "owner")


def record_associations(
    specs: Sequence[AssociationSpec], *, recorded_at: datetime, actor: str = "administrator"
) -> list[AssociationEntry]:
    """Record which parties hold which others, all or none, in the order given.

    Raises Refused with every reason (`name_not_usable`, `party_not_usable`,
    `association_not_usable`); `row` counts them from 1.

    Source: PLAT-112; docs/decisions/0164.
    """

    def act() -> list[AssociationEntry]:
        tidied = [_tidied(spec) for spec in specs]
        refusals: list[Refusal] = []
        for row, spec in enumerate(tidied, start=1):
            for refusal in reasons.check_association(spec):
                refusal.row = row
                refusals.append(refusal)
        if refusals:
            raise Refused(refusals)
        known = ownership.ensure_parties(party for s in tidied for party in (s.owner, s.owned))
        rows = [_row(spec, known, at=recorded_at, actor=actor) for spec in tidied]
        _refuse_impossible(rows)
        ids = insert_many_returning_ids(Association, rows)
        audit.log_many([_event(key, row) for key, row in zip(ids, rows, strict=True)])
        return _entries(Association.objects.filter(id__in=among(ids)).order_by("id"))

    return looking_again(act)


def end_association(
    *, association: int, until_on: date, reason: str, ended_at: datetime, actor: str
) -> AssociationEntry:
    """Say from which day on one party holds another no more.

    Raises Refused (`unknown_association`, `association_not_usable`).

    Source: PLAT-112.
    """

    def act() -> AssociationEntry:
        row = Association.objects.select_for_update().filter(id=association).first()
        if row is None:
            raise Refused([reasons.UnknownAssociation("There is no such association.")])
        refusals: list[Refusal] = []
        if row.until_on is not None:
            refusals.append(reasons.AssociationNotUsable(f"It ended on {row.until_on} already."))
        if until_on < row.from_on:
            refusals.append(reasons.AssociationNotUsable("It cannot end before it began."))
        if not reason.strip():
            refusals.append(reasons.AssociationNotUsable("Say where this is known from."))
        if refusals:
            raise Refused(refusals)
        row.until_on = until_on
        row.save(update_fields=["until_on"])
        audit.log(
            at=ended_at,
            program="",
            actor=actor,
            act="end_association",
            subject=f"association:{association}",
            before={"until_on": None},
            after={"until_on": until_on.isoformat(), "reason": reason},
            cite=CITE,
        )
        return _entries(Association.objects.filter(id=association))[0]

    return looking_again(act)


def associations(
    *, party: int | None = None, limit: int = PAGE, after: int = 0
) -> list[AssociationEntry]:
    """Associations in the order of recording, past ones too, a page at a time."""
    rows = Association.objects.filter(id__gt=after)
    if party is not None:
        rows = rows.filter(Q(owner_id=party) | Q(owned_id=party))
    return _entries(rows.order_by("id")[:limit])


def group_of(party: int, *, on: date) -> OwnerGroup:
    """All who belong together with a party on a day, and the accounts they have.

    Source: PLAT-112; docs/decisions/0164.
    """
    members = owner_groups.group_of(party, holds(on=on), on=on)
    return _groups([members], on=on)[0]


def controls_in(group: OwnerGroup, *, on: date) -> list[Control]:
    """Why the parties of a group belong together on a day: who controls whom, and how.

    Source: PLAT-112; docs/decisions/0164.
    """
    return owner_groups.reasons({party.id for party in group.parties}, holds(on=on), on=on)


def associations_in(group: OwnerGroup, *, on: date, limit: int = PAGE) -> list[AssociationEntry]:
    """What is known of the members' holds on each other on a day, with where it is from.

    Source: PLAT-112; docs/decisions/0164.
    """
    members = among([party.id for party in group.parties])
    rows = Association.objects.filter(owner_id__in=members, owned_id__in=members, from_on__lte=on)
    return _entries(rows.exclude(until_on__lte=on).order_by("id")[:limit])


def groups_of_accounts(accounts: Iterable[int], *, on: date) -> list[OwnerGroup]:
    """The groups that have an interest in some accounts on a day, with all their accounts.

    Three statements, however many accounts.

    Source: PLAT-112; docs/decisions/0164.
    """
    wanted = sorted(set(accounts))
    interested = set(accounts_by_party(wanted, on=on))
    found = owner_groups.groups(interested, holds(on=on), on=on)
    return _groups([group for group in found if group & interested], on=on)


def is_one_owner(first: int, second: int, *, on: date) -> bool:
    """Whether one group has an interest in both of two accounts on a day.

    Source: docs/decisions/0164.
    """
    return any(
        {first, second} <= set(group.accounts) for group in groups_of_accounts([first], on=on)
    )


def accounts_by_party(accounts: Iterable[int], *, on: date) -> dict[int, set[int]]:
    """In which of some accounts each party has an interest on a day; one statement."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = _interests(on).filter(account_id__in=among(accounts))
    for party, account in rows.values_list("party_id", "account_id"):
        found[party].add(account)
    return dict(found)


def holds(*, on: date) -> list[Hold]:
    """All associations that are in force on a day."""
    rows = Association.objects.filter(from_on__lte=on).exclude(until_on__lte=on)
    return [
        Hold(
            owner=owner,
            owned=owned,
            percentage=percentage,
            control=control,
            from_on=from_on,
            until_on=until_on,
        )
        for owner, owned, percentage, control, from_on, until_on in rows.values_list(
            "owner_id", "owned_id", "percentage", "control", "from_on", "until_on"
        )
    ]


def parties(ids: Iterable[int]) -> dict[int, PartyEntry]:
    """Parties by key; unknown keys are left out."""
    rows = Party.objects.filter(id__in=among(ids))
    return {row.pk: ownership.party_entry(row) for row in rows}


def find_party(name: str, *, identifier: str = "") -> PartyEntry | None:
    """The party of a name, and of an identifier if it has one."""
    row = Party.objects.filter(name=name, identifier=identifier).first()
    return ownership.party_entry(row) if row is not None else None


def _interests(on: date) -> QuerySet[Interest]:
    """Who owns on a day; who merely operates a facility does not."""
    rows = Interest.objects.filter(from_on__lte=on, kind__in=OWNING)
    return rows.exclude(until_on__lte=on)


def _groups(groups: Sequence[Iterable[int]], *, on: date) -> list[OwnerGroup]:
    everyone = {party for group in groups for party in group}
    known = parties(everyone)
    accounts: dict[int, set[int]] = defaultdict(set)
    rows = _interests(on).filter(party_id__in=among(everyone))
    for party, account in rows.values_list("party_id", "account_id"):
        accounts[party].add(account)
    return [
        OwnerGroup(
            parties=tuple(known[party] for party in sorted(group)),
            accounts=tuple(sorted({key for party in group for key in accounts[party]})),
        )
        for group in groups
    ]


def _tidied(spec: AssociationSpec) -> AssociationSpec:
    return AssociationSpec(
        owner=reasons.tidied(spec.owner),
        owned=reasons.tidied(spec.owned),
        from_on=spec.from_on,
        until_on=spec.until_on,
        percentage=spec.percentage,
        control=spec.control,
        source=" ".join(spec.source.split()),
    )


def _row(
    spec: AssociationSpec,
    known: Mapping[tuple[str, str], PartyEntry],
    *,
    at: datetime,
    actor: str,
) -> dict[str, object]:
    return {
        "owner_id": known[spec.owner.name, spec.owner.identifier].id,
        "owned_id": known[spec.owned.name, spec.owned.identifier].id,
        "percentage": spec.percentage,
        "control": spec.control,
        "from_on": spec.from_on,
        "until_on": spec.until_on,
        "source": spec.source,
        "recorded_at": at,
        "recorded_by": actor,
    }


def _refuse_impossible(rows: Sequence[Mapping[str, object]]) -> None:
    """Nobody is held for more than the whole, nor held twice over by the same party.

    Raises Refused (`association_not_usable`).
    """
    new = [_hold(row) for row in rows]
    owned = {hold.owned for hold in new}
    # Whoever records another hold on the same parties waits, and counts this one too.
    list(Party.objects.select_for_update().filter(id__in=among(owned)).order_by("id"))
    names = ("owner_id", "owned_id", "percentage", "control", "from_on", "until_on")
    stored = Association.objects.filter(owned_id__in=among(owned)).values(*names)
    every = [*new, *(_hold(values) for values in stored)]
    refusals: list[Refusal] = []
    for number, hold in enumerate(new, start=1):
        beside = [other for other in every if other.owned == hold.owned]
        days = {hold.from_on} | {
            other.from_on for other in beside if hold.is_in_force(other.from_on)
        }
        for day in sorted(days):
            found = _impossible_on(day, hold, [other for other in beside if other.is_in_force(day)])
            for sentence in found:
                refusals.append(reasons.AssociationNotUsable(sentence, row=number))
    if refusals:
        raise Refused(refusals)


def _impossible_on(day: date, hold: Hold, beside: Sequence[Hold]) -> list[str]:
    sentences: list[str] = []
    votes = sum((other.percentage for other in beside if other.control == "shares"), Decimal(0))
    if hold.control == "shares" and votes > WHOLE:
        sentences.append(
            f"That would be {votes:f} % of one party on {day}; end an earlier holding first."
        )
    same = [other for other in beside if (other.owner, other.control) == (hold.owner, hold.control)]
    if len(same) > 1:
        sentences.append(f"It is recorded already for {day}; end that one first.")
    return sentences


def _hold(row: Mapping[str, object]) -> Hold:
    names = ("percentage", "control", "from_on", "until_on")
    values = {name: row[name] for name in names}
    return Hold(owner=row["owner_id"], owned=row["owned_id"], **values)  # type: ignore[arg-type]


def _event(key: int, row: Mapping[str, object]) -> EventSpec:
    return EventSpec(
        at=row["recorded_at"],  # type: ignore[arg-type]
        program="",
        actor=str(row["recorded_by"]),
        act="record_association",
        subject=f"association:{key}",
        after={
            name: str(value)
            for name, value in row.items()
            if name not in ("recorded_at", "recorded_by") and value is not None
        },
        cite=CITE,
    )


def _entries(rows: QuerySet[Association]) -> list[AssociationEntry]:
    return [
        AssociationEntry(
            id=row.pk,
            owner=ownership.party_entry(row.owner),
            owned=ownership.party_entry(row.owned),
            percentage=row.percentage,
            control=row.control,
            from_on=row.from_on,
            until_on=row.until_on,
            source=row.source,
            recorded_at=row.recorded_at,
            recorded_by=row.recorded_by,
        )
        for row in rows.select_related("owner", "owned")
    ]
