"""The second and third pass of reading places: towns by the counties that the text names, villages by those towns and counties.

The register decides what is a name. Where it is silent, strong patterns do: a town or county right before it, an office after it, a list.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from .place_hits import BEFORE, HAN, Hit, Reading, word_set
from .register import town_stem

_NUMBER = "(?<![两二三四五六七八九十百0-9])[两二三四五六七八九十百0-9]+"  # from its first sign: no numeral is tried from each of its signs
_TOWN_END = re.compile(r"镇|乡(?![村镇亲贤愁土情邻间])|街道|苏木")
_VILLAGE_END = re.compile(r"村|社区|嘎查")
_GOES_ON = re.compile(r"村(?!民|集体|级|委|党|两委|支|里|干|书|规|口|组|总|医|务|史|情|域|“|的|镇银行)")
_SEAT = re.compile(r"村?党支部|村?党总支|村?党委|村?支书|村?书记|村民|村集体|村?两委|村?“两委”|村委|股份经济|文化礼堂|村史")
_TOWN_LIST = re.compile(rf"(?:等(?:{_NUMBER})?|{_NUMBER})个?(?:乡镇|镇街|街镇|镇乡|镇|街道|乡|地)(?!\w?级)")
_VILLAGE_LIST = re.compile(rf"(?:等(?:{_NUMBER})?|{_NUMBER})个?(自然村|行政村|村(?!民|集体|级|干|镇)|社区)")
_PLAIN = "(?:(?![与和及或把被将从向对在到去是有为的了各全每个等其以可要就都也又还再不两行司])[一-鿿])"
_ONE_VILLAGE = re.compile(rf"{_PLAIN}{{1,5}}(?:村|社区|嘎查)")
_LOOSE_VILLAGE = re.compile(rf"{_PLAIN}{{2,4}}村")
_NATURAL = re.compile(rf"{_PLAIN}{{2,4}}")
_ANY_VILLAGE = re.compile(r"[一-鿿]{2,7}?(?:村|社区)")
_ANY_TOWN = re.compile(r"[一-鿿]{3,7}")
_NO_TOWN = ("镇", "乡", "村", "路", "山", "湖", "江", "河", "溪", "湾", "市", "县", "区", "街道", "社区", "大道")
_CUT = re.compile(r"[，。；：！？\n“”（）()《》]")
_LEADS = re.compile(f"[{''.join(sorted(BEFORE))}]")
_NOTHING = Hit(0, 0, "", "", "")
_FALSE_TOWNS = frozenset(("街道", "小城镇", "乡镇", "各乡镇", "村镇", "城镇"))


def counties_in_play(reading: Reading) -> list[str]:
    """The counties that the text names, most mentions first; those of its prefectures where it names none (or they have but one)."""
    codes = Counter(h.code for h in reading.hits if len(h.code) == 6)
    below = (reading.register.counties_in(h.code) for h in reading.of_kind("Prefecture"))
    return list(dict.fromkeys([*(c for c, _ in codes.most_common()), *(c for cs in below if not codes or len(cs) == 1 for c in cs)]))


# ---- towns


def read_towns(reading: Reading, play: list[str]) -> None:
    """Add the towns. `play` gains the county that the towns themselves give away, if the text names none."""
    found = list(_town_hits(reading, play))
    if not play and found:
        votes = Counter(c for n in {h.name: h.options for h in found}.values() for c in {o[:6] for o in n})
        ranked = votes.most_common(2)
        if ranked and (len(ranked) == 1 or (ranked[0][1] > 1 and ranked[0][1] > ranked[1][1])):
            play.append(ranked[0][0])
    for hit in found:
        hit = _town_choice(reading, hit, play)
        if hit.code or hit.parent or not play:
            reading.put(hit)
    for hit in (*_chained_towns(reading, play), *_listed_towns(reading, play)):
        reading.put(hit)


def _town_hits(reading: Reading, play: list[str]) -> Iterator[Hit]:
    text, towns = reading.text, reading.register.towns
    local = [reading.register.towns_in(c) for c in play[:12]]
    inside = set(play)
    for m in _TOWN_END.finditer(text):
        end = m.end()
        if end - 1 in reading.taken or (m[0] == "镇" and text.startswith("镇", end)):
            continue  # 壶镇|镇: the name goes on
        best: Hit | None = None
        for length in range(min(12, end), 1, -1):
            start = end - length
            name = text[start:end]
            if name in _FALSE_TOWNS:
                continue
            options = towns.get(name, ())
            options = (*options, *(t[name] for t in local if name in t and t[name] not in options))
            if not options or start in reading.taken:
                continue
            known = start in reading.ends or not inside.isdisjoint(o[:6] for o in options)
            if best is None or (known and not best.how):
                best = Hit(start, end, name, "Township", "full" if known else "", options=options)
        best = best or _unregistered_town(reading, end)
        if best and (best.how or reading.left_ok(best.start)):
            yield best._replace(how=best.how or "full")


def _unregistered_town(reading: Reading, end: int) -> Hit | None:
    """A town that the register lacks, right behind its county's full name."""
    for start in range(end - 3, max(end - 8, -1), -1):
        above = reading.ends.get(start)
        if above and above.kind in ("County", "Prefecture") and above.how == "full":
            name = reading.text[start:end]
            plain = _ANY_TOWN.fullmatch(name) and name not in _FALSE_TOWNS and not any(w in name for w in reading.words("affix"))
            return Hit(start, end, name, "Township", "pattern", parent=above.code) if plain else None
    return None


def _town_choice(reading: Reading, hit: Hit, play: list[str]) -> Hit:
    """The code by the place before it, else the county named last before it or most, else the only one near, else the only one at all."""
    if not hit.options:
        return hit
    above = reading.ends.get(hit.start) or (reading.ends.get(hit.start - 1) if reading.text[hit.start - 1 : hit.start] in tuple("·— ") else None)
    if above and above.code:
        inside = [o for o in hit.options if o.startswith(above.code)]
        if len(inside) == 1:
            return hit._replace(code=inside[0], options=())
        if not inside and above.kind == "County":
            return hit._replace(parent=above.code, options=())
    own = [o for o in hit.options if o[:6] in play]
    if own:
        order = [*(h.code for h in reversed(reading.hits) if len(h.code) == 6 and h.start < hit.start), *play]
        return hit._replace(code=min(own, key=lambda o: (order.index(o[:6]), o)), options=())
    named = {h.code for h in reading.of_kind("Prefecture", "Province")}
    for wider in ({c for c in named if len(c) == 4} | {c[:4] for c in play}, {c[:2] for c in named} | {c[:2] for c in play}):
        near = [o for o in hit.options if o[:4] in wider or o[:2] in wider]
        if len(near) == 1:
            return hit._replace(code=near[0], options=())
    return hit._replace(code=hit.options[0] if len(hit.options) == 1 else "", options=())


def _stop(reading: Reading) -> frozenset[str]:
    return word_set(reading.folders, "town word never", "place_stop")


def _chained_towns(reading: Reading, play: list[str]) -> Iterator[Hit]:
    """A town's short form right behind its county: 萧山瓜沥."""
    text = reading.text
    for above in reading.of_kind("County", "Prefecture"):
        at = above.end
        for county in [above.code] if above.kind == "County" else [c for c in play if c.startswith(above.code)]:
            towns = reading.register.towns_in(county)
            name = next((n for k in range(5, 1, -1) if (n := text[at : at + k]) in towns and len(n) == k), "")
            if not name or name in _stop(reading) or text.startswith(_NO_TOWN, at + len(name)):
                continue
            village = _ANY_VILLAGE.match(text, at, at + 9)
            if village is None or not reading.register.villages_named(county, village[0]):
                yield Hit(at, at + len(name), name, "Township", "chain", code=towns[name])
                break


def _members(text: str, cue: re.Match[str], known: Callable[[str], object]) -> list[tuple[int, int, str]]:
    """The members of a 、 list before a cue, right to left; the first one cut to the longest known name at its end."""
    low = max(0, cue.start() - 80)
    low = max((m.end() for m in _CUT.finditer(text, low, cue.start())), default=low)
    out, end = [], cue.start()
    parts = re.split(r"([、和与及])", text[low : cue.start()])
    for n in range(len(parts) - 1, -1, -2):
        word = parts[n]
        if n == 0 or parts[n - 1] != "、":
            word = next((word[-k:] for k in range(min(6, len(word)), 1, -1) if known(word[-k:])), word)
        out.append((end - len(word), end, word))
        if len(parts[n]) > len(word):
            break
        end -= len(word) + 1
    return out


def _listed_towns(reading: Reading, play: list[str]) -> Iterator[Hit]:
    """Short forms in a list with a cue: 戴村、衙前、益农等地 · 铜井、孙祖两镇."""
    local = [reading.register.towns_in(c) for c in play[:12]]

    def code(word: str) -> str:
        return next((t[word] for t in local if word in t), "")

    for cue in _TOWN_LIST.finditer(reading.text) if play else ():
        members = _members(reading.text, cue, code)
        known = [(s, e, w) for s, e, w in members if code(w) and reading.free(s, e)]
        if len(members) > 1 and len(known) + sum(e in reading.ends for _, e, _ in members) >= max(2, len(members) - 1):
            yield from (Hit(s, e, w, "Township", "list", code=code(w)) for s, e, w in known)


def read_lone_towns(reading: Reading, play: list[str]) -> None:
    """Add towns' short forms by themselves, where the town's name is the only one of its kind in the country: 瓜沥七彩未来社区."""
    text, stop = reading.text, _stop(reading)
    for county in play[:3]:
        for name, code in reading.register.lone_stems(county):
            at = text.find(name) if name not in stop else -1
            while at >= 0:
                end = at + len(name)
                if reading.left_ok(at) and not text.startswith(_NO_TOWN, end) and reading.free(at, end):
                    reading.put(Hit(at, end, name, "Township", "short", code=code))
                at = text.find(name, at + 1)


# ---- villages


def read_villages(reading: Reading, play: list[str]) -> None:
    """Add the villages and communities: those right behind a town, then register names, then strong patterns, lists and short forms."""
    towns = Counter(h.code[:6] for h in reading.of_kind("Township") if h.code)
    areas = list(dict.fromkeys([*(c for c, _ in towns.most_common()), *play]))[:8]
    rest: list[int] = []
    for m in _VILLAGE_END.finditer(reading.text):
        if m.start() in reading.taken or (m[0] == "村" and _GOES_ON.match(reading.text, m.end())):
            continue  # 前村|村: the name goes on
        if (hit := _after_town(reading, m.end())) is None:
            rest.append(m.end())
        elif hit.name:
            reading.put(hit)
    loose = []
    for end in rest:
        if hit := _registered(reading, end, areas):
            reading.put(hit)
        elif hit := _loose(reading, end):
            loose.append(hit)
    for hit in loose:
        _settle(reading, hit, play)
    for hit in _listed_villages(reading, areas, play):
        reading.put(hit)
    _learn(reading)


def _options(reading: Reading, name: str, areas: list[str]) -> tuple[str, ...]:
    return tuple(c for a in areas for c in reading.register.villages_named(a, name))


def _common(reading: Reading, name: str) -> bool:
    """Whether a would-be village name is made of ordinary words."""
    stop = reading.words("village")
    return any(name[i:] in stop for i in range(len(name) - 1) if i == 0 or len(name) - i > 2) or any(w in name[:-1] for w in reading.words("affix"))


def _after_town(reading: Reading, end: int) -> Hit | None:
    """The village right behind a town; an empty hit where a town stands there but no name follows; None without a town."""
    text = reading.text
    for start in range(end - 2, max(end - 10, -1), -1):
        if start in reading.taken:
            return None
        above = reading.ends.get(start)
        if above is None or above.kind != "Township":
            continue
        name = text[start:end]
        if name in reading.words("village"):
            return _NOTHING
        known: Mapping[str, tuple[str, ...]] = reading.register.villages_in(above.code) if above.code else {}
        codes = known.get(name) or (known.get(name + "村") if name.endswith("村") else None) or _variant(name, known)
        if not codes and (later := next((name[i:] for i in range(1, len(name) - 2) if name[i:] in known), "")):
            # 镜岭镇继安山村之后: the town stands there, but the name begins later
            return Hit(end - len(later), end, later, "Village", "full", code=known[later][0])
        if codes:
            return Hit(start, end, name, "Village", "chain", code=codes[0])
        plain = _ONE_VILLAGE.fullmatch(name) and not _common(reading, name)
        return Hit(start, end, name, "Village", "chain", parent=above.code or above.parent) if plain else _NOTHING
    return None


def _variant(name: str, known: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The one village of a town whose name differs in one character (坂 for 畈), for names of three characters and more before 村."""
    near = [c for n, c in known.items() if len(n) == len(name) > 3 and sum(a != b for a, b in zip(n, name, strict=True)) == 1]
    return near[0] if len(near) == 1 else ()


def _registered(reading: Reading, end: int, areas: list[str]) -> Hit | None:
    """A register name of the counties in play that ends here, the longest one."""
    text = reading.text
    if text.startswith(("民", "庄", "镇银行"), end) and not text.startswith("村民", end):
        return None
    tail = text[end - 3 : end]
    ends = any(tail in reading.register.village_tails(a) for a in areas)
    for length in range(min(9, end), 2, -1) if ends else ():
        start = end - length
        name = text[start:end]
        if name in reading.words("village") or not reading.free(start, end) or not (options := _options(reading, name, areas)):
            continue
        before = text[start - 1 : start]
        clear = reading.left_ok(start) or (not name.endswith("社区") and (length > 3 or not _common(reading, before + name)))
        return _village_choice(reading, Hit(start, end, name, "Village", "full", options=options), areas) if clear else None
    start, name = end - 2, text[end - 2 : end]
    before = text[start - 1 : start]
    if name not in reading.words("village") and reading.free(start, end) and (options := _options(reading, name, areas)):
        if not HAN.match(before) or before in "在到从去赴往与和壁邻离叫的了" or start in reading.ends:
            return _village_choice(reading, Hit(start, end, name, "Village", "full", options=options), areas)
        return None
    for length in (3, 2):  # 樟村: the short form of 樟村镇
        name = text[end - length : end]
        code = next((c for a in areas if (c := reading.register.towns_in(a).get(name))), "")
        if code and len(name) == length and reading.left_ok(end - length) and reading.free(end - length, end):
            return Hit(end - length, end, name, "Township", "short", code=code)
    return None


def _village_choice(reading: Reading, hit: Hit, areas: list[str]) -> Hit:
    """Among villages of one name: the one already meant, the last town named before it, any town named, the last county named; else the county's."""
    if same := [h for h in reading.of_kind("Village") if h.name == hit.name]:
        nearest = max((h for h in same if h.start < hit.start), key=lambda h: h.start, default=same[0])
        return hit._replace(code=nearest.code, parent=nearest.parent, options=())
    towns = [h for h in reading.of_kind("Township") if h.code]
    for town in sorted(towns, key=lambda h: (h.start > hit.start, abs(h.start - hit.start))):
        if inside := [c for c in hit.options if c.startswith(town.code)]:
            return hit._replace(code=inside[0], options=())
    counties = [h.code for h in reading.hits if len(h.code) == 6 and h.start < hit.start]
    for county in (*reversed(counties), *areas):
        if inside := [c for c in hit.options if c.startswith(county)]:
            return hit._replace(code=inside[0] if len(inside) == 1 else "", parent="" if len(inside) == 1 else county, options=())
    return hit._replace(options=())


def _loose(reading: Reading, end: int) -> Hit | None:
    """A name that the register lacks: two to four characters before 村 from a clear left edge."""
    text = reading.text
    if text[end - 1] != "村" or text[end : end + 1] in tuple("民庄落镇务"):
        return None
    for start in range(end - 3, max(end - 6, -1), -1):
        if start in reading.taken:
            return None
        if reading.left_ok(start) and _LOOSE_VILLAGE.fullmatch(text, start, end) and not _common(reading, text[start:end]):
            return Hit(start, end, text[start:end], "Village", "pattern")
    return None


def _settle(reading: Reading, hit: Hit, play: list[str]) -> None:
    """Keep a loose name where an office follows, or a list, a county before it or repetition shows what it is."""
    text = reading.text
    before = text[hit.start - 1 : hit.start]
    above, last = reading.ends.get(hit.start), reading.ends.get(hit.start - 1)
    hard = not before or not HAN.match(before)
    often = text.count(hit.name)
    if same := next((h for h in reading.of_kind("Village") if h.name == hit.name), None):
        reading.put(hit._replace(code=same.code, parent=same.parent))
    elif (before == "、" and last and last.kind == "Village") or (hard and often > 2) or (_SEAT.match(text, hit.end) and (above or hard or often > 1)):
        reading.put(hit._replace(parent=_scope(reading, above, play)))


def _scope(reading: Reading, above: Hit | None, play: list[str]) -> str:
    """Where an unregistered village lies: in the place before it, else in the one town that the text names, else in the one county."""
    if above is not None and above.kind in ("County", "Township"):
        return above.code or above.parent
    towns = {h.code for h in reading.of_kind("Township")}
    return next(iter(towns)) if len(towns) == 1 else play[0] if len(play) == 1 else ""


def _listed_villages(reading: Reading, areas: list[str], play: list[str]) -> Iterator[Hit]:
    """Villages without 村 in a list: 青峰、魏岗两村 · 沙坡、白果树两个自然村."""
    named = {town_stem(h.name): h for h in reading.of_kind("Village")}
    homes = Counter(h.code[:9] or h.parent for h in named.values()).most_common(1)

    def options(word: str) -> tuple[str, ...]:
        return _options(reading, word + "村", areas) or _options(reading, word + "社区", areas)

    for cue in _VILLAGE_LIST.finditer(reading.text):
        members = _members(reading.text, cue, lambda word: word in named or options(word))
        if len(members) < 2:
            continue
        most = 2 * sum(w in named or bool(options(w)) or e in reading.ends for _, e, w in members) >= len(members)
        for start, end, word in members:
            if not reading.free(start, end):
                continue
            if word in named:
                yield named[word]._replace(start=start, end=end, how="list")
            elif most and (codes := options(word)):
                yield _village_choice(reading, Hit(start, end, word, "Village", "list", options=codes), areas)
            elif most or cue[1] == "自然村":
                name = _LEADS.split(word)[-1]
                if _NATURAL.fullmatch(name) and not _common(reading, name + "村"):
                    yield Hit(end - len(name), end, name, "Village", "list", parent=homes[0][0] if homes else play[0] if play else "")


def _learn(reading: Reading) -> None:
    """A village named in full is also found by its stem: three characters anywhere, two between the commas of a list."""
    text, stop = reading.text, _stop(reading)
    uppers = {town_stem(h.name) for h in reading.of_kind("Township", "County", "Prefecture")}
    for name, hit in sorted({h.name: h for h in reading.of_kind("Village") if h.name[-1] in "村区"}.items()):
        stem = town_stem(name)
        if len(stem) < 2 or stem == name or stem in stop or stem in uppers:
            continue
        at = text.find(stem)
        while at >= 0:
            end = at + len(stem)
            listed = text[at - 1 : at] in ("、", "，", "“", "") and text[end : end + 1] in tuple("、，。”等和与出")
            if (len(stem) > 2 or listed) and not text.startswith(("村", "社区", "镇", "乡", "街道"), end) and reading.free(at, end):
                reading.put(hit._replace(start=at, end=end, how="learnt"))
            at = text.find(stem, at + 1)
