"""Indicator I1 at all five levels."""

from __future__ import annotations

import pandas as pd

from benchmarks.job import Check, Job
from benchmarks.place import Place
from geo.action_plan import action_plan
from geo.coverage import coverage
from geo.snapshot.file import Snapshot
from geo.terms import LEVELS, MODES

NEEDS = "snapshot"
OURS = "opening the snapshot's file, then coverage(): sums, bounds, gaps and contributions, exact"
PLAIN = "groupby on a frame ready in memory: sums and shares only"

SUMS = ["numerator", "denominator", "unknown"]


def ours(place: Place) -> Job:
    """Compute from the memory-mapped file, opened anew each time."""

    def work(_given: None) -> dict[str, list]:
        snapshot = Snapshot(place.snapshot)
        return {level: coverage(snapshot, "I1", level).rows for level in LEVELS}

    def collect(_given: None, found: dict[str, list]) -> dict[str, pd.DataFrame]:
        return {
            level: pd.DataFrame(
                [[row.division or 0, *(getattr(row, name) for name in SUMS)] for row in rows],
                columns=[level, *SUMS],
            ).set_index(level)
            for level, rows in found.items()
        }

    return Job(work, collect=collect)


def plain(place: Place) -> Job:
    """Group a frame by each level; divisions without a compound are listed with zeros."""
    snapshot = Snapshot(place.snapshot)
    names = [*LEVELS, "mode", "standing", "urban", "floor_area_dm2"]
    frame = pd.DataFrame({name: snapshot.column("compounds", name) for name in names})
    divisions = pd.DataFrame(
        {name: snapshot.column("divisions", name) for name in ("code", "level")}
    )
    covered = [MODES.index(mode) for mode in action_plan().band("A").modes]

    def work(_given: None) -> dict[str, pd.DataFrame]:
        counted = frame[frame["standing"] & frame["urban"]]
        area = counted["floor_area_dm2"]
        table = counted.assign(
            numerator=area * counted["mode"].isin(covered),
            denominator=area,
            unknown=area * (counted["mode"] == 0),
        )
        found = {}
        for place_, level in enumerate(LEVELS):
            codes = divisions.loc[divisions["level"] == place_, "code"].sort_values()
            sums = table.groupby(level)[SUMS].sum()
            outside = sums[~sums.index.isin(codes)].sum()
            sums = sums.reindex(codes, fill_value=0)
            if outside.any():
                sums.loc[0] = outside
            found[level] = sums.assign(share=sums["numerator"] / sums["denominator"])
        return found

    return Job(work)


def check(ours: dict[str, pd.DataFrame], plain: dict[str, pd.DataFrame]) -> list[Check]:
    """Every sum of every division must be the same integer."""
    checks = []
    for level in LEVELS:
        left, right = ours[level][SUMS], plain[level][SUMS]
        same = left.index.equals(right.index)
        wrong = int((left.to_numpy() != right.to_numpy()).sum()) if same else left.size
        checks.append(Check(f"sums by {level}", left.size, wrong))
    return checks
