"""Typed-slot rules: a regular expression over a sentence in which every mention is one typed slot.

A mention is rendered as two private-use characters, its type and its number, so the rule reads like the sentence it
matches. `{role:Kind}` accepts Kind and its subclasses (read from the ontology); `{role:Kind+}` a list A、B和C; `{Kind}`
an unnamed one; `{gap:12}` at most twelve characters (mentions count two) within one clause.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from re import _parser  # type: ignore[attr-defined]  # no public way to the parsed form of a pattern
from typing import Any

from .errors import KgError
from .model import RELATIONS, Mention, Quantity, Sentence, Span
from .ontology import superclasses
from .pack import MANIFEST, Pack

_TYPE_BASE, _NUMBER_BASE = 0xE000, 0xF0000
KINDS = (
    "Bank",
    "Insurer",
    "Guarantor",
    "Branch",
    "Company",
    "PublicBody",
    "OtherOrganization",
    "Person",
    "Group",
    "Country",
    "Province",
    "Prefecture",
    "County",
    "Township",
    "Village",
    "Facility",
    "Workshop",
    "Programme",
    "Project",
    "FinancialProduct",
    "Document",
    "Money",
    "Count",
    "Time",
)
_TYPE_OF = {k: chr(_TYPE_BASE + n) for n, k in enumerate(KINDS)}
_UNIONS = {
    "Lender": ("FinancialInstitution", "Branch"),
    "Agent": ("Organization", "Division", "Person", "Group"),
    "Party": ("Organization", "Division"),
    "Target": ("Organization", "Division", "Person", "Group", "Facility", "Project", "Programme", "FinancialProduct"),
    "Site": ("Facility", "Project"),
    "Place": ("Division", "Facility"),
    "Quantity": ("Money", "Count"),
}
SLOT = f"[{chr(_TYPE_BASE)}-{chr(_TYPE_BASE + len(KINDS) - 1)}][{chr(_NUMBER_BASE)}-{chr(0xFFFFD)}]"
_PLACEHOLDER = re.compile(r"\{(?:(\w+):)?([A-Z]\w*)(\+?)\}|\{gap:(\d+)\}")
LIST_MARK = r"(?:[、和与及]|以及)"
NEEDED = {"FinancingEvent": ("instrument", "stage"), "Claim": ("predicate",), "AgreementEvent": ()}  # what a rule must say, by the kind of its fact
ROLES = {  # that a slot may have, by the kind of the fact
    "FinancingEvent": frozenset(("financier", "recipient", "purpose", "product", "amount")),
    "Claim": frozenset(("subject", "object")),
    "AgreementEvent": frozenset(("party",)),
}
BY_CONTEXT = ("loan-if-bank", "by-noun", "by-payer")  # instruments that the words around a sum, or its payer, decide
QUOTES = frozenset(("“”", "‘’", "《》", "「」", "『』"))
FIELDS = {
    "id",
    "fact",
    "pattern",
    "examples",
    "silent",
    "file",
    "note",
    "confidence",
    "instrument",
    "stage",
    "aggregation",
    "subject",
    "predicate",
    "status",
    "fill",
    "context",
}


@cache
def accepts(kind: str) -> frozenset[str]:
    """The mention kinds a slot of this kind takes.

    >>> sorted(accepts("Facility")), "Branch" in accepts("Lender")
    (['Facility', 'Workshop'], True)
    """
    parents = superclasses()
    wanted = _UNIONS.get(kind, (kind,))
    return frozenset(k for k in KINDS for w in wanted if k == w or w in parents.get(k, ()))


@dataclass(frozen=True, slots=True)
class Rendered:
    """A sentence with slots. `at`: the article offset of every rendered character, and of the end."""

    text: str
    at: Sequence[int]
    mentions: tuple[Mention, ...]
    characters: frozenset[str]  # of the text

    def offset(self, index: int) -> int:
        return self.at[index]

    def index(self, offset: int) -> int:
        """The rendered index of an article offset (of the slot that covers it)."""
        return max(bisect_right(self.at, offset) - 1, 0)

    def slots(self, start: int = 0, end: int | None = None) -> Iterator[tuple[int, Mention]]:
        """(rendered index, mention) of the slots in a stretch of rendered text."""
        for m in _SLOT.finditer(self.text, start, len(self.text) if end is None else end):
            yield m.start(), self.mentions[ord(m[0][1]) - _NUMBER_BASE]


_SLOT = re.compile(SLOT)


def kind_of(mention: Mention, kind: str | None = None) -> str:
    """The slot kind: Money or Count for quantities, else the kind of the entity."""
    if isinstance(mention.value, Quantity):
        return "Money" if mention.value.currency else "Count"
    return kind or mention.kind


def render(sentence: Sentence, folded: str, outer: Sequence[Mention], kind: Callable[[Mention], str] = lambda m: m.kind) -> Rendered:
    """The sentence with its outer (not overlapping, sorted) mentions as slots."""
    out: list[str] = []
    at: list[int] = []
    used: list[Mention] = []
    here, last = sentence.span.start, sentence.span.end
    if not outer:
        text = folded[here:last]
        return Rendered(text, range(here, last + 1), (), frozenset(text))
    for m in outer:
        start, end = m.span.start, m.span.end
        if start < here or end > last:
            continue
        k = kind_of(m, None if m.value else kind(m))
        if k not in _TYPE_OF:
            continue
        if start > here and folded[start - 1 : start] + folded[end : end + 1] in QUOTES:  # “强村贷” is one slot, marks and all
            start, end = start - 1, end + 1
        out.append(folded[here:start])
        at.extend(range(here, start))
        out.append(_TYPE_OF[k] + chr(_NUMBER_BASE + len(used)))
        at.extend((start, start))
        used.append(m)
        here = end
    out.append(folded[here:last])
    at.extend(range(here, last + 1))
    text = "".join(out)
    return Rendered(text, tuple(at), tuple(used), frozenset(text))


def shown(sentence: Rendered) -> str:
    """A rendered sentence with its slots spelled as a pattern spells them: {Branch}向{Township}发放贷款{Money}。"""
    return _SLOT.sub(lambda m: f"{{{KINDS[ord(m[0][0]) - _TYPE_BASE]}}}", sentence.text)


@dataclass(frozen=True, slots=True)
class Rule:
    """One compiled rule; `fields` holds its constants (instrument, stage, subject …)."""

    id: str
    fact: str
    pattern: re.Pattern[str]
    roles: tuple[tuple[str, str], ...]  # group name → role
    fields: Mapping[str, Any]
    needs: tuple[frozenset[str], ...] = ()  # a text that it fits has a character of each


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that fits: roles in reading order and the rendered range."""

    rule: Rule
    roles: tuple[tuple[str, Mention], ...]
    start: int
    end: int

    def role(self, *names: str) -> tuple[Mention, ...]:
        return tuple(m for k, m in self.roles if k in names)


def expand(pattern: str, where: Mapping[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    """A rule's pattern as a plain regular expression, and its groups' roles."""
    roles: list[tuple[str, str]] = []

    def one(m: re.Match[str]) -> str:
        role, kind, many, gap = m.groups()
        if gap:
            return rf"[^，。；：！？]{{0,{gap}}}?"
        kinds = accepts(kind)
        if not kinds:
            raise KgError("pack-rule", path=where.get("file", ""), rule=where["id"], why=f"no class {kind!r}; known: {', '.join((*KINDS, *_UNIONS))}")
        slot = f"[{''.join(_TYPE_OF[k] for k in sorted(kinds))}][{chr(_NUMBER_BASE)}-{chr(0xFFFFD)}]"
        body = f"{slot}(?:{LIST_MARK}{slot})*" if many else slot
        if not role:
            return f"(?:{body})"
        group = f"{role}_{len(roles)}"
        roles.append((group, role))
        return f"(?P<{group}>{body})"

    return _PLACEHOLDER.sub(one, pattern), roles


@cache
def rules(pack: Pack, *facts: str) -> tuple[Rule, ...]:
    """The pack's rules for these kinds of fact, compiled. Raises KgError that names file and rule."""
    compiled = (compile_rule(pack, r) for r in pack.rules)
    return tuple(r for r in compiled if not facts or r.fact in facts)


@cache
def _known(pack: Pack) -> frozenset[str]:
    """The relations that a rule may tell. Raises KgError where one is declared between kinds that are none."""
    for p in pack.predicates.values():
        for kind in filter(None, (p.subject, p.object)):
            if not accepts(kind):
                path = next(f / MANIFEST for f, m in zip(pack.folders, pack.manifests, strict=True) if m.prefix == p.id.partition(":")[0])
                raise KgError("pack-manifest", path=path, why=f"relation {p.id}: no class {kind!r}; known: {', '.join((*KINDS, *_UNIONS))}")
    return frozenset((*RELATIONS, *pack.predicates))


_FORMS = {"examples": 'a list of { text = "…", gives = { role = "…" } }', "silent": "a list of strings", "confidence": "a number from 0 to 1"}


def _typed(name: str, value: object) -> bool:
    """Whether a rule's field has the form it must have."""
    if name == "examples":
        return isinstance(value, list) and all(isinstance(e, dict) and _example(e) for e in value)
    if name == "silent":
        return isinstance(value, list) and all(isinstance(text, str) for text in value)
    if name == "confidence":
        return isinstance(value, int | float) and 0 <= value <= 1
    return isinstance(value, str)


def _example(e: Mapping[str, Any]) -> bool:
    gives = e.get("gives")
    lists = [[v] if isinstance(v, str) else v for v in gives.values()] if isinstance(gives, dict) else [None]
    return isinstance(e.get("text"), str) and all(isinstance(v, list) and all(isinstance(x, str) for x in v) for v in lists)


def compile_rule(pack: Pack, r: Mapping[str, Any]) -> Rule:
    """One rule of the pack, compiled. Raises KgError that names file and rule."""

    def bad(why: str) -> KgError:
        return KgError("pack-rule", path=r.get("file", ""), rule=r["id"], why=why)

    unknown = set(r) - FIELDS
    missing = {"fact", "pattern", "examples", *NEEDED.get(r.get("fact", ""), ())} - set(r)
    if unknown or missing:
        raise bad(f"{f'unknown field {sorted(unknown)}' if unknown else f'missing {sorted(missing)}'}; fields: {', '.join(sorted(FIELDS - {'file'}))}")
    for name, value in r.items():
        if not _typed(name, value):
            raise bad(f"{name} {value!r}: {_FORMS.get(name, 'a string')} wanted")
    if r["fact"] not in NEEDED:
        raise bad(f"no kind of fact {r['fact']!r}; known: {', '.join(NEEDED)}")
    if (known := _known(pack)) and r["fact"] == "Claim" and r["predicate"] not in known:
        raise bad(f"no relation {r['predicate']!r}; known: {', '.join((*RELATIONS, *pack.predicates))}; a pack declares its own in {MANIFEST}")
    for name in ("instrument", "stage", "aggregation"):
        values = [e.name for e in pack.entries("concepts") if e.kind == name] + (list(BY_CONTEXT) if name == "instrument" else [])
        if name in r and r[name] not in values:
            raise bad(f"no {name} {r[name]!r}; known: {', '.join(values)}")
    text, roles = expand(r["pattern"], r)
    if other := {role for _, role in roles} - ROLES[r["fact"]]:
        raise bad(f"no role {', '.join(sorted(other))} in a {r['fact']}; known: {', '.join(sorted(ROLES[r['fact']]))}")
    try:
        compiled = re.compile(text, re.VERBOSE)
    except re.error as error:
        raise bad(f"pattern: {error}") from None
    return Rule(r["id"], r["fact"], compiled, tuple(roles), {k: v for k, v in r.items() if k not in ("pattern", "examples", "silent")}, needs(text))


def needs(pattern: str) -> tuple[frozenset[str], ...]:
    """Sets of characters, the smallest first, of each of which a text must have one for the pattern (verbose syntax) to fit.

    >>> [sorted(s) for s in needs("(?:为了?)?授信(?:额度|总额)")]
    [['信'], ['授'], ['度', '额'], ['总', '额']]
    >>> needs("(?i)e贷"), needs("(?i:e)")
    ((), ())
    """

    def of(tree: Iterable[tuple[Any, Any]]) -> Iterator[frozenset[str]]:
        for op, value in tree:
            if op is _parser.LITERAL:
                yield frozenset(chr(value))
            elif op is _parser.IN and all(kind is _parser.LITERAL for kind, _ in value):
                yield frozenset(chr(code) for _, code in value)
            elif (op is _parser.SUBPATTERN and not value[1] & re.IGNORECASE) or (op is _parser.MAX_REPEAT and value[0]):
                yield from of(value[-1])
            elif op is _parser.BRANCH:
                sides = [list(of(side)) for side in value[1]]
                if all(sides):
                    yield frozenset().union(*(side[0] for side in sides))
                    yield frozenset().union(*(side[-1] for side in sides))

    parsed = _parser.parse(pattern, re.VERBOSE)
    if parsed.state.flags & re.IGNORECASE:
        return ()
    return tuple(sorted(set(of(parsed)), key=lambda s: (len(s), sorted(s))))


@cache
def _first_needs(pack: Pack, fact: str) -> tuple[tuple[frozenset[str] | None, Rule], ...]:
    """The rules, each with the first set it needs, which most sentences lack."""
    return tuple((next(iter(rule.needs), None), rule) for rule in rules(pack, fact))


def likely(pack: Pack, fact: str, sentence: Rendered) -> list[Rule]:
    """The rules for this kind of fact that have all they need in a sentence, in the pack's order: the others cannot fit."""
    lacks = sentence.characters.isdisjoint
    return [rule for first, rule in _first_needs(pack, fact) if first is None or (not lacks(first) and not any(map(lacks, rule.needs)))]


def find(rule: Rule, sentence: Rendered) -> Iterator[Match]:
    """All matches of one rule in a rendered sentence."""
    for m in rule.pattern.finditer(sentence.text):
        roles = [(role, mention) for group, role in rule.roles if m[group] is not None for _, mention in sentence.slots(*m.span(group))]
        yield Match(rule, tuple(roles), m.start(), m.end())


def span_of(rendered: Rendered, start: int, end: int) -> Span:
    """The article span of a rendered range."""
    return Span(rendered.at[start], rendered.at[end])
