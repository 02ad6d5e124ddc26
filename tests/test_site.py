"""The documents: every page has a twin, every console block runs and shows what is printed, the site of them is whole and asks no network."""

from __future__ import annotations

import doctest
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import click
import pytest

from kg import pack
from kg.cli import cli
from kg.errors import MESSAGES
from kg.network import EDGE_COLUMNS, NODE_COLUMNS
from kg.ontology import properties, superclasses
from kg.records import COLUMNS
from scripts import console
from scripts import reference as reference_pages
from scripts.reference import every, help_parts, languages, meaning, reference

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
TAIL = ".zh-CN.md"
# For developers, or both languages in one table.
ONE = {DOCS / "howto" / "README.md", *(DOCS / "decisions").glob("*.md")}
PAIRS = sorted(p for p in DOCS.rglob("*.md") if not p.name.endswith(TAIL) and p not in ONE)


def twin(page: Path) -> Path:
    return page.with_name(page.name.removesuffix(".md") + TAIL)


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


# ---- the pages


@pytest.mark.parametrize("page", PAIRS, ids=name)
def test_every_page_has_a_twin(page: Path) -> None:
    """In Chinese, with the same commands, and each leads to the other."""
    assert twin(page).exists(), f"{name(twin(page))} is missing"
    texts = [p.read_text("utf-8") for p in (page, twin(page))]
    lines = [[line for _, kind, body in console.BLOCK.findall(t) if kind == "console" for line, _ in console.typed(body)] for t in texts]
    assert lines[0] == lines[1]
    assert f"({twin(page).name})" in texts[0] and f"({page.name})" in texts[1]


def shows(page: Path) -> bool:
    """Whether a page shows what a command prints, or saves a file; else its twin, with the same commands, is enough."""
    blocks = console.BLOCK.findall(page.read_text("utf-8"))
    return any(shown.strip() for _, kind, body in blocks if kind == "console" for _, shown in console.typed(body))


@pytest.mark.parametrize("page", [p for p in console.pages() if not p.name.endswith(TAIL) or shows(p)], ids=name)
def test_console_blocks_do_what_they_say(page: Path) -> None:
    """Every command runs and prints what is shown under it; `python scripts/console.py --write` renews what is shown."""
    faults, _ = console.check(page, page.read_text("utf-8"))
    assert not faults, "\n".join(map(str, faults))


@pytest.mark.parametrize("page", sorted((DOCS / "explanation").glob("*.md")), ids=name)
def test_python_of_the_explanation_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it stands, from the root."""
    monkeypatch.chdir(ROOT)
    for text in re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.M | re.S):
        exec(compile(text, name(page), "exec"), {})


def test_the_scripts_do_as_their_examples_say() -> None:
    """Doctests of the executor, the reference and the site's builder."""
    from scripts import build_site

    for module in (console, reference_pages, build_site):
        assert doctest.testmod(module).failed == 0


# ---- the reference


@pytest.mark.parametrize("zh", [True, False], ids=["zh", "en"])
def test_the_reference_leaves_nothing_out(zh: bool) -> None:
    """Every command, option, class, property, concept, rule and lexicon is named."""
    pages = reference(zh)
    for called, command in every(cli):
        assert f"## kg {called}\n" in pages["commands"]
        assert [o for p in command.params if isinstance(p, click.Option) for o in p.opts if f"`{o}`" not in pages["commands"]] == []
    assert [c for c in superclasses() if c not in ("Location", "Span") and f"gf:{c}" not in pages["vocabulary"]] == []
    assert [p for p in properties() if f"`gf:{p}`" not in pages["vocabulary"]] == []
    loaded = pack.load()
    assert [e.name for e in loaded.entries("concepts") if f"`gfc:{e.name}`" not in pages["concepts"]] == []
    assert [r["id"] for r in loaded.rules if f"## {r['id']}\n" not in pages["rules"]] == []
    columns = {c for table in (*COLUMNS.values(), NODE_COLUMNS, EDGE_COLUMNS) for c in table}
    assert [c for c in columns if not meaning(c, zh)] == [], "say what they hold in scripts/reference_words.py"
    assert [x for x in loaded.lexicons if f"`{x}.tsv`" not in pages["lexicons"]] == []


def test_help_is_in_both_languages() -> None:
    """Each command and option says what it does in Chinese and in English, so that the reference of either has it."""
    for called, command in every(cli):
        assert all(help_parts(command, zh)[0] for zh in (True, False)), called
        for option in command.params:
            if isinstance(option, click.Option):
                assert all(languages(option.help or "")), f"{called} {option.opts}: {option.help}"


def test_every_error_has_a_chinese_entry() -> None:
    """Each slug is a heading, in the order of the program."""
    assert re.findall(r"^## (\S+)$", (DOCS / "errors.zh-CN.md").read_text("utf-8"), re.M) == list(MESSAGES)


# ---- the site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("zensical", reason="no zensical: pip install -r requirements-docs.txt")
    from scripts.build_site import build

    out = tmp_path_factory.mktemp("site") / "site"
    build(out)
    return out


class Links(HTMLParser):
    """Ids, links, and what a browser fetches, of a page."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {k: v or "" for k, v in attrs}
        self.ids.update({has.get("id", ""), has.get("name", "")})
        if tag == "a" and "href" in has:
            self.links.append(has["href"])
        elif tag == "link" and has.get("rel") in ("stylesheet", "icon", "preconnect"):
            self.fetched.append(has["href"])
        elif "src" in has:
            self.fetched.append(has["src"])


def wrong_links(site: Path) -> list[str]:
    pages = {p: Links(p) for p in sorted(site.rglob("*.html")) if p.name != "404.html"}
    wrong = []
    for page, found in pages.items():
        for link in [*found.links, *found.fetched]:
            if link.startswith(("http:", "https:", "mailto:")):
                wrong += [f"{page}: fetches {link}"] if link in found.fetched else []
                continue
            path, _, anchor = unquote(link).partition("#")
            target = (page.parent / path).resolve() if path else page
            if target.is_dir():
                target /= "index.html"
            if not target.exists() or (anchor and target in pages and anchor not in pages[target].ids):
                wrong.append(f"{page.relative_to(site)}: {link}")
    return wrong


def test_the_site_is_whole(site: Path, chromium: Any) -> None:
    """Every link leads to a page and a place in it; both languages have the same pages; from disk, nothing else is asked for, and search finds Chinese."""
    assert wrong_links(site) == []
    chinese = {p.relative_to(site) for p in site.rglob("*.html") if "en" not in p.relative_to(site).parts[:1]}
    assert chinese == {p.relative_to(site / "en") for p in (site / "en").rglob("*.html")}
    assert {"tutorial.html", "howto/index.html", "reference/rules.html", "explanation/sums.html"} <= {p.as_posix() for p in chinese}

    page = chromium.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    page.on("pageerror", lambda e: said.append(str(e)))
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.goto((site / "index.html").as_uri())
    for words in ("教程", "操作指南", "参考", "原理说明"):  # within one click of the first page
        assert page.locator("nav.md-tabs a", has_text=words).is_visible()
    page.goto((site / "explanation" / "sums.html").as_uri())
    page.click("a.kg-language")
    page.wait_for_url("**/en/explanation/sums.html")
    page.click("a.kg-language")
    page.wait_for_url("**/site/explanation/sums.html")
    page.keyboard.press("/")
    page.keyboard.type("授信")
    page.get_by_text("不能相加的八种情形").last.wait_for()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()
    assert [u for u in asked if not u.startswith(("file:", "data:", "blob:"))] == []
    assert said == []
