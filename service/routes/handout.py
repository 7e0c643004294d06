"""The page: the handout of a date, made once a snapshot and definition and kept."""

from __future__ import annotations

import os
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

from maps.handout import write_handout
from service.dependencies import DefinitionOf, DivisionOf, SnapshotOf, WorkspaceOf

router = APIRouter(tags=["page"])


@router.get("/", summary="覆盖图", response_class=FileResponse)
def page(
    space: WorkspaceOf, snapshot: SnapshotOf, definition: DefinitionOf, division: DivisionOf
) -> FileResponse:
    """Give the handout; a snapshot never changes, so neither does its page."""
    name = f"{snapshot.id[:32]}-{definition.id}-{division or 'all'}.html"
    kept = space.home / "pages" / name
    if not kept.exists():
        beside = Path(f"{kept}.{os.getpid()}.part")
        write_handout(beside, snapshot, definition=definition, division=division)
        beside.replace(kept)
    return FileResponse(kept, media_type="text/html; charset=utf-8")
