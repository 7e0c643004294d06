"""The join of all facts as of a date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd

from benchmarks.job import Check, Job
from benchmarks.place import FULL, Place
from benchmarks.plain_join import Frames, join
from benchmarks.prepare import AS_OF
from geo.register.store import Register
from geo.snapshot.build import Snapshots
from geo.snapshot.file import Snapshot
from geo.terms import COMMITTEE_VALID, MODES

NEEDS = "register"
OURS = "Snapshots.build: id, join in SQL by both times, rows kept in PostGIS, sorted columnar file"
PLAIN = "sjoin and merges on the files' frames ready in memory, to one GeoParquet file; one time"

SAME = ["division", "area", "mode", "standing", "committee", "project", "company"]
CLOSE_SHARE = 1e-4
"""CONTRACT's tolerance for areas."""


def ours(place: Place) -> Job:
    """Build the snapshot in a fresh copy of the full register."""

    @contextmanager
    def before() -> Iterator[Snapshots]:
        with place.database(FULL) as url:
            folder = place.folder / "built"
            yield Snapshots(Register(url), folder)
            for path in folder.glob("*.arrow"):
                path.unlink()

    def work(snapshots: Snapshots) -> Snapshot:
        return snapshots.build(AS_OF, snapshots.register.known_change(None))

    return Job(work, before, lambda _snapshots, snapshot: _comparable(snapshot))


def _comparable(snapshot: Snapshot) -> pd.DataFrame:
    """Bring the snapshot's compounds into the terms of the plain join."""
    table = snapshot.table("compounds").drop(["geometry"]).to_pandas()
    division = table["community"].mask(table["community"] == 0, table["street"])
    for level in ("county", "prefecture", "province"):
        division = division.mask(division == 0, table[level])
    return pd.DataFrame(
        {
            "division": division.astype(str).mask(division == 0, "").to_numpy(),
            "area": table["area"].fillna("").to_numpy(),
            "mode": [MODES[index] for index in table["mode"]],
            "standing": table["standing"].to_numpy(),
            "committee": (table["committee"] == COMMITTEE_VALID).to_numpy(),
            "project": table["project"].fillna("").to_numpy(),
            "company": table["company"].fillna("").to_numpy(),
            "land_area_m2": table["land_area_dm2"].to_numpy() / 100,
            "floor_area_m2": table["floor_area_dm2"].to_numpy() / 100,
        },
        index=pd.Index(table["code"], name="code"),
    ).sort_index()


def plain(place: Place) -> Job:
    """Join frames that were read beforehand; see `benchmarks.plain_join`."""
    frames = Frames.read(place.files)

    def work(_given: None) -> pd.DataFrame:
        found = join(frames, pd.Timestamp(AS_OF))
        found.to_parquet(place.folder / "plain.parquet")
        return found

    def collect(_given: None, found: pd.DataFrame) -> pd.DataFrame:
        kept = pd.DataFrame(found.drop(columns="geometry"))
        texts = ["division", "area", "project", "company"]
        return kept.assign(**{name: kept[name].fillna("") for name in texts}).sort_index()

    return Job(work, collect=collect)


def check(ours: pd.DataFrame, plain: pd.DataFrame) -> list[Check]:
    """Every compound once on both sides, with equal states, and areas within 1e-4."""
    codes = ours.index.union(plain.index)
    missing = len(codes) * 2 - len(ours) - len(plain)
    both = ours.index.intersection(plain.index)
    left, right = ours.loc[both], plain.loc[both]
    checks = [Check("compounds", len(codes), missing)]
    for name in SAME:
        wrong = left[name].to_numpy() != right[name].to_numpy()
        checks.append(Check(name, len(both), int(wrong.sum())))
    for name in ("land_area_m2", "floor_area_m2"):
        off = (left[name] - right[name]).abs() > CLOSE_SHARE * right[name] + 0.005
        checks.append(Check(f"{name} within {CLOSE_SHARE:g}", len(both), int(off.sum())))
    return checks
