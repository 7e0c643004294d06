"""Makes what benchmarks begin with: the sample's files, the full register, its snapshot."""

from __future__ import annotations

import datetime as dt
import json

import psycopg

from benchmarks.place import EMPTY, FULL, POSTGIS, Place
from geo.intake.load import Options, import_file
from geo.register.store import Register
from geo.sample import write_sample
from geo.snapshot.build import Snapshots

AS_OF = dt.date(2025, 12, 31)
SEED = 1

ELSEWHERE = 5_060
"""Compounds of the sample outside Kunming, from 2,000 in Kunming on; fewer below."""


def kunming_of(total: int) -> int:
    """Give the number of compounds to ask the sample for, so that there are `total` in all."""
    many = total - ELSEWHERE
    return many if many >= 2_000 else round(total / (1 + ELSEWHERE / 2_000))


def prepare(place: Place, need: str) -> None:
    """Make what a benchmark needs and everything before it, unless it is there already."""
    for name, make in MAKERS.items():
        done = place.folder / f"{name}.done"
        if not done.exists():
            make(place)
            done.touch()
        if name == need:
            return


def _files(place: Place) -> None:
    files = write_sample(place.folder / "sample", compounds=kunming_of(place.compounds), seed=SEED)
    words = {kind: str(path) for kind, path in files.items()}
    (place.folder / "files.json").write_text(json.dumps(words), "utf-8")
    for name in (EMPTY, POSTGIS):
        place.administer(f"create database {name}")
    Register(place.cluster.url(EMPTY)).migrate()
    with psycopg.connect(place.cluster.url(POSTGIS)) as connection:
        connection.execute("create extension postgis")


def _register(place: Place) -> None:
    place.administer(f"create database {FULL} template {EMPTY}")
    for kind, path in place.files.items():
        import_file(Register(place.cluster.url(FULL)), kind, path, Options(author="benchmark"))


def _snapshot(place: Place) -> None:
    with place.database(FULL) as url:
        Snapshots(Register(url), place.folder / "snapshots").get(AS_OF)


MAKERS = {"files": _files, "register": _register, "snapshot": _snapshot}
"""What a benchmark may need, each after those before it."""
