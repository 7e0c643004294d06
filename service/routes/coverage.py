"""Coverage: the same figures as ``wuye coverage --json``."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from geo.coverage import coverage
from service.dependencies import DefinitionOf, DivisionOf, SnapshotOf

router = APIRouter(tags=["coverage"])


@router.get("/coverage", summary="按区划给出指标")
def show_coverage(
    response: Response,
    snapshot: SnapshotOf,
    definition: DefinitionOf,
    division: DivisionOf,
    indicator: Annotated[str, Query(description="I1、I2、I3 或 I4。")] = "I1",
    level: Annotated[str, Query(description="province 到 community。")] = "prefecture",
    by: Annotated[
        Literal["company", "project"], Query(description="I3、I4 的统计对象。")
    ] = "company",
) -> dict[str, Any]:
    """Give an indicator by division, as CONTRACT's JSON."""
    found = coverage(snapshot, indicator, level, definition, division, by=by)
    asked = f"{definition.id} {indicator} {level} {division} {by}"
    tag = hashlib.sha256(f"{snapshot.id} {asked}".encode()).hexdigest()[:32]
    response.headers["ETag"] = f'"{tag}"'
    return found.as_json()
