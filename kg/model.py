"""The nouns: frozen values that every stage takes and returns.

Offsets are half-open code points. An `Article` has its own clean text; every clean character maps back to the raw
file through `Article.runs`. A `Mention` carries no text: its text is read from its article, so it cannot be invented.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache

DIVISION_KINDS = ("Country", "Province", "Prefecture", "County", "Township", "Village")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range of code points."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def covers(self, other: Span) -> bool:
        """
        >>> Span(0, 4).covers(Span(1, 3)), Span(1, 3).covers(Span(1, 4))
        (True, False)
        """
        return self.start <= other.start and other.end <= self.end

    def meets(self, other: Span) -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True, order=True)
class Run:
    """A stretch of clean text that stands unbroken in the raw file: clean[start:start+length] is at raw[raw:raw+length]."""

    start: int
    raw: int
    length: int


@dataclass(frozen=True, slots=True, order=True)
class Block:
    """One paragraph-like part of an article. kind: title, byline, heading, body, caption, credit or header."""

    kind: str
    span: Span


@dataclass(frozen=True, slots=True, order=True)
class Copy:
    """A second printing of clean[span]: the same characters again, elsewhere in the raw file (runs are in clean offsets)."""

    span: Span
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """One raw piece of a passage or mention: raw[start:end]."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One input file. `text` is the decoded file, byte-order mark removed, newlines untouched; of a file that is no plain text,
    the text extracted from it. `kept`: where that is kept beside the graph, "" for plain text. `pages`: where the pages of a PDF begin.
    """

    path: str  # relative, POSIX
    sha256: str
    encoding: str
    text: str = field(repr=False)
    kept: str = ""
    pages: tuple[int, ...] = field(default=(), repr=False)

    def page(self, offset: int) -> int:
        """The number of the PDF page that a character of the text stands on, from 1; 0 in what is no PDF.

        >>> SourceFile("a.pdf", "", "utf-8", "一页\\n二页\\n", pages=(0, 3)).page(4)
        2
        """
        return bisect_right(self.pages, offset)


@dataclass(frozen=True, slots=True)
class Meta:
    """What is known of a document from outside its text (meta.csv, --date, file name)."""

    date: date | None = None
    paper: str = ""
    page: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a document that is read by itself, a message of a chat say, with what is known of it."""

    span: Span
    meta: Meta = Meta()


@dataclass(frozen=True, slots=True)
class Document:
    """The input of `extract`: a source file and what is known about it. Where there are `parts`, only these are read."""

    source: SourceFile
    meta: Meta = Meta()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """One article. `text` holds its blocks, joined by single line feeds; nothing else contains a line feed."""

    id: str
    path: str
    text: str = field(repr=False)
    blocks: tuple[Block, ...] = field(repr=False)
    runs: tuple[Run, ...] = field(repr=False)
    byline: tuple[Span, ...] = ()  # spans of the reporters' names in `text`
    copies: tuple[Copy, ...] = field(default=(), repr=False)
    issued: TimeRef | None = None  # issue date: stated on the page, or given by meta
    anchor: TimeRef | None = None  # what 今年 and 去年 are counted from: issued, or inferred and marked so
    meta: Meta = Meta()
    folded: str = field(default="", repr=False)  # `text` for matching: same length, widths and characters folded
    prints: tuple[int, ...] = field(default=(), repr=False)  # its fingerprint, by which reprints are found
    reprint_of: str = ""  # the article that it reprints (of an earlier day, or file), known once the documents are merged

    @property
    def title(self) -> str:
        """The title lines joined by spaces."""
        return " ".join(self.text[b.span.start : b.span.end] for b in self.blocks if b.kind == "title")

    def at(self, span: Span) -> str:
        """The text of a span, as written."""
        return self.text[span.start : span.end]

    def segments(self, span: Span, source: str, runs: tuple[Run, ...] | None = None) -> tuple[Segment, ...]:
        """The raw places of a clean span, in reading order; pieces parted by one line break at most are one segment.

        `source` is the raw text; `runs` the map to use (that of a `Copy`, say), this article's own by default.
        """
        runs = self.runs if runs is None else runs
        out: list[Segment] = []
        first = max(bisect_right(runs, span.start, key=lambda r: r.start) - 1, 0)
        for run in runs[first:]:
            if run.start >= span.end:
                break
            low, high = max(span.start, run.start), min(span.end, run.start + run.length)
            if low >= high:
                continue
            piece = Segment(run.raw + low - run.start, run.raw + high - run.start)
            gap = source[out[-1].end : piece.start] if out and out[-1].end <= piece.start else "x"
            if out and not gap.strip() and gap.count("\n") <= 1:
                out[-1] = Segment(out[-1].start, piece.end)
            else:
                out.append(piece)
        return tuple(out)

    def sentences(self) -> Iterator[Sentence]:
        """The passages: sentences of body, caption and credit blocks; title, heading and byline blocks whole."""
        for start, end, number in self.passages():
            yield Sentence(self.id, Span(start, end), number, self.blocks[number].kind)

    def passages(self) -> Iterator[tuple[int, int, int]]:
        """Start, end and number of the block of each passage."""
        for number, block in enumerate(self.blocks):
            start, end = block.span.start, block.span.end
            if block.kind not in ("title", "heading", "byline", "header"):
                for m in SENTENCE_END.finditer(self.text, start, end):
                    for cut in _cuts(self.text, start, m.end()):
                        yield start, cut, number
                        start = cut
                if not self.text[start:end].strip():
                    continue
            for cut in _cuts(self.text, start, end):
                yield start, cut, number
                start = cut


SENTENCE_END = re.compile(r"[。！？!?]+[”’」』）)]*")
LONGEST_SENTENCE = 600  # what goes on without an end is read in pieces: what is said in one sentence is looked for within it
_CLAUSE_MARKS = "；;，,：:、 "


def _cuts(text: str, start: int, end: int) -> Iterator[int]:
    """The ends of the pieces of a sentence: its own, and those behind a clause mark where it is longer than any sentence is."""
    while end - start > LONGEST_SENTENCE:
        low, high = start + LONGEST_SENTENCE // 2, start + LONGEST_SENTENCE
        start = next((at for mark in _CLAUSE_MARKS if (at := text.rfind(mark, low, high) + 1)), high)
        yield start
    yield end


@dataclass(frozen=True, slots=True, order=True)
class Sentence:
    """A passage: one sentence of one block (`block` is its number in the article)."""

    article: str
    span: Span
    block: int
    kind: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as stated. Base units: 48.7亿元 is 4870000000 with currency CNY.

    `low` and `high` are inclusive bounds, None = unbounded; exact: low = value = high, bound None. `unit` is the text's
    unit word ("亩", "户", "%", "百分点", "人次"), `currency` an ISO code; exactly one of them is set. `bound` is a local
    name of gfc: nearly about someOver moreThan atLeast lessThan atMost range. `verbatim` is number, hedge and unit as written.
    """

    value: Decimal
    low: Decimal | None
    high: Decimal | None
    unit: str = ""
    currency: str = ""
    bound: str = ""
    verbatim: str = ""


@dataclass(frozen=True, slots=True)
class TimeRef:
    """When: whole days. basis: timeStated timeRelative timeInferred timeUnknown; role: asOf within throughout."""

    text: str
    start: date | None = None
    end: date | None = None
    basis: str = "timeUnknown"
    role: str = "within"


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in an article's clean text that names something or states a quantity or a time.

    kind: a class of the ontology (Bank, Branch, …, Village), or Quantity, Time. `value` for the last two. `found_by`
    names the rule. `anaphor` marks 该行, 当地, 双方 and the like: a reference without a name.
    """

    article: str
    span: Span
    kind: str
    found_by: str
    value: Quantity | TimeRef | None = None
    anaphor: bool = False

    def __hash__(self) -> int:  # mentions are keys of most tables, and few have one span
        span = self.span
        return span.start << 8 ^ span.end


@dataclass(frozen=True, slots=True)
class Link:
    """A mention and the entity it refers to (`Entity.id`)."""

    mention: Mention
    entity: str


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing. `id` is the IRI's local part with its space: agent/… place/… thing/…

    `parent`: for a division, the id of the register's next higher one. `code`: 12-digit code. `size`: of a Group.
    `apart`: ids of things of a like name that a person told from it.
    """

    id: str
    kind: str
    label: str
    aliases: tuple[str, ...] = ()
    parent: str = ""
    code: str = ""
    size: Amount | None = None
    apart: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity in a role, with the mention that states it."""

    quantity: Quantity
    mention: Mention


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a fact rests on: passages (sentences) and mentions of one article."""

    article: str
    passages: tuple[Span, ...]
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """What the text asserts.

    kind: FinancingEvent, Observation, AgreementEvent, Tenure or Claim. `roles` are sorted (property, value) pairs: the
    local name of the contract's property and an entity id, a fact id, a concept (`gfc:loan`), a property (`gf:offers`,
    as predicate of a Claim) or a plain string (title). `amounts`: property (amount, interestRate, term, count) and quantity.
    `review`: what a person did who read the sentence, confirmed or corrected; "" = nobody did.
    """

    id: str
    kind: str
    roles: tuple[tuple[str, str], ...]
    amounts: tuple[tuple[str, Amount], ...] = ()
    time: TimeRef | None = None
    status: str = "reported"
    evidence: tuple[Evidence, ...] = ()
    confidence: float = 0.9
    found_by: str = ""
    review: str = ""

    def role(self, name: str) -> tuple[str, ...]:
        """All values of one role."""
        return tuple(v for k, v in self.roles if k == name)

    def amount(self, name: str = "amount") -> Amount | None:
        return next((a for k, a in self.amounts if k == name), None)


@dataclass(frozen=True, slots=True)
class Aside:
    """A quantity that no fact uses, with the reason (a concept local name, asideDuration say); "" = unexplained. `review`: as of a fact."""

    amount: Amount
    reason: str
    review: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric concept: id `gfc:deposits` (shipped) or `gfc:metric_…` (minted from the text's wording)."""

    id: str
    label: str
    aliases: tuple[str, ...] = ()


# The relations of the vocabulary: what a Claim's predicate may be. A pack may declare more (Predicate).
RELATIONS = tuple(
    "org:unitOf gf:locatedIn gf:participatesIn gf:underProgramme gf:subProgrammeOf gf:productLine gf:offers gf:undertakes"
    " gf:supports gf:finances gf:cooperatesWith gf:issues".split()
)


@dataclass(frozen=True, slots=True)
class Predicate:
    """A relation that a pack declares. `id`: prefix and local name (`ew:pairedWith`); `namespace`: the IRI of the prefix.

    `parent`: the relation it is a kind of, whose triple and Claim are written too. `subject`, `object`: the kinds of its
    ends, "" = any. `both`: it holds in both directions.
    """

    id: str
    namespace: str
    label: str
    english: str
    meaning: str = ""
    meaning_english: str = ""
    parent: str = ""
    subject: str = ""
    object: str = ""
    both: bool = False


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What one document says; the output of `extract`, the input of `merge`."""

    source: SourceFile
    articles: tuple[Article, ...] = ()
    links: tuple[Link, ...] = ()
    entities: tuple[Entity, ...] = ()
    facts: tuple[Fact, ...] = ()
    asides: tuple[Aside, ...] = ()
    metrics: tuple[Metric, ...] = ()
    predicates: tuple[Predicate, ...] = ()


@dataclass(frozen=True, slots=True)
class Graph:
    """The merged whole: sorted, each id once."""

    sources: tuple[SourceFile, ...]
    articles: tuple[Article, ...]
    links: tuple[Link, ...]
    entities: tuple[Entity, ...]
    facts: tuple[Fact, ...]
    asides: tuple[Aside, ...]
    metrics: tuple[Metric, ...]
    predicates: tuple[Predicate, ...] = ()  # those of packs that its claims use


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a merged graph that can be written alone: all slices together say what the graph says, and nothing else.

    `graph` is closed: it holds whatever its facts and links name (entities and their ancestors, other facts, the articles of
    the numbers in them), so neighbouring slices repeat some values, always in the same words. A fact that several slices say has
    in each the evidence of that slice's articles only: no slice grows with the number of times a thing is said elsewhere.
    The articles (with their links and asides), entities and facts named here belong to this slice and to no other.
    """

    graph: Graph
    articles: frozenset[str]
    entities: frozenset[str]
    facts: frozenset[str]


def digest(*parts: object, length: int = 10) -> str:
    """A stable short hash of the parts.

    >>> digest("a", 1) == digest("a", 1), len(digest("x"))
    (True, 10)
    """
    return hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")).hexdigest()[:length]


_DROPPED = re.compile(r"[\s“”\"'‘’「」『』《》〈〉【】\[\]（）()<>{}|\\^`#?？!！,，;；:：、/%&=*@~。]")


_JOINTS = re.compile(r"[+—–\-·•＋]+")


@lru_cache(maxsize=4096)  # the same few names are asked for again and again
def local_name(text: str) -> str:
    """A name as the local part of an IRI: NFC, white space, quotes and brackets removed, + — · as underscores.

    >>> local_name("艾鑫“共富工坊”"), local_name("e抵+余值信用")
    ('艾鑫共富工坊', 'e抵_余值信用')
    """
    text = unicodedata.normalize("NFC", text)
    return _JOINTS.sub("_", _DROPPED.sub("", text)).strip("._")


def decimal_text(number: Decimal) -> str:
    """The one spelling of a number.

    >>> decimal_text(Decimal("48.7") * 100000000)
    '4870000000'
    """
    return format(number.normalize(), "f")


def fact_id(kind: str, roles: Iterable[tuple[str, str]], amounts: Iterable[tuple[str, Amount]], time: TimeRef | None, status: str, scope: str = "") -> str:
    """The id of a fact: a hash of what it says. `scope` (the article) is given where fewer than two parties are known."""
    sums = []
    for k, a in sorted(amounts, key=lambda x: x[0]):
        q = a.quantity
        value = decimal_text(q.value)
        low, high = (value if x == q.value else decimal_text(x) if x is not None else "" for x in (q.low, q.high))
        sums.append((k, value, low, high, q.unit, q.currency))
    days = (time.start, time.end) if time else ()
    return "fact/f_" + digest(kind, sorted(roles), sums, days, status, scope)
