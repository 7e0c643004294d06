"""Which datum a file of gates or roads is in.

Gates name their compounds: in the right reading each lies on its compound's boundary, in another
300 m off. Roads are told as polygons are (`geo.datum.detect`), as ribbons of a road's width that
compounds and water don't cut. A road through the middle of a compound fits nowhere; a file of such
roads is left undecided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import shapely
from shapely.ops import substring

from geo.datum.detect import FEWEST, GOOD, Detection, Fit, detect
from geo.datum.landmarks import METRES_A_DEGREE, Landmarks
from geo.datum.reference import Datum, Geometries, to_register
from geo.shares import percent_text

DRAWN_M: Final = 25.0
"""So far from its compound's boundary a gate may be drawn."""

LOST_M: Final = 200.0
"""So far off it is another compound's."""

CLEARLY: Final = 10.0
"""The rivals' residual is at least so many times `GOOD` where a reading is decided for."""

NOTHING: Final[Geometries] = np.empty(0, dtype=object)

HALF_WIDTH_M: Final = 6.0
LONGEST_M: Final = 300.0
"""Of a longer road its middle is looked at: a road of 30 km has the whole county as landmarks."""


def detect_gates(
    points: Geometries,
    codes: Sequence[str | None],
    landmarks: Landmarks,
    candidates: Sequence[Datum],
) -> Detection:
    """Tell which datum gates are in by how far they lie from the compounds that they name.

    Parameters
    ----------
    points
        Shape (n,), as they stand in the file.
    codes
        Of the compounds, aligned.
    """
    places = landmarks.compound_places
    pairs = [(at, places[code]) for at, code in enumerate(codes) if code in places]
    if not candidates or len(pairs) < FEWEST:
        fits = tuple(Fit(datum, 0.0, {}) for datum in candidates)
        return Detection(fits, None, "登记库中没有足够的所属小区可比较", len(pairs))
    mine, theirs = np.array(pairs, np.intp).T
    walls = shapely.boundary(landmarks.plane.lay(landmarks.compounds[theirs]))
    fits = tuple(sorted((_fit(points[mine], walls, landmarks, datum) for datum in candidates),
                        key=lambda fit: fit.residual))  # fmt: skip
    best = fits[0]
    if best.residual > GOOD:
        reason = (
            f"没有一种坐标系吻合：最好的 {best.datum.name} 仍有 {percent_text(best.residual)} 冲突"
        )
        return Detection(fits, None, reason, len(pairs))
    if len(fits) > 1 and fits[1].residual < CLEARLY * GOOD:
        reason = f"{best.datum.name} 与 {fits[1].datum.name} 的差别不够显著"
        return Detection(fits, None, reason, len(pairs))
    return Detection(fits, best.datum, "", len(pairs))


def _fit(points: Geometries, walls: Geometries, landmarks: Landmarks, datum: Datum) -> Fit:
    laid = landmarks.plane.lay(to_register(points, datum))
    off_m = np.nan_to_num(shapely.distance(laid, walls), nan=np.inf)
    residual = float(np.clip((off_m - DRAWN_M) / (LOST_M - DRAWN_M), 0.0, 1.0).mean())
    return Fit(datum, residual, {"same": residual})


def detect_roads(
    ribbons_: Geometries, landmarks: Landmarks, candidates: Sequence[Datum]
) -> Detection:
    """Tell which datum roads are in; they may cross any line and run through areas and divisions.

    Parameters
    ----------
    ribbons_
        Of `ribbons`.
    """
    beside = replace(landmarks, areas=NOTHING, lines=NOTHING, outlines=NOTHING, outline_codes=())
    return detect(ribbons_, beside, candidates)


def ribbons(lines: Geometries) -> Geometries:
    """Give roads their width, in the file's own units; of a long one its middle."""
    bounds = np.abs(shapely.total_bounds(lines))
    unit_m = METRES_A_DEGREE if bounds.size and np.nanmax(bounds) <= 360 else 1.0
    found = [_middle(line, LONGEST_M / unit_m) for line in lines]
    wide = shapely.buffer(np.array(found, object), HALF_WIDTH_M / unit_m, cap_style="flat")
    return np.asarray(wide, object)


def _middle(line: shapely.Geometry, longest: float) -> shapely.Geometry:
    whole = max(shapely.get_parts(line), key=lambda part: part.length, default=line)
    if whole.length <= longest:
        return whole
    start = (whole.length - longest) / 2
    return substring(whole, start, start + longest)
