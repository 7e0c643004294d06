"""Each kernel against a plain twin, or against shapely."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.tiles.kernels.candidates import candidates
from maps.tiles.kernels.cut import cut_polygons
from maps.tiles.kernels.line_clip import clip_line
from maps.tiles.kernels.ring_clip import ROOM, clip_ring
from maps.tiles.kernels.snap import snap_line, snap_ring, twice_area
from maps.tiles.kernels.thin import thin
from maps.tiles.kernels.varint import put_varint, put_zigzag, varint_size
from maps.tiles.mercator import lonlat, tile_lonlat, tile_metres, world
from maps.tiles.shapes import gather

LOW, HIGH = np.array([-64.0, -64.0]), np.array([4160.0, 4160.0])
BOX = shapely.box(-64, -64, 4160, 4160)
SLOW = settings(deadline=None, max_examples=150)

reach = st.floats(-9000, 13000, allow_nan=False)
points = st.lists(st.tuples(reach, reach), min_size=3, max_size=30)


@st.composite
def stars(draw: st.DrawFn) -> np.ndarray:
    """Rings without self-intersection: vertices at ascending angles around a place."""
    n = draw(st.integers(3, 24))
    x, y = draw(st.tuples(reach, reach))
    size = draw(st.floats(1, 9000))
    radii = np.array(draw(st.lists(st.floats(0.2, 1.0), min_size=n, max_size=n)))
    angle = 2 * np.pi * np.arange(n) / n
    return np.column_stack([x + size * radii * np.cos(angle), y + size * radii * np.sin(angle)])


def shoelace(ring: np.ndarray) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float(np.sum(np.roll(x, 1) * y - x * np.roll(y, 1)))


def clipped(ring: np.ndarray) -> np.ndarray:
    room = ROOM * len(ring) + 16
    x, y = np.zeros(room), np.zeros(room)
    x[: len(ring)], y[: len(ring)] = ring[:, 0], ring[:, 1]
    n = clip_ring(x, y, len(ring), np.zeros(room), np.zeros(room), LOW, HIGH)
    assert n <= ROOM * len(ring)
    return np.column_stack([x[:n], y[:n]])


@SLOW
@given(stars())
def test_a_ring_is_cut_as_shapely_cuts_it(ring: np.ndarray) -> None:
    expected = shapely.intersection(shapely.Polygon(ring), BOX).area
    found = clipped(ring)
    assert abs(shoelace(found)) / 2 == pytest.approx(expected, rel=1e-9, abs=1e-5)
    assert np.all((found >= LOW) & (found <= HIGH))


@SLOW
@given(stars())
def test_a_border_is_cut_at_the_same_place_from_both_sides(ring: np.ndarray) -> None:
    forth, back = clipped(ring), clipped(ring[::-1])
    assert sorted(map(tuple, forth)) == sorted(map(tuple, back))


@SLOW
@given(points)
def test_a_line_is_cut_as_shapely_cuts_it(path: list[tuple[float, float]]) -> None:
    line = np.array(path)
    n = len(line)
    gx, gy, ends = np.zeros(2 * n), np.zeros(2 * n), np.zeros(n, np.int64)
    pieces = clip_line(line[:, 0].copy(), line[:, 1].copy(), n, gx, gy, ends, LOW, HIGH)
    length, start = 0.0, 0
    for end in ends[:pieces]:
        piece = np.column_stack([gx[start:end], gy[start:end]])
        assert len(piece) >= 2
        length += float(np.hypot(*np.diff(piece, axis=0).T).sum())
        start = end
    segments = shapely.linestrings(np.stack([line[:-1], line[1:]], axis=1))
    expected = shapely.length(shapely.intersection(segments, BOX)).sum()
    assert length == pytest.approx(expected, rel=1e-9, abs=1e-5)


def plain_thin(line: list[tuple[float, float]], tolerance: float) -> list[tuple[float, float]]:
    """Douglas and Peucker as in the book: recursive, distances to segments."""
    if len(line) < 3:
        return line
    (ax, ay), (bx, by) = line[0], line[-1]
    away = []
    for px, py in line[1:-1]:
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        t = min(1.0, max(0.0, ((px - ax) * dx + (py - ay) * dy) / length)) if length else 0.0
        away.append((px - ax - t * dx) ** 2 + (py - ay - t * dy) ** 2)
    far = max(away)
    if not far > tolerance * tolerance:
        return [line[0], line[-1]]
    k = away.index(far) + 1
    return plain_thin(line[: k + 1], tolerance)[:-1] + plain_thin(line[k:], tolerance)


@SLOW
@given(points, st.floats(0.5, 2000))
def test_lines_and_rings_are_thinned_as_in_the_book(
    path: list[tuple[float, float]], tolerance: float
) -> None:
    def run(closed: bool) -> list[tuple[float, float]]:
        x, y = np.array(path)[:, 0].copy(), np.array(path)[:, 1].copy()
        n = thin(x, y, len(path), tolerance, closed)
        return list(zip(x[:n].tolist(), y[:n].tolist(), strict=True))

    assert run(False) == plain_thin(path, tolerance)
    away = [(x - path[0][0]) ** 2 + (y - path[0][1]) ** 2 for x, y in path[1:]]
    split = away.index(max(away)) + 1
    halves = plain_thin(path[: split + 1], tolerance)[:-1]
    halves += plain_thin([*path[split:], path[0]], tolerance)[:-1]
    assert run(True) == halves


small = st.lists(st.tuples(st.floats(-6, 6), st.floats(-6, 6)), min_size=3, max_size=14)


@settings(deadline=None, max_examples=500)
@given(small)
def test_a_snapped_ring_keeps_its_area_and_nothing_superfluous(
    path: list[tuple[float, float]],
) -> None:
    ring = np.array(path)
    qx, qy = np.zeros(len(ring), np.int64), np.zeros(len(ring), np.int64)
    n = snap_ring(ring[:, 0].copy(), ring[:, 1].copy(), len(ring), qx, qy)
    rounded = np.rint(ring)
    assert twice_area(qx, qy, n) == shoelace(rounded)
    found = np.column_stack([qx[:n], qy[:n]])
    assert {tuple(p) for p in found} <= {tuple(p) for p in rounded.astype(int)}
    assert n == 0 or n >= 3
    for k in range(n):
        a, b, c = found[k - 2], found[k - 1], found[k]
        assert (b[0] - a[0]) * (c[1] - b[1]) != (b[1] - a[1]) * (c[0] - b[0])


def test_a_ring_without_area_snaps_to_nothing() -> None:
    for ring in ([(0, 0), (3, 0), (1, 0)], [(0, 0)] * 4, [(0.1, 0.2), (0.3, 0.1), (0.2, 0.4)]):
        x, y = np.array(ring, float).T.copy()
        q = np.zeros((2, len(ring)), np.int64)
        assert snap_ring(x, y, len(ring), q[0], q[1]) == 0


@SLOW
@given(points)
def test_a_snapped_line_only_loses_repeated_points(path: list[tuple[float, float]]) -> None:
    line = np.array(path)
    q = np.zeros((2, len(line)), np.int64)
    n = snap_line(line[:, 0].copy(), line[:, 1].copy(), 0, len(line), q[0], q[1])
    rounded = np.rint(line).astype(int).tolist()
    expected = [p for k, p in enumerate(rounded) if k == 0 or p != rounded[k - 1]]
    assert q[:, :n].T.tolist() == expected


def plain_varint(value: int) -> bytes:
    groups = [(value >> shift) & 0x7F for shift in range(0, max(1, value.bit_length()), 7)]
    return bytes([group | 0x80 for group in groups[:-1]] + groups[-1:])


@SLOW
@given(st.integers(0, 2**62))
def test_varints(value: int) -> None:
    out = np.zeros(10, np.uint8)
    n = put_varint(out, 0, value)
    assert out[:n].tobytes() == plain_varint(value)
    assert varint_size(value) == n


@SLOW
@given(st.integers(-(2**40), 2**40))
def test_zigzag(value: int) -> None:
    out = np.zeros(10, np.uint8)
    n = put_zigzag(out, 0, value)
    assert out[:n].tobytes() == plain_varint(2 * value if value >= 0 else -2 * value - 1)


@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 400])
def test_candidates_are_those_whose_bounds_meet(count: int) -> None:
    rng = np.random.default_rng(count)
    places = np.sort(rng.uniform(0, 1, (count, 2)), axis=0)
    shapes = np.array([shapely.box(x, y, x + 0.02, y + 0.02) for x, y in places] + [None], object)
    made = gather(shapes[:count] if count < 65 else shapes)
    zooms = rng.integers(3, 9, len(made)).astype(np.uint8)
    for _ in range(20):
        low = rng.uniform(0, 0.9, 2)
        high = low + rng.uniform(0, 0.3, 2)
        found = candidates(made.boxes, made.blocks, zooms, 6, low, high)
        boxes = made.boxes
        expected = np.flatnonzero(
            (zooms <= 6)
            & (boxes[:, 0] <= high[0])
            & (boxes[:, 2] >= low[0])
            & (boxes[:, 1] <= high[1])
            & (boxes[:, 3] >= low[1])
        )
        assert found.tolist() == expected.tolist()


def test_polygons_cut_beforehand_are_those_that_shapely_cuts() -> None:
    rng = np.random.default_rng(3)
    shapes = []
    for _ in range(60):
        x, y, size = *rng.uniform(0, 1, 2), rng.uniform(0.01, 0.5)
        outer = shapely.Point(x, y).buffer(size, quad_segs=6)
        shapes.append(shapely.difference(outer, shapely.Point(x, y).buffer(size / 2)))
    shapes.append(
        shapely.MultiPolygon([shapely.box(0.1, 0.1, 0.2, 0.2), shapely.box(0.8, 0.8, 0.9, 0.9)])
    )
    made = gather(np.array(shapes, object))
    low, high = np.array([0.3, 0.35]), np.array([0.55, 0.7])
    rows = np.arange(len(shapes))
    features, parts, rings, coords = cut_polygons(
        rows, made.features, made.parts, made.rings, made.coords, low, high
    )
    box = shapely.box(0.3, 0.35, 0.55, 0.7)
    for row in rows:
        area = 0.0
        for part in range(features[row], features[row + 1]):
            for ring in range(parts[part], parts[part + 1]):
                xy = coords[rings[ring] : rings[ring + 1]]
                assert (xy[0] == xy[-1]).all()
                own = abs(shoelace(xy[:-1])) / 2
                area += own if ring == parts[part] else -own
        assert area == pytest.approx(shapely.intersection(shapes[row], box).area, abs=1e-9)


@pytest.mark.parametrize("chunks", [1, 2])
def test_a_geometry_column_is_read_as_its_shapes_are(chunks: int) -> None:
    import pyarrow as pa

    from geo.snapshot.file import geometry_column
    from maps.tiles.shapes import of_column, project

    ring = shapely.box(102, 25, 103, 26)
    shapes = np.array(
        [
            None,
            shapely.difference(ring, shapely.box(102.2, 25.2, 102.4, 25.4)),
            None,
            shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 4)]),
            ring,
            None,
        ],
        object,
    )
    column = pa.chunked_array([geometry_column(shapes)] * chunks)
    found, expected = of_column(column), project(np.concatenate([shapes] * chunks))
    for name in ("features", "parts", "rings", "coords", "boxes"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
    sliced = of_column(column.slice(1, 3))
    assert np.isnan(sliced.boxes[1]).all()
    np.testing.assert_array_equal(sliced.boxes, expected.boxes[1:4])
    empty = of_column(column.slice(0, 0))
    assert len(empty) == 0


def test_the_world_as_a_square() -> None:
    """Against the formula in the OpenStreetMap wiki's words and pyproj's 3857."""
    from pyproj import Transformer

    to = Transformer.from_crs(4326, 3857, always_xy=True)
    rng = np.random.default_rng(1)
    places = np.column_stack([rng.uniform(-180, 180, 100), rng.uniform(-84, 84, 100)])
    x, y = to.transform(places[:, 0], places[:, 1])
    half = math.pi * 6378137
    expected = np.column_stack([x + half, half - np.array(y)]) / (2 * half)
    np.testing.assert_allclose(world(places), expected, atol=1e-12)
    np.testing.assert_allclose(lonlat(world(places)), places, atol=1e-9)
    west, south, east, north = tile_lonlat(12, 3216, 1753)
    np.testing.assert_allclose(
        tile_metres(12, 3216, 1753),
        (*to.transform(west, south), *to.transform(east, north)),
        atol=1e-5,
    )
