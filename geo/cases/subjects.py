"""What the register holds of a case's compound and host on a day, as known now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from geo.action_plan import action_plan
from geo.errors import NotFound, StepRefused
from geo.register.compose import Connection
from geo.terms import MODE_OF_COMPANY_KIND


@dataclass(frozen=True)
class Compound:
    """A compound on a day; ``mode`` is that of its service, by its project's company if unstated.

    ``division`` is its ledger code, else the deepest division that holds its polygon; ``project``
    is the project that serves it.
    """

    code: str
    name: str
    division: str | None
    mode: str | None
    demolished_on: dt.date | None
    made_up: bool
    project: str | None = None


@dataclass(frozen=True)
class Project:
    """A project on a day, and its company."""

    code: str
    name: str
    uscc: str | None
    company_kind: str | None
    modes: tuple[str, ...]

    @property
    def mode(self) -> str | None:
        """The mode of what it serves: its company's kind, else the one professional mode it has."""
        by_kind = MODE_OF_COMPANY_KIND.get(self.company_kind or "")
        professional = sorted(set(self.modes) & action_plan().band("A").modes)
        return by_kind or (professional[0] if len(professional) == 1 else None)


def compound_on(connection: Connection, code: str, on: dt.date) -> Compound:
    """Read a compound.

    Raises
    ------
    NotFound
        When the register knows nothing of it.
    """
    row = connection.execute(
        "select c.name, c.demolished_on, s.mode, s.project, co.kind, coalesce(c.division, ("
        "   select d.code from division d where upper_inf(d.known) and d.valid @> %(on)s::date"
        "   and st_covers(d.geom, st_pointonsurface(p.geom))"
        "   order by length(d.code) desc, d.code limit 1)) as division,"
        " exists (select from change where made_up and number in (c.change, p.change, s.change))"
        "   as made_up,"
        " coalesce(c.code, p.code, s.code) is not null as found"
        " from (select %(code)s::text as code) k"
        " left join compound c on c.code = k.code and upper_inf(c.known)"
        "   and c.valid @> %(on)s::date"
        " left join compound_shape p on p.code = k.code and upper_inf(p.known)"
        "   and p.valid @> %(on)s::date"
        " left join service_status s on s.code = k.code and upper_inf(s.known)"
        "   and s.valid @> %(on)s::date"
        " left join project pr on pr.code = s.project and upper_inf(pr.known)"
        "   and pr.valid @> %(on)s::date"
        " left join company co on co.uscc = pr.uscc and upper_inf(co.known)"
        "   and co.valid @> %(on)s::date",
        {"code": code, "on": on},
    ).fetchone()
    if row is None or not row["found"]:
        raise NotFound(f"登记库中没有小区 {code}（{on}）。", "请核对小区编码与日期。")
    mode = row["mode"] or MODE_OF_COMPANY_KIND.get(row["kind"] or "")
    return Compound(
        code,
        row["name"] or "",
        row["division"],
        mode,
        row["demolished_on"],
        row["made_up"],
        row["project"],
    )


def project_on(connection: Connection, code: str, on: dt.date) -> Project:
    """Read a project.

    Raises
    ------
    NotFound
        When the register has no such project on the day.
    """
    row = connection.execute(
        "select p.name, p.uscc, c.kind, array(select distinct s.mode from service_status s"
        "   where s.project = p.code and upper_inf(s.known) and s.valid @> %(on)s::date"
        "   and s.mode is not null) as modes"
        " from project p left join company c on c.uscc = p.uscc and upper_inf(c.known)"
        "   and c.valid @> %(on)s::date"
        " where p.code = %(code)s and upper_inf(p.known) and p.valid @> %(on)s::date",
        {"code": code, "on": on},
    ).fetchone()
    if row is None:
        raise NotFound(
            f"登记库中没有物业项目 {code}（{on}）。", "请先用 wuye import projects 登记该项目。"
        )
    return Project(code, row["name"] or "", row["uscc"], row["kind"], tuple(row["modes"]))


def check_open(compound: Compound, on: dt.date) -> None:
    """Refuse a case for a compound that is gone, or has a professional service already."""
    if compound.demolished_on is not None and compound.demolished_on <= on:
        raise StepRefused(f"小区 {compound.code} 已于 {compound.demolished_on} 拆除。")
    if compound.mode in action_plan().band("A").modes:
        raise StepRefused(
            f"小区 {compound.code} 在 {on} 已有物业服务（{compound.mode}）。",
            "请核对台账；只有尚无专业化物业服务的小区可以立案。",
        )


def is_made_up(connection: Connection, code: str, on: dt.date) -> bool:
    """Tell whether what the register holds of a compound is made-up data."""
    try:
        return compound_on(connection, code, on).made_up
    except NotFound:
        return False
