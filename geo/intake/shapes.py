"""Geometries become valid, two-dimensional, normalised multipolygons in EPSG:4490."""

from __future__ import annotations

import numpy as np
import shapely

from geo.intake.verdicts import Findings
from geo.register.tables import SRID

LONGITUDES = (70.0, 140.0)
LATITUDES = (0.0, 56.0)
POLYGONAL = (3, 6)
LEAST_AREA_DEG2 = 1e-10  # about 1 m² at Yunnan's latitudes: a digitising slip, not a compound


def lint(geometry: np.ndarray, findings: Findings, *, polygons: bool, optional: bool) -> np.ndarray:
    """Repair what can be repaired, hold back what can't, and say both.

    Parameters
    ----------
    geometry
        Shape (n,), EPSG:4490.
    polygons
        Whether only polygons will do (else any kind, for barriers).
    optional
        Whether a row may come without a shape.

    Returns
    -------
    numpy.ndarray
        Normalised multipolygons (or any kind); None where there is none or it is held.
    """
    out = geometry.copy()
    absent = shapely.is_missing(out) | shapely.is_empty(out)
    out[absent] = None
    if not optional:
        for position in np.flatnonzero(absent):
            findings.add(
                "quarantined", "no_geometry", position, "geometry", "空",
                "没有图形", "请补画图形，或删去该行",
            )  # fmt: skip
    _hold_far_away(out, findings)
    _repair(out, findings, polygons=polygons)
    if polygons:
        _hold_slivers(out, findings)
        single = shapely.get_type_id(out) == 3
        if single.any():
            out[single] = shapely.multipolygons(out[single], indices=np.arange(single.sum()))
    return np.asarray(shapely.normalize(out), dtype=object)


def _hold_far_away(out: np.ndarray, findings: Findings) -> None:
    west, south, east, north = shapely.bounds(out).T
    with np.errstate(invalid="ignore"):
        here = (west >= LONGITUDES[0]) & (east <= LONGITUDES[1])
        here &= (south >= LATITUDES[0]) & (north <= LATITUDES[1])
        swapped = (south >= LONGITUDES[0]) & (west >= LATITUDES[0]) & (east <= LATITUDES[1])
    for position in np.flatnonzero(~here & ~shapely.is_missing(out)):
        box = f"{west[position]:.6g},{south[position]:.6g}"
        if swapped[position]:
            message, remedy = "经度与纬度颠倒", "请交换坐标轴后重新导出"
        else:
            message, remedy = "坐标不在中国范围内", "请核对坐标系（--crs）"
        findings.add("quarantined", "far_away", position, "geometry", box, message, remedy)
        out[position] = None


def _repair(out: np.ndarray, findings: Findings, *, polygons: bool) -> None:
    for position in np.flatnonzero(~shapely.is_valid(out) & ~shapely.is_missing(out)):
        reason = shapely.is_valid_reason(out[position])
        before = shapely.area(out[position])
        out[position] = shapely.make_valid(out[position], method="structure", keep_collapsed=False)
        after = shapely.area(out[position])
        change = f"，面积变化 {abs(after - before) / before:.2%}" if before else ""
        findings.add(
            "warned", "repaired", position, "geometry", reason[:80],
            f"图形自相交或环有误，已修复{change}", "请在原图上核对",
        )  # fmt: skip
    kinds = shapely.get_type_id(out)
    wrong = (kinds >= 0) & ~np.isin(kinds, POLYGONAL) if polygons else kinds == 7
    for position in np.flatnonzero(wrong):
        parts = shapely.get_parts(out[position])
        areal = [part for part in parts if shapely.get_type_id(part) in POLYGONAL]
        if polygons and kinds[position] == 7 and areal:
            out[position] = shapely.union_all(areal)
            continue
        findings.add(
            "quarantined", "wrong_kind", position, "geometry", out[position].geom_type,
            "不是多边形" if polygons else "是混合图形", "请按要求的图形类型重新导出",
        )  # fmt: skip
        out[position] = None
    hollow = shapely.is_empty(out) & ~shapely.is_missing(out)
    for position in np.flatnonzero(hollow):
        findings.add(
            "quarantined", "collapsed", position, "geometry", "", "图形没有面积", "请重新绘制",
        )  # fmt: skip
        out[position] = None


def _hold_slivers(out: np.ndarray, findings: Findings) -> None:
    with np.errstate(invalid="ignore"):
        small = shapely.area(out) < LEAST_AREA_DEG2
    for position in np.flatnonzero(small & ~shapely.is_missing(out)):
        findings.add(
            "quarantined", "sliver", position, "geometry", "< 1 ㎡",
            "图形面积不足 1 平方米", "多为数字化误差，请删除或重画",
        )  # fmt: skip
        out[position] = None


def as_hex(geometry: np.ndarray) -> list[str | None]:
    """Give hexadecimal EWKB with the register's SRID, as COPY reads it; None stays None."""
    found = shapely.to_wkb(shapely.set_srid(geometry, SRID), hex=True, include_srid=True)
    return [None if value is None else str(value) for value in found]
