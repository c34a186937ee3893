"""What a bidder signs: the application to qualify, sealed bids, their withdrawal.

What was typed into the form of bids is kept sealed from the first page on: the draft has it
encrypted, and what is signed names commitments alone.

Source: RGGI-041, RGGI-042; PLAT-151; docs/decisions/0345.
"""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trueup.auctions import services
from trueup.auctions.sealing import Content
from trueup.rules.refusal import Refused
from trueup.signing.entries import Evidence
from trueup.web.acts.auction_forms import (
    AuctionForm,
    BidsForm,
    QualifiedForm,
    SecurityForm,
    auction_of,
    titled_auction,
    why_not,
)
from trueup.web.acts.transfers import titled
from trueup.web.signed_acts import (
    ACCOUNT,
    ActForm,
    Acting,
    Forecast,
    Outcome,
    SignedAct,
    Step,
    Submission,
    Values,
)
from trueup.web.templatetags.auctions import SECURITIES, dollars

KIND = "auction_submissions"


def _auction_rows(acting: Acting, values: Values) -> list[tuple[str, str]]:
    return [(_("Auction"), titled_auction(auction_of(acting, values), acting))]


def _security_rows(_acting: Acting, values: Values) -> list[tuple[str, str]]:
    return [
        (_("Kind of financial security"), str(SECURITIES[values["security_kind"]])),
        (_("Amount"), dollars(values["security_cents"])),
        (_("Reference"), values["reference"] or "-"),
    ]


def _bid_rows(_acting: Acting, values: Values) -> list[tuple[str, str]]:
    words = _("%(many)s at %(price)s")
    return [
        (
            _("Bid %(place)s") % {"place": place},
            words % {"many": f"{of.quantity:,}", "price": dollars(of.price_cents)},
        )
        for place, of in enumerate(_bids(values), start=1)
    ]


def _bids(values: Values) -> list[Content]:
    return services.unseal_all(values["sealed"]) if values.get("sealed") else []


def _prepare_application(acting: Acting, values: Values, _key: UUID) -> Submission:
    return Submission(
        text=services.application_text(
            acting.acted_for,
            number=values["auction"],
            security_kind=values["security_kind"],
            security_cents=values["security_cents"],
            reference=values["reference"],
        ),
        rows=(
            (_("Account"), titled(acting.acted_for)),
            *_auction_rows(acting, values),
            *_security_rows(acting, values),
        ),
    )


def _perform_application(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    services.apply_to_bid(
        program=acting.program.code,
        number=values["auction"],
        account=acting.acted_for.number,
        person=acting.person.id,
        security_kind=values["security_kind"],
        security_cents=values["security_cents"],
        reference=values["reference"],
        key=key,
        at=acting.at,
        evidence=evidence,
    )
    return Outcome(
        heading=_("Your application is taken in"),
        sentences=(_("An official decides on it. You are told by mail."),),
        links=(_own_link(acting, values),),
    )


def _prepare_bids(acting: Acting, values: Values, _key: UUID) -> Submission:
    bids = _bids(values)
    return Submission(
        text=services.bids_text(acting.acted_for, number=values["auction"], bids=bids),
        rows=(
            (_("Account"), titled(acting.acted_for)),
            *_auction_rows(acting, values),
            *_bid_rows(acting, values),
        ),
        warnings=() if bids else (_("All bids of the account in this auction are withdrawn."),),
    )


def _perform_bids(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    done = services.enter_bids(
        program=acting.program.code,
        number=values["auction"],
        account=acting.acted_for.number,
        person=acting.person.id,
        bids=_bids(values),
        key=key,
        at=acting.at,
        evidence=evidence,
    )
    many = len(done.bids)
    if not many:
        return Outcome(
            heading=_("Your bids are withdrawn"),
            sentences=(_("No bid of the account stands in this auction."),),
            links=(_own_link(acting, values),),
        )
    told = ngettext(
        "%(many)s bid is sealed. It takes the place of all earlier ones.",
        "%(many)s bids are sealed. They take the place of all earlier ones.",
        many,
    )
    return Outcome(
        heading=_("Your bids are sealed"),
        sentences=(
            told % {"many": many},
            _("Commitment: %(digest)s") % {"digest": done.commitment},
        ),
        links=(_own_link(acting, values),),
    )


def _own_link(acting: Acting, values: Values) -> tuple[str, str]:
    address = reverse(
        "account-auction", args=[acting.program.code, acting.acted_for.number, values["auction"]]
    )
    return (_("Your bids in this auction"), address)


def _forecast_bids(acting: Acting, values: Values, _key: UUID) -> Forecast:
    return Forecast(refusals=tuple(why_not(acting, values["auction"], _bids(values))))


def _may(acting: Acting) -> bool:
    kinds = ("compliance", "general")
    return acting.acted_for.kind in kinds and acting.program.market.auctions is not None


def _holds(acting: Acting, values: Values) -> bool:
    """Whether the auction that was chosen is still there."""
    try:
        return auction_of(acting, values).state == "open"
    except Refused:
        return False


WHICH = Step(
    name="auction",
    part=gettext_lazy("Auction"),
    title=gettext_lazy("In which auction?"),
    form_class=AuctionForm,
    rows=_auction_rows,
)
WHICH_OPEN = Step(
    name="auction",
    part=gettext_lazy("Auction"),
    title=gettext_lazy("In which auction?"),
    form_class=QualifiedForm,
    rows=_auction_rows,
    is_done=_holds,
)
SECURITY = Step(
    name="security",
    part=gettext_lazy("Security"),
    title=gettext_lazy("Which financial security do you give?"),
    form_class=SecurityForm,
    rows=_security_rows,
)
WHAT = Step(
    name="bids",
    part=gettext_lazy("Bids"),
    title=gettext_lazy("How many would you take, at which price?"),
    form_class=BidsForm,
    template="signing/step_bids",
    rows=_bid_rows,
)
APPLY = SignedAct(
    name="apply-to-bid",
    subject=ACCOUNT,
    document="auction_application",
    kind=KIND,
    title=gettext_lazy("Apply to qualify for an auction"),
    lead=gettext_lazy(
        "Who may bid is decided before the auction, on an application with financial security."
    ),
    button=gettext_lazy("Sign and apply"),
    then=gettext_lazy("An official decides on the application. You are told by mail."),
    form_class=ActForm,
    prepare=_prepare_application,
    perform=_perform_application,
    may=_may,
    steps=(WHICH, SECURITY),
)
BID = SignedAct(
    name="bid",
    subject=ACCOUNT,
    document="auction_bids",
    kind=KIND,
    title=gettext_lazy("Bid in an auction"),
    lead=gettext_lazy(
        "Your bids are encrypted at once and stay sealed until the close: nobody reads them,"
        " officials neither. Until then you can change or withdraw them."
    ),
    button=gettext_lazy("Sign and seal the bids"),
    then=gettext_lazy(
        "The bids are sealed and take the place of all that the account has entered before. You"
        " get a receipt with their commitment."
    ),
    form_class=ActForm,
    prepare=_prepare_bids,
    perform=_perform_bids,
    may=_may,
    steps=(WHICH_OPEN, WHAT),
    forecast=_forecast_bids,
)
WITHDRAW = SignedAct(
    name="withdraw-bids",
    subject=ACCOUNT,
    document="auction_bids",
    kind=KIND,
    title=gettext_lazy("Withdraw all bids in an auction"),
    lead=gettext_lazy("Until the close you can withdraw what you have entered."),
    button=gettext_lazy("Sign and withdraw"),
    then=gettext_lazy("No bid of the account stands in this auction. You get a receipt."),
    form_class=ActForm,
    prepare=_prepare_bids,
    perform=_perform_bids,
    may=_may,
    steps=(WHICH_OPEN,),
    forecast=_forecast_bids,
)

ACTS = (APPLY, BID, WITHDRAW)
