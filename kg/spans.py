"""Passages and mentions of a graph: which there are, what they are called, where they stand in the files."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from .model import Amount, Article, Aside, Fact, Graph, Mention, Quantity, Span, digest
from .terms import Memo, line, text

Place = tuple[str, int, int]  # article, start, end, in its clean text
_COPY = re.compile(r"_copy\d+$")
Raw = tuple[int, int]  # start, end of a segment, in the file


def article_name(identifier: str) -> str:
    """
    >>> article_name("323fb5fcf1"), article_name("a_323fb5fcf1")
    ('source:a_323fb5fcf1', 'source:a_323fb5fcf1')
    """
    return "source:" + (identifier if identifier.startswith("a_") else "a_" + identifier)


def _same(a: Quantity, b: Quantity) -> bool:
    return (a.value, a.low, a.high, a.unit, a.currency) == (b.value, b.low, b.high, b.unit, b.currency)


class _Mention:
    """A place that is written: its term, the term of its passage ("" = in none), the terms of what it refers to."""

    __slots__ = ("name", "passage", "refers")

    def __init__(self, name: str, passage: str) -> None:
        self.name, self.passage, self.refers = name, passage, list[str]()


class Spans:
    """The index of one graph's spans; `name` spells an identifier.

    `surfaces`: entity id → the forms that name it, references without a name left out.
    """

    def __init__(self, graph: Graph, name: Memo) -> None:
        self.articles = {a.id: a for a in graph.articles}
        self.sources = {s.path: s.text for s in graph.sources}
        self.sheets = {s.path: s for s in graph.sources if s.pages}
        self.runs = {a.id: [r.start for r in a.runs] for a in graph.articles}
        self.sentences: dict[str, tuple[list[int], list[Place]]] = {}
        self.mentions: dict[Place, _Mention] = {}
        self.passages: dict[Place, str] = {}  # place → its term
        self.trimmed: dict[Place, Place] = {}  # passage with the white space around it → without
        self.surfaces: dict[str, set[str]] = {}
        for link in graph.links:
            self._mention(link.mention, name[link.entity])
            if not link.mention.anaphor:
                self.surfaces.setdefault(link.entity, set()).add(self.articles[link.mention.article].at(link.mention.span))
        for e in graph.entities:
            if e.size and e.size.mention.article in self.articles:
                self._mention(e.size.mention, self.size_name(e.id))
        for aside_name, aside in self.asides(graph):
            self._mention(aside.amount.mention, aside_name)

    def _mention(self, mention: Mention, referent: str = "") -> str:
        span = mention.span
        place = (mention.article, span.start, span.end)
        found = self.mentions.get(place)
        if found is None:
            found = self.mentions[place] = _Mention(_span_name("m", place), self._sentence(place))
        if referent and referent not in found.refers:
            found.refers.append(referent)
        return found.name

    def _sentence(self, place: Place) -> str:
        """The passage that a mention is in, "" if it is in none."""
        article = place[0]
        if article not in self.sentences:
            found = [(article, start, end) for start, end, _ in self.articles[article].passages()]
            self.sentences[article] = ([s[1] for s in found], found)
        starts, found = self.sentences[article]
        number = bisect_right(starts, place[1]) - 1
        if number < 0 or found[number][2] < place[2]:
            return ""
        return self.passages[self._passage(found[number])]

    def _passage(self, whole: Place) -> Place:
        """A passage without the white space around it."""
        place = self.trimmed.get(whole)
        if place is None:
            article, start, end = whole
            words = self.articles[article].text[start:end]
            start += len(words) - len(words.lstrip())
            place = self.trimmed[whole] = (article, start, start + len(words.strip()))
            self.passages[place] = _span_name("p", place)
        return place

    # ------------------------------------------------------------ what facts need

    def quantities(self, fact: Fact) -> list[tuple[str, str, Amount]]:
        """Role, name and amount of each quantity of a fact; none is shared with another fact."""
        out = []
        for number, (role, amount) in enumerate(fact.amounts):
            again = (number,) if any(r == role for r, _ in fact.amounts[:number]) else ()
            out.append((role, "fact:q_" + digest(fact.id, role, *again), amount))
        return sorted(out, key=lambda x: x[:2])

    @staticmethod
    def size_name(entity: str) -> str:
        return "fact:q_" + digest(entity, "size")

    @staticmethod
    def asides(graph: Graph) -> Iterator[tuple[str, Aside]]:
        """Name and value of each quantity set aside, in reading order."""
        for aside in sorted(graph.asides, key=lambda a: (a.amount.mention.article, a.amount.mention.span)):
            m = aside.amount.mention
            yield "fact:q_" + digest("aside", m.article, m.span.start, m.span.end), aside

    def evidence(self, fact: Fact, quantities: list[tuple[str, str, Amount]]) -> list[str]:
        """The passages that a fact rests on, second printings among them, then its mentions."""
        passages: list[str] = []
        mentions: list[str] = []
        for _, name, amount in quantities:
            if amount.mention.article in self.articles:  # of a fact of another slice, only what is said here
                mentions.append(self._mention(amount.mention, name))
        for evidence in fact.evidence:
            for span in evidence.passages:
                place = self._passage((evidence.article, span.start, span.end))
                passages.append(self.passages[place])
                passages += [_span_name("p", place, n) for n, _ in self._copies(place)]
            for m in evidence.mentions:
                said = [name for _, name, a in quantities if isinstance(m.value, Quantity) and _same(m.value, a.quantity)] if quantities else ()
                mentions.append(self._mention(m, said[0] if len(said) == 1 else ""))
        return [*dict.fromkeys(passages), *sorted(set(mentions))]

    def _copies(self, place: Place) -> list[tuple[int, tuple[Raw, ...]]]:
        """Number and raw places of each second printing of a passage."""
        article = self.articles[place[0]]
        if not article.copies:
            return []
        span, source = Span(place[1], place[2]), self.sources.get(article.path, "")
        found = ((n, article.segments(span, source, c.runs)) for n, c in enumerate(article.copies, 1) if c.span.covers(span))
        return [(n, tuple((s.start, s.end) for s in segments)) for n, segments in found if segments]

    def _segments(self, article: Article, start: int, end: int) -> tuple[Raw, ...]:
        """The raw places of a clean span; most stand in one run, which is found at once."""
        number = bisect_right(self.runs[article.id], start) - 1
        if number >= 0:
            run = article.runs[number]
            if end <= run.start + run.length:
                return ((run.raw + start - run.start, run.raw + end - run.start),)
        return tuple((s.start, s.end) for s in article.segments(Span(start, end), self.sources.get(article.path, "")))

    # ------------------------------------------------------------ what is written

    def nodes(self) -> Iterator[tuple[str, list[str], str]]:
        """Subject, lines and article of every passage, mention and segment, in reading order; to be called last."""
        within = _within(self.mentions)
        order = [(a, start, 0, -end) for a, start, end in self.passages] + [(a, start, 1, -end) for a, start, end in self.mentions]
        graph, current = "", ""
        for identifier, start, is_mention, end in sorted(order):
            place = (identifier, start, -end)
            if identifier != current:
                current, graph = identifier, article_name(identifier)
            segments = self._segments(self.articles[identifier], start, -end)
            if not is_mention:
                yield from self._written("gf:Passage", self.passages[place], place, segments, [], graph)
                for copy, printed in self._copies(place):
                    yield from self._written("gf:Passage", _span_name("p", place, copy), place, printed, [], graph)
                continue
            m = self.mentions[place]
            more = [f"gf:inPassage {m.passage}"] if m.passage else []
            if m.refers:
                more.append("gf:refersTo " + " , ".join(sorted(m.refers)))
            if place in within:
                more.append(f"gf:within {self.mentions[within[place]].name}")
            yield from self._written("gf:Mention", m.name, place, segments, more, graph)

    def _written(self, kind: str, name: str, place: Place, segments: tuple[Raw, ...], more: list[str], graph: str) -> Iterator[tuple[str, list[str], str]]:
        article = self.articles[place[0]]
        raw = self.sources.get(article.path, "")
        if kind == "gf:Passage" and segments and article.path in self.sheets:
            more = [f"gf:filePage {self.sheets[article.path].page(segments[0][0])}", *more]
        words = article.text[place[1] : place[2]]
        clean = text(line(words))
        if len(segments) == 1:
            start, end = segments[0]
            quote = raw[start:end]
            told = clean if quote == words and "\n" not in words and "\r" not in words else text(quote)
            lines = [f"a {kind}", f"gf:inArticle {graph}", f"gf:start {start}", f"gf:end {end}", f"gf:exact {clean}", f"gf:quote {told}"]
            yield name, lines + more, graph
            return
        parts = [f"{name.replace(':', ':s', 1)}_{n}" for n in range(1, len(segments) + 1)]
        ends = [f"gf:start {min(s for s, _ in segments)}", f"gf:end {max(e for _, e in segments)}"] if segments else []
        split = ["gf:segment " + " , ".join(parts)] if parts else []
        yield name, [f"a {kind}", f"gf:inArticle {graph}", *ends, f"gf:exact {clean}", *split, *more], graph
        for number, (part, (start, end)) in enumerate(zip(parts, segments, strict=True), 1):
            yield part, ["a gf:Segment", f"gf:index {number}", f"gf:start {start}", f"gf:end {end}", f"gf:quote {text(raw[start:end])}"], graph


def _span_name(letter: str, place: Place, copy: int = 0) -> str:
    """The term of a passage or mention, by its article and its place in the clean text.

    >>> _span_name("m", ("a_323fb5fcf1", 4, 10)), _span_name("p", ("323fb5fcf1", 0, 9), 1)
    ('source:m_323fb5fcf1_4_10', 'source:p_323fb5fcf1_0_9_copy1')
    """
    return f"source:{letter}_{place[0].removeprefix('a_')}_{place[1]}_{place[2]}" + (f"_copy{copy}" if copy else "")


def span_article(term: str) -> str:
    """The term of the article that a passage or mention is of.

    >>> span_article("source:m_323fb5fcf1_4_10"), span_article("source:p_323fb5fcf1_0_9_copy1")
    ('source:a_323fb5fcf1', 'source:a_323fb5fcf1')
    """
    return article_name(_COPY.sub("", term)[len("source:m_") :].rsplit("_", 2)[0])


def _within(mentions: Iterable[Place]) -> dict[Place, Place]:
    """The nearest longer mention around each mention that has one."""
    out: dict[Place, Place] = {}
    around: list[Place] = []
    for place in sorted(mentions, key=lambda m: (m[0], m[1], -m[2])):
        while around and (around[-1][0] != place[0] or around[-1][2] < place[2]):
            around.pop()
        if around:
            out[place] = around[-1]
        around.append(place)
    return out
