"""The same story in several documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest

from bench.reprints import NOISE, moulds, taken_for_reprints
from kg import rdf
from kg.build import merge
from kg.extract import extract
from kg.model import Document, DocumentFacts, Meta, SourceFile, digest
from kg.pack import load
from kg.reprints import find, renamed, stories

STORY = (
    "山村里的信用贷\n\n本报记者 王建国\n\n"
    "近日，农业银行萧山支行向浙江荻溪渔业有限公司发放贷款350万元，帮助企业扩建鱼塘，带动周边85户农户一起养鱼。\n\n"
    "截至目前，该行涉农贷款余额48.7亿元，较年初增长12.3%。当地某公司获得贷款120万元，用来购买增氧设备。\n\n"
    "“贷款来得很及时。”梅林村党支部书记李建国说，去年村集体经济收入126万元，今年还要再建一座冷库。\n"
)
REPRINT = STORY.replace("山村里的信用贷", "一笔贷款富了一村人") + "\n田间地头，到处是忙碌的身影，日子越过越有盼头。\n"


def told(text: str, path: str, day: int = 8) -> DocumentFacts:
    return extract(Document(SourceFile(path, digest(text), "utf-8", text), Meta(date=date(2024, 5, day))), load())


def test_a_reprint_is_marked_and_points_to_the_first_printing() -> None:
    """The first is that of the earlier day, whatever the paths say."""
    articles = {a.path: a for a in merge([told(REPRINT, "a.txt", 9), told(STORY, "b.txt", 8)]).articles}
    assert (articles["a.txt"].reprint_of, articles["b.txt"].reprint_of) == (articles["b.txt"].id, "")


def test_a_fact_of_both_printings_counts_once_with_two_sources() -> None:
    """Also one that is known only within its article (某公司), and one that is dated by the day of issue (截至目前)."""
    alone, both = merge([told(STORY, "b.txt", 8)]), merge([told(REPRINT, "a.txt", 9), told(STORY, "b.txt", 8)])
    assert {f.id for f in both.facts} == {f.id for f in alone.facts}
    assert {len({e.article for e in f.evidence}) for f in both.facts} == {2}
    assert {e.id for e in both.entities} == {e.id for e in alone.entities}


def test_reprints_do_not_depend_on_the_order_of_the_documents() -> None:
    """Three printings of one story, in every order."""
    parts = [told(REPRINT, "a.txt", 9), told(STORY, "b.txt", 8), told(STORY.replace("近日，", ""), "c.txt", 12)]
    graphs = {rdf.write_turtle(merge(order)) for order in permutations(parts)}
    assert len(graphs) == 1
    assert next(iter(graphs)).count("gf:reprintOf") == 2


def test_two_releases_of_one_mould_are_two_stories() -> None:
    """The same sentences with the names and sums of another county, and with the sums of another month."""
    other = STORY.replace("萧山", "缙云").replace("荻溪", "鼎湖").replace("梅林", "仙都").replace("李建国", "周明")
    for old, new in (("350", "275"), ("85", "64"), ("48.7", "31.2"), ("12.3", "9.6"), ("120", "88"), ("126", "71")):
        other = other.replace(old, new)
    assert find([*stories(told(STORY, "a.txt")), *stories(told(other, "b.txt"))]) == {}
    assert taken_for_reprints(moulds(6, 2)) == 0


@pytest.mark.parametrize("noise", [n for n in NOISE if n != "broken into lines"])
def test_a_spoilt_reprint_is_found(noise: str) -> None:
    """Misread, cut, retitled or with a paragraph more."""
    import random

    again = NOISE[noise](STORY, random.Random(4))
    found = find([*stories(told(STORY, "a.txt", 8)), *stories(told(again, "b.txt", 9))])
    assert [f.article for f in found.values()] == [a.id for a in told(STORY, "a.txt", 8).articles]


def test_a_part_without_reprints_is_left_as_it_is() -> None:
    """Nothing is renamed there."""
    part = told(STORY, "a.txt")
    assert renamed(part, {}) is part
    assert renamed(part, find(stories(part))) is part


def test_a_short_text_is_never_a_reprint() -> None:
    """A line that many pages have says nothing of where they come from."""
    parts = [told("新闻热线：0571-82812345，欢迎来电。\n", f"{n}.txt") for n in range(2)]
    parts[1] = replace(parts[1], articles=tuple(replace(a, id="a_other") for a in parts[1].articles))
    assert find(s for p in parts for s in stories(p)) == {}
