"""No template of a page is forgotten by the walk over the addresses (PLAT-003)."""

from __future__ import annotations

from pathlib import Path

from tests.browser import addresses
from tests.browser.addresses import Find
from tests.browser.visits import visits
from trueup import web

FOLDER = Path(web.__file__).parent / "templates"
# Parts of pages, which are rendered wherever they are used.
COMPONENTS = ("cotton/", "allauth/")
# What no address shows to anybody who asks in good order, and why.
NOT_WALKED: dict[str, str] = {
    "web/components.html": "of the developers: there only in debugging",
    "web/desk/paper_again.html": "the form of a paper, for the second official who types it:"
    " test_web_desk_paper.py",
}


def templates() -> set[str]:
    """The names of the templates of pages."""
    names = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html")}
    return {name for name in names if not name.startswith(COMPONENTS)}


class TestEveryTemplate:
    """PLAT-003: a page that the walk does not reach is named, with the reason."""

    def test_is_shown_by_some_address_or_named_with_a_reason(self, find: Find) -> None:
        shown = {template for visit in visits() for template in visit.shows}
        for name in addresses.names():
            shown |= find(name).templates

        forgotten = sorted(templates() - shown - set(NOT_WALKED))
        assert not forgotten, "\n".join(["no address shows", *forgotten])
        walked = sorted(shown & set(NOT_WALKED))
        assert not walked, "\n".join(["an address shows", *walked])
