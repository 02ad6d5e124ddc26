"""Traditional characters: all is linked as in Simplified, and quoted as written."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import built
import pytest

from kg import pack
from kg.build import merge
from kg.extract import extract
from kg.fold import _traditional, simplified
from kg.lists import row_source
from kg.model import Document, Fact, Graph
from kg.rdf import nodes

# by hand; 吳曉麗 and 鍾 are names that only their surnames give away
HAND = """工行蕭山分行助力共同富裕

記者 吳曉麗

本報訊 近日，工行蕭山分行為臨浦鎮橫一村路燈改造項目發放貸款30萬元。截至2023年6月末，該行涉農貸款餘額48.7億元。該行行長鍾麗芳說，將繼續支持鄉村建設。
"""


@cache
def reverse() -> dict[int, str]:
    """Simplified characters that Traditional text does not have, to a Traditional form."""

    def in_big5(c: str) -> bool:
        try:
            return bool(c.encode("big5"))
        except UnicodeEncodeError:
            return False

    out: dict[int, str] = {}
    for code, simple in _traditional()[0].items():
        if not in_big5(str(simple)) and in_big5(chr(code)):
            out.setdefault(ord(str(simple)), chr(code))
    return out


def graph(text: str) -> Graph:
    return merge([extract(Document(row_source(text, "t.txt")), pack.load())])


def unscoped(identifier: str) -> str:
    """An identifier without the article's hash, which is that of the text as written."""
    return re.sub("a_[0-9a-f]{10}", "a", identifier)


def said(f: Fact) -> object:
    roles = tuple((k, simplified(unscoped(v))) for k, v in f.roles if not v.startswith("fact/"))
    return f.kind, roles, tuple((k, a.quantity.value, a.quantity.unit) for k, a in f.amounts), f.time and (f.time.start, f.time.end), f.status, f.found_by


@pytest.mark.parametrize("source", built.seeds().sources, ids=lambda s: s.path)
def test_a_traditional_twin_has_the_same_entities_and_facts(source: object) -> None:
    """Every thing by the same identifier and label, every fact with the same roles, sums and times; words as written."""
    plain = str(source.text)  # type: ignore[attr-defined]
    twin = plain.translate(reverse())
    assert sum(a != b for a, b in zip(plain, twin, strict=True)) > 500
    assert simplified(twin) == simplified(plain)
    one, other = graph(plain), graph(twin)
    assert {(unscoped(e.id), e.label) for e in one.entities} == {(unscoped(e.id), e.label) for e in other.entities}
    assert Counter(map(said, one.facts)) == Counter(map(said, other.facts))
    for f in other.facts:
        for _, a in f.amounts:
            assert a.quantity.verbatim in twin.replace("\n", "")
        assert not f.time or not f.time.text or f.time.text in re.sub(r"\s", "", twin)


def test_a_text_written_by_hand() -> None:
    """Banks, villages, posts and bylines; the written forms are aliases, quotes are those of the file."""
    g = graph(HAND)
    ids = {e.id for e in g.entities}
    assert {"agent/中国工商银行萧山分行", "place/杭州市.萧山区.临浦镇.横一村"} <= ids
    branch = next(e for e in g.entities if e.id == "agent/中国工商银行萧山分行")
    assert (branch.label, "工行蕭山分行" in branch.aliases) == ("中国工商银行萧山分行", True)
    assert {unscoped(i) for i in ids} == {unscoped(e.id) for e in graph(simplified(HAND)).entities}
    (article,) = g.articles
    assert [article.at(s) for s in article.byline] == ["吳曉麗"]
    quotes = [line for node in nodes(g) if "a gf:Passage" in node.lines for line in node.lines if line.startswith("gf:quote")]
    assert any("臨浦鎮橫一村路燈改造項目發放貸款30萬元" in q for q in quotes)
    assert {a.quantity.verbatim for f in g.facts for _, a in f.amounts} == {"30萬元", "48.7億元"}


def test_radicals_in_pasted_text_are_read_as_characters() -> None:
    """What is copied from a PDF may hold ⼯⾏ for 工行."""
    assert "agent/中国工商银行萧山分行" in {e.id for e in graph("⼯⾏萧⼭分⾏发放贷款30万元。").entities}
