"""Tiles as a small ASGI application: what is kept in memory is sent without any routing.

A tile is encoded and compressed once, then kept. Below zoom `THREAD_BELOW`, and while layers are
still being put together, encoding runs in a thread, so that the tiles of others go on.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections import OrderedDict
from typing import Any, Final

from isal import igzip

from geo.action_plan import action_plan
from geo.errors import WuyeError
from geo.snapshot.file import Snapshot
from geo.takeover.plan.saved import load as load_plan
from maps.tiles import describe, sprite
from maps.tiles.style_json import style
from maps.tiles.suggestions import SUGGESTIONS
from maps.tiles.tileset import TileSet, check_place, kind_of, suggestion_tile
from maps.tiles.warm import compile_kernels
from service.errors import STATUS, problem
from service.tiles.address import Address, parse
from service.tiles.kept import TILE_TYPE, Answer, Kept, answer
from service.tiles.sending import (
    CHECKED,
    PRIVATE,
    PUBLIC,
    Receive,
    Scope,
    Send,
    origin,
    refuse_method,
    send_answer,
)
from service.workspace import Workspace

THREAD_BELOW: Final = 10
KEPT_BYTES: Final = 128 * 1024 * 1024
OPEN_SNAPSHOTS: Final = 4
SHOWN_INDICATOR: Final = "I1"

FOR_A_DAY: Final = b"public, max-age=86400"

log = logging.getLogger("wuye.tiles")


class TileApp:
    """Answer everything below ``/tiles/``.

    Parameters
    ----------
    workspace
        The installation whose snapshots are drawn.
    kept_bytes
        What answers kept in memory may take.
    """

    def __init__(self, workspace: Workspace, kept_bytes: int = KEPT_BYTES) -> None:
        self.workspace = workspace
        self.kept = Kept(kept_bytes)
        self._sets: OrderedDict[str, TileSet] = OrderedDict()
        self._lock = threading.Lock()
        self._under_way: dict[str, asyncio.Future[Answer]] = {}
        self._compiled = threading.Thread(target=compile_kernels, name="tiles-warm", daemon=True)
        self._compiled.start()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http":
            return
        method = scope["method"]
        try:
            if method not in {"GET", "HEAD"}:
                await refuse_method(scope, receive, send)
                return
            path: str = scope["path"]
            found = self.kept.get(path)
            if found is None:
                found = await self._make(path, scope)
            await send_answer(found, scope, send, with_body=method == "GET")
        except WuyeError as error:
            status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
            words = (error.message, error.remedy) if status < 500 else ("服务暂时不可用", "")
            await problem(status, *words)(scope, receive, send)
        except Exception:
            log.exception("tile %s", scope.get("path"))
            await problem(500, "内部错误", "请把发生的时间告诉管理员。")(scope, receive, send)

    def tileset(self, name: str) -> TileSet:
        """Give the tiles of a snapshot by its id, or by enough of its beginning.

        Raises
        ------
        NotFound
            If no snapshot, or more than one, fits.
        """
        with self._lock:
            if name in self._sets:
                self._sets.move_to_end(name)
                return self._sets[name]
        snapshot = self._open(name)
        with self._lock:
            found = self._sets.get(snapshot.id)
            if found is None:
                found = TileSet(snapshot, self.workspace.home / "tiles")
                self._sets[snapshot.id] = found
            self._sets.move_to_end(snapshot.id)
            while len(self._sets) > OPEN_SNAPSHOTS:
                self._sets.popitem(last=False)
            return found

    def _open(self, name: str) -> Snapshot:
        return self.workspace.opened.open(name)

    async def _make(self, path: str, scope: Scope) -> Answer:
        """Make an answer, once for all that ask for it at the same time."""
        asked = parse(path.removeprefix("/").removeprefix("tiles/"))
        if asked.what in {"tilejson", "style"}:
            # They name the server as the asker knows it, so they are not kept.
            return await asyncio.to_thread(self._words, asked, f"{origin(scope)}/tiles")
        if asked.what != "tile":
            found = _sprite(asked)
            self.kept.put(path, found)
            return found
        if asked.layer.startswith("suggestions/"):
            # An id can come to stand for a later result of the same question: never kept.
            return await asyncio.to_thread(self._suggestions, asked)
        waiting = self._under_way.get(path)
        if waiting is not None:
            return await asyncio.shield(waiting)
        ready = self._sets.get(asked.snapshot)
        at_once = (
            asked.z >= THREAD_BELOW
            and ready is not None
            and ready.ready(asked.layer)
            and not self._compiled.is_alive()
        )
        if at_once:
            found = self._tile(asked)
            self.kept.put(path, found)
            return found
        job = asyncio.ensure_future(asyncio.to_thread(self._tile, asked))
        self._under_way[path] = job
        try:
            found = await asyncio.shield(job)
        finally:
            self._under_way.pop(path, None)
        self.kept.put(path, found)
        return found

    def _tile(self, asked: Address) -> Answer:
        kind = kind_of(asked.layer)
        check_place(kind, asked.z, asked.x, asked.y)
        self._compiled.join()
        body = self.tileset(asked.snapshot).compressed(asked.layer, asked.z, asked.x, asked.y)
        return answer(body, TILE_TYPE, PUBLIC if kind.public else PRIVATE, encoded=True)

    def _suggestions(self, asked: Address) -> Answer:
        self._compiled.join()
        tiles = self.tileset(asked.snapshot)
        plan = load_plan(self.workspace.register, asked.layer.partition("/")[2])
        place = asked.z, asked.x, asked.y
        body = suggestion_tile(tiles.snapshot, plan, *place, tiles.limits)
        return answer(body, TILE_TYPE, CHECKED, encoded=True)

    def _words(self, asked: Address, root: str) -> Answer:
        tiles = self.tileset(asked.snapshot)
        if asked.what == "style":
            target = action_plan().indicator(SHOWN_INDICATOR).target
            return _json(style(tiles, root, target))
        plan = asked.layer.startswith("suggestions/")
        kind = SUGGESTIONS if plan else kind_of(asked.layer)
        url = f"{root}/{tiles.snapshot.id}/{asked.layer}/{{z}}/{{x}}/{{y}}"
        return _json(describe.tilejson(tiles, kind, url))


def _sprite(asked: Address) -> Answer:
    if asked.what == "sprite.png":
        return answer(sprite.picture(asked.ratio), b"image/png", FOR_A_DAY, encoded=False)
    words = json.dumps(sprite.index(asked.ratio), separators=(",", ":"))
    return answer(words.encode(), b"application/json", FOR_A_DAY, encoded=False)


def _json(words: dict[str, Any]) -> Answer:
    body = json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()
    compressed = igzip.compress(body, 2, mtime=0)
    return answer(compressed, b"application/json", CHECKED, encoded=True)
