"""Where plans are solved: here, or on the machines of a Dask scheduler (``WUYE_SCHEDULER``).

A plan's independent parts are jobs that any executor can run (`geo.takeover.solver.job`), and the
plan is the same whatever runs them. A scheduler's workers need this program installed, in the same
version, and clocks that agree to a second: a job carries the time at which it has to stop.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from geo.errors import ServerError
from service.settings import Settings

CONNECT_S = 10
"""Seconds until a scheduler that doesn't answer is given up."""


@contextmanager
def solving_executor(settings: Settings) -> Iterator[Executor | None]:
    """Give the executor of the settings' scheduler; None without one: plans are solved here.

    Raises
    ------
    ServerError
        When the scheduler can't be reached, or the optional package is not installed.
    """
    if settings.scheduler is None:
        yield None
        return
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError:
        raise ServerError(
            "设置了 WUYE_SCHEDULER，但没有安装 distributed。",
            "请安装可选组件 pip install 'wuye-atlas[machines]'，或取消该设置。",
        ) from None
    try:
        client = distributed.Client(settings.scheduler, timeout=CONNECT_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise ServerError(
            f"连不上调度器 {settings.scheduler}（{type(error).__name__}）。",
            "请核对 WUYE_SCHEDULER 的地址与网络，或取消该设置在本机求解。",
        ) from None
    with client:
        yield client.get_executor(pure=False)
