"""A real PostGIS for every test: one private server a process, a database as new for each test."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Playwright, sync_playwright
from psycopg import sql

from geo.intake.load import Options, import_file
from geo.intake.verdicts import Outcome
from geo.register.cluster import Cluster
from geo.register.store import Register
from geo.sample import write_sample
from geo.snapshot.build import Snapshots
from service import cli

TEMPLATE = "wuye_template"
FORM = (Path(__file__).parent / "databases.sql").read_text("utf-8")
KEPT = ("spatial_ref_sys", "wuye_migration")
"""Tables that the migration fills."""


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    # Not pytest's own folder: it is closed to the user that the server runs as.
    home = Path(tempfile.mkdtemp(prefix="wuye-test-"))
    home.chmod(0o755)
    server = Cluster(home)
    server.ensure()
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        # A machine that loses power has no use for these databases; making and dropping one
        # for each test waits for the disk several times.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"alter system set {setting} = off")
        connection.execute("select pg_reload_conf()")
        connection.execute(f"create database {TEMPLATE}")
    Register(server.url(TEMPLATE)).migrate()
    yield server
    server.stop()
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def stopped_home() -> Iterator[Path]:
    """A data folder with an empty, migrated register, whose server is down."""
    home = Path(tempfile.mkdtemp(prefix="wuye-stopped-"))
    home.chmod(0o755)
    server = Cluster(home)
    Register(server.ensure()).migrate()
    server.stop()
    yield home
    shutil.rmtree(home)


@pytest.fixture
def own_cluster(stopped_home: Path) -> Iterator[Cluster]:
    """A server of the test's own, with a register, as durable as a user's: it may be killed."""
    home = Path(tempfile.mkdtemp(prefix="wuye-own-"))
    home.chmod(0o755)
    # Owners are kept: the server refuses a folder of another user.
    subprocess.run(["cp", "-a", f"{stopped_home}/.", home], check=True)
    server = Cluster(home)
    server.ensure()
    yield server
    server.stop()
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """One driver a process: a second one, or asyncio beside it, is refused by the first one's loop."""
    with sync_playwright() as driver:
        yield driver


class Databases:
    """Databases that are as the migration left them, each for one test at a time.

    Copying the template costs ten times what emptying a small database does, so those that a test
    gives back are emptied for the next, under another name: what is left over from a test finds
    nothing to write to. A database whose form has changed is dropped.
    """

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.empty: list[str] = []
        with psycopg.connect(cluster.url(TEMPLATE)) as connection:
            self.form = connection.execute(FORM).fetchone()
            self.tables = self._tables(connection)

    def take(self) -> str:
        name = f"t_{uuid.uuid4().hex}"
        with self._server() as server:
            if self.empty:
                server.execute(f"alter database {self.empty.pop()} rename to {name}")
            else:
                server.execute(f"create database {name} template {TEMPLATE}")
        return name

    def give_back(self, name: str) -> None:
        try:
            self._clear(name)
        except _Changed:
            with self._server() as server:
                server.execute(f"drop database {name} with (force)")
        else:
            self.empty.append(name)

    def _clear(self, name: str) -> None:
        with psycopg.connect(self.cluster.url(name)) as connection:
            connection.execute(
                "select pg_terminate_backend(pid, 10000) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
            extra = self._tables(connection) - self.tables
            if extra:
                connection.execute(_listed("drop table {}", extra))
            filled = connection.execute(
                "select relname from pg_class where relkind = 'r' and pg_relation_size(oid) > 0"
                " and relnamespace = 'public'::regnamespace and relname <> all(%s)",
                [list(KEPT)],
            ).fetchall()
            if filled:
                connection.execute(_listed("truncate {} cascade", {row[0] for row in filled}))
            connection.execute(
                "select setval(format('%I', sequencename)::regclass, 1, false) from pg_sequences"
                " where last_value is not null"
            )
            if connection.execute(FORM).fetchone() != self.form:
                raise _Changed

    def _tables(self, connection: psycopg.Connection[Any]) -> set[str]:
        rows = connection.execute(
            "select relname from pg_class"
            " where relkind = 'r' and relnamespace = 'public'::regnamespace"
        )
        return {row[0] for row in rows}

    def _server(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.cluster.url("postgres"), autocommit=True)


class _Changed(Exception):
    """A test has changed the database's form."""


def _listed(statement: str, names: set[str]) -> sql.Composed:
    return sql.SQL(statement).format(sql.SQL(", ").join(map(sql.Identifier, sorted(names))))


@pytest.fixture(scope="session")
def databases(cluster: Cluster) -> Databases:
    return Databases(cluster)


@pytest.fixture(scope="session")
def province(
    cluster: Cluster, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """A small made-up province, imported once a process through the whole path: its database's name.

    Nobody writes to it or stays connected; `province_copy` gives copies.
    """
    name = databases.take()
    folder = tmp_path_factory.mktemp("province")
    for kind, path in write_sample(folder, compounds=300, seed=1).items():
        import_file(Register(cluster.url(name)), kind, path, Options(author="tester"))
    return name


@pytest.fixture(scope="session")
def province_copy(cluster: Cluster, province: str) -> Iterator[Callable[[], Register]]:
    """Make registers that hold the made-up province, each in a database of its own."""
    made: list[str] = []

    def make() -> Register:
        name = f"province_{uuid.uuid4().hex}"
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
            connection.execute(f"create database {name} template {province}")
        made.append(name)
        return Register(cluster.url(name))

    yield make
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        for name in made:
            connection.execute(f"drop database {name} with (force)")


@pytest.fixture
def new_register(cluster: Cluster, databases: Databases) -> Iterator[Callable[[], Register]]:
    """Make registers, each in a database of its own that goes with the test."""
    made: list[str] = []

    def make() -> Register:
        made.append(databases.take())
        return Register(cluster.url(made[-1]))

    yield make
    for name in made:
        databases.give_back(name)


@pytest.fixture
def brief_register(
    cluster: Cluster, databases: Databases
) -> Callable[[], AbstractContextManager[Register]]:
    """Make a register for a block, as one example of many: ``with brief_register() as register``."""

    @contextmanager
    def make() -> Iterator[Register]:
        name = databases.take()
        try:
            yield Register(cluster.url(name))
        finally:
            databases.give_back(name)

    return make


@pytest.fixture
def register(new_register: Callable[[], Register]) -> Register:
    return new_register()


@pytest.fixture
def snapshots(register: Register, tmp_path: Path) -> Snapshots:
    return Snapshots(register, tmp_path / "snapshots")


@pytest.fixture
def import_csv(register: Register, tmp_path: Path) -> Callable[..., Outcome]:
    """Import rows written as a csv: ``import_csv("ledger", "小区编码,服务模式", "A,无物业")``."""

    def run(kind: str, *lines: str, file: str | None = None, **words: object) -> Outcome:
        path = tmp_path / (file or f"{kind}-{uuid.uuid4().hex[:8]}.csv")
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return import_file(register, kind, path, Options(author="test", **words))  # type: ignore[arg-type]

    return run


@pytest.fixture
def wuye(
    register: Register,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Callable[..., tuple[int, str, str]]:
    """Run a command in this process on a register of its own; give exit code, output, errors."""
    monkeypatch.setenv("WUYE_DATABASE_URL", register.conninfo)
    monkeypatch.setenv("WUYE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = cli.run(list(words))
        out, err = capfd.readouterr()
        return code, out, err

    return run
