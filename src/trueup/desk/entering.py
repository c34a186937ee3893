"""Certificates of representation that came on paper: entered by one official, filed by two.

The first official types what the paper says and adds its scan. A second compares text and
scan; on the second's approval the paper is signed off and the certificate filed, in one
transaction. It counts from the receipt of the paper. Nobody acts as a user: the signers
are the persons whose signatures are on the paper.

Source: PLAT-154; 40 CFR 62.16305; 62.16375 “Receive or receipt of”.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from trueup.accounts import certificate_reads
from trueup.accounts.certificate_elements import tidied
from trueup.accounts.certificate_entries import CertificateSpec
from trueup.accounts.certificate_text import document_of
from trueup.desk import proposing
from trueup.desk.entries import Done
from trueup.desk.typing_again import unsigned
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.signing import services as signing
from trueup.signing.checks import PaperNotUsable

ACT = "file_certificate_on_paper"
FORM = "certificate"


@transaction.atomic
def enter_papers(
    certificate: CertificateSpec,
    *,
    program: str,
    accepted: Mapping[int, Sequence[str]],
    received_at: datetime,
    scan: bytes,
    media_type: str,
    by: int,
    at: datetime,
) -> Mapping[str, Any]:
    """Enter the papers of a certificate, and give the parameters of the act that files it.

    The act is tried here and signed next, so what cannot be filed is refused at once.

    Args:
        accepted: The persons whose signatures are on the paper, each with the keys of the
            statements that stand signed there.
        received_at: When the paper was received, which counts.

    Raises Refused as `enter_certificate` does.

    Source: PLAT-018, PLAT-154; 40 CFR 62.16305.
    """
    spec = tidied(unsigned(certificate))
    if not accepted:
        raise Refused([PaperNotUsable("Nobody has signed the paper.")])
    papers = [
        signing.enter_paper(
            program=program,
            document=FORM,
            text=certificate_reads.signing_text([spec]),
            statements=programs.load(program).people.statements[FORM],
            signer=signer,
            for_person=None,
            accepted=keys,
            received_at=received_at,
            scan=scan,
            media_type=media_type,
            entered_by=by,
            entered_at=at,
        )
        for signer, keys in sorted(accepted.items())
    ]
    values = {
        "papers": [paper.nonce for paper in papers],
        "certificate": json.dumps(document_of(spec), sort_keys=True, ensure_ascii=False),
    }
    proposing.consequences(ACT, program=program, by=by, at=at, **values)
    return values


@transaction.atomic
def enter_certificate(
    certificate: CertificateSpec,
    *,
    program: str,
    accepted: Mapping[int, Sequence[str]],
    received_at: datetime,
    scan: bytes,
    media_type: str,
    by: int,
    at: datetime,
    note: str = "",
) -> Done:
    """Enter a certificate that came on paper, and ask a second official to file it.

    It is `enter_papers` and the act in one, for who has no second factor at hand.

    Raises Refused (`not_authorized`, `paper_not_usable`, `form_superseded`, and as
    `accounts.services.file_certificate` does).

    Source: PLAT-018, PLAT-154; 40 CFR 62.16305.
    """
    values = enter_papers(
        certificate,
        program=program,
        accepted=accepted,
        received_at=received_at,
        scan=scan,
        media_type=media_type,
        by=by,
        at=at,
    )
    return proposing.act(ACT, program=program, by=by, at=at, note=note, **values)
