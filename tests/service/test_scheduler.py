"""Plans solved on other machines: WUYE_SCHEDULER gives an executor, and the plan is the same."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from pydantic import ValidationError

from geo.errors import ServerError
from geo.takeover.solver.goals import fewest, most
from geo.takeover.solver.problem import Problem
from geo.takeover.solver.solve import Solution, solve
from service.scheduler import solving_executor
from service.settings import Settings

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
@pytest.mark.filterwarnings("default")
def test_the_plan_is_the_same_on_other_machines(address: str) -> None:
    problem = scattered()
    with solving_executor(Settings(scheduler=address)) as executor:
        for goal in (most(None, "gain"), fewest(int(problem.gain.sum()) // 3)):
            assert told(solve(problem, goal, executor=executor)) == told(solve(problem, goal))
