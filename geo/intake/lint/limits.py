"""The limits that the rules go by, stated once; findings quote them."""

from __future__ import annotations

from typing import Final

LONGITUDES_DEG: Final = (70.0, 140.0)
LATITUDES_DEG: Final = (0.0, 56.0)
"""China with a margin; what lies outside can't be placed."""

NEAR_NULL_ISLAND_DEG: Final = 1.0
"""So near to 0° E 0° N a shape has no coordinates rather than wrong ones."""

CLOSING_GAP_M: Final = 2.0
"""A line whose ends are no farther apart is a ring that was not snapped shut."""

LEAST_AREA_M2: Final = 1.0
"""Under it a polygon is a slip of the pen: held back."""

SMALL_AREA_M2: Final = 20.0
"""Under it no house stands on it: warned."""

LEAST_WIDTH_M: Final = 1.0
"""Mean width, 2 × area / perimeter, under which a polygon or an overlap is a sliver."""

TINY_RING_M2: Final = 1.0
"""Holes under it are filled, and parts under it left out: digitising slips."""

LARGEST_SPAN_M: Final = 10_000.0
"""A compound longer than this has a vertex, or a part, in the wrong place."""

SPIKE_ANGLE_DEG: Final = 1.0
SPIKE_LENGTH_M: Final = 2.0
"""A vertex whose sides turn back on each other, both at least this long."""

MOST_VERTICES: Final = 2_000_000
"""Beyond it a shape is no boundary of anything and is held back."""

MANY_VERTICES: Final = 100_000
"""Beyond it a shape is warned: a raster's edge, or a whole drawing in one outline."""

MOST_CROSSINGS: Final = 20_000
"""How many times a shape may cross itself and still be repaired: one to two seconds."""

NEAR_DUPLICATE_IOU: Final = 0.95
"""Intersection over union from which two polygons are one thing drawn twice."""

LEAST_OVERLAP_M2: Final = 20.0
"""An overlap smaller than this, or narrower than `LEAST_WIDTH_M`, is a digitising slip."""

LEAST_COUNTY_SHARE: Final = 0.10
"""A compound is astride two counties when it has at least this share in both."""

SPLIT_SHARES: Final = (0.10, 0.90)
"""A management area splits a compound when its share of it lies between."""

GATE_FROM_WALL_M: Final = 50.0
"""A gate farther from its compound's boundary names another one, or lies wrong."""

MOST_CANDIDATES: Final = 20_000_000
"""Pairs of bounding boxes that one file may have us look into; a notice says when it is over."""

SAME_PLACE_M: Final = 0.01
"""A shape that comes back from a round trip no farther off than this was not edited."""
