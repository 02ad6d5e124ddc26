"""Finding, filtering and walking in the page."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from opened import Opened
from sample_graph import ABC, ABC_XS, BRANCH, HONG, LI, MEI_PROJECT, PROGRAMME, QIANWAN, XS, sample

GROUPS = "[...new Set(drawnPairs.flatMap(p => p.edges.filter(edgeOn).map(groupOf)))].sort()"


# ---- search


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        pytest.param("红山农场", HONG, id="part of a name"),
        pytest.param("农行", ABC, id="alias"),
        pytest.param("nh", ABC, id="initials of an alias, 行 read háng"),
        pytest.param("nhxsfh", ABC_XS, id="initials of a longer alias"),
        pytest.param("zggsyhxsfh", BRANCH, id="initials of a name"),
        pytest.param("xiaoshan", XS, id="whole syllables"),
        pytest.param("“共富工坊”", PROGRAMME, id="quotes do not matter"),
    ],
)
def test_search(opened: Opened, typed: str, first: str) -> None:
    """`/` goes to the search; Enter opens the first hit and the address names it."""
    opened.page.keyboard.press("/")
    opened.page.keyboard.insert_text(typed)
    opened.page.keyboard.press("Enter")
    assert opened.ask("NODES[state.chosen.node].id") == first
    assert opened.ask("decodeURIComponent(location.hash)") == f"#n={first}"


def test_characters_of_several_readings(opened: Opened) -> None:
    """Initials go by the reading the word has; the other one is found too."""
    words = {
        "农行": "nh",
        "工行": "gh",
        "银行": "yh",
        "重庆": "cq",
        "乐清": "yq",
        "长兴": "cx",
        "行长": "hz",
        "台州": "tz",
        "厦门": "xm",
        "重庆市": "cqs",
        "长安": "ca",
    }
    assert opened.ask("words => Object.entries(words).filter(([w, q]) => initialsAt(q, initials(w)) !== 0).map(([w]) => w)", words) == []
    assert opened.ask("initialsAt('zq', initials('重庆'))") == 0


@pytest.mark.parametrize(
    ("typed", "low", "high"),
    [
        pytest.param(">1亿", 1e8, None, id="more than"),
        pytest.param("≥4000万", 4e7, None, id="at least"),
        pytest.param("<5000万元", 0, 5e7, id="less than"),
        pytest.param("1亿-5亿", 1e8, 5e8, id="between"),
        pytest.param("超过1亿", 1e8, None, id="in words"),
        pytest.param("2000亿", None, None, id="no question"),
    ],
)
def test_sums_asked_for(opened: Opened, typed: str, low: float | None, high: float | None) -> None:
    """How a sum may be asked for."""
    asked = opened.ask("t => { const a = askedSum(t); return a && [a.low, a.high < Infinity ? a.high : null] }", typed)
    assert asked == (None if low is None else [low, high])


def test_search_for_sums(opened: Opened) -> None:
    """`>1亿` lists the financings and figures above, the largest first; the first line shows only these."""
    opened.page.fill("#search", ">1亿")
    hits = opened.texts("#hits li")
    assert "1亿元以上" in hits[0]
    assert "不少于2000亿元" in hits[1]
    opened.page.keyboard.press("Enter")
    assert opened.ask("factsShown().every(n => yuan(FACTS[n]) > 1e8)")
    assert opened.ask("factsShown().length") == 5
    assert opened.texts("#chips .filter") == ["1亿元以上 ×"]


def test_suggestions_by_keyboard(opened: Opened) -> None:
    """Arrows move among the suggestions, the field tells which is marked, Escape closes them."""
    opened.page.fill("#search", "农行")
    opened.page.keyboard.press("ArrowDown")
    assert opened.page.get_attribute("#search", "aria-activedescendant") == "hit-1"
    assert opened.page.get_attribute("#hit-1", "aria-selected") == "true"
    second = opened.ask("NODES[hits[1].node].label")
    opened.page.keyboard.press("Enter")
    assert opened.text("#panel h2") == second
    opened.page.fill("#search", "没有这个")
    assert opened.texts("#hits li") == ["没有找到"]
    opened.page.keyboard.press("Escape")
    assert not opened.page.is_visible("#hits")


@pytest.mark.parametrize("opened", ["#v=table&i=gfc%3Aloan&a=1000000000~"], indirect=True, ids=["view"])
def test_deep_link_to_a_view(opened: Opened) -> None:
    """The address holds view and filters; it stays what it was."""
    assert opened.ask("state.view") == "table"
    assert opened.page.locator("tbody tr").count() == 3
    assert opened.ask("location.hash") == "#v=table&i=gfc%3Aloan&a=1000000000~"


# ---- filters


def test_kinds_and_relations(opened: Opened) -> None:
    """A click in the legend hides a kind or a relation in every view, a double click leaves that one alone; 总览 brings all back."""
    opened.click('.key[data-key="Project"]')
    assert opened.ask("drawn.filter(i => NODES[i].kind === 'Project').length") == 0
    opened.click("#home")
    opened.click('.key[data-key="place"]')
    assert "place" not in opened.ask(GROUPS)
    opened.click("#home")
    opened.page.dblclick('.key[data-key="finance"]')
    assert opened.ask(GROUPS) == ["finance"]
    assert opened.ask("factsShown().length") == 6  # five financings and a claim that one finances
    opened.click("#home")
    assert opened.ask("factsShown().length") == len(sample().facts)


def test_relations_are_a_dozen(opened: Opened) -> None:
    """Verbs are gathered into few relations, each fact in one."""
    assert opened.page.locator('section[aria-label="关系"] .key').count() <= 13
    assert opened.ask("groupOfFact.filter(g => g === 'other').length") == 0


def test_instruments_and_stages(opened: Opened) -> None:
    """An instrument or a stage is switched off and on; facts that are no financing stay."""
    opened.click('.key[data-key="gfc:loan"]')
    assert opened.ask("factsShown().filter(n => FACTS[n].kind === 'FinancingEvent').length") == 1
    opened.click('.key[data-key="gfc:committed"]')
    assert opened.ask("factsShown().filter(n => FACTS[n].kind === 'FinancingEvent').length") == 0
    assert opened.ask("factsShown().length") == len(sample().facts) - 5


def test_range_of_sums(opened: Opened) -> None:
    """The handles of the sums leave the facts between them; the bars count them."""
    opened.page.locator('[data-slider="sums"] .low').focus()
    for _ in range(6):
        opened.page.keyboard.press("ArrowRight")
    assert opened.ask("state.sums[0]") == 1e9
    assert opened.ask("factsShown().map(n => sumOf(FACTS[n])[1]).sort()") == sorted(["48.7亿元", "695亿元", "不少于2000亿元"])
    assert opened.ask("document.activeElement.className") == "low"
    assert "10亿以上" in opened.text('[data-slider="sums"] .range')


def test_time_and_undated(opened: Opened) -> None:
    """The handles of time leave what falls between them; what has no date has a switch of its own."""
    all_facts = len(sample().facts)
    opened.click("#undated")
    dated = opened.ask("factsShown().length")
    assert dated == sum(f.time is not None and f.time.start is not None for f in sample().facts)
    opened.ask("(() => { remember(); state.time = [binOf('2023-01-01'), Infinity]; refilter() })()")
    assert opened.ask("factsShown().map(n => sumOf(FACTS[n])[1]).sort()") == sorted(["48.7亿元", "不少于2000亿元"])
    opened.click("#undated")
    assert opened.ask("factsShown().length") == all_facts - dated + 2
    assert opened.page.locator('[data-slider="time"] .bars i').count() == opened.ask("TIME_BINS")


def test_programme_and_county(opened: Opened) -> None:
    """One programme: the facts of what belongs to it; one county: the facts of what lies in it."""
    opened.page.select_option("#choose-programme", str(opened.node(PROGRAMME)))
    assert "艾鑫“共富工坊”" in opened.ask("drawn.map(i => NODES[i].label)")
    assert opened.ask("factsShown().length") == 4
    opened.click("#home")
    opened.page.select_option("#choose-county", str(opened.node(XS)))
    assert set(opened.ask("factsShown().map(n => FACTS[n].rule)")) == {"agreement.sum", "lending.for-project", "place.in-name"}
    assert QIANWAN not in opened.ask("drawn.map(i => NODES[i].id)")


def test_counts_follow(opened: Opened) -> None:
    """A count says what the other filters leave: with small sums out, one loan of the four is left; its own switch changes nothing of it."""
    count = '.key[data-key="gfc:loan"] .count'
    assert opened.text(count) == "4"
    opened.page.fill("#search", "≥5亿")
    opened.page.keyboard.press("Enter")
    assert opened.text(count) == "1"
    opened.click('.key[data-key="gfc:loan"]')
    assert opened.text(count) == "1"
    opened.click("#clear")
    assert opened.text(count) == "4"


# ---- walking


@pytest.mark.parametrize("opened", [f"#n={quote(LI)}"], indirect=True, ids=["person"])
def test_path(opened: Opened) -> None:
    """找路径, then another entity: the shortest way, a sentence at each step; none where the two are apart."""
    opened.click("#path")
    opened.page.fill("#search", "梅林村未来")
    opened.page.keyboard.press("Enter")
    assert opened.ask("state.chosen.path.map(i => NODES[i].id)") == [LI, ABC_XS, MEI_PROJECT]
    assert opened.page.locator("#panel .card mark").count() >= 4
    assert opened.ask("decodeURIComponent(location.hash)") == f"#p={LI}~{MEI_PROJECT}"
    opened.ask(f"state.from = {opened.node(LI)}; choose({{ node: {opened.node(QIANWAN)} }})")
    assert "没有通路" in opened.text("#panel .alert")


@pytest.mark.parametrize("opened", [f"#n={quote(ABC_XS)}"], indirect=True, ids=["branch"])
def test_only_expand_collapse_undo(opened: Opened) -> None:
    """只看邻居 leaves the node and its neighbours in all views; 展开 adds those of another and moves nothing; 收起 takes the loose ends off; 撤销 goes back."""
    opened.click("#only")
    assert opened.ask("boxes.length") == 5
    assert opened.ask("factsShown().every(n => membersOf[n].every(i => state.only.has(i)))")
    place = "i => [places.get(i).x, places.get(i).y]"
    before = opened.ask(place, opened.node(ABC_XS))
    opened.click(".filter")
    opened.click("#only")
    opened.ask(f"state.only = null; sift(); choose({{ node: {opened.node(ABC)} }})")
    opened.click("#expand")
    assert opened.ask("boxes.length") == 7
    assert opened.ask(place, opened.node(ABC_XS)) == before
    opened.ask(f"choose({{ node: {opened.node(ABC_XS)} }})")
    opened.click("#collapse")
    assert opened.ask("boxes.length") < 7
    opened.page.keyboard.press("u")
    assert opened.ask("boxes.length") == 7


@pytest.mark.parametrize("opened", [f"#n={quote(ABC_XS)}"], indirect=True, ids=["branch"])
def test_hide_pin_reset(opened: Opened) -> None:
    """隐藏 takes a node and its facts out of every view, 固定 keeps a node where it was put, 总览 resets all."""
    before = opened.ask("boxes.length")
    opened.click("#hide")
    assert opened.ask("boxes.length") == before - 1
    assert opened.ask(f"factsShown().some(n => membersOf[n].includes({opened.node(ABC_XS)}))") is False
    assert opened.texts("#chips .filter") == ["已隐藏 1 ×"]
    opened.click("#undo")
    assert opened.ask("boxes.length") == before
    x, y = opened.spot(BRANCH)
    opened.page.mouse.move(x, y)
    opened.page.mouse.down()
    opened.page.mouse.move(x + 40, y + 30, steps=4)
    opened.page.mouse.up()
    opened.until(f"state.pinned.has({opened.node(BRANCH)})")
    spot = opened.ask("i => [places.get(i).x, places.get(i).y]", opened.node(BRANCH))
    opened.click('.key[data-key="place"]')
    assert opened.ask("i => [places.get(i).x, places.get(i).y]", opened.node(BRANCH)) == pytest.approx(spot, abs=1)
    opened.click("#home")
    assert opened.ask("[state.pinned.size, state.hidden.size, state.chosen, filtered()]") == [0, 0, None, False]
    assert opened.ask("location.hash") == ""


def test_shift_click_finds_the_path(opened: Opened) -> None:
    """A node, then another with Shift: the path between them."""
    opened.page.mouse.click(*opened.spot(LI))
    opened.until("state.chosen")
    opened.page.keyboard.down("Shift")
    opened.page.mouse.click(*opened.spot(ABC))
    opened.page.keyboard.up("Shift")
    opened.until("state.chosen && state.chosen.path")
    assert opened.ask("state.chosen.path.length") == 3
