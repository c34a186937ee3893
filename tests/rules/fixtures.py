"""Fixtures in `tests/rules/data`: computed beforehand, apart from the code under test."""

from __future__ import annotations

import csv
from pathlib import Path

DATA_DIR = Path(__file__).parent / "data"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file, by column."""
    with (DATA_DIR / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
