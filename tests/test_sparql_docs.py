"""docs/sparql.md and its Chinese twin: every block runs over the graph of seeds/, and says what is shown."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import built
import pytest

from kg.errors import KgError
from kg.query import Table, run_query

ROOT = Path(__file__).parent.parent
PAGES = ["docs/sparql.md", "docs/sparql.zh-CN.md"]
Block = tuple[str, str]


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page: what is said after the fence, and the text."""
    return re.findall(r"^```([\w ]+)\n(.*?)^```", (ROOT / page).read_text("utf-8"), re.M | re.S)


def asked() -> list[tuple[str, str, list[Block]]]:
    """Each query with what it is marked as and the blocks of text that follow it."""
    out: list[tuple[str, str, list[Block]]] = []
    for kind, text in blocks(PAGES[0]):
        if kind.startswith("sparql"):
            out.append((kind, text, []))
        elif kind.startswith("text") and out:
            out[-1][2].append((kind, text))
    return out


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


def test_both_pages_have_the_same_blocks() -> None:
    """A reader of either language runs the same."""
    assert blocks(PAGES[0]) == blocks(PAGES[1])
    heads = [re.findall(r"^#+ (?:\d+\.)?", (ROOT / page).read_text("utf-8"), re.M) for page in PAGES]
    assert heads[0] == heads[1] and len(heads[0]) > 15


def shown(table: Table) -> list[list[str]]:
    return [[" ".join(c.text.split()) for c in row if c] for row in table.rows]


@pytest.mark.parametrize(("kind", "query", "texts"), [pytest.param(*a, id=f"{i}: {a[1].splitlines()[0]}") for i, a in enumerate(asked())])
def test_every_query_answers_what_is_shown(kind: str, query: str, texts: list[Block]) -> None:
    """The columns are those shown, the rows shown are among the answer's in their order, and … stands for others; notes likewise."""
    if kind == "sparql refused":
        with pytest.raises(KgError) as caught:
            run_query(built.seeds_file(), query)
        assert caught.value.slug == "query-sum"
        return
    table = run_query(built.seeds_file(), query)
    answers = [t for k, t in texts if k == "text"]
    assert answers, "a query without its answer"
    head, *rows = [re.split(r" {2,}", line) for line in answers[0].splitlines()]
    assert tuple(head) == table.columns
    assert table.rows or not rows
    found = shown(table)
    at = [found.index(row) for row in rows if row != ["…"]]
    assert at == sorted(at), "shown in another order"
    if ["…"] not in rows:
        assert len(found) == len(rows)
    for note in (t for k, t in texts if k != "text"):
        for line in note.splitlines():
            words = [w for w in re.split(r" {2,}", line.strip()) if w != "…"]
            assert any(all(w in said for w in words) for said in table.notes), (words, table.notes)


def test_the_python_block_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it stands, in a folder with output/graph.ttl."""
    code = [text for kind, text in blocks(PAGES[0]) if kind == "python"]
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "graph.ttl").write_bytes(built.seeds_path().read_bytes())
    monkeypatch.chdir(tmp_path)
    for text in code:
        exec(compile(text, "docs/sparql.md", "exec"), {})
    assert code


def test_every_console_query_runs() -> None:
    """Each `kg query` of a console block, by name with --set."""
    lines = [line for kind, text in blocks(PAGES[0]) if kind == "console" for line in text.splitlines() if line.startswith("$ kg query output/graph.ttl ")]
    assert len(lines) >= 4
    for line in lines:
        words = re.findall(r'"[^"]*"|\S+', line)[4:]
        bindings = dict(w.split("=", 1) for before, w in itertools.pairwise(words) if before == "--set")
        run_query(built.seeds_file(), words[0].strip('"'), bindings)
