"""A real PostGIS for every test: one private server a run, a database as new for each test.

What is dear to make and nobody writes to is made once a run, not once a process: see `once`.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import fcntl
import json
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any

import psycopg
import pytest
from hypothesis import settings
from playwright.sync_api import Playwright, sync_playwright
from testkit.databases import Databases
from testkit.imports import csv_importer
from testkit.registers import KeepingRegister
from testkit.runs import begin_run, clear_dead_runs, remove_with_servers

from geo.intake.load import Options, import_file
from geo.intake.verdicts import Outcome
from geo.register.cluster import Cluster
from geo.register.store import Register
from geo.sample import write_sample
from geo.sample.write import NAMES
from geo.snapshot.build import Snapshots
from geo.terms import MADE_UP
from service import cli

TEMPLATE = "wuye_template"
PROVINCE = "wuye_province"
PROVINCE_DATES = ("2024-12-31", "2025-12-31")
TEST_SETTINGS = {
    # A machine that loses power has no use for these databases; making, emptying and dropping
    # them waits for the disk several times.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    # Nothing lives long enough to be worth cleaning up after.
    "autovacuum": "off",
    # Nobody copies the server, so the log need not hold what a file that is new holds.
    "wal_level": "minimal",
    "max_wal_senders": "0",
}

# No test fails for being slow on a busy machine.
settings.register_profile("any time", deadline=None)
settings.load_profile("any time")

RUN_FOLDER = pytest.StashKey[Path]()
RUN_LOCK = pytest.StashKey[IO[str]]()
HIDDEN = pytest.StashKey[asyncio.AbstractEventLoop | None]()
OF_THE_WORKERS = "wuye_run_folder"


def pytest_configure(config: pytest.Config) -> None:
    """Make the run's folder, or take the one that the process which started this one has made."""
    given = getattr(config, "workerinput", {}).get(OF_THE_WORKERS)
    if given is None:
        clear_dead_runs()
        config.stash[RUN_FOLDER], config.stash[RUN_LOCK] = begin_run()
    else:
        config.stash[RUN_FOLDER] = Path(given)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of xdist's where the run's folder is."""
    node.workerinput[OF_THE_WORKERS] = str(node.config.stash[RUN_FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the run's server when the last worker is gone, and remove the folder."""
    if RUN_LOCK in config.stash:
        remove_with_servers(config.stash[RUN_FOLDER])
        config.stash[RUN_LOCK].close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the web application: one process then does all of it, with one service running."""
    items.sort(key=lambda item: "installation" not in getattr(item, "fixturenames", ()))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Hide the loop of the browsers' driver from a test without one: asyncio bears none beside it."""
    if "playwright" not in getattr(item, "fixturenames", ()):
        item.stash[HIDDEN] = asyncio._get_running_loop()
        asyncio._set_running_loop(None)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Show it again: after the last test the driver is ended."""
    if (loop := item.stash.get(HIDDEN, None)) is not None:
        asyncio._set_running_loop(loop)


@pytest.fixture(scope="session")
def run_folder(pytestconfig: pytest.Config) -> Path:
    """A folder that all processes of a run share."""
    return pytestconfig.stash[RUN_FOLDER]


@pytest.fixture(scope="session")
def once(run_folder: Path) -> Callable[[str, Callable[[Path], None]], Path]:
    """Make something once a run: ``once("name", make)`` gives the folder that `make` has filled.

    The first process to ask makes it and the others wait, so `make` leaves all that it makes in
    the folder or in the server, and nobody writes to it afterwards.
    """

    def get(name: str, make: Callable[[Path], None]) -> Path:
        folder = run_folder / name
        with (run_folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = run_folder / f"{name}.done"
            if not done.exists():
                folder.mkdir()
                folder.chmod(0o755)
                make(folder)
                done.touch()
        return folder

    return get


@pytest.fixture(scope="session")
def cluster(once: Callable[[str, Callable[[Path], None]], Path]) -> Cluster:
    """The run's server. A test asks it for databases only through the fixtures below."""

    def make(home: Path) -> None:
        server = Cluster(home)
        server.ensure()
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            for name, value in TEST_SETTINGS.items():
                connection.execute(f"alter system set {name} = '{value}'")
            connection.execute(f"create database {TEMPLATE}")
        Register(server.url(TEMPLATE)).migrate()
        with psycopg.connect(server.url(TEMPLATE), autocommit=True) as connection:
            # Thousands of connections are opened, and each would load PostGIS for itself.
            postgis = connection.execute(
                "select probin from pg_proc where proname = 'postgis_lib_version'"
            ).fetchone()
            assert postgis is not None
            connection.execute(f"alter system set shared_preload_libraries = '{postgis[0]}'")
        server.stop()
        server.ensure()

    return Cluster(once("server", make))


@pytest.fixture(scope="session")
def stopped_home(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """A data folder with an empty, migrated register, whose server is down."""

    def make(home: Path) -> None:
        server = Cluster(home)
        Register(server.ensure()).migrate()
        server.stop()

    return once("stopped", make)


@pytest.fixture
def new_folder(run_folder: Path) -> Iterator[Callable[[], Path]]:
    """Make folders that the server's user can enter; servers in them are stopped afterwards."""
    made: list[Path] = []

    def make() -> Path:
        made.append(Path(tempfile.mkdtemp(prefix="own-", dir=run_folder)))
        made[-1].chmod(0o755)
        return made[-1]

    yield make
    for folder in made:
        remove_with_servers(folder)


@pytest.fixture
def own_cluster(stopped_home: Path, new_folder: Callable[[], Path]) -> Cluster:
    """A server of the test's own, with a register, as durable as a user's: it may be killed."""
    home = new_folder()
    # Owners are kept: the server refuses a folder of another user.
    subprocess.run(["cp", "-a", f"{stopped_home}/.", home], check=True)
    server = Cluster(home)
    server.ensure()
    return server


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """One driver a process: a second one is refused by the first one's loop."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def databases(cluster: Cluster) -> Iterator[Databases]:
    made = Databases(cluster, TEMPLATE)
    yield made
    made.server.close()


@pytest.fixture(scope="session")
def province_files(once: Callable[[str, Callable[[Path], None]], Path]) -> dict[str, Path]:
    """The files of a small made-up province by kind, written once a run."""

    def make(folder: Path) -> None:
        told: list[tuple[str, float]] = []
        write_sample(folder, compounds=300, seed=1, progress=lambda *words: told.append(words))
        (folder / "progress.json").write_text(json.dumps(told), "utf-8")

    folder = once("province_files", make)
    return {kind: folder / f"{MADE_UP}_{name}" for kind, name in NAMES.items()}


@pytest.fixture(scope="session")
def small_sample(once: Callable[[str, Callable[[Path], None]], Path]) -> dict[str, Path]:
    """The files of the smallest made-up province (60 compounds, seed 7), written once a run."""

    def make(folder: Path) -> None:
        write_sample(folder, compounds=60, seed=7)

    folder = once("small_sample", make)
    return {kind: folder / f"{MADE_UP}_{name}" for kind, name in NAMES.items()}


@pytest.fixture(scope="session")
def province(
    cluster: Cluster,
    province_files: dict[str, Path],
    once: Callable[[str, Callable[[Path], None]], Path],
) -> str:
    """A small made-up province, imported once a run through the whole path: its database's name.

    Nobody writes to it or stays connected; `province_copy` gives copies, and `province_snapshots`
    has what was made of it.
    """

    def make(folder: Path) -> None:
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
            connection.execute(f"create database {PROVINCE} template {TEMPLATE}")
        register = Register(cluster.url(PROVINCE))
        for kind, path in province_files.items():
            import_file(register, kind, path, Options(author="tester"))
        snapshots = Snapshots(register, folder / "snapshots")
        for date in PROVINCE_DATES:
            snapshots.get(dt.date.fromisoformat(date))

    once("province", make)
    return PROVINCE


@pytest.fixture(scope="session")
def province_snapshots(province: str, run_folder: Path) -> Callable[[Path], None]:
    """Put the province's snapshots of two dates into a data folder: ``province_snapshots(home)``."""

    def copy(home: Path) -> None:
        shutil.copytree(run_folder / "province" / "snapshots", home / "snapshots")

    return copy


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
    made: dict[str, KeepingRegister] = {}

    def make() -> Register:
        name = databases.take()
        made[name] = KeepingRegister(cluster.url(name))
        return made[name]

    yield make
    for name, register in made.items():
        register.close()
        databases.give_back(name)


@pytest.fixture(scope="session")
def brief_register(
    cluster: Cluster, databases: Databases
) -> Callable[[], AbstractContextManager[Register]]:
    """Make a register for a block: one example of many, or what a module's tests only read.

    ``with brief_register() as register``.
    """

    @contextmanager
    def make() -> Iterator[Register]:
        name = databases.take()
        register = KeepingRegister(cluster.url(name))
        try:
            yield register
        finally:
            register.close()
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
    return csv_importer(register, tmp_path)


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
