"""A reset is put before an official, who calls the person and then clears it or does not."""

from __future__ import annotations

from trueup.identity.entries import CoolDownEntry
from trueup.tasks import services as tasks
from trueup.tasks.entries import TaskSpec

KIND = "review_cool_down"
FUNCTION = "review_applications"  # Whoever checks identities.


def ask_for_review(
    entry: CoolDownEntry, *, program: str, name: str, excluded: tuple[int, ...] = ()
) -> None:
    """Open the task; the person whose reset it is never does it, whatever their office.

    Args:
        excluded: Others who may not: officials who had a hand in the reset.

    Source: PLAT-094.
    """
    tasks.open_tasks(
        [
            TaskSpec(
                kind=KIND,
                program=program,
                subject=f"cool_down:{entry.id}",
                title=f"{name}: {entry.reason.replace('_', ' ')}. Was it really them?",
                opened_at=entry.started_at,
                function=FUNCTION,
                dedupe=f"cool_down:{entry.id}",
                excluded=(entry.person, *excluded),
            )
        ]
    )
