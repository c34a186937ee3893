"""The components of the pages, and what is asked of them in Python."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.test import Client, RequestFactory
from django.urls import reverse
from django_cotton import render_component  # type: ignore[import-untyped]

from tests.adapters.web_books import Page
from trueup.web.filters import FilterForm, SearchField
from trueup.web.sorting import sorting_of


@pytest.fixture
def gallery(settings: Any) -> str:
    settings.DEBUG = True
    settings.ALLOWED_HOSTS = ["*"]
    return reverse("components")


@pytest.mark.django_db
class TestGallery:
    """PLAT-003: each component by itself is well built."""

    def test_shows_every_component_well_built(self, client: Client, gallery: str) -> None:
        page = Page(client.get(gallery).content.decode())

        assert page.problems() == []
        assert "<c-" not in page.html

    def test_is_not_there_unless_the_installation_is_for_building(self, client: Client) -> None:
        assert client.get(reverse("components")).status_code == 404


@pytest.mark.django_db
class TestForm:
    """Errors beside the field and summed up on top; what was typed stays."""

    WRONG = {"name": "", "quantity": "many", "day": "soon", "note": "<b>kept</b>"}

    def test_each_line_of_the_summary_leads_to_its_field(
        self, client: Client, gallery: str
    ) -> None:
        page = Page(client.post(gallery, self.WRONG).content.decode())
        leads = [a["href"] for a in page.of("a") if a["href"].startswith("#id_")]

        assert leads == [
            "#id_name",
            "#id_quantity",
            "#id_day",
            "#id_kind",
            "#id_how_0",
            "#id_agreed",
        ]
        assert {lead[1:] for lead in leads} <= set(page.ids)

    def test_each_wrong_field_says_so_and_names_its_error(
        self, client: Client, gallery: str
    ) -> None:
        page = Page(client.post(gallery, self.WRONG).content.decode())
        (quantity,) = [field for field in page.of("input") if field.get("name") == "quantity"]

        assert quantity["aria-invalid"] == "true"
        assert quantity["aria-describedby"] in page.ids
        assert page.problems() == []

    def test_the_summary_says_of_which_field_it_speaks(self, client: Client, gallery: str) -> None:
        text = Page(client.post(gallery, self.WRONG).content.decode()).text

        assert "Fill in: Full name" in text
        assert "Quantity: Enter a whole number." in text
        assert "Choose: How do you choose?" in text
        assert "Tick: I have read it." in text

    def test_what_was_typed_stays(self, client: Client, gallery: str) -> None:
        page = client.post(gallery, self.WRONG).content.decode()

        assert 'value="many"' in page
        assert "&lt;b&gt;kept&lt;/b&gt;" in page

    def test_the_title_says_that_there_is_an_error(self, client: Client, gallery: str) -> None:
        page = client.post(gallery, self.WRONG).content.decode()

        assert "<title>Error: " in page

    def test_a_name_may_be_written_from_right_to_left(self, client: Client, gallery: str) -> None:
        page = Page(client.get(gallery).content.decode())
        (name,) = [field for field in page.of("input") if field.get("name") == "name"]

        assert name["dir"] == "auto"


class Choices(FilterForm):
    kind = forms.ChoiceField(label="Kind", choices=(("", "All"), ("general", "General account")))
    search = SearchField(label="Name")


class TestFilter:
    """The address holds the choices; what is set can be taken away one by one."""

    def form(self, query: str) -> Choices:
        return Choices(RequestFactory().get(f"/list/?{query}"))

    def test_what_is_set_can_be_taken_away_one_by_one(self) -> None:
        tags = list(self.form("kind=general&search=gulf&after=9&sort=name").tags())

        assert [(tag.label, tag.value) for tag in tags] == [
            ("Kind", "General account"),
            ("Name", "gulf"),
        ]
        assert tags[0].address == "/list/?search=gulf&sort=name"

    def test_a_choice_that_does_not_exist_is_no_choice(self) -> None:
        form = self.form("kind=wallet&search=gulf")

        assert form.chosen == {"kind": "", "search": "gulf"}
        assert [tag.label for tag in form.tags()] == ["Name"]

    def test_the_order_is_sent_along_but_not_the_page(self) -> None:
        assert self.form("sort=-name&after=9").kept() == [("sort", "-name")]

    @pytest.mark.parametrize("text", ["\x00", "%00", " ", "a" * 5000])
    def test_any_text_may_be_typed(self, text: str) -> None:
        form = Choices(RequestFactory().get("/list/", {"search": text}))

        assert len(form.chosen["search"]) <= 100
        assert "\x00" not in form.chosen["search"]


class TestSorting:
    """A heading orders by its column, then the other way round."""

    def test_a_column_orders_and_then_the_other_way_round(self) -> None:
        first = sorting_of(RequestFactory().get("/list/?after=9&kind=x"), ("name", "quantity"))
        again = sorting_of(RequestFactory().get("/list/?sort=quantity"), ("name", "quantity"))

        assert first.address("quantity") == "/list/?kind=x&sort=quantity"
        assert again.address("quantity") == "/list/?sort=-quantity"
        assert again.address("name") == "/list/"

    def test_what_is_no_column_orders_nothing(self) -> None:
        sorting = sorting_of(RequestFactory().get("/list/?sort=-password"), ("name",))

        assert (sorting.key, sorting.is_descending) == ("name", False)


class TestSteps:
    """USWDS step indicator: where one is can be told without seeing it."""

    def shown(self, current: object) -> str:
        steps = ("Receiver", "Quantity", "Sign")
        request = RequestFactory().get("/")
        return str(render_component(request, "steps", steps=steps, current=current))

    def test_the_current_step_is_marked(self) -> None:
        text = self.shown(2)

        assert text.count('aria-current="step"') == 1
        assert "Step 2 of 3" in text

    def test_a_step_may_be_named(self) -> None:
        text = self.shown("Sign")

        assert "Step 3 of 3" in text
