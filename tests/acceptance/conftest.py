"""Every scenario has an empty registry and a clock of its own, and ends with an audit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.acceptance.world import World


def pytest_bdd_apply_tag(tag: str, function: Callable[..., object]) -> bool:
    """Tags name requirements (tools/conformance.py reads them); they select no tests."""
    return True


@pytest.fixture
def world(db: None) -> World:
    return World()


def pytest_bdd_before_step_call(request: pytest.FixtureRequest) -> None:
    """Every sentence comes a second after the one before it."""
    request.getfixturevalue("world").clock.tick()


def pytest_bdd_step_error(request: pytest.FixtureRequest, step: Any, exception: Exception) -> None:
    """Say where it failed, and what was refused before: often the cause."""
    world = request.getfixturevalue("world")
    world.has_failed = True
    exception.add_note(f"in line {step.line_number}: {step.keyword.strip()} {step.name}")
    for refused in world.refusals:
        exception.add_note(f"refused before: {refused}")


def pytest_bdd_after_scenario(request: pytest.FixtureRequest) -> None:
    """A scenario ends with the audit, whether or not it says so."""
    world = request.getfixturevalue("world")
    if not world.has_failed:
        world.audit()
