"""The agreement behind a certificate of representation: rarely asked for, never judged."""

from __future__ import annotations

import hashlib
from datetime import datetime

from trueup.accounts import checks, queries
from trueup.accounts.certificate_models import AgreementDocument, AgreementRequest
from trueup.accounts.rivals import looking_again
from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused

CITE = "40 CFR 62.16305(b), 62.16500(b)"
MEDIA_TYPES = ("application/pdf",)
CONTENT_MAX = 20_000_000


class AgreementNotAskedFor(Refusal):
    code = "accounts.agreement_not_asked_for"
    cite = "40 CFR 62.16500(b)"


class AgreementNotUsable(Refusal):
    code = "accounts.agreement_not_usable"
    cite = CITE


class AgreementAskedForAlready(Refusal):
    code = "accounts.agreement_asked_for_already"
    cite = CITE


def request_agreement(
    *, program: str, facility: int, reason: str, requested_at: datetime, actor: str
) -> int:
    """Ask to see the agreement by which a facility's representatives were selected.

    Raises Refused (`unknown_facility`, `agreement_asked_for_already`).

    Source: 40 CFR 62.16305(b); 62.16500(b).
    """
    if not reason.strip():
        raise ValueError("a request says why")

    def act() -> int:
        if queries.facility(facility) is None:
            raise Refused([checks.UnknownFacility("There is no such facility.")])
        if _open_request(program=program, facility=facility) is not None:
            raise Refused(
                [AgreementAskedForAlready("The agreement has been asked for and not come yet.")]
            )
        row = AgreementRequest.objects.create(
            program=program,
            facility_id=facility,
            reason=reason,
            requested_by=actor,
            requested_at=requested_at,
        )
        _log("request_agreement", program, facility, at=requested_at, actor=actor, reason=reason)
        audit.notify(
            [
                NoticeSpec(
                    event="agreement_requested",
                    program=program,
                    person=person,
                    created_at=requested_at,
                    context={
                        "facility": str(_name(facility)),
                        "reason": reason,
                        "requested_at": requested_at,
                        "cite": CITE,
                    },
                )
                for person in sorted(_representatives(program=program, facility=facility))
            ]
        )
        return row.pk

    return looking_again(act)


def submit_agreement(
    *,
    program: str,
    facility: int,
    content: bytes,
    media_type: str,
    received_at: datetime,
    submitted_by: int | None = None,
    actor: str = "administrator",
) -> int:
    """Take in an agreement; where the program wants none unasked, only while one is asked for.

    It is kept and nobody is set to review it.

    Raises Refused (`unknown_facility`, `not_authorized`, `agreement_not_asked_for`,
    `agreement_not_usable`).

    Source: 40 CFR 62.16305(b), 62.16500(b); MASS-020, RATE-161.
    """
    rules = programs.load(program)
    by = actor if submitted_by is None else f"person:{submitted_by}"

    def act() -> int:
        request = _open_request(program=program, facility=facility)
        refusals = _document_refusals(
            rules, facility=facility, is_asked_for=request is not None, by=submitted_by
        )
        if media_type not in MEDIA_TYPES or not 0 < len(content) <= CONTENT_MAX:
            refusals.append(
                AgreementNotUsable(f"An agreement is a PDF of at most {CONTENT_MAX:,} bytes.")
            )
        if refusals:
            raise Refused(refusals)
        row = AgreementDocument.objects.create(
            program=program,
            facility_id=facility,
            request=request,
            media_type=media_type,
            content=content,
            digest=hashlib.sha256(content).hexdigest(),
            submitted_by=by,
            received_at=received_at,
        )
        if request is not None:
            AgreementRequest.objects.filter(id=request.pk).update(
                answered_at=max(received_at, request.requested_at)
            )
        _log("submit_agreement", program, facility, at=received_at, actor=by, digest=row.digest)
        return row.pk

    return looking_again(act)


def _document_refusals(
    rules: Program, *, facility: int, is_asked_for: bool, by: int | None
) -> list[Refusal]:
    refusals: list[Refusal] = []
    if queries.facility(facility) is None:
        refusals.append(checks.UnknownFacility("There is no such facility."))
    if by is not None and by not in _representatives(program=rules.code, facility=facility):
        refusals.append(
            checks.NotAuthorized("Only the facility's representative hands in its agreement.")
        )
    if rules.people.representation.agreements == "on_request" and not is_asked_for:
        refusals.append(
            AgreementNotAskedFor("Nobody has asked for this agreement; keep it yourself.")
        )
    return refusals


def _open_request(*, program: str, facility: int) -> AgreementRequest | None:
    rows = AgreementRequest.objects.filter(program=program, facility_id=facility)
    return rows.filter(answered_at=None).first()


def _representatives(*, program: str, facility: int) -> set[int]:
    accounts = queries.facility_accounts(program=program, facilities=[facility])
    seats = queries.representatives([entry.account for entry in accounts])
    return {seat.person for entries in seats.values() for seat in entries}


def _name(facility: int) -> str:
    entry = queries.facility(facility)
    return entry.name if entry is not None else ""


def _log(act: str, program: str, facility: int, *, at: datetime, actor: str, **after: str) -> None:
    audit.log(
        at=at,
        program=program,
        actor=actor,
        act=act,
        subject=f"facility:{facility}",
        after=after,
        cite=CITE,
    )
