"""Write ontology/concepts.ttl from kg/pack/concepts.tsv, and ontology/context.jsonld from ontology/gongfu.ttl.

    python scripts/build_concepts.py [--check]

With --check nothing is written; exit 1 where a file is stale.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kg.concepts import factor, labels  # noqa: E402
from kg.ontology import properties  # noqa: E402
from kg.pack import DEFAULT, read_lexicon  # noqa: E402
from kg.terms import NAMESPACES, prefixes  # noqa: E402

HEAD = """# Controlled values of the gongfu-kg vocabulary. Generated from kg/pack/concepts.tsv by scripts/build_concepts.py: edit that.
# Licence: CC BY 4.0, https://creativecommons.org/licenses/by/4.0/
"""


def concepts() -> str:
    """The Turtle of every concept scheme and concept that ships."""
    used = ("gf", "gfc", "skos", "dct")
    out = [HEAD, *(f"@prefix {p}: <{NAMESPACES[p]}> .\n" for p in used)]
    for e in read_lexicon(DEFAULT / "concepts.tsv"):
        zh, en, notation = labels(e)
        pairs = [f'skos:prefLabel "{zh}"@zh , "{en}"@en']
        others = [a for a in e.aliases if a != zh]
        if others:
            pairs.append("skos:altLabel " + " , ".join(f'"{a}"@zh' for a in others))
        if notation:
            pairs.append(f'skos:notation "{notation}"')
        number, base = factor(e)
        if base:
            pairs += [f"gf:factor {number if '.' in number else number + '.0'}", f"gf:baseUnit gfc:{base}"]
        if e.kind == "scheme":
            kind = "skos:ConceptScheme"
            pairs.append("dct:license <https://creativecommons.org/licenses/by/4.0/>")
        else:
            kind = "skos:Concept"
            pairs.append(f"skos:inScheme gfc:{e.kind}")
            pairs.append(f"skos:broader gfc:{e.parent}" if e.parent else f"skos:topConceptOf gfc:{e.kind}")
        out.append(f"\ngfc:{e.name} a {kind} ;\n    " + " ;\n    ".join(pairs) + " .\n")
    return "".join(out)


def context() -> str:
    """The JSON-LD context: own terms bare, the others with their prefix, values typed by the range of their property."""
    terms: dict[str, object] = {"@vocab": NAMESPACES["gf"], **prefixes()}
    for name, (kind, where) in sorted(properties().items()):
        if kind == "object":
            terms[name] = {"@type": "@id"}
        elif kind == "datatype" and where in ("xsd:decimal", "xsd:date", "xsd:anyURI"):
            terms[name] = {"@type": where}
    links = "org:unitOf org:member org:organization prov:wasDerivedFrom prov:used rdf:subject rdf:predicate rdf:object skos:inScheme skos:broader dct:isPartOf"
    terms.update({name: {"@type": "@id"} for name in links.split()})
    terms["dct:issued"] = {"@type": "xsd:date"}
    return json.dumps({"@context": terms}, ensure_ascii=False, indent=1) + "\n"


def main(arguments: list[str]) -> int:
    stale = 0
    for name, text in (("concepts.ttl", concepts()), ("context.jsonld", context())):
        path = ROOT / "ontology" / name
        if not path.exists() or path.read_text("utf-8") != text:
            stale += 1
            if "--check" in arguments:
                print(f"stale: ontology/{name}: run python scripts/build_concepts.py", file=sys.stderr)
            else:
                path.write_text(text, "utf-8", newline="\n")
    return int(bool(stale and "--check" in arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
