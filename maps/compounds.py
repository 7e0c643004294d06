"""The compounds of a page, as columns: what a reader may ask of each, and its shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely

from geo import terms
from geo.action_plan import Definition, action_plan
from geo.coverage import counted, standing, within
from geo.snapshot.columns import FLAGS
from geo.snapshot.file import Snapshot
from maps.shapes import polygon_texts
from maps.style import STATES, Words, state_of_mode

FLAG_WORDS: Final[dict[str, Words]] = {
    "division_disagrees": ("台账区划与图形位置不一致", "ledger and polygon name other divisions"),
    "division_unknown": ("区划代码不在当日区划中", "division code not valid on the date"),
    "area_disagrees": ("所填管理区域与图形不一致", "named management area is not where it lies"),
    "delivery_imputed": ("交付日期按建成年份推定", "delivery taken from the year built"),
    "delivery_unknown": ("交付日期和建成年份均缺", "neither delivery date nor year built"),
    "urban_blank": ("未填是否城镇，按城镇计", "urban not stated, counted as urban"),
    "floor_area_imputed": ("建筑面积按用地推算", "floor area estimated from the land"),
    "floor_area_unknown": ("建筑面积缺，只计个数", "floor area unknown, counted by number only"),
    "contract_over": ("合同到期仍在服务（事实服务）", "contract over, still served"),
    "service_undated": ("服务状态缺起始日期", "state without a first day"),
    "project_unknown": ("所填项目不在项目台账中", "project not in the project ledger"),
    "no_polygon": ("没有图形", "no polygon"),
    "mode_from_company": ("服务模式取自企业类型", "mode taken from the company's kind"),
    "placeholder": ("占位点，不是实际位置", "a placeholder, not where it lies"),
}
"""What a reader should know of a compound, by flag."""

COMMITTEES: Final[tuple[Words, ...]] = (
    ("未核实", "not verified"),
    ("未成立", "none"),
    ("已备案，在任期内", "filed, within its term"),
    ("任期届满", "term over"),
)
"""State of the owners' committee, by code in `geo.terms`."""

MODES_EN: Final = (
    "not verified",
    "market company",
    "state-owned company",
    "public-benefit company",
    "community trusteeship",
    "social organisation",
    "self-managed",
    "no service",
)


def compounds(
    snapshot: Snapshot, definition: Definition, division: int | None, shown: Sequence[int]
) -> dict[str, Any]:
    """Give the compounds standing on the date in a division, in the file's order.

    ``shape`` is a polygon's text; blank for compounds without one, which stand at ``point``,
    ``[lat, lon]`` of a placeholder somewhere in their division (None where there is a polygon).
    ``division`` is the place in `shown` (codes of the page's divisions, the whole first) of the
    lowest one that holds the compound. ``undrawn`` has the same for compounds that have neither:
    they are in every figure and not on the map.
    """
    present = snapshot.column("compounds", "standing") & within(snapshot, division)
    shapes = snapshot.geometry("compounds")
    shapeless = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    drawn = present & ~(shapeless & np.isnan(snapshot.column("compounds", "x")))
    rows = np.flatnonzero(drawn)

    def take(name: str) -> Any:
        return snapshot.column("compounds", name)[rows]

    modes = take("mode")
    built = take("built_year")
    places, place = _listed(_place_names(snapshot, rows))
    projects, project = _listed(take("project").tolist())
    companies, company = _listed(take("company").tolist())
    return {
        "code": [text or "" for text in take("code").tolist()],
        "name": [text or "" for text in take("name").tolist()],
        "state": [state_of_mode(int(mode)) for mode in modes],
        "mode": modes.tolist(),
        "old": ((built > 0) & (built <= action_plan().old_until)).astype(int).tolist(),
        "built": built.tolist(),
        "area": [f"{(int(area) + 50) // 100:,}" for area in take("floor_area_dm2")],
        "areaSource": take("floor_area_source").tolist(),
        "households": take("households").tolist(),
        "committee": take("committee").tolist(),
        "interim": take("interim").astype(int).tolist(),
        "counts": counted(snapshot, definition)[rows].astype(int).tolist(),
        "inside": standing(snapshot, definition)[rows].astype(int).tolist(),
        "flags": take("flags").tolist(),
        "division": _lowest(snapshot, rows, shown),
        "place": place,
        "places": places,
        "project": project,
        "projects": _named(projects, snapshot, "projects", "code"),
        "company": company,
        "companies": _named(companies, snapshot, "companies", "uscc"),
        "shape": polygon_texts(shapes[rows]),
        "point": [
            [round(float(y), 5), round(float(x), 5)] if without else None
            for x, y, without in zip(take("x"), take("y"), shapeless[rows], strict=True)
        ],
        "undrawn": _lowest(snapshot, np.flatnonzero(present & ~drawn), shown),
    }


def compound_words() -> dict[str, Any]:
    """Give the words for what `compounds` codes."""
    return {
        "states": [
            {
                "label": state.label,
                "fill": state.fill,
                "line": state.line,
                "pattern": state.pattern,
            }
            for state in STATES
        ],
        "modes": list(zip(terms.MODES, MODES_EN, strict=True)),
        "committees": COMMITTEES,
        "flags": [FLAG_WORDS[name] for name in FLAGS],
    }


def _place_names(snapshot: Snapshot, rows: Any) -> list[str]:
    """Name where each compound lies: county, street and community, as far as known."""
    names = snapshot.division_names
    columns = [
        snapshot.column("compounds", level)[rows].tolist()
        for level in ("county", "street", "community")
    ]
    return [
        " · ".join(names[code] for code in codes if code in names)
        for codes in zip(*columns, strict=True)
    ]


def _lowest(snapshot: Snapshot, rows: Any, shown: Sequence[int]) -> list[int]:
    """Give the place in `shown` of the lowest division that holds each compound."""
    found = np.zeros(len(rows), np.int64)
    codes = np.array(shown, np.int64)
    order = np.argsort(codes)
    for level in terms.LEVELS:
        own = snapshot.column("compounds", level)[rows]
        at = order[np.searchsorted(codes[order], own).clip(max=len(codes) - 1)]
        found = np.where((codes[at] == own) & (own > 0), at, found)
    return [int(at) for at in found]


def _listed(values: Sequence[str | None]) -> tuple[list[str], list[int]]:
    """Give the different values in order of appearance, and each one's index; -1 for none."""
    order: dict[str, int] = {}
    index = [order.setdefault(value, len(order)) if value else -1 for value in values]
    return list(order), index


def _named(codes: list[str], snapshot: Snapshot, table: str, key: str) -> list[tuple[str, str]]:
    """Give each code with its name in a ledger; without one, the code stands for itself."""
    known = dict(
        zip(
            snapshot.column(table, key).tolist(),
            snapshot.column(table, "name").tolist(),
            strict=True,
        )
    )
    return [(code, known.get(code) or code) for code in codes]
