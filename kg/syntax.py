"""What is wrong with a query, and where: the engine's complaint made readable. And what no query may hold."""

from __future__ import annotations

import re

from .errors import KgError, say
from .sparql import tokens

UPDATES = frozenset("INSERT DELETE LOAD CLEAR DROP CREATE ADD MOVE COPY WITH".split())
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
        raise KgError("query-syntax", why=say("不支持 SERVICE：本工具不联网。", "SERVICE is not supported: this tool uses no network."), line=line, column=column)


def complaint(error: str, text: str) -> KgError:
    """The engine's complaint about a text as one readable line; its values have `line` and `column`, from 1, 0 where unknown.

    >>> complaint("error at 1:16: expected DISTINCT", "SELECT COUNT(?x) { ?x ?y ?z }").values["column"]
    8
    """
    error = " ".join(error.split())
    found = re.match(r"error at (\d+):(\d+): expected (?:one of )?(.*)", error)
    if not found:
        return KgError("query-syntax", why=error[:300], line=0, column=0)
    lines = text.splitlines(keepends=True)
    at = sum(map(len, lines[: int(found[1]) - 1])) + int(found[2]) - 1
    expected = [x for x in found[3].split(", ") if x != "[_]"]
    if "Prefix not found" in expected:
        names = [m for m in re.finditer(r"[\w-]*:", text) if m.start() < at]
        if names:
            return _at(text, names[-1].start(), say("没有前缀 ", "no such prefix: ") + names[-1][0])
    if expected and all(re.fullmatch("[A-Z_]+", x) for x in expected):
        at -= max(map(len, expected))  # it points behind the keyword that it looked for
    elif "unbound" in error or "already" in error:
        return _at(text, at, next(x for x in expected if " " in x))
    at = max(at, _second_opinion(text), 0)
    rest = re.compile(r"(?:\s+|#[^\n]*)*").match(text, at)
    at = rest.end() if rest else at
    if at >= len(text):
        return _at(text, len(text.rstrip()), _unclosed(text) or say("查询不完整，到此为止", "the query ends too early"))
    word = next(iter(tokens(text[at : at + 80])), text[at])
    return _at(text, at, say(f"此处不应是 {word}", f"unexpected {word}"))


def _second_opinion(text: str) -> int:
    """Where another reader stops; each of the two may stop too early, neither too late."""
    from rdflib.plugins.sparql.parser import parseQuery

    try:
        parseQuery(text)
    except Exception as error:  # whatever it raises, it is only asked for a place
        place = getattr(error, "loc", None)
        return place if isinstance(place, int) and place < len(text) else 0
    return 0


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
