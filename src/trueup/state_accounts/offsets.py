"""Offset projects: registered and verified by their papers, awarded allowances of their own.

A project is a resource whose category the program's file names; what its reports call MWh
are tons of CO2 kept out of the air. An offset allowance stands for one whole ton, and its
serial number says what it is: `MD-2016-OFS-1`.

Source: RGGI-033; PLAT-120; docs/decisions/0361.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid5

from django.db.models import Sum

from trueup.accounts.rivals import looking_again
from trueup.audit import services as audit
from trueup.audit.statements import among
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry, AccountSpec, Instruction, Range
from trueup.resources import awards
from trueup.resources import queries as resources
from trueup.resources.entries import Paper, ResourceEntry
from trueup.resources.filing import file_papers
from trueup.rules import programs
from trueup.rules.papers import DECISION
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot
from trueup.state_accounts import checks
from trueup.state_accounts.entries import OffsetAwardEntry
from trueup.state_accounts.models import OffsetAward

CITE = "RGGI-033"
CATEGORY = "OFS"
PURPOSE = "offsets"
OFFSETS = UUID("6b0f2a52-9d0c-4f9e-8f57-00005247470c")


def award_offset_allowances(
    *, resource: int, year: int, actor: str, at: datetime
) -> OffsetAwardEntry:
    """Award a registered project an allowance for each whole ton of a verified year.

    Raises Refused (`no_offsets`, `not_registered`, `verification_missing`,
    `issued_already`, `nothing_to_award`).

    Source: RGGI-033.
    """

    def act() -> OffsetAwardEntry:
        project = _project(resource)
        used = awards.use_verified_year(resource=resource, year=year, at=at, actor=actor)
        quantity = int(used.used_mwh)
        if quantity < 1:
            raise Refused([checks.NothingToAward("Less than a whole ton was verified.")])
        tx = _record(project, year, quantity, actor=actor, at=at)
        row = OffsetAward.objects.create(
            resource_id=resource,
            year=year,
            tons=used.mwh,
            quantity=quantity,
            awarded_by=actor,
            awarded_at=at,
            tx_id=tx,
        )
        file_papers(
            [
                Paper(
                    resource=resource,
                    kind=DECISION,
                    elements={
                        "decision": "awarded",
                        "year": str(year),
                        "allowances": str(quantity),
                        "transaction": str(tx),
                    },
                    filed_at=at,
                    filed_by=actor,
                )
            ]
        )
        audit.log(
            at=at,
            program=project.program,
            actor=actor,
            act="award_offset_allowances",
            subject=f"resource:{resource}",
            account=project.account,
            after={"year": year, "quantity": quantity},
            cite=CITE,
        )
        return _entry(row)

    return looking_again(act)


def offset_awards(resource: int) -> list[OffsetAwardEntry]:
    """What a project was awarded, year by year.

    Source: RGGI-033.
    """
    return [
        _entry(row) for row in OffsetAward.objects.filter(resource_id=resource).order_by("year")
    ]


def awarded_to(projects: Iterable[int]) -> dict[int, int]:
    """What each of some projects was awarded, all years together; one statement.

    Source: RGGI-033, RGGI-048 item 7.
    """
    rows = OffsetAward.objects.filter(resource_id__in=among(projects)).values_list("resource_id")
    return dict(rows.annotate(total=Sum("quantity")))


def _project(resource: int) -> ResourceEntry:
    """A registered project of a program that has offsets, from which nothing is withheld."""
    project = resources.resource(resource)
    rules = programs.load(project.program).resources if project is not None else None
    if project is None or rules is None or not rules.earns_offsets:
        raise Refused([checks.NoOffsets("That is no offset project.")])
    if project.state != "registered" or awards.withheld([resource], program=project.program):
        raise Refused([checks.NotRegistered(f"{project.name} is not registered, or is suspended.")])
    return project


def _record(project: ResourceEntry, year: int, quantity: int, *, actor: str, at: datetime) -> int:
    """Create the allowances in the State's account for offsets, and award them at once."""
    account = _account(project.program, project.jurisdiction, at=at)
    if project.account is None:
        raise Refused([checks.AccountClosed("The project names no account that receives.")])
    lot = Lot(jurisdiction=project.jurisdiction, year=year, category=CATEGORY)
    key = uuid5(OFFSETS, f"{project.id} {year}")
    first = ledger_queries.last_serial(program=project.program, lot=lot) + 1
    ledger.originate(
        program=project.program,
        lot=lot,
        shares=[(account.id, quantity)],
        key=uuid5(key, "originate"),
        actor=actor,
        recorded_at=at,
        cite=CITE,
    )
    number = lot.number(programs.load(project.program).number)
    (receipt,) = ledger.record(
        [
            Instruction(
                type="award",
                source=account.id,
                destination=project.account,
                blocks=(Range(number, first, first + quantity - 1),),
                key=key,
                actor=actor,
                submitted_at=at,
                ground=f"offset project {project.identifier or project.id}, {year}",
                cite=CITE,
            )
        ],
        program=project.program,
        recorded_at=at,
    )
    return receipt.tx


def _account(program: str, jurisdiction: str, *, at: datetime) -> AccountEntry:
    """Where a State's offset allowances begin; nothing stays there."""
    found = ledger_queries.account_of_purpose(
        program=program, purpose=PURPOSE, jurisdiction=jurisdiction
    )
    if found is not None:
        return found
    (opened,) = ledger.open_accounts(
        [
            AccountSpec(
                program=program,
                kind="holding",
                name=f"{jurisdiction} offset allowances",
                jurisdiction=jurisdiction,
                purpose=PURPOSE,
            )
        ],
        opened_at=at,
    )
    return opened


def _entry(row: OffsetAward) -> OffsetAwardEntry:
    return OffsetAwardEntry(
        resource=row.resource_id,
        year=row.year,
        tons=row.tons,
        quantity=row.quantity,
        awarded_at=row.awarded_at,
        tx=row.tx_id,
    )
