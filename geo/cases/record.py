"""A case as it is shown: its subjects, its steps, how far it has come."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geo.action_plan import action_plan
from geo.cases.states import SUGGESTED, Progress, Step, progress
from geo.terms import CASE_HELD, CASE_REJECTED


@dataclass(frozen=True)
class Case:
    """A suggestion that somebody follows up.

    Attributes
    ----------
    number
        What people call it by.
    project
        The host; a contract may name another project of the same company.
    plan, suggestion
        Id of the plan that it comes from and the plan's own entry; None without.
    division
        Of the compound.
    parent
        The compound that the host reaches this one through, by the plan's chain; "" without. It
        has to be entered first.
    parent_state
        State of the parent's latest case with the same host; None without one.
    """

    number: int
    compound: str
    compound_name: str
    project: str
    project_name: str
    division: str | None
    plan: str | None
    suggestion: dict[str, Any] | None
    steps: tuple[Step, ...]
    parent_state: str | None = None

    @property
    def parent(self) -> str:
        """The compound that has to be entered before this one; "" without."""
        return parent_of(self.suggestion)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What stands in the way though no step was refused."""
        if not self.parent or self.progress.closed:
            return ()
        if self.parent_state == CASE_REJECTED:
            return (f"上一环小区 {self.parent} 已否决，本案无从承接，请改由其他项目承接或否决。",)
        if self.parent_state == CASE_HELD:
            return (f"上一环小区 {self.parent} 已搁置，进场前须先恢复并进场。",)
        return ()

    @property
    def progress(self) -> Progress:
        """How far it has come."""
        return progress(self.steps)

    def step(self, state: str) -> Step | None:
        """Give the last step to a state, or None."""
        return next((step for step in reversed(self.steps) if step.state == state), None)

    def as_json(self) -> dict[str, Any]:
        """Give the case as the command line and the API show it."""
        now = self.progress
        opened = self.step(SUGGESTED)
        return {
            "case": self.number,
            "compound": self.compound,
            "compound_name": self.compound_name,
            "project": self.project,
            "project_name": self.project_name,
            "division": self.division,
            "plan": self.plan,
            "parent": self.parent or None,
            "parent_state": self.parent_state,
            "warnings": list(self.warnings),
            "state": now.state,
            "stage": now.stage,
            "closed": now.closed,
            "next": list(now.allowed),
            "opened_on": None if opened is None else opened.at.isoformat(),
            "latest_start": latest_start(action_plan().lead_months).isoformat(),
            "latest_start_at_best": latest_start(action_plan().lead_months_least).isoformat(),
            "due": due().isoformat(),
            "steps": [step.as_json() for step in self.steps],
        }


def parent_of(suggestion: Mapping[str, Any] | None) -> str:
    """Give the parent in the chain that a plan's suggestion names; "" without."""
    return str((suggestion or {}).get("parent") or "")


def due() -> dt.date:
    """Give the day by which the action plan wants the target of I1."""
    return dt.date.fromisoformat(action_plan().indicator("I1").due)


def latest_start(lead_months: int) -> dt.date:
    """Give the last day to begin a case that is to be done by `due` after some months.

    A month is a calendar month, and a day that a shorter month doesn't have is its last.
    """
    end = due()
    months = 12 * end.year + end.month - 1 - lead_months
    year, month = months // 12, months % 12 + 1
    return dt.date(year, month, min(end.day, calendar.monthrange(year, month)[1]))
