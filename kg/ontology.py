"""Where the ontology is, and what the writer and the slots need of it: the own superclasses of a class."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

_CLASS = re.compile(r"^gf:(\w+) a owl:Class ;((?:\n    .*)*)", re.M)
_PROPERTY = re.compile(r"^gf:(\w+) a (owl:ObjectProperty|owl:DatatypeProperty|rdf:Property)\b.*((?:\n    .*)*)", re.M)


def ontology_dir() -> Path:
    """The folder of the vocabulary, queries and checks: inside an installed package, else beside it in a checkout."""
    inside = Path(__file__).parent / "ontology"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "ontology"


@cache
def superclasses() -> Mapping[str, tuple[str, ...]]:
    """Class → its own superclasses, nearest first, by local name. Read by lines: no RDF library is needed for it.

    >>> superclasses()["Workshop"], superclasses()["Bank"]
    (('Facility',), ('FinancialInstitution', 'Organization'))
    """
    text = (ontology_dir() / "gongfu.ttl").read_text("utf-8")
    parents = {name: tuple(re.findall(r"\bgf:(\w+)", "".join(re.findall(r"rdfs:subClassOf ([^;\n]*)", body)))) for name, body in _CLASS.findall(text)}

    def climb(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*parents[name], *(far for near in parents[name] for far in climb(near))]))

    return MappingProxyType({name: climb(name) for name in parents})


@cache
def properties() -> Mapping[str, tuple[str, str]]:
    """Property → (object, datatype or either; its range as written, "" if none), by local name.

    >>> properties()["startDate"], properties()["financier"]
    (('datatype', 'xsd:date'), ('object', ''))
    """
    kinds = {"owl:ObjectProperty": "object", "owl:DatatypeProperty": "datatype", "rdf:Property": "either"}
    text = (ontology_dir() / "gongfu.ttl").read_text("utf-8")
    return MappingProxyType(
        {name: (kinds[kind], next(iter(re.findall(r"rdfs:range (\S+)", body)), "")) for name, kind, body in _PROPERTY.findall(text)},
    )
