"""Any text at all: no crash, nothing lost silently, every number with its bounds."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_quantities import article, value

from bench.soak import faults, pages
from kg import rdf
from kg.build import merge
from kg.documents import decode
from kg.errors import KgError
from kg.extract import extract
from kg.model import Document, Quantity, SourceFile, Span, digest
from kg.pack import load
from kg.pages import unread
from kg.quantities import find_quantities

WORDS = (
    "农业银行 萧山支行 该行 银行 支行 农商银行 庆元 无为 瓜沥镇 梅林村 村 镇 该村 萧山区 县 浙江省 千万工程 共富工坊 有限公司 合作社 某公司 李建国 行长 "
    "村支书 记者 贷款 授信 发放 向 为 给 由 在 从 与 和 、 ， 。 ； ： ？ ！ “ ” 《 》 （ ） ( ) —— … 近 超 约 不少于 余 多 以上 左右 "
    "3 500 48.7 1,200 二〇二三 三 十 百 千 万 亿 元 万元 亿元 户 亩 人 % 百分之 分之 年 月 日 今年 去年 截至目前 近日 其中 分别 累计 "
    "项目 用于 签订 协议 余额 增长 利率 期限 等 户农户 农户 某 兴农贷 图为 摄 本报讯 （记者"
).split()
STRANGE = [
    *(
        "\n",
        "\n\n",
        "\r\n",
        " ",
        "\u3000",
        "\t",
        "\0",
        "\x01",
        "\x1b",
        "\x7f",
        "\x85",
        "\u200b",
        "\u200f",
        "\u2028",
        "\u202e",
        "\u2066",
        "\ufeff",
        "\ufffd",
        "\ufffe",
    ),
    *(
        "\U0001f600",
        "\U0001f468\u200d\U0001f467",
        "e\u0301",
        "\u0301",
        "\u0e33",
        "\ufb01",
        "１２３",
        "．",
        "％",
        "〇",
        "㎡",
        "①",
        "Ⅳ",
        "億",
        "萬",
        "貸款",
        "鄉",
        "𠮷",
    ),
    *("#", "*", "**", "> ", "|", "<b>", "&amp;", "\\", '"', "'", "{", "}", "^", "http://a.b/"),
]
texts = st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from(WORDS), st.sampled_from(STRANGE), st.characters(codec="utf-8")), max_size=60).map("".join)


@given(texts)
@example("十" * 40 + "元")
@example("为" + "户" * 29 + "5户")
@example("亿" * 17 + "亿元" + "9" * 30 + "亿元")
@settings(max_examples=120, deadline=None)
def test_any_page_gives_a_graph_that_its_characters_bear_out(text: str) -> None:
    """Extraction never fails; each visible character is in an article, in a copy of its text, or told as left out; Turtle readers take the result."""
    source = SourceFile("p.txt", digest(text), "utf-8", text)
    part = extract(Document(source), load())
    taken = [(r.raw, r.raw + r.length) for a in part.articles for runs in (a.runs, *(c.runs for c in a.copies)) for r in runs]
    held = {k for s, e in taken for k in range(s, e)} | {k for s in unread(source, part.articles) for k in range(s.start, s.end)}
    assert not {k for k, c in enumerate(text) if c.isalnum()} - held
    texts_of = {a.id: a for a in part.articles}
    for a in part.articles:
        assert all(a.text[r.start : r.start + r.length] == text[r.raw : r.raw + r.length] for r in a.runs)
    for m in [k.mention for k in part.links]:
        assert 0 <= m.span.start < m.span.end <= len(texts_of[m.article].text)
    for _ in pyoxigraph.parse(rdf.write_turtle(merge([part])).encode("utf-8", "surrogatepass"), pyoxigraph.RdfFormat.TURTLE):
        pass


runs_of = st.lists(
    st.tuples(st.sampled_from("0123456789.,一二两三五九十百千万亿几数半多余近超约元户亩%点角分年至—-～成倍／１２"), st.integers(1, 30)), max_size=12
)


@given(runs_of.map(lambda runs: "".join(c * n for c, n in runs)))
@example("亿" * 30)
@settings(max_examples=250, deadline=None)
def test_any_run_of_numerals_is_read_or_left(text: str) -> None:
    """Long runs of digits, scales, hedges and units: whatever is read has bounds around its value, and stands where it says."""
    a = article(text)
    found = find_quantities(a)
    for m in found:
        q = value(m)
        assert a.at(m.span) == q.verbatim
        assert (q.low is None or q.low <= q.value) and (q.high is None or q.value <= q.high)
    assert all(x.span.end <= y.span.start for x, y in pairwise(found))


HEDGED = {"": "both", "近": "high", "接近": "high", "不超过": "high", "超": "low", "超过": "low", "逾": "low", "不少于": "low", "不低于": "low"}


@given(st.sampled_from(sorted(HEDGED)), st.integers(1, 999_999), st.integers(0, 99), st.sampled_from(("元", "万元", "亿元", "户", "亩", "人", "%")))
@settings(max_examples=150, deadline=None)
def test_a_hedged_number_has_the_bound_that_it_says(hedge: str, whole: int, part: int, unit: str) -> None:
    """近 and 不超过 leave the low end open, 超 and 不少于 the high one."""
    number = f"{whole}.{part:02}" if unit not in ("户", "人") else str(whole)
    (m,) = find_quantities(article(f"共计{hedge}{number}{unit}。"))
    q = value(m)
    assert (q.low is None, q.high is None) == (HEDGED[hedge] == "high", HEDGED[hedge] == "low")
    assert m.span == Span(2, 2 + len(hedge + number + unit)) and isinstance(m.value, Quantity)


CHINESE = "近日，农业银行萧山支行向梅林村发放贷款五百万元，用于支持当地的茶叶产业，带动农户增收。"


@given(st.integers(0, 40), st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_two_encodings_in_one_file_are_told(at: int, length: int) -> None:
    """A stretch of GBK in a UTF-8 file, whatever its share: an error that names the place, and no text of wrong characters."""
    text = CHINESE * 3
    island = text[at : at + length]
    raw = text[:at].encode() + island.encode("gb18030") + text[at + length :].encode()
    with suppress(UnicodeDecodeError):
        raw.decode("utf-8")
        return  # by chance the bytes are other characters in UTF-8
    with pytest.raises(KgError) as error:
        decode(raw, Path("a.txt"))
    assert error.value.slug in ("file-damaged", "file-not-text")


def test_pages_of_known_facts_are_read_without_a_failure() -> None:
    """Of what the sentences of 60 made-up pages state, no sum is missing and none is made up."""
    wrong = []
    for document, sums in pages(60, 5):
        wrong += [f for f in faults(extract(document, load()), sums) if f[1] in ("missing", "bounds", "status", "day") or f[1].startswith("unexpected")]
    assert wrong == []
