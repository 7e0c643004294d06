"""The HTTP application, built from settings; nothing happens at import.

For now it serves the handout of a date as its page, and the figures as JSON.
"""

from __future__ import annotations

from fastapi import FastAPI

from service.errors import add_error_handlers
from service.routes import coverage, handout, health, snapshots
from service.settings import Settings
from service.workspace import Workspace


def create_app(settings: Settings) -> FastAPI:
    """Build the application of one installation."""
    app = FastAPI(
        title="wuye",
        summary="物业服务覆盖：哪些小区没有物业服务，周边谁可以接管。",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
    )
    app.state.workspace = Workspace(settings)
    add_error_handlers(app)
    app.include_router(handout.router)
    app.include_router(health.router)
    app.include_router(coverage.router, prefix="/api/v1")
    app.include_router(snapshots.router, prefix="/api/v1")
    return app
