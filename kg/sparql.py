"""As much of the grammar of SPARQL as is needed to take a query apart: its tokens, its pattern, the conditions in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""\#[^\n]*                                  # a comment
    |<[^<>"{}|^`\\\s]*>                           # an address
    |\"{3}(?:[^"\\]|\\.|"(?!""))*\"{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'
    |[?$]\w+|@[A-Za-z-]+
    |[\w-]*:[\w·%-]*(?:\.+[\w·%-]+)*              # a prefixed name
    |\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\w+
    |&&|\|\||!=|<=|>=|\^\^|\S""",
    re.X | re.S,
)
_PAIRS = {"{": "}", "(": ")", "[": "]"}


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a pattern, as text. kind: triple, or the keyword that it begins with (FILTER, OPTIONAL, …; { for a group)."""

    kind: str
    text: str
    subject: str = ""
    predicate: str = ""
    object: str = ""


def tokens(text: str) -> list[str]:
    """The tokens, comments left out.

    >>> tokens('?a gf:min 1.5 . # low')
    ['?a', 'gf:min', '1.5', '.']
    """
    return [t for t in _TOKEN.findall(text) if not t.startswith("#")]


def joined(words: Sequence[str]) -> str:
    """Tokens as text again; a function stays by its bracket, as some readers want it.

    >>> joined(tokens("FILTER( ?a=CONCAT ('(', ?b) )"))
    "FILTER( ?a = CONCAT( '(' , ?b ) )"
    """
    return "".join(("" if not i or (w == "(" and words[i - 1].isalpha()) else " ") + w for i, w in enumerate(words))


def closing(words: Sequence[str], at: int) -> int:
    """The index of the bracket that closes the one at an index, the end if none does."""
    opened, close, depth = words[at], _PAIRS[words[at]], 0
    for i in range(at, len(words)):
        depth += (words[i] == opened) - (words[i] == close)
        if depth == 0:
            return i
    return len(words)


def parts(text: str) -> tuple[str, list[str], list[str]]:
    """The prefixes as text, the tokens of the query's outermost pattern, and those after it (GROUP BY and the like).

    >>> parts("PREFIX a: <b:c> SELECT (COUNT(*) AS ?n) WHERE { ?x a:y 1 } GROUP BY ?x")
    ('PREFIX a: <b:c>', ['?x', 'a:y', '1'], ['GROUP', 'BY', '?x'])
    """
    words = tokens(text)
    prefixes = [" ".join(words[i : i + 3]) for i, w in enumerate(words) if w.upper() == "PREFIX"]
    start = words.index("{") if "{" in words else len(words)
    end = closing(words, start) if start < len(words) else start
    return " ".join(prefixes), words[start + 1 : end], words[end + 1 :]


def conditions(words: Sequence[str]) -> Iterator[Condition]:
    """The conditions of a pattern, in order; lists by ; and , are parted.

    >>> [c.text for c in conditions(tokens("?a gf:b/gf:c* ?d ; gf:e 1 , 2 . FILTER(?d > 1) OPTIONAL { ?a gf:f ?g }"))]
    ['?a gf:b/gf:c* ?d', '?a gf:e 1', '?a gf:e 2', 'FILTER( ?d > 1 )', 'OPTIONAL { ?a gf:f ?g }']
    """
    at, subject, predicate = 0, "", ""
    while at < len(words):
        word, start = words[at], at
        keyword = word.upper()
        if word in (".", "}"):
            at, subject = at + 1, ""
        elif word == ";":
            at, predicate = at + 1, ""
        elif word == ",":
            at += 1
        elif word == "{" or keyword in ("FILTER", "BIND", "VALUES", "OPTIONAL", "MINUS", "GRAPH"):
            subject = ""
            at = _block(words, at)
            yield Condition("{" if word == "{" else keyword, joined(words[start:at]))
        elif not subject:
            subject, predicate, at = word, "", at + 1
        elif not predicate:
            at = _path(words, at)
            predicate = "".join(words[start:at])
        else:
            at += 1
            while at < len(words) and (words[at].startswith("@") or words[at] == "^^" or words[at - 1] == "^^"):
                at += 1
            found = "".join(words[start:at])
            yield Condition("triple", f"{subject} {predicate} {found}", subject, predicate, found)


def _block(words: Sequence[str], at: int) -> int:
    """The end of what begins with a keyword or a brace: its last bracket, with what UNION adds."""
    keyword = words[at].upper()
    while at < len(words) and words[at] not in ("{", "("):
        at += 1
    if at == len(words):
        return at
    at = closing(words, at) + 1
    if keyword == "VALUES" and at < len(words) and words[at] == "{":
        at = closing(words, at) + 1
    while at + 1 < len(words) and words[at].upper() == "UNION":
        at = closing(words, at + 1) + 1
    return at


def _path(words: Sequence[str], at: int) -> int:
    while at < len(words):
        while at < len(words) and words[at] in ("^", "!"):
            at += 1
        at = closing(words, at) + 1 if at < len(words) and words[at] == "(" else at + 1
        while at < len(words) and words[at] in ("*", "+", "?"):
            at += 1
        if at >= len(words) or words[at] not in ("/", "|"):
            break
        at += 1
    return at


def everywhere(words: Sequence[str], *kinds: str) -> Iterator[Condition]:
    """The conditions of a pattern and of every pattern inside it, or of those inside conditions of some kinds."""
    for c in conditions(words):
        yield c
        inner = tokens(c.text)
        at = 0
        while c.kind not in ("triple", "VALUES") and (not kinds or c.kind in kinds) and at < len(inner):
            if inner[at] == "{":
                end = closing(inner, at)
                body = inner[at + 1 : end]
                if body and body[0].upper() == "SELECT":
                    body = body[body.index("{") + 1 : closing(body, body.index("{"))] if "{" in body else []
                yield from everywhere(body, *kinds)
                at = end
            at += 1
