"""The states of a case, and which step may follow which.

::

    建议 → 街道受理 → 企业意愿 → 征求意见 → 表决 → 合同 → 承接查验 → 进场

None is left out. From any of them but the last a case may be put aside (搁置) and taken up again
(恢复) where it was, or be rejected (否决), which ends it, as 进场 does. (DOMAIN section 3.)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from geo.terms import CASE_HELD, CASE_REJECTED, CASE_RESUMED, CASE_STAGES

SUGGESTED: Final = CASE_STAGES[0]
VOTE: Final = "表决"
CONTRACT: Final = "合同"
INSPECTION: Final = "承接查验"
ENTERED: Final = CASE_STAGES[-1]


@dataclass(frozen=True)
class Step:
    """A step of a case.

    Attributes
    ----------
    state
        One of `geo.terms.CASE_STATES`.
    at
        The day on which it came about, not the day on which it was written down.
    figures
        What its gate asks for (`geo.cases.gates`).
    change
        Number of the change that recorded it; 0 before.
    """

    state: str
    at: dt.date
    author: str
    reason: str | None = None
    evidence: str | None = None
    figures: dict[str, Any] = field(default_factory=dict)
    change: int = 0

    def as_row(self) -> dict[str, Any]:
        """Give the step as the register keeps it."""
        return {
            "state": self.state,
            "at": self.at,
            "author": self.author,
            "reason": self.reason,
            "evidence": self.evidence,
            "figures": self.figures,
        }

    def as_json(self) -> dict[str, Any]:
        """Give the step as the command line and the API show it."""
        return {**self.as_row(), "at": self.at.isoformat(), "change": self.change}


@dataclass(frozen=True)
class Progress:
    """How far a case has come.

    Attributes
    ----------
    stage
        The last of `CASE_STAGES` that it reached.
    state
        What it is in now: its stage, 搁置 or 否决.
    """

    stage: str
    state: str

    @property
    def closed(self) -> bool:
        """Whether nothing can follow."""
        return self.state in {CASE_REJECTED, ENTERED}

    @property
    def allowed(self) -> tuple[str, ...]:
        """The steps that may follow."""
        if self.closed:
            return ()
        if self.state == CASE_HELD:
            return CASE_RESUMED, CASE_REJECTED
        following = CASE_STAGES[CASE_STAGES.index(self.stage) + 1]
        return following, CASE_HELD, CASE_REJECTED


def progress(steps: Sequence[Step]) -> Progress:
    """Tell how far a case has come by its steps, in order."""
    stage = state = SUGGESTED
    for step in steps:
        if step.state in CASE_STAGES:
            stage = state = step.state
        else:
            state = stage if step.state == CASE_RESUMED else step.state
    return Progress(stage, state)
