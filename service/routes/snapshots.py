"""Snapshots that were made."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field

from geo.errors import UsageError
from geo.snapshot.opened import EARLIEST, LATEST
from service.asking_work import ACCEPTED, ask
from service.dependencies import WorkspaceOf
from service.errors import problems
from service.paging import CursorOf, LimitOf, page_of
from service.schemas.common import Answer, Day, Moment
from service.schemas.jobs import Asked
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


class SnapshotAsk(Answer):
    """Which snapshot is wanted."""

    as_of: Day = Field(ge=EARLIEST, le=LATEST, examples=["2025-12-31"])
    known_at: Moment | None = Field(
        default=None,
        description="按某一时刻已登记的内容；默认此刻。As known at a moment; now by default.",
    )


@router.post(
    "/snapshots",
    summary="冻结某日的快照 / Freeze a date",
    responses={**ACCEPTED, **problems(400, 403, 415)},
)
def make_snapshot(
    space: WorkspaceOf, response: Response, wanted: SnapshotAsk
) -> SnapshotHead | Asked:
    """Give the snapshot of a date when there is one, else ask for the job that makes it."""
    try:
        known = space.register.known_change(wanted.known_at)
    except (OverflowError, ValueError):
        raise UsageError(f"时刻 {wanted.known_at} 超出范围。", "请写近年的时刻。") from None
    found = space.opened.made(wanted.as_of, known)
    if found is not None:
        return next(_head(row) for row in space.snapshots.listed() if row["id"] == found.id)
    words = wanted.model_dump(mode="json", exclude_none=True)
    return ask(space, response, "snapshot", words)


def _head(row: dict[str, Any]) -> SnapshotHead:
    return SnapshotHead(
        snapshot=row["id"],
        as_of=row["as_of"],
        made_up=row["made_up"],
        compounds=row["compounds"],
        known_change=row["known_change"],
    )
