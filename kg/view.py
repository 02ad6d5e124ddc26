"""What every view of a graph shares: names in two languages, and where a fact is said.

The page, the graph files and the tables are three views of one `Graph`. This module gives them the same words for
kinds, roles and concepts, and the same sentence, title, file and offset for a fact.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from . import pack
from .model import Article, Entity, Evidence, Fact, Graph, Mention, Quantity, SourceFile, Span, TimeRef, decimal_text

BASE = "https://w3id.org/gongfu-kg/id/"  # of instances; not registered yet

Name = tuple[str, str]  # Chinese, English

KINDS: dict[str, Name] = {
    "Bank": ("银行", "Bank"),
    "Branch": ("分支行", "Branch"),
    "Insurer": ("保险机构", "Insurer"),
    "Guarantor": ("担保机构", "Guarantor"),
    "FinancialInstitution": ("金融机构", "Financial institution"),
    "Company": ("企业", "Company"),
    "PublicBody": ("党政机关", "Public body"),
    "OtherOrganization": ("其他组织", "Other organisation"),
    "Person": ("人物", "Person"),
    "Group": ("群体", "Group"),
    "Project": ("项目", "Project"),
    "Programme": ("政策行动", "Programme"),
    "FinancialProduct": ("金融产品", "Financial product"),
    "Workshop": ("工坊", "Workshop"),
    "Facility": ("场所设施", "Facility"),
    "Document": ("文件", "Document"),
    "Village": ("村", "Village"),
    "Township": ("乡镇街道", "Township"),
    "County": ("县市区", "County"),
    "Prefecture": ("地级市", "Prefecture"),
    "Province": ("省", "Province"),
    "Country": ("国家", "Country"),
}

FACTS: dict[str, Name] = {
    "FinancingEvent": ("融资", "Financing"),
    "Observation": ("指标", "Observation"),
    "AgreementEvent": ("协议", "Agreement"),
    "Tenure": ("任职", "Tenure"),
    "Claim": ("关系", "Relation"),
}

# Properties of the contract, by local name: predicates of claims first, then the roles of n-ary facts.
PROPERTIES: dict[str, Name] = {
    "unitOf": ("隶属", "unit of"),
    "locatedIn": ("位于", "located in"),
    "participatesIn": ("参与", "participates in"),
    "underProgramme": ("属于", "under programme"),
    "subProgrammeOf": ("子行动", "sub-programme of"),
    "productLine": ("产品系列", "product line"),
    "offers": ("推出", "offers"),
    "undertakes": ("实施", "undertakes"),
    "supports": ("支持", "supports"),
    "finances": ("资助", "finances"),
    "cooperatesWith": ("合作", "cooperates with"),
    "issues": ("发布", "issues"),
    "financier": ("资金方", "financier"),
    "recipient": ("受资方", "recipient"),
    "purpose": ("用途", "purpose"),
    "product": ("产品", "product"),
    "amount": ("数额", "amount"),
    "instrument": ("方式", "instrument"),
    "stage": ("阶段", "stage"),
    "aggregation": ("口径", "aggregation"),
    "interestRate": ("利率", "interest rate"),
    "term": ("期限", "term"),
    "collateral": ("抵质押物", "collateral"),
    "guarantor": ("担保方", "guarantor"),
    "count": ("笔数或户数", "count"),
    "partOfTotal": ("包含于", "part of total"),
    "underAgreement": ("依据协议", "under agreement"),
    "about": ("对象", "about"),
    "metric": ("指标", "metric"),
    "per": ("每", "per"),
    "comparedWith": ("比较基准", "compared with"),
    "party": ("签约方", "party"),
    "document": ("文件", "document"),
    "member": ("人员", "person"),
    "organization": ("任职机构", "organisation"),
    "atDivision": ("任职地", "at division"),
    "title": ("职务", "title"),
    "status": ("状态", "status"),
    "review": ("人工复核", "review"),
    "distinctFrom": ("并非同一", "distinct from"),
    "subject": ("主体", "subject"),
    "predicate": ("关系", "predicate"),
    "object": ("客体", "object"),
    # relations that only the collapsed views have
    "financing": ("融资", "financing"),
    "agreement": ("签约", "agreement"),
    "tenure": ("任职", "tenure"),
    "signs": ("签署", "signs"),
    "guarantees": ("担保", "guarantees"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A mention inside a quote: half-open code points of `Quote.text`, and the entity it refers to ("" = none)."""

    start: int
    end: int
    kind: str
    entity: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """One passage of an evidence: its clean text, its marks and its raw places (first printing, then copies)."""

    text: str
    article: Article
    marks: tuple[Mark, ...]
    places: tuple[tuple[int, int], ...]
    copies: tuple[int, ...] = ()
    page: int = 0  # of a PDF, from 1

    @property
    def offset(self) -> int:
        """Where the passage begins in the decoded raw file, in code points."""
        return self.places[0][0] if self.places else 0


@dataclass(frozen=True, slots=True)
class View:
    """A graph with the indexes that all views need."""

    graph: Graph = field(repr=False)
    entities: Mapping[str, Entity] = field(repr=False)
    facts: Mapping[str, Fact] = field(repr=False)
    articles: Mapping[str, Article] = field(repr=False)
    sources: Mapping[str, SourceFile] = field(repr=False)
    referents: Mapping[tuple[str, Span], str] = field(repr=False)  # article and span of a mention → entity id
    concepts: Mapping[str, Name] = field(repr=False)
    titles: Mapping[str, str] = field(repr=False)  # of articles
    relations: Mapping[str, Name] = field(repr=False)  # of packs, by id

    def name(self, value: str, language: int = 0) -> str:
        """The words for a role's value: an entity, a fact, a concept, a property or a plain string. language: 0 zh, 1 en."""
        if value in self.entities:
            return self.entities[value].label
        if value in self.facts:
            return fact_title(self, self.facts[value], language)
        if value in self.relations:
            return self.relations[value][language]
        prefix, colon, local = value.partition(":")
        if colon and prefix == "gfc":
            return self.concepts.get(local, (local, local))[language]
        if colon and prefix in ("gf", "org", "rdf"):
            return PROPERTIES.get(local, (local, local))[language]
        return value

    def names(self, fact: Fact, role: str, language: int = 0) -> str:
        """All values of a role, joined by 、 (zh) or a comma."""
        return ("、", ", ")[language].join(self.name(v, language) for v in fact.role(role))

    def quotes(self, evidence: Evidence) -> Iterator[Quote]:
        """The passages of an evidence, in reading order."""
        article = self.articles[evidence.article]
        file = self.sources[article.path]
        source = file.text
        for span in sorted(evidence.passages):
            low = span.start + len(article.at(span)) - len(article.at(span).lstrip())
            clean = Span(low, low + len(article.at(span).strip()))
            marks = (
                Mark(m.span.start - clean.start, m.span.end - clean.start, m.kind, self.referents.get((m.article, m.span), ""))
                for m in evidence.mentions
                if m.article == article.id and clean.covers(m.span)
            )
            segments = [(s.start, s.end) for s in article.segments(clean, source)]
            copies = [c.runs for c in article.copies if c.span.covers(clean)]
            seconds = [article.segments(clean, source, runs) for runs in copies]
            yield Quote(
                article.at(clean),
                article,
                tuple(sorted(marks, key=lambda m: (m.start, -m.end, m.kind))),
                tuple(segments),
                tuple(s[0].start for s in seconds if s),
                file.page(segments[0][0]) if segments else 0,
            )

    def first_quote(self, fact: Fact) -> Quote | None:
        """The sentence that says it: the passage of the first evidence that states its number, else the one with most of its mentions."""
        if not fact.evidence:
            return None
        quotes = self.quotes(fact.evidence[0])
        return max(quotes, key=lambda q: (any(m.kind == "Quantity" for m in q.marks), len(q.marks)), default=None)


def aside_quotes(v: View) -> list[Quote | None]:
    """For each number set aside, in order, the sentence it stands in."""
    sentences: dict[str, list[Span]] = {}
    out: list[Quote | None] = []
    for aside in v.graph.asides:
        mention = aside.amount.mention
        article = v.articles[mention.article]
        spans = sentences.get(article.id)
        if spans is None:
            spans = sentences[article.id] = [s.span for s in article.sentences()]
        at = bisect_right(spans, mention.span.start, key=lambda s: s.start) - 1
        found = spans[at] if at >= 0 and spans[at].covers(mention.span) else mention.span
        out.append(next(v.quotes(Evidence(article.id, (found,), (mention,))), None))
    return out


def view(graph: Graph) -> View:
    """Index a graph."""
    concepts = {e.name: _note_names(e.name, e.note) for e in pack.load().entries("concepts")}
    for metric in graph.metrics:
        local = metric.id.removeprefix("gfc:")
        concepts.setdefault(local, (metric.label, metric.label))
    return View(
        graph,
        {e.id: e for e in graph.entities},
        {f.id: f for f in graph.facts},
        {a.id: a for a in graph.articles},
        {s.path: s for s in graph.sources},
        {(x.mention.article, x.mention.span): x.entity for x in graph.links},
        concepts,
        {a.id: a.title for a in graph.articles},
        {p.id: (p.label, p.english) for p in graph.predicates},
    )


def _note_names(local: str, note: str) -> Name:
    """The labels in a concept's note: `zh label|en label|notation`; what is missing falls back."""
    zh, en = ([*note.split("|"), ""])[:2]
    return zh or local, en or zh or local


def local(value: str) -> str:
    """
    >>> local("gfc:loan"), local("行长")
    ('loan', '行长')
    """
    return value.split(":", 1)[1] if re.match(r"(?:gfc?|org|rdf):", value) else value


def fact_title(v: View, fact: Fact, language: int = 0) -> str:
    """A short name for a fact: 贷款 4.6亿元, 行长, 隶属 …"""
    if fact.kind == "Claim":
        return v.names(fact, "predicate", language)
    if fact.kind == "Tenure":
        return v.names(fact, "title", language) or FACTS["Tenure"][language]
    words = v.names(fact, "metric" if fact.kind == "Observation" else "instrument", language) or FACTS.get(fact.kind, (fact.kind,) * 2)[language]
    amount = fact.amount()
    return f"{words} {amount.quantity.verbatim}" if amount else words


def sum_words(quantity: Quantity) -> str:
    """A quantity with its bounds spelled out, in 亿 or 万 where the number is large.

    >>> from decimal import Decimal as D
    >>> sum_words(Quantity(D(200000000000), D(200000000000), None, currency="CNY", bound="atLeast"))
    '≥ 2000亿元'
    >>> sum_words(Quantity(D(30), D(30), D(40), unit="名", bound="someOver"))
    '30–40名'
    """
    unit = {"CNY": "元", "USD": "美元", "HKD": "港元", "EUR": "欧元", "JPY": "日元"}.get(quantity.currency, quantity.currency) or quantity.unit
    low, high = quantity.low, quantity.high

    def words(n: Decimal) -> str:
        for size, word in ((Decimal(10**8), "亿"), (Decimal(10**4), "万")):
            if abs(n) >= size and unit not in ("%", "‰"):
                return decimal_text(n / size) + word
        return decimal_text(n)

    if low is not None and high is not None:
        return (words(low) if low == high else f"{words(low)}–{words(high)}") + unit
    if low is not None:
        return f"{'>' if quantity.bound == 'moreThan' else '≥'} {words(low)}{unit}"
    if high is not None:
        return f"{'<' if quantity.bound == 'lessThan' else '≤'} {words(high)}{unit}"
    return f"≈ {words(quantity.value)}{unit}"


def when(time: TimeRef | None) -> str:
    """The days of a time, as written in a table: 2022-11-30, 2022-01-01/2022-03-31, or "".

    >>> from datetime import date
    >>> when(TimeRef("今年", date(2022, 1, 1), date(2022, 12, 31)))
    '2022-01-01/2022-12-31'
    """
    if time is None or time.start is None:
        return ""
    first, last = time.start.isoformat(), (time.end or time.start).isoformat()
    return first if first == last else f"{first}/{last}"


_ILLEGAL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")


def clean(text: str) -> str:
    """Text that every XML, CSV and spreadsheet reader takes: runs of control characters, line breaks and lone surrogates become a space.

    >>> clean("a\\x0bb\\nc")
    'a b c'
    """
    return _ILLEGAL.sub(" ", text)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def mention_place(v: View, mention: Mention) -> tuple[Article, int]:
    """The article of a mention and where it begins in the raw file."""
    article = v.articles[mention.article]
    segments = article.segments(mention.span, v.sources[article.path].text)
    return article, segments[0].start if segments else 0
