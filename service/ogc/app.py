"""The OGC API as one ASGI application below ``/ogc/``; it wakes when somebody first asks."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl

import structlog
from starlette.responses import Response

from geo.errors import ServerError, UsageError
from geo.snapshot.file import Snapshot
from service.errors import problem
from service.ogc.errors import answer_with_problems, unforeseen
from service.ogc.filters import check_filters
from service.ogc.pool import SCHEMA, open_pool
from service.ogc.views import TITLES, Shown, show
from service.workspace import Workspace

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PREFIX: Final = "/ogc"
LOOK_AGAIN_S: Final = 5.0
"""How long nobody asks whether the register has changed."""


class OgcApp:
    """Answer everything below ``/ogc/``: OGC API Features by tipg, tiles and styles described.

    Parameters
    ----------
    workspace
        The installation; its newest date is shown, and a new snapshot when the register changes.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._inner: Any = None
        self._shown: tuple[Shown, Snapshot] | None = None
        self._asked: tuple[dt.date, int] | None = None
        self._looked = -LOOK_AGAIN_S
        self._lock = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI)."""
        if scope["type"] != "http":
            return
        refused = await self._refusal(scope)
        if refused is not None:
            await refused(scope, receive, send)
            return
        path = scope["path"] if scope["path"] != PREFIX else f"{PREFIX}/"
        # tipg's pages load scripts from elsewhere: a browser gets the JSON.
        headers = [item for item in scope["headers"]
                   if not (item[0] == b"accept" and b"html" in item[1])]  # fmt: skip
        root = scope.get("root_path", "") + PREFIX
        inner = {**scope, "root_path": root, "path": path, "headers": headers}
        begun = False

        async def send_on(message: MutableMapping[str, Any]) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._inner(inner, receive, send_on)
        except Exception as error:
            if not begun:
                await unforeseen(error)(scope, receive, send)

    async def _refusal(self, scope: Scope) -> Response | None:
        """Give the problem of what is not to be answered; None when everything is ready."""
        if scope["method"] not in {"GET", "HEAD", "OPTIONS"}:
            return problem(405, "只读接口", "可用 GET、HEAD、OPTIONS。", kind="HttpError")
        query: bytes = scope["query_string"]
        if ("f", "html") in parse_qsl(query.decode("latin-1")):
            return problem(406, "没有网页形式", "请用 JSON。", kind="HttpError")
        try:
            check_filters(query)
        except UsageError as error:
            return problem(400, error.message, error.remedy, kind="UsageError")
        try:
            await self._ready()
        except Exception as error:
            structlog.get_logger().error("ogc", error=str(error))
            words = "服务暂时不可用", "请稍后再试，或请管理员查看日志。"
            return problem(503, *words, kind="ServerError")
        return None

    def shown(self) -> tuple[Shown, Snapshot]:
        """Give what is shown now.

        Raises
        ------
        ServerError
            Before anything is.
        """
        if self._shown is None:
            raise ServerError("OGC 接口尚未就绪。", "请稍后重试。")
        return self._shown

    async def _ready(self) -> None:
        async with self._lock:
            if time.monotonic() - self._looked < LOOK_AGAIN_S:
                return
            changed = await asyncio.to_thread(self._look)
            if self._inner is None:
                self._inner = self._make()
                self._inner.state.pool = await open_pool(self.workspace.register.conninfo)
            if changed:
                await self._register()
            self._looked = time.monotonic()

    def _look(self) -> bool:
        """Show the newest date's snapshot if it is not the one shown; tell whether it changed."""
        register = self.workspace.register
        asked = (self.workspace.opened.newest_day(), register.known_change())
        if asked == self._asked:
            return False
        snapshot = self.workspace.snapshots.get(asked[0])
        self._shown = show(register, snapshot, asked[1]), snapshot
        self._asked = asked
        return True

    def _make(self) -> Any:
        """Make the inner application; tipg is heavy and rarely asked for, so it comes here."""
        from fastapi import FastAPI, Request  # noqa: PLC0415
        from starlette.responses import RedirectResponse  # noqa: PLC0415
        from tipg.factory import OGCFeaturesFactory  # noqa: PLC0415

        from service.ogc.tilesets import CONFORMS, router  # noqa: PLC0415

        class Features(OGCFeaturesFactory):
            """tipg's features, which also says that there are tiles and styles."""

            @property
            def conforms_to(self) -> list[str]:
                ours = [*super().conforms_to, *CONFORMS]
                return [name for name in ours if not name.endswith("/html")]

            def links(self, request: Any) -> list[Any]:
                from tipg.model import Link  # noqa: PLC0415

                base = str(request.base_url).rstrip("/")
                tiles = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
                styles = "http://www.opengis.net/def/rel/ogc/1.0/styles"
                kind = "application/json"
                return [
                    *super().links(request),
                    Link(href=f"{base}/tiles", rel=tiles, type=kind, title="矢量瓦片"),
                    Link(href=f"{base}/styles", rel=styles, type=kind, title="样式"),
                ]

        app = FastAPI(title="wuye OGC API", openapi_url="/api", docs_url=None, redoc_url=None)
        app.include_router(Features(title="wuye OGC API", with_common=True).router)
        app.include_router(router(self.shown))
        answer_with_problems(app)

        # The landing page links to a page of this name; the description itself will do.
        @app.get("/api.html", include_in_schema=False, name="swagger_ui_html")
        def described(request: Request) -> RedirectResponse:
            return RedirectResponse(f"{str(request.base_url).rstrip('/')}/api")

        return app

    async def _register(self) -> None:
        """Have tipg look at the views again: extents have changed."""
        from tipg.collections import register_collection_catalog  # noqa: PLC0415
        from tipg.settings import DatabaseSettings  # noqa: PLC0415

        settings = DatabaseSettings(schemas=[SCHEMA], functions=[], datetime_extent=False)
        await register_collection_catalog(self._inner, db_settings=settings)
        found = self._inner.state.collection_catalog["collections"]
        now, _ = self.shown()
        ordered = {}
        for name, title in TITLES.items():
            collection = found.get(f"{SCHEMA}.{name}")
            if collection is None:
                continue
            collection.title = title
            collection.description = f"{title} · {now.words()}"
            collection.id_column = collection.get_column("code")
            ordered[collection.id] = collection
        self._inner.state.collection_catalog["collections"] = ordered
