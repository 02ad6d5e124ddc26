"""A graph too big for memory: shards, loading, look-ups and sums.

    python -m bench.store [--size 1M] [--seed 1] [--keep DIR]

Made-up articles are built once; their shards are then repeated, each time with other articles, facts and things (banks, programmes and
divisions stay, and grow hot), to so many statements. Printed: CPU and wall seconds, memory and disk of `kg load`, look-ups the first and the second
time, and the questions that group, by DuckDB over all and by both engines over a part.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from kg import ondisk, shards
from kg.explain import explain
from kg.model import Amount, Article, Aside, Entity, Evidence, Fact, Graph, Link, Mention, Slice
from kg.query import GraphFile, named_queries, read_graph, run_query, twin_of

from .generate import read_size
from .sparql import graph_of, timed

MARK = "龘龘"  # stands where a copy's number goes; legal in a name, and in no article
COMMON = ("Bank", "Programme")  # kinds whose things all copies share, beside the divisions
BASE = 400_000  # statements that are really built
_HASHED = re.compile(r"((?:id/fact/[fq]|id/source/file)_[0-9a-f]{10})(?!龘)")


def marked(graph: Graph) -> Graph:
    """The graph with a mark in every name that a copy must not share."""
    own = {e.id for e in graph.entities if not e.id.startswith("place/") and e.kind not in COMMON} | {f.id for f in graph.facts}

    def name(identifier: str) -> str:
        return identifier + MARK if identifier in own else identifier

    def mention(m: Mention) -> Mention:
        return Mention(m.article + MARK, m.span, m.kind, m.found_by, m.value, m.anaphor)

    def amount(a: Amount) -> Amount:
        return Amount(a.quantity, mention(a.mention))

    def article(a: Article) -> Article:
        return replace(a, id=a.id + MARK, path=a.path + MARK)

    def entity(e: Entity) -> Entity:
        label = e.label + MARK if e.id in own else e.label
        return replace(e, id=name(e.id), label=label, parent=name(e.parent), size=amount(e.size) if e.size else None)

    def evidence(e: Evidence) -> Evidence:
        return Evidence(e.article + MARK, e.passages, tuple(map(mention, e.mentions)))

    def fact(f: Fact) -> Fact:
        roles = tuple(sorted((k, name(v)) for k, v in f.roles))
        return replace(f, id=name(f.id), roles=roles, amounts=tuple((k, amount(a)) for k, a in f.amounts), evidence=tuple(map(evidence, f.evidence)))

    return Graph(
        tuple(replace(s, path=s.path + MARK) for s in graph.sources),
        tuple(map(article, graph.articles)),
        tuple(Link(mention(k.mention), name(k.entity)) for k in graph.links),
        tuple(map(entity, graph.entities)),
        tuple(map(fact, graph.facts)),
        tuple(Aside(amount(a.amount), a.reason) for a in graph.asides),
        graph.metrics,
    )


def copies(piece: Slice, count: int) -> Iterator[shards.Part]:
    """The slice written, time and again, with a number in place of the mark."""
    part = shards.part(piece)
    text = _HASHED.sub(rf"\1{MARK}", "".join(part.lines))
    rows = {table: [{k: _hashed(v) for k, v in row.items()} for row in found] for table, found in part.rows.items()}
    for number in range(count):

        def own(value: Any, to: str = f"{number:x}") -> Any:
            if isinstance(value, str):
                return value.replace(MARK, to)
            return tuple(v.replace(MARK, to) for v in value) if isinstance(value, tuple) else value

        rest = shards.Rest(
            things={own(_hashed(k)): {own(_hashed(line)) for line in lines} for k, lines in part.rest.things.items()},
            loose=part.rest.loose,
            files={own(f + MARK) for f in part.rest.files},
            mentions=type(part.rest.mentions)({own(k): n for k, n in part.rest.mentions.items()}),
            articles=type(part.rest.articles)({own(k): n for k, n in part.rest.articles.items()}),
        )
        lines = own(text).splitlines(keepends=True)
        yield shards.Part(lines, {table: [{k: own(v) for k, v in row.items()} for row in found] for table, found in rows.items()}, rest)


def _hashed(value: Any) -> Any:
    if isinstance(value, str):
        return re.sub(r"(fact:q_[0-9a-f]{10})(?!龘)", rf"\1{MARK}", _HASHED.sub(rf"\1{MARK}", value))
    return tuple(map(_hashed, value)) if isinstance(value, tuple) else value


def load(folder: Path, out: Path) -> None:
    """Print what `kg load` takes, in a process of its own."""
    before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-m", "kg", "load", str(folder), "-o", str(out)], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"  load    {cpu:6.1f} s CPU  {time.perf_counter() - wall:6.1f} s wall  {after.ru_maxrss / 1024:6.0f} MB at most  {_size(out):6.0f} MB on disk",
        flush=True,
    )


def _size(folder: Path) -> float:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6


FACTS_OF = """SELECT DISTINCT ?f ?kind ?text {
    ?f ?role <THING> FILTER EXISTS { ?f a gf:Fact } ?f a ?kind OPTIONAL { ?f gf:amount/gf:verbatim ?text } FILTER(?kind != gf:Fact) }"""
PLACES = "SELECT ?p ?s {{ ?x gf:inPassage ?y . ?y gf:start ?s ; gf:inArticle/dct:isPartOf/gf:path ?p }} LIMIT 1 OFFSET {}"
TWO_HOPS = (
    "SELECT DISTINCT ?other ?l { ?f gf:financier <THING> ; gf:recipient|gf:purpose ?other . ?other skos:prefLabel ?l OPTIONAL { ?other gf:locatedIn ?p } }"
)


def look_up(path: Path, seed: int) -> None:
    """Print the time of look-ups, in milliseconds of CPU: of things never asked before, then the same again."""
    data, wall, _ = timed(lambda: read_graph(path))
    print(f"  open    {1000 * wall:6.1f} ms  (without the program's start)")
    draw = random.Random(seed)
    listed = "SELECT ?x ?l WHERE {{ ?x a gf:{} ; skos:prefLabel ?l }} LIMIT {} OFFSET {}"
    things = [row for n in range(20) for row in data.select(listed.format("Branch", 1, 1 + draw.randrange(500) * (n + 1)))]
    places = [f"{r['p']}:{int(r['s']) + 1}" for n in range(20) for r in data.select(PLACES.format(draw.randrange(1000) * (n + 1)))]
    financings = "SELECT ?x {{ ?x a gf:FinancingEvent }} LIMIT 1 OFFSET {}"
    facts = [row["x"] for n in range(20) for row in data.select(financings.format(draw.randrange(1000) * (n + 1)))]
    works: dict[str, list[Callable[[], Any]]] = {
        "facts of an organisation": [lambda t=t: run_query(data, FACTS_OF.replace("THING", t["x"])) for t in things],  # type: ignore[misc]
        "two hops from it": [lambda t=t: run_query(data, TWO_HOPS.replace("THING", t["x"])) for t in things],  # type: ignore[misc]
        "kg explain FACT": [lambda f=f: explain(data, f) for f in facts],  # type: ignore[misc]
        "kg explain FILE:OFFSET": [lambda p=p: explain(data, p) for p in places],  # type: ignore[misc]
        "kg explain LABEL": [lambda t=t: explain(data, t["l"]) for t in things],  # type: ignore[misc]
    }
    for name, asked in works.items():
        first, second = ([1000 * timed(work)[2] for work in asked] for _ in range(2))
        one, two = (f"{statistics.median(times):6.1f} ms (at most {max(times):6.1f})" for times in (first, second))
        print(f"  {name:26} 1st {one}  2nd {two}", flush=True)


def sums(large: Path, small: Path) -> None:
    """Print the time of the questions that group: DuckDB over the large store, both engines over the small one, and whether these agree."""
    data, part = read_graph(large), read_graph(small)
    bare: GraphFile = replace(part, stored=None)
    for query in named_queries():
        if twin_of(query.text):
            _, much, _ = timed(lambda q=query: run_query(data, q.name))  # type: ignore[misc]
            one, ours, _ = timed(lambda q=query: run_query(part, q.name))  # type: ignore[misc]
            two, theirs, _ = timed(lambda q=query: run_query(bare, q.name))  # type: ignore[misc]
            same = (one.rows, one.notes) == (two.rows, two.notes)
            print(
                f"  {query.name:22} DuckDB {much:6.3f} s; small: DuckDB {ours:6.3f} s, SPARQL {theirs:6.3f} s, {'equal' if same else 'NOT EQUAL'}", flush=True
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=read_size, default=1_000_000, help="statements")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="keep shards and stores here")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = args.keep or Path(temporary)
        graph = graph_of(min(args.size, BASE), args.seed)
        small, _, cpu = timed(lambda: shards.write(shards.slices_of(graph), work / "small"))
        lines = sum(f.rows for f in small.files if f.kind == "graph")
        print(f"{lines:,} statements written as shards in {cpu:.2f} s CPU: {lines / cpu / 1e6:.3f} M a second, tables with them")
        count = max(1, round(args.size / lines))
        large, _, cpu = timed(lambda: shards.write_parts(copies(shards.whole(marked(graph)), count), work / "large"))
        lines = sum(f.rows for f in large.files if f.kind == "graph")
        print(f"{lines:,} statements in {len(large.files)} files, {_size(large.folder):.0f} MB ({cpu:.0f} s CPU to repeat)", flush=True)
        ondisk.load(work / "small", work / "small-store")
        load(work / "large", work / "store")
        look_up(work / "store", args.seed)
        sums(work / "store", work / "small-store")


if __name__ == "__main__":
    main()
