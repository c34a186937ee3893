"""What filing a certificate of representation that came on paper calls.

Source: PLAT-154; 40 CFR 62.16305; 62.16375 “Receive or receipt of”.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from trueup.accounts import certificate_reads
from trueup.accounts import services as accounts
from trueup.accounts.certificate_entries import CertificateEntry, CertificateSpec, Signatory
from trueup.accounts.certificate_text import spec_of
from trueup.desk import checks
from trueup.desk.kinds import Asked, Result
from trueup.rules.refusal import Refused
from trueup.signing import queries as signatures
from trueup.signing import services as signing
from trueup.signing.checks import PaperNotUsable
from trueup.signing.entries import Evidence, PaperEntry


def file_certificate(asked: Asked) -> Result:
    """Approve the papers as the second official, and file what they say.

    Without a second official, when it is proposed, it is tried: as signed by those who
    signed the papers.
    """
    spec = _certificate(asked)
    papers = signatures.papers(asked["papers"])
    times = {paper.received_at for paper in papers}
    if len(papers) != len(asked["papers"]) or len(times) != 1:
        raise Refused([PaperNotUsable("There is no such form on paper.")])
    (received_at,) = times
    if not asked.second:
        entry = _file(_signed(spec, papers), asked, received_at=received_at, evidence={})
        text = certificate_reads.signing_text([spec])
        return {**_result(entry, received_at), "text": text}
    second = int(asked.second.removeprefix("official:"))
    approved = [
        signing.approve_paper(nonce=paper.nonce, by=second, at=asked.at) for paper in papers
    ]
    evidence = {paper.signer: paper.evidence for paper in approved}
    entry = _file(spec, asked, received_at=received_at, evidence=evidence)
    return {"certificate": entry.id, **_result(entry, received_at)}


def _file(
    spec: CertificateSpec,
    asked: Asked,
    *,
    received_at: datetime,
    evidence: Mapping[int, Evidence],
) -> CertificateEntry:
    return accounts.file_certificate(
        spec,
        program=asked.program,
        received_at=received_at,
        evidence=evidence,
        actor=asked.actor,
    )


def _result(entry: CertificateEntry, received_at: datetime) -> Result:
    return {
        "state": entry.state,
        "missing": list(entry.missing),
        "received_at": received_at.isoformat(),
    }


def _certificate(asked: Asked) -> CertificateSpec:
    try:
        return spec_of(json.loads(asked["certificate"]))
    except (ArithmeticError, KeyError, TypeError, ValueError) as problem:
        sentence = "The certificate is not written as the registry writes it."
        raise Refused([checks.ValueNotUsable(sentence)]) from problem


def _signed(spec: CertificateSpec, papers: Sequence[PaperEntry]) -> CertificateSpec:
    """The certificate as it is when the papers are approved, for the trial."""
    signed = {paper.signer: paper for paper in papers}

    def one(who: Signatory | None) -> Signatory | None:
        if who is None or who.person not in signed:
            return who
        paper = signed[who.person]
        return replace(who, accepted=paper.accepted, signed_on=paper.received_at.date())

    return replace(spec, primary=one(spec.primary), alternate=one(spec.alternate))
