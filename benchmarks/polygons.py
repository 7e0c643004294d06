"""Polygons alone, from a GeoPackage into PostGIS: the province's or the nation's first file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import psycopg
from sqlalchemy import create_engine

from benchmarks.job import Check, Job
from benchmarks.place import EMPTY, POSTGIS, Place
from geo.intake.load import Options, import_file
from geo.register.store import Register

NEEDS = "polygons"
OURS = "wuye's import: every cell and shape checked, relations too, dated facts, indexes"
PLAIN = "geopandas.read_file and GeoDataFrame.to_postgis: checks nothing; the spatial index only"


def ours(place: Place) -> Job:
    """Import the file into an empty register."""

    def work(url: str) -> Counter[str]:
        options = Options(author="benchmark")
        return Counter(import_file(Register(url), "compounds", place.polygons, options).counts)

    def collect(url: str, counts: Counter[str]) -> dict[str, Any]:
        held = counts["quarantined"] + counts["skipped"]
        return {"held": held, **_sums(url, "compound_shape", "geom")}

    return Job(work, lambda: place.database(EMPTY), collect)


def plain(place: Place) -> Job:
    """Write the file to a table as it is."""

    def work(url: str) -> None:
        write(gpd.read_file(place.polygons), url)

    return collected(place, work)


def write(frame: gpd.GeoDataFrame, url: str) -> None:
    """Write a frame to a table as geopandas does."""
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url))
    frame.to_postgis("shapes", engine)
    engine.dispose()


def collected(place: Place, work: Callable[[str], None]) -> Job:
    """Give the job of a plain side, which makes one table of shapes."""
    return Job(
        work,
        lambda: place.database(POSTGIS),
        lambda url, _done: {"held": 0, **_sums(url, "shapes", "geometry")},
    )


def _sums(url: str, table: str, column: str) -> dict[str, int]:
    """Give what two tables of the same shapes agree on: how many, their points, their area."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            f"select count(*), sum(st_npoints({column})), round(sum(st_area({column})) * 1e9)"  # noqa: S608
            f" from {table}"
        ).fetchone()
    assert row is not None
    return {"shapes": int(row[0]), "points": int(row[1]), "area": int(row[2])}


def check(ours: dict[str, Any], plain: dict[str, Any]) -> list[Check]:
    """No shape may be held, and number, points and area must agree."""
    return [
        Check("rows held", ours["shapes"], ours["held"]),
        *(
            Check(name, ours["shapes"], int(ours[name] != plain[name]))
            for name in ("shapes", "points", "area")
        ),
    ]
