"""What if: a plan made again with something changed, and what that changes.

The new plan is a new optimum of the whole, not the old one patched. What was measured on the
ground for the first is used again (`geo.takeover.plan.field`), so a county answers at once.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from geo.errors import UsageError
from geo.snapshot.file import Snapshot
from geo.takeover.plan.field import Field
from geo.takeover.plan.make import Plan, plan_on
from geo.takeover.plan.request import Request
from geo.takeover.plan.saved import Difference, Result, compare


@dataclass(frozen=True)
class Answer:
    """A new plan, and its difference to the one before."""

    plan: Plan
    difference: Difference

    def as_json(self) -> dict[str, Any]:
        """Give both as JSON."""
        return {"plan": self.plan.as_json(), "difference": self.difference.as_json()}


class WhatIf:
    """A plan to argue with: asked again and again on one field.

    Parameters
    ----------
    base
        The plan that others are compared with, as JSON.
    field
        What was measured for it; None: measured now.

    Raises
    ------
    UsageError
        When the snapshot isn't the one of the base.
    """

    def __init__(self, snapshot: Snapshot, base: Result, field: Field | None = None) -> None:
        if base["snapshot"] != snapshot.id:
            raise UsageError(
                f"方案用的是快照 {base['snapshot'][:12]}，不是 {snapshot.id[:12]}。",
                "请用 wuye plan again 在新快照上重算。",
            )
        self.base = base
        self.request = Request.from_json(base)
        self.field = field or Field(snapshot, self.request.definition, self.request.division)

    def ask(self, request: Request, executor: Executor | None = None) -> Answer:
        """Make the plan of another request on the same field.

        Raises
        ------
        UsageError
            When it is about another division or definition.
        """
        if (request.division, request.definition) != (self.field.division, self.field.definition):
            raise UsageError("假设只能改条件，不能改区划和口径。", "请另用 wuye plan 求解。")
        plan = plan_on(self.field, request, executor)
        return Answer(plan, compare(self.base, plan.as_json()))


def made_again(
    snapshot: Snapshot, base: Result, executor: Executor | None = None
) -> tuple[Answer, Field]:
    """Make a plan again on another snapshot, as it was asked for; and give what was measured.

    Decisions about compounds and projects that no longer fit stop it with their names.
    """
    request = Request.from_json(base)
    field = Field(snapshot, request.definition, request.division)
    plan = plan_on(field, request, executor)
    return Answer(plan, compare(base, plan.as_json())), field
