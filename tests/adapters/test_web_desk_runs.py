"""The guided runs of officials on the pages: previews, jobs, queues, files, the calendar."""

from __future__ import annotations

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.adapters.roles_of_access import Everyone
from tests.adapters.web_books import Page
from tests.contexts.registry import PROGRAM, Registry
from trueup.desk.models import FacilityNote, Preview
from trueup.signing.models import Draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def everyone() -> Everyone:
    for name in ("default", "process"):
        caches[name].clear()
    return Everyone(registry=Registry())


def seen(everyone: Everyone, role: str, address: str) -> str:
    answer = everyone.clients[role].get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    page = Page(answer.content.decode())
    assert page.problems() == [], address
    return page.text


def upload(everyone: Everyone, text: str, role: str = "administrator", **more: str) -> str:
    """Upload a plan; the address that follows."""
    answer = everyone.clients[role].post(
        reverse("desk-allocations", args=[PROGRAM]),
        {
            "kind": "plan",
            "jurisdiction": "",
            "period": "2022-2024",
            "file": SimpleUploadedFile("plan.csv", text.encode()),
            **more,
        },
    )
    assert answer.status_code == 302, Page(answer.content.decode()).text
    return str(answer["Location"])


class TestAllocationRun:
    """PLAT-060: upload, errors by row, preview, a second official."""

    def test_a_plan_leads_to_its_preview_and_the_preview_to_its_signature(
        self, everyone: Everyone
    ) -> None:
        job = upload(everyone, "oris_code,unit,vintage,quantity\n3,1,2022,600\n")
        assert "It is done" in seen(everyone, "administrator", job)

        preview = Preview.objects.latest("id")
        address = reverse("preview", args=[preview.key])
        text = seen(everyone, "administrator", address)
        assert "Barry" in text
        assert "600" in text
        assert preview.digest in text
        answer = everyone.clients["administrator"].post(address)
        assert answer.status_code == 302
        draft = Draft.objects.latest("id")
        assert answer["Location"] == reverse("sign", args=[draft.key])
        assert draft.values["digest"] == preview.digest

    def test_every_error_is_shown_in_pages_and_in_one_table(self, everyone: Everyone) -> None:
        lines = "".join(f"{90_000 + number},1,2022,5\n" for number in range(500))
        job = upload(everyone, f"oris_code,unit,vintage,quantity\n{lines}")

        first = seen(everyone, "administrator", job)
        assert "There are 500 reasons" in first
        rows = 0
        address = job
        while address:
            page = Page(everyone.clients["administrator"].get(address).content.decode())
            rows += page.text.count("There is no facility with the ORIS code")
            following = [link["href"] for link in page.of("a") if link.get("rel") == "next"]
            address = following[0] if following else ""
        assert rows == 500
        whole = everyone.clients["administrator"].get(f"{job}reasons.csv")
        assert len(b"".join(whole.streaming_content).splitlines()) == 501

    def test_a_form_without_a_file_says_so(self, everyone: Everyone) -> None:
        answer = everyone.clients["administrator"].post(
            reverse("desk-allocations", args=[PROGRAM]), {"kind": "plan", "period": "2022-2024"}
        )

        assert answer.status_code == 422
        assert "There is a problem" in Page(answer.content.decode()).text

    def test_an_official_of_a_state_cannot_upload_for_another(self, everyone: Everyone) -> None:
        answer = everyone.clients["state"].post(
            reverse("desk-allocations", args=[PROGRAM]),
            {
                "kind": "plan",
                "jurisdiction": "KY",
                "period": "2022-2024",
                "file": SimpleUploadedFile("plan.csv", b"a"),
            },
        )

        assert answer.status_code == 422

    def test_another_states_preview_is_closed(self, everyone: Everyone) -> None:
        upload(
            everyone, "oris_code,unit,vintage,quantity\n3,1,2022,6\n", "state", jurisdiction="AL"
        )
        address = reverse("preview", args=[Preview.objects.latest("id").key])

        assert everyone.clients["state"].get(address).status_code == 200
        assert everyone.clients["other_state"].get(address).status_code == 403


class TestSettlementRun:
    """PLAT-081: readiness, previews, what is missing."""

    def test_the_steps_lead_to_what_is_missing(self, everyone: Everyone) -> None:
        address = reverse("desk-settlement", args=[PROGRAM, "2022-2024"])
        text = seen(everyone, "administrator", address)

        assert "Facilities whose emissions are incomplete or not final" in text
        assert "3 to look at" in text
        queue = seen(everyone, "administrator", reverse("queue-emissions", args=[PROGRAM]))
        assert all(name in queue for name in ("Barry", "Gaston", "Cane"))

    def test_a_preview_is_asked_for_and_filtered(self, everyone: Everyone) -> None:
        answer = everyone.clients["administrator"].post(
            reverse("desk-settlement", args=[PROGRAM, "2022-2024"]), {"do": "preview"}
        )
        assert "It is done" in seen(everyone, "administrator", answer["Location"])
        address = reverse("preview", args=[Preview.objects.latest("id").key])

        assert "Cane" in seen(everyone, "administrator", f"{address}?sort=-name")
        narrowed = seen(everyone, "administrator", f"{address}?state=AL&q=bar")
        assert "Barry" in narrowed
        assert "Cane" not in narrowed


class TestQueues:
    """PLAT-018, PLAT-053: counted in a constant number of statements, sorted and filtered."""

    def count(self, everyone: Everyone, address: str) -> int:
        caches["process"].clear()
        everyone.clients["administrator"].get(address)
        caches["process"].clear()
        with CaptureQueriesContext(connection) as statements:
            everyone.clients["administrator"].get(address)
        return len(statements)

    def test_more_accounts_are_no_more_statements(self, everyone: Everyone) -> None:
        addresses = [
            reverse("desk"),
            reverse("queue-emissions", args=[PROGRAM]),
            reverse("desk-settlement", args=[PROGRAM, "2022-2024"]),
            reverse("desk-facility", args=[3]),
            reverse("calendar", args=[PROGRAM]),
        ]
        before = [self.count(everyone, address) for address in addresses]
        everyone.registry.allocate(
            *(("Barry", "1", 2022, 5), ("Barry", "2", 2022, 5), ("Gaston", "5", 2022, 5))
        )
        for number in range(3):
            everyone.registry.open_general(f"Broker {number}", "Cy Dunn")
            everyone.registry.transfer("Barry", "Gulf Brokers", 2022, 1)

        assert [self.count(everyone, address) for address in addresses] == before

    def test_a_queue_is_sorted_and_filtered(self, everyone: Everyone) -> None:
        address = reverse("queue-emissions", args=[PROGRAM])

        rows = seen(everyone, "administrator", f"{address}?sort=title")
        assert rows.index("Barry") < rows.index("Cane") < rows.index("Gaston")
        assert "Cane" not in seen(everyone, "administrator", f"{address}?state=AL")


class TestFacilityFile:
    """PLAT-018, PLAT-019: everything on one page, for the officials of that State."""

    def test_it_has_every_section(self, everyone: Everyone) -> None:
        text = seen(everyone, "administrator", reverse("desk-facility", args=[3]))

        for section in ("Certificates of representation", "Emissions", "Allocations", "Notes"):
            assert section in text
        assert "Ana Ruiz" in text

    def test_a_note_is_kept_and_a_reader_writes_none(self, everyone: Everyone) -> None:
        address = reverse("desk-facility", args=[3])
        everyone.clients["state"].post(address, {"text": "Called; they will report by Friday."})
        everyone.clients["auditor"].post(address, {"text": "I was here."})

        (note,) = FacilityNote.objects.all()
        assert note.written_as == "official of the State AL"
        assert "they will report by Friday" in seen(everyone, "administrator", address)

    def test_an_official_of_another_state_does_not_see_it(self, everyone: Everyone) -> None:
        assert (
            everyone.clients["other_state"].get(reverse("desk-facility", args=[3])).status_code
            == 403
        )


class TestCalendar:
    """40 CFR 62.16375; PLAT-082: every duty with its day, and a file for one's own calendar."""

    def test_officials_see_what_is_late_and_others_the_duties(self, everyone: Everyone) -> None:
        address = reverse("calendar", args=[PROGRAM])

        assert "What awaits you" in seen(everyone, "administrator", address)
        assert "What awaits you" not in seen(everyone, "anonymous", address)

    def test_the_file_is_one_that_calendars_read(self, everyone: Everyone) -> None:
        answer = everyone.clients["anonymous"].get(reverse("calendar-ics", args=[PROGRAM]))
        lines = answer.content.decode().split("\r\n")

        assert answer["Content-Type"].startswith("text/calendar")
        assert (lines[0], lines[-2]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
        assert all(len(line.encode()) <= 75 for line in lines)
        uids = [line for line in lines if line.startswith("UID:")]
        assert len(uids) == len(set(uids)) == lines.count("BEGIN:VEVENT")
