"""A small program for the pages: two facilities, a broker, a few transactions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from uuid import UUID, uuid5

from trueup.accounts import queries as queries_of_accounts
from trueup.accounts import services as accounts
from trueup.accounts.entries import FacilitySpec, UnitSpec
from trueup.compliance import services as compliance
from trueup.emissions import services as emissions
from trueup.emissions.entries import AnnualReport
from trueup.ledger import queries, services
from trueup.ledger.entries import AccountEntry, Instruction
from trueup.rules import programs
from trueup.rules.serials import Lot

PROGRAM = "cpp-mass"
NAUGHTY = "Gulf <script>alert('x')</script> & Sons"
START = datetime(2021, 6, 1, 14, tzinfo=UTC)
_KEYS = UUID("00000000-0000-0000-0000-000000000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Accounts of the small program, by what they are."""

    reserve: AccountEntry
    retirement: AccountEntry
    barry: AccountEntry
    gaston: AccountEntry
    brokers: AccountEntry
    ana: int
    cy: int

    @property
    def latest(self) -> int:
        """The number of the newest transaction of the broker."""
        return queries.entries(self.brokers.id, limit=1)[0].id

    def move(
        self, kind: str, source: AccountEntry, destination: AccountEntry, quantity: int, *, at: int
    ) -> int:
        """Record a transaction `at` days after the start; gives its number."""
        moment = START + timedelta(days=at)
        instruction = Instruction(
            type=kind,
            source=source.id,
            destination=destination.id,
            blocks=queries.choose(source.id, vintage=2022, quantity=quantity),
            key=uuid5(_KEYS, f"{kind} {source.id} {destination.id} {quantity} {at}"),
            actor="administrator",
            submitted_at=moment,
            ground="emissions 2022-2024" if kind == "deduct" else "",
        )
        (receipt,) = services.record([instruction], program=PROGRAM, recorded_at=moment)
        return receipt.tx


def small_program() -> Books:
    """Barry and Gaston of Alabama, a broker with an awkward name, 1,000 allowances."""
    ana = accounts.register_person(name="Ana Ruiz", email="ana@x.example", registered_at=START).id
    cy = accounts.register_person(name="Cy Dunn", email="cy@x.example", registered_at=START).id
    books = Books(
        reserve=_own("origination", "AL reserve", "reserve", "AL"),
        retirement=_own("retirement", "retirement", "retirement"),
        barry=compliance_account("Barry", 3, ana),
        gaston=compliance_account("Gaston", 26, ana),
        brokers=services.open_account(
            program=PROGRAM, kind="general", name=NAUGHTY, opened_at=START
        ),
        ana=ana,
        cy=cy,
    )
    services.originate(
        program=PROGRAM,
        lot=Lot(jurisdiction="AL", year=2022),
        shares=[(books.reserve.id, 1000)],
        key=_KEYS,
        actor="administrator",
        recorded_at=START,
    )
    books.move("allocate", books.reserve, books.barry, 600, at=0)
    books.move("transfer", books.barry, books.brokers, 100, at=30)
    return books


def report(emitted: dict[int, int], *, is_final: bool = True) -> None:
    """Report the tons of 2022 of facilities by ORIS code; nothing for the other years."""
    facilities = queries_of_accounts.facilities_by_oris_code(emitted)
    rows = [
        AnnualReport(facility=facilities[code].id, unit="1", year=year, co2_tons=Decimal(tons))
        for code, total in emitted.items()
        for year, tons in ((2022, total), (2023, 0), (2024, 0))
    ]
    emissions.report_annual(
        rows,
        program=PROGRAM,
        actor="administrator",
        recorded_at=datetime(2025, 2, 3, 15, tzinfo=UTC),
        is_final=is_final,
    )


def settle() -> None:
    """Run the deductions of 2022-2024."""
    compliance.run_deductions(
        program=PROGRAM,
        period=programs.load(PROGRAM).period_named("2022-2024"),
        recorded_at=datetime(2025, 5, 19, 14, tzinfo=UTC),
    )


def compliance_account(name: str, oris_code: int, person: int) -> AccountEntry:
    """A facility in Alabama with a unit, a representative and its account."""
    spec = FacilitySpec(
        oris_code=oris_code, name=name, jurisdiction="AL", units=(UnitSpec(unit_id="1"),)
    )
    facility = accounts.register_facility(program=PROGRAM, facility=spec, registered_at=START)
    (account,) = accounts.name_designated_representative(
        program=PROGRAM, facility=facility.id, person=person, role="primary", at=START
    )
    return account


def _own(kind: str, name: str, purpose: str, jurisdiction: str = "") -> AccountEntry:
    return services.open_account(
        program=PROGRAM,
        kind=kind,
        name=name,
        opened_at=START,
        jurisdiction=jurisdiction,
        purpose=purpose,
    )


class Page(HTMLParser):
    """What a test wants to know about a page: its parts, and what is wrong with them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def of(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every such tag."""
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.tags if "id" in attributes]

    @property
    def text(self) -> str:
        """What can be read, in one line."""
        body = re.sub(r"<[^>]*>", " ", self.html)
        return re.sub(r"\s+", " ", body)

    def problems(self) -> list[str]:
        """Breaches of what every page must have."""
        found = []
        if [a.get("lang") for a in self.of("html")] != ["en"]:
            found.append("the page does not say its language")
        if len(self.of("h1")) != 1:
            found.append(f"{len(self.of('h1'))} main headings")
        if len(self.of("main")) != 1:
            found.append("no main part")
        labelled = {a.get("for") for a in self.of("label")}
        for tag in ("input", "select", "textarea"):
            for field in self.of(tag):
                if field.get("type") != "hidden" and field.get("id") not in labelled:
                    found.append(f"{tag} {field.get('name')} has no label")
        found += [f"image {a.get('src')} without alt" for a in self.of("img") if not a.get("alt")]
        found += [f"id {name} twice" for name in set(self.ids) if self.ids.count(name) > 1]
        for tag, attributes in self.tags:
            if "style" in attributes or any(name.startswith("on") for name in attributes):
                found.append(f"{tag} with an inline style or script")
            for reference in attributes.get("aria-labelledby", "").split():
                if reference not in self.ids:
                    found.append(f"{tag} is labelled by {reference}, which is not there")
        scripts = [a for a in self.of("script") if a.get("type") != "application/json"]
        found += ["inline script" for a in scripts if "src" not in a]
        if len(self.of("table")) != self.html.count("<caption"):
            found.append("a table without a caption")
        return found
