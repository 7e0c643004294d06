"""What is slow the first time, done before somebody asks: in a thread, as soon as the server runs.

The latest snapshot that was made is opened, its divisions are placed, its names indexed; nothing
is built, and whatever goes wrong is left to the request that meets it.
"""

from __future__ import annotations

import threading

import structlog

from geo.errors import WuyeError
from geo.search import search
from maps.places import divisions
from service.workspace import Workspace

log = structlog.get_logger("wuye.warm")


def warm(space: Workspace) -> None:
    """Open the latest snapshot and make what answers need of it."""
    try:
        made = space.snapshots.listed()
        if not made:
            return
        snapshot = space.opened.open(made[0]["id"])
        divisions(snapshot)
        search(snapshot, "-")
    except (WuyeError, OSError) as error:
        log.warning("warm", error=type(error).__name__)
    else:
        log.info("warm", snapshot=snapshot.id)


def start_warming(space: Workspace) -> threading.Thread:
    """Warm up beside the server; a thread that does not hold up its end."""
    thread = threading.Thread(target=warm, args=(space,), name="warm", daemon=True)
    thread.start()
    return thread
