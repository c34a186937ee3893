"""The agreement behind a transfer, where the program asks for that: one page of the journey.

Source: RGGI-032, RGGI-035, RGGI-049.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.rules.trade_reports import TradeReport, check_report
from trueup.transfers.trade_models import METHOD_MAX
from trueup.transfers.trades import OWN_ACCOUNTS, in_dollars, read_terms, without_price
from trueup.web.acts import fields
from trueup.web.sentences import say
from trueup.web.signed_acts import Acting, Step, StepForm, Values
from trueup.web.templatetags.words import word

Rows = list[tuple[str, str]]
FIELD_OF = {
    "kind_unknown": "kind",
    "agreed_later": "agreed_on",
    "price_missing": "price",
    "price_and_reason": "reason",
    "reason_unknown": "reason",
}


class TermsForm(StepForm):
    """What was agreed: the kind and the day, and a price, how it is found, or why none."""

    kind = fields.ChoiceField(label=gettext_lazy("Kind of agreement"))
    agreed_on = fields.DayField(
        label=gettext_lazy("Day of the agreement"),
        help_text=gettext_lazy("When you agreed, not when it is recorded."),
    )
    price = fields.TextField(
        label=gettext_lazy("Price of each, in US dollars"),
        required=False,
        max_length=20,
        help_text=gettext_lazy(
            "In whole cents, such as 5.00. Reports show it without the parties and without"
            " serial numbers."
        ),
    )
    pricing_method = fields.TextField(
        label=gettext_lazy("How the price is found"),
        required=False,
        max_length=METHOD_MAX,
        help_text=gettext_lazy("If it is not a fixed price: an index and its day, for instance."),
    )
    reason = fields.ChoiceField(
        label=gettext_lazy("If there is no price: why"),
        required=False,
    )
    needs_buyer = forms.BooleanField(
        label=gettext_lazy("The receiving side must confirm these terms before anything moves"),
        required=False,
        help_text=gettext_lazy("A trade of two sides: until then the serial numbers are kept."),
        widget=forms.CheckboxInput(attrs={"class": "usa-checkbox__input"}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        trades = self.acting.program.market.trades
        if trades is None:
            return
        choices = {
            "kind": [(one, titled_word(one)) for one in trades.kinds],
            "reason": [
                ("", _("It has a price")),
                *((one, titled_word(one)) for one in trades.reasons),
            ],
        }
        for name, listed in choices.items():
            choice = self.fields[name]
            if isinstance(choice, fields.ChoiceField):
                choice.choices = listed
        kept = terms_from(self.known)
        if kept is not None:
            self._prefill(kept)

    def _prefill(self, kept: TradeReport) -> None:
        self.initial = {
            "kind": kept.kind,
            "agreed_on": kept.agreed_on,
            "price": in_dollars(kept.price_cents) if kept.price_cents is not None else "",
            "pricing_method": kept.pricing_method,
            "reason": kept.reason,
            "needs_buyer": self.known.get("needs_buyer", False),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        trades = self.acting.program.market.trades
        if self.errors or trades is None:
            return cleaned
        try:
            terms = read_terms(
                kind=cleaned["kind"],
                agreed_on=cleaned["agreed_on"].isoformat(),
                price=cleaned.get("price", ""),
                method=cleaned.get("pricing_method", ""),
                reason=cleaned.get("reason", ""),
            )
        except Refused as refused:
            for refusal in refused.refusals:
                self.add_error(FIELD_OF[refusal.reason], say(refusal.sentence))
            return cleaned
        if terms is None:
            return cleaned
        today = self.acting.program.local_date(self.acting.at)
        for refusal in check_report(terms, rules=trades, submitted_on=today):
            self.add_error(FIELD_OF[refusal.reason], say(refusal.sentence))
        cleaned["terms"] = terms
        return cleaned

    def values(self) -> dict[str, Any]:
        terms: TradeReport = self.cleaned_data["terms"]
        return {
            "trade": {**asdict(terms), "agreed_on": terms.agreed_on.isoformat()},
            "needs_buyer": bool(self.cleaned_data["needs_buyer"]),
        }


def titled_word(text: str) -> str:
    """A word of the program's file, as a choice shows it."""
    said = word(text)
    return said[:1].upper() + said[1:]


def terms_from(values: Values) -> TradeReport | None:
    """What a draft kept of the agreement."""
    kept = values.get("trade")
    if not kept:
        return None
    return TradeReport(**{**kept, "agreed_on": date.fromisoformat(kept["agreed_on"])})


def own_accounts(acting: Acting) -> TradeReport | None:
    """Of transfers between accounts of one's own: that nothing is paid.

    Source: RGGI-032.
    """
    on = acting.program.local_date(acting.at)
    return without_price(acting.program, reason=OWN_ACCOUNTS, on=on)


def rows_of(terms: TradeReport | None, *, needs_buyer: bool = False) -> Rows:
    """Label and answer, for the page that checks the answers and for both sides."""
    if terms is None:
        return []
    found = [
        (_("Agreement"), titled_word(terms.kind)),
        (_("Day of the agreement"), terms.agreed_on.isoformat()),
        (
            _("Price of each, in US dollars"),
            in_dollars(terms.price_cents) if terms.price_cents is not None else "",
        ),
        (_("How the price is found"), terms.pricing_method),
        (_("No price"), titled_word(terms.reason) if terms.reason else ""),
        (_("Confirmed by the receiving side first"), _("Yes") if needs_buyer else ""),
    ]
    return [(label, answer) for label, answer in found if answer]


def _asks(program: Program) -> bool:
    return program.market.trades is not None


def _rows(_acting: Acting, values: Values) -> Rows:
    return rows_of(terms_from(values), needs_buyer=values.get("needs_buyer", False))


TERMS = Step(
    name="terms",
    part=gettext_lazy("What was agreed"),
    title=gettext_lazy("What was agreed"),
    form_class=TermsForm,
    rows=_rows,
    applies=lambda acting, _values: _asks(acting.program),
    is_of=_asks,
)
