"""The neighbourhood kept beside its snapshot: made once, then memory-mapped.

``<snapshot>.<limit>m-<key>.neighbours`` is an Arrow file; the key is a hash of all that the layer
is made under, so another setting is another file and nothing is ever stale. Same inputs, same
bytes.
"""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import Executor
from pathlib import Path

import pyarrow as pa

from geo.snapshot.file import Snapshot
from geo.takeover.neighbours.layer import SCHEMA, Terms, neighbourhood
from geo.whole import beside


def path_of(snapshot: Snapshot, terms: Terms) -> Path:
    """Give where a snapshot's neighbourhood is kept."""
    words = json.dumps(terms.as_json(), sort_keys=True)
    key = hashlib.sha256(words.encode()).hexdigest()[:8]
    name = f"{snapshot.id}.{terms.limit_m.normalize():f}m-{key}.neighbours"
    return snapshot.path.with_name(name)


def get(snapshot: Snapshot, terms: Terms, executor: Executor | None = None) -> pa.Table:
    """Give a snapshot's neighbourhood; make it when it is missing."""
    path = path_of(snapshot, terms)
    if not path.exists():
        write(path, neighbourhood(snapshot, terms, executor), snapshot, terms)
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def write(path: Path, table: pa.Table, snapshot: Snapshot, terms: Terms) -> None:
    """Write a neighbourhood beside its place and rename it when whole."""
    words = {"snapshot": snapshot.id, "as_of": snapshot.as_of.isoformat(), **terms.as_json()}
    metadata = {b"wuye": json.dumps(words, sort_keys=True).encode()}
    schema = SCHEMA.with_metadata(metadata)
    with (
        beside(path) as part,
        pa.OSFile(str(part), "wb") as sink,
        pa.ipc.new_file(sink, schema) as writer,
    ):
        writer.write_table(table.replace_schema_metadata(metadata).combine_chunks())
