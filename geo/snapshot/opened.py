"""Snapshots kept open: a bounded number by id, for many threads that ask again and again."""

from __future__ import annotations

import datetime as dt
import re
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import Final, TypeVar

from geo.errors import NotFound, UsageError
from geo.register.last_change import LastChange
from geo.snapshot.build import Snapshots
from geo.snapshot.file import Snapshot

MOST: Final = 16
REQUESTS_MOST: Final = 4096
EARLIEST: Final = dt.date(1949, 10, 1)
LATEST: Final = dt.date(2099, 12, 31)

_ID: Final = re.compile(r"[0-9a-f]{64}")

Made = TypeVar("Made")


class OpenSnapshots:
    """Give snapshots by date or id without opening a file twice.

    What a date shows as known after a change never alters, so once found it is found for good;
    only the number of the last change is asked for each time.

    Parameters
    ----------
    most
        How many stay open; the one unused for longest is let go.
    """

    def __init__(self, snapshots: Snapshots, most: int = MOST) -> None:
        self.snapshots = snapshots
        self.last_change = LastChange(snapshots.register)
        self.most = most
        self.tally = {"open": 0, "opened": 0}
        """How often a snapshot was open already, and how often it had to be opened."""
        self._open: OrderedDict[str, Snapshot] = OrderedDict()
        self._requests: OrderedDict[tuple[dt.date, int], str] = OrderedDict()
        self._newest: tuple[tuple[int, dt.date, int], dt.date] | None = None
        self._lock = threading.Lock()
        self._making = threading.Lock()

    def get(self, as_of: dt.date, known_at: dt.datetime | None = None) -> Snapshot:
        """Give the snapshot of a date as known at a moment; build it when it is missing.

        Raises
        ------
        UsageError
            For a date that no register speaks of, or a moment that is still to come.
        """
        if not EARLIEST <= as_of <= LATEST:
            raise UsageError(
                f"日期 {as_of} 超出范围。", f"请写 {EARLIEST} 至 {LATEST} 之间的日期。"
            )
        if known_at is None:
            known = self.last_change.number()
        else:
            known = self.snapshots.register.known_change(known_at)
        if (found := self._asked(as_of, known)) is not None:
            return found
        with self._making:  # the second who asks for what is being built finds it built
            if (found := self._asked(as_of, known)) is not None:
                return found
            return self._remember(as_of, known, self.snapshots.as_known(as_of, known))

    def newest(self, known_at: dt.datetime | None = None) -> Snapshot:
        """Give the snapshot of the newest date that the register or a snapshot speaks of.

        Who names no date asks for this one: it is built once after a change, and not anew each day.
        """
        if known_at is None:
            return self.get(self.newest_day())
        known = self.snapshots.register.known_change(known_at)
        return self.get(self.snapshots.newest_day(known, known_at.astimezone().date()), known_at)

    def newest_day(self) -> dt.date:
        """Give that date, today at latest; looked for once a change, snapshot and day."""
        folder = self.snapshots.folder
        asked = (
            self.last_change.number(),
            dt.datetime.now().astimezone().date(),
            folder.stat().st_mtime_ns if folder.exists() else 0,
        )
        if self._newest is None or self._newest[0] != asked:
            self._newest = asked, self.snapshots.newest_day(*asked[:2])
        return self._newest[1]

    def made(self, as_of: dt.date, known: int) -> Snapshot | None:
        """Give the snapshot of a date as known after a change, or None when it is missing."""
        if (found := self._asked(as_of, known)) is not None:
            return found
        there = self.snapshots.find(as_of, known)
        return None if there is None else self._remember(as_of, known, there)

    def open(self, name: str) -> Snapshot:
        """Give a snapshot by its id, or by enough of its beginning.

        Raises
        ------
        NotFound
            When no snapshot, or more than one, fits.
        """
        name = name.lower()
        if _ID.fullmatch(name) and (found := self._is_open(name)) is not None:
            return found
        return self._keep(self.snapshots.open(name))

    def _asked(self, as_of: dt.date, known: int) -> Snapshot | None:
        name = self._requests.get((as_of, known))
        if name is None:
            return None
        found = self._is_open(name)
        if found is not None:
            return found
        try:
            return self._keep(self.snapshots.open(name))
        except NotFound:  # its file was taken away; it is built again
            return None

    def _remember(self, as_of: dt.date, known: int, snapshot: Snapshot) -> Snapshot:
        found = self._keep(snapshot)
        with self._lock:
            self._requests[as_of, known] = found.id
            while len(self._requests) > REQUESTS_MOST:
                self._requests.popitem(last=False)
        return found

    def _is_open(self, name: str) -> Snapshot | None:
        with self._lock:
            found = self._open.get(name)
            if found is not None:
                self._open.move_to_end(name)
                self.tally["open"] += 1
            return found

    def _keep(self, snapshot: Snapshot) -> Snapshot:
        """Keep a snapshot open; of two threads that opened the same, the first one's stays."""
        with self._lock:
            found = self._open.setdefault(snapshot.id, snapshot)
            self._open.move_to_end(snapshot.id)
            self.tally["opened"] += 1
            while len(self._open) > self.most:
                self._open.popitem(last=False)
            return found


def once_a_snapshot(make: Callable[[Snapshot], Made]) -> Callable[[Snapshot], Made]:
    """Make something out of a snapshot once, and keep it as long as the snapshot is open."""
    kept: weakref.WeakKeyDictionary[Snapshot, Made] = weakref.WeakKeyDictionary()
    lock = threading.Lock()

    @wraps(make)
    def made(snapshot: Snapshot) -> Made:
        with lock:
            if snapshot not in kept:
                kept[snapshot] = make(snapshot)
            return kept[snapshot]

    return made
