"""What stands in `corrections.tsv`: its lines, read and written.

    action      subject                    object                  what it does
    alias       a name                     the thing it means      every place that reads so refers to the object
    same        a thing                    another                 the two are one; id, kind and name of the subject stay
    not-same    a thing                    one of its names        what reads so is a thing of its own; two things stay apart
    retype      a thing                    a kind                  Company, 企业 …
    add-alias   a thing                    a name                  one more name, for search
    drop-fact   a fact, by IRI                                     its numbers are set aside as asideCorrected
    confirm     a fact or number, by IRI                           a person read the sentence: it is right as it stands
    set-role    a fact, by IRI             role=value              the lender is …, the stage is …: in place of what was read
    set-aside   a number, by IRI           a reason                why no fact uses it: asideDuration, 期限或时长 …

A line is `action⇥subject⇥object⇥note`. A thing is given by its name, where only one thing has it, or by its IRI (`agent/…`,
`agent:…` or in full).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from . import pack
from .encodings import decode
from .errors import KgError, say
from .view import KINDS, PROPERTIES

FILE = "corrections.tsv"
HEADER = ("action", "subject", "object", "note")
ACTIONS = ("alias", "same", "not-same", "retype", "drop-fact", "add-alias", "confirm", "set-role", "set-aside")
OF_FACTS = ("drop-fact", "confirm", "set-role")
OF_NUMBERS = ("confirm", "set-aside")

# role of set-role: those that may be left empty, those that a fact has one of, those whose value is a concept of the scheme of that name
OPTIONAL = ("financier", "recipient", "purpose", "product", "guarantor", "document")
SINGLE = ("about", "member", "organization", "atDivision", "subject", "object")
CHOSEN = ("instrument", "stage", "aggregation", "status")
ROLES: Mapping[str, tuple[str, ...]] = {
    "FinancingEvent": ("financier", "recipient", "purpose", "product", "guarantor", "instrument", "stage", "aggregation", "status"),
    "Observation": ("about", "aggregation", "status"),
    "AgreementEvent": ("party", "document", "status"),
    "Tenure": ("member", "organization", "atDivision", "status"),
    "Claim": ("subject", "object", "status"),
}
_SETTABLE = (*OPTIONAL, "party", *SINGLE, *CHOSEN)
_ROLE_WORDS = {word: role for role in _SETTABLE for word in (role, *PROPERTIES[role])}
_KINDS = {word: kind for kind, names in KINDS.items() for word in (kind, *names)}
_IRI = re.compile(r"(?:.*[/#])?(agent|place|thing|fact)[/:](.+)")
WHY = {
    "unknown": ("图中没有“{name}”", "nothing in the graph is called {name}"),
    "ambiguous": ("“{name}”不止一个，请给出 IRI：{ids}", "more than one thing is called {name}; give the IRI: {ids}"),
    "no-mention": ("没有一处写作“{name}”", "no mention reads {name}"),
    "no-role": ("这类事实没有“{name}”", "a fact of this kind has no {name}"),
    "contradicted": ("与另一行矛盾", "another line says otherwise"),
}


@dataclass(frozen=True, slots=True, order=True)
class Correction:
    """One line. `object` is a kind of the ontology in a retype, `role=value` in a set-role, a reason's local name in a set-aside."""

    action: str
    subject: str
    object: str = ""
    note: str = ""
    path: str = ""
    line: int = 0

    def text(self) -> str:
        """The line as it stands in the file."""
        cells = (self.action, self.subject, self.object, self.note)
        return "\t".join(" ".join(c.split()) for c in cells).rstrip("\t")


@dataclass(frozen=True, slots=True, order=True)
class Unmatched:
    """A line that could not be applied. why: a key of WHY."""

    correction: Correction
    why: str
    name: str = ""
    ids: tuple[str, ...] = ()

    def __str__(self) -> str:
        c = self.correction
        place = f"{c.path}:{c.line} " if c.path else ""
        return f"{place}{' '.join(x for x in (c.action, c.subject, c.object) if x)} — {say(*WHY[self.why]).format(name=self.name, ids=', '.join(self.ids))}"


def find(inputs: Iterable[Path]) -> tuple[Correction, ...]:
    """The corrections beside the inputs: in a folder that is given, beside a file that is given. Raises KgError."""
    beside = dict.fromkeys((p if p.is_dir() else p.parent) / FILE for p in inputs)
    return tuple(c for path in beside if path.is_file() for c in read(path))


def read(path: Path) -> tuple[Correction, ...]:
    """The lines of one file; a header and lines that begin with # are passed over. Raises KgError with the line number."""
    try:
        raw = path.read_bytes()
        text, _ = decode(raw, path)
    except OSError as error:
        raise KgError("input-unreadable" if path.exists() else "input-missing", path=path, why=error.strerror) from None
    except KgError as error:
        at = raw[: int(str(error.values["at"]))].count(b"\n") + 1
        raise KgError("corrections-bad", path=path, line=at, why="not UTF-8; save the file as UTF-8") from None
    out = []
    for number, line in enumerate(text.split("\n"), 1):
        cells = [" ".join(c.split()) for c in line.split("\t")]
        if not any(cells) or cells[0].startswith("#") or (number == 1 and tuple(cells) == HEADER[: len(cells)] and len(cells) > 1):
            continue
        out.append(_correction(cells, path, number))
    return tuple(out)


def _correction(cells: Sequence[str], path: Path, line: int) -> Correction:
    def bad(why: str) -> KgError:
        return KgError("corrections-bad", path=path, line=line, why=why)

    action, subject, object_, note = (*cells, "", "", "")[:4]
    if action not in ACTIONS:
        raise bad(f"no action “{action}”; write one of {', '.join(ACTIONS)}, then a tab")
    if len(cells) > 4:
        raise bad(f"{len(cells)} cells; write action, subject, object, note")
    if not subject:
        raise bad("no subject; write action, subject, object, note with tabs between")
    if not object_ and action not in ("drop-fact", "confirm"):
        raise bad(f"no object; {action} wants one in the third cell")
    if action in (*OF_FACTS, *OF_NUMBERS):
        space = identifier(subject)[:7]
        if not ((space == "fact/f_" and action in OF_FACTS) or (space == "fact/q_" and action in OF_NUMBERS)):
            raise bad(f"“{subject}” is no {'number' if action == 'set-aside' else 'fact'}; give its IRI, as kg explain prints it")
    if action == "retype":
        if object_ not in _KINDS:
            raise bad(f"no kind “{object_}”; write one of {', '.join(KINDS)}")
        object_ = _KINDS[object_]
    if action == "set-role":
        object_ = _role(object_, bad)
    if action == "set-aside":
        if object_.removeprefix("gfc:") not in (words := _words("aside")):
            raise bad(f"no reason “{object_}”; write one of {', '.join(dict.fromkeys(words.values()))}")
        object_ = words[object_.removeprefix("gfc:")]
    return Correction(action, subject, object_, note, f"{path.resolve().parent.name}/{path.name}", line)


def _role(given: str, bad: Callable[[str], KgError]) -> str:
    """`role=value` in its one spelling: the property's name, and a concept by its own."""
    word, equals, value = (part.strip() for part in given.partition("="))
    role = _ROLE_WORDS.get(word, "")
    if not equals or not role:
        raise bad(f"no role in “{given}”; write role=value, the role one of {', '.join(_SETTABLE)}")
    if not value and role not in OPTIONAL:
        raise bad(f"no value in “{given}”; a fact always has a {role}")
    if role in CHOSEN:
        if value.removeprefix("gfc:") not in (words := _words(role)):
            raise bad(f"no {role} “{value}”; write one of {', '.join(dict.fromkeys(words.values()))}")
        value = words[value.removeprefix("gfc:")]
    return f"{role}={value}"


@cache
def _words(scheme: str) -> Mapping[str, str]:
    """Local name and labels of each concept of a scheme → its local name."""
    return {word: e.name for e in pack.load().entries("concepts") if e.kind == scheme for word in (e.name, *e.note.split("|")[:2])}


def identifier(reference: str) -> str:
    """The id that an IRI, a prefixed name or an id stands for, "" for a name.

    >>> identifier("https://w3id.org/gongfu-kg/id/agent/%E5%86%9C%E8%A1%8C"), identifier("fact:f_1"), identifier("f_1a2b3c4d5e"), identifier("农行")
    ('agent/农行', 'fact/f_1', 'fact/f_1a2b3c4d5e', '')
    """
    if m := _IRI.fullmatch(unquote(reference.strip("<>"))):
        return f"{m[1]}/{m[2]}"
    return f"fact/{reference}" if re.fullmatch(r"[fq]_[0-9a-f]+", reference) else ""
