"""Settles in which datum a file of shapes is read: what it declares, what is asked for, what fits.

Nothing is ever shifted silently. Without ``--crs`` a file is read as it declares, and refused when
it declares nothing; with ``--crs NAME`` as named. Both are held against the register all the same,
and a contradiction is said in the outcome: web maps' files declare WGS 84 and are GCJ-02. With
``--crs auto`` a declaration that fits is taken; one that doesn't, or none, stops the import with
the readings to choose from (`geo.errors.UnsettledDatum`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from pyproj import CRS

from geo.datum.copies import without_copies
from geo.datum.detect import GOOD, KIND_NAMES, Detection, Fit, detect
from geo.datum.readings import DEGREES, readings
from geo.datum.reference import Datum, Geometries
from geo.datum.ways import detect_gates, detect_roads, ribbons
from geo.errors import InputError, UnsettledDatum, UsageError
from geo.intake.around import landmarks_around
from geo.register.store import Register
from geo.rings.outlines import Outlines
from geo.shares import percent_text

AUTO: Final = "auto"

COMPARED: Final = {"compounds": (3, 6), "areas": (3, 6), "roads": (1, 5), "gates": (0,)}
"""Kinds of files that are compared, and of which shapes; those of the others are landmarks."""

SAMPLE: Final = 150
"""Shapes compared, evenly through the file: as many as it takes, whatever the file's size."""

MOST_VERTICES: Final = 5_000

POINTS: Final = 10_000
"""Vertices looked at to tell degrees from metres."""


@dataclass(frozen=True)
class Settled:
    """In which datum a file is read, and why.

    Attributes
    ----------
    declared
        What the file says of itself; None for nothing.
    asked
        The call's ``--crs``; None for nothing.
    detection
        What the register says; None for kinds that are not compared.
    applied
        The datum that the shapes are read in.
    notice
        What to tell the user, in Chinese; empty when there is nothing to tell.
    """

    declared: str | None
    asked: str | None
    detection: Detection | None
    applied: Datum
    notice: str = ""

    def as_json(self) -> dict[str, Any]:
        """Give what is recorded with the import and shown in its outcome."""
        found = self.detection
        decided = None if found is None or found.decided is None else found.decided.name
        return {
            "declared": self.declared,
            "asked": self.asked,
            "detected": decided,
            "undecided_because": "" if found is None else found.reason,
            "compared": 0 if found is None else found.polygons,
            "candidates": [] if found is None else choices(found),
            "applied": self.applied.name,
            "notice": self.notice,
        }

    def words(self) -> str:
        """Say in a line what was declared, asked for, detected and applied."""
        parts = [f"文件声明 {self.declared or '无'}"]
        if self.asked is not None:
            parts.append(f"要求 {self.asked}")
        if self.detection is not None:
            found = self.detection
            best = "" if found.decided is None else found.decided.name
            parts.append(f"与登记库比较 {best or f'未能判断（{found.reason}）'}")
        return f"坐标系：{'，'.join([*parts, f'采用 {self.applied.name}'])}"


def settle(
    register: Register,
    kind: str,
    geometry: Geometries | Outlines,
    crs: CRS | None,
    asked: str | None,
    file: str,
    *,
    codes: Sequence[str | None],
    divisions: Sequence[str | None],
) -> Settled:
    """Settle the datum of a file's shapes.

    Parameters
    ----------
    geometry
        Shape (n,), as they stand in the file; None where a row has none.
    crs
        What the file declares.
    asked
        The call's ``--crs``: a datum's name, `AUTO`, or None.
    codes, divisions
        The rows' own codes and division codes, aligned.

    Raises
    ------
    UsageError
        When `asked` is no datum.
    InputError
        When nothing is declared or asked for, or the datum declared has no public way to
        CGCS2000.
    UnsettledDatum
        With ``auto``, when the user has to choose.
    """
    automatic = asked is not None and asked.strip().casefold() == AUTO
    named = None if asked is None or automatic else Datum.named(asked)
    declared = _declared_name(crs) if named else None
    datum = named
    if datum is None:
        datum = Datum.declared(crs, file)
        declared = None if datum is None else datum.name
    if datum is None and not automatic:
        raise InputError(
            f"{file} 没有声明坐标系，不能猜测。",
            "请用 --crs 指定，例如 --crs EPSG:4490；不清楚时用 --crs auto 与登记库比较。",
        )
    candidates, found = _detect(register, kind, geometry, datum, codes, divisions)
    if automatic and (datum is None or _is_poor(found, datum)):
        raise _unsettled(file, datum, candidates, found)
    assert datum is not None  # noqa: S101 - else it was unsettled or refused
    return Settled(declared, asked, found, datum, _notice(found, datum))


def likely(crs: CRS | None, asked: str | None, file: str) -> Datum | None:
    """Give the datum that `settle` will most likely apply; None where that is not known yet."""
    try:
        if asked is not None and asked.strip().casefold() != AUTO:
            return Datum.named(asked)
        return Datum.declared(crs, file)
    except (InputError, UsageError):  # said when it is settled
        return None


def choices(found: Detection) -> list[dict[str, Any]]:
    """Give the readings, best first, as they are recorded and shown."""
    return [_choice(fit, found) for fit in found.fits]


def _choice(fit: Fit, found: Detection) -> dict[str, Any]:
    return {
        "crs": fit.datum.name,
        "residual": round(fit.residual, 4),
        "residual_by_kind": {kind: round(share, 4) for kind, share in fit.kinds.items()},
        "chance": float(f"{fit.chance:.2g}"),
        "likeliest": fit.datum == found.likeliest,
    }


def _detect(
    register: Register,
    kind: str,
    geometry: Geometries | Outlines,
    datum: Datum | None,
    codes: Sequence[str | None],
    divisions: Sequence[str | None],
) -> tuple[list[Datum], Detection | None]:
    """Compare a sample with the register; the datum at hand stands first among the readings."""
    places = _sample(geometry, COMPARED.get(kind, (3, 6)))
    shapes = _mended(geometry[places])
    if kind == "roads" and len(places):
        shapes = ribbons(shapes)
    found = readings(shapely.get_coordinates(shapes)[:POINTS])
    candidates = found if datum is None else [datum, *(item for item in found if item != datum)]
    if kind not in COMPARED or not len(places):
        return candidates, None
    rows = [divisions[place] for place in places.tolist()]
    around = landmarks_around(register, shapes, candidates, rows)
    own = [codes[place] if kind != "areas" else None for place in places.tolist()]
    if kind == "gates":
        return candidates, detect_gates(shapes, own, around, candidates)
    if kind == "roads":
        return candidates, detect_roads(shapes, around, candidates)
    landmarks = without_copies(
        around,
        shapes,
        candidates,
        set(filter(None, codes)) if kind == "compounds" else (),
    )
    return candidates, detect(shapes, landmarks, candidates, codes=own, divisions=rows)


def _sample(geometry: Geometries | Outlines, types: tuple[int, ...]) -> np.ndarray:
    if isinstance(geometry, Outlines):
        usable = geometry.points > 0
        usable[~usable] = _is_usable(geometry.others[~usable], types)
    else:
        usable = _is_usable(geometry, types)
    places = np.flatnonzero(usable)
    if len(places) <= SAMPLE:
        return np.asarray(places)
    return np.asarray(places[np.linspace(0, len(places) - 1, SAMPLE).astype(np.intp)])


def _is_usable(geometry: Geometries, types: tuple[int, ...]) -> np.ndarray:
    usable = np.isin(shapely.get_type_id(geometry), types) & ~shapely.is_empty(geometry)
    usable &= shapely.get_num_coordinates(geometry) <= MOST_VERTICES
    usable[usable] = np.isfinite(shapely.bounds(geometry[usable])).all(axis=1)
    return np.asarray(usable)


def _mended(shapes: Geometries) -> Geometries:
    flat = np.asarray(shapely.force_2d(shapes), dtype=object)
    bad = ~shapely.is_valid(flat)
    flat[bad] = shapely.make_valid(flat[bad], method="structure", keep_collapsed=False)
    return flat


def _declared_name(crs: CRS | None) -> str | None:
    """Name what the file declares where the call overrules it, whatever it is."""
    if crs is None:
        return None
    try:
        found = Datum.declared(crs, "")
    except InputError:
        return crs.name
    return None if found is None else found.name


def _is_poor(found: Detection | None, datum: Datum) -> bool:
    """Tell whether a declared datum does not fit; what can't be compared is not poor."""
    if found is None or not found.fits:
        return False
    if found.decided is not None:
        return found.decided != datum
    return next((fit.residual > GOOD for fit in found.fits if fit.datum == datum), True)


def _notice(found: Detection | None, datum: Datum) -> str:
    if found is None or found.decided is None or found.decided == datum:
        return ""
    best = found.fits[0]
    ours = next((fit.residual for fit in found.fits if fit.datum == datum), 1.0)
    return (
        f"按 {datum.name} 读取，但与登记库中的图形比较更像 {best.datum.name}"
        f"（冲突率 {percent_text(best.residual)}，按 {datum.name} 为 {percent_text(ours)}）；"
        f"若确是 {best.datum.name}，请加 --crs {best.datum.name} 再导入一次。"
    )


def _unsettled(
    file: str, declared: Datum | None, candidates: list[Datum], found: Detection | None
) -> UnsettledDatum:
    said = "没有声明坐标系" if declared is None else f"声明的坐标系 {declared.name} 与登记库不吻合"
    listed = [] if found is None else choices(found)
    likeliest = found.likeliest if found is not None else None
    if likeliest is None and len(candidates) == 1:
        likeliest = candidates[0]
    doubt = "" if found is None or not found.reason else f"（{found.reason}）"
    names = [datum.name for datum in candidates] or list(DEGREES)
    if likeliest is not None:
        message = f"{file} {said}；最可能是 {likeliest.name}{doubt}{residual_words(listed)}。"
        remedy = f"核对无误后，请加 --crs {likeliest.name} 重新导入。"
    else:
        message = f"{file} {said}，也无法由登记库判断{doubt}{residual_words(listed)}。"
        remedy = f"请向提供者问明坐标系，再用 --crs 指定，例如 --crs {names[0]}。"
    return UnsettledDatum(message, remedy, tuple(listed or [{"crs": name} for name in names]))


def residual_words(listed: Sequence[dict[str, Any]]) -> str:
    """Put the residuals of up to four readings into a sentence's tail; '' when none was tested."""
    tested = [item for item in listed if item.get("residual_by_kind")]
    if not tested:
        return ""
    shown = "，".join(f"{item['crs']} {percent_text(item['residual'])}" for item in tested[:4])
    kinds = "、".join(KIND_NAMES[kind] for kind in tested[0]["residual_by_kind"])
    return f"；与{kinds}的冲突率：{shown}"
