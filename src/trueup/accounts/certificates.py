"""Certificates of representation: filed, signed by each person named, and then in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from trueup.accounts import certificate_checks, checks
from trueup.accounts import certificate_reads as reads
from trueup.accounts.certificate_drafts import (
    drafts_of,
    insert,
    ordered_entries,
    refuse_incomplete,
    settle,
    sign,
)
from trueup.accounts.certificate_elements import tidied
from trueup.accounts.certificate_entries import CertificateEntry, CertificateSpec
from trueup.accounts.certificate_models import Certificate
from trueup.accounts.rivals import looking_again
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.signing.entries import Evidence


def file_certificate(
    spec: CertificateSpec,
    *,
    program: str,
    received_at: datetime,
    evidence: Mapping[int, Evidence] | None = None,
    filed_by: int | None = None,
    actor: str = "administrator",
) -> CertificateEntry:
    """Receive a certificate of representation; complete, it is in force from this instant.

    It supersedes the facility's former one as a whole, and the first opens the compliance
    account (rate-based: one for each unit). One that lacks an element or a signature is
    kept as incomplete, with what is missing by name, and changes nothing.

    Args:
        evidence: The signature of each person named, by person. Without it, who has a date
            of signature in `spec` signed by word of the console, and is marked so.
        filed_by: The person who files; None where an official or the console does.
        received_at: For a certificate on paper when the paper was received, which counts.

    Raises Refused (`unknown_facility`, `unknown_person`, `two_seats`, `not_authorized`,
    `identity_not_checked`, `jurisdiction_not_covered`, `superseded_already`,
    `differs_from_other_program`, `unit_not_usable`, ...), or as `signing.services.sign`.

    Source: 40 CFR 62.16290(a)(2), (b)(2), 62.16300(a) to (d), 62.16305(a), 62.16320(a);
    62.16485, 62.16495, 62.16500; MASS-021, RATE-159; docs/decisions/0151.
    """
    try:
        return _file(
            [spec],
            rules=programs.load(program),
            received_at=received_at,
            evidence=evidence or {},
            filed_by=filed_by,
            actor=actor,
            may_be_incomplete=True,
        )[0]
    except Refused as refused:
        raise Refused(checks.in_row(list(refused.refusals), None)) from None


def file_certificates(
    specs: Sequence[CertificateSpec],
    *,
    program: str,
    received_at: datetime,
    evidence: Mapping[int, Evidence] | None = None,
    filed_by: int | None = None,
    actor: str = "administrator",
) -> list[CertificateEntry]:
    """Receive certificates for many facilities in one act, all or none, one for each.

    Each person signs once, under the text of them all (`certificate_reads.signing_text`).
    While a signature is missing all of them wait; `sign_certificates` completes them.

    Raises Refused as `file_certificate` does, and `certificate_incomplete` with every
    element that is missing; `row` counts the facilities from 1.

    Source: 40 CFR 62.16300(a), (b), 62.16305(a); docs/decisions/0154.
    """
    if len({spec.facility for spec in specs}) != len(specs):
        raise ValueError("a facility has two certificates in one act")
    return _file(
        specs,
        rules=programs.load(program),
        received_at=received_at,
        evidence=evidence or {},
        filed_by=filed_by,
        actor=actor,
        may_be_incomplete=False,
    )


def sign_certificates(
    certificates: Sequence[int], *, person: int, evidence: Evidence, received_at: datetime
) -> list[CertificateEntry]:
    """Sign certificates that name a person; those that are then complete take effect.

    The signed text is that of them all, in this order.

    Raises Refused (`no_such_certificate`, `identity_not_checked`, `superseded_already`,
    `differs_from_other_program`), or as `signing.services.sign` does.

    Source: 40 CFR 62.16305(a)(4), (5); 62.16290(a)(2), (b)(2).
    """

    def act() -> list[CertificateEntry]:
        entries = reads.certificates(certificates)
        refusals = certificate_checks.signing_refusals(
            [entries.get(key) for key in certificates], person=person, evidence=evidence
        )
        if refusals:
            raise Refused(refusals)
        ordered = [entries[key] for key in certificates]
        rules = programs.load(ordered[0].program)
        drafts = drafts_of([entry.spec for entry in ordered], rules=rules, received_at=received_at)
        for draft, entry in zip(drafts, ordered, strict=True):
            draft.id = entry.id
            draft.accepted |= {
                signature.role: signature.statements for signature in entry.signatures
            }
        sign(drafts, rules=rules, evidence={person: evidence}, at=received_at)
        settle(drafts, rules=rules, at=received_at, actor=f"person:{person}")
        return ordered_entries(drafts)

    return looking_again(act)


def revise_certificate(
    certificate: int,
    spec: CertificateSpec,
    *,
    received_at: datetime,
    filed_by: int | None = None,
    actor: str = "administrator",
) -> CertificateEntry:
    """Supply what is missing in an incomplete certificate; it is then signed anew.

    Raises Refused (`no_such_certificate`, or as `file_certificate` does).

    Source: 40 CFR 62.16305(a).
    """

    def act() -> CertificateEntry:
        entry = reads.certificate(certificate)
        if entry is None or entry.state != "incomplete" or entry.facility != spec.facility:
            raise Refused([certificate_checks.no_such_certificate()])
        withdraw(entry.id)
        return file_certificate(
            spec,
            program=entry.program,
            received_at=received_at,
            filed_by=filed_by,
            actor=actor,
        )

    return looking_again(act)


def release_certificate(
    certificate: int, *, reason: str, released_at: datetime, actor: str
) -> CertificateEntry:
    """Let a held certificate take effect, once the difference is resolved, with the reason.

    Raises Refused (`no_such_certificate`, `superseded_already`).

    Source: 40 CFR 62.16375 “Designated representative”; MASS-018; docs/decisions/0152.
    """
    if not reason.strip():
        raise ValueError("a release says how the difference was resolved")

    def act() -> CertificateEntry:
        entry = reads.certificate(certificate)
        if entry is None or entry.state != "held":
            raise Refused([certificate_checks.no_such_certificate()])
        rules = programs.load(entry.program)
        (draft,) = drafts_of([entry.spec], rules=rules, received_at=released_at)
        draft.id = entry.id
        draft.hold = ""
        draft.accepted = {signature.role: signature.statements for signature in entry.signatures}
        certificate_checks.log_release(entry, reason=reason, at=released_at, actor=actor)
        settle([draft], rules=rules, at=released_at, actor=actor)
        return ordered_entries([draft])[0]

    return looking_again(act)


def withdraw(certificate: int) -> None:
    """Set aside a certificate that never took effect."""
    Certificate.objects.filter(id=certificate, state__in=("incomplete", "held")).update(
        state="withdrawn", hold=""
    )


def _file(
    specs: Sequence[CertificateSpec],
    *,
    rules: Program,
    received_at: datetime,
    evidence: Mapping[int, Evidence],
    filed_by: int | None,
    actor: str,
    may_be_incomplete: bool,
) -> list[CertificateEntry]:
    by = actor if filed_by is None else f"person:{filed_by}"

    def act() -> list[CertificateEntry]:
        certificate_checks.refuse(
            [tidied(spec) for spec in specs],
            rules=rules,
            filed_by=filed_by,
            evidence=evidence,
            at=received_at,
        )
        drafts = drafts_of([tidied(spec) for spec in specs], rules=rules, received_at=received_at)
        if not may_be_incomplete:
            refuse_incomplete(drafts)
        insert(drafts, rules=rules, by=by, at=received_at)
        sign(drafts, rules=rules, evidence=evidence, at=received_at)
        settle(drafts, rules=rules, at=received_at, actor=by)
        return ordered_entries(drafts)

    return looking_again(act)
