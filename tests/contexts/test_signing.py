"""Signing: the text, the statements, a fresh second factor, once; and what is kept of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests.contexts.registry import refused
from trueup.accounts.models import Person
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.signing import queries, services
from trueup.signing.entries import Evidence, PaperEntry
from trueup.signing.models import Paper, Signature

pytestmark = pytest.mark.django_db

PROGRAM = "cpp-mass"
NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)
CONSOLE = Evidence(method="console")
STATEMENTS = programs.load(PROGRAM).people.statements["submission_compliance"]
KEYS = tuple(statement.key for statement in STATEMENTS)


def a_person(name: str = "Ana Ruiz", *, agrees: bool = True) -> int:
    person = Person.objects.create(name=name, email="ana@example.org").pk
    if agrees:
        services.accept_agreement(person=person, evidence=CONSOLE, accepted_at=NOON)
    return person


def sign(person: int, evidence: Evidence, text: str = "Move 5.", **more: object) -> object:
    values: dict[str, object] = {
        "program": PROGRAM,
        "document": "transfer",
        "text": text,
        "statements": STATEMENTS,
        "signer": person,
        "for_person": None,
        "evidence": evidence,
        "signed_at": NOON + timedelta(minutes=1),
    }
    return services.sign(**{**values, **more})  # type: ignore[arg-type]


class TestSign:
    """PLAT-151, PLAT-152; 40 CFR 62.16295."""

    def test_the_text_the_statements_and_the_time_are_kept(self) -> None:
        ana = a_person()

        sign(ana, Evidence(method="console", accepted=KEYS))

        (kept, _agreement) = queries.signatures_of(person=ana)
        assert "Move 5." in kept.text
        assert STATEMENTS[0].text in kept.text
        assert "Signed by: Ana Ruiz" in kept.text
        assert kept.statements[0].digest == STATEMENTS[0].digest
        assert kept.signed_at == NOON + timedelta(minutes=1)
        assert kept.mark == "console"
        assert queries.verify(kept).is_valid

    def test_not_without_the_agreement(self) -> None:
        with refused("no_agreement"):
            sign(a_person(agrees=False), Evidence(method="console", accepted=KEYS))

    def test_not_without_each_statement(self) -> None:
        """MASS-027: neither accepted nor acted on."""
        ana = a_person()
        with refused("not_certified"):
            sign(ana, CONSOLE)
        assert len(queries.signatures_of(person=ana)) == 1

    def test_not_without_a_second_factor_for_it(self) -> None:
        ana = a_person()
        for detail in ({}, {"challenge": ""}, {"challenge": "00" * 32}):
            with refused("second_factor_missing"):
                sign(ana, Evidence(method="totp", detail=detail, accepted=KEYS))

    def test_never_by_a_key(self) -> None:
        with refused("key_cannot_sign"):
            sign(a_person(), Evidence(method="key", accepted=KEYS))

    def test_not_on_a_superseded_form(self) -> None:
        """PLAT-153."""
        with refused("form_superseded"):
            sign(a_person(), Evidence(method="console", accepted=KEYS), form_version="0")

    def test_a_code_that_was_not_given_proves_nothing(self) -> None:
        ana = a_person()
        begun = services.begin(
            program=PROGRAM,
            document="transfer",
            text="Move 5.",
            statements=STATEMENTS,
            signer=ana,
            at=NOON,
        )
        with refused("second_factor_missing"):
            sign(ana, Evidence(method="totp", detail={"challenge": begun.nonce}, accepted=KEYS))


class TestKept:
    """PLAT-017: a signature stays as it is."""

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE signing_signature SET text = 'other'",
            "DELETE FROM signing_signature",
            "UPDATE signing_agreement SET form_version = '9'",
            "DELETE FROM signing_agreement",
        ],
    )
    def test_the_database_refuses_to_change_it(self, sql: str) -> None:
        a_person()
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)

    def test_changed_text_is_found_by_its_hash(self) -> None:
        """PLAT-152."""
        from dataclasses import replace

        from trueup.signing.texts import digest_of

        ana = a_person()
        sign(ana, Evidence(method="console", accepted=KEYS))
        (kept, _) = queries.signatures_of(person=ana)

        changed = replace(kept, text=kept.text.replace("Move 5.", "Move 500."))
        assert not queries.verify(changed).is_text_unchanged
        rehashed = replace(changed, digest=digest_of(changed.text))
        assert not queries.verify(rehashed).is_text_unchanged


def enter(signer: int, official: int, *, text: str = "Move 5.", **more: object) -> PaperEntry:
    values: dict[str, object] = {
        "program": PROGRAM,
        "document": "transfer",
        "text": text,
        "statements": STATEMENTS,
        "signer": signer,
        "for_person": None,
        "accepted": KEYS,
        "received_at": NOON - timedelta(days=1),
        "scan": b"%PDF-1.7 scan",
        "media_type": "application/pdf",
        "entered_by": official,
        "entered_at": NOON,
    }
    return services.enter_paper(**{**values, **more})  # type: ignore[arg-type]


class TestPaper:
    """PLAT-154: entered as the signer's submission; nobody acts as a user."""

    def test_the_time_of_receipt_counts_and_two_officials_are_named(self) -> None:
        ana, ora, pat = (a_person(n, agrees=False) for n in ("Ana Ruiz", "Ora Lee", "Pat Moss"))
        paper = enter(ana, ora)
        paper = services.approve_paper(nonce=paper.nonce, by=pat, at=NOON)

        sign(ana, paper.evidence)

        (kept,) = queries.signatures_of(person=ana)
        assert (kept.signer, kept.entered_by, kept.approved_by) == (ana, ora, pat)
        assert kept.received_at == NOON - timedelta(days=1)
        assert kept.mark == "paper"
        assert queries.scan_of(kept.nonce) == ("application/pdf", b"%PDF-1.7 scan")
        with refused("signed_already"):
            sign(ana, paper.evidence)

    def test_not_before_a_second_official_approved_it(self) -> None:
        ana, ora = a_person(), a_person("Ora Lee")
        paper = enter(ana, ora)
        with refused("paper_not_approved"):
            sign(ana, paper.evidence)
        for same in (ora, ana):
            with refused("paper_not_approved"):
                services.approve_paper(nonce=paper.nonce, by=same, at=NOON)
        with pytest.raises(IntegrityError), transaction.atomic():
            Paper.objects.update(approved_by_id=ora, approved_at=NOON)

    def test_not_for_another_text_or_another_signer(self) -> None:
        ana, ora, pat = a_person(), a_person("Ora Lee"), a_person("Pat Moss")
        paper = services.approve_paper(nonce=enter(ana, ora).nonce, by=pat, at=NOON)
        with refused("text_changed"):
            sign(ana, paper.evidence, text="Move 500.")
        with refused("paper_not_approved"):
            sign(ora, paper.evidence)

    def test_nobody_enters_their_own_form_or_something_that_is_no_scan(self) -> None:
        ana, ora = a_person(), a_person("Ora Lee")
        for signer, more in (
            (ora, {}),
            (ana, {"scan": b""}),
            (ana, {"media_type": "text/html"}),
            (ana, {"received_at": NOON + timedelta(days=1)}),
        ):
            with pytest.raises(Refused, match="paper_not_usable"):
                enter(signer, ora, **more)
        assert not Signature.objects.filter(document="transfer").exists()
