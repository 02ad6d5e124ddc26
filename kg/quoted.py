"""Names in quotation marks: pairing the marks inside one block, and saying what a quoted name names.

Quotes do not balance across paragraphs, so they are paired inside a block only; ‘ ’ may stand inside “ ”. Half of all
quoted spans of the genre are figures of speech: what is quoted is a name only by its own right end, by the word behind
it, or by the verb before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from .pack import NAMING, Pack

QUOTES = '“‘「『"'
_CLOSER = {"“": "”", "‘": "’", "「": "」", "『": "』", "《": "》", "(": ")", "（": "）", "【": "】", "〈": "〉"}
_OPENER = {v: k for k, v in _CLOSER.items()}
_MARKS = re.compile('["“”‘’「」『』《》()（）【】〈〉]')

_SPEECH = re.compile(r"[，。！？；：]")
_LOAN = re.compile(r"贷款?$")
_SCHOOL = re.compile(r"(?:学堂|夜校|课堂|讲堂)$")
_BEHIND = r"的?新?[^\W_的了是在和与为将等及对给把从到也都就还进入写设建]{0,10}?"  # may stand between a quoted name and its head
_MONEY_VERB = re.compile(
    r"(?:推出|办理|发放|创新|申请|申办|开办|上线|提供|代理|投放|开发|推广|用上?|一笔|首笔|元|做成|打造|试点|凭|靠|拿到|获批|获得|借助|运用)$"
)
_PRODUCT_BEHIND = re.compile(
    r"(?!相关|类|等|方面)[^\W\d_的]{0,4}?(?:系列)?(?:产品|业务|信用贷款|贷款|保险|服务点|线上[^\W_]{0,4}(?:平台|商城)|金融服务|额度|服务品牌|综合服务平台)"
)
_PRODUCT_LIST = re.compile(r"等[^，。；]{0,8}产品")
_PRODUCT_WHOLE = re.compile(r"(?:组合|综合|专项)?融资(?:业务|服务|产品)?|线上服务模式|组合贷款?业务")
_PRODUCT_TAIL = re.compile(r"(?:通|卡|保|担|险|付|宝|码|票|券|[eE][抵链].*)$")
_PROGRAMME_LIST = re.compile(r"等[^\W_]{0,6}?(?:培训|活动|行动|工程|计划)")
_PROGRAMME_VERB = re.compile(r"(?:实施|启动|推行|推广)$")
_PURSUED = re.compile(r"(?:推进|深化|打好)$")  # with nothing behind the quotes that the verb could govern instead
_NO_NOUN = re.compile(r"[，。；、“]|$")
_PROGRAMME_BEHIND = re.compile(r"推广|集成改革|改革")
_ONE_EACH = re.compile(r"一[县镇乡村户行企][一二三四五六七八九十][^\W\d_]")  # 一村一策


class Pair(NamedTuple):
    """A pair of marks: the opening one is text[start], the closing one text[end - 1]; the name stands between."""

    mark: str
    start: int
    end: int


def pairs(text: str, start: int, end: int) -> list[Pair]:
    """The paired marks of text[start:end], by their closing mark; what is left open or never opened is no pair.

    >>> pairs("“做到‘一人一档’”，“杨", 0, 12)
    [Pair(mark='‘', start=3, end=9), Pair(mark='“', start=0, end=10)]
    """
    found: list[Pair] = []
    stack: list[tuple[str, int]] = []
    for m in _MARKS.finditer(text, start, end):
        mark, at = m.group(), m.start()
        wanted = _OPENER.get(mark)
        if mark == '"':  # the straight mark opens and closes
            wanted = mark if any(k == mark for k, _ in stack) else None
        if wanted is None:
            if mark != "(" and stack and stack[-1][0] == mark:  # opened twice: the first was never closed
                stack.pop()
            stack.append((mark, at))
            continue
        depth = len(stack) - 1
        while depth >= 0 and stack[depth][0] != wanted:
            depth -= 1
        if depth >= 0:
            found.append(Pair(wanted, stack[depth][1], at + 1))
            del stack[depth:]
    return found


def chain_ends(text: str, quotes: Iterable[Pair]) -> dict[int, int]:
    """End of each quote → end of the last of its chain: “A”“B”、“C”等 share what follows.

    >>> text = "“甲”、“乙”等活动"
    >>> chain_ends(text, pairs(text, 0, len(text)))
    {7: 7, 3: 7}
    """
    by_start = {q.start: q.end for q in quotes}
    ends: dict[int, int] = {}
    for start in sorted(by_start, reverse=True):
        after = by_start[start]
        following = by_start.get(after + 1 if text[after : after + 1] in ("、", "和", "及", "与") else after)
        ends[after] = after if following is None else ends.get(following, following)
    return ends


@dataclass(frozen=True, slots=True)
class NameWords:
    """The lexicons that tell names, as patterns: made once a pack."""

    kinds: Mapping[str, str]  # known name → its kind
    known: re.Pattern[str]
    uses: Mapping[str, Mapping[str, str]]  # head → class → strength; quoted and inner heads apart, in the next two
    behind: re.Pattern[str]  # what stands between a quoted name and its head, and the head
    behind_kinds: Mapping[str, str]
    inner: re.Pattern[str]  # a head at the right end of a quoted name
    inner_kinds: Mapping[str, str]
    heads: Mapping[str, re.Pattern[str]]  # by first character
    first_two: re.Pattern[str]  # where a head may start: a quick sieve
    head_end: re.Pattern[str]
    stops: Mapping[str, re.Pattern[str]]  # words that no name holds on its left, by first character
    cues: Mapping[str, str]  # such a word → what it cues
    general: re.Pattern[str]
    empty: re.Pattern[str]
    loan_general: re.Pattern[str]
    loan_words: frozenset[str]
    slogans: frozenset[str]


def _any(words: Iterable[str]) -> str:
    return "(?:" + "|".join(map(re.escape, sorted(set(words), key=lambda w: (-len(w), w)))) + ")"


def _only(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern for text made of these words and numbers alone; possessive, so it never backtracks."""
    return re.compile(rf"(?:{_any(words)}|[\d.一二三四五六七八九十百]+)*+")


@cache
def name_words(pack: Pack) -> NameWords:
    """The patterns of a pack's lexicons of names, name_heads and slogans."""
    entries = pack.entries("name_heads")
    raw = {e.name: [u.partition(".")[::2] for u in e.parent.split("|")] for e in entries if e.kind == "head" and len(e.name) > 1}
    uses = {h: {c: s for c, s in u if s not in ("quoted", "inner")} for h, u in raw.items()}
    built = {h for h, u in uses.items() if "Project" in u or "Facility" in u}
    behind_kinds = {h: "Programme" if ("Programme", "quoted") in u else u[0][0] for h, u in raw.items() if ("Programme", "quoted") in u or h in built}
    ending = (h for h, u in raw.items() if ("Programme", "inner") in u or h in built or "FinancialProduct" in uses[h])
    inner_kinds = {h: next((c for c, s in raw[h] if s == "inner"), raw[h][0][0]) for h in ending}
    searched = [*(h for h, u in uses.items() if u), *(e.name for e in entries if e.kind == "no" and len(e.name) > 1)]
    by_first: dict[str, list[str]] = {}
    for head in searched:
        by_first.setdefault(head[0], []).append(head)
    stops: dict[str, list[str]] = {}
    for e in sorted((e for e in entries if e.kind in ("left", "left-regex")), key=lambda e: (e.kind, -len(e.name), e.name)):
        stops.setdefault(e.name[0], []).append(re.escape(e.name) if e.kind == "left" else e.name)
    kinds = {w: e.kind for lexicon in NAMING for e in pack.entries(lexicon) for w in (e.name, *e.aliases)}

    def words(kind: str) -> Sequence[str]:
        return [e.name for e in pack.entries("slogans") if kind in e.kind.split("|")]

    return NameWords(
        kinds=kinds,
        known=re.compile(_any(kinds)),
        uses=uses,
        behind=re.compile(f"{_BEHIND}({_any(behind_kinds)})"),
        behind_kinds=behind_kinds,
        inner=re.compile(_any(inner_kinds) + "$"),
        inner_kinds=inner_kinds,
        heads={c: re.compile(_any(v)) for c, v in by_first.items()},
        first_two=re.compile(f"[{''.join(sorted(by_first))}](?=[{''.join(sorted({h[1] for h in searched}))}])"),
        head_end=re.compile(_any(h for h, u in uses.items() if h in built or "FinancialProduct" in u) + "$"),
        stops={c: re.compile("|".join(v)) for c, v in stops.items()},
        cues={e.name: e.parent for e in entries if e.kind == "left"},
        general=_only(words("generic")),
        empty=_only(words("empty")),
        loan_general=_only(words("loan-modifier")),
        loan_words=frozenset(words("loan")),
        slogans=frozenset(words("slogan")),
    )


class Named(NamedTuple):
    """A name found: text[start:end], its kind and the rule."""

    start: int
    end: int
    kind: str
    rule: str


def classify(words: NameWords, text: str, pair: Pair, chain_end: int, low: int, high: int) -> list[Named]:
    """What the quoted name `pair` of the block text[low:high] names; the empty list if it is a slogan, a brand or speech.

    `chain_end` is the end of the last quote of its list. A name spans its quotes only where a head behind them belongs to it.
    """
    start, end = pair.start + 1, pair.end - 1
    inner = text[start:end]
    if not 2 <= len(inner) <= 30 or _SPEECH.search(inner) or inner in words.slogans or words.kinds.get(inner, "FinancialProduct") != "FinancialProduct":
        return []
    if inner.endswith("共富工坊"):
        stem = inner.removesuffix("共富工坊").rstrip("·")
        return [] if words.general.fullmatch(stem) or stem == "党建引领" else [Named(start, end, "Workshop", "workshop.quoted")]
    if _SCHOOL.search(inner) and len(inner) <= 10:
        return [Named(start, end, "Programme", "programme.quoted")]
    return _product(words, text, pair, chain_end, low, high) or _programme(words, text, pair, chain_end, low, high)


def same_kind(words: NameWords, text: str, pair: Pair, before: Named) -> list[Named]:
    """The quoted name taken for one of the kind of the quoted name right before it, unless it is plainly none."""
    inner = text[pair.start + 1 : pair.end - 1]
    plain = before.kind in ("Programme", "FinancialProduct") and 3 <= len(inner) <= 8 and not re.search(r"[+、，。！？；：]|[师员团队人家官手会]$", inner)
    if not plain or inner in words.slogans or inner in words.loan_words or inner in words.kinds or words.general.fullmatch(inner):
        return []
    return [Named(pair.start + 1, pair.end - 1, before.kind, before.rule)]


def _product(words: NameWords, text: str, pair: Pair, chain_end: int, low: int, high: int) -> list[Named]:
    """A financial product: X贷, a name with a money word behind it, or a short name after a verb of lending."""
    start, end, at = pair.start + 1, pair.end - 1, pair.end
    inner = text[start:end]
    parts = inner.split("+")
    if len(parts) > 1 and all(map(_LOAN.search, parts)):  # “固定资产贷款+裕农快贷”: two
        named = [p for p in parts if not words.loan_general.fullmatch(_LOAN.sub("", p))]
        return [Named(start + inner.index(p), start + inner.index(p) + len(p), "FinancialProduct", "product.quoted") for p in named]
    whole = _PRODUCT_WHOLE.match(text, at, high)
    if whole:  # “e抵+余值信用”组合融资业务
        return [Named(pair.start, whole.end(), "FinancialProduct", "product.quoted-head")]
    alone = [Named(start, end, "FinancialProduct", "product.quoted")]
    if inner in words.kinds:
        m = words.behind.match(text, at, high)
        return [*alone, Named(pair.start, m.end(), "Facility", "facility.quoted-head")] if m and words.behind_kinds[m[1]] == "Facility" else alone
    if _LOAN.search(inner) and len(inner) <= 16:
        return alone if inner not in words.loan_words and not words.loan_general.fullmatch(_LOAN.sub("", inner)) else []
    if len(inner) > 10 or words.general.fullmatch(inner):
        return []
    if _PRODUCT_BEHIND.match(text, at, high):
        m = words.behind.match(text, at, high) if not text.startswith("线上", at) else None
        if m and words.behind_kinds[m[1]] == "Facility":  # “裕农通”服务点: the product and the place
            return [*alone, Named(pair.start, m.end(), "Facility", "facility.quoted-head")]
        return alone
    if _PRODUCT_LIST.match(text, chain_end, high) or (_PRODUCT_TAIL.search(inner) and _MONEY_VERB.search(text[max(low, pair.start - 4) : pair.start])):
        return alone
    return []


def _programme(words: NameWords, text: str, pair: Pair, chain_end: int, low: int, high: int) -> list[Named]:
    """A programme, project or facility: by the head behind the quotes, at the end of the quoted name, or by the verb."""
    start, end, at = pair.start + 1, pair.end - 1, pair.end
    inner = text[start:end]
    several = re.search(r"[+、]", inner) is not None
    m = words.behind.match(text, at, high)
    if m:
        kind, free = words.behind_kinds[m[1]], text[at] == "的" or (m.start(1) > at and text[at] == "新")
        if inner.count("+") > 1 or (kind != "Programme" and (text[at] == "的" or len(inner) <= 2)) or (free and (len(inner) > 10 or "、" in inner)):
            return []  # “公司+合作社+农户”模式, “点亮”北部片区
        longer = words.heads.get(m[1][0])
        hidden = longer.match(text, m.start(1)) if longer else None
        if hidden and len(hidden[0]) > len(m[1]) and hidden[0] not in words.uses:  # 活动室, 项目部
            return []
        return [Named(start, end, kind, "programme.quoted") if free else Named(pair.start, m.end(), kind, f"{kind.lower()}.quoted-head")]
    tail = words.inner.search(inner)
    if tail and tail.start() >= 1 and "不" not in inner and len(inner) <= 14:
        kind = words.inner_kinds[tail[0]]
        return [] if words.general.fullmatch(inner[: tail.start()]) else [Named(start, end, kind, f"{kind.lower()}.quoted")]
    alone = [Named(start, end, "Programme", "programme.quoted")]
    if _ONE_EACH.fullmatch(inner) or (len(inner) >= 4 and _PROGRAMME_LIST.match(text, chain_end, high)):
        return alone
    if len(inner) < 4 or several or words.general.fullmatch(inner):
        return []
    verb = text[max(low, pair.start - 4) : pair.start]
    pursued = _PURSUED.search(verb) and len(inner) <= 8 and _NO_NOUN.match(text, chain_end, high)
    return alone if pursued or _PROGRAMME_VERB.search(verb) or _PROGRAMME_BEHIND.match(text, at, high) else []
