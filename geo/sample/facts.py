"""What the ledgers say of every compound, service apart: code, name, division, age, size."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from geo.sample import names
from geo.sample.draw import END, START, day, stream
from geo.sample.layout import Layout
from geo.sample.territory import County

OTHER_DIVISION: Final = 0.015
"""Share whose ledger names the community next door."""

COARSE_DIVISION: Final = 0.02
"""Share whose ledger names the street or the county only."""

NO_FLOOR: Final = 0.04
NO_YEAR: Final = 0.02
NO_POLYGON: Final = 0.015
OVERDRAWN: Final = 0.006
"""Share whose polygon was drawn some 13 m too wide: about half of them overlap a neighbour."""

DEMOLISHED: Final = 0.008  # of the old ones
RURAL: Final = 0.03


@dataclass
class Facts:
    """All compounds. Arrays and lists of length n; a unit is what one service serves."""

    code: list[str]
    name: list[str]
    alias: list[str]
    county: np.ndarray
    division: list[str]  # where it lies
    ledger_division: list[str]  # what its ledger says
    address: list[str]
    old: np.ndarray
    built_year: np.ndarray
    year_known: np.ndarray
    delivered_on: list[dt.date | None]
    delivery_known: np.ndarray
    demolished_on: list[dt.date | None]
    floor_m2: np.ndarray
    floor_known: np.ndarray
    households: np.ndarray
    urban: np.ndarray
    walled: np.ndarray  # bool
    polygon: np.ndarray  # degrees
    drawn: np.ndarray  # bool: has a polygon in the user's file
    plot: np.ndarray  # degrees
    town: np.ndarray  # index of the layout
    cell: np.ndarray  # block of the town
    unit: np.ndarray  # index of the unit
    unit_plot: list[shapely.Geometry]  # by unit

    def __len__(self) -> int:
        return len(self.code)


def describe(
    tree: gpd.GeoDataFrame, layouts: list[Layout], counties: dict[str, County], seed: int
) -> Facts:
    """Describe every compound of the laid-out towns."""
    rng = stream(seed, "facts")
    joined = {
        field: np.concatenate([getattr(layout.compounds, field) for layout in layouts])
        for field in ("county", "polygon", "plot", "floor_m2", "old", "built_year", "cell")
    }
    count = len(joined["county"])
    town = np.repeat(np.arange(len(layouts)), [len(layout.compounds) for layout in layouts])
    unit, unit_plot = _units(layouts, joined)
    division, beside = _located(joined["polygon"], counties)
    label = dict(zip(tree["code"], tree["name"], strict=True))
    built, old = joined["built_year"], joined["old"]
    delivered = [_delivered(rng, int(year)) for year in built]
    demolished = [
        day(rng, dt.date(2023, 1, 1), END) if was_old and chance < DEMOLISHED else None
        for was_old, chance in zip(old, rng.random(count), strict=True)
    ]
    outward = np.concatenate([np.arange(n) / n for n in np.bincount(town)])
    name = _names(rng, label, joined["county"], division, old, unit)
    return Facts(
        code=_codes(joined["county"]),
        name=name,
        alias=[_alias(rng, text) for text in name],
        county=joined["county"],
        division=division,
        ledger_division=_ledger_division(rng, division, beside),
        address=[_address(rng, label, code) for code in division],
        old=old,
        built_year=built,
        year_known=rng.random(count) >= NO_YEAR,
        delivered_on=delivered,
        delivery_known=(built >= START.year) | ((built > 2000) & (rng.random(count) < 0.6)),
        demolished_on=demolished,
        floor_m2=joined["floor_m2"],
        floor_known=rng.random(count) >= NO_FLOOR,
        households=_households(rng, joined["floor_m2"], old),
        urban=rng.random(count) >= 2 * RURAL * outward,
        walled=rng.random(count) < np.where(old, 0.55, 0.96),
        polygon=_overdrawn(rng, joined["polygon"]),
        drawn=rng.random(count) >= NO_POLYGON,
        plot=joined["plot"],
        town=town,
        cell=joined["cell"],
        unit=unit,
        unit_plot=unit_plot,
    )


def _units(
    layouts: list[Layout], joined: dict[str, np.ndarray]
) -> tuple[np.ndarray, list[shapely.Geometry]]:
    """Give what is served as one a number: a group of plots, or a plot alone.

    Groups with a compound delivered after the start fall apart, so that a unit has one history.
    """
    unit: list[int] = []
    plots: list[shapely.Geometry] = []
    at = 0
    for layout in layouts:
        group = layout.compounds.group
        late = set(group[layout.compounds.built_year >= START.year].tolist())
        numbers: dict[int, int] = {}
        for place, mine in enumerate(group.tolist()):
            if mine < 0 or mine in late:
                unit.append(len(plots))
                plots.append(joined["plot"][at + place])
            else:
                if mine not in numbers:
                    numbers[mine] = len(plots)
                    plots.append(layout.group_plots[mine])
                unit.append(numbers[mine])
        at += len(group)
    return np.array(unit), plots


def _located(polygons: np.ndarray, counties: dict[str, County]) -> tuple[list[str], list[str]]:
    """Give the community that holds each polygon's inner point, and the one next to it."""
    codes = [code for county in counties.values() for code in county.communities]
    shapes = [shape for county in counties.values() for shape in county.communities.values()]
    index = shapely.STRtree(shapes)
    place, found = index.query(shapely.point_on_surface(polygons), predicate="within")
    home = np.full(len(polygons), -1)
    home[place] = found
    beside = home.copy()
    place, found = index.query(polygons, predicate="dwithin", distance=0.004)
    other = found != home[place]
    beside[place[other]] = found[other]
    return [codes[i] for i in home.tolist()], [codes[i] for i in beside.tolist()]


def _codes(county: np.ndarray) -> list[str]:
    """Give every compound a number within its county: 530102XQ00001."""
    seen: dict[str, int] = {}
    out = []
    for code in county.tolist():
        seen[code] = seen.get(code, 0) + 1
        out.append(f"{code}XQ{seen[code]:05d}")
    return out


def _names(
    rng: np.random.Generator, label: dict[str, str], county: np.ndarray, division: list[str],
    old: np.ndarray, unit: np.ndarray,
) -> list[str]:  # fmt: skip
    """Name compounds; those of one unit share a name and differ in their phase."""
    sizes = np.bincount(unit)
    base: dict[int, str] = {}
    phases: dict[int, int] = {}
    out = []
    for place, mine in enumerate(unit.tolist()):
        if mine not in base:
            base[mine] = names.base_name(
                rng,
                old=bool(old[place]),
                county=names.short_county(label[county[place]]),
                community=names.community_word(label[division[place]]),
            )
            phases[mine] = 0
        ending = names.phase(phases[mine]) if sizes[mine] > 1 else ""
        if not ending and not old[place] and rng.random() < 0.12:
            ending = names.phase(int(rng.integers(3)))
        phases[mine] += 1
        out.append(base[mine] + ending)
    return out


def _alias(rng: np.random.Generator, name: str) -> str:
    if rng.random() >= 0.1:
        return ""
    return name.replace("宿舍", "家属区") if "宿舍" in name else f"{name[:2]}大院"


def _address(rng: np.random.Generator, label: dict[str, str], code: str) -> str:
    community = names.community_word(label[code])
    return f"{label[code[:6]]}{label[code[:9]]}{community}{int(rng.integers(1, 400))}号"


def _ledger_division(rng: np.random.Generator, division: list[str], beside: list[str]) -> list[str]:
    out = []
    for home, other, chance in zip(division, beside, rng.random(len(division)), strict=True):
        if chance < OTHER_DIVISION:
            out.append(other)
        elif chance < OTHER_DIVISION + COARSE_DIVISION:
            out.append(home[:9] if chance < OTHER_DIVISION + COARSE_DIVISION * 0.7 else home[:6])
        else:
            out.append(home)
    return out


def _delivered(rng: np.random.Generator, year: int) -> dt.date | None:
    if year <= 2000:
        return None
    return day(rng, dt.date(year, 3, 1), min(dt.date(year, 12, 28), dt.date(2025, 11, 20)))


def _overdrawn(rng: np.random.Generator, polygons: np.ndarray) -> np.ndarray:
    """Widen a few polygons, less than the distance that is kept from barriers."""
    out = polygons.copy()
    wide = rng.random(len(out)) < OVERDRAWN
    out[wide] = shapely.orient_polygons(shapely.buffer(out[wide], 0.00012, join_style="mitre"))
    return out


def _households(rng: np.random.Generator, floor: np.ndarray, old: np.ndarray) -> np.ndarray:
    """Draw households: 76-92 m² each in old compounds, 92-120 m² in modern ones."""
    each = np.where(old, rng.uniform(76, 92, len(old)), rng.uniform(92, 120, len(old)))
    return np.maximum(np.round(floor / each), 4).astype(int)
