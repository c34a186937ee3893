"""What a sponsor reports: M&V reports from meter files, corrections, meter data, parts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import Settings

from tests.adapters.sponsor_desk import SponsorDesk, csv_file
from tests.contexts.resources_registry import PROGRAM, WIND
from trueup.resources import services
from trueup.resources.models import (
    Document,
    MeterReading,
    MeterReporter,
    Report,
    StandingInstruction,
)
from trueup.rules.papers import REPORT, elements_of
from trueup.signing.models import Draft, Signature

pytestmark = pytest.mark.django_db

CST = timezone(timedelta(hours=-6))
HOURS = 31 * 24


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> SponsorDesk:
    """Sand Hill Wind is registered; it is February 2023."""
    found = SponsorDesk(monkeypatch, settings, tmp_path)
    found.registry.accredit()
    found.registry.clear()
    found.registry.apply()
    found.registry.verify_application()
    found.registry.approve()
    found.on("2023-02-01")
    return found


def january(mwh: str = "1.1", *, hours: int = HOURS) -> list[str]:
    """Hours of January 2022 in Texas, each with the same MWh."""
    first = datetime(2022, 1, 1, tzinfo=CST)
    return [
        f"{(first + timedelta(hours=at)).isoformat()},"
        f"{(first + timedelta(hours=at + 1)).isoformat()},{mwh}"
        for at in range(hours)
    ]


def meter(rows: list[str], name: str = "meter.csv") -> Any:
    return csv_file("\n".join(["start,end,mwh", *rows]) + "\n", name)


def answers(**more: Any) -> dict[str, Any]:
    """Answers to every question of a report on January 2022."""
    found: dict[str, Any] = {"year": "2022", "first_month": "1", "last_month": "1"}
    for element in elements_of(REPORT):
        test = element.test
        found[element.name] = (
            test.split("|")[0] if "|" in test else "on" if test == "yes" else "as described"
        )
    del found["plan_version"]
    for name in ("capability_changed_on", "ownership_changed_on", "rewarded_mwh"):
        found[name] = ""
    return {**found, **more}


def problems(desk: SponsorDesk, file: Any) -> str:
    """What the page of the meters says of a file."""
    with pytest.raises(AssertionError) as caught:
        desk.walk(desk.address("report-output"), answers(files=[file]))
    return str(caught.value)


class TestReporting:
    """40 CFR 62.16460; RATE-110 to RATE-115, RATE-135; PLAT-124."""

    def test_a_meter_file_becomes_a_report(self, desk: SponsorDesk) -> None:
        check = desk.walk(desk.address("report-output"), answers(files=[meter(january())]))
        page = desk.page(check)
        assert "818.4 MWh in 744 intervals" in page.text
        assert "Credits if verified as they stand 818" in page.text
        assert "0.4 MWh, dropped" in page.text

        text = desk.receipt(check.removesuffix("check/"))
        assert "The report is submitted" in text
        report = Report.objects.get()
        assert (report.year, report.first_month, report.last_month) == (2022, 1, 1)
        assert report.mwh == Decimal("818.4")
        paper = Document.objects.get(kind=REPORT)
        assert paper.elements["metered_mwh"] == "818.4"
        assert [one.name for one in paper.attachments.all()] == ["meter.csv"]
        assert Signature.objects.get(document="mv_report").statements[0]["key"] == "CERT-MV-REPORT"

    def test_files_of_several_meters_are_added(self, desk: SponsorDesk) -> None:
        place = desk.address("report-output")
        place = desk.client.post(place, answers())["Location"]
        sent = [meter(january("1")), meter(january("0.5"), "second.csv")]
        answer = desk.client.post(place, {"files": sent, "kept": ""})
        assert answer.status_code == 302
        assert "1,116" in desk.page(str(answer["Location"])).text

    @pytest.mark.parametrize(
        ("spoil", "said"),
        [
            (lambda rows: rows[:10] + rows[11:], "row 12: Nothing is given from"),
            (lambda rows: [*rows, rows[5]], "row 746: The interval from"),
            (lambda rows: [*rows[:-1], rows[-1].replace(",1.1", ",-1")], "row 745: -1 MWh"),
            (lambda rows: [*rows[:-1], rows[-1].replace(",1.1", ",1000.1")], "row 745: 1000.1 MWh"),
            (lambda rows: [*rows[:-1], rows[-1].replace("-06:00", "")], "distance from UTC"),
            (lambda rows: rows[:-1], "The file begins or ends"),
            (lambda rows: [*rows[:-1], rows[-1].replace(",1.1", ",1e")], "row 745"),
        ],
    )
    def test_what_is_wrong_in_a_meter_file_is_named_by_row(
        self, desk: SponsorDesk, spoil: Any, said: str
    ) -> None:
        shown = problems(desk, meter(spoil(january())))
        assert said in shown
        assert "meter.csv" in shown
        assert not Report.objects.exists()

    def test_the_hour_that_comes_twice_is_no_riddle(self, desk: SponsorDesk) -> None:
        first = datetime(2022, 11, 1, 5, tzinfo=UTC)
        rows = []
        for at in range(30 * 24 + 1):
            start, end = (first + timedelta(hours=at + more) for more in (0, 1))
            rows.append(f"{_central(start)},{_central(end)},1")
        said = answers(first_month="11", last_month="11", files=[meter(rows)])
        desk.sign_journey("report-output", said)
        assert Report.objects.get().mwh == 721

    def test_no_more_is_reported_than_was_metered(self, desk: SponsorDesk) -> None:
        with pytest.raises(AssertionError, match="no more can be reported"):
            desk.walk(
                desk.address("report-output"),
                answers(files=[meter(january())], mwh="818.5"),
            )

    @pytest.mark.parametrize("mwh", ["-5", "1e3", "NaN", "0.1234567", "", "12,34x"])
    def test_mwh_are_digits_and_nothing_else(self, desk: SponsorDesk, mwh: str) -> None:
        with pytest.raises(AssertionError, match="There is a problem"):
            desk.walk(desk.address("report-output"), answers(mwh=mwh))

    def test_a_number_that_binary_floats_miss_is_exact(self, desk: SponsorDesk) -> None:
        desk.sign_journey("report-output", answers(mwh="9007199254.00001"))
        assert Report.objects.get().mwh == Decimal("9007199254.00001")

    @pytest.mark.parametrize(
        ("period", "field"),
        [
            ({"year": "2021"}, "year"),
            ({"year": "2030"}, "year"),
            ({"first_month": "6", "last_month": "2"}, "last_month"),
            ({"year": "2023", "first_month": "1", "last_month": "3"}, "last_month"),
        ],
    )
    def test_months_that_cannot_be_reported(
        self, desk: SponsorDesk, period: dict[str, str], field: str
    ) -> None:
        answer = desk.client.post(desk.address("report-output"), answers(**period))
        assert answer.status_code == 422
        assert f'id="id_{field}_error"' in answer.content.decode()

    def test_a_report_before_the_registration_is_refused(self, desk: SponsorDesk) -> None:
        desk.registry.describe(_again(), account="Sand Hill")
        other = desk.registry.resources["Second"].id
        assert desk.client.get(desk.address("report-output", other)).status_code == 403

    def test_months_that_overlap_are_named(self, desk: SponsorDesk) -> None:
        desk.registry.report("100", 2022, months=(1, 6))
        desk.on("2023-02-02")
        answer = desk.client.post(desk.address("report-output"), answers(last_month="2"))
        assert answer.status_code == 422
        assert "January to June" in answer.content.decode()


class TestCorrecting:
    """40 CFR 62.16450(a); RATE-145; PLAT-130: the whole total anew, as debit or credit."""

    def test_a_debit_is_shown_and_the_new_report_stands(self, desk: SponsorDesk) -> None:
        desk.registry.report("900", 2022, months=(1, 1))
        desk.on("2023-02-02")
        check = desk.walk(desk.address("report-output"), answers(mwh="818.4"))
        assert "Debit of 81.6 MWh" in desk.page(check).text
        text = desk.receipt(check.removesuffix("check/"))
        assert "a debit of 81.6 MWh" in text
        states = list(Report.objects.order_by("id").values_list("state", "mwh"))
        assert states == [("superseded", Decimal(900)), ("submitted", Decimal("818.4"))]

    def test_where_credits_were_issued_an_official_decides(self, desk: SponsorDesk) -> None:
        desk.registry.issue_year("900")
        desk.on("2023-07-02")
        text = desk.sign_journey("report-output", answers(last_month="12", mwh="950"))
        assert "a credit of 50 MWh" in text
        assert "an official decides on the difference" in text
        report = Report.objects.get()
        assert (report.state, report.mwh) == ("issued", Decimal(900))
        papers = Document.objects.filter(kind=REPORT).order_by("version")
        assert [(one.version, one.elements["mwh"]) for one in papers] == [(1, "900"), (2, "950")]

    def test_a_report_is_withdrawn(self, desk: SponsorDesk) -> None:
        report = desk.registry.report("900", 2022, months=(1, 1))
        desk.on("2023-02-02")
        text = desk.sign_form("withdraw-report", {"report": report.id, "ground": "wrong meter"})
        assert "The report is withdrawn" in text
        assert Report.objects.get().state == "superseded"
        assert desk.client.get(desk.address("withdraw-report")).status_code == 403


class TestMeterData:
    """PLAT-130; docs/decisions/0205: named, filed in batches, accepted or disputed."""

    def name(self, desk: SponsorDesk) -> None:
        desk.registry.person("Mel Ott")
        said = {"name": "Mel Ott", "email": "mel.ott@example.org"}
        assert "The reporter is named" in desk.sign_form("name-reporter", said)

    def file(self, desk: SponsorDesk, *rows: str) -> str:
        desk.be("Mel Ott")
        text = "\n".join(["resource,year,month,mwh,evidence", *rows]) + "\n"
        place = reverse("act-file-meter-data", args=[PROGRAM])
        check = desk.walk(place, {"files": [csv_file(text, "batch.csv")]})
        return desk.receipt(check.removesuffix("check/"))

    def test_a_reporter_files_and_the_sponsor_accepts(self, desk: SponsorDesk) -> None:
        self.name(desk)
        said = self.file(desk, f"R{desk.wind:07d},2022,5,500.5,", f"R{desk.wind:07d},2022,6,400,")
        assert "2 months are filed" in said
        assert "Sand Hill Wind" in desk.page(reverse("meter-data")).text

        desk.be("Fay Ito")
        page = desk.page(reverse("my-resource", args=[PROGRAM, desk.wind]))
        assert "Accept or dispute 2 months of meter data" in page.text
        text = desk.sign_form("accept-meter-data", {"months": ["2022-5", "2022-6"]})
        assert "2 months are accepted" in text
        assert set(MeterReading.objects.values_list("state", flat=True)) == {"accepted"}

    def test_a_dispute_is_told_and_a_correction_shows_the_difference(
        self, desk: SponsorDesk
    ) -> None:
        self.name(desk)
        self.file(desk, f"R{desk.wind:07d},2022,5,500.5,")
        desk.be("Fay Ito")
        desk.sign_form("dispute-meter-data", {"months": ["2022-5"], "ground": "too high"})
        place = reverse("my-resource-meter-data", args=[PROGRAM, desk.wind])
        assert "too high" in desk.page(place).text

        desk.be("Mel Ott")
        text = f"resource,year,month,mwh\nR{desk.wind:07d},2022,5,490\n"
        place = reverse("act-file-meter-data", args=[PROGRAM])
        check = desk.walk(place, {"files": [csv_file(text, "batch.csv")]})
        assert "a debit of 10.5" in desk.page(check).text

    def test_every_bad_row_is_named_and_none_is_taken(self, desk: SponsorDesk) -> None:
        self.name(desk)
        with pytest.raises(AssertionError) as caught:
            self.file(
                desk,
                "R9999999,2022,5,1,",
                f"R{desk.wind:07d},2022,5,-1,",
                f"R{desk.wind:07d},2022,x,1,",
            )
        for row in ("Row 2:", "Row 3:", "Row 4:"):
            assert row in str(caught.value), row
        with pytest.raises(AssertionError, match=r"Row 2: .*are more than 1000"):
            self.file(desk, f"R{desk.wind:07d},2022,5,744001,")
        with pytest.raises(AssertionError, match=r"Row 3: .*in the file twice"):
            self.file(desk, f"R{desk.wind:07d},2022,5,1,", f"R{desk.wind:07d},2022,5,2,")
        assert not MeterReading.objects.exists()

    def test_above_the_curve_it_is_held_and_said(self, desk: SponsorDesk) -> None:
        services.set_plausible_output(
            resource=desk.wind, mwh={5: Decimal(100)}, at=desk.registry.tick()
        )
        self.name(desk)
        said = self.file(desk, f"R{desk.wind:07d},2022,5,500,a gust")
        assert "1 month is held as implausible." in said
        desk.be("Fay Ito")
        assert (
            "Held" in desk.page(reverse("my-resource-meter-data", args=[PROGRAM, desk.wind])).text
        )

    def test_who_was_not_named_reports_nothing(self, desk: SponsorDesk) -> None:
        place = reverse("act-file-meter-data", args=[PROGRAM])
        assert desk.client.get(place).status_code == 403
        self.name(desk)
        desk.sign_form("end-reporter", {"reporter": desk.registry.person("Mel Ott")})
        assert MeterReporter.objects.get().until_at is not None
        desk.be("Mel Ott")
        assert desk.client.get(place).status_code == 403

    def test_oneself_and_nobody_are_not_named(self, desk: SponsorDesk) -> None:
        for said in (
            {"name": "Fay Ito", "email": "fay.ito@example.org"},
            {"name": "No One", "email": "no@example.org"},
        ):
            answer = desk.client.post(desk.address("name-reporter"), said)
            assert answer.status_code == 422
            assert said["email"] in answer.content.decode()


class TestStandingInstructions:
    """PLAT-126; docs/decisions/0204."""

    def give(self, desk: SponsorDesk, **more: Any) -> str:
        if "Lender" not in desk.registry.accounts:
            desk.registry.open_general("Lender", "Lee Ward")
        number = desk.registry.accounts["Lender"].number
        said = {"destination": number, "ending": number[-4:], "percent": "40", **more}
        return desk.sign_journey("give-standing", said)

    def test_a_part_of_each_issue_goes(self, desk: SponsorDesk) -> None:
        assert "is in force" in self.give(desk, from_vintage="2022", to_vintage="2024")
        row = StandingInstruction.objects.get()
        assert (row.percent, row.up_to, row.from_vintage) == (Decimal(40), None, 2022)
        page = desk.page(reverse("my-resource", args=[PROGRAM, desk.wind]))
        assert "40 percent of each issue" in page.text
        desk.registry.issue_year("1000")
        assert desk.registry.held("Lender") == 400

    def test_the_irrevocable_kind_ends_with_both_signatures(self, desk: SponsorDesk) -> None:
        self.give(desk, percent="", up_to="500", is_irrevocable="yes", takes_part="no")
        row = StandingInstruction.objects.get()
        assert (row.is_irrevocable, row.takes_part) == (True, False)
        text = desk.sign_form("end-standing", {}, row.pk)
        assert "It ends when the other side has signed too." in text
        assert desk.client.get(desk.address("end-standing", row.pk)).status_code == 403
        desk.be("Lee Ward")
        assert "the sponsor asks for its end" in desk.page(reverse("my-resources")).text
        assert "has ended" in desk.sign_form("end-standing", {}, row.pk)
        desk.be("Cy Dunn")
        assert desk.client.get(desk.address("end-standing", row.pk)).status_code == 403

    def test_everything_wrong_at_once(self, desk: SponsorDesk) -> None:
        own = desk.registry.accounts["Sand Hill"].number
        answer = desk.client.post(desk.address("give-standing"), {"destination": own})
        assert answer.status_code == 422
        with pytest.raises(AssertionError, match="either a percentage or a number"):
            self.give(desk, up_to="5")
        with pytest.raises(AssertionError, match="above 0 and up to 100"):
            self.give(desk, percent="100.1")
        with pytest.raises(AssertionError, match="end before they begin"):
            self.give(desk, from_vintage="2024", to_vintage="2022")
        assert not StandingInstruction.objects.exists()
        assert Draft.objects.filter(act="give-standing", done_at=None).exists()


def _again() -> Any:
    from dataclasses import replace

    return replace(WIND, name="Second")


def _central(instant: datetime) -> str:
    """The clock of Texas in autumn 2022, by its distance from UTC."""
    hours = -5 if instant < datetime(2022, 11, 6, 7, tzinfo=UTC) else -6
    return instant.astimezone(timezone(timedelta(hours=hours))).isoformat()
