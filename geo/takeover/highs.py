"""HiGHS behind two calls: the relaxation of a zero-one programme, and its search.

HiGHS works in floating point, and sums of areas in 0.01 m² reach 1e11: a row that it calls
satisfied may be missed by a hair. It is therefore given a *wider* programme: each row looser by
less than a unit, which no point in integers can use. Bounds that it proves hold for the true
programme; points that it finds are rounded and have to be checked (`geo.takeover.integer`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import highspy
import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

LARGEST: Final = 1e4
"""Rows and objective are scaled so that no coefficient is larger."""

TOLERANCE: Final = 1e-7
"""HiGHS's feasibility and integrality tolerance, on scaled rows."""

LOOSE: Final = 1e-6
"""How much looser a scaled row is: more than floating point loses, far less than a unit."""

SEED: Final = 2


@dataclass(frozen=True)
class Row:
    """``sum(weight[k] * x[at[k]]) <= limit``, in integers.

    All weights of a row have one sign; a "no less than" is written with both sides negated.
    """

    at: Ints
    weight: Ints
    limit: int

    def holds(self, chosen: Bools) -> bool:
        """Tell whether a choice keeps the row, exactly (int64 holds any sum of areas)."""
        return int(self.weight[chosen[self.at]].sum()) <= self.limit

    def cut(self, chosen: Bools) -> Row:
        """Give a row that `chosen`, which breaks this one, breaks too, and no solution does.

        Too much taken: not all of these together. Too little: one more of the others.
        """
        inside = chosen[self.at]
        if (self.weight >= 0).all():
            taken = self.at[inside & (self.weight > 0)]
            return Row(taken, np.ones(len(taken), np.int64), len(taken) - 1)
        others = self.at[~inside]
        return Row(others, np.full(len(others), -1, np.int64), -1)


@dataclass(frozen=True)
class Relaxation:
    """The linear relaxation: its value, and what each variable costs to move.

    Both in the objective's own units. ``favours[k]`` is the value that it gives to variable k;
    a choice with the other value costs at least ``value + price[k]``.
    """

    value: float
    price: Floats
    favours: Bools


@dataclass(frozen=True)
class Found:
    """A search's end: rounded point (or None), and a bound that no solution is below."""

    status: Literal["optimal", "stopped", "infeasible"]
    point: Bools | None
    bound: int | None


@dataclass(frozen=True)
class Programme:
    """Minimise ``cost @ x``, x in {0, 1}^n, at most one 1 in each group, under rows.

    ``group`` has a label for each variable, ascending from 0; ``low`` and ``high`` settle some.
    """

    cost: Ints
    group: Ints
    rows: Sequence[Row]
    low: Floats
    high: Floats


def relax(programme: Programme, seconds: float) -> Relaxation | Literal["infeasible", "stopped"]:
    """Solve the linear relaxation within `seconds`."""
    step, unit = _scale(programme.cost)
    solver = _solver(seconds)
    solver.passModel(_model(programme))
    solver.run()
    state = solver.getModelStatus()
    if state == highspy.HighsModelStatus.kInfeasible:
        return "infeasible"
    if state != highspy.HighsModelStatus.kOptimal:
        return "stopped"
    solution = solver.getSolution()
    groups = int(programme.group[-1]) + 1
    reduced = np.array(solution.col_dual) * (step * unit)
    reduced[programme.low == programme.high] = np.inf  # settled: no option any more
    idle = -np.array(solution.row_dual)[:groups] * (step * unit)
    price, favours = _prices(programme.group, reduced, idle)
    return Relaxation(solver.getInfo().objective_function_value * step * unit, price, favours)


def _prices(group: Ints, reduced: Floats, idle: Floats) -> tuple[Floats, Bools]:
    """Turn reduced costs into prices of moving.

    In a group, choosing variable k costs ``reduced[k]`` and choosing none costs ``idle``, all
    above the group's best. The best variable is left for the next best, or for none. Settled
    variables have an infinite cost, and stay where they are.
    """
    order = np.lexsort((reduced, group))
    first = np.searchsorted(group[order], np.arange(len(idle)))
    best = order[first]
    after = np.append(reduced[order], np.inf)[first + 1]
    alone = np.append(group[order], -1)[first + 1] != np.arange(len(idle))
    leave = np.minimum(idle, np.where(alone, np.inf, after)) - np.minimum(reduced[best], 0)
    price, favours = np.maximum(reduced, 0), np.zeros(len(reduced), bool)
    wanted = leave > price[best]
    price[best[wanted]] = leave[wanted]
    favours[best[wanted]] = True
    return price, favours


def search(
    programme: Programme, start: Bools | None, seconds: float, max_nodes: int | None
) -> Found:
    """Search by branch and bound within `seconds` and `max_nodes`."""
    cost = programme.cost
    step, unit = _scale(cost)
    solver = _solver(seconds)
    # Values are whole steps: what is closer than one is equal.
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.9 / unit)
    if max_nodes is not None:
        solver.setOptionValue("mip_max_nodes", max_nodes)
    model = _model(programme)
    model.integrality_ = [highspy.HighsVarType.kInteger] * len(cost)
    solver.passModel(model)
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start.astype(np.float64).tolist()
        solver.setSolution(solution)
    solver.run()
    state = solver.getModelStatus()
    if state == highspy.HighsModelStatus.kInfeasible:
        return Found("infeasible", None, None)
    info = solver.getInfo()
    bound = None
    if math.isfinite(info.mip_dual_bound):
        bound = step * math.ceil(info.mip_dual_bound * unit - 0.05 - 1e-3 * unit)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Found("stopped", None, bound)
    point = np.array(solver.getSolution().col_value) > 0.5
    if state == highspy.HighsModelStatus.kOptimal:
        return Found("optimal", point, int(cost[point].sum()))
    return Found("stopped", point, bound)


def _scale(weights: Ints) -> tuple[int, float]:
    """Give the step that divides all weights, and what then brings the largest to `LARGEST`."""
    step = int(np.gcd.reduce(weights)) or 1
    return step, max(1.0, float(np.abs(weights // step).max(initial=0)) / LARGEST)


def _solver(seconds: float) -> Any:
    solver = highspy.Highs()
    options = {
        "output_flag": False,
        "threads": 1,
        "parallel": "off",
        "random_seed": SEED,
        "mip_feasibility_tolerance": TOLERANCE,
        "primal_feasibility_tolerance": TOLERANCE,
        "time_limit": max(0.01, seconds),
    }
    for name, value in options.items():
        solver.setOptionValue(name, value)
    return solver


def _model(programme: Programme) -> Any:
    """Build HiGHS's model, row-wise: the groups, then the rows, each scaled and a little loose."""
    step, unit = _scale(programme.cost)
    group = programme.group
    groups = int(group[-1]) + 1
    at, weights = [np.argsort(group, kind="stable")], [np.ones(len(group))]
    sizes, limits = np.bincount(group, minlength=groups).tolist(), [1.0] * groups
    for row in programme.rows:
        row_step, row_unit = _scale(row.weight)
        at.append(row.at)
        weights.append(row.weight / row_step / row_unit)
        sizes.append(len(row.at))
        limits.append(row.limit // row_step / row_unit + min(LOOSE, 0.5 / row_unit))
    model = highspy.HighsLp()
    model.num_col_ = len(group)
    model.num_row_ = len(limits)
    model.col_cost_ = programme.cost / step / unit
    model.col_lower_, model.col_upper_ = programme.low, programme.high
    model.row_lower_ = np.full(len(limits), -highspy.kHighsInf)
    model.row_upper_ = np.array(limits)
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = np.cumsum([0, *sizes]).astype(np.int32)
    matrix.index_ = np.concatenate(at).astype(np.int32)
    matrix.value_ = np.concatenate(weights)
    return model
