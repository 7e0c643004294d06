"""The neighbourhood as rows for people: of a division or a compound, in metres, and by project."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.coverage import within
from geo.errors import NotFound
from geo.snapshot.file import Snapshot
from geo.takeover.neighbours.layer import COMPOUND
from geo.takeover.neighbours.pairs import ARTERIAL_PENALTY_M
from geo.terms import NO, UNKNOWN, YES

_YES_NO: Final = {UNKNOWN: None, NO: False, YES: True}

COLUMNS: Final = {
    "one": "小区编码",
    "one_name": "小区名称",
    "other": "相邻编码",
    "other_name": "相邻名称",
    "project": "在管项目",
    "project_name": "项目名称",
    "gap_m": "间距(m)",
    "shared_edge_m": "共界长(m)",
    "walk_m": "步行(m)",
    "walk_basis": "步行依据",
    "barred_kind": "阻隔",
    "barred_name": "阻隔名称",
    "crossing": "经通道",
    "arterial": "隔主干道",
    "same_community": "同社区",
    "same_street": "同街道",
    "same_county": "同县区",
    "line_crossed": "跨界",
}
"""The columns of both kinds of rows, with their Chinese headers; only the second has projects."""


LINE_NAMES: Final = {
    "province": "省界",
    "prefecture": "州市界",
    "county": "县区界",
    "street": "街道界",
    "community": "社区界",
}

BASIS_NAMES: Final = {
    "roads_gates": "沿路门到门",
    "roads_boundary": "沿路（缺出入口的一侧按边界最近点）",
    "gates": "门到门直线",
    "boundary": "边界最近点，须绕行时计到通道（下限）",
}
"""What a walk is measured by (`geo.takeover.neighbours.walks.BASES`)."""

_NO_WAY_MM: Final = 10**9
"""Sorts pairs that nothing bars, but no road joins, behind all others."""


def selected(
    table: pa.Table, snapshot: Snapshot, division: int | None = None, compound: str | None = None
) -> pd.DataFrame:
    """Give the pairs of a division (one of the two lies in it) or of one compound.

    Raises
    ------
    NotFound
        When the snapshot has no such compound, or none that stands in the division.
    """
    codes = snapshot.column("compounds", "code")
    if not (snapshot.column("compounds", "standing") & within(snapshot, division)).any():
        where = "" if division is None else f"区划 {division} "
        raise NotFound(f"{snapshot.as_of} {where}没有小区。", "请核对区划代码与日期。")
    if compound is not None:
        if compound not in set(codes.tolist()):
            raise NotFound(f"快照中没有小区 {compound}。", "请核对小区编码与日期。")
        inside = pa.array([compound])
    elif division is not None:
        inside = pa.array(codes[within(snapshot, division)], pa.string())
    else:
        return table.to_pandas()
    wanted = pc.or_(
        pc.is_in(table.column("one"), inside),
        pc.and_(
            pc.is_in(table.column("other"), inside), pc.equal(table.column("other_kind"), COMPOUND)
        ),
    )
    return table.filter(wanted).to_pandas()


def compound_rows(
    pairs: pd.DataFrame, snapshot: Snapshot, compound: str | None = None
) -> pd.DataFrame:
    """Give compounds and their neighbouring compounds, nearest first; `compound` stands first."""
    own = pairs[pairs["other_kind"] == COMPOUND]
    if compound is not None:
        own = pd.concat([own[own["one"] == compound], _turned(own[own["other"] == compound])])
    rows = own.sort_values(["one", "gap_mm", "other"], kind="stable")
    return _shown(rows, snapshot)


def project_rows(
    pairs: pd.DataFrame,
    snapshot: Snapshot,
    division: int | None = None,
    compound: str | None = None,
) -> pd.DataFrame:
    """Give compounds and the managed projects near them, each by its best polygon.

    One that nothing bars comes before one that something does, then the shortest way counts, as in
    a plan. A project is no neighbour of the compounds that it serves itself.
    """
    both = pd.concat([pairs, _turned(pairs[pairs["other_kind"] == COMPOUND])])
    own = both[both["other_project"].notna() & (both["one_project"] != both["other_project"])]
    if compound is not None:
        own = own[own["one"] == compound]
    elif division is not None:
        own = own[own["one"].isin(snapshot.column("compounds", "code")[within(snapshot, division)])]
    penalty = round(ARTERIAL_PENALTY_M * 1000) * own["arterial"].notna()
    own = own.assign(project=own["other_project"], barred=own["barred_kind"].notna())
    own = own.assign(way_mm=own["walk_mm"].where(own["walk_mm"] >= 0, _NO_WAY_MM) + penalty)
    keys = ["one", "barred", "way_mm", "gap_mm", "project", "other"]
    best = own.sort_values(keys, kind="stable").drop_duplicates(["one", "project"])
    return _shown(best, snapshot)


def _turned(pairs: pd.DataFrame) -> pd.DataFrame:
    """Look at pairs from the other side."""
    return pairs.rename(
        columns={
            "one": "other", "other": "one", "one_project": "other_project",
            "other_project": "one_project", "west": "east", "east": "west",
            "south": "north", "north": "south",
        }
    )[list(pairs.columns)]  # fmt: skip


def _shown(rows: pd.DataFrame, snapshot: Snapshot) -> pd.DataFrame:
    """Name codes, turn mm into m and codes of yes and no into yes and no."""
    compounds, areas, projects = (
        dict(zip(snapshot.column(name, "code"), snapshot.column(name, "name"), strict=True))
        for name in ("compounds", "areas", "projects")
    )
    of = [compounds if kind == COMPOUND else areas for kind in rows["other_kind"].tolist()]
    walk_m = (rows["walk_mm"] / 1000).where(rows["walk_mm"] >= 0)
    shown = rows.assign(
        one_name=[compounds.get(code) or "" for code in rows["one"]],
        other_name=[names.get(code) or "" for names, code in zip(of, rows["other"], strict=True)],
        gap_m=rows["gap_mm"] / 1000,
        shared_edge_m=rows["shared_edge_mm"] / 1000,
        walk_m=walk_m,
    )
    for name in ("same_community", "same_street", "same_county"):
        shown[name] = pd.Series([_YES_NO[int(x)] for x in rows[name]], rows.index, dtype=object)
    if "project" in shown:
        shown["project_name"] = [projects.get(code) or "" for code in rows["project"]]
    names = [name for name in COLUMNS if name in shown]
    return shown[[*names, "west", "south", "east", "north"]].reset_index(drop=True)


def as_json(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Give rows as JSON holds them: null where there is nothing."""
    plain = rows.astype(object).where(rows.notna(), None)
    listed: list[dict[str, Any]] = plain.to_dict("records")
    for row in listed:
        row["segment"] = [row.pop(side) for side in ("west", "south", "east", "north")]
    return listed


def summary(pairs: pd.DataFrame) -> dict[str, Any]:
    """Count what is there: pairs, those next to each other, what bars them, lines crossed."""
    return {
        "pairs": len(pairs),
        "adjacent": int((pairs["shared_edge_mm"] > 0).sum()),
        "barred": _counts(pairs["barred_kind"]),
        "by_crossing": int(pairs["crossing"].notna().sum()),
        "lines_crossed": _counts(pairs["line_crossed"]),
        "walk_basis": _counts(pairs["walk_basis"]),
    }


def _counts(words: pd.Series) -> dict[str, int]:
    return dict(sorted(Counter(words.dropna().tolist()).items()))
