"""The review as a page: one HTML file that opens from disk, asks the network for nothing and writes lines of `corrections.tsv`.

As the graph's page does: the text shown goes into one JSON block and from there to the screen as text only; the content
security policy admits the page's own script by hash and no address at all.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from .correction_lines import CHOSEN, WHY
from .encodings import read_lines
from .pack import load
from .page import ASSETS as PAGE_ASSETS
from .page import digest, inline
from .review import KINDS, REASONS, STATES, Edit, Finding, Review, Said
from .review_graph import Quote
from .view import FACTS, PROPERTIES
from .view import KINDS as THINGS

ASSETS = Path(__file__).parent / "review_assets"
TITLE = "复核"
NO_REASONS = ("asideUnexplained", "asideUncertain", "asideCorrected")
SCRIPTS = ("words.js", "review.js")


def write_page(found: Review, graph: Path, *, below: float = 0.7) -> str:
    """The page as a string; write it as UTF-8. Same graph, corrections and options, same string."""
    import jinja2
    from markupsafe import Markup

    script = "".join(inline(path.read_text("utf-8")) for path in (PAGE_ASSETS / "clip.js", *(ASSETS / name for name in SCRIPTS)))
    rules = ("default-src 'none'", f"script-src 'sha256-{digest(script)}'", "style-src 'unsafe-inline'", "base-uri 'none'", "form-action 'none'")
    environment = jinja2.Environment(autoescape=True, loader=jinja2.FileSystemLoader(ASSETS), keep_trailing_newline=True)
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": False, "separators": (",", ":")}
    style = inline((PAGE_ASSETS / "tokens.css").read_text("utf-8")) + inline((ASSETS / "review.css").read_text("utf-8"))
    html = environment.get_template("template.html").render(
        title=TITLE, policy="; ".join(rules), style=Markup(style), app=Markup(script), data=page_data(found, graph, below=below)
    )
    return html.encode("utf-8", "replace").decode("utf-8")  # lone surrogates have no UTF-8


def page_data(found: Review, graph: Path, *, below: float = 0.7) -> dict[str, Any]:
    """All the page shows, as JSON values; things, concepts and articles by their short names."""
    nodes = found.nodes
    findings = [_finding(f) for f in found.findings]
    articles = {q.article for f in found.findings for s in f.said for q in s.quotes} | {f.edit.article for f in found.findings if f.edit}
    offered = {a: nodes.in_article.get(a, []) for a in sorted(articles) if a}
    schemes = {s: [e.name for e in load().entries("concepts") if e.kind == s] for s in CHOSEN}
    schemes["setAside"] = [
        e.name for e in load().entries("concepts") if e.kind == "aside" and e.name not in ("asideUnexplained", "asideUncertain", "asideCorrected")
    ]
    values = {v for f in found.findings for s in f.said for _, vs in s.roles for v in vs} | {t for things in offered.values() for t in things}
    values |= {s.id for f in found.findings for s in f.said}
    return {
        "hash": hashlib.sha256(graph.read_bytes()).hexdigest()[:16],
        "graph": graph.name,
        "below": below,
        "file": "、".join(p.as_posix() for p in found.files),
        "before": read_lines(found.files[0]).splitlines() if len(found.files) == 1 else None,
        "given": [[f"{c.path}:{c.line}", c.line, c.text()] for c in found.given],
        "totals": found.totals,
        "states": list(STATES),
        "findings": findings,
        "articles": offered,
        "names": {v: [*nodes.labels(v), nodes.things.get(v, "")] for v in sorted(values) if v in nodes.nodes},
        "words": {
            "kinds": {k: list(n) for k, n in KINDS.items()},
            "things": {k: list(n) for k, n in (*THINGS.items(), *FACTS.items())},
            "roles": {k: list(n) for k, n in PROPERTIES.items()},
            "reasons": {k: list(n) for k, n in (*REASONS.items(), *WHY.items())},
            "concepts": {e.name: [*e.note.split("|")[:2]] for e in load().entries("concepts") if e.kind in (*CHOSEN, "aside", "review")},
            "schemes": schemes,
        },
    }


def _finding(f: Finding) -> dict[str, Any]:
    return {
        "kind": f.kind,
        "id": f.id,
        "state": f.state,
        "why": f.why,
        "title": f.title,
        "chosen": f.chosen,
        "said": [_said(s) for s in f.said],
        "choices": [{"name": c.name, "lines": [x.text() for x in c.lines], "removes": list(c.removes), "about": c.about} for c in f.choices],
        "edit": _edit(f.edit) if f.edit else None,
    }


def _said(s: Said) -> dict[str, Any]:
    return {
        "id": s.id,
        "kind": s.kind,
        "roles": [[r, list(v)] for r, v in s.roles],
        "days": s.days,
        "confidence": s.confidence,
        "rule": s.rule,
        "review": s.review,
        "quotes": list(map(_quote, s.quotes)),
    }


def _quote(q: Quote) -> dict[str, Any]:
    marks = [[m.start, m.end, m.role] for m in q.marks]
    return {"text": q.text, "file": q.path, "start": q.start, "end": q.end, "title": q.title, "day": q.day, "marks": marks, "before": q.before}


def _edit(e: Edit) -> dict[str, Any]:
    return {"fact": e.fact, "roles": [[r, list(v)] for r, v in e.roles], "attached": [list(a) for a in e.attached], "article": e.article}
