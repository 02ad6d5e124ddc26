"""From the bytes of a file to its documents, by what is in it and then by its name.

Plain text is read as it is: offsets are those of the file. Of everything else a text is extracted, and offsets are those of
that text, which is kept beside the graph (texts.py).
"""

from __future__ import annotations

import codecs
import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from . import archives, lists, markdown, office, pdf, webpage
from .errors import KgError
from .model import Document, Meta, SourceFile
from .texts import kept_name

TEXT = (".txt", ".text")
MARKDOWN = (".md", ".markdown")
HTML = (".html", ".htm", ".xhtml", ".shtml")
WEB = (*HTML, ".mht", ".mhtml")
LISTS = (".jsonl", ".csv", ".tsv")
BOOKS = (".xlsx", ".xlsm")
READ = (*TEXT, *MARKDOWN, *WEB, *LISTS, *BOOKS, ".docx", ".docm", ".pdf", ".zip")
# Files that hold text and are not read, and what to save them as.
OTHER = {
    **dict.fromkeys((".doc", ".dot", ".wps", ".wpt", ".rtf", ".odt", ".pages", ".epub"), ".docx"),
    **dict.fromkeys((".xls", ".et", ".ods", ".numbers"), ".xlsx"),
    **dict.fromkeys((".ppt", ".pptx", ".dps", ".odp", ".key", ".ofd", ".caj", ".ceb", ".djvu", ".xps"), ".pdf"),
    **dict.fromkeys((".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz"), ".zip"),
    **dict.fromkeys((".eml", ".msg", ".chm"), ".html"),
}
META = "meta.csv"
LEFT = frozenset((META, "corrections.tsv", "thumbs.db", "desktop.ini"))  # have their own readers, or are a system's own
_LIBRARIES = {"docx": "docx", "pdf": "pypdfium2", "html": "lxml", "mht": "lxml"}

Decode = Callable[[bytes, Path], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Found:
    """What was read; what could not be; the names of files of kinds that hold no text (pictures, say)."""

    documents: tuple[Document, ...] = ()
    problems: tuple[KgError, ...] = ()
    passed: tuple[str, ...] = ()


def treatment(name: str) -> str:
    """What becomes of a file in a folder or an archive: "read", "passed" (it holds no text: told by number) or "" (of no account).

    >>> treatment("a.docx"), treatment("a.doc"), treatment("a.jpg"), treatment("~$a.docx"), treatment("README.md")
    ('read', 'read', 'passed', '', '')
    """
    path = PurePosixPath(name.lower())
    if path.name.startswith((".", "~$", "._")) or path.name in LEFT or path.stem.split(".")[0] == "readme":
        return ""
    return "read" if path.suffix in READ or path.suffix in OTHER else "passed"


def read(raw: bytes, name: str, decode: Decode, *, where: Path | None = None, within: int = 0) -> Found:
    """The documents of a file known as `name`. `where`: the file as messages name it; `within`: how many archives it is in.

    Raises KgError if nothing of it can be read; it names the file by its path, as `path`.
    """
    path = where or Path(name)
    if not raw:
        raise KgError("file-empty", path=path)
    kind = kind_of(raw, name)
    if kind == "zip":
        return _archive(raw, name, decode, path, within)
    missing = _LIBRARIES.get(kind)
    if missing and not find_spec(missing):
        raise KgError("files-extra", path=path, library=missing)
    office.refuse_old(raw, str(path))
    if kind == "other":
        raise KgError("file-kind", path=path, better=OTHER.get(PurePosixPath(name.lower()).suffix, ".docx"))
    sha, kept = hashlib.sha256(raw).hexdigest(), kept_name(name)
    if kind in ("docx", "xlsx"):
        archives.check(raw, str(path))
    if kind == "docx":
        text = _inked(office.read_docx(raw, str(path)), path)
        return Found((Document(SourceFile(name, sha, "utf-8", text, kept)),))
    if kind == "pdf":
        done = pdf.read_pdf(raw, str(path))
        problems = (KgError("pdf-pages", path=path, pages=", ".join(map(str, done.bare))),) if done.bare else ()
        return Found((Document(SourceFile(name, sha, "utf-8", done.text, kept, done.pages)),), problems)
    if kind == "xlsx":
        return _book(raw, name, path)
    if kind in ("html", "mht"):
        page, encoding = _page(webpage.unpack(raw, str(path)) if kind == "mht" else raw, path, decode)
        day = lists.read_date(page.fields.get("date", "").partition(" ")[0].partition("T")[0])
        meta = Meta(day, page.fields.get("source", ""), page.fields.get("page", ""), page.fields.get("url", ""))
        return Found((Document(SourceFile(name, sha, encoding, page.text, kept), meta),))
    text, encoding = decode(raw, path)
    if kind in LISTS:
        rows = lists.json_rows(text.split("\n"), path) if kind == ".jsonl" else _csv(io.StringIO(text, newline=""), path, kind)
        return Found(tuple(lists.articles(rows, name, path, keep=within > 0)))
    if kind == "markdown":
        plain, fields = markdown.read_markdown(text)
        if plain != text.replace("\r\n", "\n"):
            meta = _front(fields)
            return Found((Document(SourceFile(name, sha, encoding, _inked(plain, path), kept), meta),))
    return Found((Document(SourceFile(name, sha, encoding, text, kept if within else "")),))


def is_list(path: Path) -> bool:
    """Whether a file is a list of articles, to be read row by row."""
    try:
        with path.open("rb") as file:
            head = file.read(1024)
    except OSError:
        return False
    return bool(head) and kind_of(head, path.name) in LISTS


def rows(path: Path, name: str, decode: Decode) -> Iterator[Document]:
    """The documents of a list, read as a stream where it is UTF-8. Raises KgError for a bad row, OSError."""
    kind = PurePosixPath(name.lower()).suffix
    with path.open(encoding=_encoding(path, decode), newline="\n" if kind == ".jsonl" else "") as lines:
        yield from lists.articles(lists.json_rows(lines, path) if kind == ".jsonl" else _csv(lines, path, kind), name, path)


def _encoding(path: Path, decode: Decode) -> str:
    """The encoding of a text, found without holding it in memory if it is UTF-8 as `decode` wants it."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    anything = False
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                text = decoder.decode(block)
                if _STRANGE.search(text):  # to be looked at as a whole
                    break
                anything = anything or not text.isspace()
            else:
                decoder.decode(b"", final=True)
                if anything:
                    return "utf-8"
    except UnicodeDecodeError:
        pass
    return decode(path.read_bytes(), path)[1]


_STRANGE = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufeff]")


def kind_of(raw: bytes, name: str) -> str:
    """What a file is, by its first bytes where they tell, else by its name.

    >>> kind_of(b"%PDF-1.7", "a.txt"), kind_of(b"<!DOCTYPE html><p>x", "a.doc"), kind_of(b"x", "a.doc"), kind_of(b"x", "a")
    ('pdf', 'html', 'other', 'text')
    """
    suffix = PurePosixPath(name.lower()).suffix
    head = raw[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if raw.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _package(raw, suffix)
    if b"%PDF-" in (raw[:1024] if suffix == ".pdf" else head[:5]):
        return "pdf"
    if head.startswith(b"{\\rtf"):
        return "other"
    if suffix in (".mht", ".mhtml"):
        return "mht"
    if suffix in HTML or (re.match(rb"(?i)<!doctype html|<html[\s>]", head) and suffix not in (*MARKDOWN, *LISTS)):
        return "html"
    by_name = {".docx": "docx", ".docm": "docx", ".xlsx": "xlsx", ".xlsm": "xlsx", ".pdf": "pdf", ".zip": "zip"}
    if suffix in by_name:
        return by_name[suffix]
    if suffix in OTHER:
        return "other"
    return "markdown" if suffix in MARKDOWN else suffix if suffix in LISTS else "text"


def _package(raw: bytes, suffix: str) -> str:
    """What a file that is packed as a .zip is: by what it holds; a broken one by its name."""
    by_name = {".docx": "docx", ".docm": "docx", ".xlsx": "xlsx", ".xlsm": "xlsx"}.get(suffix, "zip")
    try:
        names = set(zipfile.ZipFile(io.BytesIO(raw)).namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return by_name
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    return "other" if names & {"[Content_Types].xml", "mimetype", "OFD.xml"} else by_name


def _inked(text: str, path: Path) -> str:
    if not text.strip():
        raise KgError("file-no-text", path=path)
    return text


def _csv(text: Iterable[str], path: Path, kind: str) -> lists.Rows:
    return lists.csv_rows(text, path, "corpus-bad", lists.HEADS["text"], delimiter="\t" if kind == ".tsv" else ",")


def _page(raw: bytes, path: Path, decode: Decode) -> tuple[webpage.Page, str]:
    """A web page and its encoding: that of its byte-order mark, the one it declares, else as any text."""
    declared = "" if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) else webpage.charset(raw)
    html = ""
    try:
        if declared and not declared.startswith("utf-16"):
            html = raw.decode(declared)
    except (LookupError, UnicodeDecodeError):  # unknown, or not true
        declared = ""
    if not html:
        html, declared = decode(raw, path)
    return webpage.read_html(html, str(path)), declared


def _front(fields: Mapping[str, str]) -> Meta:
    """What the front matter of a text says of it."""

    def field(column: str) -> str:
        return next((fields[k] for k in lists.HEADS[column] if fields.get(k)), "")

    url = field("url")
    return Meta(lists.read_date(field("date")), field("paper"), field("page"), url if re.match("https?://", url) else "")


def _book(raw: bytes, name: str, path: Path) -> Found:
    """The articles of a workbook, and which of its sheets are no list of articles."""
    sheets = office.read_xlsx(raw, str(path))
    told = [(sheet, lists.sheet_rows(sheet)) for sheet in sheets if sheet.rows]
    if not told:
        raise KgError("file-no-text", path=path)
    documents: list[Document] = []
    problems: list[KgError] = []
    several = sum(rows is not None for _, rows in told) > 1
    for sheet, rows in told:
        where = f"{path}#{sheet.name}"
        try:
            if rows is None:
                raise KgError("sheet-columns", path=where)
            documents += list(lists.articles(rows, f"{name}#{sheet.name}" if several else name, where, keep=True, numbered=True))
        except KgError as error:
            problems.append(error)
    if not documents:
        raise problems[0]
    return Found(tuple(documents), tuple(problems))


# ---------------------------------------------------------------- archives


def _archive(raw: bytes, name: str, decode: Decode, path: Path, within: int) -> Found:
    """The documents of a .zip and of the archives in it, one deep; its own meta.csv files hold for them."""
    if within > 1:
        raise KgError("zip-deep", path=path)
    documents: list[Document] = []
    problems: list[KgError] = []
    passed: list[str] = []
    metas: dict[str, Mapping[str, Meta]] = {}
    inner = list(archives.entries(raw, str(path)))
    known = {entry for entry, _ in inner}
    for entry, data in inner:
        if PurePosixPath(entry).name.lower() == META and isinstance(data, bytes):
            folder = PurePosixPath(entry).parent
            below = {file.casefold(): file for other in known if (file := _within(folder, other))}  # names may differ in case, as on disk
            metas[str(folder)] = lists.read_meta(decode, data, path / entry, partial(_alike, below))
    for entry, data in inner:
        how = treatment(entry)
        if how == "passed" and not isinstance(data, KgError):
            passed.append(entry)
        if how != "read":
            continue
        try:
            if isinstance(data, KgError):
                raise data
            found = read(data, f"{name}/{entry}", decode, where=path / entry, within=within + 1)
            outside = _told(entry, metas)
            documents += [with_meta(d, outside) for d in found.documents]
            problems += found.problems
            passed += found.passed
        except KgError as error:
            problems.append(error)
    if not documents and problems:
        raise problems[0] if len(problems) == 1 else KgError("zip-nothing", path=path, count=len(problems), why=problems[0])
    if not documents:
        raise KgError("folder-empty", path=path)
    return Found(tuple(documents), tuple(problems), tuple(passed))


def _alike(names: Mapping[str, str], given: str) -> str:
    return names.get(given.casefold(), "")


def _within(folder: PurePosixPath, entry: str) -> str:
    """The path of an entry from a folder above it, "" if it is not below."""
    return entry if str(folder) == "." else entry[len(str(folder)) + 1 :] if entry.startswith(f"{folder}/") else ""


def _told(entry: str, metas: Mapping[str, Mapping[str, Meta]]) -> Meta:
    """What the nearest meta.csv in the archive says of an entry."""
    for folder in PurePosixPath(entry).parents:
        known = metas.get(str(folder), {}).get(_within(folder, entry))
        if known:
            return known
    return Meta()


def with_meta(document: Document, outside: Meta) -> Document:
    """The document with what is known from outside in front of what it says itself, and its name's date where none is known."""
    own, name = document.meta, document.source.path
    day = outside.date or own.date or (None if "#" in name else lists.date_in_name(name))  # the name of a list tells when it was made
    return replace(document, meta=Meta(day, outside.paper or own.paper, outside.page or own.page, outside.url or own.url))
