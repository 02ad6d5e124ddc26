"""corrections.tsv: each action, what cannot be applied, bad files, and that every build applies it in whatever order."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_graph import ABC, ABC_XS, BANK, BRANCH, MEI, XS, sample

from kg import build, outputs
from kg.cli import main
from kg.corrections import Correction, apply, find, read
from kg.documents import text_source
from kg.errors import KgError
from kg.extract import extract
from kg.model import Amount, Article, Block, Document, Entity, Evidence, Fact, Graph, Link, Mention, Quantity, Run, SourceFile, Span, fact_id
from kg.pack import load
from kg.rdf import write_turtle
from kg.spans import Spans

TEXT = "甲银行向丙公司发放贷款500万元。该行还向丁公司发放贷款300万元。\n甲行向丙公司发放贷款500万元。"


def graph() -> Graph:
    """甲银行 (also read as 甲行, by 该行 in the first sentence) lends to 丙公司 twice and to 丁公司 once; 甲银行 works with 丙公司."""
    source = SourceFile("a.txt", "0", "utf-8", TEXT)
    first = TEXT.index("\n")
    articles = tuple(
        Article(f"a{n}", "a.txt", TEXT[low:high], (Block("body", Span(0, high - low)),), (Run(0, low, high - low),))
        for n, (low, high) in enumerate([(0, first), (first + 1, len(TEXT))])
    )

    def mention(n: int, words: str, kind: str, *, anaphor: bool = False) -> Mention:
        at = articles[n].text.index(words)
        number = Decimal(words.removesuffix("万元")) * 10000 if kind == "Quantity" else None
        value = Quantity(number, number, number, currency="CNY", verbatim=words) if number is not None else None
        return Mention(f"a{n}", Span(at, at + len(words)), kind, "t", value, anaphor)

    bank, it, firm, other = (
        mention(0, "甲银行", "Bank"),
        mention(0, "该行", "Bank", anaphor=True),
        mention(0, "丙公司", "Company"),
        mention(0, "丁公司", "Company"),
    )
    bank_2, firm_2 = mention(1, "甲行", "Bank"), mention(1, "丙公司", "Company")
    sums = mention(0, "500万元", "Quantity"), mention(0, "300万元", "Quantity"), mention(1, "500万元", "Quantity")
    names = {"甲": "agent/甲银行", "丙": "agent/丙公司", "丁": "agent/丁公司"}

    def loan(to: str, *said: tuple[Mention, Mention, Mention]) -> Fact:
        roles = tuple(sorted((("financier", names["甲"]), ("recipient", names[to]), ("instrument", "gfc:loan"))))
        first = said[0][2]
        assert isinstance(first.value, Quantity)
        amounts = (("amount", Amount(first.value, first)),)
        evidence = tuple(Evidence(m[0].article, (Span(0, 10),), m) for m in said)
        return Fact(fact_id("FinancingEvent", roles, amounts, None, "reported"), "FinancingEvent", roles, amounts, None, "reported", evidence)

    claim = tuple(sorted((("subject", names["甲"]), ("predicate", "gf:cooperatesWith"), ("object", names["丙"]))))
    facts = [
        loan("丙", (bank, firm, sums[0]), (bank_2, firm_2, sums[2])),
        loan("丁", (it, other, sums[1])),
        Fact(fact_id("Claim", claim, (), None, "reported"), "Claim", claim, evidence=(Evidence("a0", (Span(0, 10),), (bank, firm)),)),
    ]
    links = [(bank, "甲"), (it, "甲"), (bank_2, "甲"), (firm, "丙"), (firm_2, "丙"), (other, "丁")]
    return Graph(
        (source,),
        articles,
        tuple(sorted((Link(m, names[k]) for m, k in links), key=build.link_key)),
        tuple(
            sorted(
                (Entity(names["甲"], "Bank", "甲银行", ("甲行",)), Entity(names["丙"], "Company", "丙公司"), Entity(names["丁"], "Company", "丁公司")),
                key=lambda e: e.id,
            )
        ),
        tuple(sorted(facts, key=lambda f: f.id)),
        (),
        (),
    )


LOAN = next(f.id for f in graph().facts if f.role("recipient") == ("agent/丙公司",))


def by_id(g: Graph) -> dict[str, Entity]:
    return {e.id: e for e in g.entities}


def loans(g: Graph) -> set[tuple[str, str, int, str]]:
    """Financier, recipient, number of evidences and where the amount stands."""
    found = (f for f in g.facts if f.kind == "FinancingEvent")
    return {(f.role("financier")[0], f.role("recipient")[0], len(f.evidence), f.amounts[0][1].mention.article) for f in found}


def only(g: Graph, *rows: tuple[str, ...]) -> Graph:
    """The graph with these corrections, all of which apply."""
    done, unmatched = apply(g, [Correction(*row) for row in rows])
    assert unmatched == ()
    return done


# ---------------------------------------------------------------- actions


def test_same_unites_two_things() -> None:
    """The subject's id, kind and label stay, the object's names become aliases; facts move, their ids as if read so; evidence stays."""
    before = graph()
    g = only(before, ("same", "丙公司", "丁公司"))
    assert by_id(g).keys() == {"agent/甲银行", "agent/丙公司"} and by_id(g)["agent/丙公司"].aliases == ("丁公司",)
    assert loans(g) == {("agent/甲银行", "agent/丙公司", 2, "a0"), ("agent/甲银行", "agent/丙公司", 1, "a0")}
    for f in g.facts:
        assert f.id == fact_id(f.kind, f.roles, f.amounts, f.time, f.status)
    assert {e for f in g.facts for e in f.evidence} == {e for f in before.facts for e in f.evidence}
    assert {k.entity for k in g.links} == by_id(g).keys()


def test_same_leaves_no_claim_of_a_thing_about_itself() -> None:
    """甲银行 works with 丙公司 says nothing where they are one."""
    assert [f.kind for f in only(graph(), ("same", "甲银行", "丙公司")).facts if f.kind == "Claim"] == []


def test_facts_that_become_one_keep_all_evidence() -> None:
    """As facts of two documents do."""
    g = graph()
    twin = next(f for f in g.facts if f.role("recipient") == ("agent/丙公司",))
    roles = tuple((k, "agent/丁公司" if k == "recipient" else v) for k, v in twin.roles)
    second = replace(twin, roles=roles, id=fact_id(twin.kind, roles, twin.amounts, None, "reported"), evidence=twin.evidence[:1])
    g = replace(g, facts=tuple(sorted((*(f for f in g.facts if f.role("recipient") != ("agent/丁公司",)), second), key=lambda f: f.id)))
    united = only(g, ("same", "丙公司", "丁公司"))
    assert [f.id for f in united.facts if f.kind == "FinancingEvent"] == [twin.id] and loans(united) == {("agent/甲银行", "agent/丙公司", 2, "a0")}


def test_alias_moves_what_reads_so() -> None:
    """And only that: the evidence that reads 甲行 goes to the other thing, so the loan said twice is two."""
    g = only(graph(), ("alias", "甲行", "丁公司"))
    assert loans(g) == {("agent/甲银行", "agent/丙公司", 1, "a0"), ("agent/丁公司", "agent/丙公司", 1, "a1"), ("agent/甲银行", "agent/丁公司", 1, "a0")}
    assert by_id(g)["agent/丁公司"].aliases == ("甲行",) and by_id(g)["agent/甲银行"].aliases == ()


def test_alias_takes_references_without_a_name_along() -> None:
    """该行 follows the one name of its article; a thing that nothing reads any more is gone."""
    g = only(graph(), ("alias", "甲银行", "丙公司"), ("alias", "甲行", "丙公司"))
    assert "agent/甲银行" not in by_id(g)
    assert ("agent/丙公司", "agent/丁公司", 1, "a0") in loans(g)


def test_not_same_parts_a_name_from_a_thing() -> None:
    """甲行 is a bank of its own; written either way round."""
    for row in (("not-same", "甲银行", "甲行"), ("not-same", "甲行", "甲银行")):
        g = only(graph(), row)
        assert by_id(g)["agent/甲行"] == Entity("agent/甲行", "Bank", "甲行", apart=("agent/甲银行",))
        assert loans(g) == {("agent/甲银行", "agent/丙公司", 1, "a0"), ("agent/甲行", "agent/丙公司", 1, "a1"), ("agent/甲银行", "agent/丁公司", 1, "a0")}


def test_not_same_of_two_things_is_noted_on_both() -> None:
    """They are apart already, and now a person has said so."""
    g = only(graph(), ("not-same", "甲银行", "丙公司"))
    assert {i: e.apart for i, e in by_id(g).items()} == {"agent/甲银行": ("agent/丙公司",), "agent/丙公司": ("agent/甲银行",), "agent/丁公司": ()}
    assert replace(g, entities=graph().entities) == graph()
    assert "gf:distinctFrom agent:丙公司" in write_turtle(g)


def test_a_part_can_be_corrected_further() -> None:
    """The bank that not-same makes can be united with another and retyped in the same file."""
    g = only(graph(), ("not-same", "甲银行", "甲行"), ("same", "丁公司", "甲行"), ("retype", "甲行", "Guarantor"))
    assert by_id(g)["agent/丁公司"] == Entity("agent/丁公司", "Guarantor", "丁公司", ("甲行",), apart=("agent/甲银行",))


def test_retype_changes_the_kind_alone() -> None:
    """Id and facts stay."""
    g = only(graph(), ("retype", "丙公司", "OtherOrganization"))
    assert by_id(g)["agent/丙公司"].kind == "OtherOrganization" and g.facts == graph().facts


def test_what_is_no_division_has_no_place_in_the_register() -> None:
    """Neither a retyped village nor a company that takes one over has a code or a parent there."""
    for row in (("retype", MEI, "Company"), ("same", BANK, MEI)):
        e = by_id(only(sample(), row))[MEI if row[0] == "retype" else BANK]
        assert (e.code, e.parent) == ("", "")


def test_add_alias_adds_a_name() -> None:
    """Once, however often it is said."""
    assert by_id(only(graph(), ("add-alias", "丙公司", "丙"), ("add-alias", "agent/丙公司", "丙")))["agent/丙公司"].aliases == ("丙",)


@pytest.mark.parametrize("form", ["{id}", "https://w3id.org/gongfu-kg/id/{id}", "<http://localhost/kg/{id}>", "fact:{local}", "{local}"])
def test_drop_fact_sets_its_numbers_aside(form: str) -> None:
    """By id, IRI of any base or prefixed name; a number that no other fact uses is set aside with the reason."""
    fact = next(f for f in graph().facts if f.role("recipient") == ("agent/丙公司",))
    g = only(graph(), ("drop-fact", form.format(id=fact.id, local=fact.id.split("/")[1])))
    assert fact.id not in {f.id for f in g.facts} and len(g.facts) == 2
    assert [(a.reason, a.amount.mention.article) for a in g.asides] == [("asideCorrected", "a0"), ("asideCorrected", "a1")]


def test_drop_fact_by_the_id_that_another_line_gives_it() -> None:
    """A user reads ids off the corrected graph."""
    united = only(graph(), ("same", "丙公司", "丁公司"))
    new = next(f.id for f in united.facts if f.id not in {f.id for f in graph().facts})
    assert new not in {f.id for f in only(graph(), ("same", "丙公司", "丁公司"), ("drop-fact", new)).facts}


def test_links_between_facts_follow() -> None:
    """A part of a total that got another id is still a part of it; of a dropped total it is none."""
    g = graph()
    total, part = (f for f in g.facts if f.kind == "FinancingEvent")
    linked = replace(g, facts=tuple(replace(f, roles=tuple(sorted((*f.roles, ("partOfTotal", total.id))))) if f == part else f for f in g.facts))
    united = only(linked, ("same", "丙公司", "甲银行"))
    child = next(f for f in united.facts if f.role("partOfTotal"))
    assert child.role("partOfTotal")[0] in {f.id for f in united.facts}
    assert [f for f in only(linked, ("drop-fact", total.id)).facts if f.role("partOfTotal")] == []


def test_a_register_parent_follows() -> None:
    """A division under one that was taken over is under the one that took over."""
    g = only(sample(), ("same", XS, MEI))
    assert MEI not in by_id(g) and all(e.parent != MEI for e in g.entities) and by_id(g)[XS].parent != XS


def test_a_confirmed_fact_is_marked_and_stays() -> None:
    """Nothing else changes: the confidence is the program's. Facts that nobody confirmed leave below the least asked for."""
    g, unmatched = apply(graph(), [Correction("confirm", LOAN)], 0.95)
    assert unmatched == () and [(f.id, f.review, f.confidence) for f in g.facts] == [(LOAN, "confirmed", 0.9)]
    assert [(a.reason, a.amount.quantity.verbatim) for a in g.asides] == [("asideUncertain", "300万元")]
    assert "gf:review gfc:confirmed" in write_turtle(g)


def test_a_role_is_set() -> None:
    """The lender, the stage: in place of what was read; the id is that of what is said now; evidence stays. Several lines, several lenders."""
    g = only(graph(), ("set-role", LOAN, "financier=丁公司"), ("set-role", LOAN, "financier=甲行"), ("set-role", LOAN, "stage=repaid"))
    (f,) = [f for f in g.facts if f.review]
    assert (f.role("financier"), f.role("stage"), f.review, len(f.evidence)) == (("agent/丁公司", "agent/甲银行"), ("gfc:repaid",), "corrected", 2)
    assert f.id == fact_id(f.kind, f.roles, f.amounts, f.time, f.status) != LOAN and len(g.facts) == len(graph().facts)
    assert only(g, ("set-role", f.id, "financier="), ("set-role", f.id, "status=planned")).facts != g.facts


def test_a_later_line_may_speak_of_the_fact_that_an_earlier_one_made() -> None:
    """A user reads ids off the corrected graph, again and again; things may become one in between."""
    rows = [("set-role", LOAN, "recipient=丁公司"), ("same", "甲银行", "丙公司")]
    for line in ("set-role\tstage=repaid", "set-role\trecipient=", "confirm\t", "drop-fact\t"):
        (fact,) = [f for f in only(graph(), *rows).facts if f.review]
        action, object_ = line.split("\t")
        rows.append((action, fact.id, object_))
        if action == "confirm":
            rows.pop()  # says the same as the line that made the fact
    for order in permutations(rows):
        assert fact.id not in {f.id for f in only(graph(), *order).facts}


def test_a_number_is_given_its_reason_or_confirmed() -> None:
    """One that no fact uses, by its IRI: it stays where it is."""
    dropped = only(graph(), ("drop-fact", LOAN))
    (one, _), (two, _) = Spans.asides(dropped)
    g = only(dropped, ("set-aside", one, "asideRule"), ("confirm", two))
    assert [(a.reason, a.review) for a in g.asides] == [("asideRule", "corrected"), ("asideCorrected", "confirmed")]
    assert apply(dropped, [Correction("set-aside", one, r) for r in ("asideRule", "asideAge")])[0] == dropped


# ---------------------------------------------------------------- what cannot be applied


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([("same", "丙公司", "戊公司")], [("same", "unknown")], id="no such object"),
        pytest.param([("retype", "戊公司", "Bank")], [("retype", "unknown")], id="no such subject"),
        pytest.param([("drop-fact", "fact/f_0")], [("drop-fact", "unknown")], id="no such fact"),
        pytest.param([("alias", "戊", "丙公司")], [("alias", "no-mention")], id="nothing reads so"),
        pytest.param([("not-same", "甲银行", "甲银行")], [("not-same", "no-mention")], id="a thing is not itself"),
        pytest.param([("retype", "丙公司", "Bank"), ("retype", "丙公司", "Person")], [("retype", "contradicted")] * 2, id="two kinds"),
        pytest.param([("alias", "甲行", "丙公司"), ("alias", "甲行", "丁公司")], [("alias", "contradicted")] * 2, id="one name, two things"),
        pytest.param([("same", "甲银行", "丙公司"), ("not-same", "丙公司", "甲银行")], [("same", "contradicted")], id="same and not"),
        pytest.param([("confirm", "fact:q_0")], [("confirm", "unknown")], id="no such number"),
        pytest.param([("confirm", LOAN), ("drop-fact", LOAN)], [("confirm", "contradicted"), ("drop-fact", "contradicted")], id="kept and dropped"),
        pytest.param([("set-role", LOAN, f"stage={s}") for s in ("approved", "repaid")], [("set-role", "contradicted")] * 2, id="two stages"),
        pytest.param([("set-role", LOAN, f"recipient={n}") for n in ("", "丙公司")], [("set-role", "contradicted")] * 2, id="a value and none"),
        pytest.param([("set-role", LOAN, "financier=戊公司")], [("set-role", "unknown")], id="no such lender"),
        pytest.param([("set-role", LOAN, "about=丙公司")], [("set-role", "no-role")], id="no such role of a loan"),
        pytest.param(
            [("same", "甲银行", "丙公司"), ("same", "丙公司", "丁公司"), ("not-same", "甲银行", "丁公司")],
            [("same", "contradicted")] * 2,
            id="same over a third, and not",
        ),
    ],
)
def test_what_cannot_be_applied_is_told_and_changes_nothing(rows: list[tuple[str, ...]], expected: list[tuple[str, str]]) -> None:
    """With the reason."""
    g, unmatched = apply(graph(), [Correction(*row) for row in rows])
    assert [(u.correction.action, u.why) for u in unmatched] == expected
    assert g == graph() and all(str(u) for u in unmatched)


def test_a_name_of_two_things_is_ambiguous() -> None:
    """The line names the IRIs to choose from; a label goes before an alias."""
    g = graph()
    g = replace(g, entities=tuple(replace(e, aliases=(*e.aliases, "公司")) if e.kind == "Company" else e for e in g.entities))
    _, unmatched = apply(g, [Correction("retype", "公司", "Bank")])
    assert [(u.why, u.ids) for u in unmatched] == [("ambiguous", ("agent/丁公司", "agent/丙公司"))]
    assert "agent/丙公司" in str(unmatched[0])
    g = replace(g, entities=(*g.entities, Entity("agent/戊", "Company", "公司")))
    assert apply(g, [Correction("retype", "公司", "Bank")])[1] == ()


def test_no_corrections_no_change() -> None:
    """The very same graph."""
    g = graph()
    assert apply(g, ())[0] is g


ROWS = [
    Correction("not-same", "甲银行", "甲行"),
    Correction("same", "丙公司", "丁公司"),
    Correction("add-alias", "丁公司", "丁"),
    Correction("retype", "甲行", "Guarantor"),
    Correction("alias", "戊", "丙公司"),
]


def test_the_order_of_lines_does_not_matter() -> None:
    """Every order gives the same graph and tells the same lines."""
    assert len({repr(apply(graph(), rows)) for rows in permutations(ROWS)}) == 1


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_corrections_of_any_order_give_one_sound_graph(data: st.DataObject) -> None:
    """Links and roles name things that are there, ids are those of what is said, every fact keeps evidence, and shuffling changes nothing."""
    g = sample()
    ids = [e.id for e in g.entities]
    pair = st.tuples(st.sampled_from(("same", "not-same")), st.sampled_from(ids), st.sampled_from(ids))
    word = st.tuples(st.just("alias"), st.sampled_from([e.label for e in g.entities]), st.sampled_from(ids))
    told = st.sampled_from([f.id for f in g.facts])
    role = st.tuples(
        st.just("set-role"), told, st.builds("{}={}".format, st.sampled_from(("financier", "subject", "about", "recipient")), st.sampled_from(ids))
    )
    verdict = st.tuples(st.sampled_from(("confirm", "drop-fact")), told)
    rows = [Correction(*row) for row in data.draw(st.lists(pair | word | role | verdict, max_size=8))]
    done, unmatched = apply(g, rows)
    shuffled = rows[:]
    random.Random(len(rows)).shuffle(shuffled)
    assert apply(g, shuffled) == (done, unmatched)
    entities, facts = by_id(done), {f.id for f in done.facts}
    assert len(entities) == len(done.entities) and len(facts) == len(done.facts)
    assert {k.entity for k in done.links} <= entities.keys() and {e.parent for e in done.entities if e.parent} <= entities.keys()
    for f in done.facts:
        assert f.evidence and all(v in entities for _, v in f.roles if v.startswith(("agent/", "place/", "thing/")))
        assert all(v in facts for _, v in f.roles if v.startswith("fact/"))


def test_a_corrected_fact_has_the_id_that_extraction_gives() -> None:
    """Reading a text with another name, or correcting the name, is the same fact."""

    def read_text(text: str) -> Graph:
        return build.merge([extract(Document(text_source(text, "a.txt")), load())])

    one = read_text("截至2023年6月末，工行萧山分行涉农贷款余额48.7亿元。")
    two = read_text("截至2023年6月末，农行萧山分行涉农贷款余额48.7亿元。工行萧山分行成立。")
    two, unmatched = apply(two, [Correction("same", "agent/中国工商银行萧山分行", "agent/中国农业银行萧山分行")])
    assert unmatched == ()
    found = [{(f.kind, f.amounts[0][1].quantity, f.roles) for f in g.facts if f.kind == "Observation"} for g in (one, two)]
    assert found[0] == found[1] != set()


# ---------------------------------------------------------------- files

PAGE = "截至2023年6月末，工行萧山分行涉农贷款余额48.7亿元。农行萧山分行向萧山区瓜沥镇梅林村发放贷款4000万元。\n"


@pytest.fixture
def news(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder `news` with one text, in an empty current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.txt").write_text(PAGE, "utf-8")
    return tmp_path / "news"


def kg(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(args)
    out, err = capsys.readouterr()
    return int(str(end.value.code or 0)), out, err


SAME = "action\tsubject\tobject\tnote\n# one bank, for the test\n\nsame\t工行萧山分行\t农行萧山分行\twhy not\n"


@pytest.mark.parametrize("given_", ["news", "news/a.txt"])
def test_every_build_applies_the_file_beside_the_input(news: Path, given_: str) -> None:
    """In the folder given, or beside the file given; the graph is corrected each time, never the text."""
    (news / "corrections.tsv").write_text(SAME, "utf-8")
    for _ in range(2):
        report = outputs.run([Path(given_)], Path("out"), formats=["turtle"])
        assert [e.id for e in report.graph.entities if e.kind == "Branch"] == ["agent/中国工商银行萧山分行"]
    (news / "corrections.tsv").unlink()
    assert len([e for e in outputs.run([Path(given_)], Path("out"), formats=["turtle"]).graph.entities if e.kind == "Branch"]) == 2


def test_a_file_given_takes_its_place(news: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--corrections FILE, and the one beside the input is not read."""
    (news / "corrections.tsv").write_text("nonsense\n", "utf-8")
    (news.parent / "mine.tsv").write_text("\ufeff" + SAME.replace("\n", "\r\n"), "utf-8", newline="")
    code, out, err = kg(capsys, "build", "news", "-o", "out", "--formats", "report", "--corrections", "mine.tsv")
    assert (code, err) == (0, "") and "1 of 1 line applied" in out


def test_lines_that_match_nothing_are_reported(news: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the summary and in report.json; the build is good."""
    (news / "corrections.tsv").write_text(SAME + "retype\t戊公司\t企业\n", "utf-8")
    code, out, _ = kg(capsys, "build", "news", "-o", "out", "--formats", "report")
    assert code == 0 and "1 of 2 lines applied" in out
    assert "news/corrections.tsv:5 retype 戊公司 Company — nothing in the graph is called 戊公司" in out
    said = json.loads(Path("out/report.json").read_text("utf-8"))["corrections"]
    assert said["applied"] == 1 and [(u["line"], u["why"]) for u in said["unmatched"]] == [(5, "unknown")]


BAD: list[object] = [
    pytest.param("rename\ta\tb\n", "line 1: no action “rename”", id="unknown action"),
    pytest.param("same\ta\tb\nsame a b\n", "line 2: no action “same a b”", id="spaces for tabs"),
    pytest.param("same\t\tb\n", "line 1: no subject", id="no subject"),
    pytest.param("same\ta\n", "line 1: no object", id="no object"),
    pytest.param("same\ta\tb\tc\td\n", "line 1: 5 cells", id="too many cells"),
    pytest.param("retype\ta\tFirm\n", "line 1: no kind “Firm”", id="unknown kind"),
    pytest.param("drop-fact\t贷款\n", "line 1: “贷款” is no fact", id="fact by name"),
    pytest.param("confirm\t贷款\n", "line 1: “贷款” is no fact", id="confirmed by name"),
    pytest.param("set-aside\tfact:f_1a\t年龄\n", "line 1: “fact:f_1a” is no number", id="reason for a fact"),
    pytest.param("set-aside\tfact:q_1a\t好\n", "line 1: no reason “好”", id="unknown reason"),
    pytest.param("set-role\tfact:f_1a\t农行\n", "line 1: no role in “农行”", id="no role"),
    pytest.param("set-role\tfact:f_1a\tmetric=gfc:loans\n", "line 1: no role in “metric=gfc:loans”", id="a role that cannot be set"),
    pytest.param("set-role\tfact:f_1a\tabout=\n", "line 1: no value in “about=”", id="a role that cannot be empty"),
    pytest.param("set-role\tfact:f_1a\tstage=half\n", "line 1: no stage “half”", id="unknown stage"),
    pytest.param(b"same\ta\tb\nsame\t\xff\xfe\tb\n", "line 2: not UTF-8", id="not text"),
]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_a_bad_file_is_one_clear_line(news: Path, capsys: pytest.CaptureFixture[str], text: str | bytes, message: str) -> None:
    """File, line and what to do; exit code 2, and nothing is written."""
    (news / "corrections.tsv").write_bytes(text.encode() if isinstance(text, str) else text)
    code, out, err = kg(capsys, "build", "news", "-o", "out")
    assert (code, out, err.count("\n")) == (2, "", 1) and not Path("out").exists()
    assert f"corrections.tsv, {message}" in err


def test_a_missing_file_is_told(news: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """That of --corrections; beside the input none is needed."""
    code, _, err = kg(capsys, "build", "news", "-o", "out", "--corrections", "none.tsv")
    assert code == 2 and "none.tsv" in err
    assert find([news]) == ()


def test_kinds_may_be_named_in_chinese(tmp_path: Path) -> None:
    """Or in English, or by class."""
    path = tmp_path / "corrections.tsv"
    path.write_text("retype\ta\t企业\nretype\ta\tPublic body\nretype\ta\tVillage\n", "utf-8")
    assert [c.object for c in read(path)] == ["Company", "PublicBody", "Village"]


def test_a_correction_knows_its_line(tmp_path: Path) -> None:
    """For the message when it matches nothing."""
    path = tmp_path / "corrections.tsv"
    path.write_text(SAME, "utf-8")
    assert [(c.line, c.note) for c in read(path)] == [(4, "why not")]
    with pytest.raises(KgError):
        read(tmp_path / "none.tsv")


def test_the_sample_can_be_corrected() -> None:
    """Two banks with branches, projects and an agreement: what was lent by either is lent by the one."""
    g = only(sample(), ("same", BRANCH, ABC_XS), ("same", BANK, ABC))
    assert {ABC, ABC_XS}.isdisjoint({v for f in g.facts for _, v in f.roles} | {k.entity for k in g.links})
