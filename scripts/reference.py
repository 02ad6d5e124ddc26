"""The reference pages of the site, made from the program itself: commands, vocabulary, concepts, questions, checks, rules, lexicons, tables.

`reference(zh)` gives them as Markdown by name, in Chinese or English. They are not kept: scripts/build_site.py makes them anew.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import rdflib
from rdflib import OWL, RDF, RDFS, SKOS

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kg import pack, query, shapes, terms, view  # noqa: E402
from kg.cli import cli  # noqa: E402
from kg.network import EDGE_COLUMNS, NODE_COLUMNS  # noqa: E402
from kg.outputs import FILES, USUAL  # noqa: E402
from kg.records import COLUMNS  # noqa: E402
from kg.tables import ASIDE, SHEETS  # noqa: E402
from scripts.reference_words import COLUMN_WORDS, EXIT_CODES, INTROS, LEXICON_COLUMNS, LEXICONS, REPORT, TABLE_WORDS  # noqa: E402

GF, GFC = terms.NAMESPACES["gf"], terms.NAMESPACES["gfc"]
CJK = r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”]"


def cell(text: object) -> str:
    """A text that stands in a cell of a table; within code a bar parts no cells."""
    line = " ".join(str(text).split())
    return line if "`" in line else line.replace("|", "\\|")


def table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(map(cell, row)) + " |" for row in rows)]) + "\n"


def code(text: object) -> str:
    return f"`{text}`" if text not in ("", None) else ""


def languages(text: str) -> tuple[str, str]:
    """The Chinese and the English part of a line of help, "" where it has none.

    >>> languages("0: any that is free. 端口，0 为任一空闲端口。")
    ('端口，0 为任一空闲端口。', '0: any that is free.')
    >>> languages("用 SPARQL 查询图。"), languages("Needs pyarrow 需要 pyarrow: pip")
    (('用 SPARQL 查询图。', ''), ('Needs pyarrow 需要 pyarrow: pip', 'Needs pyarrow 需要 pyarrow: pip'))
    """
    first = re.search(CJK, text)
    if not first:
        return "", text
    before, after = text[: first.start()].rstrip(), text[first.start() :]
    if not before:
        return text, ""
    if before.endswith((".", ":", "!", "?", ")")):
        return after, before
    return (text, text) if " " in before else (text, "")


def help_parts(command: click.Command, zh: bool) -> tuple[str, list[str]]:
    """What a command does in one language, and its examples."""
    said: list[str] = []
    lines = inspect.cleandoc(command.help or "").replace("\b", "").split("\n")
    for line in lines:
        if line.startswith("  ") or not line.strip() or re.match(r"(Example|First steps)\b", line):
            continue
        part = languages(line)[0 if zh else 1]
        if part:
            said.append(part)
    return ("" if zh else " ").join(said), [line.strip() for line in lines if line.startswith("  ")]


def intro(name: str, zh: bool) -> str:
    """The title and first paragraph of a page."""
    return "# {}\n\n{}\n".format(*INTROS[name][0 if zh else 1])


def every(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Name → command, those of groups too: `pack new`."""
    for name, command in sorted(group.commands.items()):
        yield before + name, command
        if isinstance(command, click.Group):
            yield from every(command, f"{before}{name} ")


def default(option: click.Option, zh: bool) -> str:
    parts = []
    if option.required:
        parts.append("必填" if zh else "required")
    elif option.show_default and option.default not in (None, ""):
        parts.append(code(option.default))
    if option.multiple:
        parts.append("可多次" if zh else "may be repeated")
    if isinstance(option.type, click.Choice):
        parts.append(" ".join(map(code, option.type.choices)))
    return " · ".join(parts)


def commands(zh: bool) -> str:
    """Every command, argument, option, example and exit code."""
    out = [intro("commands", zh), "## " + ("退出码" if zh else "Exit codes") + "\n"]
    out.append(table(("码", "含义") if zh else ("code", "meaning"), [(number, zh_ if zh else en) for number, zh_, en in EXIT_CODES]))
    for name, command in every(cli):
        text, examples = help_parts(command, zh)
        usage = " ".join(["kg", name, *(p for p in command.collect_usage_pieces(click.Context(command)))])
        out.append(f"## kg {name}\n\n{text}\n\n```text\n{usage}\n```\n")
        rows = []
        for option in command.params:
            if isinstance(option, click.Option):
                both = languages(option.help or "")
                shown = " ".join(code(o) for o in (*option.opts, *option.secondary_opts)) + (f" `{option.metavar}`" if option.metavar else "")
                rows.append((shown, both[0 if zh else 1] or both[1 if zh else 0], default(option, zh)))
        if rows:
            out.append(table(("选项", "含义", "默认与限制") if zh else ("option", "meaning", "default, limits"), rows))
        if examples:
            out.append(("例：" if zh else "Examples:") + "\n\n```sh\n" + "\n".join(examples) + "\n```\n")
    return "\n".join(out)


# ---------------------------------------------------------------- the vocabulary


def loaded(*names: str) -> rdflib.Graph:
    graph = rdflib.Graph()
    for name in names:
        graph.parse(ROOT / "ontology" / f"{name}.ttl")
    return graph


def said(graph: rdflib.Graph, term: rdflib.term.Node, name: rdflib.URIRef, zh: bool) -> str:
    """The text of a property in one language; in the other where there is no such."""
    found = {str(o.language): str(o) for o in graph.objects(term, name) if isinstance(o, rdflib.Literal)}
    return found.get("zh" if zh else "en") or found.get("en" if zh else "zh", "")


def short(term: object) -> str:
    known = {**terms.NAMESPACES, "rdfs": str(RDFS), "schema": "https://schema.org/", "owl": str(OWL), "rdf": str(RDF)}
    return next((f"{p}:{str(term)[len(iri) :]}" for p, iri in known.items() if str(term).startswith(iri)), str(term))


def vocabulary(zh: bool) -> str:
    """Classes with the properties they have; properties of anything."""
    graph = loaded("gongfu")
    own = [s for s in graph.subjects(unique=True) if isinstance(s, rdflib.URIRef) and s.startswith(GF)]
    order = {name: i for i, name in enumerate(re.findall(r"^gf:(\w+) a ", (ROOT / "ontology" / "gongfu.ttl").read_text("utf-8"), re.M))}
    own.sort(key=lambda s: order[str(s)[len(GF) :]])
    classes = [t for t in own if (t, RDF.type, OWL.Class) in graph]
    properties = [t for t in own if t not in classes]

    def rows(chosen: list[Any]) -> str:
        head = ("属性", "含义", "值", "例") if zh else ("property", "meaning", "value", "example")
        return table(
            head,
            [
                (
                    f'<span id="{short(p).removeprefix("gf:")}"></span>{code(short(p))}<br>{said(graph, p, RDFS.label, zh)}',
                    said(graph, p, SKOS.definition, zh),
                    " ".join(code(short(o)) for o in sorted(graph.objects(p, RDFS.range), key=str)),
                    said(graph, p, SKOS.example, zh),
                )
                for p in chosen
            ],
        )

    out = [intro("vocabulary", zh), f"`gf:` = `{GF}`\n"]
    for c in classes:
        out.append(f"## gf:{str(c)[len(GF) :]} {said(graph, c, RDFS.label, zh)}\n\n{said(graph, c, SKOS.definition, zh)}\n")
        above = " ".join(code(short(o)) for o in sorted(graph.objects(c, RDFS.subClassOf), key=str))
        out.append("\n".join(f"- {k}{'：' if zh else ': '}{v}" for k, v in (
            ("上位类" if zh else "a kind of", above), ("例" if zh else "example", said(graph, c, SKOS.example, zh))) if v) + "\n")  # fmt: skip
        if of := [p for p in properties if (p, RDFS.domain, c) in graph]:
            out.append(rows(of))
    rest = [p for p in properties if not any((p, RDFS.domain, c) in graph for c in classes)]
    out.append(("## 不限主语的属性" if zh else "## Properties of more than one class") + "\n\n" + rows(rest))
    return "\n".join(out)


def concepts(zh: bool) -> str:
    """The fixed values by scheme, with the wordings of the text."""
    graph = loaded("concepts")
    out = [intro("concepts", zh), f"`gfc:` = `{GFC}`\n"]
    head = ("概念", "名称", "上位", "记号", "原文说法") if zh else ("concept", "label", "broader", "notation", "wordings")
    schemes = sorted(graph.subjects(RDF.type, SKOS.ConceptScheme), key=str)
    for scheme in schemes:
        members = sorted(graph.subjects(SKOS.inScheme, scheme), key=str)
        out.append(f"## {said(graph, scheme, SKOS.prefLabel, zh)}\n\n`{short(scheme)}`\n")
        if not members:  # a scheme of codes that stand elsewhere
            continue
        out.append(
            table(
                head,
                [
                    (
                        code(short(c)),
                        said(graph, c, SKOS.prefLabel, zh),
                        " ".join(code(short(o)) for o in graph.objects(c, SKOS.broader)),
                        graph.value(c, SKOS.notation) or "",
                        "、".join(sorted(str(o) for o in graph.objects(c, SKOS.altLabel))),
                    )
                    for c in members
                ],
            )
        )
    return "\n".join(out)


def questions(zh: bool) -> str:
    """The queries that ship, with their text."""
    out = [intro("questions", zh)]
    for q in query.named_queries():
        bind = (("可赋值：" if zh else "May be set: ") + " ".join(f"`{b}`" for b in q.bind) + "\n\n") if q.bind else ""
        out.append(f"## {q.name}\n\n{q.zh if zh else q.en}\n\n{bind}```sparql\n{q.text.strip()}\n```\n")
    return "\n".join(out)


def checks(zh: bool) -> str:
    """What `kg check` looks for."""
    grades = {"error": "错误", "warning": "警告", "note": "提示"}

    def grade(word: str) -> str:
        return grades.get(word, word) if zh else word

    out = [intro("checks", zh)]
    rows = []
    language = "zh" if zh else "en"
    for file in sorted((ROOT / "ontology" / "checks").glob("*.rq")):
        head = dict(re.findall(r"^# ([\w ]+): (.*)$", file.read_text("utf-8"), re.M))
        rows.append((code(file.stem), grade(head["severity"]), *(head.get(f"{k} {language}", "") for k in ("problem", "cause", "cure"))))
    out.append(table(("检查", "级别", "问题", "原因", "办法") if zh else ("check", "severity", "problem", "cause", "cure"), rows))
    found = dict.fromkeys((r.name, r.severity, r.zh if zh else r.en) for r in shapes.rules())
    out.append("## SHACL\n\n" + table(("规则", "级别", "内容") if zh else ("rule", "severity", "content"), [(code(n), grade(s), t) for n, s, t in found]))
    return "\n".join(out)


# ---------------------------------------------------------------- the pack


def rules(zh: bool) -> str:
    """Every rule with its pattern, what it gives, its examples and what it must be silent on."""
    loaded_pack = pack.load()
    out = [intro("rules", zh)]
    for rule in loaded_pack.rules:
        kind = view.FACTS.get(rule.get("fact", ""), (rule.get("fact", ""),) * 2)[0 if zh else 1]
        given = [f"`{k}` = `{v}`" for k, v in rule.items() if isinstance(v, str | int | float) and k not in ("id", "fact", "pattern", "file", "context")]
        out.append(f"## {rule['id']}\n")
        out.append(" · ".join([f"**{kind}**", *given, f"`{Path(rule['file']).name}`"]) + "\n")
        for example in rule.get("examples", []):
            out.append(f"> {example['text']}\n")
            gives = example.get("gives", {}).items()
            if gives:
                out.append("→ " + " · ".join(f"{code(k)} {'、'.join(v) if isinstance(v, list) else v}" for k, v in gives) + "\n")
        if silent := rule.get("silent", []):
            out.append(("不认：" if zh else "Silent on: ") + " / ".join(f"“{s}”" for s in silent) + "\n")
        out.append(f"```text\n{rule['pattern']}\n```\n")
        if context := rule.get("context"):
            out.append(("还须句中有：" if zh else "And the sentence must have: ") + code(context) + "\n")
    return "\n".join(out)


def lexicons(zh: bool) -> str:
    """The lexicons: how many lines, of which kinds, for what."""
    loaded_pack = pack.load()
    out = [intro("lexicons", zh)]
    out.append(table(("列", "含义") if zh else ("column", "meaning"), [(code(k), z if zh else e) for k, z, e in LEXICON_COLUMNS]))
    rows = []
    for name, entries in sorted(loaded_pack.lexicons.items()):
        kinds = list(dict.fromkeys(e.kind for e in entries if e.kind))
        listed = " ".join(map(code, kinds[:8])) + (" …" if len(kinds) > 8 else "")
        rows.append((code(f"{name}.tsv"), len(entries), LEXICONS.get(name, ("", ""))[0 if zh else 1], listed))
    head = ("词表", "条数", "用途", "种类") if zh else ("lexicon", "lines", "purpose", "kinds")
    out.append("## " + ("各词表" if zh else "The files") + "\n\n" + table(head, rows))
    register = (
        "`register.zip`：民政区划与统计用区划代码（2023-06-30），到村一级的索引。"
        if zh
        else "`register.zip`: the register of divisions with statistical codes (30 June 2023)."
    )
    return "\n".join([*out, register + "\n"])


# ---------------------------------------------------------------- files


def files(zh: bool) -> str:
    """Formats, and the columns of every table that is written."""
    out = [intro("files", zh)]
    usual = ("默认" if zh else "usual"), ("需要时" if zh else "on request")
    rows = [(code(form), " ".join(map(code, names)), usual[form not in USUAL]) for form, names in FILES.items()]
    out.append("## `--formats`\n\n" + table(("格式", "文件", "") if zh else ("format", "files", ""), rows))
    out.append("## report.json\n\n" + table(("键", "含义") if zh else ("key", "meaning"), [(code(k), z if zh else e) for k, z, e in REPORT]))
    sheets = [(title, "、".join(f"{c.zh} {c.en}" for c in columns)) for title, _, columns in SHEETS]
    sheets.append(("未入事实的数字", "、".join(f"{c} {en}" for c, en, _ in ASIDE)))
    out.append("## facts.xlsx\n\n" + table(("工作表", "列") if zh else ("sheet", "columns"), sheets))
    head = ("列", "类型", "含义") if zh else ("column", "type", "meaning")
    tables: dict[str, dict[str, str]] = {f"tables/{n}": dict(c) for n, c in COLUMNS.items()}
    tables["nodes.csv"] = {k: t.__name__ for k, t in NODE_COLUMNS.items()}
    tables["edges.csv"] = {k: t.__name__ for k, t in EDGE_COLUMNS.items()}
    for name, columns in tables.items():
        words = TABLE_WORDS.get(name.removeprefix("tables/"), ("", ""))[0 if zh else 1]
        out.append(f"## {name}\n\n{words}\n")
        out.append(table(head, [(code(c), t, meaning(c, zh)) for c, t in columns.items()]))
    return "\n".join(out)


def meaning(column: str, zh: bool) -> str:
    """What a column holds; `…_iri` and `…_text` by the column they belong to."""
    which = 0 if zh else 1
    if column in COLUMN_WORDS:
        return COLUMN_WORDS[column][which]
    for tail, words in (("_iri", ("的 IRI", ", as IRIs")), ("_text", ("，原文写法", ", as written"))):
        if column.endswith(tail) and column.removesuffix(tail) in COLUMN_WORDS:
            return COLUMN_WORDS[column.removesuffix(tail)][which] + words[which]
    return ""


def reference(zh: bool) -> dict[str, str]:
    """Name → page."""
    return {
        "commands": commands(zh),
        "vocabulary": vocabulary(zh),
        "concepts": concepts(zh),
        "questions": questions(zh),
        "checks": checks(zh),
        "rules": rules(zh),
        "lexicons": lexicons(zh),
        "files": files(zh),
    }
