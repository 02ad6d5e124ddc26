"""The text layer of a PDF: columns in reading order, pages, furniture, turned pages, scans and locks."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from made_pdf import bound, canvas, columns, finished, put, sheet, wrapped

from kg.documents import read_inputs
from kg.errors import KgError
from kg.model import SourceFile
from kg.pages import read_pages
from kg.pdf import read_pdf

FIRST = (
    "本报讯（记者王小明通讯员李红）近日，工行萧山分行为北干街道集中安置房项目投放贷款近亿元，支持当地城市有机更新，让村民早日搬进新居，这是该行今年第三次为安置房项目提供资金。",
    "据介绍，该行成立专班，主动上门对接，开辟绿色通道，仅用十天便完成审批和放款，比往年缩短了一半时间。截至6月末，该行涉农贷款余额48.7亿元，比年初增加5.2亿元。",
    "“有了这笔贷款，我们心里踏实多了。”北干街道有关负责人说。",
)
SECOND = (
    "本报讯（记者赵强）昨日，临浦镇横一村的柿子林里游人如织。村里今年引进三个农文旅项目，总投资1200万元，预计带动80户农户增收。",
    "村党总支书记傅临产说，横一村将继续办好梅李节，把乡村的风景变成村民的收入，让更多年轻人愿意回到村里创业。",
)
HEADS = ("金融活水润泽安置房", "柿林深处游人来")


def read(raw: bytes) -> list[tuple[str, list[str]]]:
    """Title and paragraphs of each article; a space at the end of a line is lost with it."""
    done = read_pdf(raw, "a.pdf")
    source = SourceFile("a.pdf", "", "utf-8", done.text, "texts/a.pdf.txt", done.pages)
    return [(a.title, [a.at(b.span).replace(" ", "") for b in a.blocks if b.kind == "body"]) for a in read_pages(source)]


def one(count: int, letters: int) -> bytes:
    return bound([sheet(HEADS[0], FIRST, count=count, letters=letters)])


@pytest.mark.parametrize(("count", "letters"), [(1, 40), (2, 22), (3, 14), (4, 10)])
def test_columns_are_read_one_after_the_other(count: int, letters: int) -> None:
    """Under a title that runs over them; broken lines are joined again, across columns too."""
    assert read(one(count, letters)) == [(HEADS[0], list(FIRST))]


def test_columns_set_line_by_line_across_the_page() -> None:
    """The order in which the file draws its lines does not matter, nor that the gutter is narrow."""
    page, out = canvas()
    put(page, HEADS[0], 60, 760, 22)
    lines = list(wrapped(FIRST, 22))
    high = -(-len(lines) // 2)
    for n in range(high):
        for k in (n, n + high):
            if k < len(lines):
                put(page, lines[k], 60 + (k // high) * 230, 730 - n * 15)
    assert read(finished(page, out)) == [(HEADS[0], list(FIRST))]


def test_articles_below_one_another() -> None:
    """Each with its own columns; a page head that runs over all comes first and dates them."""
    page, out = canvas()
    put(page, "2023年7月11日 星期二   萧山日报   第4版", 60, 800, 9)
    put(page, HEADS[0], 60, 760, 22)
    low = columns(page, list(wrapped(FIRST, 22)), count=2, x=60, y=730, letters=22)
    put(page, HEADS[1], 60, low - 50, 20)
    columns(page, list(wrapped(SECOND, 22)), count=2, x=60, y=low - 75, letters=22)
    raw = finished(page, out)
    assert read(raw) == [(HEADS[0], list(FIRST)), (HEADS[1], list(SECOND))]
    done = read_pdf(raw, "a.pdf")
    first, second = read_pages(SourceFile("a.pdf", "", "utf-8", done.text))
    assert {(a.meta.paper, a.meta.page, str(a.meta.date)) for a in (first, second)} == {("萧山日报", "4", "2023-07-11")}


def test_articles_beside_one_another() -> None:
    """The left one whole, then the right one; columns of different widths."""
    page, out = canvas()
    put(page, HEADS[0], 40, 760, 22)
    columns(page, list(wrapped(FIRST, 12)), count=2, x=40, y=730, letters=12)
    put(page, HEADS[1], 320, 760, 22)
    columns(page, list(wrapped(SECOND, 11)), count=2, x=320, y=730, letters=11)
    assert read(finished(page, out)) == [(HEADS[0], list(FIRST)), (HEADS[1], list(SECOND))]


def test_a_caption_amid_two_columns_does_not_part_them() -> None:
    """The columns go on below the picture; the caption follows."""
    page, out = canvas()
    put(page, HEADS[0], 60, 760, 22)
    lines = list(wrapped(FIRST, 22))
    high = -(-len(lines) // 2)
    for n, line in enumerate(lines):
        row = n % high
        put(page, line, 60 + (n // high) * 232, 730 - row * 15 - (120 if row >= 2 else 0))
    put(page, "图为北干街道集中安置房项目建设现场，工人们正在加紧施工。 徐立 摄", 100, 600, 9)
    ((title, body),) = read(finished(page, out))
    assert (title, body) == (HEADS[0], list(FIRST))


def test_a_table_is_read_row_by_row() -> None:
    """Its columns are no columns of prose."""
    page, out = canvas()
    put(page, "附件：贷款明细表", 60, 760, 16)
    rows = [("银行名称", "项目名称", "金额"), ("工行萧山分行", "北干街道路灯改造项目", "500万元"), ("农行萧山分行", "临浦镇垃圾分类项目", "300万元")]
    for n, row in enumerate(rows):
        for k, cell in enumerate(row):
            put(page, cell, 60 + k * 150, 730 - n * 18)
    assert read_pdf(finished(page, out), "a.pdf").text == "# 附件：贷款明细表\n" + "".join("；".join(row) + "。\n" for row in rows)


def test_a_title_set_downwards_is_a_title() -> None:
    """Character under character beside the text."""
    page, out = canvas()
    for n, c in enumerate(HEADS[1]):
        put(page, c, 80, 760 - n * 24, 22)
    for n, line in enumerate(wrapped(FIRST, 30)):
        put(page, line, 120, 760 - n * 15)
    assert read(finished(page, out)) == [(HEADS[1], list(FIRST))]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("how", ["page", "text"])
def test_a_turned_page_is_read_as_it_reads(turn: int, how: str) -> None:
    """Whether the page is marked as turned, or its text is drawn so."""
    page, out = canvas()
    if how == "page":
        page.setPageRotation(turn)
    page.translate(*{0: (0, 0), 90: (700, 0), 180: (600, 850), 270: (-50, 700)}[turn if how == "text" else 0])
    page.rotate(turn if how == "text" else 0)
    sheet(HEADS[0], FIRST[:1], count=2, letters=15)(page)
    assert read(finished(page, out)) == [(HEADS[0], [FIRST[0]])]


def test_pages_and_their_furniture() -> None:
    """Where each page begins; page numbers and heads that repeat are dropped but for the first, a sentence goes on over the page's end."""

    def report(number: int) -> Callable[[Any], None]:
        def draw(page: Any) -> None:
            put(page, "某某银行2023年度社会责任报告", 200, 810, 9)
            put(page, f"- {number} -", 290, 30, 9)
            lines = list(wrapped([FIRST[0] if number == 1 else f"{number}月，该行发放贷款{number}00万元，支持乡村建设。"], 40))
            for n, line in enumerate(lines if number != 3 else lines[:1]):
                put(page, line, 60, 760 - n * 15)
            put(page, "地址：某市某路一号", 60, 50, 9)

        return draw

    done = read_pdf(bound([report(n) for n in (1, 2, 3, 4)]), "a.pdf")
    assert [done.text.count(x) for x in ("社会责任报告", "地址", "- 1 -", "- 3 -")] == [1, 1, 0, 0]
    starts = [done.text[at:].lstrip()[:3] for at in done.pages[1:]]
    assert starts == ["2月，", "3月，", "4月，"]
    source = SourceFile("a.pdf", "", "utf-8", done.text, pages=done.pages)
    assert [source.page(done.text.index(f"{n}00万元")) for n in (2, 3, 4)] == [2, 3, 4]
    assert source.page(0) == 1


def test_radicals_and_ligatures_of_fonts_are_the_characters_they_show() -> None:
    """⼯⾏ is 工行: so it is found, and so it is kept."""
    page, out = canvas()
    put(page, "⼯⾏萧⼭分⾏发放贷款⼀百万元。", 60, 700)
    assert read_pdf(finished(page, out), "a.pdf").text == "工行萧山分行发放贷款一百万元。\n"


def picture(page: Any) -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    out = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(out, "PNG")
    page.drawImage(ImageReader(io.BytesIO(out.getvalue())), 0, 0, 595, 842)


@pytest.mark.parametrize(
    ("raw", "slug"),
    [
        pytest.param(lambda: bound([picture]), "pdf-scan", id="scan"),
        pytest.param(lambda: bound([lambda page: None]), "file-no-text", id="blank page"),
        pytest.param(lambda: bound([sheet(HEADS[0], FIRST)], encrypt="secret"), "file-locked", id="locked"),
        pytest.param(lambda: one(2, 22)[:400], "file-broken", id="cut off"),
        pytest.param(lambda: b"no PDF", "file-broken", id="no PDF at all"),
        pytest.param(lambda: bound([lambda page: put(page, "\ue001\ue002\ue003\ue004", 60, 700)]), "pdf-garbled", id="characters without meaning"),
    ],
)
def test_what_has_no_text(raw: Callable[[], bytes], slug: str) -> None:
    """One clear line each; a scan is told as what it is."""
    with pytest.raises(KgError) as caught:
        read_pdf(raw(), "a.pdf")
    assert caught.value.slug == slug


def test_a_file_that_only_its_owner_may_change_is_read() -> None:
    """A lock on copying is none on reading."""
    from reportlab.lib.pdfencrypt import StandardEncryption

    raw = bound([sheet(HEADS[0], FIRST)], encrypt=StandardEncryption("", ownerPassword="x", canCopy=0))
    assert read(raw) == [(HEADS[0], list(FIRST))]


def test_scanned_pages_amid_others_are_told(tmp_path: Path) -> None:
    """By number; the rest is read."""
    (tmp_path / "a.pdf").write_bytes(bound([picture, sheet(HEADS[0], FIRST), picture]))
    found = read_inputs([tmp_path / "a.pdf"])
    assert FIRST[2] in found.documents[0].source.text
    assert [(p.slug, p.values["pages"], p.values["name"]) for p in found.problems] == [("pdf-pages", "1, 3", "a.pdf")]


def test_the_same_file_gives_the_same_text() -> None:
    """However often, and whatever was read before."""
    raw: Sequence[bytes] = [one(3, 14), one(2, 22), one(3, 14)]
    first, _, again = (read_pdf(r, "a.pdf") for r in raw)
    assert first == again
