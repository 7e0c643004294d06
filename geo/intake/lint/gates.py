"""Gates beside the compounds that they name: of none that is known, or far from its boundary."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd
import shapely

from geo.intake.lint import limits
from geo.intake.lint.draft import COLUMN
from geo.intake.lint.measure import flat
from geo.intake.verdicts import Findings
from geo.register.compose import text_array
from geo.register.store import Register

_NAMED: Final = (
    "select w.code, exists (select from compound c where c.code = w.code and upper_inf(c.known))"
    " as listed, (select st_asbinary(s.geom) from compound_shape s where s.code = w.code"
    " and upper_inf(s.known) and case when %(on)s::date is null then upper_inf(s.valid)"
    " else s.valid @> %(on)s::date end limit 1) as wkb from unnest(%(codes)s::text[]) as w (code)"
)


def relate_gates(
    register: Register, frame: pd.DataFrame, findings: Findings, on: dt.date | None = None
) -> None:
    """Say which gates name a compound that the register lacks, or lie far from its boundary.

    Parameters
    ----------
    frame
        Rows: compound, position, geometry; those held or skipped are left out.
    on
        The day on which the register's polygons are looked at; None: as they stand.
    """
    drawn = findings.good_rows(frame[frame["geometry"].notna() & frame["compound"].notna()])
    if drawn.empty:
        return
    codes = drawn["compound"].tolist()
    with register.connect() as connection:
        rows = connection.execute(
            _NAMED, {"codes": text_array(sorted(set(codes))), "on": on}
        ).fetchall()
    shapes = {row["code"]: shapely.from_wkb(row["wkb"]) for row in rows if row["wkb"]}
    known = {row["code"] for row in rows if row["listed"]} | set(shapes)
    points = drawn["geometry"].to_numpy(dtype=object)
    walls = np.array([shapely.boundary(shapes.get(code)) for code in codes], dtype=object)
    centres = shapely.get_coordinates(shapely.centroid(points))
    off_m = np.full(len(points), np.nan)
    there = np.flatnonzero(~shapely.is_missing(walls))
    off_m[there] = shapely.distance(
        flat(points[there], centres[there]), flat(walls[there], centres[there])
    )
    for at, position in enumerate(drawn["position"].tolist()):
        if codes[at] not in known:
            findings.add(
                "warned", "gate_of_nobody", position, "小区编码", codes[at],
                "登记库中没有这个小区", "请核对编码；确有此小区的，请导入其图形或台账",
            )  # fmt: skip
        elif off_m[at] > limits.GATE_FROM_WALL_M:
            findings.add(
                "warned", "gate_far_off", position, COLUMN, f"{off_m[at]:,.0f} m",
                f"出入口距小区 {codes[at]} 的边界 {off_m[at]:,.0f} 米"
                f"（超过 {limits.GATE_FROM_WALL_M:g} 米提示）",
                "请核对位置与小区编码",
            )  # fmt: skip
