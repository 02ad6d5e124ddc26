"""What programs of the JavaScript world read from graph files: graphology, cytoscape.js and Neo4j's own Cypher linter."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "node"


def read(*pairs: tuple[str, Path]) -> list[Any]:
    """The answers of tests/node/read.mjs. Skips where there is no node; a failure where KG_REQUIRE_NODE=1."""
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules" / "graphology").is_dir():
        told = "no node, or its packages are missing: cd tests/node && npm ci"
        if os.environ.get("KG_REQUIRE_NODE") == "1":
            pytest.fail(told)
        pytest.skip(told)
    words = [word for reader, path in pairs for word in (reader, str(path))]
    done = subprocess.run([node, "read.mjs", *words], cwd=FOLDER, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    return answers
