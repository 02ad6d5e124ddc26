"""RDF terms as text. A term is its spelling in Turtle: `agent:李良`, `<http://…>`, `"农行"@zh`, `4.6`, `"2023-06-30"^^xsd:date`.

Everything that writes RDF deals in these strings: the Turtle writer joins them, the other writers respell them. This is
what makes writing fast: no object is made for a term.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from urllib.parse import quote

from .model import Graph, Predicate, decimal_text
from .view import BASE

NAMESPACES: Mapping[str, str] = {
    "gf": "https://w3id.org/gongfu-kg/ns#",
    "gfc": "https://w3id.org/gongfu-kg/concept/",
    "org": "http://www.w3.org/ns/org#",
    "prov": "http://www.w3.org/ns/prov#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dct": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
DECLARING = {"rdfs": "http://www.w3.org/2000/01/rdf-schema#", "owl": "http://www.w3.org/2002/07/owl#"}  # where a graph declares relations of packs
SPACES = ("agent", "place", "thing", "fact", "source")

# What stands bare after the colon. Narrower than the Turtle standard: every tool met agrees on it.
_CHARS = r"A-Za-z0-9_\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LOCAL = re.compile(rf"[{_CHARS}](?:[{_CHARS}.]*[{_CHARS}])?")
# No IRI may hold these: white space and controls of any alphabet, private and unassigned places, delimiters.
_FORBIDDEN = re.compile(r'[\s\x00-\x20<>"{}\[\]#?%|\\^`\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ud800-\uf8ff\ufeff\ufff0-\uffff\U000e0000-\U0010ffff]')
_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f]')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def prefixes(base: str = BASE) -> dict[str, str]:
    """Every prefix of the output; `base` is that of the instances.

    >>> prefixes()["agent"], prefixes("http://localhost/kg/")["fact"]
    ('https://w3id.org/gongfu-kg/id/agent/', 'http://localhost/kg/fact/')
    """
    gf, gfc, *rest = NAMESPACES.items()
    return dict([gf, gfc, *((space, f"{base}{space}/") for space in SPACES), *rest])


def declared(graph: Graph) -> dict[str, Predicate]:
    """The relations of packs that the graph's claims use, with those they are kinds of, by id."""
    known = {p.id: p for p in graph.predicates}
    out: dict[str, Predicate] = {}
    todo = {value for f in graph.facts for value in f.role("predicate")} if known else set()
    while todo:
        p = known.get(todo.pop())
        if p and p.id not in out:
            out[p.id] = p
            todo.add(p.parent)
    return dict(sorted(out.items()))


def prefixes_of(graph: Graph, base: str = BASE) -> dict[str, str]:
    """Every prefix that the graph is written with: those of packs too, where their relations are used."""
    return prefixes_with(declared(graph).values(), base)


def prefixes_with(predicates: Iterable[Predicate], base: str = BASE) -> dict[str, str]:
    """Every prefix that a graph with these relations of packs is written with."""
    own = {p.id.partition(":")[0]: p.namespace for p in sorted(predicates, key=lambda p: p.id)}
    return {**prefixes(base), **({**DECLARING, **own} if own else {})}


class Memo(dict[str, str]):
    """A table that fills itself by a function."""

    def __init__(self, make: Callable[[str], str]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, key: str) -> str:
        self[key] = value = self.make(key)
        return value


def namer(base: str = BASE) -> Memo:
    """Identifier (`agent/李良`, `gfc:loan`) → term: a prefixed name where its characters are legal in one, else a full IRI.

    >>> name = namer()
    >>> name["agent/李良.某行"], name["gfc:loan"], name["thing/a b"]
    ('agent:李良.某行', 'gfc:loan', '<https://w3id.org/gongfu-kg/id/thing/a%20b>')
    """
    spaces = prefixes(base)

    def name(identifier: str) -> str:
        space, slash, rest = identifier.partition("/")
        if not slash or space not in SPACES:
            space, _, rest = identifier.partition(":")
        if _LOCAL.fullmatch(rest):
            return f"{space}:{rest}"
        return f"<{spaces[space]}{_FORBIDDEN.sub(lambda m: quote(m[0], safe='', errors='surrogatepass'), rest)}>"

    return Memo(name)


def text(value: str, tag: str = "") -> str:
    """A string as a literal; `tag`: a language as "@zh" or a datatype as "^^xsd:date".

    >>> print(text('他说"好"' + chr(10)), text("农行", "@zh"))
    "他说\\"好\\"\\n" "农行"@zh
    """
    if _ESCAPED.search(value):
        value = _ESCAPED.sub(lambda m: _ESCAPES.get(m[0]) or f"\\u{ord(m[0]):04X}", value)
    return f'"{value}"{tag}'


def line(value: str) -> str:
    """A string without line breaks."""
    return " ".join(value.split()) if "\n" in value or "\r" in value else value


def decimal(number: Decimal) -> str:
    """One spelling in every serialisation: with a point, as Turtle's short form needs it.

    >>> decimal(Decimal("48.7") * 100000000)
    '4870000000.0'
    """
    digits = decimal_text(number)
    return digits if "." in digits else digits + ".0"


def expander(base: str = BASE, more: Mapping[str, str] | None = None) -> Memo:
    """Term → its spelling in N-Triples. `more`: prefixes beside those of every output.

    >>> full = expander()
    >>> full["a"], full['"2023-06-30"^^xsd:date'], full["4.0"]  # doctest: +NORMALIZE_WHITESPACE
    ('<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>', '"2023-06-30"^^<http://www.w3.org/2001/XMLSchema#date>',
     '"4.0"^^<http://www.w3.org/2001/XMLSchema#decimal>')
    """
    spaces = {**prefixes(base), **(more or {})}

    def expand(term: str) -> str:
        first = term[0]
        if first == "<":
            return term
        if first == '"':
            words, hats, kind = term.rpartition("^^xsd:")
            return f"{words}^^<{spaces['xsd']}{kind}>" if hats and kind[-1] != '"' and '"' not in kind else term
        if first.isdigit():
            return f'"{term}"^^<{spaces["xsd"]}{"decimal" if "." in term else "integer"}>'
        if term == "a":
            return f"<{spaces['rdf']}type>"
        prefix, _, local = term.partition(":")
        return f"<{spaces[prefix]}{local}>"

    return Memo(expand)
