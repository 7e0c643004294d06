"""Integer programmes in zeros and ones, solved by HiGHS and checked in integers.

HiGHS works in floating point, and sums of areas in 0.01 m² reach 1e11: a row that it calls
satisfied may be missed by a hair. So it is given a slightly *wider* programme (each row half a
unit looser, which no integer point can use but rounding could), and every answer is rounded and
checked with Python's integers. An answer that breaks a row is cut off by an inequality that no
true solution breaks, and the programme is solved again. What comes out is feasible exactly, and
no worse than the wider programme's proven bound.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any, Final, Literal

import highspy
import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Status = Literal["optimal", "feasible", "infeasible", "unknown"]

LARGEST: Final = 1e4
"""Rows and objective are scaled so that no coefficient is larger."""

TOLERANCE: Final = 1e-9
"""HiGHS's feasibility and integrality tolerance, on scaled rows."""


@dataclass(frozen=True)
class Row:
    """``sum(weight[k] * x[at[k]]) <= limit``, in integers.

    All weights of a row have one sign; a "no less than" is written with both sides negated.
    """

    at: Ints
    weight: Ints
    limit: int

    def holds(self, chosen: Bools) -> bool:
        """Tell whether a choice keeps the row, exactly."""
        return self.sum(chosen) <= self.limit

    def sum(self, chosen: Bools) -> int:
        """Give the left side, exactly (int64 holds 9e18, far above any sum of areas)."""
        return int(self.weight[chosen[self.at]].sum())

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
class Answer:
    """What is known of a programme after a search.

    ``value`` and ``bound`` are in the objective's own integers: no solution is below ``bound``.
    """

    status: Status
    chosen: Bools | None
    value: int | None
    bound: int | None


class Programme:
    """Minimise ``cost @ x`` over x in {0, 1}^n under rows of integers.

    Parameters
    ----------
    columns
        Number of variables.
    rows
        The constraints.
    """

    def __init__(self, columns: int, rows: list[Row]) -> None:
        self.columns = columns
        self.rows = list(rows)
        self._cuts: list[Row] = []

    def feasible(self, chosen: Bools) -> bool:
        """Tell whether a choice keeps every row, exactly."""
        return all(row.holds(chosen) for row in self.rows)

    def minimise(
        self,
        cost: Ints,
        *,
        until: float,
        start: Bools | None = None,
        max_nodes: int | None = None,
    ) -> Answer:
        """Search for the least cost.

        Parameters
        ----------
        cost
            Shape (columns,), integers.
        until
            `time.monotonic` value at which to stop with the best so far.
        start
            A solution to begin with; it is returned if nothing better is found.
        max_nodes
            Branch-and-bound nodes at most; unlike a time limit it stops at the same answer on
            every machine.
        """
        best = start if start is not None and self.feasible(start) else None
        while True:
            if until - time.monotonic() <= 0:
                return self._answer("feasible" if best is not None else "unknown", cost, best, None)
            status, found, bound = self._run(cost, until, best, max_nodes)
            if status == "infeasible":
                # The wider programme has no point at all: nor has the true one.
                return Answer("infeasible", None, None, None)
            if found is None:
                return self._answer("feasible" if best is not None else "unknown", cost, best, bound)
            broken = [row for row in self.rows if not row.holds(found)]
            if not broken:
                if best is not None and self._value(cost, best) <= self._value(cost, found):
                    found = best
                return self._answer(status, cost, found, bound)
            self._cuts += [row.cut(found) for row in broken]

    def _answer(self, status: Status, cost: Ints, chosen: Bools | None, bound: int | None) -> Answer:
        value = None if chosen is None else self._value(cost, chosen)
        if value is not None and bound is not None:
            bound = min(bound, value)
            status = "optimal" if bound == value else "feasible"
        return Answer(status, chosen, value, bound)

    @staticmethod
    def _value(cost: Ints, chosen: Bools) -> int:
        return int(cost[chosen].sum())

    def _run(
        self, cost: Ints, until: float, start: Bools | None, max_nodes: int | None
    ) -> tuple[Status, Bools | None, int | None]:
        """Solve the wider programme once: status, rounded point, integer lower bound."""
        step = int(np.gcd.reduce(cost)) or 1
        unit = max(1.0, float(np.abs(cost // step).max(initial=0)) / LARGEST)
        solver = highspy.Highs()
        options = {
            "output_flag": False,
            "threads": 1,
            "parallel": "off",
            "random_seed": 2,
            "mip_rel_gap": 0.0,
            "mip_abs_gap": 0.9 / unit,  # values are whole steps: closer than one is equal
            "mip_feasibility_tolerance": TOLERANCE,
            "primal_feasibility_tolerance": TOLERANCE,
            "time_limit": max(0.01, until - time.monotonic()),
        }
        if max_nodes is not None:
            options["mip_max_nodes"] = max_nodes
        for name, value in options.items():
            solver.setOptionValue(name, value)
        solver.passModel(self._model(cost / step / unit))
        if start is not None:
            solution = highspy.HighsSolution()
            solution.col_value = start.astype(np.float64).tolist()
            solver.setSolution(solution)
        solver.run()
        state = solver.getModelStatus()
        if state == highspy.HighsModelStatus.kInfeasible:
            return "infeasible", None, None
        info = solver.getInfo()
        bound = None
        if math.isfinite(info.mip_dual_bound):
            bound = step * math.ceil(info.mip_dual_bound * unit - 0.05 - 1e-3 * unit)
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return "unknown", None, bound
        point = np.array(solver.getSolution().col_value) > 0.5
        if state == highspy.HighsModelStatus.kOptimal:
            return "optimal", point, self._value(cost, point)
        return "feasible", point, bound

    def _model(self, cost: npt.NDArray[np.float64]) -> Any:
        """Build HiGHS's model, row-wise, each row scaled and half a unit loose."""
        model = highspy.HighsLp()
        rows = self.rows + self._cuts
        model.num_col_ = self.columns
        model.num_row_ = len(rows)
        model.col_cost_ = cost
        model.col_lower_ = np.zeros(self.columns)
        model.col_upper_ = np.ones(self.columns)
        model.integrality_ = [highspy.HighsVarType.kInteger] * self.columns
        limits, weights = [], []
        for row in rows:
            step = int(np.gcd.reduce(row.weight)) or 1
            unit = max(1.0, float(np.abs(row.weight // step).max(initial=0)) / LARGEST)
            weights.append(row.weight / step / unit)
            limits.append((row.limit // step + 0.5) / unit)
        model.row_lower_ = np.full(len(rows), -highspy.kHighsInf)
        model.row_upper_ = np.array(limits)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.cumsum([0, *(len(row.at) for row in rows)]).astype(np.int32)
        model.a_matrix_.index_ = np.concatenate(
            [row.at for row in rows] or [np.empty(0, np.int64)]
        ).astype(np.int32)
        model.a_matrix_.value_ = np.concatenate(weights or [np.empty(0)])
        return model
