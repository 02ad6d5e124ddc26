"""A page open in a browser, and what tests ask of it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any


class Opened:
    """An open page, what it said on the console and what it asked the network for."""

    def __init__(self, browser: Any, path: Path, address: str = "", **options: Any) -> None:
        self.context = browser.new_context(viewport=options.pop("viewport", {"width": 1300, "height": 850}), accept_downloads=True, **options)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda m: self.said.append(m.text))
        self.page.on("pageerror", lambda e: self.said.append(str(e)))
        self.page.on("request", lambda r: None if r.url.startswith("blob:") else self.asked.append(r.url))
        self.page.on("dialog", lambda d: self.said.append(d.message))
        self.page.goto(path.as_uri() + address)
        self.page.wait_for_selector("html[data-ready]", timeout=15000)

    def anew(self) -> None:
        """The page as it is when opened."""
        self.ask(
            "(() => { localStorage.clear(); Object.assign(state, { language: 0, dark: false, sort: ['order', 1], flow: '' }); $('search').value = '';"
            " closeHits(); home(); show('graph'); dress(); past.length = 0; $('undo').disabled = true; network.redraw() })()"
        )
        self.page.mouse.move(1, 1)

    def ask(self, script: str, argument: Any = None) -> Any:
        """The value of an expression in the page."""
        return self.page.evaluate(script, argument)

    def until(self, script: str, seconds: float = 8) -> None:
        """Wait for an expression to hold. (Playwright's own waiting is stopped by the page's policy.)"""
        end = time.monotonic() + seconds
        while not self.ask(script):
            assert time.monotonic() < end, script
            self.page.wait_for_timeout(30)

    def node(self, entity: str) -> int:
        """The number of an entity in the page."""
        found: int = self.ask("id => NODES.findIndex(n => n.id === id)", entity)
        return found

    def text(self, selector: str) -> str:
        found: str = self.page.inner_text(selector)
        return found

    def click(self, selector: str) -> None:
        self.page.click(selector)

    def texts(self, selector: str) -> list[str]:
        found: list[str] = self.page.locator(selector).all_inner_texts()
        return found

    def spot(self, a: str, b: str = "") -> tuple[float, float]:
        """Where on the screen a node is, or the middle of an edge."""
        x, y = self.ask(
            "([a, b]) => { const p = places.get(a), q = places.get(b), r = $('canvas').getBoundingClientRect(),"
            " d = network.canvasToDOM({ x: (p.x + q.x) / 2, y: (p.y + q.y) / 2 }); return [d.x + r.x, d.y + r.y] }",
            [self.node(a), self.node(b or a)],
        )
        return x, y

    def saved(self, selector: str) -> bytes:
        """The file that a click saves."""
        with self.page.expect_download() as waiting:
            self.page.click(selector)
        return Path(waiting.value.path()).read_bytes()
