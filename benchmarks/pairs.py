"""Candidates and hosts within 500 m of each other, and the barriers between them."""

from __future__ import annotations

from decimal import Decimal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks.job import Check, Job
from benchmarks.place import Place
from geo.action_plan import Definition
from geo.snapshot.file import Snapshot
from geo.takeover.neighbours.hosts import host_parts
from geo.takeover.neighbours.pairs import meetings
from geo.takeover.plan.candidates import CANDIDATE, gap_classes
from geo.terms import BARRIER_KINDS, HARD_BARRIERS

NEEDS = "snapshot"
OURS = "meetings(): county planes, geodesic gaps, every equally short segment, crossings, reasons"
PLAIN = "sjoin dwithin in the 3° zone, one shortest_line a pair, sjoin with barriers; no crossings"

REACH_M = 500.0
LIMIT = Decimal(500)

SLACK_M = 0.5
"""How far from the limit a pair may lie and still be on one side only: a zone's scale error."""


def ours(place: Place) -> Job:
    """Find candidates, hosts and what stands between them, from the snapshot's file."""

    def work(_given: None) -> tuple[Snapshot, list]:
        snapshot = Snapshot(place.snapshot)
        candidates = gap_classes(snapshot, Definition(), None)[CANDIDATE]
        return snapshot, meetings(snapshot, candidates, host_parts(snapshot), LIMIT, LIMIT)

    def collect(_given: None, done: tuple[Snapshot, list]) -> pd.DataFrame:
        snapshot, found = done
        compounds, projects = (snapshot.column(t, "code") for t in ("compounds", "projects"))
        rows = [
            (compounds[one.candidate], projects[one.project], one.via_code, one.gap_mm / 1000,
             one.stands, one.crossing != "")
            for one in found
            if one.same_county
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=[*KEYS, "via", "gap_m", "free", "crossing"])

    return Job(work, collect=collect)


KEYS = ["candidate", "project"]


def plain(place: Place) -> Job:
    """Join frames that were made beforehand, zone by zone."""
    snapshot = Snapshot(place.snapshot)
    candidates = gap_classes(snapshot, Definition(), None)[CANDIDATE]
    parts = host_parts(snapshot)
    wanted = _frame(
        snapshot.geometry("compounds")[candidates],
        candidate=snapshot.column("compounds", "code")[candidates],
        county=snapshot.column("compounds", "county")[candidates],
    )
    hosts = _frame(
        parts.geometry,
        project=snapshot.column("projects", "code")[parts.project],
        via=parts.code,
        county=parts.county,
    )
    hard = np.isin(
        snapshot.column("barriers", "kind"), [BARRIER_KINDS.index(k) for k in HARD_BARRIERS]
    )
    barriers = _frame(snapshot.geometry("barriers")[hard])

    def work(_given: None) -> pd.DataFrame:
        middle = wanted.geometry.bounds.groupby(wanted["county"])["minx"].mean()
        zones = (middle / 3).round() * 3
        found = [_in_zone(wanted, hosts, barriers, zones, zone) for zone in zones.unique()]
        return pd.concat(found, ignore_index=True)

    return Job(work)


def _frame(geometry: np.ndarray, **columns: np.ndarray) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=4490)


def _in_zone(
    wanted: gpd.GeoDataFrame,
    hosts: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    zones: pd.Series,
    zone: float,
) -> pd.DataFrame:
    """Find the pairs in the counties of one 3° zone (CGCS2000, EPSG 4534 on)."""
    crs = 4509 + int(zone) // 3
    counties = zones.index[zones == zone]
    left = wanted[wanted["county"].isin(counties)].to_crs(crs)
    right = hosts[hosts["county"].isin(counties)].to_crs(crs)
    pairs = left.sjoin(right, predicate="dwithin", distance=REACH_M)
    pairs = pairs[pairs["county_left"] == pairs["county_right"]].reset_index(drop=True)
    other = right.geometry.loc[pairs["index_right"]].reset_index(drop=True)
    lines = pairs.geometry.shortest_line(other)
    crossed = lines.to_frame("geometry").set_crs(crs).sjoin(barriers.to_crs(crs))
    return pd.DataFrame(
        {
            **{name: pairs[name] for name in (*KEYS, "via")},
            "gap_m": shapely.length(lines.to_numpy()),
            "free": ~pairs.index.isin(crossed.index),
        }
    )


def check(ours: pd.DataFrame, plain: pd.DataFrame) -> list[Check]:
    """Equal pairs but at the very limit, equal gaps, and nothing barred that plain leaves free."""
    best = plain.groupby(KEYS).agg(gap_m=("gap_m", "min"), free=("free", "any"))
    both = ours.set_index(KEYS).join(best, how="outer", rsuffix="_plain")
    lone = both[["gap_m", "gap_m_plain"]].isna().any(axis=1)
    off_limit = lone & (both[["gap_m", "gap_m_plain"]].min(axis=1) < REACH_M - SLACK_M)
    same = ours.merge(plain, on=[*KEYS, "via"], suffixes=("", "_plain"))
    apart = (same["gap_m"] - same["gap_m_plain"]).abs()
    known = both[~lone]
    free, free_plain = known["free"].astype(bool), known["free_plain"].astype(bool)
    return [
        Check("pairs within reach", len(both), int(off_limit.sum())),
        Check(f"pairs within {SLACK_M} m of the limit on one side only", len(both),
              int((lone & ~off_limit).sum()), tells=True),
        Check("gaps within 0.1 % or 5 cm", len(same),
              int((apart > np.maximum(0.05, same["gap_m"] / 1000)).sum())),
        Check("barred though plain finds nothing between", len(known),
              int((free_plain & ~free).sum())),
        Check("free though plain's one segment crosses a barrier: opened by a crossing", len(known),
              int((free & ~free_plain & known["crossing"].astype(bool)).sum()), tells=True),
        Check("the same: by another equally short segment or by touching", len(known),
              int((free & ~free_plain & ~known["crossing"].astype(bool)).sum()), tells=True),
    ]  # fmt: skip
