"""Run every feature of a folder: `features/`, or the one that TRUEUP_FEATURES names."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from pytest_bdd import scenarios
from pytest_bdd.gherkin_parser import get_gherkin_document
from pytest_bdd.types import GIVEN, STEP_TYPE_BY_PARSER_KEYWORD

pytest_plugins = tuple(
    f"tests.acceptance.steps.{topic}"
    for topic in (
        "time",
        "people",
        "allocations",
        "emissions",
        "transfers",
        "holdings",
        "notices",
        "compliance",
    )
)
pytestmark = pytest.mark.django_db
REPOSITORY_DIR = Path(__file__).resolve().parents[2]

# `And` may stand before any sentence, also before the first of a scenario.
STEP_TYPE_BY_PARSER_KEYWORD.setdefault("Conjunction", GIVEN)


def features_in(folder: Path) -> list[str]:
    """All features below a folder, in the order of their paths; a mistake fails the run."""
    if not folder.is_dir():
        raise FileNotFoundError(f"TRUEUP_FEATURES: there is no folder {folder}")
    found = sorted(folder.rglob("*.feature"))
    if not found:
        raise FileNotFoundError(f"TRUEUP_FEATURES: there is no feature in {folder}")
    for path in found:
        require_distinct_names(path)
    return [str(path) for path in found]


def require_distinct_names(path: Path) -> None:
    """Of two scenarios of one name only one would run, so that is a mistake."""
    feature = get_gherkin_document(str(path)).feature
    children = [child for rule in feature.children if rule.rule for child in rule.rule.children]
    names = Counter(
        child.scenario.name for child in (*feature.children, *children) if child.scenario
    )
    twice = [name for name, count in names.items() if count > 1]
    if twice or not names:
        raise ValueError(f"{path}: scenarios of one name: {twice}" if twice else f"{path}: empty")


scenarios(*features_in(REPOSITORY_DIR / (os.environ.get("TRUEUP_FEATURES") or "features")))
