"""The HTTP application, built from settings; nothing happens at import.

Tiles come first and straight; everything else is observed, guarded and compressed on its way to
the routes, or to the files of the web application. What problems and reports say leaves by one
door, in English for who asks for it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from service.basemap.app import BasemapApp
from service.basemap.source import source_of
from service.english.door import English
from service.errors import add_error_handlers
from service.http.guard import Guard
from service.http.headers import StrictHeaders
from service.http.mounts import Mounts
from service.http.observe import Observe
from service.http.site import Site
from service.ogc.app import OgcApp
from service.openapi import describe
from service.routes import ROUTERS
from service.settings import Settings
from service.tiles.app import TileApp
from service.wmts.app import WmtsApp
from service.workspace import Workspace

OWN: Final = ("/api/", "/handout", "/health", "/metrics")
"""Addresses of the routes, which no file of the web application can take."""


class Application:
    """The whole service as one ASGI application.

    Attributes
    ----------
    api : fastapi.FastAPI
        The routes, with the description of the interface.
    workspace : Workspace
        The installation that it serves.
    """

    def __init__(self, api: FastAPI, workspace: Workspace, apps: Mapping[str, ASGIApp]) -> None:
        self.api = api
        self.workspace = workspace
        pages = Mounts(dict.fromkeys(OWN, api), Site(rest=api))
        said = GZipMiddleware(English(Guard(pages)), minimum_size=1000, compresslevel=5)
        rest = Observe(StrictHeaders(said), workspace.metrics)
        straight = {prefix: StrictHeaders(English(Guard(app))) for prefix, app in apps.items()}
        self._whole = Mounts(straight, rest)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI)."""
        await self._whole(scope, receive, send)


def create_app(settings: Settings) -> Application:
    """Build the application of one installation."""
    space = Workspace(settings)
    api = FastAPI(
        title="wuye",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # its page would load scripts from elsewhere; ours is at /api/docs
        redoc_url=None,
        lifespan=lifespan,
    )
    api.state.workspace = space
    describe(api)
    add_error_handlers(api)
    for router, prefix in ROUTERS:
        api.include_router(router, prefix=prefix)
    return Application(api, space, straight_apps(space))


def straight_apps(space: Workspace) -> dict[str, ASGIApp]:
    """Give the applications that answer below a prefix without passing through the routes."""
    ogc, wmts = OgcApp(space), WmtsApp(space)
    return {
        "/tiles/": TileApp(space),
        "/basemap/": BasemapApp(source_of(space.settings)),
        "/ogc/": ogc,
        "/ogc": ogc,
        "/ogc/wmts/": wmts,
        "/ogc/wmts": wmts,
    }


@asynccontextmanager
async def lifespan(api: FastAPI) -> AsyncIterator[None]:
    """Start what runs beside the routes, and stop it when the server stops."""
    space: Workspace = api.state.workspace
    yield
    space.close()
