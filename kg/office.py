"""Word documents as text, and the rows of spreadsheets."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from . import plain
from .errors import KgError

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # of .doc, .xls, .wps, and of locked .docx and .xlsx
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # says again, for old programs, what stands beside it
_GONE = {f"{_W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "pPr", "rPr", "rt")} | {_FALLBACK}
_SAID = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-", f"{_W}ptab": "\t"}
_NOTES = ("/footnotes", "/endnotes")


def refuse_old(raw: bytes, name: str) -> None:
    """Raises KgError where a file is locked by a password, or is of the formats before 2007."""
    if raw.startswith(OLD):
        if _LOCKED in raw:
            raise KgError("file-locked", path=name)
        sheet = name.lower().endswith((".xls", ".xlsx", ".et"))
        raise KgError("file-kind", path=name, better=".xlsx" if sheet else ".docx")


# ---------------------------------------------------------------- Word


def read_docx(raw: bytes, name: str) -> str:
    """The text of a .docx: paragraphs, headings, tables, text boxes, then notes. What tracked changes took out is left out.

    Raises KgError for a file that cannot be opened.
    """
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from lxml import etree

    try:
        document = docx.Document(io.BytesIO(raw))
        levels = _levels(document)
        lines = list(_blocks(document.element.body, levels))
        for part in document.part.package.iter_parts():
            if part.content_type.endswith(("footnotes+xml", "endnotes+xml")):
                lines += _blocks(etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False)), levels)
    except (
        KeyError,
        ValueError,
        OSError,
        etree.XMLSyntaxError,
        PackageNotFoundError,
        NotImplementedError,
        AttributeError,
        RecursionError,
    ) as error:
        raise KgError("file-broken", path=name, why=_why(error)) from None
    return plain.text(lines)


def _why(error: Exception) -> str:
    return (str(error) or type(error).__name__).split("\n")[0][:120]


def _levels(document: Any) -> set[str]:
    """The ids of the styles of titles and headings, whatever their names: those with an outline level, or based on one."""
    found: set[str] = set()
    for style in document.styles:
        at, depth = style, 0
        while at is not None and depth < 12:
            level = at.element.find(f"{_W}pPr/{_W}outlineLvl")
            if (level is not None and level.get(f"{_W}val", "9") < "9") or at.name in ("Title", "标题", "题目"):
                found.add(style.style_id)
                break
            at, depth = getattr(at, "base_style", None), depth + 1
    return found


def _blocks(element: Any, levels: set[str]) -> Iterator[str]:
    """The lines of the paragraphs and tables below an element, in reading order."""
    for child in element:
        if child.tag in _GONE or not isinstance(child.tag, str):
            continue
        if child.tag == f"{_W}p":
            yield from _paragraph(child, levels)
        elif child.tag == f"{_W}tbl":
            yield from plain.table([[list(_blocks(cell, levels)) for cell in _cells(row)] for row in _below(child, "tr")])
        else:
            yield from _blocks(child, levels)


def _below(element: Any, name: str) -> list[Any]:
    """The nearest elements of a name below, through content controls but not into nested tables."""
    out = []
    for child in element:
        if child.tag == f"{_W}{name}":
            out.append(child)
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins"):
            out += _below(child, name)
    return out


def _cells(row: Any) -> list[Any]:
    """The cells of a row; one that goes on from the row above is empty by itself."""
    return _below(row, "tc")


def _paragraph(paragraph: Any, levels: set[str]) -> Iterator[str]:
    properties = paragraph.find(f"{_W}pPr")
    style = properties.find(f"{_W}pStyle") if properties is not None else None
    outline = properties.find(f"{_W}outlineLvl") if properties is not None else None
    headed = (style is not None and style.get(f"{_W}val") in levels) or (outline is not None and outline.get(f"{_W}val", "9") < "9")
    boxes: list[Any] = []
    for number, part in enumerate("".join(_words(paragraph, boxes)).split("\n")):
        words = plain.line(part)
        yield plain.heading(words) if headed and number == 0 else words
    for box in boxes:
        yield from _blocks(box, levels)


def _words(element: Any, boxes: list[Any]) -> Iterator[str]:
    for child in element:
        if child.tag in _GONE:
            continue
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _SAID:
            yield _SAID[child.tag]
        elif child.tag == f"{_W}txbxContent":
            boxes.append(child)  # after the paragraph that it hangs on
        else:
            yield from _words(child, boxes)


# ---------------------------------------------------------------- spreadsheets


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, and its rows with their numbers as the program shows them, empty ones left out."""

    name: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_xlsx(raw: bytes, name: str) -> list[Sheet]:
    """The visible sheets of a workbook, cells as text: days as 2023-07-11, formulas as what they came to. Raises KgError."""
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that do not matter here
            book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
            out = []
            for sheet in book.worksheets:
                if sheet.sheet_state == "visible":
                    sheet.reset_dimensions()  # what the file says of its size may be wrong
                    rows = ((n, tuple(map(_cell, cells))) for n, cells in enumerate(sheet.iter_rows(values_only=True), 1))
                    out.append(Sheet(sheet.title, tuple((n, cells) for n, cells in rows if any(c.strip() for c in cells))))
            book.close()
    except MemoryError:
        raise
    except Exception as error:  # openpyxl lets through whatever the XML makes of it
        raise KgError("file-broken", path=name, why=_why(error)) from None
    return out


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
