"""What a graph states in the words of the guidelines, gold of the user's own, and `kg evaluate`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kg import scores
from kg.cli import main
from kg.errors import KgError
from kg.gold import Account, Sum
from kg.gold_graph import from_file, from_triples

# ---------------------------------------------------------------- what a graph states

TURTLE = """
@prefix gf: <https://w3id.org/gongfu-kg/ns#> . @prefix gfc: <https://w3id.org/gongfu-kg/concept/> . @prefix org: <http://www.w3.org/ns/org#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix prov: <http://www.w3.org/ns/prov#> . @prefix x: <http://x/id/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
x:bank a gf:Bank , gf:FinancialInstitution ; skos:prefLabel "农业银行"@zh ; skos:altLabel "农行"@zh .
x:branch a gf:Branch ; skos:prefLabel "农行萧山分行"@zh ; org:unitOf x:bank ; gf:supports x:village .
x:village a gf:Village , gf:Division ; skos:prefLabel "梅林村"@zh ; gf:locatedIn x:county .
x:county a gf:County , gf:Division ; skos:prefLabel "萧山区"@zh ; gf:locatedIn x:city .
x:city a gf:Prefecture , gf:Division ; skos:prefLabel "杭州市"@zh .
x:person a gf:Person ; skos:prefLabel "吴\\"欣"@zh .
x:m1 gf:refersTo x:bank , x:branch , x:village , x:city , x:person .
x:c1 a gf:Claim ; rdf:subject x:branch ; rdf:predicate org:unitOf ; rdf:object x:bank ; gf:confidence 0.8 ; gf:status gfc:reported .
x:t1 a gf:Tenure ; org:member x:person ; org:organization x:branch ; gf:title "行长"@zh ; gf:status gfc:reported ; gf:confidence 0.7 .
x:t2 a gf:Tenure ; org:member x:person ; gf:atDivision x:village ; gf:title "书记"@zh ; gf:status gfc:negated .
x:f1 a gf:FinancingEvent ; gf:financier x:branch ; gf:recipient x:village ; gf:instrument gfc:creditLine ;
    gf:stage gfc:committed ; gf:amount x:q1 ; gf:confidence 0.6 .
x:q1 gf:value 300000.0 ; gf:min 100000.0 ; gf:max 300000.0 ; gf:currency "CNY" ; gf:qualifier gfc:range ; gf:verbatim "10万至30万元" .
x:f2 a gf:FinancingEvent ; gf:financier x:branch ; gf:instrument gfc:loan ; gf:stage gfc:disbursed ; gf:status gfc:planned .
x:f3 a gf:FinancingEvent ; gf:financier x:branch ; gf:instrument gfc:loan ; gf:stage gfc:repaid ; gf:status gfc:reported .
x:o1 a gf:Observation ; gf:about x:village ; gf:metric x:k ; gf:amount x:q2 ; gf:startDate "2022-01-01"^^xsd:date ; gf:endDate "2022-12-31"^^xsd:date .
x:k skos:prefLabel "面积"@zh , "area"@en ; skos:altLabel "种植面积"@zh .
x:q2 gf:value 30.0 ; gf:min 10.0 ; gf:max 30.0 ; gf:unit x:mu ; gf:qualifier gfc:range ; gf:verbatim "10至30亩" .
x:mu skos:notation "亩" ; skos:prefLabel "亩"@zh .
"""


@pytest.fixture
def stated(tmp_path: Path) -> Account:
    """The account of the graph above."""
    path = tmp_path / "graph.ttl"
    path.write_text(TURTLE, "utf-8")
    return from_file(path)


def test_only_what_the_text_names_counts(stated: Account) -> None:
    """The county has no mention: it is no entity, and stepped over on the way up."""
    assert [t.name for t in stated.things] == ["农业银行", "农行萧山分行", "杭州市", '吴"欣', "梅林村"]
    assert {(r.subject[-6:], r.predicate, r.object[-4:]) for r in stated.relations} == {
        ("branch", "branchOf", "bank"),
        ("branch", "supports", "lage"),
        ("illage", "locatedIn", "city"),
    }


def test_a_relation_has_the_confidence_of_its_claim(stated: Account) -> None:
    """What only the register says has none."""
    assert {r.predicate: r.confidence for r in stated.relations} == {"branchOf": 0.8, "locatedIn": None, "supports": None}


def test_negated_posts_do_not_count(stated: Account) -> None:
    """And a name's escapes are undone."""
    assert [(p.title, p.confidence) for p in stated.posts] == [("行长", 0.7)]


def test_kinds_of_financing_by_instrument_and_stage(stated: Account) -> None:
    """A committed credit line is either; a planned loan may be a commitment; a repayment is its own kind."""
    assert [f.kinds for f in stated.financings] == [("commitment", "credit_line"), ("loan", "commitment"), ("repaid",)]
    assert stated.financings[0].amount == Sum(300000, "CNY", "exact", (100000, 300000)) and stated.financings[0].quote == "10万至30万元"


def test_a_range_observed_is_two_numbers(stated: Account) -> None:
    """Its low end is over, its high end under; unit by notation, metric in Chinese."""
    assert [(n.value, n.qual, n.unit, n.metric, n.days) for n in stated.numbers] == [
        (10, "over", "亩", ("面积", "种植面积"), ("2022-01-01", "2022-12-31")),
        (30, "under", "亩", ("面积", "种植面积"), ("2022-01-01", "2022-12-31")),
    ]


def test_no_triples_no_account() -> None:
    """An empty graph states nothing."""
    assert from_triples([]) == Account()


# ---------------------------------------------------------------- gold of the user's own

PAGE = "截至2023年6月末，工行萧山分行涉农贷款余额48.7亿元。\n"
ROW: dict[str, object] = {
    "entities": [{"id": "e1", "type": "BankBranch", "name": "工行萧山分行"}],
    "observations": [
        {"subject": "e1", "metric": ["涉农贷款余额"], "value": 4870000000, "unit": "CNY", "qual": "exact", "time": "2023-06-30", "quote": "48.7亿元"}
    ],
}


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one annotated document, as the current one's `my`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    folder = tmp_path / "my"
    folder.mkdir()
    (folder / "a.txt").write_text(PAGE, "utf-8")
    (folder / "a.json").write_text(json.dumps(ROW, ensure_ascii=False), "utf-8")
    return folder


def kg(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(["evaluate", *args])
    out, err = capsys.readouterr()
    return int(str(end.value.code or 0)), out, err


def test_evaluate_builds_and_scores(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Measures, then facts by confidence."""
    code, out, err = kg(capsys, "my", "--per-doc")
    assert (code, err) == (0, "")
    assert "observation  F1    1.000" in out and "confidence" in out and "wrong sums        0.000 of 1 found" in out and out.count("\na  ") == 1


def test_a_second_readers_figures_stand_beside(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From readers.tsv in the folder."""
    (own / "readers.tsv").write_text("entity\t0.943\n", "utf-8")
    assert [line.split()[-1] for line in kg(capsys, "my")[1].splitlines() if "second reader" in line] == ["0.943"]


def test_json_has_every_figure(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For a program to compare."""
    data = json.loads(kg(capsys, "my", "--json")[1])
    assert data["observation"] == {"tp": 1, "gold": 1, "pred": 1, "P": 1.0, "R": 1.0, "F1": 1.0}
    assert {"facts", "calibration", "wrong_sums", "wrong_financiers"} <= set(data)


def test_errors_are_listed_for_one_or_all(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By measure, with the quote."""
    row = {**ROW, "observations": [{**ROW["observations"][0], "value": 1}]}  # type: ignore[index]
    (own / "a.json").write_text(json.dumps(row, ensure_ascii=False), "utf-8")
    for option in (["--errors", "a"], ["--errors=all"], ["--errors"]):
        out = kg(capsys, "my", *option)[1]
        assert "== a observation\nmissed  48.7亿元: BankBranch:工行萧山分行 · 涉农贷款余额 · 1 CNY" in out
    code, out, err = kg(capsys, "my", "--errors", "b")
    assert (code, out) == (2, "") and "no document b" in err


def test_graphs_already_built_are_scored(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """NAME/graph.ttl or NAME.json of a folder; a document without either counts as empty, and the exit code says so."""
    with pytest.raises(SystemExit):
        main(["build", "my/a.txt", "-o", "built/a", "--formats", "turtle"])
    capsys.readouterr()
    built = kg(capsys, "my", "--graphs", "built")
    assert built[0] == 0 and built[1] == kg(capsys, "my")[1]
    shutil.copy(own / "a.json", own.parent / "built" / "a.json")
    shutil.rmtree(own.parent / "built" / "a")
    assert kg(capsys, "my", "--graphs", "built")[0] == 0
    code, out, err = kg(capsys, "my", "--graphs", "none")
    assert code == 1 and "entity       F1    0.000" in out and err.count("\n") == 2


def test_a_missing_text_counts_as_nothing_found(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And is told."""
    (own / "a.txt").unlink()
    code, _, err = kg(capsys, "my")
    assert code == 1 and "no text for the annotation: my/a.txt" in err.replace("\\", "/")


BAD: list[object] = [
    pytest.param("{", "Expecting", id="broken JSON"),
    pytest.param("[]", "not an object", id="a list"),
    pytest.param({"entities": 3}, "entities[0]", id="no list"),
    pytest.param({"entities": [{"id": "e", "type": "Bank"}]}, "entities[0]: no 'name'", id="no name"),
    pytest.param({"entities": [{"id": "e", "type": "Firm", "name": "x"}]}, "no such type: Firm", id="unknown type"),
    pytest.param({"entities": [{"id": "e", "type": "Division", "name": "x"}]}, "no such level", id="division without level"),
    pytest.param({"entities": [{"id": "e", "type": "Bank", "name": "x"}] * 2}, "e: its id stands here twice", id="id twice"),
    pytest.param({**ROW, "relations": [["e1", "branchOf"]]}, "relations[0]", id="relation of two"),
    pytest.param({**ROW, "relations": [["e1", "unitOf", "e1"]]}, "no such relation: unitOf", id="unknown relation"),
    pytest.param({**ROW, "posts": [{"person": "e9", "title": "行长"}]}, "no entity has the id e9", id="unknown id"),
    pytest.param({**ROW, "observations": [{"subject": "e1", "metric": ["x"], "value": "many", "unit": "个"}]}, "observations[0]", id="value is no number"),
    pytest.param({**ROW, "observations": [{"subject": "e1", "metric": ["x"], "value": 1, "unit": "个", "qual": "nearly"}]}, "no such qual", id="unknown hedge"),
]


@pytest.mark.parametrize(("data", "message"), BAD)
def test_bad_gold_is_one_clear_line(own: Path, capsys: pytest.CaptureFixture[str], data: object, message: str) -> None:
    """The file, the fact and what is wrong with it; nothing is scored."""
    (own / "a.json").write_text(data if isinstance(data, str) else json.dumps(data), "utf-8")
    code, out, err = kg(capsys, "my")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "a.json" in err and message in err


def test_a_folder_without_gold_is_told(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2."""
    (own / "a.json").unlink()
    code, _, err = kg(capsys, "my")
    assert code == 2 and "NAME.json" in err


def test_bad_figures_of_a_reader_are_told(own: Path) -> None:
    """With the line."""
    (own / "readers.tsv").write_text("entity\t0.9\nrelation 0.8\n", "utf-8")
    with pytest.raises(KgError, match="line 2"):
        scores.evaluate(own)
