"""The register of Chinese administrative divisions: names, codes and chains, from kg/pack/register.zip.

Codes are the statistical ones of 2023-06-30, as long as their level: 2 digits a province, 4 a prefecture, 6 a county, 9 a
town, 12 a village. All names to the town are in memory (a tenth of a second, once); villages are read a prefecture at a time.
`scripts/build_register.py` makes the archive.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from .model import local_name
from .pack import load

ARCHIVE = Path(__file__).parent / "pack" / "register.zip"
SCHEME = "nbs2023"
LEVELS = {2: "Province", 4: "Prefecture", 6: "County", 9: "Township", 12: "Village"}
_DIGITS = tuple(f"{n:03d}" for n in range(1000))
_CELL = re.compile(r"\t(?:\d{3}:)?")  # what parts the names of a packed line
_TOWN = re.compile(r"(?:镇|乡|街道|苏木)$")
_VILLAGE = re.compile(r"(?:行政村|自然村|村|社区|嘎查)$")


@dataclass(frozen=True, eq=False)
class Register:
    """Names by code and codes by name. `full` holds spoken full forms too (景宁县 for 景宁畲族自治县); `zones` are the list's pseudo-towns and
    pseudo-counties (development zones, farms), which are no divisions."""

    names: Mapping[str, str]
    full: Mapping[str, tuple[str, ...]]
    short: Mapping[str, tuple[str, ...]]
    towns: Mapping[str, tuple[str, ...]]
    zones: Mapping[str, tuple[str, ...]]
    lines: Mapping[str, str]  # county → its towns' line

    def level(self, code: str) -> str:
        """The class of a code: Province, Prefecture, County, Township or Village."""
        return LEVELS[len(code)]

    def parent(self, code: str) -> str:
        """The next higher division's code; "" above a province. Statistical in-between rows (市辖区, zones) are stepped over.

        >>> r = load_register()
        >>> r.parent("330109"), r.parent("429004"), r.parent("110101"), r.parent("33")
        ('3301', '42', '11', '')
        """
        for width in (9, 6, 4, 2):
            if width < len(code) and (up := code[:width]) in self.names and not self._hollow(up):
                return up
        return ""

    def _hollow(self, code: str) -> bool:
        return len(code) == 6 and ("71" <= code[4:] <= "79" or self.names[code] == self.names.get(code[:4]))

    def name(self, code: str) -> str:
        """The bare register name. Raises KeyError for a code that is not in the register."""
        if len(code) == 12:
            return _village_names(code[:9])[code]
        return self.names[code]

    def chain(self, code: str) -> tuple[str, ...]:
        """The codes from the province down to this one."""
        return _chain(self, code)

    def id(self, code: str) -> str:
        """The entity id: the chain of names from the prefecture on (from the province for a province and in 北京, 天津, 上海, 重庆).

        >>> r = load_register()
        >>> r.id("330109113"), r.id("33"), r.id("110101"), r.id("429004")
        ('place/杭州市.萧山区.瓜沥镇', 'place/浙江省', 'place/北京市.东城区', 'place/仙桃市')
        """
        return _id(self, code)

    def towns_in(self, county: str) -> Mapping[str, str]:
        """Town name, spoken name and short form → code, of one county (or city without counties).

        >>> t = load_register().towns_in("330109")
        >>> t["瓜沥镇"] == t["瓜沥"], "红山农场" in t
        (True, False)
        """
        return _towns(self, county)

    def villages_in(self, area: str) -> Mapping[str, tuple[str, ...]]:
        """Village name (村, 社区, 嘎查; committees' suffixes dropped) → codes, of a county or a town. Reads the prefecture's villages when first asked."""
        return _villages(area[:6]) if len(area) <= 6 else _of_town(area)

    def villages_named(self, county: str, name: str) -> tuple[str, ...]:
        """The codes of a county's villages of a name. Numbers only the towns whose line holds the name: most of a county is never asked for.

        >>> r = load_register()
        >>> r.villages_named("330109", "梅林村") == r.villages_in("330109")["梅林村"], r.villages_named("330109", "没有村")
        (True, ())
        """
        return _villages_named(county, name) if name in _village_set(county) else ()

    def village_tails(self, county: str) -> frozenset[str]:
        """The last three characters of a county's village names: what does not end so is no village of it."""
        return _village_tails(county)

    def lone_stems(self, county: str) -> tuple[tuple[str, str], ...]:
        """Short forms of a county's towns whose full names are unique in the country, with their codes."""
        return _lone_stems(self, county)

    def counties_in(self, area: str) -> tuple[str, ...]:
        """The codes of the counties of a province or prefecture; a county gives itself."""
        return (area,) if len(area) == 6 else _counties(self, area)


def town_stem(name: str) -> str:
    """A town's or village's name without its rank; the whole where one character would be left.

    >>> [town_stem(n) for n in ("瓜沥镇", "三仁畲族乡", "古城街道", "壶镇镇", "乌镇", "留贤村")]
    ['瓜沥', '三仁', '古城', '壶镇', '乌镇', '留贤']
    """
    stem = _TOWN.sub("", name)
    if stem != name and name.endswith("乡"):
        stem = re.sub(f"(?:{_peoples()})+$", "", stem)
    stem = _VILLAGE.sub("", stem) if stem == name else stem
    return stem if len(stem) > 1 else name


@cache
def _peoples() -> str:
    return "|".join(load().words("place_words", "people"))


@cache
def _archive() -> zipfile.ZipFile:
    """The archive, in memory: its contents are read once, and worker processes share no file."""
    return zipfile.ZipFile(BytesIO(ARCHIVE.read_bytes()))


@cache
def load_register() -> Register:
    """The shipped register, read once."""
    upper = _archive().read("counties.tsv").decode().splitlines()
    towns = _archive().read("towns.tsv").decode().splitlines()
    names: dict[str, str] = {}
    full: dict[str, list[str]] = {}
    short: dict[str, list[str]] = {}
    zones: dict[str, tuple[str, ...]] = {}
    by_town: dict[str, tuple[str, ...]] = {}
    lines: dict[str, str] = {}
    for line in upper:
        code, name, stem = line.split("\t")
        names[code] = name
        if len(code) == 6 and "71" <= code[4:] <= "79":
            zones[name] = (*zones.get(name, ()), code)
            continue
        if names.get(code[:4]) == name and len(code) == 6:
            continue
        for form in _spoken(name, stem):
            full.setdefault(form, []).append(code)
        if stem:
            short.setdefault(stem, []).append(code)
    for line in towns:
        county, rest = line.split("\t", 1)
        lines[county] = rest
        for code, name in _numbered(county, rest.split("\t")):
            names[code] = name
            table = by_town if name[-1] in "镇乡道木" and code[6] != "5" else zones
            table[name] = (*table[name], code) if name in table else (code,)
    return Register(names, _frozen(full), _frozen(short), by_town, zones, lines)


def _frozen(table: Mapping[str, Iterable[str]]) -> Mapping[str, tuple[str, ...]]:
    return {k: tuple(v) for k, v in table.items()}


def _spoken(name: str, stem: str) -> Iterator[str]:
    yield name
    for rank in ("自治区", "自治州", "自治县", "自治旗"):
        if name.endswith(rank) and stem:
            yield stem + (rank if rank == "自治区" else rank[-1])


def _numbered(parent: str, cells: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Codes and names of a packed line: `NNN:name`, or the last number + 1."""
    number = 0
    for cell in cells:
        number += 1
        if cell[3:4] == ":":
            number, cell = int(cell[:3]), cell[4:]
        yield parent + _DIGITS[number], cell


@cache
def _chain(register: Register, code: str) -> tuple[str, ...]:
    up = register.parent(code)
    return (*_chain(register, up), code) if up else (code,)


@cache
def _id(register: Register, code: str) -> str:
    codes = _chain(register, code)
    if len(codes) > 1 and not register.names[codes[0]].endswith("市"):
        codes = codes[1:]
    out = "place/" + ".".join(local_name(register.name(c)) for c in codes)
    twins = _of_town(code[:9]).get(register.name(code), ()) if len(code) == 12 else ()
    same = sorted(twins)
    return out if len(same) < 2 or same[0] == code else f"{out}.{code[9:]}"


@cache
def _counties(register: Register, area: str) -> tuple[str, ...]:
    return tuple(c for c in register.lines if c.startswith(area))


@cache
def _towns(register: Register, county: str) -> Mapping[str, str]:
    out: dict[str, str] = {}
    for code, name in _numbered(county, register.lines.get(county, "").split("\t")):
        if name and name[-1] in "镇乡道木" and code[6] != "5":
            stem = town_stem(name)
            for form in (name, stem, stem + "乡" if name.endswith("族乡") else name):
                out.setdefault(form, code)
    return out


@cache
def _village_tails(county: str) -> frozenset[str]:
    return frozenset([name[-3:] for name in _village_set(county)])


@cache
def _villages_named(county: str, name: str) -> tuple[str, ...]:
    return tuple(c for town, line in _chunk(county[:4]).items() if town.startswith(county) and name in line for c in _of_town(town).get(name, ()))


@cache
def _village_set(county: str) -> frozenset[str]:
    """The names of a county's villages, cut out of the packed lines at once."""
    return frozenset(_CELL.split("".join(["\t" + line for town, line in _chunk(county[:4]).items() if town.startswith(county)])))


@cache
def _lone_stems(register: Register, county: str) -> tuple[tuple[str, str], ...]:
    towns = _towns(register, county).items()
    return tuple((n, c) for n, c in towns if len(n) > 1 and n != register.names[c] and len(register.towns[register.names[c]]) == 1)


@cache
def _of_town(town: str) -> Mapping[str, tuple[str, ...]]:
    out: dict[str, list[str]] = {}
    line = _chunk(town[:4]).get(town)
    for code, name in _numbered(town, line.split("\t")) if line is not None else ():
        out.setdefault(name, []).append(code)
    return _frozen(out)


@cache
def _chunk(prefecture: str) -> Mapping[str, str]:
    """Town → its packed line of villages; empty for a prefecture without any."""
    try:
        text = _archive().read(f"villages/{prefecture}.tsv").decode()
    except KeyError:
        return {}
    return {line[:9]: line[10:] for line in text.splitlines()}


@cache
def _villages(county: str) -> Mapping[str, tuple[str, ...]]:
    """A county's villages: name → codes."""
    out: dict[str, tuple[str, ...]] = {}
    for town, line in _chunk(county[:4]).items():
        if town.startswith(county):
            for code, name in _numbered(town, line.split("\t")):
                out[name] = (*out[name], code) if name in out else (code,)
    return out


@cache
def _village_names(town: str) -> Mapping[str, str]:
    """A town's villages: code → name."""
    line = _chunk(town[:4]).get(town)
    return dict(_numbered(town, line.split("\t"))) if line is not None else {}
