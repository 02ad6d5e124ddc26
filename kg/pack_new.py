"""A new pack: a working one, made of the files of kg/pack_template/."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from .errors import KgError

TEMPLATE = Path(__file__).parent / "pack_template"


def names(folder: Path) -> tuple[str, str]:
    """The pack's name and prefix, made of the folder's name.

    >>> names(Path("packs/My Water_pack")), names(Path("水利"))
    (('my-water-pack', 'mywaterpack'), ('my-pack', 'mypack'))
    """
    name = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-")
    if not re.match(r"[a-z]", name):
        name = f"my-{name}" if name else "my-pack"
    return name, name.replace("-", "")


def new(folder: Path) -> list[Path]:
    """Write a pack into a new or empty folder; its files. Raises KgError, and then nothing is written."""
    target = folder.resolve()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise KgError("pack-exists", path=folder)
    name, prefix = names(target)
    files = sorted(TEMPLATE.iterdir())
    try:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".kg-", dir=target) as work:
            for file in files:
                text = file.read_text("utf-8").replace("{{name}}", name).replace("{{prefix}}", prefix)
                (Path(work) / file.name).write_text(text, "utf-8", newline="\n")
            for file in files:
                os.replace(Path(work) / file.name, target / file.name)
    except OSError as error:
        raise KgError("out-unwritable", path=folder, why=error.strerror or type(error).__name__) from None
    return [folder / file.name for file in files]
