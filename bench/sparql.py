"""Speed of reading, asking, checking and writing a graph.

    python -m bench.sparql [--triples 1M] [--small 100k] [--seed 1] [--shacl]

At --triples: every query that ships, after loading, in wall seconds; those with a property path that may repeat (+ or *) are marked. At
--small, in one run: reading by pyoxigraph against rdflib, writing Turtle against rdflib's writer. --shacl also runs pySHACL at --small.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kg import build, documents
from kg.checks import check
from kg.model import Graph
from kg.ontology import ontology_dir
from kg.query import answer, named_queries, read_graph, run_query
from kg.rdf import to_rdflib, write_turtle

from .generate import read_size, write_folder

TRIPLES_PER_BYTE = 0.34  # of a graph of generated articles


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What it returns, wall and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    out = work()
    return out, time.perf_counter() - wall, time.process_time() - cpu


def graph_of(triples: int, seed: int) -> Graph:
    """The graph of generated articles, of about so many triples."""
    with tempfile.TemporaryDirectory() as folder:
        write_folder(Path(folder), int(triples / TRIPLES_PER_BYTE), seed)
        return build.merge(build.extract_all(documents.read_inputs([Path(folder)]).documents)[0])


def ask(path: Path) -> float:
    """Print the time of every query; the slowest without a repeated path."""
    data, wall, cpu = timed(lambda: read_graph(path))
    print(f"{len(data.store):,} triples read in {wall:.2f} s wall, {cpu:.2f} s CPU")
    worst = 0.0
    for query in named_queries():
        table, bare, _ = timed(lambda q=query: answer(data, q.text))  # type: ignore[misc]
        _, whole, _ = timed(lambda q=query: run_query(data, q.name))  # type: ignore[misc]
        path_ = bool(re.search(r"(?:gf|org|skos):\w+[+*]", query.text))
        worst = worst if path_ else max(worst, bare)
        print(f"  {query.name:28} {bare:7.3f} s  with its notes {whole:7.3f} s  {len(table.rows):7,} rows{'  repeated path' if path_ else ''}", flush=True)
    return worst


def against_rdflib(path: Path, size: int, seed: int, shacl: bool) -> None:
    """Print how long reading, writing and checking take, with rdflib's times beside them. `path`: where the Turtle is written."""
    import rdflib

    graph = graph_of(size, seed)
    text, _, ours = timed(lambda: write_turtle(graph))
    path.write_text(text, "utf-8", newline="\n")
    data, _, fast = timed(lambda: read_graph(path))
    other, _, slow = timed(lambda: rdflib.Graph().parse(path))
    print(f"at {len(data.store):,} triples, CPU seconds")
    print(f"  read    pyoxigraph {fast:6.2f}  rdflib {slow:6.2f}  ratio {slow / fast:5.1f}")
    built = to_rdflib(graph)
    _, _, theirs = timed(lambda: built.serialize(format="turtle"))
    print(f"  write   kg         {ours:6.2f}  rdflib {theirs:6.2f}  ratio {theirs / ours:5.1f}")
    findings, _, seconds = timed(lambda: check(data))
    print(f"  check   kg         {seconds:6.2f}  ({len(findings)} findings)", flush=True)
    if shacl:
        import pyshacl

        _, _, theirs = timed(lambda: pyshacl.validate(other, shacl_graph=rdflib.Graph().parse(ontology_dir() / "shapes.ttl"), advanced=True))
        print(f"  shapes  pySHACL    {theirs:6.2f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--triples", type=read_size, default=1_000_000)
    parser.add_argument("--small", type=read_size, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shacl", action="store_true", help="also time pySHACL, which the tests use")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        against_rdflib(Path(work, "small.ttl"), args.small, args.seed, args.shacl)
        path = Path(work, "large.ttl")
        path.write_text(write_turtle(graph_of(args.triples, args.seed)), "utf-8", newline="\n")
        print(f"slowest without a repeated path: {ask(path):.3f} s")


if __name__ == "__main__":
    main()
