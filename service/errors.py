"""Domain errors as HTTP problems (RFC 9457): one table, and no inner words of a 5xx."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from geo.errors import InputError, NotFound, ServerError, StepRefused, UsageError, WuyeError

STATUS: dict[type[WuyeError], int] = {
    UsageError: 400,
    NotFound: 404,
    StepRefused: 409,
    InputError: 422,
    ServerError: 503,
    WuyeError: 500,
}


def _status(error: WuyeError) -> int:
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(status: int, title: str, detail: str = "", **details: Any) -> JSONResponse:
    """Give a problem document; `details` are members of its own beside the standard ones."""
    words = {"type": "about:blank", "title": title, "status": status, "detail": detail, **details}
    return JSONResponse(words, status, media_type="application/problem+json")


def add_error_handlers(app: FastAPI) -> None:
    """Answer with a problem document whatever goes wrong."""

    async def ours(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, WuyeError)  # noqa: S101 - registered for these only
        status = _status(error)
        if status >= 500:
            return problem(status, "服务暂时不可用", "请稍后再试，或请管理员查看 wuye status。")
        return problem(status, error.message, error.remedy, **error.details())

    async def unread(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return problem(422, "请求参数有误", f"{where}：{first['msg']}")

    async def no_such_page(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101
        return problem(error.status_code, "没有这个地址或方法")

    async def others(_request: Request, _error: Exception) -> JSONResponse:
        return problem(500, "内部错误", "请把发生的时间告诉管理员。")

    app.add_exception_handler(WuyeError, ours)
    app.add_exception_handler(RequestValidationError, unread)
    app.add_exception_handler(HTTPException, no_such_page)
    app.add_exception_handler(Exception, others)
