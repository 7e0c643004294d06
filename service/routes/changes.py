"""Changes of the register, and taking one back."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path

from service.dependencies import WorkspaceOf
from service.errors import problems
from service.paging import CursorOf, LimitOf, page_of
from service.schemas.imports import ChangeAnswer, ChangeList, Recorded

router = APIRouter(tags=["changes"])

MOST: Final = 2**62


@router.get("/changes", summary="全部变更 / All changes", responses=problems(400))
def changes(space: WorkspaceOf, limit: LimitOf = 50, cursor: CursorOf = None) -> ChangeList:
    """List the changes, newest first."""
    rows = space.register.changes()
    undone = {row["undoes"]: row["number"] for row in rows if row["undoes"] is not None}
    page = page_of(rows, limit, cursor, key="changes")
    return ChangeList(
        items=[_answer(row, undone) for row in page.items], total=page.total, next=page.next
    )


def _answer(row: dict[str, Any], undone: dict[int, int]) -> ChangeAnswer:
    names = set(ChangeAnswer.model_fields) - {"undone_by"}
    words = {name: value for name, value in row.items() if name in names}
    return ChangeAnswer(**words, undone_by=undone.get(row["number"]))


@router.post("/changes/{number}/undo", summary="撤销一次变更 / Take a change back",
             responses=problems(404))  # fmt: skip
def undo(space: WorkspaceOf, number: Annotated[int, Path(ge=1, le=MOST)]) -> Recorded:
    """Take a whole change back, as a change of its own; what later changes build on stays."""
    return Recorded(change=space.register.undo(number, space.settings.author))
