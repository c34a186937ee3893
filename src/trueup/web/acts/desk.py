"""Acts of officials on the pages: one form for every act of the desk, and one for a verdict.

What each act is, and who may do it, is in `desk.acts`; here it gets a form and is signed
with a fresh second factor like everything else.

Source: PLAT-018, PLAT-019, PLAT-094, PLAT-151.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext

from trueup.desk import parameters, queries, services
from trueup.desk.acts import ACTS as DESK_ACTS
from trueup.desk.entries import Done, ProposalEntry
from trueup.desk.kinds import Act
from trueup.desk.parameters import Parameter
from trueup.desk.proposing import WORDS
from trueup.ledger import queries as ledger
from trueup.rules.refusal import Refused
from trueup.signing.entries import Evidence
from trueup.transfers import queries as transfers
from trueup.web.acts.fields import NoteField, TextField
from trueup.web.sentences import say
from trueup.web.signed_acts import PROGRAM, ActForm, Acting, Outcome, SignedAct, Submission, Values
from trueup.web.templatetags.words import word, word_lazy

PREFIX = "desk/"
VERDICT = "desk/verdict"
WAITING_SHOWN = 100
# Acts whose consequences are shown before they are signed.
FORETOLD = frozenset(
    {
        "freeze",
        "unfreeze",
        "close",
        "correct_error",
        "reverse_transfer",
        "cancel_instruments",
        "limit_instruments",
        "lift_limitation",
        "recover_incorrect_allocation",
        "adjust_after_audit",
        "decide_appeal",
        "issue_to_resource",
        "lift_suspension",
        "find_overstated",
        "revoke_qualification",
        "readmit",
        "reopen_settlement",
        "revoke_accreditation",
        "revoke_project",
        "verify_generation",
        "publish_output_data",
        "distribute_set_aside",
        "award_from_set_aside",
        "distribute_state_budget",
        "execute_state_application",
        "move_between_state_accounts",
    }
)
LONG = {"blocks": 4, "file": 10}
LONG_NAMES = {"ground", "reason", "ruling", "apart_reason"}
BESIDES = frozenset({"recommendation"})


def _field(parameter: Parameter) -> forms.Field:
    named: dict[str, Any] = {
        "label": word_lazy(parameter.label),
        "required": parameter.required,
        "help_text": word_lazy(parameter.help),
    }
    if parameter.kind == "boolean":
        return forms.BooleanField(**named)
    if parameter.choices:
        choices = [(choice, word_lazy(choice.replace("_", " "))) for choice in parameter.choices]
        widget = forms.Select(attrs={"class": "usa-select"})
        return forms.ChoiceField(choices=choices, widget=widget, **named)
    if parameter.kind in LONG or parameter.name in LONG_NAMES:
        limit = parameters.FILE_MAX if parameter.kind == "file" else 20_000
        return NoteField(rows=LONG.get(parameter.kind, 3), max_length=limit, **named)
    return TextField(max_length=200, **named)


def _form(act: Act) -> type[ActForm]:
    """The form of an act: a field for each parameter, read as the desk reads it."""

    class DeskForm(ActForm):
        def clean(self) -> dict[str, Any]:
            given = {name: value for name, value in self.cleaned_data.items() if value}
            if self.errors:
                return self.cleaned_data
            try:
                _text(self.acting, act.name, given)
            except Refused as refused:
                for refusal in refused.refusals:
                    self.add_error(None, say(refusal.sentence))
            return self.cleaned_data

        def values(self) -> dict[str, Any]:
            given = {name: value for name, value in self.cleaned_data.items() if value}
            return parameters.clean(act.parameters, given, program=self.acting.program.code)

    fields = {parameter.name: _field(parameter) for parameter in act.parameters}
    return type(f"{act.name.title()}Form", (DeskForm,), fields)


def _text(acting: Acting, name: str, values: Mapping[str, Any]) -> str:
    """What is signed; 403 for who may not do this for this program or State (PLAT-019)."""
    given = {key: value for key, value in values.items() if key not in BESIDES}
    try:
        return services.act_text(
            name, program=acting.program.code, by=acting.person.id, at=acting.at, **given
        )
    except Refused as refused:
        if "not_authorized" in refused.reasons:
            raise PermissionDenied from refused
        raise


def _foretold(acting: Acting, act: Act, values: Values) -> list[tuple[str, str]]:
    """What the act would do, tried just now and taken back; and what stands in the account.

    Source: PLAT-110; 40 CFR 62.16355.
    """
    given = {name: value for name, value in values.items() if name not in BESIDES}
    result = services.consequences(
        act.name, program=acting.program.code, by=acting.person.id, at=acting.at, **given
    )
    rows = [(_("What it would do"), sentence) for sentence in told(result)]
    found = ledger.find_account(program=acting.program.code, number=values.get("account", ""))
    if found is not None:
        held = ledger.totals_of([found.id])[found.id]
        waiting = transfers.waiting_out_of([found.id], limit=WAITING_SHOWN)
        rows += [
            (_("The account holds"), f"{held:,} {word(acting.program.instruments)}"),
            (_("Transfers out of it that wait"), f"{len(waiting):,}"),
        ]
    return rows


def _prepare(act: Act) -> Callable[[Acting, Values, UUID], Submission]:
    def prepare(acting: Acting, values: Values, _key: UUID) -> Submission:
        rows = [
            (word(parameter.label), parameters.shown(parameter, values[parameter.name]))
            for parameter in act.parameters
            if parameter.name in values
        ]
        if act.name in FORETOLD:
            rows += _foretold(acting, act, values)
        needs_second = act.needs_second(acting.program.code)
        warnings = []
        if needs_second and act.at_once:
            warnings.append(
                _("This takes effect at once; a second official confirms or undoes it.")
            )
        elif needs_second:
            warnings.append(_("Nothing is done until a second official approves it."))
        return Submission(
            text=_text(acting, act.name, values), rows=tuple(rows), warnings=tuple(warnings)
        )

    return prepare


def _perform(act: Act) -> Callable[[Acting, Values, UUID, Evidence], Outcome]:
    def perform(acting: Acting, values: Values, _key: UUID, evidence: Evidence) -> Outcome:
        recommended = values.get("recommendation")
        if recommended:
            done = services.take_up(
                proposal=UUID(recommended), by=acting.person.id, at=acting.at, evidence=evidence
            )
        else:
            done = services.act(
                act.name,
                program=acting.program.code,
                by=acting.person.id,
                at=acting.at,
                evidence=evidence,
                **values,
            )
        return _outcome(act, done)

    return perform


def _outcome(act: Act, done: Done) -> Outcome:
    if done.proposal is None:
        return Outcome(
            heading=_("Done: %(act)s") % {"act": word(act.title)},
            sentences=told(done.result),
            links=((_("The console"), reverse("desk")),),
        )
    link = (_("The proposal"), reverse("proposal", args=[done.proposal.key]))
    if act.at_once:
        return Outcome(
            heading=_("Done at once: %(act)s") % {"act": word(act.title)},
            sentences=(
                *told(done.result),
                _("A second official is asked to confirm it by %(day)s.")
                % {"day": done.proposal.due_on},
            ),
            links=(link,),
        )
    return Outcome(
        heading=_("A second official is asked to approve it"),
        sentences=(_("Nothing was done yet."), *told(done.proposal.preview)),
        kind="info",
        links=(link,),
    )


def told(result: Mapping[str, Any]) -> tuple[str, ...]:
    """A result in words, a sentence for each figure; what a paper says stands elsewhere."""
    return tuple(
        f"{name.replace('_', ' ').capitalize()}:"
        f" {', '.join(str(item) for item in value) if isinstance(value, list) else value}"
        for name, value in result.items()
        if name != "text"
    )


class VerdictForm(ActForm):
    """A second official's word on a proposal."""

    proposal = forms.UUIDField(widget=forms.HiddenInput)
    word = forms.ChoiceField(
        label=_lazy("Your word"),
        choices=[("yes", _lazy("Approve or confirm")), ("no", _lazy("Decline or undo"))],
        widget=forms.Select(attrs={"class": "usa-select"}),
    )
    reason = NoteField(
        label=_lazy("Reason"), required=False, max_length=1000, help_text=_lazy("To decline.")
    )

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("word") == "no" and not given.get("reason", "").strip():
            self.add_error("reason", _("Say why."))
        return given

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "proposal": str(given["proposal"]),
            "word": given["word"],
            "reason": given.get("reason", "").strip(),
        }


def verdict_of(entry: ProposalEntry, word: str) -> str:
    """The verdict that yes or no is on a proposal."""
    if entry.kind == "unconfirmed":
        return "confirmed" if word == "yes" else "undone"
    return "executed" if word == "yes" else "declined"


def _prepare_verdict(_acting: Acting, values: Values, _key: UUID) -> Submission:
    entry = queries.known(UUID(values["proposal"]))
    verdict = verdict_of(entry, values["word"])
    act = DESK_ACTS[entry.act]
    rows = [
        (_("Your word"), word(WORDS[verdict])),
        (pgettext("about", "On"), word(act.title)),
        (_("Proposed by"), f"{entry.name}, {entry.proposed_as}"),
        *(
            (word(parameter.label), parameters.shown(parameter, entry.values[parameter.name]))
            for parameter in act.parameters
            if parameter.name in entry.values
        ),
    ]
    if values["reason"]:
        rows.append((_("Reason"), values["reason"]))
    return Submission(
        text=services.verdict_text(entry, verdict, reason=values["reason"]), rows=tuple(rows)
    )


def _perform_verdict(acting: Acting, values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    entry = queries.known(UUID(values["proposal"]))
    given: dict[str, Any] = {
        "proposal": entry.key,
        "by": acting.person.id,
        "at": acting.at,
        "evidence": evidence,
    }
    if values["word"] == "no":
        after = services.decline(reason=values["reason"], **given)
    elif entry.kind == "unconfirmed":
        after = services.confirm(**given)
    elif DESK_ACTS[entry.act].in_job:
        return _approved_in_job(services.approve_in_job(reason=values["reason"], **given))
    else:
        after = services.approve(reason=values["reason"], **given)
    links = ((_("The proposal"), reverse("proposal", args=[entry.key])),)
    if after.state == "refused" and after.verdict is not None:
        reasons = tuple(refusal["sentence"] for refusal in after.verdict.refusals)
        return Outcome(
            heading=_("It was approved, but could not be done"),
            sentences=reasons,
            kind="warning",
            links=links,
        )
    result = after.verdict.result if after.verdict is not None else {}
    return Outcome(
        heading=_("The proposal is %(state)s") % {"state": word(after.state)},
        sentences=told(result),
        links=links,
    )


def _approved_in_job(after: ProposalEntry) -> Outcome:
    links = [(_("The proposal"), reverse("proposal", args=[after.key]))]
    if after.approval is not None:
        links.insert(0, (_("How far it is"), reverse("job", args=[after.approval.job])))
    return Outcome(
        heading=_("You approved it; now it is carried out"),
        sentences=(_("A job does it as a whole or not at all. Its page shows how far it is."),),
        links=tuple(links),
    )


def signed(act: Act) -> SignedAct:
    """An act of the desk as one that is signed."""
    return SignedAct(
        name=f"{PREFIX}{act.name}",
        subject=PROGRAM,
        document="official_act",
        title=word_lazy(act.title),
        lead=format_lazy("{} {}.", _lazy("An act of an official under"), act.cite),
        button=_lazy("Sign"),
        form_class=_form(act),
        prepare=_prepare(act),
        perform=_perform(act),
        functions=(act.function,),
    )


ACTS = (
    *(signed(act) for act in DESK_ACTS.values() if act.has_page or act.in_job),
    SignedAct(
        name=VERDICT,
        subject=PROGRAM,
        document="official_verdict",
        title=_lazy("A second official's word"),
        lead=_lazy("You approve, confirm or decline exactly what is shown."),
        button=_lazy("Sign"),
        form_class=VerdictForm,
        prepare=_prepare_verdict,
        perform=_perform_verdict,
        functions=tuple(sorted({act.approver or act.function for act in DESK_ACTS.values()})),
    ),
)
