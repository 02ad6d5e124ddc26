"""What is wrong with a query, and where: the engine's complaint made readable. And what no query may hold."""

from __future__ import annotations

import re
from collections.abc import Callable

from .errors import KgError, say
from .sparql import tokens

UPDATES = frozenset("INSERT DELETE LOAD CLEAR DROP CREATE ADD MOVE COPY WITH".split())
SPREAD = 20_000  # characters up to which the place of a fault is looked for a second time
_OPENED = {"}": "{", ")": "(", "]": "["}


def is_update(text: str) -> bool:
    """Whether a text begins as SPARQL Update does, after its prefixes.

    >>> is_update("PREFIX a: <b:c> insert DATA { a:x a:y 1 }"), is_update("SELECT * { ?insert ?p 1 }")
    (True, False)
    """
    words = [w.upper() for w in tokens(text)]
    while words[:1] in (["PREFIX"], ["BASE"]):
        words = words[3 if words[0] == "PREFIX" else 2 :]
    return bool(words) and words[0] in UPDATES


def refuse_service(text: str) -> None:
    """Refuse what might be SERVICE to any reader: the word anywhere but in a name, an address or a line of comment. Raises KgError.

    The engine takes it without a space before it (`1SERVICE<…>`), what looks like an address may be a comparison, and a # may stand
    inside a string; so this errs to the safe side, and refuses the word inside a string as well.

    >>> refuse_service("# no service\\nPREFIX s: <http://a.b/service#> SELECT ?service { ?service s:service 1 }")
    """
    plain = re.sub(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})", lambda m: chr(min(int(m[1] or m[2], 16), 0x10FFFF)), text)
    comment = "" if re.search("\"{3}|'{3}", plain) else r"^[^\S\n]*#.*|"  # in a long string a line may begin with #
    spared = comment + r"[?$]\w+|[/#:][\w%-]*"
    at = re.search("service", re.sub(spared, lambda m: " " * len(m[0]), plain, flags=re.M), re.I)
    if at:
        line, column = _place(plain, at.start())
        raise KgError(
            "query-syntax", why=say("不支持 SERVICE：本工具不联网。", "SERVICE is not supported: this tool uses no network."), line=line, column=column
        )


def complaint(error: str, text: str, parse: Callable[[str], str]) -> KgError:
    """The engine's complaint about a text as one readable line; its values have `line` and `column`, from 1, 0 where unknown.

    `parse`: gives the engine's complaint about any text, "" for none.

    >>> complaint("error at 1:16: expected DISTINCT", "SELECT COUNT(?x) { ?x ?y ?z }", lambda text: "").values["column"]
    8
    """
    place, expected = _read(error, text)
    if place is None:
        return KgError("query-syntax", why=" ".join(error.split())[:300], line=0, column=0)
    if "Prefix not found" in expected:
        names = [m for m in re.finditer(r"[\w-]*:", text) if m.start() < place]
        if names:
            return _at(text, names[-1].start(), say("没有前缀 ", "no such prefix: ") + names[-1][0])
    told = [x for x in expected if "unbound" in x or "already" in x]
    if told:
        return _at(text, place, told[0])
    places = _places(text)
    at = _spread(text, places, parse) if len(text) <= SPREAD else None
    if at is None:  # the place is behind the keyword that was looked for
        at = max(0, place - (max(map(len, expected)) if expected and all(re.fullmatch("[A-Z_]+", x) for x in expected) else 0))
        at = next((start for start, word in places if start + len(word) > at), len(text))
    lone = next((start for start, word in places if word in ("'", '"')), len(text))
    if lone <= at < len(text) or lone < len(text) == at:
        return _at(text, lone, say("引号没有闭合", "the quote is not closed"))
    if at >= len(text):
        return _at(text, len(text.rstrip()), _unclosed(text) or say("查询不完整，到此为止", "the query ends too early"))
    word = next(word for start, word in places if start == at)
    return _at(text, at, say(f"此处不应是 {word}", f"unexpected {word}"))


def _read(error: str, text: str) -> tuple[int | None, list[str]]:
    """The offset that the engine names, and what it expected there."""
    found = re.match(r"error at (\d+):(\d+): expected (?:one of )?(.*)", " ".join(error.split()))
    if not found:
        return None, []
    lines = text.split("\n")
    return sum(len(x) + 1 for x in lines[: int(found[1]) - 1]) + int(found[2]) - 1, [x for x in found[3].split(", ") if x != "[_]"]


def _places(text: str) -> list[tuple[int, str]]:
    """The tokens with their offsets."""
    out, at = [], 0
    for word in tokens(text):
        at = re.compile(r"(?:\s+|#[^\n]*)*").match(text, at).end()  # type: ignore[union-attr]
        at = text.find(word, at)
        out.append((at, word))
        at += len(word)
    return out


def _spread(text: str, places: list[tuple[int, str]], parse: Callable[[str], str]) -> int | None:
    """Where the fault is, found by parsing the tokens set far apart; None where that text is not as faulty.

    The engine names the furthest place that it looked at, and it looks as far ahead as its longest keyword: with more space than
    that between two tokens, the place lies behind the token that it could not read, and before the next.
    """
    starts, wide = [], ""
    for _, word in places:
        starts.append(len(wide))
        wide += word + " " * 32
    place, expected = _read(parse(wide), wide)
    if place is None or "Prefix not found" in expected:
        return None
    if place >= len(wide):
        return len(text)
    return next((at for start, (at, _) in zip(reversed(starts), reversed(places), strict=True) if start <= place), None)


def _unclosed(text: str) -> str:
    stack: list[str] = []
    for word in tokens(text):
        if word in ("{", "(", "["):
            stack.append(word)
        elif word in _OPENED and stack and stack[-1] == _OPENED[word]:
            stack.pop()
    return say(f"{stack[-1]} 没有闭合", f"{stack[-1]} is not closed") if stack else ""


def _place(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _at(text: str, at: int, why: str) -> KgError:
    line, column = _place(text, at)
    return KgError("query-syntax", why=say(f"第 {line} 行第 {column} 列：", f"line {line}, column {column}: ") + why, line=line, column=column)
