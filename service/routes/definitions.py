"""What figures mean: indicators, definitions, levels, states, filters."""

from __future__ import annotations

import hashlib

from fastapi import APIRouter, Request, Response

from maps.definitions import definitions
from service.dependencies import CHECKED, EDITION, NOT_MODIFIED
from service.english.catalogue import columns
from service.errors import NotModified, problems
from service.schemas.definitions import Definitions

router = APIRouter(tags=["figures"])


@router.get(
    "/definitions",
    summary="指标与口径 / Indicators and definitions",
    response_model=Definitions,
    responses={**NOT_MODIFIED, **problems()},
)
def show_definitions(request: Request) -> Response:
    """Give indicators with target, meaning and classes; bands, bases, populations; states."""
    said = definitions()
    for kind in said["file_kinds"]:
        for column in kind["columns"]:
            column["words"] = (column["header"], columns()[column["header"]])
    body = Definitions.model_validate(said).model_dump_json().encode()
    tag = hashlib.sha256(EDITION.encode() + body).hexdigest()[:32]
    headers = {"ETag": f'W/"{tag}"', "Cache-Control": CHECKED}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        raise NotModified(headers)
    return Response(body, media_type="application/json", headers=headers)
