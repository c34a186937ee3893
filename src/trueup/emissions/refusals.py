"""Reasons why reported emissions are not taken in; `row` is the line of the file.

They stand together because the readers of all formats give the same ones.
"""

from __future__ import annotations

from trueup.rules.refusal import Refusal

PROBLEMS_MAX = 1_000  # Listed of one file; the rest are counted.


class NotReadable(Refusal):
    """The file is cut off, in another encoding, or not of the form it seems to be."""

    code = "emissions.not_readable"
    cite = "40 CFR 62.16360(a)(1)"


class FormatUnknown(Refusal):
    code = "emissions.format_unknown"
    cite = "40 CFR 62.16360(a)(1)"


class MissingColumn(Refusal):
    code = "emissions.missing_column"
    cite = "40 CFR 62.16360(a)(1)"


class NotANumber(Refusal):
    """Not a plain number, or one with more digits than the quantity is measured in."""

    code = "emissions.not_a_number"
    cite = "40 CFR 62.16345(a)"


class DateNotReadable(Refusal):
    code = "emissions.date_not_readable"
    cite = "40 CFR 62.16345(a)"


class NothingToAdjust(Refusal):
    code = "emissions.nothing_to_adjust"
    cite = "40 CFR 62.16370; 62.16565"


class NegativeMass(Refusal):
    code = "emissions.negative_mass"
    cite = "40 CFR 62.16345(a)"


class NegativeOutput(Refusal):
    """Output is zero, not negative, when a unit uses more than it generates."""

    code = "emissions.negative_output"
    cite = "40 CFR 62.16345(a)(3), (a)(6)"


class OperatingTimeOutOfRange(Refusal):
    code = "emissions.operating_time_out_of_range"
    cite = "40 CFR 62.16345(a)(1)"


class HourOutOfRange(Refusal):
    code = "emissions.hour_out_of_range"
    cite = "40 CFR 62.16345(a)(1)"


class IncompleteRecord(Refusal):
    """An operating hour without a value, or a value without what it belongs to."""

    code = "emissions.incomplete_record"
    cite = "40 CFR 62.16345(a)(1), (a)(4)(ii)-(iii), (a)(5)"


class ContradictoryRecord(Refusal):
    code = "emissions.contradictory_record"
    cite = "40 CFR 62.16345(a)(1)"


class HoursMissing(Refusal):
    code = "emissions.hours_missing"
    cite = "40 CFR 62.16345(a)(2)"


class TotalsDiffer(Refusal):
    """A total that the file states is not the sum of what it adds up."""

    code = "emissions.totals_differ"
    cite = "40 CFR 62.16345(a)(2)"


class DuplicateRecord(Refusal):
    """The same hour, quarter or year of a unit twice, without the resubmission flag."""

    code = "emissions.duplicate_record"
    cite = "40 CFR 62.16360(a)(1)"


class CountedTwice(Refusal):
    """One mass reported both for a stack and for a unit that it serves."""

    code = "emissions.counted_twice"
    cite = "40 CFR 62.16345(a)(7)-(8)"


class UnknownFacility(Refusal):
    code = "emissions.unknown_facility"
    cite = "40 CFR 62.16345(a)"


class UnknownUnit(Refusal):
    code = "emissions.unknown_unit"
    cite = "40 CFR 62.16345(a)"


class YearNotOver(Refusal):
    code = "emissions.year_not_over"
    cite = "40 CFR 62.16345(a)(2)"


class QuarterNotOver(Refusal):
    code = "emissions.quarter_not_over"
    cite = "40 CFR 62.16360(a)(1)"


class NotReported(Refusal):
    """There is nothing to adjust or to withdraw."""

    code = "emissions.not_reported"
    cite = "40 CFR 62.16370"


class GroundMissing(Refusal):
    code = "emissions.ground_missing"
    cite = "40 CFR 62.16370"


class LocationExists(Refusal):
    code = "emissions.location_exists"
    cite = "40 CFR 62.16345(a)(7)-(8)"
