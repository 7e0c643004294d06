"""Health: really asks the database."""

from __future__ import annotations

from fastapi import APIRouter

from service.dependencies import WorkspaceOf

router = APIRouter(tags=["health"])


@router.get("/health", summary="数据库是否可用")
def health(space: WorkspaceOf) -> dict[str, str | int]:
    """Ask the register for its last change; an error here is a 503."""
    return {"status": "ok", "last_change": space.register.known_change()}
