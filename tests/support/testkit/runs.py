"""The folder of one run of the tests, and what killed runs have left behind."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import IO

from geo.register.cluster import Cluster

PREFIX = "wuye-test-"


def begin_run() -> tuple[Path, IO[str]]:
    """Make a run's folder; give it with the lock that says, while it is held, that the run lives."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    # Not pytest's own folder: that is closed to the user that the server runs as.
    folder.chmod(0o755)
    # Locked before it gets its name: who finds it unlocked knows that the run is dead.
    lock = (folder / "alive.new").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    (folder / "alive.new").rename(folder / "alive")
    return folder, lock


def clear_dead_runs() -> None:
    """Stop what killed runs have left running, and remove their folders."""
    for alive in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/alive"):
        with contextlib.suppress(OSError):  # its run lives, or another one is removing it
            if alive.stat().st_uid == os.geteuid():
                with alive.open("r+") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    remove_with_servers(alive.parent)


def remove_with_servers(folder: Path) -> None:
    """Remove a folder, when the servers whose data lie in it are stopped."""
    for data in folder.glob("**/postgres/postmaster.pid"):
        Cluster(data.parents[1]).stop()
    for line in Path("/proc/self/mounts").read_text("utf-8").splitlines():
        disk = line.split()[1]
        if Path(disk).is_relative_to(folder):
            subprocess.run(["umount", disk], check=True)
    shutil.rmtree(folder)
