"""The register's current boundaries as a GeoPackage, to be edited and imported again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from psycopg import sql
from psycopg.rows import tuple_row

from geo.datum.reference import Datum, from_register
from geo.errors import NotFound, UsageError
from geo.intake.columns import KINDS
from geo.intake.roundtrip.tags import FROM, KNOWN, PRINT, fingerprints
from geo.register.compose import Connection
from geo.register.store import Register
from geo.terms import MADE_UP

TABLES: Final = {
    "compounds": "compound_shape",
    "areas": "management_area",
    "divisions": "division",
}
"""What can be exported, and the table that holds its shapes."""

_NAMES: Final = {
    "compounds": (
        "(select c.name from compound c where c.code = f.code and c.known @> %(known)s::bigint"
        " and upper_inf(c.valid))"
    ),
    "areas": "f.name",
    "divisions": "f.name",
}

_WITHIN: Final = {
    # A compound's division: its ledger code, else where it lies.
    "compounds": (
        "coalesce((select starts_with(c.division, %(division)s) from compound c"
        " where c.code = f.code and c.known @> %(known)s::bigint and upper_inf(c.valid)),"
        " st_covers(d.geom, st_pointonsurface(f.geom)))"
    ),
    "areas": "st_covers(d.geom, st_pointonsurface(f.geom))",
    "divisions": "starts_with(f.code, %(division)s)",
}


@dataclass(frozen=True)
class Exported:
    """What was written: where, how many, and after which change the register was so."""

    path: Path
    rows: int
    known: int
    crs: str


def export_boundaries(
    register: Register,
    kind: str,
    path: Path,
    *,
    division: str | None = None,
    crs: str = "EPSG:4490",
) -> Exported:
    """Write current polygons with code, name and fingerprint; the same register, the same bytes.

    Parameters
    ----------
    kind
        One of `TABLES`.
    path
        A ``.gpkg``; what is there is replaced.
    division
        Only what belongs to this division; None for all.
    crs
        A reference system that GIS programs know.

    Raises
    ------
    UsageError
        When kind, file name or reference system won't do.
    NotFound
        When there is no such division, or nothing to export.
    """
    datum = _datum(kind, path, crs)
    with register.connect() as connection:
        known, at = _last_change(connection)
        frame = _read(connection, kind, division, known)
        made_up = _is_made_up(connection, frame["change"].tolist())
    if frame.empty:
        raise NotFound("登记库中没有可导出的图形。", "请核对 --kind 与 --division，或先导入图形。")
    shapes = np.array(frame["shape"], dtype=object)
    header = {column.name: column.header for column in KINDS[kind]}
    columns: dict[str, Any] = {header["code"]: frame["code"], header["name"]: frame["name"]}
    if kind == "divisions":
        columns[header["valid_from"]] = frame["starts"]
    columns |= {PRINT: fingerprints(shapes), FROM: frame["change"].astype("int64"), KNOWN: known}
    layer = f"{kind}_{MADE_UP}" if made_up else kind
    out = gpd.GeoDataFrame(columns, geometry=from_register(shapes, datum), crs=datum.crs)
    _write(out, path, layer, at, f"登记库第 {known} 号变更（{at:%Y-%m-%d %H:%M}）之后的内容")
    return Exported(path, len(out), known, datum.name)


def _datum(kind: str, path: Path, crs: str) -> Datum:
    if kind not in TABLES:
        raise UsageError(f"没有可导出的类型 {kind}。", f"可用：{'、'.join(TABLES)}")
    if path.suffix.lower() != ".gpkg":
        raise UsageError(f"{path}：导出文件应为 .gpkg。", "请改文件名。")
    if not path.parent.is_dir() or path.is_dir():
        raise UsageError(f"{path}：无法写入。", "请核对文件夹是否存在。")
    datum = Datum.named(crs)
    if datum.crs is None:
        raise UsageError(
            f"不能以 {crs} 导出供编辑：制图软件没有这种坐标系。", "请用 EPSG:4490 或 EPSG:4543 等。"
        )
    return datum


def _last_change(connection: Connection) -> tuple[int, dt.datetime]:
    row = connection.execute(
        "select number, at from change order by number desc limit 1"
    ).fetchone()
    if row is None:
        raise NotFound("登记库中还没有内容。", "请先导入图形。")
    return int(row["number"]), row["at"].astimezone(dt.UTC)


def _read(connection: Connection, kind: str, division: str | None, known: int) -> pd.DataFrame:
    """Read polygons as known after a change, by code."""
    values = {"known": known, "division": division}
    if division is not None:
        found = connection.execute(
            "select from division where code = %(division)s and known @> %(known)s::bigint", values
        ).fetchone()
        if found is None:
            raise NotFound(f"登记库中没有区划 {division}。", "请核对 --division。")
    where = sql.SQL("true" if division is None else _WITHIN[kind])
    query = sql.SQL(
        "select f.code, {name}, f.change, lower(f.valid)::text, st_asbinary(f.geom)"
        " from {table} f left join division d on d.code = %(division)s"
        " and d.known @> %(known)s::bigint and upper_inf(d.valid)"
        " where f.known @> %(known)s::bigint and upper_inf(f.valid) and f.geom is not null"
        ' and {where} order by f.code collate "C"'
    ).format(
        name=sql.SQL(_NAMES[kind]),
        table=sql.Identifier(TABLES[kind]),
        where=where,
    )
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(query, values).fetchall()
    frame = pd.DataFrame(rows, columns=["code", "name", "change", "starts", "wkb"], dtype=object)
    shapes = shapely.from_wkb(np.array(frame.pop("wkb"), dtype=object))
    return frame.assign(shape=pd.Series(list(shapes), dtype=object))


def _is_made_up(connection: Connection, changes: list[int]) -> bool:
    row = connection.execute(
        "select coalesce(bool_or(made_up), false) as so from change where number = any(%s)",
        [sorted(set(changes))],
    ).fetchone()
    return bool(row and row["so"])


def _write(out: Any, path: Path, layer: str, at: dt.datetime, words: str) -> None:
    path.unlink(missing_ok=True)
    with _clock(at):
        pyogrio.write_dataframe(
            out, path, layer=layer, driver="GPKG", geometry_type="MultiPolygon",
            layer_metadata={"DESCRIPTION": words}, layer_options={"DESCRIPTION": words},
        )  # fmt: skip


@contextmanager
def _clock(at: dt.datetime) -> Iterator[None]:
    """Have GDAL write the moment of the change for that of writing."""
    previous = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": at.strftime("%Y-%m-%dT%H:%M:%S.000Z")})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": previous})
