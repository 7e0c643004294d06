"""Snapshots made by a job: of one date, or of many."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from maps.tiles.divisions import outlines
from service.jobs.work import Work


def snapshot(work: Work, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """Build the snapshot of a date: ``{as_of, known_at?}`` gives ``{snapshot, as_of, made_up}``."""
    return _built(work, parameters, [parameters["as_of"]])[0]


def series(work: Work, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """Build snapshots: ``{dates, known_at?}`` gives ``{snapshots: [{snapshot, as_of, made_up}]}``.

    Each is committed by itself: what was built before a cancellation stays.
    """
    return {"snapshots": _built(work, parameters, parameters["dates"])}


def _built(work: Work, parameters: dict[str, Any], days: list[str]) -> list[dict[str, Any]]:
    known_at = parameters.get("known_at")
    moment = None if known_at is None else dt.datetime.fromisoformat(known_at)
    found = []
    for number, day in enumerate(days):
        work.tell(number, len(days), f"生成 {day} 的快照", f"Building the snapshot of {day}")
        made = work.snapshots.get(dt.date.fromisoformat(day), moment)
        outlines(made, work.home / "tiles")  # most have the divisions of another, and nothing to do
        found.append({"snapshot": made.id, "as_of": day, "made_up": made.made_up})
    return found
