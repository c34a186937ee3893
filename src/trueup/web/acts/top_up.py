"""Fleet top-up: every compliance account of a person to a share of what it owes, signed once.

Source: PLAT-050, PLAT-054, PLAT-080, PLAT-081; docs/decisions/0244.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trueup.accounts import queries as accounts
from trueup.compliance import top_up
from trueup.compliance.top_up import FleetRow
from trueup.rules.periods import CompliancePeriod
from trueup.rules.refusal import Refused
from trueup.signing.entries import Evidence
from trueup.transfers import services
from trueup.transfers.canonical import canonical_text, tidied
from trueup.transfers.entries import TransferSpec
from trueup.web import sheets
from trueup.web.acts import fields, trades, warnings
from trueup.web.acts.transfers import KIND, WARNINGS, forecast_of, titled
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
from trueup.web.templatetags.words import word

# One page, one signature, one database transaction.
ACCOUNTS_MAX = 400
PERCENT_MAX = 200
COLUMNS = 7
PROBLEMS_SHOWN = 20
WAYS = {"screen": gettext_lazy("On this page"), "file": gettext_lazy("With a spreadsheet")}


class ShareForm(StepForm):
    """For which period, and up to which share of what is owed."""

    period = fields.ChoiceField(
        label=gettext_lazy("Compliance period"),
        help_text=gettext_lazy("Those whose transfer deadline is to come."),
    )
    percent = fields.WholeField(
        label=gettext_lazy("Share of the obligation so far, in percent"),
        max_value=PERCENT_MAX,
        initial=100,
        help_text=gettext_lazy(
            "100 brings every account up to what it owes by the data reported so far."
        ),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        found = warnings.open_periods(self.acting.program, self.acting.at)
        choice = self.fields["period"]
        if isinstance(choice, fields.ChoiceField):
            choice.choices = [(period.name, period.name) for period in found]
            choice.initial = found[0].name if found else None


class AmountsForm(StepForm):
    """How much each account gets, on the page or from a spreadsheet."""

    by = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        asked = str((data or {}).get("by", "")) or self.way
        self.way = asked if asked in WAYS else "screen"
        self.fields["by"].initial = self.way
        if self.way == "file":
            self.fields["file"] = forms.FileField(
                label=gettext_lazy("The spreadsheet with your amounts"),
                help_text=gettext_lazy(
                    "XLSX or CSV, as you downloaded it: the account's number in the first"
                    " column, the amount in the last."
                ),
                widget=forms.FileInput(
                    attrs={"class": "usa-file-input__input", "accept": ".csv,.xlsx"}
                ),
            )
            return
        for row in self.fleet:
            self.fields[_field(row)] = fields.CountField(
                label=_("Amount for %(account)s") % {"account": row.account.name},
                required=False,
                initial=self._prefilled(row),
            )

    @cached_property
    def fleet(self) -> list[FleetRow]:
        return fleet_of(self.acting, self.known)

    def shown(self) -> dict[str, Any]:
        on_screen = self.way == "screen"
        return {
            "ways": [(way, word, way == self.way) for way, word in WAYS.items()],
            "way": self.way,
            "fleet": [(row, self[_field(row)] if on_screen else None) for row in self.fleet],
            "lacking": sum(row.lacks for row in self.fleet),
            "percent": self.known["percent"],
            "period": self.known["period"],
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if self.way == "file":
            amounts = self._read(cleaned["file"])
        else:
            amounts = {row.account.number: cleaned.get(_field(row)) or 0 for row in self.fleet}
        cleaned["amounts"] = {number: amount for number, amount in amounts.items() if amount}
        if not self.errors and not cleaned["amounts"]:
            self.add_error(None, _("No account gets anything. Give an amount to one at least."))
        if not self.errors:
            self._choose(cleaned)
        return cleaned

    def values(self) -> dict[str, Any]:
        return {
            "by": self.way,
            "amounts": self.cleaned_data["amounts"],
            "chosen": self.cleaned_data["chosen"],
            "blocks": [block for found in self.cleaned_data["chosen"].values() for block in found],
        }

    def _prefilled(self, row: FleetRow) -> int:
        kept = self.known.get("amounts")
        return row.lacks if kept is None else kept.get(row.account.number, 0)

    def _choose(self, cleaned: dict[str, Any]) -> None:
        """The serial numbers of every account, which are then signed."""
        ids = {row.account.number: row.account.id for row in self.fleet}
        wanted = {ids[number]: amount for number, amount in cleaned["amounts"].items()}
        try:
            chosen = top_up.choose_for(
                self.acting.acted_for.id,
                wanted,
                program=self.acting.program.code,
                period=_period(self.acting, self.known),
            )
        except Refused as refused:
            self.add_error(None, [say(refusal.sentence) for refusal in refused.refusals])
            return
        cleaned["chosen"] = {
            number: fields.blocks_json(chosen[ids[number]]) for number in cleaned["amounts"]
        }

    def _read(self, upload: Any) -> dict[str, int]:
        """The amounts of a spreadsheet; what is wrong is told row by row."""
        try:
            rows = sheets.rows_of(
                upload.file,
                name=upload.name,
                size=upload.size,
                rows_max=ACCOUNTS_MAX + 1,
                columns=COLUMNS,
            )
        except sheets.UnreadableError as unreadable:
            self.add_error("file", str(unreadable))
            return {}
        numbers = {row.account.number for row in self.fleet}
        amounts: dict[str, int] = {}
        problems: list[str] = []
        for line, cells in rows[1:]:
            problem, number, amount = _read_row(cells, numbers, amounts)
            if problem:
                told = _("Row %(line)s: %(problem)s")
                problems.append(told % {"line": line, "problem": problem})
            else:
                amounts[number] = amount
        if problems:
            self.add_error("file", problems[:PROBLEMS_SHOWN])
        return amounts


def fleet_of(acting: Acting, values: Values) -> list[FleetRow]:
    """The compliance accounts that the person represents, with what each lacks.

    Source: PLAT-080, PLAT-081; docs/decisions/0244.
    """
    own = [
        account.id
        for account in accounts.accounts_of(acting.person.id, at=acting.at)
        if account.program == acting.program.code and account.kind == "compliance"
    ]
    return top_up.fleet(
        program=acting.program.code,
        period=_period(acting, values),
        account_ids=own[:ACCOUNTS_MAX],
        percent=int(values["percent"]),
    )


def specs_of(acting: Acting, values: Values, *, key: UUID) -> list[TransferSpec]:
    """One transfer to each account, all with keys of their own that follow from the draft's."""
    reference = _("Top-up for %(period)s") % {"period": values["period"]}
    return [
        TransferSpec(
            source=acting.acted_for.number,
            destination=number,
            submitted_by=acting.person.id,
            submitted_at=acting.at,
            key=uuid5(key, number),
            blocks=fields.blocks_from_json(blocks),
            reference=reference,
            trade=trades.own_accounts(acting),
        )
        for number, blocks in values["chosen"].items()
    ]


def _read_row(
    cells: tuple[str, ...], numbers: set[str], amounts: Mapping[str, int]
) -> tuple[str, str, int]:
    """What is wrong with a row, or the account's number and its amount."""
    number = "".join(cells[0].split()).upper()
    text = cells[COLUMNS - 1].replace(",", "") if len(cells) >= COLUMNS else ""
    if number not in numbers:
        return _("“%(number)s” is none of your compliance accounts.") % {"number": number}, "", 0
    if number in amounts:
        return _("the account %(number)s is named twice.") % {"number": number}, "", 0
    if text and not (text.isascii() and text.isdigit() and len(text) <= 13):
        return _("the amount “%(text)s” is no whole number.") % {"text": text}, "", 0
    return "", number, int(text or 0)


def _period(acting: Acting, values: Values) -> CompliancePeriod:
    return acting.program.period_named(values["period"])


def _field(row: FleetRow) -> str:
    return f"amount_{row.account.number}"


def _prepare(acting: Acting, values: Values, key: UUID) -> Submission:
    specs = specs_of(acting, values, key=key)
    return Submission(
        text=canonical_text([tidied(spec) for spec in specs]),
        rows=(
            (_("From"), titled(acting.acted_for)),
            *_share_rows(acting, values),
            *_amount_rows(acting, values),
        ),
        blocks=tuple(block for spec in specs for block in spec.blocks),
        document="transfer_batch" if len(specs) > 1 else "transfer",
    )


def _share_rows(_acting: Acting, values: Values) -> list[tuple[str, str]]:
    return [
        (_("Compliance period"), values["period"]),
        (_("Share of the obligation so far"), f"{values['percent']}%"),
    ]


def _amount_rows(acting: Acting, values: Values) -> list[tuple[str, str]]:
    known = {row.account.number: row.account for row in fleet_of(acting, values)}
    amounts: Mapping[str, int] = values["amounts"]
    rows = [
        (titled(known[number]) if number in known else number, f"{amount:,}")
        for number, amount in amounts.items()
    ]
    total = f"{sum(amounts.values()):,} {word(acting.program.instruments)}"
    return [*rows, (_("In all"), total)]


def _forecast(acting: Acting, values: Values, key: UUID) -> Forecast:
    return forecast_of(acting, specs_of(acting, values, key=key))


def _perform(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    entries = services.submit_batch(
        specs_of(acting, values, key=key),
        program=acting.program.code,
        recorded_at=acting.at,
        all_or_none=True,
        evidence=evidence,
    )
    recorded = sum(1 for entry in entries if entry.state == "recorded")
    waiting = len(entries) - recorded
    sentences = [
        ngettext("%(count)s transfer is recorded.", "%(count)s transfers are recorded.", recorded)
        % {"count": recorded}
    ]
    if waiting:
        told = ngettext(
            "%(count)s transfer is submitted and waits.",
            "%(count)s transfers are submitted and wait.",
            waiting,
        )
        sentences.append(told % {"count": waiting})
    quantity = f"{sum(entry.quantity or 0 for entry in entries):,}"
    return Outcome(
        heading=_("The top-up is submitted: %(quantity)s %(instruments)s")
        % {"quantity": quantity, "instruments": word(acting.program.instruments)},
        sentences=tuple(sentences),
        kind="info" if waiting else "success",
        links=tuple(
            (
                f"{entry.destination.name if entry.destination else entry.destination_number}:"
                f" {entry.quantity or 0:,}",
                reverse("transfer", args=[acting.program.code, entry.key]),
            )
            for entry in entries
        ),
    )


def _may(acting: Acting) -> bool:
    """From a general account, by who represents a compliance account as well."""
    if acting.acted_for.kind != "general":
        return False
    own = accounts.accounts_of(acting.person.id, at=acting.at)
    return any(
        account.kind == "compliance" and account.program == acting.program.code for account in own
    )


SHARE = Step(
    name="share",
    part=gettext_lazy("How far"),
    title=gettext_lazy("Up to which share of what they owe?"),
    form_class=ShareForm,
    rows=_share_rows,
)
AMOUNTS = Step(
    name="amounts",
    part=gettext_lazy("How much each"),
    title=gettext_lazy("How much each account gets"),
    form_class=AmountsForm,
    template="signing/step_amounts",
    rows=_amount_rows,
)
TOP_UP = SignedAct(
    name="top-up",
    subject=ACCOUNT,
    document="transfer_batch",
    title=gettext_lazy("Top up my compliance accounts"),
    lead=gettext_lazy(
        "Every compliance account that you represent is brought to a share of what it owes, out"
        " of this account, with one signature: all of it, or nothing."
    ),
    button=gettext_lazy("Sign and submit all transfers"),
    then=gettext_lazy(
        "All transfers are submitted and recorded at once, or none is. You get a receipt, and"
        " every account is told."
    ),
    form_class=ActForm,
    prepare=_prepare,
    perform=_perform,
    kind=KIND,
    may=_may,
    steps=(SHARE, AMOUNTS, WARNINGS),
    forecast=_forecast,
)

ACTS = (TOP_UP,)
