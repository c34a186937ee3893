"""A certificate of representation that came on paper: what an official types off it, and signs.

Source: PLAT-018, PLAT-154; 40 CFR 62.16305.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.accounts.certificate_entries import CertificateSpec
from trueup.accounts.certificate_text import spec_of
from trueup.desk import services
from trueup.desk.acts import act_named
from trueup.desk.entering import ACT
from trueup.signing.papers import SCAN_MAX
from trueup.web.acts import fields
from trueup.web.acts.certificates import (
    CertificateForm,
    certificate_submission,
    initial_of,
)
from trueup.web.acts.desk import signed
from trueup.web.signed_acts import Acting, Submission, Values

# How a file of each kind begins; what the browser calls it is not believed.
BEGINNINGS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
}
FIRST = (
    "scan",
    "received_on",
    "received_time",
    "primary_name",
    "primary_email",
    "primary_accepted",
)
LAST = ("alternate_name", "alternate_email", "alternate_accepted")


class PaperForm(CertificateForm):
    """What a paper says: its scan, its receipt, whose signatures it has, the elements."""

    scan = forms.FileField(
        label=gettext_lazy("Scan of the whole paper"),
        help_text=gettext_lazy("PDF, PNG, JPEG or TIFF, at most 20 MB. It is kept encrypted."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.tif,.tiff"}),
    )
    received_on = fields.DayField(
        label=gettext_lazy("Day on which the paper was received"),
        help_text=gettext_lazy("The certificate counts from then."),
    )
    received_time = forms.TimeField(
        label=gettext_lazy("Time of receipt"),
        help_text=gettext_lazy("Such as 14:30, by the program's clock."),
        widget=forms.TimeInput(attrs={"class": "usa-input", "type": "time"}, format="%H:%M"),
    )
    primary_name = fields.TextField(
        label=gettext_lazy("Designated representative: name"), max_length=200
    )
    primary_email = fields.TextField(
        label=gettext_lazy("Designated representative: e-mail address, as registered"),
        max_length=254,
    )
    primary_accepted = forms.MultipleChoiceField(
        label=gettext_lazy("Statements that the designated representative has signed"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    alternate_accepted = forms.MultipleChoiceField(
        label=gettext_lazy("Statements that the alternate has signed"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, *, acting: Acting, files: Any = None) -> None:
        super().__init__(data, acting=acting)
        if files is not None:
            self.files = files
        statements = acting.program.people.statements["certificate"]
        for name in ("primary_accepted", "alternate_accepted"):
            self.fields[name].choices = [(one.key, one.text) for one in statements]  # type: ignore[attr-defined]
        others = [name for name in self.fields if name not in (*FIRST, *LAST)]
        self.order_fields([*FIRST, *LAST, *others])

    def clean_scan(self) -> Any:
        given = self.cleaned_data["scan"]
        if given.size > SCAN_MAX or not media_type_of(given.read(8)):
            raise forms.ValidationError(_("Give a PDF, PNG, JPEG or TIFF file of at most 20 MB."))
        given.seek(0)
        return given

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        name, email = cleaned.get("primary_name") or "", cleaned.get("primary_email") or ""
        if name and email:
            primary = fields.person_named(name, email)
            if primary is None:
                self.add_error(
                    "primary_name", _("Nobody is registered with this name and address.")
                )
            else:
                self.acting = replace(self.acting, person=primary)
        return cleaned

    def certificate(self) -> CertificateSpec:
        return spec_of(self.values()["document"])

    def accepted(self) -> Mapping[int, Sequence[str]]:
        """Whose signatures are on the paper, and under which statements."""
        cleaned = self.cleaned_data
        found = {self.acting.person.id: cleaned["primary_accepted"]}
        if cleaned.get("alternate") is not None:
            found[cleaned["alternate"].id] = cleaned["alternate_accepted"]
        return {person: keys for person, keys in found.items() if keys}

    def received_at(self) -> datetime:
        given = self.cleaned_data
        return datetime.combine(
            given["received_on"], given["received_time"], tzinfo=self.acting.program.zone
        )


class SecondPaperForm(PaperForm):
    """The same paper, typed by a second official who has not seen the first one's text."""

    def __init__(self, data: Any = None, *, acting: Acting) -> None:
        super().__init__(data, acting=acting)
        del self.fields["scan"]


def typed_before(typed: Mapping[str, Any], *, acting: Acting) -> dict[str, Any]:
    """The fields of the form as the second official typed them the last time."""
    spec = spec_of(typed["certificate"])
    received = datetime.fromisoformat(typed["received_at"]).astimezone(acting.program.zone)
    initial = initial_of(spec) | {
        "received_on": received.date(),
        "received_time": received.time(),
        "owners_changed_on": spec.owners_changed_on,
    }
    for place, who in (("primary", spec.primary), ("alternate", spec.alternate)):
        if who is not None:
            initial[f"{place}_name"] = who.contact.name
            initial[f"{place}_email"] = who.contact.email
            initial[f"{place}_accepted"] = typed["signed_by"].get(str(who.person), [])
    return initial


def media_type_of(data: bytes) -> str:
    """What kind of file it is by how it begins; blank if it is none that is taken."""
    return next((kind for start, kind in BEGINNINGS.items() if data.startswith(start)), "")


def _prepare(acting: Acting, values: Values, _key: UUID) -> Submission:
    text = services.act_text(
        ACT, program=acting.program.code, by=acting.person.id, at=acting.at, **values
    )
    says = certificate_submission([spec_of(json.loads(values["certificate"]))])
    warning = _("Nothing is filed until a second official has typed the same off the scan.")
    return Submission(text=text, rows=says.rows, warnings=(warning,))


ACTS = (replace(signed(act_named(ACT)), prepare=_prepare),)
