"""Shapes too small, thin or long, or with spikes; holes and parts that are slips of the pen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geo.intake.lint import limits
from geo.intake.lint.draft import Draft
from geo.intake.lint.measure import (
    Floats,
    Geometries,
    area_m2,
    mean_width_m,
    metres_a_degree,
    quick_area_m2,
    spans_m,
    square_metres,
)

Places = npt.NDArray[np.intp]
DEGREE_SHAPE = 0.3
"""Over the square of the cosine of 56° N: how far a degree is from round, at the worst."""
SLOPE = float(np.tan(np.radians(limits.SPIKE_ANGLE_DEG)))
COARSE_SLOPE = SLOPE / DEGREE_SHAPE
"""Tangents within which a vertex is a spike, and, in degrees as they are, may be one."""
MARGIN = 1.5
"""Quick measures are right to far better than this; what they let through is measured exactly."""


@dataclass(frozen=True)
class Rings:
    """The rings of polygons, in order: which part each is of, and whose each part is.

    Attributes
    ----------
    parts, owner
        Polygons, and the position of the shape that each belongs to.
    rings, part
        Rings, shells before their holes, and the place of each one's part.
    """

    parts: Geometries
    owner: Places
    rings: Geometries
    part: Places

    @classmethod
    def of(cls, shapes: Geometries) -> Rings:
        """Take shapes apart."""
        parts, owner = shapely.get_parts(shapes, return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        return cls(parts, owner, rings, part)

    def tiny(self) -> Places:
        """Give the positions of shapes that may have a tiny hole, or a tiny part beside others."""
        limit_m2 = limits.TINY_RING_M2 * MARGIN
        beside = np.bincount(self.owner, minlength=len(self.owner))[self.owner] > 1
        found = self.owner[beside][quick_area_m2(self.parts[beside]) < limit_m2]
        hole = np.flatnonzero(self.part[1:] == self.part[:-1]) + 1
        holes = shapely.polygons(self.rings[hole])
        holed = self.owner[self.part[hole]][quick_area_m2(holes) < limit_m2]
        return np.union1d(found, holed)


def drop_tiny_rings(draft: Draft, rings: Rings) -> bool:
    """Fill holes, and leave out parts, that are too small to be meant; tell whether any was."""
    changed = False
    for position in rings.tiny():
        parts = shapely.get_parts(draft.shapes[position])
        filled, holes, holes_m2 = _filled(parts)
        sizes = area_m2(filled)
        tiny = (sizes < limits.TINY_RING_M2) & (sizes < sizes.max())
        if not holes and not tiny.any():
            continue
        draft.shapes[position] = shapely.multipolygons(filled[~tiny])
        said = []
        if holes:
            said.append(f"{holes} 个小孔已填平（共 {square_metres(holes_m2)}）")
        if tiny.any():
            said.append(f"{tiny.sum()} 个碎块已舍去（共 {square_metres(sizes[tiny].sum())}）")
        draft.warn(
            "tiny_hole" if holes else "tiny_part", position, f"< {limits.TINY_RING_M2:g} ㎡",
            "，".join(said), "多为数字化误差，请在原图上核对",
        )  # fmt: skip
        changed = True
    return changed


def _filled(parts: Geometries) -> tuple[Geometries, int, float]:
    """Fill the tiny holes of polygons; give them, how many holes and how large together."""
    out, count, total_m2 = parts.copy(), 0, 0.0
    for place in np.flatnonzero(shapely.get_num_interior_rings(parts) > 0):
        outer, *inner = shapely.get_rings(parts[place])
        rings = np.array(inner, dtype=object)
        sizes = area_m2(shapely.polygons(rings))
        tiny = sizes < limits.TINY_RING_M2
        if tiny.any():
            out[place] = shapely.polygons(outer, rings[~tiny])
            count += int(tiny.sum())
            total_m2 += float(sizes[tiny].sum())
    return out, count, total_m2


def hold_slivers(draft: Draft) -> None:
    """Hold back what has next to no area; warn of what is small or thin."""
    with np.errstate(invalid="ignore"):
        area = quick_area_m2(draft.shapes)
        # A strip's perimeter is at most what its length in degrees is northwards.
        _, north_m = metres_a_degree(56.0)
        width = 2 * area / (shapely.length(draft.shapes) * north_m)
        suspect = (area < limits.SMALL_AREA_M2 * MARGIN) | (width < limits.LEAST_WIDTH_M * MARGIN)
    places = draft.where(suspect)
    if not len(places):
        return
    areas, widths = area_m2(draft.shapes[places]), mean_width_m(draft.shapes[places])
    for position, area_, width_ in zip(places, areas, widths, strict=True):
        size = square_metres(float(area_))
        if area_ < limits.LEAST_AREA_M2:
            draft.hold(
                "sliver", position, size, f"图形面积不足 {limits.LEAST_AREA_M2:g} 平方米",
                "多为数字化误差，请删除或重画",
            )  # fmt: skip
        elif width_ < limits.LEAST_WIDTH_M:
            draft.warn(
                "thin", position, f"{size}，均宽 {width_:.2f} 米",
                f"图形狭长，平均宽度不足 {limits.LEAST_WIDTH_M:g} 米", "多为图形之间的缝隙，请核对",
            )  # fmt: skip
        elif area_ < limits.SMALL_AREA_M2:
            draft.warn(
                "small", position, size, f"图形面积不足 {limits.SMALL_AREA_M2:g} 平方米",
                "请核对是否为小区边界",
            )  # fmt: skip


def warn_of_spans(draft: Draft) -> None:
    """Warn of compounds that reach too far: a vertex or a part in the wrong place."""
    with np.errstate(invalid="ignore"):
        span = spans_m(draft.shapes)
        far = span > limits.LARGEST_SPAN_M
    for position in draft.where(far):
        draft.warn(
            "too_long", position, f"{span[position] / 1000:,.1f} 公里",
            f"图形跨度超过 {limits.LARGEST_SPAN_M / 1000:g} 公里",
            "请核对是否有顶点或部分图形画错位置",
        )  # fmt: skip


def warn_of_spikes(draft: Draft, rings: Rings) -> None:
    """Warn of vertices where the outline runs out and straight back; the shape stays as it is."""
    points, ring = shapely.get_coordinates(rings.rings, return_index=True)
    tips, lengths_m = _spikes(points, ring)
    owners = rings.owner[rings.part[ring[tips]]]
    for position in np.unique(owners):
        mine = np.flatnonzero(owners == position)
        longest = mine[np.argmax(lengths_m[mine])]
        tip = points[tips[longest]]
        draft.warn(
            "spike", position, f"{tip[0]:.6f}, {tip[1]:.6f}",
            f"边界有 {len(mine)} 处尖刺（夹角小于 {limits.SPIKE_ANGLE_DEG:g} 度），"
            f"最长 {lengths_m[longest]:,.1f} 米",
            "请在原图上删去该顶点",
        )  # fmt: skip


def _spikes(points: Floats, ring: Places) -> tuple[Places, Floats]:
    """Find spikes among the vertices of rings.

    Parameters
    ----------
    points
        Shape (n, 2); each ring's last point is its first again.
    ring
        Shape (n,), which ring each point is of, in order.

    Returns
    -------
    Places of the tips, and the length of the shorter side of each, metres.
    """
    if not len(points):
        return np.empty(0, np.intp), np.empty(0)
    side = np.diff(points, axis=0)
    inside = ring[1:] == ring[:-1]
    first = np.flatnonzero(np.r_[True, ~inside])
    # The side that leads to each vertex: the one before it, or for a first vertex the ring's last.
    leads = np.arange(-1, len(side))
    leads[first] = np.r_[first[1:], len(points)] - 2
    # Of each ring's closing point only the first counts.
    vertex = np.flatnonzero(np.r_[inside, False])
    # In degrees angles are off by up to the cosine of the latitude: a coarse sieve first.
    vertex = vertex[_turns_back(side[leads[vertex]], side[vertex], COARSE_SLOPE)]
    scale = np.column_stack(metres_a_degree(points[vertex, 1]))
    back, out = side[leads[vertex]] * scale, side[vertex] * scale
    shorter = np.minimum(np.hypot(*back.T), np.hypot(*out.T))
    spike = _turns_back(back, out, SLOPE) & (shorter >= limits.SPIKE_LENGTH_M)
    return vertex[spike], shorter[spike]


def _turns_back(back: Floats, out: Floats, slope: float) -> npt.NDArray[np.bool_]:
    """Tell sides that run back along the one before, within an angle given by its tangent."""
    dot = back[:, 0] * out[:, 0] + back[:, 1] * out[:, 1]
    cross = back[:, 0] * out[:, 1] - back[:, 1] * out[:, 0]
    turned: npt.NDArray[np.bool_] = np.abs(cross) < -dot * slope
    return turned
