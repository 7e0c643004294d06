"""A real PostGIS for every test: one private server a run, a fresh database a test."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Playwright, sync_playwright

from geo.intake.load import Options, import_file
from geo.intake.verdicts import Outcome
from geo.register.cluster import Cluster
from geo.register.store import Register
from geo.snapshot.build import Snapshots
from service import cli

TEMPLATE = "wuye_template"


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
def playwright() -> Iterator[Playwright]:
    """One driver a process: a second one, or asyncio beside it, is refused by the first one's loop."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture
def new_register(cluster: Cluster) -> Iterator[Callable[[], Register]]:
    """Make registers, each in a database of its own that goes with the test."""
    made: list[str] = []

    def make() -> Register:
        name = f"t_{uuid.uuid4().hex}"
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
            connection.execute(f"create database {name} template {TEMPLATE}")
        made.append(name)
        return Register(cluster.url(name))

    yield make
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        for name in made:
            connection.execute(f"drop database {name} with (force)")


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
