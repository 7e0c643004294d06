"""Jobs in the database: asked for, read, cancelled; and what workers write of them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from psycopg.types.json import Jsonb

from geo.errors import NotFound
from geo.register.compose import Connection
from geo.register.job_tables import ENDED
from geo.register.store import Register
from service.jobs import queue

Words = Mapping[str, str]

WAITS: Final[Words] = {"zh": "排队等候", "en": "Waiting"}
DONE: Final[Words] = {"zh": "完成", "en": "Done"}
STOPPED: Final[Words] = {"zh": "已取消，未写入任何内容", "en": "Cancelled; nothing was written"}
MOST_ATTEMPTS: Final = 3
"""How often a job is taken up that its worker died under."""

CALL_CLASS: Final = 0x7775796A
"""Class of the advisory locks of workers that are alive; the other half is the worker's id."""


@dataclass(frozen=True)
class Job:
    """A piece of long work.

    Attributes
    ----------
    state
        One of `geo.register.job_tables.JOB_STATES`.
    done, of
        Steps; ``of`` is 0 while nobody knows how many there are.
    words
        What it is at, in Chinese and English.
    result, problem
        What it came to, or why it didn't: a problem as the service answers with.
    cancel
        Whether somebody asked it to stop.
    change
        The change that it made.
    version
        Counts what was written of it.
    """

    id: str
    number: int
    kind: str
    parameters: dict[str, Any]
    state: str
    done: int
    of: int
    words: dict[str, str]
    result: dict[str, Any] | None
    problem: dict[str, Any] | None
    author: str
    asked_at: dt.datetime
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    cancel: bool
    attempts: int
    version: int
    change: int | None
    now: dt.datetime

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ENDED

    @property
    def seconds(self) -> float | None:
        """How long it worked, or has worked so far."""
        if self.started_at is None:
            return None
        return round(((self.ended_at or self.now) - self.started_at).total_seconds(), 2)

    @property
    def seconds_left(self) -> float | None:
        """What is left if the rest takes as long as what is done; None where nobody knows."""
        if self.state != "running" or not 0 < self.done < self.of or self.seconds is None:
            return None
        return round(self.seconds / self.done * (self.of - self.done), 1)

    def as_json(self) -> dict[str, Any]:
        """Give the job as the service shows it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "state": self.state,
            "done": self.done,
            "of": self.of,
            "words": self.words,
            "seconds": self.seconds,
            "seconds_left": self.seconds_left,
            "cancelling": self.cancel and not self.ended,
            "result": self.result,
            "problem": self.problem,
            "change": self.change,
            "author": self.author,
            "asked_at": self.asked_at.isoformat(),
            "started_at": _iso(self.started_at),
            "ended_at": _iso(self.ended_at),
        }


def _iso(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


_FIELDS: Final = (
    "id, number, kind, parameters, state, done, of, words, result, problem, author, asked_at,"
    " started_at, ended_at, cancel, attempts, version, change, clock_timestamp() as now"
)


def ask(
    connection: Connection,
    kind: str,
    parameters: Mapping[str, Any],
    author: str,
    *,
    lock: str | None = None,
) -> str:
    """Ask for a job in the caller's transaction; give its id. It is taken up once that commits.

    Parameters
    ----------
    lock
        Jobs of one lock are done one after the other, in the order in which they were asked for.
    """
    identity = uuid.uuid4().hex
    task = queue.defer(connection, identity, lock)
    connection.execute(
        "insert into job (id, kind, parameters, state, done, of, words, author, asked_at, cancel,"
        " attempts, version, task) values (%s, %s, %s, 'waiting', 0, 0, %s, %s,"
        " clock_timestamp(), false, 0, 0, %s)",
        [identity, kind, Jsonb(dict(parameters)), Jsonb(dict(WAITS)), author, task],
    )
    return identity


def get(register: Register, identity: str) -> Job:
    """Read a job.

    Raises
    ------
    NotFound
        When there is none.
    """
    with register.connect() as connection:
        return read(connection, identity)


def read(connection: Connection, identity: str) -> Job:
    """Read a job on a connection; raises as `get`."""
    row = connection.execute(
        f"select {_FIELDS} from job where id = %s",  # noqa: S608 - our own column names
        [identity],
    ).fetchone()
    if row is None:
        raise NotFound(f"没有任务 {identity}。", "请核对编号，或查看任务列表。")
    return Job(**row)


def read_all(connection: Connection, identities: Iterable[str]) -> dict[str, Job]:
    """Read several jobs at once, by id; those that are not there are left out."""
    rows = connection.execute(
        f"select {_FIELDS} from job where id = any(%s)",  # noqa: S608 - our own column names
        [list(identities)],
    ).fetchall()
    return {row["id"]: Job(**row) for row in rows}


def listed(
    register: Register, *, state: str | None, before: int | None, limit: int
) -> tuple[list[Job], int]:
    """List jobs, newest first, from before a number on; and how many there are in all."""
    with register.connect() as connection:
        rows = connection.execute(
            f"select {_FIELDS} from job"  # noqa: S608 - our own column names
            " where (%(state)s::text is null or state = %(state)s)"
            " and (%(before)s::bigint is null or number < %(before)s)"
            " order by number desc limit %(limit)s",
            {"state": state, "before": before, "limit": limit},
        ).fetchall()
        total = connection.execute(
            "select count(*) as n from job where %(state)s::text is null or state = %(state)s",
            {"state": state},
        ).fetchone()
    return [Job(**row) for row in rows], int(total["n"]) if total else 0


def cancel(register: Register, identity: str) -> Job:
    """Ask a job to stop; one that waits is cancelled at once. Give it as it stands then.

    A job whose change is being committed while this is asked is done: the row's lock decides.
    """
    with register.connect() as connection:
        row = connection.execute(
            "select state, task, change from job where id = %s for update", [identity]
        ).fetchone()
        if row is not None and row["state"] == "waiting":
            queue.cancel(connection, row["task"])
            end(connection, identity, "cancelled", words=STOPPED)
        elif row is not None and row["state"] == "running" and row["change"] is None:
            connection.execute("update job set cancel = true where id = %s", [identity])
        return read(connection, identity)


def begin(connection: Connection, identity: str) -> Job:
    """Write that a job is being worked on; one that has ended stays as it is."""
    connection.execute(
        "update job set state = 'running', attempts = attempts + 1, done = 0, of = 0,"
        " started_at = clock_timestamp() where id = %s and state in ('waiting', 'running')",
        [identity],
    )
    return read(connection, identity)


def tell(connection: Connection, identity: str, done: int, of: int, words: Words) -> bool:
    """Write how far a job is; tell whether it may go on."""
    row = connection.execute(
        "update job set done = %s, of = %s, words = %s where id = %s and state = 'running'"
        " returning cancel",
        [done, of, Jsonb(dict(words)), identity],
    ).fetchone()
    return row is not None and not row["cancel"]


def may_go_on(connection: Connection, identity: str) -> bool:
    """Tell whether a job is still to be done."""
    row = connection.execute(
        "select state = 'running' and not cancel as go from job where id = %s", [identity]
    ).fetchone()
    return row is not None and bool(row["go"])


def claim(connection: Connection, identity: str, change: int) -> bool:
    """Name the change that a job makes, in that change's transaction; False when it must stop."""
    row = connection.execute(
        "update job set change = %s where id = %s and state = 'running' and not cancel"
        " and change is null returning id",
        [change, identity],
    ).fetchone()
    return row is not None


def end(
    connection: Connection,
    identity: str,
    state: str,
    *,
    words: Words,
    result: Mapping[str, Any] | None = None,
    problem: Mapping[str, Any] | None = None,
) -> bool:
    """Write how a job ended, once; tell whether it had not."""
    row = connection.execute(
        "update job set state = %(state)s, words = %(words)s, result = %(result)s,"
        " problem = %(problem)s, ended_at = clock_timestamp(),"
        " done = case when %(state)s = 'done' then of else done end"
        " where id = %(id)s and state in ('waiting', 'running') returning id",
        {
            "id": identity, "state": state, "words": Jsonb(dict(words)),
            "result": None if result is None else Jsonb(dict(result)),
            "problem": None if problem is None else Jsonb(dict(problem)),
        },
    ).fetchone()  # fmt: skip
    return row is not None


def workers(connection: Connection) -> int:
    """Tell how many workers are alive: those that hold their lock."""
    row = connection.execute(
        "select count(*) as n from procrastinate_workers w where exists (select from pg_locks l"
        " where l.locktype = 'advisory' and l.classid = %s and l.objid = w.id and l.granted"
        " and l.database = (select oid from pg_database where datname = current_database()))",
        [CALL_CLASS],
    ).fetchone()
    return int(row["n"]) if row else 0


def tally(connection: Connection) -> dict[tuple[str, str], int]:
    """Count jobs by kind and state."""
    rows = connection.execute("select kind, state, count(*) as n from job group by kind, state")
    return {(row["kind"], row["state"]): int(row["n"]) for row in rows.fetchall()}
