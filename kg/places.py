"""Places: where a text names divisions, and which ones they are.

Three passes, each resting on the one before: countries, provinces, prefectures and counties (full and short forms); towns, by the
counties that the text names; villages, by those towns and counties. The register decides what is a name; where it is silent, only
strong patterns do (a town or a county before it, an office after it, a list). Everything is matched on `article.folded`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from operator import add

from .model import Article, Entity, Mention, Span, local_name
from .pack import Pack, load
from .register import Register, load_register, town_stem

_HAN = re.compile(r"[一-鿿〇]")
_BEFORE = frozenset("在到从去往来赴与和及同跟对向由是为让给至以于将把被经自进入抵回离驻沿近过比像如含除的了着地得之当前后时日月年家等并也还又都有个行险保司网")
_AFTER = frozenset("的与和及到至在等是有为将从向对已也还又都则就一开出市县区省州")
_NUMBER = "[两二三四五六七八九十百0-9]+"
_HIGH = re.compile(r"自治[区州县旗]|特别行政区|[省市县区州旗盟]")
_TOWN_END = re.compile(r"镇|乡(?![村镇亲贤愁土情邻间])|街道|苏木")
_VILLAGE_END = re.compile(r"村|社区|嘎查")
_GOES_ON = re.compile(r"村(?!民|集体|级|委|党|两委|支|里|干|书|规|口|组|总|医|务|史|情|域|“|的|镇银行)")
_SEAT = re.compile(r"村?党支部|村?党总支|村?党委|村?支书|村?书记|村民|村集体|村?两委|村?“两委”|村委|股份经济|文化礼堂|村史")
_TOWN_LIST = re.compile(rf"(?:等(?:{_NUMBER})?|{_NUMBER})个?(?:乡镇|镇街|街镇|镇乡|镇|街道|乡|地)(?!\w?级)")
_VILLAGE_LIST = re.compile(rf"(?:等(?:{_NUMBER})?|{_NUMBER})个?(自然村|行政村|村(?!民|集体|级|干|镇)|社区)")
_PLAIN = "(?:(?![与和及或把被将从向对在到去是有为的了各全每个等其以可要就都也又还再不两行司])[一-鿿])"
_NO_TOWN = re.compile("[镇乡村路山湖江河溪湾市县区]|街道|社区|大道")
_NO_RANK = re.compile(r"乡[村镇亲贤愁]|镇[村街]|村[民镇级居社]|路径|山区|山海|江[南北]|河[道湖]|山[水乡]|湖[州南北]")
_REPORTER = re.compile(r"(?:记者|通讯员|作者|编辑|摄影|实习生)[ :：]?$")
_SURNAMES = frozenset("王李张刘陈杨黄赵吴周徐孙马朱胡林郭何罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文")
_SENTENCE = re.compile(r"[，。；：！？\n“”（）()《》]")
_ANAPHOR = re.compile(r"[该我本全][村镇乡县区市省]|该街道|当地|本地|两地")
_NOT_ANAPHOR = re.compile(r"全[村镇乡县区市省]?[村区市](?:域|民)|本[市区县]场|我[省市区县](?!的)|全乡村|本村镇")
_ANAPHOR_KIND = {"村": "Village", "镇": "Township", "乡": "Township", "道": "Township", "县": "County", "区": "County", "市": "Prefecture", "省": "Province"}


@dataclass(frozen=True, slots=True)
class _Hit:
    """A named place. `code`: the register's; "" with `parent` (a code, or "") where the register lacks it; `options` before the choice."""

    start: int
    end: int
    name: str
    kind: str
    how: str
    code: str = ""
    parent: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Resolution:
    """What the mentions of one article refer to.

    `entities`: the places mentioned and all their ancestors. `home`: the id of the division that the article is about (the lowest one, down to
    the county, that holds at least half of what it names); `home_town` and `home_village`: the same for the levels below, where one dominates.
    """

    entity_of: Mapping[Mention, str]
    entities: tuple[Entity, ...]
    home: str = ""
    home_town: str = ""
    home_village: str = ""


def find_divisions(article: Article, pack: Pack) -> list[Mention]:
    """All mentions of countries and divisions, in text order; also inside longer names (萧山 in 工行萧山分行).

    `found_by` is place.full, place.short, place.chain, place.list, place.pattern or place.learnt, with `.office` after it where the name of
    an organisation seems to go on right behind (金华市 in 金华市恒泽帽业有限公司).
    """
    inside = _tails(pack)
    found = _read(article.folded or article.text, _hidden(article), pack.folders)
    return [
        Mention(article.id, Span(h.start, h.end), h.kind, f"place.{h.how}{'.office' if inside.match(article.folded, h.end) else ''}") for h in found
    ]


def find_zones(article: Article) -> list[Mention]:
    """Development zones, farms and the like that the statistical list counts as towns: places, but no divisions (kind Facility)."""
    zones, text = load_register().zones, article.folded
    out = []
    for m in re.finditer("[区场园城会处]", text):
        for length in range(min(14, m.end()), 3, -1):
            if text[m.end() - length : m.end()] in zones:
                out.append(Mention(article.id, Span(m.end() - length, m.end()), "Facility", "place.zone"))
                break
    return out


def find_place_anaphors(article: Article) -> list[Mention]:
    """该村, 全镇, 当地 and the like; kind is the level meant, Division for 当地, 本地, 两地.

    全县 and 全市 may be said of either level: County for 县 and 区, Prefecture for 市.
    """
    out = []
    for m in _ANAPHOR.finditer(article.folded):
        if not _NOT_ANAPHOR.match(article.folded, m.start()):
            kind = _ANAPHOR_KIND.get(m[0][-1], "Division") if m[0][0] not in "当两" and m[0] != "本地" else "Division"
            out.append(Mention(article.id, Span(*m.span()), kind, "place.anaphor", anaphor=True))
    return out


def resolve(article: Article, mentions: Sequence[Mention], register: Register, pack: Pack | None = None) -> Resolution:
    """The entities that the division mentions refer to; other mentions are left out.

    Ids are chains from the prefecture; a place that the register lacks is scoped by the town or county it is named with, else by the article.
    """
    hits = {Span(h.start, h.end): h for h in _read(article.folded or article.text, _hidden(article), (pack or load()).folders)}
    ids: dict[Mention, str] = {}
    forms: dict[str, Counter[str]] = {}
    made: dict[str, Entity] = {}
    seen: Counter[str] = Counter()
    titles = [b.span for b in article.blocks if b.kind == "title"]
    for mention in mentions:
        hit = hits.get(mention.span)
        if hit is None or mention.kind != hit.kind:
            continue
        entity = _entity(hit, register, article.id)
        if hit.code and hit.kind != "Country":
            made.update((e.id, e) for c in register.chain(hit.code)[:-1] if (e := _of_code(c, register)))
            seen.update({hit.code: 3 if any(s.covers(mention.span) for s in titles) else 1})
        elif hit.parent:
            made.update((e.id, e) for c in register.chain(hit.parent) if (e := _of_code(c, register)))
            seen[hit.parent] += 1
        made.setdefault(entity.id, entity)
        ids[mention] = entity.id
        forms.setdefault(entity.id, Counter())[article.at(mention.span)] += 1
    entities = []
    for id_, entity in sorted(made.items()):
        label = entity.label if entity.code else min(forms.get(id_) or {entity.label: 1}, key=lambda f: (-len(f), f))
        entities.append(replace(entity, label=label, aliases=tuple(sorted(f for f in forms.get(id_, ()) if f != label))))
    home = _home(seen)
    towns = Counter({c: n for c, n in _rolled(seen, 9).items() if home and c.startswith(home)})
    villages = Counter({i: sum(f.values()) for i, f in forms.items() if made[i].kind == "Village"})
    return Resolution(ids, tuple(entities), register.id(home) if home else "", _leader(towns, register), _leading(villages))


def _of_code(code: str, register: Register) -> Entity:
    parent = register.parent(code)
    return Entity(register.id(code), register.level(code), register.name(code), parent=register.id(parent) if parent else "", code=code.ljust(12, "0"))


def _entity(hit: _Hit, register: Register, article: str) -> Entity:
    if hit.kind == "Country":
        return Entity("place/" + local_name(hit.name), "Country", hit.name)
    if hit.code:
        return _of_code(hit.code, register)
    if hit.parent:
        up = register.id(hit.parent)
        return Entity(f"{up}.{local_name(hit.name)}", hit.kind, hit.name, parent=up)
    return Entity(f"place/{local_name(hit.name)}.{article}", hit.kind, hit.name)


def _rolled(seen: Counter[str], width: int) -> Counter[str]:
    out: Counter[str] = Counter()
    for code, n in seen.items():
        if len(code) >= width:
            out[code[:width]] += n
    return out


def _home(seen: Counter[str]) -> str:
    """The lowest code down to the county that holds half of its parent's weight; a place weighs less the higher it stands."""
    weights = Counter({c: n * (1 if len(c) <= 2 else 2) for c, n in seen.items()})
    home, total = "", sum(weights.values())
    for width in (2, 4, 6):
        below = _rolled(weights, width)
        if not below:
            break
        code, n = min(below.items(), key=lambda x: (-x[1], x[0]))
        if n * 2 < total:
            break
        home, total = code, n
    register = load_register()
    return home if home in register.names else next((home[:w] for w in (4, 2) if home[:w] in register.names), "")


def _leader(towns: Counter[str], register: Register) -> str:
    best = _leading(towns)
    return register.id(best) if best else ""


def _leading(counts: Counter[str]) -> str:
    """The key with at least three mentions and half of all, or the only one."""
    if not counts:
        return ""
    key, n = min(counts.items(), key=lambda x: (-x[1], x[0]))
    return key if len(counts) == 1 or (n >= 3 and 2 * n >= sum(counts.values())) else ""


def _hidden(article: Article) -> tuple[tuple[int, int], ...]:
    return tuple((s.start, s.end) for s in (*(b.span for b in article.blocks if b.kind == "byline"), *article.byline))


@cache
def _pattern(folders: tuple[object, ...], kind: str, head: str, tail: str) -> re.Pattern[str]:
    return re.compile(head + load(*folders[1:]).any_of("place_words", kind) + tail)  # type: ignore[arg-type]


def _tails(pack: Pack) -> re.Pattern[str]:
    """What an organisation's name looks like behind a place: a few characters, then its tail."""
    return _pattern(pack.folders, "office", r"[^\s，。、；：！？“”‘’《》的在与和是有为将及]{0,12}?", "")


@lru_cache(maxsize=8)
def _read(text: str, hidden: tuple[tuple[int, int], ...], folders: tuple[object, ...]) -> tuple[_Hit, ...]:
    """All hits in text order, without overlaps. Pure: the cache only spares `resolve` the second reading."""
    reader = _Reader(text, hidden, load(*folders[1:]), load_register())  # type: ignore[arg-type]
    return tuple(sorted(reader.run(), key=lambda h: h.start))


@cache
def _short_index(folders: tuple[object, ...]) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]]:
    """First two characters → short forms and countries, longest first; name → codes ("" for a country)."""
    names: dict[str, tuple[str, ...]] = dict(load_register().short)
    for word in load(*folders[1:]).words("place_countries", "country"):  # type: ignore[arg-type]
        names.setdefault(word, ("",))
    heads: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda n: (-len(n), n)):
        heads.setdefault(name[:2], []).append(name)
    return {h: tuple(n) for h, n in heads.items()}, names


class _Reader:
    """One reading of one text: the passes share what was found so far."""

    def __init__(self, text: str, hidden: tuple[tuple[int, int], ...], pack: Pack, register: Register) -> None:
        self.text, self.hidden, self.pack, self.register = text, hidden, pack, register
        self.taken: dict[int, _Hit] = {}  # every covered offset → its hit
        self.ends: dict[int, _Hit] = {}
        self.hits: list[_Hit] = []

    def run(self) -> list[_Hit]:
        self.upper()
        self.town_names()
        self.village_names()
        for hit in self._lone_towns():
            self.put(hit)
        return self.hits

    def put(self, hit: _Hit) -> None:
        if hit.end in self.ends or any(i in self.taken for i in (hit.start, hit.end - 1)) or any(a <= hit.start < b for a, b in self.hidden):
            return
        self.hits.append(hit)
        self.ends[hit.end] = hit
        self.taken.update(dict.fromkeys(range(hit.start, hit.end), hit))

    def words(self, kind: str) -> frozenset[str]:
        return _words(self.pack.folders, kind)

    def left_ok(self, at: int) -> bool:
        """Whether a name may begin here: nothing, no Chinese character, a function word or another place before it."""
        before = self.text[at - 1 : at]
        return not before or not _HAN.match(before) or before in _BEFORE or at in self.ends

    # ---- countries to counties

    def upper(self) -> None:
        chosen = self._choose(self._accepted(self._sweep([*self._full(), *self._short()])))
        for hit in chosen:
            self.put(hit)

    def _full(self) -> Iterator[_Hit]:
        text, full, history = self.text, self.register.full, self.pack.by_name.get("place_history", {})
        for m in _HIGH.finditer(text):
            end = m.end()
            for length in range(min(13, end), 1, -1):
                name = text[end - length : end]
                codes = full.get(name) or (full.get(history[name].parent) if name in history else None)
                if codes:
                    if not re.match(r"市[场民值容井价]|区[域块间别]|旗[帜下舰]|州[际]", text[end - 1 : end + 1]) and not re.search("[形构促造变达]成都市$", text[:end][-4:]):
                        yield _Hit(end - length, end, name, "", "full", options=codes)
                    break

    def _short(self) -> Iterator[_Hit]:
        text = self.text
        heads, names = _short_index(self.pack.folders)
        for head in sorted(heads.keys() & set(map(add, text, text[1:]))):
            for name in heads[head]:
                at = text.find(name)
                while at >= 0:
                    yield _Hit(at, at + len(name), name, "", "short", options=names[name])
                    at = text.find(name, at + 1)

    def _sweep(self, hits: Iterable[_Hit]) -> list[_Hit]:
        """Full forms first, then leftmost and longest: what overlaps an earlier one goes."""
        out: dict[int, _Hit] = {}
        covered: set[int] = set()
        for group in ("full", "short"):
            for hit in sorted((h for h in hits if h.how == group), key=lambda h: (h.start, -h.end)):
                if not covered.intersection(range(hit.start, hit.end)):
                    covered.update(range(hit.start, hit.end))
                    out[hit.start] = hit
        return [out[k] for k in sorted(out)]

    def _accepted(self, hits: list[_Hit]) -> list[_Hit]:
        """Without what is no place: each short form needs a boundary, an ordinary word also needs evidence."""
        text, full_codes = self.text, {c for h in hits if h.how == "full" for c in h.options}
        generic, stop = self.words("generic"), _words(self.pack.folders, "word", "place_stop")
        starts = {h.start: h for h in hits}
        # 浙江武川扑克有限公司: right behind a place that does not hold it, so no place here nor elsewhere in the text
        against = {
            starts[h.end].name
            for h in hits
            if h.end in starts and starts[h.end].how == "short" and h.name not in stop and not any(c.startswith(u) for c in starts[h.end].options for u in h.options if u)
        }
        nature, press = (_pattern(self.pack.folders, k, "", "") for k in ("nature", "press"))
        office = _pattern(self.pack.folders, "office", "[省市县区]?", "")
        right = _pattern(self.pack.folders, "right", "", "")
        near = {c[:4] for h in hits if h.how == "full" and h.name[:-1] not in stop for c in h.options}
        out: list[_Hit] = []
        ends: dict[int, _Hit] = {}
        for hit in hits:
            start, end, after = hit.start, hit.end, text[hit.end : hit.end + 1]
            before = text[start - 1 : start]
            above = ends.get(start)
            nested = above is not None and any(c.startswith(u) and c != u for c in hit.options for u in above.options if u)
            edge = not before or not _HAN.match(before) or before in _BEFORE or above is not None
            if hit.how == "full":
                stem = hit.name[:-1]
                weak = hit.name in generic or (not edge and len(hit.name) == 2)
                # 沿|海城市, 浙|南山区, 254|万山区: an ordinary word before the rank needs an edge or a neighbour of the same prefecture
                weak = weak or (stem in stop and not edge and not any(c[:4] in near for c in hit.options)) or (before.isdigit() and stem[0] in "百千万")
                if weak and not nested:
                    continue
            else:
                rank = bool(after) and after in "镇乡村路河江溪湖山岭峰" and not _NO_RANK.match(text, end)
                if rank or text.startswith(("街道", "社区"), end) or nature.match(text, end) or press.match(text, end):
                    continue
                if (hit.name == "日本" and (after == "报" or before in "今本当即近")) or text[end - 1 : end + 1] == "地区" or _REPORTER.search(text, max(0, start - 6), start):
                    continue
                proven = any(c in full_codes for c in hit.options)
                child = end in starts and any(c.startswith(u) for c in starts[end].options for u in hit.options if u)
                strong = office.match(text, end) or child
                if hit.name in against and not proven:
                    continue
                if before == "“" and not proven and 0 < text.find("”", end, end + 10) - end:
                    continue  # “丽水山耕”: a brand
                clear = (not after or not _HAN.match(after) or after in _AFTER or end in starts) and before not in _SURNAMES
                clear = clear and any(len(c) < 6 for c in hit.options)
                listed = (before in "、—-·" and start - 1 in ends) or (text[end : end + 1] in "、—" and end + 1 in starts and starts[end + 1].name not in stop)
                if hit.name in stop:
                    if not (proven and (edge or clear) or nested or (edge and strong) or (edge and listed)):
                        continue
                elif not (proven or edge or strong or clear or len(hit.name) > 2 or nested or right.match(text, end) or self._famous(hit)):
                    continue
                elif hit.options == ("",) and not (edge or clear):
                    continue
            out.append(hit)
            ends[end] = hit
        return out

    def _famous(self, hit: _Hit) -> bool:
        """A province whose name cannot be cut out of other words (黄|河南|岸 can)."""
        return any(len(c) == 2 for c in hit.options) and hit.name[-1] not in "东南西北"

    def _choose(self, hits: list[_Hit]) -> list[_Hit]:
        """The code of each hit: by the one before it, the full form elsewhere, the towns behind it, neighbours, and rank."""
        full = {c for h in hits if h.how == "full" for c in h.options}
        sure = Counter(c[:w] for h in hits if len(h.options) == 1 for c in h.options for w in (2, 4) if len(c) >= w)
        ends = {h.end: h for h in hits}
        memo: dict[tuple[str, tuple[str, ...]], str] = {}
        out = []
        for hit in hits:
            if hit.options == ("",):
                out.append(replace(hit, kind="Country"))
                continue
            above = next((ends[e] for e in (hit.start, hit.start - 1) if e in ends and (e == hit.start or self.text[e] in "·— ")), None)

            def score(code: str, hit: _Hit = hit, above: _Hit | None = above) -> tuple[int, int, str]:
                points = 8 if hit.how == "short" and code in full else 0
                points += 6 if above and any(u and code.startswith(u) and code != u for u in above.options) else 0
                points += (4 if sure[code[:4]] else 0) + (3 if sure[code[:2]] else 0) if len(hit.options) > 1 else 0
                points += {2: 4, 4: 2}.get(len(code), 0)
                if len(hit.options) > 1 and len(code) == 6:
                    towns = self.register.towns_in(code)
                    points += 6 if any(n in towns for m in self._towns_after(hit) for n in m) else 0
                return (-points, len(code), code)

            code = min(hit.options, key=score)
            # the same name is the same place all over the article, unless a parent stands before it
            code = code if above else memo.setdefault((hit.name, hit.options), code)
            memo.setdefault((hit.name, hit.options), code)
            out.append(replace(hit, code=code, kind=self.register.level(code), options=()))
        return out

    def _towns_after(self, hit: _Hit) -> Iterator[Iterator[str]]:
        if m := re.match(r"[一-鿿]{1,6}?(?:镇|乡|街道)", self.text[hit.end : hit.end + 8]):
            yield iter((m[0],))

    # ---- towns

    @cached_property
    def play(self) -> list[str]:
        """The counties that the text names, most mentions first; those of its prefectures where it names none."""
        codes = Counter(h.code for h in self.hits if len(h.code) == 6)
        towns = [c for h in self.hits if h.kind == "Prefecture" for c in self.register.counties_in(h.code) if not codes or len(self.register.counties_in(h.code)) == 1]
        return list(dict.fromkeys([*(c for c, _ in codes.most_common()), *towns]))

    def town_names(self) -> None:
        found = list(self._town_hits())
        if not self.play:
            # no county at all: the one that holds most of the towns named, if more than one does or the name is unique
            votes = Counter(c for n in {h.name: h.options for h in found}.values() for c in {o[:6] for o in n})
            ranked = votes.most_common(2)
            if ranked and (len(ranked) == 1 or (ranked[0][1] > 1 and ranked[0][1] > ranked[1][1])):
                self.play.append(ranked[0][0])
        for hit in map(self._town_choice, found):
            if hit.code or hit.parent or not self.play:
                self.put(hit)
        for hit in (*self._chained_towns(), *self._listed_towns()):
            self.put(hit)

    def _town_hits(self) -> Iterator[_Hit]:
        text, towns = self.text, self.register.towns
        local = {n: c for county in reversed(self.play[:12]) for n, c in self.register.towns_in(county).items() if n[-1] in "镇乡道"}
        for m in _TOWN_END.finditer(text):
            end = m.end()
            if end - 1 in self.taken or text.startswith("江市", end):
                continue
            best: _Hit | None = None
            for length in range(min(12, end), 1, -1):
                start = end - length
                name = text[start:end]
                options = towns.get(name, ())
                if name in local and local[name] not in options:
                    options = (*options, local[name])
                if start in self.taken or not options:
                    continue
                known = start in self.ends or any(o[:6] in self.play for o in options)
                if name in ("街道", "小城镇"):
                    continue
                if best is None or (known and not best.how):
                    best = _Hit(start, end, name, "Township", "full" if known else "", options=options)
            if best is None and (chained := self._unregistered_town(end)):
                best = chained
            if best and (best.how or self.left_ok(best.start)):
                yield replace(best, how=best.how or "full")

    def _unregistered_town(self, end: int) -> _Hit | None:
        for start in range(end - 2, max(end - 8, -1), -1):
            above = self.ends.get(start)
            if above and above.kind in ("County", "Prefecture") and above.how == "full":
                name = self.text[start:end]
                if not any(w in name for w in self.words("affix")) and re.fullmatch(r"[一-鿿]{2,7}", name) and len(town_stem(name)) > 1:
                    return None if name in ("乡镇", "街道", "各乡镇", "村镇", "城镇") or len(name) < 3 else _Hit(start, end, name, "Township", "pattern", parent=above.code)
        return None

    def _town_choice(self, hit: _Hit) -> _Hit:
        """The code by the place before it, else the last county named before it, else the county named most, else the only one there is."""
        if not hit.options:
            return hit
        above = self.ends.get(hit.start) or (self.ends.get(hit.start - 1) if self.text[hit.start - 1 : hit.start] in "·— " else None)
        if above and above.code:
            inside = [o for o in hit.options if o.startswith(above.code)]
            if len(inside) == 1:
                return replace(hit, code=inside[0], options=())
            if not inside and above.kind == "County":
                return replace(hit, parent=above.code, options=())
        own = [o for o in hit.options if o[:6] in self.play]
        if own:
            before = [h.code for h in self.hits if len(h.code) == 6 and h.start < hit.start]
            order = [*reversed(before), *self.play]
            return replace(hit, code=min(own, key=lambda o: (order.index(o[:6]) if o[:6] in order else 99, o)), options=())
        wider = {h.code for h in self.hits if h.kind in ("Prefecture", "Province")} | {c[:4] for c in self.play} | {c[:2] for c in self.play}
        for width in (4, 2):
            near = [o for o in hit.options if o[:width] in wider]
            if len(near) == 1:
                return replace(hit, code=near[0], options=())
        return replace(hit, code=hit.options[0] if len(hit.options) == 1 else "", options=())

    def _lone_towns(self) -> Iterator[_Hit]:
        """A town's short form by itself, where the town's name is the only one of its kind in the country: 瓜沥七彩未来社区."""
        stop, text = self._stop(), self.text
        for county in self.play[:3]:
            for name, code in self.register.towns_in(county).items():
                if name in stop or len(name) < 2 or name == self.register.name(code) or len(self.register.towns.get(self.register.name(code), "xx")) > 1:
                    continue
                for m in re.finditer(re.escape(name), text):
                    if self.left_ok(m.start()) and not _NO_TOWN.match(text, m.end()) and not any(i in self.taken for i in range(*m.span())):
                        yield _Hit(*m.span(), name, "Township", "short", code=code)

    def _stop(self) -> frozenset[str]:
        return _words(self.pack.folders, "town", "place_stop") | _words(self.pack.folders, "word", "place_stop")

    def _chained_towns(self) -> Iterator[_Hit]:
        """A town's short form right behind its county: 萧山瓜沥."""
        stop = self._stop()
        for above in [h for h in self.hits if h.kind in ("County", "Prefecture")]:
            counties = [above.code] if above.kind == "County" else [c for c in self.play if c.startswith(above.code)]
            for length in range(5, 1, -1):
                name = self.text[above.end : above.end + length]
                code = next((c for k in counties if (c := self.register.towns_in(k).get(name))), "")
                if code and name not in stop and not _NO_TOWN.match(self.text, above.end + length) and not self._village_at(above.end, code[:6]):
                    yield _Hit(above.end, above.end + length, name, "Township", "chain", code=code)
                    break

    def _village_at(self, at: int, county: str) -> bool:
        m = re.match(r"[一-鿿]{2,7}?(?:村|社区)", self.text[at : at + 9])
        return m is not None and m[0] in self.register.villages_in(county)

    def _members(self, cue: re.Match[str], known: Callable[[str], object]) -> list[tuple[int, int, str]]:
        """The members of a 、 list before a cue, right to left; the first one cut to the longest known name at its end."""
        low = max(0, cue.start() - 80)
        piece = self.text[low : cue.start()]
        cut = [m.end() for m in _SENTENCE.finditer(piece)]
        low, piece = (low + cut[-1], piece[cut[-1] :]) if cut else (low, piece)
        out, end = [], cue.start()
        parts = re.split(r"([、和与及])", piece)
        for n in range(len(parts) - 1, -1, -2):
            word, start = parts[n], end - len(parts[n])
            if n == 0 or parts[n - 1] != "、":
                keep = next((k for k in range(min(6, len(word)), 1, -1) if known(word[-k:])), 0)
                word, start = (word[-keep:], end - keep) if keep else (word, start)
            out.append((start, end, word))
            end = start - 1
            if n and len(parts[n]) > len(word):
                break
        return out

    def _listed_towns(self) -> Iterator[_Hit]:
        """Short forms in a list with a cue: 戴村、衙前、益农等地 · 铜井、孙祖两镇."""
        stems = {n: c for county in reversed(self.play[:12]) for n, c in self.register.towns_in(county).items()}
        for cue in _TOWN_LIST.finditer(self.text) if stems else ():
            members = self._members(cue, stems.get)
            known = [(s, e, w) for s, e, w in members if w in stems and s not in self.taken]
            others = sum(e in self.ends for _, e, _ in members)
            if len(members) > 1 and len(known) + others >= max(2, len(members) - 1):
                for start, end, word in known:
                    yield _Hit(start, end, word, "Township", "list", code=stems[word])

    # ---- villages

    @cached_property
    def areas(self) -> list[str]:
        """The counties whose villages are looked up: those of the towns named first."""
        towns = Counter(h.code[:6] for h in self.hits if len(h.code) == 9)
        return list(dict.fromkeys([*(c for c, _ in towns.most_common()), *self.play]))[:8]

    @cached_property
    def known(self) -> Mapping[str, tuple[str, ...]]:
        out: dict[str, tuple[str, ...]] = {}
        for area in self.areas:
            for name, codes in self.register.villages_in(area).items():
                out[name] = (*out.get(name, ()), *codes)
        return out

    def village_names(self) -> None:
        text, stop = self.text, self.words("village")
        ends = [m.end() for m in _VILLAGE_END.finditer(text) if m.start() not in self.taken]
        rest: list[int] = []
        loose: list[_Hit] = []
        for end in ends:
            if text[end - 1] == "村" and _GOES_ON.match(text, end):
                continue  # 前村|村: the name goes on
            if (town := self._after_town(end)) is None:
                rest.append(end)
            elif town.name:
                self.put(town)
        for end in rest:
            if hit := self._registered(end, stop):
                self.put(hit)
            elif hit := self._loose(end):
                loose.append(hit)
        for hit in loose:
            self._settle(hit)
        for hit in self._listed_villages():
            self.put(hit)
        self._learn()

    def _after_town(self, end: int) -> _Hit | None:
        """The village right behind a town; an empty one where a town stands there but what follows is no name; None without a town."""
        text = self.text
        for start in range(end - 2, max(end - 10, -1), -1):
            if start in self.taken:
                return None
            above = self.ends.get(start)
            if above is None or above.kind != "Township":
                continue
            name = text[start:end]
            if name in self.words("village"):
                return _Hit(0, 0, "", "", "")
            known = self.register.villages_in(above.code) if above.code else {}
            code = known.get(name, ("",))[0] or known.get(name + "村" if name.endswith("村") else "", ("",))[0] or self._variant(name, known)
            if not code:
                # 镜岭镇继安山村之后: the town stands there, but the name begins later
                later = next((name[i:] for i in range(1, len(name) - 2) if name[i:] in known), "")
                if later:
                    return _Hit(end - len(later), end, later, "Village", "full", code=known[later][0])
            plain = re.fullmatch(rf"{_PLAIN}{{1,5}}(?:村|社区|嘎查)", name) and not self._common(name)
            return _Hit(start, end, name, "Village", "chain", code=code, parent="" if code else above.code or above.parent) if code or plain else _Hit(0, 0, "", "", "")
        return None

    def _common(self, name: str) -> bool:
        """Whether a would-be village name is made of ordinary words."""
        return name in self.words("village") or any(w in name[:-1] for w in self.words("affix")) or any(name.endswith(w) for w in self.words("village") if len(w) > 2)

    def _variant(self, name: str, known: Mapping[str, tuple[str, ...]]) -> str:
        """The one village of a town whose name differs in one character (坂 for 畈), for names of three and more characters before 村."""
        near = [c[0] for n, c in known.items() if len(n) == len(name) > 3 and sum(a != b for a, b in zip(n, name, strict=True)) == 1]
        return near[0] if len(near) == 1 else ""

    def _registered(self, end: int, stop: frozenset[str]) -> _Hit | None:
        text = self.text
        for length in range(min(9, end), 1, -1):
            start = end - length
            name = text[start:end]
            if name not in self.known or name in stop or any(i in self.taken for i in (start, end - 1)):
                continue
            after = text[end : end + 1]
            before = text[start - 1 : start]
            if length <= 2:
                if _HAN.match(before) and before not in "在到从去赴往与和壁邻离叫的了" and start not in self.ends:
                    return None
            elif text.endswith("社区", 0, end) and not self.left_ok(start):
                return None
            elif length == 3 and not self.left_ok(start) and self._common(text[start - 1 : end]):
                return None
            if after == "民" or text.startswith(("镇银行", "庄"), end):
                return None
            return self._village_choice(_Hit(start, end, name, "Village", "full", options=self.known[name]))
        towns = next((c for a in self.areas for n in (text[end - 2 : end], text[end - 3 : end]) if (c := self.register.towns_in(a).get(n)) and n[-1] == "村"), "")
        if towns and (size := len(town_stem(self.register.name(towns)))) and self.left_ok(end - size):
            return _Hit(end - size, end, text[end - size : end], "Township", "short", code=towns)
        return None

    def _village_choice(self, hit: _Hit) -> _Hit:
        """Among villages of one name: the last town named before it, any town named, the last county named, else scoped by the county."""
        same = [h for h in self.hits if h.name == hit.name and h.kind == "Village"]
        if same:
            nearest = max((h for h in same if h.start < hit.start), key=lambda h: h.start, default=same[0])
            return replace(hit, code=nearest.code, parent=nearest.parent, options=())
        codes = hit.options
        towns = [h.code for h in self.hits if len(h.code) == 9 and h.start < hit.start]
        for town in (*reversed(towns), *(h.code for h in self.hits if len(h.code) == 9)):
            if inside := [c for c in codes if c.startswith(town)]:
                return replace(hit, code=inside[0], options=())
        counties = [h.code for h in self.hits if len(h.code) == 6 and h.start < hit.start]
        for county in (*reversed(counties), *self.areas):
            inside = [c for c in codes if c.startswith(county)]
            if inside:
                return replace(hit, code=inside[0] if len(inside) == 1 else "", parent="" if len(inside) == 1 else county, options=())
        return hit

    def _loose(self, end: int) -> _Hit | None:
        """A name that the register lacks: two to four characters before 村 from a clear left edge."""
        if self.text[end - 1] != "村" or self.text[end : end + 1] in set("民庄落镇务"):
            return None
        for length in range(3, 6):
            start = end - length
            if start < 0 or start in self.taken:
                return None
            name = self.text[start:end]
            if re.fullmatch(rf"{_PLAIN}{{2,4}}村", name) and self.left_ok(start) and not self._common(name):
                return _Hit(start, end, name, "Village", "pattern")
        return None

    def _settle(self, hit: _Hit) -> None:
        """Keep a loose name where an office or the like follows, or a list or a county before it shows what it is."""
        text = self.text
        before = text[hit.start - 1 : hit.start]
        above = self.ends.get(hit.start)
        hard = not before or not _HAN.match(before)
        last = self.ends.get(hit.start - 1)
        listed = before == "、" and last is not None and last.kind == "Village"
        same = next((h for h in self.hits if h.name == hit.name and h.kind == "Village"), None)
        if same:
            self.put(replace(hit, code=same.code, parent=same.parent))
        elif listed or (hard and text.count(hit.name) > 2) or (_SEAT.match(text, hit.end) and (above or hard or text.count(hit.name) > 1)):
            self.put(replace(hit, parent=self._scope(above)))

    def _scope(self, above: _Hit | None) -> str:
        """Where an unregistered village lies: in the place before it, else in the one town that the text names, else in the one county."""
        if above is not None and above.kind in ("County", "Township"):
            return above.code or above.parent
        towns = {h.code for h in self.hits if h.kind == "Township"}
        if len(towns) == 1:
            return next(iter(towns))
        return self.play[0] if len(self.play) == 1 else ""

    def _listed_villages(self) -> Iterator[_Hit]:
        """Villages without 村 in a list: 青峰、魏岗两村 · 沙坡、白果树两个自然村."""
        text = self.text
        named = {town_stem(h.name): h for h in self.hits if h.kind == "Village"}

        def stem(word: str) -> tuple[str, ...]:
            return self.known.get(word + "村") or self.known.get(word + "社区") or ()

        home = Counter((h.code or "", h.parent) for h in self.hits if h.kind == "Village").most_common(1)
        for cue in _VILLAGE_LIST.finditer(text):
            members = self._members(cue, lambda word: word in named or stem(word))
            if len(members) < 2:
                continue
            known = sum(bool(stem(w)) or w in named or e in self.ends for _, e, w in members)
            natural = cue[1] == "自然村"
            for start, end, word in members:
                if start in self.taken or end - 1 in self.taken:
                    continue
                if word in named:
                    yield replace(named[word], start=start, end=end, how="list")
                elif stem(word) and known * 2 >= len(members):
                    yield self._village_choice(_Hit(start, end, word, "Village", "list", options=stem(word)))
                elif natural or known * 2 >= len(members):
                    name = re.split(f"[{''.join(sorted(_BEFORE))}]", word)[-1]
                    if 2 <= len(name) <= 4 and re.fullmatch(r"[一-鿿]+", name) and not self._common(name + "村"):
                        parent = (home[0][0][0][:9] or home[0][0][1]) if home else (self.play[0] if self.play else "")
                        yield _Hit(end - len(name), end, name, "Village", "list", parent=parent)

    def _learn(self) -> None:
        """A village named in full is also found by its stem: three characters anywhere, two between clear edges in a list."""
        stop = self._stop()
        towns = {town_stem(h.name) for h in self.hits if h.kind in ("Township", "County", "Prefecture")}
        for name, hit in sorted({h.name: h for h in self.hits if h.kind == "Village" and h.name[-1] in "村区"}.items()):
            stem = town_stem(name)
            if len(stem) < 2 or stem == name or stem in stop or stem in towns:
                continue
            for m in re.finditer(re.escape(stem), self.text):
                edge = self.text[m.start() - 1 : m.start()] in ("、", "，", "“", "") and self.text[m.end() : m.end() + 1] in set("、，。”等和与出")
                if (len(stem) > 2 or edge) and not self.text.startswith(("村", "社区", "镇", "乡", "街道"), m.end()) and not any(i in self.taken for i in range(*m.span())):
                    self.put(replace(hit, start=m.start(), end=m.end(), how="learnt"))


@cache
def _words(folders: tuple[object, ...], kind: str, lexicon: str = "place_words") -> frozenset[str]:
    return frozenset(load(*folders[1:]).words(lexicon, kind))  # type: ignore[arg-type]


_ = bisect_right
