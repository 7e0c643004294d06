"""Snapshots that were made."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from service.dependencies import WorkspaceOf

router = APIRouter(tags=["snapshots"])


@router.get("/snapshots", summary="已有的快照")
def snapshots(space: WorkspaceOf) -> list[dict[str, Any]]:
    """List the snapshots, newest date first."""
    return space.snapshots.listed()
