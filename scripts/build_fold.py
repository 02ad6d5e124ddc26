"""Build kg/pack/fold.txt, the table of Traditional characters and their Simplified forms.

Usage: pip download --no-deps opencc-python-reimplemented==0.1.7, then `python scripts/build_fold.py WHEEL`.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

TABLE = "opencc/dictionary/TSCharacters.txt"
HEADER = """\
# Traditional characters (first line) and their Simplified forms (second line), one to one.
# From OpenCC's TSCharacters as in opencc-python-reimplemented 0.1.7 (Apache-2.0), first form each. Left out: characters of GB 2312,
# which stand in Simplified text too (the surname 於, 乾 in place names), and those outside the basic plane. Made by scripts/build_fold.py.
"""


def simplified(char: str) -> bool:
    """Whether GB 2312, the Simplified standard set, holds the character."""
    try:
        return bool(char.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def build(table: str) -> str:
    """The data file's text."""
    rows = [line.split("\t") for line in table.splitlines() if "\t" in line]
    pairs = {a: b.split()[0] for a, b in rows if max(a, b.split()[0]) <= "\uffff" and not simplified(a)}
    pairs = {a: pairs.get(b, b) for a, b in pairs.items() if pairs.get(b, b) != a}  # folding twice changes nothing
    return HEADER + "".join(sorted(pairs)) + "\n" + "".join(pairs[a] for a in sorted(pairs)) + "\n"


if __name__ == "__main__":
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        text = build(wheel.read(TABLE).decode("utf-8"))
    (Path(__file__).parent.parent / "kg" / "pack" / "fold.txt").write_text(text, "utf-8", newline="\n")
