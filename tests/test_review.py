"""kg review: what is listed and why, what is not, and what the lines of an answer do at the next build."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kg import outputs
from kg.checks import check
from kg.cli import main
from kg.correction_lines import Correction, read
from kg.query import GraphFile, read_graph
from kg.review import Finding, Review, review, to_list
from kg.review_conflicts import conflicts
from kg.review_graph import Nodes, read_nodes
from kg.review_names import pairs
from kg.terms import prefixes

TEXTS = {
    "a.txt": """工行萧山分行助力乡村
截至2023年6月末，工行萧山分行涉农贷款余额48.7亿元。
原来，李大哥承包了800多亩土地种植苗木、蔬菜。工行萧山分行根据客户需求，第一时间办理170万元“e抵+余值信用”组合融资业务。
浙江绿源农业科技有限公司获得农行萧山分行贷款500万元。
""",
    "b.txt": """萧山涉农贷款再增长
截至2023年6月末，工行萧山分行涉农贷款余额52.3亿元。
浙江绿原农业科技有限公司位于萧山区瓜沥镇，今年新增就业岗位120个。
农行萧山分行向浙江绿源农业科技有限公司发放贷款800万元。
该项目共分3期，第17批次已完成。
""",
    "meta.csv": "file,date\na.txt,2023-07-11\nb.txt,2023-07-12\n",
    "corrections.tsv": "# 本报更正\nretype\t工行肖山分行\t企业\n",
}


@pytest.fixture
def news(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder `news` with one finding of each kind, in the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    (tmp_path / "news").mkdir()
    for name, text in TEXTS.items():
        (tmp_path / "news" / name).write_text(text, "utf-8")
    return tmp_path / "news"


def built(least: float = 0.5, folder: str = "out") -> Review:
    """Build `news` and review it."""
    outputs.run([Path("news")], Path(folder), formats=["turtle", "report"], least=least)
    return review(Path(folder))


def write(*lines: Correction) -> None:
    """Lines in place of those of the corrections."""
    Path("news/corrections.tsv").write_text("".join(line.text() + "\n" for line in lines), "utf-8")


def choose(finding: Finding, name: str) -> tuple[Correction, ...]:
    return next(c.lines for c in finding.choices if c.name == name)


def of(found: Review, kind: str) -> list[Finding]:
    return [f for f in found.findings if f.kind == kind]


# ---------------------------------------------------------------- what is listed


def test_one_of_each_kind(news: Path) -> None:
    """Unsure facts with the money first, two conflicts, a misprinted name, a number left over (one that is clear comes last), a line that did nothing."""
    found = built()
    assert [(f.kind, f.why, f.title, f.state) for f in found.findings] == [
        ("low", "low", "中国工商银行萧山分行 → 李大哥 · 贷款 170万元", "open"),
        ("low", "low", "浙江绿原农业科技有限公司 · 新增就业岗位 120个", "open"),
        ("conflict", "sums", "中国农业银行萧山分行 → 浙江绿源农业科技有限公司 · 贷款 800万元", "open"),
        ("conflict", "figures", "中国工商银行萧山分行 · 涉农贷款余额 48.7亿元", "open"),
        ("name", "slip", "浙江绿源农业科技有限公司 / 浙江绿原农业科技有限公司", "open"),
        ("number", "asideUncertain", "3期", "open"),
        ("number", "asideOrdinal", "17批次", "clear"),
        ("unmatched", "unknown", "工行肖山分行", "open"),
    ]
    assert found.open == 7 and found.files == (Path("news/corrections.tsv"),)


def test_every_quote_is_cut_from_the_file(news: Path) -> None:
    """raw[start:end], line breaks apart; each mark is a role's words."""
    found = built()
    quotes = [q for f in found.findings for s in f.said for q in s.quotes]
    for q in quotes:
        raw = Path(q.path).read_text("utf-8")
        assert "".join(raw[q.start : q.end].split()) == "".join(q.text.split())
    low = of(found, "low")[0].said[0]
    assert [(m.role, q.text[m.start : m.end]) for q in low.quotes for m in q.marks] == [
        ("recipient", "李大哥"),
        ("financier", "工行萧山分行"),
        ("amount", "170万元"),
        ("product", "“e抵+余值信用”组合融资业务"),
    ]


def test_threshold_and_cap(news: Path) -> None:
    """--below says which facts are unsure; what is over --most is counted, not listed."""
    built()
    assert of(review(Path("out"), below=0.6), "low") == []
    few = review(Path("out"), most=1)
    assert len(few.findings) == 5 and few.totals["low"]["open"] == 2 and few.open == 7


def test_same_graph_same_review(news: Path) -> None:
    """Nothing depends on the order of the file's triples."""
    first = built()
    lines = Path("out/graph.ttl").read_text("utf-8").split("\n\n")
    Path("out/graph.ttl").write_text("\n\n".join([lines[0], *reversed(lines[1:])]), "utf-8")
    assert review(Path("out")).findings == first.findings


# ---------------------------------------------------------------- what an answer does


def test_an_answer_is_written_then_done(news: Path) -> None:
    """In the file before the build it is written; after the build it is done, with the confidence as it was; the next build brings it back as done."""
    low = of(built(), "low")
    write(*choose(low[0], "keep"), *choose(low[1], "drop"))
    assert [(f.state, f.chosen) for f in of(review(Path("out")), "low")] == [("written", "keep"), ("written", "drop")]
    for _ in range(2):
        (kept,) = of(built(), "low")
        assert (kept.state, kept.id, kept.said[0].review, kept.said[0].confidence) == ("done", low[0].id, "confirmed", low[0].said[0].confidence)
    assert [f for f in check(Path("out")) if f.severity == "error"] == []


def test_each_conflict_can_be_settled(news: Path) -> None:
    """One is right and the other goes, or both are right."""
    first, second = of(built(), "conflict")
    write(*choose(first, f"only-{first.said[1].id}"), *choose(second, "all"))
    (left,) = of(built(), "conflict")
    assert (left.id, left.state) == (second.id, "done")
    facts = read_nodes(read_graph(Path("out"))).facts
    assert first.said[1].id in facts and first.said[0].id not in facts


@pytest.mark.parametrize(("name", "count"), [("same", 1), ("same-other", 1), ("apart", 2)])
def test_names_are_one_or_two(news: Path, name: str, count: int) -> None:
    """One thing with the name chosen, or two that are never asked about again."""
    (pair,) = of(built(), "name")
    write(*choose(pair, name))
    after = of(built(), "name")
    companies = [t for t, k in read_nodes(read_graph(Path("out"))).things.items() if k == "Company"]
    assert len(companies) == count and [f.state for f in after] == ["done"] * (count - 1)
    if name != "apart":
        assert companies == [choose(pair, name)[0].subject]


def test_a_number_is_settled(news: Path) -> None:
    """Left as it is, or given its reason."""
    number, clear = of(built(), "number")
    write(*choose(number, "keep"), Correction("set-aside", clear.id, "期限或时长"))
    assert [(f.state, f.why) for f in of(built(), "number")] == [("done", "asideUncertain"), ("done", "asideDuration")]


def test_a_fact_that_stayed_out_can_be_let_in(news: Path) -> None:
    """Confirmed in a review of a graph without a lower limit, every build has it, and its number is aside no more."""
    everything = built(0, "all")
    usual = read_nodes(read_graph(Path("out"))).facts if Path("out").exists() else read_nodes(built().nodes.data).facts
    fact = next(f for f in of(everything, "low") if "3期" in f.title and f.id not in usual)
    write(*choose(fact, "keep"))
    after = built()
    assert fact.id in after.nodes.facts and "3期" not in [f.title for f in of(after, "number")]


def test_a_line_that_did_nothing_can_be_mended(news: Path) -> None:
    """The nearest names are offered, and the old line is named so that it can be taken out."""
    (line,) = of(built(), "unmatched")
    assert [(c.name, c.removes, c.about) for c in line.choices] == [
        ("instead-0", ("news/corrections.tsv:2",), "中国工商银行萧山分行"),
        ("remove", ("news/corrections.tsv:2",), ""),
    ]
    write(*choose(line, "instead-0"))
    assert of(built(), "unmatched") == []


def test_a_line_that_has_left_the_file_is_not_told(news: Path) -> None:
    """The report beside the graph is older than the file."""
    built()
    write()
    assert of(review(Path("out")), "unmatched") == []


def test_claims_of_a_financing_go_with_it(news: Path) -> None:
    """Who drops a loan drops the lender's support by the same sentence too; such claims are no rows of their own."""
    Path("news/a.txt").write_text("工行萧山分行为瓜沥镇梅林村旅游项目发放贷款500万元。\n", "utf-8")
    built()
    found = review(Path("out"), below=1)
    loan = next(f for f in of(found, "low") if "500万元" in f.title)
    assert loan.edit and loan.edit.attached
    lines = [c.subject for c in choose(loan, "drop")]
    assert lines == [loan.id, *(claim for claim, *_ in loan.edit.attached)]
    assert not {c for c, *_ in loan.edit.attached} & {f.id for f in found.findings}
    write(*choose(loan, "drop"))
    assert read_nodes(built().nodes.data).facts.keys().isdisjoint(lines)


# ---------------------------------------------------------------- the command


def kg(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(args)
    out, err = capsys.readouterr()
    return int(str(end.value.code or 0)), out, err


def test_list(news: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--list prints a row each, tab-separated, under a header."""
    built()
    code, out, err = kg(capsys, "review", "out", "--list")
    rows = [line.split("\t") for line in out.splitlines()]
    assert code == 0 and {len(r) for r in rows} == {8} and len(rows) == 9 and "news/corrections.tsv" in err
    assert rows[1][:5] == ["low", "open", "low confidence", "0.61", "news/a.txt:66"]


def test_page_is_written_beside_the_graph(news: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Or where -o says; the same graph gives the same bytes, and the page has no address in it but the vocabulary's."""
    built()
    code, out, _ = kg(capsys, "review", "out")
    assert code == 0 and out.endswith("out/review.html\n") and "To look at 7: Unsure 2" in out
    kg(capsys, "review", "out/graph.ttl", "-o", "again.html")
    assert Path("again.html").read_bytes() == Path("out/review.html").read_bytes()


def test_faults_are_one_line(news: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No graph, a bad corrections file, a report that is none."""
    built()
    (news.parent / "bad.tsv").write_text("nonsense\n", "utf-8")
    for args, words in [(("none.ttl",), "no graph"), (("out", "--corrections", "bad.tsv"), "bad corrections"), (("out",), "cannot read report")]:
        if words.endswith("report"):
            Path("out/report.json").write_text(json.dumps({"corrections": 1}), "utf-8")
        code, out, err = kg(capsys, "review", *args)
        assert (code, out) == (2, "") and words in err.splitlines()[-1]


# ---------------------------------------------------------------- names and conflicts of a graph written by hand


@pytest.fixture
def graph(tmp_path: Path) -> Callable[[str], Nodes]:
    """The nodes of some Turtle."""

    def nodes(body: str) -> Nodes:
        head = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in prefixes().items())
        (tmp_path / "g.ttl").write_text(head + body, "utf-8")
        data: GraphFile = read_graph(tmp_path / "g.ttl")
        return read_nodes(data)

    return nodes


@pytest.mark.parametrize(
    ("kind", "a", "b", "how"),
    [
        ("Company", "浙江绿源农业科技有限公司", "浙江绿原农业科技有限公司", "slip"),
        ("Branch", "中国农业银行萧山分行", "萧山农行", "bank"),
        ("Project", "瓜沥镇梅林村旅游项目", "梅林村旅游项目", "short"),
        ("Company", "浙江永强集团股份有限公司", "浙江永强集团", "tail"),
        ("OtherOrganization", "临海市蜜橘产业协会", "蜜橘产业协会", "place"),
        ("FinancialProduct", "“乡村振兴带头人贷”", "乡村振兴带头人贷", "label"),
        ("Project", "城东污水处理厂一期工程", "城东污水处理厂二期工程", ""),
        ("Branch", "中国农业银行城东支行", "中国农业银行城西支行", ""),
        ("Branch", "交通银行润州支行", "交通银行颍州支行", ""),
        ("Bank", "中信银行", "中国银行", ""),
        ("PublicBody", "上城区委组织部", "临海市委组织部", ""),
        ("PublicBody", "临澧县人民政府", "澧县人民政府", ""),
        ("PublicBody", "上城区委", "上城区委组织部", ""),
        ("Company", "萧山区某建设公司", "萧山区某建设公司", ""),
        ("Person", "李大哥", "李大哥", ""),
        ("Person", "周静", "周静", ""),
    ],
)
def test_names_that_may_be_one(graph: Callable[[str], Nodes], kind: str, a: str, b: str, how: str) -> None:
    """Two forms of one name are asked about; members of a series, bodies of two places and the nameless are not."""
    found = pairs(graph(f'agent:x.a_1 a gf:{kind} ; skos:prefLabel "{a}"@zh .\nagent:y.a_2 a gf:{kind} ; skos:prefLabel "{b}"@zh .\n'))
    assert [p.how for p in found] == ([how] if how else [])


THINGS = 'agent:x a gf:Company ; skos:prefLabel "绿源农业科技公司"@zh .\nagent:y a gf:Company ; skos:prefLabel "绿原农业科技公司"@zh .\n'


@pytest.mark.parametrize(
    "more",
    [
        pytest.param("fact:f_1 a gf:Claim , gf:Fact ; rdf:subject agent:x ; rdf:object agent:y .", id="a fact has both"),
        pytest.param("source:m_1 a gf:Mention ; gf:refersTo agent:x , agent:y ; gf:inPassage source:p_1 .", id="a sentence has both"),
        pytest.param("agent:x gf:locatedIn place:a . agent:y gf:locatedIn place:b . place:a a gf:County . place:b a gf:County .", id="two places"),
    ],
)
def test_what_speaks_against_a_pair(graph: Callable[[str], Nodes], more: str) -> None:
    """What the graph tells apart is not asked about."""
    assert len(pairs(graph(THINGS))) == 1
    assert pairs(graph(THINGS + more)) == []


def fact(name: str, article: str, body: str) -> str:
    said = f"source:p_{name} a gf:Passage ; gf:inArticle source:{article} ."
    return f"fact:f_{name} a gf:Fact ; gf:status gfc:reported ; prov:wasDerivedFrom source:p_{name} ; {body} .\n{said}\n"


def tenure(name: str, article: str, title: str) -> str:
    return fact(name, article, f'a gf:Tenure ; org:member agent:李良 ; org:organization agent:行 ; gf:title "{title}"@zh')


def unit(name: str, article: str, parent: str) -> str:
    return (
        fact(name, article, f"a gf:Claim ; rdf:subject agent:支行 ; rdf:predicate org:unitOf ; rdf:object agent:{parent}")
        + f"agent:支行 org:unitOf agent:{parent} .\n"
    )


@pytest.mark.parametrize(
    ("body", "how"),
    [
        pytest.param(tenure("1", "a_1", "行长") + tenure("2", "a_2", "副书记"), ["titles"], id="two titles"),
        pytest.param(tenure("1", "a_1", "行长") + tenure("2", "a_1", "党委书记"), [], id="two posts, told in one article"),
        pytest.param(tenure("1", "a_1", "行长") + tenure("2", "a_2", "党委书记、行长"), [], id="one title within the other"),
        pytest.param(unit("1", "a_1", "甲分行") + unit("2", "a_2", "乙分行"), ["parents"], id="two parents"),
        pytest.param(unit("1", "a_1", "甲分行") + unit("2", "a_2", "总行") + "agent:甲分行 org:unitOf agent:总行 .", [], id="one parent above the other"),
    ],
)
def test_conflicts_of_posts_and_parents(graph: Callable[[str], Nodes], body: str, how: list[str]) -> None:
    """Only what cannot both be: not two posts of one person, not a parent's parent."""
    assert [c.how for c in conflicts(graph(body))] == how


def test_money_read_twice(graph: Callable[[str], Nodes]) -> None:
    """One lender, one sum, one article, two stages; a part of a total is none."""

    def loan(name: str, stage: str, more: str = "") -> str:
        amount = f'fact:q_{name} a gf:Quantity ; gf:value 5.0 ; gf:currency "CNY" .\n'
        return (
            fact(name, "a_1", f"a gf:FinancingEvent ; gf:financier agent:行 ; gf:instrument gfc:loan ; gf:stage gfc:{stage} ; gf:amount fact:q_{name}{more}")
            + amount
        )

    assert [c.how for c in conflicts(graph(loan("1", "approved") + loan("2", "disbursed")))] == ["twice"]
    assert conflicts(graph(loan("1", "approved") + loan("2", "disbursed", " ; gf:partOfTotal fact:f_1"))) == []


def test_list_of_the_seeds_is_read_again(news: Path) -> None:
    """Each line that an answer writes is a line that the build reads."""
    found = built()
    write(*(line for f in found.findings for c in f.choices for line in c.lines))
    assert len(read(Path("news/corrections.tsv"))) == len(Path("news/corrections.tsv").read_text("utf-8").splitlines())
    assert to_list(found).count("\n") == 9
