"""The electronic signature agreement, which comes before the first signature.

Source: PLAT-151.
"""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from trueup.signing import forms as library
from trueup.signing import services
from trueup.signing.entries import Evidence
from trueup.web.signed_acts import PROGRAM, ActForm, Acting, Outcome, SignedAct, Submission, Values


def _prepare(acting: Acting, _values: Values, _key: UUID) -> Submission:
    return Submission(
        text=library.form(library.AGREEMENT).text, rows=((_("Signed by"), acting.person.name),)
    )


def _perform(acting: Acting, values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    services.accept_agreement(person=acting.person.id, evidence=evidence, accepted_at=acting.at)
    waiting = values.get("then", "")
    if waiting:
        link = (_("Go on with what you wanted to sign"), reverse("sign", args=[waiting]))
    else:
        link = (_("Your accounts"), reverse("you"))
    return Outcome(
        heading=_("Your agreement is on file"), sentences=(_("You can now sign."),), links=(link,)
    )


AGREEMENT = SignedAct(
    name="agreement",
    subject=PROGRAM,
    document=library.AGREEMENT,
    title=_lazy("Electronic signature agreement"),
    lead=_lazy("Nothing can be signed here before this agreement is on file. You sign it once."),
    button=_lazy("Sign the agreement"),
    form_class=ActForm,
    prepare=_prepare,
    perform=_perform,
)
ACTS = (AGREEMENT,)
