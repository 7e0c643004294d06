"""Files that were sent to be imported: where they lie, what they are called, what came of them."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import shutil
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from psycopg.types.json import Jsonb

from geo.errors import NotFound
from geo.intake.mapping import mapping_of
from geo.intake.options import Options
from geo.register.compose import Connection
from geo.register.store import Register
from service.jobs.work import Place, open_connection

FOLDER: Final = "imports"
LONGEST_NAME_BYTES: Final = 120
_STRANGE: Final = re.compile(r"[^\w .()（）【】《》、，—\-+#&@=]")


@dataclass(frozen=True)
class Upload:
    """A file that was sent.

    Attributes
    ----------
    file
        Its name, made harmless; the file lies under it in a folder of its own.
    state
        One of `geo.register.job_tables.UPLOAD_STATES`, as its last job has left it.
    result
        Name of the folder of what its last check or import found.
    known_change
        The last change that the register had when it was checked.
    """

    id: str
    number: int
    file: str
    bytes: int
    sha256: str
    author: str
    at: dt.datetime
    expires_at: dt.datetime
    kind: str | None
    options: dict[str, Any]
    state: str
    job: str | None
    result: str | None
    summary: dict[str, Any] | None
    question: dict[str, Any] | None
    problem: dict[str, Any] | None
    known_change: int | None
    change: int | None

    def folder(self, home: Path) -> Path:
        """Give its folder."""
        return home / FOLDER / self.id

    def source(self, home: Path) -> Path:
        """Give where the file itself lies."""
        return file_in(self.folder(home), self.file)

    def found(self, home: Path) -> Path:
        """Give the folder of what was found of it.

        Raises
        ------
        NotFound
            While it has not been checked.
        """
        if self.result is None:
            raise NotFound(f"{self.file} 还没有检查结果。", "请等检查完成。")
        return self.folder(home) / self.result

    def call(self, author: str, *, dry_run: bool) -> Options:
        """Give the options as the intake takes them.

        Raises
        ------
        UsageError
            When the mapping names columns that are not ours.
        """
        said = self.options
        mapping = said.get("mapping")
        return Options(
            crs=said.get("crs") or "auto",
            layer=said.get("layer"),
            dry_run=dry_run,
            effective=dt.date.fromisoformat(said["effective"]) if said.get("effective") else None,
            complete=said.get("complete"),
            again=bool(said.get("again")),
            mapping=mapping_of(mapping, str(self.kind), "对应关系") if mapping else None,
            author=author,
        )


def file_in(folder: Path, name: str) -> Path:
    """Give where a file that was sent lies in its folder, apart from what was found of it."""
    return folder / "file" / name


def safe_name(given: str) -> str:
    r"""Give a file name that can do no harm, as like the given one as can be.

    >>> safe_name("../../etc/小区 台账.XLSX"), safe_name("a\\b:c.csv"), safe_name("..")
    ('小区 台账.xlsx', 'b_c.csv', 'file')
    """
    plain = unicodedata.normalize("NFC", given.encode("utf-8", "ignore").decode("utf-8"))
    last = plain.replace("\\", "/").rsplit("/", 1)[-1]
    kept = _STRANGE.sub("_", last).strip(" .")
    stem, point, ending = kept.rpartition(".")
    if not point:
        stem, ending = kept, ""
    ending = ending.lower()[:12]
    room = LONGEST_NAME_BYTES - len(ending.encode()) - 1
    stem = stem.encode()[:room].decode("utf-8", "ignore").strip(" .") or "file"
    return f"{stem}.{ending}" if ending else stem


# A job that died or was cancelled leaves its upload where it was: what it is now is told here.
_NOW: Final = (
    "select u.id, u.number, u.file, u.bytes, u.sha256, u.author, u.at, u.expires_at, u.kind,"
    " u.options, case when u.state = 'checking' and j.state in ('failed', 'cancelled')"
    "   then 'failed' when u.state = 'importing' and j.state = 'cancelled' then 'checked'"
    "   when u.state = 'importing' and j.state in ('failed', 'done') then j.state"
    "   else u.state end as state,"
    " u.job, u.result, u.summary, u.question,"
    " coalesce(u.problem, case when u.state in ('checking', 'importing') then j.problem end)"
    "   as problem, u.known_change, coalesce(u.change, j.change) as change"
    " from upload u left join job j on j.id = u.job"
)


def read(connection: Connection, identity: str, *, lock: bool = False) -> Upload:
    """Read an upload.

    Parameters
    ----------
    lock
        Keep others from altering it until the transaction ends.

    Raises
    ------
    NotFound
        When there is none.
    """
    statement = f"{_NOW} where u.id = %s" + (" for update of u" if lock else "")
    row = connection.execute(statement.encode(), [identity]).fetchone()
    if row is None:
        raise NotFound(f"没有导入 {identity}。", "它可能已过期或已删除；请重新上传。")
    return Upload(**row)


def listed(register: Register, *, before: int | None, limit: int) -> tuple[list[Upload], int]:
    """List uploads, newest first, from before a number on; and how many there are."""
    with register.connect() as connection:
        rows = connection.execute(
            f"{_NOW} where %(before)s::bigint is null or u.number < %(before)s"
            " order by u.number desc limit %(limit)s".encode(),
            {"before": before, "limit": limit},
        ).fetchall()
        total = connection.execute("select count(*) as n from upload").fetchone()
    return [Upload(**row) for row in rows], int(total["n"]) if total else 0


def keep(connection: Connection, new: Mapping[str, Any]) -> None:
    """Write down that a file was sent; it is being checked."""
    connection.execute(
        "insert into upload (id, file, bytes, sha256, author, at, expires_at, kind, options,"
        " state, job) values (%(id)s, %(file)s, %(bytes)s, %(sha256)s, %(author)s,"
        " clock_timestamp(), clock_timestamp() + make_interval(days => %(days)s), %(kind)s,"
        " %(options)s, 'checking', %(job)s)",
        {**new, "options": Jsonb(new["options"])},
    )


def ask_again(
    connection: Connection, identity: str, kind: str | None, options: Mapping[str, Any], job: str
) -> None:
    """Write down that an upload is checked again, with other options."""
    connection.execute(
        "update upload set state = 'checking', kind = %s, options = %s, job = %s,"
        " question = null, problem = null where id = %s",
        [kind, Jsonb(dict(options)), job, identity],
    )


def begin_import(connection: Connection, identity: str, job: str) -> None:
    """Write down that an upload is being imported."""
    connection.execute(
        "update upload set state = 'importing', job = %s, problem = null where id = %s",
        [job, identity],
    )


def tell(connection: Connection, identity: str, job: str, **words: Any) -> None:
    """Write what a job found of its upload, unless another job was asked for since.

    ``words`` may have ``state kind result summary question problem known_change change``; those
    left out stay, but for the question and the problem.
    """
    connection.execute(
        "update upload set state = %(state)s, kind = coalesce(%(kind)s, kind),"
        " result = coalesce(%(result)s, result), summary = coalesce(%(summary)s, summary),"
        " question = %(question)s, problem = %(problem)s,"
        " known_change = coalesce(%(known_change)s, known_change),"
        " change = coalesce(%(change)s, change) where id = %(id)s and job = %(job)s",
        {
            "id": identity,
            "job": job,
            **{name: words.get(name) for name in ("state", "kind", "result", "known_change",
                                                  "change")},
            **{
                name: None if words.get(name) is None else Jsonb(words[name])
                for name in ("summary", "question", "problem")
            },
        },
    )  # fmt: skip


def forget(connection: Connection, identity: str) -> None:
    """Forget an upload; what was imported from it stays. Its files are for `remove`."""
    connection.execute("delete from upload where id = %s", [identity])


def remove(home: Path, identity: str) -> None:
    """Delete an upload's files."""
    shutil.rmtree(home / FOLDER / identity, ignore_errors=True)


def forget_expired(place: Place) -> None:
    """Forget the uploads whose time is over, and files that belong to none."""
    with open_connection(place.conninfo) as connection:
        rows = connection.execute(
            "select u.id from upload u left join job j on j.id = u.job"
            " where u.expires_at < now() and coalesce(j.state, '') not in ('waiting', 'running')"
        ).fetchall()
        for row in rows:
            forget(connection, row["id"])
            remove(place.home, row["id"])
        known = {row["id"] for row in connection.execute("select id from upload").fetchall()}
    yesterday = dt.datetime.now(dt.UTC).timestamp() - 86_400
    with contextlib.suppress(FileNotFoundError):
        for folder in (place.home / FOLDER).iterdir():
            if folder.name not in known and folder.stat().st_mtime < yesterday:
                shutil.rmtree(folder, ignore_errors=True)
