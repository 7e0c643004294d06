"""The description of the interface (OpenAPI): what belongs to no single route."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.errors import Problem

SUMMARY: Final = "物业服务覆盖：哪些小区没有物业服务，周边谁可以接管。"
DESCRIPTION: Final = """\
每个数字都带着它的快照、口径与截止日期；同一快照、同一口径，网页、接口、命令行与导出文件给出同一个数字。

Every figure names its snapshot, its definition and its date; the web map, this interface, the \
command line and exported files give the same number for the same snapshot and definition.
"""


def describe(api: FastAPI) -> None:
    """Complete the description that FastAPI makes of the routes."""

    def openapi() -> dict[str, Any]:
        if api.openapi_schema is None:
            made = get_openapi(
                title="wuye",
                version=version("wuye-atlas"),
                summary=SUMMARY,
                description=DESCRIPTION,
                routes=api.routes,
            )
            schemas = made.setdefault("components", {}).setdefault("schemas", {})
            schemas["Problem"] = Problem.model_json_schema()
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            api.openapi_schema = made
        return api.openapi_schema

    api.openapi = openapi  # type: ignore[method-assign]
