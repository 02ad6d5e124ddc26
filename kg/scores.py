"""Score a folder of annotated documents, and tell the result: measures, calibration, errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from . import build, documents, pack, show
from .encodings import read_lines
from .errors import KgError, say
from .evaluate import FACTS, MEASURES, SHARES, Score, Verdict, score, total
from .gold import Account, find_gold, read_account, read_gold
from .gold_graph import from_file, from_graph
from .model import DocumentFacts
from .proposals import Tally, enrich, summary, together
from .proposals import as_json as proposals_json

BANDS = (0.9, 0.8, 0.7, 0.5, 0.0)  # lower ends of the bands of confidence
READERS = "readers.tsv"  # beside the annotated documents: measure and figure of a second reader


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Name and score of each document, what could not be scored (and counts as if nothing were found), a second reader's figures."""

    documents: tuple[tuple[str, Score], ...]
    problems: tuple[KgError, ...] = ()
    readers: Mapping[str, float] = field(default_factory=dict)
    proposed: tuple[Tally, ...] = ()  # what became of a model's proposals, document by document

    @property
    def unheard(self) -> tuple[KgError, ...]:
        """What a model left unanswered, each said once."""
        return tuple({str(p): p for t in self.proposed for p in t.problems}.values())


def evaluate(path: Path, *, graphs: Path | None = None, packs: tuple[Path, ...] = (), model: str = "", ask: Callable[[str], str] | None = None) -> Evaluation:
    """Build each annotated document of a folder alone and score it, or score what stands in `graphs`.

    `path`: a folder with NAME.json beside NAME.txt, or one such file. `graphs`: a folder with NAME/graph.ttl, as
    `kg build NAME.txt -o graphs/NAME` makes it, or with NAME.json, another reader's. No `corrections.tsv` is applied:
    the builder is measured, not the one who corrected it. `ask`: the language model `model`, which may add to what is built.
    Raises KgError for gold that cannot be read.
    """
    found = find_gold(path)
    loaded = pack.load(*packs)
    golds = [(p, read_gold(p)) for p in found]  # bad gold is told before the work
    readers = read_readers(path / READERS) if (path / READERS).is_file() else {}
    problems: list[KgError] = []
    done: list[tuple[str, Score]] = []
    proposed: list[Tally] = []
    for p, gold in golds:
        try:
            if graphs is None:
                parts = _parts(p.with_suffix(".txt"), packs)
                if ask:
                    parts, tally = enrich(parts, loaded, model, ask)
                    proposed.append(tally)
                stated = from_graph(build.sure(build.merge(parts)), loaded)
            else:
                stated = _stored(graphs, p.stem)
        except KgError as error:
            problems.append(error)
            stated = Account()
        done.append((p.stem, score(gold, stated)))
    return Evaluation(tuple(done), tuple(problems), readers, tuple(proposed))


def _parts(text: Path, packs: tuple[Path, ...]) -> list[DocumentFacts]:
    if not text.is_file():
        raise KgError("gold-text", path=text)
    parts, failed = build.extract_all(documents.read_inputs([text]).documents, packs)
    if failed:
        raise failed[0]
    return parts


def _stored(folder: Path, name: str) -> Account:
    graph, other = folder / name / "graph.ttl", folder / f"{name}.json"
    return read_account(other) if other.is_file() and not graph.is_file() else from_file(graph)


def read_readers(path: Path) -> dict[str, float]:
    """A second reader's figures: one `measure⇥figure` a line. Raises KgError."""
    out = {}
    for number, line in enumerate(read_lines(path).splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            name, _, figure = line.partition("\t")
            try:
                out[name] = float(figure)
            except ValueError:
                raise KgError("gold-bad", path=path, why=f"line {number}: wanted measure⇥figure, not {line}") from None
    return out


# ---------------------------------------------------------------- words


def figure(result: Score, measure: str) -> float:
    """The one number of a measure: F1, or the share right among matched facts."""
    return result.facts if measure == "facts" else result.counts[measure].recall if measure in SHARES else result.counts[measure].f1


def measures_text(result: Score, readers: Mapping[str, float]) -> str:
    """A line a measure, with the second reader's figure beside it."""
    lines = []
    for name in (*MEASURES, "facts"):
        line = f"{name:12} {'share' if name in SHARES else 'F1':5} {figure(result, name):.3f}"
        if name in SHARES:
            line += say(f"  {result.counts[name].gold} 条配对事实", f"  of {result.counts[name].gold} matched facts")
        elif name != "facts":
            c = result.counts[name]
            line += f"  P {c.precision:.3f}  R {c.recall:.3f}  "
            line += say(f"（对 {c.right}，标注 {c.gold}，找到 {c.found}）", f"({c.right} right of {c.gold} gold, {c.found} found)")
        if name in readers:
            line = f"{line:80}" + say(f"  第二读者 {readers[name]:.3f}", f"  second reader {readers[name]:.3f}")
        lines.append(line)
    return "\n".join(lines)


def compared_text(without: Score, done: Evaluation, with_: Score) -> str:
    """What a model adds: a line a measure, without it, with it, and the difference; then what became of its proposals."""
    heads = (say("无模型", "without"), say("有模型", "with"), "±")
    lines = [" " * 19 + "  ".join(" " * (8 - show.width(h)) + h for h in heads)]
    for name in (*MEASURES, "facts"):
        one, two = figure(without, name), figure(with_, name)
        lines.append(f"{name:12} {'share' if name in SHARES else 'F1':5} {one:8.3f}  {two:8.3f}  {two - one:+8.3f}")
    sums = wrong_sums(without), wrong_sums(with_)
    label = say("金额有误", "wrong sums")
    lines.append(f"{label}{' ' * (18 - show.width(label))} {sums[0]:8.3f}  {sums[1]:8.3f}  {sums[1] - sums[0]:+8.3f}")
    return "\n".join([*lines, *(summary(together(done.proposed)) if done.proposed else [])])


def document_line(name: str, result: Score) -> str:
    """All measures of one document in a line."""
    return f"{name:28} " + "  ".join(f"{m} {figure(result, m):.2f}" for m in (*MEASURES, "facts"))


def calibration_text(result: Score) -> str:
    """Facts by confidence: how many and what share of them is right, kind by kind; then the two rates a user is hurt by."""
    lines = [say("置信度    ", "confidence") + "".join(f"{k:>18}" for k in (*FACTS, "all"))]
    table = calibration(result)
    for band, row in table.items():
        cells = (f"{n:6} {share:.2f}" if n else "     –     " for n, share in (row[k] for k in (*FACTS, "all")))
        lines.append((f"{band:10}" + "".join(f"{c:>18}" for c in cells)).rstrip())
    sums, strange = wrong_sums(result), wrong_financiers(result)
    found, paired = result.counts["money"].found, result.paired_sums
    lines.append(say(f"金额有误 {sums:.3f}（找到 {found} 个）", f"wrong sums        {sums:.3f} of {found} found"))
    lines.append(say(f"资金方有误 {strange:.3f}（配对金额 {paired} 个）", f"wrong financiers  {strange:.3f} of {paired} sums matched"))
    return "\n".join(lines)


def calibration(result: Score) -> dict[str, dict[str, tuple[int, float]]]:
    """Band of confidence → kind of fact, or all → how many, share right.

    Judged is every financing, observation, relation and post found that carries a confidence and is not optional; a
    range observed is two. What only the register says (萧山区 in 杭州市) has no confidence and is not among them.
    """
    out = {}
    for n, low in enumerate(BANDS):
        high = BANDS[n - 1] if n else None
        name = f">= {low}" if high is None else f"{low}-{high}" if low else f"< {high}"
        inside = [v for v in result.verdicts if v.confidence is not None and low <= v.confidence and (high is None or v.confidence < high)]
        out[name] = {k: _share([v for v in inside if k in (v.kind, "all")]) for k in (*FACTS, "all")}
    return out


def _share(verdicts: list[Verdict]) -> tuple[int, float]:
    return len(verdicts), sum(v.right for v in verdicts) / len(verdicts) if verdicts else 0.0


def wrong_sums(result: Score) -> float:
    """Among the money values found (amounts of financings, values of observations in a currency), the share that the gold has nowhere.

    Values are counted as often as they are stated. Optional values of the gold are left out on both sides.
    """
    money = result.counts["money"]
    return 1 - money.precision if money.found else 0.0


def wrong_financiers(result: Score) -> float:
    """Among the financings found whose amount is that of a gold financing (paired one to one), the share that names a financier not the gold's.

    Not wrong: naming none; the other annotator's choice; a place for its government; a section for its branch.
    """
    return result.strange_financiers / result.paired_sums if result.paired_sums else 0.0


def errors_text(name: str, result: Score) -> str:
    """What was missed, wrong, or found but unlike the gold, measure by measure."""
    lines = []
    for measure in MEASURES:
        mine = [e for e in result.errors if e.measure == measure]
        if mine:
            lines += [f"== {name} {measure}", *(f"{e.kind:7} {e.text}" for e in mine)]
    return "\n".join(lines)


def as_json(done: Evaluation) -> dict[str, object]:
    """All figures, for a program."""
    result = total(s for _, s in done.documents)
    out: dict[str, object] = {}
    for name in MEASURES:
        c = result.counts[name]
        out[name] = {"tp": c.right, "gold": c.gold, "pred": c.found, "P": c.precision, "R": c.recall, "F1": c.f1}
    out["facts"] = {"F1": result.facts}
    out["calibration"] = {band: {k: {"facts": n, "right": share} for k, (n, share) in row.items()} for band, row in calibration(result).items()}
    out["wrong_sums"], out["wrong_financiers"] = wrong_sums(result), wrong_financiers(result)
    if done.proposed:
        out["proposals"] = proposals_json(together(done.proposed))
    if done.readers:
        out["second_reader"] = dict(done.readers)
    return out
