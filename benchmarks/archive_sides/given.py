"""What all sides begin with: the same shapes and attributes, in the form that each one reads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from geo.action_plan import Definition
from geo.snapshot.file import Snapshot
from maps.raster.picture import STATE, picture
from maps.style import STATES, state_of_mode
from maps.tiles.divisions import FROM_ZOOM

DIVISIONS_FROM = FROM_ZOOM
COMPOUNDS_FROM = 10


@dataclass(frozen=True)
class Given:
    """A folder with `compounds.parquet`, `divisions.parquet`, the same as lines of GeoJSON for
    tippecanoe, and `states.gpkg`: polygons in EPSG:3857 with the code of their class."""

    folder: Path
    snapshot: Path
    polygons: int
    points: int

    def frame(self, name: str) -> gpd.GeoDataFrame:
        """Read a frame."""
        return gpd.read_parquet(self.folder / f"{name}.parquet")


def prepare(snapshot: Snapshot, folder: Path) -> Given:
    """Write it all."""
    compounds, divisions = _compounds(snapshot), _divisions(snapshot)
    compounds.to_parquet(folder / "compounds.parquet")
    divisions.to_parquet(folder / "divisions.parquet")
    _lines(compounds.assign(zoom=COMPOUNDS_FROM), folder / "compounds.geojsonl")
    zooms = divisions["level"].map(dict(enumerate(DIVISIONS_FROM)))
    _lines(divisions.assign(zoom=zooms), folder / "divisions.geojsonl")
    drawn = picture(snapshot, STATE, "", Definition(), None)
    states = gpd.GeoDataFrame(
        {"code": drawn.codes.astype(int)}, geometry=drawn.geometries, crs=4490
    )
    states.to_crs(3857).to_file(folder / "states.gpkg", engine="pyogrio")
    points = int((compounds.geom_type == "Point").sum())
    given = Given(folder, snapshot.path.absolute(), len(compounds) - points, points)
    words = {"snapshot": str(given.snapshot), "polygons": given.polygons, "points": points}
    (folder / "given.json").write_text(json.dumps(words), "utf-8")
    return given


def read(folder: Path) -> Given:
    """Read what was written."""
    words = json.loads((folder / "given.json").read_text("utf-8"))
    return Given(folder, Path(words["snapshot"]), words["polygons"], words["points"])


def _compounds(snapshot: Snapshot) -> gpd.GeoDataFrame:
    """Give the compounds that stand: polygons, and points for those without one."""
    column = snapshot.column
    shapes = snapshot.geometry("compounds").copy()
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    shapes[empty] = shapely.points(column("compounds", "x")[empty], column("compounds", "y")[empty])
    modes = column("compounds", "mode")
    frame = gpd.GeoDataFrame(
        {
            "code": column("compounds", "code").astype(str),
            "name": column("compounds", "name").astype(str),
            "state": [STATES[state_of_mode(int(mode))].id for mode in modes],
            "old": (column("compounds", "built_year") <= 2000).astype(int),
            "division": column("compounds", "street").astype(np.int64),
        },
        geometry=shapes, crs=4326,
    )  # fmt: skip
    return frame[column("compounds", "standing")].reset_index(drop=True)


def _divisions(snapshot: Snapshot) -> gpd.GeoDataFrame:
    shapes = snapshot.geometry("divisions")
    drawn = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    frame = gpd.GeoDataFrame(
        {
            "code": snapshot.column("divisions", "code").astype(np.int64),
            "name": snapshot.column("divisions", "name").astype(str),
            "level": snapshot.column("divisions", "level").astype(int),
        },
        geometry=shapes, crs=4326,
    )  # fmt: skip
    return frame[drawn].reset_index(drop=True)


def _lines(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write features a line each, with the first zoom where tippecanoe looks for it."""
    fields = [name for name in frame.columns if name not in {"geometry", "zoom"}]
    shapes = shapely.to_geojson(frame.geometry.to_numpy())
    rows = frame[[*fields, "zoom"]].to_dict("records")
    with path.open("w", encoding="utf-8") as out:
        for row, shape in zip(rows, shapes, strict=True):
            zoom = row.pop("zoom")
            words = json.dumps(row, ensure_ascii=False)
            out.write(
                f'{{"type":"Feature","tippecanoe":{{"minzoom":{zoom}}},'
                f'"properties":{words},"geometry":{shape}}}\n'
            )
