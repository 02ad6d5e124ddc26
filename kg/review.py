"""What of a graph deserves a person's look, and the lines of `corrections.tsv` that each answer writes.

Five kinds of finding: facts of low confidence (money first), facts that exclude each other, things that may be one, numbers that no
fact uses, and lines of corrections that matched nothing. What was answered and built is done; what is in the file and not yet built
is written; a number with a good reason is clear; the rest is open.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from .correction_lines import FILE, ROLES, WHY, Correction, identifier, read
from .errors import KgError, say
from .pack import load
from .query import GraphFile, read_graph
from .review_conflicts import WORTH, conflicts
from .review_graph import Nodes, Quote, read_nodes
from .review_names import pairs
from .view import Name

KINDS: dict[str, Name] = {
    "low": ("把握不大", "Unsure"),
    "conflict": ("互相矛盾", "Conflicts"),
    "name": ("可能同一", "Same thing?"),
    "number": ("未用数字", "Unused numbers"),
    "unmatched": ("未生效更正", "Unmatched lines"),
}
STATES = ("open", "written", "clear", "done")
_LOOK = ("asideUnexplained", "asideUncertain")  # reasons that are none; the others are clear unless a person thinks not
_MONEY = {"FinancingEvent": 0, "AgreementEvent": 1}


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer: the lines that it writes, and those of the file (path:line) that it takes out. `about`: what its words speak of."""

    name: str
    lines: tuple[Correction, ...] = ()
    removes: tuple[str, ...] = ()
    about: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person may set of a fact: role → what was read. `attached`: claims that say the same: each one, the role
    that is its object, its subject and its object."""

    fact: str
    roles: tuple[tuple[str, tuple[str, ...]], ...]
    attached: tuple[tuple[str, str, str, str], ...] = ()
    article: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A fact, a thing, a number or a line, as the graph has it. `roles`: role and its values, by short name or as words."""

    id: str
    kind: str
    roles: tuple[tuple[str, tuple[str, ...]], ...] = ()
    days: str = ""
    confidence: float | None = None
    rule: str = ""
    review: str = ""
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. `why`: low, a kind of conflict or of likeness, a reason, or why a line matched nothing."""

    kind: str
    id: str
    state: str
    why: str
    title: str
    said: tuple[Said, ...]
    choices: tuple[Choice, ...]
    chosen: str = ""
    edit: Edit | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """The findings that are shown, most pressing first, and how many of each kind and state there are in all."""

    findings: tuple[Finding, ...]
    totals: Mapping[str, Mapping[str, int]]
    nodes: Nodes = field(repr=False)
    given: tuple[Correction, ...] = ()
    files: tuple[Path, ...] = ()

    @property
    def open(self) -> int:
        return sum(t["open"] for t in self.totals.values())


@dataclass(frozen=True, slots=True)
class _Draft:
    """A finding before its sentences are cut."""

    rank: tuple[Any, ...]
    state: str
    make: Callable[[], Finding]


# ---------------------------------------------------------------- the whole


def review(path: Path | GraphFile, corrections: Path | None = None, *, below: float = 0.7, most: int = 300) -> Review:
    """What to look at in a graph. Raises KgError.

    `corrections`: the file whose lines count as written; if None, those that the build of this graph would read, where the folder of
    its texts is at hand. `below`: facts of less confidence are listed. `most` findings of a kind are shown, 0 = all; all are counted.
    """
    data = path if isinstance(path, GraphFile) else read_graph(path)
    nodes = read_nodes(data)
    files = (corrections,) if corrections else _beside(nodes, data.path)
    given = tuple(c for file in files for c in read(file))
    told = Told(nodes, given)
    found: dict[str, list[_Draft]] = {
        "low": list(_low(nodes, told, below)),
        "conflict": list(_conflicts(nodes, told)),
        "name": list(_names(nodes, told)),
        "number": list(_numbers(nodes, told)),
        "unmatched": list(_unmatched(nodes, data.path, given, files)),
    }
    findings: list[Finding] = []
    for drafts in found.values():
        drafts.sort(key=lambda d: (STATES.index(d.state), d.rank))
        findings += [d.make() for d in (drafts[:most] if most else drafts)]
    totals = {kind: {s: n[s] for s in STATES} for kind, drafts in found.items() for n in [Counter(d.state for d in drafts)]}
    return Review(tuple(findings), totals, nodes, given, files)


def _beside(nodes: Nodes, graph: Path) -> tuple[Path, ...]:
    """The corrections.tsv in the folders that the paths of the sources begin with, seen from here."""
    tops = {nodes.first(s, "gf:path").split("/")[0] for s, n in nodes.nodes.items() if "gf:path" in n}
    found = [Path(top) / FILE for top in sorted(tops)] + [graph.parent / FILE]
    return tuple(dict.fromkeys(p for p in found if p.is_file()))


class Told:
    """The lines of the given files, to be found by what they say."""

    def __init__(self, nodes: Nodes, given: Sequence[Correction]) -> None:
        self.labels: dict[str, set[str]] = {}
        for thing in nodes.things:
            self.labels.setdefault(nodes.label(thing), set()).add(identifier(thing))
        self.lines = {self._key(c) for c in given}
        self.edited = {identifier(c.subject) for c in given if c.action in ("set-role", "set-aside")}

    def chosen(self, choices: Sequence[Choice], edit: str = "") -> str:
        """The answer that the lines give; edit: the fact or number that may have been changed in another way."""
        if edit and identifier(edit) in self.edited:
            return "edit"
        return next((c.name for c in choices if c.lines and self.lines >= {self._key(line) for line in c.lines}), "")

    def _key(self, c: Correction) -> tuple[str, ...]:
        if c.action == "set-role":
            role, _, value = c.object.partition("=")
            return c.action, self._thing(c.subject), role, self._thing(value)
        ends = [self._thing(c.subject), self._thing(c.object)]
        return c.action, *(sorted(ends) if c.action in ("same", "not-same") else ends)

    def _thing(self, reference: str) -> str:
        held = self.labels.get(reference, ())
        return identifier(reference) or (next(iter(held)) if len(held) == 1 else reference)


def _line(action: str, subject: str, object_: str = "", note: str = "") -> Correction:
    return Correction(action, subject, object_, " ".join(note.split())[:60])


# ---------------------------------------------------------------- facts


def headline(nodes: Nodes, fact: str, language: str = "zh") -> str:
    """A fact in one line: 中国工商银行萧山分行 → 王女士 · 贷款 30万元."""
    roles = nodes.roles(fact)

    def words(*names: str) -> str:
        return ("、" if language == "zh" else ", ").join(nodes.label(v, language) for name in names for v in roles.get(name, ()))

    kind = nodes.facts.get(fact, "")
    if kind == "FinancingEvent":
        parties = " → ".join(x for x in (words("financier"), words("recipient", "purpose")) if x)
        return " · ".join(x for x in (parties, " ".join(x for x in (words("instrument"), words("amount")) if x)) if x)
    if kind == "Claim":
        return f"{words('subject')} —{words('predicate')}→ {words('object')}"
    if kind == "Observation":
        return f"{words('about')} · {words('metric')} {words('amount')}"
    if kind == "Tenure":
        return f"{words('member')} · {words('organization', 'atDivision')} {words('title')}"
    return words("party") + (f" · {words('document')}" if "document" in roles else "")


def said(nodes: Nodes, fact: str, most: int = 3) -> Said:
    """A fact as the graph has it."""
    roles = tuple((role, tuple(values)) for role, values in nodes.roles(fact).items())
    status = nodes.get(fact).get("gf:status", [])
    return Said(
        fact,
        nodes.facts[fact],
        (*roles, ("status", tuple(status))),
        nodes.days(fact),
        nodes.confidence(fact),
        nodes.first(fact, "gf:foundBy"),
        nodes.first(fact, "gf:review").removeprefix("gfc:"),
        nodes.quotes(fact, most),
    )


def _edit(nodes: Nodes, fact: str, attached: Sequence[tuple[str, str]] = ()) -> Edit:
    ends = ((c, role, nodes.first(c, "rdf:subject"), nodes.first(c, "rdf:object")) for c, role in attached)
    held = nodes.roles(fact) | {"status": nodes.get(fact).get("gf:status", [])}
    kind = nodes.facts[fact]
    roles = [r for r in ROLES[kind] if r in held or r not in ("atDivision", "aggregation", "guarantor", "document")]
    if "atDivision" in held:
        roles.remove("organization")
    article = min(nodes.articles(fact), default="")
    return Edit(fact, tuple((r, tuple(held.get(r, ()))) for r in roles), tuple(ends), article)


def _attached(nodes: Nodes) -> dict[str, list[tuple[str, str]]]:
    """Financing → the claims that its lender finances or supports its receiver, by the same sentence and no other's; and the role that is their object."""
    claims: dict[tuple[str, str], list[str]] = {}
    for f, kind in nodes.facts.items():
        if kind == "Claim" and nodes.first(f, "rdf:predicate") in ("gf:finances", "gf:supports"):
            claims.setdefault((nodes.first(f, "rdf:subject"), nodes.first(f, "rdf:object")), []).append(f)
    out: dict[str, list[tuple[str, str]]] = {}
    for f, kind in nodes.facts.items():
        if kind == "FinancingEvent":
            node, places = nodes.get(f), set(nodes.passages(f))
            for role in ("recipient", "purpose"):
                for a in node.get("gf:financier", ()):
                    for b in node.get(f"gf:{role}", ()):
                        out.setdefault(f, []).extend((c, role) for c in claims.get((a, b), ()) if places & set(nodes.passages(c)))
    shared = Counter(c for held in out.values() for c, _ in held)  # what another financing says too is not this one's to take along
    return {f: [(c, role) for c, role in held if shared[c] == 1] for f, held in out.items()}


def _low(nodes: Nodes, told: Told, below: float) -> Iterator[_Draft]:
    attached = _attached(nodes)
    unsure = [f for f in nodes.facts if nodes.confidence(f) < below]
    carried = {c for f in unsure for c, _ in attached.get(f, ())}
    for fact in unsure:
        if fact in carried:
            continue
        with_it = attached.get(fact, [])
        note = headline(nodes, fact)
        every = (fact, *(c for c, _ in with_it))
        choices = (
            Choice("keep", tuple(_line("confirm", f, "", note) for f in every)),
            Choice("drop", tuple(_line("drop-fact", f, "", note) for f in every)),
        )
        chosen = told.chosen(choices, fact)
        state = "done" if nodes.first(fact, "gf:review") else "written" if chosen else "open"
        amount = nodes.first(fact, "gf:amount")
        value = (nodes.value(amount) or Decimal(0)) if amount else Decimal(0)
        cash = "gf:currency" in nodes.get(amount)
        worth = _MONEY.get(nodes.facts[fact], 2 if cash else 3 if amount else 4)

        def make(fact: str = fact, state: str = state, choices: tuple[Choice, ...] = choices, chosen: str = chosen, claims: Any = with_it) -> Finding:
            return Finding("low", fact, state, "low", headline(nodes, fact), (said(nodes, fact),), choices, chosen, _edit(nodes, fact, claims))

        yield _Draft((worth, nodes.confidence(fact), -value, fact), state, make)


def _conflicts(nodes: Nodes, told: Told) -> Iterator[_Draft]:
    for conflict in conflicts(nodes):
        notes = {f: headline(nodes, f) for f in conflict.facts}
        keep = {f: _line("confirm", f, "", notes[f]) for f in conflict.facts}
        drop = {f: _line("drop-fact", f, "", notes[f]) for f in conflict.facts}
        choices = [Choice("all", tuple(keep.values()))]
        choices += [Choice(f"only-{f}", tuple(keep[x] if x == f else drop[x] for x in conflict.facts), (), f) for f in conflict.facts]
        choices.append(Choice("none", tuple(drop.values())))
        chosen = told.chosen(choices)
        state = "done" if all(nodes.first(f, "gf:review") for f in conflict.facts) else "written" if chosen else "open"

        def make(facts: tuple[str, ...] = conflict.facts, how: str = conflict.how, c: Any = tuple(choices), s: str = state, x: str = chosen) -> Finding:
            return Finding("conflict", "+".join(facts), s, how, headline(nodes, facts[0]), tuple(said(nodes, f, 1) for f in facts), c, x)

        yield _Draft((WORTH[conflict.how], conflict.facts), state, make)


# ---------------------------------------------------------------- things and numbers


def _names(nodes: Nodes, told: Told) -> Iterator[_Draft]:
    for pair in pairs(nodes):
        a, b = pair.first, pair.second
        note = f"{nodes.label(a)} / {nodes.label(b)}"
        choices = (
            Choice("same", (_line("same", a, b, note),), (), a),
            Choice("same-other", (_line("same", b, a, note),), (), b),
            Choice("apart", (_line("not-same", a, b, note),)),
        )
        chosen = told.chosen(choices)
        state = "done" if b in nodes.get(a).get("gf:distinctFrom", ()) else "written" if chosen else "open"

        def make(a: str = a, b: str = b, how: str = pair.how, c: tuple[Choice, ...] = choices, s: str = state, x: str = chosen, n: str = note) -> Finding:
            return Finding("name", f"{a}+{b}", s, how, n, (_thing(nodes, a), _thing(nodes, b)), c, x)

        yield _Draft((-pair.weight, a, b), state, make)


def _thing(nodes: Nodes, thing: str) -> Said:
    node = nodes.get(thing)
    above = tuple(x for key in ("org:unitOf", "gf:locatedIn") for x in node.get(key, ()))
    roles = (("alias", tuple(node.get("skos:altLabel@zh", ()))), ("above", above), ("mentions", (str(len(nodes.mentions.get(thing, ()))),)))
    return Said(thing, nodes.things[thing], tuple(r for r in roles if r[1]), quotes=nodes.mentioned(thing))


def _numbers(nodes: Nodes, told: Told) -> Iterator[_Draft]:
    order = {f"gfc:{r}": n for n, r in enumerate((*_LOOK, *sorted({e.name for e in load().entries("concepts") if e.kind == "aside"} - {*_LOOK})))}
    for number, node in nodes.nodes.items():
        if "gf:setAside" not in node:
            continue
        reason = node["gf:setAside"][0]
        choices = (Choice("keep", (_line("confirm", number, "", nodes.label(number)),)),)
        chosen = told.chosen(choices, number)
        clear = reason.removeprefix("gfc:") not in _LOOK
        state = "done" if "gf:review" in node or reason == "gfc:asideCorrected" else "written" if chosen else "clear" if clear else "open"
        mention = next(iter(nodes.mentions.get(number, ())), "")

        def make(number: str = number, reason: str = reason, c: tuple[Choice, ...] = choices, x: str = chosen, s: str = state) -> Finding:
            spoken = nodes.mentions.get(number, [])
            passage = nodes.first(spoken[0], "gf:inPassage") if spoken else ""
            quotes = (nodes.quote(passage, spoken[:1], {number: "number"}),) if passage else ()
            it = Said(number, "Quantity", (("setAside", (reason,)),), review=nodes.first(number, "gf:review").removeprefix("gfc:"), quotes=quotes)
            why = reason.removeprefix("gfc:")
            return Finding("number", number, s, why, nodes.label(number), (it,), c, x, Edit(number, (("setAside", (why,)),)))

        cash = "gf:currency" not in node
        yield _Draft((order.get(reason, 99), cash, nodes.path(mention), int(nodes.first(mention, "gf:start") or 0), number), state, make)


# ---------------------------------------------------------------- lines that matched nothing


def _unmatched(nodes: Nodes, graph: Path, given: Sequence[Correction], files: Sequence[Path]) -> Iterator[_Draft]:
    """By the report beside the graph; a line that has left its file since is no matter any more."""
    report = graph.parent / "report.json"
    if not report.is_file():
        return
    try:
        rows = json.loads(report.read_text("utf-8"))["corrections"]["unmatched"]
        lines = [(Correction(u["action"], u["subject"], u["object"], "", u["file"], u["line"]), u["why"], u["name"], tuple(u["ids"])) for u in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KgError("report-bad", path=report, why=type(error).__name__) from None
    still = {(c.action, c.subject, c.object): c for c in given}
    labels = sorted({nodes.label(t) for t in nodes.things})
    for c, why, name, ids in lines:
        if files:
            if (c.action, c.subject, c.object) not in still:
                continue
            c = still[c.action, c.subject, c.object]
        place = f"{c.path}:{c.line}"
        better = list(ids) or (_near(name, labels) if why in ("unknown", "no-mention") and not identifier(name) else [])
        fixed = [(x, _renamed(c, name, x)) for x in better]
        choices = tuple(Choice(f"instead-{n}", (line,), (place,), x.replace("/", ":", 1) if x in ids else x) for n, (x, line) in enumerate(fixed))

        def make(c: Correction = c, why: str = why, name: str = name, choices: tuple[Choice, ...] = choices, place: str = place) -> Finding:
            it = Said(place, "line", (("line", (c.text().replace("\t", "  "),)),))
            return Finding("unmatched", place, "open", why, name or c.subject, (it,), (*choices, Choice("remove", (), (place,))))

        yield _Draft((c.path, c.line), "open", make)


def _renamed(c: Correction, name: str, other: str) -> Correction:
    """A line with another name in the place of one."""
    role, equals, value = c.object.partition("=")
    if c.action == "set-role" and value == name:
        return replace(c, object=f"{role}{equals}{other}")
    return replace(c, subject=other) if c.subject == name else replace(c, object=other)


def _near(name: str, labels: Sequence[str]) -> list[str]:
    """Names that a misspelt one may mean."""
    held = [x for x in labels if len(name) > 1 and (name in x or x in name) and x != name]
    return list(dict.fromkeys([*get_close_matches(name, labels, 3, 0.6), *sorted(held, key=len)]))[:4]


# ---------------------------------------------------------------- as text


def why_words(nodes: Nodes, finding: Finding) -> Name:
    """Why a finding is listed, in Chinese and English."""
    if finding.kind == "unmatched":
        zh, en = WHY[finding.why]
        return zh.format(name=finding.title, ids=""), en.format(name=finding.title, ids="")
    if finding.kind == "number":
        return nodes.labels(f"gfc:{finding.why}")
    return REASONS.get(finding.why, (finding.why, finding.why))


REASONS: dict[str, Name] = {
    "low": ("置信度低", "low confidence"),
    "sums": ("不同文章给出的金额不同", "articles give different sums"),
    "figures": ("同一指标同一时间有两个数", "two numbers of one metric and time"),
    "twice": ("同一笔钱可能读成了两笔", "one money may have been read twice"),
    "parents": ("有两个上级", "two parents"),
    "titles": ("不同文章给出的职务不同", "articles give different titles"),
    "label": ("名称相同", "the same name"),
    "bank": ("同一银行名的两种写法", "two forms of one bank's name"),
    "place": ("去掉地名后相同", "the same but for the place before it"),
    "tail": ("去掉通名后相同", "the same but for a common word"),
    "short": ("一个是另一个的后半", "one is the end of the other"),
    "slip": ("只差一字", "one character differs"),
}


def to_list(found: Review) -> str:
    """The findings as tab-separated lines with a header, for a terminal or a script."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, escapechar=None, quotechar=None)
    writer.writerow(("kind", "state", "why", "confidence", "place", "what", "sentence", "id"))
    for f in found.findings:
        quote = max((q for s in f.said for q in s.quotes), key=lambda q: (any(m.role in ("amount", "number") for m in q.marks), len(q.marks)), default=None)
        confidence = next((f"{s.confidence:g}" for s in f.said if s.confidence is not None), "")
        why = say(*why_words(found.nodes, f))
        place = f"{quote.path}:{quote.start}" if quote else ""
        row = (f.kind, f.state, why, confidence, place, f.title, quote.text if quote else "", f.id)
        writer.writerow(" ".join(cell.split()) for cell in row)
    return out.getvalue()


def summary(found: Review) -> str:
    """How many of each kind, in the user's language."""
    words = [f"{say(*KINDS[k])} {t['open']}" for k, t in found.totals.items()]
    return " · ".join(words)
