"""HiGHS behind two calls: the relaxation of a zero-one programme, and its search.

HiGHS works in floating point, and sums of areas in 0.01 m² reach 1e11: a row that it calls
satisfied may be missed by a hair. It is therefore given a *wider* programme: each row looser by
less than a unit, which no point in integers can use. Bounds that it proves hold for the true
programme; points that it finds are rounded and have to be checked (`geo.takeover.solver.integer`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final, Literal

import highspy
import numpy as np
import numpy.typing as npt

from geo.takeover.solver.rows import Bools, Ints, Rows

Floats = npt.NDArray[np.float64]

LARGEST: Final = 1e4
"""Rows and objective are scaled so that no coefficient is larger."""

TOLERANCE: Final = 1e-7
"""HiGHS's feasibility and integrality tolerance, on scaled rows."""

LOOSE: Final = 1e-6
"""How much looser a scaled row is: more than floating point loses, far less than a unit."""

SEED: Final = 2

SMALL: Final = 1_200
"""Columns up to which a search does without the heuristics that solve programmes of their own:
on such a programme they take most of the time and find nothing that branching doesn't."""


@dataclass(frozen=True)
class Programme:
    """Minimise ``cost @ x``, x in {0, 1}^n, under rows."""

    cost: Ints
    rows: Rows


@dataclass(frozen=True)
class Relaxation:
    """The linear relaxation: its value, and what each column costs to take.

    Both in the objective's own units: a choice with column k in it costs at least
    ``value + price[k]``. ``point`` is where the relaxation is least. ``dual`` is what a unit more
    of each row's limit would save; shape (rows,).
    """

    value: float
    price: Floats
    point: Floats
    dual: Floats


@dataclass(frozen=True)
class Found:
    """A search's end: rounded point (or None), and a bound that no solution is below."""

    status: Literal["optimal", "stopped", "infeasible"]
    point: Bools | None
    bound: int | None


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
    # A column at its upper bound has a negative reduced cost: leaving it out costs, taking it
    # doesn't.
    solution = solver.getSolution()
    price = np.maximum(np.array(solution.col_dual), 0.0) * (step * unit)
    value = solver.getInfo().objective_function_value * step * unit
    row_step, row_unit = _row_scales(programme.rows)
    dual = np.maximum(-np.array(solution.row_dual), 0.0) * (step * unit) / (row_step * row_unit)
    return Relaxation(value, price, np.array(solution.col_value), dual)


def search(
    programme: Programme,
    start: Bools | None,
    seconds: float,
    max_nodes: int | None,
    *,
    quick: bool = False,
) -> Found:
    """Search by branch and bound within `seconds` and `max_nodes`.

    With `quick` nothing is done that only pays in a long search; see `SMALL` too.
    """
    cost = programme.cost
    step, unit = _scale(cost)
    solver = _solver(seconds)
    # Values are whole steps: what is closer than one is equal.
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.9 / unit)
    if max_nodes is not None:
        solver.setOptionValue("mip_max_nodes", max_nodes)
    if quick or len(cost) <= SMALL:
        solver.setOptionValue("mip_detect_symmetry", False)
        solver.setOptionValue("mip_heuristic_effort", 0.0)
        for heuristic in ("root_reduced_cost", "rens", "rins"):
            solver.setOptionValue(f"mip_heuristic_run_{heuristic}", False)
    if quick:
        solver.setOptionValue("presolve", "off")
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
    """Build HiGHS's model, row-wise, each row scaled and a little loose."""
    step, unit = _scale(programme.cost)
    rows = programme.rows
    row_step, row_unit = _row_scales(rows)
    model = highspy.HighsLp()
    model.num_col_ = len(programme.cost)
    model.num_row_ = len(rows)
    model.col_cost_ = programme.cost / step / unit
    model.col_lower_ = np.zeros(len(programme.cost))
    model.col_upper_ = np.ones(len(programme.cost))
    model.row_lower_ = np.full(len(rows), -highspy.kHighsInf)
    model.row_upper_ = rows.limit // row_step / row_unit + np.minimum(LOOSE, 0.5 / row_unit)
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = rows.start.astype(np.int32)
    matrix.index_ = rows.column.astype(np.int32)
    matrix.value_ = rows.weight // row_step[rows.row] / row_unit[rows.row]
    return model


def _row_scales(rows: Rows) -> tuple[Ints, Floats]:
    """Give `_scale` of each row; an empty one is not scaled."""
    step, largest = np.ones(len(rows), np.int64), np.zeros(len(rows))
    filled = np.flatnonzero(np.diff(rows.start))
    if len(filled):
        at = rows.start[filled]
        step[filled] = np.maximum(np.gcd.reduceat(rows.weight, at), 1)
        largest[filled] = np.maximum.reduceat(np.abs(rows.weight), at) / step[filled]
    return step, np.maximum(1.0, largest / LARGEST)
