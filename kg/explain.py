"""Why the graph says what it says: the facts of a thing, of a place in a file, or one fact, each with its sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from .errors import KgError, chinese, say
from .ontology import superclasses
from .query import GraphFile, read_graph
from .view import FACTS, KINDS, PROPERTIES

Node = dict[str, list[str]]  # prefixed predicate (with @language) → values: full IRIs and texts

_TIME = ("gf:startDate", "gf:endDate", "gf:timeText", "gf:timeBasis", "gf:timeRole")
_ABOUT_FACT = ("rdf:type", "gf:status", "gf:confidence", "gf:foundBy", "prov:wasDerivedFrom", *_TIME)
_FACT = "FILTER EXISTS { ?f a gf:Fact }"  # tested in the end: as a pattern of its own the store would begin with it
_WORDS = {**PROPERTIES, "size": ("规模", "size")}


def explain(path: Path | GraphFile, term: str) -> str:
    """All the graph has on a term, as text in the user's language.

    `term`: a thing by label, alias, prefixed name or IRI; a fact by its id (`f_1f548334c0`, `fact:f_…`); or a place, `file:offset`,
    the offset in code points of the decoded file. Raises KgError.
    """
    data = replace(path if isinstance(path, GraphFile) else read_graph(path), looked_up={})
    term = term.strip()
    subject = _subject(data, term)
    if subject and "gf:Fact" in _types(data, subject):
        return _fact(data, subject)
    if subject:
        return _thing(data, subject)
    things = _named(data, term)
    if things:
        return "\n".join(_thing(data, thing) for thing in things)
    place = re.fullmatch(r"(.+)[:：](\d+)", term)
    if place:
        return _place(data, term, place[1], int(place[2]))
    near = list(dict.fromkeys(row["l"] for row in data.select(_LABELS) if term and (term in row["l"] or row["l"] in term)))[:8]
    hint = say("可给出名称、事实编号或 文件:偏移。", "Give a name, a fact's id or file:offset.")
    raise KgError("term-unknown", term=term, hint=say("相近：", "Near it: ") + "、".join(near) if near else hint)


# those of things first, then those of concepts
_LABELS = """SELECT DISTINCT ?x ?l ?concept WHERE {
    ?x skos:prefLabel|skos:altLabel ?l
    FILTER NOT EXISTS { ?x a skos:ConceptScheme }
    BIND(EXISTS { ?x a skos:Concept } AS ?concept) } ORDER BY ?concept STRLEN(?l) ?l ?x"""


def _named(data: GraphFile, term: str) -> list[str]:
    """The things of this label; those only of this alias, if none has it as a label. Looked up, so that a large store answers at once."""
    import pyoxigraph as ox

    words = (ox.Literal(term), ox.Literal(term, language="zh"), ox.Literal(term, language="en"))
    labels = [ox.NamedNode(data.prefixes["skos"] + name) for name in ("prefLabel", "altLabel")]
    found: set[Any] = {q.subject for label in labels for word in words for q in data.store.quads_for_pattern(None, label, word, None)}
    kinds = {x: set(_types(data, x)) for x in sorted(x.value for x in found)}
    wanted = [x for x, types in kinds.items() if not types & {"skos:Concept", "skos:ConceptScheme"}]  # things first, then concepts (a metric, say)
    wanted = wanted or [x for x, types in kinds.items() if "skos:ConceptScheme" not in types]
    main = [x for x in wanted if term in _about(data, x).get("skos:prefLabel@zh", [])]
    return main or wanted


def _subject(data: GraphFile, term: str) -> str:
    """The IRI that a term spells, if the graph says anything of it."""
    prefix, colon, local = term.partition(":")
    spelled = [term.strip("<>")] if "://" in term else []
    if colon and prefix in data.prefixes:
        spelled.append(data.prefixes[prefix] + local)
    space, slash, rest = term.partition("/")
    if slash and space in data.prefixes:
        spelled.append(data.prefixes[space] + rest)
    if re.fullmatch(r"[fq]_\w+", term):
        spelled.append(data.prefixes["fact"] + term)
    return next((iri for iri in spelled if not re.search(r'[\x00-\x20<>"{}|\\^`]', iri) and _about(data, iri)), "")


def _about(data: GraphFile, iri: str) -> Node:
    import pyoxigraph as ox

    if iri in data.looked_up:
        return data.looked_up[iri]
    out: Node = {}
    for quad in data.store.quads_for_pattern(ox.NamedNode(iri), None, None, None):
        value: Any = quad.object
        language = f"@{value.language}" if isinstance(value, ox.Literal) and value.language else ""
        out.setdefault(data.short(quad.predicate.value) + language, []).append(value.value)
    data.looked_up[iri] = {key: sorted(set(values)) for key, values in out.items()}
    return data.looked_up[iri]


def _kind(data: GraphFile, iri: str) -> str:
    """The class of a resource, by local name: the narrowest that is written."""
    kinds = sorted(t.rpartition(":")[2] for t in _types(data, iri))
    return next((k for k in kinds if not any(k in superclasses().get(other, ()) for other in kinds)), "")


def _types(data: GraphFile, iri: str) -> list[str]:
    return [data.short(t) for t in _about(data, iri).get("rdf:type", [])]


def _label(data: GraphFile, iri: str) -> str:
    """The words for a resource: its label, the wording of a quantity, or its short name."""
    node = _about(data, iri)
    for key in ("gf:verbatim", "skos:prefLabel@zh" if chinese() else "skos:prefLabel@en", "skos:prefLabel@zh"):
        if key in node:
            return node[key][0]
    name = data.short(iri).rpartition(":")[2]
    return _WORDS[name][0 if chinese() else 1] if name in _WORDS else data.short(iri)


def _local(name: str) -> str:
    """
    >>> _local("gf:title@zh")
    'title'
    """
    return name.partition("@")[0].rpartition(":")[2]


def _word(name: str) -> str:
    """A property or class in the user's language."""
    local = name.rpartition(":")[2]
    return next((table[local][0 if chinese() else 1] for table in (_WORDS, FACTS, KINDS) if local in table), local)


def _relation(data: GraphFile, iri: str) -> str:
    """A relation in the user's language; that of a pack by the label that the graph has."""
    name = data.short(iri)
    if name.rpartition(":")[2] in _WORDS:
        return _word(name)
    said = _about(data, iri)
    return next((said[key][0] for key in ("rdfs:label@zh" if chinese() else "rdfs:label@en", "rdfs:label@zh") if key in said), name)


def _thing(data: GraphFile, iri: str) -> str:
    node = _about(data, iri)
    lines = [f"{_label(data, iri)}  {_word(_kind(data, iri))}  {data.short(iri)}"]
    others = node.get("skos:altLabel@zh", [])
    if others:
        lines.append(say("  又称 ", "  also ") + "、".join(others))
    chain = [_label(data, x) for x in _above(data, iri)]
    if chain:
        lines.append(say("  位于或隶属 ", "  in or of ") + " < ".join(chain))
    facts = [row["f"] for row in data.select(f"SELECT DISTINCT ?f ?k WHERE {{ ?f ?role <{iri}> {_FACT} ?f a ?k FILTER(?k != gf:Fact) }} ORDER BY ?k ?f")]
    if not facts:
        where = _mentioned(data, iri)
        lines += [say("  没有关于它的事实。", "  No fact is about it.")] + ([say("  见于 ", "  Mentioned at ") + where] if where else [])
    return "\n".join([*lines, ""]) + "".join("\n" + _fact(data, f) for f in facts)


def _above(data: GraphFile, iri: str) -> list[str]:
    """What a thing is a unit of or located in, step by step."""
    out = [iri]
    while True:
        node = _about(data, out[-1])
        steps = [x for x in (*node.get("org:unitOf", []), *node.get("gf:locatedIn", [])) if x not in out]
        if not steps:
            return out[1:]
        out.append(steps[0])


def _mentioned(data: GraphFile, iri: str) -> str:
    mentions = f"?m gf:refersTo <{iri}> ; gf:start ?start ; gf:inArticle/dct:isPartOf/gf:path ?path"
    rows = data.select(f"SELECT ?path ?start WHERE {{ {mentions} }} ORDER BY ?path ?start LIMIT 5")
    return "、".join(f"{row['path']}:{row['start']}" for row in rows)


# ---------------------------------------------------------------- one fact


def _fact(data: GraphFile, iri: str) -> str:
    node = _about(data, iri)
    lines = [f"{_word(_kind(data, iri))}  {data.short(iri)}"]
    roles: dict[str, str] = {}  # referent → role
    if "rdf:subject" in node:
        subject, predicate, object_ = (node[f"rdf:{part}"][0] for part in ("subject", "predicate", "object"))
        lines.append(f"  {_label(data, subject)} —{_relation(data, predicate)}→ {_label(data, object_)}")
        roles = {subject: _word("subject"), object_: _word("object")}
    else:
        order = list(_WORDS)
        for name, values in sorted(node.items(), key=lambda x: (order.index(n) if (n := _local(x[0])) in order else 99, x[0])):
            if name.partition("@")[0] in _ABOUT_FACT:
                continue
            name = name.partition("@")[0]
            shown = [_value(data, v) if "://" in v else v for v in values]
            lines.append(f"  {_word(name)}  " + "、".join(shown))
            roles.update({v: _word(name) for v in values if "://" in v})
    lines += _when(data, node)
    facts = [(say("状态", "status"), _label(data, node["gf:status"][0])), (say("置信度", "confidence"), node["gf:confidence"][0].removesuffix(".0"))]
    facts += [(say("规则", "rule"), rule) for rule in node.get("gf:foundBy", [])]
    lines.append("  " + " · ".join(f"{name} {value}" for name, value in facts))
    mentions = [m for m in node.get("prov:wasDerivedFrom", []) if "gf:Mention" in _types(data, m)]
    passages = [p for p in node.get("prov:wasDerivedFrom", []) if "gf:Passage" in _types(data, p)]
    printings: dict[tuple[str, str], list[str]] = {}  # the same words in the same article are one passage, printed more than once
    for p in sorted(passages, key=lambda p: _where(data, p)):
        said = _about(data, p)
        printings.setdefault((said["gf:inArticle"][0], said["gf:exact"][0]), []).append(p)
    for same in printings.values():
        marked = {p: _marked(data, p, mentions, roles) for p in same}
        first = max(same, key=lambda p: marked[p].count("【"))
        again = "".join(say("，又见 ", ", again at ") + str(_where(data, p)[1]) for p in same if p != first)
        lines += [f"  {say('出处', 'source')} {_place_text(data, first)}{again}", "    " + marked[first]]
    return "\n".join(lines) + "\n"


def _value(data: GraphFile, iri: str) -> str:
    """A role's value: a label; a quantity with its bounds."""
    node = _about(data, iri)
    if "gf:value" not in node:
        return _label(data, iri) if "skos:prefLabel@zh" in node else data.short(iri)
    unit = node["gf:currency"][0] if "gf:currency" in node else "".join(_about(data, node["gf:unit"][0]).get("skos:notation", [])) if "gf:unit" in node else ""
    low, high, value = (next(iter(node.get(f"gf:{k}", [])), "").removesuffix(".0") for k in ("min", "max", "value"))
    span = value if low == high == value else f"{low}…{high}" if low or high else f"≈{value}"
    hedge = _label(data, node["gf:qualifier"][0]) if "gf:qualifier" in node else ""
    return f"{node['gf:verbatim'][0]} ({' '.join(x for x in (hedge, span, unit) if x)})"


def _when(data: GraphFile, node: Node) -> list[str]:
    text = "".join(node.get("gf:timeText", []))
    days = "…".join(dict.fromkeys([*node.get("gf:startDate", []), *node.get("gf:endDate", [])]))
    if not text and not days:
        return []
    basis = ", ".join(_label(data, x) for key in ("gf:timeBasis", "gf:timeRole") for x in node.get(key, []))
    return [f"  {say('时间', 'time')}  " + " ".join(x for x in (text, days, f"({basis})" if basis else "") if x)]


# ---------------------------------------------------------------- sentences


def _where(data: GraphFile, passage: str) -> tuple[str, int]:
    node = _about(data, passage)
    article = _about(data, node["gf:inArticle"][0])
    file = _about(data, article["dct:isPartOf"][0]) if "dct:isPartOf" in article else {}
    return "".join(file.get("gf:path", [])), int(node["gf:start"][0])


def _place_text(data: GraphFile, passage: str) -> str:
    path, start = _where(data, passage)
    article = _about(data, _about(data, passage)["gf:inArticle"][0])
    title = "".join(article.get("dct:title@zh", []))
    pages = _about(data, passage).get("gf:filePage", [])
    first = [_about(data, a) for a in article.get("gf:reprintOf", [])]
    return (
        f"{path}:{start}"
        + "".join(say(f"（第 {n} 页）", f" (page {n})") for n in pages)
        + (f" 《{title}》" if title else "")
        + "".join(f" {day}" for day in article.get("dct:issued", []))
        + "".join(say(f" (转载自{_titled(a)})", f" (reprint of{_titled(a)})") for a in first)
    )


def _titled(article: Node) -> str:
    return "".join([*(f" 《{title}》" for title in article.get("dct:title@zh", [])), *(f" {day}" for day in article.get("dct:issued", []))])


def _pieces(data: GraphFile, span: str) -> list[tuple[int, str]]:
    """Raw offset and text of each unbroken piece of a span."""
    node = _about(data, span)
    if "gf:quote" in node:
        return [(int(node["gf:start"][0]), node["gf:quote"][0])]
    segments = sorted((_about(data, s) for s in node.get("gf:segment", [])), key=lambda s: int(s["gf:index"][0]))
    return [(int(s["gf:start"][0]), s["gf:quote"][0]) for s in segments]


def _marked(data: GraphFile, passage: str, mentions: Iterable[str], roles: dict[str, str]) -> str:
    """The sentence, each role's words in 【】 after the role's name; a mention inside another is not marked again."""
    text = [(start + n, c) for start, quote in _pieces(data, passage) for n, c in enumerate(quote)]
    at = {offset: n for n, (offset, _) in enumerate(text)}
    marks: list[tuple[int, int, str]] = []
    for m in mentions:
        referents = _about(data, m).get("gf:refersTo", [])
        role = next((roles[r] for r in referents if r in roles), "")
        pieces = _pieces(data, m)
        if pieces and pieces[0][0] in at and pieces[-1][0] + len(pieces[-1][1]) - 1 in at:
            marks.append((at[pieces[0][0]], at[pieces[-1][0] + len(pieces[-1][1]) - 1] + 1, role))
    out, done = [], 0
    for start, end, role in sorted(marks, key=lambda m: (m[0], -m[1])):
        if start < done:
            continue
        out += [c for _, c in text[done:start]] + ["【", f"{role}：" if role else "", *(c for _, c in text[start:end]), "】"]
        done = end
    return re.sub(r"\s*[\r\n]+\s*", "", "".join([*out, *(c for _, c in text[done:])])).strip()


# ---------------------------------------------------------------- one place


def _place(data: GraphFile, term: str, name: str, offset: int) -> str:
    name = name.replace("\\", "/")
    files = _files(data, name)
    if not files:
        paths = [row["p"] for row in data.select("SELECT DISTINCT ?p WHERE { ?f gf:path ?p } ORDER BY ?p LIMIT 8")]
        raise KgError("term-place", term=term, hint=say("图里的文件：", "Files of the graph: ") + "、".join(paths))
    spans = (
        "SELECT ?p ?s ?e WHERE {{ ?article dct:isPartOf <{file}> . ?p gf:inArticle ?article FILTER EXISTS {{ ?p a gf:Passage }} "
        "{{ ?p gf:quote ?q ; gf:start ?s ; gf:end ?e }} UNION {{ ?p gf:segment ?g . ?g gf:start ?s ; gf:end ?e }} }} ORDER BY ?s ?e ?p"
    )
    mine = [row for file in files for row in data.select(spans.format(file=file))]
    found = list(dict.fromkeys(row["p"] for row in mine if int(row["s"]) <= offset < int(row["e"])))
    if not found:
        near = sorted(mine, key=lambda row: min(abs(int(row["s"]) - offset), abs(int(row["e"]) - offset)))[:1]
        hint = say("此处没有语句提到任何事物。", "No sentence that names anything stands there.")
        raise KgError("term-place", term=term, hint=hint + "".join(say(" 最近的语句：", " The nearest: ") + f"{row['s']}-{row['e']}" for row in near))
    return "\n".join(_passage(data, p) for p in found)


def _files(data: GraphFile, name: str) -> list[str]:
    """The files of this path; else those whose path ends so, or that the path ends with."""
    import pyoxigraph as ox

    exact: set[Any] = {q.subject for q in data.store.quads_for_pattern(None, ox.NamedNode(data.prefixes["gf"] + "path"), ox.Literal(name), None)}
    if exact:
        return sorted(x.value for x in exact)
    rows = data.select("SELECT DISTINCT ?f ?p WHERE { ?f gf:path ?p } ORDER BY ?p")
    return [row["f"] for row in rows if row["p"].endswith("/" + name) or name.endswith("/" + row["p"])]


def _passage(data: GraphFile, passage: str) -> str:
    mentions = [row["m"] for row in data.select(f"SELECT ?m WHERE {{ ?m gf:inPassage <{passage}> ; gf:start ?s ; gf:end ?e }} ORDER BY ?s DESC(?e)")]
    lines = [_place_text(data, passage), "  " + _marked(data, passage, mentions, {})]
    numbers: list[str] = []
    for m in mentions:
        node = _about(data, m)
        for referent in node.get("gf:refersTo", []):
            kinds = _types(data, referent)
            if "gf:Quantity" in kinds:
                numbers.append("  " + _number(data, referent))
            else:
                lines.append(f"  {node['gf:exact'][0]} → {_label(data, referent)} ({_word(_kind(data, referent))})")
    if numbers:
        lines += [say("数字", "numbers"), *numbers]
    facts = [row["f"] for row in data.select(f"SELECT DISTINCT ?f WHERE {{ ?f prov:wasDerivedFrom <{passage}> {_FACT} }} ORDER BY ?f")]
    return "\n".join(lines) + "\n" + "".join("\n" + _fact(data, f) for f in facts)


def _number(data: GraphFile, quantity: str) -> str:
    """What became of a number: the role it plays, or why it plays none."""
    node = _about(data, quantity)
    if "gf:setAside" in node:
        reason = node["gf:setAside"][0]
        if reason.endswith("/asideUnexplained"):
            return f"{_value(data, quantity)}  ← {say('未解释', 'unexplained')}"
        return f"{_value(data, quantity)}  ← {say('搁置：', 'set aside: ')}{_label(data, reason)}"
    owners = data.select(f"SELECT ?f ?role WHERE {{ ?f ?role <{quantity}> FILTER(?role != gf:refersTo) }} ORDER BY ?f")
    return f"{_value(data, quantity)}  ← " + "、".join(f"{_word(data.short(row['role']))} {data.short(row['f'])}" for row in owners)
