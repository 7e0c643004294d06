"""Shapes that are nowhere: null island, swapped axes, the wrong side of the date line, far away.

None of them can be put right by us: which of two wrongs it was is the sender's to say.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from geo.datum.magnitude import FORMS, forms
from geo.datum.reference import SWAPPED as AXES_TURNED
from geo.datum.reference import Datum, to_register
from geo.intake.lint.draft import Draft
from geo.intake.lint.limits import LATITUDES_DEG, LONGITUDES_DEG, NEAR_NULL_ISLAND_DEG
from geo.intake.lint.measure import Floats, Geometries

Mask = npt.NDArray[np.bool_]
SWAPPED = np.array([form.endswith("_swapped") for form in FORMS])
DEGREES = FORMS.index("degrees")
METRES = [FORMS.index("truncated"), FORMS.index("prefixed")]
TURN_DEG = 360.0


def place(raw: Geometries, datum: Datum, draft: Draft) -> None:
    """Hold back shapes that come to lie nowhere.

    Parameters
    ----------
    raw
        Shape (n,), in the file's own coordinates.
    datum
        What they are measured in.
    draft
        Has them in EPSG:4490.
    """
    finite, zeros = _oddities(raw)
    for position in draft.where(~finite):
        draft.hold(
            "bad_coordinates", position, "NaN / Inf", "坐标中有非数值（NaN 或无穷大）",
            "请在制图软件中检查该图形的顶点并重新导出",
        )  # fmt: skip
    bounds = shapely.bounds(draft.shapes)
    middle, form, swapped, away = _whereabouts(shapely.bounds(raw), bounds, datum)
    for position in draft.where(away | swapped):
        rule, message, remedy = _why(
            bounds[position], int(form[position]), datum,
            swapped=bool(swapped[position]), zeros=int(zeros[position]),
        )  # fmt: skip
        shown = ", ".join(f"{value:.6g}" for value in middle[position])
        draft.hold(rule, position, shown, message, remedy)


def in_place(raw_bounds: Floats, bounds: Floats, datum: Datum) -> Mask:
    """Tell from bounds as read and in EPSG:4490, shapes (n, 4), what `place` would not hold."""
    _, _, swapped, away = _whereabouts(raw_bounds, bounds, datum)
    return ~(swapped | away)


def _whereabouts(
    raw_bounds: Floats, bounds: Floats, datum: Datum
) -> tuple[Floats, npt.NDArray[np.int8], Mask, Mask]:
    """Give middles, what their numbers can be, which are swapped and which lie far away."""
    middle = raw_bounds.reshape(-1, 2, 2).mean(axis=1)
    form = forms(np.where(np.isfinite(middle), middle, np.nan))
    projected = datum.crs is not None and not datum.crs.is_geographic
    # A few degrees taken for metres land on the equator, within China's bounds.
    away = ~_in_china(bounds) | (projected & (form == DEGREES))
    return middle, form, _swapped(form, datum, middle), away


def _oddities(raw: Geometries) -> tuple[Mask, Floats]:
    """Tell which shapes have only finite coordinates, and count their vertices at 0, 0."""
    finite, zeros = np.ones(len(raw), np.bool_), np.zeros(len(raw))
    points = shapely.get_coordinates(raw)
    odd = ~np.isfinite(points).all(axis=1)
    null = (points == 0).all(axis=1)
    if odd.any() or null.any():
        _, owner = shapely.get_coordinates(raw, return_index=True)
        finite[owner[odd]] = False
        zeros = np.bincount(owner[null], minlength=len(raw)).astype(np.float64)
    return finite, zeros


def _in_china(bounds: Floats) -> Mask:
    west, south, east, north = bounds.T
    inside: Mask = (west >= LONGITUDES_DEG[0]) & (east <= LONGITUDES_DEG[1])
    inside &= (south >= LATITUDES_DEG[0]) & (north <= LATITUDES_DEG[1])
    return inside


def _swapped(form: npt.NDArray[np.int8], datum: Datum, middle: Floats) -> Mask:
    """Tell swapped axes by size, where the other order does fall into China.

    A northing taken for an easting can land in the South China Sea or on Hainan, within China's
    bounds, so metres are asked even there. Only transverse Mercator is: what another projection's
    metres look like, size does not say.
    """
    degrees = datum.crs is None or datum.crs.is_geographic
    if not degrees and not _is_transverse_mercator(datum):
        return np.zeros(len(form), np.bool_)
    named = SWAPPED[form]
    if named.any():
        other = shapely.points(middle[named][:, ::-1])
        named[named] = _in_china(shapely.bounds(to_register(other, datum)))
    return named


def _is_transverse_mercator(datum: Datum) -> bool:
    crs = datum.crs
    while crs is not None and crs.is_bound:
        crs = crs.source_crs
    operation = None if crs is None else crs.coordinate_operation
    return operation is not None and "Transverse Mercator" in operation.method_name


def _other_way_round(datum: Datum) -> str:
    """Name the same reference system with its axes the other way round."""
    name = datum.name
    return name.removesuffix(AXES_TURNED) if name.endswith(AXES_TURNED) else name + AXES_TURNED


def _why(
    bounds: Floats, form: int, datum: Datum, *, swapped: bool, zeros: int
) -> tuple[str, str, str]:
    """Give rule, message and remedy of one shape that lies nowhere."""
    west, south, east, north = bounds
    finite = bool(np.isfinite(bounds).all())
    near_null = finite and bool(np.abs(bounds).max() < NEAR_NULL_ISLAND_DEG)
    projected = datum.crs is not None and not datum.crs.is_geographic
    causes: list[tuple[bool, str, str, str]] = [
        (
            swapped, "swapped_axes",
            "横坐标与纵坐标颠倒" if projected else "经度与纬度颠倒",
            f"整个文件都颠倒的，加 --crs {_other_way_round(datum)} 再导入；只有个别的，请改原图",
        ),
        (
            zeros > 0, "null_island",
            f"有 {zeros} 个顶点在坐标原点 (0, 0)", "原点多表示坐标缺失，请补画这些顶点",
        ),
        (
            projected and form == DEGREES, "far_away",
            "坐标是经纬度，文件声明的却是平面坐标系", "请改用 --crs EPSG:4490 等经纬度坐标系",
        ),
        (
            near_null, "null_island",
            "图形在坐标原点 (0, 0) 附近", "原点多表示坐标缺失，请补画图形",
        ),
        (
            not projected and form in METRES, "far_away",
            "坐标是平面米数，文件声明的却是经纬度", "请用 --crs 指定高斯投影带，例如 EPSG:4543",
        ),
        (
            finite and bool(east - west > TURN_DEG / 2), "antimeridian",
            "图形横跨 180 度经线", "请核对：中国境内的图形不会跨越 180 度经线",
        ),
        (
            _turned(west, south, east, north), "antimeridian",
            "经度多了或少了 360 度", "请将经度换算到 73 至 136 度之间",
        ),
    ]  # fmt: skip
    for so, rule, message, remedy in causes:
        if so:
            return rule, message, remedy
    return "far_away", "坐标不在中国范围内", "请核对坐标系（--crs）"


def _turned(west: float, south: float, east: float, north: float) -> bool:
    return any(
        bool(_in_china(np.array([[west + turn, south, east + turn, north]]))[0])
        for turn in (TURN_DEG, -TURN_DEG)
    )
