"""A recorded transfer: ask for it back, or send back what came unexpectedly.

Source: PLAT-050, PLAT-054, PLAT-094; docs/decisions/0243.
"""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.ledger.entries import AccountEntry
from trueup.signing.entries import Evidence
from trueup.transfers import returns, services
from trueup.transfers.acting import require_ground
from trueup.transfers.canonical import canonical_text, tidied
from trueup.transfers.entries import TransferEntry
from trueup.web.acts.decisions import ReasonForm, side
from trueup.web.acts.transfers import KIND, outcome_of
from trueup.web.signed_acts import (
    TRANSFER,
    Acting,
    Outcome,
    SignedAct,
    Submission,
    Values,
)
from trueup.web.templatetags.words import word


def _rows(acting: Acting, values: Values) -> tuple[tuple[str, str], ...]:
    """The transfer that is to be undone, and why."""
    entry = acting.about
    return (
        (_("It was transferred from"), side(entry.source, entry.source_number)),
        (_("And came to"), side(entry.destination, entry.destination_number)),
        (_("Quantity"), f"{entry.quantity or 0:,} {word(acting.program.instruments)}"),
        (_("Reason"), values["reason"]),
    )


def _prepare_asking(acting: Acting, values: Values, _key: UUID) -> Submission:
    ground = require_ground(values["reason"])
    return Submission(
        text=returns.return_text(acting.about, reason=ground),
        rows=_rows(acting, values),
        blocks=acting.about.blocks,
    )


def _prepare_sending(acting: Acting, values: Values, _key: UUID) -> Submission:
    spec = returns.reverse_spec(
        acting.about,
        person=acting.person.id,
        at=acting.at,
        reason=require_ground(values["reason"]),
        by_consent=True,
    )
    return Submission(
        text=canonical_text(tidied(spec)),
        rows=_rows(acting, values),
        blocks=acting.about.blocks,
    )


def _ask(acting: Acting, values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    services.ask_back(
        key=acting.about.key,
        person=acting.person.id,
        reason=values["reason"],
        at=acting.at,
        evidence=evidence,
    )
    address = reverse("transfer", args=[acting.program.code, acting.about.key])
    return Outcome(
        heading=_("You have asked for it back"),
        sentences=(
            _(
                "Nothing has moved. A representative of the receiving account finds the"
                " transfer in return on the list of what is to be signed, and can sign it or"
                " leave it."
            ),
        ),
        kind="info",
        links=((_("The transfer that you asked back"), address),),
    )


def _send(acting: Acting, values: Values, _key: UUID, evidence: Evidence) -> Outcome:
    entry = services.send_back(
        key=acting.about.key,
        person=acting.person.id,
        reason=values["reason"],
        at=acting.at,
        evidence=evidence,
    )
    return outcome_of(entry, acting)


def _destination(entry: TransferEntry) -> AccountEntry | None:
    return entry.destination


def _can_come_back(acting: Acting) -> bool:
    """Whether the transfer is recorded and nobody has asked for its return yet."""
    entry = acting.about
    return (
        entry.state == "recorded"
        and entry.kind == "transfer"
        and entry.reversal is None
        and returns.return_of(entry.key) is None
    )


ASKING = SignedAct(
    name="ask-back",
    subject=TRANSFER,
    document="transfer_return",
    title=gettext_lazy("Ask for it back"),
    lead=gettext_lazy(
        "A transfer of the same serial numbers is prepared for the receiving account. It is"
        " given back only if a representative of that account signs it."
    ),
    button=gettext_lazy("Sign and ask for it back"),
    form_class=ReasonForm,
    prepare=_prepare_asking,
    perform=_ask,
    kind=KIND,
    may=_can_come_back,
)
SENDING = SignedAct(
    name="send-back",
    subject=TRANSFER,
    document="transfer",
    title=gettext_lazy("I did not expect this: return it"),
    lead=gettext_lazy(
        "The same serial numbers go back to the account that they came from, when a"
        " representative of that account has accepted them."
    ),
    button=gettext_lazy("Sign and return it"),
    form_class=ReasonForm,
    prepare=_prepare_sending,
    perform=_send,
    kind=KIND,
    account_of=_destination,
    may=_can_come_back,
)

ACTS = (ASKING, SENDING)
