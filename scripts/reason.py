"""Ask HermiT whether the vocabulary, its alignments and a graph (the tests' hand-made one by default) contradict each other.

    python scripts/reason.py [output/graph.ttl]        as `make reason` does

Needs owlready2 (it brings HermiT) and Java; neither is needed for anything else. xsd:date is no datatype of OWL 2, and texts say nothing to a
reasoner: such statements are left out. Exit code 1 where something contradicts, or where a contradiction put in on purpose is not found.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import rdflib
from rdflib import OWL, RDF

ROOT = Path(__file__).resolve().parent.parent
GF = "https://w3id.org/gongfu-kg/ns#"


def statements(path: Path) -> rdflib.Graph:
    """Vocabulary, alignments, the standards' axioms, and what the graph says of things and facts."""
    whole = rdflib.Graph()
    for file in (ROOT / "ontology" / "gongfu.ttl", ROOT / "ontology" / "alignments.ttl", ROOT / "tests" / "data" / "standards.ttl", path):
        whole.parse(file)
    out = rdflib.Graph()
    kinds = {t: (t, RDF.type, k) for k in (OWL.ObjectProperty, OWL.DatatypeProperty) for t in whole.subjects(RDF.type, k)}
    for s, p, o in whole:
        if isinstance(o, rdflib.Literal) or o == RDF.Property or p == OWL.propertyDisjointWith:  # the last: of a transitive one, not OWL 2 DL
            continue
        if p not in kinds and str(p).startswith(GF):
            continue  # gf:collateral, gf:comparedWith: a thing or words, neither kind of property
        if str(o).startswith("http://www.w3.org/2001/XMLSchema#date"):
            continue
        out.add((s, p, o))
    return out


def consistent(graph: rdflib.Graph) -> bool:
    import owlready2

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "all.nt")
        graph.serialize(file, format="nt", encoding="utf-8")
        world = owlready2.World()
        ontology = world.get_ontology(file.as_uri()).load()
        try:
            with ontology:
                owlready2.sync_reasoner_hermit(world, debug=0)
        except owlready2.OwlReadyInconsistentOntologyError:
            return False
    return True


def main() -> int:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "tests" / "data" / "golden.ttl"
    graph = statements(path)
    print(f"{path.name}: {len(graph)} statements")
    if not consistent(graph):
        print("they contradict each other")
        return 1
    branch = next(graph.subjects(RDF.type, rdflib.URIRef(GF + "Branch")), None)
    if branch is not None:
        graph.add((branch, RDF.type, rdflib.URIRef(GF + "Bank")))
        if consistent(graph):
            print("a branch that is a bank was not found: the reasoner did not do its work")
            return 1
    print("no contradiction; one put in on purpose was found")
    return 0


if __name__ == "__main__":
    sys.exit(main())
