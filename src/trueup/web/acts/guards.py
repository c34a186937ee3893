"""What an account asks of its own transfers: trusted accounts, a second person, consent.

Source: PLAT-052, PLAT-094.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.accounts import queries as accounts
from trueup.ledger.entries import AccountEntry
from trueup.signing.entries import Evidence
from trueup.transfers import queries, services, trusted
from trueup.transfers.canonical import (
    canonical_acceptance,
    canonical_listing,
    canonical_second_person,
)
from trueup.web.acts import fields
from trueup.web.acts.transfers import RECEIVER, titled
from trueup.web.signed_acts import (
    ACCOUNT,
    ActForm,
    Acting,
    Outcome,
    SignedAct,
    Step,
    StepForm,
    Submission,
    Values,
)


class OtherForm(StepForm):
    """Another account, by its number."""

    destination = fields.AccountField(
        label=gettext_lazy("Number of the account to trust"),
        help_text=gettext_lazy(
            "12 letters and digits, as its representative gave it to you. On the next page you"
            " see whose account it is."
        ),
    )

    def clean_destination(self) -> str:
        number = str(self.cleaned_data["destination"])
        found = fields.account_or_error(self.acting.program, number)
        if found.id == self.acting.acted_for.id:
            raise forms.ValidationError(_("An account need not trust itself."))
        return number


class ListedForm(ActForm):
    """One of the accounts that await approval."""

    other = fields.ChoiceField(label=gettext_lazy("Account to approve"))

    def __init__(self, data: Any = None, *, acting: Acting) -> None:
        super().__init__(data, acting=acting)
        choice = self.fields["other"]
        if isinstance(choice, fields.ChoiceField):
            choice.choices = [
                (entry.other.number, titled(entry.other))
                for entry in trusted.trusted_accounts(acting.acted_for.id)
                if entry.effective_at is None and entry.listed_by != acting.person.id
            ]


def _other(acting: Acting, values: Values) -> AccountEntry:
    """The account that is trusted, or approved."""
    return fields.account_or_error(acting.program, values.get("destination") or values["other"])


def _trusted_rows(acting: Acting, values: Values) -> list[tuple[str, str]]:
    return [(_("Trusts"), titled(_other(acting, values)))]


def _prepare_listing(act: str) -> Callable[[Acting, Values, UUID], Submission]:
    def prepare(acting: Acting, values: Values, _key: UUID) -> Submission:
        return Submission(
            text=canonical_listing(acting.acted_for, _other(acting, values), act=act),
            rows=((_("For"), titled(acting.acted_for)), *_trusted_rows(acting, values)),
        )

    return prepare


def _trust(acting: Acting, values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    entry = services.trust_account(
        account=acting.acted_for.id,
        other=_other(acting, values).id,
        by=acting.person.id,
        at=acting.at,
        evidence=evidence,
    )
    waits = (
        _("Another representative approves it first.")
        if entry.effective_at is None
        else _("It is trusted after the wait that the program sets.")
    )
    return Outcome(heading=_("The account is listed"), sentences=(waits,), links=_links(acting))


def _approve(acting: Acting, values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    services.approve_trusted(
        account=acting.acted_for.id,
        other=_other(acting, values).id,
        person=acting.person.id,
        at=acting.at,
        evidence=evidence,
    )
    return Outcome(
        heading=_("The listing is approved"),
        sentences=(_("It is trusted after the wait that the program sets."),),
        links=_links(acting),
    )


def _prepare_second(required: bool) -> Callable[[Acting, Values, UUID], Submission]:
    def prepare(acting: Acting, _values: Values, _key: UUID) -> Submission:
        return Submission(
            text=canonical_second_person(acting.acted_for, required=required),
            rows=(
                (_("For"), titled(acting.acted_for)),
                (_("A second person approves transfers"), _("Yes") if required else _("No longer")),
            ),
        )

    return prepare


def _require(acting: Acting, _values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    services.require_second_person(
        account=acting.acted_for.id, person=acting.person.id, at=acting.at, evidence=evidence
    )
    return Outcome(
        heading=_("A second person approves transfers from now on"), links=_links(acting)
    )


def _end(acting: Acting, _values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    account, person = acting.acted_for.id, acting.person.id
    if queries.guards_of(account).end_asked_at is None:
        services.ask_to_end_second_person(
            account=account, person=person, at=acting.at, evidence=evidence
        )
        return Outcome(
            heading=_("You have asked that no second person be required"),
            sentences=(_("Another representative, or an official, ends it."),),
            kind="info",
            links=_links(acting),
        )
    services.end_second_person(account=account, person=person, at=acting.at, evidence=evidence)
    return Outcome(heading=_("No second person is required any more"), links=_links(acting))


def _prepare_consent(acting: Acting, _values: Values, _key: UUID) -> Submission:
    return Submission(
        text=canonical_acceptance(acting.acted_for), rows=((_("For"), titled(acting.acted_for)),)
    )


def _agree(acting: Acting, _values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    services.agree_once_and_for_all(
        account=acting.acted_for.id, person=acting.person.id, at=acting.at, evidence=evidence
    )
    return Outcome(
        heading=_("The account agrees to what is transferred into it"), links=_links(acting)
    )


def _links(acting: Acting) -> tuple[tuple[str, str], ...]:
    account = acting.acted_for
    return ((titled(account), reverse("account", args=[acting.program.code, account.number])),)


def _represents(acting: Acting) -> bool:
    """What guards an account is its representatives' own, never an agent's."""
    seats = accounts.representatives([acting.acted_for.id], at=acting.at)[acting.acted_for.id]
    return any(seat.person == acting.person.id for seat in seats)


def _act(name: str, document: str, **more: Any) -> SignedAct:
    return SignedAct(
        name=name, subject=ACCOUNT, document=document, may=more.pop("may", _represents), **more
    )


TO = Step(
    name="to",
    part=gettext_lazy("Which account"),
    title=gettext_lazy("Which account is to be trusted?"),
    form_class=OtherForm,
    rows=_trusted_rows,
)

ACTS = (
    _act(
        "trust",
        "trusted_account",
        title=gettext_lazy("Trust an account"),
        lead=gettext_lazy(
            "Transfers to a trusted account do not wait. The listing takes effect after a"
            " while, and where there is a second representative, with that one's approval."
        ),
        button=gettext_lazy("Sign and list the account"),
        then=gettext_lazy(
            "The account is listed at once. It is trusted when the wait that the program sets is"
            " over, and where there is a second representative, that one has approved it."
        ),
        form_class=ActForm,
        prepare=_prepare_listing("list"),
        perform=_trust,
        steps=(TO, RECEIVER),
    ),
    _act(
        "approve-trusted",
        "trusted_account",
        title=gettext_lazy("Approve a trusted account"),
        lead=gettext_lazy(
            "Another representative has listed an account; you are the second person."
        ),
        button=gettext_lazy("Sign and approve"),
        form_class=ListedForm,
        prepare=_prepare_listing("approve"),
        perform=_approve,
    ),
    _act(
        "second-person",
        "second_person",
        title=gettext_lazy("Require a second person"),
        lead=gettext_lazy(
            "From then on every transfer out of this account is approved by a second person."
        ),
        button=gettext_lazy("Sign and require a second person"),
        form_class=ActForm,
        prepare=_prepare_second(True),
        perform=_require,
        may=lambda acting: (
            _represents(acting) and not queries.guards_of(acting.acted_for.id).second_person
        ),
    ),
    _act(
        "no-second-person",
        "second_person",
        title=gettext_lazy("End the requirement of a second person"),
        lead=gettext_lazy(
            "One representative asks for it, and another one or an official ends it."
        ),
        button=gettext_lazy("Sign"),
        form_class=ActForm,
        prepare=_prepare_second(False),
        perform=_end,
        may=lambda acting: (
            _represents(acting) and queries.guards_of(acting.acted_for.id).second_person
        ),
    ),
    _act(
        "agree-to-incoming",
        "standing_acceptance",
        title=gettext_lazy("Agree to all incoming transfers"),
        lead=gettext_lazy("Transfers into this account then wait for no acceptance."),
        button=gettext_lazy("Sign and agree"),
        form_class=ActForm,
        prepare=_prepare_consent,
        perform=_agree,
    ),
)
