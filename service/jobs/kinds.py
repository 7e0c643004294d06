"""The kinds of jobs, and what does each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from service.jobs import exporting, importing, planning, snapshots
from service.jobs.work import Kind, Work

KINDS: Final[dict[str, Kind]] = {
    "snapshot": snapshots.snapshot,
    "series": snapshots.series,
    "check": importing.check,
    "import": importing.load,
    "plan": planning.plan,
    "export": exporting.export,
}
"""By the name that a job goes by."""

SETTLED: Final[dict[str, Callable[[Work, int, dict[str, Any]], Mapping[str, Any]]]] = {
    "import": importing.settle
}
"""What gives the result of a job whose change was committed before it could end."""
