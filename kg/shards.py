"""A graph too big for one file, as shards: N-Quads for programs that read RDF, Parquet for sums, and a manifest that names them.

The graph comes in slices, so no more than one slice and the names of things are held. A statement is written by the slice that it
belongs to; what belongs to none (the run, the concepts, the table of things) is written in the end. Readers take the names of
files from the manifest, never from a folder's listing.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path

from . import __version__, crew, records, slices, tally
from .errors import KgError
from .model import Entity, Fact, Graph, Slice, digest
from .pack import Pack, load
from .rdf import CONCEPTS, DECLARED, FACTS, FILES, OTHERS, THINGS, Node, implied, models_of, nquads, placed, run_of
from .spans import article_name
from .terms import expander, prefixes, prefixes_of
from .view import BASE, write_whole

MANIFEST = "manifest.json"
LINES = 500_000  # of N-Quads in a shard, at least
ROWS = 200_000  # rows of a file of the table of things
_NAME = re.compile(r"[a-z]+-\d{5}-[0-9a-f]{8}\.(?:nq\.gz|parquet)")
_ONCE = ("a ", "skos:prefLabel ", "gf:divisionCode ", "skos:inScheme ", "gf:size ")  # said of a thing by the slice that it belongs to
_KEPT = (*_ONCE, "skos:altLabel ", "org:unitOf ", "gf:locatedIn ", "gf:value ", "gf:verbatim ")  # what the table of things wants
_GROUND = (records.RANK, "articles", *records.SENTENCE)
_FACTS = tuple(t for t in records.TABLES if t != "entities")


@dataclass(frozen=True, slots=True)
class File:
    """One file of the shards. kind: graph, or the name of a table; rows: statements or rows in it."""

    name: str
    kind: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What there is: the shards' folder, the address that names begin with, the files in order."""

    folder: Path
    base: str
    files: tuple[File, ...]
    spaces: Mapping[str, str] = field(default_factory=dict)  # prefixes of packs

    @property
    def sha256(self) -> str:
        """Of all that they hold: the same for the same shards."""
        return digest(self.base, *(f"{f.name} {f.sha256}" for f in self.files), length=64)

    def of(self, kind: str) -> list[Path]:
        """The files of one kind."""
        return [self.folder / f.name for f in self.files if f.kind == kind]


@dataclass(slots=True)
class Part:
    """What one slice says, written: lines of N-Quads, rows of tables, and what it adds to the whole."""

    lines: list[str]
    rows: Mapping[str, list[records.Record]]
    rest: Rest


@dataclass(slots=True)
class Rest:
    """What belongs to no slice, gathered from all: statements by subject, the names of files, and how often each thing is named."""

    things: dict[str, set[str]] = field(default_factory=dict)  # term of a thing or its size → lines
    loose: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)  # concepts → their lines
    files: set[str] = field(default_factory=set)
    models: set[str] = field(default_factory=set)  # that proposed facts
    spaces: dict[str, str] = field(default_factory=dict)  # prefixes of packs
    mentions: Counter[str] = field(default_factory=Counter)
    articles: Counter[str] = field(default_factory=Counter)
    said: dict[str, list[records.Record]] = field(default_factory=dict)  # fact of another slice → its rows, of which only where it is said counts

    def add(self, other: Rest) -> None:
        """Take in what another slice adds, whatever the order."""
        for subject, lines in other.things.items():
            self.things.setdefault(subject, set()).update(lines)
        for subject, versions in other.loose.items():
            self.loose.setdefault(subject, set()).update(versions)
        self.files |= other.files
        self.models |= other.models
        self.spaces |= other.spaces
        self.mentions.update(other.mentions)
        self.articles.update(other.articles)
        for fact, rows in other.said.items():
            self.said.setdefault(fact, []).extend(rows)


# ---------------------------------------------------------------- slices


def whole(graph: Graph) -> Slice:
    """A graph as its only slice."""
    return Slice(graph, frozenset(a.id for a in graph.articles), frozenset(e.id for e in graph.entities), frozenset(f.id for f in graph.facts))


def slices_of(graph: Graph, articles: int = 1000) -> Iterator[Slice]:
    """A graph in memory, cut into slices of so many articles.

    A fact belongs to the slice of its first article by place in the graph, a thing to the first slice that names it.
    """
    order = {a.id: number // articles for number, a in enumerate(graph.articles)}
    count = max(order.values(), default=0) + 1
    by_id = {e.id: e for e in graph.entities}
    facts: dict[int, dict[str, Fact]] = {n: {} for n in range(count)}
    mine: dict[int, set[str]] = {n: set() for n in range(count)}
    alike: dict[tuple[str, ...], list[Fact]] = defaultdict(list)  # claims of the same two things
    for f in graph.facts:
        places = {order[e.article] for e in f.evidence}
        mine[min(places, default=0)].add(f.id)
        for n in places or {0}:
            facts[n][f.id] = f
        if f.kind == "Claim":
            alike[pair(f)].append(f)
    by_fact = {f.id: f for f in graph.facts}
    links, asides, sized = defaultdict(list), defaultdict(list), defaultdict(list)
    for k in graph.links:
        links[order[k.mention.article]].append(k)
    for a in graph.asides:
        asides[order[a.amount.mention.article]].append(a)
    for e in graph.entities:
        if e.size:
            sized[order[e.size.mention.article]].append(e.id)
    metrics = {m.id: m for m in graph.metrics}
    read = {a.path for a in graph.articles}
    stretches: dict[int, list[str]] = defaultdict(list)
    for a_id, number in order.items():
        stretches[number].append(a_id)
    named: set[str] = set()
    for n in range(count):
        for f in list(facts[n].values()):  # closed: what facts name, and what tells whether a claim is implied
            others = [by_fact[v] for _, v in f.roles if v in by_fact] + (alike[pair(f)] if f.kind == "Claim" else [])
            facts[n].update({o.id: o for o in others})
        own = set(stretches[n])
        chosen = [replace(f, evidence=tuple(e for e in f.evidence if e.article in own)) for f in facts[n].values()]
        things = {k.entity for k in links[n]} | {v for f in chosen for _, v in f.roles if v in by_id} | set(sized[n])
        things |= by_id.keys() - named if n == count - 1 else set()  # what no article names
        things |= {x for t in things for x in _above(t, by_id)}
        entities = tuple(e for e in graph.entities if e.id in things)
        held = own | {a.mention.article for f in chosen for _, a in f.amounts} | {e.size.mention.article for e in entities if e.size}
        paths = {a.path for a in graph.articles if a.id in held}
        part = Graph(
            sources=tuple(s for s in graph.sources if s.path in paths or (n == 0 and s.path not in read)),
            articles=tuple(a for a in graph.articles if a.id in held),
            links=tuple(links[n]),
            entities=entities,
            facts=tuple(sorted(chosen, key=lambda f: f.id)),
            asides=tuple(asides[n]),
            metrics=tuple(metrics[m] for m in sorted({v for f in chosen for _, v in f.roles} & metrics.keys())),
            predicates=graph.predicates,
        )
        yield Slice(part, frozenset(own), frozenset(things - named), frozenset(mine[n]))
        named |= things


def pair(claim: Fact) -> tuple[str, ...]:
    """The two things of a claim, in one order: whether a claim is implied depends on all that are said of the two."""
    return tuple(sorted(claim.role("subject") + claim.role("object")))


def _above(identifier: str, by_id: Mapping[str, Entity]) -> Iterator[str]:
    """The divisions around a thing."""
    while identifier in by_id and (identifier := by_id[identifier].parent) in by_id:
        yield identifier


# ---------------------------------------------------------------- writing


def part(piece: Slice, base: str = BASE, pack: Pack | None = None) -> Part:
    """What a slice says: a pure function, so that slices may be written in any process."""
    said = list(placed(piece.graph, base, pack or load()))
    spaces = prefixes_of(piece.graph, base)
    full, rest = expander(base, spaces), Rest(models=set(models_of(piece.graph.facts)))
    rest.spaces = {prefix: iri for prefix, iri in spaces.items() if prefix not in prefixes(base)}
    foreign = {a.path for a in piece.graph.articles} - {a.path for a in piece.graph.articles if a.id in piece.articles}
    facts, known, level = set(piece.facts), {place for section, place, _ in said if section == FACTS}, set(piece.facts)
    while level := {implied(f) for f in level} & known:
        facts |= level
    graphs = {full[article_name(a)] for a in piece.articles}
    lines: list[str] = []
    own: list[str] = []  # subjects
    others: list[str] = []  # facts of another slice that are said here too
    for section, place, node in said:
        subject = full[node.subject][1:-1]
        if section in (CONCEPTS, DECLARED, OTHERS):
            rest.loose.setdefault(node.subject, set()).add(tuple(node.lines))
        elif section == FILES:
            rest.files.add(node.subject)
            lines += [] if place in foreign else nquads(node, full)
        elif section == THINGS:
            rest.things.setdefault(node.subject, set()).update(line for line in node.lines if line.startswith(_KEPT))
            if place in piece.entities:
                own.append(subject)
                lines += nquads(node, full)
            elif not node.subject.startswith("fact:"):
                lines += nquads(node._replace(lines=[line for line in node.lines if not line.startswith(_ONCE)]), full)
        elif not node.graphs:  # a fact without evidence
            if place in facts:
                own.append(subject)
                lines += nquads(node, full)
        else:  # what an article says is written with the article
            here = tuple(graph for graph in node.graphs if full[graph] in graphs)
            if here:
                lines += (line for line in nquads(node._replace(graphs=here), full) if line[line.rindex(" <") + 1 : -3] in graphs)
            if section == FACTS and (here or place in facts):
                (own if place in facts else others).append(subject)
            elif here:
                own.append(subject)
    source = records.source_of((node for _, _, node in said), full)
    rows = records.rows(source, own)
    rest.mentions, rest.articles = records.seen(rows["mentions"])
    for found in records.rows(source, others).values():
        rest.said.update({str(row["fact"]): [{k: row[k] for k in _GROUND}] for row in found if records.RANK in row})
    return Part(lines, rows, rest)


def write(slices: Iterable[Slice], folder: Path, *, base: str = BASE, pack: Pack | None = None, least: int = LINES) -> Manifest:
    """Write shards into a folder, the manifest last; files of earlier shards there are removed after it.

    `least`: lines of N-Quads that a shard has at least, before the next slice begins another. Raises KgError without pyarrow.
    """
    return write_parts((part(piece, base, pack) for piece in slices), folder, base=base, pack=pack, least=least)


def write_slices(
    of: slices.Index,
    folder: Path,
    *,
    base: str = BASE,
    packs: tuple[Path, ...] = (),
    least: float = 0.5,
    jobs: int = 1,
    progress: Callable[[], object] = lambda: None,
) -> tally.Tally:
    """Write the shards of a corpus, one a slice, into `folder`/shards, with little in memory. What the graph holds, in numbers.

    `least`: facts below this confidence stay out. `progress` is called after every slice. Raises KgError.
    """
    records.require_pyarrow()
    out = folder / "shards"
    out.mkdir(parents=True, exist_ok=True)
    total, rest, files = tally.Tally(), Rest(), list[File]()
    one = partial(_write_slice, of, out, base, packs, least)
    for _, (written, more, held) in crew.each(one, range(len(of)), jobs, weight=lambda _: crew.WEIGHT, killed=_killed):
        files += written
        rest.add(more)
        total += held
        progress()
    finish(out, files, rest, base=base, pack=load(*packs))
    return total


def _killed(number: int) -> tuple[list[File], Rest, tally.Tally]:
    raise KgError("worker-lost")


def _write_slice(of: slices.Index, out: Path, base: str, packs: tuple[Path, ...], least: float, number: int) -> tuple[list[File], Rest, tally.Tally]:
    piece = slices.cut(of, number, least)
    done = part(piece, base, load(*packs))
    return write_shard(out, number + 1, done.lines, done.rows), done.rest, tally.of_slice(piece)


def write_parts(parts: Iterable[Part], folder: Path, *, base: str = BASE, pack: Pack | None = None, least: int = LINES) -> Manifest:
    """The same of slices that are written already."""
    records.require_pyarrow()
    folder.mkdir(parents=True, exist_ok=True)
    files: list[File] = []
    rest, lines, rows = Rest(), list[str](), {table: list[records.Record]() for table in _FACTS}
    number = 0
    for each in parts:
        rest.add(each.rest)
        lines += each.lines
        for table in _FACTS:
            rows[table] += each.rows[table]
        if len(lines) >= least:
            number += 1
            files += write_shard(folder, number, lines, rows)
            lines, rows = [], {table: [] for table in _FACTS}
    if lines or not number:
        files += write_shard(folder, number + 1, lines, rows, empty=not number)
    return finish(folder, files, rest, base=base, pack=pack)


def write_shard(folder: Path, number: int, lines: Iterable[str], rows: Mapping[str, list[records.Record]], *, empty: bool = False) -> list[File]:
    """Write one shard: a file of N-Quads, and one of each table that has rows (`empty`: of the others too)."""
    out = [_file(folder, "graph", number, "nq.gz", *_zipped(lines))] if lines else []
    for table, found in rows.items():
        if found or empty:
            out.append(_file(folder, table, number, "parquet", records.parquet(records.COLUMNS[table], found), len(found)))
    ranks = {row["fact"]: row[records.RANK] for found in rows.values() for row in found if records.RANK in row}
    _ranks(folder, number).write_bytes(json.dumps(ranks).encode())
    return out


def _ranks(folder: Path, number: int) -> Path:
    """Where a shard keeps how good the sentences of its facts are, until all slices are known."""
    return folder / f".ranks-{number:05}"


def _told_elsewhere(folder: Path, file: File, said: Mapping[str, list[records.Record]]) -> File:
    """A table of facts in which those that other slices say too have their best sentence, and the number of all articles."""
    import pyarrow.parquet as pq

    number = int(file.name.split("-")[1])
    ranks = json.loads(_ranks(folder, number).read_text("utf-8"))
    if said.keys().isdisjoint(ranks):
        return file
    rows: list[records.Record] = pq.read_table(folder / file.name).to_pylist()
    for row in rows:
        others = said.get(str(row["fact"]), [])
        best = min(others, key=lambda x: str(x[records.RANK]), default=None)
        row["articles"] = int(str(row["articles"])) + sum(int(str(x["articles"])) for x in others)
        if best and str(best[records.RANK]) < ranks.get(row["fact"], "~"):
            row.update({k: best[k] for k in records.SENTENCE})
    (folder / file.name).unlink()
    return _file(folder, file.kind, number, "parquet", records.parquet(records.COLUMNS[file.kind], rows), len(rows))


def finish(folder: Path, files: Iterable[File], rest: Rest, *, base: str = BASE, pack: Pack | None = None) -> Manifest:
    """Write what belongs to no slice, then the manifest; then remove what no manifest names."""
    full = expander(base, rest.spaces)
    found = [_told_elsewhere(folder, f, rest.said) if rest.said and f.kind not in ("graph", "mentions") else f for f in files]
    loose = [run_of(sorted(rest.files), pack or load(), sorted(rest.models))]
    for subject, versions in sorted(rest.loose.items()):  # a concept is said in one way
        loose.append(Node(subject, list(min(versions)) if subject.startswith("gfc:") else sorted({line for lines in versions for line in lines})))
    found.append(_file(folder, "graph", 0, "nq.gz", *_zipped(line for node in loose for line in nquads(node, full))))
    said = records.source_of((Node(subject, sorted(lines)) for subject, lines in sorted(rest.things.items())), full)
    things = records.entities(said, rest.mentions, rest.articles)
    for number in range(max(1, -(-len(things) // ROWS))):
        rows = things[number * ROWS : (number + 1) * ROWS]
        found.append(_file(folder, "entities", number, "parquet", records.parquet(records.COLUMNS["entities"], rows), len(rows)))
    for table in _FACTS:  # a table without a file would have no columns
        if not any(f.kind == table for f in found):
            found.append(_file(folder, table, 0, "parquet", records.parquet(records.COLUMNS[table], []), 0))
    manifest = Manifest(folder, base, tuple(sorted(found, key=lambda f: f.name)), dict(sorted(rest.spaces.items())))
    for path in folder.glob(".ranks-*"):
        path.unlink()
    write_whole(folder / MANIFEST, _spelled(manifest))
    tidy(manifest)
    return manifest


def tidy(manifest: Manifest) -> None:
    """Remove the files of earlier shards."""
    named = {f.name for f in manifest.files}
    for path in manifest.folder.iterdir():
        if _NAME.fullmatch(path.name) and path.name not in named:
            path.unlink()


def _file(folder: Path, kind: str, number: int, suffix: str, data: bytes, rows: int) -> File:
    """Write a file whose name holds a part of its hash: other content never takes the place of what an earlier manifest names."""
    sha256 = hashlib.sha256(data).hexdigest()
    name = f"{kind}-{number:05}-{sha256[:8]}.{suffix}"
    write_whole(folder / name, data)
    return File(name, kind, rows, sha256)


def _zipped(lines: Iterable[str]) -> tuple[bytes, int]:
    """Lines as a gzip file, and how many."""
    out, count = io.BytesIO(), 0
    with gzip.GzipFile("", "wb", 1, out, 0) as file:
        for chunk in _chunks(lines):
            count += len(chunk)
            file.write("".join(chunk).encode())
    return out.getvalue(), count


def _chunks(lines: Iterable[str], size: int = 10_000) -> Iterator[list[str]]:
    """
    >>> list(_chunks("abc", 2))
    [['a', 'b'], ['c']]
    """
    rest = iter(lines)
    while chunk := list(islice(rest, size)):
        yield chunk


def _spelled(manifest: Manifest) -> bytes:
    files = [{"name": f.name, "kind": f.kind, "rows": f.rows, "sha256": f.sha256} for f in manifest.files]
    said = {"kind": "shards", "program": f"gongfu-kg {__version__}", "base": manifest.base, "prefixes": dict(manifest.spaces), "files": files}
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


# ---------------------------------------------------------------- reading


def read(folder: Path, *, checked: bool = True) -> Manifest:
    """The manifest of a folder of shards, or of `shards/` in it; `checked`: every file is there and unchanged. Raises KgError."""
    folder = folder / "shards" if (folder / "shards" / MANIFEST).is_file() else folder
    try:
        said = json.loads((folder / MANIFEST).read_text("utf-8"))
        if said["kind"] != "shards":
            raise ValueError
        files = tuple(File(f["name"], f["kind"], f["rows"], f["sha256"]) for f in said["files"])
        manifest = Manifest(folder, said["base"], files, said["prefixes"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KgError("shards-none", path=folder, why=error.strerror if isinstance(error, OSError) else MANIFEST) from None
    for f in files:
        if Path(f.name).name != f.name or not (folder / f.name).is_file():
            raise KgError("shards-lost", path=folder / f.name)
        if checked and _hash(folder / f.name) != f.sha256:
            raise KgError("shards-changed", path=folder / f.name)
    return manifest


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
