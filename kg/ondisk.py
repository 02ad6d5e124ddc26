"""A graph on disk, for questions to millions of statements: an Oxigraph store and the facts as Parquet, in one folder.

`store.json` names the folder that holds them and is replaced last, so an earlier store stays whole until the new one is.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from . import shards
from .errors import KgError
from .view import write_whole

if TYPE_CHECKING:
    import pyoxigraph as ox

MARKER = "store.json"
_WORK = ".loading"  # what a load that was ended leaves behind
_CHUNK = 4 << 20


@dataclass(frozen=True, slots=True)
class Stored:
    """A store that is complete. `shards`: hash of the manifest it was loaded from; `tables`: the files of each table."""

    folder: Path
    shards: str
    base: str
    spaces: dict[str, str]  # prefixes of packs
    graphs: bool
    statements: int
    tables: dict[str, tuple[Path, ...]]


def find(folder: Path) -> Stored | None:
    """The store in a folder, None if it is no store. Raises KgError where it is damaged."""
    marker = folder / MARKER
    if not marker.is_file():
        return None
    try:
        said = json.loads(marker.read_text("utf-8"))
        inner = folder / Path(said["data"]).name
        tables = {name: tuple(inner / Path(file).name for file in files) for name, files in said["tables"].items()}
        found = Stored(inner, said["shards"], said["base"], said["prefixes"], said["graphs"], said["statements"], tables)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise KgError("store-damaged", path=folder) from None
    if not (inner / "oxigraph" / "CURRENT").is_file() or not all(path.is_file() for files in tables.values() for path in files):
        raise KgError("store-damaged", path=folder)
    return found


def opened(stored: Stored) -> ox.Store:
    """The store, for reading only: any number of processes may have it open. Raises KgError."""
    import pyoxigraph as ox

    try:
        return ox.Store.read_only(str(stored.folder / "oxigraph"))
    except OSError as error:
        raise KgError("graph-unreadable", path=stored.folder.parent, why=error) from None


def load(folder: Path, out: Path, *, graphs: bool = False) -> tuple[Stored, bool]:
    """Load shards into a store; the store, and whether it was made now (False: these shards were loaded before). Raises KgError.

    `graphs`: keep each article's statements in a graph of its own; else every statement is held once, which takes half the time and room.
    """
    import pyoxigraph as ox

    manifest = shards.read(folder)
    if out.exists() and not (out.is_dir() and ((out / MARKER).is_file() or all(path.name == _WORK for path in out.iterdir()))):
        raise KgError("store-foreign", path=out)
    sha256 = manifest.sha256
    try:
        before = find(out)
    except KgError:  # damaged: made anew
        before = None
    if before and (before.shards, before.graphs) == (sha256, graphs):
        return before, False
    work = out / _WORK
    try:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        store = ox.Store(str(work / "oxigraph"))
        store.bulk_load(cast(IO[bytes], _Lines(manifest, graphs)), ox.RdfFormat.N_QUADS)
        store.flush()
        count = len(store)
        del store  # closes it: only then may the folder be renamed
        tables = {f.kind: tuple(p.name for p in manifest.of(f.kind)) for f in manifest.files if f.kind != "graph"}
        for name in (name for names in tables.values() for name in names):
            shutil.copyfile(manifest.folder / name, work / name)
        data = f"data-{sha256[:12]}" + ("-graphs" if graphs else "")
        shutil.rmtree(out / data, ignore_errors=True)  # not named by the marker, or damaged
        work.rename(out / data)
        said = {"kind": "store", "shards": sha256, "base": manifest.base, "prefixes": dict(manifest.spaces), "graphs": graphs}
        said |= {"statements": count, "data": data, "tables": tables}
        write_whole(out / MARKER, (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode())
    except OSError as error:
        raise KgError("out-unwritable", path=out, why=error.strerror or error) from None
    except (SyntaxError, ValueError, EOFError) as error:
        raise KgError("graph-unreadable", path=manifest.folder, why=error) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)
    for path in out.iterdir():
        if path.name.startswith("data-") and path.name != data:
            shutil.rmtree(path, ignore_errors=True)
    stored = find(out)
    assert stored
    return stored, True


class _Lines(io.RawIOBase):
    """The lines of all shards, one after the other; without `graphs` the names of the articles' graphs are cut off."""

    def __init__(self, manifest: shards.Manifest, graphs: bool) -> None:
        # only a statement in a graph has an article in this place: none of the default graph has one as its object
        self.name = None if graphs else re.compile(rb" <" + re.escape(manifest.base.encode()) + rb"source/a_[^>]*> \.\n")
        self.parts = self._parts(manifest.of("graph"))
        self.left = memoryview(b"")

    def _parts(self, paths: Sequence[Path]) -> Iterator[bytes]:
        for path in paths:
            with gzip.open(path, "rb") as file:
                while chunk := file.read(_CHUNK) + file.readline():
                    yield self.name.sub(b" .\n", chunk) if self.name else chunk

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        if not self.left:
            self.left = memoryview(next(self.parts, b""))
        size = min(len(buffer), len(self.left))
        buffer[:size] = self.left[:size]
        self.left = self.left[size:]
        return size
