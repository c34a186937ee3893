"""What is wrong with a page, as a browser shows it: in light and dark, wide and narrow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Response

PHONE, DESK = 360, 1280
HEIGHT = 900
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "section508")
# What a scheme changes; all else is the same in both, and is looked at in light.
OF_COLOURS = ("color-contrast", "link-in-text-block")

_AXE = Axe()
_RUN = """async (options) => (await axe.run(document, options)).violations.flatMap(
    (rule) => rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.html.slice(0, 160)}`
        + ` (${(node.any[0] || node.all[0] || node.none[0] || {}).message || rule.help})`))"""
_STRUCTURE = """() => {
    const found = [];
    const count = (selector) => document.querySelectorAll(selector).length;
    if (!document.documentElement.lang) found.push("the page does not say its language");
    if (!document.title.split("|")[0].trim()) found.push("no title");
    if (count("h1") !== 1) found.push(`${count("h1")} main headings`);
    if (count("main") !== 1) found.push(`${count("main")} main parts`);
    const skip = document.querySelector("body a");
    const target = skip && skip.hash && document.getElementById(skip.hash.slice(1));
    if (!target || target.tagName !== "MAIN") found.push("the first link does not skip to main");
    for (const id of new Set([...document.querySelectorAll("[id]")].map((one) => one.id)))
        if (count("#" + CSS.escape(id)) > 1) found.push(`id ${id} twice`);
    const pictures = "main figure, main svg[role=img], main img:not([role=presentation])";
    for (const picture of document.querySelectorAll(pictures)) {
        const place = picture.closest("[data-decoration], .icon, .qr, button, a");
        if (place || picture.closest("figure[data-picture]")) continue;
        const near = picture.closest("figure, section, article, main");
        const section = near.matches("figure") ? (near.querySelector("table") ? near
            : near.closest("section, article, main")) : near;
        if (!section.querySelector("table"))
            found.push(`no table beside ${picture.outerHTML.slice(0, 120)}`);
    }
    for (const image of document.images)
        if (image.complete && !image.naturalWidth && image.loading !== "lazy")
            found.push(`no picture at ${image.src}`);
    return found;
}"""
_SIDEWAYS = """() => {
    const wide = document.scrollingElement.scrollWidth, window_ = innerWidth;
    if (wide <= window_) return [];
    const beyond = [...document.body.querySelectorAll("*")].filter((one) => {
        const box = one.getBoundingClientRect();
        return box.width && box.right > window_ + 0.5 && !one.closest(".table-region, pre");
    });
    const told = beyond.slice(-3).map((one) => one.outerHTML.slice(0, 120));
    return [`scrolls sideways: ${wide} of ${window_} px: ${told.join(" … ")}`];
}"""


@dataclass
class Watcher:
    """Notes what a browser complains of while a page is there."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    # A page that says no has the status of it, and Chromium notes that as an error.
    expects_refusal: bool = False

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "status of" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        is_page = response.request.is_navigation_request()
        if response.status >= (500 if is_page else 400):
            self.complaints.append(f"{response.status} {response.url}")


def problems_of(page: Page, watcher: Watcher, scheme: Scheme) -> list[str]:
    """Everything that is wrong with the page that is open, wide and narrow.

    A window keeps its scheme: when one is changed, colours fade for a while, and axe
    sees the page on the way.
    """
    found: list[str] = []
    if scheme == "light":
        found += page.evaluate(_STRUCTURE)
    page.evaluate(_AXE.axe_script)
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        if scheme == "light":
            found += page.evaluate(_SIDEWAYS)
        violations = axe_violations(page, is_whole=scheme == "light")
        found += (f"{width} px, {scheme}: {one}" for one in violations)
    return found + watcher.complaints


def axe_violations(page: Page, *, is_whole: bool) -> list[str]:
    """What axe finds on the page as it looks now; if not the whole, then of its colours."""
    only: dict[str, Any] = {"type": "tag", "values": STANDARDS}
    if not is_whole:
        only = {"type": "rule", "values": OF_COLOURS}
    options = {"runOnly": only, "resultTypes": ["violations"]}
    violations: list[str] = page.evaluate(_RUN, options)
    return violations
