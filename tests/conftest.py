"""Fixtures of the page's tests: Debian's Chromium under Playwright, and pages written once a session."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser; skipped with a clear word where there is none, a failure where KG_REQUIRE_BROWSER=1."""
    browser = os.environ.get("KG_BROWSER") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    required = os.environ.get("KG_REQUIRE_BROWSER") == "1"
    if browser is None and required:
        pytest.fail("no browser: install chromium, or name one in KG_BROWSER")
    if browser is None:
        pytest.skip("no browser: install chromium, or name one in KG_BROWSER")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        if required:
            pytest.fail("no playwright: pip install playwright")
        pytest.skip("no playwright: pip install playwright")
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=browser, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pages of the sample, the hostile and a large graph."""
    from sample_graph import BAD, hostile, large, sample

    from kg.page import write_page

    out = tmp_path_factory.mktemp("pages")
    for name, graph in {"sample": sample(), "hostile": hostile(), "large": large(400)}.items():
        (out / f"{name}.html").write_text(write_page(graph, title=BAD if name == "hostile" else "共富知识图谱"), encoding="utf-8")
    return out


@pytest.fixture(scope="session")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots are kept: KG_ARTEFACTS, else a folder of the run."""
    given = os.environ.get("KG_ARTEFACTS")
    folder = Path(given) if given else tmp_path_factory.mktemp("screens")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def shared(chromium: Any, pages: Path) -> Iterator[Any]:
    """One open page of the sample for all tests that need no address of their own."""
    from opened import Opened

    page = Opened(chromium, pages / "sample.html")
    yield page
    page.context.close()


@pytest.fixture
def opened(chromium: Any, pages: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The sample's page as at its opening, at the address given as parameter; in the end it must have said nothing and asked for nothing but itself."""
    from opened import Opened

    address = getattr(request, "param", "")
    page = Opened(chromium, pages / "sample.html", address) if address else request.getfixturevalue("shared")
    if not address:
        page.anew()
    yield page
    said, asked = page.said, page.asked
    if address:
        page.context.close()
    assert said == []
    assert len(asked) == 1
