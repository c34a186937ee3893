"""Certificates on their way: what is missing, who has signed, and whether they take effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from django.db.models import Max

from trueup.accounts import certificate_reads as reads
from trueup.accounts import other_programs, queries
from trueup.accounts.certificate_effects import Filing, take_effect
from trueup.accounts.certificate_elements import (
    CertificateIncomplete,
    missing_elements,
    missing_signatures,
    reported_changes,
)
from trueup.accounts.certificate_entries import (
    CertificateEntry,
    CertificateSpec,
    ReportedChange,
    Signatory,
)
from trueup.accounts.certificate_models import Certificate, CertificateSignature
from trueup.accounts.certificate_text import digest_of, document_of
from trueup.accounts.entries import FacilityEntry
from trueup.accounts.signed_forms import keep_signature
from trueup.audit.statements import among, insert_many, insert_many_returning_ids
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.signing import queries as signatures
from trueup.signing.entries import Evidence

FORM = "certificate"


@dataclass(slots=True, kw_only=True)
class Draft:
    """A certificate on its way: what is missing, who has signed, and why it is held."""

    spec: CertificateSpec
    facility: FacilityEntry
    before: CertificateEntry | None
    elements: list[str]
    changes: list[ReportedChange]
    accepted: dict[str, tuple[str, ...]]
    hold: str = ""
    id: int = 0

    def missing(self, rules: Program) -> list[str]:
        return self.elements + missing_signatures(self.spec, rules=rules, accepted=self.accepted)


def drafts_of(
    specs: Sequence[CertificateSpec], *, rules: Program, received_at: datetime
) -> list[Draft]:
    """What is missing in each certificate, and what it changes."""
    facilities = queries.facilities_by_id(spec.facility for spec in specs)
    in_force = reads.certificates_in_force(program=rules.code, facilities=facilities)
    differences = other_programs.differences(specs)
    drafts = []
    for spec in specs:
        before = in_force.get(spec.facility)
        was = before.spec if before is not None else None
        drafts.append(
            Draft(
                spec=spec,
                facility=facilities[spec.facility],
                before=before,
                elements=missing_elements(spec, rules=rules, before=was),
                changes=reported_changes(
                    spec, rules=rules, before=was, filed_on=rules.local_date(received_at)
                ),
                accepted={},
                hold=" ".join(differences[spec.facility]),
            )
        )
    return drafts


def refuse_incomplete(drafts: Iterable[Draft]) -> None:
    refusals = [
        CertificateIncomplete(f"{draft.facility.name}: {element} is missing.", row=row)
        for row, draft in enumerate(drafts, start=1)
        for element in draft.elements
    ]
    if refusals:
        raise Refused(refusals)


def insert(drafts: Sequence[Draft], *, rules: Program, by: str, at: datetime) -> None:
    """Keep the certificates as incomplete for now; versions count from 1 a facility."""
    versions = dict(
        Certificate.objects.filter(
            program=rules.code, facility_id__in=among(draft.facility.id for draft in drafts)
        )
        .values_list("facility_id")
        .annotate(Max("version"))
    )
    ids = insert_many_returning_ids(
        Certificate,
        [
            {
                "program": rules.code,
                "facility_id": draft.facility.id,
                "version": versions.get(draft.facility.id, 0) + 1,
                "state": "incomplete",
                "document": document_of(draft.spec),
                "missing": draft.elements,
                "deadlines": [_change_row(change) for change in draft.changes],
                "is_late": any(change.is_late for change in draft.changes),
                "hold": "",
                "primary_id": draft.spec.primary.person if draft.spec.primary else None,
                "alternate_id": draft.spec.alternate.person if draft.spec.alternate else None,
                "filed_by": by,
                "filed_at": at,
            }
            for draft in drafts
        ],
    )
    for draft, identity in zip(drafts, ids, strict=True):
        draft.id = identity


def _change_row(change: ReportedChange) -> dict[str, object]:
    row = asdict(change)
    return row | {
        "changed_on": change.changed_on.isoformat(),
        "due_on": change.due_on.isoformat(),
    }


def sign(
    drafts: Sequence[Draft], *, rules: Program, evidence: Mapping[int, Evidence], at: datetime
) -> None:
    """Keep the signatures of those who gave evidence, and those that the console reports.

    One act is signed once, however many certificates it holds.
    """
    words = {item.key: item.digest for item in rules.people.statements[FORM]}
    text = reads.signing_text(
        (draft.spec for draft in drafts),
        facilities={draft.facility.id: draft.facility for draft in drafts},
    )
    kept = {
        person: keep_signature(
            program=rules.code,
            form=FORM,
            text=text,
            signer=person,
            evidence=proof,
            signed_at=at,
            account_kind="compliance",
        )
        for person, proof in evidence.items()
    }
    _require_time_of_paper(kept.values(), at=at)
    rows = []
    for draft in drafts:
        for role, who in draft.spec.signatories.items():
            proof = evidence.get(who.person)
            if proof is None and (who.signed_on is None or role in draft.accepted):
                continue
            accepted = proof.accepted if proof is not None else who.accepted
            draft.accepted[role] = tuple(key for key in accepted if key in words)
            rows.append(
                {
                    "certificate_id": draft.id,
                    "person_id": who.person,
                    "role": role,
                    "statements": [
                        {"key": key, "digest": words[key]} for key in draft.accepted[role]
                    ],
                    "digest": digest_of(draft.spec, draft.facility),
                    "method": proof.method if proof is not None else "console",
                    "signed_at": at,
                    "signature_id": kept.get(who.person),
                }
            )
    insert_many(CertificateSignature, rows)


def _require_time_of_paper(kept: Iterable[int | None], *, at: datetime) -> None:
    """What came on paper counts from its receipt, whenever an official entered it.

    Source: 40 CFR 62.16375 “Receive or receipt of”; PLAT-154.
    """
    found = signatures.signatures(key for key in kept if key is not None)
    if any(entry.method == "paper" and entry.received_at != at for entry in found.values()):
        raise ValueError("a certificate on paper is received when its paper was received")


def settle(drafts: Sequence[Draft], *, rules: Program, at: datetime, actor: str) -> None:
    """Let what is complete take effect; say of the rest what is missing or why it is held."""
    complete = []
    waiting: dict[tuple[tuple[str, ...], str], list[int]] = {}
    for draft in drafts:
        missing = tuple(draft.missing(rules))
        if missing or draft.hold:
            hold = "" if missing else draft.hold[:400]
            waiting.setdefault((missing, hold), []).append(draft.id)
        else:
            before = draft.before.spec if draft.before is not None else None
            complete.append(Filing(certificate=draft.id, spec=draft.spec, before=before))
    for (missing, hold), ids in waiting.items():  # Those of one act wait for the same.
        Certificate.objects.filter(id__in=among(ids)).update(
            missing=list(missing), hold=hold, state="held" if hold else "incomplete"
        )
    if complete:
        take_effect(complete, rules=rules, at=at, actor=actor)


def ordered_entries(drafts: Sequence[Draft]) -> list[CertificateEntry]:
    found = reads.certificates(draft.id for draft in drafts)
    return [found[draft.id] for draft in drafts]


def signed_on_the_console(spec: CertificateSpec, *, program: str, at: datetime) -> CertificateSpec:
    """The certificate with both persons' signatures as the console says they are there."""
    rules = programs.load(program)
    keys = tuple(item.key for item in rules.people.statements[FORM])
    today = rules.local_date(at)

    def signed(who: Signatory | None) -> Signatory | None:
        return None if who is None else replace(who, accepted=keys, signed_on=today)

    return replace(spec, primary=signed(spec.primary), alternate=signed(spec.alternate))
