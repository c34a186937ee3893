"""What the components on the pages are given: steps, tasks, events, and the like.

A template shows each with the component of the same name; `/components/` shows them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskItem:
    """One line of `<c-task-list>`: what is to be done, and how far it is.

    Attributes:
        address: Where it is done; blank where it cannot be begun yet.
        status: A word or two: “Not started”, “Done”.
        kind: How the status is tinted: `good`, `care`, `bad`, `note` or blank.
    """

    title: str
    status: str
    address: str = ""
    hint: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEvent:
    """One point of `<c-timeline>`: when, what, and a sentence about it.

    Attributes:
        when: A day or an instant; a text is shown as it is.
        is_name: Whether the note is a name of a person or an account, in any script.
        is_end: Whether nothing can follow it.
    """

    when: date | datetime | str
    what: str
    note: str = ""
    address: str = ""
    is_name: bool = False
    is_end: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A strip on top of every page: maintenance, or news of the program.

    Attributes:
        kind: `info`, `warning`, `error`, `success` or `maintenance`.
    """

    text: str
    heading: str = ""
    kind: str = "info"
