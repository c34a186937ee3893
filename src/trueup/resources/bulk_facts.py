"""What is read before many papers are filed at once: a constant number of statements.

Source: 40 CFR 62.16435(a)(3), 62.16445(a)(1), (c), 62.16450(b), (d)(3), 62.16475; PLAT-150.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from trueup.accounts import submitters
from trueup.audit import services as audit
from trueup.audit.entries import EventSpec
from trueup.audit.statements import among
from trueup.resources import checks
from trueup.resources.applications import CITE
from trueup.resources.entries import Paper
from trueup.resources.filing import (
    SUBMISSIONS,
    host_as_chosen,
    refuse,
    submitter_refusals_as_read,
)
from trueup.resources.models import Application, Bar, HostState, Resource, Verifier
from trueup.resources.verifiers import Seen, see
from trueup.rules import eligibility
from trueup.rules.papers import title_of
from trueup.rules.refusal import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Resources as they stand, with what decides who may file for them.

    Attributes:
        hosts: How States have chosen, by program and jurisdiction.
        may_submit: Who may file for each account.
    """

    resources: Mapping[int, Resource]
    hosts: Mapping[tuple[str, str], HostState]
    may_submit: Mapping[int, frozenset[int]]
    barred_people: frozenset[int]
    barred_resources: frozenset[int]

    def host_of(self, row: Resource) -> eligibility.HostState:
        """How the resource's State has chosen."""
        return host_as_chosen(row, self.hosts.get((row.program, row.jurisdiction)))

    def submitter_refusals(self, row: Resource, person: int) -> list[Refusal]:
        """Whether a person may file for a resource (62.16445(a)(1), (c))."""
        return submitter_refusals_as_read(
            row,
            may_submit=row.account_id is not None and person in self.may_submit[row.account_id],
            is_barred=person in self.barred_people,
        )


def read_register(resources: Iterable[int], *, at: datetime) -> Register:
    """Lock resources and read what concerns them, in six statements.

    Raises Refused (`unknown_resource`), with the row.

    Source: 40 CFR 62.16435(a)(3), 62.16445(a)(1), (c), 62.16450(b), (d)(3).
    """
    wanted = list(resources)
    rows = Resource.objects.select_for_update().filter(id__in=among(wanted)).order_by("id")
    known = {row.pk: row for row in rows}
    refuse(
        [
            checks.UnknownResource(f"There is no resource {one}.", row=number)
            for number, one in enumerate(wanted, start=1)
            if one not in known
        ]
    )
    accounts = list(dict.fromkeys(row.account_id for row in known.values() if row.account_id))
    may_submit = submitters.submitters(accounts, at=at, kind=SUBMISSIONS)
    bars = list(Bar.objects.filter(until_at=None).values_list("person_id", "resource_id"))
    hosts = HostState.objects.filter(program__in={row.program for row in known.values()})
    return Register(
        resources=known,
        hosts={(host.program, host.jurisdiction): host for host in hosts},
        may_submit={
            account: frozenset(entry.person for entry in entries)
            for account, entries in may_submit.items()
        },
        barred_people=frozenset(person for person, _ in bars if person is not None),
        barred_resources=frozenset(resource for _, resource in bars if resource is not None),
    )


def read_verifiers(
    pairs: Sequence[tuple[int, Resource]],
) -> dict[int, tuple[Verifier, Seen]]:
    """Each verifier with what is seen of it and its resources; some statements a verifier.

    Raises Refused (`unknown_verifier`), with the row.

    Source: 40 CFR 62.16470, 62.16475; RATE-122 to RATE-132.
    """
    concerned: dict[int, list[Resource]] = defaultdict(list)
    for verifier, resource in pairs:
        concerned[verifier].append(resource)
    rows = Verifier.objects.select_for_update().filter(id__in=among(concerned)).order_by("id")
    known = {row.pk: row for row in rows}
    refuse(
        [
            checks.UnknownVerifier(f"There is no verifier {verifier}.", row=number)
            for number, (verifier, _) in enumerate(pairs, start=1)
            if verifier not in known
        ]
    )
    return {key: (row, see(row, concerned[key])) for key, row in known.items()}


def repeats(resources: Iterable[int]) -> Iterator[bool]:
    """Whether each resource stands in the batch before, in one pass."""
    seen: set[int] = set()
    for one in resources:
        yield one in seen
        seen.add(one)


def numbered(found: Iterable[tuple[int, Sequence[Refusal]]]) -> list[Refusal]:
    """The refusals of every row, each with the number of its row."""
    refusals = []
    for number, of_row in found:
        for refusal in of_row:
            refusal.row = number
            refusals.append(refusal)
    return refusals


def acknowledge(papers: Sequence[Paper], ids: Sequence[int], resources: Sequence[Resource]) -> None:
    """Tell who filed papers that they were received: one receipt a person and kind of paper.

    Source: PLAT-150.
    """
    known = {row.pk: row for row in resources}
    filed: dict[tuple[int, str, str], list[tuple[Paper, int]]] = defaultdict(list)
    for paper, key in zip(papers, ids, strict=True):
        person = audit.person_of(paper.filed_by)
        if person is not None:
            program = known[paper.resource].program
            filed[person, paper.kind, program].append((paper, key))
    receipts = []
    for (person, kind, program), of_person in filed.items():
        first, key = of_person[0]
        more = len(of_person) - 1
        about = known[first.resource].name
        receipts += audit.receipts_of(
            [person],
            program=program,
            what=title_of(kind),
            about=f"{about} and {more:,} more" if more else about,
            reference=f"paper {key} and {more:,} more" if more else f"paper {key}",
            received_at=first.filed_at,
        )
    audit.notify(receipts)


def open_applications(rows: Sequence[Resource]) -> dict[int, Application]:
    """The application of each resource that awaits a decision.

    Raises Refused (`application_missing`), with the row.
    """
    found = Application.objects.filter(
        resource_id__in=among(row.pk for row in rows), state__in=("submitted", "info_asked")
    ).order_by("id")
    waiting = {application.resource_id: application for application in found}
    refuse(
        [
            checks.NotSubmitted(f"No application of {row.name} awaits a decision.", row=number)
            for number, row in enumerate(rows, start=1)
            if row.pk not in waiting
        ]
    )
    return waiting


def event_of(
    row: Resource,
    at: datetime,
    actor: str,
    act: str,
    *,
    cite: str = CITE,
    after: Mapping[str, object] | None = None,
) -> EventSpec:
    """What is kept of an act about a resource.

    Source: PLAT-017.
    """
    return EventSpec(
        at=at,
        program=row.program,
        actor=actor,
        act=act,
        subject=f"resource:{row.pk}",
        after=after if after is not None else {"state": row.state},
        cite=cite,
    )
