"""What a State may change, and what the files of the design system must be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, override_settings
from django.urls import reverse

from trueup.web import theme as themes

WEB = Path(themes.__file__).parent
USWDS = WEB / "static" / "uswds"


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    themes.theme.cache_clear()
    yield
    themes.theme.cache_clear()


@pytest.mark.django_db
class TestTheme:
    def test_a_state_puts_its_name_and_colours_in_one_file(
        self, client: Client, tmp_path: Path
    ) -> None:
        own = tmp_path / "alabama.css"
        text = themes.DEFAULT_THEME.read_text(encoding="utf-8")
        text = text.replace('"Emission trading registry"', '"State of Alabama"')
        own.write_text(text.replace("#14344f", "#600000"), encoding="utf-8")

        with override_settings(TRUEUP_THEME=str(own), TRUEUP_BANNER="government"):
            page = client.get(reverse("help")).content.decode()
            sheet = client.get(reverse("theme")).content.decode()

        assert "State of Alabama" in page
        assert "An official website" in page
        assert "#600000" in sheet

    def test_the_demonstration_says_that_it_is_one(self, client: Client) -> None:
        page = client.get(reverse("help")).content.decode()

        assert "This is not a government website" in page
        assert "An official website" not in page

    def test_a_name_in_the_theme_is_no_markup(self, client: Client, tmp_path: Path) -> None:
        own = tmp_path / "theme.css"
        text = themes.DEFAULT_THEME.read_text(encoding="utf-8")
        own.write_text(text.replace('"Trueup"', '"<b>Trueup</b>"'), encoding="utf-8")

        with override_settings(TRUEUP_THEME=str(own)):
            page = client.get(reverse("help")).content.decode()

        assert "<b>Trueup</b>" not in page

    def test_a_theme_without_a_name_is_refused_by_name(self, tmp_path: Path) -> None:
        own = tmp_path / "theme.css"
        own.write_text(":root {}", encoding="utf-8")

        with (
            override_settings(TRUEUP_THEME=str(own)),
            pytest.raises(ImproperlyConfigured, match="--name-agency"),
        ):
            themes.theme()

    def test_a_theme_that_is_not_there_is_refused_by_name(self) -> None:
        with (
            override_settings(TRUEUP_THEME="/nowhere/theme.css"),
            pytest.raises(ImproperlyConfigured, match=r"/nowhere/theme\.css"),
        ):
            themes.theme()

    def test_an_unknown_banner_is_refused_by_name(self) -> None:
        with (
            override_settings(TRUEUP_BANNER="royal"),
            pytest.raises(ImproperlyConfigured, match="royal"),
        ):
            themes.theme()

    def test_the_sheet_is_not_sent_twice(self, client: Client) -> None:
        first = client.get(reverse("theme"))
        again = client.get(reverse("theme"), headers={"If-None-Match": first["ETag"]})

        assert again.status_code == 304


class TestVendored:
    """The design system's files, as `make vendor` lays them."""

    def test_the_stylesheet_names_only_files_that_are_there(self) -> None:
        style = (USWDS / "css" / "uswds.min.css").read_text(encoding="utf-8")
        named = set(re.findall(r"url\(\.\./([^)]+)\)", style))

        assert named
        assert [name for name in named if not (USWDS / name).is_file()] == []

    def test_it_is_small_and_has_its_licence(self) -> None:
        files = [path for path in USWDS.rglob("*") if path.is_file()]

        assert sum(path.stat().st_size for path in files) < 1_300_000
        assert (USWDS / "LICENSE.md").is_file()
        assert (WEB / "maps" / "LICENSE").is_file()

    def test_no_file_names_a_source_map(self) -> None:
        for path in (*USWDS.rglob("*.css"), *USWDS.rglob("*.js")):
            assert "sourceMappingURL" not in path.read_text(encoding="utf-8")
