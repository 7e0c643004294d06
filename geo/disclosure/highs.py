"""Equations over whole or real numbers, and what is least and greatest under them (HiGHS)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import highspy
import numpy as np
import numpy.typing as npt

from geo.disclosure.grid import Equation

Floats = npt.NDArray[np.float64]

SEED: Final = 2

UNBOUNDED: Final = 1e6
"""Stands for a value without a limit."""

NEAR: Final = 1e-6
"""How near to a whole number is one."""


class System:
    """Unknowns under equations, asked again and again with other costs.

    Parameters
    ----------
    equations
        Positions among the unknowns and weights.
    right
        What each equation comes to.
    whole
        Whether unknowns are whole numbers.
    """

    def __init__(
        self,
        unknowns: int,
        equations: Sequence[Equation],
        right: Floats,
        upper: Floats,
        *,
        whole: bool,
    ) -> None:
        self._count = unknowns
        self._highs = highspy.Highs()
        for name, value in (
            ("output_flag", False),
            ("threads", 1),
            ("parallel", "off"),
            ("random_seed", SEED),
            ("mip_rel_gap", 0.0),
        ):
            self._highs.setOptionValue(name, value)
        model = highspy.HighsLp()
        model.num_col_ = unknowns
        model.num_row_ = len(equations)
        model.col_cost_ = np.zeros(unknowns)
        model.col_lower_ = np.zeros(unknowns)
        model.col_upper_ = np.minimum(upper, UNBOUNDED)
        model.row_lower_ = right
        model.row_upper_ = right
        sizes = [len(cells) for cells, _ in equations]
        matrix = model.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_ = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
        matrix.index_ = _joined([cells for cells, _ in equations], np.int32)
        matrix.value_ = _joined([weights for _, weights in equations], np.float64)
        self._whole = whole
        self._highs.passModel(model)
        self._places = np.arange(unknowns, dtype=np.int32)

    def least(
        self, cost: Floats, fixed: tuple[tuple[int, float, float], ...] = ()
    ) -> Floats | None:
        """Give where the cost is least, or None when nothing satisfies the equations.

        ``fixed`` narrows unknowns from now on: position, lower and upper bound. Whole numbers are
        searched for only where the relaxation does not give them by itself, which is rare: most of
        such tables are networks.
        """
        self._highs.changeColsCost(self._count, self._places, cost)
        for place, low, high in fixed:
            self._highs.changeColBounds(place, low, high)
        point = self._run()
        if point is None or not self._whole or _is_whole(point):
            return point
        self._integrality(highspy.HighsVarType.kInteger)
        point = self._run()
        self._integrality(highspy.HighsVarType.kContinuous)
        return point

    def _run(self) -> Floats | None:
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.array(self._highs.getSolution().col_value)

    def _integrality(self, kind: Any) -> None:
        kinds = np.full(self._count, int(kind), np.uint8)
        self._highs.changeColsIntegrality(self._count, self._places, kinds)


def _is_whole(point: Floats) -> bool:
    return bool(np.abs(point - np.rint(point)).max(initial=0.0) < NEAR)


def _joined(arrays: Sequence[Any], kind: Any) -> npt.NDArray[Any]:
    return np.concatenate(arrays).astype(kind) if arrays else np.zeros(0, kind)
