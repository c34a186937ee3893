"""One of each thing that has a page of its own and somebody whose turn it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.adapters.roles_of_access import Everyone
from tests.adapters.second_factor import Codes, Passkey
from tests.adapters.signing_desk import EVERY_KEY
from tests.adapters.web_books import Page
from tests.browser.site import Clock
from trueup.accounts import certificate_reads
from trueup.accounts import queries as accounts
from trueup.audit import queries as audit
from trueup.identity import services as identity
from trueup.ledger import queries as ledger
from trueup.support import services as support
from trueup.support.entries import HelpSpec
from trueup.tasks import jobs
from trueup.transfers import queries as transfers
from trueup.transfers import services
from trueup.transfers.entries import RetirementSpec, TransferSpec

PROGRAM = "cpp-mass"
ALTERNATE = "person"
# Somebody who signs in with a password, which everybody else here does not need.
PASSER, PASSER_PASSWORD = "passer", "correct horse battery staple"
APPLICATION = {
    "name": "Ruiz Trading",
    "owners": "Ana Ruiz\nمحطة الطاقة",
    "alternate_name": "Nina Noll",
    "alternate_email": "nina@example.org",
}
CERTIFICATE = {
    "county": "Kent",
    "alternate_name": "Nina Noll",
    "alternate_email": "nina@example.org",
}


@dataclass(slots=True)
class Maker:
    """Makes things as Ana Ruiz, and as Nina Noll, who is the alternate of one of her plants."""

    everyone: Everyone
    clock: Clock
    plants: list[str]
    things: dict[str, Any] = field(default_factory=dict)

    def make(self) -> dict[str, Any]:
        """All of them; gives their keys by what they are."""
        self._tick()
        self.things["signed"] = self._go_through("representative", reverse("agreement"))
        self._go_through(ALTERNATE, reverse("agreement"))
        account = self.everyone.registry.account(self.plants[0])
        newest = ledger.entries(account.id, limit=1)[0].id
        self.things |= {
            "tx": newest,
            "signature": self._signature(),
            "decision": audit.decisions(program=PROGRAM, limit=1)[0].id,
            "form": "transfer",
            "passkey": self._passkey(),
            "job": self._job(),
            "notice": audit.notices_of(self.everyone.ana, limit=1)[0].id,
            "unit": self._unit(),
            "help_request": self._help_request(),
            "ana": self.everyone.ana,
        }
        self._transfers()
        self._drafts()
        self._papers()
        self._passer()
        return self.things

    def _tick(self) -> None:
        """The registry's clock goes on from the site's."""
        self.everyone.registry.now = self.clock.now()

    def _signature(self) -> int:
        from trueup.signing import queries as signing

        return signing.signatures_of(person=self.everyone.ana)[0].id

    def _transfers(self) -> None:
        """One that waits for the alternate, one that waits for the receiver, two proposals."""
        registry = self.everyone.registry
        first, second = self.plants
        registry.represent(second, "Nina Noll", role="alternate")
        vintage = max(one.vintage for one in ledger.balances(registry.account(second).id))
        services.require_second_person(
            account=registry.account(second).id, at=registry.tick(), actor="administrator"
        )
        self._safeguards("always")
        self.things["awaiting_acceptance"] = self._transfer(first, vintage).key
        self._safeguards("never")
        self.things["awaiting_approval"] = self._transfer(second, vintage).key
        states = {one: transfers.transfer(self.things[one]) for one in list(self.things)[-2:]}
        for state, entry in states.items():
            if entry is None or entry.state != state:
                raise AssertionError(f"{entry and entry.state}, not {state}")
        named = {
            "source": registry.number(first),
            "submitted_by": self.everyone.ana,
            "vintage": vintage,
            "quantity": 3,
        }
        self._propose(
            "transfer_proposal",
            lambda key, at: TransferSpec(
                **named, destination=registry.number("Gulf Brokers"), key=key, submitted_at=at
            ),
        )
        self._propose(
            "retirement_proposal",
            lambda key, at: RetirementSpec(**named, reason="voluntary", key=key, submitted_at=at),
        )

    def _propose(self, name: str, spec: Callable[[UUID, datetime], TransferSpec]) -> None:
        """What a machine prepared for a person's signature."""
        key, at = uuid4(), self.everyone.registry.tick()
        services.propose_transfer(spec(key, at), program=PROGRAM, recorded_at=at, actor="key:7")
        self.things[name] = key

    def _job(self) -> UUID:
        """One that a settling official asked for, and that is done."""
        if "tests" not in jobs.KINDS:
            jobs.register("tests", title="Read the journal", function="settle")(
                lambda _work: jobs.Made(address=reverse("desk"))
            )
        at = self.everyone.registry.tick()
        official = self.everyone.registry.person("Pete Moss")
        return jobs.start("tests", by=official, program=PROGRAM, values={}, at=at)

    def _help_request(self) -> UUID:
        """What Ana asked, and an official answered."""
        at = self.everyone.registry.tick()
        spec = HelpSpec(
            program=PROGRAM,
            category="transfers",
            subject="A transfer that waits",
            text="Who has to accept it?",
            person=self.everyone.ana,
            email="ana@example.org",
        )

        def address_of(key: UUID) -> str:
            return reverse("help-request", args=[key])

        entry = support.ask(spec, asked_at=at, address_of=address_of)
        official = self.everyone.registry.person("Hal Per")
        support.answer(
            key=entry.key,
            by=official,
            text="Its receiver.",
            at=self.everyone.registry.tick(),
            address_of=address_of,
        )
        return entry.key

    def _unit(self) -> str:
        facility = self.everyone.registry.facilities[self.plants[0]]
        return accounts.units_of([facility])[facility][0].unit_id

    def _drafts(self) -> None:
        """A transfer that was begun, and one whose answers can be checked."""
        registry = self.everyone.registry
        client = self.everyone.clients["representative"]
        number = registry.number(self.plants[0])
        # A first transfer to an account is something to be warned of.
        registry.open_general("New Receiver", "Cy Dunn")
        for name, answered in (("transfer_draft", 1), ("checked_draft", 4)):
            address = reverse("act-transfer", args=[PROGRAM, number])
            for answers in self._answers()[:answered]:
                address = str(client.post(address, answers)["Location"])
            self.things[name] = UUID(address.split("/")[2])
        self.things["step"] = "to"
        self.things["recorded"] = self._transfer(self.plants[0], self._vintage()).key

    def _answers(self) -> list[dict[str, Any]]:
        receiver = self.everyone.registry.number("New Receiver")
        warnings = {f"read_{place}": "on" for place in range(5)}
        return [
            {"by": "vintage", f"quantity_{self._vintage()}": "1"},
            {"destination": receiver},
            {"ending": receiver[-4:]},
            warnings,
        ]

    def _vintage(self) -> int:
        account = self.everyone.registry.account(self.plants[0])
        return max(one.vintage for one in ledger.balances(account.id))

    def _safeguards(self, acceptance: str) -> None:
        services.set_safeguards(
            program=PROGRAM,
            at=self.everyone.registry.tick(),
            actor="administrator",
            receiver_acceptance=acceptance,
            ground="one of each",
        )

    def _transfer(self, source: str, vintage: int) -> Any:
        return self.everyone.registry.transfer(source, "Gulf Brokers", vintage, 2)

    def _papers(self) -> None:
        """An application and a certificate that wait for the alternate's signature."""
        self._tick()
        for name in ("Ana Ruiz", "Nina Noll"):
            identity.record_identity_check(
                person=self.everyone.registry.person(name),
                checked_by="administrator",
                method="in_person",
                document="passport",
                checked_at=self.clock.now(),
            )
        receipt = self._receipt(reverse("act-application", args=[PROGRAM]), APPLICATION)
        self.things["application"] = int(receipt.partition("Application ")[2].partition(" ")[0])
        number = self.everyone.registry.number(self.plants[0])
        self._receipt(reverse("act-certificate", args=[PROGRAM, number]), CERTIFICATE)
        nina = self.everyone.registry.person("Nina Noll")
        self.things["certificate"] = certificate_reads.certificates_awaiting(nina)[0].id

    def _passkey(self) -> int:
        from allauth.mfa.models import Authenticator
        from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

        user = User.objects.get(username="representative")
        RecoveryCodes.activate(user)
        Passkey(user, site="localhost")
        return int(Authenticator.objects.get(user=user, type=Authenticator.Type.WEBAUTHN).pk)

    def _passer(self) -> None:
        from allauth.account.models import EmailAddress

        email = f"{PASSER}@example.org"
        user = User.objects.create_user(PASSER, email=email, password=PASSER_PASSWORD)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        Codes(user)

    def _receipt(self, form: str, answers: dict[str, str]) -> str:
        client = self.everyone.clients["representative"]
        key = self._go_through("representative", form, answers)
        return Page(client.get(reverse("sign-receipt", args=[key])).content.decode()).text

    def _go_through(self, role: str, form: str, answers: dict[str, str] | None = None) -> UUID:
        """Fill a form, and sign what it asks for; gives the key of the draft."""
        client = self.everyone.clients[role]
        answer = client.get(form) if answers is None else client.post(form, answers)
        if answer.status_code != 302:
            raise AssertionError(Page(answer.content.decode()).text)
        address = str(answer["Location"])
        sign(client, address, Codes(User.objects.get(username=role)), self.clock)
        return UUID(address.strip("/").rpartition("/")[2])


def sign(client: Client, address: str, codes: Codes, clock: Clock) -> None:
    """Accept every statement, and give a new code."""
    clock.forward(seconds=31)
    page = Page(client.get(address).content.decode())
    nonce = next(one["value"] for one in page.of("input") if one.get("name") == "nonce")
    values = {"nonce": nonce, "accepted": EVERY_KEY, "code": codes.at(clock.now())}
    answer = client.post(address, values)
    if answer.status_code != 302:
        raise AssertionError(Page(answer.content.decode()).text)
