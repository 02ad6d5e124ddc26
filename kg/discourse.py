"""The reading of an article: sentences with slots, the case of each mention, the topic, the time in force.

All of it is a plain value made once per article; fact finders only ask it questions.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .linking import LENDERS, Linked
from .model import DIVISION_KINDS, Article, Mention, Sentence, Span, TimeRef
from .pack import Pack
from .slots import LIST_MARK, Rendered, render

_CASES = (
    (
        "dative",
        re.compile(
            r"(?:(?:发放|送|打|交|汇|转|拨|放款)到了?|(?<![图作成称])为了?(?:更好地)?(?:支持|服务|帮助|保障|助力)?|向|给|给予|对|帮助|支持|助力|惠及|服务|投向|用于|参与|扶持|帮扶|赋能|支援|满足|解决|保障|覆盖)(?:[^\W\d_]{0,2}(?:辖区|全区|全县|全市|全镇|当地|其中|首批|上述))?$"
        ),
    ),
    ("source", re.compile(r"(?:从|自|来自|获得|得到|靠的?就?是|源于|依靠|多亏|感谢)$")),
    ("agent", re.compile(r"(?:由|被|经|据|获|凭)$")),
    ("with", re.compile(r"(?:与|和|同|跟|会同|联合|携手|对接|联系)$")),
    ("place", re.compile(r"(?:在|于|到|来到|走进|走访|位于|地处|进入|入驻|落户|前往|赴|沿|驻)$")),
    (
        "object",
        re.compile(
            r"(?:把|将|让|使|令|引导|推动|推进|发动|组织|建设|打造|成立|组建|创建|实施|开展|深化|融入|推出|办理|发放|出台|印发|依托|围绕|用|以|通过)了?$"
        ),
    ),
)
_ANY_CASE = re.compile("|".join(pattern.pattern for _, pattern in _CASES))
_SUBJECT_KINDS = frozenset(
    (
        "Bank Insurer Guarantor Branch Company PublicBody OtherOrganization Country Province Prefecture County Township Village Facility "
        "Workshop Project Person"
    ).split()
)
_CLAUSE = re.compile(r"[，；：。！？]")
_LISTED = re.compile(rf"{LIST_MARK}|(?:地区|境内|辖内|辖区|周边)?的?")
_RESIDENT = re.compile(r"的?[^\W\d_]{2,5}")
_MARK = re.compile(r"[，；：。！？（(）)]")


Known = tuple[Mention, str, str]  # a mention, its entity ("" = none) and its kind: a look-up by mention costs more than one by position


@dataclass(frozen=True, slots=True)
class Scene:
    """One article as the fact finders see it."""

    article: Article
    pack: Pack
    linked: Linked
    outer: tuple[Mention, ...]  # not overlapping, sorted
    sentences: tuple[Sentence, ...]
    rendered: tuple[Rendered, ...]
    times: tuple[Mention, ...]
    posts: frozenset[Mention]  # persons who hold a post: speakers, seldom subjects
    cases: Mapping[Mention, str]
    kinds: Mapping[Mention, str]  # of what the mentions mean
    starts: tuple[int, ...]  # of the sentences
    outer_starts: tuple[int, ...]
    known: tuple[Known, ...]  # the outer mentions again, with what they are
    headlined: tuple[Mention, ...]  # the outer mentions of titles and headings
    lenders: tuple[Mention, ...]  # those of lenders
    lender_starts: tuple[int, ...]
    sentence_times: tuple[tuple[Mention, ...], ...]  # the times of each sentence
    clause_starts: tuple[int, ...]  # those of the sentences among them

    def number_of(self, offset: int) -> int:
        """The number of the sentence that holds an offset."""
        before = bisect_right(self.starts, offset)
        return before - 1 if before else 0

    def kind(self, mention: Mention) -> str:
        return self.kinds.get(mention, mention.kind)

    def entity(self, mention: Mention) -> str:
        return self.linked.entity_of.get(mention, "")

    def outer_in(self, span: Span) -> list[Mention]:
        """The outer mentions that start in a span."""
        return list(self.between(span.start, span.end))

    def between(self, low: int, high: int) -> tuple[Mention, ...]:
        """The outer mentions that start in [low, high)."""
        first = bisect_left(self.outer_starts, low)
        return self.outer[first : bisect_left(self.outer_starts, high, first)] if low < high else ()

    def known_between(self, low: int, high: int) -> tuple[Known, ...]:
        """Those of `between`, each with its entity and kind."""
        first = bisect_left(self.outer_starts, low)
        return self.known[first : bisect_left(self.outer_starts, high, first)] if low < high else ()

    def case(self, mention: Mention) -> str:
        return self.cases.get(mention, "")


def scene(article: Article, pack: Pack, linked: Linked, outer: Sequence[Mention], times: Sequence[Mention], posts: frozenset[Mention]) -> Scene:
    """Put the reading together."""
    sentences = tuple(article.sentences())
    starts, outer_starts = tuple(s.span.start for s in sentences), tuple(m.span.start for m in outer)
    inside = (outer[bisect_left(outer_starts, s.span.start) : bisect_left(outer_starts, s.span.end)] for s in sentences)
    kinds = {m: linked.entities[e].kind if e in linked.entities else m.kind for m, e in linked.entity_of.items()}
    known = tuple((m, linked.entity_of.get(m, ""), kinds.get(m, m.kind)) for m in outer)
    rendered = tuple(render(s, article.folded, here, lambda m: kinds.get(m, m.kind)) for s, here in zip(sentences, inside, strict=True))
    cases = {m: case for r in rendered if r.mentions for m, case in case_marks(r)}
    headlined = tuple(m for m in outer if sentences[max(bisect_right(starts, m.span.start) - 1, 0)].kind in ("title", "heading"))
    by_sentence: list[list[Mention]] = [[] for _ in sentences]
    for t in times:
        number = bisect_right(starts, t.span.start) - 1
        if number >= 0 and sentences[number].span.covers(t.span):
            by_sentence[number].append(t)
    in_sentence, clauses = tuple(map(tuple, by_sentence)), tuple(sorted({*starts, *_clause_starts(article.folded, sentences)}))
    lenders = tuple(m for m, e, kind in known if e and kind in LENDERS)
    return Scene(
        article,
        pack,
        linked,
        tuple(outer),
        sentences,
        rendered,
        tuple(times),
        posts,
        cases,
        kinds,
        starts,
        outer_starts,
        known,
        headlined,
        lenders,
        tuple(m.span.start for m in lenders),
        in_sentence,
        clauses,
    )


def case_marks(sentence: Rendered) -> Iterator[tuple[Mention, str]]:
    """(mention, case) for each slot: dative, source, agent, with, place, object, or nothing. A list shares its head's case."""
    previous: tuple[int, str] | None = None
    last: Mention | None = None
    for index, mention in sentence.slots():
        before = sentence.text[max(0, index - 14) : index]
        if previous is not None:
            between = sentence.text[previous[0] : index]
            if _LISTED.fullmatch(between):
                yield mention, previous[1]
                previous, last = (index + 2, previous[1]), mention
                continue
            if (
                previous[1] == "dative"
                and last is not None
                and mention.found_by == "person.role"
                and last.kind in DIVISION_KINDS
                and _RESIDENT.fullmatch(between)
            ):
                yield last, "place"  # 向梅林村种植大户李建国发放: to the person
                yield mention, "dative"
                previous, last = (index + 2, "dative"), mention
                continue
        found = next((name for name, pattern in _CASES if pattern.search(before)), "") if before[-1:].isalpha() and _ANY_CASE.search(before) else ""
        yield mention, found
        previous, last = (index + 2, found), mention


def subject_like(scene: Scene, mention: Mention) -> bool:
    """Whether a mention can be what a clause is about."""
    return (
        scene.kind(mention) in _SUBJECT_KINDS
        and mention not in scene.posts
        and scene.case(mention) not in ("dative", "source", "with", "agent")
        and bool(scene.entity(mention))
    )


def clause_start(scene: Scene, offset: int) -> int:
    """Where the clause that holds an offset starts, within its sentence."""
    before = bisect_right(scene.clause_starts, offset)
    return scene.clause_starts[before - 1 if before else 0]


def _clause_starts(text: str, sentences: Sequence[Sentence]) -> Iterator[int]:
    """Where a clause begins behind a mark; marks in brackets part none."""
    for s in sentences:
        depth = 0
        for m in _MARK.finditer(text, s.span.start, s.span.end):
            if m[0] in "（(":
                depth += 1
            elif m[0] in "）)":
                depth -= 1
            elif depth <= 0:
                yield m.end()


def clause_end(scene: Scene, offset: int) -> int:
    """Where the clause that holds an offset ends, within its sentence."""
    sentence = scene.sentences[scene.number_of(offset)]
    m = _CLAUSE.search(scene.article.folded, offset, sentence.span.end)
    return m.start() if m else sentence.span.end


def topic(scene: Scene, offset: int) -> Mention | None:
    """What the text at an offset is about: the nearest subject in its clause, else of earlier clauses, sentences, paragraphs."""
    number = scene.number_of(offset)
    sentence = scene.sentences[number]
    start = clause_start(scene, offset)
    here = [m for m in scene.between(start, offset) if subject_like(scene, m)]
    if here:
        return _head(scene, here, last=True)
    while start > sentence.span.start:
        end = start - 1
        start = clause_start(scene, end)
        there = [m for m in scene.between(start, end) if subject_like(scene, m) and scene.case(m) != "object"]
        if there:
            return _head(scene, there, last=False)
    for earlier in range(number - 1, -1, -1):
        other = scene.sentences[earlier]
        if other.kind in ("caption", "credit", "byline", "header"):
            continue
        if other.block != sentence.block and number - earlier > 6:
            break
        there = [m for m in scene.outer_in(other.span) if subject_like(scene, m) and scene.case(m) not in ("object", "place")]
        if there:
            return _head(scene, there, last=False)
    return None


def _head(scene: Scene, found: Sequence[Mention], *, last: bool) -> Mention:
    """Of a chain 萧山区进化镇下坂底村 the last; of several the last or first that no place only opens."""
    text = scene.article.folded
    chains: list[Mention] = []
    for m in found:
        if chains and (m.span.start - chains[-1].span.end <= (1 if text[chains[-1].span.end] in "的·" else 0)):
            chains[-1] = m
        else:
            chains.append(m)
    return chains[-1] if last else chains[0]


def lender_before(scene: Scene, offset: int, fits: Callable[[Mention], bool] = lambda m: True) -> Mention | None:
    """The bank in focus: the last lender of this sentence that is no recipient, else of the sentences before."""
    number = scene.number_of(offset)
    last = bisect_left(scene.lender_starts, offset) - 1
    while last >= 0:
        n = scene.number_of(scene.lender_starts[last])
        first = bisect_left(scene.lender_starts, scene.sentences[n].span.start)
        here, last = scene.lenders[first : last + 1], first - 1
        if scene.sentences[n].kind in ("caption", "credit", "byline", "header") and n != number:
            continue
        found = [m for m in here if scene.case(m) != "dative" and fits(m)]
        if found:
            best = found[-1]
            if n != number:
                best = next((m for m in found if scene.case(m) == ""), best)
            return best
    return None


def time_at(scene: Scene, span: Span) -> TimeRef | None:
    """The time in force at a span: the last one before it in its sentence, else just after it in its clause, else the paragraph's."""
    number = scene.number_of(span.start)
    s = scene.sentences[number]
    inside = [t for t in scene.sentence_times[number] if t.found_by != "time.ahead"]
    before = [t for t in inside if t.span.end <= span.start]
    end = clause_end(scene, span.end)
    after = [t for t in inside if span.end <= t.span.start < end]
    for t in (*reversed(before), *after):
        if isinstance(t.value, TimeRef):
            return t.value
    if scene.article.folded.find("以来", s.span.start, span.start) >= 0:
        return None  # 自成立以来: the day told before is where the time begins
    for earlier in range(number - 1, -1, -1):
        other = scene.sentences[earlier]
        if other.block != s.block:
            return None
        for t in reversed(scene.sentence_times[earlier]):
            if isinstance(t.value, TimeRef) and t.value.start is not None:
                return t.value
    return None
