"""What is signed with a transfer is this transfer, these serials, this receiver (PLAT-151)."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.contexts.registry import refused
from tests.contexts.transfers_registry import NOON, OPENED, PROGRAM, SECOND, Registry, block
from trueup.rules import programs
from trueup.signing import services as signing
from trueup.signing.entries import Evidence
from trueup.signing.models import Challenge, Signature
from trueup.transfers import queries, services
from trueup.transfers.entries import TransferEntry, TransferSpec
from trueup.transfers.models import Transfer

pytestmark = pytest.mark.django_db

TEN = block("AL-2022-1", "AL-2022-10")
CONSOLE = Evidence(method="console")


@pytest.fixture
def registry() -> Registry:
    made = Registry()
    made.allocate(made.barry, 300)
    for person in (made.ana, made.bo):
        signing.accept_agreement(person=person, evidence=CONSOLE, accepted_at=OPENED)
    return made


def proven(registry: Registry, person: int, document: str, text: str) -> Evidence:
    """Evidence as a page gets it: the text was shown, and a second factor given for it."""
    statements = services.statements_for(programs.load(PROGRAM), [registry.barry])
    begun = signing.begin(
        program=PROGRAM,
        document=document,
        text=text,
        statements=statements,
        signer=person,
        at=NOON,
    )
    Challenge.objects.filter(nonce=begun.nonce).update(method="totp", proven_at=NOON)
    return Evidence(
        method="totp",
        detail={"challenge": begun.nonce},
        accepted=tuple(statement.key for statement in statements),
    )


def submit(spec: TransferSpec, evidence: Evidence) -> TransferEntry:
    (entry,) = services.submit_batch([spec], program=PROGRAM, recorded_at=NOON, evidence=evidence)
    return entry


class TestSubmitting:
    """PLAT-050, PLAT-151."""

    def test_the_text_names_serials_and_receiver(self, registry: Registry) -> None:
        spec = registry.spec(registry.barry, registry.gulf, TEN, reference="PO 1")
        text = services.canonical_text(spec)

        assert f"To: Gulf Brokers ({registry.gulf.number})" in text
        assert "AL-2022-1 to AL-2022-10" in text
        assert "PO 1" in text
        entry = submit(spec, proven(registry, registry.ana, "transfer", text))
        assert entry.state == "recorded"
        kept = Signature.objects.get(id=entry.signature or 0)
        assert text in kept.text
        assert (kept.signer_id, kept.document) == (registry.ana, "transfer")

    def test_what_was_signed_for_another_transfer_is_refused(self, registry: Registry) -> None:
        signed = registry.spec(registry.barry, registry.gulf, TEN)
        evidence = proven(registry, registry.ana, "transfer", services.canonical_text(signed))
        others = (
            registry.spec(registry.barry, registry.bay, TEN, key=signed.key),
            registry.spec(registry.barry, registry.gulf, block("AL-2022-1", "AL-2022-11")),
            registry.spec(registry.barry, registry.gulf, TEN),
        )

        for other in others:
            with refused("text_changed"):
                submit(other, evidence)
        assert Transfer.objects.count() == 0

    def test_a_replay_moves_nothing_again(self, registry: Registry) -> None:
        spec = registry.spec(registry.barry, registry.gulf, TEN)
        evidence = proven(registry, registry.ana, "transfer", services.canonical_text(spec))
        first = submit(spec, evidence)

        assert submit(spec, evidence) == queries.entries([Transfer.objects.get(key=spec.key)])[0]
        again = registry.spec(registry.barry, registry.gulf, TEN, key=uuid4())
        with refused("signed_already"):
            submit(again, evidence)
        assert (first.state, registry.quantity(registry.gulf)) == ("recorded", 10)

    def test_nobody_signs_with_another_s_factor_or_with_a_key(self, registry: Registry) -> None:
        spec = registry.spec(registry.barry, registry.gulf, TEN, by=registry.bo)
        evidence = proven(registry, registry.ana, "transfer", services.canonical_text(spec))

        with refused("second_factor_missing"):
            submit(spec, evidence)
        with refused("key_cannot_sign"):
            submit(spec, Evidence(method="key"))
        with refused("not_certified"):
            submit(spec, Evidence(method="totp", detail=evidence.detail))

    def test_one_signature_for_a_batch(self, registry: Registry) -> None:
        specs = [
            registry.spec(registry.barry, registry.gulf, block(f"AL-2022-{number}"))
            for number in range(1, 4)
        ]
        text = services.canonical_text(specs)

        entries = services.submit_batch(
            specs,
            program=PROGRAM,
            recorded_at=NOON,
            all_or_none=True,
            evidence=proven(registry, registry.ana, "transfer_batch", text),
        )

        assert len({entry.signature for entry in entries}) == 1
        assert Signature.objects.filter(document="transfer_batch").count() == 1


class TestOtherActs:
    """The second person, and whoever cancels, sign too."""

    def test_approval_and_cancellation(self, registry: Registry) -> None:
        services.require_second_person(account=registry.barry.id, at=OPENED, actor="administrator")
        entry = registry.transfer(registry.barry, registry.gulf, TEN)
        text = services.canonical_act(entry, "approve")
        wrong = proven(
            registry, registry.bo, "transfer_approval", services.canonical_act(entry, "reject")
        )
        with refused("text_changed"):
            services.approve(key=entry.key, person=registry.bo, at=NOON + SECOND, evidence=wrong)
        assert queries.acts_of(entry.key) == []

        evidence = proven(registry, registry.bo, "transfer_approval", text)
        entry = services.approve(
            key=entry.key, person=registry.bo, at=NOON + SECOND, evidence=evidence
        )

        (act,) = queries.acts_of(entry.key)
        assert text in Signature.objects.get(id=act.signature or 0).text

    def test_a_late_transfer_by_quantity_chooses_again(self, registry: Registry) -> None:
        """docs/decisions/0176."""
        from tests.contexts.transfers_registry import eastern

        late = eastern("2025-05-02")
        entry = registry.transfer(registry.barry, registry.gulf, vintage=2022, quantity=5, at=late)
        named = registry.transfer(registry.barry, registry.gulf, block("AL-2022-6"), at=late)
        assert (entry.state, named.state) == ("held", "held")
        services.free_for_deductions(program=PROGRAM, accounts=[registry.barry.id])
        services.cancel_instruments(
            program=PROGRAM,
            blocks=[block("AL-2022-1", "AL-2022-6")],
            ground="as a deduction does",
            ended_at=late,
            key=uuid4(),
        )

        done = services.release_held(
            program=PROGRAM,
            period=programs.load(PROGRAM).period_named("2022-2024"),
            accounts=[registry.barry.id],
            released_at=late + SECOND,
        )

        assert (done.recorded, done.refused) == (1, 1)
        found = queries.transfer(entry.key)
        assert found is not None
        assert [str(chosen) for chosen in found.blocks] == ["AL-2022-7 to AL-2022-11"]
