"""Applications to a State's set-asides: filed, complete, approved or refused.

Source: RGGI-021 to RGGI-024, RGGI-027; COMAR 26.09.02.06 to 26.09.02.09.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from uuid import UUID

from trueup.accounts import queries as accounts
from trueup.accounts.entries import FacilityAccountEntry
from trueup.accounts.rivals import looking_again
from trueup.audit import services as audit
from trueup.audit.statements import among, insert_many
from trueup.emissions import queries as emissions
from trueup.resources.signed import Signed
from trueup.rules.periods import CompliancePeriod
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.state_general_accounts import (
    StateAccount,
    certificate_quantity,
    check_certificates,
    check_clean_generation,
    check_limited,
    check_sale,
    has_all_years,
    limited_quantity,
)
from trueup.state_accounts import checks, telling
from trueup.state_accounts.entries import ApplicationEntry, ApplicationSpec
from trueup.state_accounts.models import Application, Certificate
from trueup.state_accounts.places import require_state, rules_of
from trueup.state_accounts.queries import application_entry, state_year
from trueup.state_accounts.signed import keep_signature

CITE = "RGGI-027"
LIMITED, CONTRACTS, RENEWABLE, CLEAN = "liesa", "ltc", "vrsa", "cgsa"
FOR_SOURCES = (LIMITED, CONTRACTS, CLEAN)


def file_application(
    spec: ApplicationSpec,
    *,
    program: str,
    key: UUID,
    actor: str,
    filed_at: datetime,
    applicant: int | None = None,
    signed: Signed | None = None,
) -> ApplicationEntry:
    """File an application to a set-aside; the same key files it once.

    Certificates count as used from now on, unless the application is refused.

    Args:
        signed: What the applicant signed; kept in the same transaction.

    Raises Refused with every reason (`other_use`, `unknown_state`, `no_source`,
    `already_filed`, `not_a_quantity`, `no_factor`, `no_emissions`, `certificate_used`,
    `certificate_not_retired`).

    Source: RGGI-021 to RGGI-024, RGGI-027.
    """
    _set_aside(spec, program)

    def act() -> ApplicationEntry:
        before = Application.objects.filter(key=key).first()
        if before is not None:
            return application_entry(before)
        source = _source(spec, program)
        _require_first(spec, source, program)
        quantity, is_short = _quantity(spec, source, program)
        row = Application.objects.create(
            program=program,
            key=key,
            jurisdiction=spec.jurisdiction,
            purpose=spec.purpose,
            year=spec.year,
            account_id=source.account if source is not None else None,
            facility_id=source.facility.id if source is not None else None,
            applicant_id=applicant,
            export_percent=spec.export_percent,
            contract=spec.contract.strip(),
            viability=spec.viability.strip(),
            finding=spec.finding.strip(),
            in_service_on=spec.in_service_on,
            mwh=len(spec.certificates) if spec.purpose == RENEWABLE else None,
            quantity=quantity,
            is_short_of_years=is_short,
            filed_by=actor,
            filed_at=filed_at,
        )
        _keep_certificates(row, spec)
        keep_signature(
            signed, program=program, signer=applicant, at=filed_at, account=row.account_id
        )
        _log(row, "file_state_application", actor, filed_at)
        return application_entry(row)

    return looking_again(act)


def find_complete(*, application: int, actor: str, at: datetime) -> ApplicationEntry:
    """Say that an application has all that it needs.

    Raises Refused (`unknown_application`, `wrong_state`).

    Source: RGGI-027.
    """

    def act() -> ApplicationEntry:
        row = locked(application, "filed")
        row.state, row.completed_at = "complete", at
        row.save(update_fields=["state", "completed_at"])
        _log(row, "complete_state_application", actor, at)
        return application_entry(row)

    return looking_again(act)


def approve_application(*, application: int, actor: str, at: datetime) -> ApplicationEntry:
    """Approve what a set-aside's own test lets be approved; the formula is computed again.

    Raises Refused with every reason (`unknown_application`, `wrong_state`, `not_limited`,
    `evidence_missing`, `source_not_new`, `no_emissions`).

    Source: RGGI-021 to RGGI-024, RGGI-027.
    """

    def act() -> ApplicationEntry:
        row = locked(application, "complete")
        refusals = _test(row)
        if refusals:
            raise Refused(refusals)
        if row.purpose == LIMITED and row.facility_id is not None:
            row.quantity, row.is_short_of_years = _average(row.facility_id, row.year, row.program)
        row.state, row.decided_at, row.decided_by = "approved", at, actor
        row.save()
        _log(row, "approve_state_application", actor, at)
        telling.tell_applicant(row, decision="approved", at=at)
        return application_entry(row)

    return looking_again(act)


def refuse_application(
    *, application: int, reason: str, actor: str, at: datetime
) -> ApplicationEntry:
    """Refuse an application with a reason; its certificates may be used again.

    Raises Refused (`unknown_application`, `wrong_state`, `reason_missing`).

    Source: RGGI-023, RGGI-027.
    """
    if not reason.strip():
        raise Refused([checks.ReasonMissing("Say why the application is refused.")])

    def act() -> ApplicationEntry:
        row = locked(application, "filed", "complete")
        row.state, row.decided_at, row.decided_by = "refused", at, actor
        row.reason = reason.strip()
        row.save()
        row.certificates.update(is_released=True)
        _log(row, "refuse_state_application", actor, at)
        telling.tell_applicant(row, decision="refused", at=at)
        return application_entry(row)

    return looking_again(act)


def locked(application: int, *states: str) -> Application:
    """An application that is in one of some states, which nobody else changes meanwhile.

    Raises Refused (`unknown_application`, `wrong_state`).

    Source: RGGI-027.
    """
    row = Application.objects.select_for_update().filter(pk=application).first()
    if row is None:
        raise Refused([checks.UnknownApplication(f"There is no application {application}.")])
    if row.state not in states:
        raise Refused(
            [
                checks.WrongState(
                    f"The application is {row.state}; it must be {' or '.join(states)}."
                )
            ]
        )
    return row


def _set_aside(spec: ApplicationSpec, program: str) -> StateAccount:
    """The set-aside that is asked; nobody applies to the account that takes the rest."""
    require_state(program, spec.jurisdiction)
    asked = [of for of in rules_of(program).accounts if not of.takes_rest]
    for of in asked:
        if of.purpose == spec.purpose:
            return of
    titles = ", ".join(of.title for of in asked)
    raise Refused([checks.NoApplications(f"Applications go to one of these: {titles}.")])


def _source(spec: ApplicationSpec, program: str) -> FacilityAccountEntry | None:
    """The source with its compliance account; None where certificates are brought."""
    if spec.purpose not in FOR_SOURCES:
        return None
    facility = (
        accounts.find_facility(oris_code=spec.oris_code) if spec.oris_code is not None else None
    )
    account = (
        accounts.compliance_account(program=program, facility=facility.id)
        if facility is not None and facility.jurisdiction == spec.jurisdiction
        else None
    )
    if account is None:
        raise Refused(
            [checks.NoSource(f"{spec.oris_code} is no source of {spec.jurisdiction} here.")]
        )
    return accounts.facility_of(account.id)


def _require_first(
    spec: ApplicationSpec, source: FacilityAccountEntry | None, program: str
) -> None:
    if source is None:
        return
    same = Application.objects.filter(
        program=program, purpose=spec.purpose, year=spec.year, facility_id=source.facility.id
    )
    if same.exclude(state="refused").exists():
        raise Refused(
            [
                checks.AlreadyFiled(
                    f"{source.facility.name} has an application to this set-aside for"
                    f" {spec.year} already."
                )
            ]
        )


def _quantity(
    spec: ApplicationSpec, source: FacilityAccountEntry | None, program: str
) -> tuple[int, bool]:
    """What is asked for, by the set-aside's formula, and whether years are missing."""
    if spec.purpose == RENEWABLE:
        return _for_certificates(spec, program), False
    if spec.purpose == LIMITED and source is not None:
        return _average(source.facility.id, spec.year, program)
    if spec.quantity is None or spec.quantity < 1:
        raise Refused([checks.NotAQuantity("Ask for at least one allowance.")])
    return spec.quantity, False


def _for_certificates(spec: ApplicationSpec, program: str) -> int:
    """Allowances for certificates, each of them retired and counted nowhere before."""
    serials = [one.serial.strip() for one in spec.certificates]
    if not serials or "" in serials:
        raise Refused([checks.NotAQuantity("Name at least one certificate by its serial number.")])
    found: list[Refusal] = []
    again = {serial for serial, times in Counter(serials).items() if times > 1}
    used = Certificate.objects.filter(program=program, serial__in=among(serials), is_released=False)
    open_ones = [one.serial.strip() for one in spec.certificates if one.retired_on is None]
    found += check_certificates(
        serials,
        used={*again, *used.values_list("serial", flat=True)},
        not_retired=open_ones,
    )
    known = state_year(program=program, jurisdiction=spec.jurisdiction, year=spec.year)
    if known is None or known.tons_per_mwh is None:
        found.append(
            checks.NoFactor(f"{spec.jurisdiction} has not set the tons a MWh of {spec.year}.")
        )
    if found:
        raise Refused(found)
    if known is None or known.tons_per_mwh is None:
        raise AssertionError("refused above")
    return certificate_quantity(len(serials), tons_per_mwh=known.tons_per_mwh)


def _keep_certificates(row: Application, spec: ApplicationSpec) -> None:
    """Keep the certificates of an application, each of them used by it from now on."""
    insert_many(
        Certificate,
        [
            {
                "program": row.program,
                "serial": one.serial.strip(),
                "application_id": row.pk,
                "retired_on": one.retired_on,
                "is_released": False,
            }
            for one in spec.certificates
        ],
    )


def _average(facility: int, year: int, program: str) -> tuple[int, bool]:
    """The average tons of a source's past years, and whether a year has no whole data.

    Raises Refused (`no_emissions`) without a single year.
    """
    rules = rules_of(program)
    tons: dict[int, int] = {}
    for past in range(year - rules.average_years, year):
        period = CompliancePeriod(first_year=past, last_year=past)
        found = emissions.period_tons(program=program, period=period, facilities=[facility])
        emitted = found[facility]
        if emitted.locations and not emitted.missing and emitted.state != "open":
            tons[past] = emitted.tons
    if not tons:
        raise Refused(
            [checks.NoEmissions(f"No whole year before {year} has emissions to be averaged.")]
        )
    return (
        limited_quantity(tons, year=year, rules=rules),
        not has_all_years(tons, year=year, rules=rules),
    )


def _test(row: Application) -> list[Refusal]:
    """Whether an application shows what its set-aside asks for."""
    rules = rules_of(row.program)
    if row.purpose == LIMITED:
        return check_limited(permit_export_percent=row.export_percent, rules=rules)
    if row.purpose == CONTRACTS:
        # The price is tested when the allowances are sold.
        return check_sale(
            price_cents=0,
            reserve_price_cents=0,
            has_contract=bool(row.contract),
            shows_viability=bool(row.viability),
        )
    if row.purpose == CLEAN:
        if row.in_service_on is None:
            return [checks.NoSource("State the day on which the source goes into service.")]
        return check_clean_generation(
            in_service_on=row.in_service_on, has_permit_finding=bool(row.finding), rules=rules
        )
    return []


def _log(row: Application, act: str, actor: str, at: datetime) -> None:
    audit.log(
        at=at,
        program=row.program,
        actor=actor,
        act=act,
        subject=f"state_application:{row.pk}",
        account=row.account_id,
        after={"state": row.state, "purpose": row.purpose, "quantity": row.quantity},
        cite=CITE,
    )
