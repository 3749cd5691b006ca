"""An eye that looks at pages as different people's machines would show them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.steps import Visitor

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCHEMES, WIDTHS = ("light", "dark"), (1280, 390)
#: The rules that look at colours: all that a dark scheme can change.
COLOURS = ["color-contrast", "link-in-text-block"]
#: Runs axe and tells, of each rule that is broken, which elements break it.
_AXE = """async only => {
    const found = await axe.run({runOnly: only, resultTypes: ["violations"]});
    const where = rule => rule.nodes.map(node => node.target.join(" ")).join(", ");
    return found.violations.map(rule => `${rule.id} at ${where(rule)}`);
}"""
_OPEN_ALL = "() => document.querySelectorAll('details').forEach(d => d.open = true)"
#: Names what sticks out of a page that can be scrolled sideways.
_SIDEWAYS = """() => {
    const root = document.documentElement, width = root.clientWidth;
    if (root.scrollWidth <= width) return [];
    return [...document.querySelectorAll("body *")]
        .filter(e => e.getBoundingClientRect().right > width + 1)
        .map(e => `${e.tagName}.${e.className}`);
}"""
_TEXT = "percent => { document.documentElement.style.fontSize = percent }"


@dataclass
class Eye:
    """Collect what is wrong with pages, by what was looked for."""

    barriers: list[str] = field(default_factory=list)
    sideways: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    #: Called at every stop with the visitor and the name of the page, for pictures.
    also: Callable[[Visitor, str], None] | None = None

    def look(self, visitor: Visitor, name: str) -> None:
        """Look at the page that a visitor is on, in every way, and leave it as it was."""
        page = visitor.page
        page.wait_for_load_state()
        before: Any = page.viewport_size
        if self.also:
            self.also(visitor, name)
        self.seen.append(name)
        page.evaluate(_OPEN_ALL)
        self._for_barriers(page, name)
        self._for_scrolling(page, name)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(before)

    def _for_barriers(self, page: Page, name: str) -> None:
        page.evaluate(AXE_SCRIPT)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                self.barriers += [
                    f"{name}, {scheme}, {width}: {found}"
                    for found in page.evaluate(_AXE, TAGS if scheme == "light" else COLOURS)
                ]

    def _for_scrolling(self, page: Page, name: str) -> None:
        for width, text in ((320, "100%"), (1280, "200%")):
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate(_TEXT, text)
            self.sideways += [
                f"{name} at {width} px, {text}: {out}" for out in page.evaluate(_SIDEWAYS)
            ]
        page.evaluate(_TEXT, "")
