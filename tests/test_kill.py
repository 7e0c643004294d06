"""Stopped half-way, an import leaves the register as it was, and the next command works.

Killed, interrupted with Ctrl+C, or out of disk.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from geo.intake.load import Options, import_file
from geo.register.cluster import Cluster
from geo.register.store import WRITE_LOCK, Register

ROOT = Path(__file__).resolve().parents[1]
IMPORT = (
    "import sys; from pathlib import Path; from geo.intake.load import import_file;"
    "from geo.register.store import Register;"
    "print(import_file(Register(sys.argv[1]), 'ledger', Path(sys.argv[2])).counts)"
)
STATE = "select md5(string_agg(t::text, ',' order by t::text)) from {} t"


def moments(*seconds: float, often: list[float]) -> list[object]:
    """Give moments to stop an import at, and more that only ``make test-long`` tries."""
    return [*seconds, *(pytest.param(after_s, marks=pytest.mark.long) for after_s in often)]


def ledger(folder: Path, name: str, rows: int, mode: str) -> Path:
    path = folder / name
    lines = [f"C{number},小区{number},{mode},{number % 900 + 100}" for number in range(rows)]
    path.write_text("小区编码,小区名称,服务模式,户数\n" + "\n".join(lines), "utf-8")
    return path


def state(register: Register) -> list[object]:
    with psycopg.connect(register.conninfo) as connection:
        return [
            connection.execute(STATE.format(table)).fetchone()
            for table in ("change", "compound", "service_status")
        ]


def start_import(register: Register, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", IMPORT, register.conninfo, str(path)], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


# Where an import is held while it is killed: all is staged, or the first table is merged and the
# next one not yet.
HELD = {
    "staged": f"select pg_advisory_xact_lock({WRITE_LOCK})",
    "half_merged": "lock table service_status in access exclusive mode",
}

WAITING = (
    "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
)


@contextlib.contextmanager
def import_held_at(
    register: Register,
    place: str,
    path: Path,
    start: Callable[[Register, Path], subprocess.Popen[str]] = start_import,
) -> Iterator[subprocess.Popen[str]]:
    """Start an import and hold it at a place of its transaction."""
    with psycopg.connect(register.conninfo) as blocker:
        blocker.execute(HELD[place])
        child = start(register, path)
        with psycopg.connect(register.conninfo, autocommit=True) as connection:
            while not connection.execute(WAITING).fetchall():
                assert child.poll() is None, child.communicate()
                time.sleep(0.05)
        yield child
        with contextlib.suppress(psycopg.Error):
            blocker.rollback()


@pytest.mark.parametrize("place", HELD)
def test_kill_nine_of_an_import_half_way(register: Register, tmp_path: Path, place: str) -> None:
    import_file(register, "ledger", ledger(tmp_path, "first.csv", 200, "无物业"), Options())
    before = state(register)
    path = ledger(tmp_path, "second.csv", 5000, "市场化物业")
    with import_held_at(register, place, path) as child:
        child.send_signal(signal.SIGKILL)
        child.communicate()
    assert state(register) == before
    assert import_file(register, "ledger", path).counts["loaded"] == 5000


@pytest.mark.parametrize("place", HELD)
def test_kill_nine_of_the_server_during_an_import(
    own_cluster: Cluster, tmp_path: Path, place: str
) -> None:
    register = Register(own_cluster.url())
    import_file(register, "ledger", ledger(tmp_path, "first.csv", 200, "无物业"), Options())
    before = state(register)
    path = ledger(tmp_path, "second.csv", 5000, "市场化物业")
    with (
        contextlib.suppress(psycopg.OperationalError),
        import_held_at(register, place, path) as child,
    ):
        pid = int((own_cluster.data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGKILL)
        _, words = child.communicate(timeout=3600)
        assert child.returncode != 0
        assert "ServerError" in words
    own_cluster.ensure()
    assert state(register) == before
    assert import_file(register, "ledger", path).counts["loaded"] == 5000


@pytest.mark.parametrize("after_s", moments(0.5, 2.0, often=[1.0, 1.5]))
def test_kill_nine_of_an_import_at_any_moment(
    register: Register, tmp_path: Path, after_s: float
) -> None:
    before = state(register)
    path = ledger(tmp_path, "file.csv", 5000, "市场化物业")
    child = start_import(register, path)
    time.sleep(after_s)
    child.kill()
    child.communicate()
    now = state(register)
    loaded = import_file(register, "ledger", path).counts
    # All of it or nothing: the file is new to the register, or known to it as a whole.
    assert (now == before and loaded["loaded"] == 5000) or loaded["unchanged"] == 5000


# Ctrl+C reaches it although the tests run in the background, where a shell turns it off.
COMMAND = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from service.entry import main
sys.argv[0] = "wuye"
print("up", flush=True)
main()
"""


def start_command(register: Register, path: Path, *words: str) -> subprocess.Popen[str]:
    """Start ``wuye import ledger`` as a person does."""
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, "import", "ledger", str(path), *words], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "WUYE_DATABASE_URL": register.conninfo, "WUYE_HOME": str(path.parent / "home")},
    )  # fmt: skip


def interrupted(child: subprocess.Popen[str]) -> str:
    """Press Ctrl+C; give what the command says then."""
    child.send_signal(signal.SIGINT)
    out, words = child.communicate(timeout=3600)
    assert "Traceback" not in out + words
    return words


@pytest.mark.parametrize("place", HELD)
def test_interrupt_of_an_import_half_way(register: Register, tmp_path: Path, place: str) -> None:
    import_file(register, "ledger", ledger(tmp_path, "first.csv", 200, "无物业"), Options())
    before = state(register)
    path = ledger(tmp_path, "second.csv", 5000, "市场化物业")
    with import_held_at(register, place, path, start_command) as child:
        words = interrupted(child)
    assert child.returncode == 130
    assert "已中断" in words
    assert state(register) == before
    assert import_file(register, "ledger", path).counts["loaded"] == 5000


@pytest.mark.parametrize("after_s", moments(0.05, 0.8, 1.6, 2.5, often=[0.4, 1.2, 2.0, 3.0]))
def test_interrupt_of_an_import_at_any_moment(
    register: Register, tmp_path: Path, after_s: float
) -> None:
    before = state(register)
    path = ledger(tmp_path, "file.csv", 5000, "市场化物业")
    child = start_command(register, path)
    assert child.stdout is not None
    assert child.stdout.readline() == "up\n"  # before that, it is Python that is interrupted
    time.sleep(after_s)
    words = interrupted(child)
    now = state(register)
    # After its last word, the signal ends it.
    assert child.returncode in {0, 130, -signal.SIGINT}, words
    if child.returncode == 0:
        assert now != before
    elif now != before:
        # Committed, and interrupted while it was telling so: the words must not deny it.
        assert "未写入任何内容" not in words
    loaded = import_file(register, "ledger", path).counts
    assert (now == before and loaded["loaded"] == 5000) or loaded["unchanged"] == 5000


@pytest.fixture
def small_disk(new_folder: Callable[[], Path]) -> Path:
    """A disk of 200 MB; only root may mount one."""
    home = new_folder() / "disk"
    home.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200m,mode=755", "tmpfs", str(home)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be mounted here")
    return home


def test_full_disk_during_an_import(small_disk: Path, tmp_path: Path) -> None:
    cluster = Cluster(small_disk)
    register = Register(cluster.ensure())
    register.migrate()
    import_file(register, "ledger", ledger(tmp_path, "first.csv", 200, "无物业"), Options())
    before = state(register)
    path = ledger(tmp_path, "second.csv", 60_000, "市场化物业")
    free = shutil.disk_usage(small_disk).free
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(free - 2_000_000))
    child = start_command(register, path, "--json")
    _, words = child.communicate(timeout=3600)
    assert child.returncode == 1, words
    assert "Traceback" not in words
    assert json.loads(words)["error"] == "ServerError"
    ballast.unlink()
    cluster.ensure()
    assert state(register) == before
    assert import_file(register, "ledger", path).counts["loaded"] == 60_000


def test_import_waits_for_another_and_both_stand(register: Register, tmp_path: Path) -> None:
    paths = [
        ledger(tmp_path, f"{mode}.csv", 3000, mode) for mode in ("无物业", "市场化物业", "国有物业")
    ]
    children = [start_import(register, path) for path in paths]
    answers = [child.communicate(timeout=3600) for child in children]
    assert [child.returncode for child in children] == [0, 0, 0], answers
    changes = register.changes()
    assert [row["number"] for row in changes] == [3, 2, 1]
    assert [row["at"] for row in changes] == sorted((row["at"] for row in changes), reverse=True)
