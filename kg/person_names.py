"""What a person's name looks like, and how far it reaches.

Nothing here believes a name without a cue: the callers say what stands before it, this module says where it ends and
whether it is rather a word of the language. All texts are folded ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from .pack import Pack

HAN = r"[\u4e00-\u9fff]"
HAN_RUN = re.compile(HAN + "+")
EDGE = re.compile(rf"(?!{HAN})|$")  # where a run of Chinese characters ends


@dataclass(frozen=True, slots=True)
class Endings:
    """Words found from their last character: far fewer places to look at than their first characters have."""

    last: re.Pattern[str]
    by_tail: Mapping[str, tuple[str, ...]]  # last two characters → words, longest first

    @classmethod
    def of(cls, words: Sequence[str], then: str) -> Endings:
        """`words` are longest first; `then`: the characters one of which must follow, "" for any."""
        tails: dict[str, tuple[str, ...]] = {}
        for w in words:
            tails[w[-2:]] = (*tails.get(w[-2:], ()), w)
        return cls(re.compile(f"[{''.join(sorted({w[-1] for w in words}))}]" + (f"(?=[{then}])" if then else "")), tails)

    def found(self, f: str) -> Iterator[tuple[int, int]]:
        """Start and end of the longest word at each place where one ends."""
        for m in self.last.finditer(f):
            end = m.end()
            for w in self.by_tail.get(f[end - 2 : end], ()):
                if f.startswith(w, end - len(w)):
                    yield end - len(w), end
                    break


@dataclass(frozen=True, slots=True)
class Grammar:
    """The word lists of a pack, ready to match."""

    surnames: frozenset[str]
    compounds: frozenset[str]
    weak: frozenset[str]  # surnames that are mostly ordinary words
    words: frozenset[str]  # words that look like names
    given: frozenset[str]  # characters common in given names
    never: frozenset[str]  # characters that end no name
    after: frozenset[str]  # characters that may stand right after a name
    follow: frozenset[str]  # words that stand right after a name
    joined: frozenset[str]  # words that end in a surname
    speech: re.Pattern[str]
    objects: re.Pattern[str]
    heads: Endings  # titles: their last parts
    wholes: frozenset[str]  # titles that take no lead
    lead: re.Pattern[str]  # what stands before a head within a title, at the end of the text before it
    roles: Endings
    address: re.Pattern[str]
    called: re.Pattern[str]  # titles used as forms of address
    familiar: re.Pattern[str]
    of_place: re.Pattern[str]
    kin: re.Pattern[str]
    dotted: re.Pattern[str]


@cache
def grammar(pack: Pack) -> Grammar:
    one, two = pack.words("surnames", "1"), pack.words("surnames", "2")
    weak = frozenset(pack.words("name_stop", "weak"))
    firm = "[" + "".join(sorted(s for s in one if s not in weak)) + "]"
    any_one = "[" + "".join(sorted(one)) + "]"
    address = pack.any_of("titles", "address")
    return Grammar(
        surnames=frozenset(one),
        compounds=frozenset(two),
        weak=weak,
        words=frozenset(pack.words("name_stop", "word")),
        given=frozenset(pack.words("name_stop", "given")),
        never=frozenset(pack.words("name_stop", "char")),
        after=frozenset(pack.words("name_stop", "char", "after")),
        follow=frozenset(pack.words("name_stop", "follow", "speech", "verb")),
        joined=frozenset(pack.words("name_stop", "joined")),
        speech=re.compile(pack.any_of("name_stop", "speech")),
        objects=re.compile(pack.any_of("name_stop", "object")),
        heads=Endings.of(pack.words("titles", "head", "whole"), ""),
        wholes=frozenset(pack.words("titles", "whole")),
        lead=re.compile(rf"(?:{pack.any_of('titles', 'dated')})?(?:{pack.any_of('titles', 'lead')}){{0,4}}$"),
        roles=Endings.of(pack.words("titles", "role"), "".join(one) + "".join(w[0] for w in two) + "老小"),
        address=re.compile(rf"{any_one}(?:{address}|某{{1,2}}(?![些种个类项年日月天地村镇乡县区市公企单厂店行人国家]))|{firm}老[大二三四五六七八九幺]"),
        called=re.compile(firm + pack.any_of("titles", "called")),
        familiar=re.compile(rf"[老小]{firm}(?!{any_one}{address})"),
        of_place=re.compile(rf"(?:(?:[村镇乡县区市寨屯岁]|街道)的|[他她人名]叫|[”’」])(?={any_one}{HAN})"),
        kin=re.compile(r"(?:笔下|夫妇|夫妻|兄弟|姐妹|父子|母子|一家人?|等人)"),
        dotted=re.compile(rf"{HAN}{{2,8}}(?:·{HAN}{{2,8}}){{1,3}}"),
    )


def follows(f: str, at: int, g: Grammar) -> int:
    """How surely a name can end at `at`: 3 a word or mark, 1 a character that often stands after names, 0 neither."""
    if EDGE.match(f, at) or f[at] in g.follow or f[at : at + 2] in g.follow or f[at : at + 3] in g.follow:
        return 3
    return 1 if f[at] in g.after else 0


def name_end(f: str, at: int, g: Grammar, firm: bool) -> int:
    """The end of the full name that starts at `at`; `at` itself if none does.

    `firm` says that a title or a press mark stands before it, so that unusual names are believed too.
    """
    dotted = g.dotted.match(f, at)
    if dotted and firm:
        last = f.rfind("·", at, dotted.end()) + 1
        return next((i for i in range(last + 2, dotted.end()) if follows(f, i, g) == 3), dotted.end())
    run = HAN_RUN.match(f, at, at + 5)
    size = len(run[0]) if run else 0
    if size < 2:
        return at
    base = 2 if f[at : at + 2] in g.compounds and size > 2 and (firm or f[at] not in g.weak) else 1 if f[at] in g.surnames else 0
    if not base:
        return _rare(f, at, g) if firm and size > 2 else at
    short, long = at + base + 1, at + base + 2
    if size < base + 2 or f[long - 1] in g.never:
        end = short
    else:
        a, b = follows(f, short, g), follows(f, long, g)
        end = short if a > b and not (b and g.speech.match(f, long)) else long
        if a == b == 3 and f[long - 1] not in g.given and not EDGE.match(f, long):
            end = short
    return end if _believed(f, at, end, g, firm) else at


def _believed(f: str, at: int, end: int, g: Grammar, firm: bool) -> bool:
    """Whether f[at:end], of the shape of a name, is to be taken for one."""
    name, sure = f[at:end], follows(f, end, g)
    if name[-1] in g.never or name[1] in g.never:
        return False
    spoken = bool(EDGE.match(f, end) or g.speech.match(f, end))
    if name in g.words:
        return firm and spoken
    if len(name) > 2 and g.objects.match(name, 1):
        return False
    if len(name) > 2 and name[:2] not in g.compounds and (name[:2] in g.words or (name[1:] in g.words and not g.given.issuperset(name[1:]))):
        return firm and ((spoken and name[-1] in g.given) or g.given.issuperset(name[1:]))
    if len(name) == 2 and f[end - 1 : end + 1] in g.words and not spoken:
        return False
    if name[0] in g.weak:
        return (sure == 3 and firm) or (sure > 0 and g.given.issuperset(name[1:]))
    if sure:
        return True
    return len(name) > 2 and (firm or name[-1] in g.given)


def _rare(f: str, at: int, g: Grammar) -> int:
    """A three-character name of a surname we do not know: two characters common in names, then a mark or a verb of saying."""
    end = at + 3
    if all(c in g.given for c in f[at + 1 : end]) and f[at] not in g.never and follows(f, end, g) == 3:
        return end
    return at


def person_at(f: str, at: int, g: Grammar, firm: bool) -> int:
    """The end of the name, full or familiar, that starts at `at` after a cue; `at` itself if none does."""
    called = g.address.match(f, at) or g.called.match(f, at) or g.familiar.match(f, at)
    if called and (called[0][0] not in "老小" or follows(f, called.end(), g)):
        return called.end()
    return name_end(f, at, g, firm)


_MANNER = re.compile(rf"(?:{HAN}{{1,4}}[地着]|也|还|则|又|就|都|再次|这样|随后|接着|回忆着?|高兴|笑|常|补充|解释|介绍|向记者|对记者|给记者)")


def speaker(f: str, verb: int, g: Grammar) -> tuple[int, int] | None:
    """The name right before a verb of saying at `verb`, after a mark or a word like 据."""
    low = max(0, verb - 9)
    run = re.search(rf"{HAN}*\Z", f[low:verb])  # a `$` would see past a line break
    if not run or not run[0]:
        return None
    start = low + run.start()
    if start == low and low and re.match(HAN, f[low - 1]):
        return None
    for lead in (0, 1, 2):  # 据江帆介绍, 听说…
        if lead and f[start : start + lead] not in ("据", "而", "但", "对此", "如", "像", "正如", "随后"):
            continue
        at = start + lead
        base = 2 if f[at : at + 2] in g.compounds else 1 if f[at : at + 1] in g.surnames else 0
        if not base:
            continue
        for end in (at + base + 2, at + base + 1):
            name, rest = f[at:end], f[end:verb]
            if end > verb or (rest and not _MANNER.fullmatch(rest)) or name in g.words or name[-1] in g.never or name[1] in g.never:
                continue
            if len(name) > 2 and (g.words & {name[:2], name[1:]} or g.objects.match(name, 1)):
                continue
            if name[0] in g.weak and not (len(name) == 3 and all(c in g.given for c in name[1:])):
                continue
            return at, end
    return None


def free(f: str, at: int) -> bool:
    """Whether no character of a word stands right before."""
    return not at or not HAN_RUN.match(f, at - 1, at)


def plain(name: str, g: Grammar) -> bool:
    """Whether a name is of a common kind: a true surname, and no word of the language in it."""
    return name[0] in g.surnames and name[0] not in g.weak and not g.words & {name, name[:2], name[1:]}
