"""Table, money flow, timeline and files of the page; for everybody; safe."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from opened import Opened
from sample_graph import ABC_XS, BRANCH, LI, YU, hostile, sample

from kg.model import Graph
from kg.page import ASSETS, page_data, write_page
from kg.privacy import private_persons, published

FORBIDDEN = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|\bfetch\(|XMLHttpRequest|\bimport\("

# ---- other views


def test_table_sorts_and_pages(opened: Opened) -> None:
    """The table has every fact in the order of the text; a heading sorts, the largest sum first; pages turn; a row opens its fact."""
    opened.click("#show-table")
    assert opened.page.locator("tbody tr").count() == len(sample().facts)
    opened.click('[data-sort="sum"]')
    assert opened.texts("td.sum")[:3] == ["不少于2000亿元", "695亿元", "48.7亿元"]
    assert opened.page.get_attribute("th:has(button[data-sort=sum])", "aria-sort") == "descending"
    opened.click('[data-sort="who"]')
    who = [w for w in opened.texts("td.who") if w]
    assert who == opened.ask("w => [...w].sort(new Intl.Collator('zh-Hans-CN-u-co-pinyin').compare)", who)
    opened.page.locator("td.sum", has_text="不少于2000亿元").click()
    assert "不少于" in opened.text("#panel .card")
    assert "第 1 / 1 页，共 23 条" in opened.text(".pager")


def test_table_pages(chromium: Any, pages: Path) -> None:
    """Fifty rows a page, however many there are."""
    visit = Opened(chromium, pages / "large.html", "#v=table")
    assert visit.page.locator("tbody tr").count() == 50
    first = visit.text("tbody tr >> nth=0")
    visit.click(".pager .act >> nth=1")
    assert visit.text("tbody tr >> nth=0") != first
    assert "第 2 /" in visit.text(".pager")
    visit.context.close()


def test_csv_for_spreadsheets(opened: Opened) -> None:
    """The CSV begins with a byte-order mark, quotes every field, joins several values by ；, has all the facts that pass and their places."""
    opened.click("#show-table")
    data = opened.saved("#csv")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert len(rows) == 1 + len(sample().facts)
    assert len({len(r) for r in rows}) == 1
    shared = next(r for r in rows if "4.6亿元" in r)
    assert {"460000000", "CNY", "seeds/000.txt"} <= set(shared)
    assert "；" in shared[rows[0].index("对象")]
    assert all(line.startswith('"') for line in data.decode("utf-8-sig").splitlines())


def test_csv_starts_no_formula(chromium: Any, pages: Path) -> None:
    """A cell that a spreadsheet would run begins with an apostrophe."""
    visit = Opened(chromium, pages / "hostile.html")
    cells = [c for row in csv.reader(io.StringIO(visit.ask("csv()").lstrip("\ufeff"), newline="")) for c in row]
    assert not [c for c in cells if re.match(r"[=+\-@]", c)]
    visit.context.close()


def test_flow_is_of_one_kind(opened: Opened) -> None:
    """The money flow shows one instrument, stage and aggregation; width is the sum; one sum for three is one band; a band opens its fact."""
    opened.click("#show-flow")
    assert opened.texts("#flow .tab") == ["贷款 · 发放 · 单笔4", "授信 · 承诺 · 单笔1"]
    bands = opened.page.locator("#flow .band")
    assert bands.count() == 4
    assert opened.ask("[...document.querySelectorAll('#flow .band')].filter(b => relationsOfFact[b.dataset.fact].length === 3).length") == 1
    bands.first.focus()
    opened.page.keyboard.press("Enter")
    assert opened.ask("FACTS[state.chosen.fact].kind") == "FinancingEvent"
    opened.click("#flow .tab >> nth=1")
    assert bands.count() == 1
    assert "不少于2000亿元" in opened.page.text_content("#flow svg")


def test_timeline(opened: Opened) -> None:
    """The timeline has the dated facts in order under their years and the undated apart; an event opens its fact."""
    opened.click("#show-timeline")
    assert [h.split()[0] for h in opened.texts("#timeline h3")] == ["2022", "2023"]
    assert opened.page.locator(".event").count() == sum(f.time is not None and f.time.start is not None for f in sample().facts)
    opened.page.locator(".event", has_text="48.7亿元").click()
    assert "2023-06-30" in opened.text("#panel dl")
    opened.click("#timeline summary")
    opened.until(f"document.querySelectorAll('.event').length === {len(sample().facts)}")


def test_views_show_the_same_selection(opened: Opened) -> None:
    """A filter holds in every view."""
    opened.ask("(() => { state.off.stage.add('gfc:disbursed'); refilter() })()")
    opened.click("#show-table")
    assert opened.page.locator("tbody tr").count() == len(sample().facts) - 4
    opened.click("#show-flow")
    assert opened.page.locator("#flow .band").count() == 1
    opened.click("#show-graph")
    assert opened.ask("written.onEdges.map(e => e.text)") == ["不少于2000亿元"]


def test_svg_and_png_of_the_whole(opened: Opened) -> None:
    """The picture is saved whole, however near one looks: every node and name in the SVG, the same picture as PNG; the flow is saved in its view."""
    opened.ask("network.moveTo({ scale: 1.4 })")
    opened.click("#save-words")
    image = opened.saved("#svg").decode()
    assert opened.ask("t => new DOMParser().parseFromString(t, 'image/svg+xml').querySelector('parsererror') === null", image)
    assert image.count("<path") >= opened.ask("boxes.length + lines.length")
    assert opened.ask("t => drawn.filter(i => !t.replace(/<[^>]*>/g, '').includes(NODES[i].label.slice(0, 5))).length", image) == 0
    opened.click("#save-words")
    png = opened.saved("#png")
    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20], "big") > 1200
    opened.click("#show-flow")
    assert "6.52亿元" in opened.ask("svgText()")
    assert "资金流 · 贷款 · 发放 · 单笔" in opened.ask("svgText()")


# ---- for everybody


def test_language_and_theme(opened: Opened) -> None:
    """Language and theme switch and stay switched; no Chinese is left in the English interface."""
    opened.click("#show-table")
    opened.click("#language")
    assert opened.text("thead th >> nth=1") == "Who"
    opened.page.locator("td.sum", has_text="不少于2000亿元").click()
    assert "at least" in opened.text("#panel .card")
    chrome = opened.ask(
        "['views', 'tools', 'legend'].map(id => { const c = $(id).cloneNode(true);"
        " c.querySelectorAll('#language, option').forEach(e => e.remove()); return c.textContent }).join(' ')"
    )
    assert not re.search(r"[一-鿿]", chrome)
    opened.click("#theme")
    assert opened.ask("document.documentElement.dataset.theme") == "dark"
    assert opened.ask("localStorage.getItem('kg-theme')") == "dark"


def test_every_word_in_two_languages() -> None:
    """Each word of the interface is there twice, and the page uses no word that is missing."""
    words = (ASSETS / "words.js").read_text("utf-8")
    keys = set(re.findall(r'(\w+): \[\s*"[^"]*",\s*"[^"]*",?\s*\]', words[words.index("const UI") : words.index("const stored")]))
    used = {k for p in ASSETS.glob("*.js") for k in re.findall(r'say\("(\w+)"', p.read_text("utf-8"))}
    assert used <= keys


@pytest.mark.parametrize("look", ["light", "dark"])
def test_contrast(look: str) -> None:
    """Text stands out from what is behind it by 4.5 to 1, signs and lines by 3 to 1 (WCAG 2.2 AA)."""
    style = (ASSETS / "tokens.css").read_text("utf-8")
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})\b", part))
        for part in (style.split(":root[data-theme")[0], style.split(":root[data-theme")[1].split("}")[0])
    )
    of = light if look == "light" else {**light, **dark}

    def light_of(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    def contrast(a: str, b: str) -> float:
        low, high = sorted((light_of(a), light_of(b)))
        return (high + 0.05) / (low + 0.05)

    texts = {"ink": "bg paper hover name sum time accent-soft", "accent-ink": "accent", "warn": "bg paper warn-soft", "accent": "bg paper hover accent-soft"}
    texts |= dict.fromkeys(("soft", "faint", "cash-ink"), "bg paper hover")
    poor = [(a, b) for a, behind in texts.items() for b in behind.split() if contrast(of[a], of[b]) < 4.5]
    poor += [(a, "bg") for a in ("edge", "cash") if contrast(of[a], of["bg"]) < 3]
    signs = re.findall(r'(\w+): \["\w+", "(#\w{6})", "(#\w{6})"\]', (ASSETS / "words.js").read_text("utf-8"))
    poor += [(kind, "bg") for kind, *colours in signs if contrast(colours[look == "dark"], of["bg"]) < 3]
    assert len(signs) > 20
    assert poor == []


def test_shapes_as_well_as_colours(opened: Opened) -> None:
    """A family of kinds has a shape of its own."""
    shapes = opened.ask("Object.fromEntries(['Bank', 'Company', 'Person', 'Project', 'Programme', 'FinancialProduct', 'Village'].map(k => [k, look(k)[0]]))")
    assert len(set(shapes.values())) == 7


def test_by_keyboard(opened: Opened) -> None:
    """The first Tab offers the table; arrows walk the picture, Enter expands, what is chosen is told to a screen reader."""
    opened.ask("document.activeElement.blur()")
    opened.page.focus("#canvas")
    opened.page.keyboard.press("ArrowRight")
    first = opened.ask("state.chosen.node")
    assert opened.text("#panel h2") in opened.ask("$('said').textContent")
    walked = set()
    for key in ("Right", "Left", "Up", "Down"):
        opened.page.keyboard.press(f"Arrow{key}")
        walked.add(opened.ask("state.chosen.node"))
    assert len(walked | {first}) >= 3
    opened.page.focus("#skip")
    assert opened.page.locator("#skip").bounding_box()["y"] >= 0
    opened.page.keyboard.press("Enter")
    assert opened.ask("[state.view, document.activeElement.id]") == ["table", "table"]
    opened.page.locator("tbody tr").first.focus()
    opened.page.keyboard.press("ArrowDown")
    opened.page.keyboard.press("Enter")
    assert opened.ask("state.chosen.fact !== undefined")


def test_everything_has_a_name(opened: Opened) -> None:
    """Every button, field and list has a name for a screen reader, in every view."""
    nameless = (
        "[...document.querySelectorAll('button, input, select, [role=button], [role=application]')]"
        ".filter(e => !(e.textContent.trim() || e.getAttribute('aria-label') || (e.labels && e.labels.length))).length"
    )
    for view in ("graph", "table", "flow", "timeline"):
        opened.click(f"#show-{view}")
        assert opened.ask(nameless) == 0
    assert opened.ask("document.querySelectorAll('main, h1, [role=search], [role=status]').length") == 4


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_phone(chromium: Any, pages: Path, artefacts: Path, dark: bool) -> None:
    """On a phone the panel is a sheet below the picture, the filters a drawer; the system's theme is taken up; nothing is wider than the window."""
    visit = Opened(chromium, pages / "sample.html", f"#n={quote(BRANCH)}", viewport={"width": 390, "height": 844}, color_scheme="dark" if dark else "light")
    visit.page.screenshot(path=str(artefacts / f"phone-{'dark' if dark else 'light'}.png"))
    assert visit.page.locator("#panel").bounding_box()["y"] > 250
    assert visit.ask("document.documentElement.dataset.theme") == ("dark" if dark else "light")
    visit.click(".close")
    assert not visit.page.is_visible("#panel")
    for view in ("flow", "timeline", "table", "graph"):
        visit.click(f"#show-{view}")
        assert visit.ask("document.documentElement.scrollWidth") <= 390
    visit.click("#legend-button")
    assert visit.page.is_visible('.key[data-key="Branch"]')
    assert visit.said == []
    visit.context.close()


def test_desktop_dark_is_kept(opened: Opened, artefacts: Path) -> None:
    """Pictures of the desktop in both themes are kept as artefacts."""
    for name in ("light", "dark"):
        opened.page.screenshot(path=str(artefacts / f"desktop-{name}.png"))
        opened.click("#theme")
    assert (artefacts / "desktop-dark.png").stat().st_size > 20000


def test_print(opened: Opened) -> None:
    """In print stand the whole picture and the facts, not the tools; the sheet is white in the dark theme too."""
    opened.click("#theme")
    opened.ask(f"choose({{ node: {opened.node(ABC_XS)} }})")
    opened.page.emulate_media(media="print")
    opened.ask("dispatchEvent(new Event('beforeprint'))")
    seen = {s: opened.page.is_visible(s) for s in ("#print-picture svg", "#panel .card", "#legend", "#tools", "#finder", ".cite")}
    paper = opened.ask("getComputedStyle(document.body).backgroundColor")
    opened.page.emulate_media(media="screen")
    assert seen == {"#print-picture svg": True, "#panel .card": True, "#legend": False, "#tools": False, "#finder": False, ".cite": False}
    assert paper == "rgb(255, 255, 255)"


# ---- for publication


def without_post(person: str) -> Graph:
    """The sample, in which the person has no post but a figure and a relation."""
    graph = sample()
    tenure = next(f for f in graph.facts if f.kind == "Tenure" and person in f.role("member"))
    claim = replace(
        tenure, id="fact/f_claim", kind="Claim", roles=(("object", tenure.role("atDivision")[0]), ("predicate", "gf:supports"), ("subject", person))
    )
    return replace(graph, facts=tuple(claim if f is tenure else f for f in graph.facts))


def test_private_persons_are_left_out() -> None:
    """Who has no post is gone with the facts about them, and no sentence names them; who has one stays; offsets stay right."""
    graph = without_post(YU)
    assert private_persons(graph) == {YU}
    left = published(graph)
    assert YU not in {e.id for e in left.entities}
    assert LI in {e.id for e in left.entities}
    assert not [f for f in left.facts if any(x == YU for _, x in f.roles)]
    assert [len(a.text) for a in left.articles] == [len(a.text) for a in graph.articles]
    html = write_page(graph, privacy=True)
    assert "俞金辉" not in html
    assert "俞金辉" in write_page(graph)


def test_quotes_are_shortened() -> None:
    """A published quote keeps its marks and what is near them; each mark is where its words are."""
    data, whole = page_data(sample(), privacy=True), page_data(sample())
    assert sum(len(p["text"]) for p in data["passages"]) / len(data["passages"]) < sum(len(p["text"]) for p in whole["passages"]) / len(whole["passages"])
    for short, long in zip(data["facts"], whole["facts"], strict=True):
        for (p, marks), (q, all_marks) in zip(short["quotes"], long["quotes"], strict=True):
            words = [data["passages"][p]["text"][a:b] for a, b, *_ in marks]
            assert words == [whole["passages"][q]["text"][a:b] for a, b, *_ in all_marks]


def test_option_of_the_build(tmp_path: Path) -> None:
    """`--page-privacy` writes the published page."""
    from click.testing import CliRunner

    from kg.cli import cli

    (tmp_path / "a.txt").write_text("农行萧山分行行长李良介绍情况。\n萧山区农户王小明从农行萧山分行贷款30万元。\n", "utf-8")
    ran = CliRunner().invoke(cli, ["build", str(tmp_path / "a.txt"), "-o", str(tmp_path / "out"), "--formats", "html", "--page-privacy"])
    assert ran.exit_code == 0, ran.output
    assert '"privacy":true' in (tmp_path / "out" / "network.html").read_text("utf-8")


# ---- safe


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
        assert not re.search(FORBIDDEN, path.read_text("utf-8")), path.name


def test_data_block_is_the_data() -> None:
    """The JSON block reads back as the data, hostile text included, and holds no raw `<`."""
    html = write_page(hostile())
    block = re.search(r'<script type="application/json" id="kg-data">(.*?)</script>', html, re.S)
    assert block
    assert "<" not in block[1]
    assert json.loads(block[1])["facts"] == json.loads(json.dumps(page_data(hostile())["facts"]))


def test_hostile_text_runs_nothing(chromium: Any, pages: Path) -> None:
    """Markup and script in every field: shown as text in every view and file, nothing runs, nothing is asked for."""
    visit = Opened(chromium, pages / "hostile.html")
    visit.ask("choose({ node: 0 })")
    assert "<script>window.pwned=1</script>" in visit.text("#panel")
    visit.ask("choose({ fact: 0 })")
    visit.ask("choose({ pair: [...pairs.keys()][0] })")
    visit.ask("choose({ path: [0, 1] })")
    visit.page.fill("#search", "<img")
    visit.page.hover("#hits li")
    visit.page.keyboard.press("Escape")
    for view in ("table", "flow", "timeline", "graph"):
        visit.click(f"#show-{view}")
        visit.ask("svgText()")
    visit.click("#language")
    visit.ask("savePng()")
    visit.ask("dispatchEvent(new Event('beforeprint'))")
    visit.page.wait_for_timeout(200)
    assert visit.ask("window.pwned") is None
    assert visit.ask("document.querySelectorAll('img, iframe, object, a[href^=javascript], body script:not([type])').length") == 2  # our two scripts
    assert visit.said == []
    assert len(visit.asked) == 1
    visit.context.close()


def test_policy_stops_an_injected_script(chromium: Any, pages: Path, tmp_path: Path) -> None:
    """Even markup that got into the page would run nothing and load nothing."""
    html = (pages / "sample.html").read_text("utf-8")
    bad = html.replace("<main>", "<script>window.pwned=1</script><img src=x onerror='window.pwned=2'><img src='http://localhost:9/x.png'><main>")
    (tmp_path / "bad.html").write_text(bad, encoding="utf-8")
    visit = Opened(chromium, tmp_path / "bad.html")
    assert visit.ask("window.pwned") is None
    assert len(visit.said) >= 3  # the refusals
    visit.context.close()
