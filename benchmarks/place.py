"""Where a benchmark works: the sample's files and a private server, in a folder that goes away."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from geo.register.cluster import Cluster

EMPTY, POSTGIS, FULL = "bench_empty", "bench_postgis", "bench_full"
"""Databases to copy: migrated, only PostGIS, and all of the sample imported."""


@dataclass(frozen=True)
class Place:
    """One folder for one number of compounds; its steps run in processes of their own."""

    folder: Path
    compounds: int

    @property
    def cluster(self) -> Cluster:
        """The private server; the runner starts and stops it."""
        return Cluster(self.folder / "home")

    @property
    def polygons(self) -> Path:
        """A GeoPackage of that many made-up compounds, none touching another."""
        return self.folder / "示例数据_图形.gpkg"

    @property
    def files(self) -> dict[str, Path]:
        """The sample's files by kind, in the order of import."""
        found = json.loads((self.folder / "files.json").read_text("utf-8"))
        return {kind: Path(path) for kind, path in found.items()}

    @property
    def snapshot(self) -> Path:
        """The snapshot's file of the full register."""
        return next((self.folder / "snapshots").glob("*.arrow"))

    @contextmanager
    def database(self, template: str) -> Iterator[str]:
        """Give a fresh copy of a database (libpq's form) for as long as the block runs."""
        name = f"b_{uuid.uuid4().hex}"
        self.administer(f"create database {name} template {template}")
        try:
            yield self.cluster.url(name)
        finally:
            self.administer(f"drop database {name} with (force)")

    def administer(self, statement: str) -> None:
        """Run a statement on the server outside any transaction."""
        with psycopg.connect(self.cluster.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)
