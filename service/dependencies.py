"""What routes ask for: the workspace, a snapshot, a definition."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request

from geo.action_plan import Definition
from geo.snapshot.file import Snapshot
from service.options import day, definition_of, division_code, moment
from service.workspace import Workspace


def workspace(request: Request) -> Workspace:
    """Give the application's workspace."""
    found: Workspace = request.app.state.workspace
    return found


WorkspaceOf = Annotated[Workspace, Depends(workspace)]


def snapshot(
    space: WorkspaceOf,
    as_of: Annotated[str | None, Query(description="截止日期，如 2025-12-31；默认今天。")] = None,
    known_at: Annotated[str | None, Query(description="按某一时刻已登记的内容。")] = None,
) -> Snapshot:
    """Give the snapshot of a date; it is built when it is missing."""
    return space.snapshots.get(day(as_of, "as_of"), moment(known_at, "known_at"))


def definition(
    band: Annotated[str, Query(description="口径档：A、B 或 C。")] = "A",
    basis: Annotated[str, Query(description="floor、land 或 count。")] = "floor",
    population: Annotated[str, Query(description="urban 或 all。")] = "urban",
    with_interim: Annotated[bool, Query(description="把物业管理委员会计算在内。")] = False,
) -> Definition:
    """Put a definition together."""
    return definition_of(band, basis, population, with_interim=with_interim)


def division(
    division: Annotated[str | None, Query(description="区划代码；默认全部。")] = None,
) -> int | None:
    """Read a division code."""
    return division_code(division, "division")


SnapshotOf = Annotated[Snapshot, Depends(snapshot)]
DefinitionOf = Annotated[Definition, Depends(definition)]
DivisionOf = Annotated[int | None, Depends(division)]
