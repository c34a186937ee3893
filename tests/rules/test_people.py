"""What a program asks of people: prescribed statements, limits, safeguards."""

from __future__ import annotations

from importlib.resources import files

import pytest

from trueup.rules import programs
from trueup.rules.people import DOCUMENTS
from trueup.rules.statements import statements_of


class TestStatements:
    """40 CFR 62.16305(a)(4) and its kin; MASS appendix C: shown word for word."""

    def test_the_certificate_carries_three_statements_in_order(self) -> None:
        statements = programs.load("cpp-mass").people.statements["certificate"]

        assert [statement.key for statement in statements] == [
            "CERT-COR-1",
            "CERT-COR-2",
            "CERT-COR-3",
        ]
        assert statements[0].cite == "40 CFR 62.16305(a)(4)(i)"
        assert statements[0].text.startswith("I certify that I was selected as the designated")

    def test_every_document_has_its_statements(self) -> None:
        assert set(programs.load("cpp-mass").people.statements) == set(DOCUMENTS)

    def test_the_rate_based_program_has_words_of_its_own(self) -> None:
        mass, rate = statements_of("cpp-mass"), statements_of("cpp-rate")

        assert mass["CERT-COR-2"].digest != rate["CERT-COR-2"].digest
        assert len(mass) == len(rate) == 14


def test_an_unknown_statement_is_refused_by_file_and_key() -> None:
    text = (files("trueup.rules") / "programs" / "cpp-mass.toml").read_text(encoding="utf-8")

    with pytest.raises(programs.ProgramFileError, match=r"people\.statements\.certificate"):
        programs.read(text.replace('"CERT-COR-2"', '"CERT-COR-9"'), file="cpp-mass.toml")
