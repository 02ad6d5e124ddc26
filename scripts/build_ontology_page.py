"""Write docs/ontology.html from ontology/: what the graph can say, for a reader who has never seen RDF.

    python scripts/build_ontology_page.py [--check]

One file, no network, Chinese and English. With --check nothing is written; exit 1 where the page is stale.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from html import escape
from pathlib import Path

import rdflib
from rdflib import OWL, RDF, RDFS, SKOS

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kg.ontology import superclasses  # noqa: E402
from kg.query import named_queries  # noqa: E402
from kg.shapes import rules  # noqa: E402
from kg.terms import NAMESPACES  # noqa: E402

PAGE = ROOT / "docs" / "ontology.html"
GF, GFC = NAMESPACES["gf"], NAMESPACES["gfc"]
FACTS = ("FinancingEvent", "Observation", "AgreementEvent", "Tenure", "Claim")

# ---------------------------------------------------------------- words


def both(zh: str, en: str) -> str:
    """A text in both languages; the page shows one."""
    return f'<span lang="zh">{escape(zh)}</span><span lang="en">{escape(en)}</span>'


def said(graph: rdflib.Graph, term: rdflib.term.Node, property_: rdflib.URIRef) -> str:
    found = {str(o.language): str(o) for o in graph.objects(term, property_) if isinstance(o, rdflib.Literal)}
    return both(found.get("zh", ""), found.get("en", found.get("zh", ""))) if found else ""


def short(term: object) -> str:
    """A term as gf:name, or with the prefix that it has elsewhere."""
    text = str(term)
    known = {**NAMESPACES, "rdfs": str(RDFS), "schema": "https://schema.org/", "owl": str(OWL)}
    return next((f"{p}:{text[len(iri) :]}" for p, iri in known.items() if text.startswith(iri)), text)


def link(term: object) -> str:
    name = short(term)
    anchor = name.replace("gfc:", "c-").removeprefix("gf:")
    return f'<a href="#{anchor}"><code>{escape(name)}</code></a>' if name.startswith(("gf:", "gfc:")) else f"<code>{escape(name)}</code>"


# ---------------------------------------------------------------- the diagram

BOXES: tuple[tuple[str, int, int, int, str, str, tuple[str, ...]], ...] = (
    # kind, x, y, width, Chinese, English, classes
    ("text", 10, 40, 190, "原文", "the text", ("SourceFile", "Article", "Passage", "Mention")),
    ("fact", 360, 40, 210, "事实", "facts", FACTS),
    ("number", 360, 268, 210, "数", "numbers", ("Quantity", "MonetaryAmount")),
    ("who", 710, 10, 220, "谁", "who", ("Bank", "Branch", "Company", "PublicBody", "OtherOrganization", "Person", "Group")),
    ("what", 710, 210, 220, "什么", "what", ("Project", "Programme", "FinancialProduct", "Document")),
    ("where", 710, 370, 220, "哪里", "where", ("Province", "Prefecture", "County", "Township", "Village", "Facility", "Workshop")),
)
ARROWS = (
    # from x, y, to x, y, label x, y, property
    (360, 90, 202, 90, 281, 82, "prov:wasDerivedFrom"),
    (570, 70, 708, 70, 640, 62, "gf:financier"),
    (570, 100, 708, 140, 640, 108, "gf:recipient"),
    (570, 130, 708, 250, 668, 190, "gf:purpose"),
    (570, 155, 708, 410, 618, 300, "gf:about"),
    (465, 182, 465, 266, 472, 230, "gf:amount"),
    (110, 160, 358, 310, 214, 262, "gf:refersTo"),
    (820, 330, 820, 368, 827, 354, "gf:locatedIn"),
)


def diagram(graph: rdflib.Graph) -> str:
    """How facts hold text, numbers and things together."""
    out = [
        '<svg viewBox="0 0 940 570" role="img" aria-labelledby="drawn"><title id="drawn">' + "原文、事实、数与事物 · text, facts, numbers and things</title>"
    ]
    out.append('<defs><marker id="tip" markerWidth="9" markerHeight="9" refX="8" refY="4" orient="auto"><path d="M0 0 L8 4 L0 8 Z"/></marker></defs>')
    for x1, y1, x2, y2, lx, ly, name in ARROWS:
        anchor = "start" if x1 == x2 else "middle"
        out.append(f'<path class="arrow" d="M{x1} {y1} L{x2} {y2}" marker-end="url(#tip)"/>')
        out.append(f'<text class="edge" x="{lx}" y="{ly}" text-anchor="{anchor}">{name}</text>')
    for name, x, y, width, zh, en, classes in BOXES:
        out.append(f'<rect class="{name}" x="{x}" y="{y}" width="{width}" height="{26 + 23 * len(classes)}" rx="8"/>')
        out.append(f'<text class="head" x="{x + 12}" y="{y + 19}">{zh} · {en}</text>')
        for i, c in enumerate(classes):
            labels = {str(o.language): str(o) for o in graph.objects(rdflib.URIRef(GF + c), RDFS.label) if isinstance(o, rdflib.Literal)}
            out.append(f'<a href="#{c}"><text x="{x + 12}" y="{y + 42 + 23 * i}">{labels["zh"]} <tspan class="name">{c}</tspan></text></a>')
    return "\n".join([*out, "</svg>"])


# ---------------------------------------------------------------- terms


def tree(parent: str = "") -> str:
    """The classes as a nested list, by their direct superclass."""
    inside = [c for c, above in superclasses().items() if (above[0] if above else "") == parent and c not in ("Location", "Span")]
    items = (f'<li><a href="#{c}">{c}</a>{tree(c)}</li>' for c in inside)
    return "<ul>" + "".join(items) + "</ul>" if inside else ""


def card(graph: rdflib.Graph, links: rdflib.Graph, term: rdflib.URIRef, users: Iterable[str]) -> str:
    name = str(term)[len(GF) :]
    rows = []
    for zh, en, property_ in (
        ("上位类", "a kind of", RDFS.subClassOf),
        ("上位属性", "implies", RDFS.subPropertyOf),
        ("主语", "of", RDFS.domain),
        ("值", "value", RDFS.range),
    ):
        found = sorted(graph.objects(term, property_), key=str)
        if found:
            rows.append((both(zh, en), " ".join(map(link, found))))
    for zh, en, property_ in (("范围", "scope", SKOS.scopeNote), ("附注", "note", SKOS.editorialNote), ("例", "example", SKOS.example)):
        if words := said(graph, term, property_):
            rows.append((both(zh, en), words))
    if used := list(users):
        rows.append((both("属性", "properties"), " ".join(f'<a href="#{u}"><code>gf:{u}</code></a>' for u in used)))
    near = sorted({o for p in (RDFS.subClassOf, RDFS.subPropertyOf, RDFS.seeAlso) for o in links.objects(term, p)}, key=str)
    if near:
        rows.append((both("相当于或近于", "in other vocabularies"), " ".join(f"<code>{escape(str(o))}</code>" for o in near)))
    table = "".join(f"<tr><th>{k}</th><td>{v}</td></tr>" for k, v in rows)
    title = f'<h3><code>gf:{name}</code> {said(graph, term, RDFS.label)} <a class="self" href="#{name}" aria-label="link">#</a></h3>'
    return f'<section id="{name}" class="term">{title}<p>{said(graph, term, SKOS.definition)}</p><table>{table}</table></section>'


def scheme(graph: rdflib.Graph, top: rdflib.term.Node) -> str:
    """The concepts of one scheme as a nested list with the wordings of the text."""

    def item(concept: rdflib.term.Node) -> str:
        words = sorted(str(o) for o in graph.objects(concept, SKOS.altLabel))
        number, base = graph.value(concept, rdflib.URIRef(GF + "factor")), graph.value(concept, rdflib.URIRef(GF + "baseUnit"))
        more = f' <span class="words">{escape("、".join(words))}</span>' if words else ""
        more += f' <span class="words">= {number} {escape(str(graph.value(base, SKOS.notation)))}</span>' if base and base != concept else ""
        below = sorted(graph.subjects(SKOS.broader, concept), key=str)
        inner = f"<ul>{''.join(map(item, below))}</ul>" if below else ""
        name = str(concept)[len(GFC) :]
        return f'<li id="c-{name}">{said(graph, concept, SKOS.prefLabel)} <code>gfc:{name}</code>{more}{inner}</li>'

    concepts = sorted(graph.subjects(SKOS.topConceptOf, top), key=str)
    name, count = str(top)[len(GFC) :], len(list(graph.subjects(SKOS.inScheme, top)))
    body = f"<ul>{''.join(map(item, concepts))}</ul>" if concepts else ""
    return f'<details id="c-{name}"><summary>{said(graph, top, SKOS.prefLabel)} <code>gfc:{name}</code> · {count}</summary>{body}</details>'


# ---------------------------------------------------------------- the page

STYLE = """
:root { color-scheme: light dark; --line: #bbb; --soft: #f4f4f1; --ink: #222; --link: #0b57a4 }
@media (prefers-color-scheme: dark) { :root { --line: #555; --soft: #262626; --ink: #ddd; --link: #8ab8f0 }
body { background: #181818 } }
body { font: 16px/1.6 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; color: var(--ink) }
body { margin: 0 auto; padding: 1rem 1.2rem 4rem; max-width: 60rem }
a { color: var(--link); text-decoration: none }
a:hover { text-decoration: underline }
code { font: .88em ui-monospace, "Noto Sans Mono CJK SC", monospace }
pre { background: var(--soft); padding: .8rem; overflow-x: auto; border-radius: 6px }
table { border-collapse: collapse }
th { text-align: left; font-weight: 600; padding-right: 1rem; vertical-align: top; white-space: nowrap }
td { padding: .1rem 0 }
.term { border-top: 1px solid var(--line); padding: .3rem 0 .8rem }
.term h3 { margin: .6rem 0 .2rem }
.term p { margin: .2rem 0 .4rem }
.self { opacity: .4 }
.words { opacity: .7; font-size: .9em }
summary { cursor: pointer; padding: .25rem 0 }
nav a { margin-right: 1rem }
.columns { columns: 3 14rem }
.columns ul { padding-left: 1.1rem }
svg { width: 100%; height: auto }
svg text { font-size: 14px; fill: var(--ink) }
svg .head { font-weight: 600 }
svg .name { opacity: .6; font-size: 12px }
svg rect { stroke: var(--line); fill: var(--soft) }
svg .fact { stroke: #b5651d; stroke-width: 2 }
svg .arrow { stroke: #777; fill: none }
svg .edge { font-size: 12px; opacity: .8 }
marker path { fill: #777 }
button { font: inherit; padding: .1rem .7rem }
body.zh [lang=en], body.en [lang=zh] { display: none }
.error { color: #b00020 }
.warning { color: #a86400 }
body:not(.zh):not(.en) span[lang=en]::before { content: " · " }
"""
SCRIPT = """
const set = (l) => { document.body.className = l; document.documentElement.lang = l; };
set((navigator.language || "zh").startsWith("zh") ? "zh" : "en");
document.getElementById("zh").onclick = () => set("zh");
document.getElementById("en").onclick = () => set("en");
"""
EXAMPLE = """fact:f_… a gf:FinancingEvent , gf:Fact ;
    gf:financier agent:中国工商银行萧山分行 ;
    gf:purpose thing:杭州市第二水源输水通道江南线项目.杭州市.萧山区 ;
    gf:instrument gfc:loan ;
    gf:stage gfc:disbursed ;
    gf:amount fact:q_… ;
    prov:wasDerivedFrom source:p_… .

fact:q_… a gf:MonetaryAmount , gf:Quantity ;
    gf:value 652000000.0 ;
    gf:currency "CNY" ;
    gf:verbatim "6.52亿元" ."""
INTRO = (
    (
        (
            "图是一串三个词的陈述：主语、属性、值。“工行萧山分行 出资 这笔融资”里，三个词各有一个固定的名字，所以不同文章说的同一件事能连到一起。"
            "这种写法叫 RDF，存成的文件叫 Turtle；不懂这些也能读本页。"
        ),
        (
            "The graph is a list of statements of three words: subject, property, value. Each word has a fixed name, so that what different articles say "
            "of one thing comes together. This way of writing is called RDF and the file Turtle; you need to know neither to read this page."
        ),
    ),
    (
        (
            "词汇分四层：原文（文件、文章、语句、提及），事实（文章断言的一件事），数（带上下限和币种或单位），事物（谁、什么、哪里）。"
            "事实居中：它指向事物和数，也指向说出它的那一句。"
        ),
        (
            "There are four layers: the text (file, article, sentence, mention), facts (one thing that an article asserts), numbers (with bounds, currency or "
            "unit), and things (who, what, where). The fact is in the middle: it points at things and numbers, and at the sentence that says it."
        ),
    ),
)


def page() -> str:
    graph, concepts, links = rdflib.Graph(), rdflib.Graph(), rdflib.Graph()
    for into, name in ((graph, "gongfu"), (concepts, "concepts"), (links, "alignments")):
        into.parse(ROOT / "ontology" / f"{name}.ttl")
    order = {name: i for i, name in enumerate(re.findall(r"^gf:(\w+) a ", (ROOT / "ontology" / "gongfu.ttl").read_text("utf-8"), re.M))}
    terms = sorted((s for s in graph.subjects(unique=True) if isinstance(s, rdflib.URIRef) and s.startswith(GF)), key=lambda s: order[str(s)[len(GF) :]])
    classes = [t for t in terms if (t, RDF.type, OWL.Class) in graph]
    users = {c: sorted(str(p)[len(GF) :] for p in graph.subjects(RDFS.domain, c)) for c in classes}
    version = graph.value(rdflib.URIRef(GF.rstrip("#")), OWL.versionInfo)
    schemes = sorted(concepts.subjects(RDF.type, SKOS.ConceptScheme), key=str)
    queries = "".join(f"<tr><td><code>{q.name}</code></td><td>{both(q.zh, q.en)}</td></tr>" for q in named_queries())
    shapes = "".join(
        f'<tr><td><code>{name}</code></td><td class="{severity}">{both(zh, en)}</td></tr>'
        for name, severity, zh, en in dict.fromkeys((r.name, r.severity, r.zh, r.en) for r in rules())
    )
    checks = ""
    for file in sorted((ROOT / "ontology" / "checks").glob("*.rq")):
        head = dict(re.findall(r"^# ([\w ]+): (.*)$", file.read_text("utf-8"), re.M))
        checks += f'<tr><td><code>{file.stem}</code></td><td class="{head["severity"]}">{both(head["problem zh"], head["problem en"])}</td></tr>'
    nav = [
        *(("picture", "一图", "picture"), ("example", "一例", "example"), ("classes", "类", "classes"), ("properties", "属性", "properties")),
        *(("concepts", "概念", "concepts"), ("queries", "问题", "questions"), ("rules", "规则", "rules")),
    ]
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="zh"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
            "<!-- Generated from ontology/ by scripts/build_ontology_page.py: edit that. -->",
            f"<title>共富知识图谱词汇表 · gongfu-kg vocabulary {version}</title><style>{STYLE}</style></head><body>",
            f'<p><button id="zh">中文</button> <button id="en">English</button></p><h1>{both("共富知识图谱词汇表", "The gongfu-kg vocabulary")} {version}</h1>',
            "<nav>" + "".join(f'<a href="#{i}">{both(zh, en)}</a>' for i, zh, en in nav) + "</nav>",
            *(f"<p>{both(*words)}</p>" for words in INTRO),
            f"<p>{both('前缀', 'Prefix')} <code>gf:</code> = <code>{GF}</code>, <code>gfc:</code> = <code>{GFC}</code>.",
            both("这两个地址只是名称，尚未登记。许可：CC BY 4.0。", "The two addresses are names and not registered yet. Licence: CC BY 4.0.") + "</p>",
            f'<h2 id="picture">{both("一图", "One picture")}</h2>' + diagram(graph),
            f'<h2 id="example">{both("一例", "One example")}</h2>',
            "<blockquote>该行还为杭州市第二水源输水通道（江南线）项目投放资金6.52亿元</blockquote>",
            f"<p>{both('这半句话在图里是：', 'In the graph this half sentence is:')}</p><pre>{escape(EXAMPLE)}</pre>",
            f"<p>{both('提问的方法见', 'How to ask:')} <a href='sparql.zh-CN.md'>sparql.zh-CN.md</a> · <a href='sparql.md'>sparql.md</a></p>",
            f'<h2 id="classes">{both("类：有哪些种类的东西", "Classes: what kinds of things there are")}</h2><div class="columns">{tree()}</div>',
            *(card(graph, links, c, users[c]) for c in classes),
            f'<h2 id="properties">{both("属性：能说它们什么", "Properties: what can be said of them")}</h2>',
            *(card(graph, links, p, ()) for p in terms if p not in users),
            f'<h2 id="concepts">{both("概念：固定的值", "Concepts: the fixed values")}</h2>',
            f"<p>{both('灰字是原文里的说法，抽取时用的也是它们。', 'In grey the wordings of the text; the extractor reads the same list.')}</p>",
            *(scheme(concepts, s) for s in schemes),
            f'<h2 id="queries">{both("自带的问题", "Questions that ship")}</h2><p><code>kg query output/graph.ttl NAME</code></p><table>{queries}</table>',
            f'<h2 id="rules">{both("图须遵守的规则", "Rules that a graph must keep")}</h2><p><code>kg check output/graph.ttl --sources seeds/</code></p>',
            f"<table>{checks}</table><h3>SHACL</h3><table>{shapes}</table>",
            f"<script>{SCRIPT}</script></body></html>\n",
        ]
    )


def main(arguments: list[str]) -> int:
    text = page()
    if PAGE.exists() and PAGE.read_text("utf-8") == text:
        return 0
    if "--check" in arguments:
        print("stale: docs/ontology.html: run python scripts/build_ontology_page.py", file=sys.stderr)
        return 1
    PAGE.write_text(text, "utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
