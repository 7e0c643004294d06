"""Snapshots that were made."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from service.dependencies import WorkspaceOf
from service.errors import problems
from service.paging import CursorOf, LimitOf, page_of
from service.schemas.snapshots import SnapshotHead, SnapshotList

router = APIRouter(tags=["snapshots"])


@router.get("/snapshots", summary="已有的快照 / Snapshots", responses=problems(400))
def snapshots(space: WorkspaceOf, limit: LimitOf = 50, cursor: CursorOf = None) -> SnapshotList:
    """List the snapshots, newest date first."""
    found = space.snapshots.listed()
    page = page_of(found, limit, cursor, key="snapshots")
    return SnapshotList(items=[_head(row) for row in page.items], total=page.total, next=page.next)


@router.get("/snapshots/{name}", summary="一个快照 / One snapshot", responses=problems(400, 404))
def snapshot(space: WorkspaceOf, name: str) -> SnapshotHead:
    """Give a snapshot by its id, or by enough of its beginning."""
    wanted = space.opened.open(name).id
    return next(_head(row) for row in space.snapshots.listed() if row["id"] == wanted)


def _head(row: dict[str, Any]) -> SnapshotHead:
    return SnapshotHead(
        snapshot=row["id"],
        as_of=row["as_of"],
        made_up=row["made_up"],
        compounds=row["compounds"],
        known_change=row["known_change"],
    )
