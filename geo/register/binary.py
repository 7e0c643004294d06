"""Frames as PostgreSQL's binary COPY: nothing to write as text, send as text and read back.

Texts, whole numbers, amounts to a hundredth, dateranges and shapes kept as bytes have a form here;
a frame with anything else goes as text (`geo.register.copying`). Each value goes with its length
before it, in network order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, Integer, Numeric, SmallInteger, Text
from sqlalchemy.dialects.postgresql import DATERANGE

from geo.register.tables import SRID
from geo.rings.column import OutlineColumn

HEAD: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TAIL: Final = b"\xff\xff"

MOST_CENTS: Final = 2**43
"""Amounts up to here are told apart to a thousandth of a hundredth as binary numbers."""

_WIDTHS: Final = ((SmallInteger, ">i2"), (BigInteger, ">i8"), (Integer, ">i4"))
_WITH_SRID: Final = bytes.fromhex("01 06000020") + SRID.to_bytes(4, "little")
_AMOUNT: Final = np.dtype(
    [("count", ">i2"), ("weight", ">i2"), ("sign", ">u2"), ("scale", ">i2"), ("digits", ">i2", 5)]
)


Piece = Callable[[slice], pa.Array]
"""Gives some rows' values of one column."""


def encoded(rows: pd.DataFrame, types: Mapping[str, Any]) -> list[Piece] | None:
    """Give each column's values as the server reads them; None when one has no form here.

    Parameters
    ----------
    types
        SQLAlchemy's type of each column.
    """
    columns: list[Piece] = []
    for name in rows.columns:
        outlines = rows[name].array
        if isinstance(outlines, OutlineColumn):
            if not (isinstance(types[name], Geometry) and outlines.are_multipolygons()):
                return None
            columns.append(partial(_shapes, outlines))
            continue
        values = _encoded(rows[name], types[name])
        if values is None:
            return None
        columns.append(values.__getitem__)
    return columns


def numbered(first: int, count: int) -> Piece:
    """Give rows whole numbers one after the other."""
    numbers = np.arange(first, first + count, dtype=np.int64).astype(">i8")
    return lambda part: _fixed(numbers[part])


def _shapes(outlines: OutlineColumn, part: slice) -> pa.Array:
    return outlines[part].multipolygons(_WITH_SRID)


def _encoded(column: pd.Series, kind: Any) -> pa.Array | None:
    try:
        if isinstance(kind, Text):
            words = pa.array(column.to_numpy(dtype=object), pa.large_string(), from_pandas=True)
            return words.cast(pa.large_binary())
        for number, width in _WIDTHS:
            if isinstance(kind, number):
                whole = pa.array(column.to_numpy(), pa.int64(), from_pandas=True)
                numbers, room = whole.fill_null(0).to_numpy(), np.iinfo(width)
                if ((numbers < room.min) | (numbers > room.max)).any():
                    return None  # the server says so
                return _fixed(numbers.astype(width), whole.is_null())
        if isinstance(kind, Numeric) and kind.scale == 2:
            return _amounts(column.to_numpy())
        if isinstance(kind, DATERANGE):
            return _spans(column)
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError, TypeError, ValueError):
        pass  # written otherwise than its type: the server reads it as text
    return None


def _amounts(values: np.ndarray) -> pa.Array | None:
    """Give amounts of two decimals as digits of base 10,000: four before the point, one behind."""
    found = np.array(values, np.float64)
    absent = np.isnan(found)
    exact = np.where(absent, 0, found) * 100
    cents = np.rint(exact).astype(np.int64)
    if (np.abs(cents) > MOST_CENTS).any() or (np.abs(exact - cents) > 1e-3).any():
        return None
    made = np.zeros(len(cents), _AMOUNT)
    made["count"], made["weight"], made["scale"] = 5, 3, 2
    made["sign"] = np.where(cents < 0, 0x4000, 0)
    whole, part = np.divmod(np.abs(cents), 100)
    made["digits"][:, 4] = part * 100
    for place in (3, 2, 1, 0):
        whole, made["digits"][:, place] = np.divmod(whole, 10_000)
    return _fixed(made, pa.array(absent))


def _spans(column: pd.Series) -> pa.Array:
    """Give dateranges, ``[2024-01-01,)`` and the like; a file has few of them.

    Raises
    ------
    ValueError
        For one that is written otherwise.
    """
    places, words = pd.factorize(column.to_numpy(dtype=object), use_na_sentinel=False)
    known = pa.array([_span(word) for word in words], pa.large_binary())
    return known.take(pa.array(places))


def _span(word: Any) -> bytes:
    if not isinstance(word, str):
        raise TypeError(word)
    first, comma, last = word[1:-1].partition(",")
    if not comma or word[:1] != ("[" if first else "(") or word[-1:] != ")":
        raise ValueError(word)
    flags = (0x02 if first else 0x08) | (0 if last else 0x10)
    days = [(dt.date.fromisoformat(day) - dt.date(2000, 1, 1)).days for day in (first, last) if day]
    ends = b"".join(b"\0\0\0\4" + day.to_bytes(4, "big", signed=True) for day in days)
    return flags.to_bytes() + ends


def _fixed(numbers: np.ndarray, absent: pa.Array | None = None) -> pa.Array:
    """Give numbers, in network order already, as values of their own width."""
    ends = np.arange(len(numbers) + 1, dtype=np.int64) * numbers.dtype.itemsize
    made = pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(numbers), [None, pa.py_buffer(ends), pa.py_buffer(numbers)]
    )
    if absent is None or not pc.any(absent, min_count=0).as_py():
        return made
    return pc.if_else(absent, pa.scalar(None, pa.large_binary()), made)


def tuples(columns: list[pa.Array]) -> bytes:
    """Give rows as the server reads them."""
    cells: list[pa.Array] = []
    for values in columns:
        lengths = pc.binary_length(values).fill_null(-1).to_numpy(zero_copy_only=False)
        cells += [_fixed(lengths.astype(">i4")), values.fill_null(b"")]
    count = pa.scalar(len(columns).to_bytes(2, "big"), pa.large_binary())
    made = pc.binary_join_element_wise(count, *cells, pa.scalar(b"", pa.large_binary()))
    ends = np.frombuffer(made.buffers()[1], np.int64)
    return bytes(made.buffers()[2][ends[0] : ends[len(made)]].to_pybytes())
