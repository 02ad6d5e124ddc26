"""Packs: folders of lexicons (TSV) and rules (TOML), layered one over the other; the default one ships in kg/pack/.

A lexicon line is `name kind aliases parent note`, tab-separated; aliases are parted by `|`. A later pack's entry of the
same name replaces an earlier one; a kind of `-` removes it. A pack may hold a pack.toml: its name, and relations of its own.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from .encodings import read_lines
from .errors import KgError
from .model import RELATIONS, Predicate

DEFAULT = Path(__file__).parent / "pack"
SHIPPED = Path(__file__).parent / "packs"  # others that ship: --pack NAME
HEADER = ("name", "kind", "aliases", "parent", "note")
MANIFEST = "pack.toml"
NAMING = ("names", "programmes", "products")  # lexicons of names, whose kinds are classes
# prefixes that the output has already
_RESERVED = "gf gfc agent place thing fact source org prov skos dct rdf rdfs xsd owl sh schema".split()
_PACK_FIELDS = frozenset(("name", "version", "title", "licence", "prefix", "namespace"))
_RELATION_FIELDS = frozenset(("name", "label", "meaning", "within", "subject", "object", "both"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a lexicon."""

    name: str
    kind: str
    aliases: tuple[str, ...] = ()
    parent: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a pack says of itself in pack.toml; without one its name is the folder's."""

    name: str
    version: str = ""
    zh: str = ""
    en: str = ""
    licence: str = ""
    prefix: str = ""  # of its relations

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()


@dataclass(frozen=True, eq=False)
class Pack:
    """Lexicons by file name without suffix; rules as read from TOML, each with its file under `file`; relations of packs by id."""

    folders: tuple[Path, ...]
    lexicons: Mapping[str, tuple[Entry, ...]]
    rules: tuple[Mapping[str, Any], ...]
    manifests: tuple[Manifest, ...] = ()
    predicates: Mapping[str, Predicate] = field(default_factory=dict)

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
    except OSError as error:
        raise KgError(slug, path=path, why=error.strerror, **where) from None


def lines(path: Path) -> Iterator[tuple[int, Entry]]:
    """The entries of one TSV file, each with its line. Raises KgError with the line number."""
    text = _text(path, "pack-lexicon", line=1).split("\n")
    if tuple(text[0].split("\t")) != HEADER:
        raise KgError("pack-lexicon", path=path, line=1, why="header must be: " + "⇥".join(HEADER))
    for number, line in enumerate(text[1:], 2):
        cells = line.split("\t")
        if cells == [""] or line.startswith("#"):
            continue
        if len(cells) > 5 or not cells[0] or len(cells) < 2:
            raise KgError("pack-lexicon", path=path, line=number, why=f"{len(cells)} cells, 2 to 5 wanted, the first not empty")
        name, kind, aliases, parent, note = (cells + [""] * 5)[:5]
        yield number, Entry(name, kind, tuple(a for a in aliases.split("|") if a), parent, note)


def read_lexicon(path: Path) -> list[Entry]:
    """The entries of one TSV file. Raises KgError with the line number."""
    return [e for _, e in lines(path)]


def read_toml(path: Path, slug: str = "pack-rule") -> dict[str, Any]:
    """A TOML file. Raises KgError with what is wrong where."""
    where = {"rule": "?"} if slug == "pack-rule" else {}
    try:
        return tomllib.loads(_text(path, slug, **where))
    except tomllib.TOMLDecodeError as error:
        raise KgError(slug, path=path, why=error, **where) from None


def rule_files(folder: Path) -> list[Path]:
    """The files of rules of a pack."""
    return sorted(p for p in folder.glob("*.toml") if p.name != MANIFEST)


def shipped() -> list[Path]:
    """The packs that ship beside the default one; each may be given by its name."""
    return sorted(p for p in SHIPPED.iterdir() if (p / MANIFEST).is_file())


def place(folder: Path) -> Path:
    """The folder of a pack given by path, or by the name of one that ships. Raises KgError where there is none."""
    if folder.is_dir():
        return folder
    if folder.name == str(folder) and (SHIPPED / folder / MANIFEST).is_file():
        return SHIPPED / folder
    raise KgError("pack-missing", path=folder, known=", ".join(p.name for p in shipped()))


def read_manifest(folder: Path) -> tuple[Manifest, list[Predicate]]:
    """What pack.toml says: the pack, and the relations it declares. Raises KgError."""
    path = folder / MANIFEST
    if not path.exists():
        return Manifest(folder.resolve().name), []
    data = read_toml(path, "pack-manifest")

    def need(good: object, why: str) -> None:
        if not good:
            raise KgError("pack-manifest", path=path, why=why)

    def known(table: Any, what: str, fields: frozenset[str]) -> None:
        need(isinstance(table, dict), f"no table {what}")
        need(not set(table) - fields, f"{what}: unknown field {sorted(set(table) - fields)}; fields: {', '.join(sorted(fields))}")

    def string(table: Mapping[str, Any], name: str, form: str = "", like: str = "") -> str:
        value = table.get(name, "")
        need(isinstance(value, str) and (not form or re.fullmatch(form, value)), f"{name} {value!r}: {like or 'a string'} wanted")
        return str(value)

    def words(table: Mapping[str, Any], name: str) -> tuple[str, str]:
        known(value := table.get(name, {}), name, frozenset(("zh", "en")))
        return string(value, "zh"), string(value, "en")

    known(data, MANIFEST, frozenset(("pack", "relation")))
    own, relations = data.get("pack"), data.get("relation", [])
    known(own, "[pack]", _PACK_FIELDS)
    need(isinstance(relations, list), "relations are written [[relation]]")
    assert isinstance(own, dict)
    name = string(own, "name", "[a-z][a-z0-9-]*", "small letters, digits and -")
    prefix = namespace = ""
    if relations:
        prefix = string(own, "prefix", rf"(?!(?:{'|'.join(_RESERVED)})$)[a-z][a-z0-9]*", f"small letters and digits, and none of {' '.join(_RESERVED)},")
        namespace = string(own, "namespace", r"https?://[^\s<>\"{}|\\^`]+[/#]", "an http(s) address that ends in / or #")
    made: dict[str, Predicate] = {}
    for r in relations:
        known(r, "[[relation]]", _RELATION_FIELDS)
        identifier = f"{prefix}:{string(r, 'name', '[a-z][A-Za-z0-9]*', 'a name like buysFrom')}"
        (zh, en), meaning = words(r, "label"), words(r, "meaning")
        need(zh and en, f"{identifier} has no label in both languages")
        need(isinstance(r.get("both", False), bool), f"{identifier}: both is true or false")
        need(identifier not in made, f"{identifier} is declared twice")
        above = string(r, "within")
        above = f"{prefix}:{above}" if above and ":" not in above else above
        made[identifier] = Predicate(identifier, namespace, zh, en, *meaning, above, string(r, "subject"), string(r, "object"), r.get("both", False))
    return Manifest(name, string(own, "version"), *words(own, "title"), string(own, "licence"), prefix), list(made.values())


@cache
def load(*folders: Path) -> Pack:
    """The default pack with the given ones layered over it, in order: folders, or names of packs that ship. Raises KgError."""
    lexicons: dict[str, dict[str, Entry]] = {}
    rules: dict[str, Mapping[str, Any]] = {}  # those of later packs first: where several fit, the first has it
    predicates: dict[str, Predicate] = {}
    manifests: list[Manifest] = []
    places = (DEFAULT, *map(place, folders))
    for folder in places:
        for path in sorted(folder.glob("*.tsv")):
            table = lexicons.setdefault(path.stem, {})
            for e in read_lexicon(path):
                table.pop(e.name, None)
                if e.kind != "-":
                    table[e.name] = e
        own: dict[str, Mapping[str, Any]] = {}
        for path in rule_files(folder):
            listed = read_toml(path).get("rule", [])
            for n, rule in enumerate(listed if isinstance(listed, list) else [listed], 1):
                if not isinstance(rule, dict):
                    raise KgError("pack-rule", path=path, rule=f"#{n}", why="rules are written [[rule]]")
                if not isinstance(rule.get("id"), str):
                    raise KgError("pack-rule", path=path, rule=f"#{n}", why="no id")
                own[rule["id"]] = {**rule, "file": str(path)}
        rules = own | {k: v for k, v in rules.items() if k not in own}
        manifest, declared = read_manifest(folder)
        manifests.append(Manifest("default") if folder == DEFAULT else manifest)
        predicates |= {p.id: p for p in declared}
        _check(folder / MANIFEST, declared, predicates)
    return Pack(places, {k: tuple(v.values()) for k, v in lexicons.items()}, tuple(rules.values()), tuple(manifests), predicates)


def _check(path: Path, declared: list[Predicate], known: Mapping[str, Predicate]) -> None:
    """That a pack's relations are kinds of relations there are, and that a prefix has one namespace."""
    spaces = {p.id.partition(":")[0]: p.namespace for p in known.values()}
    for p in declared:
        above = [p.id]
        while (parent := known[above[-1]].parent) and parent not in RELATIONS:
            if parent not in known or parent in above:
                raise KgError("pack-manifest", path=path, why=f"{p.id} is within {parent}, which is no relation; known: {', '.join((*RELATIONS, *known))}")
            above.append(parent)
        if any(x.namespace != spaces[x.id.partition(":")[0]] for x in known.values()):
            raise KgError("pack-manifest", path=path, why=f"another pack has the prefix {p.id.partition(':')[0]} for another namespace")
