"""The facts as a spreadsheet: one row a fact, real numbers and dates, the sentence beside every sum.

Text from the sources is never a formula: every text cell is written as text. Same graph, same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .model import Amount, Fact, Graph
from .view import BASE, Quote, View, aside_quotes, clean, mention_place, sum_words, view, write_whole

Cell = str | int | float | date | None
YI = Decimal(10**8)
LIMIT = 32767  # characters in a cell, by the format


# The cell of a fact, given its telling sentence.
Get = Callable[[View, Fact, Quote | None], Cell]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: headers in Chinese and English, width in characters, number format ("" = text), and the cell of a fact."""

    zh: str
    en: str
    width: int
    form: str
    cell: Get


def _names(*roles: str) -> Get:
    return lambda v, f, q: "、".join(filter(None, (v.names(f, r) for r in roles)))


def _sum(get: Callable[[Amount], Cell]) -> Get:
    def cell(v: View, f: Fact, q: Quote | None) -> Cell:
        amount = f.amount()
        return get(amount) if amount else None

    return cell


def _yuan(value: Decimal | None, amount: Amount, size: Decimal = Decimal(1)) -> float | None:
    """Of a sum in renminbi; a number in another unit is no 元."""
    return float(value / size) if value is not None and amount.quantity.currency == "CNY" else None


def _other(amount: Amount) -> float | None:
    return None if amount.quantity.currency == "CNY" else float(amount.quantity.value)


def _side(name: str) -> Get:
    """A further quantity of a fact (rate, term, count), as written."""

    def cell(v: View, f: Fact, q: Quote | None) -> Cell:
        amount = f.amount(name)
        return amount.quantity.verbatim if amount else None

    return cell


def _time(get: Callable[[View, Any], Cell]) -> Get:
    return lambda v, f, q: get(v, f.time) if f.time else None


def _concept(v: View, name: str) -> str:
    return v.name(f"gfc:{name}") if name else ""


def _quote(get: Callable[[View, Quote], Cell]) -> Get:
    return lambda v, f, q: get(v, q) if q else None


MONEY, NUMBER, DAY, WHOLE = "#,##0", "General", "yyyy-mm-dd", "0"

AMOUNT = (
    Column("金额（元）", "Sum (CNY)", 18, MONEY, _sum(lambda a: _yuan(a.quantity.value, a))),
    Column("金额（亿元）", "Sum (100m CNY)", 13, NUMBER, _sum(lambda a: _yuan(a.quantity.value, a, YI))),
    Column("其他数值", "Other value", 12, NUMBER, _sum(_other)),
    Column("单位", "Unit", 8, "", _sum(lambda a: a.quantity.unit or a.quantity.currency)),
    Column("原文数额", "As written", 16, "", _sum(lambda a: a.quantity.verbatim)),
    Column("界限", "Bound", 10, "", lambda v, f, q: _concept(v, a.quantity.bound) if (a := f.amount()) else None),
    Column("范围", "Range", 16, "", _sum(lambda a: sum_words(a.quantity))),
)
COUNTED = Column("口径", "Aggregation", 8, "", _names("aggregation"))
TIME = (
    Column("起", "From", 12, DAY, _time(lambda v, t: t.start)),
    Column("止", "To", 12, DAY, _time(lambda v, t: t.end)),
    Column("时间原文", "Time as written", 14, "", _time(lambda v, t: t.text)),
    Column("时间依据", "Time known by", 14, "", _time(lambda v, t: _concept(v, t.basis))),
)
GROUND = (
    Column("状态", "Status", 8, "", lambda v, f, q: _concept(v, f.status)),
    Column("置信度", "Confidence", 8, "0.00", lambda v, f, q: f.confidence),
    Column("原句", "Sentence", 60, "", _quote(lambda v, q: q.text)),
    Column("文章", "Article", 30, "", _quote(lambda v, q: v.titles[q.article.id])),
    Column("报纸", "Paper", 12, "", _quote(lambda v, q: q.article.meta.paper)),
    Column("文件", "File", 28, "", _quote(lambda v, q: q.article.path)),
    Column("页", "PDF page", 7, WHOLE, _quote(lambda v, q: q.page or None)),
    Column("位置", "Offset", 9, WHOLE, _quote(lambda v, q: q.offset)),
    Column("规则", "Rule", 20, "", lambda v, f, q: f.found_by),
    Column("事实", "Fact IRI", 30, "", lambda v, f, q: f.id),  # the base is put before it when written
)


def _relation(v: View, f: Fact, q: Quote | None) -> Cell:
    return "签约" if f.kind == "AgreementEvent" else v.names(f, "predicate")


def _subject(v: View, f: Fact, q: Quote | None) -> Cell:
    return "、".join(map(v.name, f.role("party")[:1])) if f.kind == "AgreementEvent" else v.names(f, "subject")


def _object(v: View, f: Fact, q: Quote | None) -> Cell:
    return "、".join(map(v.name, (*f.role("party")[1:], *f.role("document")))) if f.kind == "AgreementEvent" else v.names(f, "object")


SHEETS: tuple[tuple[str, tuple[str, ...], tuple[Column, ...]], ...] = (
    (
        "融资",
        ("FinancingEvent",),
        (
            Column("资金方", "Financier", 26, "", _names("financier")),
            Column("方式", "Instrument", 9, "", _names("instrument")),
            Column("阶段", "Stage", 8, "", _names("stage")),
            Column("受资方", "Recipient", 24, "", _names("recipient")),
            Column("用途", "Purpose", 34, "", _names("purpose")),
            Column("产品", "Product", 18, "", _names("product")),
            *AMOUNT,
            COUNTED,
            Column("每", "Per", 8, "", _names("per")),
            Column("利率", "Interest rate", 10, "", _side("interestRate")),
            Column("期限", "Term", 10, "", _side("term")),
            Column("笔数或户数", "Count", 11, "", _side("count")),
            Column("担保", "Guarantor, collateral", 16, "", _names("guarantor", "collateral")),
            Column("依据协议或总额", "Under agreement, part of", 20, "", _names("underAgreement", "partOfTotal")),
            *TIME,
            *GROUND,
        ),
    ),
    (
        "指标",
        ("Observation",),
        (
            Column("对象", "About", 28, "", _names("about")),
            Column("指标", "Metric", 22, "", _names("metric")),
            *AMOUNT,
            COUNTED,
            Column("每", "Per", 8, "", _names("per")),
            Column("比较", "Compared with", 10, "", _names("comparedWith")),
            *TIME,
            *GROUND,
        ),
    ),
    (
        "任职",
        ("Tenure",),
        (
            Column("人员", "Person", 12, "", _names("member")),
            Column("职务", "Title", 20, "", _names("title")),
            Column("机构或地方", "Organisation or place", 30, "", _names("organization", "atDivision")),
            *TIME,
            *GROUND,
        ),
    ),
    (
        "关系",
        ("Claim", "AgreementEvent"),
        (
            Column("主体", "Subject", 28, "", _subject),
            Column("关系", "Relation", 10, "", _relation),
            Column("客体", "Object", 28, "", _object),
            *TIME,
            *GROUND,
        ),
    ),
)
ASIDE = (
    ("数字原文", "As written", 18),
    ("数值", "Value", 14),
    ("单位", "Unit", 8),
    ("原因", "Reason", 30),
    ("原句", "Sentence", 60),
    ("文章", "Article", 30),
    ("文件", "File", 28),
    ("位置", "Offset", 9),
)


def write_xlsx(graph: Graph, path: Path, *, base: str = BASE, page: str = "") -> None:
    """Write the workbook: 融资, 指标, 任职, 关系 and 未入事实的数字, each with Chinese and English headers.

    `page`: the graph page in the same folder, to which each sentence is linked; "" = no links.
    """
    from openpyxl import Workbook

    v = view(graph)
    book = Workbook(write_only=True)
    for title, kinds, columns in SHEETS:
        said = [(f, v.first_quote(f)) for f in graph.facts if f.kind in kinds]
        said.sort(key=lambda x: (x[1].article.path, x[1].offset, x[0].id) if x[1] else ("", 0, x[0].id))  # reading order
        rows = ([*((c.cell(v, f, q), c.form, _link(page, c, f)) for c in columns[:-1]), (base + f.id, "", "")] for f, q in said)
        _sheet(book, title, [(c.zh, c.en, c.width) for c in columns], rows)
    _sheet(book, "未入事实的数字", ASIDE, _asides(v))
    out = io.BytesIO()
    book.save(out)
    write_whole(path, _timeless(out.getvalue()))


def _link(page: str, column: Column, fact: Fact) -> str:
    """From a sentence to its fact in the page, where it stands with its roles marked."""
    return f"{page}#f={quote(fact.id, safe='')}" if page and column.zh == "原句" else ""


def _asides(v: View) -> Iterable[list[tuple[Cell, str, str]]]:
    for aside, said in zip(v.graph.asides, aside_quotes(v), strict=True):
        q = aside.amount.quantity
        article, offset = mention_place(v, aside.amount.mention)
        texts = (_concept(v, aside.reason) or "未解释", said.text if said else "", v.titles[article.id], article.path)
        cells: tuple[tuple[Cell, str], ...] = (
            (q.verbatim, ""),
            (float(q.value), NUMBER),
            (q.unit or q.currency, ""),
            *((t, "") for t in texts),
            (offset, WHOLE),
        )
        yield [(value, form, "") for value, form in cells]


def _sheet(book: Any, title: str, heads: Sequence[tuple[str, str, int]], rows: Iterable[Sequence[tuple[Cell, str, str]]]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A3"
    for n, (_, _, width) in enumerate(heads, 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    strong, soft, fill = Font(bold=True), Font(color="FF777777", size=9), PatternFill("solid", fgColor="FFE8EEFC")
    wrapped = {"alignment": Alignment(vertical="top", wrap_text=True)}
    sheet.append([_cell(sheet, zh, font=strong, fill=fill) for zh, _, _ in heads])
    sheet.append([_cell(sheet, en, font=soft, fill=fill) for _, en, _ in heads])
    last = 2
    for row in rows:
        looks = (wrapped if width >= 24 else {} for _, _, width in heads)
        sheet.append([_cell(sheet, *cell, **look) for cell, look in zip(row, looks, strict=True)])
        last += 1
    sheet.auto_filter.ref = f"A2:{get_column_letter(len(heads))}{last}"


def _cell(sheet: Any, value: Cell, form: str = "", link: str = "", **style: Any) -> Any:
    """A cell; text stays text whatever it begins with, also when a user edits it."""
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, str):
        value = clean(value)[:LIMIT] or None
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"
        if value[0] in "=+-@'":
            cell.quotePrefix = True
    elif form:
        cell.number_format = form
    for name, look in style.items():
        setattr(cell, name, look)
    if link and value is not None:
        cell.hyperlink = link
    return cell


def _timeless(data: bytes) -> bytes:
    """The same workbook without a clock: fixed times in the archive and in the document's properties."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", content)
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            new.writestr(entry, content)
    return out.getvalue()
