"""WMTS as a small ASGI application; drawing runs in threads, a block once for all who ask."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from dataclasses import replace
from typing import Final

from geo.errors import NotFound, WuyeError
from geo.snapshot.file import Snapshot
from service.remedies import UNAVAILABLE, on_screen
from service.tiles.kept import Answer, answer
from service.tiles.sending import CHECKED, Receive, Scope, Send, origin, send_answer
from service.wmts.address import PREFIX, Asked, parse
from service.wmts.capabilities import capabilities
from service.wmts.layers import shelf_of
from service.wmts.matrices import SETS
from service.wmts.pictures import Pictures, block_of
from service.wmts.refusal import Refusal
from service.workspace import Workspace

XML: Final = b"application/xml"

log = logging.getLogger("wuye.wmts")


class WmtsApp:
    """Answer everything below ``/ogc/wmts``: of the newest date, or of the snapshot in a path.

    Parameters
    ----------
    workspace
        The installation whose snapshots are drawn.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.pictures = Pictures()
        self._under_way: dict[tuple[str, ...], asyncio.Future[Answer]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http":
            return
        if scope["method"] not in {"GET", "HEAD"}:
            only = Refusal("OperationNotSupported", scope["method"], "只能读取（GET、HEAD）。")
            await _refuse(only, scope, send)
            return
        try:
            asked = parse(scope["path"], scope["query_string"].decode("latin-1"))
            found = await self._answer(asked, origin(scope))
        except Refusal as refusal:
            await _refuse(refusal, scope, send)
        except NotFound as error:
            words = ("NotFound", "", error.message, on_screen(error.remedy))
            await _refuse(Refusal(*words), scope, send)
        except Exception as error:
            if not isinstance(error, WuyeError):
                log.exception("wmts %s", scope.get("path"))
            words = (
                "NoApplicableCode",
                "",
                f"{UNAVAILABLE[0]}。",
                UNAVAILABLE[1],
            )
            await _refuse(Refusal(*words), scope, send)
        else:
            await send_answer(found, scope, send, with_body=scope["method"] == "GET")

    async def _answer(self, asked: Asked, at: str) -> Answer:
        snapshot = await asyncio.to_thread(self._snapshot, asked.snapshot, asked.day)
        shelf = await asyncio.to_thread(shelf_of, snapshot)
        if asked.what == "capabilities":
            base = f"{at}{PREFIX}" + (f"/snapshot/{snapshot.id}" if asked.snapshot else "")
            days = () if asked.snapshot else await asyncio.to_thread(self._days)
            return answer(capabilities(shelf, base, days), XML, CHECKED, encoded=False)
        layer, matrix_set = shelf.layers.get(asked.layer), SETS.get(asked.matrix_set)
        if layer is None:
            words = f"没有图层 {asked.layer}。", f"可用：{'、'.join(shelf.layers)}。"
            raise Refusal("InvalidParameterValue", "LAYER", *words)
        if asked.what == "legend":
            made = await asyncio.to_thread(self.pictures.legend, snapshot, layer, shelf.shown)
            return made if asked.snapshot else _checked(made)
        if matrix_set is None:
            words = f"没有矩阵集 {asked.matrix_set}。", f"可用：{'、'.join(SETS)}。"
            raise Refusal("InvalidParameterValue", "TILEMATRIXSET", *words)
        x, y = asked.column, asked.row
        zoom = matrix_set.zoom(asked.matrix, y, x)
        begins = self.pictures.key(snapshot, layer, matrix_set)
        key = f"{begins}/{zoom}/{x}/{y}"
        block = begins, *map(str, block_of(zoom, x, y))
        if (waiting := self._under_way.get(block)) is not None:
            await asyncio.shield(waiting)
        found = self.pictures.kept.get(key)
        if found is None:
            work = asyncio.to_thread(self.pictures.draw, snapshot, layer, matrix_set, zoom, x, y)
            job = self._under_way[block] = asyncio.ensure_future(work)
            job.add_done_callback(lambda _: self._under_way.pop(block, None))
            found = await asyncio.shield(job)
        return found if asked.snapshot else _checked(found)

    def _days(self) -> list[str]:
        """List the dates that there are snapshots of, the newest first."""
        listed = self.workspace.snapshots.listed()
        return list(dict.fromkeys(item["as_of"].isoformat() for item in listed))

    def _snapshot(self, name: str, day: str) -> Snapshot:
        if name:
            return self.workspace.opened.open(name)
        if day:
            if day not in self._days():
                raise Refusal(
                    "InvalidParameterValue", "TIME", f"没有 {day} 的快照。", "可用日期见能力文档。"
                )
            return self.workspace.opened.get(dt.date.fromisoformat(day))
        return self.workspace.opened.newest()


def _checked(found: Answer) -> Answer:
    """Have a tile asked for again each time: the register may change."""
    headers = tuple(
        (name, CHECKED if name == b"cache-control" else value) for name, value in found.headers
    )
    return replace(found, headers=headers)


async def _refuse(refusal: Refusal, scope: Scope, send: Send) -> None:
    body = refusal.report()
    headers = [
        (b"content-type", XML),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.body", "body": body})
