"""Polygons and ledger from files into PostGIS."""

from __future__ import annotations

from collections import Counter
from typing import Any

import geopandas as gpd
import pandas as pd
import psycopg
import shapely
from sqlalchemy import create_engine

from benchmarks.job import Check, Job
from benchmarks.place import EMPTY, POSTGIS, Place
from geo.intake.load import Options, import_file
from geo.register.store import Register

NEEDS = "files"
OURS = "wuye's import: every cell and shape validated, dated history, provenance to the row"
PLAIN = "to_postgis and, from read_excel (calamine), to_sql: validates nothing, keeps no history"

KINDS = ("compounds", "ledger")


def ours(place: Place) -> Job:
    """Import both files into an empty register."""
    files = place.files

    def work(url: str) -> dict[str, Counter[str]]:
        register = Register(url)
        outcomes = {
            kind: import_file(register, kind, files[kind], Options(author="benchmark"))
            for kind in KINDS
        }
        return {kind: Counter(outcome.counts) for kind, outcome in outcomes.items()}

    def collect(url: str, verdicts: dict[str, Counter[str]]) -> dict[str, Any]:
        shapes = _shapes(url, "select code, st_asbinary(geom) from compound_shape")
        rows = {kind: counts.total() for kind, counts in verdicts.items()}
        held = sum(counts["quarantined"] + counts["skipped"] for counts in verdicts.values())
        return {"rows": rows, "held": held, "shapes": shapes}

    return Job(work, lambda: place.database(EMPTY), collect)


def plain(place: Place) -> Job:
    """Write both files to tables as they are."""
    files = place.files

    def work(url: str) -> None:
        engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url))
        gpd.read_file(files["compounds"]).to_postgis("compounds", engine)
        pd.read_excel(files["ledger"], engine="calamine").to_sql("ledger", engine, index=False)
        engine.dispose()

    def collect(url: str, _done: None) -> dict[str, Any]:
        with psycopg.connect(url) as connection:
            rows = {
                kind: connection.execute(f"select count(*) from {kind}").fetchone()[0]  # noqa: S608
                for kind in KINDS
            }
        shapes = _shapes(url, 'select "小区编码", st_asbinary(geometry) from compounds')
        return {"rows": rows, "held": 0, "shapes": shapes}

    return Job(work, lambda: place.database(POSTGIS), collect)


def _shapes(url: str, query: str) -> dict[str, bytes]:
    """Read shapes by code, normalised as multipolygons so that equal ones are equal bytes."""
    with psycopg.connect(url) as connection:
        found = dict(connection.execute(query).fetchall())
    shapes = shapely.from_wkb(list(found.values()))
    single = shapely.get_type_id(shapes) == 3
    shapes[single] = [shapely.MultiPolygon([shape]) for shape in shapes[single]]
    return dict(zip(found, shapely.to_wkb(shapely.normalize(shapes)), strict=True))


def check(ours: dict[str, Any], plain: dict[str, Any]) -> list[Check]:
    """Rows read must agree, and every shape in the register must be the file's."""
    rows = sum(plain["rows"].values())
    off = sum(abs(ours["rows"][kind] - plain["rows"][kind]) for kind in KINDS)
    moved = sum(plain["shapes"].get(code) != shape for code, shape in ours["shapes"].items())
    return [
        Check("rows with a verdict", rows, off),
        Check("shapes in the register", len(ours["shapes"]), moved),
        Check("rows held back or skipped by ours", rows, ours["held"], tells=True),
    ]
