"""A folder of wheels is enough to install the program where there is no network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
import wheelhouse  # noqa: E402


@pytest.mark.skipif(not {"CI", "KG_WHEELHOUSE"} & set(os.environ), reason="fetches 30 wheels, which takes half a minute: set KG_WHEELHOUSE=1")
def test_the_wheels_install_without_an_index(tmp_path: Path) -> None:
    """In a fresh environment `pip install --no-index --find-links wheelhouse gongfu-kg` works, and `kg --version` runs."""
    house, place = tmp_path / "wheelhouse", tmp_path / "fresh"
    try:
        wheels = wheelhouse.gather(house, extras=())
    except subprocess.CalledProcessError:
        pytest.skip("the wheels cannot be fetched: no package index in reach")
    assert {p.name.split("-")[0] for p in wheels} >= {"gongfu_kg", "click", "rdflib", "pyoxigraph", "pyvis", "networkx", "openpyxl"}
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    scripts = place / ("Scripts" if os.name == "nt" else "bin")
    pip = [sys.executable, "-m", "pip", "--isolated", "--python", str(scripts / "python")]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PIP_")} | {"PIP_CONFIG_FILE": os.devnull}
    subprocess.run([*pip, "install", "-q", "--no-compile", "--no-index", "--find-links", str(house), "gongfu-kg"], check=True, env=clean)
    done = subprocess.run([scripts / "kg", "--version"], check=True, capture_output=True, encoding="utf-8", env={**clean, "PYTHONPATH": ""})
    assert done.stdout.startswith("kg, version ")
    assert "--no-index --find-links wheelhouse" in (house / "README.txt").read_text("utf-8")


def test_conditions_are_read_as_of_the_machine_that_is_meant() -> None:
    """click needs colorama on Windows only, whatever machine gathers its wheels."""
    from packaging.markers import Marker

    marker = Marker('platform_system == "Windows" and python_version < "3.13"')
    asked = [("win_amd64", "3.12"), ("win_amd64", "3.13"), ("manylinux_aarch64", "3.12"), ("macosx_arm64", "3.12")]
    assert [marker.evaluate(wheelhouse.environment(*a)) for a in asked] == [True, False, False, False]
    assert [wheelhouse.environment(p, "3.12")["platform_machine"] for p in wheelhouse.PLATFORMS] == ["AMD64", "arm64", "x86_64", "x86_64", "aarch64"]


def test_no_file_names_an_index() -> None:
    """Installs use the user's own pip configuration: no address and no option of an index stands in what installs."""
    for name in ("Makefile", "pyproject.toml", "requirements.txt", "requirements-test.txt", ".ci/run", "scripts/wheelhouse.py"):
        text = (ROOT / name).read_text("utf-8")
        assert not re.search(r"--(?:extra-)?index-url|--trusted-host|--proxy|--cert\b|https?://|PIP_\w+ *=", text), name
    assert len(re.findall(r"\bpip (?:install|download|wheel)", (ROOT / "Makefile").read_text("utf-8"))) == 1  # PIP itself
