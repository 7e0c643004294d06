"""Names that wait for a decision: which row, or which polygon, is which compound."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query

from geo.errors import NotFound, UsageError
from geo.intake.match import record
from service.dependencies import DivisionOf, WorkspaceOf
from service.errors import problems
from service.matching import PAIR, ROW, matches, placed
from service.paging import CursorOf, LimitOf, page_of
from service.plans.asked import Body, Code
from service.schemas.imports import MatchAnswer, Matched, MatchList

router = APIRouter(tags=["matches"])

LONGEST_NUMBER: Final = 18

MatchOf = Annotated[
    str, Path(description="row-编号 或 pair-编码。row-NUMBER or pair-CODE.", examples=["row-12"])
]


class CodeAsk(Body):
    """Of which candidate the decision speaks."""

    code: Code | None = None


@router.get("/matches", summary="待核对的名称 / Names that wait", responses=problems(400, 404))
def waiting(
    space: WorkspaceOf,
    kind: Annotated[
        Literal["row", "pair"] | None,
        Query(description="暂存行，或台账与图形。Rows held back, or ledger and polygon."),
    ] = None,
    division: DivisionOf = None,
    limit: LimitOf = 50,
    cursor: CursorOf = None,
) -> MatchList:
    """List what waits, both sides with place and reasons."""
    code = None if division is None else str(division)
    page = page_of(matches(space.register, kind, code), limit, cursor, key=f"matches {kind} {code}")
    items = placed(space.register, list(page.items))
    return MatchList(
        items=[MatchAnswer.model_validate(item) for item in items],
        total=page.total,
        next=page.next,
    )


@router.post("/matches/{match:path}/confirm", summary="是同一个小区 / They are one",
             responses=problems(400, 404))  # fmt: skip
def confirm(space: WorkspaceOf, match: MatchOf, asked: CodeAsk) -> Matched:
    """Say that the two sides are one compound, as one change."""
    author = space.settings.author
    if asked.code is None:
        raise UsageError("没有写明是哪个小区。", "请在 code 中写候选的编码。")
    if (number := _number(match)) is not None:
        return _matched(record.confirm_row(space.register, number, asked.code, author=author))
    pair = [(_ledger(match), asked.code)]
    return _matched(record.confirm_pairs(space.register, pair, author=author))


@router.post("/matches/{match:path}/reject", summary="不是同一个小区 / They are not",
             responses=problems(400, 404))  # fmt: skip
def reject(space: WorkspaceOf, match: MatchOf, asked: CodeAsk) -> Matched:
    """Say that they are two; of a row without ``code``, that it is none of its candidates."""
    author = space.settings.author
    if (number := _number(match)) is not None:
        return _matched(record.reject_row(space.register, number, asked.code, author=author))
    if asked.code is None:
        raise UsageError("没有写明不是哪个小区。", "请在 code 中写候选的编码。")
    return _matched(record.reject_pair(space.register, _ledger(match), asked.code, author=author))


def _number(match: str) -> int | None:
    digits = match.removeprefix(ROW)
    if not match.startswith(ROW):
        return None
    if not (digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_NUMBER):
        raise NotFound(f"没有等待核对的 {match[:80]}。", "编号见名称列表。")
    return int(digits)


def _ledger(match: str) -> str:
    code = match.removeprefix(PAIR)
    if not match.startswith(PAIR) or not code or "\0" in code:
        raise NotFound(f"没有等待核对的 {match[:80]}。".replace("\0", ""), "编号见名称列表。")
    return code


def _matched(done: record.Recorded) -> Matched:
    return Matched(change=done.change, released=list(done.rows), codes=list(done.codes))
