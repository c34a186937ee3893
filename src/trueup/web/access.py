"""Who may see a page: every view carries one rule, and a test walks every URL.

The rule is a mark on the view (`access_rule`), set by the decorator that enforces it,
so a view without a decorator has no rule and the test fails.

Source: PLAT-004, PLAT-007, PLAT-140.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBase

View = Callable[..., HttpResponseBase]

PUBLIC = "public"
SIGNED_IN = "signed_in"
RULES = frozenset({PUBLIC, SIGNED_IN})


def public(view: View) -> View:
    """Anyone may see the page, without signing in (PLAT-007)."""
    return _marked(view, PUBLIC)


def signed_in(view: View) -> View:
    """Only a person who has signed in; anyone else is sent to sign in and back."""
    return _marked(login_required(view), SIGNED_IN)


def rule_of(view: object) -> str:
    """The rule of a view, or an empty text if nobody gave it one."""
    return str(getattr(view, "access_rule", ""))


def _marked(view: Any, rule: str) -> View:
    view.access_rule = rule
    marked: View = view
    return marked
