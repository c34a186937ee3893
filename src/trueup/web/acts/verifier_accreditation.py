"""Apply for accreditation, and disclose what could be a conflict of interest.

Source: 40 CFR 62.16470(b), (c), 62.16475(a), (d)-(f); RATE-124 to RATE-130.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.accounts import queries as people
from trueup.resources import accreditation, services
from trueup.resources import accreditation_reads as reads
from trueup.resources.accreditation_entries import TESTS, AccreditationSpec, DisclosureSpec
from trueup.resources.verifiers import EVIDENCE, MOODYS_CLASSES, SP_CLASSES
from trueup.signing.entries import Evidence
from trueup.web.acts import fields
from trueup.web.acts.resources_common import forecast_of, signed_by, text_of
from trueup.web.acts.verifier_common import (
    about_resource,
    home,
    home_links,
    resource_in,
    verifier_of,
)
from trueup.web.credit_words import categories
from trueup.web.sentences import plain
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

TEXT_MAX = 2000
_SHOWS = {
    "auditing": gettext_lazy("What qualifies you technically, and as auditors"),
    "program": gettext_lazy("What you know of the program"),
    "categories": gettext_lazy("What you know of these categories"),
    "tasks": gettext_lazy("Why you are able to carry out the tasks of verification"),
    "conflict_controls": gettext_lazy("How you keep conflicts of interest away"),
}
CONFLICT_TESTS = {
    "financial": gettext_lazy("Is there a financial tie to the resource, its owners or operators?"),
    "organizational": gettext_lazy(
        "Is there an organizational tie to them, such as a common owner or employer?"
    ),
    "role": gettext_lazy(
        "Had you or your team a role in developing, financing or running the resource?"
    ),
    "pay": gettext_lazy("Does your pay depend on the outcome, or on the number of credits?"),
    "credits": gettext_lazy("Do you or your team hold credits, or rights derived from them?"),
    "partiality": gettext_lazy("Is there any other reason why you are not impartial?"),
    "influence": gettext_lazy(
        "Can the sponsor influence the report, or see a draft before the registry does?"
    ),
}
_YES_NO = (("no", gettext_lazy("No")), ("yes", gettext_lazy("Yes")))


class AccreditationForm(ActForm):
    """Everything that the rule asks of a verifier."""

    name = fields.TextField(label=gettext_lazy("Name of the verifier"), max_length=200)
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("Categories"),
        help_text=gettext_lazy("None chosen: every category."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    team = fields.NoteField(
        label=gettext_lazy("The others of the team"),
        help_text=gettext_lazy(
            "One a line: name, comma, e-mail address, as registered. You are of the team."
            " Subcontractors who are not named cannot sign."
        ),
        required=False,
    )
    insurer = fields.TextField(
        label=gettext_lazy("Insurer of your professional liability"), max_length=200
    )
    sp_rating = forms.ChoiceField(
        label=gettext_lazy("The insurer's rating by S&P"),
        required=False,
        widget=forms.Select(attrs={"class": "usa-select"}),
    )
    moodys_rating = forms.ChoiceField(
        label=gettext_lazy("The insurer's rating by Moody's"),
        required=False,
        widget=forms.Select(attrs={"class": "usa-select"}),
    )
    is_free_of_debarment = forms.BooleanField(
        label=gettext_lazy(
            "Neither the verifier nor anybody of the team is debarred, suspended or proposed"
            " for debarment"
        ),
        widget=forms.CheckboxInput(attrs={"class": "usa-checkbox__input"}),
    )

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        _choose(self, "categories", categories(self.acting.program))
        nothing = ("", _("Not among the top four classes"))
        _choose(self, "sp_rating", [nothing, *((one, one) for one in SP_CLASSES)])
        _choose(self, "moodys_rating", [nothing, *((one, one) for one in MOODYS_CLASSES)])
        for part, label in _SHOWS.items():
            self.fields[f"evidence_{part}"] = fields.NoteField(label=label, max_length=TEXT_MAX)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        members = [self.acting.person.id]
        for line in (cleaned.get("team") or "").splitlines():
            if line.strip():
                name, _comma, email = (part.strip() for part in line.rpartition(","))
                found = fields.person_named(name, email)
                if found is None:
                    self.add_error(
                        "team",
                        _("Nobody is registered as “%(line)s”.") % {"line": line.strip()[:120]},
                    )
                else:
                    members.append(found.id)
        cleaned["members"] = list(dict.fromkeys(members))
        if self.errors:
            return cleaned
        spec = accreditation_spec(self._kept(cleaned))
        for refusal in accreditation.accreditation_refusals_of(
            self.acting.program.code,
            spec,
            submitted_by=self.acting.person.id,
            at=self.acting.at,
        ):
            self.add_error(None, plain(refusal.sentence))
        return cleaned

    def values(self) -> dict[str, Any]:
        return self._kept(self.cleaned_data)

    def _kept(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        return {
            "name": cleaned["name"],
            "categories": list(cleaned.get("categories") or ()),
            "team": cleaned["members"],
            "insurer": cleaned["insurer"],
            "sp_rating": cleaned.get("sp_rating") or "",
            "moodys_rating": cleaned.get("moodys_rating") or "",
            "is_free_of_debarment": bool(cleaned.get("is_free_of_debarment")),
            "evidence": {part: cleaned[f"evidence_{part}"] for part in EVIDENCE},
        }


class DisclosureForm(ActForm):
    """The seven tests of a conflict, the facts, and what keeps a tie away."""

    text = fields.NoteField(
        label=gettext_lazy("The facts"),
        help_text=gettext_lazy("Who pays you, how much and for what; every tie that there is."),
        max_length=TEXT_MAX,
    )
    isolation = fields.NoteField(
        label=gettext_lazy("Measures that would keep a tie away"),
        help_text=gettext_lazy("If you answered yes above. The official weighs them."),
        max_length=TEXT_MAX,
        required=False,
    )

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        tests = {
            f"test_{name}": forms.ChoiceField(
                label=label, choices=_YES_NO, widget=forms.RadioSelect
            )
            for name, label in CONFLICT_TESTS.items()
        }
        self.fields = {**tests, **self.fields}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        for refusal in _disclosure_refusals(self.acting, self._kept(cleaned)):
            self.add_error(None, plain(refusal.sentence))
        return cleaned

    def values(self) -> dict[str, Any]:
        return self._kept(self.cleaned_data)

    def _kept(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        return {
            "answers": {name: cleaned[f"test_{name}"] for name in TESTS},
            "text": cleaned["text"],
            "isolation": cleaned.get("isolation") or "",
        }


def accreditation_spec(values: Values) -> AccreditationSpec:
    """What a draft says, as the service takes it."""
    return AccreditationSpec(
        name=values["name"],
        team=tuple(values["team"]),
        insurer=values["insurer"],
        is_free_of_debarment=values["is_free_of_debarment"],
        categories=tuple(values["categories"]),
        evidence=values["evidence"],
        sp_rating=values["sp_rating"],
        moodys_rating=values["moodys_rating"],
    )


def disclosure_spec(values: Values) -> DisclosureSpec:
    """What a draft says, as the service takes it."""
    return DisclosureSpec(
        answers=values["answers"], text=values["text"], isolation=values["isolation"]
    )


def _choose(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


def _disclosure_refusals(acting: Acting, values: Values) -> list[Any]:
    return accreditation.disclosure_refusals(
        verifier=verifier_of(acting).id,
        resource=int(acting.thing),
        spec=disclosure_spec(values),
        disclosed_by=acting.person.id,
        at=acting.at,
    )


def _prepare_accreditation(_acting: Acting, values: Values, _key: UUID) -> Submission:
    known = people.people(values["team"])
    names = ", ".join(known[member].name for member in values["team"])
    chosen = ", ".join(values["categories"])
    rows = (
        (_("Name of the verifier"), values["name"]),
        (_("Categories"), chosen or _("Every category")),
        (_("Team"), names),
        (_("Insurer"), values["insurer"]),
        (_("Rating by S&P"), values["sp_rating"] or _("None of the top four classes")),
        (_("Rating by Moody's"), values["moodys_rating"] or _("None of the top four classes")),
        *((str(label), values["evidence"][part]) for part, label in _SHOWS.items()),
        (_("Debarred, suspended or proposed for debarment"), _("Nobody")),
    )
    evidence = [(EVIDENCE[part], values["evidence"][part]) for part in EVIDENCE]
    text = text_of(
        [
            ("Application for accreditation of", values["name"]),
            ("Categories", chosen or "all"),
            ("Team", names),
            ("Insurer", f"{values['insurer']}; {values['sp_rating']}/{values['moodys_rating']}"),
            *((capfirst(label), answer) for label, answer in evidence),
            ("Debarred, suspended or proposed for debarment", "nobody"),
        ]
    )
    return Submission(text=text, rows=rows)


def _apply(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    entry = services.submit_accreditation(
        program=acting.program.code,
        spec=accreditation_spec(values),
        key=key,
        submitted_by=acting.person.id,
        submitted_at=acting.at,
        signed=signed_by(
            ACCREDITATION, acting, _prepare_accreditation(acting, values, key), evidence
        ),
    )
    return Outcome(
        heading=_("Application %(number)s is submitted") % {"number": entry.id},
        sentences=(_("An official decides on it. How it stands is on your page."),),
        kind="info",
        links=home_links(acting),
    )


def _prepare_disclosure(acting: Acting, values: Values, _key: UUID) -> Submission:
    of = resource_in(acting)
    name = of.name if of is not None else ""
    answers = values["answers"]
    said = {"yes": _("Yes"), "no": _("No")}
    rows = (
        (_("Resource"), name),
        *((str(label), said[answers[test]]) for test, label in CONFLICT_TESTS.items()),
        (_("The facts"), values["text"]),
        (_("Measures that would keep a tie away"), values["isolation"] or _("None")),
    )
    text = text_of(
        [
            ("Disclosure of", verifier_of(acting).name),
            ("For the resource", name),
            *((capfirst(label), answers[test]) for test, label in TESTS.items()),
            ("Facts", values["text"]),
            ("Measures", values["isolation"] or "none"),
        ]
    )
    return Submission(text=text, rows=rows)


def _disclose(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    services.disclose_facts(
        verifier=verifier_of(acting).id,
        resource=int(acting.thing),
        spec=disclosure_spec(values),
        disclosed_by=acting.person.id,
        disclosed_at=acting.at,
        signed=signed_by(DISCLOSURE, acting, _prepare_disclosure(acting, values, key), evidence),
    )
    return Outcome(
        heading=_("Your disclosure is received"),
        sentences=(_("Start when an official has cleared it, and not before."),),
        kind="info",
        links=home_links(acting),
    )


def _initial_disclosure(acting: Acting) -> dict[str, Any]:
    """What was disclosed last; each test is answered anew."""
    before = reads.disclosures_of(verifier_of(acting).id, int(acting.thing))
    return {"isolation": before[-1].isolation} if before else {}


def _may_apply(acting: Acting) -> bool:
    return acting.program.resources is not None


def _forecast_disclosure(acting: Acting, values: Values, _key: UUID) -> Any:
    return forecast_of(_disclosure_refusals(acting, values))


ACCREDITATION = SignedAct(
    name="accreditation",
    subject=PROGRAM,
    document="accreditation",
    title=gettext_lazy("Apply for accreditation as a verifier"),
    lead=gettext_lazy(
        "Only accredited verifiers hand in verification reports: for the categories that they"
        " name here, by the people whom they name here."
    ),
    button=gettext_lazy("Sign and submit the application"),
    form_class=AccreditationForm,
    prepare=_prepare_accreditation,
    perform=_apply,
    may=_may_apply,
    certified=lambda _acting: (),
    then=gettext_lazy("An official decides on it."),
    home=home,
)
DISCLOSURE = SignedAct(
    name="disclose",
    subject=THING,
    place="<program:code>/verifier/resources/<journal:key>/disclose/",
    document="conflict_disclosure",
    title=gettext_lazy("Disclose what could be a conflict of interest"),
    lead=gettext_lazy(
        "Before you start, and whenever something changes. The registry compares your answers"
        " with what it knows of owners, representatives and holdings."
    ),
    button=gettext_lazy("Sign and disclose"),
    form_class=DisclosureForm,
    prepare=_prepare_disclosure,
    perform=_disclose,
    may=about_resource,
    initial=_initial_disclosure,
    forecast=_forecast_disclosure,
    certified=lambda _acting: (),
    then=gettext_lazy("An official clears it, or refuses."),
    home=home,
)
ACTS = (ACCREDITATION, DISCLOSURE)
