"""Show one snapshot to OGC clients: put up the views, say which snapshot, keep its figures."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import psycopg

from geo.action_plan import Definition
from geo.errors import ServerError
from geo.register.compose import Connection
from geo.register.store import Register
from geo.snapshot.file import Snapshot
from geo.terms import MADE_UP
from maps.dataout.layers import layers_of

VIEWS_LOCK: Final = 0x77757969

TITLES: Final = {
    "compounds": "住宅小区",
    "areas": "物业管理区域",
    "barriers": "阻隔",
    "roads": "道路",
    "gates": "出入口",
    "divisions_prefecture": "州市与指标",
    "divisions_county": "县区与指标",
    "divisions_street": "街道与指标",
    "divisions_community": "社区与指标",
}
"""Collections in the order in which they are listed."""

FIGURES: Final = tuple(
    f"{key}_{name}" for key in ("i1", "i2", "i3", "i4") for name in ("share", "high", "class")
)


@dataclass(frozen=True)
class Shown:
    """What is shown: the snapshot's id and date, the definition of the figures, the mark."""

    snapshot: str
    as_of: str
    definition: str
    made_up: bool

    def words(self) -> str:
        """Say it in a line, for titles and descriptions."""
        mark = f"【{MADE_UP}】" if self.made_up else ""
        made_from = f"快照 {self.snapshot[:12]} · 口径 {self.definition}"
        return f"{mark}内部使用 · 截至 {self.as_of} · {made_from}"


def show(register: Register, snapshot: Snapshot, known: int) -> Shown:
    """Put up the views where they are missing, and have them show a snapshot.

    Parameters
    ----------
    known
        Number of the last change that the snapshot knows of.
    """
    definition = Definition()
    rows = _figures(snapshot, definition)
    shown = Shown(snapshot.id, snapshot.as_of.isoformat(), definition.id, snapshot.made_up)
    with register.connect() as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", [VIEWS_LOCK])
        connection.execute(files("service.ogc").joinpath("views.sql").read_bytes())
        _grant(connection)
        connection.execute("delete from ogc_kept.shown")
        connection.execute(
            "insert into ogc_kept.shown (snapshot, as_of, known, definition, data)"
            " values (%s, %s, %s, %s, %s)",
            [snapshot.id, snapshot.as_of, known, definition.id,
             MADE_UP if snapshot.made_up else "登记数据"],
        )  # fmt: skip
        connection.execute("delete from ogc_kept.figure")
        with connection.cursor().copy(
            "copy ogc_kept.figure (division, i1_share, i1_high, i1_class, i2_share, i2_high,"
            " i2_class, i3_share, i3_high, i3_class, i4_share, i4_high, i4_class) from stdin"
        ) as copy:
            for row in rows:
                copy.write_row(row)
    return shown


def _grant(connection: Connection) -> None:
    """Let the role that answers read the views."""
    try:
        connection.execute(files("service.ogc").joinpath("role.sql").read_bytes())
    except psycopg.errors.InsufficientPrivilege as error:
        raise ServerError(
            "数据库用户无权建立 OGC 接口所用的只读角色 wuye_ogc。",
            "请数据库管理员执行：create role wuye_ogc nologin; grant wuye_ogc to 该用户;",
        ) from error


def _figures(snapshot: Snapshot, definition: Definition) -> list[list[Any]]:
    found = []
    for layer in layers_of(snapshot, definition, None, ["divisions"]):
        columns = layer.table.select(["code", *FIGURES]).to_pydict().values()
        found += [list(row) for row in zip(*columns, strict=True) if row[0] is not None]
    return found
