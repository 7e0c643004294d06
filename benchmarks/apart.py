"""A piece of work in a process of its own: what it gives, how long it took, how much it held."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.job import peak_mib


@dataclass(frozen=True)
class Apart:
    """What came out of it.

    Attributes
    ----------
    seconds, processor_seconds
        Wall clock, and the processor time of all of its threads.
    more_mib
        Peak memory beyond what the process began with (libraries and arrays, shared by all).
    """

    result: Any
    seconds: float
    processor_seconds: float
    more_mib: float


def apart(work: Callable[..., Any], *arguments: Any) -> Apart:
    """Do work in a forked process.

    Raises
    ------
    RuntimeError
        If the process ends without a result.
    """
    fork = multiprocessing.get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)
    process = fork.Process(target=_do, args=(sender, work, arguments))
    process.start()
    sender.close()
    try:
        found: Apart = receiver.recv()
    except EOFError:
        raise RuntimeError(f"{work.__module__} ended without a result") from None
    finally:
        process.join()
    return found


def _do(sender: Connection, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - solvers print where they like
        os.dup2(nowhere.fileno(), 1)
    held, began, processor = peak_mib(), time.perf_counter(), time.process_time()
    result = work(*arguments)
    seconds, used = time.perf_counter() - began, time.process_time() - processor
    sender.send(Apart(result, seconds, used, peak_mib() - held))
    sender.close()
