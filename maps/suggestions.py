"""A takeover plan as a page shows it: one line a suggestion, with its reasons."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from geo.takeover.plan.words import way_taken
from maps.words import area_text, count_text


def suggestions(plan: Any, drawn: list[str]) -> dict[str, Any]:
    """Give a plan's suggestions, in the plan's order.

    Parameters
    ----------
    plan
        `geo.takeover.plan.make.Plan`.
    drawn
        Codes of the compounds on the page, in its order; a suggestion for one of them leads to
        its card.
    """
    place = {code: i for i, code in enumerate(drawn)}
    items = [
        {
            "name": one.name or one.compound,
            "compound": place.get(one.compound, -1),
            "project": one.project_name or one.project,
            "area": area_text(Fraction(one.floor_area_dm2, 100)),
            "weight": one.floor_area_dm2,
            "reasons": list(one.reasons),
            "line": _line(one.segment),
        }
        for one in plan.suggestions
    ]
    taken = sum(one.floor_area_dm2 for one in plan.suggestions)
    total = area_text(Fraction(taken, 100), way_taken(plan, taken))
    count = count_text(len(items), "compounds")
    return {
        "note": (f"建议接管 {count[0]}，共 {total[0]}", f"{count[1]}, {total[1]} in all"),
        "items": items,
    }


def _line(segment: tuple[float, float, float, float]) -> list[list[float]]:
    """Give a segment (lon, lat, lon, lat) as Leaflet takes a line: latitude first."""
    west, south, east, north = (round(degrees, 6) for degrees in segment)
    return [[south, west], [north, east]]
