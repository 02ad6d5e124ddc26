"""`make` tells in one line what is missing on the machine, and leaves nothing half made."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.skipif(sys.platform == "win32" or not shutil.which("make"), reason="there is no make")

# a `python3` that fails where the pattern of the shell fits what it is asked, and else is the real one
STUB = f'#!/bin/sh\ncase "$*" in {{}}) exit 1;; esac\nexec {sys.executable} "$@"\n'
MISSING = [
    pytest.param("*ensurepip*", "python3-venv is missing", id="no venv"),
    pytest.param("*version_info*", "older than 3.11", id="too old"),
    pytest.param("*", "no python3", id="no python"),
]


@pytest.mark.parametrize(("pattern", "told"), MISSING)
@pytest.mark.parametrize("target", ["build", "test"])
def test_what_is_missing_is_told_in_a_line(tmp_path: Path, target: str, pattern: str, told: str) -> None:
    """With what to do about it."""
    for path in (ROOT / "Makefile", ROOT / "pyproject.toml", *ROOT.glob("requirements*.txt")):
        shutil.copy(path, tmp_path)
    stub = tmp_path / "bin" / "python3"
    stub.parent.mkdir()
    stub.write_text(STUB.format(pattern))
    stub.chmod(0o755)
    done = subprocess.run(["make", target], cwd=tmp_path, env={**os.environ, "PATH": f"{stub.parent}:{os.environ['PATH']}"}, capture_output=True, text=True)
    assert done.returncode == 2
    first = done.stderr.splitlines()[0]
    assert first.startswith("make: ") and told in first
    assert not (tmp_path / ".venv").exists()
