"""What a signer should stop and think about before instruments leave an account.

Source: PLAT-051, PLAT-054, PLAT-080, PLAT-094; docs/decisions/0241.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trueup.accounts import queries as accounts
from trueup.compliance import queries as compliance
from trueup.ledger import queries as ledger
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.transfers import queries as transfers
from trueup.web.acts import fields
from trueup.web.signed_acts import Acting, StepForm, Values
from trueup.web.templatetags.words import word

REPEATED_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Warning:  # noqa: A001
    """One thing to be read and ticked; its key changes when what it says changes."""

    key: str
    heading: str
    sentence: str


def warnings_of(acting: Acting, values: Values) -> list[Warning]:
    """All that should be read before this is signed; a constant number of statements.

    Source: PLAT-054, PLAT-080, PLAT-094.
    """
    if "blocks" not in values:
        return []
    blocks = fields.blocks_from_json(values["blocks"])
    quantity = sum(block.quantity for block in blocks)
    found = [*_of_the_receiver(acting, values, quantity), *_of_the_share(acting, quantity)]
    if acting.acted_for.kind == "compliance":
        found += _of_the_obligation(acting, values)
    return found


def all_read(acting: Acting, values: Values) -> bool:
    """Whether every warning that is to be given now was ticked.

    Source: PLAT-094.
    """
    return {found.key for found in warnings_of(acting, values)} <= set(values.get("read", ()))


def are_there(acting: Acting, values: Values) -> bool:
    """Whether there is anything to warn of."""
    return bool(warnings_of(acting, values))


def open_periods(rules: Program, at: datetime) -> list[CompliancePeriod]:
    """The compliance periods that have begun and whose transfer deadline is to come.

    Source: 40 CFR 62.16375 “Allowance transfer deadline”.
    """
    year = rules.local_date(at).year
    in_turn = rules.in_turn(rules.schedule.printed[0])
    begun = takewhile(lambda period: rules.control_period_of(period).first_year <= year, in_turn)
    return [
        period for period in begun if period.first_year <= year and rules.deadline_at(period) >= at
    ]


class WarningsForm(StepForm):
    """A box to be ticked for each warning."""

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.found = warnings_of(self.acting, self.known)
        for position, item in enumerate(self.found):
            self.fields[f"read_{position}"] = forms.BooleanField(
                label=_("I have read this, and the transfer is meant."),
                widget=forms.CheckboxInput(attrs={"class": "usa-checkbox__input"}),
                error_messages={
                    "required": _("Read “%(heading)s”, and tick that you have.")
                    % {"heading": item.heading}
                },
            )

    def shown(self) -> dict[str, Any]:
        return {
            "warnings": [
                (item, self[f"read_{position}"]) for position, item in enumerate(self.found)
            ]
        }

    def values(self) -> dict[str, Any]:
        return {"read": [item.key for item in self.found]}


def _of_the_receiver(acting: Acting, values: Values, quantity: int) -> Iterator[Warning]:
    number = values.get("destination")
    to = ledger.find_account(program=acting.program.code, number=number) if number else None
    if to is None:
        return
    source = acting.acted_for.id
    named = {"name": to.name, "number": to.number}
    if not transfers.has_sent_to(source, to.id):
        yield Warning(
            key=f"first {to.number}",
            heading=_("The first transfer to this account"),
            sentence=_(
                "This account has never sent anything to %(name)s (%(number)s). Make sure, by"
                " a way other than the message that gave you the number, that it is the right"
                " one."
            )
            % named,
        )
    since = acting.at - REPEATED_WITHIN
    before = transfers.sent_since(source, to.id, quantity=quantity, since=since)
    if before:
        yield Warning(
            key=f"repeat {before[0].key}",
            heading=_("The same again within minutes"),
            sentence=_(
                "A transfer of the same %(quantity)s to %(name)s (%(number)s) was submitted"
                " less than 10 minutes ago. Go on only if both are meant."
            )
            % {**named, "quantity": f"{quantity:,}"},
        )


def _of_the_share(acting: Acting, quantity: int) -> Iterator[Warning]:
    account = acting.acted_for.id
    held = ledger.totals_of([account])[account]
    limit = settings.TRUEUP_UNUSUAL_SHARE_PERCENT
    if not held or quantity * 100 <= held * limit:
        return
    percent = min(quantity * 100 // held, 100)
    yield Warning(
        key=f"share {quantity} of {held}",
        heading=_("A large part of what the account holds"),
        sentence=_(
            "%(quantity)s of the %(held)s %(instruments)s in this account would leave it:"
            " %(percent)s%%."
        )
        % {
            "quantity": f"{quantity:,}",
            "held": f"{held:,}",
            "instruments": word(acting.program.instruments),
            "percent": percent,
        },
    )


def _of_the_obligation(acting: Acting, values: Values) -> Iterator[Warning]:
    owner = accounts.facility_of(acting.acted_for.id)
    if owner is None:
        return
    rules = acting.program
    blocks = fields.blocks_from_json(values["blocks"])
    leaving = list(fields.vintages_of_blocks(blocks, rules=rules))
    for period in open_periods(rules, acting.at):
        found = compliance.positions(
            program=rules.code, period=period, facilities=[owner.facility.id]
        )
        position = next((one for one in found if one.account == acting.acted_for.id), None)
        usable = rules.vintage_max(period)
        going = sum(quantity for vintage, quantity in leaving if vintage <= usable)
        if position is None or not going:
            continue
        short = position.obligation - (position.held - going)
        if short > 0:
            yield Warning(
                key=f"short {period.name} {short}",
                heading=_("It leaves the facility short"),
                sentence=_short(acting, period, short),
            )


def _short(acting: Acting, period: CompliancePeriod, short: int) -> str:
    return ngettext(
        "After this transfer %(name)s would hold %(short)s %(instruments)s too few for what it"
        " owes so far for %(period)s. The transfer deadline is %(deadline)s.",
        "After this transfer %(name)s would hold %(short)s %(instruments)s too few for what it"
        " owes so far for %(period)s. The transfer deadline is %(deadline)s.",
        short,
    ) % {
        "name": acting.acted_for.name,
        "short": f"{short:,}",
        "instruments": word(acting.program.instruments),
        "period": period.name,
        "deadline": acting.program.deadline_on(period).isoformat(),
    }
