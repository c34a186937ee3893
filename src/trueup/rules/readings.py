"""Readings: how a program reads a passage that is unclear, as settings with a default.

The default, the unclear text and its decision record stand in the program's file;
here is which readings there are and what values they can have.

Source: 40 CFR part 62, subparts MMM and NNN; docs/decisions/ has a record for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import available_timezones

ReadingValue = bool | int | str

# By key: the values that the program's arithmetic knows what to do with.
_CHOICES: dict[str, tuple[str, ...]] = {
    "deadline_midnight": ("end_of_day", "start_of_day"),
    "excess_vintage": ("next_period", "next_year"),
    "hold_vintages": ("ended_periods", "running_period"),
    "tons_rounding": ("half_up", "half_even"),
    "output_based_basis": ("per_year", "per_period"),
    "early_action_basis": ("per_year", "per_period"),
    "affected_egu_basis": ("cumulative", "year", "period"),
}
_SWITCHES = frozenset(
    {
        "event_day_counts",
        "fixed_dates_roll",
        "debt_blocks_transfers",
        "owner_retirement_counts",
        "comment_before_issuance",
    }
)
_OF_KIND: dict[str, frozenset[str]] = {
    "mass": frozenset({"output_based_basis", "early_action_basis", "tons_rounding"}),
    "rate": frozenset({"affected_egu_basis", "comment_before_issuance"}),
}
_ALL_KEYS = frozenset({*_CHOICES, *_SWITCHES, "excess_multiplier", "time_zone"})
_COMMON_KEYS = _ALL_KEYS.difference(*_OF_KIND.values())


def keys_of(kind: str) -> frozenset[str]:
    """The readings that a program of a kind has: those of all programs, and its own.

    Source: 40 CFR part 62, subparts MMM and NNN.
    """
    return _COMMON_KEYS | _OF_KIND.get(kind, frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One unclear passage and how it is read.

    Attributes:
        key: Name of the setting.
        value: How it is read.
        text: The unclear words, and the reading in a sentence.
        cite: Paragraphs that the reading is about.
        decision: Its decision record in docs/decisions, without the ending.
    """

    key: str
    value: ReadingValue
    text: str
    cite: str
    decision: str

    @property
    def is_on(self) -> bool:
        if not isinstance(self.value, bool):
            raise TypeError(f"{self.key} is not a switch: {self.value!r}")
        return self.value

    @property
    def whole_value(self) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise TypeError(f"{self.key} is not a whole number: {self.value!r}")
        return self.value

    @property
    def text_value(self) -> str:
        if not isinstance(self.value, str):
            raise TypeError(f"{self.key} is not a text: {self.value!r}")
        return self.value


def check_reading(key: str, value: object) -> None:
    """Raise ValueError, naming both, unless a reading exists and can have this value."""
    if key not in _ALL_KEYS:
        raise ValueError(f"there is no reading {key}")
    if key in _SWITCHES:
        expected, fits = "true or false", isinstance(value, bool)
    elif key in _CHOICES:
        expected, fits = " or ".join(_CHOICES[key]), value in _CHOICES[key]
    elif key == "excess_multiplier":
        expected = "a whole number of at least 1"
        fits = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    else:
        expected, fits = "the name of a time zone", value in available_timezones()
    if not fits:
        raise ValueError(f"{key} must be {expected}, not {value!r}")
