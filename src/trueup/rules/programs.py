"""The programs that the registry knows, loaded from `rules/programs/` and validated.

A further program of a known kind is a new file there and nothing else.

Source: 40 CFR part 62, as proposed at 80 FR 64966: subpart MMM for `cpp-mass`, subpart
NNN for `cpp-rate`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import product
from types import MappingProxyType

from trueup.rules.credits import CreditRules, read_categories
from trueup.rules.market_file import read_market
from trueup.rules.people_file import read_people
from trueup.rules.periods import CompliancePeriod, PeriodSchedule, YearlyDate
from trueup.rules.program import (
    ACCOUNT_KINDS,
    CREATION,
    SET_ASIDES,
    BudgetTables,
    HistoricalGeneration,
    Program,
    Recordation,
    TimeLimits,
    TransactionType,
)
from trueup.rules.program_file import ProgramFileError, Section
from trueup.rules.readings import Reading, check_reading, keys_of
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.resource_rules import read_resource_rules
from trueup.rules.set_aside_file import read_set_asides
from trueup.rules.tables import (
    Budget,
    Jurisdiction,
    PrintedTable,
    read_jurisdictions,
    read_table,
)

__all__ = [
    "Budget",
    "CompliancePeriod",
    "Jurisdiction",
    "Program",
    "ProgramFileError",
    "Reading",
    "TransactionType",
    "codes",
    "load",
    "offered",
    "read",
]

_FOLDER = files("trueup.rules") / "programs"
_KINDS = ("mass", "rate", "reduction")
_BOOKS = ("facility", "egu", "owner")
_SUBMITTERS = ("representative", "administrator", "registry")
_EVENTS = ("originated", "allocated", "issued", "transferred", "deducted", "cancelled", "adjusted")


# Codes of the transactions that the registry records by itself or by its officials.
_NEEDED_TYPES = ("originate", "transfer", "retire", "deduct", "cancel", "adjust")
_NEEDED_WITH_ALLOCATIONS = ("allocate", *_NEEDED_TYPES)


class UnknownProgram(Refusal):
    code = "program.unknown_program"
    cite = "40 CFR 62.16205"


@cache
def codes() -> tuple[str, ...]:
    """The codes of all programs, in order of their numbers.

    Raises ProgramFileError if two programs have one number: their books would mix.
    """
    by_number: dict[int, str] = {}
    for program in (load(code) for code in _codes_of_files()):
        other = by_number.setdefault(program.number, program.code)
        if other != program.code:
            raise ProgramFileError(
                f"{program.code}.toml: program.number: {program.number} is that of {other}"
            )
    return tuple(by_number[number] for number in sorted(by_number))


@cache
def load(code: str) -> Program:
    """The program of a code, such as `cpp-mass`.

    Raises Refused (`unknown_program`) if there is none, and ProgramFileError if its file
    cannot be used.

    Source: 40 CFR 62.16205; PLAT-044.
    """
    if code not in _codes_of_files():
        raise Refused([UnknownProgram(f"There is no program “{code}” in this registry.")])
    file = _FOLDER / f"{code}.toml"
    program = read(file.read_text(encoding="utf-8"), file=file.name)
    if program.code != code:
        raise ProgramFileError(f"{file.name}: program.code: must be {code}")
    return program


def offered(chosen: str) -> tuple[str, ...]:
    """The programs that officials choose from: all but examples, unless one is chosen.

    Source: PLAT-019; docs/how-to/add-a-program.md.
    """
    return tuple(code for code in codes() if code == chosen or not load(code).is_example)


def _codes_of_files() -> list[str]:
    names = (file.name for file in _FOLDER.iterdir())
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


def read(text: str, *, file: str) -> Program:
    """Make a program from the text of its file, which is named in every error.

    Raises ProgramFileError for an unknown or missing key, a wrong type, a section
    without its cite, overlapping or gapped periods, and whatever else does not fit.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ProgramFileError(f"{file}: {problem}") from problem
    with Section(values, file=file) as top:
        return _program(top)


def _program(top: Section) -> Program:
    cites: dict[str, str] = {}
    identity = _open(top, "program", cites)
    instrument = _open(top, "instrument", cites)
    deadline = _open(top, "deadline", cites)
    hold = _open(top, "hold_after_deadline", cites)
    warnings = _open(top, "insufficient_holdings", cites)
    retirement = _open(top, "voluntary_retirement", cites)
    places = _open(top, "jurisdictions", cites)
    renewable_energy, output_based = read_set_asides(top, cites)
    bases = {f"{purpose}_basis" for purpose in SET_ASIDES if not _has_table(top, purpose)}
    with identity, instrument, deadline, hold, warnings, retirement, places:
        kind = identity.choice("kind", _KINDS)
        # Credits are issued for what was generated or saved; nothing is allocated ahead.
        issues_credits = kind == "rate"
        needed = _NEEDED_TYPES if issues_credits else _NEEDED_WITH_ALLOCATIONS
        jurisdictions = _jurisdictions(places)
        return Program(
            code=identity.text("code"),
            number=identity.whole("number"),
            name=identity.text("name"),
            is_example=identity.flag("example") if identity.has("example") else False,
            kind=kind,
            books_per=identity.choice("books_per", _BOOKS),
            instrument=instrument.text("singular"),
            instruments=instrument.text("plural"),
            unit=instrument.text("unit"),
            expires_after_years=_whole_or_none(instrument, "expires_after_years"),
            schedule=_schedule(top, cites),
            deadline=_yearly_date(deadline),
            deadline_rolls=deadline.flag("rolls"),
            recordation=None if issues_credits else _recordation(top, cites),
            limits=_limits(top, cites),
            hold_after_deadline=hold.flag("applies"),
            warning_days=warnings.wholes("days"),
            retirement_reasons=retirement.texts("reasons"),
            jurisdictions=jurisdictions,
            people=read_people(top, cites),
            budgets=_budgets(top, cites, jurisdictions),
            credits=_credits(top, cites) if issues_credits else None,
            resources=read_resource_rules(top, cites),
            historical_generation=_historical_generation(top, cites),
            renewable_energy=renewable_energy,
            output_based=output_based,
            market=read_market(top, cites),
            transaction_types=_transaction_types(top, needed=needed),
            readings=_readings(top, kind=kind, not_needed=bases),
            cites=MappingProxyType(cites),
        )


def _jurisdictions(places: Section) -> Mapping[str, Jurisdiction]:
    with places.about("table"):
        return read_jurisdictions(places.text("table"))


def _whole_or_none(section: Section, key: str) -> int | None:
    return section.whole(key) if section.has(key) else None


def _open(parent: Section, key: str, cites: dict[str, str]) -> Section:
    """A section of values; its cite is kept under its name."""
    section = parent.section(key)
    cites[section.path] = section.text("cite")
    return section


def _yearly_date(section: Section) -> YearlyDate:
    month, day = section.whole("month"), section.whole("day")
    with section.about("day"):
        return YearlyDate(month=month, day=day)


def _schedule(top: Section, cites: dict[str, str]) -> PeriodSchedule:
    with _open(top, "periods", cites) as section:
        names = section.texts("printed")
        then_years = section.whole("then_years", at_least=0)
        with section.about("printed"):
            printed = tuple(CompliancePeriod.parse(name) for name in names)
            return PeriodSchedule(printed=printed, then_years=then_years)


def _recordation(top: Section, cites: dict[str, str]) -> Recordation:
    with _open(top, "recordation", cites) as section:
        return Recordation(
            printed=_yearly_date(section),
            years_before=section.whole("years_before", at_least=0),
        )


def _credits(top: Section, cites: dict[str, str]) -> CreditRules:
    with _open(top, "credits", cites) as section:
        name = section.text("categories")
        with section.about("categories"):
            categories = read_categories(name)
        return CreditRules(
            categories=categories,
            comment_days=section.whole("comment_days"),
            meter_silence_days=section.whole("meter_silence_days", at_least=0),
        )


def _limits(top: Section, cites: dict[str, str]) -> TimeLimits:
    with top.section("time_limits") as section:

        def business_days(key: str) -> int:
            with _open(section, key, cites) as limit:
                return limit.whole("business_days")

        return TimeLimits(
            record_business_days=business_days("record"),
            notify_business_days=business_days("notify"),
            refuse_business_days=business_days("refuse"),
            correct_business_days=business_days("correct"),
        )


def _budgets(
    top: Section, cites: dict[str, str], jurisdictions: Mapping[str, Jurisdiction]
) -> BudgetTables | None:
    if not top.has("budget"):
        return None
    with top.section("budget") as section:
        tables = {key: _table(section, key, cites, jurisdictions) for key in section}
        if "total" not in tables:
            raise section.error("total", "is missing")
        total = tables.pop("total")
        for purpose in tables:
            if purpose not in SET_ASIDES:
                raise section.error(purpose, f"must be {' or '.join(SET_ASIDES)}")
    return BudgetTables(total=total, set_asides=MappingProxyType(tables))


def _has_table(top: Section, purpose: str) -> bool:
    """Whether the program's budgets have a table of a set-aside; nothing is taken."""
    budget = top.peek("budget")
    return isinstance(budget, dict) and purpose in budget


def _table(
    section: Section, key: str, cites: dict[str, str], jurisdictions: Mapping[str, Jurisdiction]
) -> PrintedTable:
    with _open(section, key, cites) as part:
        name = part.text("table")
        with part.about("table"):
            return read_table(name, jurisdictions=jurisdictions)


def _historical_generation(top: Section, cites: dict[str, str]) -> HistoricalGeneration | None:
    if not top.has("historical_generation"):
        return None
    with _open(top, "historical_generation", cites) as section:
        years = section.wholes("baseline_years")
        hours = section.whole("estimate_hours")
        with section.section("capacity_percent") as fuels:
            percent = {fuel: fuels.whole(fuel) for fuel in fuels}
    return HistoricalGeneration(
        baseline_years=years, estimate_hours=hours, capacity_percent=MappingProxyType(percent)
    )


def _readings(top: Section, *, kind: str, not_needed: set[str]) -> Mapping[str, Reading]:
    """The readings of a kind of program; those of set-asides that it has no table of may lack."""
    readings = {}
    with top.section("readings") as sections:
        for key in sorted(keys_of(kind)):
            if key in not_needed and not sections.has(key):
                continue
            with sections.section(key) as section:
                value = section.value("value")
                with section.about("value"):
                    check_reading(key, value)
                readings[key] = Reading(
                    key=key,
                    value=value,
                    text=section.text("text"),
                    cite=section.text("cite"),
                    decision=section.text("decision"),
                )
    return MappingProxyType(readings)


def _transaction_types(top: Section, *, needed: tuple[str, ...]) -> Mapping[str, TransactionType]:
    types = {}
    with top.section("transaction_types") as sections:
        for code in needed:
            if not sections.has(code):
                raise sections.error(code, "is missing")
        for code in sections:
            with sections.section(code) as section:
                types[code] = TransactionType(
                    code=code,
                    event=section.choice("event", _EVENTS),
                    routes=frozenset(_routes(section)),
                    submitted_by=section.choice("submitted_by", _SUBMITTERS),
                    ground_required=section.flag("ground_required"),
                    reversible=section.flag("reversible"),
                    own=section.flag("own"),
                    mends=section.flag("mends"),
                    cite=section.text("cite"),
                )
    return MappingProxyType(types)


def _routes(section: Section) -> Iterator[tuple[str, str]]:
    for route in section.list_of_sections("routes"):
        with route:
            sources, destinations = route.texts("from"), route.texts("to")
            for source in set(sources) - ACCOUNT_KINDS - {CREATION}:
                raise route.error("from", f"{source!r} is not a kind of account")
            for destination in set(destinations) - ACCOUNT_KINDS:
                raise route.error("to", f"{destination!r} is not a kind of account")
            yield from product(sources, destinations)
