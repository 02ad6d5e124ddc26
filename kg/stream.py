"""Turtle of a large corpus: slices written as sorted blocks in worker processes, then merged into the one file that `rdf.write_turtle` would write.

A block is all that a slice says at one place of the file: a thing, a fact with its quantities, the mentions of an article. Blocks of one
place from several slices differ in the lines that each can tell alone (names, relations, evidence) and are joined.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from . import crew, rdf, slices, tally
from .errors import KgError
from .model import Predicate, Slice
from .pack import load
from .spans import article_name
from .terms import declared, prefixes_with

Written = tuple[Path, tally.Tally, dict[str, Predicate]]  # a slice: its file, what it holds, the relations of packs in it
Block = tuple[int, bytes, bytes]  # part of the file, place in it, Turtle
_OPEN = 200  # files merged at a time
_OWN = (rdf.ARTICLES, rdf.ASIDES, rdf.SPANS)  # parts whose nodes stand in an article: the slice that has it writes them


def write_turtle(
    of: slices.Index,
    folder: Path,
    *,
    base: str,
    packs: tuple[Path, ...] = (),
    least: float = 0.5,
    jobs: int = 1,
    progress: Callable[[], object] = lambda: None,
) -> tally.Tally:
    """Write the Turtle of a corpus as graph.ttl into a folder, where what is in between goes too. What the graph holds, in numbers.

    `least`: facts below this confidence stay out. `progress` is called after every slice.
    """
    total = tally.Tally()
    runs: list[Path] = []
    own: dict[str, Predicate] = {}
    one = partial(_write_slice, of, folder, base, packs, least)
    for _, (run, held, used) in crew.each(one, range(len(of)), jobs, weight=lambda _: crew.WEIGHT, killed=_killed):
        runs.append(run)
        own |= used
        total += held
        progress()
    while len(runs) > _OPEN:
        runs = [_merge_runs(runs[n : n + _OPEN], folder / f"merged-{len(runs)}-{n}") for n in range(0, len(runs), _OPEN)]
    with (folder / "graph.ttl").open("wb") as file:
        head = rdf.turtle_head(prefixes_with(own.values(), base)) + rdf.turtle(rdf.run_node(slices.files(of), load(*packs)))
        file.write(head.encode("utf-8", "surrogatepass"))
        for _, _, text in _merged(runs):
            file.write(text)
    for run in runs:
        run.unlink()
    return total


def _killed(number: int) -> Written:
    raise KgError("worker-lost")


def _write_slice(of: slices.Index, folder: Path, base: str, packs: tuple[Path, ...], least: float, number: int) -> Written:
    part = slices.cut(of, number, least)
    path = folder / f"slice-{number}"
    with path.open("wb") as file:
        for block in blocks(part, base, packs):
            _put(file, *block)
    return path, tally.of_slice(part), declared(part.graph)


def blocks(part: Slice, base: str, packs: tuple[Path, ...] = ()) -> list[Block]:
    """What a slice says, in the order of the file."""
    own = {article_name(a) for a in part.articles}
    found: dict[tuple[int, bytes], list[str]] = {}
    for section, place, node in rdf.placed(part.graph, base, load(*packs)):
        if section in _OWN and node.graphs[0] not in own:
            continue
        if section == rdf.FACTS and own.isdisjoint(node.graphs):
            continue
        found.setdefault((section, place.encode("utf-8", "surrogatepass")), []).append(rdf.turtle(node))
    return [(section, place, "".join(texts).encode("utf-8", "surrogatepass")) for (section, place), texts in sorted(found.items())]


# ---------------------------------------------------------------- files of sorted blocks


def _put(file: BinaryIO, section: int, place: bytes, text: bytes) -> None:
    file.write(b"%d %d %d\n" % (section, len(place), len(text)) + place + text)


def _read(path: Path) -> Iterator[Block]:
    with path.open("rb", buffering=1 << 17) as file:
        while head := file.readline():
            section, place, text = map(int, head.split())
            yield section, file.read(place), file.read(text)


def _merged(runs: Iterable[Path]) -> Iterator[Block]:
    for (section, place), same in groupby(heapq.merge(*map(_read, runs)), key=lambda block: block[:2]):
        texts = list(dict.fromkeys(text for _, _, text in same))
        if len(texts) > 1:
            texts = [joined([t.decode("utf-8", "surrogatepass") for t in texts]).encode("utf-8", "surrogatepass")]
        yield section, place, texts[0]


def _merge_runs(runs: list[Path], path: Path) -> Path:
    with path.open("wb") as file:
        for block in _merged(runs):
            _put(file, *block)
    for run in runs:
        run.unlink()
    return path


# ---------------------------------------------------------------- blocks of one place

_ORDER = ("a", "skos:prefLabel", "skos:altLabel", "gf:divisionCode", "skos:inScheme", "gf:size")  # of a thing's lines; relations follow
_EVIDENCE = "prov:wasDerivedFrom "


def joined(texts: list[str]) -> str:
    """The blocks of one thing or fact as one: every name and relation of a thing, all evidence of a fact.

    >>> print(joined(["\\nfact:f_1 a gf:Fact ;\\n    prov:wasDerivedFrom source:p_b_0_9 , source:m_b_1_2 .\\n",
    ...     "\\nfact:f_1 a gf:Fact ;\\n    prov:wasDerivedFrom source:p_a_0_9 , source:m_a_1_2 .\\n"]).strip())
    fact:f_1 a gf:Fact ;
        prov:wasDerivedFrom source:p_a_0_9 , source:p_b_0_9 , source:m_a_1_2 , source:m_b_1_2 .
    """
    heads, rest = [], ""
    for text in texts:
        head, _, rest = text[1:].partition("\n\n")  # the quantities that follow are the same in all
        heads.append(head.removesuffix("\n").removesuffix(" ."))
    subject = heads[0].partition(" ")[0]
    lines = [head.removeprefix(subject + " ").split(" ;\n    ") for head in heads]
    if any(line.startswith(_EVIDENCE) for line in lines[0]):
        known = [x for line in lines for x in line[-1].removeprefix(_EVIDENCE).split(" , ")]
        passages = sorted((x for x in dict.fromkeys(known) if x.startswith("source:p_")), key=_article_of)
        mentions = sorted({x for x in known if not x.startswith("source:p_")})
        out = [*lines[0][:-1], _EVIDENCE + " , ".join([*passages, *mentions])]
    else:
        out = sorted({x for line in lines for x in line}, key=_rank)
    return f"\n{subject} " + " ;\n    ".join(out) + " .\n" + (f"\n{rest}" if rest else "")


def _rank(line: str) -> tuple[int, str]:
    predicate = line.partition(" ")[0]
    return _ORDER.index(predicate) if predicate in _ORDER else len(_ORDER), line


def _article_of(passage: str) -> str:
    """
    >>> _article_of("source:p_323fb5fcf1_0_9_copy1")
    'p_323fb5fcf1'
    """
    m = re.match(r"source:(.*?)_\d+_\d+(?:_copy\d+)?$", passage)
    return m[1] if m else passage
