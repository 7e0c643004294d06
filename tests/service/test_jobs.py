from __future__ import annotations

import asyncio
import contextlib
import io
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import openpyxl
import psycopg
import pytest
from fastapi.testclient import TestClient
from shapely import box

from geo.errors import NotFound
from geo.intake.load import import_file
from geo.intake.verdicts import Outcome
from geo.register.store import Register
from service.jobs import record
from service.jobs.events import Watcher
from service.jobs.record import Job
from service.jobs.work import Place, open_connection
from service.jobs.worker import settle


@pytest.fixture
def small(import_csv: Callable[..., Outcome], register: Register, tmp_path: Path) -> None:
    shapes = gpd.GeoDataFrame({"code": ["A"]}, geometry=[box(102.7, 25, 102.701, 25.001)], crs=4490)
    shapes.to_file(tmp_path / "shapes.gpkg")
    import_file(register, "compounds", tmp_path / "shapes.gpkg")
    import_csv("divisions", "code,name", "53,云南省", "5301,昆明市", "5303,曲靖市")
    import_csv(
        "ledger", "小区编码,区划代码,建筑面积(㎡),服务模式", "A,5301,9,国有物业", "B,5303,1,无物业"
    )


def queue(register: Register) -> list[str]:
    with register.connect() as connection:
        rows = connection.execute("select status::text from procrastinate_jobs").fetchall()
    return [row["status"] for row in rows]


def test_a_job_is_asked_for_with_its_place_in_the_queue_or_not_at_all(
    register: Register, ask: Callable[..., str]
) -> None:
    with contextlib.suppress(ZeroDivisionError), register.connect() as connection:
        record.ask(connection, "snapshot", {"as_of": "2025-12-31"}, "tester")
        _ = 1 / 0
    assert queue(register) == []
    assert record.listed(register, state=None, before=None, limit=5) == ([], 0)
    identity = ask("snapshot", {"as_of": "2025-12-31"})
    assert queue(register) == ["todo"]
    assert record.get(register, identity).state == "waiting"


def test_a_series_tells_each_step_and_its_result(
    small: None, register: Register, ask: Callable[..., str], do: Callable[[str], Job]
) -> None:
    days = ["2025-03-31", "2025-06-30", "2025-09-30"]
    job = do(ask("series", {"dates": days}))
    assert (job.state, job.done, job.of) == ("done", 3, 3)
    assert job.result is not None
    assert [item["as_of"] for item in job.result["snapshots"]] == days
    with register.connect() as connection:
        kept = connection.execute("select count(*) as n from snapshot").fetchone()
    assert kept is not None
    assert kept["n"] == len({item["snapshot"] for item in job.result["snapshots"]})


def test_doing_a_job_again_does_nothing(
    small: None, ask: Callable[..., str], do: Callable[[str], Job]
) -> None:
    identity = ask("snapshot", {"as_of": "2025-12-31"})
    first = do(identity)
    assert (do(identity).version, first.state) == (first.version, "done")


def test_a_job_that_fails_says_why(ask: Callable[..., str], do: Callable[[str], Job]) -> None:
    job = do(ask("plan", {"ask": {"division": "530102"}, "snapshot": "0" * 64}))
    assert job.state == "failed"
    assert job.problem is not None
    assert job.problem["type"] == "urn:wuye:NotFound"
    assert "快照" in job.problem["title"]


def test_what_nobody_foresaw_shows_no_inner_words(
    ask: Callable[..., str], do: Callable[[str], Job], capfd: pytest.CaptureFixture[str]
) -> None:
    job = do(ask("series", {"secret-word": 1}))
    assert job.state == "failed"
    assert job.problem is not None
    assert job.problem["status"] == 500
    assert "secret-word" not in json.dumps(job.problem)
    assert "KeyError" in capfd.readouterr().err  # the administrator is told


def test_cancelling_what_waits_takes_it_out_of_the_queue(
    register: Register, ask: Callable[..., str], do: Callable[[str], Job]
) -> None:
    identity = ask("snapshot", {"as_of": "2025-12-31"})
    assert record.cancel(register, identity).state == "cancelled"
    assert queue(register) == ["cancelled"]
    assert do(identity).state == "cancelled"
    assert record.cancel(register, identity).state == "cancelled"


def test_cancelling_stops_at_the_next_step(
    small: None, register: Register, place: Place, ask: Callable[..., str], do: Callable[[str], Job]
) -> None:
    identity = ask("series", {"dates": ["2025-03-31", "2025-06-30"]})
    with open_connection(place.conninfo) as connection:
        connection.execute("begin")
        connection.execute("select pg_advisory_xact_lock(%s)", [0x77757967])  # snapshots wait
        thread = threading.Thread(target=do, args=[identity])
        thread.start()
        wait_for(lambda: record.get(register, identity).state == "running")
        assert record.cancel(register, identity).as_json()["cancelling"]
        connection.execute("commit")
        thread.join()
    job = record.get(register, identity)
    assert (job.state, job.result) == ("cancelled", None)


def wait_for(ready: Callable[[], bool]) -> None:
    for _ in range(1000):
        if ready():
            return
        time.sleep(0.02)
    pytest.fail("what was waited for never came")


@pytest.mark.parametrize(
    ("done", "state"),
    [
        ("cancel = true", "cancelled"),
        ("change = 2", "done"),
        ("change = 2, cancel = true", "done"),
        ("attempts = 1", "failed"),
    ],
)
def test_what_a_dead_child_left_is_settled_by_what_it_committed(
    small: None, register: Register, ask: Callable[..., str], done: str, state: str
) -> None:
    identity = ask("snapshot", {"as_of": "2025-12-31"})
    with open_connection(register.conninfo) as connection:
        record.begin(connection, identity)
        connection.execute(f"update job set {done}")
        settle(connection, identity, -9)
    job = record.get(register, identity)
    assert job.state == state
    assert (job.result or {}).get("change") == job.change


def test_only_one_change_can_be_a_jobs(
    small: None, register: Register, ask: Callable[..., str]
) -> None:
    identity = ask("import", {})
    with open_connection(register.conninfo) as connection:
        assert not record.claim(connection, identity, 1)  # it is not running
        record.begin(connection, identity)
        assert record.claim(connection, identity, 1)
        assert not record.claim(connection, identity, 2)
    assert record.get(register, identity).change == 1


def test_seconds_left_go_on_as_before(register: Register, ask: Callable[..., str]) -> None:
    identity = ask("series", {})
    with open_connection(register.conninfo) as connection:
        record.begin(connection, identity)
        connection.execute("update job set started_at = clock_timestamp() - interval '10 seconds'")
        assert record.read(connection, identity).seconds_left is None
        record.tell(connection, identity, 2, 6, {"zh": "", "en": ""})
        left = record.read(connection, identity).seconds_left
    assert left == pytest.approx(20, abs=1)


def test_jobs_over_http(api: TestClient, ask: Callable[..., str], do: Callable[[str], Job]) -> None:
    first, second = ask("series", {"dates": []}), ask("snapshot", {"as_of": "2025-12-31"})
    do(first)
    listed = api.get("/api/v1/jobs", params={"limit": 1}).json()
    assert ([item["id"] for item in listed["items"]], listed["total"]) == ([second], 2)
    rest = api.get("/api/v1/jobs", params={"limit": 1, "cursor": listed["next"]}).json()
    assert ([item["id"] for item in rest["items"]], rest["next"]) == ([first], None)
    assert api.get("/api/v1/jobs", params={"state": "done"}).json()["total"] == 1
    assert api.post(f"/api/v1/jobs/{second}/cancel").json()["state"] == "cancelled"
    assert api.get(f"/api/v1/jobs/{second}").json()["words"]["en"].startswith("Cancelled")
    for path in ("/api/v1/jobs/none", "/api/v1/jobs/none/events"):
        answer = api.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


def events(text: str) -> list[dict[str, object]]:
    blocks = [block for block in text.split("\n\n") if "event: progress" in block]
    return [
        {"version": int(lines["id"]), **json.loads(lines["data"])}
        for block in blocks
        for lines in [dict(line.split(": ", 1) for line in block.splitlines())]
    ]


def test_events_end_with_the_job(
    small: None, api: TestClient, ask: Callable[..., str], do: Callable[[str], Job]
) -> None:
    identity = ask("series", {"dates": ["2025-03-31", "2025-06-30", "2025-09-30"]})
    thread = threading.Thread(target=lambda: (time.sleep(0.5), do(identity)))
    thread.start()
    answer = api.get(f"/api/v1/jobs/{identity}/events")
    thread.join()
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = events(answer.text)
    order = ["waiting", "running", "done"]
    states = [order.index(str(item["state"])) for item in told]
    assert states == sorted(states)
    assert len(told) > 1
    assert told[-1]["state"] == "done"
    assert [item["version"] for item in told] == sorted({item["version"] for item in told})
    done = [item["done"] for item in told]
    assert done == sorted(done)  # type: ignore[type-var]
    again = events(
        api.get(
            f"/api/v1/jobs/{identity}/events", headers={"Last-Event-ID": str(told[-1]["version"])}
        ).text
    )
    assert [item["state"] for item in again] == ["done"]
    nonsense = {"Last-Event-ID": "9" * 5000}
    whole = events(api.get(f"/api/v1/jobs/{identity}/events", headers=nonsense).text)
    assert [item["state"] for item in whole] == ["done"]


def test_who_comes_back_is_told_only_what_is_new(
    register: Register, ask: Callable[..., str]
) -> None:
    identity = ask("series", {"dates": []})
    known = record.get(register, identity).version

    async def follow() -> list[int]:
        found: list[int] = []

        async def listen() -> None:
            following = Watcher(register.conninfo).follow(identity, known)
            found.extend([job.version async for job in following])

        listening = asyncio.create_task(listen())
        await asyncio.sleep(0.5)
        heard = len(found)
        await asyncio.to_thread(record.cancel, register, identity)
        await listening
        return [heard, *found]

    assert asyncio.run(follow()) == [0, known + 1]


def test_a_stream_of_a_job_that_nobody_does_ends(
    register: Register, ask: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.jobs.events.LONGEST_S", 2)
    identity = ask("series", {"dates": []})

    async def follow() -> list[str]:
        return [job.state async for job in Watcher(register.conninfo).follow(identity)]

    assert asyncio.run(follow()) == ["waiting"]


def test_all_who_listen_share_one_connection(
    register: Register, ask: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [ask("series", {"dates": []}) for _ in range(3)]
    opened: list[str] = []

    def counted(conninfo: str) -> object:
        opened.append(conninfo)
        return open_connection(conninfo)

    monkeypatch.setattr("service.jobs.events.open_connection", counted)
    watcher = Watcher(register.conninfo)

    heard: list[list[str]] = [[] for _ in range(30)]

    async def follow() -> None:
        async def listen(at: int) -> None:
            async for job in watcher.follow(jobs[at % 3]):
                heard[at].append(job.state)

        everybody = [asyncio.create_task(listen(at)) for at in range(30)]
        while not all(heard) and not any(task.done() for task in everybody):
            await asyncio.sleep(0.02)
        for identity in jobs:
            await asyncio.to_thread(record.cancel, register, identity)
        await asyncio.gather(*everybody)

    asyncio.run(follow())
    assert heard == [["waiting", "cancelled"]] * 30
    assert len(opened) == 1


def test_a_listener_too_many_is_told_so_before_anything_is_streamed(
    api: TestClient, register: Register, ask: Callable[..., str]
) -> None:
    identity = ask("series", {"dates": []})
    watcher = api.app.api.state.watcher = Watcher(register.conninfo, most=1)  # type: ignore[attr-defined]
    with watcher.seat():
        answer = api.get(f"/api/v1/jobs/{identity}/events")
    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert "1 个" in answer.json()["title"]
    record.cancel(register, identity)
    for _ in range(3):  # each gives its place back
        assert api.get(f"/api/v1/jobs/{identity}/events").status_code == 200


def test_following_nothing_is_an_error(register: Register) -> None:
    async def follow() -> None:
        async for _ in Watcher(register.conninfo).follow("none"):
            pass

    with pytest.raises(NotFound):
        asyncio.run(follow())


@pytest.mark.parametrize(
    ("asked", "start"),
    [
        ({"kind": "figures", "as_of": "2025-12-31", "level": "prefecture"}, b"PK"),
        ({"kind": "compounds", "as_of": "2025-12-31"}, b"PK"),
        ({"kind": "handout", "as_of": "2025-12-31"}, b"<!DOCTYPE"),
        ({"kind": "boundaries"}, b"SQLite format 3"),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_files_are_made_by_jobs(
    small: None,
    api: TestClient,
    do: Callable[[str], Job],
    place: Place,
    asked: dict[str, object],
    start: bytes,
) -> None:
    answer = api.post("/api/v1/exports", json=asked)
    assert answer.status_code == 202, answer.text
    identity = answer.json()["job"]
    assert answer.headers["location"] == f"/api/v1/jobs/{identity}"
    early = api.get(f"/api/v1/exports/{identity}/file")
    assert early.status_code == 409
    job = do(identity)
    assert job.result is not None, job.problem
    file = api.get(job.result["href"])
    assert file.content.startswith(start)
    assert len(file.content) == job.result["bytes"]
    assert [path.name.startswith("part") for path in (place.home / "exports").iterdir()] == [False]


def test_figures_in_a_workbook_are_those_of_coverage(
    small: None, api: TestClient, do: Callable[[str], Job]
) -> None:
    asked = {"kind": "figures", "as_of": "2025-12-31", "level": "prefecture"}
    job = do(api.post("/api/v1/exports", json=asked).json()["job"])
    assert job.result is not None
    book = openpyxl.load_workbook(io.BytesIO(api.get(job.result["href"]).content))
    told = api.get(
        "/api/v1/coverage", params={"as_of": "2025-12-31", "indicator": "I1", "level": "prefecture"}
    ).json()
    lines = [[cell.value for cell in row] for row in book["I1"].iter_rows()]
    assert ["快照", told["snapshot"]] == lines[1][:2]
    rows = {line[0]: line for line in lines if line[0] in {"5301", "5303"}}
    for row in told["rows"]:
        if row["division"]:
            assert rows[row["division"]][5] == pytest.approx(row["share"])
            assert rows[row["division"]][2] == pytest.approx(row["numerator"])


@pytest.mark.parametrize(
    "asked", [{}, {"kind": "nothing"}, {"kind": "figures", "level": "moon"}, {"kind": 7}]
)
def test_a_file_that_nobody_can_make_is_a_problem(
    api: TestClient, asked: dict[str, object]
) -> None:
    answer = api.post("/api/v1/exports", json=asked)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_every_update_is_notified_by_the_database(
    register: Register, ask: Callable[..., str]
) -> None:
    with psycopg.connect(register.conninfo, autocommit=True) as connection:
        connection.execute("listen wuye_job")
        identity = ask("series", {"dates": []})
        news = [item.payload for item in connection.notifies(timeout=5, stop_after=1)]
    assert news == [identity]


def test_a_job_leaves_no_file_behind_when_it_is_cancelled(
    small: None, register: Register, place: Place, ask: Callable[..., str], do: Callable[[str], Job]
) -> None:
    identity = ask("export", {"kind": "compounds", "ask": {"as_of": "2025-12-31"}})
    with open_connection(place.conninfo) as connection:
        record.begin(connection, identity)
    record.cancel(register, identity)
    assert do(identity).state == "cancelled"
    assert not list(Path(place.home, "exports").glob("*"))
