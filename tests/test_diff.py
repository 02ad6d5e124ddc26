"""Differences between two graphs, each made by the writer from the hand-made graph with one thing altered."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import handmade
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.cli import main
from kg.diff import Diff, diff, kinds, to_json, to_text
from kg.errors import KgError
from kg.model import Amount, Entity, Fact, Graph, TimeRef
from kg.rdf import write_turtle


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


@pytest.fixture
def compare(tmp_path: Path) -> Callable[..., Diff]:
    """The differences between two graphs of values."""

    def compared(after: Graph, before: Graph | None = None, **options: str) -> Diff:
        (tmp_path / "a.ttl").write_text(write_turtle(before or handmade.graph()), "utf-8")
        (tmp_path / "b.ttl").write_text(write_turtle(after, **options), "utf-8")
        return diff(tmp_path / "a.ttl", tmp_path / "b.ttl")

    return compared


def altered(name: str, change: Callable[[Fact], Fact]) -> Graph:
    """The graph with one fact altered; its id changes, as a hash of what it says would."""
    graph = handmade.graph()
    facts = tuple(replace(change(f), id=f.id + "_new") if f.id == f"fact/{name}" else f for f in graph.facts)
    return replace(graph, facts=facts)


def role(name: str, value: str) -> Callable[[Fact], Fact]:
    return lambda f: replace(f, roles=tuple(sorted((k, value if k == name else v) for k, v in f.roles)))


def without(name: str) -> Graph:
    graph = handmade.graph()
    return replace(graph, facts=tuple(f for f in graph.facts if f.id != f"fact/{name}"))


def number(value: str) -> Callable[[Fact], Fact]:
    def change(f: Fact) -> Fact:
        (role_name, amount), *rest = f.amounts
        quantity = replace(amount.quantity, value=Decimal(value), high=Decimal(value))
        return replace(f, amounts=((role_name, Amount(quantity, amount.mention)), *rest))

    return change


def test_same_graph_has_no_difference(compare: Callable[..., Diff]) -> None:
    """Every record is counted as the same."""
    found = compare(handmade.graph())
    assert found.same and to_text(found) == "No difference.\n"
    assert found.sections["entities"].same == 13
    assert found.sections["numbers"].same == 2


def test_another_base_is_no_difference(compare: Callable[..., Diff]) -> None:
    """Names are compared without the address that they begin with."""
    assert compare(handmade.graph(), base="https://example.org/kg/").same


@pytest.mark.parametrize(
    ("name", "change", "field", "before", "after"),
    [
        pytest.param(
            "f_loan", number("6000000"), "amount", "近500万元 (nearly 5000000: …5000000 CNY)", "近500万元 (nearly 6000000: …6000000 CNY)", id="amount"
        ),
        pytest.param("f_loan", role("financier", handmade.BANK), "financier", "agent:中国农业银行萧山支行", "agent:中国农业银行", id="financier"),
        pytest.param("f_line", role("recipient", handmade.TOWN), "recipient", "place:杭州市.萧山区", "place:杭州市.萧山区.蜀山街道", id="recipient"),
        pytest.param("f_loan", role("stage", "gfc:approved"), "stage", "gfc:disbursed", "gfc:approved", id="stage"),
        pytest.param("f_balance", role("metric", "gfc:metric_涉农贷款增速"), "metric", "gfc:agriLoans", "gfc:metric_涉农贷款增速", id="metric"),
        pytest.param("f_post", role("title", "副行长"), "title", "行长", "副行长", id="post"),
        pytest.param("f_workshop", role("object", handmade.PROJECT), "object", "thing:共富工坊", "thing:白鹤村茶叶加工园项目.杭州市.萧山区", id="relation"),
        pytest.param("f_denied", lambda f: replace(f, status="planned"), "status", "gfc:negated", "gfc:planned", id="status"),
        pytest.param("f_jobs", lambda f: replace(f, confidence=0.5), "confidence", "1", "0.5", id="confidence"),
        pytest.param("f_jobs", lambda f: replace(f, found_by="other.rule"), "foundBy", "by.hand", "other.rule", id="rule"),
        pytest.param(
            "f_balance",
            lambda f: replace(f, time=TimeRef("6月末", date(2022, 6, 30), date(2022, 6, 30), "timeInferred", "asOf")),
            "time",
            "至2023年6月末 2023-06-30 (timeStated, asOf)",
            "6月末 2022-06-30 (timeInferred, asOf)",
            id="time",
        ),
    ],
)
def test_a_changed_fact_is_one_change(compare: Callable[..., Diff], name: str, change: Callable[[Fact], Fact], field: str, before: str, after: str) -> None:
    """Not one fact gone and another come, although its id is another."""
    facts = compare(altered(name, change)).sections["facts"]
    changes = [c for c in facts.changed if c.before.id == f"fact:{name}"]
    assert (facts.added, facts.removed) == ((), ())
    assert [dict(c.fields) for c in changes] == [{field: ((before,), (after,))}]


def test_a_fact_that_points_at_a_changed_fact_is_the_same(compare: Callable[..., Diff]) -> None:
    """The credit line is under the agreement, whatever the agreement's id is now."""
    graph = altered("f_agreement", lambda f: replace(f, confidence=0.4))
    line = next(f for f in graph.facts if f.id == "fact/f_line")
    moved = replace(graph, facts=tuple(role("underAgreement", "fact/f_agreement_new")(f) if f is line else f for f in graph.facts))
    changed = compare(moved).sections["facts"].changed
    assert [c.before.id for c in changed] == ["fact:f_agreement"]


def test_facts_come_and_go(compare: Callable[..., Diff]) -> None:
    """One that has no like on the other side."""
    gone = compare(without("f_balance")).sections["facts"]
    assert [r.id for r in gone.removed] == ["fact:f_balance"] and not gone.added and not gone.changed
    come = compare(handmade.graph(), without("f_post")).sections["facts"]
    assert [(r.id, r.kind) for r in come.added] == [("fact:f_post", "Tenure")] and not come.removed


def test_facts_of_two_numbers_are_two(compare: Callable[..., Diff]) -> None:
    """Two observations of one body in one sentence are not taken for each other."""
    found = compare(without("f_growth"), without("f_balance")).sections["facts"]
    assert ([r.id for r in found.removed], [r.id for r in found.added]) == (["fact:f_growth"], ["fact:f_balance"])


def renamed(entity: str, **change: str) -> Graph:
    """The graph with one thing altered, wherever it is named."""
    graph = handmade.graph()
    name = change.get("id", entity)
    return replace(
        graph,
        entities=tuple(replace(e, **change) if e.id == entity else e for e in graph.entities),
        facts=tuple(replace(f, roles=tuple((k, name if v == entity else v) for k, v in f.roles)) for f in graph.facts),
        links=tuple(replace(k, entity=name) if k.entity == entity else k for k in graph.links),
    )


def test_a_thing_of_another_kind_is_one_change(compare: Callable[..., Diff]) -> None:
    """Same label, other class and name: its facts are the same."""
    found = compare(renamed(handmade.WORKSHOP, id="thing/白鹤", kind="Facility"))
    assert [(c.before.kind, c.after.kind) for c in found.sections["entities"].changed] == [("Workshop", "Facility")]
    assert not found.sections["entities"].added and not found.sections["facts"].changed


def test_a_thing_of_another_label_is_known_by_its_places(compare: Callable[..., Diff]) -> None:
    """The same words of the text, called otherwise now."""
    found = compare(renamed(handmade.PROJECT, id="thing/茶叶加工园", label="茶叶加工园"))
    (change,) = found.sections["entities"].changed
    assert change.fields["label"] == (("白鹤村茶叶加工园项目",), ("茶叶加工园",))
    assert not found.sections["facts"].changed


def test_aliases_and_parents_are_compared(compare: Callable[..., Diff]) -> None:
    """What a thing says of itself."""
    graph = handmade.graph()
    entities = tuple(replace(e, aliases=("萧山县",), parent=handmade.PROVINCE) if e.id == handmade.COUNTY else e for e in graph.entities)
    (change,) = compare(replace(graph, entities=entities)).sections["entities"].changed
    assert set(change.fields) == {"aliases", "locatedIn"}


def test_things_come_and_go(compare: Callable[..., Diff]) -> None:
    """By kind."""
    graph = handmade.graph()
    found = compare(replace(graph, entities=(*graph.entities, Entity("agent/某行", "Bank", "某行"), Entity("place/某村", "Village", "某村"))))
    assert kinds(found.sections["entities"]) == {"Bank": (1, 0, 0), "Village": (1, 0, 0)}


def test_numbers_set_aside_and_files_are_compared(compare: Callable[..., Diff]) -> None:
    """A number with another reason; a source of other bytes; an article of another date."""
    graph = handmade.graph()
    aside, rest = graph.asides[1], graph.asides[:1]
    sources = tuple(replace(s, sha256="0" * 64) for s in graph.sources)
    articles = tuple(replace(a, issued=None) for a in graph.articles)
    found = compare(replace(graph, asides=(*rest, replace(aside, reason="asideDuration")), sources=sources, articles=articles))
    assert [len(found.sections[s].changed) for s in ("entities", "facts", "numbers", "articles", "files")] == [0, 0, 1, 1, 1]
    assert not any(found.sections[s].added for s in found.sections)


@settings(max_examples=15, deadline=None)
@given(st.sets(st.sampled_from([f.id for f in handmade.graph().facts])), st.sets(st.sampled_from([f.id for f in handmade.graph().facts])))
def test_what_is_added_one_way_is_removed_the_other(tmp_path_factory: pytest.TempPathFactory, left: set[str], right: set[str]) -> None:
    """And what changed, changed both ways; the counts add up."""
    folder, graph = tmp_path_factory.mktemp("pair"), handmade.graph()
    for name, kept in (("a", left), ("b", right)):
        (folder / f"{name}.ttl").write_text(write_turtle(replace(graph, facts=tuple(f for f in graph.facts if f.id in kept))), "utf-8")
    there, back = diff(folder / "a.ttl", folder / "b.ttl").sections["facts"], diff(folder / "b.ttl", folder / "a.ttl").sections["facts"]
    assert [r.id for r in there.added] == [r.id for r in back.removed]
    assert sorted((c.before.id, c.after.id) for c in there.changed) == sorted((c.after.id, c.before.id) for c in back.changed)
    assert len(there.removed) + len(there.changed) + there.same == len(back.added) + len(back.changed) + back.same


# ---------------------------------------------------------------- output


def test_text_reads_well(compare: Callable[..., Diff]) -> None:
    """Counts first, then signs, labels and fields."""
    assert to_text(compare(altered("f_loan", number("6000000")))) == (
        "facts  +0 -0 ~1  (Financing ~1)\n\nfacts\n"
        "  ~ Financing financier 中国农业银行萧山支行 · purpose 白鹤村茶叶加工园项目 · amount 近500万元 (nearly 6000000: …6000000 CNY) · "
        "instrument loan · stage disbursed · aggregation single  fact:f_loan_new ← fact:f_loan\n"
        "      amount  近500万元 (nearly 5000000: …5000000 CNY) → 近500万元 (nearly 6000000: …6000000 CNY)\n"
    )


def test_the_document_shows_what_is_printed(compare: Callable[..., Diff]) -> None:
    """docs/diff.md, its long line cut."""
    page = (Path(__file__).parent.parent / "docs" / "diff.md").read_text("utf-8")
    printed = to_text(compare(altered("f_loan", number("6000000")))).splitlines()
    shown = page.split("```text\n")[1].split("```")[0].splitlines()
    assert [line for line, said in zip(shown, printed, strict=True) if not said.startswith(line.removesuffix("…"))] == []


def test_text_is_chinese_where_the_reader_is(compare: Callable[..., Diff], monkeypatch: pytest.MonkeyPatch) -> None:
    """All words but the names of resources."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    said = to_text(compare(altered("f_loan", role("stage", "gfc:approved"))))
    assert said.startswith("事实  +0 -0 ~1  (融资 ~1)")
    assert "阶段  发放 → 批准" in said


def test_json_holds_everything(compare: Callable[..., Diff]) -> None:
    """Counts, records, changes with before and after, the former id."""
    found = json.loads(to_json(compare(altered("f_loan", number("6000000")), without("f_post"))))
    assert found["same"] is False
    assert found["facts"]["counts"] == {"added": 1, "removed": 0, "changed": 1, "same": 12}
    assert found["facts"]["added"][0]["fields"]["title"] == ["行长"]
    (change,) = found["facts"]["changed"]
    assert (change["id"], change["was"], list(change["fields"])) == ("fact:f_loan_new", "fact:f_loan", ["amount"])


def run(*args: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(["diff", *args])
    return int(str(end.value.code or 0))


def test_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0 the same, 1 different, 2 not readable; folders will do."""
    for name, graph in (("a", handmade.graph()), ("b", without("f_post"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "graph.ttl").write_text(write_turtle(graph), "utf-8")
    a, b = str(tmp_path / "a"), str(tmp_path / "b" / "graph.ttl")
    assert (run(a, a), run(a, b), run(a, b, "--json"), run(a, str(tmp_path / "none.ttl"))) == (0, 1, 1, 2)
    assert "no graph at" in capsys.readouterr().err
    (tmp_path / "bad.ttl").write_text("x y")
    assert run(str(tmp_path / "bad.ttl"), a) == 2


def test_graphs_of_other_makers_do_not_break_it(tmp_path: Path) -> None:
    """Turtle without any of our classes has nothing to compare; half a fact is no reason to fail."""
    (tmp_path / "a.ttl").write_text("<a:x> <a:p> 1 .")
    (tmp_path / "b.ttl").write_text(
        "@prefix gf: <https://w3id.org/gongfu-kg/ns#> .\n<a:f> a gf:Claim ; gf:amount <a:q> . <a:m> a gf:Mention ; gf:refersTo <a:f> ."
    )
    assert diff(tmp_path / "a.ttl", tmp_path / "a.ttl").same
    assert len(diff(tmp_path / "a.ttl", tmp_path / "b.ttl").sections["facts"].added) == 1
    assert to_text(diff(tmp_path / "a.ttl", tmp_path / "b.ttl"))
    with pytest.raises(KgError):
        diff(tmp_path / "a.ttl", tmp_path / "none.ttl")
