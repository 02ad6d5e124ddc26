"""Packs: folders of lexicons (TSV) and rules (TOML), layered one over the other; the default one ships in kg/pack/.

A lexicon line is `name kind aliases parent note`, tab-separated; aliases are parted by `|`. A later pack's entry of the
same name replaces an earlier one; a kind of `-` removes it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from .encodings import read_lines
from .errors import KgError

DEFAULT = Path(__file__).parent / "pack"
HEADER = ("name", "kind", "aliases", "parent", "note")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a lexicon."""

    name: str
    kind: str
    aliases: tuple[str, ...] = ()
    parent: str = ""
    note: str = ""


@dataclass(frozen=True, eq=False)
class Pack:
    """Lexicons by file name without suffix; rules as read from TOML, each with its file under `file`."""

    folders: tuple[Path, ...]
    lexicons: Mapping[str, tuple[Entry, ...]]
    rules: tuple[Mapping[str, Any], ...]

    def entries(self, lexicon: str) -> tuple[Entry, ...]:
        return self.lexicons.get(lexicon, ())

    def words(self, lexicon: str, *kinds: str) -> tuple[str, ...]:
        """Names and aliases of a lexicon (of the kinds given), longest first."""
        found = {w for e in self.entries(lexicon) if not kinds or e.kind in kinds for w in (e.name, *e.aliases)}
        return tuple(sorted(found, key=lambda w: (-len(w), w)))

    def any_of(self, lexicon: str, *kinds: str) -> str:
        """A regular expression that matches any of those words, longest first."""
        return "(?:" + "|".join(map(re.escape, self.words(lexicon, *kinds))) + ")"

    @cached_property
    def by_name(self) -> Mapping[str, Mapping[str, Entry]]:
        """Lexicon → name or alias → entry."""
        return {k: {w: e for e in reversed(v) for w in (*e.aliases, e.name)} for k, v in self.lexicons.items()}


def _text(path: Path, slug: str, **where: object) -> str:
    try:
        return read_lines(path)
    except KgError as error:
        raise KgError(slug, path=path, why=f"not UTF-8 at byte {error.values['at']}", **where) from None


def read_lexicon(path: Path) -> list[Entry]:
    """The entries of one TSV file. Raises KgError with the line number."""
    lines = _text(path, "pack-lexicon", line=1).split("\n")
    if tuple(lines[0].split("\t")) != HEADER:
        raise KgError("pack-lexicon", path=path, line=1, why="header must be: " + "⇥".join(HEADER))
    out = []
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if cells == [""] or line.startswith("#"):
            continue
        if len(cells) > 5 or not cells[0] or len(cells) < 2:
            raise KgError("pack-lexicon", path=path, line=number, why=f"{len(cells)} cells, 2 to 5 wanted, the first not empty")
        name, kind, aliases, parent, note = (cells + [""] * 5)[:5]
        out.append(Entry(name, kind, tuple(a for a in aliases.split("|") if a), parent, note))
    return out


@cache
def load(*folders: Path) -> Pack:
    """The default pack with the given folders layered over it, in order."""
    lexicons: dict[str, dict[str, Entry]] = {}
    rules: dict[str, Mapping[str, Any]] = {}  # those of later packs first: where several fit, the first has it
    for folder in (DEFAULT, *folders):
        if not folder.is_dir():
            raise KgError("pack-missing", path=folder)
        for path in sorted(folder.glob("*.tsv")):
            table = lexicons.setdefault(path.stem, {})
            for e in read_lexicon(path):
                table.pop(e.name, None)
                if e.kind != "-":
                    table[e.name] = e
        own: dict[str, Mapping[str, Any]] = {}
        for path in sorted(folder.glob("*.toml")):
            try:
                data = tomllib.loads(_text(path, "pack-rule", rule="?"))
            except tomllib.TOMLDecodeError as error:
                raise KgError("pack-rule", path=path, rule="?", why=error) from None
            for n, rule in enumerate(data.get("rule", []), 1):
                if not isinstance(rule.get("id"), str):
                    raise KgError("pack-rule", path=path, rule=f"#{n}", why="no id")
                own[rule["id"]] = {**rule, "file": str(path)}
        rules = own | {k: v for k, v in rules.items() if k not in own}
    return Pack((DEFAULT, *folders), {k: tuple(v.values()) for k, v in lexicons.items()}, tuple(rules.values()))
