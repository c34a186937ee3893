"""Read what a program asks of the people who act in it from the program's file."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trueup.rules.people import (
    ACCEPTANCES,
    AGREEMENTS,
    DIFFERENCES,
    DOCUMENTS,
    OFFICIAL_ACTS,
    SECOND_PERSONS,
    GeneralAccounts,
    PeopleRules,
    Representation,
    Safeguards,
)
from trueup.rules.program_file import Section
from trueup.rules.statements import Statement, statements_of


def read_people(top: Section, cites: dict[str, str]) -> PeopleRules:
    """The section `people` of a program's file.

    Raises ProgramFileError for a value that is missing or does not fit.

    Source: 40 CFR 62.16290 to 62.16320; PLAT-019.
    """
    with top.section("people") as people:
        words_of, statements = _statements(people, cites)
        return PeopleRules(
            representation=_representation(people, cites),
            general_accounts=_general_accounts(people, cites),
            safeguards=_safeguards(people, cites),
            statements=statements,
            statements_of=words_of,
            second_official=_second_official(people, cites),
        )


def _part(parent: Section, key: str, cites: dict[str, str]) -> Section:
    section = parent.section(key)
    cites[section.path] = section.text("cite")
    return section


def _representation(people: Section, cites: dict[str, str]) -> Representation:
    with _part(people, "representation", cites) as part:
        return Representation(
            alternate_required=part.flag("alternate_required"),
            owner_change_days=part.whole("owner_change_days"),
            unit_change_days=part.whole("unit_change_days"),
            retirement_days=part.whole("retirement_days"),
            proof_years=part.whole("proof_years"),
            other_program_differs=part.choice("other_program_differs", DIFFERENCES)
            if part.has("other_program_differs")
            else "hold",
            agreements=part.choice("agreements", AGREEMENTS)
            if part.has("agreements")
            else "always",
        )


def _general_accounts(people: Section, cites: dict[str, str]) -> GeneralAccounts:
    with _part(people, "general_accounts", cites) as part:
        return GeneralAccounts(
            target_days=part.whole("target_days"),
            lapse_days=part.whole("lapse_days"),
            reminder_days=part.wholes("reminder_days"),
            inactive_months=part.whole("inactive_months"),
            notice_days=part.whole("notice_days"),
        )


def _safeguards(people: Section, cites: dict[str, str]) -> Safeguards:
    with _part(people, "safeguards", cites) as part:
        return Safeguards(
            second_signature_hours=part.whole("second_signature_hours", at_least=0),
            wait_business_days=part.whole("wait_business_days", at_least=0),
            listing_business_days=part.whole("listing_business_days", at_least=0),
            receiver_acceptance=part.choice("receiver_acceptance", ACCEPTANCES),
            confirm_business_days=part.whole("confirm_business_days"),
            cool_down_hours=part.whole("cool_down_hours", at_least=0),
            identity_scan_days=part.whole("identity_scan_days"),
            concentration_percent=part.whole("concentration_percent"),
            second_person=part.choice("second_person", SECOND_PERSONS)
            if part.has("second_person")
            else "listed",
            acceptance_hours=part.whole("acceptance_hours", at_least=0)
            if part.has("acceptance_hours")
            else 0,
        )


def _statements(
    people: Section, cites: dict[str, str]
) -> tuple[str, Mapping[str, tuple[Statement, ...]]]:
    """Whose words a program prescribes, and those of each document."""
    with _part(people, "statements", cites) as part:
        words_of = part.text("of")
        known = statements_of(words_of)
        found = {}
        for document in DOCUMENTS:
            keys = part.texts(document)
            for key in keys:
                if key not in known:
                    raise part.error(document, f"{key} is no statement of that program")
            found[document] = tuple(known[key] for key in keys)
    return words_of, MappingProxyType(found)


def _second_official(people: Section, cites: dict[str, str]) -> frozenset[str]:
    with _part(people, "second_official", cites) as part:
        acts = part.texts("acts")
        for act in acts:
            if act not in OFFICIAL_ACTS:
                raise part.error("acts", f"{act!r} is not one of {', '.join(OFFICIAL_ACTS)}")
    return frozenset(acts)
