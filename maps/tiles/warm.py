"""Every kernel run once on shapes of each kind, so that no request waits for a compiler."""

from __future__ import annotations

import numpy as np
import shapely

from maps.tiles.kernels.types import LINE, POINT, POLYGON
from maps.tiles.layer import Layer
from maps.tiles.shapes import project
from maps.tiles.tile import Limits, compress, encode
from maps.tiles.values import attributes


def compile_kernels() -> None:
    """Compile the kernels, or load what an earlier run compiled (tens of milliseconds)."""
    here = (102.7, 25.0)
    shapes = np.array(
        [
            shapely.Point(here),
            shapely.LineString([here, (102.8, 25.1), (103.5, 25.0)]),
            shapely.box(102.0, 24.0, 103.0, 26.0),
        ],
        object,
    )
    projected = project(shapes)
    layer = Layer(
        "warm",
        np.array([POINT, LINE, POLYGON], np.uint8),
        lambda _zoom: projected,
        projected.coords[projected.rings[:3]],
        np.arange(1, 4),
        attributes({"name": ["a", "b", "c"]}),
        np.zeros(3, np.uint8),
        np.ones(3),
        np.zeros(3, np.int64),
        cuts=True,
    )
    compress(encode((layer,), 12, 3216, 1753, Limits()))


if __name__ == "__main__":
    compile_kernels()
