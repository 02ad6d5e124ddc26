"""From paths to documents: files, folders and corpora are read and decoded, and what is known about each is gathered.

A document's `path` is relative to its input's parent, POSIX: `kg build news/` names `news/2023/a.txt`. A row of a corpus
is named by its file and its own `file` column or number: `corpus.jsonl#12`.
"""

from __future__ import annotations

import csv
import glob
import hashlib
import io
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from . import encodings
from .errors import KgError
from .model import Document, Meta, SourceFile

TEXT = (".txt", ".md")
CORPUS = (".jsonl", ".csv", ".tsv")
COLUMNS = ("file", "date", "paper", "page", "url")
META = "meta.csv"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was read: the documents, sorted by path; what is wrong with the files left out; files that were not UTF-8."""

    documents: tuple[Document, ...]
    problems: tuple[KgError, ...] = ()
    recoded: tuple[tuple[str, str], ...] = ()  # path and encoding


def read_inputs(inputs: Sequence[Path], *, day: date | None = None) -> Inputs:
    """Read files, folders (all .txt and .md below; README and hidden files are passed over) and corpora (.jsonl, .csv, .tsv).

    A bad file is left out and told in `problems`; where nothing is left, the first problem is raised. `day` dates the one
    document that has no date; it is a KgError where there is none or more than one.
    """
    found = _find(inputs)
    documents: list[Document] = []
    problems: list[KgError] = []
    metas: dict[Path, Mapping[str, Meta]] = {}
    for name, path in sorted(found.items()):
        try:
            if path.suffix.lower() in CORPUS:
                documents += read_corpus(path, name)
            else:
                documents.append(Document(read_file(path, name), _meta(path, name, metas)))
        except KgError as error:
            if error.slug == "meta-bad":
                raise
            problems.append(KgError(error.slug, **{**error.values, "name": name}))
    if not documents and problems:
        raise problems[0]
    if day:
        documents = _dated(documents, day, inputs[0])
    recoded = tuple((d.source.path, d.source.encoding) for d in documents if not d.source.encoding.startswith("utf-8"))
    return Inputs(tuple(sorted(documents, key=lambda d: d.source.path)), tuple(problems), recoded)


def read_file(path: Path, name: str) -> SourceFile:
    """One text file, known as `name`. Raises KgError if it is empty, unreadable or not text."""
    raw = _bytes(path)
    text, encoding = decode(raw, path)
    return SourceFile(name, hashlib.sha256(raw).hexdigest(), encoding, text)


def text_source(text: str, name: str) -> SourceFile:
    """A source that is not a file: a pasted sentence, a row of a corpus. Its hash is that of its UTF-8."""
    text = _readable(text)
    return SourceFile(name, hashlib.sha256(text.encode()).hexdigest(), "utf-8", text)


def decode(raw: bytes, path: Path) -> tuple[str, str]:
    """The text and the name of its encoding, byte-order mark removed, newlines untouched. Raises KgError, for an empty file too."""
    text, encoding = encodings.decode(raw, path)
    if not text.strip():
        raise KgError("file-empty", path=path)
    return text, encoding


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KgError("input-unreadable", path=path, why=error.strerror or type(error).__name__) from None


def _find(inputs: Sequence[Path]) -> dict[str, Path]:
    """Name → file. A file given twice is one; two files of one name are a KgError."""
    named: dict[str, Path] = {}
    names: dict[str, str] = {}  # by absolute path
    for given in inputs:
        if not given.exists():
            raise KgError("input-missing", path=given)
        above = os.path.dirname(os.path.abspath(given))
        files = list(_walk(given)) if given.is_dir() else [given]
        if not files:
            raise KgError("folder-empty", path=given)
        for file in files:
            whole = _whole(file)
            name, known = _readable(Path(os.path.abspath(file)).relative_to(above).as_posix()), names.get(whole, "")
            if len(name) <= len(known):  # also given with its folder: the longer name stays
                continue
            if known:
                del named[known]
            if name in named:
                raise KgError("input-twice", name=name, first=named[name], second=file)
            named[name], names[whole] = file, name
    return named


def expanded(inputs: Iterable[Path]) -> tuple[Path, ...]:
    """The inputs with patterns (`news\\*.txt`) that no shell has expanded, as that of Windows does not, in their place."""
    out: list[Path] = []
    for given in inputs:
        found = glob.glob(str(given)) if not given.exists() and glob.has_magic(str(given)) else []
        out += sorted(map(Path, found)) or [given]
    return tuple(out)


def _whole(path: Path) -> str:
    """What two ways to write one file have in common, as far as the system's own rules go (on Windows case does not count)."""
    return os.path.normcase(os.path.abspath(path))


def _readable(name: str) -> str:
    """A file's name as text: bytes that are not in the system's encoding become question marks."""
    return name.encode("utf-8", "replace").decode()


def _walk(folder: Path) -> Iterator[Path]:
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise KgError("input-unreadable", path=folder, why=error.strerror) from None
    for path in paths:
        if path.name.startswith("."):
            continue
        if path.is_dir():
            if not path.is_symlink():  # a link to a folder above would never end
                yield from _walk(path)
        elif path.suffix.lower() in TEXT and path.stem.lower().split(".")[0] != "readme":
            yield path


def _meta(path: Path, name: str, metas: dict[Path, Mapping[str, Meta]]) -> Meta:
    """What the nearest meta.csv says of a file (its own folder, then those above within the input), and its name's date."""
    within = len(PurePosixPath(name).parts) - 1
    for folder in path.parents[: max(within, 1)]:
        if folder not in metas:
            metas[folder] = read_meta(folder / META) if (folder / META).is_file() else {}
        if known := metas[folder].get(_whole(path)):
            return known if known.date else replace(known, date=date_in_name(name))
    return Meta(date=date_in_name(name))


def read_meta(path: Path) -> dict[str, Meta]:
    """The lines of a meta.csv by absolute path. Raises KgError with the line number."""
    out: dict[str, Meta] = {}
    listed: dict[Path, list[str]] = {}
    for line, row in _rows(path, "meta-bad", "file", COLUMNS):
        file = _as_listed(path.parent / row["file"].replace("\\", "/"), listed)
        if not row["file"] or not file.is_file():
            raise KgError("meta-bad", path=path, line=line, why=f"no file “{row['file']}” in {path.parent}")
        if _whole(file) in out:
            raise KgError("meta-bad", path=path, line=line, why=f"{row['file']} stands here twice")
        out[_whole(file)] = _row_meta(row, "meta-bad", path, line)
    return out


def _as_listed(file: Path, listed: dict[Path, list[str]]) -> Path:
    """The file as its folder names it: where no name is the same but one differs in case only, that one, as Windows and macOS have it."""
    if file.parent not in listed:
        listed[file.parent] = os.listdir(file.parent) if file.parent.is_dir() else []
    alike = [n for n in listed[file.parent] if n.casefold() == file.name.casefold()]
    return file.with_name(alike[0]) if len(alike) == 1 else file


def read_corpus(path: Path, name: str) -> list[Document]:
    """One document a row of a JSONL, CSV or TSV file: a column `text`, and date, paper, page, url, file as in meta.csv."""
    out: list[Document] = []
    seen: set[str] = set()
    rows = _json_rows(path) if path.suffix.lower() == ".jsonl" else _rows(path, "corpus-bad", "text")
    for number, (line, row) in enumerate(rows, 1):
        if "text" not in row:
            raise KgError("corpus-bad", path=path, line=line, why="no column text; wanted: text," + ",".join(COLUMNS))
        if not row["text"].strip():
            continue
        own = f"{name}#{row.get('file') or number}"
        if own in seen:
            raise KgError("corpus-bad", path=path, line=line, why=f"file {row['file']} stands here twice")
        seen.add(own)
        meta = _row_meta(row, "corpus-bad", path, line)
        out.append(Document(text_source(row["text"], own), meta if meta.date else replace(meta, date=date_in_name(row.get("file", "")))))
    if not out:
        raise KgError("file-empty", path=path)
    return out


def _rows(path: Path, slug: str, wanted: str, known: Sequence[str] = ()) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells by column of a CSV (or TSV) file that has the column `wanted`, and none but the `known` if they are given."""
    try:
        text, _ = decode(_bytes(path), path)
    except KgError as error:
        raise KgError(slug, path=path, line=1, why=error) from None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if path.suffix.lower() == ".tsv" else ",", strict=True)
    try:
        header = [c.strip().lower() for c in next(reader)]
        if wanted not in header:
            raise KgError(slug, path=path, line=1, why=f"no column {wanted}; known: {', '.join(known or ('text', *COLUMNS))}")
        if unknown := [c for c in header if known and c not in known]:
            raise KgError(slug, path=path, line=1, why=f"unknown column {unknown[0]}; known: {', '.join(known)}")
        for cells in reader:
            if not any(c.strip() for c in cells):
                continue
            if len(cells) > len(header):
                raise KgError(slug, path=path, line=reader.line_num, why=f"{len(cells)} cells under {len(header)} columns; quote a cell that has a comma")
            yield reader.line_num, {k: v if k == "text" else v.strip() for k, v in zip(header, cells + [""] * len(header), strict=False)}
    except csv.Error as error:
        raise KgError(slug, path=path, line=reader.line_num, why=error) from None


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    text, _ = decode(_bytes(path), path)
    for line, one in enumerate(text.split("\n"), 1):
        if not one.strip():
            continue
        try:
            row: Any = json.loads(one)
        except json.JSONDecodeError as error:
            raise KgError("corpus-bad", path=path, line=line, why=error) from None
        if not isinstance(row, dict):
            raise KgError("corpus-bad", path=path, line=line, why="not an object {…}")
        yield line, {str(k): "" if v is None else str(v) for k, v in row.items()}


def _row_meta(row: Mapping[str, str], slug: str, path: Path, line: int) -> Meta:
    day = row.get("date", "")
    if day and not read_date(day):
        raise KgError(slug, path=path, line=line, why=f"“{day}” is no date; write it as 2023-07-11")
    return Meta(read_date(day), row.get("paper", ""), row.get("page", ""), row.get("url", ""))


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


def _dated(documents: Iterable[Document], day: date, where: Path) -> list[Document]:
    documents = list(documents)
    undated = [d for d in documents if not d.meta.date]
    if not undated:
        raise KgError("date-none")
    if len(undated) > 1:
        raise KgError("date-many", count=len(undated), where=where if where.is_dir() else where.parent)
    return [replace(d, meta=replace(d.meta, date=day)) if d is undated[0] else d for d in documents]
