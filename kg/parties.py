"""Who takes part in a financing: candidates with weighted features, for what the case marks alone do not settle.

Weights (lexicon `party_weights`, kind financier or target) are those of logistic models fitted by scripts/fit_parties.py. The choice
of the rules is itself a feature (`picked`), so the models correct the rules where their context says so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import repeat
from typing import NamedTuple

from .discourse import Known, Scene, clause_end, clause_start
from .linking import LENDERS
from .model import DIVISION_KINDS, Mention, Quantity, Span
from .pack import Pack

PAYERS = frozenset((*LENDERS, "PublicBody", "Company", "OtherOrganization", "Person", "Group", "Village", "Township", "County", "Prefecture"))
TARGETS = frozenset(
    ("Company OtherOrganization Person Group Prefecture County Township Village Project Facility Workshop Programme PublicBody FinancialProduct").split()
)
_GROUPS = {k: "Division" if k in DIVISION_KINDS else "Lender" if k in ("Bank", "Branch") else k for k in sorted(PAYERS | TARGETS)}
MOST = 100  # things around a sum: more are there only where a text is a bare list
_BREAK = re.compile(r"[，；：]")
_JOINED = re.compile(r"(?:的)?[“‘]?")
_SAYS = re.compile(r"(?:[^，。；“”]{0,6})?(?:说|表示|介绍|告诉|坦言|感慨|笑|算|回忆)")


class Party(NamedTuple):
    """A candidate for a role, by its nearest mention; `features` say where and how it stands."""

    mention: Mention
    entity: str
    kind: str
    features: tuple[str, ...]


@cache
def weights(pack: Pack, role: str) -> Mapping[str, float]:
    return {e.name.partition("|")[2]: float(e.note) for e in pack.entries("party_weights") if e.kind == role}


def score(table: Mapping[str, float], features: Sequence[str]) -> float:
    """The log odds of a candidate."""
    return table.get("bias", 0.0) + sum(map(table.get, features, repeat(0.0)))


def probability(table: Mapping[str, float], features: Sequence[str]) -> float:
    return 1 / (1 + math.exp(-score(table, features)))


def around(scene: Scene, anchor: Span, trigger: Span, reach: int = 5) -> list[Party]:
    """Each thing in reach of a sum once, whatever its role: of its sentence, of the sentences before, of titles and headings."""
    text, number = scene.article.folded, scene.number_of(anchor.start)
    sentence = scene.sentences[number]
    start, end = clause_start(scene, anchor.start), clause_end(scene, anchor.end)
    before = scene.known_between(sentence.span.start, anchor.start)
    sums = [m.span.start for m, _, _ in before if isinstance(m.value, Quantity) and m.value.currency and m.span.end <= anchor.start]
    seen: dict[str, tuple[Mention, str, dict[str, None]]] = {}  # the features keep their order, for sums of floats depend on it
    groups: set[str] = set()

    def put(known: Known, *where: str) -> None:
        m, e, kind = known
        if not e or kind not in _GROUPS:
            return
        if e in seen:
            features = seen[e][2]
            features["again"] = None
            if where[0] not in features and scene.case(m) == "dative":
                features["dative-too"] = None
            return
        if len(seen) >= MOST:
            return
        features = dict.fromkeys((*where, *_form(scene, m, kind)))
        seen[e] = (m, kind, features)
        group = _GROUPS[kind]
        if group not in groups:
            groups.add(group)
            features["nearest-of-kind"] = None

    for known in reversed(before):
        m = known[0]
        place = "same-clause" if m.span.start >= start else f"back-{min(len(_BREAK.findall(text, m.span.end, anchor.start)), 3)}"
        crossed = bool(sums) and m.span.end <= sums[-1]
        put(known, place, *(["crosses-sum"] if crossed else []), *(["adjacent"] if m.span.end == trigger.start else []))
    for known in scene.known_between(anchor.end, sentence.span.end):
        m = known[0]
        near = _JOINED.fullmatch(text, anchor.end, m.span.start)
        put(known, "after-clause" if m.span.start < end else "after", *(["after-adjacent"] if near else []))
    for n in range(number - 1, max(-1, number - reach - 1), -1):
        s = scene.sentences[n]
        if s.kind in ("caption", "credit", "byline", "header", "heading", "title"):
            continue
        where = f"sentence-{min(number - n, 3)}" if s.block == sentence.block else "earlier-block"
        for known in reversed(scene.known_between(s.span.start, s.span.end)):
            put(known, where)
    for m in scene.headlined:
        put((m, scene.entity(m), scene.kind(m)), "title")
    return [Party(m, e, kind, tuple(features)) for e, (m, kind, features) in seen.items()]


def candidates(
    scene: Scene,
    things: Sequence[Party],
    role: str,
    instrument: str,
    picked: Sequence[str],
    other: Sequence[str],
    previous: Sequence[str],
    before: Sequence[str],
) -> Iterator[Party]:
    """Those of the things `around` a sum that can have a role. `picked`: the rules' choice (entity ids); `other`: the opposite
    role's choice; `previous`: this role in the financing before; `before`: the opposite role in the financing before."""
    kinds = PAYERS if role == "financier" else TARGETS
    known = (("picked", picked), ("other", other), ("previous", previous), ("paid-before" if role == "target" else "got-before", before))
    homes = (scene.linked.home_village, scene.linked.home, scene.linked.home_town)
    for m, e, kind, found in things:
        if kind not in kinds:
            continue
        group = _GROUPS[kind]
        features = [*found, f"kind:{group}", f"{instrument}:{group}"]
        features += [name for name, ids in known if e in ids]
        if e in homes:
            features.append("home")
        if e in picked:
            features += [f"picked:{f}" for f in ("same-clause", "earlier-block", "case:dative", "sentence-1", "crosses-sum") if f in found]
        if not picked:
            features.append("none-picked")
        yield Party(m, e, kind, tuple(features))


def _form(scene: Scene, m: Mention, kind: str) -> Iterator[str]:
    text = scene.article.folded
    yield f"case:{scene.case(m) or 'none'}"
    if not text[clause_start(scene, m.span.start) : m.span.start].strip("“‘"):
        yield "first"
    if m.anaphor:
        yield "anaphor"
    if m in scene.posts:
        yield "post"
    if kind == "Person" and _SAYS.match(text, m.span.end, m.span.end + 12):
        yield "speaker"
    follow = text[m.span.end : m.span.end + 2]
    if follow[:1] == "的":
        yield "genitive"
    nxt = scene.between(m.span.end, m.span.end + 2)
    if nxt and nxt[0].span.start <= m.span.end + (1 if follow[:1] == "的" else 0):
        yield "modifier"
