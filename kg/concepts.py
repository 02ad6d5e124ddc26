"""The controlled values of gfc:, read from the pack's concepts.tsv, and those minted from a text's wording."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from .model import Metric, digest, local_name
from .pack import Entry, Pack
from .terms import Memo, decimal, text

SCHEME = "scheme"


def labels(entry: Entry) -> tuple[str, str, str]:
    """Chinese label, English label, notation; the last two may be empty."""
    zh, en, notation = ([*entry.note.split("|"), "", "", ""])[:3]
    return zh, en, notation


def factor(entry: Entry) -> tuple[str, str]:
    """What a unit converts to: how many of which base unit (its local name) one of it is; both empty where there is none."""
    number, _, base = ([*entry.note.split("|"), "", "", "", ""])[3].partition(" ")
    return number, base


class Concepts:
    """The concepts of one graph: finds them by word, notes which are used, describes those. `name` spells an identifier."""

    def __init__(self, pack: Pack, metrics: Iterable[Metric], name: Memo) -> None:
        self.spell = name
        self.shipped = {"gfc:" + e.name: e for e in pack.entries("concepts")}
        self.metrics = {m.id: m for m in metrics}
        self.words: dict[tuple[str, str], str] = {}
        for identifier, e in self.shipped.items():
            zh, _, notation = labels(e)
            for word in (notation, zh, *e.aliases):
                self.words.setdefault((e.kind, word), identifier)
        self.used: dict[str, str] = {}  # identifier → term
        self.units: dict[str, str] = {}  # word → term
        self.minted: dict[str, str] = {}  # identifier of a unit → word

    def use(self, identifier: str) -> str:
        """The term of a concept, which is noted as used, with its broader ones and its scheme."""
        term = self.used.get(identifier)
        if term is None:
            if identifier.startswith("gfc:unit_") and identifier not in self.shipped and identifier not in self.minted:
                return self.unit(identifier.removeprefix("gfc:unit_"))  # minted elsewhere, from a word that may ship
            term = self.used[identifier] = self.spell[identifier]
            entry = self.shipped.get(identifier)
            if entry is not None and entry.parent:
                self.use("gfc:" + entry.parent)
            if entry is not None and factor(entry)[1]:
                self.use("gfc:" + factor(entry)[1])
            if kind := self._kind(identifier):
                self.use("gfc:" + kind)
        return term

    def unit(self, word: str) -> str:
        """The term of a unit word; a concept is minted where none ships."""
        term = self.units.get(word)
        if term is None:
            identifier = self.words.get(("unit", word))
            if identifier is None:
                identifier = "gfc:unit_" + (local_name(word) or digest(word))
                self.minted[identifier] = min(word, self.minted.get(identifier, word))  # two words may have one name: the same in every order
            term = self.units[word] = self.use(identifier)
        return term

    def labelled(self, kind: str, word: str) -> str:
        """The term of the concept of a scheme that has this label or alias, "" if there is none."""
        identifier = self.words.get((kind, word))
        return self.use(identifier) if identifier else ""

    def _kind(self, identifier: str) -> str:
        entry = self.shipped.get(identifier)
        if entry is not None:
            return "" if entry.kind == SCHEME else entry.kind
        return "unit" if identifier in self.minted else "metric" if identifier in self.metrics or identifier.startswith("gfc:metric_") else ""

    def nodes(self) -> Iterator[tuple[str, str, list[str]]]:
        """Identifier, term and description of every concept used: labels, notation, broader, scheme; a metric with the wordings of the text."""
        for identifier, term in sorted(self.used.items()):
            entry, metric, word = self.shipped.get(identifier), self.metrics.get(identifier), self.minted.get(identifier, "")
            zh, en, notation = labels(entry) if entry else (metric.label if metric else word or identifier.partition(":")[2], "", word)
            lines = ["a skos:ConceptScheme" if entry and entry.kind == SCHEME else "a skos:Concept"]
            lines += [f"skos:prefLabel {text(words, tag)}" for words, tag in ((zh, "@zh"), (en, "@en")) if words]
            wordings = {metric.label, *metric.aliases} - {zh} if metric else set()
            lines += [f"skos:altLabel {text(words, '@zh')}" for words in sorted(wordings)]
            if notation:
                lines.append(f"skos:notation {text(notation)}")
            if entry and factor(entry)[1]:
                number, base = factor(entry)
                lines += [f"gf:factor {decimal(Decimal(number))}", f"gf:baseUnit gfc:{base}"]
            if entry and entry.parent:
                lines.append(f"skos:broader gfc:{entry.parent}")
            if kind := self._kind(identifier):
                lines.append(f"skos:inScheme gfc:{kind}")
            yield identifier, term, lines
