"""The description of the interface (OpenAPI): what belongs to no single route."""

from __future__ import annotations

import json
from functools import cache
from importlib.metadata import version
from importlib.resources import files
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

PARAMETERS: Final[dict[str, str]] = {
    "name": "快照编号，或足以区分的开头。A snapshot's id, or enough of its beginning.",
    "code": "区划代码。A division's code.",
    "from": "自何日起。From this day on.",
    "to": "至何日止。Up to this day.",
    "limit": "最多给出多少项。How many at most.",
    "suffix": "文件格式。The kind of file.",
    "other": "与之比较的方案编号。The id of the plan to compare with.",
    "upload": "导入编号。The import's id.",
    "number": "变更编号。The change's number.",
    "export": "导出任务的编号。The id of the job that exports.",
    "job": "任务编号。The job's id.",
    "last-event-id": "已收到的最后一条，断线后由浏览器给出。The last event received.",
}
"""What parameters mean that carry no words of their own, by name."""


@cache
def examples() -> dict[str, dict[str, Any]]:
    """Give answers to the made-up province's questions by route and status.

    ``tests/service/test_examples.py`` asks them, and writes them down.
    """
    found: dict[str, dict[str, Any]] = json.loads(
        files("service").joinpath("examples.json").read_text("utf-8")
    )
    return found


def _complete(method: str, path: str, operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", []):
        if parameter["name"] in PARAMETERS:
            parameter.setdefault("description", PARAMETERS[parameter["name"]])
    for status, example in examples().get(f"{method} {path}", {}).items():
        content = operation["responses"][status]["content"]["application/json"]
        content.setdefault("example", example)


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
            for path, operations in made["paths"].items():
                for method, operation in operations.items():
                    _complete(method, path, operation)
            schemas = made.setdefault("components", {}).setdefault("schemas", {})
            schemas["Problem"] = Problem.model_json_schema()
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            api.openapi_schema = made
        return api.openapi_schema

    api.openapi = openapi  # type: ignore[method-assign]
