"""Programmes, projects, products, workshops, documents and facilities in sentences and in whole blocks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import pack
from kg.model import Article, Block, Mention, Span
from kg.names import find_names
from kg.quoted import chain_ends, pairs

PACK = pack.load()
KINDS = {"Programme", "Project", "FinancialProduct", "Workshop", "Document", "Facility"}
SIMPLE = str.maketrans("興時", "兴时")
ROWS = [line.split("\t") for line in (Path(__file__).parent / "data" / "names.tsv").read_text("utf-8").splitlines()[1:]]


def article(*texts: str, kind: str = "body") -> Article:
    """An article of one block a text."""
    blocks, at = [], 0
    for text in texts:
        blocks.append(Block(kind, Span(at, at + len(text))))
        at += len(text) + 1
    whole = "\n".join(texts)
    return Article("article/x", "x.txt", whole, tuple(blocks), (), folded=whole.translate(SIMPLE))


def places_in(a: Article, names: str) -> list[Mention]:
    """Mentions of the divisions named, and of the sums of money, as other finders would give them."""
    found = [Mention(a.id, Span(*m.span()), "County", "test") for name in names.split(",") if name for m in re.finditer(name, a.text)]
    return found + [Mention(a.id, Span(*m.span()), "Quantity", "test") for m in re.finditer(r"[\d.]+[万亿]?元", a.text)]


def names_in(a: Article, mentions: list[Mention]) -> list[str]:
    return [f"{m.kind}:{a.at(m.span)}" for m in find_names(a, PACK, mentions)]


@pytest.mark.parametrize(("group", "text", "places", "expected"), [pytest.param(*row, id=f"{row[0]}-{n}") for n, row in enumerate(ROWS)])
def test_names_of_a_sentence(group: str, text: str, places: str, expected: str) -> None:
    """Each sentence gives just the names its row lists, whatever their order."""
    a = article(text)
    assert sorted(names_in(a, places_in(a, places))) == sorted(filter(None, expected.split("|")))


def test_quotes_pair_inside_a_block_only() -> None:
    """A mark left open in one paragraph takes nothing from the next."""
    a = article("他说：“推出", "农户贷”产品很好，“茶园贷”产品也好。")
    assert names_in(a, []) == ["FinancialProduct:茶园贷"]


def test_name_once_quoted_is_found_without_quotes() -> None:
    """A product learnt in quotes is found bare in another paragraph."""
    a = article("今年推出“茶农卡”。", "茶农卡已发三千张。")
    assert names_in(a, []) == ["FinancialProduct:茶农卡", "FinancialProduct:茶农卡"]


def test_bylines_and_credits_name_nothing() -> None:
    """Blocks that name writers and givers of pictures are not searched."""
    assert names_in(article("千万工程图片由石桥村文化礼堂提供", kind="credit"), []) == []


def test_name_of_a_body_hides_the_names_in_it() -> None:
    """A park's management body is a body, the park in it no facility; a programme in a company's name is none either."""
    a = article("青山县乡村振兴投资有限公司和南湖产业园管委会出席。")
    bodies = [Mention(a.id, Span(*re.search(n, a.text).span()), k, "test") for n, k in (("青山.*?公司", "Company"), ("南湖.*会", "PublicBody"))]  # type: ignore[union-attr]
    assert names_in(a, bodies) == []


def test_zone_in_a_branch_name_stays() -> None:
    """The free-trade zone in a branch's name is a place of its own."""
    a = article("农业银行江州自贸区跨海支行揭牌。")
    mentions = [Mention(a.id, Span(0, 13), "Branch", "test"), Mention(a.id, Span(4, 6), "Prefecture", "test")]
    assert names_in(a, mentions) == ["Facility:江州自贸区"]


def test_a_name_does_not_reach_over_a_body_or_a_time() -> None:
    """A bank, a person or a date that stands right before a name is no part of it."""
    a = article("工行青山支行滨江污水处理扩建工程贷款。")
    assert names_in(a, [Mention(a.id, Span(0, 6), "Branch", "test")]) == ["Project:滨江污水处理扩建工程"]


def test_short_company_name_begins_a_project_name() -> None:
    """A firm's short name belongs to the name of its project."""
    a = article("主会场设在金锋轴承智能制造产业园项目现场。")
    assert names_in(a, [Mention(a.id, Span(5, 9), "Company", "org.short-name")]) == ["Project:金锋轴承智能制造产业园项目"]


def test_labels_are_read_from_the_text_as_written() -> None:
    """Matching goes over the folded text, the span fits the text as written."""
    a = article("可办理「興農貸」业务。")
    folded = Article(a.id, a.path, a.text, a.blocks, (), folded="可办理「兴农贷」业务。")
    assert names_in(folded, []) == ["FinancialProduct:興農貸"]


def test_user_pack_adds_a_programme_and_a_head(tmp_path: Path) -> None:
    """A layered pack adds a name and a head without code."""
    header = "name\tkind\taliases\tparent\tnote\n"
    (tmp_path / "programmes.tsv").write_text(header + "星火行动\tProgramme\t\t\t\n", "utf-8")
    (tmp_path / "name_heads.tsv").write_text(header + "茶马驿\thead\t\tFacility.strong\t\n", "utf-8")
    a = article("星火行动走到云岭茶马驿。")
    found = find_names(a, pack.load(tmp_path), [])
    assert [(m.kind, a.at(m.span)) for m in found] == [("Programme", "星火行动"), ("Facility", "云岭茶马驿")]


@pytest.mark.parametrize("lexicon", ["programmes", "products", "name_heads", "slogans"])
def test_lexicons_have_no_word_twice(lexicon: str) -> None:
    """A word stands once in a lexicon, as name or alias."""
    words = [w for e in PACK.entries(lexicon) if e.kind != "left-regex" for w in (e.name, *e.aliases)]
    assert len(words) == len(set(words))


def test_remarks_are_stripped_from_the_lexicons() -> None:
    """No name or alias carries a remark in brackets."""
    assert not [w for lexicon in ("programmes", "products") for w in PACK.words(lexicon) if re.search(r"[（(]", w)]


def test_chain_of_quotes_shares_its_end() -> None:
    """Quotes side by side or joined by 、 end where the last one ends."""
    text = "“甲”“乙”、“丙”等产品"
    assert set(chain_ends(text, pairs(text, 0, len(text))).values()) == {10}


def test_straight_quotes_pair_by_turns() -> None:
    """The straight mark opens, then closes."""
    assert [(p.start, p.end) for p in pairs('推"甲"和"乙"', 0, 8)] == [(1, 4), (5, 8)]


PIECES = [
    *"“”‘’（）《》贷和、，。e+的 \n",
    *("项目", "工程", "市场", "共富工坊", "千万工程", "贷款", "发放", "推出", "实施", "萧山区", "等项目", "建设", "产业园", "云溪"),
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_spans_are_in_blocks_sorted_and_of_known_kinds(text: str) -> None:
    """Whatever the text: spans lie in one block, are sorted, distinct, at least two characters, of the six kinds, and either apart or nested."""
    lines = text.split("\n")
    a = article(*lines)
    found = find_names(a, PACK, places_in(a, "萧山区"))
    spans = [m.span for m in found]
    assert spans == sorted(set(spans), key=lambda s: (s.start, -s.end))
    assert all(m.kind in KINDS and m.article == a.id and len(m.span) >= 2 for m in found)
    assert all(any(b.span.covers(s) for b in a.blocks) for s in spans)
    assert all(not s.meets(t) or s.covers(t) or t.covers(s) for s in spans for t in spans)
    assert found == find_names(a, PACK, list(reversed(places_in(a, "萧山区"))))


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet='“”‘’「」『』《》()（）"甲乙', max_size=40))
def test_pairs_never_cross(text: str) -> None:
    """Pairs are apart or nested, and their marks stand where they say."""
    found = pairs(text, 0, len(text))
    for p in found:
        assert text[p.start] == p.mark and p.start < p.end - 1
        for q in found:
            assert p == q or q.end <= p.start or p.end <= q.start or (p.start < q.start and q.end < p.end) or (q.start < p.start and p.end < q.end)
