"""Applications to a State's set-asides: one act for each set-aside, signed by who asks.

Source: RGGI-021 to RGGI-024, RGGI-027.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.accounts import queries as accounts
from trueup.resources.signed import Signed
from trueup.signing.entries import Evidence
from trueup.state_accounts import services as states
from trueup.state_accounts.applications import CLEAN, CONTRACTS, LIMITED, RENEWABLE
from trueup.state_accounts.entries import ApplicationSpec, CertificateSpec
from trueup.state_accounts.signed import application_text
from trueup.web.acts import fields
from trueup.web.signed_acts import (
    ACCOUNT,
    PROGRAM,
    ActForm,
    Acting,
    Outcome,
    SignedAct,
    Submission,
    Values,
)

DOCUMENT = "state_set_aside_application"
CERTIFICATES_MAX = 10_000
SHOWN = 20
_LABELS: dict[str, Any] = {
    "year": gettext_lazy("Year"),
    "jurisdiction": gettext_lazy("State"),
    "quantity": gettext_lazy("Allowances asked for"),
    "export_percent": gettext_lazy("Exports that the permit allows, percent of generation"),
    "contract": gettext_lazy("Long-term contract"),
    "viability": gettext_lazy("What shows that viability is in danger"),
    "finding": gettext_lazy("Finding of best technology or lowest rate"),
    "in_service_on": gettext_lazy("First day of service"),
}


class YearForm(ActForm):
    """Every application is for a year."""

    year = forms.IntegerField(
        label=_LABELS["year"],
        min_value=2000,
        max_value=2200,
        widget=forms.TextInput(attrs={"class": "usa-input usa-input--medium"}),
    )

    def __init__(self, data: Any = None, *, acting: Acting) -> None:
        super().__init__(data, acting=acting)
        self.fields["year"].initial = acting.program.local_date(acting.at).year

    def values(self) -> dict[str, Any]:
        return {
            name: value.isoformat() if isinstance(value, date) else str(value)
            for name, value in self.cleaned_data.items()
            if value not in (None, "")
        }


class LimitedForm(YearForm):
    """What the permit says of exports to the grid."""

    export_percent = forms.DecimalField(
        label=_LABELS["export_percent"],
        min_value=0,
        max_value=100,
        decimal_places=3,
        help_text=gettext_lazy(
            "As a condition of the permit. What the source in fact exports does not count."
        ),
        widget=forms.TextInput(attrs={"class": "usa-input usa-input--medium"}),
    )


class ContractForm(YearForm):
    """What shows that buying elsewhere would endanger the source."""

    quantity = fields.WholeField(label=_LABELS["quantity"])
    contract = fields.TextField(
        label=_LABELS["contract"],
        max_length=300,
        help_text=gettext_lazy("Parties, day and term of the power purchase contract."),
    )
    viability = fields.NoteField(
        label=_LABELS["viability"],
        max_length=300,
        help_text=gettext_lazy("The paper and what it says, such as a statement of auditors."),
    )


class CleanForm(YearForm):
    """What shows that the source is new and clean."""

    quantity = fields.WholeField(label=_LABELS["quantity"])
    in_service_on = fields.DayField(label=_LABELS["in_service_on"])
    finding = fields.NoteField(
        label=_LABELS["finding"],
        max_length=300,
        help_text=gettext_lazy(
            "The permit, or the agency's finding that the source is equivalent, with its day."
        ),
    )


class CertificatesForm(YearForm):
    """Which renewable energy certificates were retired."""

    jurisdiction = forms.ChoiceField(
        label=_LABELS["jurisdiction"],
        widget=forms.Select(attrs={"class": "usa-select"}),
    )
    certificates = fields.NoteField(
        label=gettext_lazy("Certificates"),
        rows=8,
        is_list=True,
        max_length=1_000_000,
        help_text=gettext_lazy(
            "One a line: serial number, comma, day on which it was retired (2016-02-01)."
        ),
    )

    def __init__(self, data: Any = None, *, acting: Acting) -> None:
        super().__init__(data, acting=acting)
        choice = self.fields["jurisdiction"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = [
                (place.code, place.name) for place in acting.program.jurisdictions.values()
            ]
            choice.initial = "MD" if "MD" in acting.program.jurisdictions else None

    def clean_certificates(self) -> list[list[str]]:
        lines = [line.strip() for line in self.cleaned_data["certificates"].splitlines()]
        given = [line for line in lines if line]
        if len(given) > CERTIFICATES_MAX:
            raise forms.ValidationError(
                _("At most %(most)s certificates at once.") % {"most": f"{CERTIFICATES_MAX:,}"}
            )
        return [_certificate(line) for line in given]

    def values(self) -> dict[str, Any]:
        return {
            "year": str(self.cleaned_data["year"]),
            "jurisdiction": self.cleaned_data["jurisdiction"],
            "certificates": self.cleaned_data["certificates"],
        }


def _certificate(line: str) -> list[str]:
    """A line as serial number and day; without a day it is taken as not retired."""
    serial, _comma, day = line.rpartition(",") if "," in line else (line, "", "")
    try:
        on = date.fromisoformat(day.strip()).isoformat() if day.strip() else ""
    except ValueError:
        raise forms.ValidationError(
            _("“%(line)s”: write the day as 2016-02-01.") % {"line": line[:60]}
        ) from None
    if len(serial.strip()) > 80:
        raise forms.ValidationError(_("A serial number has at most 80 characters."))
    return [serial.strip(), on]


def _spec(acting: Acting, values: Values, purpose: str) -> ApplicationSpec:
    source = accounts.facility_of(acting.account.id) if acting.account is not None else None
    return ApplicationSpec(
        jurisdiction=source.facility.jurisdiction
        if source is not None
        else str(values.get("jurisdiction", "")),
        purpose=purpose,
        year=int(values["year"]),
        oris_code=source.facility.oris_code if source is not None else None,
        quantity=int(values["quantity"]) if "quantity" in values else None,
        export_percent=Decimal(values["export_percent"]) if "export_percent" in values else None,
        contract=str(values.get("contract", "")),
        viability=str(values.get("viability", "")),
        finding=str(values.get("finding", "")),
        in_service_on=fields.day_of(values["in_service_on"]) if "in_service_on" in values else None,
        certificates=[
            CertificateSpec(serial=serial, retired_on=fields.day_of(day) if day else None)
            for serial, day in values.get("certificates", ())
        ],
    )


def _text(acting: Acting, values: Values, purpose: str) -> str:
    return application_text(_spec(acting, values, purpose), program=acting.program.code)


def _rows(acting: Acting, values: Values) -> Sequence[tuple[str, str]]:
    rows = []
    if acting.account is not None:
        rows.append((_("Account"), f"{acting.account.name}, {acting.account.number}"))
    rows += [(str(label), str(values[name])) for name, label in _LABELS.items() if name in values]
    given = values.get("certificates", ())
    if given:
        shown = "\n".join(", ".join(one) for one in given[:SHOWN])
        rows += [(_("Certificates"), f"{len(given):,}"), (_("The first of them"), shown)]
    return rows


def _prepare(purpose: str) -> Callable[[Acting, Values, UUID], Submission]:
    def prepare(acting: Acting, values: Values, _key: UUID) -> Submission:
        return Submission(text=_text(acting, values, purpose), rows=tuple(_rows(acting, values)))

    return prepare


def _perform(purpose: str) -> Callable[[Acting, Values, UUID, Evidence], Outcome]:
    def perform(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
        act = next(one for one in ACTS if one.name == NAMES[purpose])
        entry = states.file_application(
            _spec(acting, values, purpose),
            program=acting.program.code,
            key=key,
            actor=f"person:{acting.person.id}",
            applicant=acting.person.id,
            filed_at=acting.at,
            signed=Signed(
                document=DOCUMENT,
                text=_text(acting, values, purpose),
                statements=act.statements(acting, values),
                evidence=evidence,
            ),
        )
        sentences = [
            _("Application %(number)s asks for %(quantity)s allowances.")
            % {"number": entry.id, "quantity": f"{entry.quantity:,}"}
        ]
        if entry.is_short_of_years:
            sentences.append(_("The average has fewer years than three, and says so."))
        address = reverse("state-application", args=[acting.program.code, entry.id])
        return Outcome(
            heading=_("Your application is filed"),
            sentences=tuple(sentences),
            links=((_("Follow the application"), address),),
        )

    return perform


NAMES = {
    LIMITED: "limited-exemption",
    CONTRACTS: "long-term-contract",
    CLEAN: "clean-generation",
    RENEWABLE: "renewable-certificates",
}
_BUTTON = gettext_lazy("Sign and file the application")
_THEN = gettext_lazy(
    "The State finds it complete, decides, and carries it out. You are told each time, and"
    " everybody can follow the application."
)


def _act(
    purpose: str, subject: str, title: str | Promise, lead: str | Promise, form: type[YearForm]
) -> SignedAct:
    def may(acting: Acting) -> bool:
        has_accounts = acting.program.market.state_accounts is not None
        return has_accounts and (subject == PROGRAM or acting.acted_for.kind == "compliance")

    return SignedAct(
        name=NAMES[purpose],
        subject=subject,
        document=DOCUMENT,
        title=title,
        lead=lead,
        button=_BUTTON,
        then=_THEN,
        form_class=form,
        prepare=_prepare(purpose),
        perform=_perform(purpose),
        may=may,
    )


ACTS = (
    _act(
        LIMITED,
        ACCOUNT,
        gettext_lazy("Ask for the limited industrial exemption"),
        gettext_lazy(
            "A source whose permit keeps its exports to the grid under the program's percentage"
            " asks the State to retire allowances for it: its average tons of three years."
        ),
        LimitedForm,
    ),
    _act(
        CONTRACTS,
        ACCOUNT,
        gettext_lazy("Ask to buy because of a long-term contract"),
        gettext_lazy(
            "A source that a long-term power purchase contract keeps from buying elsewhere can"
            " buy from the State at the minimum reserve price."
        ),
        ContractForm,
    ),
    _act(
        CLEAN,
        ACCOUNT,
        gettext_lazy("Ask for an award to a new clean source"),
        gettext_lazy(
            "A new source with the best available control technology, or the lowest achievable"
            " rate, can be awarded allowances."
        ),
        CleanForm,
    ),
    _act(
        RENEWABLE,
        PROGRAM,
        gettext_lazy("Have allowances retired for renewable energy certificates"),
        gettext_lazy(
            "Everybody who has retired certificates of renewable energy can ask the State to"
            " retire allowances for them. Each certificate counts once."
        ),
        CertificatesForm,
    ),
)
