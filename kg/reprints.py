"""The same story in several documents: which article reprints which, and their facts under one name, so that each counts once.

Each article has a fingerprint (`prints`), made in the map. `find` needs of a document only its `stories`: a few hundred
integers of four bytes an article. `renamed` needs of the result only the copies of the part at hand. So a build that keeps its parts in a store
reads each part once for its stories, finds, and renames part by part:

    same = find(s for part in store for s in stories(part))
    for part in store: use(renamed(part, same))
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, islice, repeat
from typing import NamedTuple
from zlib import crc32

from .facts import PARTIES
from .model import Article, DocumentFacts, Entity, Evidence, Fact, Quantity, TimeRef, decimal_text, fact_id

# Measured by bench.reprints: what noise leaves of a story, and what two stories of one genre share.
LEAST = 0.3  # of the shorter article's fingerprint that stands in the longer one
ALONE = 0.6  # the same for articles that name and count too little to be told apart by that
AGREED = 0.4  # of the shorter article's names and numbers that the longer one has too
TOLD = 4  # names and numbers from which they decide
SHORTEST = 8  # numbers of a fingerprint: about 40 characters
SKETCH = 16  # the least numbers of a fingerprint, so many or one in so many, lead from another story to this one
COMMON = 16  # a run that so many stories have is a phrase of the genre and leads to no further one
NEAR = 8  # stories that are compared, those first to which most leads


class First(NamedTuple):
    """The first printing of a story: its article, and the day its relative times are counted from (None: not a known day)."""

    article: str
    day: date | None


@dataclass(frozen=True, slots=True)
class Story:
    """What is needed of an article to find its reprints."""

    article: str
    order: tuple[str, str, int]  # issue date, path, place in the file: the first printing has the least
    day: date | None  # what its 今年 and 目前 are counted from
    prints: array[int]  # arrays: there may be a million stories
    names: array[int]
    numbers: array[int]


def stories(part: DocumentFacts) -> tuple[Story, ...]:
    """The stories of a document, in reading order."""
    names: dict[str, set[int]] = {a.id: set() for a in part.articles}
    numbers: dict[str, set[int]] = {a.id: set() for a in part.articles}
    known = {e.id: e for e in part.entities}
    for link in part.links:
        e = known.get(link.entity)
        if e is not None and link.mention.article in names:
            names[link.mention.article].add(_number(e.label))
    stated = [(m.article, m.value) for f in part.facts for e in f.evidence for m in e.mentions]
    for article, value in (*stated, *((a.amount.mention.article, a.amount.quantity) for a in part.asides)):
        if isinstance(value, Quantity) and article in numbers:
            numbers[article].add(_number(f"{decimal_text(value.value)}{value.unit}{value.currency}"))
    out = []
    for a in part.articles:
        issued = a.issued.start.isoformat() if a.issued and a.issued.start else "9999"
        place = issued, a.path, a.runs[0].raw if a.runs else 0
        out.append(Story(a.id, place, _day(a), packed(a.prints), packed(names[a.id]), packed(numbers[a.id])))
    return tuple(out)


def packed(numbers: Iterable[int]) -> array[int]:
    """Numbers of 32 bits in four bytes each, sorted."""
    return array("I" if array("I").itemsize == 4 else "L", sorted(numbers))


def _day(a: Article) -> date | None:
    return a.anchor.start if a.anchor and a.anchor.start == a.anchor.end else None


def _number(text: str) -> int:
    return crc32(text.encode("utf-8", "surrogatepass"))


def find(told: Iterable[Story]) -> dict[str, First]:
    """Article id of a copy → the first printing of its story: the earliest by date of issue, then by path.

    An article is a copy where the shorter of the two stands in the longer one for a large part, and their names and numbers
    agree: two press releases of one mould do not. The order of `told` does not matter; time and memory grow with it and no faster.
    """
    ordered = sorted(told, key=lambda s: (s.order, s.article))
    index: dict[int, Sequence[int]] = {}  # number of a sketch → the stories that have it there, by their place in `ordered`
    first: dict[str, First] = {}
    for n, story in enumerate(ordered):
        if len(story.prints) < SHORTEST:
            continue
        mine = set(story.prints)
        met = Counter(chain.from_iterable(map(index.get, story.prints, repeat(()))))
        near = sorted((-count, k) for k, count in met.items() if ordered[k].article != story.article)[:NEAR]
        # the nearest of those before it, of equals the earliest
        best = min(((-share(ordered[k], story, len(mine.intersection(ordered[k].prints))), k) for _, k in near), default=(0.0, 0))
        if best[0] and story.article not in first:
            first[story.article] = First(ordered[best[1]].article, ordered[best[1]].day)
            continue
        free = (p for p in story.prints if len(index.get(p, ())) < COMMON)
        for p in islice(free, max(SKETCH, len(story.prints) // SKETCH)):
            index[p] = (*index.get(p, ()), n)
    return first


def share(a: Story, b: Story, shared: int) -> float:
    """How much of the shorter story stands in the longer one, by the numbers `shared` of their fingerprints; 0 where it is another story."""
    short, long = sorted((a, b), key=lambda s: len(s.prints))
    contained = shared / len(short.prints)
    if contained < LEAST:
        return 0.0
    told = len(short.names) + len(short.numbers)
    numbers = len(set(short.numbers).intersection(long.numbers))
    agreed = len(set(short.names).intersection(long.names)) + numbers
    same = agreed >= AGREED * told and 2 * numbers >= AGREED * len(short.numbers) if told >= TOLD else contained >= ALONE
    return contained if same else 0.0


# ---------------------------------------------------------------- one name for what both say


def renamed(part: DocumentFacts, same: Mapping[str, First]) -> DocumentFacts:
    """The part as its first printings would say it: `same` maps its copies to them.

    What is known only within its article (某公司, a fact that names one party) has that article in its id; in a copy it gets the id
    that it has in the first printing. 目前 and 昨日 mean the day of the first printing. The copies know what they reprint.
    """
    copies = {a.id: (same[a.id], _day(a)) for a in part.articles if a.id in same}
    scopes = {copy: first.article for copy, (first, _) in copies.items()}
    if not scopes:
        return part

    def now(value: str) -> str:
        head, dot, scope = value.rpartition(".")
        return f"{head}.{scopes[scope]}" if dot and scope in scopes else value

    facts: list[Fact] = []
    ids: dict[str, str] = {}
    for fact in part.facts:
        home = copies.get(fact.evidence[0].article) if fact.evidence else None
        changed = _renamed(fact, *home, {v: now(v) for _, v in fact.roles}) if home else fact
        ids[fact.id] = changed.id
        facts.append(changed)
    return replace(
        part,
        articles=tuple(replace(a, reprint_of=scopes.get(a.id, a.reprint_of)) for a in part.articles),
        links=tuple(replace(k, entity=now(k.entity)) for k in part.links),
        entities=_united(replace(e, id=now(e.id)) for e in part.entities),
        facts=_once(replace(f, roles=tuple(sorted((k, ids.get(v, v)) for k, v in f.roles))) if any(v in ids for _, v in f.roles) else f for f in facts),
    )


def _renamed(fact: Fact, first: First, day: date | None, now: Mapping[str, str]) -> Fact:
    """The fact with the id that it has in the first printing, as extraction gives it: links to other facts are not part of it."""
    roles = tuple(sorted((k, now[v]) for k, v in fact.roles))
    time = _moved(fact.time, day, first.day) if fact.time and day and first.day else fact.time
    said = [(k, v) for k, v in roles if not v.startswith("fact/")]
    known = {v for k, v in said if k in PARTIES and v.startswith(("agent/", "place/", "thing/"))}
    if roles == fact.roles and time == fact.time and len(known) >= 2:
        return fact
    return replace(fact, roles=roles, time=time, id=fact_id(fact.kind, said, fact.amounts, time, fact.status, first.article if len(known) < 2 else ""))


def _moved(time: TimeRef, day: date, first: date) -> TimeRef:
    """A relative time as of the first printing: 昨日 and 目前 move with the day, an end that is the day becomes the other's (今年以来)."""
    if time.basis not in ("timeRelative", "timeInferred") or time.start is None or time.end is None or day == first:
        return time
    if time.start == time.end and (time.start == day or _DAY.search(time.text)):
        return replace(time, start=time.start + (first - day), end=time.end + (first - day))
    end = first if time.end == day and time.start <= first else time.end
    return replace(time, end=end)


_DAY = re.compile("[昨前今明][日天晚夜早晨]|[昨今明]$")


def _united(entities: Iterable[Entity]) -> tuple[Entity, ...]:
    """Two articles of one part may reprint the same one."""
    out: dict[str, Entity] = {}
    for e in entities:
        old = out.setdefault(e.id, e)
        if old != e:
            names = {*old.aliases, e.label, *e.aliases} - {old.label}
            out[e.id] = replace(old, aliases=tuple(sorted(names)), size=old.size or e.size)
    return tuple(out[k] for k in sorted(out))


def _once(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    out: dict[str, Fact] = {}
    for f in facts:
        old = out.setdefault(f.id, f)
        if old is not f:
            best = f if f.confidence > old.confidence else old
            evidence: tuple[Evidence, ...] = tuple(dict.fromkeys((*old.evidence, *f.evidence)))
            out[f.id] = replace(best, evidence=evidence)
    return tuple(out.values())
