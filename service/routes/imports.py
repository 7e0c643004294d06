"""Files sent to be imported: tried out, looked at, imported when somebody confirms."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path as FilePath
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import Field, ValidationError
from starlette.concurrency import run_in_threadpool

from geo.errors import NotFound, StepRefused, UsageError
from geo.register.compose import Connection
from service.asking_work import ACCEPTED, REGISTER, accepted, long_work
from service.dependencies import WorkspaceOf
from service.errors import problems
from service.jobs import found, record, uploads
from service.jobs.exporting import HTML, XLSX
from service.jobs.uploads import Upload
from service.paging import CursorOf, LimitOf, cursor_at, start_of
from service.plans.asked import Body, Text
from service.receiving import Received, form, receive
from service.schemas.common import Day
from service.schemas.imports import (
    FileKind,
    ImportAnswer,
    ImportList,
    RowAnswer,
    RowList,
    Sent,
    Verdict,
)
from service.schemas.jobs import Asked
from service.workspace import Workspace

router = APIRouter(tags=["imports"])

Word = Annotated[Text, Field(max_length=200)]
Words = dict[Word, Word]


class MappingAsk(Body):
    """What headers, units and words mean in this file; columns by their English names."""

    columns: Words = Field(default_factory=dict, description='表头 → 列；"-" 为不是我们的。')
    units: Words = Field(default_factory=dict, description="表头 → 单位。Header to unit.")
    terms: dict[Word, Words] = Field(default_factory=dict)
    constants: Words = Field(default_factory=dict, description="列 → 值。Column to value.")


class OptionsAsk(Body):
    """How the file is read."""

    mapping: MappingAsk | None = None
    crs: Annotated[Text, Field(max_length=200)] | None = Field(
        default=None, description="坐标系；不写则自动核对。Compared with the register by default."
    )
    layer: Word | None = None
    effective: Day | None = Field(
        default=None, description="自该日起的真实变化。A real change from that day on."
    )
    complete: Annotated[str, Field(pattern=r"^[1-9][0-9]{1,11}$")] | None = Field(
        default=None, description="该区划以本文件为准。The file is all there is of the division."
    )
    again: bool = Field(default=False, description="允许旧文件覆盖较新的内容。")


class PatchAsk(OptionsAsk):
    """Other options: what is named replaces what was said before; null takes it back."""

    kind: FileKind | None = None


FORM: Final = form(
    kind={"type": "string", "examples": ["ledger"]},
    options={
        "type": "string",
        "description": "OptionsAsk as JSON",
        "examples": ['{"effective": "2026-01-01"}'],
    },
)
BUSY: Final = frozenset({"checking", "importing"})


@router.post("/imports", summary="上传文件并试导入 / Send a file, try it out", status_code=202,
             responses={**long_work(400, 413), 202: {**ACCEPTED[202], "model": Sent}},
             openapi_extra=FORM)  # fmt: skip
async def send(request: Request, response: Response, space: WorkspaceOf) -> Sent:
    """Keep a file in the data folder and try it out; nothing is written into the register."""
    folder = space.home / uploads.FOLDER
    got = await receive(request, folder, space.settings.upload_bytes)
    try:
        kind, options = _said(got)
        return await run_in_threadpool(_keep, space, response, got, kind, options)
    except BaseException:
        uploads.remove(space.home, got.id)
        raise


def _said(got: Received) -> tuple[str | None, dict[str, Any]]:
    """Read the fields beside the file."""
    extra = sorted(set(got.fields) - {"kind", "options"})
    if extra:
        raise UsageError(f"没有字段 {'、'.join(extra)[:80]}。", "可有 file、kind、options。")
    try:
        words = json.loads(got.fields.get("options") or "{}")
        asked = PatchAsk.model_validate({**words, "kind": got.fields.get("kind") or None})
    except (ValueError, TypeError, RecursionError) as error:
        reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else "不是 JSON"
        raise UsageError(f"kind 或 options 看不懂：{reason}。", "见接口说明。") from None
    return asked.kind, asked.model_dump(mode="json", exclude={"kind"}, exclude_none=True)


def _keep(
    space: Workspace, response: Response, got: Received, kind: str | None, options: dict[str, Any]
) -> Sent:
    with space.register.connect() as connection:
        job = record.ask(connection, "check", {"upload": got.id}, space.settings.author)
        uploads.keep(connection, {
            "id": got.id, "file": got.file, "bytes": got.bytes, "sha256": got.sha256,
            "author": space.settings.author, "days": space.settings.upload_days, "kind": kind,
            "options": options, "job": job,
        })  # fmt: skip
    accepted(response, job)
    return Sent(**{"import": got.id, "job": job})


@router.get("/imports", summary="导入的文件 / Files that were sent", responses=problems(400))
def imports(space: WorkspaceOf, limit: LimitOf = 50, cursor: CursorOf = None) -> ImportList:
    """List the files that were sent and are still kept, newest first."""
    before = start_of(cursor, "imports") or None
    rows, total = uploads.listed(space.register, before=before, limit=limit + 1)
    page = rows[:limit]
    more = cursor_at(page[-1].number, "imports") if len(rows) > limit else None
    known = space.register.known_change()
    return ImportList(
        items=[_answer(space, upload, known) for upload in page], total=total, next=more
    )


@router.get("/imports/{upload}", summary="一个文件 / One file", responses=problems(404))
def one(space: WorkspaceOf, upload: str) -> ImportAnswer:
    """Give a file's state and what its check found."""
    return _answer(space, _upload(space, upload), space.register.known_change())


def _upload(space: Workspace, identity: str) -> Upload:
    with space.register.connect() as connection:
        return uploads.read(connection, identity.replace("\0", ""))


def _answer(space: Workspace, upload: Upload, known: int) -> ImportAnswer:
    result = upload.folder(space.home) / (upload.result or "none")
    return ImportAnswer.model_validate(
        {
            **{name: getattr(upload, name) for name in ImportAnswer.model_fields
               if name not in {"register_changed", "annotatable"}},
            "register_changed": upload.state == "checked" and upload.known_change != known,
            "annotatable": (result / found.ANNOTATED).is_file(),
        }
    )  # fmt: skip


@router.patch("/imports/{upload}", summary="改选项，重新试导入 / Other options, tried out again",
              status_code=202, responses=long_work(400, 404, 409))  # fmt: skip
def again(space: WorkspaceOf, response: Response, upload: str, asked: PatchAsk) -> Asked:
    """Try a file out again with other options; answers a question too."""
    said = asked.model_dump(mode="json", exclude_unset=True)
    with space.register.connect() as connection:
        sent = _free(connection, upload)
        if sent.change is not None:
            raise StepRefused(f"{sent.file} 已导入（第 {sent.change} 号变更）。", "请另行上传。")
        kind = said.pop("kind", sent.kind) or sent.kind
        options = {**sent.options, **said}
        if kind != sent.kind:
            options.pop("mapping", None) if "mapping" not in said else None
        job = record.ask(connection, "check", {"upload": sent.id}, space.settings.author)
        kept = {name: value for name, value in options.items() if value not in (None, False)}
        uploads.ask_again(connection, sent.id, kind, kept, job)
    return accepted(response, job)


def _free(connection: Connection, identity: str) -> Upload:
    """Give an upload that no job is at, and keep others from it.

    Raises
    ------
    StepRefused
        While a job is at it.
    """
    upload = uploads.read(connection, identity.replace("\0", ""), lock=True)
    if upload.state in BUSY:
        raise StepRefused(f"{upload.file} 正在处理。", "请等任务完成，或先取消它。")
    return upload


@router.post("/imports/{upload}/confirm", summary="导入 / Import", status_code=202,
             responses=long_work(404, 409))  # fmt: skip
def confirm(space: WorkspaceOf, response: Response, upload: str) -> Asked:
    """Import a file that was checked. What changed in the register since is reported anew."""
    with space.register.connect() as connection:
        sent = _free(connection, upload)
        if sent.state != "checked":
            raise StepRefused(f"{sent.file} 还不能导入。", "请先完成检查，并回答所问的。")
        job = record.ask(
            connection, "import", {"upload": sent.id}, space.settings.author, lock=REGISTER
        )
        uploads.begin_import(connection, sent.id, job)
    return accepted(response, job)


@router.delete("/imports/{upload}", summary="删除上传的文件 / Forget a file", status_code=204,
               responses=problems(404, 409))  # fmt: skip
def forget(space: WorkspaceOf, upload: str) -> None:
    """Forget a file and what its check found; what was imported from it stays."""
    with space.register.connect() as connection:
        sent = _free(connection, upload)
        uploads.forget(connection, sent.id)
    uploads.remove(space.home, sent.id)


@router.get("/imports/{upload}/rows", summary="逐行结果 / Its rows", responses=problems(400, 404))
def rows(
    space: WorkspaceOf,
    upload: str,
    verdict: Annotated[
        Verdict | None, Query(description="只列某一结果。Of a verdict only.")
    ] = None,
    rule: Annotated[
        str | None, Query(pattern="^[a-z_]{1,60}$", description="只列某一规则。")
    ] = None,
    limit: LimitOf = 50,
    cursor: CursorOf = None,
) -> RowList:
    """Give rows with what was said of them, in the file's order."""
    path = _file(space, upload, found.ROWS)
    key = f"rows {path.parent.name} {verdict} {rule}"
    start = start_of(cursor, key)
    items, total = found.read_rows(path, verdict=verdict, rule_id=rule, start=start, limit=limit)
    end = start + limit
    return RowList(
        items=[RowAnswer.model_validate(item) for item in items],
        total=total,
        next=cursor_at(end, key) if end < total else None,
    )


def _file(space: Workspace, identity: str, name: str) -> FilePath:
    upload = _upload(space, identity)
    path = upload.found(space.home) / name
    if not path.is_file():
        raise NotFound(
            f"{upload.file} 没有这个结果文件。", "图形文件没有标注副本；其余请重新检查。"
        )
    return path


def _media(media: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media: {}}}, **problems(404)}


GEOJSON: Final = "application/geo+json"


@router.get("/imports/{upload}/map", summary="各行的位置 / Its rows on a map",
            responses=_media(GEOJSON), response_class=FileResponse)  # fmt: skip
def drawn(space: WorkspaceOf, upload: str) -> FileResponse:
    """Give rows that have a place as GeoJSON; what is left out is counted in it."""
    return FileResponse(_file(space, upload, found.MAP), media_type=GEOJSON)


@router.get("/imports/{upload}/report.xlsx", summary="检查报告 / The report as a workbook",
            responses=_media(XLSX), response_class=FileResponse)  # fmt: skip
def report(space: WorkspaceOf, upload: str) -> FileResponse:
    """Give the report as a workbook."""
    path = _file(space, upload, found.BOOK)
    return FileResponse(path, media_type=XLSX, filename="wuye-import-report.xlsx")


@router.get("/imports/{upload}/annotated.xlsx", summary="标注副本 / The annotated copy",
            responses=_media(XLSX), response_class=FileResponse)  # fmt: skip
def annotated(space: WorkspaceOf, upload: str) -> FileResponse:
    """Give the file back with the cells at fault coloured and remarked; tables only."""
    path = _file(space, upload, found.ANNOTATED)
    return FileResponse(path, media_type=XLSX, filename="wuye-import-annotated.xlsx")


@router.get("/imports/{upload}/report.html", summary="检查报告网页 / The report as a page",
            responses=_media("text/html"), response_class=FileResponse)  # fmt: skip
def page(space: WorkspaceOf, upload: str) -> FileResponse:
    """Give the report as a page that loads nothing; only its own scripts run."""
    path = _file(space, upload, found.PAGE)
    headers = {"Content-Security-Policy": page_policy(path.read_text("utf-8"))}
    return FileResponse(path, media_type=HTML, headers=headers)


_SCRIPT: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def page_policy(text: str) -> str:
    """Give a Content-Security-Policy that lets exactly a page's own scripts run."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"
        for code in _SCRIPT.findall(text)
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:;"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
