"""The pages of an act that is asked for one thing at a time: which comes next, and where.

Source: PLAT-050, PLAT-051; docs/decisions/0240.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trueup.rules.program import Program
from trueup.web.signed_acts import ANSWERED, Acting, SignedAct, Step, Values

CHECK, SIGN, RECEIPT = _("Check"), _("Sign"), _("Receipt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The step indicator of a page: the parts of a journey, and the one it is in, from 1."""

    parts: tuple[str | Promise, ...]
    current: int


def step_named(act: SignedAct, name: str) -> Step | None:
    """The page of a journey with this name; None if it has no such page."""
    return next((step for step in act.steps if step.name == name), None)


def next_step(act: SignedAct, acting: Acting, values: Values) -> Step | None:
    """The first page that has to be answered still; None when the answers can be checked.

    Source: PLAT-051.
    """
    for step in act.steps:
        if step.applies(acting, values) and not step.holds(acting, values):
            return step
    return None


def address_after(act: SignedAct, acting: Acting, values: Values, *, key: UUID) -> str:
    """Where a journey goes on: the next page that is to be answered, or the check."""
    step = next_step(act, acting, values)
    if step is None:
        return reverse("sign-check", args=[key])
    return reverse("sign-step", args=[key, step.name])


def progress(act: SignedAct, part: str | Promise, *, program: Program) -> Progress:
    """Where on its way a page is; raises ValueError for a part that the journey lacks."""
    parts: list[str | Promise] = []
    for step in act.steps:
        if step.part not in parts and step.is_of(program):
            parts.append(step.part)
    parts += [CHECK, SIGN, RECEIPT]
    return Progress(parts=tuple(parts), current=parts.index(part) + 1)


def answered(values: Values, step: Step, more: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a draft with what one page adds to them."""
    done = [name for name in values.get(ANSWERED, ()) if name != step.name]
    return {**values, **more, ANSWERED: [*done, step.name]}
