"""stdin, stdout and stderr as the one at the other end reads and writes them: a terminal, a pipe of PowerShell, a file."""

from __future__ import annotations

import os
import stat
import sys
from typing import Any


def settle() -> None:
    """Give each stream its encoding. What an encoding does not have is written as \\u…; only a terminal gets line ends of its own."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            terminal = stream.isatty()
            chosen = encoding(stream.encoding, os.environ.get("PYTHONIOENCODING", ""), 0 if terminal else code_page(), to_file=_is_file(stream))
            stream.reconfigure(encoding=chosen, errors="backslashreplace", **({} if terminal else {"newline": "\n"}))


def encoding(own: str, asked: str = "", page: int = 0, *, to_file: bool = False) -> str:
    """The encoding to write. `own`: what Python chose; `asked`: PYTHONIOENCODING; `page`: the code page of a Windows console, else 0.

    A file gets UTF-8. PowerShell reads a pipe by the console's code page. One without Chinese characters is of no use.

    >>> encoding("cp936", page=936), encoding("cp936", page=936, to_file=True), encoding("gbk", asked="gbk", to_file=True)
    ('cp936', 'utf-8', 'gbk')
    >>> encoding("cp1252", page=437), encoding("cp936", page=65001), encoding("ascii")
    ('utf-8', 'utf-8', 'utf-8')
    """
    if asked.partition(":")[0]:
        return own
    if to_file:
        return "utf-8"
    chosen = own if not page else "utf-8" if page == 65001 else f"cp{page}"
    try:
        "浙江".encode(chosen)
    except (LookupError, UnicodeEncodeError):
        return "utf-8"
    return chosen


def code_page() -> int:
    """That of the Windows console, 0 where there is none."""
    if sys.platform != "win32":
        return 0
    import ctypes

    return int(ctypes.windll.kernel32.GetConsoleOutputCP())


def _is_file(stream: Any) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):  # no descriptor: a stream of a test
        return False


def typed() -> str:
    """All of stdin, in whatever encoding it was piped. Raises KgError; also where a shell has made question marks of the characters."""
    from pathlib import Path

    from .encodings import decode
    from .errors import KgError

    text = decode(sys.stdin.buffer.read(), Path("-"))[0]
    if text.count("?") * 2 > len("".join(text.split())):
        raise KgError("text-lost")
    return text
