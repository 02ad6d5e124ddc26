"""The spreadsheet, read back by openpyxl."""

from __future__ import annotations

import time
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from sample_graph import BAD, hostile, sample

from kg.tables import write_xlsx
from kg.view import clean


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    path = tmp_path_factory.mktemp("xlsx") / "facts.xlsx"
    write_xlsx(sample(), path)
    return openpyxl.load_workbook(path)


def rows(book: openpyxl.Workbook, sheet: str) -> list[dict[str, object]]:
    head, _, *body = book[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in body]


def test_sheets_and_headers(book: openpyxl.Workbook) -> None:
    """Five sheets, two frozen header rows, a filter over all rows, widths set."""
    assert book.sheetnames == ["融资", "指标", "任职", "关系", "未入事实的数字"]
    for sheet in book:
        assert sheet.freeze_panes == "A3"
        assert sheet.auto_filter.ref == f"A2:{sheet.cell(2, sheet.max_column).column_letter}{sheet.max_row}"
        assert all(sheet.cell(row, n).value for row in (1, 2) for n in range(1, sheet.max_column + 1))
        assert sheet.column_dimensions["A"].width > 8


def test_every_fact_has_a_row(book: openpyxl.Workbook) -> None:
    """One row a fact, one row a number set aside."""
    graph = sample()
    found = [str(r["事实"]).rsplit("/id/", 1)[1] for name in book.sheetnames[:4] for r in rows(book, name)]
    assert sorted(found) == [f.id for f in graph.facts]
    assert [r["数字原文"] for r in rows(book, "未入事实的数字")] == [a.amount.quantity.verbatim for a in graph.asides]


@pytest.mark.parametrize(
    ("written", "yuan", "yi", "words"),
    [
        pytest.param("4.6亿元", 460000000, 4.6, "4.6亿元", id="exact"),
        pytest.param("近亿元", 100000000, 1, "≤ 1亿元", id="near"),
        pytest.param("不少于2000亿元", 200000000000, 2000, "≥ 2000亿元", id="at least"),
    ],
)
def test_sums_are_numbers_and_hedges_stay(book: openpyxl.Workbook, written: str, yuan: int, yi: float, words: str) -> None:
    """A sum is a number in 元 and in 亿元, beside the words and the bound."""
    row = next(r for r in rows(book, "融资") if r["原文数额"] == written)
    assert (row["金额（元）"], row["金额（亿元）"], row["范围"]) == (yuan, yi, words)
    assert bool(row["界限"]) == (written != "4.6亿元")
    assert row["其他数值"] is None


def test_other_units_are_no_yuan(book: openpyxl.Workbook) -> None:
    """A sum for three purposes is one row; what is not money has no 元."""
    assert len([r for r in rows(book, "融资") if r["原文数额"] == "4.6亿元"]) == 1
    aside = rows(book, "未入事实的数字")[0]
    assert (aside["数值"], aside["单位"], aside["文件"]) == (2, "天", "seeds/000.txt")
    assert str(aside["原句"]).startswith("不到2天")


def test_dates_are_dates(book: openpyxl.Workbook) -> None:
    """Days are dates, with how they are known beside them."""
    row = next(r for r in rows(book, "指标") if r["原文数额"] == "695亿元")
    assert (row["起"], row["止"], row["时间原文"]) == (datetime(2022, 11, 30), datetime(2022, 11, 30), "2022年11月末")


def test_offset_is_the_raw_file(book: openpyxl.Workbook) -> None:
    """The sentence of a row stands at its offset in its file."""
    raw = {s.path: s.text for s in sample().sources}
    for row in rows(book, "融资"):
        assert raw[str(row["文件"])][int(str(row["位置"])) :].startswith(str(row["原句"]))


def test_same_bytes(tmp_path: Path) -> None:
    """No clock in the file: the same graph gives the same bytes a moment later."""
    write_xlsx(sample(), tmp_path / "one.xlsx")
    time.sleep(1.1)
    write_xlsx(sample(), tmp_path / "two.xlsx")
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_hostile_text_is_text(tmp_path: Path) -> None:
    """No cell is a formula or a link, and all text arrives but for control characters."""
    path = tmp_path / "bad.xlsx"
    write_xlsx(hostile(), path)
    book = openpyxl.load_workbook(path)
    assert all(c.data_type in "snd" and c.hyperlink is None for sheet in book for row in sheet.iter_rows() for c in row)
    assert any(str(c.value) == f"={clean(BAD)}" for row in book["融资"].iter_rows() for c in row)
    with zipfile.ZipFile(path) as archive:
        assert not any(b"<f>" in archive.read(n) for n in archive.namelist() if n.startswith("xl/worksheets"))


def test_sentences_lead_to_their_fact_in_the_page(tmp_path: Path) -> None:
    """Where a page is written beside the workbook, each sentence is a link to its fact there; and only it is one."""
    path = tmp_path / "facts.xlsx"
    write_xlsx(sample(), path, page="network.html")
    book = openpyxl.load_workbook(path)
    sheet = book["融资"]
    heads = [c.value for c in sheet[1]]
    for row in sheet.iter_rows(min_row=3):
        links = {heads[n]: c.hyperlink.target for n, c in enumerate(row) if c.hyperlink}
        fact = str(row[heads.index("事实")].value).rsplit("/id/", 1)[1]
        assert links == {"原句": f"network.html#f={fact.replace('/', '%2F')}"}
    assert not any(c.hyperlink for row in book["未入事实的数字"].iter_rows() for c in row)
