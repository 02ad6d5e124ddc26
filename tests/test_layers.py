"""The shape of the package: imports go down, heavy libraries are imported where they are used, modules stay small."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

KG = Path(__file__).parent.parent / "kg"
MODULES = sorted(p.stem for p in KG.glob("*.py") if p.stem not in ("__init__", "__main__"))
# from the ground up: a module imports from earlier lines only; those of one line may import each other in one direction
LAYERS = """
model errors progress
encodings streams
folder crew
pack ontology fold prints
lines bylines copies pages
quantities asides dates
register place_hits place_local places
edges
banks orgs names quoted
person_names people groups
slots
anaphors linking
discourse actors
modifiers subjects parties facts metrics places_of terms_of_loan
drafts
receivers
financing observations relations tenures traditional
extract reprints
plain markdown chat archives texts office webpage pdf
lists
readers
documents build codec proposals
store
corpus
slices
view terms concepts spans correction_lines verdicts corrections privacy
tally
endpoint rdf network unfold neo4j records page tables
stream shards
ondisk spark
outputs show lint pack_new
sparql answers shapes
syntax sums
query explain checks
diff workers serve
gold alike evaluate gold_graph scores
review_graph
review_names review_conflicts
review
review_page
cli_options
cli_graph cli_rules
cli
"""
HEAVY = {"docx", "lxml", "pypdfium2", "rdflib", "networkx", "pyvis", "jieba", "openpyxl", "pyoxigraph", "pyarrow", "duckdb", "pyspark", "py4j", "click"}


def imports(module: str) -> Iterator[tuple[str, bool]]:
    """What a module imports, and whether only inside a function; imports for types alone are none."""
    tree = ast.parse((KG / f"{module}.py").read_text("utf-8"))
    inside = {id(n) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef) for n in ast.walk(f)}
    typed = {id(n) for f in ast.walk(tree) if isinstance(f, ast.If) and "TYPE_CHECKING" in ast.dump(f.test) for n in ast.walk(f)}
    for node in ast.walk(tree):
        if id(node) in typed:
            continue
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, id(node) in inside
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                for name in [node.module] if node.module else [a.name for a in node.names]:
                    yield f"kg.{name}".removesuffix("."), id(node) in inside
            else:
                yield node.module or "", id(node) in inside


def own(module: str) -> set[str]:
    """The package's modules that a module imports."""
    return {name.split(".")[1] for name, _ in imports(module) if name.startswith("kg.")} & set(MODULES)


def test_every_module_has_its_layer() -> None:
    """A new module says where it stands."""
    assert [m for m in MODULES if m not in LAYERS.split()] == []


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_down(module: str) -> None:
    """No module imports from a layer above its own."""
    level = {m: n for n, line in enumerate(LAYERS.strip().splitlines()) for m in line.split()}
    assert [m for m in own(module) if level.get(m, 0) > level.get(module, 99)] == []


def test_no_module_imports_itself_through_others() -> None:
    """There is no cycle."""
    closed: set[str] = set()

    def walk(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " → ".join((*path, module))
        if module not in closed:
            for other in sorted(own(module)):
                walk(other, (*path, module))
            closed.add(module)

    for module in MODULES:
        walk(module, ())


@pytest.mark.parametrize("module", MODULES)
def test_heavy_libraries_are_imported_inside_functions(module: str) -> None:
    """So that a command loads only what it needs; click is the command line's alone."""
    found = {name.split(".")[0]: inside for name, inside in imports(module) if name.split(".")[0] in HEAVY}
    assert [name for name, inside in found.items() if not (inside or (module.startswith("cli") and name == "click"))] == []


def test_nothing_heavy_is_loaded_for_help() -> None:
    """`kg --help` imports click, the messages and nothing else of size."""
    code = (
        "import sys; from kg.cli import main\ntry: main(['--help'])\n"
        "except SystemExit: print(*sorted(m for m in sys.modules if '.' not in m or m.startswith('kg.')))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8")
    loaded = set(run.stdout.splitlines()[-1].split())
    assert not loaded & (HEAVY - {"click"}), loaded & HEAVY
    assert {m for m in loaded if m.startswith("kg.")} == {"kg.cli", "kg.cli_graph", "kg.cli_options", "kg.cli_rules", "kg.errors", "kg.streams"}


@pytest.mark.parametrize("module", MODULES)
def test_modules_hold_one_idea(module: str) -> None:
    """About 500 lines at most."""
    assert len((KG / f"{module}.py").read_text("utf-8").splitlines()) <= 550


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_what_it_is(module: str) -> None:
    """A docstring, and the one __future__ import that all have."""
    tree = ast.parse((KG / f"{module}.py").read_text("utf-8"))
    assert ast.get_docstring(tree)
    assert ("__future__", False) in set(imports(module))
