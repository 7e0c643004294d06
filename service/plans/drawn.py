"""A plan's suggestions as lines on a map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def lines(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Give GeoJSON lines from the host to the compound, in the plan's order, CRS84.

    Each runs between the two nearest boundary points. ``proven`` says whether nothing better is
    possible under the plan's conditions.
    """
    proven = not plan.get("unproven") and not plan.get("time_limited")
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "LineString", "coordinates": _line(entry["segment"])},
                "properties": {
                    "rank": rank,
                    "compound": entry["compound"],
                    "name": entry["name"],
                    "project": entry["project"],
                    "project_name": entry["project_name"],
                    "via": entry["via"],
                    "parent": entry.get("parent") or None,
                    "gap_m": entry["gap_m"],
                    "floor_area_m2": entry["floor_area_m2"],
                    "gain_points": entry["gain_points"],
                    "proven": proven,
                },
            }
            for rank, entry in enumerate(plan["suggestions"], start=1)
        ],
    }


def _line(segment: list[float]) -> list[list[float]]:
    at_compound, at_host = segment[:2], segment[2:]
    return [list(at_host), list(at_compound)]
