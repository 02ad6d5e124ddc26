"""The built wheel, installed in a fresh environment, does the main job."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    out = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)], cwd=ROOT, check=True, capture_output=True)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def kg(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `kg` of a fresh environment with this wheel; the libraries are those of the tests' own."""
    place = tmp_path_factory.mktemp("fresh")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    scripts = place / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    subprocess.run([sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index", str(wheel)], check=True)
    found = subprocess.run([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], check=True, capture_output=True, text=True)
    # a path in a .pth file is searched last and its own .pth files are not read: this checkout stays out
    (Path(found.stdout.strip()) / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return scripts / ("kg.exe" if os.name == "nt" else "kg")


def run(kg: Path, *args: str, cwd: Path) -> str:
    done = subprocess.run([str(kg), *args], cwd=cwd, capture_output=True, encoding="utf-8", env={**os.environ, "LC_ALL": "C.UTF-8", "PYTHONPATH": ""})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_wheel_holds_what_the_program_reads(wheel: Path) -> None:
    """Packs, page assets and the ontology are inside; tests and pages are not; it is below 10 MB."""
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, suffix in (
        ("kg/pack", ".tsv"),
        ("kg/pack", ".toml"),
        ("kg/packs/east-west", "pack.toml"),
        ("kg/pack_template", ".md"),
        ("kg/page_assets", ""),
        ("kg/ontology", ".ttl"),
        ("kg/ontology/queries", ".rq"),
    ):
        assert any(n.startswith(folder + "/") and n.endswith(suffix) for n in names), folder
    assert "kg/py.typed" in names
    assert {n.split("/")[0] for n in names if ".dist-info/" not in n} == {"kg"}
    assert any(n.endswith("/licenses/LICENSE") for n in names)
    assert any(n.endswith("/licenses/NOTICE") for n in names)
    assert wheel.stat().st_size < 10_000_000


def test_wheel_is_the_code_that_runs(kg: Path, tmp_path: Path) -> None:
    """Not the checkout's."""
    python = kg.with_name("python.exe" if os.name == "nt" else "python")
    assert ROOT not in Path(run(python, "-c", "import kg; print(kg.__file__)", cwd=tmp_path).strip()).parents


@pytest.mark.parametrize("name", ["kg", "gongfu-kg"])
def test_both_commands_are_there(kg: Path, name: str, tmp_path: Path) -> None:
    """`kg` and `gongfu-kg` are one program."""
    assert run(kg.with_name(name + kg.suffix), "--version", cwd=tmp_path).startswith("kg, version ")


def test_installed_program_builds_the_seeds(kg: Path, tmp_path: Path) -> None:
    """Every usual format, with the same Turtle as the checkout writes, and its rules pass their own examples."""
    from kg import outputs

    run(kg, "build", str(ROOT / "seeds"), "-o", "out", cwd=tmp_path)
    outputs.run([ROOT / "seeds"], tmp_path / "here", formats=["turtle"])
    assert (tmp_path / "out" / "graph.ttl").read_bytes() == (tmp_path / "here" / "graph.ttl").read_bytes()
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"manifest.json", *(f for n in outputs.USUAL for f in outputs.FILES[n])}
    run(kg, "rules", "--test", cwd=tmp_path)


def test_installed_program_has_its_packs(kg: Path, tmp_path: Path) -> None:
    """The one that ships by its name, and the template of a new one."""
    assert run(kg, "pack", "test", "east-west", cwd=tmp_path).endswith("faults 0\n")
    assert "pack.toml" in run(kg, "pack", "new", "mine", cwd=tmp_path)
