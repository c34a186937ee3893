"""Applications for general accounts: complete, and signed by all whom they name.

Source: 40 CFR 62.16320(c)(1); PLAT-026.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.accounts import application_reads as applications
from trueup.accounts import queries, services
from trueup.accounts.application_entries import ApplicationEntry, ApplicationSpec
from trueup.accounts.applications import application_text
from trueup.accounts.checks import tidy
from trueup.accounts.ownership_entries import PartySpec
from trueup.signing.entries import Evidence
from trueup.web.acts import fields
from trueup.web.signed_acts import (
    PROGRAM,
    THING,
    ActForm,
    Acting,
    Outcome,
    SignedAct,
    Submission,
    Values,
)


class ApplicationForm(ActForm):
    """All elements of an application; you are the authorized account representative."""

    name = fields.TextField(label=gettext_lazy("Name of the account"), max_length=200)
    owners = fields.NoteField(
        label=gettext_lazy("Persons with an ownership interest"),
        help_text=gettext_lazy("One a line: everybody with an interest in what the account holds."),
    )
    alternate_name = fields.TextField(
        label=gettext_lazy("Alternate representative: name"), required=False, max_length=200
    )
    alternate_email = fields.TextField(
        label=gettext_lazy("Alternate: e-mail address, as registered"),
        required=False,
        max_length=254,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        name, email = cleaned.get("alternate_name") or "", cleaned.get("alternate_email") or ""
        required = self.acting.program.people.representation.alternate_required
        if name or email:
            found = fields.person_named(name, email)
            cleaned["alternate"] = found.id if found is not None else None
            if found is None or found.id == self.acting.person.id:
                self.add_error(
                    "alternate_name",
                    _("Nobody else is registered with this name and address."),
                )
        elif required:
            self.add_error("alternate_name", _("This program asks for an alternate."))
        return cleaned

    def values(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "name": tidy(cleaned["name"]),
            "owners": [tidy(line) for line in cleaned["owners"].splitlines() if line.strip()],
            "alternate": cleaned.get("alternate"),
        }


def _application(acting: Acting, values: Values) -> ApplicationSpec:
    alternate = values["alternate"]
    return ApplicationSpec(
        name=values["name"],
        representatives=(acting.person.id,),
        alternates=(alternate,) if alternate else (),
        parties=tuple(PartySpec(name=name) for name in values["owners"]),
    )


def _prepare_application(acting: Acting, values: Values, _key: UUID) -> Submission:
    spec = _application(acting, values)
    people = applications.contacts((*spec.representatives, *spec.alternates))
    return Submission(
        text=applications.document_text(spec, people=people),
        rows=_application_rows(spec),
        warnings=(
            (_("The alternate signs too, before the application is complete."),)
            if spec.alternates
            else ()
        ),
    )


def _application_rows(spec: ApplicationSpec) -> tuple[tuple[str, str], ...]:
    people = queries.people((*spec.representatives, *spec.alternates))
    return (
        (_("Name of the account"), spec.name),
        (_("Representative"), ", ".join(people[key].name for key in spec.representatives)),
        (_("Alternate"), ", ".join(people[key].name for key in spec.alternates) or _("None")),
        (_("Ownership interest"), "\n".join(party.name for party in spec.parties)),
    )


def _apply(acting: Acting, values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    begun = services.begin_application(
        program=acting.program.code,
        applicant=acting.person.id,
        document=_application(acting, values),
        begun_at=acting.at,
    )
    services.sign_application(
        application=begun.id, person=acting.person.id, at=acting.at, evidence=evidence
    )
    return _application_outcome(
        services.submit_application(application=begun.id, by=acting.person.id, at=acting.at),
        acting,
    )


def _application_outcome(entry: ApplicationEntry, acting: Acting) -> Outcome:
    links = ((_("How it stands"), reverse("application-progress", args=[entry.id])),)
    if entry.state == "incomplete":
        return Outcome(
            heading=_("Application %(number)s is incomplete") % {"number": entry.id},
            sentences=tuple(
                _("Missing: %(element)s.") % {"element": element} for element in entry.missing
            ),
            kind="warning",
            links=links,
        )
    days = acting.program.people.general_accounts.target_days
    return Outcome(
        heading=_("Application %(number)s is submitted") % {"number": entry.id},
        sentences=(
            _("It is to be decided within %(days)s days; you are told by a notice.")
            % {"days": days},
        ),
        kind="info",
        links=links,
    )


def _mine(acting: Acting) -> ApplicationEntry | None:
    """An application that names this person and lacks their signature."""
    entry = applications.application(int(acting.thing))
    if entry is None or entry.program != acting.program.code or not entry.waits_for_the_applicant:
        return None
    named = (*entry.document.representatives, *entry.document.alternates)
    signed = {signature.person for signature in entry.signatures}
    return entry if acting.person.id in named and acting.person.id not in signed else None


def _prepare_signature(acting: Acting, _values: Values, _key: UUID) -> Submission:
    entry = _mine(acting)
    if entry is None:
        raise ValueError("no application awaits this person")
    return Submission(text=application_text(entry), rows=_application_rows(entry.document))


def _sign(acting: Acting, _values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    entry = services.sign_application(
        application=int(acting.thing), person=acting.person.id, at=acting.at, evidence=evidence
    )
    if entry.applicant == acting.person.id:
        entry = services.submit_application(application=entry.id, by=acting.person.id, at=acting.at)
        return _application_outcome(entry, acting)
    return Outcome(
        heading=_("You have signed the application"),
        sentences=(_("The applicant submits it again when all have signed."),),
        kind="info",
    )


ACTS = (
    SignedAct(
        name="application",
        subject=PROGRAM,
        document="application",
        title=gettext_lazy("Apply for a general account"),
        lead=gettext_lazy(
            "Any person can apply. You become the authorized account representative; your"
            " identity is checked before the account is opened."
        ),
        button=gettext_lazy("Sign and submit the application"),
        form_class=ApplicationForm,
        prepare=_prepare_application,
        perform=_apply,
    ),
    SignedAct(
        name="sign-application",
        subject=THING,
        place="<program:code>/applications/<journal:key>/sign/",
        document="application",
        title=gettext_lazy("Sign an application"),
        lead=gettext_lazy(
            "The application names you. It is complete when everyone whom it names has signed."
        ),
        button=gettext_lazy("Sign the application"),
        form_class=ActForm,
        prepare=_prepare_signature,
        perform=_sign,
        may=lambda acting: _mine(acting) is not None,
    ),
)
