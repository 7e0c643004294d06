"""Tables of snapshots made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from geo.snapshot.columns import TABLES


def table(name: str, /, **columns: Any) -> pa.Table:
    """Make a table of the snapshot's, filling what is not given with "not known"."""
    schema = TABLES[name]
    rows = len(next(iter(columns.values()))) if columns else 0
    made = []
    for field in schema:
        if field.name in columns:
            given = columns[field.name]
            made.append(given if isinstance(given, pa.Array) else pa.array(given, field.type))
        elif pa.types.is_boolean(field.type) or pa.types.is_integer(field.type):
            made.append(pa.array([0] * rows, pa.int8()).cast(field.type))
        elif pa.types.is_floating(field.type):
            made.append(pa.array(np.full(rows, np.nan)))
        else:
            made.append(pa.nulls(rows, field.type))
    return pa.table(made, schema=schema)
