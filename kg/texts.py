"""The texts extracted from files that are no plain text, kept beside the graph so that every quote can be cut again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from .model import SourceFile, digest

FOLDER = "texts"
INDEX = f"{FOLDER}/index.tsv"
_HEADER = "file\ttext\tsha256\n"
_ILLEGAL = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]|[. ]+$')  # in a name, on some system
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


def kept_name(path: str) -> str:
    """Where the text of a source file is kept, from the graph's folder: by its own path, made safe for every system.

    >>> kept_name("news/a.docx"), kept_name("list.xlsx#3")
    ('texts/news/a.docx.txt', 'texts/list.xlsx#3.txt')
    """
    parts = [_ILLEGAL.sub("_", part) or "_" for part in path.split("/") if part not in ("", ".", "..")]
    parts = ["_" + part if _RESERVED.match(part) else part for part in parts]
    whole = "/".join(parts)
    if whole != path or any(len(part.encode()) > 200 for part in parts):  # another path might be made into the same name
        parts = [part.encode()[:160].decode("utf-8", "ignore") for part in parts]
        parts[-1] += f"~{digest(path)}"
    return "/".join((FOLDER, *parts)) + ".txt"


def write_texts(sources: Iterable[SourceFile], folder: Path) -> list[str]:
    """Write the texts to be kept, and their index, below a folder; their names, the index last. None where there are none."""
    kept: list[tuple[str, str, str]] = []
    for source in sources:
        if source.kept:
            path = folder / source.kept
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(source.text.encode("utf-8", "replace"))
            kept.append((source.path, source.kept, source.sha256))
    if not kept:
        return []
    kept.sort()
    (folder / INDEX).write_bytes((_HEADER + "".join("\t".join(row) + "\n" for row in kept)).encode("utf-8", "replace"))
    return [*(name for _, name, _ in kept), INDEX]


def listed(out: Path) -> list[str]:
    """The names that the index of an earlier build lists, the index among them."""
    try:
        lines = (out / INDEX).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    if not lines or lines[0] + "\n" != _HEADER:
        return []
    names = [cells[1] for line in lines[1:] if len(cells := line.split("\t")) == 3]
    return [*(n for n in names if n.startswith(FOLDER + "/") and ".." not in n.split("/") and n.endswith(".txt")), INDEX]


def sweep(out: Path, before: Sequence[str], names: Iterable[str]) -> None:
    """Remove what an earlier build kept and this one did not; nothing else that stands there."""
    for name in sorted({*before} - {*names}):
        (out / name).unlink(missing_ok=True)
    for folder in sorted({p for n in before for p in (out / n).parents if out in p.parents}, key=lambda p: -len(p.parts)):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
