"""Where plans are solved: here, or on the machines of a Dask scheduler (``WUYE_SCHEDULER``).

A plan's independent parts are jobs that any executor can run (`geo.takeover.solver.job`), and the
plan is the same whatever runs them. A scheduler's workers need this program installed, in the same
version, and clocks that agree to a second: a job carries the time at which it has to stop.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import closing, contextmanager
from typing import Any

from geo.errors import ServerError
from service.settings import Settings

CONNECT_S = 10
"""Seconds until a scheduler that doesn't answer is given up."""


class Machines:
    """The connection to the settings' scheduler: made when it is first needed, again when lost.

    Parameters
    ----------
    scheduler
        Its address; None where plans are solved here.
    """

    def __init__(self, scheduler: str | None) -> None:
        self.scheduler = scheduler
        self._client: Any = None
        self._lock = threading.Lock()

    def executor(self) -> Executor | None:
        """Give an executor on the scheduler's machines; None without a scheduler.

        Raises
        ------
        ServerError
            When the scheduler can't be reached, or the optional package is not installed.
        """
        if self.scheduler is None:
            return None
        with self._lock:
            if self._client is None or self._client.status != "running":
                self.close()
                self._client = _connected(self.scheduler)
            executor: Executor = self._client.get_executor(pure=False)
            return executor

    def close(self) -> None:
        """Let go of the connection."""
        client, self._client = self._client, None
        if client is not None:
            client.close()


@contextmanager
def solving_executor(settings: Settings) -> Iterator[Executor | None]:
    """Give the executor of the settings' scheduler for a while; raises as `Machines.executor`."""
    with closing(Machines(settings.scheduler)) as machines:
        yield machines.executor()


def _connected(scheduler: str) -> Any:
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError:
        raise ServerError(
            "设置了 WUYE_SCHEDULER，但没有安装 distributed。",
            "请安装可选组件 pip install 'wuye-atlas[machines]'，或取消该设置。",
        ) from None
    try:
        return distributed.Client(scheduler, timeout=CONNECT_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise ServerError(
            f"连不上调度器 {scheduler}（{type(error).__name__}）。",
            "请核对 WUYE_SCHEDULER 的地址与网络，或取消该设置在本机求解。",
        ) from None
