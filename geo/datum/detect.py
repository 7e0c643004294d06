"""Which datum a file is in, told by where its polygons fit; or that it can't be told.

Every reading of the file (`geo.datum.readings`) is laid over the landmarks and has a residual
(`geo.datum.residual`). One is decided for only when all of this holds:

1. Its mean residual is at most `GOOD`, and at most a third of every rival's.
2. Against each rival the difference is no chance: the same two residuals, dealt to the two
   readings by lot in each block of 500 m, come out so with a chance of at most `RIVAL_CHANCE`.
3. It fits better than the same polygons moved 350 m to 1 050 m any way, with a chance of at most
   `CHANCE`. So a file whose true datum is none of the readings is not pressed into the least bad
   one.
4. None of the places 25 m to 100 m around it fits better, by chance or by half the residual:
   Beijing 1954, or a map that was rectified badly, lies that far off.
5. No single kind of landmark speaks for a rival: neighbours and rivers that contradict each other
   mean that one of them lies wrong, and nobody can say which.

Readings kilometres apart (zones) can't be told by a chance that is about a kilometre. There the
rows' own division codes decide: one zone puts the polygons into the divisions that they name, and
the others don't. Without codes one zone must fit beyond chance, and no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.datum.blocks import Floats
from geo.datum.chance import blocks, by_block, chance
from geo.datum.landmarks import Landmarks
from geo.datum.magnitude import LATITUDES_DEG, LONGITUDES_DEG
from geo.datum.readings import MOST
from geo.datum.reference import Datum, Geometries, to_register
from geo.datum.residual import KINDS, Placed, residuals, total
from geo.shares import percent_text

GOOD: Final = 0.03
"""Compounds of a real city that are each drawn 15 m off have that; moved by 40 m, over 0.045."""

CHANCE: Final = 1e-3
RIVAL_CHANCE: Final = 5e-3
HINT: Final = 1e-2
"""Where a doubt counts, the chance that makes it one."""

BLOCK_M: Final = 500.0
FAR_M: Final = (350.0, 700.0, 1_050.0)
NEAR_M: Final = (25.0, 50.0, 100.0)
DIRECTIONS: Final = 8
APART_M: Final = 5_000.0

OWN_DIVISION: Final = 0.8
"""The share of rows that must lie in the division they name; no more than the rest elsewhere."""

FEWEST: Final = 5

WORTH_NAMING: Final = 0.01
"""A residual that is more than slips of the pen."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How a file fits under one reading.

    Attributes
    ----------
    datum
        The reading.
    residual
        Mean share of a polygon that stands where it can't, 0 to 1; see `geo.datum.residual`.
    kinds
        The same by kind of landmark, for kinds that test a polygon at all.
    chance
        Of fitting this well at a place that is not its own, at most; 1 when it was not worked out.
    """

    datum: Datum
    residual: float
    kinds: dict[str, float]
    chance: float = 1.0


@dataclass(frozen=True, slots=True)
class Detection:
    """What the landmarks say of a file's datum.

    Attributes
    ----------
    fits
        One a reading, the best first.
    decided
        The datum, or None when it can't be told.
    reason
        Why not, in Chinese; empty when decided.
    polygons
        How many were compared.
    """

    fits: tuple[Fit, ...]
    decided: Datum | None
    reason: str
    polygons: int

    @property
    def likeliest(self) -> Datum | None:
        """The decided reading, or one that fits and has half the second's residual; else None."""
        if self.decided is not None:
            return self.decided
        tested = [fit for fit in self.fits if fit.kinds]
        if not tested or tested[0].residual > GOOD:
            return None
        second = tested[1].residual if len(tested) > 1 else 1.0
        clear = second >= max(2 * tested[0].residual, WORTH_NAMING)
        return tested[0].datum if clear else None


def detect(
    shapes: Geometries,
    landmarks: Landmarks,
    candidates: Sequence[Datum],
    *,
    codes: Sequence[str | None] = (),
    divisions: Sequence[str | None] = (),
) -> Detection:
    """Tell which of several datums polygons are in.

    Parameters
    ----------
    shapes
        Shape (n,), valid polygons as they stand in the file.
    landmarks
        What lies right, around every reading of them.
    candidates
        The readings; two that put the polygons in one place are one, the earlier.
    codes, divisions
        Compound codes and division codes of the rows, aligned; empty when there are none.

    Returns
    -------
    Detection
    """
    if not candidates:
        return Detection((), None, "坐标数值不像经纬度，也不像高斯—克吕格坐标", len(shapes))
    if not len(landmarks):
        untested = tuple(Fit(datum, 0.0, {}) for datum in candidates)
        return Detection(untested, None, "登记库在其周围没有可比较的图形", len(shapes))
    inside = np.array([_in_china(to_register(shapes, datum)) for datum in candidates])
    possible = inside.mean(axis=1) >= MOST
    if not possible.any():
        return Detection((), None, "按任何坐标系都不在中国范围内", len(shapes))
    kept = inside[possible].all(axis=0)
    words = [
        tuple(np.array(said or [None] * len(shapes), dtype=object)[kept])
        for said in (list(codes), list(divisions))
    ]
    likely = [datum for datum, here in zip(candidates, possible, strict=True) if here]
    trials = _trials(shapes[kept], landmarks, likely, words[0], words[1])
    return _Contest(trials, landmarks).detection()


@dataclass(frozen=True)
class _Trial:
    """One reading, placed and held against the landmarks."""

    datum: Datum
    placed: Placed
    parts: dict[str, Floats]
    each: Floats

    @property
    def residual(self) -> float:
        return float(self.each.mean())

    @property
    def tested(self) -> bool:
        return not all(np.isnan(values).all() for values in self.parts.values())

    @property
    def rank(self) -> tuple[bool, float]:
        """What puts the better reading first; one that nothing tests comes last."""
        return not self.tested, self.residual

    @property
    def centre_m(self) -> Floats:
        return np.asarray(np.median(_centres(self.placed.shapes), axis=0))

    def fit(self, odds: float) -> Fit:
        tested = {kind: values[~np.isnan(values)] for kind, values in self.parts.items()}
        kinds = {kind: float(values.mean()) for kind, values in tested.items() if len(values)}
        return Fit(self.datum, self.residual, kinds, odds)

    def in_own_division(self) -> tuple[float, int]:
        """Give the share of rows inside the division that they name, and how many name one."""
        named = np.array([word is not None for word in self.placed.divisions], dtype=bool)
        known = named & ~np.isnan(self.parts["outlines"])
        inside = self.parts["outlines"][known] < 0.5
        return (float(inside.mean()) if len(inside) else 0.0), len(inside)


def _trials(
    shapes: Geometries,
    landmarks: Landmarks,
    candidates: Sequence[Datum],
    codes: tuple[str | None, ...],
    divisions: tuple[str | None, ...],
) -> list[_Trial]:
    out: list[_Trial] = []
    for datum in candidates:
        degrees = to_register(shapes, datum)
        placed = Placed(landmarks.plane.lay(degrees), codes, divisions)
        corners = _centres(placed.shapes)
        if any(np.abs(corners - _centres(made.placed.shapes)).max() < 1.0 for made in out):
            continue
        parts = residuals(placed, landmarks)
        out.append(_Trial(datum, placed, parts, total(parts)))
    return out


class _Contest:
    """The readings against each other and against places around them."""

    def __init__(self, trials: list[_Trial], landmarks: Landmarks) -> None:
        self.trials = trials
        self.landmarks = landmarks
        self.block = blocks(_centres(trials[0].placed.shapes), BLOCK_M)

    def detection(self) -> Detection:
        """Decide between places kilometres apart first, then between shifts."""
        sites = self._sites()
        odds = {id(site[0]): self._odds_of_place(site[0]) for site in sites}
        site, doubt = self._site(sites, odds)
        order = sorted(self.trials, key=lambda trial: trial.rank)
        if site is not None:
            order.sort(key=lambda trial: all(trial is not member for member in site))
            best = site[0]
            by_codes = len(sites) > 1 and self._stands_by_codes(best)
            doubt = doubt or self._doubt(best, site[1:], odds[id(best)], by_codes=by_codes)
        fits = tuple(trial.fit(odds.get(id(trial), 1.0)) for trial in order)
        decided = None if doubt or site is None else site[0].datum
        return Detection(fits, decided, doubt, len(self.block))

    def _sites(self) -> list[list[_Trial]]:
        """Group readings that are within `APART_M`; the best of each group first."""
        groups: list[list[_Trial]] = []
        for trial in self.trials:
            for group in groups:
                if np.hypot(*(trial.centre_m - group[0].centre_m)) < APART_M:
                    group.append(trial)
                    break
            else:
                groups.append([trial])
        return [sorted(group, key=lambda trial: trial.rank) for group in groups]

    def _site(
        self, sites: list[list[_Trial]], odds: dict[int, float]
    ) -> tuple[list[_Trial] | None, str]:
        if len(sites) == 1:
            return sites[0], ""
        shares = [max(trial.in_own_division()[0] for trial in site) for site in sites]
        known = max(trial.in_own_division()[1] for site in sites for trial in site)
        if known >= FEWEST:
            there = [place for place, share in enumerate(shares) if share >= OWN_DIVISION]
            elsewhere = [share for place, share in enumerate(shares) if place not in there]
            if len(there) == 1 and max(elsewhere, default=0.0) <= 1 - OWN_DIVISION:
                return sites[there[0]], ""
            return None, "没有唯一的投影带使图形落在各行所写的区划内"
        fits = [site for site in sites if odds[id(site[0])] <= HINT and site[0].residual <= GOOD]
        if len(fits) == 1 and odds[id(fits[0][0])] <= CHANCE / len(sites):
            return fits[0], ""
        return None, "各投影带之间分不出高下；各行若有区划代码即可判断"

    def _stands_by_codes(self, trial: _Trial) -> bool:
        share, known = trial.in_own_division()
        return known >= FEWEST and share >= OWN_DIVISION

    def _doubt(self, best: _Trial, rivals: list[_Trial], odds: float, *, by_codes: bool) -> str:
        """Say what speaks against deciding for the best reading of a site; nothing is ''."""
        if best.residual > GOOD:
            left = percent_text(best.residual)
            return f"没有一种坐标系吻合：最好的 {best.datum.name} 仍有 {left} 冲突"
        for rival in rivals:
            if (
                self._odds(best.each, rival.each) > RIVAL_CHANCE
                or best.residual * 3 > rival.residual
            ):
                return f"{best.datum.name} 与 {rival.datum.name} 的差别不够显著"
        if odds > CHANCE and not by_codes:
            return f"{best.datum.name} 的吻合程度不够显著，移到别处也一样"
        for rival in rivals:
            for kind in KINDS:
                if self._speaks_for(rival.parts[kind], best.parts[kind]):
                    return f"参照互相矛盾：{KIND_NAMES[kind]}支持 {rival.datum.name}"
        return self._better_nearby(best)

    def _better_nearby(self, best: _Trial) -> str:
        for east_m, north_m in _ring(NEAR_M):
            there = self._each_at(best, east_m, north_m)
            halved = best.residual > WORTH_NAMING and there.mean() <= best.residual / 2
            if halved or self._odds(there, best.each) <= HINT:
                return (
                    f"{best.datum.name} 最接近，但再移约 {np.hypot(east_m, north_m):.0f} 米"
                    "更吻合：可能是其他坐标系（如 1954 北京坐标系）"
                )
        return ""

    def _speaks_for(self, rival: Floats, best: Floats) -> bool:
        tested = ~np.isnan(rival) & ~np.isnan(best)
        if not tested.any():
            return False
        mine, theirs = np.where(tested, best, 0.0), np.where(tested, rival, 0.0)
        return self._odds(theirs, mine) <= HINT

    def _each_at(self, trial: _Trial, east_m: float, north_m: float) -> Floats:
        return total(residuals(trial.placed.moved(east_m, north_m), self.landmarks))

    def _odds_of_place(self, trial: _Trial) -> float:
        """Bound the chance that it fits so well where it stands as anywhere around."""
        if not trial.tested:
            return 1.0
        around = [self._each_at(trial, *move) for move in _ring(FAR_M)]
        alike = by_block(np.stack([trial.each, *around]), self.block)
        return chance(alike[0], alike)

    def _odds(self, better: Floats, worse: Floats) -> float:
        alike = by_block(np.stack([better, worse]), self.block)
        return chance(alike[0], alike)


KIND_NAMES: Final = {
    "same": "同编码的小区",
    "compounds": "相邻小区",
    "areas": "物业管理区域",
    "water": "水面",
    "lines": "铁路、道路与河流",
    "outlines": "区划边界",
}


def _ring(radii_m: tuple[float, ...]) -> list[tuple[float, float]]:
    """Give moves east and north (metres); each ring is turned a third of a step further."""
    out = []
    for number, radius_m in enumerate(radii_m):
        for step in range(DIRECTIONS):
            angle = (step + number / 3) * 2 * np.pi / DIRECTIONS
            out.append((float(radius_m * np.cos(angle)), float(radius_m * np.sin(angle))))
    return out


def _in_china(degrees: Geometries) -> npt.NDArray[np.bool_]:
    west, south, east, north = shapely.bounds(degrees).T
    inside = (west >= LONGITUDES_DEG[0]) & (east <= LONGITUDES_DEG[1])
    return np.asarray(inside & (south >= LATITUDES_DEG[0]) & (north <= LATITUDES_DEG[1]))


def _centres(shapes: Geometries) -> npt.NDArray[np.float64]:
    west, south, east, north = shapely.bounds(shapes).T
    return np.column_stack([(west + east) / 2, (south + north) / 2])
