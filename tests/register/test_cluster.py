from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from geo.errors import ServerError
from geo.register import cluster as module
from geo.register.cluster import FALLBACK_HOME, Cluster, choose_home

ROOT = Path(__file__).resolve().parents[2]
ENSURE = (
    "import sys; from pathlib import Path; from geo.register.cluster import Cluster;"
    "print(Cluster(Path(sys.argv[1])).ensure())"
)


@pytest.fixture
def home(new_folder: Callable[[], Path]) -> Path:
    return new_folder()


def call(home: Path, **words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ENSURE, str(home)], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **words,
    )  # fmt: skip


def postmaster(home: Path) -> int:
    return int((home / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def as_nobody(act: Callable[[], object]) -> str:
    """Do something in a child process as another user; give what it said."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgid(65534)
        os.setuid(65534)
        try:
            words = f"done: {act()}"
        except Exception as error:
            words = str(error)
        os.write(writer, words.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as stream:
        words = stream.read()
    os.waitpid(child, 0)
    return words


def ask(cluster: Cluster) -> int:
    with psycopg.connect(cluster.ensure()) as connection:
        row = connection.execute("select 41 + 1").fetchone()
    assert row is not None
    return int(row[0])


def test_first_use_creates_and_later_uses_find(home: Path) -> None:
    cluster = Cluster(home)
    assert not cluster.running()
    assert ask(cluster) == 42
    pid = postmaster(home)
    assert ask(Cluster(home)) == 42
    assert postmaster(home) == pid
    assert cluster.stop()
    assert not cluster.running()
    assert not cluster.stop()
    assert ask(cluster) == 42


def test_it_listens_on_a_private_socket_and_nowhere_else(home: Path) -> None:
    cluster = Cluster(home)
    with psycopg.connect(cluster.ensure()) as connection:
        addresses = connection.execute("show listen_addresses").fetchone()
        durable = connection.execute("show fsync").fetchone()
    assert addresses == ("",)
    assert durable == ("on",)
    assert cluster.socket_folder.stat().st_mode & 0o777 == 0o700
    assert cluster.data.stat().st_mode & 0o777 == 0o700


def test_it_survives_kill_nine_of_the_server(home: Path) -> None:
    cluster = Cluster(home)
    with psycopg.connect(cluster.ensure()) as connection:
        connection.execute("create table kept as select 7 as n")
    for _ in range(3):
        os.kill(postmaster(home), signal.SIGKILL)
        with psycopg.connect(cluster.ensure()) as connection:
            assert connection.execute("select n from kept").fetchone() == (7,)


def test_two_callers_at_once_start_one_server(home: Path) -> None:
    callers = [call(home) for _ in range(4)]
    answers = [caller.communicate(timeout=120) for caller in callers]
    assert [caller.returncode for caller in callers] == [0] * 4, answers
    assert len({out for out, _ in answers}) == 1
    log = (home / "postgres.log").read_text()
    assert log.count("database system is ready to accept connections") == 1


@pytest.mark.parametrize(
    "after_s",
    [0.15, 0.45, 0.8, *(pytest.param(s, marks=pytest.mark.long) for s in (0.3, 0.6, 1.0))],
)
def test_it_survives_kill_nine_of_the_first_caller(home: Path, after_s: float) -> None:
    caller = call(home, start_new_session=True)
    time.sleep(after_s)
    caller.kill()
    caller.communicate()
    assert ask(Cluster(home)) == 42


def test_half_made_cluster_is_made_again(home: Path) -> None:
    half = home / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("15")
    assert ask(Cluster(home)) == 42
    assert not half.exists()


def test_long_path_gets_a_short_socket(home: Path) -> None:
    deep = home / ("很深的目录" * 8)
    deep.mkdir()
    cluster = Cluster(deep)
    try:
        assert ask(cluster) == 42
        assert len(os.fsencode(cluster.socket_folder)) < 80
        assert cluster.socket_folder.stat().st_mode & 0o777 == 0o700
    finally:
        cluster.stop()
        shutil.rmtree(cluster.socket_folder)


def test_missing_postgis_names_the_install_command(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_installed", list)
    with pytest.raises(ServerError, match="apt-get install postgresql-15 postgresql-15-postgis-3"):
        Cluster(home).ensure()
    assert not (home / "postgres").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_is_told_whose_it_is(home: Path) -> None:
    Cluster(home).ensure()
    words = as_nobody(lambda: Cluster(home).ensure())
    assert "由 root（以 postgres 身份） 建立" in words
    assert "WUYE_HOME" in words
    assert Cluster(home).running()


@pytest.mark.skipif(os.geteuid() != 0, reason="root's server runs as another user")
def test_home_that_the_server_cannot_enter(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    assert choose_home(None, closed) == FALLBACK_HOME
    with pytest.raises(ServerError, match="WUYE_HOME"):
        choose_home(closed / "data", closed)
    assert choose_home(None, home) == home / ".wuye"
