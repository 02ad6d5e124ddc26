"""The whole extraction: what may never change, what is never lost, and the traps that the two pages of seeds/ set."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import outputs, tally
from kg.build import merge
from kg.documents import text_source
from kg.extract import extract
from kg.fold import fold
from kg.model import Amount, Document, DocumentFacts, Entity, Fact, Graph, Meta, Quantity, Span
from kg.pack import load
from kg.rdf import write_turtle

ROOT = Path(__file__).parent.parent
SEEDS = sorted((ROOT / "seeds").glob("*.txt"))
PAGES = [*SEEDS, *sorted((ROOT / "tests" / "gold" / "dev").glob("*.txt"))]
ICBC, ABC = SEEDS


def read(text: str, name: str = "t.txt") -> DocumentFacts:
    """What one text says."""
    return extract(Document(text_source(text, name), Meta()), load())


@cache
def page(path: Path) -> DocumentFacts:
    """What one page says, read once."""
    return read(path.read_bytes().decode("utf-8-sig"), path.name)


def together(*texts: str) -> Graph:
    """The merged graph of texts, each a document of its own."""
    return merge(read(t, f"{n}.txt") for n, t in enumerate(texts))


def plain(name: str) -> str:
    """An id or wording without the article it is bound to, widths folded: what it says, not where."""
    return fold(re.sub(r"\b[af]_[0-9a-f]{10}\b", "", name))


def sayings(done: DocumentFacts | Graph) -> list[tuple[object, ...]]:
    """All facts as plain values, without ids and evidence."""

    def one(f: Fact) -> tuple[object, ...]:
        sums = [(k, a.quantity.value, a.quantity.low, a.quantity.high, a.quantity.unit, a.quantity.currency, fold(a.quantity.verbatim)) for k, a in f.amounts]
        time = (fold(f.time.text), str(f.time.start), str(f.time.end), f.time.basis) if f.time else ()
        return f.kind, tuple(sorted((k, plain(v)) for k, v in f.roles)), tuple(sums), time, f.status, f.found_by

    return sorted(map(one, done.facts), key=repr)


# ---------------------------------------------------------------- what changes no fact

WIDE = str.maketrans("0123456789.%", "０１２３４５６７８９．％")


@pytest.mark.parametrize("path", SEEDS, ids=lambda p: p.stem[:3])
def test_width_of_digits_changes_no_fact(path: Path) -> None:
    """４８．７亿元 is 48.7亿元."""
    assert sayings(read(path.read_text("utf-8").translate(WIDE))) == sayings(page(path))


BODY = [
    (path, m.start() + offset)
    for path in SEEDS
    for m in re.finditer(r"^[^\n#(（]{80,}$", path.read_text("utf-8"), re.M)
    for offset in range(40, len(m[0]) - 20, 7)
    if re.fullmatch(r"[^\W\d_A-Za-z]{2}", m[0][offset - 1 : offset + 1])
]


@given(st.sampled_from(BODY), st.sampled_from(["\n", "\n\n"]))
@settings(max_examples=30, deadline=None)
def test_a_line_break_inside_a_sentence_changes_no_fact(place: tuple[Path, int], mark: str) -> None:
    """Pages are cut anywhere: 空铁联⏎运, 联合工⏎会."""
    path, at = place
    raw = path.read_text("utf-8")
    assert sayings(read(raw[:at] + mark + raw[at:])) == sayings(page(path))


@pytest.mark.parametrize("path", SEEDS, ids=lambda p: p.stem[:3])
def test_a_passage_pasted_twice_adds_only_evidence(path: Path) -> None:
    """The longest paragraph again below itself: the same facts and mentions, and each of its sentences is a passage in two places."""
    raw = path.read_text("utf-8")
    passage = max(re.findall(r"^[^\n#]*，[^\n]*$", raw.split("\n\n", 6)[-1], re.M), key=len)
    once, twice = page(path), read(raw.replace(passage, passage + "\n\n" + passage, 1))
    assert sayings(twice) == sayings(once)
    assert len(twice.links) == len(once.links)
    copies = [sum(len(a.copies) for a in d.articles) for d in (once, twice)]
    assert copies[1] == copies[0] + 1
    assert write_turtle(merge([twice])).count(" a gf:Passage") > write_turtle(merge([once])).count(" a gf:Passage")


def test_the_same_article_in_two_files_says_everything_once() -> None:
    """Also under another name."""
    text = SEEDS[1].read_text("utf-8")
    assert sayings(together(text, text)) == sayings(merge([page(SEEDS[1])]))


@given(st.permutations(PAGES[:8]), st.integers(1, 7))
@settings(max_examples=5, deadline=None)
def test_no_page_knows_another(order: list[Path], cut: int) -> None:
    """Pages in any order, merged in any two heaps, give the Turtle of all."""
    whole = write_turtle(merge(page(p) for p in PAGES[:8]))
    assert write_turtle(merge(page(p) for p in [*order[cut:], *order[:cut]])) == whole


def test_order_of_files_and_processes_change_no_byte(tmp_path: Path) -> None:
    """The seeds and two more pages, forwards, backwards, and by two processes."""
    inputs = [*SEEDS, *PAGES[2:4]]
    outputs.run(inputs, tmp_path / "a", formats=["turtle", "csv"])
    outputs.run(inputs[::-1], tmp_path / "b", formats=["turtle", "csv"])
    outputs.run(inputs, tmp_path / "c", formats=["turtle", "csv"], jobs=2)
    files = [{p.name: p.read_bytes() for p in (tmp_path / x).iterdir()} for x in "abc"]
    assert files[0] == files[1] == files[2]


# ---------------------------------------------------------------- what is never lost


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.stem)
def test_every_quote_and_segment_is_cut_from_the_file(path: Path) -> None:
    """raw[start:end] == quote for each passage, mention, segment and second printing in the Turtle."""
    turtle = write_turtle(merge([page(path)]))
    raw = page(path).source.text
    checked = 0
    for node in re.findall(r"^source:\S+ a (?:[^\n]|\n(?!\n|\S))*", turtle, re.M):
        found = dict(re.findall(r'gf:(start|end|quote) ("(?:[^"\\]|\\.)*"|\d+)', node))
        if "quote" in found:
            quote = re.sub(r'\\(["\\])', r"\1", found["quote"][1:-1]).replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t")
            assert raw[int(found["start"]) : int(found["end"])] == quote
            checked += 1
    assert checked >= len(page(path).links)


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.stem)
def test_every_fact_has_its_characters(path: Path) -> None:
    """Each rests on a sentence; each amount on a number that is written there; each thing of a fact is mentioned or in the register."""
    done = page(path)
    text = {a.id: a for a in done.articles}
    mentioned = {k.entity for k in done.links}
    above = {e.parent for e in done.entities}
    for f in done.facts:
        assert f.evidence, f
        assert all(text[e.article].at(s).strip() for e in f.evidence for s in e.passages), f
        for _, a in f.amounts:
            assert text[a.mention.article].at(a.mention.span) == a.quantity.verbatim
        for _, v in f.roles:
            assert not re.match(r"(?:agent|place|thing)/", v) or v in mentioned | above, (f, v)


def spot(a: Amount) -> tuple[str, Span]:
    return a.mention.article, a.mention.span


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.stem)
def test_every_quantity_ends_somewhere(path: Path) -> None:
    """As the amount of a fact, the size of a group, or set aside; none twice; what is unexplained is what the report says."""
    from kg.quantities import find_quantities

    done = page(path)
    used = {spot(a) for f in done.facts for _, a in f.amounts} | {spot(e.size) for e in done.entities if e.size}
    used |= {(m.article, m.span) for f in done.facts for e in f.evidence for m in e.mentions if isinstance(m.value, Quantity)}  # a sum told twice
    aside = [spot(x.amount) for x in done.asides]
    found = {(q.article, q.span) for a in done.articles for q in find_quantities(a)}
    assert found == used | set(aside)
    assert len(aside) == len(set(aside))
    assert not used & set(aside)
    assert tally.of_graph(merge([done])).quantities == (len(used), sum(bool(x.reason) for x in done.asides), sum(not x.reason for x in done.asides))


# ---------------------------------------------------------------- what never becomes one

APART = [
    pytest.param("王女士向工行萧山分行申请贷款，获贷30万元。", "王女士获得农行余杭支行贷款50万元。", "王女士", id="anonymous person"),
    pytest.param("工行萧山分行向某餐饮有限公司发放贷款30万元。", "农行余杭支行向某餐饮有限公司发放贷款50万元。", "某餐饮有限公司", id="anonymous company"),
    pytest.param("临海市永丰镇的农户李秀春说，贷款很及时。", "安吉县溪龙乡的农户李秀春说，收入多了。", "李秀春", id="person without a body"),
    pytest.param("萧山区瓜沥镇镇长王强说，贷款很及时。", "安吉县溪龙乡乡长王强说，收入多了。", "王强", id="person of another body"),
    pytest.param(
        "工行萧山分行为萧山区污水处理厂扩建工程发放贷款5亿元。", "农行安吉县支行为安吉县污水处理厂扩建工程发放贷款3亿元。", "污水处理厂扩建工程", id="project"
    ),
    pytest.param("安吉县的路通了。在新农都市场，商户们忙了起来。", "临海市的路通了。在新农都市场，商户们忙了起来。", "新农都市场", id="facility"),
]


def named(graph: Graph | DocumentFacts, name: str) -> list[Entity]:
    """The entities that bear a name, or one that holds it."""
    return [e for e in graph.entities if name in (e.label, *e.aliases) or any(n.endswith(name) for n in (e.label, *e.aliases))]


@pytest.mark.parametrize(("one", "other", "name"), APART)
def test_a_name_alone_makes_nothing_one(one: str, other: str, name: str) -> None:
    """Two documents, two things."""
    assert len(named(together(one, other), name)) == 2


def test_anonymous_actors_are_of_their_article() -> None:
    """Over all pages: no entity with 某, or by surname only, has mentions in two articles."""
    whole = merge(page(p) for p in PAGES)
    anonymous = {e.id for e in whole.entities if "某" in e.label or re.fullmatch(r"..?(?:女士|先生|大哥|大姐|师傅)", e.label)}
    of: dict[str, set[str]] = {}
    for k in whole.links:
        of.setdefault(k.entity, set()).add(k.mention.article)
    assert anonymous
    assert {e: a for e, a in of.items() if e in anonymous and len(a) > 1} == {}


# ---------------------------------------------------------------- names of banks


def bank_ids(*texts: str) -> list[str]:
    """The branches (or, without one, banks) that lend in each text, of one document of as many paragraphs."""
    done = read("\n\n".join(texts))
    return [v for f in sorted(done.facts, key=lambda f: f.evidence[0].passages) if f.kind == "FinancingEvent" for v in f.role("financier")]


ICBC_XIAOSHAN, ABC_XIAOSHAN = "agent/中国工商银行萧山分行", "agent/中国农业银行萧山分行"
NAMES = [
    pytest.param("工行萧山分行", ICBC_XIAOSHAN, id="short"),
    pytest.param("工商银行萧山分行", ICBC_XIAOSHAN, id="brand in full"),
    pytest.param("中国工商银行萧山分行", ICBC_XIAOSHAN, id="with country"),
    pytest.param("中国工商银行股份有限公司萧山分行", ICBC_XIAOSHAN, id="legal name"),
    pytest.param("中国工商银行股份有限公司杭州萧山分行", ICBC_XIAOSHAN, id="legal name with city"),
    pytest.param("萧山工行", "agent/中国工商银行萧山", id="inverted, its rank unsaid"),
    pytest.param("农行萧山分行", ABC_XIAOSHAN, id="another bank"),
    pytest.param("中国农业银行股份有限公司萧山分行", ABC_XIAOSHAN, id="another bank's legal name"),
]


@pytest.mark.parametrize(("name", "wanted"), NAMES)
def test_one_branch_by_any_of_its_names(name: str, wanted: str) -> None:
    """Alone in a document, so that it merges across documents by id."""
    assert bank_ids(f"{name}向梅林村发放贷款500万元。") == [wanted]


FOCUS = [
    pytest.param(["工行萧山分行成立。", "该行向梅林村发放贷款500万元。"], [ICBC_XIAOSHAN], id="anaphor in the next paragraph"),
    pytest.param(["工行萧山分行成立。", "山里的路通了。", "村民高兴。", "该行向梅林村发放贷款500万元。"], [ICBC_XIAOSHAN], id="anaphor paragraphs on"),
    pytest.param(
        ["工行萧山分行向梅林村发放贷款500万元。", "农行萧山分行向三围村发放贷款300万元。", "该行向进化镇发放贷款200万元。"],
        [ICBC_XIAOSHAN, ABC_XIAOSHAN, ABC_XIAOSHAN],
        id="anaphor is the bank named last",
    ),
    pytest.param(["农行萧山分行向梅林村发放贷款500万元。", "萧山分行还向进化镇发放贷款300万元。"], [ABC_XIAOSHAN, ABC_XIAOSHAN], id="bare branch"),
    pytest.param(["农行萧山分行向梅林村发放贷款500万元。", "萧山农行还向进化镇发放贷款300万元。"], [ABC_XIAOSHAN, ABC_XIAOSHAN], id="inverted"),
    pytest.param(
        ["工行萧山分行向梅林村发放贷款500万元。", "农行萧山分行向进化镇发放贷款300万元。"], [ICBC_XIAOSHAN, ABC_XIAOSHAN], id="two banks of one place"
    ),
]


@pytest.mark.parametrize(("paragraphs", "wanted"), FOCUS)
def test_a_bank_in_focus(paragraphs: Sequence[str], wanted: list[str]) -> None:
    """该行, a bare branch and an inverted name mean the bank that the document has named."""
    assert bank_ids(*paragraphs) == wanted


# ---------------------------------------------------------------- the traps of the two pages


def ids(path: Path, kind: str = "") -> set[str]:
    return {e.id for e in page(path).entities if kind in ("", e.kind)}


def with_amount(path: Path, verbatim: str) -> Fact:
    """The one fact with this sum."""
    (found,) = (f for f in page(path).facts for k, a in f.amounts if k == "amount" and a.quantity.verbatim == verbatim)
    return found


def number(path: Path, verbatim: str) -> Quantity:
    a = with_amount(path, verbatim).amount()
    assert a is not None
    return a.quantity


def test_trap_headline_of_another_bank() -> None:
    """农商行萧山分行 in the headline is a misprint: the body's bank has the page, and the form is nobody's name."""
    assert {"agent/中国农业银行萧山分行"} <= ids(ABC)
    assert not any("农村商业银行" in x or "农商行" in x for x in ids(ABC))
    assert [e.id for e in page(ABC).entities if any("农商行" in n for n in (e.label, *e.aliases))] == []


def test_trap_one_word_in_a_place_a_bank_a_zone_and_an_airport() -> None:
    """萧山 is a county; the names it is part of are things of their own."""
    assert {"place/杭州市.萧山区", ICBC_XIAOSHAN, "place/萧山经济技术开发区.杭州市.萧山区", "place/杭州萧山国际机场.杭州市.萧山区"} <= ids(ICBC)


def test_trap_a_township_named_like_a_village() -> None:
    """戴村 is 戴村镇; 祝桥变区块 is no village."""
    assert "place/杭州市.萧山区.戴村镇" in ids(ICBC, "Township")
    assert {i for i in ids(ICBC, "Village") if "戴村" in i.rpartition(".")[2] or "祝桥" in i} == set()
    assert any("祝桥变区块" in i for i in ids(ICBC, "Project"))


def test_trap_a_workshop_and_its_programme() -> None:
    """艾鑫“共富工坊”, 留贤村“共富工坊” and the programme are three."""
    assert {"place/艾鑫共富工坊.台州市.临海市"} <= ids(ABC, "Workshop")
    assert any(i.startswith("place/留贤村") for i in ids(ABC, "Workshop"))
    assert "thing/共富工坊" in ids(ABC, "Programme")


def test_trap_a_signed_credit_line_is_no_loan() -> None:
    """意向融资额度: creditLine, committed, reported, for five years, under the agreement."""
    f = with_amount(ABC, "不少于2000亿元")
    assert (f.role("instrument"), f.role("stage"), f.status) == (("gfc:creditLine",), ("gfc:committed",), "reported")
    (agreement,) = (x for x in page(ABC).facts if x.kind == "AgreementEvent")
    assert f.role("underAgreement") == (agreement.id,)
    assert f.time is not None
    assert f.time.start is None or f.time.end is None or (f.time.end - f.time.start).days < 366


def test_trap_the_term_of_a_signed_credit_line() -> None:
    """今后5年 is its term."""
    term = with_amount(ABC, "不少于2000亿元").amount("term")
    assert term is not None
    assert term.quantity.value == Decimal(5)


def test_trap_credit_granted_and_first_loan() -> None:
    """授信2200万元并发放了首笔贷款: a credit line with a sum, a loan without one, to one firm."""
    line = with_amount(ABC, "2200万元")
    assert (line.role("instrument"), line.role("stage")) == (("gfc:creditLine",), ("gfc:approved",))
    loans = [f for f in page(ABC).facts if f.kind == "FinancingEvent" and f.role("recipient") == line.role("recipient") and f.id != line.id]
    assert [(f.role("instrument"), f.role("stage"), f.amounts) for f in loans] == [(("gfc:loan",), ("gfc:disbursed",), ())]


@pytest.mark.parametrize("verbatim", ["90亿元", "47个", "695亿元", "805亿元", "1500亿元"])
def test_trap_figures_that_are_no_financing(verbatim: str) -> None:
    """增量, 投放项目 and balances are observations of the branch."""
    f = with_amount(ABC, verbatim)
    assert (f.kind, f.role("about")) == ("Observation", (ABC_XIAOSHAN,))


def test_trap_the_page_checks_itself() -> None:
    """695 + 805 = 1500."""
    assert number(ABC, "695亿元").value + number(ABC, "805亿元").value == number(ABC, "1500亿元").value == Decimal("150000000000")


BOUNDS = [
    pytest.param("619万余元", 6190000, 6190000, 6200000, "someOver", id="619万余元"),
    pytest.param("超4000万元", 40000000, 40000000, None, "moreThan", id="超4000万元"),
    pytest.param("不少于2000亿元", 200000000000, 200000000000, None, "atLeast", id="不少于2000亿元"),
    pytest.param("176人次", 176, 176, 176, "", id="176人次年轻干部"),
]


@pytest.mark.parametrize(("verbatim", "value", "low", "high", "bound"), BOUNDS)
def test_trap_hedges_survive(verbatim: str, value: int, low: int, high: int | None, bound: str) -> None:
    """A hedge is a bound; 176人次年轻干部 is 176."""
    path = ICBC if verbatim == "176人次" else ABC
    q = number(path, verbatim)
    assert (q.value, q.low, q.high, q.bound) == (value, low, high, bound)


def test_trap_nearly() -> None:
    """近亿元 has an upper bound only; 近2000名农户 is no year."""
    q = number(ICBC, "近亿元")
    assert (q.value, q.low, q.high, q.bound) == (Decimal(10**8), None, Decimal(10**8), "nearly")
    assert not any(f.time and "2000" in f.time.text for f in page(ICBC).facts)


def test_trap_a_misspelt_village() -> None:
    """下坂底村 is 下畈底村 of the register, and keeps its spelling as a name."""
    (village,) = (e for e in page(ICBC).entities if e.id == "place/杭州市.萧山区.进化镇.下畈底村")
    assert "下坂底村" in village.aliases


def test_trap_at_the_first_moment_is_no_time() -> None:
    """第一时间."""
    assert not any(f.time and "第一时间" in f.time.text for path in SEEDS for f in page(path).facts)


def test_trap_a_dash_between_two_counties() -> None:
    """萧山—龙泉山海协作“飞地”产业园: two counties, one project, no 龙泉山."""
    assert "thing/萧山_龙泉山海协作飞地产业园项目.杭州市.萧山区" in ids(ICBC, "Project")
    assert "place/丽水市.龙泉市" in ids(ICBC, "County")
    assert not any(name == "龙泉山" for e in page(ICBC).entities for name in (e.label, *e.aliases))


def test_trap_a_shared_sum_is_one_sum() -> None:
    """为A、B、C等项目投放资金4.6亿元: one financing, three purposes; 扩建工程及提标扩建工程: one with two."""
    assert len(with_amount(ICBC, "4.6亿元").role("purpose")) == 3
    assert len(with_amount(ICBC, "12亿元").role("purpose")) == 2


def test_trap_a_bank_that_is_none() -> None:
    """两山银行 is a platform for ecological assets."""
    done = read("安吉县“两山银行”平台收储竹林5000亩。两山银行为农户发放补贴20万元。")
    assert [e for e in done.entities if e.kind in ("Bank", "Branch")] == []


def test_a_fact_said_twice_in_an_article_is_one_with_two_evidences() -> None:
    """In other words, in another sentence."""
    done = read("工行萧山分行主动融入“千万工程”建设。山里的路通了。工行萧山分行积极融入“千万工程”。")
    (fact,) = (f for f in done.facts if f.role("predicate") == ("gf:participatesIn",))
    assert len({e.passages for e in fact.evidence}) == 2


def test_a_day_from_which_a_total_runs_is_not_its_time() -> None:
    """自成立以来 begins on the day told before; a loan of the next sentence that says nothing else happened in that time."""
    told = "2021年5月，杭州银行新设西溪支行。{}该支行投放贷款3000万元。"
    since, plainly = (next(f for f in read(told.format(lead)).facts if f.kind == "FinancingEvent") for lead in ("自成立以来，", ""))
    assert (since.time, plainly.time and plainly.time.text) == (None, "2021年5月")
