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


def own_theme(folder: Path, *changes: tuple[str, str]) -> str:
    """The path of a copy of the theme with some text replaced."""
    text = themes.DEFAULT_THEME.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "theme.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.django_db
class TestTheme:
    """PLAT-003, PLAT-155: one file holds a State's words and colours."""

    def test_a_state_puts_its_name_and_colours_in_one_file(
        self, client: Client, tmp_path: Path
    ) -> None:
        own = own_theme(
            tmp_path, ('"Emission trading registry"', '"State of Alabama"'), ("#14344f", "#600000")
        )

        with override_settings(TRUEUP_THEME=own, TRUEUP_BANNER="government"):
            page = client.get(reverse("help")).content.decode()
            sheet = client.get(reverse("theme")).content.decode()

        assert "State of Alabama" in page
        assert "An official website" in page
        assert "A .gov website belongs to" in page
        assert "--color-brand:#600000" in sheet

    def test_the_demonstration_says_that_it_is_one(self, client: Client) -> None:
        page = client.get(reverse("help")).content.decode()

        assert "This is not a government website" in page
        assert "An official website" not in page

    def test_a_sandbox_says_so_on_each_page(self, client: Client) -> None:
        with override_settings(TRUEUP_SANDBOX=True):
            page = client.get(reverse("help")).content.decode()

        assert "Practice only" in page

    def test_a_name_in_the_theme_is_no_markup(self, client: Client, tmp_path: Path) -> None:
        own = own_theme(tmp_path, ('"Trueup"', '"<b>Trueup</b>"'))

        with override_settings(TRUEUP_THEME=own):
            page = client.get(reverse("help")).content.decode()

        assert "<b>Trueup</b>" not in page

    def test_the_words_may_be_said_in_another_language(self) -> None:
        assert themes.theme("es").agency == "Registro de comercio de emisiones"
        assert themes.theme("es").site == themes.theme().site
        assert themes.theme("fr").agency == themes.theme().agency

    @pytest.mark.parametrize(
        ("old", "new", "named"),
        [
            ('agency = "Emission trading registry"', "", r"\[words\] does not set agency"),
            ('brand = "#14344f"', 'brand = "navy"', r"\[light\] does not set brand"),
            ('action-hover = "#a9d0f0"', "", r"\[dark\] does not set action-hover"),
            ('"#b9d3e6"', '"#41607a"', r"\[light\] brand-soft on brand has a contrast of 1\.9"),
            ('"#005ea2"', '"#59a0d0"', r"\[light\] action-text on action has"),
            ('"#54278f"', '"#b09ccc"', r"\[light\] visited on the ground of a page, #f5f7f8,"),
            ('"#c3aaf0"', '"#54278f"', r"\[dark\] visited on the ground of a panel, #1a232a,"),
            ("[light]", "[light", "cannot be read"),
        ],
    )
    def test_a_theme_that_will_not_do_is_refused_by_name(
        self, tmp_path: Path, old: str, new: str, named: str
    ) -> None:
        own = own_theme(tmp_path, (old, new))

        with (
            override_settings(TRUEUP_THEME=own),
            pytest.raises(ImproperlyConfigured, match=named),
        ):
            themes.theme()

    def test_contrast_is_measured_as_the_guidelines_say(self) -> None:
        assert round(themes.contrast("#000000", "#ffffff"), 2) == 21
        assert round(themes.contrast("#767676", "#ffffff"), 2) == 4.54

    def test_the_grounds_are_those_of_the_pages(self) -> None:
        sheet = (WEB / "static" / "web" / "trueup.css").read_text(encoding="utf-8")
        light, dark = sheet.split("prefers-color-scheme: dark", 1)

        for part, scheme in ((light, "light"), (dark, "dark")):
            assert f"--surface-sunk: {themes.GROUNDS[scheme]['page']};" in part
            assert f"--surface-raised: {themes.GROUNDS[scheme]['panel']};" in part

    def test_a_theme_that_is_not_there_is_refused_by_name(self) -> None:
        with (
            override_settings(TRUEUP_THEME="/nowhere/theme.toml"),
            pytest.raises(ImproperlyConfigured, match=r"/nowhere/theme\.toml"),
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

        assert len(files) <= 58
        assert sum(path.stat().st_size for path in files) < 400_000
        assert (USWDS / "LICENSE.md").is_file()
        assert (WEB / "static" / "htmx" / "LICENSE").is_file()
        assert (WEB / "maps" / "LICENSE").is_file()

    def test_no_file_names_a_source_map(self) -> None:
        for path in (*USWDS.rglob("*.css"), *USWDS.rglob("*.js")):
            assert "sourceMappingURL" not in path.read_text(encoding="utf-8")

    def test_every_class_of_it_on_a_page_has_a_rule(self) -> None:
        sheets = [*WEB.glob("static/web/*.css"), USWDS / "css" / "uswds.min.css"]
        ruled = {
            name
            for sheet in sheets
            for name in re.findall(r"\.(usa-[\w-]+)", sheet.read_text(encoding="utf-8"))
        }
        used = {
            (name, path.name)
            for path in (WEB / "templates").rglob("*.html")
            for name in re.findall(
                r"(?<![\w/-])(usa-[a-z_]+(?:-[a-z_]+)*)(?![\w-]*\{)",
                path.read_text(encoding="utf-8"),
            )
        }

        assert {(name, path) for name, path in used if name not in ruled} == set()

    def test_no_page_needs_a_script_of_it(self) -> None:
        assert not [*USWDS.rglob("*.js")]
