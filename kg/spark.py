"""The same build on many machines: `extract` and `merge` as a job of Spark, shards as its output.

Every step calls the functions of the plain build. Documents become rows, what they say becomes rows by key, the values of a key are
merged where Spark has brought them together, and each stretch of documents is written as one shard by the task that holds it. All
machines need this program, and a folder that they share.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import partial
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

from . import documents, pack, reprints, shards, texts
from .build import article_key, aside_key, evidence_key, extract_one, link_key, one_entity, one_metric, surest, without
from .errors import KgError
from .model import Aside, Document, DocumentFacts, Entity, Fact, Graph, Metric, Slice
from .view import BASE

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

SIZE = 500  # documents of a slice
_FILE = 1000  # documents of an input file
_ROWS = 200  # rows that a worker is handed at a time
_PART = "number long, slice long, articles array<string>, value binary, stories binary, error string"
_ROW = "kind string, id string, slice long, number long, times long, value binary, again array<string>"
Progress = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Done:
    """What a job wrote: the shards, the documents that failed, and the seconds of each stage."""

    manifest: shards.Manifest
    problems: tuple[KgError, ...]
    documents: int
    seconds: tuple[tuple[str, float], ...]


def build(
    inputs: Sequence[Path],
    out: Path,
    *,
    master: str = "local[*]",
    folders: tuple[Path, ...] = (),
    day: date | None = None,
    base: str = BASE,
    least: float = 0.5,
    size: int = SIZE,
    progress: Progress = lambda stage: None,
) -> Done:
    """Build `out`/shards of the inputs. `size`: documents of a slice; `least`: facts below this confidence stay out. Raises KgError."""
    _require()
    pack.load(*folders)  # a bad pack is told once, here
    read = documents.read_inputs(inputs, day=day)
    out.mkdir(parents=True, exist_ok=True)
    seconds: list[tuple[str, float]] = []
    with tempfile.TemporaryDirectory(prefix=".kg-", dir=out) as temporary, _session(master, Path(temporary)) as spark:
        work = Path(temporary).absolute()

        def stage(name: str, frame: DataFrame | None) -> DataFrame:
            """A stage's rows, kept in files: a lost worker costs no more than its own task."""
            progress(name)
            start = time.perf_counter()
            if frame is not None:
                frame.write.parquet(str(work / name))
            seconds.append((name, time.perf_counter() - start))
            return spark.read.parquet(str(work / name))

        _write_documents(read.documents, work / "documents")
        given = stage("documents", None)
        parts = stage("extract", given.mapInArrow(partial(_extract, folders, size), _PART))
        problems = [_problem(row["error"]) for row in parts.where("error IS NOT NULL").select("error").collect()]
        parts = parts.where("error IS NULL")
        if problems and parts.isEmpty():
            raise problems[0]
        own = parts.drop("stories").join(_again(spark, parts), "number", "left")
        same = spark.sparkContext.broadcast(_reprints(parts.select("number", "stories").join(_again(spark, parts), "number", "left")))
        said = stage("say", own.mapInArrow(partial(_say, same), _ROW))
        merged = stage("merge", _merged(said))
        parents = {row["id"]: row["parent"] for row in _parents(merged).collect()}  # divisions alone have any: as many as the register at most
        wanted = stage("want", _wanted(said, spark.sparkContext.broadcast(parents)))
        rows = merged.drop("slice").join(wanted, ["kind", "id"]).select("kind", "id", "slice", "number", "times", "value", "again")
        rows = rows.unionByName(own.selectExpr("'d' AS kind", "'' AS id", "slice", "number", "1L AS times", "value", "again"))
        slices = -(-len(read.documents) // size)
        rows = rows.repartition(max(1, slices), "slice").sortWithinPartitions("slice", "kind", "number", "id")
        folder = out.absolute() / "shards"
        folder.mkdir(exist_ok=True)
        written = stage("write", rows.mapInArrow(partial(_write, folder, base, folders, least, size, same), "slice long, files string, rest binary"))
        progress("finish")
        start = time.perf_counter()
        rest, files = shards.Rest(), list[shards.File]()
        for row in written.orderBy("slice").toLocalIterator():
            rest.add(pickle.loads(row["rest"]))
            files += [shards.File(**file) for file in json.loads(row["files"])]
        manifest = shards.finish(folder, files, rest, base=base, pack=pack.load(*folders))
        kept, before = texts.write_texts((d.source for d in read.documents), work), texts.listed(out)
        for name in kept:
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(work / name, out / name)
        texts.sweep(out, before, kept)
        seconds.append(("finish", time.perf_counter() - start))
        progress("end")
    return Done(manifest, (*read.problems, *sorted(problems, key=str)), len(read.documents), tuple(seconds))


def _require() -> None:
    if not find_spec("pyspark") or not find_spec("pyarrow"):
        raise KgError("spark-missing", what="pyspark")
    if not (which("java") or os.environ.get("JAVA_HOME")):
        raise KgError("spark-missing", what="Java")


@contextmanager
def _session(master: str, work: Path) -> Iterator[SparkSession]:
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    local = re.fullmatch(r"local(?:\[([\d*]+)\])?", master)
    builder = SparkSession.builder.appName("gongfu-kg").master(f"local[{local[1] or 1},4]" if local else master)  # a lost task is tried again here too
    settings = {"spark.sql.execution.arrow.maxRecordsPerBatch": str(_ROWS), "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    if local:
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.local.dir": str(work / "local")}
        settings |= {"spark.sql.warehouse.dir": str(work / "warehouse"), "spark.sql.shuffle.partitions": "8", "spark.log.level": "FATAL"}
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        spark = builder.getOrCreate()
    except Exception as error:
        raise KgError("spark-failed", why=str(error).partition("\n")[0]) from None
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    try:
        yield spark
    except (Py4JJavaError, PySparkException) as error:
        raise KgError("spark-failed", why=" ".join(str(error).split())[:300]) from None
    finally:
        spark.stop()


def _write_documents(found: Sequence[Document], folder: Path) -> None:
    """The documents as rows, in the order of their paths: their numbers tell which is first."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir()
    schema = pa.schema([("number", pa.int64()), ("path", pa.string()), ("document", pa.binary())])
    ordered = sorted(found, key=lambda d: (d.source.path, d.source.sha256))
    for start in range(0, len(ordered), _FILE):
        rows = [{"number": start + n, "path": d.source.path, "document": pickle.dumps(d)} for n, d in enumerate(ordered[start : start + _FILE])]
        pq.write_table(pa.Table.from_pylist(rows, schema), folder / f"{start:09}.parquet", compression="zstd")


def _problem(error: str) -> KgError:
    said = json.loads(error)
    return KgError(said["slug"], **said["values"])


# ---------------------------------------------------------------- what the workers do


def _rows(batches: Iterable[pa.RecordBatch]) -> Iterator[dict[str, Any]]:
    for batch in batches:
        yield from batch.to_pylist()


def _batches(rows: Iterable[dict[str, Any]], ddl: str, most: int = 2000) -> Iterator[pa.RecordBatch]:
    """Rows as Spark wants them back, of the columns of a schema as Spark spells it."""
    import pyarrow as pa

    kinds = {"long": pa.int64(), "string": pa.string(), "binary": pa.binary(), "array<string>": pa.list_(pa.string())}
    schema = pa.schema([(name, kinds[kind]) for name, kind in (column.split(" ") for column in ddl.split(", "))])
    held: list[dict[str, Any]] = []
    for row in rows:
        held.append(row)
        if len(held) >= most:
            yield pa.RecordBatch.from_pylist(held, schema)
            held = []
    if held:
        yield pa.RecordBatch.from_pylist(held, schema)


def _extract(folders: tuple[Path, ...], size: int, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """What each document says; one that breaks the program becomes a row that tells so."""

    def one(row: dict[str, Any]) -> dict[str, Any]:
        found = extract_one(pickle.loads(row["document"]), folders)
        out = {"number": row["number"], "slice": row["number"] // size, "articles": None, "value": None, "stories": None, "error": None}
        if isinstance(found, KgError):
            return out | {"error": json.dumps({"slug": found.slug, "values": {k: str(v) for k, v in found.values.items()}}, ensure_ascii=False)}
        stories = pickle.dumps(reprints.stories(found))
        return out | {"articles": [a.id for a in found.articles], "value": pickle.dumps(found), "stories": stories}

    return _batches(map(one, _rows(batches)), _PART, _ROWS)


def _part(row: dict[str, Any], same: Any) -> DocumentFacts:
    """A document's part, without the articles that an earlier document has, its reprints under the name of what they reprint."""
    part: DocumentFacts = pickle.loads(row["value"])
    part = without(part, set(row["again"])) if row["again"] else part
    return reprints.renamed(part, same.value) if same.value else part


def _say(same: Any, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """By key, what each document says. kind: e entity, m metric, f fact (its wording), n an entity that is named, q a claim by its two things,
    p one that may imply another.
    """

    def of(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
        part = _part(row, same)
        kinds = {"gf:finances", *(p.id for p in part.predicates if p.parent)}
        common = {"slice": row["slice"], "number": row["number"], "times": 1, "again": None}
        for kind, values in (("e", part.entities), ("m", part.metrics)):
            for value in values:
                yield {"kind": kind, "id": value.id, "value": pickle.dumps(value), **common}
        for f in part.facts:
            yield {"kind": "f", "id": f.id, "value": pickle.dumps(replace(f, evidence=f.evidence[:1])), **common}
            if f.kind == "Claim":
                kind = "q" if kinds.isdisjoint(f.role("predicate")) else "p"
                yield {"kind": kind, "id": "\x1f".join(shards.pair(f)), "value": f.id.encode(), **common}
        named = {k.entity for k in part.links} | {v for f in part.facts for _, v in f.roles if v.startswith(("agent/", "place/", "thing/"))}
        for identifier in sorted(named - {e.id for e in part.entities}):
            yield {"kind": "n", "id": identifier, "value": None, **common}

    return _batches((said for row in _rows(batches) for said in of(row)), _ROW)


def _merge(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The values of a key as one; the rows of a key come one after the other."""

    def one(key: tuple[str, str], rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
        found = [(pickle.loads(row["value"]), row["times"], row["number"]) for row in rows]
        value: Entity | Metric | Fact
        if key[0] == "e":
            readings: Counter[Entity] = Counter()
            for entity, times, _ in found:
                readings[entity] += times
            value = one_entity(readings)
        elif key[0] == "m":
            value = one_metric([metric for metric, _, _ in found])
        else:
            value = replace(min((fact for fact, _, _ in found), key=surest), evidence=())
        first = min(number for _, _, number in found)
        parent = [value.parent] if isinstance(value, Entity) and value.parent else None
        return {"kind": key[0], "id": key[1], "slice": 0, "number": first, "times": 1, "value": pickle.dumps(value), "again": parent}

    return _batches((one(key, rows) for key, rows in groupby(_rows(batches), lambda row: (row["kind"], row["id"]))), _ROW)


def _closed(parents: Any, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """What a slice wants, and the divisions around it."""

    def around(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
        identifier = row["id"]
        while identifier:
            yield {"kind": row["kind"], "id": identifier, "slice": row["slice"]}
            identifier = parents.value.get(identifier) if row["kind"] == "e" else None

    return _batches((r for row in _rows(batches) for r in around(row)), "kind string, id string, slice long")


def _write(
    folder: Path, base: str, folders: tuple[Path, ...], least: float, size: int, same: Any, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Write each slice as a shard; what it adds to the whole goes back."""

    def one(number: int, rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
        part = shards.part(_slice(number, [_part(r, same) if r["kind"] == "d" else r for r in rows], least, size), base, pack.load(*folders))
        files = shards.write_shard(folder, number + 1, part.lines, part.rows)
        return {"slice": number, "files": json.dumps([asdict(f) for f in files]), "rest": pickle.dumps(part.rest)}

    found = (one(number, rows) for number, rows in groupby(_rows(batches), lambda row: row["slice"]))
    return _batches(found, "slice long, files string, rest binary", 1)


def _slice(number: int, rows: Iterable[dict[str, Any] | DocumentFacts], least: float, size: int) -> Slice:
    """A slice of its documents' parts and of what all documents agree on."""
    own: list[DocumentFacts] = []
    entities: dict[str, Entity] = {}
    metrics: dict[str, Metric] = {}
    merged: dict[str, Fact] = {}
    of_kind: dict[str, dict[str, Any]] = {"e": entities, "m": metrics, "f": merged}
    here: set[str] = set()
    for row in rows:
        if isinstance(row, DocumentFacts):
            own.append(row)
            continue
        value = pickle.loads(row["value"])
        of_kind[row["kind"]][row["id"]] = value
        if row["number"] // size == number:
            here.add(row["id"])
    said: dict[str, set[Any]] = {}
    for part in own:
        for f in part.facts:
            said.setdefault(f.id, set()).update(f.evidence)
    whole = {i: replace(f, evidence=tuple(sorted(said.get(i, ()), key=evidence_key))) for i, f in merged.items()}
    gone = {i for i, f in whole.items() if f.confidence < least}
    facts = {i: replace(f, roles=tuple(r for r in f.roles if r[1] not in gone)) for i, f in whole.items() if i not in gone}
    articles = {a.id: a for part in own for a in part.articles}
    stated = {a.mention for f in facts.values() for _, a in f.amounts} | {e.size.mention for e in entities.values() if e.size}
    loose = {a for i in gone for _, a in whole[i].amounts if a.mention not in stated and a.mention.article in articles}
    asides = {*(a for part in own for a in part.asides), *(Aside(a, "asideUncertain") for a in loose)}
    graph = Graph(
        sources=tuple(sorted({part.source for part in own}, key=lambda s: (s.path, s.sha256))),
        articles=tuple(sorted(articles.values(), key=article_key)),
        links=tuple(sorted({k for part in own for k in part.links}, key=link_key)),
        entities=tuple(entities[i] for i in sorted(entities)),
        facts=tuple(facts[i] for i in sorted(facts)),
        asides=tuple(sorted(asides, key=aside_key)),
        metrics=tuple(metrics[i] for i in sorted(metrics)),
        predicates=tuple(sorted({p for part in own for p in part.predicates}, key=lambda p: p.id)),
    )
    return Slice(graph, frozenset(articles), frozenset(here & entities.keys()), frozenset(here & facts.keys()))


# ---------------------------------------------------------------- what Spark does


def _again(spark: SparkSession, parts: DataFrame) -> DataFrame:
    """Of each document the articles that an earlier one has: few."""
    from pyspark.sql import functions as f

    stands = parts.select("number", f.explode("articles").alias("article"))
    first = stands.groupBy("article").agg(f.min("number").alias("first"), f.count("*").alias("times")).where("times > 1")
    again = stands.join(first, "article").where("number > first").groupBy("number").agg(f.sort_array(f.collect_list("article")).alias("again"))
    return f.broadcast(again)


def _reprints(told: DataFrame) -> dict[str, reprints.First]:
    """Which article reprints which, of all but those that an earlier document has: some hundred small numbers an article, on the starting machine."""
    rows = ((pickle.loads(row["stories"]), set(row["again"] or ())) for row in told.toLocalIterator())
    return reprints.find(story for stories, again in rows for story in stories if story.article not in again)


def _merged(said: DataFrame) -> DataFrame:
    """One row a key. Readings that are the same are counted before they travel, so that a name in every document is no heavy key."""
    from pyspark.sql import functions as f

    counted = said.where("kind IN ('e', 'm')").groupBy("kind", "id", "value").agg(f.min("number").alias("number"), f.sum("times").alias("times"))
    keyed = counted.unionByName(said.where("kind = 'f'").select("kind", "id", "value", "number", "times"))
    return keyed.repartition("kind", "id").sortWithinPartitions("kind", "id", "number").mapInArrow(_merge, _ROW)


def _parents(merged: DataFrame) -> DataFrame:
    return merged.where("kind = 'e' AND again IS NOT NULL").selectExpr("id", "again[0] AS parent")


def _wanted(said: DataFrame, parents: Any) -> DataFrame:
    """Which slice wants which key."""
    named = said.where("kind IN ('e', 'm', 'f', 'n')").selectExpr("IF(kind = 'n', 'e', kind) AS kind", "id", "slice").distinct()
    claims = said.where("kind IN ('p', 'q')").selectExpr("id AS pair", "CAST(value AS string) AS id").distinct()
    finances = said.where("kind = 'p'").selectExpr("id AS pair", "slice").distinct()
    backing = finances.join(claims, "pair").selectExpr("'f' AS kind", "id", "slice")  # whether a gf:supports goes with a gf:finances
    return named.union(backing).mapInArrow(partial(_closed, parents), "kind string, id string, slice long").distinct()
