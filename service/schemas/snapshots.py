"""Snapshots that were made."""

from __future__ import annotations

from pydantic import Field

from service.schemas.common import Answer, Dated


class SnapshotHead(Dated):
    """One snapshot; ``snapshot`` is its id."""

    compounds: int = Field(description="其中小区数。How many compounds are in it.")
    known_change: int = Field(description="按到哪次变更为止所知。Known up to this change.")


class SnapshotList(Answer):
    """A page of snapshots, newest date first."""

    items: list[SnapshotHead]
    total: int
    next: str | None
