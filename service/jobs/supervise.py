"""The worker as a child process of whoever serves: started, started again, and dying with it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from typing import Final

from service.jobs.work import Place

WORKER: Final = "from service.jobs.supervise import leashed; leashed()"
AGAIN_S: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
"""How long to wait before a worker that ended by itself is started again; the last for ever."""
STEADY_S: Final = 60.0

_CONNINFO: Final = "WUYE_JOBS_CONNINFO"
_HOME: Final = "WUYE_JOBS_HOME"


class Supervisor:
    """Keeps one worker running. The worker holds our pipe: when we die, whatever way, it ends."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.process: subprocess.Popen[bytes] | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def start(self) -> None:
        """Start the worker."""
        self._thread.start()

    def stop(self) -> None:
        """End the worker; the jobs that it was at are taken up by the next one."""
        self._stop.set()
        process = self.process
        if process is not None:
            process.terminate()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        fails = 0
        while not self._stop.is_set():
            began = time.monotonic()
            self.process = process = self._spawn()
            if self._stop.is_set():
                process.terminate()
            process.wait()
            with contextlib.suppress(OSError):
                assert process.stdin is not None  # noqa: S101 - it was asked for
                process.stdin.close()
            fails = 0 if time.monotonic() - began > STEADY_S else fails + 1
            self._stop.wait(AGAIN_S[min(fails, len(AGAIN_S)) - 1])

    def _spawn(self) -> subprocess.Popen[bytes]:
        # In the environment and not in the arguments, which every user of the machine can read.
        own = {_CONNINFO: self.place.conninfo, _HOME: str(self.place.home)}
        return subprocess.Popen(
            [sys.executable, "-c", WORKER], stdin=subprocess.PIPE, env={**os.environ, **own}
        )


def leashed() -> None:
    """Work as the child of a `Supervisor`."""
    from pathlib import Path  # noqa: PLC0415

    from service.jobs.worker import work  # noqa: PLC0415 - loads half of the application

    place = Place(os.environ.pop(_CONNINFO), Path(os.environ.pop(_HOME)))
    work(place, leash=sys.stdin)
