"""Each shape of a file by itself: from the file's coordinates to a checked EPSG:4490 shape."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.datum.reference import Datum, to_register
from geo.intake.lint import kinds, limits, repair, slivers
from geo.intake.lint.draft import Draft
from geo.intake.lint.measure import Floats, Geometries
from geo.intake.lint.placement import in_place, place
from geo.intake.verdicts import Findings
from geo.rings.judged import Judged, Limits, judge
from geo.rings.outlines import Outlines

GRID_DEG: Final = 1e-4
ENOUGH_POINTS: Final = 20
CHUNK: Final = 50_000


@dataclass(frozen=True)
class Wanted:
    """What a kind of file needs of its shapes.

    Attributes
    ----------
    polygons
        Only polygons will do; otherwise any plain kind, or those of `only`.
    only
        Kinds of shape that will do, and what they are called; empty for any plain one.
    optional
        A row may come without a shape.
    built
        They bound compounds or areas: tiny parts are slips, and a great length is an error.
    """

    polygons: bool = True
    only: tuple[tuple[int, ...], str] = ((), "")
    optional: bool = False
    built: bool = True


UNREMARKABLE: Final = Limits(
    least_area_m2=2 * limits.SMALL_AREA_M2,
    least_width_m=2 * limits.LEAST_WIDTH_M,
    most_span_m=limits.LARGEST_SPAN_M / 2,
    turn_slope=1.1 * slivers.COARSE_SLOPE,
    grid_deg=GRID_DEG,
)
"""A polygon of one ring that keeps well away from every limit has nothing said of it."""

WANTED: Final = {
    "compounds": Wanted(),
    "areas": Wanted(),
    "divisions": Wanted(optional=True, built=False),
    "barriers": Wanted(polygons=False, built=False),
    "roads": Wanted(polygons=False, only=(kinds.LINEAR, "线"), built=False),
    "gates": Wanted(polygons=False, only=(kinds.POINT, "点"), built=False),
}
"""By kind of file."""


def judged_in(raw: Outlines, datum: Datum) -> Judged:
    """Find the polygons of which nothing need be said when they are read in a datum."""
    move = None if datum.is_null else datum.to_cgcs2000
    return judge(raw, move, lambda read, moved: in_place(read, moved, datum), UNREMARKABLE)


class Judging:
    """Judges polygons beside other work, in the datum in which they will most likely be read.

    Parameters
    ----------
    raw
        As read from the file, in its own coordinates.
    datum
        The likely one; None to wait until it is known.
    """

    def __init__(self, raw: Outlines, datum: Datum | None) -> None:
        self._raw, self._datum = raw, datum
        self._pool = ThreadPoolExecutor(1)
        self._ahead = None if datum is None else self._pool.submit(judged_in, raw, datum)
        self._pool.shutdown(wait=False)

    def result(self, datum: Datum) -> Judged:
        """Give what came of it in the datum that was settled."""
        if self._ahead is not None and datum == self._datum:
            return self._ahead.result()
        return judged_in(self._raw, datum)


def lint_outlines(
    raw: Outlines, datum: Datum, findings: Findings, kind: str, judging: Judging
) -> Outlines:
    """Do as `lint` does with polygons kept as bytes, building those alone that may be remarkable.

    Parameters
    ----------
    raw, judging
        As read from the file, in its own coordinates; and what judges them.

    Returns
    -------
    Outlines
        The same shapes, with the same said of them, as `lint` gives; EPSG:4490.
    """
    wanted = WANTED[kind]
    if not (wanted.polygons and wanted.built):
        shapes = np.asarray(raw)
        return Outlines.of(lint(shapes, to_register(shapes, datum), datum, findings, kind))
    judged = judging.result(datum)
    counts = Counter({"vertices": judged.vertices, "coarse": judged.vertices * judged.coarse})
    left = np.flatnonzero(~judged.plain)
    for start in range(0, len(left), CHUNK):
        places = left[start : start + CHUNK]
        shapes = raw[places]
        draft = _lint_some(shapes, to_register(shapes, datum), datum, wanted)
        draft.tell(findings, places)
        counts += draft.counts
        judged.outlines.others[places] = draft.shapes
    _note(findings, counts)
    return judged.outlines


def lint(
    raw: Geometries, placed: Geometries, datum: Datum, findings: Findings, kind: str
) -> Geometries:
    """Repair what can be repaired, hold back what can't be placed, and say both.

    Parameters
    ----------
    raw
        Shape (n,), as read from the file, in its own coordinates, with any Z and M.
    placed
        Shape (n,), the same in EPSG:4490, two-dimensional.
    datum
        What `raw` is measured in.
    findings
        Gets a finding for each fault and a notice for what was changed without changing a shape.
    kind
        One of `WANTED`.

    Returns
    -------
    numpy.ndarray
        Shape (n,): normalised, valid multipolygons in EPSG:4490 (any plain kind for barriers);
        None where there is none or it is held. What comes out comes out of a second pass the same.
    """
    starts = range(0, len(raw), CHUNK)
    # One after the other: threads pass the interpreter's lock back and forth at every small step,
    # which takes twice as long as it saves. Some at a time: coordinates need room.
    drafts = [
        _lint_some(raw[start : start + CHUNK], placed[start : start + CHUNK], datum, WANTED[kind])
        for start in starts
    ]
    counts: Counter[str] = Counter()
    for start, draft in zip(starts, drafts, strict=True):
        draft.tell(findings, start + np.arange(len(draft.shapes)))
        counts += draft.counts
    _note(findings, counts)
    out = np.full(len(raw), None, dtype=object)
    if drafts:
        np.concatenate([draft.shapes for draft in drafts], out=out)
    return out


def _lint_some(raw: Geometries, placed: Geometries, datum: Datum, wanted: Wanted) -> Draft:
    draft = Draft(np.array(placed, dtype=object))
    _hold_absent(raw, draft, optional=wanted.optional)
    place(raw, datum, draft)
    repair.hold_huge(draft)
    if wanted.polygons:
        kinds.take_polygons(draft)
    else:
        kinds.hold_others(draft, *wanted.only)
    repair.drop_repeated_points(draft)
    repair.make_valid(draft)
    repair.hold_empty(draft)
    if wanted.polygons:
        _check_polygons(draft, wanted)
        single = shapely.get_type_id(draft.shapes) == 3
        if single.any():
            # One call for all of them; as singles they would be built one by one.
            draft.shapes[single] = shapely.multipolygons(
                draft.shapes[single], indices=np.arange(single.sum())
            )
    _count_vertices(draft)
    draft.shapes = np.asarray(shapely.normalize(draft.shapes), dtype=object)
    return draft


def _check_polygons(draft: Draft, wanted: Wanted) -> None:
    slivers.hold_slivers(draft)
    rings = slivers.Rings.of(draft.shapes)
    if wanted.built:
        if slivers.drop_tiny_rings(draft, rings):
            rings = slivers.Rings.of(draft.shapes)
        slivers.warn_of_spans(draft)
    slivers.warn_of_spikes(draft, rings)


def _hold_absent(raw: Geometries, draft: Draft, *, optional: bool) -> None:
    """Hold back rows without a shape, if they must have one; count heights and measures dropped."""
    absent = shapely.is_missing(raw) | shapely.is_empty(raw)
    draft.shapes[absent] = None
    if not optional:
        for position in np.flatnonzero(absent):
            draft.hold("no_geometry", position, "空", "没有图形", "请补画图形，或删去该行")
    draft.counts["z"] = int(shapely.has_z(raw).sum())
    draft.counts["m"] = int(shapely.has_m(raw).sum())


def _count_vertices(draft: Draft) -> None:
    """Count vertices, and of them those on a grid so coarse that outlines are metres off."""
    points: Floats = shapely.get_coordinates(draft.shapes)
    draft.counts["vertices"] = len(points)
    head = points[:ENOUGH_POINTS]
    if _on_grid(head).all():
        draft.counts["coarse"] = int(_on_grid(points).all(axis=1).sum())


def _on_grid(points: Floats) -> npt.NDArray[np.bool_]:
    steps = points / GRID_DEG
    near: npt.NDArray[np.bool_] = np.abs(steps - np.rint(steps)) < 1e-6
    return near


def _note(findings: Findings, counts: Counter[str]) -> None:
    """Say of the whole file what changed no shape, and what no single row is to blame for."""
    for name in ("z", "m"):
        if counts[name]:
            findings.note(f"{name}_dropped", f"{name.upper()} 值已去除：{counts[name]:,} 个图形")
    if counts["repeated_points"]:
        findings.note(
            "repeated_points",
            f"{counts['repeated_shapes']:,} 个图形中的 {counts['repeated_points']:,} 个重复顶点"
            "已去除，图形不变",
        )
    if ENOUGH_POINTS <= counts["vertices"] == counts["coarse"]:
        findings.note(
            "coarse_coordinates", "所有顶点的经纬度都只有 4 位小数或更少，边界误差可达 5 米以上"
        )
