"""A plan as it is kept: what is suggested, what is not and why, and the figures, exact.

Inside, areas are integers of 0.01 m² and shares are fractions. In JSON areas are in m² with two
decimals and shares are numbers 0-1; reading a plan back gives the same plan.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from typing import Any, Final, Self


def shown(value: int, unit: str) -> float | int:
    """Give an amount as JSON holds it: m² with two decimals, or a count."""
    return round(value / 100, 2) if unit == "m2" else value


def stored(value: float, unit: str) -> int:
    """Give an amount back in the units that sums are made in."""
    return round(value * 100) if unit == "m2" else int(value)


class _Kept:
    """A record whose fields ``*_dm2``, ``*_mm`` and ``*_fen`` stand in JSON as m², m and yuan."""

    def as_json(self) -> dict[str, Any]:
        """Give the record as JSON holds it."""
        words: dict[str, Any] = {}
        for field in fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if field.name.endswith("_dm2"):
                words[field.name[:-4] + "_m2"] = shown(value, "m2")
            elif field.name.endswith("_mm"):
                words[field.name[:-3] + "_m"] = None if value is None else value / 1000
            elif field.name.endswith("_fen"):
                words[field.name[:-4] + "_yuan"] = value / 100
            else:
                words[field.name] = list(value) if isinstance(value, tuple) else value
        return words

    @classmethod
    def from_json(cls, words: dict[str, Any]) -> Self:
        """Read the record back; what an older plan doesn't have is left at its default."""
        values: dict[str, Any] = {}
        for field in fields(cls):  # type: ignore[arg-type]
            name, end = field.name, field.name.rpartition("_")[2]
            written = f"{name[: -len(end) - 1]}_{_WRITTEN[end]}" if end in _WRITTEN else name
            if written not in words and field.default is not MISSING:
                continue
            value = words[written]
            if end in _WRITTEN:
                value = None if value is None else round(value * (1000 if end == "mm" else 100))
            values[name] = tuple(value) if isinstance(value, list) else value
        return cls(**values)


_WRITTEN: Final = {"dm2": "m2", "mm": "m", "fen": "yuan"}
"""What a field's unit is in JSON."""


@dataclass(frozen=True)
class Suggestion(_Kept):
    """One takeover: a compound, the project that takes it over, and why that one.

    Attributes
    ----------
    compound, name
        The old compound's code and name.
    project, project_name, company, company_name
        The host; ``company`` is a unified social credit code.
    via, via_name
        The host's compound (or management area) that is near.
    gap_mm
        Between the two polygons, on the ellipsoid; 0 when they touch.
    segment
        Lon, lat at the compound, then at `via`: a shortest segment that nothing bars.
    floor_area_dm2, area_imputed, households
        Of the compound; 0 households are not known.
    gain_points
        What it adds to the division's share, in percentage points.
    spare_before_dm2, spare_after_dm2
        The host's spare floor area, after the suggestions above this one and after this one.
    arterial
        Name of an arterial road between them; "" without.
    crossing, walk_mm
        The crossing over a barrier between them and the way through it; "" and None without.
    stars
        Credit stars of the company; 0 when not rated.
    warnings, reasons
        In Chinese, for people.
    parent, parent_name, depth
        The compound that the host is reached through, "" where it is next to the host; its depth
        in the chain. `via`, `gap_mm` and `segment` are then of the parent.
    shared_edge_mm
        Boundary that the two share, within the adjacent distance.
    cost_fen, subsidy_fen, fee_ratio
        What it costs by the plan's assumptions, the subsidy in it, and the old compound's assumed
        fee over the host's own (None where that is not known).
    points
        What it adds to each division that it lies in: level, division, name, points.
    criteria
        Each rule with figure, limit, unit, whether it is met (None: not known) and a text.
    runner_up
        The next host: project, project_name, gap_m, way_m, rule and why it lost; None without.
    next_step
        What the law asks for next.
    """

    compound: str
    name: str
    project: str
    project_name: str
    company: str
    company_name: str
    via: str
    via_name: str
    gap_mm: int
    segment: tuple[float, float, float, float]
    floor_area_dm2: int
    area_imputed: bool
    households: int
    gain_points: float
    spare_before_dm2: int
    spare_after_dm2: int
    same_community: bool
    same_street: bool
    arterial: str
    crossing: str
    walk_mm: int | None
    stars: int
    warnings: tuple[str, ...]
    reasons: tuple[str, ...]
    parent: str = ""
    parent_name: str = ""
    depth: int = 1
    shared_edge_mm: int = 0
    cost_fen: int = 0
    subsidy_fen: int = 0
    fee_ratio: float | None = None
    points: tuple[dict[str, Any], ...] = ()
    criteria: tuple[dict[str, Any], ...] = ()
    runner_up: dict[str, Any] | None = None
    next_step: str = ""


@dataclass(frozen=True)
class FallbackStep(_Kept):
    """A compound that no neighbour can take, and the mode that the plan falls back on.

    ``counts`` tells whether the mode counts under the plan's definition.
    """

    compound: str
    name: str
    mode: str
    counts: bool
    floor_area_dm2: int
    cost_fen: int
    text: str


@dataclass(frozen=True)
class NotServed(_Kept):
    """A candidate that the plan does not use, and why.

    ``reason`` is a key of `geo.takeover.plan.words.REASONS`; ``project`` and ``gap_mm`` are of the
    host that the reason speaks of ("" and None without one). ``relaxations`` are the smallest
    change by which that host could take it (`geo.takeover.plan.relaxation`, as dictionaries): done
    to the plan's request together with a lock of the two, the compound is served. ``fallback`` is
    the first mode of the plan's list that would better what it has.
    """

    compound: str
    name: str
    floor_area_dm2: int
    reason: str
    text: str
    project: str
    gap_mm: int | None
    project_name: str = ""
    remedy: str = ""
    relaxations: tuple[dict[str, Any], ...] = ()
    fallback: str = ""


@dataclass(frozen=True)
class GapPart(_Kept):
    """A part of the gap: so many compounds, of so much, for one reason.

    ``amount`` is in the plan's unit. The parts and the suggestions sum to the gap between
    numerator and denominator. ``members`` names the compounds that `Plan.not_served` does not
    (``compound``, ``name``, ``floor_area_m2``): no candidates, or left to a fallback that does not
    count. ``remedy`` is what would make candidates of them.
    """

    reason: str
    text: str
    compounds: int
    amount: int
    remedy: str = ""
    members: tuple[dict[str, Any], ...] = ()
