"""What each paper of an eligible resource must say: its elements, and which are missing.

The elements are data, one row each with its paragraph; which rows apply follows from what
the resource is. A value is text; `certification` is the prescribed statement, word for word.

Source: 40 CFR 62.16445(a), 62.16455, 62.16460, 62.16465; RATE-062 to RATE-119;
62.16245(a)(3), 62.16260, 62.16265, 62.16270; MASS-077, MASS-106 to MASS-118.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache

from trueup.rules import ercs, programs
from trueup.rules.refusal import Refusal
from trueup.rules.rows import read_rows
from trueup.rules.statements import Statement, statements_of

TABLE = "paper_elements.csv"
APPLICATION, PLAN, REPORT = "eligibility_application", "emv_plan", "mv_report"
VERIFICATION, DECISION = "verification_report", "decision"
KINDS = (APPLICATION, PLAN, REPORT, VERIFICATION, DECISION)
CERTIFIED = (APPLICATION, PLAN, REPORT, VERIFICATION)
VALUE_MAX = 20_000
SAVINGS_KINDS = ("project", "programme", "grid_measure")
_OPTIONAL = ("optional", "optional_number", "text_if_excess")
_CHP_TAGS = {
    ercs.AS_AFFECTED_EGU: "chp_affected_egu",
    ercs.LOW_MASS: "chp_low_mass",
    ercs.MONTHLY_RECORDS: "chp_small",
}


class ElementMissing(Refusal):
    code = "papers.element_missing"
    cite = (
        "40 CFR 62.16445(a), 62.16455, 62.16460, 62.16465; 62.16245(a)(3), 62.16260, 62.16265,"
        " 62.16270"
    )


class ElementUnknown(Refusal):
    code = "papers.element_unknown"
    cite = (
        "40 CFR 62.16445(a), 62.16455, 62.16460, 62.16465; 62.16245(a)(3), 62.16260, 62.16265,"
        " 62.16270"
    )


class ElementInvalid(Refusal):
    code = "papers.element_invalid"
    cite = (
        "40 CFR 62.16445(a), 62.16455, 62.16460, 62.16465; 62.16245(a)(3), 62.16260, 62.16265,"
        " 62.16270"
    )


class CertificationAltered(Refusal):
    code = "papers.certification_altered"
    cite = (
        "40 CFR 62.16445(a)(8)(i), 62.16455(d)(1), 62.16460(c)(1), 62.16465(a)(2);"
        " 62.16245(a)(3)(ii)(G), 62.16260(d)(1), 62.16265(c)(1), 62.16270(a)(2)"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One thing that a paper must say.

    Attributes:
        applies_to: What the resource or the paper must be for it; `all`.
        test: `text`, `yes`, `number`, `share`, `date`, `account`, `certification`, the
            permitted words with bars between them, or one of the optional kinds.
        when: `element=value` of another element that asks for this one.
    """

    document: str
    applies_to: str
    name: str
    test: str
    when: str
    label: str
    cite: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What of a resource decides which elements its papers have."""

    category: str
    capacity_mw: Decimal
    has_meter: bool = True
    savings_kind: str = ""  # Of demand-side resources: one of SAVINGS_KINDS.
    is_distributed: bool = False
    is_outside: bool = False  # Its host State is not rate-based.
    earns_allowances: bool = False  # Of a set-aside, for projected MWh.


@cache
def elements_of(document: str) -> tuple[Element, ...]:
    """Every element that a kind of paper can have, in the order of the rule.

    Source: 40 CFR 62.16445(a), 62.16455, 62.16460, 62.16465.
    """
    return tuple(
        Element(
            document=document,
            applies_to=row["applies_to"],
            name=row["element"],
            test=row["test"],
            when=row["when"],
            label=row["label"],
            cite=row["cite"],
        )
        for row in read_rows(TABLE)
        if row["document"] == document
    )


def tags_of(resource: Described) -> frozenset[str]:
    """Which rows of the table apply to a resource.

    Source: 40 CFR 62.16445(a)(2), 62.16455(c)(1)-(7); RATE-064, RATE-080, RATE-090.
    """
    tags = {"all"}
    if resource.category == "DSM":
        tags |= {"savings", resource.savings_kind or "project"}
    else:
        is_large = ercs.needs_form_eia_860(resource.capacity_mw)
        tags |= {"generator", "from_1_mw" if is_large else "below_1_mw"}
        tags.add("metered" if resource.has_meter else "unmetered")
    if resource.category in {"BIO", "WTE"}:
        tags.add("biomass")
    if resource.category == "WTE":
        tags.add("waste")
    if resource.category in {"CHP", "WHP"}:
        tags |= {_CHP_TAGS[ercs.chp_monitoring(resource.capacity_mw)], resource.category.lower()}
    if resource.is_distributed:
        tags.add("distributed")
    if resource.is_outside:
        tags.add("outside")
    if resource.earns_allowances:
        tags.add("set_aside")
    return frozenset(tags)


def required_elements(
    document: str, tags: Collection[str], given: Mapping[str, str] | None = None
) -> list[Element]:
    """The elements that a paper must have, those asked for by its other answers included.

    Source: 40 CFR 62.16445(a), 62.16455, 62.16460, 62.16465.
    """
    answers = given or {}
    return [
        element
        for element in elements_of(document)
        if element.applies_to in tags
        and element.test not in _OPTIONAL
        and (not element.when or _is_asked(element.when, answers))
    ]


def check_paper(
    document: str, given: Mapping[str, str], *, tags: Collection[str], program: str
) -> list[Refusal]:
    """Every element that is missing, not known, or does not have a permitted value.

    What belongs to another kind of resource may stand there and is not looked at.

    Source: 40 CFR 62.16445(a), 62.16455, 62.16460, 62.16465; RATE-062 to RATE-119.
    """
    applying = [element for element in elements_of(document) if element.applies_to in tags]
    refusals: list[Refusal] = [
        ElementMissing(f"{title_of(document)}: {element.label} ({element.name}) is missing.")
        for element in required_elements(document, tags, given)
        if not given.get(element.name, "").strip()
    ]
    known = {element.name for element in elements_of(document)}
    refusals += [
        ElementUnknown(f"{title_of(document)}: it has no element “{name}”.")
        for name in given
        if name not in known
    ]
    for element in applying:
        value = given.get(element.name, "").strip()
        if value:
            refusals += _check_value(element, value, program=program)
    return refusals


def statement_for(document: str, *, program: str) -> Statement:
    """The statement that a program prescribes for a kind of paper, word for word.

    Raises KeyError for a program without eligible resources, which is a caller's bug.

    Source: 40 CFR 62.16445(a)(8)(i), 62.16455(d)(1), 62.16460(c)(1), 62.16465(a)(2);
    62.16245(a)(3)(ii)(G)(1), 62.16260(d)(1), 62.16265(c)(1), 62.16270(a)(2).
    """
    title = title_of(document).casefold()
    for statement in statements_of(programs.load(program).people.statements_of).values():
        if statement.document.casefold() == title:
            return statement
    raise KeyError(f"{program} prescribes no statement for {title}")


def _check_value(element: Element, value: str, *, program: str) -> list[Refusal]:
    if element.test == "certification":
        statement = statement_for(element.document, program=program)
        if value == statement.text:
            return []
        return [
            CertificationAltered(
                f"{title_of(element.document)}: {statement.key} is accepted word for word."
            )
        ]
    fault = _fault(element, value)
    return [fault] if fault is not None else []


def _fault(element: Element, value: str) -> Refusal | None:
    """What is wrong with a value, in a whole sentence; nothing if it passes its test."""
    document, label, name = title_of(element.document), element.label, element.name
    if len(value) > VALUE_MAX:
        most = f"{VALUE_MAX:,}"
        return ElementInvalid(f"{document}: {label} ({name}) is longer than {most} characters.")
    if "|" in element.test or element.test.isupper():
        choices = element.test.replace("|", ", ")
        wrong = ElementInvalid(f"{document}: {label} ({name}) is one of: {choices}.")
        return None if value in element.test.split("|") else wrong
    number = number_of(value)
    no_number = ElementInvalid(f"{document}: {label} ({name}) is a number of at least 0.")
    faults = {
        "yes": (value != "yes", ElementInvalid(f"{document}: {label} ({name}) must be “yes”.")),
        "number": (number is None or number < 0, no_number),
        "optional_number": (number is None or number < 0, no_number),
        "share": (
            number is None or not 0 <= number <= 1,
            ElementInvalid(f"{document}: {label} ({name}) is between 0 and 1."),
        ),
        "positive_share": (
            number is None or not 0 < number <= 1,
            ElementInvalid(f"{document}: {label} ({name}) is above 0 and at most 1."),
        ),
        "date": (
            not is_date(value),
            ElementInvalid(f"{document}: {label} ({name}) is a date such as 2022-03-01."),
        ),
        "capacities": (
            not capacities_of(value),
            ElementInvalid(f"{document}: {label} ({name}) is a number above 0 on each line."),
        ),
    }
    is_wrong, fault = faults.get(element.test, (False, no_number))
    return fault if is_wrong else None


def _is_asked(when: str, given: Mapping[str, str]) -> bool:
    name, _, value = when.partition("=")
    return given.get(name, "").strip() == value


def number_of(text: str) -> Decimal | None:
    """A finite number that an answer states; None if it states none.

    Source: 40 CFR 62.16445(a), 62.16455, 62.16460, 62.16465.
    """
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def capacities_of(text: str) -> list[Decimal]:
    """Capacities, one a line; nothing if one of them is none.

    Source: 40 CFR 62.16455(c); MASS-106 to MASS-118.
    """
    found = [number_of(line.strip()) for line in text.splitlines() if line.strip()]
    known = [number for number in found if number is not None and number > 0]
    return known if len(known) == len(found) else []


def is_date(text: str) -> bool:
    """Whether an answer is a day such as 2022-03-01.

    Source: 40 CFR 62.16445(a), 62.16455, 62.16460, 62.16465.
    """
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def fault_of(element: Element, value: str) -> str:
    """What is wrong with one answer, in a whole sentence; nothing if it passes its test.

    Source: 40 CFR 62.16445(a), 62.16455, 62.16460, 62.16465.
    """
    fault = _fault(element, value)
    return fault.sentence if fault is not None else ""


def is_optional(element: Element) -> bool:
    """Whether a paper is whole without this element, whatever else it says.

    Source: 40 CFR 62.16445(a), 62.16455.
    """
    return element.test in _OPTIONAL or bool(element.when)


def is_asked_for(element: Element, given: Mapping[str, str]) -> bool:
    """Whether another answer asks for an element, or the element needs none to be asked.

    Source: 40 CFR 62.16445(a), 62.16455.
    """
    return not element.when or _is_asked(element.when, given)


def paper_text(document: str, given: Mapping[str, str]) -> str:
    """A paper as it is signed: its title, and each element in the order of the rule.

    Source: 40 CFR 62.16445(a)(8), 62.16455(d), 62.16460(c); PLAT-151.
    """
    names = dict.fromkeys(element.name for element in elements_of(document))
    labels = {element.name: element.label for element in elements_of(document)}
    lines = [title_of(document)]
    for name in names:
        if name in given and name != "certification":
            lines.append(f"{labels[name]}: {' / '.join(given[name].splitlines())}")
    return "\n".join(lines)


def title_of(document: str) -> str:
    """What people call a paper of this kind.

    Source: 40 CFR 62.16445(a), 62.16455 to 62.16465.
    """
    return {
        APPLICATION: "Eligibility application",
        PLAN: "EM&V plan",
        REPORT: "M&V report",
        VERIFICATION: "Verification report",
    }[document]
