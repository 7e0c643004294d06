"""Sites that never leave in a public edition: by code, or by the ground that they lie on."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyogrio
import shapely

from geo.datum.reference import Datum, to_register
from geo.errors import InputError
from geo.snapshot.file import Array, Snapshot

GROUND = (".geojson", ".gpkg", ".fgb", ".shp", ".zip")
"""Files of polygons; whatever else is a list of codes."""


@dataclass(frozen=True)
class Exclusion:
    """Codes of compounds, and polygons (EPSG:4490) that no compound shown may touch."""

    codes: frozenset[str] = frozenset()
    ground: tuple[shapely.Geometry, ...] = ()

    def of(self, snapshot: Snapshot) -> Array:
        """Tell which compounds of a snapshot are excluded; shape (n,) of bool.

        A compound without a polygon is judged by its point, so that it does not slip through.
        """
        codes = snapshot.column("compounds", "code")
        found = np.isin(codes.astype(str), sorted(self.codes))
        shapes = snapshot.geometry("compounds").copy()
        without = shapely.is_missing(shapes)
        shapes[without] = shapely.points(
            snapshot.column("compounds", "x")[without], snapshot.column("compounds", "y")[without]
        )
        for ground in self.ground:
            shapely.prepare(ground)
            found |= shapely.intersects(ground, shapes)
        return np.asarray(found)


def read_exclusion(path: Path) -> Exclusion:
    """Read a list of codes (one a line, or the first column of a csv) or a file of polygons.

    Raises
    ------
    InputError
        When the file is missing, empty, or does not say in which reference system it is. It is
        never taken for "nothing is excluded".
    """
    try:
        if path.suffix.lower() in GROUND:
            frame = pyogrio.read_dataframe(path)
            datum = Datum.declared(frame.crs, path.name)
            if datum is None:
                raise InputError(f"{path.name}：排除范围没有坐标系。", "请在文件中写明坐标系。")
            shapes = to_register(np.array(frame.geometry, dtype=object), datum)
            found = Exclusion(ground=tuple(shape for shape in shapes if shape is not None))
        else:
            with path.open(encoding="utf-8-sig", newline="") as file:
                cells = [row[0].strip() for row in csv.reader(file) if row and row[0].strip()]
            heads = {"小区编码", "code"}
            found = Exclusion(codes=frozenset(cells) - heads)
    except (OSError, UnicodeDecodeError, pyogrio.errors.DataSourceError) as error:
        raise InputError(f"{path}：排除名单读不出来。", "请核对文件；没有名单时不要填。") from error
    if not found.codes and not found.ground:
        raise InputError(f"{path}：排除名单是空的。", "请核对文件；没有名单时不要填。")
    return found
