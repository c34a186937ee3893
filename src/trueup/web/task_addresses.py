"""Where each kind of task is done: the page of its subject, or the form of its act.

`tests/adapters/test_web_desk_tasks.py` walks every kind of task that the registry opens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from trueup.accounts import queries as accounts
from trueup.auctions import queries as auctions
from trueup.ledger import queries as ledger
from trueup.tasks.entries import TaskEntry
from trueup.transfers.entries import RetirementSpec
from trueup.transfers.proposals import proposal

Leads = Callable[[TaskEntry, str], str]


def address_of(task: TaskEntry) -> str:
    """Where a task is done; empty if what it was about is gone."""
    subject, _, name = task.subject.partition(":")
    leads = BY_KIND.get(task.kind) or BY_SUBJECT.get(subject)
    if leads is None:
        return ""
    try:
        return leads(task, name)
    except (NoReverseMatch, LookupError, ValueError):
        return ""


def _proposed_transfer(task: TaskEntry, name: str) -> str:
    """Where what a key proposed is signed: a transfer, or a retirement."""
    found = proposal(UUID(name))
    is_retirement = found is not None and isinstance(found.spec, RetirementSpec)
    act = "sign-retirement-proposal" if is_retirement else "sign-proposal"
    return reverse(f"act-{act}", args=[task.program, name])


def _account_page(_task: TaskEntry, name: str) -> str:
    entry = ledger.account(int(name))
    return reverse("account", args=[entry.program, entry.number])


def _act_on_account(act: str) -> Leads:
    """The form of an act on the account that the task is for."""

    def leads(task: TaskEntry, _name: str) -> str:
        if task.account is None:
            return ""
        entry = ledger.account(task.account)
        return reverse(f"act-{act}", args=[entry.program, entry.number])

    return leads


def _unit(task: TaskEntry, name: str) -> str:
    """A unit's facility: its file for officials, the certificate for representatives."""
    unit = accounts.unit(int(name))
    facility = accounts.facility(unit.facility) if unit is not None else None
    return _facility_page(task, facility.oris_code) if facility is not None else ""


def _facility(task: TaskEntry, name: str) -> str:
    facility = accounts.facility(int(name))
    return _facility_page(task, facility.oris_code) if facility is not None else ""


def _facility_page(task: TaskEntry, oris_code: int) -> str:
    if task.function:
        return f"{reverse('desk-facility', args=[oris_code])}?program={task.program}"
    return _act_on_account("certificate")(task, "")


def _brake(task: TaskEntry, _name: str) -> str:
    return reverse("act-desk/lift_brake", args=[task.program])


def _auction(task: TaskEntry, name: str) -> str:
    """An auction: the officials' page of it, or the bidder's."""
    entry = auctions.auction_with(int(name))
    if task.account is None:
        return reverse("desk-auction", args=[task.program, entry.number])
    number = ledger.account(task.account).number
    return reverse("account-auction", args=[task.program, number, entry.number])


def _set_aside_duty(task: TaskEntry, name: str) -> str:
    return f"{reverse('desk-set-asides', args=[task.program])}?year={name.rpartition('-')[2]}"


BY_KIND: Mapping[str, Leads] = MappingProxyType(
    {
        "sign_proposal": _proposed_transfer,
        "approve_trusted_account": _act_on_account("approve-trusted"),
        "end_second_person": _act_on_account("no-second-person"),
        "application_answer": lambda _task, name: reverse("application-progress", args=[name]),
        "review_cool_down": lambda _task, _name: reverse("desk-people"),
    }
)
BY_SUBJECT: Mapping[str, Leads] = MappingProxyType(
    {
        "proposal": lambda _task, name: reverse("proposal", args=[name]),
        "transfer": lambda task, name: reverse("transfer", args=[task.program, name]),
        "application": lambda _task, name: reverse("application", args=[name]),
        "help": lambda _task, name: reverse("desk-help-request", args=[name]),
        "account": _account_page,
        "unit": _unit,
        "facility": _facility,
        "brake": _brake,
        "set_aside_duty": _set_aside_duty,
        "state_accounts_duty": lambda task, _name: reverse(
            "desk-state-accounts", args=[task.program]
        ),
        "auction": _auction,
        "bidder": lambda task, _name: reverse("desk-auctions", args=[task.program]),
    }
)
