"""Rows that imports held back: listed, as a workbook, corrected and released, dismissed."""

from __future__ import annotations

import tempfile
from pathlib import Path as FilePath
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from geo.errors import UsageError
from geo.intake.held_book import corrections_in, write_held
from geo.intake.release import Release, dismiss, release
from geo.register import held
from geo.register.held import HeldRow
from service.dependencies import DivisionOf, WorkspaceOf
from service.errors import problems
from service.jobs import uploads
from service.jobs.exporting import XLSX
from service.paging import CursorOf, LimitOf, page_of
from service.plans.asked import Body, Text
from service.receiving import form, receive
from service.remedies import findings_on_screen, on_screen
from service.schemas.imports import FileKind, HeldAnswer, HeldList, Recorded, Released
from service.workspace import Workspace

router = APIRouter(tags=["held"])

MOST: Final = 2**62
Number = Annotated[int, Field(ge=1, le=MOST)]
KindOf = Annotated[FileKind | None, Query(description="导入类型。Kind of file.")]


class DismissAsk(Body):
    """Rows that need not be loaded, and why."""

    ids: list[Number] = Field(min_length=1, max_length=10_000)
    reason: Annotated[Text, Field(min_length=1, max_length=500)] = Field(examples=["该小区已拆除"])


Cell = Annotated[Text, Field(max_length=100_000)]


class ReleaseAsk(Body):
    """Corrections by number of the row: cells by column name or header; null blanks one."""

    corrections: dict[
        Annotated[str, Field(pattern=r"^[1-9][0-9]{0,17}$")],
        dict[Annotated[Text, Field(max_length=200)], Cell | None],
    ] = Field(
        min_length=1, max_length=10_000, examples=[{"12": {"建成年份": "1998"}, "13": {}}]
    )  # fmt: skip
    dry_run: bool = False


def _rows(space: WorkspaceOf, kind: str | None, division: int | None) -> list[HeldRow]:
    code = None if division is None else str(division)
    with space.register.connect() as connection:
        return held.open_rows(connection, kind=kind, division=code)


@router.get("/held", summary="暂存待改的行 / Rows held back", responses=problems(400))
def rows(
    space: WorkspaceOf,
    kind: KindOf = None,
    division: DivisionOf = None,
    limit: LimitOf = 50,
    cursor: CursorOf = None,
) -> HeldList:
    """List the rows held open, oldest first."""
    page = page_of(_rows(space, kind, division), limit, cursor, key=f"held {kind} {division}")
    return HeldList(
        items=[_answer(row) for row in page.items],
        total=page.total,
        next=page.next,
    )


@router.get(
    "/held.xlsx",
    summary="暂存待改的行，作为工作簿 / The same as a workbook to correct",
    responses={200: {"content": {XLSX: {}}}, **problems()},
    response_class=Response,
)
def book(space: WorkspaceOf, kind: KindOf = None, division: DivisionOf = None) -> Response:
    """Write the rows to correct in place; sent back as a file, the workbook is taken in."""
    with tempfile.TemporaryDirectory(prefix="wuye-held-") as folder:
        path = write_held(FilePath(folder) / "held.xlsx", _rows(space, kind, division), on_screen)
        body = path.read_bytes()
    headers = {"Content-Disposition": 'attachment; filename="wuye-held.xlsx"'}
    return Response(body, media_type=XLSX, headers=headers)


@router.post("/held/dismiss", summary="舍弃 / Dismiss rows", responses=problems(400, 404))
def put_away(space: WorkspaceOf, asked: DismissAsk) -> Recorded:
    """Close rows that need not be loaded, as one change."""
    change = dismiss(space.register, asked.ids, reason=asked.reason, author=space.settings.author)
    return Recorded(change=change)


@router.post("/held/release", summary="改正并入库 / Correct and load", responses=problems(400, 404))
def let_go(space: WorkspaceOf, asked: ReleaseAsk) -> Released:
    """Correct rows and load them, all or none: ``refused`` says that one is still at fault."""
    corrections: dict[int, dict[str, Any]] = {
        int(number): dict(cells) for number, cells in asked.corrections.items()
    }
    author = space.settings.author
    return _released(release(space.register, corrections, author=author, dry_run=asked.dry_run))


@router.post(
    "/held.xlsx",
    summary="改好的工作簿 / The workbook, corrected",
    responses=problems(400, 404, 413),
    openapi_extra=form(),
)
async def book_back(request: Request, space: WorkspaceOf) -> Released:
    """Load what was corrected in the workbook, all or none."""
    folder = space.home / uploads.FOLDER
    got = await receive(request, folder, space.settings.upload_bytes)
    try:
        if got.fields:
            raise UsageError(f"没有字段 {'、'.join(sorted(got.fields))[:80]}。", "只有 file。")
        return await run_in_threadpool(
            _taken_back, space, uploads.file_in(folder / got.id, got.file)
        )
    finally:
        uploads.remove(space.home, got.id)


def _taken_back(space: Workspace, path: FilePath) -> Released:
    corrections, left = corrections_in(space.register, path)
    done = release(space.register, corrections, author=space.settings.author)
    return _released(done, left)


def _released(done: Release, left: int = 0) -> Released:
    return Released(
        change=done.change,
        dry_run=done.dry_run,
        refused=done.refused,
        ids=list(done.ids),
        verdicts=done.counts,
        findings=findings_on_screen(
            item.as_json() for outcome in done.outcomes for item in outcome.findings.found
        ),
        left=left,
    )


def _answer(row: HeldRow) -> HeldAnswer:
    words = row.as_json()
    return HeldAnswer.model_validate({**words, "problems": findings_on_screen(words["problems"])})
