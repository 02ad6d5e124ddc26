"""Take docs/network.png of output/network.html in Chromium: `make build`, then `python scripts/screenshot.py`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent


def main() -> None:
    browser = os.environ.get("KG_BROWSER") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        raise SystemExit("no browser: install chromium, or name one in KG_BROWSER")
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        page = opened.new_page(viewport={"width": 1400, "height": 900}, color_scheme="light", locale="zh-CN")
        page.goto((ROOT / "output" / "network.html").as_uri())
        page.wait_for_selector("html[data-ready]", timeout=15000)
        page.wait_for_timeout(1000)
        page.screenshot(path=ROOT / "docs" / "network.png")
        opened.close()


if __name__ == "__main__":
    main()
