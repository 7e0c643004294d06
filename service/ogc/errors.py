"""What goes wrong below ``/ogc/`` as problems; the database's own words stay in the log."""

from __future__ import annotations

from typing import Final

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import Response

from service.errors import add_error_handlers, problem

SLOW: Final = "57014"
"""PostgreSQL's code of a statement that took too long."""
MISFIT_CLASSES: Final = frozenset({"22", "42", "XX"})
"""Classes of codes that a filter brings about: values, types and operators, PostGIS's own."""
PAGING: Final = frozenset({"limit", "offset", "f", "crs"})


def answer_with_problems(app: FastAPI) -> None:
    """Answer with a problem whatever goes wrong in tipg, its filters or the database."""
    from asyncpg.exceptions import (  # type: ignore[import-untyped] # noqa: PLC0415
        InterfaceError,
        PostgresError,
    )
    from tipg.errors import (  # noqa: PLC0415
        DEFAULT_STATUS_CODES,
        MissingDatetimeColumn,
        MissingGeometryColumn,
        TiPgError,
    )

    statuses = {**DEFAULT_STATUS_CODES, MissingDatetimeColumn: 400, MissingGeometryColumn: 400}

    async def asked_wrongly(_request: Request, error: Exception) -> Response:
        status = statuses.get(type(error), 500)
        if status >= 500:
            return unforeseen(error)
        return problem(status, "请求有误", str(error), kind=type(error).__name__)

    async def from_database(request: Request, error: Exception) -> Response:
        code = str(getattr(error, "sqlstate", "") or "")
        if code == SLOW:
            return problem(
                503, "查询超过时限", "请缩小范围（bbox），或加过滤条件后重试。", kind="TooSlow"
            )
        if code[:2] in MISFIT_CLASSES and _asked_something(request):
            structlog.get_logger().info("ogc filter refused", error=str(error), code=code)
            return problem(
                400,
                "filter 与列不相配",
                "请核对列名、值的类型（文字用单引号）与图形。",
                kind="Misfit",
            )
        if code[:2] in {"08", "53", "57"} or isinstance(error, InterfaceError):
            structlog.get_logger().error("ogc database", error=str(error), code=code)
            return problem(503, "服务暂时不可用", "请稍后再试。", kind="ServerError")
        return unforeseen(error)

    add_error_handlers(app)
    app.add_exception_handler(TiPgError, asked_wrongly)
    app.add_exception_handler(PostgresError, from_database)
    app.add_exception_handler(InterfaceError, from_database)


def unforeseen(error: Exception) -> Response:
    """Log an error and give a problem that says nothing of it."""
    structlog.get_logger().error("ogc", exc_info=error)
    return problem(500, "内部错误", "请把发生的时间告诉管理员。", kind="InternalError")


def _asked_something(request: Request) -> bool:
    """Tell whether a request chose more than a page: then its words may not fit the columns."""
    return any(name.lower() not in PAGING for name in request.query_params)
