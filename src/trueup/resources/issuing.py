"""Write what is issued: the credits, the papers on which they rest, the decisions.

Source: 40 CFR 62.16445(e), 62.16515(f), (g)(10); PLAT-089; RATE-135 to RATE-143.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import Q

from trueup.audit import services as audit
from trueup.audit.entries import DecisionSpec, EventSpec
from trueup.audit.statements import among, insert_many
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import Origination
from trueup.resources import checks
from trueup.resources.decisions import ISSUANCE
from trueup.resources.entries import Paper
from trueup.resources.filing import file_papers
from trueup.resources.issuing_facts import Facts, Round
from trueup.resources.models import (
    Document,
    Issuance,
    IssuanceDocument,
    IssuanceReport,
    Report,
    Resource,
)
from trueup.resources.review_notices import tell_many
from trueup.rules import ercs
from trueup.rules.papers import DECISION
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot, SerialBlock

CITE = "40 CFR 62.16445(e), (f)"
ISSUES = UUID("b1f5a6c0-5d0e-4b6b-9a34-621644500e0f")
Worked = Sequence[tuple[Facts, ercs.Issuance]]


def record_issues(worked: Worked, of: Round) -> list[Issuance]:
    """Originate the credits of some resources and keep what they rest on, or nothing.

    Corrections can leave a resource nothing to issue; that is an issuance too.

    Raises Refused (`issued_already`, `account_missing`, and what the books refuse).

    Source: 40 CFR 62.16445(e), 62.16450(a), 62.16515(f), (g)(10).
    """
    blocks = _originate(worked, of)
    issuances = _keep(worked, blocks, of)
    for facts, result in worked:
        _take_off(facts, result)
    _link(worked, issuances, of)
    _decide(worked, issuances, of)
    _tell(worked, issuances, of)
    return issuances


def _originate(worked: Worked, of: Round) -> Mapping[int, tuple[int, SerialBlock]]:
    """The transaction and the serial numbers of each resource that is issued any."""
    issued = [(facts.resource, result) for facts, result in worked if result.ercs]
    receipts = ledger.originate_many(
        [
            Origination(
                lot=_lot(facts, of),
                shares=((_recipient(facts.resource), result.ercs),),
                key=uuid5(ISSUES, f"{of.rules.code} {facts.resource.pk} {of.year}"),
                ground=f"{facts.resource.identifier} {of.year}",
                cite=CITE,
                vintage=of.year,
            )
            for facts, result in worked
            if result.ercs
        ],
        program=of.rules.code,
        actor=of.actor,
        recorded_at=of.at,
    )
    found = ledger_queries.blocks_of([receipt.tx for (receipt,) in receipts])
    placed = {}
    for (row, _), (receipt,) in zip(issued, receipts, strict=True):
        (block,) = found[receipt.tx]
        placed[row.pk] = (receipt.tx, block)
    return placed


def _lot(facts: Facts, of: Round) -> Lot:
    """State of issue, year of issue, category: a host that is not rate-based lends its buyer's.

    Source: 40 CFR 62.16515(f); RATE-141, RATE-142; AMB-13, AMB-25.
    """
    row = facts.resource
    return Lot(
        jurisdiction=row.contract_with if facts.is_outside else row.jurisdiction,
        year=of.rules.local_date(of.at).year,
        category=row.category,
    )


def _recipient(row: Resource) -> int:
    if row.account_id is None:
        raise Refused([checks.AccountMissing(f"{row.name} has no general account.")])
    return row.account_id


def _keep(
    worked: Worked, blocks: Mapping[int, tuple[int, SerialBlock]], of: Round
) -> list[Issuance]:
    """One row a resource and year; the database refuses a second one."""
    issuances = []
    for facts, result in worked:
        tx, block = blocks.get(facts.resource.pk, (None, None))
        issuances.append(
            Issuance(
                resource=facts.resource,
                year=of.year,
                quantity=result.ercs,
                corrected=_corrected(facts, result),
                fraction_carried=str(result.fraction_carried or ""),
                issued_at=of.at,
                issued_by=of.actor,
                lot=block.lot.number(of.rules.number) if block is not None else None,
                lo=block.first if block is not None else None,
                hi=block.last if block is not None else None,
                tx=tx,
            )
        )
    try:
        with transaction.atomic():
            return Issuance.objects.bulk_create(issuances)
    except IntegrityError as error:
        raise Refused([checks.IssuedAlready(f"{of.year} was issued already.")]) from error


def _corrected(facts: Facts, result: ercs.Issuance) -> int:
    open_before = sum(found.mwh - found.taken for found in facts.overstatements)
    return open_before - result.correction_left


def _take_off(facts: Facts, result: ercs.Issuance) -> None:
    """What earlier reports overstated is made up for, the oldest first."""
    left = _corrected(facts, result)
    for overstatement in facts.overstatements:
        part = min(left, overstatement.mwh - overstatement.taken)
        if part:
            overstatement.taken += part
            overstatement.save(update_fields=["taken"])
        left -= part


def _link(worked: Worked, issuances: Sequence[Issuance], of: Round) -> None:
    """File the decisions and link the papers, in order of filing; each report only once.

    Source: 40 CFR 62.16515(g)(10); PLAT-089.
    """
    file_papers(
        [
            Paper(
                resource=facts.resource.pk,
                kind=DECISION,
                elements={
                    "decision": "issued",
                    "year": str(of.year),
                    "ercs": str(issuance.quantity),
                },
                filed_at=of.at,
                filed_by=of.actor,
                report=facts.reports[-1].pk,
            )
            for (facts, _), issuance in zip(worked, issuances, strict=True)
        ]
    )
    reports = {facts.resource.pk: [one.pk for one in facts.reports] for facts, _ in worked}
    insert_many(
        IssuanceReport,
        [
            {"issuance_id": issuance.pk, "report_id": report}
            for issuance in issuances
            for report in reports[issuance.resource_id]
        ],
    )
    papers = _papers(reports)
    insert_many(
        IssuanceDocument,
        [
            {"issuance_id": issuance.pk, "document_id": paper, "position": position}
            for issuance in issuances
            for position, paper in enumerate(papers[issuance.resource_id], start=1)
        ],
    )
    every = [report for of_one in reports.values() for report in of_one]
    Report.objects.filter(id__in=among(every)).update(state="issued")


def _papers(reports: Mapping[int, Sequence[int]]) -> dict[int, list[int]]:
    """The papers of each resource: its approved application's, and those of its reports."""
    every = [report for of_one in reports.values() for report in of_one]
    found: dict[int, list[int]] = defaultdict(list)
    rows = (
        Document.objects.filter(resource_id__in=among(reports))
        .filter(Q(application__state="approved") | Q(report_id__in=among(every)))
        .order_by("id")
    )
    for resource, paper in rows.values_list("resource_id", "id"):
        found[resource].append(paper)
    return found


def _decide(worked: Worked, issuances: Sequence[Issuance], of: Round) -> None:
    """Each issuance is a final decision that can be appealed.

    Source: 78.1(b)(19)(i); PLAT-017.
    """
    audit.decide_many(
        [
            DecisionSpec(
                decision_class=ISSUANCE,
                program=of.rules.code,
                subject=f"resource:{issuance.resource_id}",
                outcome="ERCs issued",
                reasons=(
                    f"{issuance.quantity:,} ERCs for {of.year}; {issuance.corrected:,} taken off"
                    " for earlier overstatement.",
                ),
                decided_at=of.at,
                decided_by=of.actor,
            )
            for issuance in issuances
        ]
    )
    audit.log_many(
        [
            EventSpec(
                at=of.at,
                program=of.rules.code,
                actor=of.actor,
                act="ERCs_issued",
                subject=f"resource:{issuance.resource_id}",
                after={"year": of.year, "quantity": issuance.quantity, "tx": issuance.tx},
                cite=CITE,
                account=facts.resource.account_id,
            )
            for (facts, _), issuance in zip(worked, issuances, strict=True)
        ]
    )


def _tell(worked: Worked, issuances: Sequence[Issuance], of: Round) -> None:
    """Tell the representatives what was issued, and what was taken off.

    Source: 40 CFR 62.16445(e); 62.16450(a); PLAT-150.
    """
    tell_many(
        [
            (
                facts.resource,
                {
                    "paper": f"Credits of {of.year}",
                    "decision": f"{issuance.quantity:,} credits issued",
                    "ground": f"The verified MWh of {of.year}; {issuance.corrected:,} taken off"
                    " for earlier overstatement.",
                    "cite": CITE,
                },
            )
            for (facts, _), issuance in zip(worked, issuances, strict=True)
        ],
        event="resource_decided",
        at=of.at,
    )
