"""Who may use an operation: each carries one rule, and a test walks every operation.

The rule is a mark on the operation's function (`access_rule`), of the same kinds as those
of the pages. An operation without a mark has no rule and the test fails.

Source: PLAT-004, PLAT-017, PLAT-049.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

PUBLIC = "public"
REGISTERED = "registered"
REPRESENTS = "represents"
OWN = "own"
KINDS = frozenset({PUBLIC, REGISTERED, REPRESENTS, OWN})

Operation = TypeVar("Operation", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who may use an operation.

    Attributes:
        kind: `public`; `registered`: any person of the registry; `represents`: who acts for
            the account that the request names; `own`: whom the thing in the address
            concerns.
        submission: The kind of submission that an agent must have been named for.
        scope: With which scope an API key may use it, to propose; blank: no key may.
        signs: Whether it needs a fresh second factor.
    """

    kind: str
    submission: str = ""
    scope: str = ""
    signs: bool = False


def rule(
    kind: str, *, submission: str = "", scope: str = "", signs: bool = False
) -> Callable[[Operation], Operation]:
    """Mark an operation with its rule; `callers` and the services enforce it."""

    def mark(operation: Operation) -> Operation:
        operation.access_rule = Rule(  # type: ignore[attr-defined]
            kind=kind, submission=submission, scope=scope, signs=signs
        )
        return operation

    return mark


def rule_of(operation: object) -> Rule | None:
    """The rule of an operation, or None if nobody gave it one."""
    found = getattr(operation, "access_rule", None)
    return found if isinstance(found, Rule) else None
