"""Put resources on record, and say how the States where they are have chosen.

Source: 40 CFR 62.16435(a)(3), 62.16445(a)(1), (2); RATE-049, RATE-063, RATE-076.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from trueup.audit import services as audit
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.resources import checks
from trueup.resources.entries import ResourceEntry, ResourceSpec
from trueup.resources.filing import existing, refuse, submitter_refusals
from trueup.resources.models import HostState, Resource
from trueup.resources.queries import resource_entry
from trueup.resources.signed import Signed, keep_signature
from trueup.rules import programs
from trueup.rules.ercs import nameplate_mw
from trueup.rules.refusal import Refusal, Refused


@transaction.atomic
def set_host_state(
    *,
    program: str,
    jurisdiction: str,
    approach: str,
    plan: str,
    set_at: datetime,
    carries_fractions: bool = False,
    actor: str = "administrator",
) -> None:
    """Say how a State has chosen: rate or mass, the federal plan or one of its own.

    Source: 40 CFR 62.16435(a)(3); RATE-049, RATE-053, RATE-135; AMB-15, AMB-25.
    """
    values = {"approach": approach, "plan": plan, "carries_fractions": carries_fractions}
    HostState.objects.update_or_create(program=program, jurisdiction=jurisdiction, defaults=values)
    audit.log(
        at=set_at,
        program=program,
        actor=actor,
        act="set_host_state",
        subject=f"state:{jurisdiction}",
        after=values,
        cite="40 CFR 62.16435(a)(3)",
    )


def describe_resource(
    *,
    program: str,
    spec: ResourceSpec,
    account: int | None,
    described_at: datetime,
    actor: str = "administrator",
    signed: Signed | None = None,
) -> ResourceEntry:
    """Put a resource on record, so that papers can be filed for it; nothing is decided.

    Args:
        account: The general account in which its credits are to be recorded.
        actor: A person describes only what is to be credited to an account of theirs.

    Raises Refused (`unknown_category`, `recipient_not_general`, `capacity_missing`,
    `not_representative`, `resource_name_taken`).

    Source: 40 CFR 62.16445(a)(1), (2); RATE-063, RATE-076.
    """
    rules = programs.load(program)
    found = ledger.account(account) if account is not None else None
    refuse(description_refusals(program, spec, found))
    try:
        with transaction.atomic():
            row = resource_row(rules.code, spec, account=account, described_at=described_at)
            row.save(force_insert=True)
            person = audit.person_of(actor)
            if person is not None:
                refuse(submitter_refusals(row, person, at=described_at))
                keep_signature(row, signed, person=person, at=described_at)
            audit.log(
                at=described_at,
                program=program,
                actor=actor,
                act="describe_resource",
                subject=f"resource:{row.pk}",
                after={"name": spec.name, "category": spec.category, "account": account},
                cite="40 CFR 62.16445(a)(2)",
            )
    except IntegrityError as error:
        taken = checks.ResourceNameTaken(f"There is a resource “{spec.name}” already.")
        raise Refused([taken]) from error
    return resource_entry(row)


def resource_row(
    program: str, spec: ResourceSpec, *, account: int | None, described_at: datetime
) -> Resource:
    """A resource as it is described, before it is kept."""
    return Resource(
        program=program, account_id=account, described_at=described_at, **_columns(spec)
    )


@transaction.atomic
def describe_anew(
    *,
    resource: int,
    spec: ResourceSpec,
    person: int,
    at: datetime,
    signed: Signed | None = None,
) -> ResourceEntry:
    """Correct the description of a resource for which no application is open or approved.

    Raises Refused (`not_representative`, `already_submitted`, and as `describe_resource`).

    Source: 40 CFR 62.16445(a)(2); RATE-063.
    """
    row = existing(resource)
    refuse(submitter_refusals(row, person, at=at))
    found = ledger.account(row.account_id) if row.account_id is not None else None
    refusals = description_refusals(row.program, spec, found)
    if row.state not in ("described", "rejected"):
        refusals.append(checks.AlreadySubmitted(f"{row.name} is {row.state} already."))
    refuse(refusals)
    columns = _columns(spec)
    for name, value in columns.items():
        setattr(row, name, value)
    try:
        with transaction.atomic():
            row.save(update_fields=list(columns))
    except IntegrityError as error:
        taken = checks.ResourceNameTaken(f"There is a resource “{spec.name}” already.")
        raise Refused([taken]) from error
    keep_signature(row, signed, person=person, at=at)
    audit.log(
        at=at,
        program=row.program,
        actor=f"person:{person}",
        act="describe_resource_anew",
        subject=f"resource:{row.pk}",
        after={"name": spec.name, "category": spec.category, "state": spec.jurisdiction},
        cite="40 CFR 62.16445(a)(2)",
        account=row.account_id,
    )
    return resource_entry(row)


def _columns(spec: ResourceSpec) -> dict[str, object]:
    uprate = spec.uprate
    return {
        "name": spec.name,
        "category": spec.category,
        "kind": spec.kind,
        "jurisdiction": spec.jurisdiction,
        "capacity_mw": nameplate_mw(spec.capacity_mw)
        if spec.capacity_mw >= 1
        else spec.capacity_mw,
        "in_service_on": spec.in_service_on,
        "grid": spec.grid,
        "uprate_on": uprate.on if uprate else None,
        "uprate_from_mw": uprate.from_mw if uprate else None,
        "uprate_to_mw": uprate.to_mw if uprate else None,
        "derated_on": spec.derated_on,
        "is_relicensed": spec.is_relicensed,
        "contract_with": spec.contract_with,
        "is_regional_supply": spec.is_regional_supply,
        "has_meter": spec.has_meter,
        "savings_kind": spec.savings_kind,
        "savings_basis": spec.savings_basis,
        "is_distributed": spec.is_distributed,
        "exclusion": spec.exclusion,
        "owner": spec.owner,
    }


def description_refusals(
    program: str, spec: ResourceSpec, account: AccountEntry | None
) -> list[Refusal]:
    """Why a resource cannot be put on record as it is described.

    Source: 40 CFR 62.16445(a)(1), (2); RATE-063, RATE-076.
    """
    rules = programs.load(program)
    categories = rules.resources.categories if rules.resources is not None else {}
    refusals: list[Refusal] = []
    known = categories.get(spec.category)
    if known is None or known.holder != "eligible_resource":
        refusals.append(
            checks.UnknownCategory(f"“{spec.category}” is no category of eligible resources.")
        )
    if not (len(spec.jurisdiction) in {2, 3} and spec.jurisdiction.isalpha()):
        refusals.append(checks.UnknownState(f"“{spec.jurisdiction}” is no State."))
    if spec.category != "DSM" and not (spec.capacity_mw.is_finite() and spec.capacity_mw > 0):
        refusals.append(checks.CapacityMissing("State the nameplate capacity, above 0 MW."))
    if account is not None and (account.program != program or account.kind != "general"):
        refusals.append(
            checks.RecipientNotGeneral(
                f"Account {account.number} is no general account of {program}: the credits of a"
                " resource are recorded in one."
            )
        )
    return refusals
