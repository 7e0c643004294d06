"""Plans solved on other machines: WUYE_SCHEDULER gives an executor, and the plan is the same."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient
from pydantic import SecretStr, ValidationError

from geo.errors import ServerError
from geo.intake.load import import_file
from geo.register.store import Register
from geo.takeover.solver import job
from geo.takeover.solver.goals import fewest, most
from geo.takeover.solver.problem import Problem
from geo.takeover.solver.solve import Solution, solve
from service.app import create_app
from service.jobs.record import Job
from service.jobs.work import Place
from service.scheduler import solving_executor
from service.settings import Settings

Wuye = Callable[..., tuple[int, str, str]]

needs_distributed = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="distributed is not installed"
)


def scattered(parts: int = 400) -> Problem:
    """Give many small counties: of each three compounds and two hosts that can't hold them all."""
    chance = np.random.default_rng(5)
    load = chance.integers(5, 40, 3 * parts)
    pair = [(3 * part + k, 2 * part + j) for part in range(parts) for k in range(3) for j in (0, 1)]
    return Problem(
        candidates=tuple(f"c{k:05d}" for k in range(3 * parts)),
        gain=load,
        load=load,
        hosts=tuple(f"h{k:05d}" for k in range(2 * parts)),
        capacity=chance.integers(10, 60, 2 * parts),
        pair_candidate=np.array([one for one, _ in pair]),
        pair_host=np.array([other for _, other in pair]),
        way_mm=chance.integers(0, 500, len(pair)),
    )


def told(solution: Solution) -> tuple[object, ...]:
    return solution.host.tolist(), solution.score, solution.bounds, solution.unproven


def test_without_a_scheduler_plans_are_solved_here() -> None:
    with solving_executor(Settings(scheduler=None)) as executor:
        assert executor is None


def test_the_setting_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WUYE_SCHEDULER", "tcp://10.0.0.5:8786")
    assert Settings().scheduler == "tcp://10.0.0.5:8786"
    monkeypatch.setenv("WUYE_SCHEDULER", "10.0.0.5")
    with pytest.raises(ValidationError):
        Settings()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(ServerError, match="distributed"),
        solving_executor(Settings(scheduler="tcp://127.0.0.1:9")),
    ):
        pass


@needs_distributed
def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.scheduler.CONNECT_S", 0.5)
    with (
        pytest.raises(ServerError, match="连不上调度器"),
        solving_executor(Settings(scheduler="tcp://127.0.0.1:9")),
    ):
        pass


@pytest.fixture
def address() -> Iterator[str]:
    """Run a scheduler and two worker processes on this machine's own address."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        yield cluster.scheduler_address


@needs_distributed
def test_the_plan_is_the_same_on_other_machines(address: str) -> None:
    problem = scattered()
    with solving_executor(Settings(scheduler=address)) as executor:
        for goal in (most(None, "gain"), fewest(int(problem.gain.sum()) // 3)):
            assert told(solve(problem, goal, executor=executor)) == told(solve(problem, goal))


@pytest.fixture
def machines(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A package in distributed's place; ``given``: the executor of each solving, None for here."""
    package = ModuleType("distributed")
    package.clients, package.given = [], []  # type: ignore[attr-defined]

    class Client:
        def __init__(self, address: str, **_words: object) -> None:
            self.address, self.status = address, "running"
            self.pool = ThreadPoolExecutor(2)
            package.clients.append(self)  # type: ignore[attr-defined]

        def get_executor(self, **_words: object) -> Executor:
            return self.pool

        def close(self) -> None:
            self.status = "closed"
            self.pool.shutdown()

    package.Client = Client  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "distributed", package)
    monkeypatch.setenv("WUYE_SCHEDULER", "tcp://10.0.0.5:8786")

    def solved(packed: list[job.Job], executor: Executor | None) -> list[job.Outcome]:
        package.given.append(executor)  # type: ignore[attr-defined]
        return job.run(packed, executor)

    monkeypatch.setattr("geo.takeover.solver.solve.run", solved)
    yield package
    for client in package.clients:
        assert client.status == "closed"


@pytest.fixture
def towns(register: Register, import_csv: Callable[..., Any], tmp_path: Path) -> str:
    """Three lots of three old compounds beside a host that can't take all of them."""
    places, rows, projects = [], [], []
    for lot in range(3):
        west = 102.7 + 0.02 * lot
        for k in range(4):
            east = west + 0.001 * k
            places.append((f"L{lot}C{k}", shapely.box(east, 25, east + 0.0008, 25.001)))
        rows += [f"L{lot}C0,530102001,2010,50000,市场化物业,P{lot}"]
        rows += [f"L{lot}C{k},530102001,1995,{8000 + 3000 * k + lot},无物业," for k in (1, 2, 3)]
        projects += [f"P{lot},91350100M000100Y43,2023-01-01,2030-12-31,{24_000 + lot}"]
    codes, shapes = zip(*places, strict=True)
    frame = gpd.GeoDataFrame({"小区编码": codes}, geometry=list(shapes), crs=4490)
    frame.to_file(tmp_path / "c.gpkg")
    import_file(register, "compounds", tmp_path / "c.gpkg")
    import_csv("ledger", "小区编码,区划代码,建成年份,建筑面积,服务模式,物业项目编码", *rows)
    import_csv("companies", "统一社会信用代码,企业名称,信用星级", "91350100M000100Y43,甲,4")
    import_csv("projects", "项目编码,统一社会信用代码,合同起,合同止,可增管面积", *projects)
    return "2024-12-31"


PLAN = ("plan", "--as-of", "2024-12-31", "--division", "530102", "--bundle-below", "0", "--json")


def test_every_plan_goes_to_the_machines(
    towns: str, wuye: Wuye, machines: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command line's plan and frontier: the same, and made elsewhere."""
    asked = [(*PLAN, "--goal", "area"), (*PLAN, "--frontier", "4")]
    there = []
    for words in asked:
        code, out, err = wuye(*words)
        assert (code, err) == (0, "")
        there.append(json.loads(out))
        assert {id(one) for one in machines.given} == {id(machines.clients[-1].pool)}
        machines.given.clear()
    monkeypatch.delenv("WUYE_SCHEDULER")
    assert [json.loads(wuye(*words)[1]) for words in asked] == there
    assert set(machines.given) == {None}


def test_plans_of_the_service_and_of_jobs_go_there_too(
    towns: str, register: Register, place: Place, do: Callable[[str], Job], machines: ModuleType
) -> None:
    settings = Settings(home=place.home, database_url=SecretStr(register.conninfo))
    asked: dict[str, Any] = {"as_of": towns, "division": "530102", "aim": "area"}
    with TestClient(create_app(settings), "http://127.0.0.1") as api:
        for below_m2, clients in ((0, 1), (1, 1), (2, 2)):
            asked["limits"] = {"bundle_below_m2": below_m2}
            assert api.post("/api/v1/plans/solve", json=asked).status_code == 200
            assert machines.given.pop() is machines.clients[-1].pool
            assert len(machines.clients) == clients
            if below_m2 == 1:  # the scheduler goes away, and comes again
                machines.clients[0].close()
        machines.given.clear()
        do(api.post("/api/v1/plans", json=asked).json()["job"])
        assert machines.given.pop() is machines.clients[-1].pool
