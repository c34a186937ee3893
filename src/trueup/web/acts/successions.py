"""A change of representatives over many facilities: one act, a certificate each.

Before anybody signs, the page says who leaves, what ends with them and what binds their
successors.

Source: 40 CFR 62.16300(a), (b), 62.16305(a); docs/decisions/0154.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trueup.accounts import certificate_reads as certificates
from trueup.accounts import queries as accounts
from trueup.accounts import services
from trueup.accounts.certificate_entries import CertificateEntry, Signatory
from trueup.accounts.entries import FacilityAccountEntry
from trueup.accounts.submitters import SUBMISSION_KINDS
from trueup.accounts.succession import Preview, succeeding_certificates
from trueup.signing.entries import Evidence
from trueup.transfers import succession
from trueup.web.acts import fields
from trueup.web.signed_acts import (
    PROGRAM,
    ActForm,
    Acting,
    Outcome,
    SignedAct,
    Submission,
    Values,
)

SHOWN = 40


class RepresentativesForm(ActForm):
    """For which facilities, and who is to represent them."""

    facilities = forms.MultipleChoiceField(
        label=gettext_lazy("Facilities"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "usa-checkbox__input"}),
    )
    primary_name = fields.TextField(
        label=gettext_lazy("New designated representative: name"),
        help_text=gettext_lazy("Leave it empty if the designated representative stays."),
        required=False,
        max_length=200,
    )
    primary_email = fields.TextField(
        label=gettext_lazy("New designated representative: e-mail address, as registered"),
        required=False,
        max_length=254,
    )
    alternate_name = fields.TextField(
        label=gettext_lazy("New alternate: name"),
        help_text=gettext_lazy("Leave it empty if the alternate stays."),
        required=False,
        max_length=200,
    )
    alternate_email = fields.TextField(
        label=gettext_lazy("New alternate: e-mail address, as registered"),
        required=False,
        max_length=254,
    )
    drop_alternate = forms.BooleanField(
        label=gettext_lazy("There is to be no alternate"), required=False
    )

    def __init__(self, data: Any = None, *, acting: Acting, files: Any = None) -> None:
        super().__init__(data, acting=acting, files=files)
        choice = self.fields["facilities"]
        if isinstance(choice, forms.MultipleChoiceField):
            choice.choices = [
                (str(entry.facility.id), f"{entry.facility.name} ({entry.facility.jurisdiction})")
                for entry in _represented(acting)
            ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for who in ("primary", "alternate"):
            name, email = cleaned.get(f"{who}_name") or "", cleaned.get(f"{who}_email") or ""
            cleaned[who] = None
            if name or email:
                person = fields.person_named(name, email)
                if person is None:
                    self.add_error(
                        f"{who}_name", _("Nobody is registered with this name and address.")
                    )
                else:
                    cleaned[who] = person.id
        if self.errors:
            return cleaned
        if cleaned["alternate"] is not None and cleaned["drop_alternate"]:
            self.add_error("drop_alternate", _("Name a new alternate or none, not both."))
        elif not (cleaned["primary"] or cleaned["alternate"] or cleaned["drop_alternate"]):
            self.add_error("primary_name", _("Say what is to change."))
        elif cleaned["primary"] is not None and cleaned["primary"] == cleaned["alternate"]:
            self.add_error("alternate_name", _("One person cannot be both."))
        return cleaned

    def values(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "facilities": sorted(int(key) for key in cleaned["facilities"]),
            "primary": cleaned["primary"],
            "alternate": cleaned["alternate"],
            "drop_alternate": cleaned["drop_alternate"],
        }


def _represented(acting: Acting) -> list[FacilityAccountEntry]:
    """The facilities of the program that the person represents now."""
    own = accounts.accounts_of(acting.person.id, at=acting.at)
    ids = [one.id for one in own if one.program == acting.program.code]
    found = accounts.facilities_of(ids).values()
    return sorted(found, key=lambda entry: (entry.facility.name, entry.facility.id))


def _change(acting: Acting, values: Values) -> dict[str, Any]:
    """The change as the services take it; facilities left meanwhile are left out of none."""
    people = [values[who] for who in ("primary", "alternate") if values[who] is not None]
    reached = certificates.contacts(people)
    named = {
        who: Signatory(person=values[who], contact=reached[values[who]])
        if values[who] is not None
        else None
        for who in ("primary", "alternate")
    }
    return {
        "program": acting.program.code,
        "facilities": values["facilities"],
        "drop_alternate": values["drop_alternate"],
        **named,
    }


def _prepare(acting: Acting, values: Values, _key: UUID) -> Submission:
    preview = succession.preview(
        program=acting.program.code,
        facilities=values["facilities"],
        at=acting.at,
        primary=values["primary"],
        alternate=values["alternate"],
        drop_alternate=values["drop_alternate"],
    )
    specs = succeeding_certificates(**_change(acting, values))
    people = accounts.people(
        values[who] for who in ("primary", "alternate") if values[who] is not None
    )
    known = accounts.facilities_by_id(values["facilities"])
    rows = [(_("Facilities"), "\n".join(_few([one.name for one in known.values()])))]
    for who, label in (
        ("primary", _("New designated representative")),
        ("alternate", _("New alternate")),
    ):
        if values[who] is not None:
            rows.append((label, people[values[who]].name))
    if values["drop_alternate"]:
        rows.append((_("New alternate"), _("None")))
    return Submission(
        text=certificates.signing_text(specs),
        rows=(*rows, *_consequences(preview)),
        warnings=_warnings(preview),
    )


def _consequences(preview: Preview) -> list[tuple[str, str]]:
    """Who leaves, what ends with them, what binds the successors; only what there is."""
    ends = [
        _("%(agent)s, agent of %(delegator)s: %(kinds)s")
        % {
            "agent": one.agent_name,
            "delegator": one.delegator_name,
            "kinds": ", ".join(SUBMISSION_KINDS.get(kind, kind) for kind in one.kinds),
        }
        for one in preview.agents
    ]
    ends += [_("Key for machines %(key)s") % {"key": key.prefix} for key in preview.keys]
    ends += [item.what for item in preview.ends]
    told = (
        (_("Leave"), [f"{one.name}, {one.facility.name}" for one in preview.leaving]),
        (_("Ends with them"), ends),
        (_("Waits, and binds the successor"), [item.what for item in preview.binds]),
    )
    return [(label, "\n".join(_few(lines))) for label, lines in told if lines]


def _warnings(preview: Preview) -> tuple[str, ...]:
    said = [_("Nothing changes until everybody whom the certificates name has signed.")]
    if preview.binds:
        count = len(preview.binds)
        said.append(
            ngettext(
                "%(count)s submission that waits binds the successor, who can withdraw it.",
                "%(count)s submissions that wait bind the successor, who can withdraw them.",
                count,
            )
            % {"count": count}
        )
    return tuple(said)


def _few(lines: list[str]) -> list[str]:
    if len(lines) <= SHOWN:
        return lines
    more = len(lines) - SHOWN
    return [*lines[:SHOWN], _("and %(number)s more") % {"number": f"{more:,}"}]


def _file(acting: Acting, values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    filed = services.change_representatives(
        **_change(acting, values),
        received_at=acting.at,
        evidence={acting.person.id: evidence},
        filed_by=acting.person.id,
    )
    waiting = sum(entry.state != "in_force" for entry in filed)
    if waiting:
        return Outcome(
            heading=_("The certificates wait for the other signatures"),
            sentences=(_("They take effect together, when everybody whom they name has signed."),),
            kind="info",
        )
    return Outcome(
        heading=ngettext(
            "The change is in force for %(count)s facility",
            "The change is in force for %(count)s facilities",
            len(filed),
        )
        % {"count": len(filed)}
    )


REPRESENTATIVES = SignedAct(
    name="representatives",
    subject=PROGRAM,
    document="certificate",
    title=gettext_lazy("Change representatives of several facilities"),
    lead=gettext_lazy(
        "Each facility gets a new certificate of representation that repeats the one in force"
        " but for the persons. All change together, or none."
    ),
    button=gettext_lazy("Sign and file the certificates"),
    form_class=RepresentativesForm,
    prepare=_prepare,
    perform=_file,
    account_kind=lambda _acting, _values: "compliance",
    may=lambda acting: bool(_represented(acting)),
)


class SignaturesForm(ActForm):
    """The certificates that wait for one's signature, all at once."""

    certificates = forms.MultipleChoiceField(
        label=gettext_lazy("Certificates that name you"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "usa-checkbox__input"}),
    )

    def __init__(self, data: Any = None, *, acting: Acting, files: Any = None) -> None:
        super().__init__(data, acting=acting, files=files)
        waiting = _awaiting(acting)
        known = accounts.facilities_by_id(entry.spec.facility for entry in waiting)
        choice = self.fields["certificates"]
        if isinstance(choice, forms.MultipleChoiceField):
            choice.choices = [(str(entry.id), known[entry.spec.facility].name) for entry in waiting]

    def values(self) -> dict[str, Any]:
        return {"certificates": sorted(int(key) for key in self.cleaned_data["certificates"])}


def _awaiting(acting: Acting) -> list[CertificateEntry]:
    found = certificates.certificates_awaiting(acting.person.id)
    return [entry for entry in found if entry.program == acting.program.code]


def _prepare_signatures(acting: Acting, values: Values, _key: UUID) -> Submission:
    wanted = set(values["certificates"])
    entries = sorted(
        (entry for entry in _awaiting(acting) if entry.id in wanted), key=lambda entry: entry.id
    )
    if not entries:
        raise PermissionDenied
    known = accounts.facilities_by_id(entry.spec.facility for entry in entries)
    names = [known[entry.spec.facility].name for entry in entries]
    return Submission(
        text=certificates.signing_text([entry.spec for entry in entries]),
        rows=((_("Facilities"), "\n".join(_few(names))),),
    )


def _sign(acting: Acting, values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    signed = services.sign_certificates(
        values["certificates"],
        person=acting.person.id,
        evidence=evidence,
        received_at=acting.at,
    )
    in_force = sum(entry.state == "in_force" for entry in signed)
    return Outcome(
        heading=ngettext(
            "You have signed %(count)s certificate",
            "You have signed %(count)s certificates",
            len(signed),
        )
        % {"count": len(signed)},
        sentences=(_("In force now: %(count)s.") % {"count": in_force},),
    )


SIGNATURES = SignedAct(
    name="sign-certificates",
    subject=PROGRAM,
    document="certificate",
    title=gettext_lazy("Sign certificates of representation"),
    lead=gettext_lazy(
        "These certificates name you. They take effect when everyone whom they name has signed."
    ),
    button=gettext_lazy("Sign the certificates"),
    form_class=SignaturesForm,
    prepare=_prepare_signatures,
    perform=_sign,
    account_kind=lambda _acting, _values: "compliance",
    may=lambda acting: bool(_awaiting(acting)),
)
ACTS = (REPRESENTATIVES, SIGNATURES)
