"""Worker processes: a function over many tasks, in the order of the tasks, with little in memory at a time; and what a dead worker costs.

A worker that dies (killed for its memory, or by a fault in a library) takes no more with it than the one task that killed it.
Workers end when the process that started them is gone, however it went.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from .errors import KgError

T = TypeVar("T")
R = TypeVar("R")

WEIGHT, MOST = 60_000, 64  # of a chunk: about a second's work, and this many tasks
AHEAD = 3  # chunks a worker, handed out or done and not taken yet
_DEATHS = 20  # so many in a row, and it is not the tasks' fault


def cores() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each(work: Callable[[T], R], tasks: Iterable[T], jobs: int, *, weight: Callable[[T], int], killed: Callable[[T], R]) -> Iterator[tuple[T, R]]:
    """Every task with what `work` makes of it. `tasks` is read as they are done.

    `work` is a function of a module (or a partial of one), and what it takes and gives can be pickled. `weight`: how heavy a task is,
    as characters or bytes. `killed`: what stands for the result of a task that kills its worker. Raises what `work` raises,
    and KgError where workers die whatever they are given.
    """
    if jobs <= 1:
        for number, task in enumerate(tasks):
            yield task, work(task)
            if number % MOST == 0:
                gc.collect(0)
        return
    chunks = _chunks(tasks, weight)
    waiting: deque[tuple[list[T], Future[list[R]]]] = deque()
    deaths = [0]
    pool = _pool(jobs)
    try:
        more = True
        while more or waiting:
            while more and len(waiting) < AHEAD * jobs:
                chunk = next(chunks, None)
                if chunk is None:
                    more = False
                else:
                    waiting.append((chunk, _submit(pool, work, chunk)))
            if not waiting:
                break
            chunk, future = waiting.popleft()
            try:
                done = future.result()
                deaths[0] = 0
            except BrokenProcessPool:
                pool.shutdown(cancel_futures=True)
                done = _alone(work, chunk, killed, deaths)
                pool = _pool(jobs)
                # what others had done before the pool broke is kept, the rest is given out again
                waiting = deque((c, f if f.done() and not f.cancelled() and not f.exception() else _submit(pool, work, c)) for c, f in waiting)
            yield from zip(chunk, done, strict=True)
    finally:
        pool.shutdown(cancel_futures=True)


def _alone(work: Callable[[T], R], chunk: Sequence[T], killed: Callable[[T], R], deaths: list[int]) -> list[R]:
    """A chunk whose worker may have died of it, in a worker of its own; where that dies too, in halves, until the guilty task is found."""
    try:
        with _pool(1) as pool:
            done = pool.submit(_all, work, chunk).result()
        deaths[0] = 0
        return done
    except BrokenProcessPool:
        if len(chunk) == 1:
            deaths[0] += 1
            if deaths[0] >= _DEATHS:
                raise KgError("worker-lost") from None
            return [killed(chunk[0])]
        half = len(chunk) // 2
        return _alone(work, chunk[:half], killed, deaths) + _alone(work, chunk[half:], killed, deaths)


def _submit(pool: ProcessPoolExecutor, work: Callable[[T], R], chunk: list[T]) -> Future[list[R]]:
    try:
        return pool.submit(_all, work, chunk)
    except BrokenProcessPool as error:
        broken: Future[list[R]] = Future()
        broken.set_exception(error)
        return broken


def _chunks(tasks: Iterable[T], weight: Callable[[T], int]) -> Iterator[list[T]]:
    chunk: list[T] = []
    size = 0
    for task in tasks:
        chunk.append(task)
        size += weight(task)
        if size >= WEIGHT or len(chunk) >= MOST:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _pool(jobs: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(jobs, initializer=_begin)


def _begin() -> None:
    """What a worker does first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    gc.disable()
    gc.freeze()
    parent = multiprocessing.parent_process()
    if parent:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _all(work: Callable[[T], R], chunk: Sequence[T]) -> list[R]:
    out = [work(task) for task in chunk]
    gc.collect(0)  # only what this chunk left: caches of the register and the like are old by then
    return out
