"""The documents are held to the code: errors, commands and options, links, and both READMEs to each other."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from kg.cli import cli
from kg.errors import MESSAGES
from kg.outputs import FILES, USUAL

ROOT = Path(__file__).parent.parent
READMES = ["README.md", "README.zh-CN.md"]
PAGES = sorted(str(p.relative_to(ROOT)) for p in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md")])


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def commands(page: str) -> list[str]:
    """The lines typed in a page's console blocks, continuation lines joined."""
    blocks = re.findall(r"^```console\n(.*?)^```", page, re.M | re.S)
    return [line for block in blocks for line in re.findall(r"^\$ (.+)$", block.replace("\\\n", " "), re.M)]


def test_every_error_is_explained_and_no_other() -> None:
    """Each slug is a heading of docs/errors.md, and each heading a slug."""
    assert re.findall(r"^## (\S+)$", text("docs/errors.md"), re.M) == list(MESSAGES)


def test_both_readmes_show_the_same_commands() -> None:
    """A reader of either language learns the same."""
    assert commands(text(READMES[0])) == commands(text(READMES[1])) != []


@pytest.mark.parametrize("page", PAGES)
def test_commands_exist(page: str) -> None:
    """Every `kg …` in a console block is a command with options it has; every `make …` is a target."""
    targets = re.findall(r"^(\w+):", text("Makefile"), re.M)
    for line in commands(text(page)):
        words = shlex.split(line.split(" | ")[0].split(" > ")[0])
        if words[0] == "make":
            assert {w for w in words[1:] if "=" not in w} <= set(targets), line
        elif Path(words[0]).name == "kg" and not words[1].startswith("-"):
            command = cli.commands[words[1]]
            known = {o for p in command.params for o in (*p.opts, *p.secondary_opts)} | {"-h", "--help"}
            assert {w.split("=")[0] for w in words[2:] if w.startswith("-") and len(w) > 1} <= known, line


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_has_help_with_an_example(name: str) -> None:
    """One sentence, and a line to paste that is a command that exists; both languages."""
    command = cli.commands[name]
    assert re.search("[\u4e00-\u9fff]", command.help or "")
    assert f"kg {name} " in (command.help or "")
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, f"{name} {option.opts}"


@pytest.mark.parametrize("name", sorted(cli.commands))
@pytest.mark.parametrize("readme", READMES)
def test_readmes_name_every_command(readme: str, name: str) -> None:
    """Nothing is hidden."""
    assert f"kg {name}" in text(readme)


@pytest.mark.parametrize("readme", READMES)
def test_readmes_name_every_output_file(readme: str) -> None:
    """And the usual formats are those of --help."""
    shown = {f if "/" not in f else f"`{f.split('/')[0]}/`" for names in FILES.values() for f in names}  # a folder of files by its name
    assert sorted(f for f in shown if f not in text(readme)) == []
    from kg.cli import FORMATS

    assert tuple(FORMATS.split(",")) == USUAL


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    """Every relative link is a file of the repository."""
    folder = (ROOT / page).parent
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text(page))
    assert [k for k in links if "://" not in k and not (folder / k).exists()] == []


def test_requirements_are_pinned_without_addresses() -> None:
    """Exact versions, no index, no path; what the package needs is among them."""
    lines = [
        x for name in ("requirements.txt", "requirements-docs.txt", "requirements-test.txt") for x in text(name).splitlines() if x and not x.startswith("#")
    ]
    assert [x for x in lines if not re.fullmatch(r"[\w.-]+==[\w.]+(; sys_platform [!=]= \"win32\")?", x)] == []
    assert lines == list(dict.fromkeys(lines))
    names = {re.split("[=;]", x)[0].lower() for x in lines}
    wanted = set(re.findall(r'^  "([\w-]+)>=', text("pyproject.toml"), re.M))
    assert wanted <= names


def test_the_quick_start_comes_first() -> None:
    """A README begins with a sentence and its Turtle, then the two commands."""
    for name in READMES:
        page = text(name)
        assert page.index("```turtle") < page.index("$ make build") < page.index("$ make test") < page.index("```sparql")


def test_what_the_readmes_show_is_what_the_program_prints() -> None:
    """The excerpt of the graph, the summary, the tried sentence and the query's answer; `python scripts/update_readme.py` renews them."""
    done = subprocess.run([sys.executable, "scripts/update_readme.py", "--check"], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
