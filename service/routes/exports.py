"""Files made by jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse
from pydantic import Field, RootModel, create_model

from geo.errors import NotFound, StepRefused
from service.asking_work import ask, long_work
from service.dependencies import WorkspaceOf
from service.errors import problems
from service.http.headers import FILE_POLICY
from service.jobs import record
from service.jobs.exporting import EXPORTS, path_of
from service.schemas.jobs import Asked

router = APIRouter(tags=["exports"])


def _asks() -> Any:
    """Give the body's type: of each kind its own words, told apart by ``kind``."""
    kinds = [
        create_model(
            f"Export{kind.title().replace('-', '').replace('_', '')}",
            __base__=entry.asked,
            __doc__=f"{entry.words[0]}。{entry.words[1]}.",
            kind=(Literal[kind], ...),  # type: ignore[arg-type]
        )
        for kind, entry in EXPORTS.items()
    ]
    return RootModel[Annotated[Union[tuple(kinds)], Field(discriminator="kind")]]  # type: ignore[misc] # noqa: UP007


if TYPE_CHECKING:
    ExportAsk = RootModel[Any]
else:

    class ExportAsk(_asks()):
        """要生成的文件。A file to be made."""


@router.post(
    "/exports", summary="生成一个文件 / Make a file", responses=long_work(400), status_code=202
)
def export(space: WorkspaceOf, response: Response, asked: ExportAsk) -> Asked:
    """Ask for a file; the job's ``result`` names it and where it can be had."""
    words = asked.root.model_dump(mode="json", exclude={"kind"}, exclude_none=True)
    return ask(space, response, "export", {"kind": asked.root.kind, "ask": words})


@router.get(
    "/exports/{export}/file",
    summary="生成的文件 / The file",
    responses={
        200: {"description": "文件 / the file", "content": {"application/octet-stream": {}}},
        **problems(404, 409),
    },
    response_class=FileResponse,
)
def file(space: WorkspaceOf, export: str) -> FileResponse:
    """Give the file that a job made."""
    job = record.get(space.register, export.replace("\0", ""))
    if job.kind != "export":
        raise NotFound(f"任务 {export} 没有生成文件。", "请核对编号。")
    if job.state != "done" or job.result is None:
        raise StepRefused(f"任务 {export} 尚未完成（{job.words['zh']}）。", "请等任务完成。")
    entry = EXPORTS[job.parameters["kind"]]
    path = path_of(space.home / "exports", job.id, entry)
    if not path.is_file():
        raise NotFound("文件已不在。", "请重新生成。")
    headers = {"Cache-Control": "private, no-cache"}
    if entry.media.startswith("text/html"):
        headers["Content-Security-Policy"] = FILE_POLICY
    return FileResponse(path, media_type=entry.media, filename=job.result["file"], headers=headers)
