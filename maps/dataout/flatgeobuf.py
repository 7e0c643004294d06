"""FlatGeobuf: one layer, spatially indexed, readable over HTTP in parts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shapely import is_missing

from geo.datum.reference import Datum
from geo.errors import UsageError
from maps.dataout.arrow import write_layer
from maps.dataout.head import Head
from maps.dataout.layers import Layer


def write(path: Path, layers: Sequence[Layer], head: Head, datum: Datum) -> None:
    """Write one layer; title and description in the file's head say what it is.

    Raises
    ------
    UsageError
        For a table without geometry, which the format does not hold.
    """
    (layer,) = layers
    if layer.shapes is None:
        raise UsageError(f"{path.name}：FlatGeobuf 不能存没有图形的表。", "请改用 .csv 或 .xlsx。")
    write_layer(
        path, layer, datum, "FlatGeobuf", TITLE=layer.title, DESCRIPTION=head.line(),
        # An index holds every row, so a layer with rows that have no shape goes without.
        SPATIAL_INDEX="NO" if not len(layer.shapes) or is_missing(layer.shapes).any() else "YES",
    )  # fmt: skip
