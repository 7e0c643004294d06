"""A case as it is shown: its subjects, its steps, how far it has come."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Any

from geo.action_plan import action_plan
from geo.cases.states import SUGGESTED, Progress, Step, progress


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
