"""Lists: of articles (rows of .csv, .tsv, .jsonl and spreadsheets), and of what is known about files (meta.csv)."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from . import plain
from .errors import KgError
from .model import Document, Meta, SourceFile
from .office import Sheet
from .texts import kept_name

COLUMNS = ("file", "date", "paper", "page", "url")
HEADS = {  # what a column may be called; the first that a list has
    "text": ("text", "正文", "内容", "全文", "正文内容", "文章内容", "新闻内容", "content", "fulltext"),
    "title": ("title", "标题", "题目", "文章标题", "新闻标题", "headline"),
    "author": ("author", "作者", "记者"),
    "date": ("date", "日期", "发布日期", "刊发日期", "见报日期", "发表日期", "发布时间", "时间", "pubdate", "published"),
    "paper": ("paper", "报纸", "来源", "媒体", "报刊", "刊物", "媒体名称", "source"),
    "page": ("page", "版面", "版次", "版", "版号"),
    "url": ("url", "链接", "网址", "原文链接", "地址", "link"),
    "file": ("file", "文件", "文件名"),
}
Rows = Iterable[tuple[int, Mapping[str, str]]]  # line or row number, and cells by column


def articles(rows: Rows, name: str, where: object, *, keep: bool = False, numbered: bool = False) -> Iterator[Document]:
    """One document a row, known as name#file or name#number: its title, author and text, with date, paper, page and url.

    `where`: the list as messages name it. `keep`: whether its texts are kept beside the graph also where they are cells just
    as they stand. `numbered`: by the row's own number and not by counting. Raises KgError with the line.
    """
    seen: set[str] = set()
    for number, (line, given) in enumerate(rows, 1):
        row = _columns(given)
        if "text" not in row:
            wanted = "; ".join(f"{k} ({HEADS[k][1]})" for k in ("text", "title", *COLUMNS))
            raise KgError("corpus-bad", path=where, line=line, why=f"no column text; wanted: {wanted}")
        if not row["text"].strip():
            continue
        own = f"{name}#{row.get('file') or (line if numbered else number)}"
        if own in seen:
            raise KgError("corpus-bad", path=where, line=line, why=f"file {row['file']} stands here twice")
        seen.add(own)
        text = _composed(row)
        meta = row_meta(row, "corpus-bad", where, line)
        source = row_source(text, own, keep=keep or text != row["text"])
        yield Document(source, meta if meta.date else replace(meta, date=date_in_name(row.get("file", ""))))
    if not seen:
        raise KgError("file-empty", path=where)


def row_source(text: str, name: str, *, keep: bool = False) -> SourceFile:
    """A source that is not a file. Its hash is that of its UTF-8."""
    text = text.encode("utf-8", "replace").decode()
    return SourceFile(name, hashlib.sha256(text.encode()).hexdigest(), "utf-8", text, kept_name(name) if keep else "")


def _columns(given: Mapping[str, str]) -> dict[str, str]:
    """The cells under the names that the program knows."""
    heads = {re.sub(r"[\s_*＊（(].*$", "", k.strip()).lower() or k: k for k in given}
    return {name: given[heads[found]] for name, known in HEADS.items() if (found := next((h for h in known if h in heads), ""))}


def _composed(row: Mapping[str, str]) -> str:
    """The text under its title and author, where it does not begin with them."""
    head = " ".join(row.get("title", "").split())
    author = " ".join(row.get("author", "").split())
    text = plain.without_tags(row["text"])
    bare = re.sub(r"\W", "", text[:300])
    above = [x for x in (head, author) if x and not (x == head and bare.startswith(re.sub(r"\W", "", x)))]
    if author and author in text[:300]:
        above = [x for x in above if x != author]
    return "\n".join([*above, text]) if above and head else text


def has_articles(heads: Iterable[str]) -> bool:
    """Whether the heads of a table are those of a list of articles."""
    return "text" in _columns(dict.fromkeys(heads, ""))


def sheet_rows(sheet: Sheet) -> list[tuple[int, dict[str, str]]] | None:
    """The rows of a sheet by column, if one of its first ten rows heads a list of articles; else None."""
    for at, (_, heads) in enumerate(sheet.rows[:10]):
        if has_articles(heads):
            return [(n, {h: c for h, c in zip(heads, cells, strict=False) if h.strip()}) for n, cells in sheet.rows[at + 1 :]]
    return None


def csv_rows(
    lines: Iterable[str], where: object, slug: str, wanted: Sequence[str], known: Sequence[str] = (), *, delimiter: str = ","
) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells by column of the lines of a CSV text that has one of the columns `wanted`, and none but the `known` if they are given."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        header = [c.strip().lower() for c in next(reader)]
        if not any(w in header for w in wanted):
            raise KgError(slug, path=where, line=1, why=f"no column {wanted[0]}; known: {', '.join(known or ('text (正文)', 'title (标题)', *COLUMNS))}")
        if unknown := [c for c in header if known and c not in known]:
            raise KgError(slug, path=where, line=1, why=f"unknown column {unknown[0]}; known: {', '.join(known)}")
        bodies = set(HEADS["text"])
        for cells in reader:
            if not any(c.strip() for c in cells):
                continue
            if len(cells) > len(header):
                raise KgError(slug, path=where, line=reader.line_num, why=f"{len(cells)} cells under {len(header)} columns; quote a cell that has a comma")
            yield reader.line_num, {k: v if k in bodies else v.strip() for k, v in zip(header, cells + [""] * len(header), strict=False)}
    except csv.Error as error:
        raise KgError(slug, path=where, line=reader.line_num, why=error) from None


def json_rows(lines: Iterable[str], where: object) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and values by key of the lines of a JSONL text."""
    for line, one in enumerate(lines, 1):
        if not one.strip():
            continue
        try:
            row: Any = json.loads(one)
        except json.JSONDecodeError as error:
            raise KgError("corpus-bad", path=where, line=line, why=error) from None
        if not isinstance(row, dict):
            raise KgError("corpus-bad", path=where, line=line, why="not an object {…}")
        yield line, {str(k): "" if v is None else str(v) for k, v in row.items()}


def row_meta(row: Mapping[str, str], slug: str, where: object, line: int) -> Meta:
    """What a row tells of its text. Raises KgError for a day that is none."""
    day = row.get("date", "")
    if day and not read_date(day):
        raise KgError(slug, path=where, line=line, why=f"“{day}” is no date; write it as 2023-07-11")
    return Meta(read_date(day), row.get("paper", ""), row.get("page", ""), row.get("url", ""))


def read_meta(decode: Callable[[bytes, Path], tuple[str, str]], raw: bytes, path: Path, known: Callable[[str], str]) -> dict[str, Meta]:
    """The lines of a meta.csv by file, as a path from its folder. Raises KgError with the line number.

    `known`: a path as given → as it is called there, "" where there is none.
    """
    out: dict[str, Meta] = {}
    try:
        text, _ = decode(raw, path)
    except KgError as error:
        raise KgError("meta-bad", path=path, line=1, why=error) from None
    for line, row in csv_rows(io.StringIO(text, newline=""), path, "meta-bad", ("file",), COLUMNS):
        file = known(PurePosixPath(row["file"].replace("\\", "/")).as_posix()) if row["file"] else ""
        if not file:
            raise KgError("meta-bad", path=path, line=line, why=f"no file “{row['file']}” in {path.parent}")
        if file in out:
            raise KgError("meta-bad", path=path, line=line, why=f"{row['file']} stands here twice")
        out[file] = row_meta(row, "meta-bad", path, line)
    return out


# ---------------------------------------------------------------- days

_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:([-_./年])(\d{1,2})(?:\2|月)(\d{1,2})(?!\d)|(\d\d)(\d\d)(?![0-9A-Za-z]))")


def read_date(text: str) -> date | None:
    """A day as 2023-07-11, 2023/7/11, 2023.7.11, 2023年7月11日 or 20230711 (a time of day after it is passed over), or None.

    >>> read_date("2023年7月11日"), read_date("2023-13-01")
    (datetime.date(2023, 7, 11), None)
    """
    m = _DATE.match(text.strip())
    return _day(m) if m and not text.strip()[m.end() :].strip("日号 T:.+-Z0123456789") else None


def date_in_name(name: str) -> date | None:
    """The one date in a file's name, else in the name of the nearest folder; None where there are two.

    >>> date_in_name("news/2023-07-11_p4.txt"), date_in_name("20230711/p4.txt"), date_in_name("000_890056f2ccfa06e8.txt")
    (datetime.date(2023, 7, 11), datetime.date(2023, 7, 11), None)
    """
    for part in reversed(PurePosixPath(name).parts):
        days = {d for m in _DATE.finditer(part) if (d := _day(m))}
        if days:
            return days.pop() if len(days) == 1 else None
    return None


def _day(m: re.Match[str]) -> date | None:
    try:
        return date(int(m[1]), int(m[3] or m[5]), int(m[4] or m[6]))
    except ValueError:
        return None
