"""What the acts on applications and on closing for inactivity call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trueup.accounts import application_reads, dormancy
from trueup.accounts import services as accounts
from trueup.accounts.application_entries import ApplicationEntry
from trueup.desk import checks
from trueup.desk.kinds import Act, Asked, Result
from trueup.desk.parameters import Parameter
from trueup.ledger import queries as ledger
from trueup.ledger.checks import UnknownAccount
from trueup.rules.refusal import Refused


def review_application(asked: Asked) -> Result:
    return _step(asked, accounts.review_application)


def ask_for_information(asked: Asked) -> Result:
    return _step(asked, accounts.ask_for_information, reason=asked["reason"])


def approve_application(asked: Asked) -> Result:
    return _step(asked, accounts.approve_application, reason=asked.get("reason", ""))


def reject_application(asked: Asked) -> Result:
    return _step(asked, accounts.reject_application, reason=asked["reason"])


def give_closing_notice(asked: Asked) -> Result:
    entry = dormancy.give_notice(account=_account(asked), sent_at=asked.at, actor=asked.actor)
    return {"account": asked["account"], "ends_on": str(entry.ends_on)}


def decide_good_cause(asked: Asked) -> Result:
    dormancy.decide_good_cause(
        account=_account(asked),
        accepted=asked["accepted"] == "yes",
        reason=asked["reason"],
        decided_at=asked.at,
        actor=asked.actor,
    )
    return {"account": asked["account"], "accepted": asked["accepted"]}


def _step(asked: Asked, service: Callable[..., ApplicationEntry], **values: Any) -> Result:
    application = asked["application"]
    found = application_reads.application(application)
    if found is None or found.program != asked.program:
        raise Refused([checks.NothingToDo(f"There is no application {application} here.")])
    entry = service(application=application, by=asked.by, at=asked.at, **values)
    return {"application": entry.id, "state": entry.state}


def _account(asked: Asked) -> int:
    found = ledger.find_account(program=asked.program, number=asked["account"])
    if found is None:
        raise Refused([UnknownAccount(f"The program has no account {asked['account']}.")])
    return found.id


APPLICATION = Parameter(name="application", label="Application (number)", kind="whole")
REASON = Parameter(name="reason", label="Reason")
ANY_REASON = Parameter(name="reason", label="Reason", required=False)

ACTS = tuple(
    Act(
        name=name,
        title=title,
        cite="40 CFR 62.16320(c)(1), (3); PLAT-026",
        function="review_applications",
        second="never",
        parameters=(
            APPLICATION,
            *(() if reason is None else (reason,)),
        ),
        carry_out=carry_out,
    )
    for name, title, reason, carry_out in (
        (
            "review_application",
            "Take an application into review",
            None,
            review_application,
        ),
        (
            "ask_for_information",
            "Ask an applicant for information",
            REASON,
            ask_for_information,
        ),
        (
            "approve_application",
            "Approve an application",
            ANY_REASON,
            approve_application,
        ),
        ("reject_application", "Reject an application", REASON, reject_application),
    )
)
