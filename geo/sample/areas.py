"""Management areas and projects: mostly a plot each, sometimes not quite what was built."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import shapely

from geo.sample.draw import END, START, day, stream, years_later
from geo.sample.facts import Facts
from geo.sample.firms import Firm
from geo.sample.service import Service, Tenure, Units

PARTIAL: Final = 0.05
"""Share of areas that hold most of the compound, not all; half as many hold the lesser part."""

SHIFTED: Final = 0.08
SWAPPED: Final = 0.004
UNMANAGED_WITH_AREA: Final = 0.2
NAMED: Final = 0.72
"""Share of compounds whose ledger names the area; the others are found by their polygon."""


@dataclass
class Area:
    """A row of the user's area file."""

    code: str
    name: str
    filing_no: str
    filed_on: dt.date | None
    polygon: shapely.Geometry


@dataclass
class Project:
    """A row of the user's project ledger."""

    code: str
    name: str
    firm: Firm
    areas: list[str]
    contract_from: dt.date
    contract_to: dt.date
    staff: int
    spare_m2: int | None
    fee: float
    collection: float


@dataclass
class Managed:
    """Areas by unit ('' for none), whether the ledger names them, and projects."""

    areas: list[Area]
    of_unit: list[str]
    named: np.ndarray  # bool, by compound
    projects: list[Project] = field(default_factory=list)


def draw_areas(facts: Facts, units: Units, service: Service, seed: int) -> Managed:
    """Draw areas and projects, and write their codes into the tenures."""
    rng = stream(seed, "areas")
    first, only = _firsts(facts)
    codes: list[str] = []
    seen: dict[str, int] = {}
    served: list[int] = []
    for unit, tenures in enumerate(service.tenures):
        hired = any(tenure.firm for tenure in tenures)
        wanted = hired or (bool(tenures) and rng.random() < UNMANAGED_WITH_AREA)
        county = str(units.county[unit])
        seen[county] = seen.get(county, 0) + int(wanted)
        codes.append(f"{county}GL{seen[county]:05d}" if wanted else "")
        served += [unit] if wanted else []
        for tenure in tenures:
            tenure.area = codes[unit] if tenure.firm else ""
    polygons = _polygons(facts, first[served], only[served], served, rng)
    areas = []
    for unit, polygon in zip(served, polygons, strict=True):
        begun = next((tenure.start for tenure in service.tenures[unit] if tenure.start), START)
        filed = begun - dt.timedelta(days=int(rng.integers(20, 400)))
        number = f"示例备〔{filed.year}〕{int(rng.integers(1, 9999)):04d}号"
        known = rng.random() < 0.85
        areas.append(
            Area(
                code=codes[unit],
                name=f"{facts.name[first[unit]].removesuffix('一期')}物业管理区域",
                filing_no=number if known else "",
                filed_on=filed if known else None,
                polygon=polygon,
            )
        )
    managed = Managed(areas, codes, rng.random(len(facts)) < NAMED)
    managed.projects = _projects(facts, units, service, first, rng)
    return managed


def _firsts(facts: Facts) -> tuple[np.ndarray, np.ndarray]:
    """Give each unit's first compound, and whether it is the only one."""
    size = np.bincount(facts.unit)
    first = np.zeros(len(size), int)
    first[facts.unit[::-1]] = np.arange(len(facts))[::-1]
    return first, size == 1


def _polygons(
    facts: Facts, first: np.ndarray, only: np.ndarray, served: list[int], rng: np.random.Generator
) -> np.ndarray:
    """Draw areas: whole plots, the compound itself, a shifted plot, a part; a few swapped."""
    plots = np.array([facts.unit_plot[unit] for unit in served], dtype=object)
    out = plots.copy()
    chance = rng.random(len(served))
    same = only & (chance < 0.3)
    out[same] = facts.polygon[first[same]]
    shifted = np.flatnonzero((chance >= 0.3) & (chance < 0.3 + SHIFTED))
    moves = rng.uniform(-1, 1, (len(served), 2)) * 0.00018  # up to some 18 m
    for place in shifted.tolist():
        out[place] = _moved(plots[place], moves[place])
    bound = 0.3 + SHIFTED
    for least, most, share in ((0.62, 0.9, PARTIAL), (0.25, 0.45, PARTIAL / 2)):
        mine = np.flatnonzero((chance >= bound) & (chance < bound + share))
        for place in mine.tolist():
            out[place] = _part(plots[place], float(rng.uniform(least, most)))
        bound += share
    # Two neighbours' areas handed in under each other's code.
    for place in np.flatnonzero(chance >= 1 - SWAPPED).tolist():
        if place + 1 < len(out):
            out[[place, place + 1]] = out[[place + 1, place]]
    return np.asarray(shapely.orient_polygons(out))


def _moved(plot: shapely.Geometry, move: np.ndarray) -> shapely.Geometry:
    return shapely.transform(plot, lambda points: np.round(points + move, 8))


def _part(plot: shapely.Geometry, share: float) -> shapely.Geometry:
    """Keep the western part of a plot; `share` is of its width."""
    x0, y0, x1, y1 = shapely.bounds(plot)
    return shapely.intersection(plot, shapely.box(x0, y0, x0 + (x1 - x0) * share, y1))


def _projects(
    facts: Facts, units: Units, service: Service, first: np.ndarray, rng: np.random.Generator
) -> list[Project]:
    """Make a project of every tenure of a company; a few serve two areas of one block."""
    found: list[Project] = []
    floor: list[float] = []
    seen: dict[str, int] = {}
    beside: dict[tuple[int, int, str], int] = {}
    for unit, tenures in enumerate(service.tenures):
        for tenure in tenures:
            if tenure.firm is None or tenure.start is None:
                continue
            key = (int(units.town[unit]), int(units.cell[unit]), tenure.firm.uscc)
            steady = len(tenures) == 1 and units.delivered[unit] is None
            if steady and key in beside and rng.random() < 0.5:
                place = beside.pop(key)
                found[place].areas.append(tenure.area)
                floor[place] += float(units.floor_m2[unit])
                tenure.project = found[place].code
                # The service of the second area began with the first's at the earliest.
                tenure.start = max(tenure.start, found[place].contract_from)
                continue
            county = str(units.county[unit])
            seen[county] = seen.get(county, 0) + 1
            tenure.project = f"{county}XM{seen[county]:05d}"
            name = facts.name[first[unit]]
            found.append(_project(name, tenure, bool(units.old[unit]), rng))
            floor.append(float(units.floor_m2[unit]))
            if steady:
                beside[key] = len(found) - 1
    for project, managed_m2 in zip(found, floor, strict=True):
        project.staff = max(2, round(managed_m2 / float(rng.uniform(2_600, 4_200))))
        if rng.random() < 0.8:
            spare = managed_m2 * float(rng.uniform(0.08, 0.45))
            project.spare_m2 = 100 * round(spare / 100)
    return found


def _project(name: str, tenure: Tenure, old: bool, rng: np.random.Generator) -> Project:
    assert tenure.firm is not None and tenure.start is not None  # noqa: S101, PT018 (for mypy)
    if tenure.end is not None:
        contract_to = tenure.end - dt.timedelta(days=1)
    elif rng.random() < 0.07 and tenure.start < dt.date(2022, 1, 1):
        contract_to = day(rng, dt.date(2023, 1, 1), dt.date(2025, 11, 30))  # over, still served
    else:
        contract_to = years_later(tenure.start, int(rng.integers(2, 6))) - dt.timedelta(days=1)
        while contract_to <= END:
            contract_to = years_later(contract_to, int(rng.integers(2, 6)))
    fee = rng.uniform(0.3, 0.8) if old else rng.uniform(1.2, 2.5)
    collection = rng.uniform(0.5, 0.78) if old else rng.uniform(0.74, 0.97)
    return Project(
        code=tenure.project,
        name=f"{name}物业服务项目",
        firm=tenure.firm,
        areas=[tenure.area],
        contract_from=tenure.start,
        contract_to=contract_to,
        staff=0,
        spare_m2=None,
        fee=round(float(fee) * 20) / 20,
        collection=round(float(collection), 3),
    )
