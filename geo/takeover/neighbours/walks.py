"""How far one walks between neighbours: by roads and gates where there are any.

`BASES`, the best that is at hand for each pair:

- ``roads_gates``: gate to gate along the roads,
- ``roads_boundary``: along the roads, but one side at least has no gate, and its boundary's nearest
  point stands for it,
- ``gates``: gate to gate, straight, and through a crossing where one has to be used,
- ``boundary``: between the boundaries' nearest points, and through a crossing likewise: less than
  any real way.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo.errors import InputError
from geo.takeover.neighbours.metric import Plane, whole_mm
from geo.takeover.neighbours.network import Network

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]

ROADS_GATES: Final = "roads_gates"
ROADS_BOUNDARY: Final = "roads_boundary"
GATES: Final = "gates"
BOUNDARY: Final = "boundary"
BASES: Final = (ROADS_GATES, ROADS_BOUNDARY, GATES, BOUNDARY)

FARTHEST_M: Final = 3000.0
"""A longer way along the roads is no way."""

NOT_WALKED: Final = frozenset({"高速路", "高速", "expressway", "motorway", "motorway_link"})
"""Classes of roads that nobody walks on."""


@dataclass(frozen=True)
class Ways:
    """Roads and gates, EPSG:4490.

    Attributes
    ----------
    roads
        Lines; joined where they share a point.
    gates, gate_of
        Points, and codes of the compounds whose gates they are.
    digest
        Hash of the files they come from.
    """

    roads: Objects
    gates: Objects
    gate_of: npt.NDArray[np.object_]
    digest: str


def read_ways(roads: Path | None, gates: Path | None) -> Ways | None:
    """Read files of roads and gates; None where neither is given.

    Roads are lines with an optional 类别 (class); gates are points with 小区编码 (code).

    Raises
    ------
    InputError
        When a file can't be read, says no CRS, or holds something else.
    """
    if roads is None and gates is None:
        return None
    digest = hashlib.sha256()
    lines = points = np.empty(0, object)
    of = np.empty(0, object)
    if roads is not None:
        frame = _read(roads, digest, (1, 5), "线")
        kind = _column(frame, ("类别", "class", "fclass", "highway"))
        if kind is not None:
            frame = frame[~frame[kind].isin(NOT_WALKED)]
        lines = frame.geometry.to_numpy()
    if gates is not None:
        frame = _read(gates, digest, (0,), "点")
        code = _column(frame, ("小区编码", "code", "compound"))
        if code is None:
            raise InputError(f"{gates.name} 没有“小区编码”一列。", "每个出入口须写明所属小区。")
        frame = frame[frame[code].notna()]
        points = frame.geometry.to_numpy()
        of = frame[code].astype(str).to_numpy(dtype=object)
    return Ways(lines, points, of, digest.hexdigest()[:16])


def _read(path: Path, digest: Any, types: tuple[int, ...], what: str) -> gpd.GeoDataFrame:
    try:
        digest.update(path.read_bytes())
        frame = gpd.read_file(path)
    except Exception as error:
        raise InputError(
            f"无法读取 {path.name}：{type(error).__name__}。", "请核对文件。"
        ) from error
    if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None:
        raise InputError(f"{path.name} 没有图形或没有坐标系。", "请写明坐标系后重试。")
    frame = frame[frame.geometry.notna() & ~frame.geometry.is_empty]
    if not np.isin(shapely.get_type_id(frame.geometry.to_numpy()), types).all():
        raise InputError(f"{path.name} 应只含{what}。", "请去掉其他图形后重试。")
    return frame.to_crs(4490)


def _column(frame: gpd.GeoDataFrame, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in frame.columns), None)


def walks(
    ways: Ways,
    plane: Plane,
    codes: tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]],
    segment: Floats,
    walk_mm: Ints,
) -> tuple[Ints, npt.NDArray[np.object_]]:
    """Measure pairs that nothing bars.

    Parameters
    ----------
    codes
        Of the pairs' two sides, shape (n,) each.
    segment
        Between their boundaries, in the plane, shape (n, 4).
    walk_mm
        Between boundaries, through a crossing where needed; -1 where barred, which stays.

    Returns
    -------
    Walk in mm (-1 also where the roads lead no shorter way than `FARTHEST_M`) and basis.
    """
    box = shapely.box(*_around(segment))
    roads = plane.project(ways.roads)
    network = Network(roads[shapely.intersects(roads, box)], FARTHEST_M)
    gates = plane.project(ways.gates)
    of = _grouped(ways.gate_of)
    ends = np.concatenate([shapely.points(segment[:, :2]), shapely.points(segment[:, 2:]), gates])
    accesses = network.accesses(ends)
    pairs = len(segment)
    scale = plane.scale(segment[:, 0]) if pairs else np.ones(0)
    found, basis = walk_mm.copy(), np.full(pairs, BOUNDARY, object)
    for k in np.flatnonzero(walk_mm >= 0).tolist():
        own = [of.get(codes[side][k]) for side in (0, 1)]
        one, other = (
            [k + side * pairs] if gate is None else [2 * pairs + at for at in gate]
            for side, gate in enumerate(own)
        )
        both = None not in own
        linked = [(a, b) for a in one for b in other if min(accesses.edge[[a, b]]) >= 0]
        if linked:
            lengths = [network.way_m(accesses, a, b) for a, b in linked]
            known = [length for length in lengths if length is not None]
            found[k] = whole_mm(min(known) / scale[k]) if known else -1
            basis[k] = ROADS_GATES if both else ROADS_BOUNDARY
        elif both:
            straight = min(shapely.distance(ends[a], ends[b]) for a in one for b in other)
            found[k] = max(int(whole_mm(straight / scale[k])), int(walk_mm[k]))
            basis[k] = GATES
    return found, basis


def _around(segment: Floats) -> Floats:
    """Give the box that ways between segments stay in."""
    if not len(segment):
        return np.zeros(4)
    xy = segment.reshape(-1, 2)
    return np.concatenate([xy.min(axis=0) - FARTHEST_M, xy.max(axis=0) + FARTHEST_M])


def _grouped(codes: npt.NDArray[np.object_]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, code in enumerate(codes.tolist()):
        found.setdefault(code, []).append(place)
    return found
