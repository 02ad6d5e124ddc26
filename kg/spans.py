"""Passages and mentions of a graph: which there are, what they are called, where they stand in the files."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from .model import Amount, Article, Aside, Fact, Graph, Mention, Quantity, Segment, Sentence, Span, digest

Value = str | tuple[str, str]
Pairs = tuple[tuple[str, Value], ...]
Place = tuple[str, int, int]  # article, start, end, in its clean text


def article_name(identifier: str) -> str:
    """
    >>> article_name("323fb5fcf1"), article_name("a_323fb5fcf1")
    ('source:a_323fb5fcf1', 'source:a_323fb5fcf1')
    """
    return "source:" + (identifier if identifier.startswith("a_") else "a_" + identifier)


def _same(a: Quantity, b: Quantity) -> bool:
    return (a.value, a.low, a.high, a.unit, a.currency) == (b.value, b.low, b.high, b.unit, b.currency)


class Spans:
    """The index of one graph's spans. `surfaces`: entity id → the forms that name it, references without a name left out."""

    def __init__(self, graph: Graph) -> None:
        self.articles = {a.id: a for a in graph.articles}
        self.sources = {s.path: s.text for s in graph.sources}
        self.sentences: dict[str, tuple[list[int], list[Sentence]]] = {}
        self.mentions: dict[Place, set[str]] = {}  # place → what it refers to
        self.passages: dict[Place, None] = {}
        self.surfaces: dict[str, set[str]] = {}
        for link in graph.links:
            self._mention(link.mention, link.entity.replace("/", ":", 1))
            if not link.mention.anaphor:
                self.surfaces.setdefault(link.entity, set()).add(self.articles[link.mention.article].at(link.mention.span))
        for e in graph.entities:
            if e.size:
                self._mention(e.size.mention, self.size_name(e.id))
        for name, aside in self.asides(graph):
            self._mention(aside.amount.mention, name)

    def _mention(self, mention: Mention, referent: str = "") -> str:
        place = (mention.article, mention.span.start, mention.span.end)
        refers = self.mentions.get(place)
        if refers is None:
            refers = self.mentions[place] = set()
            self._sentence(place)
        if referent:
            refers.add(referent)
        return "source:m_" + digest(*place)

    def _sentence(self, place: Place) -> Place | None:
        """The passage that a mention is in."""
        article = place[0]
        if article not in self.sentences:
            found = list(self.articles[article].sentences())
            self.sentences[article] = ([s.span.start for s in found], found)
        starts, found = self.sentences[article]
        number = bisect_right(starts, place[1]) - 1
        if number < 0 or found[number].span.end < place[2]:
            return None
        return self._passage(article, found[number].span)

    def _passage(self, article: str, span: Span) -> Place:
        """A passage without the white space around it."""
        text = self.articles[article].at(span)
        start = span.start + len(text) - len(text.lstrip())
        place = (article, start, start + len(text.strip()))
        self.passages[place] = None
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

    def evidence(self, fact: Fact) -> list[str]:
        """The passages that a fact rests on, second printings among them, then its mentions."""
        passages: list[str] = []
        mentions: list[str] = []
        quantities = self.quantities(fact)
        for _, name, amount in quantities:
            mentions.append(self._mention(amount.mention, name))
        for evidence in fact.evidence:
            for span in evidence.passages:
                place = self._passage(evidence.article, span)
                passages.append(_passage_name(place))
                passages += [_passage_name(place, n) for n, _ in self._copies(place)]
            for m in evidence.mentions:
                said = [name for _, name, a in quantities if isinstance(m.value, Quantity) and _same(m.value, a.quantity)]
                mentions.append(self._mention(m, said[0] if len(said) == 1 else ""))
        return [*dict.fromkeys(passages), *sorted(set(mentions))]

    def _copies(self, place: Place) -> list[tuple[int, tuple[Segment, ...]]]:
        """Number and raw places of each second printing of a passage."""
        article = self.articles[place[0]]
        span = Span(place[1], place[2])
        return [(n, self._segments(article, span, n)) for n, c in enumerate(article.copies, 1) if c.span.covers(span) and self._segments(article, span, n)]

    def _segments(self, article: Article, span: Span, copy: int = 0) -> tuple[Segment, ...]:
        return article.segments(span, self.sources.get(article.path, ""), article.copies[copy - 1].runs if copy else None)

    # ------------------------------------------------------------ what is written

    def nodes(self) -> Iterator[tuple[str, Pairs, str]]:
        """Subject, statements and article of every passage, mention and segment, in reading order; to be called last."""
        within = _within(self.mentions)
        everything = [(p, 0) for p in self.passages] + [(m, 1) for m in self.mentions]
        for place, is_mention in sorted(everything, key=lambda x: (x[0][0], x[0][1], x[1], -x[0][2])):
            article = self.articles[place[0]]
            graph = article_name(article.id)
            if not is_mention:
                for copy, segments in [(0, self._segments(article, Span(*place[1:]))), *self._copies(place)]:
                    yield from self._written("gf:Passage", _passage_name(place, copy), place, segments, (), graph)
                continue
            passage = self._sentence(place)
            more: list[tuple[str, Value]] = [("gf:inPassage", _passage_name(passage))] if passage else []
            more += [("gf:refersTo", name) for name in sorted(self.mentions[place])]
            if place in within:
                more.append(("gf:within", "source:m_" + digest(*within[place])))
            yield from self._written("gf:Mention", "source:m_" + digest(*place), place, self._segments(article, Span(*place[1:])), more, graph)

    def _written(
        self, kind: str, name: str, place: Place, segments: tuple[Segment, ...], more: Iterable[tuple[str, Value]], graph: str
    ) -> Iterator[tuple[str, Pairs, str]]:
        article = self.articles[place[0]]
        raw = self.sources.get(article.path, "")
        pairs: list[tuple[str, Value]] = [("rdf:type", kind), ("gf:inArticle", graph)]
        if segments:
            pairs.append(("gf:start", (str(min(s.start for s in segments)), "xsd:integer")))
            pairs.append(("gf:end", (str(max(s.end for s in segments)), "xsd:integer")))
        pairs.append(("gf:exact", (article.text[place[1] : place[2]].replace("\n", " "), "")))
        if len(segments) == 1:
            pairs.append(("gf:quote", (raw[segments[0].start : segments[0].end], "")))
        parts = ["source:s_" + digest(name, n) for n in range(1, len(segments) + 1)] if len(segments) > 1 else []
        yield name, (*pairs, *(("gf:segment", part) for part in parts), *more), graph
        for number, (part, s) in enumerate(zip(parts, segments, strict=False), 1):
            yield (
                part,
                (
                    ("rdf:type", "gf:Segment"),
                    ("gf:index", (str(number), "xsd:integer")),
                    ("gf:start", (str(s.start), "xsd:integer")),
                    ("gf:end", (str(s.end), "xsd:integer")),
                    ("gf:quote", (raw[s.start : s.end], "")),
                ),
                graph,
            )


def _passage_name(place: Place, copy: int = 0) -> str:
    return "source:p_" + digest(*place, *((copy,) if copy else ()))


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
