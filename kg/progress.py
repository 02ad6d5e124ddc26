"""A progress bar for a build."""

from __future__ import annotations

import sys
from collections.abc import Callable


def bar() -> Callable[[int, int], object]:
    """A progress bar on stderr: only on a terminal, and only if the work takes longer than a second."""
    if not sys.stderr.isatty():
        return lambda done, total: None
    import time

    start = last = time.monotonic()

    def show(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if done < total and now - start > 1 and now - last > 0.1:
            last = now
            width = 30 * done // max(total, 1)
            print(f"\r[{'#' * width}{'-' * (30 - width)}] {100 * done // max(total, 1)}%", end="", file=sys.stderr, flush=True)
        elif done >= total and last > start:
            print("\r" + " " * 40 + "\r", end="", file=sys.stderr, flush=True)

    return show
