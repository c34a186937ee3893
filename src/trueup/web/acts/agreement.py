"""The electronic signature agreement, which comes before the first signature.

Source: PLAT-151.
"""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse

from trueup.signing import forms as library
from trueup.signing import services
from trueup.signing.entries import Evidence
from trueup.web.signed_acts import PROGRAM, ActForm, Acting, Outcome, SignedAct, Submission, Values


def _prepare(acting: Acting, _values: Values, _key: UUID) -> Submission:
    return Submission(
        text=library.form(library.AGREEMENT).text, rows=(("Signed by", acting.person.name),)
    )


def _perform(acting: Acting, values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    services.accept_agreement(person=acting.person.id, evidence=evidence, accepted_at=acting.at)
    waiting = values.get("then", "")
    if waiting:
        link = ("Go on with what you wanted to sign", reverse("sign", args=[waiting]))
    else:
        link = ("Your accounts", reverse("you"))
    return Outcome(
        heading="Your agreement is on file", sentences=("You can now sign.",), links=(link,)
    )


AGREEMENT = SignedAct(
    name="agreement",
    subject=PROGRAM,
    document=library.AGREEMENT,
    title="Electronic signature agreement",
    lead="Nothing can be signed here before this agreement is on file. You sign it once.",
    button="Sign the agreement",
    form_class=ActForm,
    prepare=_prepare,
    perform=_perform,
)
ACTS = (AGREEMENT,)
