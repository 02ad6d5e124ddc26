"""What a .zip holds, name by name, within limits; nothing is ever written to the disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from .errors import KgError

MOST = 512_000_000  # bytes of all entries together
ENTRIES = 50_000
RATIO = 250  # of an entry's size to its packed size, beyond a megabyte; news packs three to twenty to one


def entries(raw: bytes, name: str) -> Iterator[tuple[str, bytes | KgError]]:
    """Inner path and bytes of each file, sorted by path; an entry that cannot be read is its error.

    Raises KgError for an archive that is broken, locked, or unpacks to more than the limits.
    """
    archive = check(raw, name)
    found = sorted((path, info) for info in archive.infolist() if (path := inner_path(info)))
    if found and all(info.flag_bits & 1 for _, info in found):
        raise KgError("file-locked", path=name)
    done = ""
    for path, info in found:
        if path == done:
            yield path, KgError("input-twice", name=f"{name}/{path}", first=name, second=name)
            continue
        done = path
        if info.flag_bits & 1:
            yield path, KgError("file-locked", path=f"{name}/{path}")
            continue
        try:
            yield path, archive.read(info)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
            yield path, KgError("file-broken", path=f"{name}/{path}", why=str(error).split("\n")[0][:120] or type(error).__name__)


def check(raw: bytes, name: str) -> zipfile.ZipFile:
    """The archive, open. Raises KgError if it is none, or if it would unpack to more than the limits."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise KgError("file-broken", path=name, why=str(error)[:120]) from None
    size = sum(i.file_size for i in infos)
    swollen = next((i for i in infos if i.file_size > 2**20 and i.file_size > RATIO * max(i.compress_size, 1)), None)
    if size > MOST or len(infos) > ENTRIES or swollen:
        raise KgError("zip-limit", path=name, size=f"{(swollen.file_size if swollen else size) / 1e6:.0f}", limit=f"{MOST / 1e6:.0f}")
    return archive


def inner_path(info: zipfile.ZipInfo) -> str:
    """The path of an entry as text, without steps up or drives; "" for folders, hidden files and what systems leave behind.

    A name that is not marked as UTF-8 is that, or GB18030: Windows packs Chinese names in the system's encoding.
    """
    path = info.filename
    if not info.flag_bits & 0x800:
        try:
            packed = path.encode("cp437")
            path = _decoded(packed) or path
        except UnicodeEncodeError:
            pass
    if info.is_dir() or path.endswith(("/", "\\")):
        return ""
    parts = [p for p in PurePosixPath(path.replace("\\", "/")).parts if p not in ("/", "..", ".") and not p.endswith(":")]
    if not parts or any(p.startswith(".") or p == "__MACOSX" for p in parts):
        return ""
    return "/".join(parts)


def _decoded(packed: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return packed.decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""
