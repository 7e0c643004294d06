"""``python -m benchmarks.name_matching``: precision and recall on real names, corrupted.

Every named polygon of a file gets one ledger row without a code. Its name is corrupted (each kind
in turn over the seeds); a fifth of the polygons are taken away, so their rows are *strangers* whose
compound is not there; one row in ten has a phase that no polygon has. Rows know their county, and
in the second setting their street (cells of 3 km); half of them know their floor area.

- precision: of the rows that took a polygon by themselves, those that took their own. The parts of
  a compound that the file draws in several polygons are taken away together; *twins* says how many
  of the wrong ones took a compound of exactly the row's true name.
- recall: of the rows whose polygon is there under a name that only it has within what the row
  knows, those that took it. Rows of names that several polygons share are counted apart (*shared*).
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Geod

from benchmarks.corrupt import KINDS, other_phase, twice
from geo.intake.match.decide import match
from geo.intake.match.names import parse_all, split_aliases
from geo.intake.match.subject import Subject

COUNTY = "330102"
STRANGERS = 0.2
OTHER_PHASE = 0.1
STREET_DEGREES = 0.03
PARTS_DEG = 0.003
"""About 300 m; but for one, all polygons of one name in the file are closer than that."""
PREFIXES = ("浙江省", "杭州市", "杭州")
TWICE = "two at once"
ALL = "all but two at once"
GEOD = Geod(ellps="GRS80")


@dataclass
class Tally:
    """Rows of one kind: how many, how many took a polygon, and how many of those their own."""

    rows: int = 0
    shared: int = 0
    taken: int = 0
    twins: int = 0
    right: int = 0
    found: int = 0
    review: int = 0
    wrong: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / self.taken if self.taken else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.rows if self.rows else float("nan")


def read_named(path: Path) -> list[dict[str, Any]]:
    """Read the named polygons: id, name, area in m², and the 3 km cell that stands for a street."""
    frame = gpd.read_file(path)
    named = frame[frame["name"].fillna("").str.strip() != ""]
    points = named.geometry.representative_point()
    compounds = _compounds(named["name"].tolist(), named.geometry.tolist())
    return [
        {
            "id": str(code),
            "compound": compound,
            "name": name,
            "land_area_m2": abs(GEOD.geometry_area_perimeter(shape)[0]),
            "street": f"{COUNTY}{int(x // STREET_DEGREES * 31 + y // STREET_DEGREES) % 899 + 100}",
        }
        for code, compound, name, shape, x, y in zip(
            named["osm_id"], compounds, named["name"], named.geometry, points.x, points.y,
            strict=True,
        )
    ]  # fmt: skip


def _compounds(names: list[str], shapes: list[shapely.Geometry]) -> list[str]:
    """Name each polygon's compound: polygons of one name and close together are parts of one."""
    found: dict[str, list[tuple[str, shapely.Geometry]]] = defaultdict(list)
    out = []
    for name, shape in zip(names, shapes, strict=True):
        near = next((one for one, other in found[name] if shape.distance(other) <= PARTS_DEG), None)
        out.append(near or f"{name} {len(found[name])}")
        found[name].append((out[-1], shape))
    return out


def _subject(
    key: str, place: dict[str, Any], name: str, aliases: str = "", **words: Any
) -> Subject:
    names = parse_all(name, split_aliases(aliases), PREFIXES)
    return Subject(key, names, shown=name, **{"division": place["street"], **words})


def trial(places: list[dict[str, Any]], seed: int, *, streets: bool) -> dict[str, Tally]:
    """Corrupt, match and count once; by kind of corruption."""
    chance = random.Random(seed)
    compounds = sorted({place["compound"] for place in places})
    gone = {compound for compound in compounds if chance.random() < STRANGERS}
    strangers = {place["id"] for place in places if place["compound"] in gone}
    known = [
        _subject(place["id"], place, place["name"], land_area_m2=place["land_area_m2"])
        for place in places
        if place["id"] not in strangers
    ]
    kinds = {**KINDS, TWICE: twice}
    rows, truth = [], []
    for number, place in enumerate(places):
        kind = list(kinds)[(number + seed) % len(kinds)]
        own: str | None = place["id"]
        if place["id"] in strangers:
            name, aliases = kinds[kind](place["name"], chance)
            kind, own = "stranger", None
        elif chance.random() < OTHER_PHASE:
            name, aliases = other_phase(place["name"], chance)
            kind, own = "phase that is not there", None
        else:
            name, aliases = kinds[kind](place["name"], chance)
        area = place["land_area_m2"] * chance.uniform(0.8, 3.5) if chance.random() < 0.5 else None
        words = {"floor_area_m2": area} | ({} if streets else {"division": COUNTY})
        rows.append(_subject(str(number), place, name, aliases, **words))
        truth.append((kind, own, place))
    decisions = match(rows, known)
    names_of = {item["id"]: item["name"] for item in places}
    names = Counter((item["name"], item["street"] if streets else "") for item in places)
    shown = {subject.key: subject.shown for subject in known}
    tallies: dict[str, Tally] = defaultdict(Tally)
    for row, decision, (kind, own, place) in zip(rows, decisions, truth, strict=True):
        tally = tallies[kind]
        shared = names[place["name"], place["street"] if streets else ""] > 1
        tally.shared += shared and own is not None
        tally.rows += own is not None and not shared
        tally.review += decision.verdict == "review"
        if decision.code is not None:
            tally.taken += 1
            tally.right += decision.code == own
            tally.found += decision.code == own and not shared
            if decision.code != own:
                tally.twins += names_of[decision.code] == place["name"]
                tally.wrong.append((place["name"], row.shown, shown[decision.code]))
    return dict(tallies)


def add(tallies: Iterable[dict[str, Tally]]) -> dict[str, Tally]:
    """Add up trials, by kind, and all of them; *two at once* stands apart from the one kinds."""
    total: dict[str, Tally] = defaultdict(Tally)
    for found in tallies:
        for kind, tally in found.items():
            for name in (kind, ALL) if kind != TWICE else (kind,):
                held = total[name]
                for part in ("rows", "shared", "taken", "twins", "right", "found", "review"):
                    setattr(held, part, getattr(held, part) + getattr(tally, part))
                held.wrong += tally.wrong
    return dict(total)


def timing(size: int, counties: int) -> float:
    """Match made-up names, as many rows as compounds, in some counties; seconds of processor."""
    chance = random.Random(1)
    syllables = "金银绿蓝翠明怡嘉丰华兴荣安康和平春江湖山水云锦秀丽景文昌盛世龙凤紫微东方"
    kinds = ("花园", "家园", "苑", "公寓", "小区", "新村")
    known, rows = [], []
    for number in range(size):
        county = f"53{number % counties + 1000:04d}"
        name = "".join(chance.choices(syllables, k=chance.choice([2, 3, 4]))) + chance.choice(kinds)
        place = {"street": f"{county}{number // counties % 12 + 1:03d}"}
        known.append(_subject(f"k{number}", place, name, land_area_m2=20_000.0))
        other, aliases = KINDS[list(KINDS)[number % len(KINDS)]](name, chance)
        rows.append(_subject(f"r{number}", place, other, aliases))
    begun = time.process_time()
    match(rows, known)
    return time.process_time() - begun


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.name_matching", description=__doc__)
    parser.add_argument("file", type=Path, help="polygons with a column name and osm_id")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--wrong", type=int, default=0, help="show so many wrong matches")
    parser.add_argument("--size", type=int, default=30_000, help="rows and compounds to time")
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    places = read_named(words.file)
    out: dict[str, Any] = {"polygons": len(places), "seeds": words.seeds, "settings": {}}
    for setting, streets in (("county only", False), ("county and street", True)):
        total = add(trial(places, seed, streets=streets) for seed in range(words.seeds))
        out["settings"][setting] = {
            kind: {
                "rows": tally.rows, "shared": tally.shared, "taken": tally.taken,
                "wrong": tally.taken - tally.right, "twins": tally.twins,
                "precision": round(tally.precision, 5), "review": tally.review,
                "recall": None if np.isnan(tally.recall) else round(tally.recall, 4),
            }
            for kind, tally in total.items()
        }  # fmt: skip
        if not words.json:
            _show(setting, total, words.wrong)
    if words.size:
        out["timing"] = {
            "rows": words.size, "compounds": words.size, "counties": 15,
            "processor_s": round(timing(words.size, 15), 1),
        }  # fmt: skip
    print(json.dumps(out, ensure_ascii=False, indent=1) if words.json else out.get("timing", ""))
    return 0


def _show(setting: str, total: dict[str, Tally], wrong: int) -> None:
    print(f"\n{setting}")
    print(
        f"{'kind':26}{'rows':>7}{'shared':>8}{'taken':>7}{'wrong':>7}{'twins':>7}{'precision':>11}{'recall':>8}{'review':>8}"
    )
    for kind, tally in total.items():
        print(
            f"{kind:26}{tally.rows:7}{tally.shared:8}{tally.taken:7}{tally.taken - tally.right:7}"
            f"{tally.twins:7}{tally.precision:11.4f}{tally.recall:8.3f}{tally.review:8}"
        )
    for case in total[ALL].wrong[:wrong]:
        print("  wrong:", *case, sep="  ")


if __name__ == "__main__":
    raise SystemExit(main())
