"""Plans never fall behind the simple rules that rivals use, however little time there is."""

import numpy as np
import pytest

from benchmarks.takeover_rivals import by_area, nearest
from geo.takeover.solver import polish
from geo.takeover.solver.check import broken_rules
from geo.takeover.solver.columns import build_model
from geo.takeover.solver.filling import Filling
from geo.takeover.solver.goals import Goal, cheapest, fewest, most
from geo.takeover.solver.greedy import RULES, greedy
from geo.takeover.solver.highs import Programme, relax
from geo.takeover.solver.improve import worth
from geo.takeover.solver.integer import Limits
from geo.takeover.solver.problem import Ints, Problem
from geo.takeover.solver.rules import Companies, Decisions
from geo.takeover.solver.solve import columns_of, solve
from geo.takeover.solver.units import units


def county(seed: int, candidates: int = 80, hosts: int = 40) -> Problem:
    """Give compounds and hosts on a square, five hosts each, with too little room for all."""
    chance = np.random.default_rng(seed)
    load = np.rint(np.exp(chance.normal(9.5, 0.9, candidates))).astype(np.int64)
    at, of = chance.uniform(size=(candidates, 2)), chance.uniform(size=(hosts, 2))
    way = np.linalg.norm(at[:, None] - of[None], axis=2)
    near = np.argsort(way, axis=1)[:, :5]
    share = chance.choice([0.4, 0.7, 1.1])
    capacity = load.sum() * share / hosts * chance.lognormal(0, 0.7, hosts)
    return Problem(
        candidates=tuple(f"c{k:04d}" for k in range(candidates)),
        gain=load,
        load=load,
        hosts=tuple(f"h{k:04d}" for k in range(hosts)),
        capacity=np.rint(capacity).astype(np.int64),
        pair_candidate=np.repeat(np.arange(candidates), 5),
        pair_host=near.ravel().astype(np.int64),
        way_mm=np.rint(np.take_along_axis(way, near, 1).ravel() * 1e6).astype(np.int64),
    )


def gained(problem: Problem, host: Ints) -> int:
    return int(problem.gain[host >= 0].sum())


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("seconds", [1e-6, 1.0])
def test_no_rival_gains_more(seed: int, seconds: float) -> None:
    problem = county(seed)
    ours = solve(problem, most(None, "gain", ("way",)), time_limit_s=seconds)
    for rival in (nearest, by_area):
        assert ours.gain >= gained(problem, rival.choose(problem, None, 0.0))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("seconds", [1e-6, 1.0])
@pytest.mark.parametrize("share", [0.5, 0.9, 1.0])
def test_no_rival_reaches_a_need_with_fewer(seed: int, seconds: float, share: float) -> None:
    problem = county(seed)
    rivals = [rival.choose(problem, None, 0.0) for rival in (nearest, by_area)]
    need = int(share * min(gained(problem, host) for host in rivals))
    ours = solve(problem, fewest(need, ties=("way",)), time_limit_s=seconds)
    assert ours.reached
    for rival in (nearest, by_area):
        host = rival.choose(problem, need, 0.0)
        assert int((ours.host >= 0).sum()) <= int((host >= 0).sum())


GOALS = [
    most(None, "gain"),
    most(400_000, "gain"),
    most(None, "households"),
    fewest(500_000),
    cheapest(500_000),
    fewest(0, (200_000, 100_000)),
]


def tangled(seed: int) -> Problem:
    """Give a county with costs, households, companies, children and locks."""
    chance = np.random.default_rng(seed)
    plain = county(seed, 60, 30)
    names = ("candidates", "gain", "load", "hosts", "capacity", "pair_candidate", "pair_host")
    own = {name: getattr(plain, name) for name in names}
    locked = np.array([[int(plain.pair_candidate[k]), int(plain.pair_host[k])] for k in (0, 7)])
    fits = plain.load[locked[:, 0]] <= plain.capacity[locked[:, 1]]
    return Problem(
        **own,
        way_mm=plain.way_mm,
        cost_fen=chance.integers(0, 30_000, 60),
        setup_fen=chance.integers(0, 10_000, 30),
        households=chance.integers(1, 300, 60),
        capacity_households=chance.integers(-1, 900, 30),
        child=chance.integers(0, 2, 60),
        companies=Companies(chance.integers(-1, 4, 30), chance.integers(50_000, 300_000, 4)),
        decisions=Decisions(locked[fits], np.array([[3, -1], [-1, 5]])) if fits.any() else None,
    )


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: f"{goal.tiers[0]}-{goal.budget_fen}")
@pytest.mark.parametrize("seed", range(4))
def test_steps_keep_every_limit_and_never_lose(seed: int, goal: Goal) -> None:
    problem = tangled(seed)
    ordered = units(problem)
    host_of = greedy(ordered, ordered.edges, goal)
    taken = host_of >= 0
    plain = Problem(**{**vars(problem), "decisions": None})
    host = np.where(taken, np.append(ordered.host_index, -1)[host_of], -1)[ordered.unit_of]
    assert not broken_rules(plain, host, np.full(60, -1), np.where(host >= 0, 1, 0))
    if goal.budget_fen is not None:
        fee = (
            problem.cost_fen[host >= 0].sum() + problem.setup_fen[np.unique(host[host >= 0])].sum()
        )
        assert fee <= goal.budget_fen
    filling = Filling(ordered, ordered.edges, goal)
    at = {
        pair: k for k, pair in enumerate(zip(ordered.edges.unit, ordered.edges.host, strict=True))
    }
    for unit in np.flatnonzero(taken).tolist():
        filling.put(unit, at[unit, int(host_of[unit])])
    assert worth(filling, goal) >= max(worth(rule(ordered, goal), goal) for rule in RULES)


@pytest.mark.parametrize("goal", [most(None, "gain", ()), fewest(300_000, ties=())])
@pytest.mark.parametrize("seed", range(4))
def test_neighbourhoods_only_better(seed: int, goal: Goal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polish, "SIZE", 60)
    monkeypatch.setattr(polish, "WIDE", 50)
    ordered = units(county(seed))
    model = build_model(ordered, goal)
    start = columns_of(model, greedy(ordered, model.edges, goal))
    programme = Programme(model.costs[goal.tiers[0]], model.rows)
    eased = relax(programme, 10.0)
    assert not isinstance(eased, str)
    if not model.rows.hold(start):
        return
    found = polish.Polish(programme, eased, np.inf).better(start, Limits(4e9), -(2**62))
    assert model.rows.hold(found)
    assert eased.value - 1 <= programme.cost[found].sum() <= programme.cost[start].sum()
