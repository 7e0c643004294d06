"""The real server, killed in the middle of its work and started again: nothing is lost or doubled."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import psycopg
import pytest

from geo.intake.load import import_file
from geo.register.cluster import Cluster
from geo.register.store import WRITE_LOCK, Register

ROOT = Path(__file__).resolve().parents[2]
LEDGER = "小区编码,小区名称,区划代码,服务模式\n" + "".join(
    f"C{k},小区{k},530102,无物业\n" for k in range(500)
)


@pytest.fixture
def database(own_cluster: Cluster, tmp_path: Path) -> str:
    """A register with one division and one compound, on a server of its own."""
    register = Register(own_cluster.url())
    for kind, text in {
        "divisions": "code,name\n53,云南省\n5301,昆明市\n530102,五华区\n",
        "ledger": "小区编码,区划代码,建成年份,建筑面积(㎡),服务模式\nA,530102,1990,10,无物业\n",
    }.items():
        (tmp_path / f"{kind}.csv").write_text(text, "utf-8")
        import_file(register, kind, tmp_path / f"{kind}.csv")
    return own_cluster.url()


class Server:
    """``wuye serve`` as a process, that can be killed and started again."""

    def __init__(self, database: str, home: Path) -> None:
        self.database, self.home = database, home
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None
        self.api = httpx.Client(base_url=f"http://127.0.0.1:{self.port}/api/v1", timeout=30)

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable, "-c", "from service.entry import main; main()",
                "serve", "--port", str(self.port),
            ],
            cwd=ROOT,
            env={**os.environ, "WUYE_DATABASE_URL": self.database, "WUYE_HOME": str(self.home)},
        )  # fmt: skip
        wait_for(lambda: self.health().get("workers", 0) > 0)

    def health(self) -> dict[str, Any]:
        with contextlib.suppress(httpx.HTTPError):
            found: dict[str, Any] = self.api.get(f"http://127.0.0.1:{self.port}/health").json()
            return found
        return {}

    def children(self) -> list[int]:
        assert self.process is not None
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return [
            int(pid) for task in tasks for pid in (task / "children").read_text("ascii").split()
        ]

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def job(self, identity: str) -> dict[str, Any]:
        found: dict[str, Any] = self.api.get(f"/jobs/{identity}").json()
        return found

    def ended(self, identity: str) -> dict[str, Any]:
        wait_for(lambda: self.job(identity)["state"] in {"done", "failed", "cancelled"})
        return self.job(identity)


@pytest.fixture
def server(database: str, tmp_path: Path) -> Iterator[Server]:
    server = Server(database, tmp_path / "home")
    server.start()
    yield server
    if server.process is not None and server.process.poll() is None:
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(timeout=60)
    server.api.close()


def wait_for(ready: Callable[[], object]) -> None:
    for _ in range(1800):
        if ready():
            return
        time.sleep(0.05)
    pytest.fail("what was waited for never came")


@contextlib.contextmanager
def held(database: str, *statements: str) -> Iterator[Callable[[int], None]]:
    """Hold what the statements lock; what is given waits until so many others wait for it."""
    with psycopg.connect(database) as blocker:
        for statement in statements:
            blocker.execute(statement)

        def wait(count: int) -> None:
            wait_for(lambda: waiting(database) >= count)

        yield wait
        blocker.rollback()


def waiting(database: str) -> int:
    with psycopg.connect(database) as connection:
        row = connection.execute(
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
            " and datname = current_database() and application_name = ''"
        ).fetchone()
    assert row is not None
    return int(row[0])


def counts(database: str) -> dict[str, int]:
    found = {}
    with psycopg.connect(database) as connection:
        for table in ("change", "compound", "service_status", "plan"):
            row = connection.execute(f"select count(*) from {table}").fetchone()
            assert row is not None
            found[table] = int(row[0])
    return found


def send(server: Server) -> str:
    sent = server.api.post("/imports", files={"file": ("台账.csv", LEDGER.encode())}).json()
    assert server.ended(sent["job"])["state"] == "done"
    found: str = sent["import"]
    return found


def test_killed_in_the_middle_and_started_again(server: Server, database: str) -> None:
    before = counts(database)
    sent = send(server)
    assert counts(database) == before

    # An import that has staged all and waits to write, and a plan that waits to be kept.
    with held(
        database,
        f"select pg_advisory_xact_lock({WRITE_LOCK})",
        "lock table plan in access exclusive mode",
    ) as wait:
        ask = {"as_of": "2025-12-31", "division": "530102"}
        imported = server.api.post(f"/imports/{sent}/confirm").json()["job"]
        planned = server.api.post("/plans", json=ask).json()["job"]
        wait(2)
        workers = server.children()
        server.kill()
        assert len(workers) == 1
        wait_for(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in workers))
    assert counts(database) == before
    server.start()
    assert server.ended(imported)["state"] == "done"
    assert server.ended(planned)["state"] == "done"
    after = {**before, "change": before["change"] + 1, "plan": 1}
    after["compound"] += 500
    after["service_status"] += 500
    assert counts(database) == after
    assert server.api.get(f"/imports/{sent}").json()["change"] == after["change"]

    # An export that reads, killed with its worker only: the server starts another.
    with held(database, "lock table snapshot_request in access exclusive mode") as wait:
        asked = {"kind": "compounds", "as_of": "2025-11-30"}
        exported = server.api.post("/exports", json=asked).json()["job"]
        wait(1)
        for pid in server.children():
            os.kill(pid, signal.SIGKILL)
    done = server.ended(exported)
    assert done["state"] == "done", done
    names = [path.name for path in (server.home / "exports").iterdir()]
    assert names == [f"{exported}.xlsx"]
    assert counts(database) == after


@pytest.mark.long
def test_killed_between_the_commit_and_the_end_of_the_job(server: Server, database: str) -> None:
    before = counts(database)
    sent = send(server)
    with held(database, f"select pg_advisory_xact_lock({WRITE_LOCK})") as wait:
        job = server.api.post(f"/imports/{sent}/confirm").json()["job"]
        wait(1)
        later = psycopg.connect(database)
        later.execute("select from upload for update")
    # It has written now, and waits to tell so.
    with later:
        wait_for(lambda: counts(database)["change"] == before["change"] + 1)
        wait_for(lambda: waiting(database) == 1)
        server.kill()
    server.start()
    done = server.ended(job)
    assert done["state"] == "done"
    assert done["result"]["resumed"] is True
    assert done["change"] == before["change"] + 1
    assert counts(database)["change"] == before["change"] + 1


@pytest.mark.long
def test_cancelling_ends_what_waits_for_the_database(server: Server, database: str) -> None:
    before = counts(database)
    sent = send(server)
    with held(database, f"select pg_advisory_xact_lock({WRITE_LOCK})") as wait:
        job = server.api.post(f"/imports/{sent}/confirm").json()["job"]
        wait(1)
        server.api.post(f"/jobs/{job}/cancel")
        assert server.ended(job)["state"] == "cancelled"
    assert counts(database) == before
    assert server.api.get(f"/imports/{sent}").json()["state"] == "checked"
    again = server.api.post(f"/imports/{sent}/confirm").json()["job"]
    assert server.ended(again)["state"] == "done"
