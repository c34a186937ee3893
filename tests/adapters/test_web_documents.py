"""Documents on the web: who is given one, and the page that checks them."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from tests.adapters.roles_of_access import Everyone
from tests.adapters.web_books import PROGRAM, Books, report, settle, small_program
from tests.contexts.registry import Registry
from trueup.documents.models import Document

pytestmark = pytest.mark.django_db

STATEMENTS_MAX = 40


@pytest.fixture(autouse=True)
def _nobody_asked_before() -> None:
    cache.clear()


@pytest.fixture
def books() -> Books:
    books = small_program()
    report({3: 400, 26: 0})
    settle()
    return books


def settlement_address(oris_code: int = 3) -> str:
    return reverse("settlement-pdf", args=[PROGRAM, "2022-2024", oris_code])


def issued(client: Client) -> Document:
    assert client.get(settlement_address()).status_code == 200
    return Document.objects.get()


class TestDocuments:
    """PLAT-088, PLAT-140: whoever may see the page is given the document of it."""

    def test_a_settlement_statement_is_for_everyone(self, books: Books, client: Client) -> None:
        answer = client.get(settlement_address())

        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
        assert answer["X-Document-Number"] in answer["Content-Disposition"]
        assert answer["X-Content-Type-Options"] == "nosniff"

    def test_who_asks_again_is_given_the_same_file(self, books: Books, client: Client) -> None:
        first, second = (client.get(settlement_address()).content for _ in range(2))

        assert first == second

    def test_the_documents_of_an_account(self, books: Books, client: Client) -> None:
        number = books.barry.number
        for name, arguments, query in (
            ("account-statement-pdf", (PROGRAM, number), "?start=2021-01-01&end=2021-12-31"),
            ("account-reference-sheet-pdf", (PROGRAM, number), ""),
            ("account-confirmation-pdf", (PROGRAM, number, 2021), ""),
        ):
            answer = client.get(reverse(name, args=arguments) + query)
            assert answer.status_code == 200, name
            assert "Barry" in PdfReader(BytesIO(answer.content)).pages[0].extract_text()

    @pytest.mark.parametrize("year", [0, 1999, 2090, 10**6])
    def test_a_year_that_there_was_no_account_in_is_not_found(
        self, books: Books, client: Client, year: int
    ) -> None:
        address = reverse("account-confirmation-pdf", args=[PROGRAM, books.barry.number, year])

        assert client.get(address).status_code == 404

    def test_the_running_year_is_refused_with_its_reason(
        self, books: Books, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from django.utils import timezone

        year = timezone.now().year
        answer = client.get(
            reverse("account-confirmation-pdf", args=[PROGRAM, books.barry.number, year])
        )

        assert answer.status_code == 404
        assert f"The year {year} is not over yet." in answer.content.decode()

    @pytest.mark.parametrize(
        "query", ["", "?start=x&end=y", "?start=2022-01-01&end=2021-01-01", "?start=%00"]
    )
    def test_days_that_are_none_lead_to_the_page_that_says_so(
        self, books: Books, client: Client, query: str
    ) -> None:
        address = reverse("account-statement-pdf", args=[PROGRAM, books.barry.number])
        answer = client.get(address + query)

        assert answer.status_code == 302
        assert answer["Location"].startswith(
            reverse("account-statement", args=[PROGRAM, books.barry.number])
        )

    def test_one_that_was_not_settled_is_not_found(self, client: Client) -> None:
        small_program()

        answer = client.get(settlement_address())
        assert answer.status_code == 404
        assert "There is no settlement for 2022-2024." in answer.content.decode()

    def test_a_long_statement_is_made_by_the_worker_for_who_has_signed_in(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from trueup.web.views import documents

        monkeypatch.setattr(documents, "MOVEMENTS_AT_ONCE", 0)
        everyone = Everyone(registry=Registry())
        everyone.registry.allocate(("Barry", "1", 2022, 10))
        number = everyone.registry.number("Barry")
        address = (
            reverse("account-statement-pdf", args=[PROGRAM, number])
            + "?start=2021-01-01&end=2021-12-31"
        )

        assert everyone.clients["anonymous"].get(address).status_code == 403
        asked = everyone.clients["representative"].get(address)
        assert asked.status_code == 302
        assert "/desk/jobs/" in asked["Location"]
        Document.objects.get(kind="account_statement")
        assert everyone.clients["anonymous"].get(address)["Content-Type"] == "application/pdf"

    def test_making_them_is_limited(
        self, books: Books, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from trueup.web.views import documents

        monkeypatch.setattr(documents, "is_too_often", lambda _request, _action: True)

        assert client.get(settlement_address()).status_code == 429
        assert not Document.objects.exists()


class TestThePageThatChecks:
    """PLAT-088; docs/decisions/0273."""

    def test_it_is_there_for_everyone(self, client: Client) -> None:
        answer = client.get(reverse("check-document"))

        assert answer.status_code == 200
        assert "Check a document" in answer.content.decode()

    def test_a_number_is_genuine_and_says_what_it_is_about(
        self, books: Books, client: Client
    ) -> None:
        document = issued(client)
        text = client.get(reverse("check-document"), {"of": document.number}).content.decode()

        assert "Genuine" in text
        assert "Barry, compliance period 2022-2024" in text
        assert "The books say the same today" in text

    def test_what_is_not_public_is_not_told(self, books: Books, client: Client) -> None:
        document = issued(client)
        Document.objects.bulk_create(
            [
                Document(
                    number="D-1111-1111-1111",
                    kind="certificate_of_representation",
                    program=PROGRAM,
                    subject={"certificate": 999},
                    title="Secret Plant, version 3",
                    facts_digest="a" * 64,
                    file_digest="b" * 64,
                    file_bytes=1,
                    journal_until=0,
                    made_at=document.made_at,
                    is_public=False,
                    is_practice=False,
                )
            ]
        )
        text = client.get(reverse("check-document"), {"of": "D11111111111l"}).content.decode()

        assert "Certificate of representation" in text
        assert "Secret Plant" not in text
        assert "a" * 64 not in text

    def test_an_uploaded_file_is_compared(self, books: Books, client: Client) -> None:
        content = client.get(settlement_address()).content

        for sent, said in (
            (content, "Genuine"),
            (content + b"\n%", "something was added behind it"),
            (content.replace(b"FontDescriptor", b"FontDescriptoR", 1), "Altered"),
            (b"%PDF-1.7 another", "Unknown"),
            (b"", "Unknown"),
        ):
            file = SimpleUploadedFile("x.pdf", sent, content_type="application/pdf")
            answer = client.post(reverse("check-document"), {"file": file})
            assert answer.status_code == 200
            assert said in answer.content.decode()

    def test_no_file_is_told_beside_the_field(self, client: Client) -> None:
        answer = client.post(reverse("check-document"))

        assert answer.status_code == 422
        assert "Choose the file of a document." in answer.content.decode()

    def test_a_large_body_is_refused_before_it_is_read(self, client: Client) -> None:
        answer = client.generic(
            "POST",
            reverse("check-document"),
            b"",
            content_type="multipart/form-data; boundary=x",
            CONTENT_LENGTH=str(10**9),
        )

        assert answer.status_code == 413
        assert "larger than 20 MB" in answer.content.decode()

    @pytest.mark.parametrize("typed", ["<script>alert(1)</script>", "\x00", "D" * 5000, "\u202e"])
    def test_what_is_typed_is_text(self, client: Client, typed: str) -> None:
        answer = client.get(reverse("check-document"), {"of": typed})

        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()

    def test_asking_is_limited(self, client: Client) -> None:
        address = reverse("check-document")
        answers = [client.get(address, {"of": str(one)}).status_code for one in range(31)]

        assert answers == [200] * 30 + [429]
        assert client.get(address).status_code == 200

    def test_the_number_of_statements_does_not_grow(self, books: Books, client: Client) -> None:
        document = issued(client)
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("check-document"), {"of": document.number})

        assert len(captured) <= STATEMENTS_MAX

    def test_the_certificate_can_be_had(self, client: Client) -> None:
        answer = client.get(reverse("registry-certificate"))

        assert answer.content.startswith(b"-----BEGIN CERTIFICATE-----")
        assert b"PRIVATE" not in answer.content


class TestReceipts:
    """MASS-168; docs/decisions/0082: a transfer's receipt is for the people of its accounts."""

    def test_the_people_of_both_accounts_have_it(self) -> None:
        registry = Registry()
        everyone = Everyone(registry=registry)
        registry.on("2021-06-01")
        registry.allocate(("Barry", "1", 2022, 10))
        entry = registry.transfer("Barry", "Gulf Brokers", 2022, 3)
        address = reverse("transfer-receipt-pdf", args=[PROGRAM, entry.key])

        answers = {
            role: everyone.clients[role].get(address).status_code
            for role in ("representative", "other", "user", "anonymous")
        }
        assert answers == {"representative": 200, "other": 200, "user": 403, "anonymous": 401}
