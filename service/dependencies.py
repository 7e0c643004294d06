"""What routes ask for: the workspace, a snapshot, a definition, a division; and how they answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel

from geo.action_plan import Basis, Definition, Population
from geo.snapshot.file import Snapshot
from service.errors import NotModified
from service.options import day, definition_of, division_code, moment
from service.workspace import Workspace

DIVISION_PATTERN: Final = r"^[1-9][0-9]{1,11}$"
FOREVER: Final = "private, max-age=31536000, immutable"
CHECKED: Final = "private, no-cache"
WHOLE_ID: Final = 64
EDITION: Final = f"wuye {version('wuye-atlas')} interface 1"
"""Goes into each ETag: a later version may answer the same question in other words."""

Level = Literal["province", "prefecture", "county", "street", "community"]
IndicatorId = Literal["I1", "I2", "I3", "I4"]


def workspace(request: Request) -> Workspace:
    """Give the application's workspace."""
    found: Workspace = request.app.state.workspace
    return found


WorkspaceOf = Annotated[Workspace, Depends(workspace)]

SnapshotId = Annotated[
    str | None,
    Query(
        description="快照编号，或足以区分的开头。A snapshot's id, or enough of its beginning.",
        pattern=r"^[0-9a-f]{6,64}$",
    ),
]
AsOf = Annotated[
    str | None,
    Query(
        description="截止日期；默认登记库或快照所及的最近一日。"
        "As of which date; by default the newest that register or snapshots speak of.",
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        json_schema_extra={"format": "date"},
        openapi_examples={"2025": {"summary": "2025 年底 / end of 2025", "value": "2025-12-31"}},
    ),
]
KnownAt = Annotated[
    str | None,
    Query(
        description="按某一时刻已登记的内容；默认此刻。As known at a moment; now by default.",
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}[0-9:.]*(Z|[+-][0-9:]+)?)?$",
        openapi_examples={
            "一月": {"summary": "一月底 / late January", "value": "2026-01-25T12:00:00+08:00"}
        },
    ),
]


def snapshot(
    space: WorkspaceOf,
    request: Request,
    snapshot: SnapshotId = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> Snapshot:
    """Give a snapshot by id, that of a date, or the newest; one is built when it is missing."""
    if snapshot is not None:
        found = space.opened.open(snapshot)
    else:
        at = moment(known_at, "known_at")
        found = (
            space.opened.newest(at) if as_of is None else space.opened.get(day(as_of, "as_of"), at)
        )
    request.state.snapshot_id = found.id
    return found


SnapshotOf = Annotated[Snapshot, Depends(snapshot)]


def definition(
    band: Annotated[
        Literal["A", "B", "C"], Query(description="口径档。Which service modes count.")
    ] = "A",
    basis: Annotated[
        Basis, Query(description="建筑面积、用地面积或个数。By floor area, land area or number.")
    ] = "floor",
    population: Annotated[
        Population, Query(description="城镇小区或全部。Urban compounds, or all.")
    ] = "urban",
    with_interim: Annotated[
        bool, Query(description="把物业管理委员会计算在内。Count interim committees.")
    ] = False,
) -> Definition:
    """Put a definition together."""
    return definition_of(band, basis, population, with_interim=with_interim)


def division(
    division: Annotated[
        str | None,
        Query(
            description="区划代码；默认全部。A division's code; everything by default.",
            pattern=DIVISION_PATTERN,
            openapi_examples={"五华区": {"summary": "五华区 / Wuhua district", "value": "530102"}},
        ),
    ] = None,
) -> int | None:
    """Read a division code."""
    return division_code(division, "division")


DefinitionOf = Annotated[Definition, Depends(definition)]
DivisionOf = Annotated[int | None, Depends(division)]


@dataclass(frozen=True)
class Asked:
    """A question to snapshots: what marks its answer, and how long that may be kept."""

    space: Workspace
    tag: str
    forever: bool
    snapshot_id: str | None

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the answer, and of "not modified"."""
        headers = {
            "ETag": f'W/"{self.tag}"',
            "Cache-Control": FOREVER if self.forever else CHECKED,
        }
        return headers if self.snapshot_id is None else {**headers, "X-Snapshot": self.snapshot_id}

    def answer(self, model: type[BaseModel], make: Callable[[], Any]) -> Response:
        """Give the answer as JSON, made once and kept, as long as there is room."""
        body = self.space.answers.get(self.tag)
        if body is None:
            body = model.model_validate(make()).model_dump_json(by_alias=True).encode()
            self.space.answers.keep(self.tag, body)
        return Response(body, media_type="application/json", headers=self.headers)


def tag_of(request: Request, *snapshots: Snapshot) -> str:
    """Hash a question: the address, its parameters and the snapshots that it is put to."""
    asked = sorted(
        item
        for item in request.query_params.multi_items()
        if item[0] not in {"snapshot", "as_of", "known_at", "before", "after"}
    )
    words = [EDITION, request.url.path, *(snapshot.id for snapshot in snapshots), repr(asked)]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:32]


def unless_known(request: Request, asked: Asked) -> Asked:
    """Let a question pass unless its asker has the answer already.

    Raises
    ------
    NotModified
        When ``If-None-Match`` names the answer's tag.
    """
    known = {tag.strip() for tag in request.headers.get("if-none-match", "").split(",")}
    if known & {f'W/"{asked.tag}"', f'"{asked.tag}"'}:
        raise NotModified(asked.headers)
    return asked


def asked(request: Request, space: WorkspaceOf, snapshot: SnapshotOf) -> Asked:
    """Put the request's question to the snapshot that it names."""
    forever = len(request.query_params.get("snapshot", "")) == WHOLE_ID
    return unless_known(request, Asked(space, tag_of(request, snapshot), forever, snapshot.id))


AskedOf = Annotated[Asked, Depends(asked)]

NOT_MODIFIED: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "与已有的相同 / not modified"}
}
"""What routes declare that answer by `Asked`."""
