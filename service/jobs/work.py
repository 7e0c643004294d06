"""A job at work: where it is done, how far it is, whether it may go on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from geo.register.ahead import Ahead
from geo.register.compose import Connection
from geo.register.store import Origin, Register, Staged, Written
from geo.snapshot.build import Snapshots
from service.jobs import record


class Cancelled(Exception):
    """Somebody asked the job to stop; what it began is rolled back."""


@dataclass(frozen=True)
class Place:
    """Where jobs are done: the database, the data folder, and what settings say of uploads."""

    conninfo: str
    home: Path
    upload_days: int = 30


class ClaimedRegister(Register):
    """A register whose changes are a job's: the job's row names the change when it is committed.

    Opening a connection and writing are where the job's progress is told and where it stops when
    somebody cancelled it.
    """

    def __init__(self, conninfo: str, job: str, pause: Callable[[], None]) -> None:
        super().__init__(conninfo)
        self.job, self.pause = job, pause
        self.on_write: Callable[[], None] | None = None

    @contextmanager
    def connect(self, begun: Connection | None = None) -> Iterator[Connection]:
        """Open a connection, or go on with one, unless the job is to stop."""
        self.pause()
        with super().connect(begun) as connection:
            yield connection

    def write(
        self,
        origin: Origin,
        staged: list[Staged],
        counts: Callable[[frozenset[int]], Mapping[str, int]] | None = None,
        *,
        also: Callable[[Connection, int, frozenset[int]], bool] | None = None,
        dry_run: bool = False,
        again: bool = False,
        ahead: Ahead | None = None,
    ) -> Written:
        """Write a change as the job's; a dry run claims nothing, for it commits nothing."""
        if self.on_write is not None:
            self.on_write()

        def claimed(connection: Connection, change: int, changed: frozenset[int]) -> bool:
            more = also is not None and also(connection, change, changed)
            if not dry_run and not record.claim(connection, self.job, change):
                raise Cancelled
            return more

        return super().write(
            origin, staged, counts, also=claimed, dry_run=dry_run, again=again, ahead=ahead
        )


class Work:
    """What a kind of job is given: a register, snapshots, a data folder, and a way to tell.

    Parameters
    ----------
    connection
        In autocommit, for what is told of the job.
    """

    def __init__(self, place: Place, job: record.Job, connection: Connection) -> None:
        self.place, self.job, self.connection = place, job, connection
        self.home, self.author = place.home, job.author
        self.register = ClaimedRegister(place.conninfo, job.id, self.pause)
        self.snapshots = Snapshots(self.register, place.home / "snapshots")

    def tell(self, done: int, of: int, zh: str, en: str) -> None:
        """Say that ``done`` of ``of`` steps are done, and what comes now.

        Raises
        ------
        Cancelled
            When somebody asked the job to stop.
        """
        if not record.tell(self.connection, self.job.id, done, of, {"zh": zh, "en": en}):
            raise Cancelled

    def pause(self) -> None:
        """Stop here if somebody asked for it; raises as `tell`."""
        if not record.may_go_on(self.connection, self.job.id):
            raise Cancelled

    def finish(self, connection: Connection, result: Mapping[str, Any]) -> None:
        """End the job in the transaction that keeps what it made.

        Raises
        ------
        Cancelled
            When somebody asked it to stop; the transaction is then rolled back.
        """
        row = connection.execute(
            "select cancel from job where id = %s for update", [self.job.id]
        ).fetchone()
        if row is None or row["cancel"]:
            raise Cancelled
        record.end(connection, self.job.id, "done", words=record.DONE, result=result)

    def folder(self, *names: str) -> Path:
        """Give a folder of the data folder, made when it is missing."""
        found = self.home.joinpath(*names)
        found.mkdir(parents=True, exist_ok=True)
        return found


Kind = Callable[[Work, dict[str, Any]], Mapping[str, Any]]
"""Does a job by its parameters; gives its result as JSON."""


def open_connection(conninfo: str) -> Connection:
    """Open a connection that commits each statement."""
    return psycopg.connect(conninfo, autocommit=True, row_factory=dict_row)


def today() -> dt.date:
    """Give today in this machine's zone."""
    return dt.datetime.now().astimezone().date()
