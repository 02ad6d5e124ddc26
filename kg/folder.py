"""An output folder: written in full beside what is there, then put in place, the manifest last; safe against being killed at any moment.

A build writes into a folder of its own inside the output folder, `.kg-build-…`, and holds a lock on it as long as it lives. The next build
removes those that nobody holds. While files are put in place a mark stands in the folder: who reads it then is told so.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from .errors import KgError

MANIFEST = "manifest.json"
CACHE = ".kg-cache"
MARK = ".kg-unfinished"
_PREFIX = ".kg-build-"
_LOCK = "lock"


@contextmanager
def working(out: Path) -> Iterator[Path]:
    """A folder inside `out` to write into. `out` is made, and removed again if nothing came of it. Raises KgError if it cannot be written."""
    made = [p for p in (out, *out.parents) if not p.exists()]
    try:
        out.mkdir(parents=True, exist_ok=True)
        _clear(out)
        work = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=out))
        held = lock(work / _LOCK)
        try:
            yield work
        finally:
            if held:
                held.close()
            shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        if error.filename and out.resolve() not in (Path(error.filename).resolve(), *Path(error.filename).resolve().parents):
            raise  # some other file's fault
        raise KgError("out-unwritable", path=out, why=error.strerror or type(error).__name__) from None
    finally:
        for path in made:
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()


def _clear(out: Path) -> None:
    """Remove what builds that were killed left behind."""
    for left in out.glob(f"{_PREFIX}*"):
        if left.is_dir():
            held = lock(left / _LOCK)
            if held:
                held.close()
                shutil.rmtree(left, ignore_errors=True)


def lock(path: Path) -> IO[bytes] | None:
    """Hold a file until it is closed or this process is gone; None where another process holds it, or it cannot be opened."""
    try:
        file = path.open("ab")
    except OSError:
        return None
    try:
        try:
            import fcntl

            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # unlike flock, not handed on to worker processes
        except ImportError:  # Windows
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        file.close()
        return None
    return file


def place(work: Path, out: Path, names: Sequence[str], about: Mapping[str, Any]) -> None:
    """Put files (or folders of files) in their places, then the manifest: `about`, and the sha256 of every file."""
    if blocked := next((out / n for n in names if (out / n).is_dir() != (work / n).is_dir() and (out / n).exists()), None):
        raise KgError("out-unwritable", path=blocked, why="a folder of that name" if blocked.is_dir() else "a file of that name")
    hashes = {f.relative_to(work).as_posix(): sha256(f) for n in names for f in files(work / n)}
    manifest = work / MANIFEST
    manifest.write_text(json.dumps({**about, "files": dict(sorted(hashes.items()))}, ensure_ascii=False, indent=1) + "\n", "utf-8", newline="\n")
    for name in names:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
    (out / MARK).touch()
    try:
        _swap(work, out, [*names, MANIFEST])
    finally:  # all are in place, or all earlier ones again
        (out / MARK).unlink()


def _swap(work: Path, out: Path, names: Sequence[str]) -> None:
    """Put the new files in the place of the old ones: all of them or none (Windows renames no file that a program has open)."""
    held = work / "earlier"
    done: list[str] = []
    try:
        for name in names:
            (held / name).parent.mkdir(parents=True, exist_ok=True)
            if (out / name).exists():
                _same(out / name, held / name)
            os.replace(work / name, out / name)
            done.append(name)
    except BaseException as error:
        for name in done:
            if (held / name).exists():
                os.replace(held / name, out / name)
            else:
                (out / name).unlink()
        if isinstance(error, PermissionError):
            raise KgError("file-in-use", path=out / names[len(done)]) from None
        raise


def _same(old: Path, new: Path) -> None:
    """A second name for a file, or a copy where the file system has no such thing."""
    try:
        os.link(old, new)
    except OSError:
        shutil.copyfile(old, new)


def files(path: Path) -> list[Path]:
    """The files of a folder, or the file."""
    return sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def sha256(path: Path) -> str:
    """The hash of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def manifest(out: Path) -> dict[str, Any]:
    """The manifest of a folder whose files are those it names, else an empty one: nothing was built there, or something was changed since."""
    try:
        found = json.loads((out / MANIFEST).read_text("utf-8"))
        whole = not (out / MARK).exists() and all(sha256(out / name) == known for name, known in found["files"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return found if whole else {}


def require_finished(folder: Path) -> None:
    """Raises KgError for a folder in which a build was killed while it put its files in place."""
    if (folder / MARK).exists():
        raise KgError("output-unfinished", path=folder)
