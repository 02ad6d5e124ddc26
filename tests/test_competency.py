"""What the two pages of seeds/ must answer: the queries that ship, over the graph that the program builds of them.

The rows were checked against the text. Where more may be found later only the rows that the text surely states are asked for.
"""

from __future__ import annotations

import built
import pyoxigraph as ox
import pytest

from kg.answers import open_dimensions
from kg.checks import check
from kg.query import named_queries, run_query
from kg.rdf import write_jsonld, write_nquads

XS_ABC, ICBC = "中国农业银行萧山分行", "中国工商银行萧山分行"
NO_RECIPIENT = pytest.mark.xfail(strict=True, reason="the village in the sentence before is not taken as the place of 美丽乡村贷 4000万元")


@pytest.fixture(autouse=True)
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")


# query, its bindings, for each row that must be there the words in it
ANSWERS = [
    pytest.param("sentence-behind-figure", {}, ["发放4000万元美丽乡村贷款"], id="J2 a figure"),
    pytest.param("sentence-behind-figure", {"figure": "6.52亿元"}, ["该行还为杭州市第二水源输水通道（江南线）项目投放资金6.52亿元"], id="J2 another"),
    pytest.param("villages-financed", {}, ["梅林村"], id="J3 villages financed", marks=NO_RECIPIENT),
    pytest.param(
        "posts",
        {},
        [
            f"李良 党委书记 {XS_ABC}",
            f"李良 行长 {XS_ABC}",
            "张颖 副所长",
            "张颖 副研究员",
            "王丽 主席",
            "吴欣 党委副书记",
            "俞金辉 组织委员",
            "赵加法 党委书记 东塍镇",
        ],
        id="J4 posts",
    ),
    pytest.param("facts-by-articles", {}, [" 1"], id="J5 no financing is in two of the articles"),
    pytest.param("workshops", {}, ["艾鑫 古城街道", "忘不了 涌泉镇", "留贤村 留贤村", "三房村 三房村", "岭根村 岭根村"], id="J7 workshops"),
    pytest.param(
        "anonymous-recipients", {}, ["萧山区某数智建设发展有限公司 4000万元", "某企业境外分公司 2900万美元", "某餐饮有限公司"], id="J8 anonymous actors"
    ),
    # 1亿 + 4.6亿 + 6.52亿 + 12亿 + 6亿 + 170万 + 30万, the last one told twice; of 农行 only 4000万 is a single loan of a stated sum in yuan
    pytest.param("loans-by-financier", {}, [f"{ICBC} CNY 2914000000 3014000000 7 1", f"{XS_ABC} CNY 40000000 40000000 1 0"], id="B1 loans by financier"),
    pytest.param("loans-by-bank", {}, ["中国工商银行 3014000000", "中国农业银行 40000000"], id="B2 loans by bank"),
    pytest.param("balance-on-day", {}, [f"{XS_ABC} 69500000000 CNY"], id="B3 a balance"),
    pytest.param("balance-on-day", {"metric": "贷款余额"}, [f"{XS_ABC} 80500000000 CNY"], id="B3 another"),
    pytest.param(
        "sums-at-least",
        {},
        ["4.6亿元 发放", "6.52亿元 发放", "12亿元 发放", "6亿元 发放", "5.7亿元 发放", "不少于2000亿元 承诺"],
        id="B4 certainly a hundred million",
    ),
    pytest.param("hedged-sums", {}, ["近亿元 近", "不少于2000亿元 不少于", "超4000万元 超过", "619万余元 多"], id="B5 hedged sums"),
    pytest.param("products", {}, ["美丽乡村贷 4000万元", "抵押e贷 某餐饮有限公司"], id="B6 products"),
    pytest.param(
        "metric-over-time",
        {},
        [f"{XS_ABC} 存款余额 2022-11-30 69500000000 CNY", f"{XS_ABC} 贷款余额 2022-11-30 80500000000 CNY", f"{ICBC} 涉农贷款余额 2023-06-30 4870000000 CNY"],
        id="B7 series",
    ),
    pytest.param("committed-and-lent", {}, ["中国农业银行 0 200000000000 40000000"], id="B8 committed and lent"),
    pytest.param("foreign-currency", {}, ["29000000 USD 单笔", "93803000 USD 累计"], id="B9 foreign currency"),
    pytest.param("projects-by-county", {}, ["萧山区"], id="G1 projects by county"),
    pytest.param("counties-without-financing", {}, ["临海市", "安吉县", "平湖市", "上城区"], id="G2 counties without financing"),
    pytest.param("programmes", {}, ["山海协作"], id="G3 programmes"),
    pytest.param("agreements", {}, ["萧山区人民政府 中国农业银行浙江省分行 今年年初 不少于2000亿元"], id="G4 agreements"),
    pytest.param("inferred-times", {}, ["截至6月末 2023-06-30 2023-06-30"], id="G5 inferred times"),
    pytest.param("facts-by-rule", {}, ["financing."], id="G6 facts by rule"),
    pytest.param("to-review", {"below": "1"}, ["发放4000万元美丽乡村贷款"], id="G7 to review"),
    pytest.param("evidence-for-branch", {}, ["中国农业银行"], id="G8 evidence for a branch"),
    pytest.param("numbers-set-aside", {}, ["不到2天 期限或时长"], id="G9 numbers set aside"),
]
EMPTY = ["projects-of-programme", "contradictions"]  # J1, J6: the pages say no such thing


def rows(name: str, bindings: dict[str, str] | None = None) -> list[str]:
    return [" ".join(" ".join(c.text.split()) for c in row if c) for row in run_query(built.seeds_file(), name, bindings).rows]


@pytest.mark.parametrize(("name", "bindings", "wanted"), ANSWERS)
def test_the_pages_answer(name: str, bindings: dict[str, str], wanted: list[str]) -> None:
    """For each row that the pages state there is one with its words, in order."""
    found = rows(name, bindings)
    for words in wanted:
        assert any(_in_order(row, words.split(" ")) for row in found), (words, found)


def _in_order(row: str, words: list[str]) -> bool:
    at = 0
    for word in words:
        at = row.find(word, at) + len(word)
        if at < len(word):
            return False
    return True


def test_every_query_is_asked() -> None:
    """Each query that ships has an expected answer."""
    assert {p.values[0] for p in ANSWERS} | set(EMPTY) == {q.name for q in named_queries()}


@pytest.mark.parametrize("name", EMPTY)
def test_nothing_is_answered_where_nothing_is_said(name: str) -> None:
    """No row, and a line that says which condition left none."""
    table = run_query(built.seeds_file(), name)
    assert table.rows == () and len(table.notes) == 1 and table.notes[0].startswith("没有结果：")


NEVER = [
    pytest.param("sums-at-least", "近亿元", id="a hedge is no lower bound"),
    pytest.param("loans-by-financier", "200000000000", id="a promise is no loan"),
    pytest.param("loans-by-bank", "1500", id="a balance is no loan"),
    pytest.param("counties-without-financing", "萧山区", id="a county with loans is not without"),
    pytest.param("anonymous-recipients", "王女士", id="a lady with a name is not anonymous"),
]


@pytest.mark.parametrize(("name", "words"), NEVER)
def test_what_the_pages_do_not_say(name: str, words: str) -> None:
    """No row says it."""
    assert [row for row in rows(name) if words in row] == []


def test_what_the_total_leaves_out_is_told() -> None:
    """Under the loans: the credit lines, the promise, the running totals and the dollars, by kind."""
    notes = "\n".join(run_query(built.seeds_file(), "loans-by-bank").notes)
    for kind in ("授信 · 承诺 · 单笔 · CNY  200000000000", "贷款 · 发放 · 累计 · CNY  570000000", "贷款 · 发放 · 累计 · USD  93803000", "未写金额"):
        assert kind in notes, notes


def test_no_shipped_sum_leaves_its_kind_open() -> None:
    """Each sum that ships fixes instrument, stage, aggregation, currency, status and per; some ship."""
    assert [(q.name, o) for q in named_queries() if (o := open_dimensions(q.text))] == []
    assert sum("SUM(" in q.text for q in named_queries()) >= 4


def test_deposits_and_loans_add_up() -> None:
    """695亿 + 805亿 = 1500亿: the three are observations of one subject and day, and the check finds no fault."""
    query = """SELECT (?d + ?l AS ?sum) ?both {
        ?x gf:metric gfc:deposits ; gf:about ?s ; gf:endDate ?day ; gf:amount/gf:value ?d .
        ?y gf:metric gfc:loans ; gf:about ?s ; gf:endDate ?day ; gf:amount ?a . ?a gf:value ?l ; gf:currency "CNY" .
        ?z gf:metric gfc:depositsAndLoans ; gf:about ?s ; gf:endDate ?day ; gf:amount/gf:value ?both }"""
    assert rows(query) == ["150000000000 150000000000"]


def test_the_graph_is_whole() -> None:
    """No check and no shape finds an error; every quote is in its file and every file is unchanged."""
    findings = check(built.seeds_file(), built.SEEDS)
    assert [str(f) for f in findings if f.severity == "error" or f.check.startswith(("source", "quote"))] == []


@pytest.mark.parametrize(("form", "write"), [pytest.param("N_QUADS", write_nquads, id="N-Quads"), pytest.param("JSON_LD", write_jsonld, id="JSON-LD")])
def test_an_independent_parser_reads_the_same_triples(form: str, write: object) -> None:
    """pyoxigraph reads of every export what it reads of the Turtle; in N-Quads each article has its graph."""
    store = ox.Store()
    store.load(write(built.seeds()).encode(), getattr(ox.RdfFormat, form))  # type: ignore[operator]
    assert {q.triple for q in store} == {q.triple for q in built.seeds_file().store}
    named = {q.graph_name for q in store} - {ox.DefaultGraph()}
    assert len(named) == (len(built.seeds().articles) if form == "N_QUADS" else 0)
