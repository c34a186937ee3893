"""Sentences on the registry and time."""

from __future__ import annotations

from datetime import date, datetime

from tests.acceptance.clock import eastern
from tests.acceptance.sentences import sentence
from tests.acceptance.world import World


@sentence('the program "{code}"')
def run_program(world: World, code: str) -> None:
    world.run_program(code)


@sentence("the date [is|becomes] {day}")
def set_date(world: World, day: date) -> None:
    world.clock.set_date(day)


@sentence("the time [is|becomes] {moment}")
def set_time(world: World, moment: datetime) -> None:
    world.set_time(eastern(moment))


@sentence("every instrument is in exactly one account")
def audit(world: World) -> None:
    world.audit()
