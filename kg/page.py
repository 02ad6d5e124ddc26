"""The page: one HTML file that opens from disk, asks the network for nothing and shows the sentence behind every edge.

Built on pyvis: a subclass of its `Network` with the vis-network script pyvis ships, but its own template, no physics and
nodes and edges set in bulk. The text shown is hostile until proven otherwise: it goes into one JSON block and from there
to the screen as text only; the content security policy admits the page's two scripts by hash and no address at all.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from .model import Amount, Fact, Graph, Meta, TimeRef
from .network import ends
from .privacy import published, shortened
from .view import FACTS, KINDS, PROPERTIES, Quote, View, aside_quotes, local, sum_words, view

ASSETS = Path(__file__).parent / "page_assets"
TITLE = "共富金融知识图谱"
SCRIPTS = tuple(f"{name}.js" for name in "words data filters layout picture explore find legend clip panel table flow timeline export main".split())
STYLES = ("tokens.css", "style.css", "views.css")

# No physics (the page lays its scene out by itself) and no smooth edges (each costs a hidden node).
OPTIONS: dict[str, Any] = {
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False},
    "edges": {"smooth": False, "selectionWidth": 0, "hoverWidth": 0, "arrowStrikethrough": False},
    "nodes": {"scaling": {"label": {"drawThreshold": 4}}},
    "interaction": {"hover": True, "tooltipDelay": 1000000, "keyboard": False, "selectConnectedEdges": False},
}


def write_page(graph: Graph, *, title: str = TITLE, privacy: bool = False) -> str:
    """The page as a string; write it as UTF-8. Same graph and title, same string.

    `privacy`: for publication, without persons who have no post, and with shortened quotes.
    """
    html: str = network_page(graph, title=title, privacy=privacy).generate_html()
    return html


def network_page(graph: Graph, *, title: str = TITLE, privacy: bool = False) -> Any:
    """The page as a `pyvis.network.Network` whose `generate_html()` gives our page instead of pyvis's own."""
    import jinja2
    import pyvis.network
    from markupsafe import Markup

    class Page(pyvis.network.Network):  # type: ignore[misc]
        """A directed network that carries facts beside its nodes and edges."""

        def __init__(self, data: dict[str, Any]) -> None:
            super().__init__(directed=True, cdn_resources="in_line", heading=title, height="100%")
            self.data = data
            self.nodes, self.edges, self.options = data.pop("nodes"), data.pop("edges"), OPTIONS
            self.node_ids = [n["id"] for n in self.nodes]
            self.node_map = {n["id"]: n for n in self.nodes}

        def generate_html(self, name: str = "network.html", local: bool = True, notebook: bool = False) -> str:
            scripts = vis_script(Path(pyvis.network.__file__).parent), "".join(map(asset, SCRIPTS))
            rules = (
                "default-src 'none'",
                "script-src " + " ".join(f"'sha256-{digest(s)}'" for s in scripts),
                "style-src 'unsafe-inline'",
                "img-src data: blob:",
                "base-uri 'none'",
                "form-action 'none'",
            )
            environment = jinja2.Environment(autoescape=True, loader=jinja2.FileSystemLoader(ASSETS), keep_trailing_newline=True)
            environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": False, "separators": (",", ":")}
            html = environment.get_template("template.html").render(
                title=self.heading,
                policy="; ".join(rules),
                style=Markup("".join(map(asset, STYLES))),
                vis=Markup(scripts[0]),
                app=Markup(scripts[1]),
                data={**self.data, "title": self.heading, "nodes": self.nodes, "edges": self.edges, "options": self.options},
            )
            self.html = html.encode("utf-8", "replace").decode("utf-8")  # lone surrogates have no UTF-8
            return self.html

    return Page(page_data(graph, privacy=privacy))


def vis_script(folder: Path) -> str:
    """The vis-network script of the installed pyvis, newest first, without its source map's address."""
    found = sorted(folder.glob("**/vis-network.min.js"), key=lambda p: [int(x) for x in re.findall(r"\d+", p.parent.name)])
    return inline(re.sub(r"(?m)^//# sourceMappingURL=.*$", "", found[-1].read_text("utf-8")))


def asset(name: str) -> str:
    """One of the page's own files."""
    return inline((ASSETS / name).read_text("utf-8"))


def inline(script: str) -> str:
    """A script that stands unchanged between two tags: one kind of line end, and nothing that closes the tag."""
    script = re.sub(r"\r\n?", "\n", script)
    return re.sub(r"(?i)<(?=/(script|style)|!--)", r"\\x3c", script)


def digest(script: str) -> str:
    """The SHA-256 of a script, as a content security policy writes it."""
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")


def page_data(graph: Graph, *, privacy: bool = False) -> dict[str, Any]:
    """All the page shows, as JSON values. Entities, facts, passages and articles are referred to by their number in their list."""
    graph = published(graph) if privacy else graph
    v = view(graph)
    node = {e.id: n for n, e in enumerate(graph.entities)}
    number = {f.id: n for n, f in enumerate(graph.facts)}
    article = {a.id: n for n, a in enumerate(graph.articles)}
    passages: dict[tuple[str, int, str], int] = {}
    spoken: dict[str, int] = {}
    for link in graph.links:
        spoken[link.entity] = spoken.get(link.entity, 0) + 1

    listed: list[dict[str, Any]] = []

    def passage(q: Quote) -> int:
        key = (q.article.id, q.offset, q.text)
        if key not in passages:
            passages[key] = len(listed)
            listed.append(
                {
                    "article": article[q.article.id],
                    "text": q.text,
                    "at": list(map(list, q.places)),
                    "again": list(q.copies),
                    **({"sheet": q.page} if q.page else {}),
                }
            )
        return passages[key]

    def marked(q: Quote) -> list[Any]:
        if privacy:
            text, marks = shortened(q.text, q.marks)
            q = replace(q, text=text, marks=marks)
        return [passage(q), [[m.start, m.end, m.kind, node.get(m.entity, -1)] for m in q.marks]]

    def value(x: str) -> int | list[int] | str:
        return node[x] if x in node else [number[x]] if x in number else x

    def fact(f: Fact) -> dict[str, Any]:
        quotes = [q for e in f.evidence for q in v.quotes(e)]
        return {
            "id": f.id,
            "kind": f.kind,
            "roles": [[k, value(x)] for k, x in f.roles],
            "sums": [[k, *_sum(a)] for k, a in f.amounts],
            "time": _time(f.time),
            "status": f.status,
            "confidence": f.confidence,
            "rule": f.found_by,
            "quotes": list(map(marked, quotes)),
        }

    facts = [fact(f) for f in graph.facts]
    asides = [[a.amount.quantity.verbatim, a.reason, marked(q)] for a, q in zip(graph.asides, aside_quotes(v), strict=True) if q]
    return {
        "nodes": [
            {
                "id": e.id,
                "label": e.label,
                "kind": e.kind,
                "aliases": list(e.aliases),
                "parent": node.get(e.parent, -1),
                "code": e.code,
                "size_text": e.size.quantity.verbatim if e.size else "",
                "mentions": spoken.get(e.id, 0),
            }
            for e in graph.entities
        ],
        "edges": [{"from": node[a], "to": node[b], "relation": r, "fact": n} for n, f in enumerate(graph.facts) for a, b, r, _ in ends(v, f)],
        "facts": facts,
        "passages": listed,
        "articles": [
            {
                "title": v.titles[a.id],
                "paper": a.meta.paper,
                "page": a.meta.page,
                "url": a.meta.url,
                "date": _time(a.issued or a.anchor or _given(a.meta)),
                "byline": [a.at(s) for s in a.byline],
                "file": a.path,
                "reprint": v.titles.get(a.reprint_of, "") if a.reprint_of else None,
            }
            for a in graph.articles
        ],
        "asides": asides,
        "names": _names(v),
        "within": _within(graph),
        "privacy": privacy,
    }


def _sum(a: Amount) -> list[Any]:
    """As written, spelled out, as a number, its bound, its currency or unit, its lower and upper end (None = open)."""
    q = a.quantity
    low, high = (None if x is None else _number(x) for x in (q.low, q.high))
    return [q.verbatim, sum_words(q), _number(q.value), q.bound, q.currency or q.unit, low, high]


def _number(x: Decimal) -> int | float:
    """A number as JSON has it; whole ones without `.0`."""
    return int(x) if x == x.to_integral_value() else float(x)


def _time(t: TimeRef | None) -> list[str] | None:
    """First day, last day, wording, basis, role."""
    return [t.start.isoformat() if t.start else "", t.end.isoformat() if t.end else "", t.text, t.basis, t.role] if t else None


def _given(meta: Meta) -> TimeRef | None:
    """The date given with the file."""
    return TimeRef("", meta.date, meta.date, "timeStated", "asOf") if meta.date else None


def _within(graph: Graph) -> dict[str, str]:
    """The relations of packs that are kinds of one of the vocabulary, each with that one."""
    above = {p.id: p.parent for p in graph.predicates}

    def top(name: str) -> str:
        return top(above[name]) if name in above else name

    return {name: local(found) for name in above if (found := top(name))}


def _names(v: View) -> dict[str, dict[str, list[str]]]:
    """The labels of the kinds, properties and concepts that the graph uses."""
    used = {local(x) for f in v.graph.facts for _, x in f.roles if ":" in x}
    used |= {a.quantity.bound for f in v.graph.facts for _, a in f.amounts} | {a.reason for a in v.graph.asides}
    used |= {x for f in v.graph.facts for x in (f.status, f.time.basis if f.time else "", f.time.role if f.time else "")}
    kinds = {e.kind for e in v.graph.entities}
    return {
        "kinds": {k: list(x) for k, x in KINDS.items() if k in kinds},
        "facts": {k: list(x) for k, x in FACTS.items()},
        "properties": {k: list(x) for k, x in (*PROPERTIES.items(), *v.relations.items())},
        "concepts": {k: list(v.concepts[k]) for k in sorted(used) if k in v.concepts},
    }
