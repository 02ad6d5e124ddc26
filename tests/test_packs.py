"""Packs: relations of their own in every output, `kg pack new` and `kg pack test`, and the pack that ships. tests/test_site.py runs the how-to."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
import rdflib

from kg import build, documents, lint, outputs, pack, pack_new, rdf, show
from kg.checks import check
from kg.cli import main
from kg.errors import KgError
from kg.explain import explain
from kg.extract import extract
from kg.model import Document, Graph, Meta
from kg.pack import Pack, load
from kg.query import run_query

ROOT = Path(__file__).parent.parent
HEADER = "name\tkind\taliases\tparent\tnote\n"
DEAL = "去年，东源食品有限公司与萧山区瓜沥镇签订了收购合同。东源食品有限公司向瓜沥镇垫付收购款30万元。\n"


def graph_of(text: str, loaded: Pack) -> Graph:
    return build.merge([extract(Document(documents.text_source(text, "t.txt"), Meta()), loaded)])


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A pack as `kg pack new` writes it."""
    pack_new.new(tmp_path / "my-pack")
    return tmp_path / "my-pack"


# ---------------------------------------------------------------- a new pack


def test_a_new_pack_has_no_faults(mine: Path) -> None:
    """It works at once."""
    assert lint.check([mine]) == ([], 2, 1)


def test_a_new_pack_takes_its_folders_name(tmp_path: Path) -> None:
    """In its manifest, in the ids of its rules and in its prefix; the same bytes every time."""
    pack_new.new(tmp_path / "a" / "Water 2")
    pack_new.new(tmp_path / "b" / "Water 2")
    manifest, relations = pack.read_manifest(tmp_path / "a" / "Water 2")
    assert (str(manifest), [r.id for r in relations]) == ("water-2 0.1.0", ["water2:buysFrom"])
    for file in pack_new.TEMPLATE.iterdir():
        assert (tmp_path / "a" / "Water 2" / file.name).read_bytes() == (tmp_path / "b" / "Water 2" / file.name).read_bytes()
        assert "{{" not in (tmp_path / "a" / "Water 2" / file.name).read_text("utf-8")


@pytest.mark.parametrize("there", ["x/kept.txt", "x"], ids=["a folder that holds a file", "a file"])
def test_a_new_pack_replaces_nothing(tmp_path: Path, there: str) -> None:
    """Only an absent or empty folder is written into."""
    path = tmp_path / there
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine")
    with pytest.raises(KgError) as error:
        pack_new.new(tmp_path / "x")
    assert error.value.slug == "pack-exists"
    assert path.read_text() == "mine" and sum(p.is_file() for p in tmp_path.rglob("*")) == 1


# ---------------------------------------------------------------- relations of a pack


def test_the_turtle_declares_the_relation(mine: Path) -> None:
    """With labels, what it is a kind of and its ends; the kind it is of is written too, and no other prefix changes."""
    text = rdf.write_turtle(graph_of(DEAL, load(mine)), pack=load(mine))
    g = rdflib.Graph().parse(data=text, format="turtle")
    asked = """ASK { ?a mypack:buysFrom ?b ; gf:cooperatesWith ?b . ?b gf:cooperatesWith ?a .
        ?c rdf:predicate mypack:buysFrom ; gf:foundBy "my-pack.buys-from" .
        mypack:buysFrom a owl:ObjectProperty ; rdfs:label "收购"@zh , "buys from"@en ; rdfs:subPropertyOf gf:cooperatesWith ; rdfs:domain gf:Organization
        FILTER NOT EXISTS { ?b mypack:buysFrom ?a } FILTER NOT EXISTS { mypack:buysFrom rdfs:range ?any } }"""
    assert g.query(asked).askAnswer
    assert [str(o) for o in g.objects(predicate=rdflib.URIRef("https://w3id.org/gongfu-kg/ns#pack"))] != ["default"]
    assert "mypack" not in rdf.write_turtle(graph_of("萧山区与临海市签约。", load(mine)), pack=load(mine))


def test_all_forms_of_rdf_say_the_same(mine: Path) -> None:
    """Turtle, JSON-LD, N-Quads and rdflib."""
    graph = graph_of(DEAL, load(mine))
    want = set(rdflib.Graph().parse(data=rdf.write_turtle(graph), format="turtle"))
    assert set(rdflib.Graph().parse(data=rdf.write_jsonld(graph), format="json-ld")) == want
    quads = rdflib.Dataset(default_union=True).parse(data=rdf.write_nquads(graph), format="nquads")
    assert {q[:3] for q in quads.quads()} == want == set(rdf.to_rdflib(graph))


def test_every_output_names_the_relation(mine: Path, tmp_path: Path) -> None:
    """Query, explain and check; edges, tables and Neo4j by its id; page, workbook and terminal by its label."""
    (tmp_path / "t.txt").write_text(DEAL, "utf-8")
    outputs.run([tmp_path / "t.txt"], tmp_path / "out", formats=list(outputs.FILES), pack=(mine,))
    out = tmp_path / "out"
    rows = run_query(out, "SELECT ?b { ?x mypack:buysFrom/skos:prefLabel ?b }").rows
    assert [c.text for row in rows for c in row if c] == ["瓜沥镇"]
    assert "东源食品有限公司 —buys from→ 瓜沥镇" in explain(out, "瓜沥镇")
    assert [f for f in check(out, tmp_path / "t.txt") if f.severity != "note"] == []
    assert ",mypack:buysFrom,mypack:buysFrom,收购," in (out / "edges.csv").read_text("utf-8")
    assert "buysFrom" in (out / "tables" / "relations.csv").read_text("utf-8")
    assert "MYPACK_BUYS_FROM" in (out / "neo4j" / "load.cypher").read_text("utf-8")
    page = (out / "network.html").read_text("utf-8")
    assert '"mypack:buysFrom":["收购","buys from"]' in page and '"within":{"mypack:buysFrom":"cooperatesWith"}' in page
    assert "buys from" in show.facts_text(graph_of(DEAL, load(mine)))


def test_a_relation_holds_only_between_its_kinds(mine: Path) -> None:
    """A pair whose ends are of other kinds is left out."""
    path = mine / "rules.toml"
    path.write_text(path.read_text("utf-8").replace("{subject:Organization}(?:与", "{subject:Agent}(?:与"), "utf-8")
    found = {f.found_by for f in graph_of("去年，瓜沥镇与临浦镇签订了收购合同。", load(mine)).facts}
    assert "my-pack.buys-from" not in found and found


def test_each_with_its_own() -> None:
    """A、B分别与C、D结对: two pairs, not four."""
    text = "广州市番禺区、海珠区分别与三都水族自治县、荔波县结对。"
    graph = graph_of(text, load(Path("east-west")))
    names = {e.id: e.label for e in graph.entities}
    for predicate in ("ew:pairedWith", "gf:cooperatesWith"):
        pairs = {(names[f.role("subject")[0]], names[f.role("object")[0]]) for f in graph.facts if f.role("predicate") == (predicate,)}
        assert pairs == {("番禺区", "三都水族自治县"), ("海珠区", "荔波县")}


MANIFEST = '[pack]\nname = "p"\nprefix = "p"\nnamespace = "https://example.org/p#"\n'
LABEL = 'label = { zh = "甲", en = "a" }\n'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("[pack", "Expected", id="broken TOML"),
        pytest.param('name = "p"', "unknown field ['name']", id="no table pack"),
        pytest.param('[pack]\nname = "甲"', "small letters", id="a name that is no ASCII"),
        pytest.param('[pack]\nname = "p"\nsize = 3', "unknown field ['size']", id="an unknown field"),
        pytest.param(MANIFEST.replace('"p"\nn', '"gf"\nn') + '[[relation]]\nname = "x"\n' + LABEL, "none of", id="a prefix that is taken"),
        pytest.param(MANIFEST.replace("p#", "p") + '[[relation]]\nname = "x"\n' + LABEL, "ends in / or #", id="a namespace without end"),
        pytest.param(MANIFEST + '[[relation]]\nname = "x"\n', "no label in both languages", id="a relation without label"),
        pytest.param(MANIFEST + '[[relation]]\nname = "x"\nwithin = "gf:hates"\n' + LABEL, "which is no relation", id="a kind of nothing"),
        pytest.param(MANIFEST + '[[relation]]\nname = "x"\nwithin = "x"\n' + LABEL, "which is no relation", id="a kind of itself"),
        pytest.param(MANIFEST + '[[relation]]\nname = "x"\nsubject = "Bnak"\n' + LABEL, "no class 'Bnak'", id="an end of no class"),
    ],
)
def test_a_bad_manifest_is_told(tmp_path: Path, text: str, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line that says what is wrong; exit code 2."""
    (tmp_path / "pack.toml").write_text(text, "utf-8")
    with pytest.raises(SystemExit) as end:
        main(["try", "萧山区与临海市签约。", "--pack", str(tmp_path)])
    err = capsys.readouterr().err
    assert (end.value.code, err.count("\n")) == (2, 1) and "pack.toml" in err and why in err


def test_a_rule_may_not_tell_an_unknown_relation(mine: Path) -> None:
    """The message names the rule, and where relations are declared."""
    path = mine / "rules.toml"
    path.write_text(path.read_text("utf-8").replace("mypack:buysFrom", "mypack:buys"), "utf-8")
    (fault, *rest) = lint.check([mine])[0]
    assert fault.name == "rule my-pack.buys-from" and "mypack:buysFrom" in fault.problem and "pack.toml" in fault.problem
    assert [f.name for f in rest] == ["relation mypack:buysFrom"]  # which no rule tells now


# ---------------------------------------------------------------- kg pack test

RULE = """[[rule]]
id = "x"
fact = "Claim"
predicate = "gf:supports"
pattern = '{subject:Bank}支持{object:Township}'
examples = [{ text = "临海农商银行支持永丰镇。", gives = { subject = "临海农商银行", object = "永丰镇" } }]
silent = ["临海农商银行在永丰镇。"]
"""


MONEY = """[[rule]]
id = "y"
fact = "FinancingEvent"
instrument = "loan"
stage = "disbursed"
pattern = '{financier:Bank}借出{amount:Money}'
examples = [{ text = "临海农商银行借出30万元。", gives = { financier = "临海农商银行", amount = "30万元" } }]
silent = ["临海农商银行有30万元。"]
"""
LEXICONS: dict[str, tuple[str, list[tuple[int, str, str]]]] = {  # file → its lines, and the faults: line, name, what is said
    "programs.tsv": ("", [(1, "programs", "nothing reads a lexicon of this name. is it programmes.tsv?")]),
    "banks.tsv": ("甲乙银行\tbank\n", [(2, "甲乙银行", "no kind 'bank'. is it Bank?")]),
    "concepts.tsv": ("x\tmetric\t某额\tmetricX\t某额\n", [(2, "x", "no concept 'metricX'")]),
    "products.tsv": ("项目\tFinancialProduct\n", [(2, "项目", "is a common word")]),
    "programmes.tsv": ("甲乙工程\tProgramme\t山海协作\n", [(2, "甲乙工程", "'山海协作' is 山海协作 in a pack below")]),
    "names.tsv": (
        """甲乙园\tPark
丙丁园\tFacility
丙丁园\tProject
戊园\tFacility\t己园
庚园\tFacility\t己园
园\tFacility
辛园\tFacility\t辛、壬园，癸园
 子丑园\tFacility
寅卯园\t-
""",
        [
            (2, "甲乙园", "no kind 'Park'"),
            (4, "丙丁园", "is in line 3 already"),
            (6, "庚园", "'己园' is a name of 戊园 too"),
            (7, "园", "one character long"),
            (8, "辛园", "aliases are parted by |"),
            (9, " 子丑园", "white space around a name"),
            (10, "寅卯园", "no such entry to remove"),
        ],
    ),
}


def test_faults_of_lexicons(tmp_path: Path) -> None:
    """Each with its file, line, name, what is wrong and what to do."""
    for name, (rows, _) in LEXICONS.items():
        (tmp_path / name).write_text(HEADER + rows, "utf-8")
    found = {(Path(f.path).name, f.line, f.name): f"{f.problem}. {f.hint}" for f in lint.check([tmp_path])[0]}
    want = {(file, line, name): said for file, (_, faults) in LEXICONS.items() for line, name, said in faults}
    assert found.keys() == want.keys()
    assert [key for key, said in want.items() if said not in found[key]] == []


@pytest.mark.parametrize(
    ("text", "line", "name", "problem"),
    [
        pytest.param("[[rules]]\n" + RULE, 1, "rules", "nobody reads this table. rules are written [[rule]]", id="a table that nobody reads"),
        pytest.param(RULE.replace('silent = ["临海农商银行在永丰镇。"]\n', ""), 2, "rule x", "no silent text", id="no silent text"),
        pytest.param(RULE.replace("{object", "({object"), 2, "rule x", "pattern: missing )", id="a bad pattern"),
        pytest.param(RULE.replace("Township", "Town"), 2, "rule x", "no class 'Town'", id="an unknown slot"),
        pytest.param(RULE.replace("{object:", "{objekt:"), 2, "rule x", "no role objekt in a Claim; known: object, subject", id="an unknown role"),
        pytest.param(RULE.replace("[{ text", '["临海", { text'), 2, "rule x", "a list of { text", id="an example of another form"),
        pytest.param(RULE + "confidence = 2\n", 2, "rule x", "a number from 0 to 1", id="a confidence above 1"),
        pytest.param(MONEY.replace('"loan"', '"lone"'), 2, "rule y", "no instrument 'lone'; known: loan,", id="an unknown instrument"),
        pytest.param(RULE.replace("支持{", "帮{"), 6, "rule x", "the rule finds nothing", id="an example not read"),
        pytest.param(RULE.replace("支持{", "(?:支持|在){"), 7, "rule x", "must be silent on", id="a silent text read"),
    ],
)
def test_faults_of_rules(tmp_path: Path, text: str, line: int, name: str, problem: str) -> None:
    """The same; the line is the example's, if there is one."""
    (tmp_path / "r.toml").write_text(text, "utf-8")
    faults = lint.check([tmp_path])[0]
    assert [(Path(f.path).name, f.line, f.name) for f in faults] == [("r.toml", line, name)]
    assert problem in f"{faults[0].problem}. {faults[0].hint}"


def test_examples_of_the_default_pack_are_kept(tmp_path: Path) -> None:
    """What a pack takes from them is told, with the default rule's place."""
    (tmp_path / "place_stop.tsv").write_text(HEADER + "萧山\tnever\n", "utf-8")
    (tmp_path / "banks.tsv").write_text(HEADER + "台州银行\t-\n", "utf-8")
    faults = lint.check([tmp_path])[0]
    assert any(f.name == "default rule financing.donated" and f.path.endswith("kg/pack/financing.toml") for f in faults)


def test_packs_are_tested_one_over_the_other(tmp_path: Path) -> None:
    """A rule may use what an earlier pack declares."""
    (tmp_path / "r.toml").write_text(RULE.replace("gf:supports", "ew:assists").replace("Bank}", "Bank}(?:也)?"), "utf-8")
    assert [f.name for f in lint.check([tmp_path])[0]] == ["rule x"]
    assert lint.check([Path("east-west"), tmp_path])[0] == []


def test_exit_codes(tmp_path: Path, mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0 all well, 1 faults, 2 a pack that cannot be read."""

    def code(*args: str) -> tuple[Any, str, str]:
        with pytest.raises(SystemExit) as end:
            main(["pack", *args])
        return end.value.code or 0, *capsys.readouterr()

    assert code("test", str(mine)) == (0, "rules 2 · lexicon entries 1 · faults 0\n", "")
    (mine / "programs.tsv").write_text(HEADER)
    assert code("test", str(mine))[0] == 1
    (mine / "programs.tsv").write_text("x")
    assert code("test", str(mine))[0] == 2
    assert code("test", str(tmp_path / "none"))[0] == 2
    assert code("new", str(mine))[0] == 2
    assert code("list")[1] == "east-west\t1.0.0\tEast–west cooperation\n"


# ---------------------------------------------------------------- the pack that ships


def test_shipped_packs_have_no_faults() -> None:
    """Their own examples and the default ones hold."""
    assert [str(f) for f in lint.check(pack.shipped())[0]] == []


def score(loaded: Pack) -> dict[str, tuple[int, int, int]]:
    """(right, found, wanted) of financings with all their parts, of their roles, and of the pack's relations, over the paragraphs."""
    out = {"financings": [0, 0, 0], "roles": [0, 0, 0], "relations": [0, 0, 0]}

    def count(what: str, right: int, found: int, wanted: int) -> None:
        out[what] = [a + b for a, b in zip(out[what], (right, found, wanted), strict=True)]

    for p in tomllib.loads((ROOT / "tests/data/east_west.toml").read_text("utf-8"))["paragraph"]:
        graph = build.sure(graph_of(p["text"], loaded))
        forms = {e.id: {e.label} | {graph.articles[0].at(k.mention.span) for k in graph.links if k.entity == e.id} for e in graph.entities}
        label = {e.id: e.label for e in graph.entities}
        claims = [f for f in graph.facts if f.kind == "Claim" and f.role("predicate")[0].startswith("ew:")]
        got = {(label[f.role("subject")[0]], f.role("predicate")[0].removeprefix("ew:"), label[f.role("object")[0]]) for f in claims}
        want = set(map(tuple, p["relations"]))
        count("relations", len(got & want), len(got), len(want))
        money = {a.quantity.verbatim: f for f in graph.facts if f.kind == "FinancingEvent" and (a := f.amount())}
        for w in p["financings"]:
            sought = {("financier", w["financier"]), *(("to", x) for x in w["to"])} - {("financier", "")}
            f = money.get(w["amount"])
            said = {("financier", x) for x in f.role("financier")} | {("to", x) for x in (*f.role("recipient"), *f.role("purpose"))} if f else set()
            right = sum(any(k == role and name in forms[x] for k, x in said) for role, name in sought)
            count("roles", right, len(said), len(sought))
            whole = f is not None and right == len(sought) == len(said) and f.role("instrument") == (f"gfc:{w['instrument']}",)
            count("financings", whole, 0, 1)
        count("financings", 0, len(money), 0)
    return {k: (v[0], v[1], v[2]) for k, v in out.items()}


def test_what_the_east_west_pack_is_worth() -> None:
    """Over twelve paragraphs of eleven western provinces: with it most financings are whole; without it few, and no pair is named."""
    without, having = score(load()), score(load(Path("east-west")))
    assert without["financings"][0] <= 5 and without["relations"][0] == 0
    assert having["financings"] >= (15, 23, 23)
    assert having["roles"][0] >= 33 and having["roles"][0] / having["roles"][1] > 0.85
    assert having["relations"] == (12, 12, 12)
