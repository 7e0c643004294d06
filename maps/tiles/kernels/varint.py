"""Numbers as the tile format writes them: seven bits a byte, low bits first."""

from __future__ import annotations

from maps.tiles.kernels.types import Bytes, compiled


@compiled
def put_varint(out: Bytes, at: int, value: int) -> int:
    """Write a non-negative integer at a place; give the place behind it."""
    while value >= 0x80:
        out[at] = (value & 0x7F) | 0x80
        value >>= 7
        at += 1
    out[at] = value
    return at + 1


@compiled
def varint_size(value: int) -> int:
    """Give how many bytes `put_varint` takes."""
    size = 1
    while value >= 0x80:
        value >>= 7
        size += 1
    return size


@compiled
def put_zigzag(out: Bytes, at: int, value: int) -> int:
    """Write an integer of either sign: 0, -1, 1, -2 are written as 0, 1, 2, 3, and so on."""
    return put_varint(out, at, (value << 1) ^ (value >> 63))
