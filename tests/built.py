"""The graph that the program builds of seeds/, made once for all tests of a process."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from kg.build import extract_all, merge
from kg.documents import read_inputs
from kg.model import Graph
from kg.query import GraphFile, read_graph
from kg.rdf import write_turtle

SEEDS = Path(__file__).parent.parent / "seeds"


@cache
def seeds() -> Graph:
    """The graph as values."""
    parts, _ = extract_all(read_inputs([SEEDS]).documents)
    return merge(parts)


@cache
def seeds_path() -> Path:
    """Its Turtle, as a file."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "graph.ttl").write_text(write_turtle(seeds()), "utf-8", newline="\n")
    return folder / "graph.ttl"


@cache
def seeds_file() -> GraphFile:
    """Its Turtle, read."""
    return read_graph(seeds_path())
