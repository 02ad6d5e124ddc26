"""Pages whose facts are known, in any number: built, and every fact compared with what its sentence was made from.

    python -m bench.soak [--pages 50000] [--seed 1] [--jobs 2] [--examples 2]

A page is made of sentences that state one fact each (who paid how much to whom, as what, when; or a figure of whom) and of
sentences that state none. Banks are those of the lexicon and made-up ones, places those of the register, firms, people and projects made up.
What the generator says is the truth: a sum that is missing, has another lender, receiver, kind, bound or day, or that no
sentence stated, is a fault of a rule or of the generator. Exit code 1 where a page cannot be built or a sum is wrong.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kg import build, crew
from kg.errors import KgError
from kg.model import Document, DocumentFacts, Fact, Meta, Quantity, SourceFile, digest, local_name
from kg.pack import load
from kg.register import load_register

from .generate import CROP, FIRM, GIVEN, PLAIN, TRADE, WORKS

CHUNK = 1000  # pages built and compared at a time


@dataclass(frozen=True, slots=True)
class Sum:
    """What a sentence states: a sum of money (kind FinancingEvent) or a figure (Observation). Names as the page has them."""

    template: str
    sentence: str
    kind: str
    value: Decimal
    low: Decimal | None
    high: Decimal | None
    payer: str = ""  # of an observation: whom it is about
    receivers: tuple[str, ...] = ()
    product: str = ""
    instrument: str = ""
    stage: str = ""
    aggregation: str = "single"
    status: str = "reported"
    day: date | None = None
    metric: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence and what it states. `to`: the slots that receive; `hedged`: whether the sum may be a bound."""

    name: str
    text: str
    payer: str = "bank"
    to: tuple[str, ...] = ()
    product: str = ""
    instrument: str = "loan"
    stage: str = "disbursed"
    aggregation: str = "single"
    status: str = "reported"
    kind: str = "FinancingEvent"
    metric: str = ""


TEMPLATES = (
    Template("lent", "{when}，{bank}向{firm}发放贷款{sum}。", to=("firm",)),
    Template("lent, payer in front", "{bank}在{when}向{firm}发放了{sum}贷款。", to=("firm",)),
    Template("for a project", "{bank}为{works}项目投放贷款{sum}。", to=("works",)),
    Template("for a project of a firm", "{when}，{bank}向{firm}发放项目贷款{sum}，用于{works}项目建设。", to=("firm", "works")),
    Template("credit line", "{bank}向{firm}授信{sum}。", to=("firm",), instrument="creditLine", stage="approved"),
    Template("credit line of a village", "{bank}给予{village}授信{sum}。", to=("village",), instrument="creditLine", stage="approved"),
    Template("credit line for works", "{bank}向{village}授信{sum}，用于{works}项目。", to=("village", "works"), instrument="creditLine", stage="approved"),
    Template("product", "{bank}向{firm}发放“{product}”{sum}。", to=("firm",), product="product"),
    Template("product with terms", "{bank}向{coop}发放“{product}”{sum}，利率{rate}%，期限{years}年。", to=("coop",), product="product"),
    Template("borrowed", "{firm}从{bank}获得贷款{sum}。", to=("firm",)),
    Template("with support", "在{bank}的支持下，{firm}获得{sum}贷款。", to=("firm",)),
    Template("planned", "{bank}计划明年向{firm}发放贷款{sum}。", to=("firm",), status="planned"),
    Template("negated", "{bank}没有向{firm}发放贷款{sum}。", to=("firm",), status="negated"),
    Template("renewed", "{bank}为{firm}办理无还本续贷{sum}。", to=("firm",), stage="renewed"),
    Template("cumulative", "今年以来，{bank}已累计向{firm}发放贷款{sum}。", to=("firm",), aggregation="cumulative"),
    Template("to a person", "{bank}向{person}发放贷款{sum}。", to=("person",)),
    Template("to a grower", "{bank}向{village}种植大户{person}发放贷款{sum}。", to=("person",)),
    Template("insurance", "{insurer}向{firm}赔付{sum}。", payer="insurer", to=("firm",), instrument="insurance"),
    Template("donation", "{firm}向{village}捐款{sum}。", payer="firm", to=("village",), instrument="donation"),
    Template("balance", "截至去年末，{bank}涉农贷款余额{sum}。", kind="Observation", aggregation="stock", metric="agriLoans"),
    Template("village income", "去年，{village}村集体经济收入{sum}。", payer="village", kind="Observation", metric="villageIncome"),
    Template("nothing: growth", "{village}{crop}种植面积扩大到{mu}亩，带动{count}户农户增收。", kind=""),
    Template("nothing: bank's people", "{bank}的客户经理{person}走访了{count}户农户。", kind=""),
    Template("nothing: invested", "{firm}的{works}项目占地{mu}亩，去年{month}月开工。", kind=""),
)
HEDGES = {"": "", "近": "high", "超": "low", "不少于": "low", "逾": "low", "不超过": "high"}


@dataclass(frozen=True, slots=True)
class _World:
    """What names are drawn from."""

    banks: tuple[str, ...]
    insurers: tuple[str, ...]
    surnames: tuple[str, ...]
    counties: tuple[str, ...]


def _world() -> _World:
    pack, register = load(), load_register()
    banks = [n for e in pack.entries("banks") if e.kind == "Bank" for n in (e.name, min((e.name, *e.aliases), key=len))]
    return _World(
        tuple(dict.fromkeys(banks)),
        tuple(e.name for e in pack.entries("banks") if e.kind == "Insurer"),
        tuple(e.name for e in pack.entries("surnames") if e.kind == "1")[:120],
        tuple(
            c for c in sorted(register.lines) if c[:2] in ("33", "32", "34", "36", "43", "51") and not "71" <= c[4:] <= "79" and "自治" not in register.name(c)
        ),
    )


def _sum(chance: random.Random, used: set[Decimal]) -> tuple[str, Decimal, Decimal | None, Decimal | None]:
    """A sum of money that the page has not yet: as written, its value and its bounds."""
    while True:
        hedge = chance.choice([*HEDGES, "", "", "", ""])
        number, unit, scale = chance.choice(
            (
                (Decimal(chance.randint(5, 9999)), "万元", 10**4),
                (Decimal(chance.randint(11, 999)) / 10, "亿元", 10**8),
                (Decimal(chance.randint(101, 9999)) / 100, "亿元", 10**8),
                (Decimal(chance.randrange(10, 990, 10)), "万元", 10**4),
            )
        )
        value = number * scale
        if value not in used and (unit == "万元" or number != number.to_integral_value()):
            used.add(value)
            bound = HEDGES[hedge]
            return f"{hedge}{number}{unit}", value, None if bound == "high" else value, None if bound == "low" else value


def page(chance: random.Random, world: _World) -> tuple[str, tuple[Sum, ...]]:
    """A page and what it states."""
    register = load_register()
    county = chance.choice(world.counties)
    name = register.name(county)
    stem = name[:-1] if len(name) > 2 else name
    villages = sorted(v for v in register.villages_in(county) if v.endswith("村"))
    used: set[Decimal] = set()
    blocks, sums, plain = [], [], chance.sample([p for p in PLAIN if "{" not in p], 6)
    for template in chance.sample(TEMPLATES, chance.randint(3, 6)):
        written, value, low, high = _sum(chance, used)
        day = date(chance.randint(2019, 2024), chance.randint(1, 12), chance.randint(1, 28))
        brand = chance.choice(world.banks)
        slots: dict[str, object] = {
            "bank": chance.choice((f"{brand}{stem}支行", f"{stem}农商银行")),
            "insurer": chance.choice(world.insurers) + stem + "支公司",
            "firm": name + "".join(chance.sample("恒兴绿源远航金穗三禾瑞丰嘉东盛天目清溪云青万田茂鸿达沃野", 2)) + chance.choice(TRADE) + "有限公司",
            "coop": f"{name}{chance.choice(FIRM)}{chance.choice(CROP)}专业合作社",
            "village": chance.choice(villages) if villages else chance.choice("石白清龙金") + chance.choice("溪塘坑岭田") + "村",
            "works": f"{name}{chance.choice([w for w in WORKS if w != '未来乡村'])}",  # that one is a programme
            "person": chance.choice(world.surnames) + "".join(chance.sample(GIVEN, 2)),
            "product": chance.choice(CROP)[:2] + chance.choice(("共富贷", "振兴贷", "惠农贷")),
            "crop": chance.choice(CROP),
            "sum": written,
            "when": f"{day.year}年{day.month}月{day.day}日",
            "rate": round(chance.uniform(2.1, 4.9), 2),
            "years": chance.randint(2, 8),
            "mu": chance.randrange(110, 990, 10),
            "count": chance.randint(12, 980),
            "month": chance.randint(1, 12),
        }
        sentence = template.text.format_map(slots)
        blocks.append(sentence + plain.pop())
        if template.kind:
            receivers = tuple(str(slots[s]) + ("项目" if s == "works" else "") for s in template.to)
            sums.append(
                Sum(
                    template.name,
                    sentence,
                    template.kind,
                    value,
                    low,
                    high,
                    str(slots[template.payer]),
                    receivers,
                    str(slots[template.product]) if template.product else "",
                    template.instrument if template.kind == "FinancingEvent" else "",
                    template.stage if template.kind == "FinancingEvent" else "",
                    template.aggregation,
                    template.status,
                    day if "{when}" in template.text else None,
                    template.metric,
                )
            )
    title = chance.choice(("金融活水润乡村", "山乡巨变正当时", "小产业做成大文章", "乡村振兴的新答卷"))
    reporter = chance.choice(world.surnames) + "".join(chance.sample(GIVEN, 2))
    return f"{title}\n\n本报记者 {reporter}\n\n" + "\n\n".join(blocks) + "\n", tuple(sums)


def pages(count: int, seed: int) -> Iterator[tuple[Document, tuple[Sum, ...]]]:
    """So many pages as documents, each with what it states. Same count and seed, same pages."""
    world = _world()
    for number in range(count):
        text, sums = page(random.Random(f"{seed}.{number}"), world)
        yield Document(SourceFile(f"{number:06}.txt", digest(text), "utf-8", text), Meta(date=date(2025, 1, 15))), sums


def faults(part: DocumentFacts, expected: Sequence[Sum]) -> Iterator[tuple[str, str, str]]:
    """(template, what is wrong, sentence) for each difference between what a page says and what was read."""
    names: dict[str, set[str]] = {e.id: {local_name(n) for n in (e.label, *e.aliases)} for e in part.entities}
    text = {a.id: a.text for a in part.articles}

    def meant(fact: Fact, *roles: str) -> list[set[str]]:
        return [names.get(v, {v}) for role in roles for v in fact.role(role)]

    def same(found: list[set[str]], wanted: Sequence[str]) -> bool:
        return len(found) == len(wanted) and all(any(local_name(w) in f for f in found) for w in wanted)

    wanted = {(s.kind, s.value): s for s in expected}
    seen: set[tuple[str, Decimal]] = set()
    for fact in part.facts:
        amount = fact.amount()
        if amount is None or fact.kind not in ("FinancingEvent", "Observation") or not amount.quantity.currency:
            continue
        s = wanted.get((fact.kind, amount.quantity.value))
        if s is None:
            passage = fact.evidence[0].passages[0]
            yield "(none)", f"unexpected {fact.kind}", f"{amount.quantity.verbatim}: {text[fact.evidence[0].article][passage.start : passage.end]}"
            continue
        seen.add((s.kind, s.value))
        checks = {
            "payer": same(meant(fact, "financier" if s.kind == "FinancingEvent" else "about"), [s.payer]),
            "receivers": same(meant(fact, "recipient", "purpose"), s.receivers),
            "bounds": (amount.quantity.low, amount.quantity.high) == (s.low, s.high),
            "status": fact.status == s.status,
            "aggregation": fact.role("aggregation") in ((f"gfc:{s.aggregation}",), ()),
            "day": s.day is None or bool(fact.time and fact.time.start == fact.time.end == s.day),
            "metric": not s.metric or fact.role("metric") == (f"gfc:{s.metric}",),
            "instrument": not s.instrument or fact.role("instrument") == (f"gfc:{s.instrument}",),
            "stage": not s.stage or fact.role("stage") == (f"gfc:{s.stage}",),
            "product": not s.product or same(meant(fact, "product"), [s.product]),
        }
        for name, good in checks.items():
            if not good:
                got = dict(fact.roles) | {"bounds": f"{amount.quantity.low}…{amount.quantity.high}"}
                yield s.template, name, f"{s.sentence} → {got}"
    for key, s in wanted.items():
        if key not in seen:
            yield s.template, "missing", s.sentence
    for aside in part.asides:
        if not aside.reason and isinstance(aside.amount.quantity, Quantity) and aside.amount.quantity.currency:
            yield "(none)", "unexplained sum", aside.amount.quantity.verbatim


def _killed(document: Document) -> DocumentFacts | KgError:
    return KgError("document-killed-worker", path=document.source.path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--examples", type=int, default=2, help="sentences shown of each kind of fault")
    args = parser.parse_args()
    start = time.time()
    wrong: Counter[tuple[str, str]] = Counter()
    stated: Counter[str] = Counter()
    shown: dict[tuple[str, str], list[str]] = {}
    crashed = 0
    todo = pages(args.pages, args.seed)
    done = 0
    while chunk := [x for _, x in zip(range(CHUNK), todo, strict=False)]:
        results = crew.each(build.extract_one, (d for d, _ in chunk), args.jobs, weight=lambda d: len(d.source.text), killed=_killed)
        told = [x for _, x in results]
        parts, failed = [x for x in told if isinstance(x, DocumentFacts)], [x for x in told if isinstance(x, KgError)]
        crashed += len(failed)
        for error in failed:
            print(error, flush=True)
        by_path = {p.source.path: p for p in parts}
        for document, sums in chunk:
            stated.update(s.template for s in sums)
            part = by_path.get(document.source.path)
            for template, what, example in faults(part, sums) if part else ():
                wrong[template, what] += 1
                shown.setdefault((template, what), []).append(example)
        build.merge(parts)
        done += len(chunk)
        print(
            f"{done} pages, {sum(stated.values())} sums, {sum(wrong.values())} faults, {crashed} not built, {time.time() - start:.0f} s",
            file=sys.stderr,
            flush=True,
        )
    for template in sorted({*stated, *(t for t, _ in wrong)}):
        bad = ", ".join(f"{what} {n}" for (t, what), n in sorted(wrong.items()) if t == template)
        print(f"{template:28} {stated[template]:7}  {bad or 'all right'}")
        for what, examples in ((w, e) for (t, w), e in sorted(shown.items()) if t == template):
            for example in examples[: args.examples]:
                print(f"      {what}: {example}")
    print(f"{done} pages, {sum(stated.values())} sums stated, {sum(wrong.values())} faults, {crashed} pages not built")
    sys.exit(bool(wrong or crashed))


if __name__ == "__main__":
    main()
