"""How a resource stands with the officials: what was issued, found wrong, owed and stopped.

Source: 40 CFR 62.16440, 62.16450; RATE-058 to RATE-060, RATE-144 to RATE-150.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from trueup.accounts import queries as accounts
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.resources.entries import DebtEntry
from trueup.resources.models import (
    Application,
    Bar,
    Debt,
    Engagement,
    Issuance,
    Overstatement,
    Report,
    Resource,
    Suspension,
)
from trueup.resources.queries import debt_entries

SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A demand for credits, and who is barred because it was not met."""

    debt: DebtEntry
    bar: Bar | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceFile:
    """A resource as its file at the desk shows it."""

    row: Resource
    account: AccountEntry | None
    held: int
    representatives: tuple[str, ...]
    applications: tuple[Application, ...]
    reports: tuple[Report, ...]
    issuances: tuple[Issuance, ...]
    issued: int
    overstatements: tuple[Overstatement, ...]
    to_take_off: int
    owed: tuple[Owed, ...]
    suspensions: tuple[Suspension, ...]
    is_suspended: bool
    engagements: tuple[Engagement, ...]

    @property
    def years_to_issue(self) -> tuple[int, ...]:
        """Years with a verified report and nothing issued yet."""
        issued = {issuance.year for issuance in self.issuances}
        return tuple(sorted({one.year for one in self.reports if one.state == "verified"} - issued))

    @property
    def verified_years(self) -> tuple[tuple[int, Decimal], ...]:
        """Years that can be found overstated, with what was verified."""
        found: dict[int, Decimal] = {}
        for one in self.reports:
            if one.verified_mwh is not None and one.state != "superseded":
                found[one.year] = found.get(one.year, Decimal(0)) + one.verified_mwh
        return tuple(sorted(found.items()))


def resource_file(resource: int, *, program: str) -> ResourceFile | None:
    """The file of a resource; None if the program has no such resource; a dozen statements.

    Source: 40 CFR 62.16440, 62.16450; PLAT-120.
    """
    row = Resource.objects.filter(id=resource, program=program).first()
    if row is None:
        return None
    debts = {debt.pk: debt for debt in Debt.objects.filter(resource=row).order_by("id")}
    bars = {
        bar.debt_id: bar
        for bar in Bar.objects.filter(debt_id__in=list(debts)).select_related("person")
    }
    issuances = tuple(Issuance.objects.filter(resource=row).order_by("-year"))
    wrong = tuple(
        Overstatement.objects.filter(resource=row).select_related("report").order_by("-id")
    )
    suspensions = tuple(Suspension.objects.filter(resource=row).order_by("-id")[:SHOWN])
    account, held, seats = _account(row)
    return ResourceFile(
        row=row,
        account=account,
        held=held,
        representatives=seats,
        applications=tuple(Application.objects.filter(resource=row).order_by("-id")[:SHOWN]),
        reports=tuple(
            Report.objects.filter(resource=row)
            .select_related("verifier")
            .order_by("-year", "-sequence")[:SHOWN]
        ),
        issuances=issuances,
        issued=sum(one.quantity for one in issuances),
        overstatements=wrong,
        to_take_off=sum(one.mwh - one.taken for one in wrong),
        owed=tuple(
            Owed(debt=entry, bar=bars.get(entry.id)) for entry in debt_entries(debts.values())
        ),
        suspensions=suspensions,
        is_suspended=any(one.until_at is None for one in suspensions),
        engagements=tuple(
            Engagement.objects.filter(resource=row).select_related("verifier").order_by("id")
        ),
    )


def _account(row: Resource) -> tuple[AccountEntry | None, int, tuple[str, ...]]:
    if row.account_id is None:
        return None, 0, ()
    seats = accounts.representatives([row.account_id])[row.account_id]
    return (
        ledger.account(row.account_id),
        ledger.totals_of([row.account_id])[row.account_id],
        tuple(seat.name for seat in seats),
    )
