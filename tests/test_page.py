"""The page, in a real browser: opened from disk, asks for nothing, shows the sentence, runs nothing that the text says."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sample_graph import ABC, ABC_XS, BAD, BRANCH, HONG, LI, MEI_PROJECT, PROGRAMME, WATER, hostile, large, sample

from kg.model import Graph
from kg.page import ASSETS, network_page, page_data, write_page

BROWSER = os.environ.get("KG_BROWSER") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FORBIDDEN = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|\bfetch\(|XMLHttpRequest|\bimport\("
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


# ---- without a browser


def test_same_graph_same_page() -> None:
    """The same graph and title give the same page."""
    assert write_page(sample(), title="甲") == write_page(sample(), title="甲")


def test_is_a_pyvis_network() -> None:
    """A user may treat the page as a pyvis network: directed, its nodes and edges in bulk."""
    import pyvis.network

    page = network_page(sample())
    assert isinstance(page, pyvis.network.Network)
    assert page.directed
    assert len(page.nodes) == len(sample().entities) == len(page.get_nodes())
    assert page.get_node(BRANCH)["kind"] == "Branch"


def test_policy_admits_the_two_scripts_by_hash() -> None:
    """The policy names no address; each script's hash is that of what stands between its tags."""
    html = write_page(sample())
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    assert policy[1].startswith("default-src &#39;none&#39;")
    scripts = re.findall(r"<script>(.*?)</script>", html, re.S)
    assert len(scripts) == 2
    for script in scripts:
        assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in policy[1]
    assert "http" not in policy[1]
    assert "sourceMappingURL" not in html


def test_own_scripts_write_text_only() -> None:
    """No way from data to markup: none of the words that parse HTML or run code."""
    for path in ASSETS.glob("*.js"):
        assert not re.search(FORBIDDEN, path.read_text("utf-8"))


def test_data_block_is_the_data() -> None:
    """The JSON block reads back as the data, hostile text included, and holds no raw `<`."""
    html = write_page(hostile())
    block = re.search(r'<script type="application/json" id="kg-data">(.*?)</script>', html, re.S)
    assert block
    assert "<" not in block[1]
    assert json.loads(block[1])["facts"] == json.loads(json.dumps(page_data(hostile())["facts"]))


def test_marks_count_code_points() -> None:
    """A mark is where its mention is, after characters outside the basic plane too."""
    graph = sample()
    data = page_data(graph)
    fact = next(f for f in data["facts"] if WATER in (data["nodes"][v]["id"] for _, v in f["roles"] if isinstance(v, int)))
    [[number, marks]] = fact["quotes"]
    text = data["passages"][number]["text"]
    assert "𠮷" in text
    assert [text[s:e] for s, e, *_ in marks] == ["工行萧山分行", "杭州市第二水源输水通道（江南线）项目", "6.52亿元"]


def test_split_and_second_printing() -> None:
    """A sentence split by a caption has two places, one printed twice names the second."""
    data = page_data(sample())
    split = next(p for p in data["passages"] if "减费让利" in p["text"])
    again = next(p for p in data["passages"] if "695亿元" in p["text"])
    raw = {s.path: s.text for s in sample().sources}[data["articles"][again["article"]]["file"]]
    assert "".join(raw[s:e] for s, e in split["at"]) == split["text"]
    assert len(split["at"]) == 2
    assert [raw[s : s + len(again["text"])] for s in again["again"]] == [again["text"]]


# ---- in the browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if BROWSER is None:
        if os.environ.get("KG_REQUIRE_BROWSER") == "1":
            pytest.fail("no browser: install chromium, or name one in KG_BROWSER")
        pytest.skip("no browser")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield browser
        browser.close()


class Opened:
    """An open page and what it said and asked for."""

    def __init__(self, browser: Any, path: Path, address: str = "", **options: Any) -> None:
        self.context = browser.new_context(viewport=options.pop("viewport", {"width": 1300, "height": 850}), **options)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda m: self.said.append(m.text))
        self.page.on("pageerror", lambda e: self.said.append(str(e)))
        self.page.on("request", lambda r: self.asked.append(r.url))
        self.page.on("dialog", lambda d: self.said.append(d.message))
        self.page.goto(path.as_uri() + address)
        self.page.wait_for_selector("html[data-ready]", timeout=15000)

    def node(self, entity: str) -> int:
        found: int = self.page.evaluate("id => NODES.findIndex(n => n.id === id)", entity)
        return found

    def text(self, selector: str) -> str:
        found: str = self.page.inner_text(selector)
        return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pages")
    graphs: dict[str, Graph] = {"sample": sample(), "hostile": hostile(), "large": large(400)}
    for name, graph in graphs.items():
        title = BAD if name == "hostile" else "共富知识图谱"
        (out / f"{name}.html").write_text(write_page(graph, title=title), encoding="utf-8")
    return out


@pytest.fixture
def opened(chromium: Any, folder: Path, request: pytest.FixtureRequest) -> Iterator[Opened]:
    page = Opened(chromium, folder / "sample.html", getattr(request, "param", ""))
    yield page
    assert page.said == []
    assert len(page.asked) == 1
    page.context.close()


def test_opens_without_a_request(opened: Opened) -> None:
    """From disk: the whole sample is drawn, nothing asked for, nothing said on the console (checked after every test here)."""
    assert opened.page.evaluate("boxes.length") == len(sample().entities)
    assert opened.page.evaluate("lines.length") > 20
    assert opened.text("#title") == "共富知识图谱"


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        pytest.param("红山农场", HONG, id="part of a name"),
        pytest.param("农行", ABC, id="alias"),
        pytest.param("nhxsfh", ABC_XS, id="pinyin initials of an alias"),
        pytest.param("zggsyhxsfh", BRANCH, id="pinyin initials of a name"),
        pytest.param("“共富工坊”", PROGRAMME, id="quotes do not matter"),
    ],
)
def test_search(opened: Opened, typed: str, first: str) -> None:
    """`/` goes to the search; Enter opens the first hit and the address names it."""
    opened.page.keyboard.press("/")
    opened.page.keyboard.insert_text(typed)
    opened.page.keyboard.press("Enter")
    assert opened.page.evaluate("NODES[state.chosen.node].id") == first
    assert opened.page.evaluate("decodeURIComponent(location.hash)") == f"#n={first}"


@pytest.mark.parametrize("opened", [f"#n={quote(BRANCH)}"], indirect=True, ids=["branch"])
def test_deep_link_and_panel(opened: Opened) -> None:
    """A deep link opens the entity; its panel has every part of a fact and the marked sentence."""
    assert opened.text("#panel h2") == "中国工商银行萧山分行"
    card = opened.page.locator(".card", has_text="杭州市第二水源输水通道（江南线）项目").first
    assert card.locator("mark").all_inner_texts() == ["工行萧山分行", "杭州市第二水源输水通道（江南线）项目", "6.52亿元"]
    words = card.inner_text()
    parts = ("6.52亿元", "贷款", "发放", "单笔", "𠮷祥如意𠮷", "《工行萧山分行 融入“千万工程” 助力萧然大地和谐共美》")
    for part in (*parts, "seeds/000.txt", "lending.for-project", "0.9"):
        assert part in words
    near = opened.page.locator(".card", has=opened.page.locator(".sum", has_text="近亿元")).inner_text()
    assert "≤ 1亿元" in near
    assert opened.page.locator(".card", has_text="蜀山街道祝桥变区块").first.locator(".chip").all_inner_texts()[-1] == "合计"


def test_click_on_edge_shows_its_sentence(opened: Opened) -> None:
    """A click on the middle of an edge opens the facts between its ends."""
    a, b = opened.node(ABC), opened.node("place/杭州市.萧山区")
    spot = opened.page.evaluate(
        "([a, b]) => { const p = places.get(a), q = places.get(b), r = $('canvas').getBoundingClientRect(),"
        " d = network.canvasToDOM({ x: (p.x + q.x) / 2, y: (p.y + q.y) / 2 }); return [d.x + r.x, d.y + r.y] }",
        [a, b],
    )
    opened.page.mouse.click(*spot)
    opened.page.wait_for_function("state.chosen && state.chosen.pair !== undefined")
    assert "不少于2000亿元" in opened.text("#panel mark.sum-mark")


def test_click_on_node_and_back(opened: Opened) -> None:
    """A click on a node opens it, Escape closes, the browser's Back returns."""
    spot = opened.page.evaluate(
        "i => { const r = $('canvas').getBoundingClientRect(), d = network.canvasToDOM(places.get(i)); return [d.x + r.x, d.y + r.y] }", opened.node(BRANCH)
    )
    opened.page.mouse.click(*spot)
    opened.page.wait_for_function("state.chosen && state.chosen.node !== undefined")
    opened.page.keyboard.press("Escape")
    assert opened.page.evaluate("state.chosen") is None
    opened.page.go_back()
    opened.page.wait_for_function("state.chosen && state.chosen.node !== undefined")


def test_filters(opened: Opened) -> None:
    """A click in the legend hides a kind, one on a relation its edges, the floor the small sums; 总览 brings all back."""
    projects = 6
    opened.page.click('.key[data-key="Project"]')
    assert opened.page.evaluate("boxes.length") == len(sample().entities) - projects
    opened.page.click("#home")
    opened.page.click('.key[data-key="locatedIn"]')
    assert not opened.page.evaluate("drawnPairs.some(p => p.edges.every(e => e.relation === 'locatedIn'))")
    opened.page.click("#home")
    opened.page.select_option(".floor", "1000000000")
    assert opened.page.evaluate("lines.length") == 1
    opened.page.click("#home")
    assert opened.page.evaluate("boxes.length") == len(sample().entities)


def test_years(opened: Opened) -> None:
    """A year's bar shows that year's facts only; undated ones are a bar of their own; again shows all."""
    all_edges = opened.page.evaluate("lines.length")
    opened.page.click('.years [data-year="2026"]')
    assert opened.page.evaluate("drawnPairs.map(p => p.edges.filter(edgeOn).map(e => e.relation))") == [["creditLine"]]
    opened.page.click('.years [data-year="2026"]')
    assert opened.page.evaluate("lines.length") == all_edges
    opened.page.click('.years [data-year="?"]')
    assert 0 < opened.page.evaluate("lines.length") < all_edges


@pytest.mark.parametrize("opened", [f"#n={quote(LI)}"], indirect=True, ids=["person"])
def test_path(opened: Opened) -> None:
    """找路径, then another entity: the shortest way, a sentence at each step; none where the two are apart."""
    opened.page.click("#path")
    opened.page.fill("#search", "梅林村未来")
    opened.page.keyboard.press("Enter")
    assert opened.page.evaluate("state.chosen.path.map(i => NODES[i].id)") == [LI, ABC_XS, MEI_PROJECT]
    assert opened.page.locator("#panel .card").count() == 2
    opened.page.evaluate("state.from = 0; choose({ node: NODES.findIndex(n => n.label === '千万工程') })")
    assert opened.page.locator("#panel .about", has_text="没有通路").count() == 1


@pytest.mark.parametrize("opened", [f"#n={quote(ABC_XS)}"], indirect=True, ids=["branch"])
def test_neighbours_only_and_expand(opened: Opened) -> None:
    """只看邻居 leaves the node and its neighbours; 展开邻居 of another adds its own and moves nothing."""
    opened.page.click("#only")
    assert opened.page.evaluate("boxes.length") == 5
    before = opened.page.evaluate("i => ({ x: places.get(i).x, y: places.get(i).y })", opened.node(ABC_XS))
    opened.page.click("#panel .link >> text=中国农业银行 >> nth=0")
    opened.page.click("#expand")
    assert opened.page.evaluate("boxes.length") == 7
    assert opened.page.evaluate("i => ({ x: places.get(i).x, y: places.get(i).y })", opened.node(ABC_XS)) == before


def test_table_language_theme(opened: Opened) -> None:
    """The table has every fact; language and theme switch and stay switched."""
    opened.page.click("#show-table")
    assert opened.page.locator("tbody tr").count() == len(sample().facts)
    opened.page.locator("tbody tr", has=opened.page.locator(".number", has_text="不少于2000亿元")).click()
    assert "不少于" in opened.text("#panel .card")
    opened.page.click("#language")
    assert opened.text("thead th >> nth=1") == "Who"
    assert "at least" in opened.text("#panel .card")
    opened.page.click("#theme")
    assert opened.page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_numbers_in_no_fact(opened: Opened) -> None:
    """The overview lists the numbers set aside, with reason and sentence; one without a reason is called unexplained."""
    opened.page.click("summary")
    opened.page.wait_for_selector("details mark")
    assert opened.page.locator("details mark.sum-mark").all_inner_texts() == [a.amount.quantity.verbatim for a in sample().asides]
    assert opened.page.locator("details .chip.alert").all_inner_texts() == ["未解释"]


def test_split_sentence_names_both_places(opened: Opened) -> None:
    """A sentence that a caption splits gives both stretches of the file."""
    opened.page.evaluate("choose({ fact: FACTS.findIndex(f => f.rule === 'fees.cut') })")
    assert re.search(r"\d+–\d+、\d+–\d+ 字", opened.page.locator(".source").all_inner_texts()[-1])


def test_same_picture(chromium: Any, folder: Path) -> None:
    """The layout is seeded: two visits put every node on the same spot."""
    seen = []
    for _ in range(2):
        visit = Opened(chromium, folder / "large.html")
        seen.append(visit.page.evaluate("[...places].map(([k, p]) => [k, p.x, p.y])"))
        visit.context.close()
    assert seen[0] == seen[1]
    assert len(seen[0]) == 120


def test_no_two_names_touch(chromium: Any, folder: Path) -> None:
    """At any zoom the names shown do not cover each other."""
    visit = Opened(chromium, folder / "large.html")
    labels = "[...readable(new Set(), network.getScale(), 1).labels.values()]"
    touching = f"{labels}.filter((a, i, all) => all.some((b, j) => i < j && a.l < b.r && b.l < a.r && a.t < b.b && b.t < a.b)).length"
    assert visit.page.evaluate(touching) == 0
    shown = visit.page.evaluate(f"{labels}.length")
    visit.page.evaluate("network.moveTo({ scale: 2 })")
    assert visit.page.evaluate(touching) == 0
    assert visit.page.evaluate(f"{labels}.length") > shown >= 25
    visit.context.close()


def test_first_frame_in_time(chromium: Any, folder: Path) -> None:
    """The first frame of a graph of 750 nodes comes within a loose budget of six seconds."""
    visit = Opened(chromium, folder / "large.html")
    assert visit.page.evaluate("performance.getEntriesByName('kg-first-frame')[0].startTime") < 6000
    assert visit.said == []
    visit.context.close()


def test_phone_and_dark(chromium: Any, folder: Path) -> None:
    """On a phone the panel is a sheet below the picture, the legend a drawer; the system's dark theme is taken up; nothing is wider than the window."""
    visit = Opened(chromium, folder / "sample.html", f"#n={quote(BRANCH)}", viewport={"width": 390, "height": 800}, color_scheme="dark")
    sheet = visit.page.locator("#panel").bounding_box()
    assert sheet["y"] > 250
    assert visit.page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
    visit.page.click(".close")
    assert not visit.page.is_visible("#panel")
    visit.page.click("#legend-button")
    assert visit.page.is_visible('.key[data-key="Bank"]')
    visit.context.close()


def test_hostile_text_runs_nothing(chromium: Any, folder: Path) -> None:
    """Markup and script in every field: shown as text in every view, nothing runs, nothing is asked for."""
    visit = Opened(chromium, folder / "hostile.html")
    visit.page.evaluate("choose({ node: 0 })")
    assert "<script>window.pwned=1</script>" in visit.text("#panel")
    visit.page.evaluate("choose({ fact: 0 })")
    visit.page.evaluate("choose({ pair: [...pairs.keys()][0] })")
    visit.page.fill("#search", "<img")
    visit.page.hover("#hits li")
    visit.page.keyboard.press("Escape")
    visit.page.click("#show-table")
    visit.page.click("#language")
    visit.page.wait_for_timeout(200)
    assert visit.page.evaluate("window.pwned") is None
    assert visit.page.evaluate("document.querySelectorAll('img, iframe, object, a, body script:not([type])').length") == 2  # our two scripts
    assert visit.said == []
    assert len(visit.asked) == 1
    visit.context.close()


def test_policy_stops_an_injected_script(chromium: Any, folder: Path, tmp_path: Path) -> None:
    """Even markup that got into the page would run nothing and load nothing."""
    html = (folder / "sample.html").read_text("utf-8")
    bad = html.replace("<main>", "<script>window.pwned=1</script><img src=x onerror='window.pwned=2'><img src='http://localhost:9/x.png'><main>")
    (tmp_path / "bad.html").write_text(bad, encoding="utf-8")
    visit = Opened(chromium, tmp_path / "bad.html")
    assert visit.page.evaluate("window.pwned") is None
    assert len(visit.said) >= 3  # the refusals
    visit.context.close()
