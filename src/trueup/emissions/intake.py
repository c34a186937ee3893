"""Take in what is reported, by file or by hand: all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path

from django.db import transaction

from trueup.audit import services as audit
from trueup.emissions import (
    checking,
    finalization,
    fingerprint,
    formats,
    locations,
    receipts,
    recording,
    retired_units,
)
from trueup.emissions.entries import AnnualReport, RecordingResult
from trueup.emissions.locations import Locations
from trueup.emissions.models import SubmittedFile
from trueup.emissions.quantities import DECIMALS
from trueup.emissions.recording import QUANTITIES, Origin, Row
from trueup.emissions.refusals import (
    PROBLEMS_MAX,
    DuplicateRecord,
    NegativeMass,
    NegativeOutput,
    NotANumber,
    UnknownFacility,
    UnknownUnit,
)
from trueup.emissions.reports import Feed, Format, Parsed, Progress, no_progress
from trueup.emissions.totals import MASS_MAX
from trueup.rules import programs
from trueup.rules.refusal import Refusal, Refused


def import_file(
    *,
    path: Path,
    name: str,
    program: str,
    actor: str,
    received_at: datetime,
    is_resubmission: bool = False,
    passes_over_unknown: bool = False,
    has_operating_hours_only: bool = False,
    feed: Feed | None = None,
    progress: Progress = no_progress,
) -> RecordingResult:
    """Take in a file of emissions of any accepted format, whole or not at all.

    The file is read before the transaction begins, so others are not kept waiting. The
    records serve every program; `program` says in which time zone a year is over.

    Args:
        name: The file's name as its sender knows it.
        is_resubmission: The file replaces what was reported before, with its history.
        passes_over_unknown: Leave out facilities and units that the registry does not
            know, as in a State's whole file, in place of refusing them.
        has_operating_hours_only: An hourly file leaves out hours without operation.
        feed: What an hourly file's masses are, if not what its format usually holds.

    Raises Refused with every problem by line; `recording` of them then is nothing.

    Source: 40 CFR 62.16345(a), 62.16360(a)(1); PLAT-070, PLAT-073.
    """
    file_format = formats.detect(path)
    print_of = fingerprint.take(
        path, is_text=file_format is not Format.HOURLY_PARQUET, progress=progress
    )
    known = locations.known_names() if passes_over_unknown else None
    parsed = formats.read(path, feed=feed, known=known, progress=progress)
    today = programs.load(program).local_date(received_at)
    progress("checking", 0, len(parsed.rows))
    checked = _check(parsed, today=today, is_every_hour_due=not has_operating_hours_only)
    with transaction.atomic():
        file = SubmittedFile.objects.create(
            name=name[:255],
            sha256=print_of.sha256,
            size_bytes=print_of.size_bytes,
            format=parsed.format,
            feed=parsed.feed,
            is_resubmission=is_resubmission,
            received_at=received_at,
            actor=actor,
        )
        kind = "resubmitted" if is_resubmission else "reported"
        origin = Origin(kind=kind, actor=actor, recorded_at=received_at, file=file.pk)
        result, _ = _record(checked, origin, parsed=parsed)
        retired_units.raise_alarms(checked.rows, program=program, recorded_at=received_at)
        receipts.acknowledge(file, checked.rows, program=program, received_at=received_at)
        audit.log(
            at=received_at,
            program=program,
            actor=actor,
            act="import_emissions",
            subject=f"emissions_file:{file.pk}",
            after={"name": file.name, "sha256": file.sha256, **_counts(result)},
            cite="40 CFR 62.16360(a)(1)",
        )
        progress("recording", len(parsed.rows), len(parsed.rows))
    return result


def report_annual(
    rows: Sequence[AnnualReport],
    *,
    program: str,
    actor: str,
    recorded_at: datetime,
    is_resubmission: bool = False,
    is_final: bool = False,
) -> RecordingResult:
    """Take in emissions entered by hand, complete for their units and years, or none.

    Args:
        is_final: The Administrator decides at once that they are final in the program.

    Raises Refused with every reason, each with the position of its row from 1.

    Source: 40 CFR 62.16345(a)(2), 62.16360(a)(1); PLAT-070 (manual entry).
    """
    today = programs.load(program).local_date(recorded_at)
    known = locations.load({row.facility for row in rows})
    refusals = [refusal for number, row in enumerate(rows, 1) for refusal in _amiss(row, number)]
    found, unknown = _find(rows, known)
    refusals += [*unknown, *_twice(found), *checking.not_over(found, today=today)]
    checked = _Checked(known, found, refusals)
    with transaction.atomic():
        kind = "resubmitted" if is_resubmission else "reported"
        origin = Origin(kind=kind, actor=actor, recorded_at=recorded_at)
        result, ids = _record(checked, origin)
        retired_units.raise_alarms(checked.rows, program=program, recorded_at=recorded_at)
        audit.log(
            at=recorded_at,
            program=program,
            actor=actor,
            act="report_emissions",
            subject=_subject(found),
            after=_counts(result),
            cite="40 CFR 62.16360(a)(1)",
        )
        if is_final and ids:
            finalization.decide_final(
                program=program,
                records=ids,
                subject=_subject(found),
                reasons=[f"{len(ids)} reports were entered as complete and final."],
                decided_at=recorded_at,
                decided_by=actor,
            )
    return result


@dataclass(slots=True)
class _Checked:
    """Rows whose locations are known, and what is wrong so far."""

    known: Locations
    rows: list[Row]
    refusals: list[Refusal]
    not_shown: int = 0


def _check(parsed: Parsed, *, today: date, is_every_hour_due: bool) -> _Checked:
    """Everything about a file that does not depend on what is recorded already."""
    known, rows, refusals = checking.find_locations(parsed.rows)
    refusals = [*parsed.problems, *refusals, *_twice(rows), *checking.not_over(rows, today=today)]
    if is_every_hour_due:
        refusals += checking.hours_missing(rows)
    return _Checked(known, rows, refusals, parsed.problem_count - len(parsed.problems))


def _record(
    checked: _Checked, origin: Origin, *, parsed: Parsed | None = None
) -> tuple[RecordingResult, list[int]]:
    """Compare with what is recorded, and record; inside a transaction."""
    recording.lock(checked.known.facilities)
    current = recording.current_records(
        locations=checked.known, years={row.year for row in checked.rows}
    )
    planned = recording.plan(
        checked.rows, current, checked.known, replaces=origin.kind == "resubmitted"
    )
    refusals = [*checked.refusals, *planned.refusals]
    refusals += checking.running_totals(checked.rows, current)
    if refusals:
        raise Refused(_listed(refusals, checked.not_shown))
    ids = recording.write(planned, current, origin)
    alerts = list(checking.alerts(planned.new))
    result = RecordingResult(
        file=origin.file,
        format=parsed.format if parsed is not None else None,
        feed=parsed.feed if parsed is not None else None,
        recorded=len(ids),
        superseded=planned.superseded,
        unchanged=planned.unchanged,
        withdrawn=len(planned.withdrawn),
        passed_over=parsed.passed_over if parsed is not None else frozenset(),
        alerts=tuple(islice(alerts, PROBLEMS_MAX)),
        alert_count=len(alerts),
    )
    return result, ids


def _listed(refusals: Sequence[Refusal], not_shown: int) -> list[Refusal]:
    """The refusals by line, with a word on those that are too many to list."""
    listed = sorted(refusals, key=lambda refusal: refusal.row or 0)
    more = not_shown + max(0, len(listed) - PROBLEMS_MAX)
    if more:
        last = listed[PROBLEMS_MAX - 1 : PROBLEMS_MAX] or listed[-1:]
        sentence = f"There are {more} more problems; the file has been read to its end."
        return [*listed[:PROBLEMS_MAX], type(last[0])(sentence)]
    return listed


def _counts(result: RecordingResult) -> dict[str, object]:
    return {
        "recorded": result.recorded,
        "superseded": result.superseded,
        "unchanged": result.unchanged,
        "withdrawn": result.withdrawn,
        "passed_over": len(result.passed_over),
        "alerts": result.alert_count,
    }


def _subject(rows: Sequence[Row]) -> str:
    facilities = {row.location.facility for row in rows}
    if len(facilities) == 1:
        return f"facility:{next(iter(facilities))}"
    return f"emissions of {len(facilities)} facilities"


def _find(rows: Sequence[AnnualReport], known: Locations) -> tuple[list[Row], list[Refusal]]:
    """The entered rows with their locations, and those that have none."""
    found: list[Row] = []
    refusals: list[Refusal] = []
    for number, row in enumerate(rows, start=1):
        location = known.of_facility.get(row.facility, {}).get(row.unit)
        if row.facility not in known.facilities:
            refusals.append(UnknownFacility("The registry has no such facility.", row=number))
        elif location is None:
            name = known.facilities[row.facility].name
            refusals.append(UnknownUnit(f"{name} has no unit or stack “{row.unit}”.", row=number))
        else:
            quantities = tuple(getattr(row, name) for name in QUANTITIES)
            found.append(
                Row(
                    location=location,
                    year=row.year,
                    quarter=row.quarter,
                    quantities=quantities,
                    line=number,
                )
            )
    return found, refusals


def _amiss(row: AnnualReport, number: int) -> Iterable[Refusal]:
    """What is wrong with the quantities of an entered row."""
    for name in QUANTITIES:
        value: Decimal | None = getattr(row, name)
        if value is None:
            continue
        if not value.is_finite() or abs(value) >= MASS_MAX or value != round(value, DECIMALS):
            sentence = f"“{name}” is {value}: not a number with at most {DECIMALS} decimals."
            yield NotANumber(sentence, row=number)
        elif value < 0:
            kind = NegativeMass if name == "co2_tons" else NegativeOutput
            yield kind(f"“{name}” is {value}: it cannot be negative.", row=number)


def _twice(rows: Sequence[Row]) -> Iterable[Refusal]:
    """Rows of one location and period that come twice, under whatever name."""
    first: dict[recording.Period, Row] = {}
    for row in rows:
        before = first.setdefault(row.period, row)
        if before is not row:
            sentence = f"{row.period} has two rows; the first is on line {before.line}."
            yield DuplicateRecord(sentence, row=row.line)
