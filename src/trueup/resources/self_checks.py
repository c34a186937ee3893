"""What the registry looks up by itself while a paper is reviewed: passed, failed, or to ask.

Source: 40 CFR 62.16435 to 62.16475; preamble IV.D.6.b; RATE-043 to RATE-057,
RATE-110 to RATE-132; docs/decisions/0305.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from trueup.accounts import queries as accounts
from trueup.resources.admission import eligibility_refusals
from trueup.resources.filing import capacity_of, described, host_of, tags_for
from trueup.resources.meter_data import open_meter_data
from trueup.resources.models import Application, Document, Engagement, Report, Resource
from trueup.resources.report_years import days_of
from trueup.rules.ercs import is_feasible
from trueup.rules.paper_answers import check_plan
from trueup.rules.papers import APPLICATION, PLAN, REPORT, VERIFICATION, check_paper
from trueup.rules.refusal import Refusal

PASS, FAIL, ASK = "pass", "fail", "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What was looked up, and how it came out.

    Attributes:
        outcome: `pass`, `fail`, or `ask` for what a person has to judge.
        notes: What was found, a sentence each.
    """

    what: str
    outcome: str
    cite: str
    notes: tuple[str, ...] = ()


def checks_of_application(row: Application, papers: Sequence[Document]) -> list[Check]:
    """What the registry finds of an eligibility application.

    Args:
        papers: Every paper of the application, in order of filing.

    Source: 40 CFR 62.16435(a), 62.16445(a), 62.16455; RATE-043 to RATE-109.
    """
    resource = row.resource
    latest = {paper.kind: paper for paper in papers}
    host, tags = host_of(resource), tags_for(resource)
    found = [
        _refused(
            "Each element of the application that its kind needs is there and readable.",
            _paper(APPLICATION, latest, tags, resource),
            "40 CFR 62.16445(a)",
        ),
        _refused(
            "Each element of the EM&V plan that its kind needs is there and readable.",
            [
                *_paper(PLAN, latest, tags, resource),
                *check_plan(
                    latest[PLAN].elements if PLAN in latest else {},
                    resource=described(resource, host),
                ),
            ],
            "40 CFR 62.16455",
        ),
        _refused(
            "It passes the tests of new capacity, grid, location and category.",
            eligibility_refusals(resource, host=host),
            "40 CFR 62.16435(a) to (c)",
        ),
        _nameplate(resource, latest.get(APPLICATION)),
        _account(resource),
    ]
    return [*found, *_verification(resource, latest.get(VERIFICATION))]


def checks_of_report(row: Report, papers: Sequence[Document]) -> list[Check]:
    """What the registry finds of an M&V report.

    Source: 40 CFR 62.16460, 62.16465(c); RATE-056, RATE-057, RATE-110 to RATE-121.
    """
    resource = row.resource
    latest = {paper.kind: paper for paper in papers}
    tags = tags_for(resource, *(("first",) if row.sequence == 1 else ()))
    said = latest[REPORT].elements if REPORT in latest else {}
    own = {key: value for key, value in said.items() if key not in _ADDED}
    missing = check_paper(REPORT, own, tags=tags, program=resource.program)
    metered = open_meter_data([resource.pk], year=row.year).get(resource.pk, ())
    return [
        _refused("Each element that its kind needs is there.", missing, "40 CFR 62.16460(b)"),
        Check(what="No month of it is reported twice.", outcome=PASS, cite="40 CFR 62.16445(a)(4)"),
        _feasible(row),
        _metered_total(row, said),
        Check(
            what="No meter data of the year are disputed, held or undecided.",
            outcome=FAIL if metered else PASS,
            cite="40 CFR 62.16455(c)(1)",
            notes=(f"{len(metered)} months are open.",) if metered else (),
        ),
        Check(
            what="It was filed in time.",
            outcome=ASK if row.is_late else PASS,
            cite="preamble IV.D.9",
            notes=("It was filed after 1 June: state why it is taken.",) if row.is_late else (),
        ),
        _difference(row),
        *_verification(resource, latest.get(VERIFICATION)),
    ]


_ADDED = ("year", "months", "mwh", "metered_mwh", "meter_intervals", "verified_mwh")


def _refused(what: str, refusals: Sequence[Refusal], cite: str) -> Check:
    notes = tuple(refusal.sentence for refusal in refusals)
    return Check(what=what, outcome=FAIL if notes else PASS, cite=cite, notes=notes)


def _paper(
    kind: str, latest: dict[str, Document], tags: frozenset[str], resource: Resource
) -> list[Refusal]:
    said = latest[kind].elements if kind in latest else {}
    return check_paper(kind, said, tags=tags, program=resource.program)


def _nameplate(resource: Resource, paper: Document | None) -> Check:
    """The nameplate that is stated against the one on record."""
    stated = (paper.elements if paper is not None else {}).get("nameplate_mw", "").strip()
    known = capacity_of(resource)
    differs = bool(stated) and _number(stated) != known
    return Check(
        what="The nameplate capacity stated is that of the register.",
        outcome=ASK if differs else PASS,
        cite="40 CFR 62.16445(a)(2)(i)",
        notes=(f"Stated: {stated} MW; on record: {known} MW.",) if differs else (),
    )


def _account(resource: Resource) -> Check:
    seats = (
        accounts.representatives([resource.account_id])[resource.account_id]
        if resource.account_id is not None
        else []
    )
    return Check(
        what="A general account with a representative is there for its credits.",
        outcome=PASS if seats else FAIL,
        cite="40 CFR 62.16445(a)(1); 62.16515(c)",
    )


def _verification(resource: Resource, paper: Document | None) -> list[Check]:
    """Who verified it: accredited, for the category, cleared, and not debarred."""
    if paper is None or paper.verifier is None:
        return [
            Check(
                what="An accredited verifier has filed its report.",
                outcome=FAIL,
                cite="40 CFR 62.16445(d)",
                notes=("None has filed one.",),
            )
        ]
    by = paper.verifier
    engagement = Engagement.objects.filter(verifier=by, resource=resource).first()
    is_cleared = engagement is not None and engagement.state == "approved"
    notes = []
    if by.revoked_at is not None:
        notes.append(f"The accreditation of {by.name} was revoked.")
    if by.debarred_on is not None:
        notes.append(f"{by.name} is debarred from {by.debarred_on}.")
    if by.categories and resource.category not in by.categories:
        notes.append(f"{by.name} is not accredited for {resource.category}.")
    found_wrong = paper.elements.get("misstatement") == "FOUND"
    return [
        Check(
            what="The verifier is accredited for the category.",
            outcome=FAIL if notes else PASS,
            cite="40 CFR 62.16470",
            notes=tuple(notes),
        ),
        Check(
            what="The verifier was cleared for this resource.",
            outcome=PASS if is_cleared else FAIL,
            cite="40 CFR 62.16475(d), (e)",
        ),
        Check(
            what="The verifier found no material misstatement.",
            outcome=ASK if found_wrong else PASS,
            cite="40 CFR 62.16465(a)(1)",
            notes=("The report states one: look at what it explains.",) if found_wrong else (),
        ),
    ]


def _feasible(row: Report) -> Check:
    """Capacity times hours; and how much of it the output is.

    Source: 40 CFR 62.16465(c)(1)(i); RATE-120.
    """
    capacity = capacity_of(row.resource)
    first, last = days_of(row)
    days = (last - first).days + 1
    mwh = row.mwh or Decimal(0)
    most = capacity * 24 * days
    share = f"{mwh / most:.1%} of {most:,f} MWh" if most else "no capacity is on record"
    return Check(
        what="The output is not above capacity times hours.",
        outcome=PASS if not most or is_feasible(mwh, capacity_mw=capacity, days=days) else ASK,
        cite="40 CFR 62.16465(c)(1)(i)",
        notes=(f"It is {share}.",),
    )


def _metered_total(row: Report, said: dict[str, str]) -> Check:
    metered = said.get("metered_mwh", "")
    mwh = row.mwh or Decimal(0)
    if not metered:
        return Check(
            what="The meter data add up to what is reported.",
            outcome=ASK,
            cite="40 CFR 62.16460(b)(2)(iii)",
            notes=("No meter data were handed in with it.",),
        )
    return Check(
        what="The meter data add up to what is reported.",
        outcome=PASS if _number(metered) == mwh else ASK,
        cite="40 CFR 62.16460(b)(2)(iii)",
        notes=(f"Metered: {metered} MWh; reported: {mwh} MWh.",),
    )


def _difference(row: Report) -> Check:
    """What the verifier determined against what was reported.

    Source: 40 CFR 62.16465(c)(1)(ii); RATE-121.
    """
    if row.verified_mwh is None:
        return Check(
            what="The verifier has determined the MWh.",
            outcome=FAIL,
            cite="40 CFR 62.16465(c)(1)(ii)",
        )
    differs = row.verified_mwh != row.mwh
    return Check(
        what="The verifier has determined the MWh.",
        outcome=ASK if differs else PASS,
        cite="40 CFR 62.16465(c)(1)(ii)",
        notes=(f"Reported: {row.mwh}; verified: {row.verified_mwh}.",),
    )


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(",", ""))
    except ArithmeticError:
        return None
