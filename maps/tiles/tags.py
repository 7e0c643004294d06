"""Fingerprints of what tiles are made from.

A map that goes to another date sees by them whether outlines have changed at all.
"""

from __future__ import annotations

import hashlib
from typing import Final

import pyarrow as pa

from geo.snapshot.file import Snapshot
from geo.snapshot.opened import once_a_snapshot
from maps.tiles.layers import KINDS

DIGITS: Final = 16


@once_a_snapshot
def tile_tags(snapshot: Snapshot) -> dict[str, str]:
    """Give a fingerprint for each kind of layer: equal ones mean equal tiles.

    Of compounds it is the snapshot's own, since their state is in the tiles.
    """
    return {name: snapshot.id[:DIGITS] if name == "compounds" else _tag(snapshot, name)
            for name in KINDS}  # fmt: skip


def _tag(snapshot: Snapshot, name: str) -> str:
    """Hash a table of the snapshot as it stands in an Arrow stream, whatever file it came from."""
    table = snapshot.table(name).combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return hashlib.sha256(sink.getvalue()).hexdigest()[:DIGITS]
