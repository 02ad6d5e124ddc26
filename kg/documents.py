"""From paths to documents: files and folders are found, read and decoded, and what is known about each is gathered.

A document's `path` is relative to its input's parent, POSIX: `kg build news/` names `news/2023/a.txt`. A row of a corpus
is named by its file and its own `file` column or number: `corpus.jsonl#12`.
"""

from __future__ import annotations

import glob
import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path, PurePosixPath

from . import chat, encodings, readers
from .errors import KgError
from .lists import date_in_name, read_date, read_meta
from .model import Document, Meta, Part, SourceFile

__all__ = ["Inputs", "date_in_name", "decode", "parted", "read_date", "read_inputs", "text_source"]

MADE = ("graph.ttl", "report.json")  # a folder that holds one of these was written into by a build
OUTPUT = frozenset(("network.html", "nodes.csv", "edges.csv", "facts.xlsx", "texts", "tables", "neo4j"))


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was read: the documents, sorted by path; what is wrong with the files left out; files that were not UTF-8."""

    documents: tuple[Document, ...]
    problems: tuple[KgError, ...] = ()
    recoded: tuple[tuple[str, str], ...] = ()  # path and encoding
    passed: tuple[tuple[str, int], ...] = ()  # kinds of files that hold no text, and how many of each there are


def read_inputs(inputs: Sequence[Path], *, day: date | None = None) -> Inputs:
    """Read files and folders (all below them that readers.treatment reads; what a build has written there is passed over).

    A bad file is left out and told in `problems`; where nothing is left, the first problem is raised. `day` dates the one
    document that has no date; it is a KgError where there is none or more than one.
    """
    found = listing(inputs, day=day)
    loaded = list(map(load, sources(found)))
    documents = [d for x in loaded for d in x.documents]
    problems = sorted((*found.problems, *(p for x in loaded for p in x.problems)), key=named)
    if not documents and problems:
        raise problems[0]
    recoded = tuple((d.source.path, d.source.encoding) for d in documents if not d.source.encoding.startswith("utf-8"))
    passed = kinds((*found.passed, *(name for x in loaded for name in x.passed)))
    return Inputs(tuple(sorted(documents, key=lambda d: d.source.path)), tuple(problems), recoded, passed)


def named(problem: KgError) -> str:
    """The document, or else the file, that an error is about."""
    return str(problem.values.get("name", problem.values.get("path", "")))


def kinds(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """The kinds of files of these names, and how many of each, most frequent first."""
    count = Counter(PurePosixPath(n.lower()).suffix or PurePosixPath(n).name for n in names)
    return tuple(sorted(count.items(), key=lambda k: (-k[1], k[0])))


# ---------------------------------------------------------------- one at a time


@dataclass(frozen=True, slots=True)
class Listing:
    """What is to be read: name and path of each file, sorted; how many files, rows of lists counted, and bytes these are; lists that are left
    out, and why; the names of files that hold no text.
    """

    files: tuple[tuple[str, Path], ...]
    documents: int
    size: int
    problems: tuple[KgError, ...] = ()
    passed: tuple[str, ...] = ()
    dated: tuple[str, date] | None = None  # the document that --date dates


@dataclass(frozen=True, slots=True)
class Source:
    """A file whose bytes are at hand and whose text is not; or a row of a list, as a document.

    `meta`: what is known of it from outside. `unread`: why there are no bytes. `load` makes documents of it, in whichever process.
    """

    name: str
    path: Path
    raw: bytes = field(repr=False)
    meta: Meta
    row: Document | None = None
    unread: KgError | None = None
    dated: tuple[str, date] | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a source holds: its documents, what is wrong with it, the names of files in it that hold no text."""

    documents: tuple[Document, ...] = ()
    problems: tuple[KgError, ...] = ()
    passed: tuple[str, ...] = ()


def listing(inputs: Sequence[Path], *, day: date | None = None) -> Listing:
    """Find what there is to read. Lists are read through once, so that a bad row is told before the work. Raises KgError, for a bad meta.csv too."""
    found, passed = _find(inputs)
    files: list[tuple[str, Path]] = []
    problems: list[KgError] = []
    documents = size = 0
    for name, path in sorted(found.items()):
        try:
            documents += sum(1 for _ in readers.rows(path, name, decode)) if readers.is_list(path) else 1
            size += path.stat().st_size if path.is_file() else 0
            files.append((name, path))
        except KgError as error:
            problems.append(_named(error, path, name))
        except OSError as error:
            problems.append(_named(_unreadable(path, error), path, name))
    out = Listing(tuple(files), documents, size, tuple(problems), tuple(passed))
    return replace(out, dated=(_undated(out, inputs[0]), day)) if day else out


def sources(found: Listing) -> Iterator[Source]:
    """What a listing holds, one file or row at a time: only the bytes of one are in memory. Raises KgError for a bad meta.csv."""
    metas: dict[Path, Mapping[str, Meta]] = {}
    for name, path in found.files:
        meta = _meta(path, name, metas)
        if readers.is_list(path):
            for row in readers.rows(path, name, decode):
                yield Source(row.source.path, path, row.source.text.encode(), meta, row, dated=found.dated)
            continue
        try:
            yield Source(name, path, _bytes(path), meta, dated=found.dated)
        except KgError as error:
            yield Source(name, path, b"", meta, unread=error)


def load(source: Source) -> Loaded:
    """The documents of a source. What cannot be read is a problem."""
    try:
        if source.unread:
            raise source.unread
        found = readers.Found((source.row,)) if source.row else readers.read(source.raw, source.name, decode, where=source.path)
    except KgError as error:
        return Loaded(problems=(_named(error, source.path, source.name),))
    told = (readers.with_meta(d, source.meta) for d in found.documents)
    dated = (replace(d, meta=replace(d.meta, date=source.dated[1])) if source.dated and source.dated[0] == d.source.path else d for d in told)
    return Loaded(tuple(map(parted, dated)), tuple(_named(p, source.path, source.name) for p in found.problems), found.passed)


def _named(error: KgError, path: Path, name: str) -> KgError:
    """The error with the name that its file has in the graph."""
    told = str(error.values.get("path", path))
    return KgError(error.slug, **{**error.values, "name": name + told.removeprefix(str(path)).replace(os.sep, "/") if told.startswith(str(path)) else name})


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
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> KgError:
    return KgError("input-unreadable", path=path, why=error.strerror or type(error).__name__)


def _find(inputs: Sequence[Path]) -> tuple[dict[str, Path], list[str]]:
    """Name → file, and the files that hold no text. A file given twice is one; two files of one name are a KgError."""
    passed: list[str] = []
    named: dict[str, Path] = {}
    names: dict[str, str] = {}  # by absolute path
    for given in inputs:
        if not given.exists():
            raise KgError("input-missing", path=given)
        above = os.path.dirname(os.path.abspath(given))
        files = list(_walk(given, passed)) if given.is_dir() else [given]
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
    return named, passed


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


def _walk(folder: Path, passed: list[str]) -> Iterator[Path]:
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise KgError("input-unreadable", path=folder, why=error.strerror) from None
    built = any(p.name in MADE for p in paths)
    for path in paths:
        if path.name.startswith(".") or (built and path.name in OUTPUT):
            continue
        if path.is_dir():
            if not path.is_symlink():  # a link to a folder above would never end
                yield from _walk(path, passed)
        elif path.name not in MADE and (how := readers.treatment(path.name)) and (path.is_file() or not path.exists()):  # no pipe
            if how == "read":
                yield path
            else:
                passed.append(path.name)


def _meta(path: Path, name: str, metas: dict[Path, Mapping[str, Meta]]) -> Meta:
    """What the nearest meta.csv says of a file: in its own folder, then in those above within the input."""
    within = len(PurePosixPath(name).parts) - 1
    for folder in path.parents[: max(within, 1)]:
        if folder not in metas:
            table = folder / readers.META
            metas[folder] = read_meta(decode, _bytes(table), table, partial(_listed, folder)) if table.is_file() else {}
        known = metas[folder].get(path.relative_to(folder).as_posix())
        if known:
            return known
    return Meta()


def _listed(folder: Path, given: str) -> str:
    """A file that a meta.csv names, as a path from its folder, "" if there is none. Names may differ in case, as on Windows and macOS."""
    file = folder / given
    here = os.listdir(file.parent) if file.parent.is_dir() else []
    alike = [n for n in here if n.casefold() == file.name.casefold()]
    if file.name not in here and len(alike) == 1:
        file = file.with_name(alike[0])
    if not file.is_file():
        return ""
    return Path(os.path.abspath(file)).relative_to(os.path.abspath(folder)).as_posix() if _whole(file).startswith(_whole(folder)) else ""


def parted(document: Document) -> Document:
    """A chat that was pasted into a text, as its messages."""
    source, meta = document.source, document.meta
    if "#" in source.path or source.pages:
        return document
    found = chat.messages(source.text, meta.date)
    return replace(document, parts=tuple(Part(m.span, replace(meta, date=m.day or meta.date)) for m in found)) if found else document


def _undated(found: Listing, where: Path) -> str:
    """The name of the one document without a date. Raises KgError where there is none or more than one."""
    undated = [d.source.path for s in sources(found) for d in load(s).documents if not d.meta.date]
    if not undated:
        raise KgError("date-none")
    if len(undated) > 1:
        raise KgError("date-many", count=len(undated), where=where if where.is_dir() else where.parent)
    return undated[0]
