"""The acts that an official may do, as the console lists them: by program and by topic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from trueup.desk import crediting, resourcing, setting_aside, state_accounting
from trueup.desk.acts import ACTS
from trueup.desk.assuring import ASSURANCE
from trueup.desk.callers import Caller
from trueup.desk.kinds import Act
from trueup.rules import programs
from trueup.web.acts.desk import PREFIX
from trueup.web.pages import Link
from trueup.web.templatetags.words import word

# What has a guided run of its own, and is no form among others.
GUIDED = frozenset(
    {
        "import_plan",
        "settle",
        *(act.name for act in (*resourcing.ACTS, *crediting.ACTS, *setting_aside.ACTS)),
        *(act.name for act in state_accounting.ACTS),
    }
)
OTHER = gettext_lazy("Other")
# The functions that each topic is about, in the order of the console.
TOPICS: Mapping[str | Promise, frozenset[str]] = MappingProxyType(
    {
        gettext_lazy("Instruments"): frozenset(
            {"originate", "allocate", "holding_accounts", "state_plans", "revoke", "correct"}
        ),
        gettext_lazy("Transfers"): frozenset({"brake", "stop_transfer"}),
        gettext_lazy("Accounts"): frozenset({"freeze", "unfreeze", "close"}),
        gettext_lazy("Applications and papers"): frozenset(
            {"review_applications", "enter_paper", "review_eligibility"}
        ),
        gettext_lazy("Emissions, settlements and appeals"): frozenset(
            {"review_submissions", "settle", "appeals"}
        ),
        gettext_lazy("Auctions"): frozenset({"auction"}),
        gettext_lazy("People and roles"): frozenset({"roles", "approve_roles", "support"}),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Acts on one thing, in one program."""

    title: str | Promise
    acts: list[Link]


def acts_by_topic(caller: Caller) -> list[tuple[str, list[Topic]]]:
    """The acts that a caller may do, by the names of programs and by topic."""
    found: dict[str, dict[str | Promise, list[Link]]] = {}
    for name, title, program, address in acts_of(caller):
        act = Link(name=word(title), address=address)
        found.setdefault(program, {}).setdefault(_topic(ACTS[name].function), []).append(act)
    return [
        (
            program,
            [Topic(title=one, acts=topics[one]) for one in (*TOPICS, OTHER) if one in topics],
        )
        for program, topics in found.items()
    ]


def acts_of(caller: Caller) -> list[tuple[str, str, str, str]]:
    """The acts that a caller may do somewhere: name, title, program and address."""
    found = []
    for code in programs.offered(settings.TRUEUP_PROGRAM):
        for act in ACTS.values():
            if (
                act.has_page
                and act.name not in GUIDED
                and _is_of(act, code)
                and caller.may_somewhere(act.function, program=code)
            ):
                address = reverse(f"act-{PREFIX}{act.name}", args=[code])
                found.append((act.name, act.title, programs.load(code).name, address))
    return found


def _is_of(act: Act, program: str) -> bool:
    """Whether a program has what an act is about."""
    market = programs.load(program).market
    if act.name in ASSURANCE:
        return market.assurance is not None
    return act.function != "auction" or market.auctions is not None


def _topic(function: str) -> str | Promise:
    return next((title for title, functions in TOPICS.items() if function in functions), OTHER)
