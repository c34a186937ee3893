"""What an official does for a person who has lost their second factor."""

from __future__ import annotations

from trueup.accounts import people_reads
from trueup.accounts import queries as accounts
from trueup.desk import checks
from trueup.desk.kinds import Act, Asked, Result
from trueup.desk.parameters import Parameter
from trueup.identity import services as identity
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.support.reviews import ask_for_review


def remove_second_factor(asked: Asked) -> Result:
    """Both officials agree; the person cools down until a third thing happens: a review."""
    person = accounts.person(asked["person"])
    user = people_reads.user_of(asked["person"])
    if person is None or user is None:
        raise Refused([checks.NothingToDo("Nobody signs in as this person.")])
    entry = identity.remove_second_factors(
        person=person.id,
        user=user,
        by=asked.actor,
        second=asked.second or asked.actor,
        reason=asked["reason"],
        at=asked.at,
        hours=programs.load(asked.program).people.safeguards.cool_down_hours,
    )
    if entry is not None:
        ask_for_review(entry, program=asked.program, name=person.name)
    return {"person": person.id, "cool_down": entry.id if entry is not None else 0}


ACTS = (
    Act(
        name="remove_second_factor",
        title="Remove a lost second factor",
        cite="PLAT-094; PLAT-014",
        function="support",
        second="always",
        approver="review_applications",
        parameters=(
            Parameter(name="person", label="Person (number)", kind="person"),
            Parameter(name="reason", label="Reason"),
        ),
        carry_out=remove_second_factor,
    ),
)
