"""Certificates of representation: filed with all their elements, signed by all they name.

Source: 40 CFR 62.16305.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.accounts import certificate_reads as certificates
from trueup.accounts import queries as accounts
from trueup.accounts import services
from trueup.accounts.certificate_elements import tidied
from trueup.accounts.certificate_entries import (
    CertificateEntry,
    CertificateSpec,
    CertificateUnit,
    Contact,
    Generator,
    Signatory,
)
from trueup.accounts.certificate_text import document_of, spec_of
from trueup.accounts.models import UNIT_TYPES
from trueup.signing.entries import Evidence
from trueup.web.acts import fields
from trueup.web.signed_acts import (
    ACCOUNT,
    THING,
    ActForm,
    Acting,
    Outcome,
    SignedAct,
    Submission,
    Values,
)
from trueup.web.templatetags.words import word


class CertificateForm(ActForm):
    """All elements of a certificate of representation; what is known is filled in."""

    category = fields.TextField(
        label=gettext_lazy("Category of the facility"), required=False, max_length=100
    )
    naics = fields.TextField(label=gettext_lazy("NAICS code"), required=False, max_length=20)
    county = fields.TextField(label=gettext_lazy("County"), required=False, max_length=80)
    latitude = forms.DecimalField(label=gettext_lazy("Latitude"), required=False, max_digits=9)
    longitude = forms.DecimalField(label=gettext_lazy("Longitude"), required=False, max_digits=9)
    indian_country = fields.ChoiceField(
        label=gettext_lazy("Is the facility in Indian country?"),
        choices=[("no", gettext_lazy("No")), ("yes", gettext_lazy("Yes"))],
        required=False,
    )
    owners = fields.NoteField(
        label=gettext_lazy("Owners of the facility"),
        required=False,
        help_text=gettext_lazy("One a line."),
    )
    operators = fields.NoteField(
        label=gettext_lazy("Operators of the facility"),
        required=False,
        help_text=gettext_lazy("One a line."),
    )
    owners_changed_on = fields.DayField(
        label=gettext_lazy("Day on which owners or operators changed"),
        required=False,
        help_text=gettext_lazy("Only if they did. It is to be filed within 30 days."),
    )
    alternate_name = fields.TextField(
        label=gettext_lazy("Alternate designated representative: name"),
        required=False,
        max_length=200,
    )
    alternate_email = fields.TextField(
        label=gettext_lazy("Alternate: e-mail address, as registered"),
        required=False,
        max_length=254,
    )

    def __init__(self, data: Any = None, *, acting: Acting) -> None:
        super().__init__(data, acting=acting)
        for name in ("latitude", "longitude"):
            self.fields[name].widget.attrs["class"] = "usa-input usa-input--medium"
        self.before = _prefilled(acting)
        for place, unit in enumerate(self.before.units):
            self._ask_for_unit(place, unit)

    def _ask_for_unit(self, place: int, unit: CertificateUnit) -> None:
        of = {"unit": unit.unit_id}
        self.fields[f"type_{place}"] = forms.ChoiceField(
            label=_("Unit %(unit)s: type") % of,
            required=False,
            choices=[
                ("", _("Choose")),
                *((kind, word(kind.replace("_", " "))) for kind in UNIT_TYPES),
            ],
            widget=forms.Select(attrs={"class": "usa-select"}),
        )
        self.fields[f"capacity_{place}"] = forms.DecimalField(
            label=_("Unit %(unit)s: net summer capacity (MW)") % of,
            required=False,
            min_value=0,
            max_digits=9,
            decimal_places=3,
            widget=forms.TextInput(attrs={"class": "usa-input usa-input--medium"}),
        )
        self.fields[f"operating_{place}"] = fields.DayField(
            label=_("Unit %(unit)s: first day of commercial operation") % of, required=False
        )
        self.fields[f"generators_{place}"] = fields.NoteField(
            label=_("Unit %(unit)s: generators") % of,
            required=False,
            rows=2,
            help_text=_("One a line: its id and its nameplate capacity in MW, such as 1 550.5."),
        )
        for who, label in (
            ("owners", _("Unit %(unit)s: owners")),
            ("operators", _("Unit %(unit)s: operators")),
        ):
            self.fields[f"{who}_{place}"] = fields.NoteField(
                label=label % of, required=False, rows=2, help_text=_("One a line.")
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for place in range(len(self.before.units)):
            try:
                cleaned[f"generators_{place}"] = _generators(
                    cleaned.get(f"generators_{place}") or ""
                )
            except forms.ValidationError as problem:
                self.add_error(f"generators_{place}", problem)
        name, email = cleaned.get("alternate_name") or "", cleaned.get("alternate_email") or ""
        if name or email:
            cleaned["alternate"] = fields.person_named(name, email)
            if cleaned["alternate"] is None:
                self.add_error(
                    "alternate_name", _("Nobody is registered with this name and address.")
                )
        return cleaned

    def values(self) -> dict[str, Any]:
        """The certificate as a document; the signer is the designated representative."""
        cleaned = self.cleaned_data
        people = [self.acting.person.id]
        alternate = cleaned.get("alternate")
        if alternate is not None:
            people.append(alternate.id)
        reached = certificates.contacts(people)
        spec = replace(
            self.before,
            category=cleaned["category"],
            naics=cleaned["naics"],
            county=cleaned["county"],
            latitude=cleaned["latitude"],
            longitude=cleaned["longitude"],
            indian_country={"yes": True, "no": False}.get(cleaned["indian_country"]),
            owners=_lines(cleaned["owners"]),
            operators=_lines(cleaned["operators"]),
            owners_changed_on=cleaned["owners_changed_on"],
            units=tuple(self._unit(place, unit) for place, unit in enumerate(self.before.units)),
            primary=_signatory(self.acting.person.id, reached),
            alternate=_signatory(alternate.id, reached) if alternate is not None else None,
        )
        return {"document": document_of(tidied(spec))}

    def _unit(self, place: int, unit: CertificateUnit) -> CertificateUnit:
        cleaned = self.cleaned_data
        return replace(
            unit,
            unit_type=cleaned[f"type_{place}"],
            net_summer_mw=cleaned[f"capacity_{place}"],
            operating_from=cleaned[f"operating_{place}"],
            generators=cleaned[f"generators_{place}"],
            owners=_lines(cleaned[f"owners_{place}"]),
            operators=_lines(cleaned[f"operators_{place}"]),
        )


def _facility_of(acting: Acting) -> int:
    """The facility whose compliance account this is."""
    found = accounts.facility_of(acting.acted_for.id)
    if found is None:
        raise ValueError("the account is no facility's")
    return found.facility.id


def _prefilled(acting: Acting) -> CertificateSpec:
    facility = _facility_of(acting)
    return certificates.prefilled(program=acting.program.code, facilities=[facility])[facility]


def initial_certificate(acting: Acting) -> dict[str, Any]:
    """The fields of the form as the registry knows them."""
    return initial_of(_prefilled(acting))


def initial_of(spec: CertificateSpec) -> dict[str, Any]:
    """The fields of the form as a certificate has them."""
    initial: dict[str, Any] = {
        "category": spec.category,
        "naics": spec.naics,
        "county": spec.county,
        "latitude": spec.latitude,
        "longitude": spec.longitude,
        "indian_country": {True: "yes", False: "no"}.get(spec.indian_country, ""),  # type: ignore[arg-type]
        "owners": "\n".join(spec.owners),
        "operators": "\n".join(spec.operators),
    }
    if spec.alternate is not None:
        initial["alternate_name"] = spec.alternate.contact.name
        initial["alternate_email"] = spec.alternate.contact.email
    for place, unit in enumerate(spec.units):
        initial |= {
            f"type_{place}": unit.unit_type,
            f"capacity_{place}": unit.net_summer_mw,
            f"operating_{place}": unit.operating_from,
            f"generators_{place}": "\n".join(
                f"{one.generator_id} {one.nameplate_mw or ''}".strip() for one in unit.generators
            ),
            f"owners_{place}": "\n".join(unit.owners),
            f"operators_{place}": "\n".join(unit.operators),
        }
    return initial


def _prepare_certificate(_acting: Acting, values: Values, _key: UUID) -> Submission:
    spec = spec_of(values["document"])
    return certificate_submission([spec])


def certificate_submission(specs: Sequence[CertificateSpec]) -> Submission:
    text = certificates.signing_text(specs)
    rows = tuple(
        (label.strip(), answer.strip())
        for label, mark, answer in (line.partition(": ") for line in text.splitlines())
        if mark and answer.strip()
    )
    return Submission(text=text, rows=rows)


def _file_certificate(acting: Acting, values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    entry = services.file_certificate(
        spec_of(values["document"]),
        program=acting.program.code,
        received_at=acting.at,
        evidence={acting.person.id: evidence},
        filed_by=acting.person.id,
    )
    return _certificate_outcome(entry)


def _certificate_outcome(entry: CertificateEntry) -> Outcome:
    if entry.state == "incomplete":
        return Outcome(
            heading=_("The certificate is incomplete and changes nothing yet"),
            sentences=tuple(
                _("Missing: %(element)s.") % {"element": element} for element in entry.missing
            ),
            kind="warning",
        )
    if entry.state == "held":
        return Outcome(
            heading=_("The certificate is held"), sentences=(entry.hold,), kind="warning"
        )
    return Outcome(heading=_("The certificate is in force"))


def _awaiting(acting: Acting) -> CertificateEntry | None:
    """A certificate that names this person and lacks their signature."""
    for entry in certificates.certificates_awaiting(acting.person.id):
        if str(entry.id) == acting.thing and entry.program == acting.program.code:
            return entry
    return None


def _prepare_signature(acting: Acting, _values: Values, _key: UUID) -> Submission:
    entry = _awaiting(acting)
    if entry is None:
        raise ValueError("no certificate awaits this person")
    return certificate_submission([entry.spec])


def _sign_certificate(acting: Acting, _values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    (entry,) = services.sign_certificates(
        [int(acting.thing)],
        person=acting.person.id,
        evidence=evidence,
        received_at=acting.at,
    )
    return _certificate_outcome(entry)


def _signatory(person: int, reached: dict[int, Contact]) -> Signatory:
    return Signatory(person=person, contact=reached[person])


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _generators(text: str) -> tuple[Generator, ...]:
    """Generators, one a line: id and megawatts; raises ValidationError."""
    found = []
    for line in _lines(text):
        name, _blank, capacity = line.rpartition(" ")
        try:
            found.append(
                Generator(generator_id=name.strip() or line, nameplate_mw=_megawatts(capacity))
            )
        except ArithmeticError:
            raise forms.ValidationError(
                _("“%(line)s”: give the id and the megawatts.") % {"line": line}
            ) from None
    return tuple(found)


def _megawatts(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite() or not 0 <= value < 100_000:
        raise ArithmeticError(text)
    return value


def _is_facility(acting: Acting) -> bool:
    return accounts.facility_of(acting.acted_for.id) is not None


CERTIFICATE = SignedAct(
    name="certificate",
    subject=ACCOUNT,
    document="certificate",
    title=gettext_lazy("Certificate of representation"),
    lead=gettext_lazy(
        "It names the designated representative of the facility (you) and the alternate, and"
        " supersedes the former certificate as a whole. Whoever else it names signs it too."
    ),
    button=gettext_lazy("Sign and file the certificate"),
    form_class=CertificateForm,
    prepare=_prepare_certificate,
    perform=_file_certificate,
    may=_is_facility,
    initial=initial_certificate,
)
CERTIFICATE_SIGNATURE = SignedAct(
    name="sign-certificate",
    subject=THING,
    place="<program:code>/certificates/<journal:key>/sign/",
    document="certificate",
    title=gettext_lazy("Sign a certificate of representation"),
    lead=gettext_lazy(
        "The certificate names you. It takes effect when everyone whom it names has signed."
    ),
    button=gettext_lazy("Sign the certificate"),
    form_class=ActForm,
    prepare=_prepare_signature,
    perform=_sign_certificate,
    account_kind=lambda _acting, _values: "compliance",
    may=lambda acting: _awaiting(acting) is not None,
)
ACTS = (CERTIFICATE, CERTIFICATE_SIGNATURE)
