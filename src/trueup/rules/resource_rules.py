"""What a program gives to eligible resources, and where its rule says so.

Both federal programs ask for the same papers: an application with its EM&V plan, M&V
reports, and verification reports that the verifier alone hands in. The rate-based program
issues credits for verified MWh; the mass-based one gives allowances of a State's set-aside
for projected MWh, and verified MWh show how much was delivered. Sections of the one rule
stand in a table beside those of the other, so that a paper is cited as its program has it.

Source: 40 CFR 62.16435 to 62.16480; 62.16245(a), 62.16250 to 62.16285; MASS-AMB-50.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from trueup.rules.credits import Category, read_categories
from trueup.rules.program_file import Section

CREDITS, SET_ASIDE, OFFSETS = "credits", "set_aside", "offsets"
EARNINGS = (CREDITS, SET_ASIDE, OFFSETS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRules:
    """How a program treats eligible resources.

    Attributes:
        earns: `credits` of verified MWh, allowances of a State's `set_aside`, or `offsets`:
            allowances of their own class for verified tons that were kept out of the air.
        categories: Of resources and credits, by code.
        first_year: Of MWh that are reported.
        early_years: MWh of these are reported for early action only.
        replacement_days: In which what an account lacked is to be supplied.
        errors_repeated: How many errors on record are repeated ones; 0: as the official
            finds.
        sections: Sections of this program's rule, by those in which the papers' table cites.
    """

    earns: str
    categories: Mapping[str, Category]
    first_year: int
    early_years: tuple[int, ...]
    replacement_days: int
    errors_repeated: int
    sections: Mapping[str, str]

    @property
    def earns_offsets(self) -> bool:
        """Whether projects earn offset allowances, for tons and not for MWh.

        Source: RGGI-033.
        """
        return self.earns == OFFSETS

    @property
    def earns_allowances(self) -> bool:
        """Whether allowances of a set-aside are earned, and not credits."""
        return self.earns == SET_ASIDE

    def cited(self, cite: str) -> str:
        """A paragraph of the rate-based rule as this program's rule has it.

        The longest section of the table that begins it is replaced; a paragraph without
        one stays as it is.

        Source: MASS-AMB-50: citations are data, so that they can be corrected.
        """
        return "; ".join(", ".join(_cited(part, self.sections)) for part in cite.split("; "))


def read_resource_rules(top: Section, cites: dict[str, str]) -> ResourceRules | None:
    """The section `eligible_resources` of a program's file; None if it has none.

    Raises ProgramFileError for a value that is missing or does not fit.

    Source: 40 CFR 62.16435; 62.16245(a).
    """
    if not top.has("eligible_resources"):
        return None
    with top.section("eligible_resources") as section:
        cites[section.path] = section.text("cite")
        name = section.text("categories")
        with section.about("categories"):
            categories = read_categories(name, of_units=section.peek("earns") != OFFSETS)
        sections: dict[str, str] = {}
        if section.has("sections"):
            with section.section("sections") as listed:
                sections = {place: listed.text(place) for place in listed}
        return ResourceRules(
            earns=section.choice("earns", EARNINGS),
            categories=categories,
            first_year=section.whole("first_year"),
            early_years=section.wholes("early_years") if section.has("early_years") else (),
            replacement_days=section.whole("replacement_days"),
            errors_repeated=section.whole("errors_repeated", at_least=0),
            sections=MappingProxyType(sections),
        )


def _cited(part: str, sections: Mapping[str, str]) -> list[str]:
    """One enumeration of paragraphs; a bare `(b)` may go with the section before it."""
    found = []
    section = ""
    for printed in part.split(", "):
        paragraph = printed
        if printed.startswith("(") and section + _first(printed) in sections:
            paragraph = section + printed
        bare = paragraph.removeprefix("40 CFR ")
        section = bare.partition("(")[0] or section
        known = max((place for place in sections if _begins(bare, place)), key=len, default="")
        found.append(paragraph.replace(known, sections[known], 1) if known else paragraph)
    return found


def _first(paragraph: str) -> str:
    return paragraph[: paragraph.index(")") + 1]


def _begins(paragraph: str, place: str) -> bool:
    """Whether a paragraph is a section or within it: `62.1644` does not begin `62.16445`."""
    rest = paragraph.removeprefix(place)
    return rest != paragraph and not rest[:1].isalnum()
