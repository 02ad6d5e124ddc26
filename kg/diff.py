"""What was added, removed and changed from one graph to another: two builds of one text, or yesterday's edition and today's.

Names are compared without the base address. A fact's id is a hash of what it says, so a fact of another amount has another id: facts
that are new are paired with facts that are gone where both stand on the same number or sentence, or share their roles.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from .errors import chinese, say
from .model import decimal_text
from .ontology import superclasses
from .query import GraphFile, read_graph
from .view import FACTS, KINDS, PROPERTIES

Fields = Mapping[str, tuple[str, ...]]  # name of a field → its values, sorted
Node = dict[str, list[str]]
Place = tuple[str, str, int]  # file, sentence, offset in the sentence: stays when the text around it changes

SECTIONS: dict[str, tuple[str, str]] = {
    "entities": ("实体", "entities"),
    "facts": ("事实", "facts"),
    "numbers": ("搁置的数字", "numbers set aside"),
    "articles": ("文章", "articles"),
    "files": ("文件", "files"),
}
_WORDS: dict[str, tuple[str, str]] = {
    **PROPERTIES,
    **FACTS,
    **KINDS,
    "kind": ("类别", "kind"),
    "label": ("名称", "label"),
    "aliases": ("又称", "aliases"),
    "divisionCode": ("区划代码", "division code"),
    "size": ("规模", "size"),
    "time": ("时间", "time"),
    "status": ("状态", "status"),
    "confidence": ("置信度", "confidence"),
    "foundBy": ("规则", "rule"),
    "evidence": ("出处", "evidence"),
    "reason": ("原因", "reason"),
    "issued": ("日期", "date"),
    "byline": ("作者", "byline"),
    "paper": ("报纸", "paper"),
    "pageNumber": ("版面", "page"),
    "url": ("网址", "address"),
    "sha256": ("内容", "content"),
    "Article": ("文章", "Article"),
    "SourceFile": ("文件", "File"),
    "Quantity": ("数字", "Number"),
}
_TIME = ("gf:timeText", "gf:startDate", "gf:endDate", "gf:timeBasis", "gf:timeRole")
_BESIDE = {"time", "status", "confidence", "foundBy", "evidence"}  # fields of a fact that are no roles
_VALUED = {"instrument", "stage", "aggregation", "per", "comparedWith", "predicate"}  # roles whose values many facts share
_CROWD = 40_000  # pairs of one bucket beyond which it tells nothing


@dataclass(frozen=True, slots=True)
class Record:
    """A thing that can be compared. `places`: where it stands in the text; of a fact, where its numbers stand."""

    id: str
    kind: str
    label: str
    fields: Fields
    places: frozenset[Place] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """A record of both graphs that is not the same: field → values before and after."""

    before: Record
    after: Record
    fields: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Section:
    """The differences among the records of one sort."""

    added: tuple[Record, ...]
    removed: tuple[Record, ...]
    changed: tuple[Change, ...]
    same: int


@dataclass(frozen=True, slots=True)
class Diff:
    """All differences. `labels`: name of a thing or concept → words for it."""

    sections: Mapping[str, Section]
    labels: Mapping[str, str]

    @property
    def same(self) -> bool:
        """Whether there is no difference."""
        return not any(s.added or s.removed or s.changed for s in self.sections.values())


def diff(before: Path | GraphFile, after: Path | GraphFile) -> Diff:
    """Compare two graphs: files, folders with a graph.ttl, or graphs that are read. Raises KgError."""
    old, new = (_Side(g if isinstance(g, GraphFile) else read_graph(g)) for g in (before, after))
    sections: dict[str, Section] = {}
    renamed: dict[str, str] = {}  # names of the old graph → of the new one
    for name in SECTIONS:
        ours, theirs = old.records(name), new.records(name)
        gone = [r for i, r in ours.items() if i not in theirs]
        come = [r for i, r in theirs.items() if i not in ours]
        pairs = _same_things(gone, come) if name == "entities" else _same_facts(gone, come, renamed) if name == "facts" else []
        renamed.update((a.id, b.id) for a, b in pairs)
        both = sorted([*((ours[i], theirs[i]) for i in ours if i in theirs), *pairs], key=lambda p: p[1].id)
        changes = [c for a, b in both if (c := Change(a, b, _differences(a, b, renamed))).fields or a.id != b.id]
        paired = {r.id for pair in pairs for r in pair}
        sections[name] = Section(
            tuple(sorted((r for r in come if r.id not in paired), key=_order)),
            tuple(sorted((r for r in gone if r.id not in paired), key=_order)),
            tuple(sorted(changes, key=lambda c: _order(c.after))),
            len(both) - len(changes),
        )
    return Diff(sections, {**old.labels, **new.labels})


def _order(r: Record) -> tuple[str, str, str]:
    return r.kind, r.label, r.id


def _differences(a: Record, b: Record, renamed: Mapping[str, str]) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    out: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {} if a.kind == b.kind else {"kind": ((a.kind,), (b.kind,))}
    for name in dict.fromkeys([*a.fields, *b.fields]):
        left, right = a.fields.get(name, ()), b.fields.get(name, ())
        if tuple(sorted(renamed.get(v, v) for v in left)) != right:
            out[name] = (left, right)
    return out


# ---------------------------------------------------------------- reading


class _Side:
    """One of the two graphs, as records."""

    def __init__(self, data: GraphFile) -> None:
        self.nodes: dict[str, Node] = {}
        short: dict[str, str] = {}
        for quad in data.store:
            s, p, o = (short.get(x) or short.setdefault(x, data.short(x)) for x in (_text(quad.subject), quad.predicate.value, _text(quad.object)))
            language = getattr(quad.object, "language", None)
            values = self.nodes.setdefault(s, {}).setdefault(p + (f"@{language}" if language else ""), [])
            if o not in values:
                values.append(o)
        for node in self.nodes.values():
            for values in node.values():
                values.sort()
        self.kinds = {s: _narrowest(node.get("rdf:type", ())) for s, node in self.nodes.items()}
        self.labels = {s: label for s, node in self.nodes.items() if (label := _label(node))}
        self.claimed = {
            tuple(node[f"rdf:{part}"][0] for part in ("subject", "predicate", "object"))
            for s, node in self.nodes.items()
            if self.kinds[s] == "Claim" and all(f"rdf:{part}" in node for part in ("subject", "predicate", "object"))
        }
        self.places: dict[str, set[Place]] = defaultdict(set)  # thing or quantity → where it is named
        for s, node in self.nodes.items():
            if self.kinds[s] == "Mention":
                for passage in node.get("gf:inPassage", ()):
                    path, sentence, start = self.sentence(passage)
                    for referent in node.get("gf:refersTo", ()):
                        self.places[referent].add((path, sentence, int(self.first(s, "gf:start") or 0) - start))

    def first(self, subject: str, predicate: str) -> str:
        return next(iter(self.nodes.get(subject, {}).get(predicate, ())), "")

    def sentence(self, passage: str) -> Place:
        """File, clean text and start of a passage."""
        path = self.first(self.first(self.first(passage, "gf:inArticle"), "dct:isPartOf"), "gf:path")
        return path, self.first(passage, "gf:exact"), int(self.first(passage, "gf:start") or 0)

    def records(self, section: str) -> dict[str, Record]:
        """The records of a section by id."""
        sorts: dict[str, tuple[Callable[[str], Record], Iterable[str]]] = {
            "entities": (self._entity, KINDS),
            "facts": (self._fact, FACTS),
            "numbers": (self._number, ("Quantity", "MonetaryAmount")),
            "articles": (self._plain, ("Article",)),
            "files": (self._plain, ("SourceFile",)),
        }
        make, kinds = sorts[section]
        found = [s for s, kind in self.kinds.items() if kind in kinds and (section != "numbers" or "gf:setAside" in self.nodes[s])]
        return {r.id: r for r in map(make, found)}

    def _entity(self, s: str) -> Record:
        node = self.nodes[s]
        fields = {
            "label": tuple(v for p in node if p.startswith("skos:prefLabel") for v in node[p]),
            "aliases": tuple(sorted(v for p in node if p.startswith("skos:altLabel") for v in node[p])),
            "divisionCode": tuple(node.get("gf:divisionCode", ())),
            "size": tuple(map(self._value, node.get("gf:size", ()))),
        }
        for p in ("gf:locatedIn", "org:unitOf"):  # what a relation says is compared among the facts
            fields[_local(p)] = tuple(o for o in node.get(p, ()) if (s, p, o) not in self.claimed)
        return Record(s, self.kinds[s], self.labels.get(s, s), {k: v for k, v in fields.items() if v}, frozenset(self.places[s]))

    def _fact(self, s: str) -> Record:
        node, fields = self.nodes[s], {}
        for p, values in node.items():
            if p not in _TIME and p not in ("rdf:type", "prov:wasDerivedFrom"):
                fields[_local(p)] = tuple(sorted(map(self._value, values)))
        time = [" ".join(v for p in _TIME[:1] for v in node.get(p, ())), "…".join(dict.fromkeys(v for p in _TIME[1:3] for v in node.get(p, ())))]
        basis = ", ".join(_local(v) for p in _TIME[3:] for v in node.get(p, ()))
        fields["time"] = tuple(filter(None, [" ".join(filter(None, [*time, f"({basis})" if basis else ""]))]))
        said = {self.sentence(p)[:2] for p in node.get("prov:wasDerivedFrom", ()) if self.kinds.get(p) == "Passage"}
        fields["evidence"] = tuple(sorted(f"{path}: {sentence}" for path, sentence in said))
        numbers = [v for values in node.values() for v in values if self.kinds.get(v) in ("Quantity", "MonetaryAmount")]
        ordered = {k: fields[k] for k in sorted(fields, key=_rank) if fields[k]}
        return Record(s, self.kinds[s], "", ordered, frozenset(place for q in numbers for place in self.places[q]))

    def _number(self, s: str) -> Record:
        """A number set aside is known by where it stands."""
        place = min(self.places[s], default=("", s, 0))
        words = self.first(s, "gf:verbatim")
        return Record(f"{place[0]}: {place[1]} [{place[2]}] {words}", "Quantity", words, {"reason": (self.first(s, "gf:setAside"),)}, frozenset(self.places[s]))

    def _plain(self, s: str) -> Record:
        """An article or a file by its properties; a file is known by its path."""
        node = self.nodes[s]
        if self.kinds[s] == "SourceFile":
            path = self.first(s, "gf:path")
            return Record(path, "SourceFile", path, {p: tuple(node[f"gf:{p}"]) for p in ("sha256", "extractedText") if f"gf:{p}" in node})
        kept = ("gf:byline", "gf:paper", "gf:pageNumber", "gf:url", "dct:issued")
        label = "".join(self.first(s, p) for p in node if p.startswith("dct:title")) or s
        return Record(s, "Article", label, {_local(p): tuple(node[p]) for p in kept if p in node})

    def _value(self, term: str) -> str:
        """A value as it is compared and shown: a quantity by all that it says, anything else as it stands."""
        node = self.nodes.get(term, {})
        if "gf:value" not in node:
            return term
        low, value, high = (_number(self.first(term, f"gf:{k}")) for k in ("min", "value", "max"))
        unit = self.first(term, "gf:currency") or self.first(self.first(term, "gf:unit"), "skos:notation") or _local(self.first(term, "gf:unit"))
        span = value if low == high == value else f"{value}: {low}…{high}"
        return f"{self.first(term, 'gf:verbatim')} ({' '.join(filter(None, [_local(self.first(term, 'gf:qualifier')), span, unit]))})"


def _text(term: Any) -> str:
    return str(getattr(term, "value", term))


def _number(text: str) -> str:
    try:
        return decimal_text(Decimal(text)) if text else ""
    except InvalidOperation:
        return text


def _narrowest(types: Iterable[str]) -> str:
    kinds = sorted(t.removeprefix("gf:") for t in types if t.startswith("gf:"))
    return next((k for k in kinds if not any(k in superclasses().get(other, ()) for other in kinds)), "")


def _label(node: Node) -> str:
    for key in (
        "skos:prefLabel@zh" if chinese() else "skos:prefLabel@en",
        "skos:prefLabel@zh",
        "skos:prefLabel",
        "rdfs:label@zh" if chinese() else "rdfs:label@en",
    ):
        if key in node:
            return node[key][0]
    return ""


def _local(name: str) -> str:
    return name.partition("@")[0].rpartition(":")[2]


def _rank(name: str) -> tuple[int, str]:
    """Roles first, in the order of the page."""
    order = list(_WORDS)
    return (order.index(name) if name in order else 99, name)


# ---------------------------------------------------------------- pairing


def _same_things(gone: list[Record], come: list[Record]) -> list[tuple[Record, Record]]:
    """Things of another name or kind: of the same label, or named at the same places."""

    def alike(a: Record, b: Record) -> float:
        places = _share(a.places, b.places)
        return 2 + places if a.label == b.label else places if places >= 0.5 and a.kind == b.kind else 0

    return _pairs(gone, come, lambda r: {("label", r.label), *r.places}, alike)


def _same_facts(gone: list[Record], come: list[Record], renamed: Mapping[str, str]) -> list[tuple[Record, Record]]:
    """Facts of one kind on the same number; in the same sentence and of the same number or most roles; or with the same things elsewhere."""

    def roles(r: Record) -> set[tuple[str, str]]:
        return {(name, renamed.get(v, v)) for name, values in r.fields.items() if name not in _BESIDE for v in values}

    def things(r: Record) -> set[tuple[str, str]]:
        return {(name, v) for name, v in roles(r) if name not in _VALUED and ":" in v and " " not in v}

    def keys(r: Record) -> set[object]:
        return {*r.places, *((r.kind, v) for v in r.fields.get("evidence", ())), *((r.kind, *role) for role in things(r))}

    def alike(a: Record, b: Record) -> float:
        if a.kind != b.kind or (a.kind == "Claim" and a.fields.get("predicate") != b.fields.get("predicate")):
            return 0
        number = bool(a.places & b.places)
        sentence = bool(set(a.fields.get("evidence", ())) & set(b.fields.get("evidence", ())))
        same, most = _share(things(a), things(b)), _share(roles(a), roles(b))
        other_number = bool(a.places and b.places) and not number
        if number or (sentence and not other_number and (same >= 1 / 3 or most >= 0.5)) or (same == 1 and (sentence or most >= 0.5)):
            return 4 * number + 2 * sentence + same + most / 2
        return 0

    return _pairs(gone, come, keys, alike)


def _share(a: Iterable[object], b: Iterable[object]) -> float:
    """What two sets share of what either has."""
    left, right = set(a), set(b)
    return len(left & right) / len(left | right) if left | right else 0


def _pairs(
    gone: list[Record], come: list[Record], keys: Callable[[Record], Iterable[object]], alike: Callable[[Record, Record], float]
) -> list[tuple[Record, Record]]:
    """Each record with the one most like it among those that share a key, each at most once."""
    buckets: dict[object, tuple[list[Record], list[Record]]] = defaultdict(lambda: ([], []))
    for side, records in enumerate((gone, come)):
        for r in records:
            for key in keys(r):
                buckets[key][side].append(r)
    close = {(a.id, b.id): (a, b) for left, right in buckets.values() if len(left) * len(right) <= _CROWD for a in left for b in right}
    ranked = sorted(((-score, *ids) for ids, pair in close.items() if (score := alike(*pair)) > 0))
    taken: set[str] = set()
    out = []
    for _, a, b in ranked:
        if a not in taken and b not in taken:
            taken |= {a, b}
            out.append(close[a, b])
    return out


# ---------------------------------------------------------------- output


def to_json(found: Diff) -> str:
    """Counts, and every record and change with all values, as JSON. Facts and things by their prefixed names."""

    def record(r: Record) -> dict[str, Any]:
        return {"id": r.id, "kind": r.kind, **({"label": r.label} if r.label else {}), "fields": {k: list(v) for k, v in r.fields.items()}}

    def change(c: Change) -> dict[str, Any]:
        head = {"id": c.after.id, **({"was": c.before.id} if c.before.id != c.after.id else {}), "kind": c.after.kind}
        label = {"label": c.after.label} if c.after.label else {}
        return {**head, **label, "fields": {k: {"before": list(a), "after": list(b)} for k, (a, b) in c.fields.items()}}

    out: dict[str, Any] = {"same": found.same}
    for name, s in found.sections.items():
        out[name] = {
            "counts": {"added": len(s.added), "removed": len(s.removed), "changed": len(s.changed), "same": s.same},
            "kinds": {kind: dict(zip(("added", "removed", "changed"), counts, strict=True)) for kind, counts in kinds(s).items()},
            "added": [record(r) for r in s.added],
            "removed": [record(r) for r in s.removed],
            "changed": [change(c) for c in s.changed],
        }
    return json.dumps(out, ensure_ascii=False, indent=1) + "\n"


def kinds(section: Section) -> dict[str, tuple[int, int, int]]:
    """How many of each kind were added, removed and changed."""
    counts = [Counter(r.kind for r in records) for records in (section.added, section.removed, (c.after for c in section.changed))]
    added, removed, changed = counts
    return {kind: (added[kind], removed[kind], changed[kind]) for kind in sorted(added | removed | changed)}


def to_text(found: Diff) -> str:
    """For a terminal: the counts by kind, then + for what was added, - removed, ~ changed, each change field by field."""
    if found.same:
        return say("没有差别。\n", "No difference.\n")
    lines: list[str] = []
    for name, s in found.sections.items():
        if s.added or s.removed or s.changed:
            counts = " ".join(f"{sign}{n}" for sign, n in zip("+-~", (len(s.added), len(s.removed), len(s.changed)), strict=True))
            by_kind = ", ".join(f"{_word(k)} " + " ".join(f"{sign}{n}" for sign, n in zip("+-~", row, strict=True) if n) for k, row in kinds(s).items())
            lines.append(f"{say(*SECTIONS[name])}  {counts}  ({by_kind})")
    for name, s in found.sections.items():
        if s.added or s.removed or s.changed:
            lines += ["", say(*SECTIONS[name])]
            lines += [f"  - {_line(found, r)}" for r in s.removed] + [f"  + {_line(found, r)}" for r in s.added]
            for c in s.changed:
                lines.append(f"  ~ {_line(found, c.after)}" + (f" ← {c.before.id}" if c.before.id != c.after.id else ""))
                lines += [f"      {_word(k)}  {_only(found, a, b)} → {_only(found, b, a)}" for k, (a, b) in c.fields.items()]
    return "\n".join(lines) + "\n"


def _line(found: Diff, r: Record) -> str:
    """A record in one line."""
    if r.kind == "SourceFile":
        return r.id
    if r.kind == "Quantity":
        return f"{r.label} ({_shown(found, r.fields['reason'])})  {r.id}"
    if r.kind not in FACTS:
        return f"{_word(r.kind)} {r.label}  {r.id}"
    said = {k: v for k, v in r.fields.items() if k not in _BESIDE}
    if r.kind == "Claim":
        return " ".join(_shown(found, said.get(k, ())) for k in ("subject", "predicate", "object")) + f"  {r.id}"
    return f"{_word(r.kind)} " + " · ".join(f"{_word(k)} {_shown(found, v)}" for k, v in said.items()) + f"  {r.id}"


def _shown(found: Diff, values: Iterable[str]) -> str:
    return "、".join(found.labels.get(v) or (_word(_local(v)) if v.startswith(("gf:", "org:")) else v) for v in values) or "—"


def _only(found: Diff, values: Iterable[str], others: Iterable[str]) -> str:
    """The values that the other side has not, long sentences cut."""
    return _shown(found, [v if len(v) <= 80 else v[:79] + "…" for v in values if v not in set(others)])


def _word(name: str) -> str:
    return say(*_WORDS[name]) if name in _WORDS else name
