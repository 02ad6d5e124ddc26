"""The rules of ontology/shapes.ttl as SPARQL: SHACL without a SHACL engine.

A constraint becomes the pattern of what breaks it, so that one query finds every fault at the speed of the store. What
shapes.ttl uses is understood, anything else is refused: no rule is passed over. The tests hold it to pySHACL.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any

from .ontology import ontology_dir

if TYPE_CHECKING:
    import pyoxigraph as ox

SH = "http://www.w3.org/ns/shacl#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_SEVERITY = {"Violation": "error", "Warning": "warning", "Info": "note"}
_FORMED = ("decimal", "integer", "date")  # of these an ill-formed literal is found by a cast
_SILENT = frozenset(  # what no fault comes of by itself
    ("targetClass", "targetSubjectsOf", "severity", "message", "path", "prefixes", "select", "property", "qualifiedMinCount", "qualifiedMaxCount")
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the query's rows break it. `same` names the check of ontology/checks/ that says it too, "" if none does."""

    name: str
    severity: str
    zh: str
    en: str
    same: str
    query: str = field(repr=False)


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule of shapes.ttl, in the order of names and messages."""
    import pyoxigraph as ox

    store = ox.Store()
    store.load(path=str(ontology_dir() / "shapes.ttl"), format=ox.RdfFormat.TURTLE)
    reader = _Reader(store)
    shapes = sorted({q.subject for q in store if q.predicate.value in (SH + "targetClass", SH + "targetSubjectsOf")}, key=str)
    out = [rule for shape in shapes for rule in reader.rules(shape)]
    return tuple(sorted(out, key=lambda r: (r.name, r.en, r.query)))


class _Reader:
    """Reads shapes; makes variables that do not clash."""

    def __init__(self, store: ox.Store) -> None:
        self.store = store
        self.numbers = count()

    def rules(self, shape: Any) -> Iterator[Rule]:
        target = self.target(shape)
        for said, value, pattern in self.faults(shape, "?this"):
            severity = next((_SEVERITY[s.value.removeprefix(SH)] for holder in said for s in self.values(holder, "severity")), "error")
            words = next(w for holder in said if (w := {m.language: m.value for m in self.values(holder, "message")}))
            same = next((s.value for s in self.values(said[0], "check", "https://w3id.org/gongfu-kg/shapes#")), "")
            query = f"SELECT DISTINCT ?this {value} WHERE {{ {target} {pattern} }} ORDER BY ?this {value}"
            yield Rule(shape.value.rpartition("#")[2], severity, words["zh"], words["en"], same, query)

    def values(self, node: Any, name: str, space: str = SH) -> list[Any]:
        import pyoxigraph as ox

        return sorted((q.object for q in self.store.quads_for_pattern(node, ox.NamedNode(space + name), None, None)), key=str)

    def items(self, head: Any) -> list[Any]:
        out = []
        while head.value != _RDF + "nil":
            out += self.values(head, "first", _RDF)
            head = self.values(head, "rest", _RDF)[0]
        return out

    def target(self, shape: Any) -> str:
        classes, subjects = self.values(shape, "targetClass"), self.values(shape, "targetSubjectsOf")
        ways = [f"{{ ?this a {c} }}" for c in classes] + [f"{{ ?this {p} ?target }}" for p in subjects]
        return f"{{ SELECT DISTINCT ?this WHERE {{ {' UNION '.join(ways)} }} }}"

    def path(self, node: Any) -> str:
        inverse, either = self.values(node, "inversePath"), self.values(node, "alternativePath")
        if inverse:
            return f"^{self.path(inverse[0])}"
        return "(" + "|".join(map(self.path, self.items(either[0]))) + ")" if either else str(node)

    def new(self) -> str:
        return f"?v{next(self.numbers)}"

    def conforms(self, shape: Any, focus: str) -> str:
        """That a node keeps a shape, as an expression."""
        return "(" + " && ".join(f"NOT EXISTS {{ {pattern} }}" for _, _, pattern in self.faults(shape, focus)) + ")"

    def faults(self, shape: Any, focus: str, *outer: Any) -> Iterator[tuple[tuple[Any, ...], str, str]]:
        """Where the words of each rule stand, the variable of the value at fault, and the pattern that matches a fault."""
        said = (shape, *outer)
        path = self.values(shape, "path")
        at = self.path(path[0]) if path else ""
        for quad in sorted(self.store.quads_for_pattern(shape, None, None, None), key=str):
            name, o = quad.predicate.value.removeprefix(SH), quad.object
            if name == "property":
                yield from self.faults(o, focus, *said)
            elif name == "sparql":
                body = self.values(o, "select")[0].value
                value = "?value" if "?value" in body.partition("WHERE")[0] else ""
                yield (o, *said), value, body[body.index("{") : body.rindex("}") + 1].replace("$this", focus)
            elif quad.predicate.value.startswith(SH) and name not in _SILENT:
                value = focus if not at else self.new()
                found = self.constraint(name, o, shape, focus, at, value)
                yield said, value if at and value in found and "NOT EXISTS" not in found.partition(value)[0] else "", found

    def constraint(self, name: str, o: Any, shape: Any, focus: str, at: str, v: str) -> str:
        """The pattern of one constraint's faults. `v`: the variable of a value, the focus itself where there is no path."""
        has = f"{focus} {at} {v} . " if at else ""
        number = o.value
        if name == "minCount":
            return f"FILTER NOT EXISTS {{ {self.several(focus, at, int(number))} }}"
        if name == "maxCount":
            return self.several(focus, at, int(number) + 1)
        if name == "qualifiedValueShape":
            least, most = (self.values(shape, f"qualified{x}Count") for x in ("Min", "Max"))
            few = [f"FILTER NOT EXISTS {{ {self.several(focus, at, int(n.value), o)} }}" for n in least]
            ways = [*(self.several(focus, at, int(n.value) + 1, o) for n in most), *(f"{self.bound(focus)} {p}" for p in few)]
            return " UNION ".join(f"{{ {way} }}" for way in ways)
        if name == "uniqueLang":
            other = self.new()
            return f'{has}{focus} {at} {other} FILTER(!sameTerm({v}, {other}) && LANG({v}) = LANG({other}) && LANG({v}) != "")'
        if name in ("lessThan", "lessThanOrEquals"):
            other, sign = self.new(), "<" if name == "lessThan" else "<="
            return f"{has}{focus} {o} {other} FILTER(!COALESCE({v} {sign} {other}, false))"
        return f"{has}FILTER(!{self.test(name, o, v)})"

    def test(self, name: str, o: Any, v: str) -> str:
        """A constraint on one value, as an expression."""
        match name:
            case "datatype":
                formed = f" && COALESCE({o}(STR({v})) = {o}(STR({v})), false)" if o.value.removeprefix(_XSD) in _FORMED else ""
                return f"(isLiteral({v}) && DATATYPE({v}) = {o}{formed})"
            case "class":
                return f"EXISTS {{ {v} a {o} }}"
            case "nodeKind" if o.value == SH + "IRI":
                return f"isIRI({v})"
            case "in":
                return f"({v} IN ({', '.join(map(str, self.items(o)))}))"
            case "pattern":
                return f"REGEX(STR({v}), {o})"
            case "minLength":
                return f"(STRLEN(STR({v})) >= {o.value})"
            case "minInclusive":
                return f"COALESCE({v} >= {o.value}, false)"
            case "maxInclusive":
                return f"COALESCE({v} <= {o.value}, false)"
            case "or":
                return "(" + " || ".join(self.conforms(s, v) for s in self.items(o)) + ")"
            case "xone":
                return "(" + " + ".join(f"IF({self.conforms(s, v)}, 1, 0)" for s in self.items(o)) + " = 1)"
        raise NotImplementedError(f"sh:{name} {o}")

    def several(self, focus: str, at: str, number: int, shape: Any = None) -> str:
        """That a node has so many values, those of a shape if one is given."""
        all_ = [self.new() for _ in range(number)]
        differ = [f"!sameTerm({a}, {b})" for i, a in enumerate(all_) for b in all_[i + 1 :]]
        tests = [*differ, *(self.conforms(shape, v) for v in all_ if shape is not None)]
        return "".join(f"{focus} {at} {v} . " for v in all_) + (f"FILTER({' && '.join(tests)})" if tests else "")

    def bound(self, focus: str) -> str:
        """A pattern that gives the focus a value inside a UNION, where the target's is not seen."""
        return f"{focus} a {self.new()} ."
