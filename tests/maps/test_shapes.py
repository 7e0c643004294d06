from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from maps import shapes


def read(text: str) -> list[list[list[tuple[float, float]]]]:
    """Read a shape's text, as the page's script does: parts of rings of points."""
    values, value, scale = [], 0, 1
    for char in text:
        digit = shapes.ALPHABET.index(char)
        value += (digit & 31) * scale
        scale *= 32
        if digit < 32:
            values.append(value)
            value, scale = 0, 1
    numbers = iter(values)
    at = [0, 0]
    found = []
    for rings in numbers:
        part = []
        for _ in range(rings):
            ring = []
            for _ in range(next(numbers)):
                for axis in (0, 1):
                    step = next(numbers)
                    at[axis] += -(step + 1) // 2 if step % 2 else step // 2
                ring.append(
                    tuple(round(shapes.ORIGIN[axis] + at[axis] / 1e6, 6) for axis in (0, 1))
                )
            part.append(ring)
        found.append(part)
    return found  # type: ignore[return-value]


def array(*geometries: Any) -> np.ndarray:
    found = np.empty(len(geometries), dtype=object)
    found[:] = geometries
    return found


boxes = st.builds(
    lambda x, y, w, h: shapely.box(x, y, x + w, y + h),
    st.floats(-179, 178),
    st.floats(-89, 88),
    st.floats(0.001, 1),
    st.floats(0.001, 1),
)


@given(st.lists(st.lists(boxes, max_size=3), min_size=1, max_size=5))
def test_polygons_come_back_to_six_decimals(shapes_of: list[list[Any]]) -> None:
    given_ = array(*(shapely.MultiPolygon(parts) for parts in shapes_of))
    for one, text in zip(given_, shapes.polygon_texts(given_), strict=True):
        back = read(text)
        parts = list(shapely.get_parts(one))
        assert len(back) == len(parts)
        for part, rings in zip(parts, back, strict=True):
            wanted = np.round(shapely.get_coordinates(part.exterior)[:-1], 6)
            assert np.allclose(rings[0], wanted, atol=1.1e-6, rtol=0)


def test_holes_and_missing_shapes() -> None:
    ring = shapely.box(102, 25, 102.3, 25.3)
    hole = shapely.box(102.1, 25.1, 102.2, 25.2)
    texts = shapes.polygon_texts(array(None, ring.difference(hole), shapely.MultiPolygon()))
    assert (texts[0], texts[2]) == ("", "")
    ((outer, inner),) = read(texts[1])
    assert len(outer) == len(inner) == 4
    assert shapely.Polygon(outer, [inner]).equals(ring.difference(hole))


def test_lines_come_back() -> None:
    line = shapely.LineString([(100, 25), (100.5, 24.5), (101, 25)])
    texts = shapes.line_texts(array(line, shapely.MultiLineString([line, line])))
    assert read(texts[0]) == [[list(line.coords)]]
    assert len(read(texts[1])) == 2


def test_shared_borders_stay_shared() -> None:
    """Two neighbours along a ragged border: after simplifying there is no gap and no overlap."""
    rng = np.random.default_rng(3)
    y = np.linspace(25, 26, 4000)
    border = np.c_[102 + rng.normal(0, 0.0002, 4000), y]
    left = shapely.Polygon([(101.5, 25), *border, (101.5, 26)])
    right = shapely.Polygon([(102.5, 25), *border, (102.5, 26)])
    simple = shapes.simplified_divisions(array(left, None, right))
    assert simple[1] is None
    assert shapely.get_num_coordinates(simple[0]) < 2000
    back = [shapely.Polygon(read(text)[0][0]) for text in shapes.polygon_texts(simple[[0, 2]])]
    assert shapely.coverage_is_valid(np.array(back))
    assert abs(shapely.union_all(back).area - 1) < 1e-9


def test_names_stand_inside_the_largest_part() -> None:
    large, small = shapely.box(102, 25, 103, 26), shapely.box(110, 25, 110.1, 25.1)
    points = shapes.label_points(array(shapely.MultiPolygon([small, large]), None))
    assert large.contains(shapely.Point(points[0]))
    assert np.isnan(points[1]).all()
