"""The columnar file of a snapshot: written once, memory-mapped by every reader.

One Arrow IPC file, one record batch of one row: each table of `geo.snapshot.columns` is a list
column whose child struct holds the table's columns contiguously, so numpy reads them in place.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import shapely

from geo.errors import NotFound
from geo.snapshot.columns import AS_WKB, MULTIPOLYGON, TABLES
from geo.whole import beside

FORMAT_VERSION = 2
"""2 has roads and gates; a file of 1 is read as one that has none."""

Array: TypeAlias = np.ndarray[Any, Any]


def geometry_column(geometries: np.ndarray) -> pa.Array:
    """Turn an object array of polygons, multipolygons and None into a GeoArrow column.

    Parameters
    ----------
    geometries
        Shape (n,), valid, two-dimensional, EPSG:4490.
    """
    missing = shapely.is_missing(geometries)
    empty = shapely.MultiPolygon()
    parts = geometries.copy()
    parts[missing] = empty
    single = shapely.get_type_id(parts) == 3
    if single.any():
        parts[single] = shapely.multipolygons(parts[single], indices=np.arange(single.sum()))
    filled = parts[~missing]
    if not len(filled):
        return pa.nulls(len(geometries), MULTIPOLYGON)
    _, coords, (rings, polygons, multis) = shapely.to_ragged_array(filled)
    points = pa.FixedSizeListArray.from_arrays(pa.array(coords.ravel()), 2)
    level = pa.ListArray.from_arrays(pa.array(rings, pa.int32()), points)
    level = pa.ListArray.from_arrays(pa.array(polygons, pa.int32()), level)
    counts = np.zeros(len(geometries), np.int64)
    counts[~missing] = np.diff(multis)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(
        pa.array(offsets), level, mask=pa.array(missing) if missing.any() else None
    ).cast(MULTIPOLYGON)


def geometries_of(column: pa.Array) -> np.ndarray:
    """Turn a GeoArrow column back into an object array of multipolygons and None."""
    out = np.full(len(column), None, dtype=object)
    if not len(column):
        return out
    missing = column.is_null().to_numpy(zero_copy_only=False)
    filled = column.filter(pa.array(~missing)) if missing.any() else column
    if not len(filled):
        return out
    polygons = filled.flatten()
    rings = polygons.flatten()
    points = rings.flatten()
    coords = points.flatten().to_numpy().reshape(-1, 2)

    def offsets(array: pa.Array) -> np.ndarray:
        found: Array = array.offsets.to_numpy()
        return np.asarray(found - found[0])

    out[~missing] = shapely.from_ragged_array(
        shapely.GeometryType.MULTIPOLYGON,
        coords,
        (offsets(rings), offsets(polygons), offsets(filled)),
    )
    return out


def write(path: Path, tables: Mapping[str, pa.Table], head: Mapping[str, Any]) -> None:
    """Write a snapshot's file beside its place and rename it when whole.

    Parameters
    ----------
    tables
        One `pyarrow.Table` for each name in `TABLES`, with exactly its schema.
    head
        What the snapshot says of itself (`Snapshot`); kept as JSON in the file's metadata.
    """
    columns, fields = [], []
    for name, schema in TABLES.items():
        table = tables[name].select(schema.names).cast(schema).combine_chunks()
        batches = table.to_batches()
        struct = batches[0].to_struct_array() if batches else pa.array([], pa.struct(list(schema)))
        columns.append(pa.ListArray.from_arrays(pa.array([0, len(struct)], pa.int32()), struct))
        fields.append(pa.field(name, columns[-1].type))
    words = json.dumps({"format": FORMAT_VERSION, **head}, ensure_ascii=False, sort_keys=True)
    schema = pa.schema(fields, metadata={b"wuye": words.encode()})
    with (
        beside(path) as part,
        pa.OSFile(str(part), "wb") as sink,
        pa.ipc.new_file(sink, schema) as writer,
    ):
        writer.write_batch(pa.record_batch(columns, schema=schema))


class Snapshot:
    """A snapshot, read from its file. Nothing is copied until it is asked for.

    Attributes
    ----------
    id : str
        sha256 over the facts in it; 64 hex digits.
    as_of : datetime.date
        The date whose state it shows.
    made_up : bool
        True when any fact in it is made-up data (示例数据).
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise NotFound(f"没有快照文件 {path}。", "请运行 wuye snapshot 重新生成。")
        self.path = path
        self._source = pa.memory_map(str(path))
        batch = pa.ipc.open_file(self._source).get_batch(0)
        head = json.loads(batch.schema.metadata[b"wuye"])
        self.head: dict[str, Any] = head
        self.id: str = head["id"]
        self.as_of = dt.date.fromisoformat(head["as_of"])
        self.made_up: bool = head["made_up"]
        self._tables = {
            name: pa.Table.from_struct_array(batch.column(name).values)
            if name in batch.schema.names
            else schema.empty_table()
            for name, schema in TABLES.items()
        }
        self._arrays: dict[tuple[str, str], np.ndarray] = {}

    def __repr__(self) -> str:
        return f"<Snapshot {self.id[:12]} as of {self.as_of}>"

    def table(self, name: str) -> pa.Table:
        """Give one table, memory-mapped."""
        return self._tables[name]

    def column(self, table: str, name: str) -> Array:
        """Give one column as a numpy array; numbers in place, texts and dates as objects.

        Dates come as ``datetime64[D]`` with NaT, texts as ``str`` or None.
        """
        key = (table, name)
        if key not in self._arrays:
            array = self._tables[table].column(name).combine_chunks()
            if isinstance(array, pa.ChunkedArray):
                array = array.chunk(0) if array.num_chunks else pa.array([], array.type)
            if name == "geometry":
                found = geometries_of(array)
            elif name == "wkb":
                found = shapely.from_wkb(array.to_numpy(zero_copy_only=False))
            else:
                found = array.to_numpy(zero_copy_only=False)
            found.flags.writeable = False
            self._arrays[key] = found
        return self._arrays[key]

    def geometry(self, table: str) -> Array:
        """Give the shapes of a table: shapely geometries or None, EPSG:4490, shape (n,)."""
        return self.column(table, "wkb" if table in AS_WKB else "geometry")

    def without(self, left_out: Array) -> Snapshot:
        """Give the same snapshot with some compounds left out, for an edition that hides them.

        Parameters
        ----------
        left_out
            Shape (n,) of bool, in the file's order.
        """
        other = copy.copy(self)
        kept = self._tables["compounds"].filter(pa.array(~left_out)).combine_chunks()
        vars(other).update(_tables={**self._tables, "compounds": kept}, _arrays={})
        return other

    @cached_property
    def division_names(self) -> dict[int, str]:
        """Names of the divisions valid on the date, by code."""
        codes = self.column("divisions", "code")
        return dict(zip(codes.tolist(), self.column("divisions", "name").tolist(), strict=True))

    def name_of(self, division: int) -> str:
        """Give a division's name on the date; its code where the register has none."""
        return self.division_names.get(division, str(division))
