"""Where a plan's takeover touches: the polygon that a compound is reached by, and the way."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
import shapely

from geo.takeover.neighbours.edges import shared_edge_m
from geo.takeover.neighbours.metric import Plane, geodesic_m, whole_mm
from geo.takeover.neighbours.pairs import Meeting
from geo.takeover.plan.room import Room
from geo.takeover.plan.scene import Scene

Segment = tuple[float, float, float, float]


class Contact(NamedTuple):
    """How a compound is reached.

    Attributes
    ----------
    via_code, via_name
        The polygon that is near: the host's, the chain's parent's, or a mate's of its own area.
    kind
        "host", "chain" or "area".
    """

    via_code: str
    via_name: str
    kind: str
    gap_mm: int
    segment: Segment
    arterial: str = ""
    crossing: str = ""
    walk_mm: int = 0
    barred_by: tuple[str, str] | None = None


class Contacts:
    """Finds the contact of each takeover of a plan."""

    def __init__(self, scene: Scene, room: Room) -> None:
        self.scene, self.room = scene, room

    @cached_property
    def _links(self) -> dict[tuple[int, int], tuple[int, Segment]]:
        found: dict[tuple[int, int], tuple[int, Segment]] = {}
        for link in self.scene.links:
            west, south, east, north = link.segment
            found[link.one, link.other] = link.gap_mm, link.segment
            found[link.other, link.one] = link.gap_mm, (east, north, west, south)
        return found

    def of(self, place: int) -> Contact:
        """Give the contact of a candidate that the plan takes over."""
        scene, room = self.scene, self.room
        row, project = int(scene.field.rows[place]), self.project(place)
        if room.depth[place] > 1:
            return self._chained(place)
        meeting = scene.pair_at.get((row, project))
        if meeting is not None:
            return _met(meeting)
        mates = [int(scene.field.rows[mate]) for mate in room.mates(place).tolist()]
        near = [mate for mate in mates if (mate, project) in scene.pair_at]
        return self._to(row, near, "area")

    def project(self, place: int) -> int:
        """Give the row of the project that takes a candidate over."""
        return self.scene.project_rows[int(self.room.host[place])]

    def _chained(self, place: int) -> Contact:
        """Give the link to the parent's area; of several from the own area, one of its own."""
        scene, room = self.scene, self.room
        rows = scene.field.rows
        parents = [int(rows[k]) for k in room.mates(int(room.parent[place])).tolist()]
        return self._to(int(rows[place]), parents, "chain")

    def _to(self, row: int, others: list[int], kind: str) -> Contact:
        """Give the shortest contact to one of several compounds."""
        ways = {
            other: self._links.get((row, other)) or self._between(row, other) for other in others
        }
        code = self.scene.snapshot.column("compounds", "code")
        other = min(ways, key=lambda one: (ways[one][0], str(code[one])))
        gap_mm, segment = ways[other]
        name = self.scene.snapshot.column("compounds", "name")[other]
        return Contact(str(code[other]), str(name or ""), kind, gap_mm, segment)

    def _between(self, row: int, other: int) -> tuple[int, Segment]:
        shapes = self.scene.snapshot.geometry("compounds")
        line = shapely.shortest_line(shapes[row], shapes[other])
        ends = np.round(shapely.get_coordinates(line).reshape(1, 4), 7)
        west, south, east, north = ends[0].tolist()
        return int(whole_mm(geodesic_m(ends))[0]), (west, south, east, north)

    def shared_edge_mm(self, place: int, contact: Contact) -> int:
        """Measure the boundary that a compound shares with what it is reached by."""
        adjacent_m = self.scene.conditions.adjacent_m
        if contact.gap_mm > adjacent_m * 1000:
            return 0
        row = int(self.scene.field.rows[place])
        other = self._shape(contact.via_code)
        if other is None:
            return 0
        both = np.array([self.scene.snapshot.geometry("compounds")[row], other], object)
        plane = Plane.around(both)
        one, two = plane.project(both)
        zero = np.zeros(1, np.int64)
        edge = shared_edge_m(
            np.array([one], object), np.array([two], object), zero, zero, float(adjacent_m)
        )
        return int(whole_mm(edge)[0])

    def _shape(self, code: str) -> shapely.Geometry | None:
        for table in ("compounds", "areas"):
            at = self._rows_of[table].get(code)
            if at is not None:
                return self.scene.snapshot.geometry(table)[at]
        return None

    @cached_property
    def _rows_of(self) -> dict[str, dict[str, int]]:
        return {
            table: {
                str(code): row
                for row, code in enumerate(self.scene.snapshot.column(table, "code").tolist())
            }
            for table in ("compounds", "areas")
        }


def _met(meeting: Meeting) -> Contact:
    return Contact(
        meeting.via_code,
        meeting.via_name,
        "host",
        meeting.gap_mm,
        meeting.segment,
        meeting.arterial,
        meeting.crossing,
        meeting.walk_mm,
        meeting.barred_by,
    )
