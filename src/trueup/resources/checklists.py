"""What an official looks at in each kind of paper, and what has been ticked.

An item counts as ticked while the paper on which it was ticked is the latest: a new
version opens every item again.

Source: 40 CFR 62.16445(a), (b), (e), 62.16455 to 62.16475; docs/decisions/0305.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from trueup.audit import services as audit
from trueup.resources import checks
from trueup.resources.models import (
    AccreditationApplication,
    Application,
    CommentPeriod,
    Document,
    Report,
    Resource,
    ReviewTick,
)
from trueup.rules.papers import DECISION
from trueup.rules.refusal import Refusal, Refused

APPLICATION, REPORT, ACCREDITATION = "application", "report", "accreditation"
NOTE_MAX = 1000
CLOSED = frozenset({"approved", "rejected", "issued", "superseded", "accredited", "withdrawn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to look at.

    Attributes:
        applies_to: `all`, or what the resource or the paper must be for it.
    """

    code: str
    label: str
    cite: str
    applies_to: str = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemState:
    """An item and whether it is ticked, by whom and when.

    Attributes:
        is_stale: It was ticked, and another version has been filed since.
    """

    item: Item
    is_ticked: bool
    is_stale: bool = False
    by: int | None = None
    name: str = ""
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is reviewed: an eligibility application, an M&V report, an accreditation."""

    kind: str
    id: int
    program: str
    resource: Resource | None
    state: str
    tags: frozenset[str]

    @property
    def key(self) -> dict[str, int]:
        """The column by which its rows are found."""
        return {f"{self.kind}_id": self.id}

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.id}"


_APPLICATION = (
    Item(
        code="identity",
        label="The representative and the general account are those of the resource.",
        cite="40 CFR 62.16445(a)(1)",
    ),
    Item(
        code="description",
        label="The resource is described as its kind asks for, and the figures agree.",
        cite="40 CFR 62.16445(a)(2)",
    ),
    Item(
        code="locations",
        label="Each single location can be had by the verifier and the Administrator.",
        cite="40 CFR 62.16445(a)(2)(v)",
        applies_to="distributed",
    ),
    Item(
        code="eligibility",
        label="New capacity, grid, location and category are shown by evidence.",
        cite="40 CFR 62.16435(a); 62.16445(a)(3)",
    ),
    Item(
        code="contract",
        label="The contract proves delivery to load in a rate-based State.",
        cite="40 CFR 62.16435(a)(3)",
        applies_to="outside",
    ),
    Item(
        code="single_submission",
        label="It was submitted here only, and its MWh are credited nowhere else.",
        cite="40 CFR 62.16445(a)(4)",
    ),
    Item(
        code="plan",
        label="The EM&V plan says how MWh are quantified, monitored and verified.",
        cite="40 CFR 62.16455(b), (c)",
    ),
    Item(
        code="meters",
        label="Meters, point of measurement and path of the data fit the resource.",
        cite="40 CFR 62.16455(c)(1)",
        applies_to="metered",
    ),
    Item(
        code="savings",
        label="Baseline, method and persistence of the savings fit the measure.",
        cite="40 CFR 62.16455(c)(7)",
        applies_to="savings",
    ),
    Item(
        code="biogenic",
        label="The biogenic share and its method are as the State requires.",
        cite="40 CFR 62.16455(c)(3), (4)",
        applies_to="biomass",
    ),
    Item(
        code="verification",
        label="The verification report finds on each point that it must cover.",
        cite="40 CFR 62.16445(a)(6); 62.16465(b)",
    ),
    Item(
        code="verifier",
        label="The verifier was cleared for this resource and has no conflict of interest.",
        cite="40 CFR 62.16475",
    ),
    Item(
        code="comments",
        label="What the public said was read and weighed.",
        cite="preamble IV.D.6.b",
        applies_to="commented",
    ),
    Item(
        code="inspection",
        label="Inspection and audit are permitted at any time, and the papers are signed.",
        cite="40 CFR 62.16445(a)(7), (8)",
    ),
)
_REPORT = (
    Item(
        code="installation",
        label="The installation is as approved (first report).",
        cite="40 CFR 62.16460(b)(1)",
        applies_to="first",
    ),
    Item(
        code="period",
        label="The period is right, and no MWh were reported before.",
        cite="40 CFR 62.16460(b)(2)(i)",
    ),
    Item(
        code="method",
        label="The MWh were quantified as the approved plan says.",
        cite="40 CFR 62.16460(b)(2)(ii)",
    ),
    Item(
        code="data",
        label="The data add up to what is reported.",
        cite="40 CFR 62.16460(b)(2)(iii)",
    ),
    Item(
        code="changes",
        label="Changes of capability and of ownership are stated with their days.",
        cite="40 CFR 62.16460(b)(2)(iv), (v)",
    ),
    Item(
        code="elsewhere",
        label="The MWh were credited nowhere else.",
        cite="40 CFR 62.16445(a)(4); preamble IV.D.6.b",
    ),
    Item(
        code="contract",
        label="The MWh are tied to the approved contract of delivery.",
        cite="40 CFR 62.16435(a)(3)",
        applies_to="outside",
    ),
    Item(
        code="statement",
        label="The verifier states findings, conformity, assurance and materiality.",
        cite="40 CFR 62.16465(a)(1)",
    ),
    Item(
        code="data_quality",
        label="The verifier checked the quality of the data and the methods.",
        cite="40 CFR 62.16465(c)(1)",
    ),
    Item(
        code="feasibility",
        label="The output is technically feasible, or its excess is analysed.",
        cite="40 CFR 62.16465(c)(1)(i)",
    ),
    Item(
        code="discrepancy",
        label="Every difference from what was reported is explained.",
        cite="40 CFR 62.16465(c)(1)(ii)",
    ),
    Item(
        code="attestation",
        label="The verifier attests that conflicts were evaluated and disclosed.",
        cite="40 CFR 62.16475(c)",
    ),
)
_ACCREDITATION = (
    Item(
        code="auditing",
        label="Technical and auditing qualification is shown.",
        cite="40 CFR 62.16470(b), (c)(1)",
    ),
    Item(code="program", label="Knowledge of the program is shown.", cite="40 CFR 62.16470(c)(1)"),
    Item(
        code="categories",
        label="Knowledge of each category is shown.",
        cite="40 CFR 62.16470(c)(2)",
    ),
    Item(
        code="team",
        label="The team is named, and every subcontractor is in it.",
        cite="40 CFR 62.16470(c)(3)",
    ),
    Item(
        code="conflict_controls",
        label="Conflicts of interest are controlled.",
        cite="40 CFR 62.16470(c)(4)",
    ),
    Item(
        code="debarment",
        label="It is neither debarred nor suspended nor proposed for it.",
        cite="40 CFR 62.16470(c)(5)",
    ),
    Item(
        code="insurance",
        label="Its liability is insured by an insurer of the top four classes.",
        cite="40 CFR 62.16470(c)(6)",
    ),
)
ITEMS = {APPLICATION: _APPLICATION, REPORT: _REPORT, ACCREDITATION: _ACCREDITATION}


@transaction.atomic
def tick_item(
    subject: Subject, *, item: str, is_ticked: bool, by: int, at: datetime, note: str = ""
) -> None:
    """Tick an item of a review checklist, or take the tick back.

    Raises Refused (`unknown_item`, `decided_already`, `ground_missing` for taking back
    without a reason).

    Source: 40 CFR 62.16445(b), (e), 62.16470(d); docs/decisions/0305.
    """
    known = {one.item.code: one for one in checklist(subject)}
    if item not in known:
        raise Refused([checks.UnknownItem(f"The checklist has no item “{item[:40]}”.")])
    if subject.state in CLOSED:
        raise Refused([checks.DecidedAlready(f"It is {subject.state} already.")])
    if not is_ticked and not note.strip():
        raise Refused([checks.GroundMissing("Say why you take the tick back.")])
    if known[item].is_ticked == is_ticked:
        return
    ReviewTick.objects.create(
        **subject.key,
        item=item,
        is_ticked=is_ticked,
        note=note.strip()[:NOTE_MAX],
        paper_id=_latest_paper(subject),
        by_id=by,
        at=at,
    )
    audit.log(
        at=at,
        program=subject.program,
        actor=f"official:{by}",
        act="tick_review_item" if is_ticked else "untick_review_item",
        subject=subject.name,
        after={"item": item, "note": note.strip()[:NOTE_MAX]},
        cite=known[item].item.cite,
    )


def checklist(subject: Subject) -> list[ItemState]:
    """The items of a paper, each with whether it is ticked; in two statements.

    Source: 40 CFR 62.16445(b), (e), 62.16470(d); docs/decisions/0305.
    """
    latest = _latest_paper(subject)
    rows = ReviewTick.objects.filter(**subject.key).select_related("by").order_by("id")
    last = {row.item: row for row in rows}
    return [
        _state(item, last.get(item.code), latest)
        for item in ITEMS[subject.kind]
        if item.applies_to == "all" or item.applies_to in subject.tags
    ]


def review_refusals(states: Sequence[ItemState]) -> list[Refusal]:
    """Why nothing is approved yet: an item that nobody has ticked.

    Source: 40 CFR 62.16445(b), (e); docs/decisions/0305.
    """
    return [
        checks.ReviewOpen(
            f"Not ticked: {state.item.label}"
            + (" It was ticked before the latest version was filed." if state.is_stale else "")
        )
        for state in states
        if not state.is_ticked
    ]


def application_subject(row: Application, tags: frozenset[str]) -> Subject:
    """An eligibility application as what is reviewed; `tags` say what its resource is."""
    more = set()
    if CommentPeriod.objects.filter(application=row).exists():
        more.add("commented")
    return Subject(
        kind=APPLICATION,
        id=row.pk,
        program=row.resource.program,
        resource=row.resource,
        state=row.state,
        tags=tags | more,
    )


def report_subject(row: Report, tags: frozenset[str]) -> Subject:
    """An M&V report as what is reviewed."""
    more = {"first"} if row.sequence == 1 else set()
    return Subject(
        kind=REPORT,
        id=row.pk,
        program=row.resource.program,
        resource=row.resource,
        state=row.state,
        tags=tags | more,
    )


def accreditation_subject(row: AccreditationApplication) -> Subject:
    """A verifier's application for accreditation as what is reviewed."""
    return Subject(
        kind=ACCREDITATION,
        id=row.pk,
        program=row.program,
        resource=None,
        state=row.state,
        tags=frozenset(),
    )


def _state(item: Item, row: ReviewTick | None, latest: int | None) -> ItemState:
    if row is None:
        return ItemState(item=item, is_ticked=False)
    is_stale = row.is_ticked and row.paper_id != latest
    return ItemState(
        item=item,
        is_ticked=row.is_ticked and not is_stale,
        is_stale=is_stale,
        by=row.by_id,
        name=row.by.name,
        at=row.at,
        note=row.note,
    )


def _latest_paper(subject: Subject) -> int | None:
    """The last paper that was filed for it, the registry's own decisions left out."""
    if subject.kind == ACCREDITATION:
        return None
    papers = Document.objects.filter(**subject.key).exclude(kind=DECISION)
    last: int | None = papers.aggregate(last=Max("id"))["last"]
    return last
