"""The handout of a date as a page, made once a snapshot and definition and kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import FileResponse

from maps.handout import write_handout
from service.dependencies import (
    NOT_MODIFIED,
    AskedOf,
    DefinitionOf,
    DivisionOf,
    SnapshotOf,
    WorkspaceOf,
)
from service.errors import problems
from service.http.headers import FILE_POLICY

router = APIRouter(tags=["page"])

PAGE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/html": {"schema": {"type": "string"}}}, "description": "一个网页"},
    **NOT_MODIFIED,
    **problems(400, 404),
}


@router.get("/", include_in_schema=False, response_class=FileResponse)
@router.get("/handout", summary="覆盖图 / The map as one page", response_class=FileResponse,
            responses=PAGE)  # fmt: skip
def page(
    space: WorkspaceOf,
    snapshot: SnapshotOf,
    definition: DefinitionOf,
    division: DivisionOf,
    asked: AskedOf,
) -> FileResponse:
    """Give the handout; a snapshot never changes, so neither does its page."""
    name = f"{snapshot.id[:32]}-{definition.id}-{division or 'all'}.html"
    kept = space.home / "pages" / name
    if not kept.exists():
        beside = Path(f"{kept}.{os.getpid()}.part")
        write_handout(beside, snapshot, definition=definition, division=division)
        beside.replace(kept)
    headers = {**asked.headers, "content-security-policy": FILE_POLICY}
    return FileResponse(kept, media_type="text/html; charset=utf-8", headers=headers)
