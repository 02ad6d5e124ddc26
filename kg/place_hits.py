"""The first pass of reading places: countries, provinces, prefectures and counties, in full and in short.

A full form is found from its last character (市, 县, 区 …) by looking left for a register name; a short form by its first two characters.
Which of several namesakes is meant is chosen from the article: what stands before it, full forms elsewhere, neighbours, rank.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from .pack import load
from .register import Register, load_register

HAN = re.compile(r"[一-鿿〇]")
BEFORE = frozenset("在到从去往来赴与和及同跟对向由是为让给至以于将把被经自进入抵回离驻近过比像如含除的了着地得之当前后时日月年家等并也还又都有个险保司网")
_AFTER = frozenset("的与和及到至在等是有为将从向对已也还又都则就一开出市县区省州")
_BANK = frozenset("工农中建交银支分商发开招总")  # 行 before a place belongs to a bank (工行萧山), not to 太行|山东
_SUMU = re.compile("[一-鿿]{0,5}?(?:苏木|嘎查)")
_LONGEST = 15  # 双江拉祜族佤族布朗族傣族自治县
_HIGH = re.compile(r"自治[区州县旗]|特别行政区|[省市县区州旗盟]")
_FORMS = "形构促造变达合"  # 形成|都市圈
_NOT_HIGH = re.compile(r"市[场民值容井价]|区[域块间别]|旗[帜下舰]|州际")
_NO_RANK = re.compile(r"乡[村镇亲贤愁]|镇[村街]|村[民镇级居社]|路径|山区|山海|江[南北]|河[道湖]|山[水乡]|湖[州南北]")
_REPORTER = re.compile(r"(?:记者|通讯员|作者|编辑|摄影|实习生)[ :：]?$")
_TOWN_AFTER = re.compile(r"[一-鿿]{1,6}?(?:镇|乡|街道)")
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)

Folders = tuple[Path, ...]


class Hit(NamedTuple):
    """A named place. `code`: the register's; "" with `parent` (a code, or "") where the register lacks it; `options` before the choice."""

    start: int
    end: int
    name: str
    kind: str
    how: str
    code: str = ""
    parent: str = ""
    options: tuple[str, ...] = ()


class Reading:
    """What has been found in one text so far; hits never overlap."""

    def __init__(self, text: str, hidden: Iterable[tuple[int, int]], folders: Folders) -> None:
        self.text, self.folders, self.register = text, folders, load_register()
        self.hits: list[Hit] = []
        self._words: dict[tuple[str, str], frozenset[str]] = {}
        self.ends: dict[int, Hit] = {}  # end offset → hit
        self.taken = {i for a, b in hidden for i in range(a, b)}  # offsets that no further hit may touch

    def put(self, hit: Hit) -> None:
        """Add a hit, unless it meets an earlier one or a reporter's name."""
        if hit.start not in self.taken and hit.end - 1 not in self.taken:
            self.hits.append(hit)
            self.ends[hit.end] = hit
            self.taken.update(range(hit.start, hit.end))

    def free(self, start: int, end: int) -> bool:
        return start not in self.taken and end - 1 not in self.taken

    def words(self, kind: str, lexicon: str = "place_words") -> frozenset[str]:
        key = (kind, lexicon)
        if key not in self._words:
            self._words[key] = word_set(self.folders, kind, lexicon)
        return self._words[key]

    def left_ok(self, at: int) -> bool:
        """Whether a name may begin here: nothing, no Chinese character, a function word or another place before it."""
        return at in self.ends or edge(self.text, at)

    def of_kind(self, *kinds: str) -> list[Hit]:
        return [h for h in self.hits if h.kind in kinds]


def edge(text: str, at: int) -> bool:
    """Whether the text before an offset ends in nothing, no Chinese character, a function word or a bank.

    >>> edge("工行萧山", 2), edge("太行山东", 2), edge("，萧山", 1)
    (True, False, True)
    """
    before = text[at - 1 : at]
    return not before or not HAN.match(before) or before in BEFORE or (before == "行" and text[at - 2 : at - 1] in _BANK)


@cache
def word_set(folders: Folders, kind: str, lexicon: str = "place_words") -> frozenset[str]:
    """The words of one kind (of several, parted by blanks)."""
    return frozenset(load(*folders[1:]).words(lexicon, *kind.split()))


@cache
def starter(folders: Folders, kind: str) -> Callable[[str, int], bool]:
    """A test whether one of the words of a kind stands at an offset."""
    words = load(*folders[1:]).words("place_words", kind)
    return lambda text, at: text.startswith(words, at)


@cache
def _short_index(folders: Folders) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]], re.Pattern[str]]:
    """First two characters → short forms and countries, longest first; name → codes ("" for a country); where one may begin."""
    names: dict[str, tuple[str, ...]] = dict(load_register().short)
    for word in load(*folders[1:]).words("place_countries", "country"):
        names.setdefault(word, ("",))
    heads: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda n: (-len(n), n)):
        heads.setdefault(name[:2], []).append(name)
    first, second = ("".join(map(re.escape, sorted({h[i] for h in heads}))) for i in (0, 1))
    return {h: tuple(n) for h, n in heads.items()}, names, re.compile(f"[{first}](?=[{second}])")


@cache
def _full_tails() -> frozenset[str]:
    """The last two characters of all full names, to look no further at 城市, 社区 and the like."""
    names = [*load_register().full, *load().by_name.get("place_history", {})]
    return frozenset(n[-2:] for n in names)


def read_upper(reading: Reading) -> None:
    """Add the countries, provinces, prefectures and counties."""
    for hit in _chosen(reading, _accepted(reading, _swept([*_full(reading), *_short(reading)]))):
        reading.put(hit)


def _full(reading: Reading) -> Iterator[Hit]:
    text, full, history = reading.text, reading.register.full, load(*reading.folders[1:]).by_name.get("place_history", {})
    tails = _full_tails()
    for m in _HIGH.finditer(text):
        end = m.end()
        if text[end - 2 : end] not in tails:
            continue
        for length in range(min(_LONGEST, end), 1, -1):
            name = text[end - length : end]
            codes = full.get(name) or (full.get(history[name].parent) if name in history else None)
            if codes:
                # 丽水市|场 and 形成|都市 are no 丽水市 and 成都市
                if not _NOT_HIGH.match(text, end - 1) and not (name == "成都市" and text[end - 4 : end - 3] in tuple(_FORMS)):
                    yield Hit(end - length, end, name, "", "full", options=codes)
                break


def _short(reading: Reading) -> Iterator[Hit]:
    text = reading.text
    heads, names, begin = _short_index(reading.folders)
    for head in sorted(heads.keys() & {text[m.start() : m.start() + 2] for m in begin.finditer(text)}):
        for name in heads[head]:
            at = text.find(name)
            while at >= 0:
                yield Hit(at, at + len(name), name, "", "short", options=names[name])
                at = text.find(name, at + 1)


def _swept(hits: Iterable[Hit]) -> list[Hit]:
    """Full forms first, then leftmost and longest: what overlaps an earlier one goes."""
    out: list[Hit] = []
    covered: set[int] = set()
    for hit in sorted(hits, key=lambda h: (h.how != "full", h.start, -h.end)):
        if covered.isdisjoint(range(hit.start, hit.end)):
            covered.update(range(hit.start, hit.end))
            out.append(hit)
    return sorted(out, key=lambda h: h.start)


def _inside(hit: Hit, outer: Hit | None) -> bool:
    """Whether one reading of a hit lies in one reading of another."""
    return outer is not None and any(u and c.startswith(u) and c != u for c in hit.options for u in outer.options)


def _accepted(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """Without what is no place: a short form needs an edge, one that is also an ordinary word needs evidence."""
    text, stop, generic = reading.text, reading.words("word never", "place_stop"), reading.words("generic")
    starts = {h.start: h for h in hits}
    full = {c for h in hits if h.how == "full" for c in h.options}
    near = {c[:4] for h in hits if h.how == "full" and h.name[:-1] not in stop for c in h.options}
    # 浙江武川扑克有限公司: right behind a place that does not hold it, so no place here nor elsewhere in the text
    against = {n.name for h in hits if (n := starts.get(h.end)) and n.how == "short" and h.name not in stop and not _inside(n, h)}
    out: list[Hit] = []
    ends: dict[int, Hit] = {}
    for hit in hits:
        start, end = hit.start, hit.end
        before, above = text[start - 1 : start], ends.get(start)
        clean, nested = above is not None or edge(text, start), _inside(hit, above)
        if hit.how == "full":
            # 沿|海城市, 浙|南山区, 254|万山区: an ordinary word before the rank needs an edge or a neighbour of the same prefecture
            lost = hit.name in generic or (not clean and len(hit.name) == 2) or (before.isdigit() and hit.name[0] in "百千万")
            lost = lost or (hit.name[:-1] in stop and not clean and not any(c[:4] in near for c in hit.options))
            keep = nested or not lost
        else:
            keep = not _spoilt(reading, hit) and _supported(reading, hit, starts, ends, proven=any(c in full for c in hit.options), against=against)
        if keep:
            out.append(hit)
            ends[end] = hit
    return out


def _spoilt(reading: Reading, hit: Hit) -> bool:
    """Whether what follows or precedes makes a short form something else: 杭州|湾, 丽水|日报, 霞浦|街道, 沿|海地|区, 记者 吴江|海."""
    text, start, end = reading.text, hit.start, hit.end
    after = text[end : end + 1]
    if after and after in "镇乡村路河江溪湖山岭峰" and not _NO_RANK.match(text, end):
        return True
    if hit.name == "成都" and text[start - 1 : start] in tuple(_FORMS):
        return True
    if hit.name == "日本" and (after == "报" or text[start - 1 : start] in tuple("今本当即近")):
        return True
    sumu = _SUMU.match(text, end)
    if sumu and sumu[0] not in reading.register.towns:
        return True  # 巴彦|胡舒苏木 is no 巴彦
    special = text.startswith(("街道", "社区"), end) or starter(reading.folders, "nature")(text, end) or starter(reading.folders, "press")(text, end)
    return special or text[end - 1 : end + 1] == "地区" or _REPORTER.search(text[max(0, start - 6) : start]) is not None


def _supported(reading: Reading, hit: Hit, starts: Mapping[int, Hit], ends: Mapping[int, Hit], proven: bool, against: set[str]) -> bool:
    """Whether there is reason enough to read a short form as a place. `proven`: its full form stands in the article."""
    text, start, end = reading.text, hit.start, hit.end
    before, after, above, below = text[start - 1 : start], text[end : end + 1], ends.get(start), starts.get(end)
    if not proven and (hit.name in against or (before == "“" and text.find("”", end, end + 10) - end > 0)):
        return False  # “丽水山耕” is a brand
    if not proven and hit.name in reading.words("never", "place_stop"):
        return False
    clean = above is not None or edge(text, start)
    nested = _inside(hit, above)
    rank = end + 1 if after in tuple("省市县区") else end
    strong = starter(reading.folders, "office")(text, end) or starter(reading.folders, "office")(text, rank) or (below is not None and _inside(below, hit))
    clear = not after or not HAN.match(after) or after in _AFTER or below is not None
    clear = clear and before not in _SURNAMES and any(len(c) < 6 for c in hit.options)
    stop = reading.words("word never", "place_stop")
    if hit.name in stop:
        beside = starts.get(end + 1)
        listed = before in tuple("、—-·") and start - 1 in ends
        listed = listed or (after in tuple("、—") and beside is not None and beside.name not in stop)
        return (proven and (clean or clear)) or nested or (clean and (strong or listed))
    if hit.options == ("",):
        return clean or clear
    # a province that cannot be cut out of other words, as 黄|河南|岸 can
    famous = any(len(c) == 2 for c in hit.options) and hit.name[-1] not in "东南西北"
    return proven or clean or strong or clear or nested or len(hit.name) > 2 or famous or starter(reading.folders, "right")(text, end)


def _chosen(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """The code and kind of each hit. The same name is the same place all over the article, unless a place stands before it."""
    full = {c for h in hits if h.how == "full" for c in h.options}
    sure = Counter(c[:w] for h in hits if len(h.options) == 1 for c in h.options for w in (2, 4) if len(c) >= w)
    ends = {h.end: h for h in hits}
    memo: dict[str, str] = {}
    out = []
    for hit in hits:
        if hit.options == ("",):
            out.append(hit._replace(kind="Country", options=()))
            continue
        above = ends.get(hit.start) or (ends.get(hit.start - 1) if reading.text[hit.start - 1 : hit.start] in tuple("·— ") else None)
        if len(hit.options) == 1:
            code = hit.options[0]
        elif above is None and hit.name in memo:
            code = memo[hit.name]
        else:
            code = min(hit.options, key=lambda c: (-_score(reading.register, reading.text, hit, c, above, full, sure), len(c), c))
            memo.setdefault(hit.name, code)
        out.append(Hit(hit.start, hit.end, hit.name, reading.register.level(code), hit.how, code))
    return out


def _score(register: Register, text: str, hit: Hit, code: str, above: Hit | None, full: set[str], sure: Counter[str]) -> int:
    """How well one of several namesakes fits the article."""
    points = 8 if hit.how == "short" and code in full else 0
    points += 6 if above and any(u and code.startswith(u) and code != u for u in above.options) else 0
    points += (4 if sure[code[:4]] else 0) + (3 if sure[code[:2]] else 0)
    points += {2: 4, 4: 2}.get(len(code), 0)
    town = _TOWN_AFTER.match(text, hit.end)
    return points + (6 if town and len(code) == 6 and town[0] in register.towns_in(code) else 0)
