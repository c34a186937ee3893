"""Run every feature of a folder: `features/`, or the one that TRUEUP_FEATURES names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pytest_bdd import scenarios
from pytest_bdd.types import GIVEN, STEP_TYPE_BY_PARSER_KEYWORD

from tests.acceptance.collecting import features_in

pytest_plugins = tuple(
    f"tests.acceptance.steps.{topic}"
    for topic in (
        "time",
        "people",
        "account_life",
        "allocations",
        "emissions",
        "transfers",
        "safeguards",
        "officials",
        "holdings",
        "notices",
        "compliance",
        "operation",
        "resources",
        "credits",
        "early_action",
        "set_asides",
        "auctions",
        "auction_results",
        "assurance",
        "state_accounts",
        "state_plans",
    )
)
pytestmark = pytest.mark.django_db
REPOSITORY_DIR = Path(__file__).resolve().parents[2]

# `And` may stand before any sentence, also before the first of a scenario.
STEP_TYPE_BY_PARSER_KEYWORD.setdefault("Conjunction", GIVEN)


scenarios(*features_in(REPOSITORY_DIR / (os.environ.get("TRUEUP_FEATURES") or "features")))
