"""Array types that the kernels take, and the decorator that compiles them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]

POINT: Final = 1
LINE: Final = 2
POLYGON: Final = 3
"""Kinds of geometry, as the tile format numbers them."""

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a kernel on first use; it runs without the interpreter's lock."""
    return cast("F", numba.njit(cache=True, nogil=True)(function))
