"""Polygons beside a rival that at least asks whether they are valid, and repairs the others."""

from __future__ import annotations

import geopandas as gpd

from benchmarks.job import Job
from benchmarks.place import Place
from benchmarks.polygons import OURS, check, collected, ours, write

__all__ = ["NEEDS", "OURS", "PLAIN", "check", "ours", "plain"]

NEEDS = "polygons"
PLAIN = "geopandas.read_file, is_valid, make_valid where it isn't, to_postgis; nothing else checked"


def plain(place: Place) -> Job:
    """Repair what is not valid, and write the rest as it is."""

    def work(url: str) -> None:
        frame = gpd.read_file(place.polygons)
        bad = ~frame.geometry.is_valid
        frame.loc[bad, "geometry"] = frame.geometry[bad].make_valid()
        write(frame, url)

    return collected(place, work)
