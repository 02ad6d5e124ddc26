"""The graph with its facts as nodes: nothing is collapsed, so nothing is lost.

Nodes are entities, facts and articles. A fact points at everything it speaks of by the name of the role, and at the article
that says it by `saidIn`, once a sentence. A relation that is reported is an edge of its own as well, as in the Turtle: the
edge to follow beside the claim to cite.
"""

from __future__ import annotations

from collections.abc import Iterator

from .model import Amount, Article, Fact, Graph
from .network import AMOUNT_COLUMNS, ENTITY_COLUMNS, GROUND_COLUMNS, TIME_COLUMNS, Row, Shape, entity_rows, fact_cells, numbered, quote_cells, register_rows
from .view import BASE, FACTS, PROPERTIES, View, fact_title, local, view

NODE_COLUMNS: dict[str, type] = {
    **ENTITY_COLUMNS,
    "amount_value": float,
    **AMOUNT_COLUMNS,
    "metric": str,
    "metric_concept": str,
    "compared_with": str,
    "interest_rate": float,
    "interest_rate_text": str,
    "term": float,
    "term_text": str,
    "count_value": float,
    "count_text": str,
    "collateral": str,
    "title": str,
    "predicate": str,
    **TIME_COLUMNS,
    "time_role": str,
    **GROUND_COLUMNS,
    "paper": str,
    "page": str,
    "url": str,
    "iri": str,
}
EDGE_COLUMNS: dict[str, type] = {
    "edge": str,
    "source": str,
    "target": str,
    "relation": str,
    "interaction": str,
    "label": str,
    "weight": float,
    **TIME_COLUMNS,
    **GROUND_COLUMNS,
    "fact": str,
}
# Columns of a fact that are words, by the role they come from.
WORDS = {"metric": "metric", "comparedWith": "compared_with", "collateral": "collateral", "title": "title"}
SIDES = {"interestRate": "interest_rate", "term": "term", "count": "count_value"}


def unfold(graph: Graph, *, base: str = BASE) -> tuple[list[Row], list[Row]]:
    """Nodes by id and edges e000001 … of the graph with its facts as nodes."""
    v = view(graph)
    empty: Row = dict.fromkeys(NODE_COLUMNS)
    facts = [_fact_row(v, f, base) for f in sorted(graph.facts, key=lambda f: f.id)]
    articles = [_article_row(a, base) for a in sorted(graph.articles, key=lambda a: a.id)]
    nodes = [empty | row for row in (*entity_rows(v, base), *facts, *articles)]
    edges = [edge for f in graph.facts for edge in (*_role_edges(v, f), *_source_edges(v, f), *_direct_edges(v, f, base))]
    return nodes, numbered([*edges, *register_rows(v)], EDGE_COLUMNS)


FULL = Shape(NODE_COLUMNS, EDGE_COLUMNS, lambda graph, base: unfold(graph, base=base))


def article_node(identifier: str) -> str:
    """The id of an article's node, as in the Turtle.

    >>> article_node("323fb5fcf1")
    'source/a_323fb5fcf1'
    """
    return f"source/a_{identifier.removeprefix('a_')}"


def _fact_row(v: View, fact: Fact, base: str) -> Row:
    row: Row = {"node": fact.id, "label": fact_title(v, fact), "kind": fact.kind, "kind_label": FACTS.get(fact.kind, (fact.kind,))[0]}
    row |= fact_cells(v, fact, base) | {"iri": base + fact.id, "predicate": next(map(local, fact.role("predicate")), None)}
    row |= {column: v.names(fact, role) or None for role, column in WORDS.items()}
    row["metric_concept"] = next(map(local, fact.role("metric")), None)
    if amount := fact.amount():
        row["amount_value"] = float(amount.quantity.value)
    for role, column in SIDES.items():
        if side := fact.amount(role):
            row |= _side(column, side)
    if fact.time:
        row["time_role"] = fact.time.role
    return row


def _side(column: str, amount: Amount) -> Row:
    return {column: float(amount.quantity.value), f"{column.removesuffix('_value')}_text": amount.quantity.verbatim}


def _article_row(article: Article, base: str) -> Row:
    node, meta, issued = article_node(article.id), article.meta, article.issued
    row: Row = {"node": node, "label": article.title or article.path, "kind": "Article", "kind_label": "文章", "file": article.path, "iri": base + node}
    row |= {"paper": meta.paper, "page": meta.page, "url": meta.url}
    if issued and issued.start:
        row |= {"date_from": issued.start.isoformat(), "date_to": (issued.end or issued.start).isoformat(), "time_basis": issued.basis}
    return row


def _role_edges(v: View, fact: Fact) -> Iterator[Row]:
    """From the fact to each thing and each fact it speaks of."""
    for role, value in dict.fromkeys(fact.roles):
        if value in v.entities or value in v.facts:
            yield {"source": fact.id, "target": value, "relation": role, "label": PROPERTIES.get(role, (role,))[0]}


def _source_edges(v: View, fact: Fact) -> Iterator[Row]:
    """From the fact to the articles that say it, once a sentence; two ways of saying it may share a sentence."""
    places = {(q.article.id, q.places, q.text): q for evidence in fact.evidence for q in v.quotes(evidence)}
    for quote in places.values():
        yield {"source": fact.id, "target": article_node(quote.article.id), "relation": "saidIn", "label": "出处", **quote_cells(v, quote)}


def _direct_edges(v: View, fact: Fact, base: str) -> Iterator[Row]:
    """What a claim claims, if it is reported."""
    if fact.kind != "Claim" or fact.status != "reported":
        return
    cells = {k: x for k, x in fact_cells(v, fact, base).items() if k in EDGE_COLUMNS} | {"fact": base + fact.id}
    for subject in fact.role("subject"):
        for target in fact.role("object"):
            if subject in v.entities and target in v.entities:
                for predicate in fact.role("predicate"):
                    yield cells | {"source": subject, "target": target, "relation": local(predicate), "label": v.name(predicate)}
