"""The forms of what a bidder signs: which auction, which security, which bids.

Source: RGGI-041, RGGI-042; docs/decisions/0345.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.auctions import bidder_queries, queries, services
from trueup.auctions.entries import AuctionEntry
from trueup.auctions.sealing import Content
from trueup.rules.auction_bids import in_dollars
from trueup.web.acts import auction_lists, fields
from trueup.web.sentences import say
from trueup.web.signed_acts import Acting, StepForm, Values
from trueup.web.templatetags.auctions import SECURITIES

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
            choice.choices = [(entry.number, titled_auction(entry, self.acting)) for entry in found]
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
        entry = auction_of(self.acting, self.known)
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
        self.auction = auction_of(self.acting, self.known)
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
        for sentence in why_not(self.acting, self.auction.number, contents):
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


def titled_auction(entry: AuctionEntry, acting: Acting) -> str:
    """An auction in a line: what is offered, and until when."""
    closes = entry.closes_at.astimezone(acting.program.zone)
    words = _("Auction %(number)s: %(many)s of vintage %(vintage)s, closes %(closes)s")
    return words % {
        "number": entry.number,
        "many": f"{entry.quantity:,}",
        "vintage": entry.vintage,
        "closes": f"{closes:%Y-%m-%d %H:%M %Z}",
    }


def auction_of(acting: Acting, values: Values) -> AuctionEntry:
    """The auction that was chosen."""
    return queries.auction(program=acting.program.code, number=values["auction"])


def why_not(acting: Acting, number: str, bids: Sequence[Content]) -> list[str]:
    """Why these bids would not be taken now, in the reader's language."""
    found = services.why_not(
        program=acting.program.code,
        number=number,
        account=acting.acted_for.number,
        bids=bids,
        at=acting.at,
    )
    return [say(refusal.sentence) for refusal in found]
