"""Domain errors as HTTP problems (RFC 9457): one table, and no inner words of a 5xx."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from geo.errors import (
    InputError,
    NotFound,
    ServerError,
    StepRefused,
    TooBusy,
    TooLarge,
    UsageError,
    WuyeError,
)
from service.remedies import UNAVAILABLE, on_screen

STATUS: Final[dict[type[WuyeError], int]] = {
    UsageError: 400,
    NotFound: 404,
    StepRefused: 409,
    TooLarge: 413,
    InputError: 422,
    TooBusy: 429,
    ServerError: 503,
    WuyeError: 500,
}
"""The status of each error; one that is not listed has its parent's."""

MEANINGS: Final[dict[int, str]] = {
    400: "请求的词语有误 / the request's words are off",
    403: "不接受别的网页发来的修改 / a write from another origin",
    404: "没有所指的快照、区划、小区或地址 / no such snapshot, division, compound or address",
    405: "该地址不支持这个方法 / the address doesn't know the method",
    409: "当前状态不允许这一步 / the present state does not allow this step",
    413: "文件过大 / the file is too large",
    415: "不支持的内容类型 / a kind of content that is not taken",
    421: "不是本机的地址 / a host name that is not this computer's",
    422: "参数或文件不合要求 / a parameter or file that does not fit",
    429: "请求过多 / too many requests",
    500: "内部错误 / an internal error",
    503: "数据库暂不可用 / the database is not available",
}
"""What each status of a problem says, for the description of the interface."""

PROBLEM_TYPE: Final = "application/problem+json"
RETRY_S: Final = 10
"""When who came while all places were taken may come again."""


class Problem(BaseModel):
    """What went wrong and what to do about it (RFC 9457), with members of its own beside."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "type": "urn:wuye:NotFound",
                "title": "2025-12-31 没有区划 530199。",
                "status": 404,
                "detail": "请核对代码与日期；登记库还没有这个区划时，请先导入区划。",
            }
        },
    )

    type: str = Field(description="urn:wuye: 加错误种类。The kind of error.")
    title: str = Field(description="发生了什么。What happened.")
    status: int
    detail: str = Field(description="怎么办。What to do about it.")


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declare problems of a route: those named, and those that any request can meet."""
    return {
        status: {
            "description": MEANINGS[status],
            "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in sorted({*statuses, 400, 421, 422, 500, 503})
    }


def problem(
    status: int,
    title: str,
    detail: str = "",
    *,
    kind: str = "",
    headers: dict[str, str] | None = None,
    **details: Any,
) -> JSONResponse:
    """Give a problem document; `details` are members of its own beside the standard ones."""
    words = {
        "type": f"urn:wuye:{kind}" if kind else "about:blank",
        "title": on_screen(title),
        "status": status,
        "detail": on_screen(detail),
        **details,
    }
    return JSONResponse(words, status, headers, media_type=PROBLEM_TYPE)


class NotModified(Exception):
    """The asker has this answer already: a 304 with the headers of the answer."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.headers = headers


MISFITS: Final[dict[str, str]] = {
    "missing": "缺少此项",
    "extra_forbidden": "没有此项",
    "literal_error": "可用的取值：{expected}",
    "enum": "可用的取值：{expected}",
    "union_tag_invalid": "可用的取值：{expected_tags}",
    "union_tag_not_found": "缺少 {discriminator}",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "int_parsing_size": "数字过长",
    "float_parsing": "应为数字",
    "float_type": "应为数字",
    "finite_number": "应为有限的数字",
    "decimal_parsing": "应为数字",
    "bool_parsing": "应为 true 或 false",
    "bool_type": "应为 true 或 false",
    "string_type": "应为文字",
    "string_unicode": "应为 UTF-8 文字",
    "list_type": "应为列表",
    "tuple_type": "应为列表",
    "dict_type": "应为 JSON 对象",
    "model_type": "应为 JSON 对象",
    "model_attributes_type": "应为 JSON 对象",
    "date_from_datetime_parsing": "应为日期，如 2025-12-31",
    "date_from_datetime_inexact": "应为日期，如 2025-12-31",
    "date_parsing": "应为日期，如 2025-12-31",
    "date_type": "应为日期，如 2025-12-31",
    "datetime_from_date_parsing": "应为时刻，如 2026-01-25T12:00",
    "datetime_parsing": "应为时刻，如 2026-01-25T12:00",
    "datetime_type": "应为时刻，如 2026-01-25T12:00",
    "greater_than_equal": "不能小于 {ge}",
    "greater_than": "应大于 {gt}",
    "less_than_equal": "不能大于 {le}",
    "less_than": "应小于 {lt}",
    "string_too_long": "最多 {max_length} 个字",
    "string_too_short": "至少 {min_length} 个字",
    "too_long": "最多 {max_length} 项",
    "too_short": "至少 {min_length} 项",
    "string_pattern_mismatch": "格式不符，应合于 {pattern}",
    "json_invalid": "不是合法的 JSON",
}
"""What is wrong with a parameter, by pydantic's type of error; filled in from its context."""

NO_PAGE: Final[dict[int | None, str]] = {
    404: "没有这个地址",
    405: "这个地址不支持该方法",
    None: "请求无法处理",
}
"""What is wrong with an address, by status."""


def _status(error: WuyeError) -> int:
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def _misfit(error: dict[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"][1:] or error["loc"])
    context = {
        name: str(value).replace(" or ", "、").replace(", ", "、")
        for name, value in error.get("ctx", {}).items()
    }
    try:
        said = MISFITS.get(error["type"], "不合要求").format_map(context)
    except KeyError:  # another version of pydantic says less
        said = "不合要求"
    return f"{where}：{said}"


def add_error_handlers(app: FastAPI) -> None:
    """Answer with a problem document whatever goes wrong."""

    async def ours(_request: Request, error: Exception) -> Response:
        assert isinstance(error, WuyeError)  # noqa: S101 - registered for these only
        status, kind = _status(error), type(error).__name__
        if status >= 500:
            return problem(status, *UNAVAILABLE, kind=kind)
        later = {"Retry-After": str(RETRY_S)} if status == 429 else None
        return problem(
            status, error.message, error.remedy, kind=kind, headers=later, **error.details()
        )

    async def unread(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        detail = "；".join(_misfit(item) for item in error.errors()[:5])
        return problem(422, "请求参数有误", detail, kind="InvalidRequest")

    async def no_such_page(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        title = NO_PAGE.get(error.status_code, NO_PAGE[None])
        kept = dict(error.headers or {})
        return problem(error.status_code, title, kind="HttpError", headers=kept)

    async def unchanged(_request: Request, error: Exception) -> Response:
        assert isinstance(error, NotModified)  # noqa: S101
        return Response(status_code=304, headers=error.headers)

    async def others(_request: Request, _error: Exception) -> Response:
        return problem(500, "内部错误", "请把发生的时间告诉管理员。", kind="InternalError")

    app.add_exception_handler(WuyeError, ours)
    app.add_exception_handler(RequestValidationError, unread)
    app.add_exception_handler(HTTPException, no_such_page)
    app.add_exception_handler(NotModified, unchanged)
    app.add_exception_handler(Exception, others)
