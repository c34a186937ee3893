"""Who has an interest in what an account holds: the list, its changes, and its past.

Whoever is not on the list is bound by what the representative does all the same, so no
other check ever asks for it (62.16320(c)(3)(iii), 62.16300(c)).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from trueup.accounts import checks, queries
from trueup.accounts import ownership_checks as reasons
from trueup.accounts.account_limits import existing_account, limit_refusals
from trueup.accounts.ownership_entries import (
    InterestEntry,
    OwnershipFilingEntry,
    PartyEntry,
    PartySpec,
)
from trueup.accounts.ownership_models import Interest, OwnershipFiling, Party
from trueup.accounts.rivals import looking_again
from trueup.accounts.signed_forms import keep_signature
from trueup.audit import services as audit
from trueup.audit.statements import among, insert_many
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.refusal import Refusal, Refused
from trueup.signing.entries import Evidence

CITE = "40 CFR 62.16320(c)(3)(iii)"
LISTS = {"general": ("interest",), "compliance": ("owner", "operator")}


def file_ownership_change(
    *,
    account: int,
    changed_on: date,
    filed_at: datetime,
    listed: Sequence[PartySpec] = (),
    unlisted: Sequence[PartySpec] = (),
    filed_by: int | None = None,
    kind: str = "interest",
    evidence: Evidence | None = None,
    actor: str = "administrator",
) -> OwnershipFilingEntry:
    """File a change of the persons with an interest in an account.

    It is due within 30 days of the change; one that comes later is taken and marked late.
    The last party of a list cannot be removed without another in its place.

    Args:
        filed_by: The representative who files; None when the Administrator enters it.
        kind: `interest` in a general account; `owner` or `operator` of a facility.

    Raises Refused with every reason (`unknown_account`, `account_closed`,
    `not_authorized`, `name_not_usable`, `party_not_usable`, `party_not_listed`,
    `party_listed_already`, `last_party`, `change_not_yet`, `nothing_changed`), or as
    `signing.services.sign` does.

    Source: 40 CFR 62.16320(c)(3)(iii), 62.16300(c); MASS-038, RATE-173, PLAT-037.
    """
    coming, going = ([reasons.tidied(spec) for spec in specs] for specs in (listed, unlisted))

    def act() -> OwnershipFilingEntry:
        entry = existing_account(account)
        _lock(account, kind=kind)
        current = parties_of([account], kind=kind)[account]
        refusals = _filing_refusals(entry, filed_by=filed_by, changed_on=changed_on, at=filed_at)
        refusals += _list_refusals(current, coming=coming, going=going)
        if refusals:
            raise Refused(refusals)
        change_list(account, listed=coming, unlisted=going, changed_on=changed_on, kind=kind)
        rules = programs.load(entry.program)
        due_on = rules.days_from(changed_on, rules.people.representation.owner_change_days)
        signature = keep_signature(
            program=entry.program,
            form="owners",
            text=change_text(entry, changed_on=changed_on, listed=coming, unlisted=going),
            signer=filed_by or 0,
            evidence=evidence if filed_by is not None else None,
            signed_at=filed_at,
            account=account,
            account_kind=entry.kind,
        )
        row = OwnershipFiling.objects.create(
            account_id=account,
            changed_on=changed_on,
            filed_at=filed_at,
            due_on=due_on,
            is_late=rules.local_date(filed_at) > due_on,
            filed_by=actor if filed_by is None else f"person:{filed_by}",
            listed=[spec.name for spec in coming],
            unlisted=[spec.name for spec in going],
            signature_id=signature,
        )
        _log(entry, row, current=current)
        return filing_entry(row)

    return looking_again(act)


def change_text(
    account: AccountEntry,
    *,
    changed_on: date,
    listed: Sequence[PartySpec],
    unlisted: Sequence[PartySpec],
) -> str:
    """What is signed when a change of the list is filed."""
    lines = [f"Account {account.number}, {account.name}", f"Changed on {changed_on}"]
    lines += [f"Has an interest now: {_named(spec)}" for spec in listed]
    lines += [f"Has an interest no more: {_named(spec)}" for spec in unlisted]
    return "\n".join(lines)


def parties_of(
    accounts: Iterable[int], *, on: date | None = None, kind: str = ""
) -> dict[int, list[PartyEntry]]:
    """Who has an interest in each account, now or on a day, in the order of listing.

    Source: 40 CFR 62.16320(c)(1)(ii)(C); PLAT-037 (on any past date).
    """
    wanted = list(accounts)
    found: dict[int, list[PartyEntry]] = {account: [] for account in wanted}
    for row in _rows(wanted, on=on, kind=kind):
        found[row.account_id].append(party_entry(row.party))
    return found


def accounts_owned_by(name: str, *, program: str) -> list[int]:
    """Accounts of a program in which a party of a name has an interest now.

    Source: 40 CFR 62.16320(c)(1)(ii)(C); 62.16280(a); MASS-123; PLAT-037.
    """
    rows = Interest.objects.filter(
        party__name__iexact=name, account__program__code=program, until_on=None
    )
    return list(rows.order_by("account_id").values_list("account_id", flat=True).distinct())


def interests_of(account: int) -> list[InterestEntry]:
    """Everyone who ever had an interest in an account, in the order of beginning.

    Source: PLAT-037.
    """
    rows = Interest.objects.filter(account_id=account).select_related("party")
    return [
        InterestEntry(
            account=row.account_id,
            party=party_entry(row.party),
            kind=row.kind,
            from_on=row.from_on,
            until_on=row.until_on,
        )
        for row in rows.order_by("from_on", "id")
    ]


def ownership_filings(account: int, *, limit: int = 100) -> list[OwnershipFilingEntry]:
    """The changes of an account's list, the latest filed first."""
    rows = OwnershipFiling.objects.filter(account_id=account).order_by("-id")
    return [filing_entry(row) for row in rows[:limit]]


def list_parties(
    lists: Mapping[int, Sequence[PartySpec]], *, from_on: date, kind: str = "interest"
) -> None:
    """Begin the lists of many accounts, with a constant number of statements.

    Source: 40 CFR 62.16320(c)(1)(ii)(C).
    """
    known = ensure_parties([spec for specs in lists.values() for spec in specs])
    insert_many(
        Interest,
        [
            {"account_id": account, "party_id": party, "kind": kind, "from_on": from_on}
            for account, specs in lists.items()
            for party in dict.fromkeys(known[spec.name, spec.identifier].id for spec in specs)
        ],
    )


def change_list(
    account: int,
    *,
    listed: Sequence[PartySpec],
    unlisted: Sequence[PartySpec],
    changed_on: date,
    kind: str = "interest",
) -> None:
    """Write who comes onto a list and who leaves it on a day."""
    going = Interest.objects.filter(account_id=account, kind=kind, until_on=None)
    for spec in unlisted:
        rows = going.filter(party__name=spec.name, party__identifier=spec.identifier)
        # Whoever was listed later than that was never there by what is known now.
        rows.filter(from_on__lte=changed_on).update(until_on=changed_on)
        for row in rows.filter(from_on__gt=changed_on):
            Interest.objects.filter(id=row.pk).update(until_on=row.from_on)
    list_parties({account: listed}, from_on=changed_on, kind=kind)


def replace_list(
    account: int, parties: Sequence[PartySpec], *, changed_on: date, kind: str = "interest"
) -> tuple[list[PartySpec], list[PartySpec]]:
    """Make a list what a superseding application says; who came, and who went."""
    current = [spec_of(party) for party in parties_of([account], kind=kind)[account]]
    after = [reasons.tidied(spec) for spec in parties]
    before_keys = {(spec.name, spec.identifier) for spec in current}
    after_keys = {(spec.name, spec.identifier) for spec in after}
    listed = [spec for spec in after if (spec.name, spec.identifier) not in before_keys]
    unlisted = [spec for spec in current if (spec.name, spec.identifier) not in after_keys]
    change_list(account, listed=listed, unlisted=unlisted, changed_on=changed_on, kind=kind)
    return listed, unlisted


def ensure_parties(specs: Iterable[PartySpec]) -> dict[tuple[str, str], PartyEntry]:
    """The parties by name and identifier, entered now if they are new."""
    wanted = {(spec.name, spec.identifier): spec for spec in specs}
    if not wanted:
        return {}
    insert_many(
        Party,
        [
            {"name": spec.name, "kind": spec.kind, "identifier": spec.identifier}
            for spec in wanted.values()
        ],
        ignore=True,
    )
    rows = Party.objects.filter(name__in=among(sorted({name for name, _ in wanted})))
    entries = {(row.name, row.identifier): party_entry(row) for row in rows}
    return {key: entries[key] for key in wanted}


def spec_of(party: PartyEntry) -> PartySpec:
    return PartySpec(name=party.name, kind=party.kind, identifier=party.identifier)


def party_entry(row: Party) -> PartyEntry:
    return PartyEntry(id=row.pk, name=row.name, kind=row.kind, identifier=row.identifier)


def filing_entry(row: OwnershipFiling) -> OwnershipFilingEntry:
    return OwnershipFilingEntry(
        id=row.pk,
        account=row.account_id,
        changed_on=row.changed_on,
        filed_at=row.filed_at,
        due_on=row.due_on,
        is_late=row.is_late,
        filed_by=row.filed_by,
        listed=tuple(row.listed),
        unlisted=tuple(row.unlisted),
        signature=row.signature_id,
    )


def _lock(account: int, *, kind: str) -> None:
    """Whoever changes the same list waits, so that two cannot take the last two off it."""
    rows = Interest.objects.filter(account_id=account, kind=kind, until_on=None)
    list(rows.select_for_update().order_by("id").values_list("id"))


def _rows(accounts: Sequence[int], *, on: date | None, kind: str) -> Sequence[Interest]:
    rows = Interest.objects.filter(account_id__in=among(accounts)).select_related("party")
    if kind:
        rows = rows.filter(kind=kind)
    if on is None:
        rows = rows.filter(until_on=None)
    else:
        rows = rows.filter(from_on__lte=on).exclude(until_on__lte=on)
    return list(rows.order_by("account_id", "id"))


def _filing_refusals(
    account: AccountEntry, *, filed_by: int | None, changed_on: date, at: datetime
) -> list[Refusal]:
    refusals = limit_refusals(account, "file_ownership_change")
    if filed_by is not None and not queries.may_submit(
        filed_by, account.id, at, kind="applications"
    ):
        refusals.append(checks.NotAuthorized("Only the account's representative may file this."))
    if changed_on > programs.load(account.program).local_date(at):
        refusals.append(
            reasons.ChangeNotYet(f"{changed_on} has not come; file the change when it is made.")
        )
    return refusals


def _list_refusals(
    current: Sequence[PartyEntry], *, coming: Sequence[PartySpec], going: Sequence[PartySpec]
) -> list[Refusal]:
    refusals = [refusal for spec in coming for refusal in reasons.check_party(spec)]
    listed = {(party.name, party.identifier) for party in current}
    ends = {(spec.name, spec.identifier) for spec in going}
    begins = {(spec.name, spec.identifier) for spec in coming}
    refusals += [
        reasons.PartyNotListed(f"“{name}” is not on the list.") for name, _ in sorted(ends - listed)
    ]
    refusals += [
        reasons.PartyListedAlready(f"“{name}” is on the list already.")
        for name, _ in sorted(begins & listed - ends)
    ]
    if not ends and not begins:
        refusals.append(reasons.NothingChanged("Name who is to be listed or removed."))
    elif not (listed - ends) | begins:
        refusals.append(
            reasons.LastParty(
                "The last party with an interest cannot be removed; name who follows it."
            )
        )
    return refusals


def _log(account: AccountEntry, row: OwnershipFiling, *, current: Sequence[PartyEntry]) -> None:
    names = [party.name for party in current]
    audit.log(
        at=row.filed_at,
        program=account.program,
        actor=row.filed_by,
        act="file_ownership_change",
        subject=f"account:{account.id}",
        before={"parties": names},
        after={
            "listed": row.listed,
            "unlisted": row.unlisted,
            "changed_on": row.changed_on.isoformat(),
            "due_on": row.due_on.isoformat(),
            "is_late": row.is_late,
        },
        cite=CITE,
    )


def _named(spec: PartySpec) -> str:
    return f"{spec.name} ({spec.identifier})" if spec.identifier else spec.name
