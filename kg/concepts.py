"""The controlled values of gfc:, read from the pack's concepts.tsv, and those minted from a text's wording."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .model import Metric, digest, local_name
from .pack import Entry, Pack

Pairs = tuple[tuple[str, str | tuple[str, str]], ...]
SCHEME = "scheme"


def labels(entry: Entry) -> tuple[str, str, str]:
    """Chinese label, English label, notation; the last two may be empty."""
    zh, en, notation = ([*entry.note.split("|"), "", "", ""])[:3]
    return zh, en, notation


class Concepts:
    """The concepts of one graph: finds them by word, notes which are used, describes those."""

    def __init__(self, pack: Pack, metrics: Iterable[Metric] = ()) -> None:
        self.shipped = {"gfc:" + e.name: e for e in pack.entries("concepts")}
        self.metrics = {m.id: m for m in metrics}
        self.words: dict[tuple[str, str], str] = {}
        for name, e in self.shipped.items():
            zh, _, notation = labels(e)
            for word in (notation, zh, *e.aliases):
                self.words.setdefault((e.kind, word), name)
        self.used: set[str] = set()
        self.minted: dict[str, str] = {}  # units: name → word

    def by_label(self, kind: str, word: str) -> str | None:
        """The concept of a scheme that has this label, alias or notation."""
        return self.words.get((kind, word))

    def unit(self, word: str) -> str:
        """The unit concept of a word; one is minted where none ships."""
        found = self.by_label("unit", word)
        if found is None:
            found = "gfc:unit_" + (local_name(word) or digest(word))
            self.minted[found] = word
        return found

    def known(self, name: str) -> str:
        """A concept as given, but a unit minted elsewhere from a word that ships is the one that ships."""
        if name.startswith("gfc:unit_") and name not in self.shipped:
            return self.unit(name.removeprefix("gfc:unit_"))
        return name

    def use(self, name: str) -> None:
        """Note a concept, and with it its broader ones and its scheme."""
        while name and name not in self.used:
            self.used.add(name)
            entry = self.shipped.get(name)
            if entry is not None and entry.parent:
                self.use("gfc:" + entry.parent)
            name = "gfc:" + (entry.kind if entry is not None else self._kind(name)) if self._kind(name) else ""

    def _kind(self, name: str) -> str:
        entry = self.shipped.get(name)
        if entry is not None:
            return "" if entry.kind == SCHEME else entry.kind
        return "unit" if name in self.minted else "metric" if name in self.metrics or name.startswith("gfc:metric_") else ""

    def nodes(self) -> Iterator[tuple[str, Pairs]]:
        """The description of every concept used: labels, notation, broader, scheme; a metric with the wordings of the text."""
        for name in sorted(self.used):
            entry, metric = self.shipped.get(name), self.metrics.get(name)
            word = self.minted.get(name, "")
            zh, en, notation = labels(entry) if entry else (metric.label if metric else word or name.partition(":")[2], "", word)
            pairs: list[tuple[str, str | tuple[str, str]]] = [("rdf:type", "skos:ConceptScheme" if entry and entry.kind == SCHEME else "skos:Concept")]
            pairs += [("skos:prefLabel", (text, tag)) for text, tag in ((zh, "@zh"), (en, "@en")) if text]
            wordings = {metric.label, *metric.aliases} - {zh} if metric else set()
            pairs += [("skos:altLabel", (text, "@zh")) for text in sorted(wordings)]
            if notation:
                pairs.append(("skos:notation", (notation, "")))
            if entry and entry.parent:
                pairs.append(("skos:broader", "gfc:" + entry.parent))
            if self._kind(name):
                pairs.append(("skos:inScheme", "gfc:" + self._kind(name)))
            yield name, tuple(pairs)
