"""What is wrong with a pack: its lexicons, its rules, their examples, and examples of the default pack that it breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from .errors import KgError, say
from .extract import try_text
from .pack import DEFAULT, MANIFEST, NAMING, Entry, Pack, lines, load, place, read_manifest, read_toml, rule_files
from .slots import KINDS, compile_rule

_CLASSES = frozenset((*KINDS, "term")) - {"Money", "Count", "Time"}
_FREE = frozenset(("anniversaries", "place_history", "name_stop"))  # lexicons whose kind or aliases are no closed list of words
_WORDS = ("edge_words", "group_heads", "modifiers", "name_heads", "org_heads", "place_words", "slogans", "titles", "units")  # words of the language


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault: where (file, line, rule or entry), what is wrong, what to do."""

    path: str
    line: int
    name: str
    problem: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.name}: {self.problem}" + (say(f"。{self.hint}", f". {self.hint}") if self.hint else "")


def check(folders: Sequence[Path]) -> tuple[list[Fault], int, int]:
    """The faults of these packs laid over the default one in order; how many rules and how many entries they hold.

    Raises KgError where a pack cannot be read.
    """
    places = tuple(map(place, folders))
    whole = load(*places)
    faults: list[Fault] = []
    rules = entries = 0
    for n, folder in enumerate(places):
        below = load(*places[:n])
        found = {path: list(lines(path)) for path in sorted(folder.glob("*.tsv"))}
        entries += sum(map(len, found.values()))
        faults += _lexicons(found, below)
        own = [r for r in whole.rules if Path(r["file"]).parent == folder]
        rules += len(own)
        faults += _rules(folder, own, whole)
    if not any(f.name.startswith("rule ") for f in faults):  # a rule that cannot be compiled stops every other
        faults += [f for folder in places for f in examples(whole, folder)]
        faults += _broken(whole)
    return faults, rules, entries


def examples(pack: Pack, folder: Path | None = None) -> Iterator[Fault]:
    """The examples and silent texts that the rules of a pack's folder (of all, if None) do not keep. Raises KgError for a rule that cannot be compiled."""
    for r in pack.rules:
        if folder is None or Path(r["file"]).parent == folder:
            compile_rule(pack, r)
            yield from _unkept(pack, r)


def _unkept(pack: Pack, r: Mapping[str, Any]) -> Iterator[Fault]:
    """The faults of one rule's examples."""
    for example in r.get("examples", ()):
        text, gives = example["text"], example["gives"]
        facts = [f for f in try_text(text, pack) if f["rule"] == r["id"]]
        want = {k: sorted([v] if isinstance(v, str) else v) for k, v in gives.items()}
        if not any(all(sorted(f["roles"].get(k, [])) == v for k, v in want.items()) for f in facts):
            got = [{k: f["roles"].get(k, []) for k in want} for f in facts]
            told = say(f"得到 {got}", f"gives {got}") if facts else say("该规则没有给出任何事实", "the rule finds nothing")
            yield _fault(r, text, say(f"“{text}” 应给出 {want}，{told}", f"{text!r} must give {want}: {told}"), _see())
    for text in r.get("silent", ()):
        facts = [f for f in try_text(text, pack) if f["rule"] == r["id"]]
        if facts:
            got = [f["roles"] for f in facts]
            yield _fault(
                r, text, say(f"对 “{text}” 应不响应，却得到 {got}", f"must be silent on {text!r}, gives {got}"), say("请收紧 pattern", "narrow the pattern")
            )
    if not r.get("examples"):
        yield _fault(r, "", say("没有例句", "no examples"))


def _see() -> str:
    return say('用 kg try "…" --slots 看规则所见的句子', 'see the sentence as rules do: kg try "…" --slots')


def _fault(r: Mapping[str, Any], text: str, problem: str, hint: str = "") -> Fault:
    return Fault(_shown(Path(r["file"])), _line(Path(r["file"]), f'id = "{r["id"]}"', text), f"rule {r['id']}", problem, hint)


def _line(path: Path, head: str, text: str = "") -> int:
    """The line of a file where a rule begins, or where the text stands after that; 1 where it is not found as it is spelled."""
    rows = path.read_text("utf-8-sig").split("\n")
    start = next((n for n, row in enumerate(rows, 1) if row.replace("'", '"').strip().startswith(head)), 1)
    return next((n for n, row in enumerate(rows[start - 1 :], start) if text and text in row), start)


def _shown(path: Path) -> str:
    """The path as the user would give it: below this folder if it is."""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def _rules(folder: Path, own: Sequence[Mapping[str, Any]], whole: Pack) -> Iterator[Fault]:
    """Rules that cannot be compiled or have no silent text; tables that nobody reads; relations that no rule tells."""
    for path in rule_files(folder):
        for table in sorted(set(read_toml(path)) - {"rule"}):
            yield Fault(
                _shown(path),
                _line(path, f"[[{table}"),
                table,
                say("没有这种表", "nobody reads this table"),
                say("规则写成 [[rule]]", "rules are written [[rule]]"),
            )
    for r in own:
        try:
            compile_rule(whole, r)
        except KgError as error:
            yield _fault(r, "", str(error.values["why"]))
            continue
        if not r.get("silent"):
            hint = say("加上一个相近而不该响应的句子", "add a sentence that is near and must not be read")
            yield _fault(r, "", say("没有 silent 句子", "no silent text"), hint)
    told = {r.get("predicate") for r in whole.rules}
    for p in read_manifest(folder)[1]:
        above = {x.parent for x in whole.predicates.values()}
        if p.id not in told and p.id not in above:
            at = folder / MANIFEST
            hint = say(f'在规则中写 predicate = "{p.id}"', f'write predicate = "{p.id}" in a rule')
            yield Fault(_shown(at), _line(at, f'name = "{p.id.partition(":")[2]}"'), f"relation {p.id}", say("没有规则用到它", "no rule tells it"), hint)


def _broken(whole: Pack) -> Iterator[Fault]:
    """Examples of the default pack's rules that hold without these packs and not with them; replaced rules have their own."""
    for r in whole.rules:
        if Path(r["file"]).parent == DEFAULT:
            faults = list(_unkept(whole, r))
            before = {(f.problem, f.line) for f in _unkept(load(), r)} if faults else set()
            hint = say(
                "你的词表或规则抢先了：缩小它们，或以同一 id 替换该规则", "your names or rules come first: narrow them, or replace the rule under its id"
            )
            yield from (Fault(f.path, f.line, f"default {f.name}", f.problem, hint) for f in faults if (f.problem, f.line) not in before)


# ---------------------------------------------------------------- lexicons


def _lexicons(files: Mapping[Path, Sequence[tuple[int, Entry]]], below: Pack) -> Iterator[Fault]:
    named: dict[str, tuple[str, str]] = {}  # name or alias → (lexicon, the entry's name), in lexicons of names
    common = _common(below)
    for path, found in files.items():
        lexicon = path.stem
        if lexicon not in below.lexicons and lexicon not in NAMING:
            near = get_close_matches(lexicon, (*below.lexicons, *NAMING), 1)
            hint = say(f"可是 {near[0]}.tsv？" if near else "名称写进 names.tsv", f"is it {near[0]}.tsv?" if near else "names go into names.tsv")
            yield Fault(_shown(path), 1, lexicon, say("没有程序读这个词表", "nothing reads a lexicon of this name"), hint)
            continue
        kinds = _kinds(lexicon, below)
        seen: dict[str, int] = {}
        for line, e in found:

            def fault(problem: str, hint: str = "", path: Path = path, line: int = line, e: Entry = e) -> Fault:
                return Fault(_shown(path), line, e.name, problem, hint)

            if e.name in seen:
                yield fault(
                    say(f"第 {seen[e.name]} 行已有此名", f"is in line {seen[e.name]} already"), say("后一行会取代前一行", "the later line would replace it")
                )
            seen.setdefault(e.name, line)
            if e.kind == "-":
                if e.name not in {x.name for x in below.entries(lexicon)}:
                    yield fault(
                        say("要删去的词不存在", "there is no such entry to remove"), say("名称须与原词表完全相同", "give the name as the other lexicon has it")
                    )
                continue
            if kinds and e.kind not in kinds:
                near = get_close_matches(e.kind, kinds, 1)
                known = say(
                    f"可是 {near[0]}？" if near else f"可用：{' '.join(sorted(kinds))}",
                    f"is it {near[0]}?" if near else f"there are: {' '.join(sorted(kinds))}",
                )
                yield fault(say(f"没有类别 {e.kind!r}", f"no kind {e.kind!r}"), known)
            if any(w != w.strip() for w in (e.name, *e.aliases)):
                yield fault(say("名称前后有空格", "white space around a name"), say("删去它", "remove it"))
            if lexicon == "concepts" and e.parent and e.parent not in {x.name for x in (*below.entries(lexicon), *(x for _, x in found))}:
                yield fault(say(f"没有概念 {e.parent!r}", f"no concept {e.parent!r}"), say("parent 是上级概念", "parent is the broader concept"))
            if lexicon not in (*NAMING, "banks"):
                continue
            if any(c in a for a in e.aliases for c in "，,;；"):
                yield fault(say("别名之间须用 | 隔开", "aliases are parted by |"))
            for word in dict.fromkeys((e.name, *e.aliases)):
                other = named.setdefault(word, (lexicon, e.name))
                lower = [x.name for n in (*NAMING, "banks") if (x := below.by_name.get(n, {}).get(word)) and x.name != e.name and n in (lexicon, *NAMING)]
                if other != (lexicon, e.name):
                    yield fault(say(f"“{word}” 也是 {other[1]} 的名称", f"{word!r} is a name of {other[1]} too"), say("留下一个", "keep one"))
                elif lower and word != e.name:
                    hint = say("如果就是它，把别名加到那个名称的行上", "if it is the same thing, put your line under that name")
                    yield fault(say(f"“{word}” 在下层包里是 {lower[0]}", f"{word!r} is {lower[0]} in a pack below"), hint)
                if len(word) < 2:
                    yield fault(
                        say(f"“{word}” 只有一个字，会处处命中", f"{word!r} is one character long and would be found everywhere"),
                        say("写出全名", "give the full name"),
                    )
                elif word in common:
                    yield fault(
                        say(f"“{word}” 是普通词（{common[word]}），会处处命中", f"{word!r} is a common word ({common[word]}) and would be found everywhere"),
                        say("写出全名", "give the full name"),
                    )


def _kinds(lexicon: str, below: Pack) -> frozenset[str]:
    """The kinds that a lexicon may have; none where any will do."""
    if lexicon in NAMING:
        return _CLASSES
    if lexicon == "concepts":
        return frozenset(("scheme", *(e.name for e in below.entries("concepts") if e.kind == "scheme")))
    return frozenset() if lexicon in _FREE else frozenset(e.kind for e in below.entries(lexicon))


def _common(below: Pack) -> dict[str, str]:
    """Words of the language → the lexicon that has them; and what stands in many of the rules' sentences."""
    out = {w: lexicon for lexicon in _WORDS for w in below.words(lexicon)}
    return out | dict.fromkeys(below.words("name_stop", "word"), "name_stop")
