"""Where polygons of a file without codes lie, and which polygons of the register they cover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import pandas as pd
import shapely

from geo.register.compose import Connection
from geo.register.copying import copy_rows

SAME_PLACE: Final = 0.5
"""From this share (intersection over union) on, two polygons are drawn of one place."""


@dataclass
class Place:
    """A polygon's county or deeper division, its area, and the codes it lies on."""

    division: str | None
    land_area_m2: float
    same_place: set[str] = field(default_factory=set)


def places(connection: Connection, shapes: Sequence[shapely.Geometry]) -> list[Place]:
    """Locate multipolygons (EPSG:4490), in their order."""
    connection.execute(
        "create temp table loose_shape (seq integer, geom geometry(multipolygon, 4490))"
        " on commit drop"
    )
    rows = pd.DataFrame({"seq": range(len(shapes)), "geom": pd.Series(list(shapes), dtype=object)})
    copy_rows(connection, "loose_shape", rows)
    connection.execute("create index on loose_shape using gist (geom)")
    connection.execute("analyze loose_shape")
    found = [
        Place(row["division"], float(row["land_area_m2"]))
        for row in connection.execute(
            "select st_area(geom::geography) as land_area_m2, coalesce("
            " (select min(d.code) from division d where length(d.code) = 12 and upper_inf(d.known)"
            "   and st_covers(d.geom, st_pointonsurface(l.geom))),"
            " (select min(d.code) from division d where length(d.code) = 9 and upper_inf(d.known)"
            "   and st_covers(d.geom, st_pointonsurface(l.geom))),"
            " (select min(d.code) from division d where length(d.code) = 6 and upper_inf(d.known)"
            "   and st_covers(d.geom, st_pointonsurface(l.geom)))) as division"
            " from loose_shape l order by seq"
        )
    ]
    for row in connection.execute(
        "select l.seq, s.code from loose_shape l join compound_shape s on l.geom && s.geom"
        " and upper_inf(s.known) where st_intersects(l.geom, s.geom)"
        " and st_area(st_intersection(l.geom, s.geom))"
        "   >= %s * st_area(st_union(l.geom, s.geom))",
        [SAME_PLACE],
    ):
        found[row["seq"]].same_place.add(row["code"])
    connection.execute("drop table loose_shape")
    return found
