"""What a bidder signs: the application to qualify, sealed bids, their withdrawal.

What was typed into the form of bids is kept sealed from the first page on: the draft has it
encrypted, and what is signed names commitments alone.

Source: RGGI-041, RGGI-042; PLAT-151; docs/decisions/0345.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trueup.auctions import bidder_queries, queries, services
from trueup.auctions.entries import AuctionEntry
from trueup.auctions.sealing import Content
from trueup.rules.auction_bids import in_dollars
from trueup.rules.refusal import Refused
from trueup.signing.entries import Evidence
from trueup.web.acts import auction_lists, fields
from trueup.web.acts.transfers import titled
from trueup.web.sentences import say
from trueup.web.signed_acts import (
    ACCOUNT,
    ActForm,
    Acting,
    Forecast,
    Outcome,
    SignedAct,
    Step,
    StepForm,
    Submission,
    Values,
)
from trueup.web.templatetags.auctions import SECURITIES, dollars

KIND = "auction_submissions"
ROWS, ROWS_MORE = 5, 20
REFERENCE_MAX = 200


class AuctionForm(StepForm):
    """Which auction, of those that the account can apply for."""

    auction = fields.ChoiceField(label=gettext_lazy("Auction"))

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        choice = self.fields["auction"]
        if isinstance(choice, fields.ChoiceField):
            found = self.offered()
            choice.choices = [(entry.number, _titled(entry, self.acting)) for entry in found]
            choice.initial = found[0].number if found else None
            if not found:
                choice.help_text = self.nothing()

    def offered(self) -> list[AuctionEntry]:
        """The auctions to choose from."""
        at = self.acting.at
        found = queries.open_auctions(program=self.acting.program.code, at=at)
        return [entry for entry in found if queries.terms(entry.id).qualify_until >= at]

    def nothing(self) -> str:
        """Told if there is none."""
        return _("There is no auction for which applications are taken.")


class QualifiedForm(AuctionForm):
    """Which auction, of those whose bidding is open and in which the account may bid."""

    def offered(self) -> list[AuctionEntry]:
        at = self.acting.at
        found = queries.open_auctions(program=self.acting.program.code, at=at)
        account = self.acting.acted_for.id
        standings = bidder_queries.standings(
            [entry for entry in found if entry.opens_at <= at], account=account
        )
        return [one.auction for one in standings if one.is_qualified]

    def nothing(self) -> str:
        return _("Bidding is open in no auction in which this account may bid.")


class SecurityForm(StepForm):
    """The financial security that is given."""

    security_kind = fields.ChoiceField(
        label=gettext_lazy("Kind of financial security"),
        choices=[(kind, title) for kind, title in SECURITIES.items() if kind != "none"],
    )
    amount = forms.DecimalField(
        label=gettext_lazy("Amount, dollars"),
        help_text=gettext_lazy("Your bids together cannot cost more than this."),
        min_value=Decimal("0.01"),
        max_digits=15,
        decimal_places=2,
        localize=False,
        widget=forms.TextInput(
            attrs={"class": "usa-input usa-input--medium", "inputmode": "decimal"}
        ),
    )
    reference = fields.TextField(
        label=gettext_lazy("Reference of the security"),
        help_text=gettext_lazy("Such as the number that the bank gave it."),
        max_length=REFERENCE_MAX,
        required=False,
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        entry = _auction(self.acting, self.known)
        if not entry.is_security_required:
            kind = self.fields["security_kind"]
            if isinstance(kind, fields.ChoiceField):
                kind.choices = list(SECURITIES.items())
                kind.initial = "none"
            self.fields["amount"].required = False

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("security_kind") == "none" and given.get("amount"):
            self.add_error("amount", _("Leave it blank where no security is given."))
        elif (
            given.get("security_kind", "none") != "none"
            and not given.get("amount")
            and "amount" not in self.errors
        ):
            self.add_error("amount", _("Say how much security is given."))
        return given

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        amount = given.get("amount")
        return {
            "security_kind": given["security_kind"],
            "security_cents": price_in_cents_of(amount) if amount else None,
            "reference": given.get("reference", ""),
        }


class BidsForm(StepForm):
    """Quantity and price of every bid, in rows or in a file; kept encrypted at once."""

    is_secret = True

    file = forms.FileField(
        label=gettext_lazy("Or a spreadsheet"),
        help_text=gettext_lazy(
            "CSV or XLSX with the columns quantity and price. It takes the place of the rows."
        ),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.auction = _auction(self.acting, self.known)
        self.bids: auction_lists.Bids = []

    def clean(self) -> dict[str, Any]:
        given, most = self.cleaned_data, self.auction.bids_max
        if given.get("file"):
            self.bids = auction_lists.read_file(given["file"], rows_max=most)
        else:
            self.bids = auction_lists.read_rows(self.data, rows_max=most)
        if not self.bids:
            raise forms.ValidationError(_("Give at least one bid."))
        contents = [Content(quantity, cents, "") for quantity, cents in self.bids]
        for sentence in _why_not(self.acting, self.auction.number, contents):
            self.add_error(None, sentence)
        return given

    def values(self) -> dict[str, Any]:
        return {"sealed": services.sealed_bids(self.bids)}

    def shown(self) -> dict[str, Any]:
        """The rows, with what was typed or what the account has entered before."""
        known: Sequence[tuple[str, str]] = [
            (f"{of.quantity}", in_dollars(of.price_cents).replace(",", "")) for of in self._before()
        ]
        asked = int(self.way) if self.way.isdecimal() else 0
        count = min(max(ROWS, len(known) + 2, min(asked, 10**4)), self.auction.bids_max)
        if self.is_bound:
            typed = [place for place in range(1, self.auction.bids_max + 1) if self._typed(place)]
            count = min(max([ROWS, *typed]) + 1, self.auction.bids_max)
        rows = []
        for place in range(1, count + 1):
            pair = known[place - 1] if place <= len(known) and not self.is_bound else ("", "")
            rows.append((place, *(self._cells(place) if self.is_bound else pair)))
        return {
            "rows": rows,
            "auction": self.auction,
            "more": min(count + ROWS_MORE, self.auction.bids_max),
            "has_more": count < self.auction.bids_max,
        }

    def _before(self) -> Sequence[Any]:
        if self.known.get("sealed"):
            return services.unseal_all(self.known["sealed"])
        return services.own_bids(
            program=self.acting.program.code,
            number=self.auction.number,
            account=self.acting.acted_for.id,
        )

    def _typed(self, place: int) -> bool:
        return any(self._cells(place))

    def _cells(self, place: int) -> tuple[str, str]:
        return (
            str(self.data.get(f"quantity-{place}", ""))[:40],
            str(self.data.get(f"price-{place}", ""))[:40],
        )


def price_in_cents_of(amount: Decimal) -> int:
    """A security in dollars as cents; it can be more than any price."""
    return int(amount * 100)


def _titled(entry: AuctionEntry, acting: Acting) -> str:
    closes = entry.closes_at.astimezone(acting.program.zone)
    words = _("Auction %(number)s: %(many)s of vintage %(vintage)s, closes %(closes)s")
    return words % {
        "number": entry.number,
        "many": f"{entry.quantity:,}",
        "vintage": entry.vintage,
        "closes": f"{closes:%Y-%m-%d %H:%M %Z}",
    }


def _auction(acting: Acting, values: Values) -> AuctionEntry:
    return queries.auction(program=acting.program.code, number=values["auction"])


def _auction_rows(acting: Acting, values: Values) -> list[tuple[str, str]]:
    return [(_("Auction"), _titled(_auction(acting, values), acting))]


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


def _why_not(acting: Acting, number: str, bids: Sequence[Content]) -> list[str]:
    found = services.why_not(
        program=acting.program.code,
        number=number,
        account=acting.acted_for.number,
        bids=bids,
        at=acting.at,
    )
    return [say(refusal.sentence) for refusal in found]


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
    return Forecast(refusals=tuple(_why_not(acting, values["auction"], _bids(values))))


def _may(acting: Acting) -> bool:
    kinds = ("compliance", "general")
    return acting.acted_for.kind in kinds and acting.program.market.auctions is not None


def _holds(acting: Acting, values: Values) -> bool:
    """Whether the auction that was chosen is still there."""
    try:
        return _auction(acting, values).state == "open"
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
