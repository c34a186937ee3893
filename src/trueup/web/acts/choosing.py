"""What goes: by vintage and quantity, by serial numbers, or from a list of many blocks.

Source: PLAT-050, PLAT-051; 40 CFR 62.16330(b)(1)(ii).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trueup.ledger import queries as ledger
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.rules.serials import SerialBlock, overlapping
from trueup.transfers.checks import BLOCKS_MAX
from trueup.transfers.whereabouts import Elsewhere, elsewhere, free_quantities, not_free
from trueup.web.acts import block_lists, fields
from trueup.web.sentences import say
from trueup.web.signed_acts import Acting, StepForm, Values
from trueup.web.templatetags.words import word

WAYS = ("vintage", "serials", "file")
WAY_NAMES = {
    "vintage": gettext_lazy("By vintage and quantity"),
    "serials": gettext_lazy("By serial numbers"),
    "file": gettext_lazy("From a file"),
}
SHOWN_MAX = 20


class WhatForm(StepForm):
    """Which instruments go, in one of three ways."""

    by = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        asked = str((data or {}).get("by", "")) or self.way or str(self.known.get("by", ""))
        self.way = asked if asked in WAYS else WAYS[0]
        self.fields["by"].initial = self.way
        self.fields["by"].required = False
        getattr(self, f"_ask_{self.way}")()

    @cached_property
    def free(self) -> dict[int, int]:
        """What the account can give of each vintage."""
        return free_quantities(self.acting.acted_for.id, rules=self.acting.program)

    def shown(self) -> dict[str, Any]:
        names = [(way, WAY_NAMES[way], way == self.way) for way in WAYS]
        rows = [
            (vintage, free, self[f"quantity_{vintage}"])
            for vintage, free in self.free.items()
            if self.way == "vintage"
        ]
        return {"ways": names, "way": self.way, "vintages": rows, "free_total": self.total_free}

    @property
    def total_free(self) -> int:
        return sum(self.free.values())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        chosen = getattr(self, f"_read_{self.way}")(cleaned)
        if chosen and not self.errors:
            self._refuse_what_is_not_there(chosen)
        cleaned["chosen"] = chosen
        return cleaned

    def values(self) -> dict[str, Any]:
        upload = self.cleaned_data.get("file")
        return {
            "by": self.way,
            "blocks": fields.blocks_json(self.cleaned_data["chosen"]),
            "file_name": str(upload.name) if upload else "",
        }

    def _ask_vintage(self) -> None:
        for vintage, free in self.free.items():
            self.fields[f"quantity_{vintage}"] = fields.WholeField(
                label=_("Quantity of vintage %(vintage)s") % {"vintage": vintage},
                required=False,
                max_value=free,
                error_messages={
                    "max_value": _(
                        "The account has %(limit_value)s of this vintage free; give no more."
                    )
                },
            )

    def _ask_serials(self) -> None:
        self.fields["blocks"] = fields.NoteField(
            rows=10,
            label=_("Serial numbers"),
            help_text=_(
                "One block a line, such as AL-2022-101 to AL-2022-200; at most %(limit)s"
                " blocks. You can paste two columns of a spreadsheet."
            )
            % {"limit": f"{BLOCKS_MAX:,}"},
            is_list=True,
        )

    def _ask_file(self) -> None:
        self.fields["file"] = forms.FileField(
            label=_("File with the blocks"),
            help_text=_(
                "CSV, XLSX or plain text: the first and the last serial number of each block"
                " in the first two columns, at most %(limit)s rows."
            )
            % {"limit": f"{BLOCKS_MAX:,}"},
            widget=forms.FileInput(
                attrs={"class": "usa-file-input__input", "accept": ".csv,.txt,.xlsx"}
            ),
        )

    def _read_vintage(self, cleaned: dict[str, Any]) -> list[SerialBlock]:
        chosen: list[SerialBlock] = []
        for vintage in self.free:
            quantity = cleaned.get(f"quantity_{vintage}")
            if not quantity:
                continue
            try:
                found = ledger.choose(self.acting.acted_for.id, vintage=vintage, quantity=quantity)
            except Refused as refused:
                told = [say(refusal.sentence) for refusal in refused.refusals]
                self.add_error(f"quantity_{vintage}", told)
                continue
            chosen += [item.block for item in found]
        if not chosen and not self.errors:
            self.add_error(None, _("Say how many go, of one vintage at least."))
        return chosen

    def _read_serials(self, cleaned: dict[str, Any]) -> list[SerialBlock]:
        return self._read(lambda: block_lists.read_text(cleaned["blocks"]), "blocks")

    def _read_file(self, cleaned: dict[str, Any]) -> list[SerialBlock]:
        return self._read(lambda: block_lists.read_file(cleaned["file"]), "file")

    def _read(self, read: Any, name: str) -> list[SerialBlock]:
        try:
            found: list[SerialBlock] = read()
        except forms.ValidationError as problem:
            self.add_error(name, problem)
            return []
        if not found:
            self.add_error(name, _("Name at least one serial number."))
        twice = overlapping(found)
        if twice:
            told = [
                _("%(one)s and %(other)s share a serial number; name each once.")
                % {"one": one, "other": other}
                for one, other in twice[:SHOWN_MAX]
            ]
            self.add_error(name, told)
        return found

    def _refuse_what_is_not_there(self, chosen: Sequence[SerialBlock]) -> None:
        """Say beside the list which serial numbers the account cannot give."""
        if self.way == "vintage":
            return
        account, rules = self.acting.acted_for, self.acting.program
        missing = not_free(account.id, chosen, rules=rules)
        if not missing:
            return
        told = [sentence_of(item) for item in elsewhere(account.id, missing, rules=rules)]
        more = len(missing) - SHOWN_MAX
        if more > 0:
            told = [
                *told[:SHOWN_MAX],
                ngettext("And %(count)s more block.", "And %(count)s more blocks.", more)
                % {"count": f"{more:,}"},
            ]
        self.add_error("blocks" if self.way == "serials" else "file", told)


def sentence_of(item: Elsewhere) -> str:
    """Why serial numbers cannot go, in a sentence."""
    named = {"block": str(item.block)}
    if item.kept_back:
        return _("%(block)s: kept back for something of this account that waits.") % named
    if item.holder is None:
        return _("%(block)s: there are no such serial numbers.") % named
    named["holder"] = f"{item.holder.name} ({item.holder.number})"
    return _("%(block)s: not in this account, but in %(holder)s.") % named


def totals(blocks: Iterable[SerialBlock], *, rules: Program) -> list[tuple[int, int]]:
    """How many go of each vintage, the oldest first.

    Source: PLAT-051; RATE-186.
    """
    found: dict[int, int] = {}
    for vintage, quantity in fields.vintages_of_blocks(blocks, rules=rules):
        found[vintage] = found.get(vintage, 0) + quantity
    return sorted(found.items())


def rows(acting: Acting, values: Values) -> Sequence[tuple[str, str]]:
    """What goes, as the check shows it."""
    blocks = fields.blocks_from_json(values["blocks"])
    quantity = sum(block.quantity for block in blocks)
    found = [(_("Quantity"), f"{quantity:,} {word(acting.program.instruments)}")]
    found += [
        (_("Of vintage %(vintage)s") % {"vintage": vintage}, f"{of_it:,}")
        for vintage, of_it in totals(blocks, rules=acting.program)
    ]
    if values.get("file_name"):
        found.append((_("From the file"), str(values["file_name"])))
    return found
