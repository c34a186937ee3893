"""When an empty account that nobody uses can be closed."""

from __future__ import annotations

from datetime import date

import pytest

from trueup.rules import programs
from trueup.rules.dormancy import closes_on, notice_possible_on


class TestTwelveMonths:
    """40 CFR 62.16320(c)(6)(ii); MASS-042; RATE-179."""

    def test_a_notice_is_possible_on_the_same_date_a_year_later(self) -> None:
        possible_on = notice_possible_on(last_transfer_on=date(2024, 3, 10), inactive_months=12)

        assert possible_on == date(2025, 3, 10)

    @pytest.mark.parametrize(
        ("last", "months", "possible"),
        [
            (date(2024, 2, 29), 12, date(2025, 2, 28)),
            (date(2023, 12, 31), 2, date(2024, 2, 29)),
            (date(2023, 11, 30), 1, date(2023, 12, 30)),
            (date(2023, 12, 1), 24, date(2025, 12, 1)),
        ],
    )
    def test_a_month_that_is_too_short_ends_earlier(
        self, last: date, months: int, possible: date
    ) -> None:
        assert notice_possible_on(last_transfer_on=last, inactive_months=months) == possible

    def test_no_months_at_all_is_a_bug(self) -> None:
        with pytest.raises(ValueError, match="inactive_months"):
            notice_possible_on(last_transfer_on=date(2024, 1, 1), inactive_months=0)

    def test_the_account_is_closed_on_the_day_after_the_thirtieth(self) -> None:
        rules = programs.load("cpp-mass")
        ends_on = rules.days_from(date(2025, 3, 11), rules.people.general_accounts.notice_days)

        assert ends_on == date(2025, 4, 9)
        assert closes_on(ends_on=ends_on) == date(2025, 4, 10)
        assert rules.days_from(date(2024, 1, 15), 30) == date(2024, 2, 13)
