"""The takeover problem by trying every plan, in plain Python: nothing of the solver is used."""

import itertools
import random
from collections import Counter
from functools import cache
from math import prod

import numpy as np
import pytest

from geo.takeover.solver import goals, integer, job, takes
from geo.takeover.solver.problem import Problem
from geo.takeover.solver.rules import Bundles, Companies, Decisions, Fallback, Links
from geo.takeover.solver.solve import solve


class Brute:
    """One instance as dictionaries; `best(goal)` tries every plan."""

    def __init__(self, case):
        self.__dict__.update(case)
        self.mates = cache(self.mates)
        self.next_to = cache(self.next_to)
        self.link_way = cache(self.link_way)
        self.allowed = cache(self.allowed)
        self.reachable = cache(self.reachable)

    def mates(self, i):
        return frozenset(
            k
            for k in self.gain
            if k == i or (self.area.get(k) is not None and self.area.get(k) == self.area.get(i))
        )

    def allowed(self, i, j):
        return not any(
            (a in (None, k)) and (b in (None, j)) for a, b in self.forbidden for k in self.mates(i)
        )

    def next_to(self, i, j):
        """The management area of i stands next to j: each member, or by links inside it."""
        area = self.mates(i)
        reached = {k for k in area if (k, j) in self.pairs}
        for _ in area:
            reached |= {k for k in area if any(frozenset((k, r)) in self.links for r in reached)}
        return reached == set(area)

    def link_way(self, one, other):
        ways = [
            self.links[frozenset((a, b))]
            for a in one
            for b in other
            if frozenset((a, b)) in self.links
        ]
        return min(ways, default=None)

    def least_depths(self, j, taken):
        """The depth of each area among the taken ones, as far as chains lead."""
        areas = {self.mates(i) for i in taken}
        depth = {a: 1 for a in areas if self.next_to(min(a), j)}
        for level in range(2, self.depth + 1):
            parents = [b for b in depth if depth[b] == level - 1]
            for a in areas - depth.keys():
                if any(self.link_way(a, b) is not None for b in parents):
                    depth[a] = level
        return depth

    def reachable(self, j):
        return self.least_depths(j, [i for i in self.gain if self.allowed(i, j)])

    def stands(self, plan):
        for i, where in plan.items():
            if any(plan.get(k) != where for k in self.mates(i)):
                return False
        for i, j in self.locked:
            if i not in plan or (j is not None and plan[i] != ("host", j)):
                return False
        if not all(
            self.host_stands(j, [i for i in plan if plan[i] == ("host", j)]) for j in self.capacity
        ):
            return False
        for company, limit in self.company_limit.items():
            area = sum(
                self.used(j, [i for i in plan if plan[i] == ("host", j)])
                for j in self.capacity
                if self.company[j] == company
            )
            if area > limit:
                return False
        return True

    def used(self, j, mine):
        return sum(self.pair_load.get((i, j), self.load[i]) for i in mine)

    def host_stands(self, j, mine):
        if self.used(j, mine) > self.capacity[j]:
            return False
        if (
            self.homes_limit[j] is not None
            and sum(self.homes[i] for i in mine) > self.homes_limit[j]
        ):
            return False
        if any(not self.allowed(i, j) for i in mine):
            return False
        depth = self.least_depths(j, mine)
        if any(self.mates(i) not in depth for i in mine):
            return False
        for label in {self.bundle[i] for i in mine} - {None}:
            area = sum(self.load[i] for i in mine if self.bundle[i] == label)
            if area + self.base[j] < self.floor:
                return False
        return True

    def figure(self, plan, name):
        if name.startswith("-"):
            return -self.figure(plan, name[1:])
        hosted = {i: j for i, (kind, j) in plan.items() if kind == "host"}
        fallen = {i: m for i, (kind, m) in plan.items() if kind == "mode"}
        if name == "count":
            return len(plan)
        if name == "gain":
            return sum(self.gain[i] for i in hosted) + sum(
                self.gain[i] for i, m in fallen.items() if self.mode_counts[m]
            )
        if name in {"households", "weight"}:
            return sum((self.homes if name == "households" else self.weight)[i] for i in plan)
        if name == "mode":
            return sum(m + 1 for m in fallen.values())
        if name == "cost":
            whole = sum(self.mode_cost[i, m] for i, m in fallen.items())
            whole += sum(self.setup[j] for j in set(hosted.values()))
            for i, j in hosted.items():
                whole += self.cost[i]
                if self.next_to(i, j):
                    whole += self.pair_cost.get((i, j), 0)
            return whole
        if name == "way":
            return sum(self.way(a, j) for a, j in {(self.mates(i), j) for i, j in hosted.items()})
        if name == "rank":
            names, places = sorted(self.gain), sorted(self.capacity)
            wide = len(places) + len(self.mode_counts)
            return sum(names.index(i) * wide + places.index(j) for i, j in hosted.items()) + sum(
                names.index(i) * wide + len(places) + m for i, m in fallen.items()
            )
        raise KeyError(name)

    def way(self, area, j):
        if self.next_to(min(area), j):
            return min(self.pairs[i, j] for i in area if (i, j) in self.pairs)
        depth = self.reachable(j)
        return min(
            self.link_way(area, b)
            for b, d in depth.items()
            if d < self.depth and b != area and self.link_way(area, b) is not None
        )

    def options(self, i):
        if (i, None) in self.forbidden or any((k, None) in self.forbidden for k in self.mates(i)):
            return [None]
        hosts = [("host", j) for j in self.capacity if self.mates(i) in self.reachable(j)]
        modes = [("mode", m) for m in range(len(self.mode_counts)) if (i, m) in self.mode_open]
        return [None, *hosts, *modes]

    def size(self):
        return prod(len(self.options(i)) for i in self.gain)

    def plans(self):
        listed = [self.options(i) for i in self.gain]
        for choice in itertools.product(*listed):
            plan = {
                i: where for i, where in zip(self.gain, choice, strict=True) if where is not None
            }
            if self.stands(plan):
                yield plan

    def best(self, tiers, need=0, child_need=None, budget=None):
        """(best key that reaches the targets or None, best key without targets or None)."""
        reach = most = None
        for plan in self.plans():
            if budget is not None and self.figure(plan, "cost") > budget:
                continue
            key = tuple(self.figure(plan, tier) for tier in tiers)
            short = self.figure(plan, "gain") < need or any(
                self.figure({i: w for i, w in plan.items() if self.child[i] == c}, "gain") < n
                for c, n in (child_need or {}).items()
            )
            if not short and (reach is None or key < reach):
                reach = key
            far = (self.figure(plan, "-gain"), *key)
            if most is None or far < most:
                most = far
        return reach, most


def random_case(seed, most_plans=4_000):
    """A random instance with a random selection of every rule; smaller until it can be tried whole."""
    chance = random.Random(seed)
    size = chance.choice([1, 3, 5, 7, 8, 9, 10, 11, 12, 12])
    while True:
        for _ in range(10):
            brute = Brute(draw(chance, size))
            if brute.size() <= most_plans:
                return brute, chance
        size = max(1, size - 1)


def draw(chance, size):
    names = sorted(chance.sample([f"c{k:02}" for k in range(60)], size))
    chance.shuffle(names)
    places = chance.sample([f"h{k}" for k in range(9)], chance.randint(1, 3))
    scale = chance.choice([1, 100, 10**6 + 7])
    load = {i: chance.randint(1, 9) * scale + chance.choice([0, 0, 1]) for i in names}
    same = chance.random() < 0.5
    some = lambda share: chance.random() < share  # noqa: E731
    money, own_loads = some(0.6), some(0.2)
    with_links, with_areas = some(0.5), some(0.4)
    with_modes = chance.choice([0, 0, 1, 2])
    area = {i: chance.choice([None, None, "A", "B"]) for i in names} if with_areas else {}
    links = {}
    if with_links:
        for one, other in itertools.combinations(names, 2):
            if some(0.4):
                links[frozenset((one, other))] = chance.randint(0, 300_000)
    label = (
        {i: chance.choice([None, None, "x", "y"]) for i in names}
        if some(0.3)
        else dict.fromkeys(names)
    )
    for i in names:
        if area.get(i) is not None:
            label[i] = label[min(k for k in names if area.get(k) == area[i])]
    company = (
        {j: chance.choice([None, "P", "Q"]) for j in places} if some(0.4) else dict.fromkeys(places)
    )
    pairs = {
        (i, j): chance.choice([0, 7_000, chance.randint(0, 500_000)])
        for i in names
        for j in places
        if some(0.5)
    }
    everyone = [(i, j) for i in names for j in places]
    return {
        "gain": {i: load[i] if same else chance.randint(0, 9) * scale for i in names},
        "load": load,
        "homes": {i: chance.randint(0, 50) for i in names},
        "weight": {i: chance.randint(0, 9) for i in names},
        "cost": {i: chance.randint(0, 900) if money else 0 for i in names},
        "area": area,
        "child": {i: chance.choice([0, 1, None]) for i in names},
        "capacity": {j: chance.randint(0, 20) * scale for j in places},
        "homes_limit": {j: chance.choice([None, chance.randint(0, 120)]) for j in places},
        "setup": {j: chance.choice([0, chance.randint(1, 2_000)]) if money else 0 for j in places},
        "pairs": pairs,
        "pair_cost": {pair: chance.randint(0, 300) for pair in pairs} if money else {},
        "pair_load": {pair: chance.randint(0, 9) * scale for pair in pairs if own_loads},
        "links": links,
        "depth": chance.choice([1, 2, 2, 3]) if links else 1,
        "bundle": label,
        "floor": chance.randint(1, 12) * scale,
        "base": {j: chance.choice([0, 0, chance.randint(0, 12) * scale]) for j in places},
        "company": company,
        "company_limit": {
            q: chance.randint(0, 25) * scale for q in sorted({q for q in company.values() if q})
        },
        "mode_counts": [chance.random() < 0.5 for _ in range(with_modes)],
        "mode_open": {(i, m) for i in names for m in range(with_modes) if some(0.4)},
        "mode_cost": {
            (i, m): chance.randint(0, 500) if money else 0 for i in names for m in range(with_modes)
        },
        "locked": [(chance.choice(names), chance.choice([None, *places]))] if some(0.15) else [],
        "forbidden": [
            *chance.sample(everyone, min(len(everyone), chance.randint(0, 2)) if some(0.3) else 0),
            *([(chance.choice(names), None)] if some(0.15) else []),
            *([(None, chance.choice(places))] if some(0.1) else []),
        ],
    }


def problem_of(case):
    """The same instance as arrays, in whatever order its dictionaries have."""
    names, places = list(case.gain), list(case.capacity)
    of, at = {i: k for k, i in enumerate(names)}, {j: k for k, j in enumerate(places)}
    ints = lambda values: np.array(list(values), np.int64)  # noqa: E731
    labels = lambda table, keys: ints(  # noqa: E731
        sorted({str(v) for v in table.values()}).index(str(table.get(k)))
        if table.get(k) is not None
        else -1
        for k in keys
    )
    spot = lambda table, key: -1 if key is None else table[key]  # noqa: E731
    decided = lambda listed: np.array(  # noqa: E731
        [(spot(of, i), spot(at, j)) for i, j in listed], np.int64
    ).reshape(-1, 2)
    modes = len(case.mode_counts)
    links = [(of[min(link)], of[max(link)], way) for link, way in case.links.items()]
    companies = sorted(case.company_limit)
    return Problem(
        candidates=tuple(names),
        gain=ints(case.gain[i] for i in names),
        load=ints(case.load[i] for i in names),
        hosts=tuple(places),
        capacity=ints(case.capacity[j] for j in places),
        pair_candidate=ints(of[i] for i, _ in case.pairs),
        pair_host=ints(at[j] for _, j in case.pairs),
        way_mm=ints(case.pairs.values()),
        pair_load=ints(case.pair_load.get((i, j), case.load[i]) for i, j in case.pairs),
        pair_cost_fen=ints(case.pair_cost.get(pair, 0) for pair in case.pairs),
        households=ints(case.homes[i] for i in names),
        weight=ints(case.weight[i] for i in names),
        cost_fen=ints(case.cost[i] for i in names),
        area=labels(case.area, names),
        child=ints(-1 if case.child[i] is None else case.child[i] for i in names),
        capacity_households=ints(
            -1 if case.homes_limit[j] is None else case.homes_limit[j] for j in places
        ),
        setup_fen=ints(case.setup[j] for j in places),
        links=Links(*(ints(link[k] for link in links) for k in range(3)), depth=case.depth)
        if links
        else None,
        bundles=Bundles(labels(case.bundle, names), case.floor, ints(case.base[j] for j in places))
        if any(case.bundle.values())
        else None,
        companies=Companies(
            ints(
                -1 if case.company[j] is None else companies.index(case.company[j]) for j in places
            ),
            ints(case.company_limit[q] for q in companies),
        )
        if companies
        else None,
        fallback=Fallback(
            tuple(f"m{m}" for m in range(modes)),
            np.array(case.mode_counts, bool),
            np.array([[(i, m) in case.mode_open for m in range(modes)] for i in names], bool),
            np.array([[case.mode_cost[i, m] for m in range(modes)] for i in names], np.int64),
        )
        if modes
        else None,
        decisions=Decisions(decided(case.locked), decided(case.forbidden))
        if case.locked or case.forbidden
        else None,
    )


def plan_of(case, found):
    names, places = list(case.gain), list(case.capacity)
    return {
        i: ("host", places[found.host[k]]) if found.host[k] >= 0 else ("mode", int(found.mode[k]))
        for k, i in enumerate(names)
        if found.host[k] >= 0 or found.mode[k] >= 0
    }


def random_goal(case, chance):
    total = sum(case.gain.values())
    need = max(1, int(total * chance.choice([0.1, 0.3, 0.5, 0.7, 1.0])) + chance.choice([-1, 0, 1]))
    kind = chance.choice(["fewest", "fewest", "children", "cheapest", "most"])
    if kind == "most":
        budget = chance.choice([None, chance.randint(0, 5_000)])
        return goals.most(budget, chance.choice(["gain", "households", "weight"]))
    if kind == "children":
        inside = [sum(g for i, g in case.gain.items() if case.child[i] == c) for c in (0, 1)]
        wanted = tuple(int(whole * chance.choice([0, 0.3, 0.6])) for whole in inside)
        return goals.fewest(chance.choice([0, need]), wanted)
    return (goals.fewest if kind == "fewest" else goals.cheapest)(need)


def compare(seed):
    """Solve one instance and try it whole; what was compared, for the tally."""
    case, chance = random_case(seed)
    goal = random_goal(case, chance)
    found = solve(problem_of(case), goal)
    wanted = dict(enumerate(goal.child_need))
    reach, most = case.best(goal.tiers, goal.need, wanted, goal.budget_fen)
    assert found.unproven == (), seed
    assert found.infeasible is (most is None), seed
    if most is None:
        return "infeasible"
    plan = plan_of(case, found)
    assert case.stands(plan), seed
    assert tuple(case.figure(plan, tier) for tier in found.tiers) == found.score, seed
    assert (reach is not None) is found.reached, seed
    if reach is not None:
        assert found.score == reach, seed
        assert found.bounds == reach, seed
        return "reached"
    if not goal.child_need:
        assert found.score == most, seed
    return "short"


@pytest.mark.parametrize("batch", range(20))
def test_every_plan_tried(batch):
    """The solver's tuple is the best of all plans, on 25 instances a batch."""
    seen = {compare(seed) for seed in range(batch * 25, batch * 25 + 25)}
    assert "reached" in seen


@pytest.mark.parametrize("batch", range(8))
def test_single_steps_and_tiny_cores_come_to_the_same(batch, monkeypatch):
    """No host's sets are listed; or with a core of two columns every search grows and settles."""
    if batch % 2:
        monkeypatch.setattr(takes, "MOST_TAKES", 0)
    else:
        monkeypatch.setattr(integer, "CORE", 2)
        monkeypatch.setattr(job, "WORK", None)
    for seed in range(1_000 + batch * 25, 1_025 + batch * 25):
        compare(seed)


def test_every_rule_is_met_in_the_instances():
    """The random instances use each kind of rule often."""
    tally = Counter()
    for seed in range(500):
        case, chance = random_case(seed)
        goal = random_goal(case, chance)
        used = {
            name: any(getattr(case, name).values())
            for name in ("bundle", "homes_limit", "setup", "pair_cost")
        }
        used |= {
            name: bool(getattr(case, name))
            for name in ("company_limit", "mode_counts", "locked", "forbidden", "pair_load")
        }
        used["twelve"] = len(case.gain) == 12
        used["chains"] = case.depth > 1
        used["areas"] = len({case.mates(i) for i in case.gain}) < len(case.gain)
        used["children"] = any(goal.child_need)
        used["budget"] = goal.budget_fen is not None
        tally.update(name for name in used if used[name])
    assert len(tally) == len(used) == 14
    assert min(tally.values()) >= 15, tally


def test_money_is_told_apart_to_the_fen(monkeypatch):
    """Ten thousand million fen a compound, and what decides is a fen or two."""

    def dear(chance, size, plain=draw):
        drawn = plain(chance, size)
        drawn["cost"] = {
            i: 10**10 * chance.choice([1, 1, 2]) + chance.randint(0, 3) for i in drawn["cost"]
        }
        drawn["pair_cost"] = {pair: chance.randint(0, 3) for pair in drawn["pair_cost"]}
        return drawn

    monkeypatch.setitem(globals(), "draw", dear)
    for seed in range(3_000, 3_060):
        compare(seed)
