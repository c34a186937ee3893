"""Transfers that wait: approve, reject, cancel, accept, decline; and sign a proposal.

Source: 40 CFR 62.16330; PLAT-050, PLAT-052, PLAT-094.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.signing.entries import Evidence
from trueup.transfers import proposals, services
from trueup.transfers.acting import require_ground
from trueup.transfers.canonical import canonical_act, canonical_text, tidied
from trueup.transfers.deadlines import must_be_signed_by
from trueup.transfers.entries import ProposalEntry, RetirementSpec, TransferEntry
from trueup.transfers.models import GROUND_MAX, UNSIGNED, WAITING
from trueup.web.acts import fields
from trueup.web.acts.trades import rows_of
from trueup.web.acts.transfers import KIND, outcome_of, titled
from trueup.web.signed_acts import (
    THING,
    TRANSFER,
    ActForm,
    Acting,
    Outcome,
    SignedAct,
    Submission,
    Values,
)
from trueup.web.templatetags.words import word


class ReasonForm(ActForm):
    """Why; both sides are told."""

    reason = fields.NoteField(
        label=gettext_lazy("Reason"),
        max_length=GROUND_MAX,
        rows=2,
        help_text=gettext_lazy("Both sides are told."),
    )

    def clean_reason(self) -> str:
        return " ".join(str(self.cleaned_data["reason"]).split())


class MaybeReasonForm(ReasonForm):
    """Why, if that is to be said."""

    def __init__(self, data: Any = None, *, acting: Acting) -> None:
        super().__init__(data, acting=acting)
        self.fields["reason"].required = False


def _prepare(what: str) -> Callable[[Acting, Values, UUID], Submission]:
    def prepare(acting: Acting, values: Values, _key: UUID) -> Submission:
        entry = acting.about
        reason = values.get("reason", "")
        rows = [
            (_("From"), side(entry.source, entry.source_number)),
            (_("To"), side(entry.destination, entry.destination_number)),
            (_("Quantity"), f"{entry.quantity or 0:,} {word(acting.program.instruments)}"),
            *rows_of(entry.trade),
            (_("Reason"), reason),
        ]
        return Submission(
            text=canonical_act(entry, what, ground=require_ground(reason) if reason else ""),
            rows=tuple((label, answer) for label, answer in rows if answer),
            blocks=entry.blocks,
            warnings=_warnings(acting, what),
        )

    return prepare


def _warnings(acting: Acting, what: str) -> tuple[str, ...]:
    """By when a second signature must be there for the transfer to count in time.

    Source: 40 CFR 62.16340; PLAT-094.
    """
    if what != "approve":
        return ()
    by = must_be_signed_by(acting.about, now=acting.at)
    if by is None:
        return ()
    local = by.astimezone(acting.program.zone)
    return (
        _("It counts as submitted when you have signed: for the deadline by %(when)s.")
        % {"when": f"{local:%Y-%m-%d %H:%M:%S} {local.tzname()}"},
    )


def _approve(acting: Acting, _values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    entry = services.approve(
        key=acting.about.key, person=acting.person.id, at=acting.at, evidence=evidence
    )
    return outcome_of(entry, acting)


def _reject(acting: Acting, values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    entry = services.reject(
        key=acting.about.key,
        person=acting.person.id,
        reason=values["reason"],
        at=acting.at,
        evidence=evidence,
    )
    return outcome_of(entry, acting)


def _cancel(acting: Acting, values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    entry = services.cancel(
        key=acting.about.key,
        person=acting.person.id,
        at=acting.at,
        reason=values.get("reason", ""),
        evidence=evidence,
    )
    if isinstance(entry, ProposalEntry):
        return Outcome(heading=_("The proposal is dropped"), kind="info")
    return outcome_of(entry, acting)


def _accept(acting: Acting, _values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    entry = services.accept_incoming(
        key=acting.about.key, person=acting.person.id, at=acting.at, evidence=evidence
    )
    return outcome_of(entry, acting)


def _decline(acting: Acting, values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    entry = services.decline_incoming(
        key=acting.about.key,
        person=acting.person.id,
        reason=values["reason"],
        at=acting.at,
        evidence=evidence,
    )
    return outcome_of(entry, acting)


def side(account: AccountEntry | None, number: str) -> str:
    return titled(account) if account is not None else number


def _is(*states: str) -> Callable[[Acting], bool]:
    return lambda acting: acting.about.state in states


def _destination(entry: TransferEntry) -> AccountEntry | None:
    return entry.destination


APPROVAL = SignedAct(
    name="approve",
    subject=TRANSFER,
    document="transfer_approval",
    title=gettext_lazy("Approve a transfer"),
    lead=gettext_lazy(
        "You are the second person: the transfer is submitted with your signature. Whoever"
        " asked for it, or whose agent asked, cannot approve it."
    ),
    button=gettext_lazy("Sign and approve"),
    form_class=ActForm,
    prepare=_prepare("approve"),
    perform=_approve,
    kind=KIND,
    may=_is(UNSIGNED),
)
REJECTION = SignedAct(
    name="reject",
    subject=TRANSFER,
    document="transfer_rejection",
    title=gettext_lazy("Reject a transfer"),
    lead=gettext_lazy(
        "You are the second person: the transfer ends, and its serial numbers are free."
    ),
    button=gettext_lazy("Sign and reject"),
    form_class=ReasonForm,
    prepare=_prepare("reject"),
    perform=_reject,
    kind=KIND,
    may=_is(UNSIGNED),
)
CANCELLATION = SignedAct(
    name="cancel",
    subject=TRANSFER,
    document="transfer_cancellation",
    title=gettext_lazy("Cancel a transfer"),
    lead=gettext_lazy("A transfer that waits ends, and its serial numbers are free."),
    button=gettext_lazy("Sign and cancel the transfer"),
    form_class=MaybeReasonForm,
    prepare=_prepare("cancel"),
    perform=_cancel,
    kind=KIND,
    may=_is(*WAITING),
)
ACCEPTANCE = SignedAct(
    name="accept",
    subject=TRANSFER,
    document="transfer_acceptance",
    title=gettext_lazy("Accept a transfer"),
    lead=gettext_lazy("You agree, for the receiving account, to what is transferred into it."),
    button=gettext_lazy("Sign and accept"),
    form_class=ActForm,
    prepare=_prepare("accept"),
    perform=_accept,
    kind=KIND,
    account_of=_destination,
    may=_is("awaiting_acceptance"),
)
DECLINE = SignedAct(
    name="decline",
    subject=TRANSFER,
    document="transfer_acceptance",
    title=gettext_lazy("Decline a transfer"),
    lead=gettext_lazy("You refuse, for the receiving account, what is to be transferred into it."),
    button=gettext_lazy("Sign and decline"),
    form_class=ReasonForm,
    prepare=_prepare("decline"),
    perform=_decline,
    kind=KIND,
    account_of=_destination,
    may=_is("awaiting_acceptance"),
)


def _proposal(thing: str) -> ProposalEntry | None:
    try:
        return proposals.proposal(UUID(thing))
    except ValueError:
        return None


def _account_of_proposal(thing: str) -> AccountEntry | None:
    found = _proposal(thing)
    return ledger.account(found.account) if found is not None else None


def _is_open(acting: Acting) -> bool:
    found = _proposal(acting.thing)
    return found is not None and acting.account is not None and found.state == "proposed"


def _prepare_proposal(acting: Acting, _values: Values, _key: UUID) -> Submission:
    found = _proposal(acting.thing)
    if found is None:
        raise ValueError("there is no such proposal")
    spec = tidied(found.spec)
    quantity = sum(block.quantity for block in spec.blocks) or spec.quantity or 0
    rows = [(_("From"), titled(acting.acted_for))]
    if isinstance(spec, RetirementSpec):
        rows += [
            (_("Retired for"), spec.reason.capitalize()),
            (_("On behalf of"), spec.beneficiary),
        ]
    else:
        rows.append((_("To"), spec.destination))
    rows += [
        (_("Quantity"), f"{quantity:,} {word(acting.program.instruments)}"),
        (_("Vintage"), str(spec.vintage or "")),
        (_("Your reference"), spec.reference),
        (_("Note"), spec.note),
        (
            _("Prepared by"),
            _("a machine with a key") if found.actor.startswith("key:") else _("a person"),
        ),
    ]
    return Submission(
        text=canonical_text(spec),
        rows=tuple((label, answer) for label, answer in rows if answer),
        blocks=spec.blocks,
    )


def _sign_proposal(acting: Acting, _values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    entry = services.sign_proposal(
        key=UUID(acting.thing), person=acting.person.id, at=acting.at, evidence=evidence
    )
    return outcome_of(entry, acting)


def _is_retirement(thing: str) -> bool:
    found = _proposal(thing)
    return found is not None and isinstance(found.spec, RetirementSpec)


PROPOSAL = SignedAct(
    name="sign-proposal",
    subject=THING,
    place="<program:code>/proposals/<uuid:key>/sign/",
    document="transfer",
    title=gettext_lazy("Sign a transfer that was prepared"),
    lead=gettext_lazy(
        "A machine or an agent has prepared this transfer. It is submitted when you sign it."
    ),
    button=gettext_lazy("Sign and submit the transfer"),
    form_class=ActForm,
    prepare=_prepare_proposal,
    perform=_sign_proposal,
    kind=KIND,
    account_of_thing=_account_of_proposal,
    may=lambda acting: _is_open(acting) and not _is_retirement(acting.thing),
)
RETIREMENT_PROPOSAL = SignedAct(
    name="sign-retirement-proposal",
    subject=THING,
    place="<program:code>/proposals/<uuid:key>/sign-retirement/",
    document="retirement",
    title=gettext_lazy("Sign a retirement that was prepared"),
    lead=gettext_lazy(
        "A machine or an agent has prepared this retirement. It is submitted when you sign it."
    ),
    button=gettext_lazy("Sign and retire"),
    form_class=ActForm,
    prepare=_prepare_proposal,
    perform=_sign_proposal,
    kind=KIND,
    account_of_thing=_account_of_proposal,
    may=lambda acting: _is_open(acting) and _is_retirement(acting.thing),
)

ACTS = (
    APPROVAL,
    REJECTION,
    CANCELLATION,
    ACCEPTANCE,
    DECLINE,
    PROPOSAL,
    RETIREMENT_PROPOSAL,
)
