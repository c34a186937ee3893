"""A sponsor claims that parts of a filed paper are confidential.

From the signature on the public gets none of them until an official has decided.

Source: 40 CFR 62.16515(h), (i); PLAT-127; docs/decisions/0310.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.resources import services
from trueup.resources.filing import SUBMISSIONS
from trueup.resources.redaction import ALWAYS_PUBLIC
from trueup.resources.redaction_reads import WholePaper, whole_paper
from trueup.rules.papers import DECISION, VERIFICATION, elements_of
from trueup.signing.entries import Evidence
from trueup.web.acts import fields
from trueup.web.acts.resources_common import signed_by, text_of
from trueup.web.resource_words import PAPERS, named
from trueup.web.signed_acts import (
    THING,
    ActForm,
    Acting,
    Outcome,
    SignedAct,
    Submission,
    Values,
)
from trueup.web.templatetags.words import word


class ClaimForm(ActForm):
    """Which parts of a paper, and why."""

    elements = forms.MultipleChoiceField(
        label=gettext_lazy("Parts that are confidential"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    attached = forms.MultipleChoiceField(
        label=gettext_lazy("Files that are confidential"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    ground = fields.NoteField(
        label=gettext_lazy("Why they are confidential"),
        help_text=gettext_lazy("An official decides. The public reads the reason that is given."),
        max_length=2000,
    )

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        paper = paper_in(self.acting)
        labels = {one.name: capfirst(word(one.label)) for one in elements_of(paper.kind)}
        _choose(
            self,
            "elements",
            [
                (name, labels.get(name, name))
                for name in paper.elements
                if name not in ALWAYS_PUBLIC
            ],
        )
        _choose(self, "attached", [(str(key), one.name) for key, one in paper.files.items()])
        if not paper.files:
            del self.fields["attached"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("elements") and not cleaned.get("attached"):
            self.add_error("elements", _("Choose what of the paper is confidential."))
        return cleaned

    def values(self) -> dict[str, Any]:
        return {
            "elements": list(self.cleaned_data.get("elements") or ()),
            "files": [int(key) for key in self.cleaned_data.get("attached") or ()],
            "ground": self.cleaned_data["ground"],
        }


def paper_in(acting: Acting) -> WholePaper:
    """The paper of an act; raises ValueError without one, which `may` rules out."""
    found = whole_paper(int(acting.thing))
    if found is None:
        raise ValueError("there is no such paper")
    return found


def _account_of(thing: str) -> AccountEntry | None:
    found = whole_paper(int(thing))
    return ledger.account(found.account) if found is not None and found.account else None


def _may(acting: Acting) -> bool:
    found = whole_paper(int(acting.thing))
    return (
        acting.account is not None
        and found is not None
        and found.program == acting.program.code
        and found.kind not in (DECISION, VERIFICATION)
    )


def _prepare(acting: Acting, values: Values, _key: UUID) -> Submission:
    paper = paper_in(acting)
    labels = {one.name: capfirst(word(one.label)) for one in elements_of(paper.kind)}
    parts = [labels.get(name, name) for name in values["elements"]]
    files = [paper.files[key].name for key in values["files"] if key in paper.files]
    rows = (
        (_("Paper"), f"{named(PAPERS, paper.kind)}, {paper.version}"),
        (_("Parts"), "\n".join(parts) or _("None")),
        (_("Files"), "\n".join(files) or _("None")),
        (_("Why they are confidential"), values["ground"]),
    )
    text = text_of(
        [
            ("Claim of confidentiality about paper", str(paper.id)),
            ("Elements", ", ".join(values["elements"]) or "none"),
            ("Files", ", ".join(files) or "none"),
            ("Ground", values["ground"]),
        ]
    )
    return Submission(text=text, rows=rows)


def _claim(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    services.claim_confidential(
        document=int(acting.thing),
        elements=values["elements"],
        attachments=values["files"],
        ground=values["ground"],
        claimed_by=acting.person.id,
        claimed_at=acting.at,
        signed=signed_by(CLAIM, acting, _prepare(acting, values, key), evidence),
    )
    return Outcome(
        heading=_("Your claim is received"),
        sentences=(_("The public gets none of these parts until an official has decided."),),
        kind="info",
        links=(_home(acting),),
    )


def _home(acting: Acting) -> tuple[str, str]:
    return _("As the public reads it"), reverse("paper", args=[acting.program.code, acting.thing])


def _choose(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


CLAIM = SignedAct(
    name="claim-confidential",
    subject=THING,
    place="<program:code>/papers/<journal:key>/confidential/",
    document="resource_paper",
    title=gettext_lazy("Claim that parts of a paper are confidential"),
    lead=gettext_lazy(
        "Papers of resources are public. What you name here is withheld until an official has"
        " decided; what credits are traced to is always public."
    ),
    button=gettext_lazy("Sign the claim"),
    form_class=ClaimForm,
    prepare=_prepare,
    perform=_claim,
    kind=SUBMISSIONS,
    account_of_thing=_account_of,
    may=_may,
    then=gettext_lazy("An official decides on it."),
    home=_home,
)
ACTS = (CLAIM,)
