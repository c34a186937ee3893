"""The twelve reports, each in one place: what it is called, shows and can be narrowed to.

Source: RGGI-048.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trueup.disclosure.reports import emitted, market, participants, settled, special
from trueup.disclosure.reports.entries import (
    ACCOUNT,
    APPLICATION,
    DAY,
    MONEY,
    NUMBER,
    SOURCE,
    TRANSACTION,
    WORD,
    YEAR,
    Column,
    Report,
)
from trueup.rules import programs
from trueup.rules.programs import Program

_SOURCE = (Column(key="oris_code", kind=SOURCE), Column(key="source"), Column(key="state"))
_HOLDER = (Column(key="account_number", kind=ACCOUNT), Column(key="account_name"))
_OWED = tuple(
    Column(key=key, kind=NUMBER)
    for key in ("obligation", "deducted", "excess", "excess_due", "outstanding")
)

REPORTS = (
    Report(
        number=1,
        name="accounts",
        columns=(
            *_HOLDER,
            Column(key="kind", kind=WORD),
            Column(key="state"),
            Column(key="status", kind=WORD),
            Column(key="opened_on", kind=DAY),
        ),
        read=participants.accounts,
        filters=("kind", "state", "search"),
        kinds=participants.account_kinds,
        bars=participants.account_bars,
        unit="accounts",
    ),
    Report(
        number=2,
        name="representatives",
        columns=(
            *_HOLDER,
            Column(key="representative"),
            Column(key="role", kind=WORD),
            Column(key="since", kind=DAY),
        ),
        read=participants.representatives,
        filters=("kind", "search"),
        kinds=lambda _program: ("primary", "alternate"),
    ),
    Report(
        number=3,
        name="owners",
        columns=(
            *_HOLDER,
            Column(key="party"),
            Column(key="interest", kind=WORD),
            Column(key="since", kind=DAY),
        ),
        read=participants.owners,
        filters=("kind", "search"),
        kinds=lambda _program: ("owner", "operator", "interest"),
    ),
    Report(
        number=4,
        name="sources",
        columns=(
            *_SOURCE,
            Column(key="county"),
            Column(key="units", kind=NUMBER),
            Column(key="nameplate_mw", kind=NUMBER),
        ),
        read=participants.sources,
        filters=("state", "search"),
        bars=participants.source_bars,
        unit="sources",
    ),
    Report(
        number=5,
        name="prices",
        cite="RGGI-047 to RGGI-049",
        columns=(
            Column(key="kind", kind=WORD),
            Column(key="agreed_on", kind=DAY),
            Column(key="recorded_on", kind=DAY),
            Column(key="quantity", kind=NUMBER),
            Column(key="price", kind=MONEY),
            Column(key="without_price", kind=WORD),
        ),
        read=market.prices,
        filters=("kind", "year"),
        kinds=market.price_kinds,
        bars=market.price_bars,
        unit="dollars",
        figures=market.price_figures,
    ),
    Report(
        number=6,
        name="set-asides",
        cite="RGGI-027, RGGI-047, RGGI-048",
        columns=(
            Column(key="application", kind=APPLICATION),
            Column(key="set_aside", kind=WORD),
            Column(key="state"),
            Column(key="year", kind=YEAR),
            Column(key="source"),
            Column(key="status", kind=WORD),
            Column(key="asked", kind=NUMBER),
            Column(key="given", kind=NUMBER),
            Column(key="decided_on", kind=DAY),
        ),
        read=special.applications,
        filters=("kind", "year"),
        kinds=special.set_asides,
    ),
    Report(
        number=7,
        name="offset-projects",
        cite="RGGI-033, RGGI-047, RGGI-048",
        columns=(
            Column(key="identifier"),
            Column(key="project"),
            Column(key="type", kind=WORD),
            Column(key="state"),
            Column(key="status", kind=WORD),
            Column(key="awarded", kind=NUMBER),
        ),
        read=special.offset_projects,
        filters=("state",),
    ),
    Report(
        number=8,
        name="quarterly-emissions",
        columns=(
            *_SOURCE,
            Column(key="unit"),
            Column(key="year", kind=YEAR),
            Column(key="quarter", kind=NUMBER),
            Column(key="tons", kind=NUMBER),
        ),
        read=emitted.quarters,
        filters=("state", "year", "search"),
    ),
    Report(
        number=9,
        name="annual-emissions",
        columns=(
            *_SOURCE,
            Column(key="year", kind=YEAR),
            Column(key="locations", kind=NUMBER),
            Column(key="tons", kind=NUMBER),
        ),
        read=emitted.years,
        filters=("state", "year", "search"),
        bars=emitted.year_bars,
        unit="tons",
    ),
    Report(
        number=10,
        name="period-emissions",
        columns=(
            *_SOURCE,
            Column(key="period"),
            Column(key="tons", kind=NUMBER),
            Column(key="standing", kind=WORD),
        ),
        read=emitted.periods,
        filters=("period", "state", "search"),
        bars=emitted.period_bars,
        unit="tons",
    ),
    Report(
        number=11,
        name="compliance",
        cite="RGGI-018, RGGI-047, RGGI-048",
        columns=(*_SOURCE, Column(key="period"), *_OWED, Column(key="finding", kind=WORD)),
        read=settled.findings,
        filters=("period", "state", "search"),
        bars=settled.finding_bars,
        unit="sources",
    ),
    Report(
        number=12,
        name="allocations",
        cite="RGGI-030, RGGI-031, RGGI-047, RGGI-048",
        columns=(
            Column(key="transaction", kind=TRANSACTION),
            Column(key="recorded_on", kind=DAY),
            Column(key="kind", kind=WORD),
            Column(key="from"),
            *_HOLDER,
            Column(key="vintage"),
            Column(key="quantity", kind=NUMBER),
        ),
        read=market.allocations,
        filters=("kind",),
        kinds=market.allocation_kinds,
        bars=market.allocation_bars,
        unit="instruments",
    ),
)

BY_NAME: Mapping[str, Report] = MappingProxyType({report.name: report for report in REPORTS})


def publishes(program: Program) -> bool:
    """Whether a program publishes these reports: one that asks for prices does.

    What the federal programs publish stands on their own pages (PLAT-141).

    Source: RGGI-047; MASS-168.
    """
    return program.market.trades is not None


def publishing() -> list[str]:
    """The programs that publish these reports."""
    return [code for code in programs.codes() if publishes(programs.load(code))]
