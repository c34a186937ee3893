"""A second official types what a paper says, without the first one's text.

Source: PLAT-154; PLAT-018; docs/decisions/0297.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from trueup.accounts.certificate_elements import tidied
from trueup.accounts.certificate_entries import CertificateSpec, Signatory
from trueup.accounts.certificate_text import document_of
from trueup.audit import services as audit
from trueup.desk import checks, second_typing
from trueup.desk.acts import act_named
from trueup.desk.deciding import for_second
from trueup.desk.models import SecondTyping
from trueup.desk.second_typing import Difference
from trueup.rules.refusal import Refused


@transaction.atomic
def type_again(
    certificate: CertificateSpec,
    *,
    proposal: UUID,
    accepted: Mapping[int, Sequence[str]],
    received_at: datetime,
    by: int,
    at: datetime,
) -> list[Difference]:
    """Keep what a second official typed off a paper; in what it differs from the first's.

    It may be typed again, as often as it takes; each typing is kept.

    Raises Refused (`unknown_proposal`, `already_decided`, `same_person`,
    `not_authorized`, `not_typed_again`).

    Source: PLAT-018, PLAT-154; 40 CFR 62.16305.
    """
    entry, _authority = for_second(proposal, by=by, at=at, digest="")
    if not act_named(entry.act).is_typed_twice:
        raise Refused([checks.NotTypedAgain("This is nothing that came on paper.")])
    said = second_typing.typed(
        document_of(unsigned(tidied(certificate))), accepted=accepted, received_at=received_at
    )
    SecondTyping.objects.create(proposal_id=entry.id, by_id=by, typed=said, at=at)
    found = second_typing.differences(second_typing.first_typing(entry), said)
    audit.log(
        at=at,
        program=entry.program,
        actor=f"official:{by}",
        act="type_paper_again",
        subject=entry.subject,
        after={"differs_in": [one.field for one in found]},
        cite="PLAT-154",
    )
    return found


def unsigned(spec: CertificateSpec) -> CertificateSpec:
    """The certificate without signatures of its own: those are on the paper."""

    def one(who: Signatory | None) -> Signatory | None:
        return None if who is None else replace(who, accepted=(), signed_on=None)

    return replace(spec, primary=one(spec.primary), alternate=one(spec.alternate))
