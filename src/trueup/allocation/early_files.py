"""The papers behind a project of early action: its resource, what it asks for, what is verified.

Early action is applied for under the rules of eligible resources where nothing else is said:
a project is a resource with its application, plan, reports and verifier.

Source: 40 CFR 62.16231(a); 62.16235(e)(2); 62.16245(a); 62.16431(a); MASS-095; RATE-223.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from trueup.allocation import early_checks as checks
from trueup.allocation.early_entries import EarlyActionSpec
from trueup.allocation.early_models import EarlyActionAward, EarlyActionFile, EarlyActionProject
from trueup.resources import queries as resources
from trueup.resources.awards import (
    VerifiedYear,
    record_awards,
    use_verified_year,
    verified_year,
    withheld,
)
from trueup.resources.entries import AllowanceAward
from trueup.resources.signed import Signed, keep_signature
from trueup.rules.early_action import LOW_INCOME, SOLAR, WIND
from trueup.rules.refusal import Refusal

KIND_OF_CATEGORY = {"WND": WIND, "SOL": SOLAR, "DSM": LOW_INCOME}
_MWH_MAX = Decimal(10) ** 9


def file_refusals(program: str, spec: EarlyActionSpec) -> list[Refusal]:
    """Why a resource cannot be the file of a project; what it is says what the project is.

    Source: 40 CFR 62.16235(e)(2), (3); 62.16431(a)(1); MASS-094, MASS-095.
    """
    if spec.resource is None:
        return []
    entry = resources.resource(spec.resource)
    if entry is None or entry.program != program or entry.account != spec.account:
        return [checks.FileMissing("Name a resource that is credited in the same account.")]
    refusals: list[Refusal] = []
    if KIND_OF_CATEGORY.get(entry.category) != spec.kind:
        refusals.append(
            checks.FileMissing(f"{entry.name} is on record as {entry.category}, not {spec.kind}.")
        )
    if entry.jurisdiction != spec.jurisdiction:
        refusals.append(checks.FileMissing(f"{entry.name} is in {entry.jurisdiction}."))
    asked = (spec.asked_2020, spec.asked_2021)
    if any(not mwh.is_finite() or not 0 <= mwh < _MWH_MAX for mwh in asked) or not any(asked):
        refusals.append(checks.MwhMissing("State the MWh of 2020 and 2021, above 0 together."))
    return refusals


def keep_file(
    row: EarlyActionProject, spec: EarlyActionSpec, *, signed: Signed | None, person: int | None
) -> None:
    """Keep what an application rests on, where it names a resource, and how it was signed.

    Source: 40 CFR 62.16235(e)(2); 62.16245(a)(3)(ii)(G); MASS-095; PLAT-151.
    """
    if spec.resource is None:
        return
    file = EarlyActionFile.objects.create(
        project=row,
        resource_id=spec.resource,
        asked_2020=spec.asked_2020,
        asked_2021=spec.asked_2021,
    )
    if person is not None:
        keep_signature(file.resource, signed, person=person, at=row.applied_at)


def resource_of(project: int) -> int | None:
    """The resource whose papers are a project's file; None if it was entered from paper."""
    row = EarlyActionFile.objects.filter(project_id=project).first()
    return None if row is None else row.resource_id


def unready_refusals(row: EarlyActionProject) -> list[Refusal]:
    """Why the project of a resource is not approved or awarded now.

    Its application must be approved and verified, and it must be neither suspended, barred
    nor revoked.

    Source: 40 CFR 62.16235(e)(2); 62.16250; 62.16255; 62.16280(g); MASS-095, MASS-105.
    """
    resource = resource_of(row.pk)
    if resource is None:
        return []
    why = withheld([resource], program=row.program).get(resource)
    if why is None:
        return []
    return [checks.FileNotReady(f"The papers of {row.name}: the resource is {why}.")]


def verified_refusals(row: EarlyActionProject, *, year: int, mwh: Decimal) -> list[Refusal]:
    """Why MWh are not awarded: of a resource, only those that its verifier found.

    Source: 40 CFR 62.16245(a)(4); 62.16270; 62.16431(a)(1); MASS-096; RATE-222.
    """
    resource = resource_of(row.pk)
    if resource is None:
        return []
    found = verified_year(resource, year=year)
    if found.state != "verified":
        return [
            checks.MwhNotVerified(
                f"M&V reports of all of {year} of {row.name} are missing, or not verified."
            )
        ]
    if mwh > found.used_mwh:
        return [checks.MwhNotVerified(f"{found.used_mwh} MWh of {year} were verified, not {mwh}.")]
    return []


def verified_mwh(project: int, *, years: tuple[int, ...]) -> Mapping[int, VerifiedYear]:
    """What the reports of a project's resource amount to, year by year; empty without one.

    Source: 40 CFR 62.16245(a)(4); 62.16431(a)(1).
    """
    resource = resource_of(project)
    if resource is None:
        return {}
    return {year: verified_year(resource, year=year) for year in years}


def keep_with_papers(award: EarlyActionAward, *, program: str, actor: str) -> None:
    """Use the verified MWh up, and keep what was given with the resource's papers.

    Source: 40 CFR 62.16245(a)(4); 62.16365(a)(2)(iv)(A); MASS-164.
    """
    resource = resource_of(award.project_id)
    if resource is None:
        return
    use_verified_year(resource=resource, year=award.year, at=award.awarded_at, actor=actor)
    record_awards(
        [
            AllowanceAward(
                resource=resource, purpose=purpose, year=award.year, quantity=quantity, tx=tx
            )
            for purpose, quantity, tx in (
                ("early_action", award.early, award.early_tx),
                ("matching", award.matching, award.matching_tx),
            )
            if tx is not None
        ],
        program=program,
        at=award.awarded_at,
        actor=actor,
    )
