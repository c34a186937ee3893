"""HTML and formulas in every text field, through to the pages and the files."""

from __future__ import annotations

import csv
import io
from urllib.parse import quote

import pytest
from django.urls import reverse

from tests.adapters.api_books import PROGRAM
from tests.adapters.signing_desk import EVERY_KEY, Desk
from tests.adapters.web_books import Page
from trueup.signing import queries as signing
from trueup.transfers import services as transfers
from trueup.transfers.models import Transfer
from trueup.web.downloads import csv_download

pytestmark = pytest.mark.django_db

SCRIPTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; alert(1); //",
    "{{ 7*7 }}{% csrf_token %}",
    "</pre></textarea><svg onload=alert(1)>",
)
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", " =1+1", "\uff1d1+1", "=HYPERLINK(A1)")


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


class TestPages:
    """PLAT-004: what is typed is shown, never run."""

    @pytest.mark.parametrize("text", SCRIPTS)
    def test_a_transfers_texts_are_shown_as_text(self, desk: Desk, text: str) -> None:
        place = desk.draft(note=text, reference=text)
        pages = [desk.client.get(place)]
        form = desk.client.get(
            f"{desk.address('transfer')}?draft={place.strip('/').rpartition('/')[2]}"
        )
        answer = desk.sign(place)
        entry = Transfer.objects.get()
        kept = signing.signatures_of(person=desk.person)[0]
        pages += [
            form,
            desk.client.get(answer["Location"]),
            desk.client.get(reverse("transfer", args=[PROGRAM, entry.key])),
            desk.client.get(reverse("account", args=[PROGRAM, entry.source_number])),
            desk.client.get(reverse("signature", args=[kept.id])),
        ]
        for page in pages:
            html = page.content.decode()
            assert page.status_code == 200
            assert Page(html).problems() == []
            assert not [a for a in Page(html).of("img") if a.get("src") == "x"]
            assert "<svg onload" not in html
            assert "<script>alert" not in html
        assert entry.note == text.strip()

    @pytest.mark.parametrize("text", SCRIPTS)
    def test_an_applications_texts_are_shown_as_text(self, desk: Desk, text: str) -> None:
        form = reverse("act-application", args=[PROGRAM])
        answer = desk.client.post(form, {"name": text, "owners": text})
        assert answer.status_code in {302, 422}
        if answer.status_code == 302:
            sent = desk.client.get(answer["Location"])
            assert Page(sent.content.decode()).problems() == []
            answer = desk.sign(str(answer["Location"]), accepted=EVERY_KEY)
            answer = desk.client.get(answer["Location"]) if answer.status_code == 302 else answer
        html = answer.content.decode()
        assert Page(html).problems() == []
        assert "<script>alert" not in html
        assert "<svg onload" not in html

    @pytest.mark.parametrize("text", SCRIPTS)
    def test_an_address_shows_nothing_of_its_own(self, desk: Desk, text: str) -> None:
        for address in (
            f"{desk.address('transfer')}?draft={quote(text)}",
            f"{reverse('agreement')}?then={quote(text)}",
            f"/forms/{quote(text, safe='')}/",
            f"/{PROGRAM}/proposals/{quote(text, safe='')}/sign/",
        ):
            html = desk.client.get(address, follow=True).content.decode()
            assert "<script>alert" not in html
            assert "<svg onload" not in html

    def test_pages_and_their_script_keep_to_the_content_security_policy(self, desk: Desk) -> None:
        answer = desk.client.get(desk.draft())
        policy = answer["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'self'" in policy
        html = Page(answer.content.decode())
        assert all(a["src"].startswith("/static/") for a in html.of("script"))


class TestFiles:
    """A text in a file is never read as a formula."""

    @pytest.mark.parametrize("text", FORMULAS)
    def test_a_cell_of_a_csv_file_is_no_formula(self, text: str) -> None:
        answer = csv_download("x", ["name"], [[text], [5], [-5]])
        body = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[arg-type]
        rows = list(csv.reader(io.StringIO(body)))
        assert rows[1] == [f"'{text}"]
        assert rows[2:] == [["5"], ["-5"]]

    @pytest.mark.parametrize("text", FORMULAS)
    def test_the_ground_of_an_entry_is_no_formula_in_the_history(
        self, desk: Desk, text: str
    ) -> None:
        registry = desk.shelf.registry
        entry = registry.transfer("Barry", "Gulf Brokers", 2022, 5)
        transfers.reverse(transfer=entry.key, ground=text, reversed_at=registry.tick())

        file = desk.client.get(
            reverse("account-history-csv", args=[PROGRAM, registry.number("Barry")])
        )

        body = b"".join(file.streaming_content).decode("utf-8-sig")  # type: ignore[arg-type]
        cells = [cell for row in csv.reader(io.StringIO(body)) for cell in row]
        assert f"'{text}" in cells
        starts = ("=", "+", "@", "\uff1d", "\t", "\r")
        assert not [cell for cell in cells if cell.lstrip().startswith(starts)]
        assert not [cell for cell in cells if cell.startswith("-") and not is_number(cell)]


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
