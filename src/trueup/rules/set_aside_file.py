"""Read what a program says of its set-asides from the program's file."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

from trueup.rules.output_based import OutputBasedRules
from trueup.rules.periods import YearlyDate
from trueup.rules.program_file import Section
from trueup.rules.set_aside import (
    ANY_PERIOD,
    DISPATCH,
    PROJECT_FIRST,
    PROJECT_ONLY,
    RECEIPT,
    RenewableRules,
)

_TESTS = (DISPATCH, RECEIPT)
_CHARGES = (PROJECT_FIRST, PROJECT_ONLY)
_RECORDS = ("period", "following_year")


def read_set_asides(
    top: Section, cites: dict[str, str]
) -> tuple[RenewableRules | None, OutputBasedRules | None]:
    """The section `set_asides` of a program's file; None for a set-aside without rules.

    Raises ProgramFileError for a value that is missing or does not fit.

    Source: 40 CFR 62.16245(a), (b).
    """
    if not top.has("set_asides"):
        return None, None
    with top.section("set_asides") as section:
        renewable = _renewable(section, cites) if section.has("renewable_energy") else None
        output = _output_based(section, cites) if section.has("output_based") else None
    return renewable, output


def _open(parent: Section, key: str, cites: dict[str, str]) -> Section:
    section = parent.section(key)
    cites[section.path] = section.text("cite")
    return section


def _renewable(parent: Section, cites: dict[str, str]) -> RenewableRules:
    with _open(parent, "renewable_energy", cites) as part:
        with part.section("kinds") as listed:
            kinds = {
                category: frozenset(listed.texts(category, may_be_empty=True))
                for category in listed
            }
        disqualifying = frozenset(part.texts("disqualifying"))
        return RenewableRules(
            kinds=MappingProxyType(kinds),
            sized=frozenset(part.texts("sized", may_be_empty=True)),
            in_service_from=_date(part, "in_service_from"),
            due=yearly_date(part, "due"),
            application_test=part.choice("application_test", _TESTS),
            update_test=part.choice("update_test", _TESTS),
            recorded=yearly_date(part, "recorded"),
            report_due=yearly_date(part, "report_due"),
            explain_above_percent=part.whole("explain_above_percent", at_least=0),
            charge=part.choice("charge", _CHARGES),
            disqualifying=frozenset({ANY_PERIOD}) if ANY_PERIOD in disqualifying else disqualifying,
        )


def _output_based(parent: Section, cites: dict[str, str]) -> OutputBasedRules:
    with _open(parent, "output_based", cites) as part:
        return OutputBasedRules(
            unit_types=frozenset(part.texts("unit_types")),
            above_percent=part.whole("above_percent", at_least=0),
            pounds_per_mwh=part.whole("pounds_per_mwh"),
            data_due=yearly_date(part, "data_due"),
            comment_until=yearly_date(part, "comment_until"),
            final_due=yearly_date(part, "final_due"),
            records=part.choice("records", _RECORDS),
        )


def yearly_date(parent: Section, key: str) -> YearlyDate:
    """A day of the year, `{ month = 6, day = 1 }`.

    Source: 40 CFR 62.16225(c), for what such a date is.
    """
    with parent.section(key) as section:
        month, day = section.whole("month"), section.whole("day")
        with section.about("day"):
            return YearlyDate(month=month, day=day)


def _date(section: Section, key: str) -> date:
    text = section.text(key)
    with section.about(key):
        return date.fromisoformat(text)
