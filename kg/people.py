"""Finding persons and the posts they hold.

A name is a surname and one or two characters, but only where something says so: a title or a role before it, a verb of
saying after it, a form of address, a credit. A full name found once is found again wherever it stands in the article.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .edges import Spans, left_edge, occurrences
from .model import DIVISION_KINDS, Article, Mention, Span
from .pack import Pack
from .pages import credited
from .person_names import EDGE, HAN, HAN_RUN, Grammar, follows, free, grammar, name_end, person_at, plain, speaker

_BODY_KINDS = frozenset(("Bank", "Insurer", "Guarantor", "Branch", "Company", "PublicBody", "OtherOrganization", *DIVISION_KINDS, "Facility", "Workshop"))
_BODY_TAIL = re.compile(
    r"(?:公司|集团|[行社局部委厅司镇乡村县区市会心院所站校队店场园坊厂办处科室联盟府庄寨]|街道|人大|政协|企业|大学|小学|中学|学堂|基地|工坊)[”’」）)]?$"
)
_LEVEL = re.compile(r"(?:[\d〇零一二三四五六七八九十]+后)?(?:街道|社区|[村镇乡县区市省])?")
_AFTER_BODY = re.compile(r"[村镇乡区]([村镇乡]|社区)$")
_BARE_BODY = re.compile(
    r"(?:该|本|我|项目)?(?:公司|支公司|分公司|企业|集团|合作社|经济合作社|专业合作社|信用社|联社|协会|商会|工会|联盟|工坊|基地|支行|分行|银行|农商行|农场)$"
)
_ANAPHOR = re.compile(r"[该本我](?:支行|分行|行|公司|社|省|市|县|区|镇|乡|村)")
_SECTION = re.compile(rf"({HAN}{{1,6}}[科股处])$")
_SECTION_OF = re.compile(rf"^(.*(?:局|厅|委|办|中心|院|政府|委员会))({HAN}{{1,6}}[科股处])$")
_CLAUSE = re.compile(r"[^，。；！？\n：“”]{1,26}")
_STAFF = re.compile(rf"的(干部|职工|员工|技术员|管理员|讲解员|饲养员|{HAN}{{2}}工)$")
_SUCCEEDS = re.compile(r"接任(?=[，。；\n])")
_DROPPED = re.compile(r"现任|时任|新任|历任")
_DATED = re.compile(r"首任|前任|原|代理?")
_HOLDS = re.compile(r"(?:同时|如今|现在|目前|现|曾|还|也)?(?:是|任|担任|出任|当选为?|接任|系|兼任|为)(?!了)")
_TOOK = re.compile(r"(?:当|任|干|做)(?:了|过)?[^，。；、\n]{0,8}$")
_LIST_SUM = re.compile(rf"(?<![\w])({HAN}{{2,3}})(?=\d[\d.]*(?:万|千|百)?元)")
_AGE = re.compile(r"今年\d{2}多?岁|[（(]?(?:男|女)[，,]")
_PAID = re.compile(r"(?<![方意转导为成作认名因])[向为给](?=[^\W\d_]{3}(?:发放|授信|放款|办理|投放|提供|送去|送上))")
_QUOTED = {"“": "”", "‘": "’", "「": "」", "『": "』", '"': '"'}


@dataclass(frozen=True, slots=True)
class Post:
    """A post held by a person, as written: one title each.

    `title` is without the body's name (党委书记, 副行长); `body` is the span that names the body (农行萧山分行, 县委, 该行, 公司), None
    where the text leaves it out or gives only a level (村党支部书记: the level stands right before the title).
    """

    person: Mention
    title: Span
    body: Span | None
    sentence: Span


def _body(f: str, title: Span, after: int, spans: Spans, g: Grammar, pack: Pack) -> tuple[Span | None, Span, int]:
    """(body, title, where the two begin) for a title found in the text; `after`: where the title before it ends."""
    start = title.start
    held = [m.span for m in spans.ending_at(start)]
    if held:
        body = max(held, key=len)
        return body, title, body.start
    if f[title.end - 1] == "长" and title.end - start <= 3:  # 岩口镇长, 沂南支行长: the last character of the body is the first of the title
        for cut in range(start + 1, title.end):
            over = [m.span for m in spans.ending_at(cut) if m.span.start < start]
            if over:
                body = max(over, key=len)
                return body, title, body.start
    inside = [m.span for m in spans.starting_in(max(0, start - 30), start) if start < m.span.end <= title.end]
    if inside:
        body = Span(min(s.start for s in inside), start)
        return body, title, body.start
    section = _SECTION.search(f[max(0, start - 8) : start])
    if section and f[title.end - 2 : title.end] in ("科长", "股长", "处长"):
        for cut in range(start - len(section[1]), start - 1):
            before = [m.span for m in spans.ending_at(cut)]
            if before:
                body = max(before, key=len)
                return body, Span(cut, title.end), body.start
    level = _AFTER_BODY.search(f[max(0, start - 3) : start])  # 余村村党支部书记
    held = [m.span for m in spans.ending_at(start - len(level[1]))] if level else []
    if held:
        body = max(held, key=len)
        return body, title, body.start
    edge = left_edge(f, start, spans, pack)
    bare = _BARE_BODY.search(f[max(0, start - 10) : start])
    if bare and start - len(bare[0]) < edge:
        edge = start - len(bare[0])
    edge = max(edge, after)  # 县委常委、副县长: what stands before is a title, no body
    own = _ANAPHOR.match(f, edge, start) or _ANAPHOR.match(f, max(edge - 1, after), start)  # 该行三农金融部: the part is the body
    edge = own.end() if own and start - own.end() > 2 else edge
    text = f[edge:start]
    if level and len(text) > 2 and text[-2] == text[-1]:
        return Span(edge, start - 1), title, edge
    if _LEVEL.fullmatch(text):
        return None, title, edge
    if len(text) > 1 and _BODY_TAIL.search(text):
        split = _SECTION_OF.match(text) if f[title.end - 2 : title.end] in ("科长", "股长", "处长") else None
        if split:
            return Span(edge, edge + len(split[1])), Span(edge + len(split[1]), title.end), edge
        return Span(edge, start), title, edge
    return None, title, start


@dataclass(frozen=True, slots=True)
class _Title:
    span: Span
    body: Span | None
    start: int  # where body and level begin


def _titles(f: str, spans: Spans, g: Grammar, pack: Pack) -> list[_Title]:
    """Every title in the text, with its body."""
    found: list[Span] = []
    for start, end in g.heads.found(f):
        if f[start:end] in g.wholes:
            if f[end : end + 1] in ("长", "师", "员"):
                continue
        else:
            lead = g.lead.search(f, max(0, start - 12), start)
            start = lead.start() if lead else start
            dropped = _DROPPED.match(f, start, end)
            start = dropped.end() if dropped else start
        while found and found[-1].end > start:  # 经理 in 职业经理人
            found.pop()
        found.append(Span(start, end))
    out: list[_Title] = []
    for span in found:
        body, title, low = _body(f, span, out[-1].span.end if out else 0, spans, g, pack)
        out.append(_Title(title, body, low))
    return out


def _chain(f: str, last: int, titles: Sequence[_Title]) -> list[_Title]:
    """The titles joined by 、 or 兼 that end with number `last`; a title without a body has the one before it, unless it names a level itself."""
    chain = [titles[last]]
    while last and titles[last - 1].span.end + 1 == chain[0].start and f[chain[0].start - 1] in "、兼":
        last -= 1
        chain.insert(0, titles[last])
    out: list[_Title] = []
    for t in chain:
        village = f[t.span.start] == "村" and bool(out) and out[-1].body is not None and f[out[-1].body.end - 1] not in "村区"
        own_level = f[t.span.end - 2] in "省州市区县镇乡村" or t.start < t.span.start or village
        out.append(_Title(t.span, out[-1].body, t.start) if out and t.body is None and not own_level else t)
    return out


class _Found:
    """Persons and posts while they are gathered: no two persons overlap, the first cue wins."""

    def __init__(self, article: Article, others: Sequence[Mention]) -> None:
        self.article, self.persons, self.posts = article, dict[Span, Mention](), dict[tuple[Span, Span], Post]()
        self.taken: dict[int, Span] = {}
        self.others = Spans.of(others)
        self.sentences: list[tuple[int, int]] = []

    def add(self, start: int, end: int, rule: str, firm: bool = False) -> Mention | None:
        """The person at that span; None if something else is there."""
        span = Span(start, end)
        if span in self.persons:
            return self.persons[span]
        if not self.taken.keys().isdisjoint(range(start, end)):
            return None
        f = self.article.folded
        if _QUOTED.get(f[start - 1 : start]) == f[end : end + 1] != "" and not firm:  # “杨大哥”: the name of an office
            return None
        for m in self.others.starting_in(max(0, start - 40), end):
            if m.span.meets(span) and m.kind != "Person" and not (span.covers(m.span) and (span != m.span or firm)):
                return None
        mention = self.persons[span] = Mention(self.article.id, span, "Person", rule)
        self.taken.update((i, span) for i in range(start, end))
        return mention

    def post(self, person: Mention, title: _Title) -> None:
        self.sentences = self.sentences or [(start, end) for start, end, _ in self.article.passages()]
        at = bisect_right(self.sentences, person.span.start, key=lambda s: s[0]) - 1
        sentence = Span(*self.sentences[at]) if at >= 0 else Span(0, len(self.article.text))
        self.posts.setdefault((person.span, title.span), Post(person, title.span, title.body, sentence))


def find_people(article: Article, pack: Pack, mentions: Sequence[Mention]) -> tuple[list[Mention], list[Post]]:
    """The persons an article names and the posts it gives them, both in reading order.

    `mentions` are the spans already found (divisions, banks, organisations); a post's body is the longest of them that ends
    where the title begins, or else what the words before the title show. May be empty.
    """
    f, g = article.folded, grammar(pack)
    bodies = Spans.of([m for m in mentions if m.kind in _BODY_KINDS])
    found = _Found(article, mentions)
    for span in article.byline:
        found.add(span.start, span.end, "person.byline", firm=True)
    titles = _titles(f, bodies, g, pack)
    for span in credited(article, pack):
        found.add(span.start, span.end, "person.credit", firm=True)
    _after_titles(f, g, titles, found)
    _after_roles(f, g, titles, found)
    _by_cue(f, g, found)
    _repeats(f, g, found)
    _stated_posts(f, g, titles, found, pack, bodies)
    persons = sorted(found.persons.values(), key=lambda m: m.span)
    return persons, sorted(found.posts.values(), key=lambda p: (p.person.span, p.title))


def _after_titles(f: str, g: Grammar, titles: Sequence[_Title], found: _Found) -> None:
    """农行萧山分行党委书记、行长李良"""
    for number, t in enumerate(titles):
        at = t.span.end
        gap = 1 if f[at : at + 1] in (" ", "\u3000", "，") else 0
        end = person_at(f, at + gap, g, firm=True)
        if end == at + gap or (f[at : at + 1] == "，" and f[end : end + 1] not in ("）", ")")):
            continue
        person = found.add(at + gap, end, "person.title", firm=True)
        if person:
            for part in _chain(f, number, titles):
                found.post(person, part)


def _after_roles(f: str, g: Grammar, titles: Sequence[_Title], found: _Found) -> None:
    """村民李秀春, 村民张三、李四等; 党支部书记、种粮大户王五 is a post too."""
    ends: Mapping[int, int] = {t.span.end: n for n, t in enumerate(titles)}
    for start, at in g.roles.found(f):
        end = person_at(f, at, g, firm=False)
        if end == at:
            continue
        person = found.add(at, end, "person.role")
        mark = f.rfind("、", max(0, start - 6), start)  # 党支部书记、种粮大户…
        if person and mark in ends and HAN_RUN.fullmatch(f, mark + 1, at):
            for part in _chain(f, ends[mark], titles):
                found.post(person, part)
        while person and f[end : end + 1] == "、":
            at = end + 1
            end = person_at(f, at, g, firm=False)
            if end == at or not (EDGE.match(f, end) or f[end] in "等和及"):
                break
            found.add(at, end, "person.role")


def _by_cue(f: str, g: Grammar, found: _Found) -> None:
    """沈一鸣表示; 王女士, 老汪, 戚某; 江黄村的张桂兰; “金融管家”周晓东; 吴建成8万元，戴秋生6万元; 戴秋生兄弟"""
    for m in g.speech.finditer(f):
        who = speaker(f, m.start(), g)
        if who:
            found.add(*who, "person.says")
    for m in g.address.finditer(f):
        if free(f, m.start()) or (f[m.start()] not in g.weak and f[m.start() - 1 : m.start() + 1] not in g.joined):
            found.add(*m.span(), "person.address")
    for m in g.called.finditer(f):
        if free(f, m.start()):
            found.add(*m.span(), "person.address")
    for m in g.familiar.finditer(f):
        start, end = m.span()
        around = {f[start:end], f[start : end + 1], f[end - 1 : end + 1]}
        if (free(f, start) or f[start - 1] in "的和跟") and follows(f, end, g) > (f[start] == "小") and not g.words & around:
            found.add(start, end, "person.address")
    for m in g.of_place.finditer(f):
        at, end = m.end(), name_end(f, m.end(), g, firm=False)
        if end - at == 3 and follows(f, end, g) and plain(f[at:end], g) and g.given.issuperset(f[at + 1 + (f[at - 1] == "的") : end]):
            found.add(at, end, "person.of-place")
    sums = [m for m in _LIST_SUM.finditer(f) if plain(m[1], g)]
    for a, b in pairwise(sums):
        if b.start() - a.end() < 14:
            found.add(*a.span(1), "person.list")
            found.add(*b.span(1), "person.list")
    for m in _AGE.finditer(f):
        for size in (3, 2):
            start = m.start() - size
            if start >= 0 and free(f, start) and HAN_RUN.fullmatch(f, start, m.start()) and plain(f[start : m.start()], g):
                found.add(start, m.start(), "person.age")
    for m in _PAID.finditer(f):  # 向李建国发放贷款
        at, end = m.end(), m.end() + 3
        if name_end(f, at, g, firm=False) == end and plain(f[at:end], g) and g.given.issuperset(f[at + 1 : end]):
            found.add(at, end, "person.paid")
    for m in g.kin.finditer(f):
        start, end = m.start() - 3, m.start()
        name = f[max(start, 0) : end]
        if len(name) == 3 and HAN_RUN.fullmatch(name) and plain(name, g) and name[2] in g.given and (free(f, start) or f[start - 1] in "到由和与对据像如"):
            found.add(start, end, "person.kin")


def _repeats(f: str, g: Grammar, found: _Found) -> None:
    """Full names found once, wherever else they stand; a two-character one only where it can end."""
    names = {re.sub(r"\s", "", f[s.start : s.end]) for s, m in found.persons.items() if m.found_by != "person.address"}
    names = {n for n in names if len(n) > 1 and "某" not in n and n[0] not in "老小" and not g.address.fullmatch(n) and n not in g.words}
    if not names:
        return
    done = -1
    for start, end in sorted(((s, e) for n in names for s, e in occurrences(f, n)), key=lambda s: (s[0], -s[1])):
        if start != done and (end - start > 2 or follows(f, end, g)):
            found.add(start, end, "person.repeat")
            done = start


def _bounded(f: str, end: int, g: Grammar, found: _Found) -> Mention | None:
    """The name that fills the stretch from the last mark to `end`: 陈立群，黄岩区委书记，"""
    for size in (3, 2, 4):
        at = end - size
        if at >= 0 and free(f, at) and f[at] not in g.weak and name_end(f, at, g, firm=False) == end:
            return found.add(at, end, "person.title")
    return None


def _stated_posts(f: str, g: Grammar, titles: Sequence[_Title], found: _Found, pack: Pack, bodies: Spans) -> None:
    """吴祖荫任首任会长; 李良，农行萧山分行行长; 当了三十多年村干部的林金仁; 魏来是粮食集团的干部"""
    ends = {p.span.end: p for p in found.persons.values()}
    by_end = {t.span.end: t for t in titles}
    for t in titles:
        low, end = t.start, t.span.end
        closed = bool(EDGE.match(f, end))
        if closed and f[low - 1 : low] in ("，", "（", "(") and t.body and (f[low - 1] != "，" or f[end : end + 1] in ("，", "。", "；", "\n", "）", ")", "")):
            person = ends.get(low - 1) or _bounded(f, low - 1, g, found)
            if person:
                found.post(person, t)
        elif f[end : end + 1] == "的" and _TOOK.search(f[max(0, low - 14) : low]):
            stop = name_end(f, end + 1, g, firm=False)
            person = found.persons.get(Span(end + 1, stop)) or (found.add(end + 1, stop, "person.title") if stop > end + 1 else None)
            if person:
                found.post(person, t)
    for person in sorted(found.persons.values(), key=lambda m: m.span):
        held = _HOLDS.match(f, person.span.end)
        clause = _CLAUSE.match(f, held.end()) if held else None
        if held and clause:
            stated = by_end.get(clause.end())
            if stated and held.end() <= stated.start:
                found.post(person, stated)
            staff = _STAFF.search(clause[0])
            if staff:
                stop = held.end() + staff.start()
                inner = [m.span for m in bodies.ending_at(stop)]
                body = max(inner, key=len) if inner else Span(left_edge(f, stop, bodies, pack), stop)
                if len(body) > 1 and (inner or _BODY_TAIL.search(f, body.start, stop)):
                    found.post(person, _Title(Span(stop + 1, clause.end()), body, body.start))
        elif _SUCCEEDS.match(f, person.span.end):
            before = bisect_left(titles, person.span.start, key=lambda t: t.span.start) - 1
            t = titles[before]
            if before >= 0 and person.span.start - t.span.start < 40 and "\n" not in f[t.span.end : person.span.start]:
                dated = _DATED.match(f, t.span.start, t.span.end)
                found.post(person, _Title(Span(dated.end() if dated else t.span.start, t.span.end), t.body, t.start))
