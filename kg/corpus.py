"""A corpus read: every document of a listing extracted, in any number of processes, or taken from the store where nothing of it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from . import build, codec, crew, pack, store
from .documents import Listing, Source, load, sources
from .errors import KgError
from .model import DocumentFacts, Graph

ALONE = 100_000  # bytes of input that are worth a process of their own
_SAVED = 500  # parts after which those so far are saved


@dataclass(frozen=True, slots=True)
class Corpus:
    """What was read. The parts are `parts`, in memory, or in the store at `path`, in `places`, in order of the documents' names."""

    parts: tuple[DocumentFacts, ...] = field(repr=False)
    path: Path | None
    places: tuple[store.Place, ...] = field(repr=False)
    failed: tuple[KgError, ...]
    recoded: tuple[tuple[str, str], ...]  # documents that were not UTF-8: name and encoding
    passed: tuple[str, ...]  # names of files in archives that hold no text
    inputs: str  # a hash of all that was read, and of what failed
    extracted: int  # how many files and rows were not taken from the store

    def __len__(self) -> int:
        return len(self.parts) or len(self.places)


def processes(found: Listing, jobs: int) -> int:
    """How many processes to use where `jobs` are asked for: for 0 as many as there are cores and the input is worth."""
    return jobs or min(crew.cores(), 1 + found.size // ALONE)


def read(
    found: Listing,
    folders: tuple[Path, ...] = (),
    *,
    jobs: int = 1,
    shelf: store.Store | None = None,
    progress: Callable[[int], object] = lambda _: None,
) -> Corpus:
    """Extract what is not in the store and put it there; without one, the parts stay in memory.

    `jobs`: worker processes. `progress` is told the bytes done.
    Raises KgError for a bad pack and where workers die whatever they are given, store.Damaged.
    """
    pack.load(*folders)  # a bad pack is told once, here
    made_by = store.fingerprint(folders) if shelf else b""
    parts: list[DocumentFacts] = []
    names: list[str] = []  # and hashes of what was read
    entries: list[tuple[str, str, store.Place]] = []  # name, hash and place
    failed: list[KgError] = []
    passed: list[str] = []
    recoded: list[tuple[str, str]] = []

    def take(source: Source, digest: bytes, key: bytes, done: Sequence[codec.Packed]) -> None:
        names.append(f"{source.name}\t{digest.hex()}")
        entries.extend((part.path, part.sha256, (key, number)) for number, part in enumerate(done))
        recoded.extend((part.path, part.encoding) for part in done if not part.encoding.startswith("utf-8"))

    def missing() -> Iterator[tuple[Source, bytes]]:
        for source in sources(found):
            digest = store.digest(source)
            key = store.key(digest, made_by)
            known = shelf.find(key) if shelf else []
            if known:
                take(source, digest, key, known)
                progress(len(source.raw))
            else:
                yield source, digest

    extracted = 0
    work = partial(_extract, folders, jobs > 1 or shelf is not None)
    for (source, digest), (results, without_text) in crew.each(work, missing(), jobs, weight=_weight, killed=_killed):
        problems = [x for x in results if isinstance(x, KgError)]
        packed = [x for x in results if isinstance(x, codec.Packed)]
        plain = [x for x in results if isinstance(x, DocumentFacts)]
        failed += problems
        passed += without_text
        extracted += len(problems) < len(results)
        key = store.key(digest, made_by + b"in part" if problems or without_text else made_by)  # what there is to be told is told again
        take(source, digest, key, packed)
        if shelf:
            shelf.put(key, packed)
            if extracted % _SAVED == 0:
                shelf.save()
        else:
            parts += [*plain, *(codec.unpack(x.body) for x in packed)]
            recoded += [(x.source.path, x.source.encoding) for x in plain if not x.source.encoding.startswith("utf-8")]
        progress(len(source.raw))
    if shelf:
        shelf.save()
    names += [f"{name}\t-" for name in (*found.passed, *passed)]
    names += [f"{e.values.get('name', e.values.get('path'))}\t{e.slug}" for e in (*found.problems, *failed)]
    inputs = hashlib.sha256("\n".join(sorted(names)).encode("utf-8", "surrogatepass")).hexdigest()
    places = tuple(place for _, _, place in sorted(entries)) if shelf else ()
    return Corpus(tuple(parts), shelf.path if shelf else None, places, tuple(failed), tuple(sorted(recoded)), tuple(passed), inputs, extracted)


Results = tuple[list[DocumentFacts | codec.Packed | KgError], tuple[str, ...]]


def _extract(folders: tuple[Path, ...], packed: bool, task: tuple[Source, bytes]) -> Results:
    """What the documents of a source say, what is wrong with it, and which files in it hold no text. To be called in any process."""
    loaded = load(task[0])
    done = [build.extract_one(document, folders) for document in loaded.documents]
    return [*loaded.problems, *(codec.pack(x) if packed and isinstance(x, DocumentFacts) else x for x in done)], loaded.passed


def _weight(task: tuple[Source, bytes]) -> int:
    return len(task[0].raw)


def _killed(task: tuple[Source, bytes]) -> Results:
    return [KgError("document-killed-worker", path=task[0].name)], ()


def parts(corpus: Corpus) -> Sequence[DocumentFacts]:
    """All parts, in memory."""
    if corpus.path is None:
        return corpus.parts
    reader = store.Reader(corpus.path)
    try:
        return [codec.unpack(body) for body in reader.bodies(corpus.places)]
    finally:
        reader.close()


def graph(corpus: Corpus) -> Graph:
    """All of it as one graph, in memory."""
    return build.merge(parts(corpus))
