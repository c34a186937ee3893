"""Early action: how each State stands, the projects and their awards: public.

Source: 40 CFR 62.16231; 62.16431; RATE-213; MASS-096 to MASS-099.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.http import HttpRequest
from ninja import Router, Schema

from trueup.allocation import early_reads
from trueup.allocation.early_entries import (
    EarlyActionAwardEntry,
    EarlyActionFileEntry,
    EarlyActionProjectEntry,
    EarlyActionState,
)
from trueup.api.access import PUBLIC, rule
from trueup.api.asking import READING, After, Limit, program_named

router = Router(tags=["Early action"])


class EarlyState(Schema):
    """One State: what there is, what was asked for and awarded, what is left."""

    jurisdiction: str
    is_on: bool
    set_aside: int
    projects: int
    asked_mwh: Decimal
    early: int
    matching: int
    not_matched: int
    to_units: int
    left: int
    left_to_match: int

    @classmethod
    def of(cls, row: EarlyActionState) -> EarlyState:
        return cls(
            jurisdiction=row.jurisdiction,
            is_on=row.is_on,
            set_aside=row.pool,
            projects=row.projects,
            asked_mwh=row.asked_mwh,
            early=row.early,
            matching=row.matching,
            not_matched=row.unmatched,
            to_units=row.leftover,
            left=row.left,
            left_to_match=row.left_matching,
        )


class EarlyAward(Schema):
    """What MWh of a year were rewarded with, and in which transactions."""

    year: int
    mwh: Decimal
    early: int
    matching: int
    not_matched: int
    early_transaction: int | None
    matching_transaction: int | None

    @classmethod
    def of(cls, award: EarlyActionAwardEntry) -> EarlyAward:
        return cls(
            year=award.year,
            mwh=award.mwh,
            early=award.early,
            matching=award.matching,
            not_matched=award.unmatched,
            early_transaction=award.early_tx,
            matching_transaction=award.matching_tx,
        )


class EarlyProject(Schema):
    """A project that asked for the reward of early action."""

    id: int
    name: str
    jurisdiction: str
    kind: str
    started_on: date
    state: str
    resource: int | None
    awards: list[EarlyAward]


class EarlyProjectPage(Schema):
    """A page of projects; `next` is where to go on."""

    items: list[EarlyProject]
    next: int | None


@router.get("/{program}/early-action", response={200: list[EarlyState], **READING})
@rule(PUBLIC)
def get_early_action(request: HttpRequest, program: str) -> list[EarlyState]:
    """How early action stands in each State."""
    return [EarlyState.of(row) for row in early_reads.states_of(program_named(program).code)]


@router.get("/{program}/early-action/projects", response={200: EarlyProjectPage, **READING})
@rule(PUBLIC)
def list_early_projects(
    request: HttpRequest, program: str, limit: Limit = 100, after: After = 0
) -> EarlyProjectPage:
    """Projects of early action in the order in which they applied, with their awards."""
    found = early_reads.projects(program_named(program).code, limit=limit + 1, after=after)
    page = found[:limit]
    ids = [one.id for one in page]
    awards, files = early_reads.awards_of_all(ids), early_reads.files_of(ids)
    return EarlyProjectPage(
        items=[_project(one, awards.get(one.id, []), files.get(one.id)) for one in page],
        next=page[-1].id if len(found) > limit else None,
    )


def _project(
    one: EarlyActionProjectEntry,
    awards: list[EarlyActionAwardEntry],
    file: EarlyActionFileEntry | None,
) -> EarlyProject:
    return EarlyProject(
        id=one.id,
        name=one.name,
        jurisdiction=one.jurisdiction,
        kind=one.kind,
        started_on=one.started_on,
        state=one.state,
        resource=None if file is None else file.resource,
        awards=[EarlyAward.of(award) for award in awards],
    )
