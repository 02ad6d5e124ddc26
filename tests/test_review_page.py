"""The review's page in Chromium: what it shows, what it writes, and the full circle: build, review, save the lines, build again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opened import Opened
from test_review import TEXTS

from kg import outputs
from kg.correction_lines import read
from kg.query import read_graph
from kg.review import review
from kg.review_graph import read_nodes
from kg.review_page import ASSETS, SCRIPTS, write_page


def make_page(folder: Path, below: float = 0.7) -> Path:
    """Build `news` of a folder and write its review beside the graph."""
    outputs.run([folder / "news"], folder / "out", formats=["turtle", "report"])
    page = folder / "out" / "review.html"
    page.write_text(write_page(review(folder / "out", folder / "news" / "corrections.tsv", below=below), folder / "out" / "graph.ttl"), "utf-8")
    return page


def filled(folder: Path) -> Path:
    (folder / "news").mkdir()
    for name, text in TEXTS.items():
        (folder / "news" / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A folder with the texts in `news`."""
    return filled(tmp_path)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of these texts."""
    return make_page(filled(tmp_path_factory.mktemp("review")))


@pytest.fixture
def opened(chromium: Any, page: Path) -> Iterator[Opened]:
    """The page, open; in the end it must have said nothing and asked for nothing but itself."""
    visit = Opened(chromium, page)
    visit.page.set_default_timeout(5000)
    yield visit
    assert visit.said == [] and len(visit.asked) == 1
    visit.context.close()


def go(page: Opened, kind: str) -> None:
    page.click(f"#kinds [data-kind={kind}]")


def answer(page: Opened, row: int, words: str) -> None:
    page.page.locator(".card").nth(row).get_by_text(words, exact=True).click()


def lines(page: Opened) -> list[str]:
    """The new lines, cells parted by two spaces."""
    return page.texts("#lines .line-link")


def left(page: Opened) -> list[str]:
    return page.texts("#kinds .badge")


def test_full_circle(chromium: Any, news: Path, page: Path, opened: Opened) -> None:
    """Answer everything on the page, save the file that it gives, build again: the graph is as asked and nothing is left to look at."""
    assert left(opened) == ["2", "2", "1", "1", "1"]
    answer(opened, 0, "改一改…")
    opened.page.locator(".form label", has_text="资金方").locator("input").fill("中国农业银行萧山分行")
    opened.page.locator(".form label", has_text="阶段").locator("select").select_option("approved")
    answer(opened, 1, "对，保留")
    go(opened, "conflict")
    answer(opened, 0, "只有第 1 条对")
    answer(opened, 1, "都对")
    go(opened, "name")
    answer(opened, 0, "是同一个，叫“浙江绿源农业科技有限公司”")
    go(opened, "number")
    answer(opened, 0, "另有原因…")
    opened.page.locator(".form select").select_option("asideOrdinal")
    go(opened, "unmatched")
    answer(opened, 0, "删掉这一行")
    assert left(opened) == ["✓"] * 5
    saved = opened.saved("#download").decode()
    assert saved.startswith("# 本报更正\n") and "肖山" not in saved
    (news / "news" / "corrections.tsv").write_text(saved, "utf-8", newline="")
    assert len(read(news / "news" / "corrections.tsv")) == 9

    before = read_nodes(read_graph(page.parent))
    again = Opened(chromium, make_page(news))
    assert left(again) == ["✓", "✓", "0", "✓", "0"]
    assert again.texts(".nothing") == ["没有符合筛选的。"]
    again.page.select_option("#state", "done")
    assert [t.split("\n")[-1] for t in again.texts(".head")] == ["已更正", "已确认"]
    assert again.said == []
    again.context.close()

    after = read_nodes(read_graph(news / "out"))
    loans = {f: after.roles(f) for f, k in after.facts.items() if k == "FinancingEvent"}
    assert sorted(after.label(r["amount"][0]) for r in loans.values()) == ["170万元", "800万元"]
    changed = next(r for r in loans.values() if after.label(r["amount"][0]) == "170万元")
    assert (changed["financier"], changed["stage"]) == (["agent:中国农业银行萧山分行"], ["gfc:approved"])
    assert len(before.things) - len(after.things) == 1
    assert outputs.run([news / "news"], news / "out", formats=["turtle"]).unmatched == ()


def test_answers_survive_a_reload_and_can_be_taken_back(opened: Opened) -> None:
    """They are kept for this graph; taking one back takes its lines."""
    answer(opened, 0, "错，删去")
    answer(opened, 1, "对，保留")
    opened.page.reload()
    opened.page.wait_for_selector("html[data-ready]")
    opened.asked.pop()
    assert [x.split("  ")[0] for x in lines(opened)] == ["drop-fact", "confirm"]
    opened.page.locator(".card").first.get_by_text("撤回").click()
    assert [x.split("  ")[0] for x in lines(opened)] == ["confirm"]
    opened.click("#lines .x")
    assert lines(opened) == [] and opened.page.locator("#download").is_disabled()


def test_by_keyboard(opened: Opened) -> None:
    """j and k move, digits answer, 0 takes back, / filters, Escape ends it."""
    keys = opened.page.keyboard
    for key in ("j", "1", "j", "2"):
        keys.press(key)
    assert [x.split("  ")[0] for x in lines(opened)] == ["confirm", "drop-fact"]
    keys.press("k")
    keys.press("0")
    assert [x.split("  ")[0] for x in lines(opened)] == ["drop-fact"]
    keys.press("/")
    keys.type("李大哥")
    assert opened.page.locator(".card").count() == 1
    keys.press("Escape")
    assert opened.page.locator(".card").count() == 2


def test_filters(opened: Opened) -> None:
    """By file, by state, by words of the sentence."""
    opened.page.select_option("#file", "news/b.txt")
    assert opened.page.locator(".card").count() == 1
    opened.page.select_option("#file", "")
    opened.page.fill("#search", "苗木")
    assert opened.page.locator(".card").count() == 1
    opened.page.fill("#search", "")
    go(opened, "number")
    assert opened.page.locator(".card").count() == 1
    opened.page.select_option("#state", "clear")
    assert opened.texts("#list h3") == ["序数或编号\n1"]


def test_a_name_of_another_article_is_pointed_out(opened: Opened) -> None:
    """It is written as it is, for the build to look up; several are parted by 、, none takes the role away."""
    answer(opened, 0, "改一改…")
    field = opened.page.locator(".form label", has_text="资金方").locator("input")
    field.fill("浦发银行")
    assert "浦发银行" in opened.text(".form .alert")
    assert "financier=浦发银行" in lines(opened)[0]
    field.fill("工行萧山分行、中国农业银行萧山分行")
    assert [x.split("  ")[2] for x in lines(opened)] == ["financier=工行萧山分行", "financier=agent:中国农业银行萧山分行"]
    field.fill("")
    assert [x.split("  ")[2] for x in lines(opened)] == ["financier="]


def test_english_dark_and_phone(chromium: Any, opened: Opened, artefacts: Path) -> None:
    """The other language and the dark colours at a click; on a phone nothing is wider than the screen, and the lines open from below."""
    opened.click("#language")
    assert opened.text("h1") == "Review" and "Right, keep it" in opened.text(".answers")
    opened.click("#theme")
    assert opened.ask("document.documentElement.dataset.theme") == "dark"
    opened.page.screenshot(path=str(artefacts / "review-dark.png"))
    opened.page.set_viewport_size({"width": 390, "height": 844})
    answer(opened, 0, "Change it…")
    assert opened.ask("document.documentElement.scrollWidth") <= 390
    opened.click("#fold")
    assert opened.page.locator("#download").is_visible()
    opened.page.screenshot(path=str(artefacts / "review-phone.png"))


def test_every_control_has_a_name(opened: Opened) -> None:
    """For who hears the page: fields, buttons, groups; and each answer is a radio of its row's group."""
    answer(opened, 0, "改一改…")
    names = "e => e.labels && e.labels.length ? e.labels[0].textContent : e.getAttribute('aria-label') || e.textContent"
    for control in opened.page.locator("button:visible, input:visible, select:visible, summary:visible").all():
        assert str(control.evaluate(names)).strip()
    assert opened.ask("[...document.querySelectorAll('fieldset')].every(f => f.querySelector('legend').textContent)")
    assert opened.ask("[...document.querySelectorAll('.answers input')].every(i => i.name.startsWith('answer '))")


def test_colours_can_be_read(opened: Opened) -> None:
    """Text stands out from its ground by 4.5 to 1 at least, in light and dark."""
    ratio = """() => {
      const rgb = (c) => c.match(/[\\d.]+/g).map(Number);
      const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
      const light = (c) => rgb(c).slice(0, 3).reduce((sum, v, i) => sum + linear(v / 255) * [0.2126, 0.7152, 0.0722][i], 0);
      const ground = (e) => (!e || rgb(getComputedStyle(e).backgroundColor)[3] !== 0 ? e : ground(e.parentElement));
      const bad = [];
      for (const e of document.querySelectorAll("h1, h2, h3, p, dt, dd, code, cite, mark, blockquote, span, kbd, button:not(:disabled)")) {
        if (!e.offsetParent || !e.textContent.trim()) continue;
        const [a, b] = [light(getComputedStyle(e).color), light(getComputedStyle(ground(e)).backgroundColor)].sort((x, y) => y - x);
        if ((a + 0.05) / (b + 0.05) < 4.5) bad.push(`${e.tagName}.${e.className} ${e.textContent.slice(0, 20)} ${((a + 0.05) / (b + 0.05)).toFixed(2)}`);
      }
      return bad;
    }"""
    answer(opened, 0, "对，保留")
    answer(opened, 1, "错，删去")
    for _ in range(2):
        assert opened.ask(ratio) == []
        opened.click("#theme")


def test_hostile_text_is_text(chromium: Any, news: Path) -> None:
    """Markup in a text reaches the screen as characters and runs nothing."""
    text = "截至2023年6月末，工行萧山分行涉农贷款余额48.7亿元。</script><img src=x onerror=alert(1)>工行萧山分行向<b>李大哥</b>投放贷款30万元。\n"
    (news / "news" / "a.txt").write_text(text, "utf-8")
    visit = Opened(chromium, make_page(news, 1))
    assert "<" in visit.text("#list") and visit.page.locator("#list img, #list b b").count() == 0
    assert visit.said == [] and len(visit.asked) == 1
    visit.context.close()


def test_every_word_in_two_languages() -> None:
    """Each word of the interface is there twice, and the page uses no word that is missing."""
    words, script = ((ASSETS / name).read_text("utf-8") for name in SCRIPTS)
    keys = set(re.findall(r'"?([\w-]+)"?: \[\s*"[^"]*",\s*"[^"]*",?\s*\]', words))
    assert set(re.findall(r'say\("([\w-]+)"', script)) <= keys
