"""The whole extraction: what may never change, what is never lost, and the traps that the two pages of seeds/ set."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import outputs
from kg.build import extract_all, merge
from kg.documents import read_inputs, text_source
from kg.extract import extract
from kg.fold import fold
from kg.model import Amount, Document, DocumentFacts, Entity, Fact, Graph, Meta, Quantity, Span
from kg.pack import load
from kg.rdf import write_turtle

ROOT = Path(__file__).parent.parent
SEEDS = sorted((ROOT / "seeds").glob("*.txt"))
PAGES = [*SEEDS, *sorted((ROOT / "tests" / "gold" / "dev").glob("*.txt"))]
ICBC, ABC = SEEDS


def read(text: str, name: str = "t.txt") -> DocumentFacts:
    """What one text says."""
    return extract(Document(text_source(text, name), Meta()), load())


@cache
def page(path: Path) -> DocumentFacts:
    """What one page says, read once."""
    return read(path.read_bytes().decode("utf-8-sig"), path.name)


def together(*texts: str) -> Graph:
    """The merged graph of texts, each a document of its own."""
    return merge(read(t, f"{n}.txt") for n, t in enumerate(texts))


def plain(name: str) -> str:
    """An id or wording without the article it is bound to, widths folded: what it says, not where."""
    return fold(re.sub(r"\b[af]_[0-9a-f]{10}\b", "", name))


def sayings(done: DocumentFacts | Graph) -> list[tuple[object, ...]]:
    """All facts as plain values, without ids and evidence."""

    def one(f: Fact) -> tuple[object, ...]:
        sums = [(k, a.quantity.value, a.quantity.low, a.quantity.high, a.quantity.unit, a.quantity.currency, fold(a.quantity.verbatim)) for k, a in f.amounts]
        time = (fold(f.time.text), str(f.time.start), str(f.time.end), f.time.basis) if f.time else ()
        return f.kind, tuple(sorted((k, plain(v)) for k, v in f.roles)), tuple(sums), time, f.status, f.found_by

    return sorted(map(one, done.facts), key=repr)


# ---------------------------------------------------------------- what changes no fact

WIDE = str.maketrans("0123456789.%", "０１２３４５６７８９．％")


@pytest.mark.parametrize("path", SEEDS, ids=lambda p: p.stem[:3])
def test_width_of_digits_changes_no_fact(path: Path) -> None:
    """４８．７亿元 is 48.7亿元."""
    assert sayings(read(path.read_text("utf-8").translate(WIDE))) == sayings(page(path))


BODY = [
    (path, m.start() + offset)
    for path in SEEDS
    for m in re.finditer(r"^[^\n#(（]{80,}$", path.read_text("utf-8"), re.M)
    for offset in range(40, len(m[0]) - 20, 7)
    if re.fullmatch(r"[^\W\d_A-Za-z]{2}", m[0][offset - 1 : offset + 1])
]


@given(st.sampled_from(BODY), st.sampled_from(["\n", "\n\n"]))
@settings(max_examples=30, deadline=None)
def test_a_line_break_inside_a_sentence_changes_no_fact(place: tuple[Path, int], mark: str) -> None:
    """Pages are cut anywhere: 空铁联⏎运, 联合工⏎会."""
    path, at = place
    raw = path.read_text("utf-8")
    assert sayings(read(raw[:at] + mark + raw[at:])) == sayings(page(path))
