"""Parts by key, in one sqlite file: the cache that makes a second build quick, and the shelf on which a large build keeps its parts.

A key is a hash of all that the parts of a file or row depend on: its bytes, its name, what is known of it, the program, the packs. One build
writes, with the folder locked; any number of processes read. What is killed in the middle leaves what was finished.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import sys
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from .codec import Packed
from .documents import Source
from .pack import DEFAULT, place

FILE = "parts.sqlite"
_LAYOUT = 1  # of the tables
_TABLE = (
    "CREATE TABLE part (key BLOB, number INTEGER, parts INTEGER, path TEXT, sha256 TEXT, encoding TEXT, "
    "stories BLOB, outline BLOB, body BLOB, check_sum INTEGER, PRIMARY KEY (key, number))"
)
Place = tuple[bytes, int]  # of a part: the key of its source, and its number among the parts of that


class Damaged(Exception):
    """The file is not as it was written."""


class Store:
    """Parts in a file, written by this process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._open()

    def _open(self) -> None:
        self.base = sqlite3.connect(self.path, isolation_level=None)
        try:
            self.base.execute("PRAGMA trusted_schema=OFF")
            layout = self.base.execute("PRAGMA user_version").fetchone()[0]
            tables = [sql for (sql,) in self.base.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
            if (layout, tables) not in ((0, []), (_LAYOUT, [_TABLE])):
                raise Damaged
            self.base.execute("PRAGMA auto_vacuum=INCREMENTAL")
            self.base.execute("PRAGMA journal_mode=WAL")
            self.base.execute("PRAGMA synchronous=OFF")  # what a crash of the machine damages is noticed and made again
            if not tables:
                self.base.execute(_TABLE)
                self.base.execute(f"PRAGMA user_version={_LAYOUT}")
            self.base.execute("BEGIN IMMEDIATE")
        except sqlite3.DatabaseError:
            self.base.close()
            raise Damaged from None
        except Damaged:
            self.base.close()
            raise

    def find(self, key: bytes) -> list[Packed]:
        """The parts of a source, none if it is not here. Raises Damaged where they are not whole."""
        try:
            rows = self.base.execute(
                "SELECT parts, path, sha256, encoding, stories, outline, body, check_sum FROM part WHERE key=? ORDER BY number", (key,)
            ).fetchall()
        except sqlite3.DatabaseError:
            raise Damaged from None
        found = [Packed(*row[1:-1]) for row in rows]
        if any(row[0] != len(rows) or row[-1] != _sum(part) for row, part in zip(rows, found, strict=True)):
            raise Damaged
        return found

    def put(self, key: bytes, parts: Sequence[Packed]) -> None:
        """Keep the parts of a source. Raises OSError where the disk is full."""
        try:
            for number, part in enumerate(parts):
                self.base.execute("INSERT OR REPLACE INTO part VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (key, number, len(parts), *part, _sum(part)))
        except sqlite3.DatabaseError as error:
            raise OSError(0, str(error), str(self.path)) from None

    def save(self) -> None:
        """What was put so far stays, whatever comes."""
        self.base.execute("COMMIT")
        self.base.execute("BEGIN IMMEDIATE")

    def only(self, places: Iterable[Place]) -> None:
        """Throw away all other parts."""
        self.base.execute("CREATE TEMP TABLE used (key BLOB PRIMARY KEY)")
        self.base.executemany("INSERT OR IGNORE INTO used VALUES (?)", ((key,) for key, _ in places))
        self.base.execute("DELETE FROM part WHERE key NOT IN used")
        self.base.execute("DROP TABLE used")
        self.save()
        self.base.execute("COMMIT")
        self.base.execute("PRAGMA incremental_vacuum").fetchall()
        self.base.execute("BEGIN IMMEDIATE")

    def renew(self) -> None:
        """Throw all away, and begin with an empty file."""
        self.base.close()
        remove(self.path)
        self._open()

    def close(self) -> None:
        """Save and close; the file is one file again."""
        self.base.execute("COMMIT")
        self.base.close()


class Reader:
    """Parts of a file that another process may be writing."""

    def __init__(self, path: Path) -> None:
        self.base = sqlite3.connect(path)
        self.base.execute("PRAGMA query_only=ON")

    def bodies(self, places: Iterable[Place]) -> Iterator[bytes]:
        """The bodies of parts that are known to be there."""
        for one in places:
            yield self.base.execute("SELECT body FROM part WHERE key=? AND number=?", one).fetchone()[0]

    def stories(self, places: Iterable[Place]) -> Iterator[bytes]:
        """The stories of parts that are known to be there."""
        for one in places:
            yield self.base.execute("SELECT stories FROM part WHERE key=? AND number=?", one).fetchone()[0]

    def outlines(self, places: Iterable[Place]) -> Iterator[tuple[str, str, bytes]]:
        """Path, hash and outline of parts that are known to be there."""
        for one in places:
            yield self.base.execute("SELECT path, sha256, outline FROM part WHERE key=? AND number=?", one).fetchone()

    def close(self) -> None:
        self.base.close()


def remove(path: Path) -> None:
    """Remove a store and what sqlite keeps beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def _sum(part: Packed) -> int:
    return zlib.crc32(part.body, zlib.crc32(part.outline, zlib.crc32(part.stories)))


# ---------------------------------------------------------------- keys


def digest(source: Source) -> bytes:
    """A hash of a source and all that is known of it."""
    what = hashlib.sha256(hashlib.sha256(source.raw).digest())
    row = source.row
    day = source.dated[1] if source.dated and source.dated[0].startswith(source.name) else None  # of it, or of a document in it
    for known in (source.name, source.path.suffix.lower(), source.meta, day, row and (row.meta, row.parts, row.source.kept)):
        what.update(repr(known).encode("utf-8", "surrogatepass") + b"\0")
    return what.digest()


def key(source: bytes, made_by: bytes) -> bytes:
    """The key of a source (`digest`) under a program and its packs (`fingerprint`)."""
    return hashlib.sha256(made_by + source).digest()[:20]


def fingerprint(folders: tuple[Path, ...] = ()) -> bytes:
    """What extraction rests on beside the document: `made`, and the Python that runs it."""
    return hashlib.sha256(f"{sys.version_info[:2]} {unicodedata.unidata_version}".encode() + made(folders)).digest()


def made(folders: tuple[Path, ...] = ()) -> bytes:
    """A hash of the program with all that it ships, and of the packs."""
    what = hashlib.sha256(program())
    for folder in folders:
        what.update(_files(place(folder)))
    return what.digest()


@cache
def program() -> bytes:
    """A hash of the program: code, default pack, register, ontology, what pages are made of."""
    from .ontology import ontology_dir

    return _files(DEFAULT.parent) + _files(ontology_dir())


def _files(folder: Path) -> bytes:
    """A hash of the files of a folder."""
    what = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".pyc"):
        what.update(os.fsencode(path.relative_to(folder).as_posix()) + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return what.digest()
