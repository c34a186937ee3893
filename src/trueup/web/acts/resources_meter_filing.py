"""Meter data as their reporter files them: a file of months, checked, shown, and signed.

Source: 40 CFR 62.16455(c); PLAT-130; docs/decisions/0205.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trueup.resources import services
from trueup.resources import sponsor_reads as sponsors
from trueup.resources.entries import MeterChange, MeterRow
from trueup.resources.files import path_of
from trueup.resources.meter_data import preview_meter_data
from trueup.signing.entries import Evidence
from trueup.web.acts.resources_batches import read_batch
from trueup.web.acts.resources_common import (
    signed_by,
)
from trueup.web.acts.resources_fields import FilesField, KeptFilesMixin, file_rows, in_digits
from trueup.web.resource_words import MONTHS, named
from trueup.web.sentences import plain
from trueup.web.signed_acts import (
    PROGRAM,
    ActForm,
    Acting,
    Outcome,
    SignedAct,
    Step,
    StepForm,
    Submission,
    Values,
)

CHANGES_SHOWN = 200
PROBLEMS_SHOWN = 40
BATCH_MAX = 8_000_000


class BatchForm(KeptFilesMixin, StepForm):
    """A file with months of the resources that named one."""

    files = FilesField(  # type: ignore[assignment]
        label=gettext_lazy("File of months"),
        required=False,
        accept=".csv",
        help_text=gettext_lazy(
            "CSV with the columns resource,year,month,mwh,evidence: the resource by its"
            " identifier, such as R0000012, the whole MWh of a month, and a note where the"
            " month is unusual. A month that was reported before is corrected by it."
        ),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.begin_with(self.known.get("files", ()))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        sent = cleaned.get("files") or ()
        if sent:
            self.known_files = []
        self.taken = self.take_in(sent)
        if len(self.taken) != 1 and "files" not in self.errors:
            self.add_error("files", _("Give one file of months."))
        if not self.errors:
            problems = problems_of(self.acting, {"files": self.taken})
            if problems:
                self.add_error("files", problems)
                self.known_files = []
                self._show_kept()
        return cleaned

    def values(self) -> dict[str, Any]:
        return {"files": self.taken}

    @cached_property
    def reports_for(self) -> list[Any]:
        """The resources that one may report for."""
        return sponsors.reports_for(self.acting.person.id, program=self.acting.program.code)

    def shown(self) -> dict[str, Any]:
        return {"resources": self.reports_for}


def batch_in(acting: Acting, values: Values) -> tuple[list[MeterRow], list[str]]:
    """The months of the file in a draft."""
    (kept,) = values["files"]
    known = sponsors.reports_for(acting.person.id, program=acting.program.code)
    return read_batch(
        path_of(kept["sha256"]), named={one.identifier: one.id for one in known if one.identifier}
    )


def problems_of(acting: Acting, values: Values) -> list[str]:
    """Everything that is wrong with a batch, with its row."""
    rows, problems = batch_in(acting, values)
    if problems:
        return problems
    _changes, refusals = preview_meter_data(
        rows, program=acting.program.code, reporter=acting.person.id, at=acting.at
    )
    return [
        _("Row %(row)s: %(sentence)s")
        % {"row": (refusal.row or 0) + 1, "sentence": plain(refusal.sentence)}
        for refusal in refusals[:PROBLEMS_SHOWN]
    ]


def _batch_rows(acting: Acting, values: Values) -> list[tuple[str, str]]:
    rows, _problems = batch_in(acting, values)
    changes, _refusals = preview_meter_data(
        rows, program=acting.program.code, reporter=acting.person.id, at=acting.at
    )
    names = sponsors.names_of({one.resource for one in changes})
    total = sum(one.mwh for one in changes)
    held = sum(one.state == "held" for one in changes)
    found = [
        *file_rows(values["files"]),
        (_("Months"), f"{len(changes):,}"),
        (_("MWh"), in_digits(Decimal(total))),
    ]
    if held:
        found.append((_("Held as implausible, until an official releases them"), f"{held:,}"))
    found += [
        (
            f"{names[one.resource].name}, {named(MONTHS, str(one.month))} {one.year}",
            _change_in_words(one),
        )
        for one in changes[:CHANGES_SHOWN]
    ]
    return found


def _change_in_words(one: MeterChange) -> str:
    told = [_("%(mwh)s MWh") % {"mwh": in_digits(one.mwh)}]
    if one.version > 1:
        words = _("a credit of %(mwh)s") if one.difference >= 0 else _("a debit of %(mwh)s")
        told.append(
            _("corrects what was reported: %(what)s")
            % {"what": words % {"mwh": in_digits(abs(one.difference))}}
        )
    if one.state == "held":
        told.append(_("held: above what is plausible"))
    return ", ".join(told)


def _batch_submission(acting: Acting, values: Values, _key: UUID) -> Submission:
    (kept,) = values["files"]
    rows, _problems = batch_in(acting, values)
    lines = [f"Meter data: {len(rows)} months, file {kept['name']}, SHA-256 {kept['sha256']}"]
    return Submission(text="\n".join(lines), rows=tuple(_batch_rows(acting, values)))


def _file_batch(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    rows, _problems = batch_in(acting, values)
    changes = services.file_meter_data(
        rows,
        program=acting.program.code,
        reporter=acting.person.id,
        filed_at=acting.at,
        signed=signed_by(FILE, acting, _batch_submission(acting, values, key), evidence),
    )
    held = sum(one.state == "held" for one in changes)
    sentences = [_("Each sponsor accepts or disputes them.")]
    if held:
        sentences.append(
            ngettext(
                "%(many)d month is held as implausible.",
                "%(many)d months are held as implausible.",
                held,
            )
            % {"many": held}
        )
    return Outcome(
        heading=ngettext("%(many)d month is filed", "%(many)d months are filed", len(changes))
        % {"many": len(changes)},
        sentences=tuple(sentences),
        kind="info",
        links=((_("What you report"), reverse("meter-data")),),
    )


def _reports_here(acting: Acting) -> bool:
    found = sponsors.reports_for(acting.person.id, program=acting.program.code, limit=1)
    return bool(found)


FILE = SignedAct(
    name="file-meter-data",
    subject=PROGRAM,
    document="meter_data",
    title=gettext_lazy("File meter data"),
    lead=gettext_lazy(
        "You report the MWh of months for the resources that named you. All rows of a file are"
        " taken, or none. A month that was reported before is corrected: the difference is"
        " shown before you sign."
    ),
    button=gettext_lazy("Sign and file the data"),
    form_class=ActForm,
    prepare=_batch_submission,
    perform=_file_batch,
    may=_reports_here,
    steps=(
        Step(
            name="file",
            part=gettext_lazy("File"),
            title=gettext_lazy("The file of months"),
            form_class=BatchForm,
            template="sponsor/step_batch",
            rows=_batch_rows,
        ),
    ),
    then=gettext_lazy("The months are on record at once. Each sponsor accepts or disputes them."),
    home=lambda _acting: (str(_("What you report")), reverse("meter-data")),
    certified=lambda _acting: (),
    sent_max=BATCH_MAX,
)

ACTS = (FILE,)
