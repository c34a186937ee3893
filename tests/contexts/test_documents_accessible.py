"""Documents for everybody: tags, titles, tables with headings, letters of every script.

The typesetter refuses what does not conform to PDF/UA-1 and PDF/A-3a; these tests look at
what it made, after the signature was added, without asking it.

Source: Section 508 (36 CFR 1194.1, E205.4); ISO 14289-1.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from tests.contexts.pdf_reading import Pdf
from trueup.documents import signing_key
from trueup.documents.entries import Facts
from trueup.documents.facts import canonical
from trueup.documents.issuing import _frame
from trueup.documents.typesetting import display, typeset

MADE = datetime(2025, 6, 2, 15, 30, tzinfo=UTC)
PARTY = {"number": "C0100000001X", "name": "Barry", "kind": "compliance", "jurisdiction": "AL"}
BLOCK = {"first": "AL-2022-1", "last": "AL-2022-100", "vintage": 2022, "quantity": 100}
PROGRAM = {
    "code": "cpp-mass",
    "name": "Clean Power Plan",
    "instrument": "allowance",
    "instruments": "allowances",
    "unit": "short ton of CO2",
}
CONTACT = {"name": "Ana Ruiz", "address": "1 Oak\nMobile", "phone": "+1 555", "email": "a@x.org"}


def of_kind(kind: str, name: str = "Barry") -> Facts:
    """Facts of a kind with everything in them that the template can show."""
    account = {**PARTY, "name": name, "state": "open"}
    outcome = {
        "name": name,
        "facility": name,
        "oris_code": 3,
        "jurisdiction": "Alabama",
        "period": "2022-2024",
        "deadline_on": "2025-05-01",
        "obligation": 1234567,
        "held": 100,
        "deducted": 100,
        "waived": 1,
        "retired_by_owner": 2,
        "excess": 1234464,
        "excess_due": 2468928,
        "excess_deducted": 0,
        "outstanding": 2468928,
        "is_in_compliance": False,
        "settled_at": "2025-05-19T10:00:00-04:00",
        "decision": 1,
        "passed_over": [{**BLOCK, "reason": "too_new"}],
        "rate": {"subcategory": "x", "standard": 771, "co2_lb": "1.5", "net_mwh": "2"},
    }
    values: dict[str, dict[str, Any]] = {
        "settlement_statement": {
            "account": account,
            "outcome": outcome,
            "locations": [{"location": "1", "units": ["1", "2"], "tons_exact": "9.5", "tons": 10}],
            "reported_tons": 10,
            "deducted": [
                {**BLOCK, "ground": "emissions", "tx": 7, "recorded_at": "2025-05-19T10:00:00"}
            ],
            "returned": [{**BLOCK, "tx": 8, "mends": 7, "recorded_at": "2025-05-20T10:00:00"}],
        },
        "account_statement": {
            "account": account,
            "start": "2025-01-01",
            "end": "2025-12-31",
            "opening": [],
            "closing": [{"lot": "AL-2022", "vintage": 2022, "quantity": 100}],
            "opening_total": 0,
            "closing_total": 100,
            "received": 100,
            "given": 0,
            "vintages": [
                {"vintage": 2022, "opening": 0, "received": 100, "given": 0, "closing": 100}
            ],
            "movements": [
                {
                    "tx": 7,
                    "recorded_at": "2025-05-19T10:00:00-04:00",
                    "event": "transferred",
                    "is_incoming": True,
                    "counterparty": {**PARTY, "name": name},
                    "quantity": 100,
                    "balance": 100,
                    "blocks": [BLOCK, BLOCK],
                }
            ],
        },
        "reference_sheet": {
            "account": account,
            "jurisdiction_name": "Alabama",
            "opened_on": "2021-05-03",
            "on": "2025-06-02",
            "facility": {"name": name, "oris_code": 3, "unit": "1"},
            "representatives": [{"role": "primary", "name": name, "since": "2021-05-03"}],
        },
        "confirmation_of_holdings": {
            "account": account,
            "year": 2024,
            "at": "2024-12-31T23:59:59-05:00",
            "total": 100,
            "vintages": [{"vintage": 2022, "quantity": 100}],
            "blocks": [BLOCK],
        },
        "transfer_receipt": {
            "key": "4a4c7c9e-0000-0000-0000-000000000000",
            "type": "retirement",
            "source": {**PARTY, "name": name},
            "destination": None,
            "quantity": 1,
            "submitted_at": "2025-05-19T10:00:00-04:00",
            "recorded_at": "2025-05-19T10:00:00-04:00",
            "tx": 7,
            "reason": "voluntary",
            "beneficiary": name,
            "vintages": [],
            "blocks": [BLOCK],
        },
        "certificate_of_representation": {
            "facility": {"name": name, "oris_code": 3, "jurisdiction": "Alabama"},
            "version": 2,
            "received_at": "2025-05-19T10:00:00-04:00",
            "is_late": True,
            "mark": "",
            "content": {
                "county": "Mobile",
                "latitude": "31.0069",
                "longitude": None,
                "category": "electric utility",
                "naics": "221112",
                "indian_country": False,
                "owners": [name],
                "operators": [],
                "units": [
                    {
                        "unit_id": "1",
                        "unit_type": "steam",
                        "operating_from": "2001-01-01",
                        "net_summer_mw": "500",
                        "generators": [{"generator_id": "G1", "nameplate_mw": None}],
                    }
                ],
                "primary": {"contact": {**CONTACT, "name": name}},
                "alternate": None,
            },
            "signatures": [
                {
                    "name": name,
                    "role": "primary",
                    "method": "passkey",
                    "signed_at": "2025-05-19T10:00:00-04:00",
                    "statements": ["I certify that I was selected.", "I am authorized."],
                }
            ],
        },
    }
    return Facts(
        kind=kind,
        program="cpp-mass",
        subject={},
        title=f"{name}, a document",
        values={"program": PROGRAM, **values[kind]},
        positions=((7, 7), (9, 12)),
        journal_until=99,
        is_public=True,
    )


KINDS = (
    "settlement_statement",
    "account_statement",
    "reference_sheet",
    "confirmation_of_holdings",
    "transfer_receipt",
    "certificate_of_representation",
)


def made(facts: Facts) -> Pdf:
    """The document of some facts, signed, without the register."""
    frame = _frame(facts, number="D-0000-0000-0000", digest="0" * 64, made_at=MADE)
    content = typeset(
        facts.kind, facts=canonical(facts, is_practice=False), frame=frame, made_at=MADE
    )
    return Pdf(
        signing_key.sign(
            content,
            number="D-0000-0000-0000",
            registry="Trueup",
            address="http://registry.example/check/",
            signed_at=MADE,
        )
    )


@pytest.fixture(scope="module", params=KINDS)
def document(request: pytest.FixtureRequest) -> Pdf:
    return made(of_kind(request.param))


class TestEveryKind:
    """ISO 14289-1 (PDF/UA-1), Section 508."""

    def test_it_is_tagged_and_says_that_it_is_pdf_ua(self, document: Pdf) -> None:
        assert document.root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - A PDF object.
        xmp = document.root["/Metadata"].get_object().get_data().decode()
        assert "pdfuaid:part>1<" in xmp.replace(" ", "")
        assert "pdfaid:part>3<" in xmp.replace(" ", "")

    def test_it_has_a_language_and_a_title_that_is_shown(self, document: Pdf) -> None:
        assert str(document.root["/Lang"]).startswith("en")
        assert document.root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
        assert document.reader.metadata is not None
        assert document.reader.metadata.title
        assert document.reader.metadata.title.endswith("Barry, a document")

    def test_headings_begin_with_one_and_leave_no_level_out(self, document: Pdf) -> None:
        levels = [int(tag[2:]) for tag in document.tags if tag[:2] == "/H" and tag[2:].isdigit()]

        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))

    def test_tables_have_headings(self, document: Pdf) -> None:
        assert document.tags.count("/Table") >= 1
        assert document.tags.count("/TH") >= 2 * document.tags.count("/Table")

    def test_names_and_values_are_a_list(self, document: Pdf) -> None:
        assert document.tags.count("/LI") >= 4
        assert document.tags.count("/Lbl") == document.tags.count("/LBody")

    def test_there_is_no_picture_that_has_no_words(self, document: Pdf) -> None:
        assert "/Figure" not in document.tags

    def test_fonts_are_embedded(self, document: Pdf) -> None:
        assert document.fonts_without_file == []

    def test_every_page_says_which_of_how_many_it_is(self, document: Pdf) -> None:
        pages = len(document.reader.pages)
        for place, page in enumerate(document.reader.pages, start=1):
            assert f"Page {place} of {pages}" in page.extract_text()
            assert "D-0000-0000-0000" in page.extract_text()

    def test_the_signature_is_outside_the_page_and_has_a_name(self, document: Pdf) -> None:
        (field,) = document.root["/AcroForm"]["/Fields"]
        found = field.get_object()
        box = document.reader.pages[0].mediabox

        assert found["/T"] == "RegistrySignature"
        assert found["/TU"] == "Signature of the registry"
        assert float(found["/Rect"][2]) < float(box.left)
        assert int(found["/F"]) & 0b111 == 0b100  # Printed; neither hidden nor invisible.
        assert document.reader.pages[0]["/Tabs"] == "/S"

    def test_the_signature_holds_for_the_whole_file(self, document: Pdf) -> None:
        status = document.signature

        assert status.bottom_line
        assert status.coverage.name == "ENTIRE_FILE"
        assert status.signer_reported_dt == MADE

    def test_the_facts_are_attached(self, document: Pdf) -> None:
        assert document.facts["facts"]["program"]["code"] == "cpp-mass"

    def test_links_say_where_they_lead(self, document: Pdf) -> None:
        for page in document.reader.pages:
            for annotation in page.get("/Annots", []):
                found = annotation.get_object()
                if found["/Subtype"] == "/Link":
                    assert found["/Contents"]


NASTY = (
    '#read("/etc/passwd")',
    '#import "/etc/passwd"; ] $ ) } \\ * _ ` < > @ ~ //',
    "$ sum_(i=1)^n ] #panic()",
    '"); #eval("1") //',
    "line one\nline two",
    "tab\tand\x00zero\x1b[31m",
    "\u202egnp.exe",
    "<x>&amp; é ñ ß Ł ő",
    "Γεώργιος, Жанна Дрюон, Ngũgĩ, Đỗ Thị",
    "  ",
)


class TestNames:
    """PLAT-003: a name is data, in any script; nothing in it acts."""

    @pytest.mark.parametrize("name", NASTY)
    def test_what_looks_like_a_template_is_text(self, name: str) -> None:
        found = made(of_kind("reference_sheet", name))

        assert found.facts["facts"]["account"]["name"] == name
        assert "root:" not in found.text

    def test_the_very_characters_are_printed(self) -> None:
        text = made(of_kind("reference_sheet", NASTY[0])).text

        assert '#read("/etc/passwd")' in text

    @pytest.mark.parametrize(
        "name", ["שרה כהן", "محمد عبد الله", "王小明", "山田 はなこ", "Дмитрий Шостакович", "Ελένη"]
    )
    def test_letters_of_other_scripts_are_printed(self, name: str) -> None:
        found = made(of_kind("reference_sheet", name))

        assert "[U+" not in found.text
        printed = unicodedata.normalize("NFKC", found.text)
        assert all(letter in printed for letter in name.replace(" ", ""))

    def test_right_to_left_does_not_carry_away_what_follows(self) -> None:
        shown = display("שרה (כהן)", lacking=frozenset())

        assert (shown[0], shown[-1]) == ("\u2068", "\u2069")

    @pytest.mark.parametrize(("name", "told"), [("Max 😀", "U+1F600"), ("กขค", "U+0E01")])
    def test_letters_that_no_font_has_are_told_by_their_number(self, name: str, told: str) -> None:
        found = made(of_kind("reference_sheet", name))

        assert f"[{told}]" in found.text
        assert "Characters for which this registry has no letters" in found.text
        assert found.facts["facts"]["account"]["name"] == name

    def test_what_only_steers_the_text_is_shown(self) -> None:
        assert display("a\u202eb\x00", lacking=frozenset()).startswith("a[U+202E]b[U+0000]")

    def test_500_characters_without_a_blank_fit_on_the_page(self) -> None:
        found = made(of_kind("reference_sheet", "W" * 500))

        assert "W" * 20 in found.text
        lines = [line for line in found.text.splitlines() if "WWWW" in line]
        assert len(lines) > 10

    def test_every_kind_bears_a_nasty_name(self) -> None:
        for kind in KINDS:
            found = made(of_kind(kind, '] #read("x") $ שרה 王 😀 ' + "x" * 120))
            assert found.signature.bottom_line, kind

    def test_facts_without_rows_are_a_document_too(self) -> None:
        facts = of_kind("confirmation_of_holdings")
        values = {**facts.values, "vintages": [], "blocks": [], "total": 0}
        found = made(replace(facts, values=values, positions=()))

        assert "The account held nothing." in found.text
