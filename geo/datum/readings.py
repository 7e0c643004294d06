"""The readings of a file: every datum that its coordinates could be measured in, by their size.

Degrees are CGCS2000 (which WGS 84 equals), GCJ-02 or BD-09. A prefixed easting names its zone. A
truncated one could be in any zone, and since every meridian of 6° is one of 3° too, China's 21
zones of 3° are all the places there are. Swapped axes show in the size as well.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from geo.datum.magnitude import FORMS, forms
from geo.datum.reference import Datum
from geo.datum.zones import zone_of_prefix, zones

DEGREES: Final = ("EPSG:4490", "gcj02", "bd09")

MOST: Final = 0.9
"""The share of points that must agree: a file may hold a shape at null island."""


def readings(points: npt.ArrayLike) -> list[Datum]:
    """Give the datums that points could be measured in, unshifted and western ones first.

    Parameters
    ----------
    points
        Shape (n, 2), in the file's order and units.

    Returns
    -------
    list of Datum
        None when size says nothing (`geo.datum.magnitude`).
    """
    pairs = np.asarray(points, dtype=np.float64)
    found = forms(pairs)
    counts = np.bincount(found, minlength=len(FORMS))
    form = FORMS[int(counts.argmax())]
    if not len(pairs) or counts.max() < MOST * len(pairs):
        return []
    swapped = form.endswith("_swapped")
    plain = form.removesuffix("_swapped")
    if plain == "degrees":
        names = list(DEGREES)
    elif plain == "prefixed":
        names = _of_prefixes(pairs[found == FORMS.index(form)][:, int(swapped)])
    elif plain == "truncated":
        names = [zone.truncated for zone in zones(3)]
    else:
        names = []
    data = [Datum.named(name) for name in names]
    return [datum.with_axes_swapped() for datum in data] if swapped else data


def _of_prefixes(eastings_m: npt.NDArray[np.float64]) -> list[str]:
    named = {zone_of_prefix(float(easting_m)) for easting_m in np.unique(eastings_m // 1e6) * 1e6}
    return sorted(zone.prefixed for zone in named if zone is not None)
