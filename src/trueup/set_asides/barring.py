"""Who was short in every year of a period gets nothing of what is still to be distributed.

Source: 40 CFR 62.16245(a)(5)(iii); MASS-085; MASS-AMB-24.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from trueup.audit import services as audit
from trueup.audit.entries import EventSpec
from trueup.audit.statements import among
from trueup.rules import programs, set_aside
from trueup.set_asides.models import Bar, Delivery, Project, Projection
from trueup.set_asides.projects import rules_of

CITE = "40 CFR 62.16245(a)(5)(iii)"
Provider = tuple[str, int]  # State and account.


def bar_many(rows: Sequence[Project], year: int, *, at: datetime) -> int:
    """Bar providers from what is to come, if they were short in all of a year's period.

    Constant statements, whatever the number of projects; how many bars are new.

    Source: 40 CFR 62.16245(a)(5)(iii); MASS-085; MASS-AMB-24.
    """
    found = 0
    for code in sorted({row.program for row in rows}):
        found += _bar(code, [row for row in rows if row.program == code], year, at=at)
    return found


def _bar(code: str, rows: Sequence[Project], year: int, *, at: datetime) -> int:
    program, rules = programs.load(code), rules_of(code)
    period = program.period_of_year(year)
    providers = {(row.jurisdiction, row.account_id) for row in rows}
    short = short_years(code, providers, years=period.vintages)
    bars = []
    for state, account in sorted(providers):
        vintages = set_aside.disqualified_vintages(
            period,
            following=program.next_period(period),
            short_years=short[state, account],
            found_on=program.local_date(at),
            rules=rules,
        )
        bars += [
            Bar(
                program=code,
                jurisdiction=state,
                account_id=account,
                vintage=vintage,
                period=period.name,
                found_at=at,
            )
            for vintage in vintages
        ]
    return _keep(code, bars, at=at)


def _keep(code: str, bars: Sequence[Bar], *, at: datetime) -> int:
    known = set(
        Bar.objects.filter(
            program=code, account_id__in=among({bar.account_id for bar in bars})
        ).values_list("jurisdiction", "account_id", "vintage")
        if bars
        else ()
    )
    new = [bar for bar in bars if (bar.jurisdiction, bar.account_id, bar.vintage) not in known]
    Bar.objects.bulk_create(new)
    audit.log_many(
        [
            EventSpec(
                at=at,
                program=code,
                actor="registry",
                act="bar_provider",
                subject=f"account:{bar.account_id}",
                before=None,
                after={"jurisdiction": bar.jurisdiction, "vintage": bar.vintage},
                cite=CITE,
                account=bar.account_id,
            )
            for bar in new
        ]
    )
    return len(new)


def short_years(
    program: str, providers: Iterable[Provider], *, years: Iterable[int]
) -> Mapping[Provider, set[int]]:
    """The years in which all of a provider's projects in a State were short together.

    A year counts once every approved projection of it is verified.

    Source: 40 CFR 62.16245(a)(5)(iii); MASS-085; MASS-AMB-23.
    """
    percent = rules_of(program).explain_above_percent
    wanted = set(providers)
    mine = {
        "project__program": program,
        "project__account_id__in": among({account for _, account in wanted}),
        "generation_year__in": tuple(years),
    }
    of = ("project__jurisdiction", "project__account_id", "generation_year", "project_id")
    sums: dict[tuple[str, int, int], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    verified = set()
    for state, account, year, project, projected, actual in Delivery.objects.filter(
        **mine
    ).values_list(*of, "projected_mwh", "actual_mwh"):
        sums[state, account, year][0] += projected
        sums[state, account, year][1] += actual
        verified.add((project, year))
    waiting = {
        (state, account, year)
        for state, account, year, project in Projection.objects.filter(
            state="approved", **mine
        ).values_list(*of)
        if (project, year) not in verified
    }
    found: dict[Provider, set[int]] = {provider: set() for provider in wanted}
    for (state, account, year), (projected, actual) in sums.items():
        delivery = set_aside.Delivery(projected_mwh=projected, actual_mwh=actual)
        is_short = set_aside.is_to_explain(delivery, percent=percent)
        if (state, account) in found and is_short and (state, account, year) not in waiting:
            found[state, account].add(year)
    return found
