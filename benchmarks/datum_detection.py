"""Whether a file's datum is told, and never told wrongly: ``python -m benchmarks.datum_detection``.

Random subsets of real compounds are written in CGCS2000, GCJ-02 or BD-09 and detected against
what is disjoint from them: the other compounds, and water. Files that are in none of the three
(moved 100 to 1 500 m any way) and streets (a random half of the compounds nearest to one) are the
hard cases. Made-up counties with straight borders, alone, must never mislead.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from geo.datum.detect import Detection, detect
from geo.datum.landmarks import METRES_A_DEGREE, Landmarks
from geo.datum.readings import DEGREES
from geo.datum.reference import Datum, from_register

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "hangzhou"
DATA_NEEDED = "residential.geojson and water.gpkg"

COUNTIES = 12


@dataclass(frozen=True)
class City:
    """Compounds, shape (n,), and water; EPSG:4490."""

    compounds: np.ndarray
    water: np.ndarray

    @classmethod
    def read(cls, folder: Path) -> City:
        files = ("residential.geojson", "water.gpkg")
        return cls(*(np.array(gpd.read_file(folder / name).geometry.values) for name in files))


@dataclass(frozen=True)
class Case:
    """A kind of trial.

    Attributes
    ----------
    polygons
        How many the file has.
    nearby
        Whether they are neighbours instead of from all over the city.
    elsewhere
        Whether the file is in no known datum: a decision is wrong then.
    outlines
        Whether made-up counties are all there is to compare with.
    coded
        Whether the rows name their county.
    """

    name: str
    polygons: int
    nearby: bool = False
    elsewhere: bool = False
    outlines: bool = False
    coded: bool = False

    @property
    def is_hard(self) -> bool:
        """Whether it may stay undecided, if only no decision is wrong."""
        return self.nearby or self.elsewhere or self.outlines


CASES = (
    Case("compounds and water", 30),
    Case("compounds and water", 100),
    Case("one street", 30, nearby=True),
    Case("one street", 100, nearby=True),
    Case("in no known datum", 30, elsewhere=True),
    Case("in no known datum", 100, elsewhere=True),
    Case("outlines alone", 30, outlines=True),
    Case("outlines alone", 100, outlines=True),
    Case("outlines alone, rows coded", 100, outlines=True, coded=True),
)


@dataclass(frozen=True)
class Tally:
    """What became of the trials of a case."""

    right: int = 0
    undecided: int = 0
    wrong: int = 0

    @property
    def trials(self) -> int:
        return self.right + self.undecided + self.wrong

    @property
    def decided(self) -> float:
        return (self.right + self.wrong) / self.trials


def run(city: City, case: Case, trials: int, seed: int = 4490) -> Tally:
    """Run a case; the three datums take turns."""
    tally = Tally()
    for truth, found in _detections(city, case, trials, seed):
        if found.decided is None:
            tally = replace(tally, undecided=tally.undecided + 1)
        elif not case.elsewhere and found.decided.name == truth:
            tally = replace(tally, right=tally.right + 1)
        else:
            tally = replace(tally, wrong=tally.wrong + 1)
    return tally


def _detections(city: City, case: Case, trials: int, seed: int) -> Iterator[tuple[str, Detection]]:
    random = np.random.default_rng(seed)
    candidates = [Datum.named(name) for name in DEGREES]
    for trial in range(trials):
        chosen = _subset(city, case, random)
        truth = candidates[trial % len(candidates)]
        shapes = city.compounds[chosen]
        if case.elsewhere:
            distance_m, angle = random.uniform(100, 1_500), random.uniform(0, 2 * np.pi)
            move = distance_m / METRES_A_DEGREE * np.array([np.cos(angle) / 0.86, np.sin(angle)])
            shapes = shapely.transform(shapes, lambda points, move=move: points + move)
        landmarks, divisions = _landmarks(city, case, chosen, random)
        file = from_register(shapes, truth)
        yield truth.name, detect(file, landmarks, candidates, divisions=divisions)


def _subset(city: City, case: Case, random: np.random.Generator) -> np.ndarray:
    if not case.nearby:
        return random.choice(len(city.compounds), case.polygons, replace=False)
    middles = shapely.get_coordinates(shapely.centroid(city.compounds))
    away = np.hypot(*(middles - middles[random.integers(len(middles))]).T)
    return random.choice(np.argsort(away)[: 2 * case.polygons], case.polygons, replace=False)


def _landmarks(
    city: City, case: Case, chosen: np.ndarray, random: np.random.Generator
) -> tuple[Landmarks, list[str]]:
    if case.outlines:
        counties, codes = _counties(city, random)
        if not case.coded:
            return Landmarks(outlines=counties, outline_codes=codes), []
        points = shapely.point_on_surface(city.compounds[chosen])
        place, county = shapely.STRtree(counties).query(points, predicate="within")
        named = dict(zip(place.tolist(), county.tolist(), strict=True))
        divisions = [codes[named[number]] for number in range(len(chosen))]
        return Landmarks(outlines=counties, outline_codes=codes), divisions
    others = np.setdiff1d(np.arange(len(city.compounds)), chosen)
    return (
        Landmarks(
            compounds=city.compounds[others],
            compound_codes=tuple(map(str, others.tolist())),
            water=city.water,
        ),
        [],
    )


def _counties(city: City, random: np.random.Generator) -> tuple[np.ndarray, tuple[str, ...]]:
    box = shapely.box(*shapely.total_bounds(city.compounds)).buffer(0.1, join_style="mitre")
    west, south, east, north = box.bounds
    seeds = random.uniform((west, south), (east, north), (COUNTIES, 2))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=box))
    return shapely.intersection(cells, box), tuple(f"3301{n:02d}" for n in range(1, len(cells) + 1))


def main() -> int:
    """Print a line a case; 1 when a decision was wrong."""
    parser = argparse.ArgumentParser(prog="benchmarks.datum_detection", description=__doc__)
    parser.add_argument("--trials", type=int, default=300, help="a third of it for hard cases")
    parser.add_argument("--data", type=Path, default=DATA, help=f"folder with {DATA_NEEDED}")
    words = parser.parse_args()
    if not words.data.is_dir():
        parser.error(f"no folder {words.data}: give the one with {DATA_NEEDED} by --data")
    city = City.read(words.data)
    print(f"{'case':28}{'polygons':>9}{'trials':>8}{'decided':>9}{'wrong':>7}{'CPU ms':>9}")
    wrong = 0
    for case in CASES:
        started = time.process_time()
        tally = run(city, case, -(-words.trials // 3) if case.is_hard else words.trials)
        each_ms = (time.process_time() - started) / tally.trials * 1e3
        wrong += tally.wrong
        print(
            f"{case.name:28}{case.polygons:9}{tally.trials:8}{tally.decided:9.1%}"
            f"{tally.wrong:7}{each_ms:9.0f}",
            flush=True,
        )
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
