"""Attributes of a layer as the tile format writes them: keys, and each different value once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from maps.tiles.kernels.types import Bytes, Ints, Shorts

_KEY = (3 << 3) | 2  # of a layer
_VALUE = (4 << 3) | 2
_STRING, _DOUBLE, _UINT, _SINT = (1 << 3) | 2, (3 << 3) | 1, (5 << 3), (6 << 3)  # of a value


def varint(value: int) -> bytes:
    """Write a non-negative integer, seven bits a byte."""
    out = bytearray()
    while value >= 0x80:
        out.append((value & 0x7F) | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(tag: int, content: bytes) -> bytes:
    """Write a field that has a length."""
    return varint(tag) + varint(len(content)) + content


def value_message(value: str | float) -> bytes:
    """Write a value of a layer: text, whole number or number."""
    if isinstance(value, str):
        body = field(_STRING, value.encode())
    elif isinstance(value, int | np.integer):
        number = int(value)
        body = (
            varint(_UINT) + varint(number)
            if number >= 0
            else varint(_SINT) + varint(-2 * number - 1)
        )
    else:
        body = varint(_DOUBLE) + np.float64(value).tobytes()
    return field(_VALUE, body)


@dataclass(frozen=True)
class Attributes:
    """Attributes of a layer's features.

    Attributes
    ----------
    keys
        Their names, as the tile format writes them.
    tags
        Shape (features, keys): the place of each value, or -1 for none.
    value_at, value_bytes
        The different values, as the tile format writes them, one behind the other.
    """

    keys: bytes
    tags: Shorts
    value_at: Ints
    value_bytes: Bytes


def attributes(columns: Mapping[str, Iterable[Any]]) -> Attributes:
    """Put columns of texts and numbers together; None and NaN stand for no attribute."""
    places: dict[bytes, int] = {}
    tags = []
    for values in columns.values():
        codes, different = pd.factorize(np.asarray(values), use_na_sentinel=True)
        place = np.array(
            [
                places.setdefault(value_message(_plain(value)), len(places))
                for value in different.tolist()
            ],
            np.int32,
        )
        tags.append(np.where(codes >= 0, np.append(place, -1)[codes], -1).astype(np.int32))
    sizes = np.array([len(message) for message in places], np.int64)
    return Attributes(
        keys=b"".join(field(_KEY, key.encode()) for key in columns),
        tags=np.ascontiguousarray(np.column_stack(tags)),
        value_at=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        value_bytes=np.frombuffer(b"".join(places), np.uint8),
    )


def _plain(value: Any) -> str | float:
    """Give a text as it is, a whole number as one whatever it is held in."""
    if isinstance(value, str | int):
        return value
    number = float(value)
    return int(number) if number.is_integer() else number
