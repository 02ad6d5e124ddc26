"""Queries in processes of their own: what runs too long is killed, what a query could reach beyond the graph is out of its reach.

The engine cannot be interrupted, and its SERVICE opens connections. So each query runs in a worker that holds the graph, may open
no further file or socket (where the system can forbid it), has a bound on memory, and dies at the time-out; a new one takes its place.
"""

from __future__ import annotations

import io
import math
import multiprocessing
import os
import queue
import re
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .answers import emptied, left_out, open_dimensions
from .errors import KgError, chinese
from .ondisk import MARKER
from .query import GraphFile, read_graph
from .sparql import tokens
from .syntax import complaint, is_update, refuse_service

if TYPE_CHECKING:
    import pyoxigraph as ox

# short name, media types, the name of the writer; the first of each list is sent, the first line is the default
ROWS = (
    ("json", ("application/sparql-results+json", "application/json"), "JSON"),
    ("xml", ("application/sparql-results+xml", "application/xml", "text/xml"), "XML"),
    ("csv", ("text/csv",), "CSV"),
    ("tsv", ("text/tab-separated-values",), "TSV"),
)
TRIPLES = (
    ("turtle", ("text/turtle", "application/x-turtle"), "TURTLE"),
    ("nt", ("application/n-triples", "text/plain"), "N_TRIPLES"),
    ("xml", ("application/rdf+xml", "application/xml", "text/xml"), "RDF_XML"),
    ("jsonld", ("application/ld+json", "application/json"), "JSON_LD"),
)
_ALIASES = {"ttl": "turtle", "ntriples": "nt", "n-triples": "nt", "json-ld": "jsonld", "rdf": "xml", "rdf+xml": "xml"}
MEMORY = 2 << 30  # bytes that a worker may take beyond the graph
LOADING = 600.0  # seconds that reading the graph may take


@dataclass(frozen=True, slots=True)
class Question:
    """A query as it came: its text, the Accept header, a short name of a format ("" for none), the data set of the protocol.

    `language`: zh or en, of what is said beside the answer; "" for the server's own.
    """

    text: str
    accept: str = ""
    form: str = ""
    any_sum: bool = False
    notes: bool = False
    language: str = ""
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: media type, bytes, and what is to be said beside the answer."""

    media: str
    body: bytes
    notes: tuple[str, ...] = ()


# ---------------------------------------------------------------- content negotiation


def choose(formats: tuple[tuple[str, tuple[str, ...], str], ...], accept: str, form: str = "") -> tuple[str, str]:
    """The media type to send and its writer: by short name if it is one of these, else by the Accept header. Raises KgError.

    >>> choose(ROWS, "text/csv;q=0.5, application/sparql-results+xml")
    ('application/sparql-results+xml', 'XML')
    >>> choose(ROWS, "text/html, */*;q=0.1"), choose(ROWS, "", "tsv")[1]
    (('application/sparql-results+json', 'JSON'), 'TSV')
    """
    form = _ALIASES.get(form.lower(), form.lower())
    for name, media, writer in formats:
        if form and form in (name, *media):
            return media[0], writer
    weights: dict[str, float] = {}
    for part in (accept or "*/*").lower().split(","):
        kind, *parameters = (x.strip() for x in part.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        weights[kind] = float(quality) if re.fullmatch(r"[01](\.\d*)?", quality) else 0.0

    def weight(kind: str) -> float:
        return next((weights[k] for k in (kind, kind.partition("/")[0] + "/*", "*/*") if k in weights), 0.0)

    offers = [(kind, writer) for _, kinds, writer in formats for kind in kinds]
    best = max(offers, key=lambda offer: weight(offer[0]))  # the first of equals
    if not weight(best[0]):
        raise KgError("serve-accept", given=accept, known=", ".join(kinds[0] for _, kinds, _ in formats))
    return best


# ---------------------------------------------------------------- one query


def ask(data: GraphFile, question: Question, limit: int) -> Answer:
    """The answer to a question, of `limit` bytes at most. Raises KgError."""
    import pyoxigraph as ox

    refuse_service(question.text)
    chosen: dict[str, Any] = {"use_default_graph_as_union": "FROM" not in map(str.upper, tokens(question.text))}
    if question.default_graphs or question.named_graphs:
        chosen = {"default_graph": _graphs(question.default_graphs), "named_graphs": _graphs(question.named_graphs)}
    out = _Bounded(limit)
    try:
        found = data.store.query(question.text, prefixes=dict(data.prefixes), **chosen)
        missing = () if question.any_sum else open_dimensions(question.text)
        if missing:
            raise KgError("query-sum", open=" ".join(f"gf:{d}" for d in missing))
        if isinstance(found, ox.QueryTriples):
            media, writer = choose(TRIPLES, question.accept, question.form)
            found.serialize(out, getattr(ox.RdfFormat, writer))
            return Answer(media, out.getvalue())
        media, writer = choose(ROWS, question.accept, question.form)
        found.serialize(out, getattr(ox.QueryResultsFormat, writer))
    except SyntaxError as error:
        raise (KgError("query-update") if is_update(question.text) else complaint(str(error), question.text, lambda text: _complaint(data, text))) from None
    except OverflowError:
        raise KgError("serve-result", limit=limit) from None
    except (ValueError, RuntimeError, OSError) as error:
        raise KgError("query-syntax", why=" ".join(str(error).split())) from None
    return Answer(media, out.getvalue(), _notes(data, question, out) if question.notes else ())


def _notes(data: GraphFile, question: Question, out: io.BytesIO) -> tuple[str, ...]:
    """What is said beside an answer; whether it has rows is asked again only where it is short."""
    import pyoxigraph as ox

    try:
        found = data.store.query(question.text, prefixes=dict(data.prefixes), use_default_graph_as_union=True) if out.tell() < 2000 else None
        empty = isinstance(found, ox.QuerySolutions) and next(iter(found), None) is None
        return tuple(note for note in (emptied(data, question.text) if empty else "", *left_out(data, question.text)) if note)
    except (SyntaxError, ValueError, RuntimeError, OSError):  # the notes take the query apart; what they cannot read has none
        return ()


def _complaint(data: GraphFile, text: str) -> str:
    try:
        data.store.query(text, prefixes=dict(data.prefixes))
        return ""
    except (SyntaxError, ValueError, RuntimeError, OSError) as error:
        return str(error)


def _graphs(names: tuple[str, ...]) -> list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph]:
    import pyoxigraph as ox

    try:
        return [ox.NamedNode(name) for name in names]
    except ValueError as error:
        raise KgError("query-syntax", why=error) from None


class _Bounded(io.BytesIO):
    """Bytes up to a limit."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.left = limit

    def write(self, data: Any, /) -> int:
        self.left -= len(data)
        if self.left < 0:
            raise OverflowError
        return super().write(data)


# ---------------------------------------------------------------- the worker's side


def work(pipe: Connection, path: Path, limit: int, timeout: float, memory: int) -> None:
    """Read the graph, say so, and answer one question after another until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    try:
        data = read_graph(path)
    except KgError as error:
        pipe.send(error)
        return
    for formats, text in ((ROWS, "SELECT (SUM(?v) AS ?n) { ?x gf:none ?v FILTER(?v > 0.5) }"), (TRIPLES, "CONSTRUCT WHERE { ?x gf:none ?y }")):
        for name, _, _ in formats:  # all that is loaded late is loaded now
            ask(data, Question(text, form=name, notes=True, any_sum=True), limit)
    lock(pipe, memory)
    own = "zh" if chinese() else "en"
    pipe.send((dict(data.prefixes), data.stored.statements if data.stored else len(data.store)))
    try:
        while True:
            question: Question = pipe.recv()
            os.environ["LC_ALL"] = question.language or own  # this process says everything in the language of the one who asks
            if hasattr(signal, "alarm"):  # if the parent is gone and nobody kills us
                signal.alarm(math.ceil(timeout) + 5)
            try:
                answer: Answer | KgError = ask(data, question, limit)
            except KgError as error:
                answer = error
            except MemoryError:
                answer = KgError("serve-died")
            if hasattr(signal, "alarm"):
                signal.alarm(0)
            pipe.send(answer)
    except (EOFError, OSError):
        return


def lock(pipe: Connection, memory: int) -> None:
    """From here on this process opens nothing and takes so much memory at most. Windows has neither limit."""
    try:
        import resource
    except ImportError:
        return
    pages = Path("/proc/self/statm")
    held = int(pages.read_text("ascii").split()[0]) * resource.getpagesize() if pages.exists() else 0
    free = os.dup(pipe.fileno())  # the lowest number not in use: none from it on may be opened
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, free))
    if held:
        resource.setrlimit(resource.RLIMIT_AS, (held + memory, held + memory))


# ---------------------------------------------------------------- the server's side


class Worker:
    """A process that holds the graph. `stamp` tells which state of the file it read."""

    def __init__(self, path: Path, limit: int, timeout: float, memory: int) -> None:
        self.stamp = stamp(path)
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=work, args=(theirs, path, limit, timeout, memory), daemon=True)
        self.process.start()
        theirs.close()
        self.ready: tuple[Mapping[str, str], int] | None = None

    def wait(self, seconds: float = LOADING) -> tuple[Mapping[str, str], int]:
        """The prefixes and the number of statements, once the graph is read. Raises KgError."""
        if self.ready is None:
            said = self._receive(seconds)
            if isinstance(said, KgError):
                raise said
            self.ready = said
        return self.ready

    def ask(self, question: Question, timeout: float) -> Answer:
        """The answer. Raises KgError; after serve-timeout and serve-died the worker is of no more use."""
        try:
            self.pipe.send(question)
        except OSError:
            raise KgError("serve-died") from None
        said = self._receive(timeout)
        if isinstance(said, KgError):
            raise said
        assert isinstance(said, Answer)
        return said

    def _receive(self, seconds: float) -> Any:
        try:
            if not self.pipe.poll(seconds):
                raise KgError("serve-timeout", seconds=f"{seconds:g}")
            return self.pipe.recv()
        except (EOFError, OSError):
            raise KgError("serve-died") from None

    def kill(self) -> None:
        self.process.kill()
        self.process.join(5)
        self.pipe.close()


class Pool:
    """Some workers over one graph. A changed file is read again, so that a new build is served without a restart.

    `timeout`: seconds for a query, and as many again for waiting to be served. `limit`: bytes of an answer. `waiting`: questions that
    may wait at a time.
    """

    def __init__(self, path: Path, size: int = 2, timeout: float = 30.0, limit: int = 32 << 20, memory: int = MEMORY) -> None:
        self.path, self.timeout, self.limit, self.memory = path, timeout, limit, memory
        self.idle: queue.Queue[Worker] = queue.Queue()
        self.workers: set[Worker] = set()
        self.closed = False
        first = self._start()
        try:
            self.prefixes, self.statements = first.wait()
        except KgError:
            first.kill()
            raise
        self.idle.put(first)
        for _ in range(size - 1):
            self.idle.put(self._start())

    def ask(self, question: Question) -> Answer:
        """The answer of the first worker that is free. Raises KgError."""
        try:
            worker = self.idle.get(timeout=self.timeout)
        except queue.Empty:
            raise KgError("serve-busy") from None
        useless = True
        try:
            if worker.stamp != stamp(self.path):
                worker = self._instead_of(worker)
            worker.wait()
            useless = False
            return worker.ask(question, self.timeout)
        except KgError as error:
            useless = useless or error.slug in ("serve-timeout", "serve-died")
            raise
        finally:
            if not self.closed:
                self.idle.put(self._instead_of(worker) if useless else worker)

    def _start(self) -> Worker:
        worker = Worker(self.path, self.limit, self.timeout, self.memory)
        self.workers.add(worker)
        return worker

    def _instead_of(self, worker: Worker) -> Worker:
        self.workers.discard(worker)
        worker.kill()
        return self._start()

    def close(self) -> None:
        """End all workers."""
        self.closed = True
        for worker in list(self.workers):
            worker.kill()

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def stamp(path: Path) -> tuple[int, int, float]:
    """Changes when the file or store does; while it is missing it counts as unchanged from one second to the next."""
    try:
        found = (path / MARKER if path.is_dir() else path).stat()
        return found.st_mtime_ns, found.st_size, found.st_ino
    except OSError:
        return 0, 0, math.floor(time.monotonic())
