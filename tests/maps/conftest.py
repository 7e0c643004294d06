"""A small snapshot whose names hold every hazard of a page, and a browser to open pages in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from playwright.sync_api import Browser, Playwright
from testkit.browsers import chromium
from testkit.tables import table

from geo import terms
from geo.snapshot import file

HAZARDS = (
    "</script><script>document.title='taken'</script>",
    "\"双引号\"与'单引号'小区",
    '=HYPERLINK("http://example.invalid/x","点我")',
    "{{ 7 * 7 }}{% raw %}花园{# 无 #}",
    "<img src=http://example.invalid/x onerror=document.title='taken'>",
    "行分隔\u2028符\u2029苑",
)

STREETS = (530102001, 530102002, 530103001, 530302001)
NAMES = {
    53: "云南省",
    5301: "昆明市",
    5303: "曲靖市",
    530102: "五华区",
    530103: "盘龙区",
    530302: "麒麟区",
    530102001: "华山<b>街道",
    530102002: "护国街道",
    530103001: "拓东街道",
    530302001: "南宁街道",
}


def codes_above(streets: np.ndarray) -> dict[str, np.ndarray]:
    return {
        "province": streets // 10**7,
        "prefecture": streets // 10**5,
        "county": streets // 10**3,
        "street": streets,
    }


def cells() -> dict[int, shapely.Geometry]:
    """Four streets side by side, 0.1 degree each, and what they make up."""
    found = {
        street: shapely.box(102.6 + 0.1 * i, 25.0, 102.7 + 0.1 * i, 25.1)
        for i, street in enumerate(STREETS)
    }
    for code in NAMES:
        if code not in found:
            below = [found[street] for street in STREETS if str(street).startswith(str(code))]
            found[code] = shapely.union_all(below)
    return found


@pytest.fixture(scope="session")
def make_snapshot(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., file.Snapshot]:
    """Write a snapshot of 60 compounds; keyword arguments replace columns of its compounds."""

    def make(
        *,
        made_up: bool = True,
        divisions: bool = True,
        as_of: str = "2024-12-31",
        name: str = "0123456789abcdef",
        **replaced: Any,
    ) -> file.Snapshot:
        rng = np.random.default_rng(7)
        count = 60
        at = np.arange(count)
        streets = np.array(STREETS)[at % 4]
        west = 102.605 + 0.1 * (at % 4) + 0.006 * (at // 4)
        shapes = np.array(shapely.box(west, 25.04, west + 0.004, 25.045), dtype=object)
        shapes[0] = None  # a ledger row without a polygon
        shapes[1] = shapely.MultiPolygon(
            [
                shapely.box(west[1], 25.01, west[1] + 0.002, 25.012).difference(
                    shapely.box(west[1] + 0.0005, 25.0105, west[1] + 0.001, 25.011)
                ),
                shapely.box(west[1], 25.02, west[1] + 0.002, 25.022),
            ]
        )
        above = codes_above(streets)
        for level in above:
            above[level] = above[level].copy()
            above[level][-1] = 0 if level != "province" else 53  # lies in no prefecture
        names = [HAZARDS[i] if i < len(HAZARDS) else f"第{i}小区" for i in range(count)]
        names[0], names[-2] = names[-2], names[0]  # the first has no polygon
        columns: dict[str, Any] = {
            "code": [f"C{i:03d}" for i in range(count)],
            "name": names,
            **above,
            "built_year": rng.integers(1985, 2020, count),
            "standing": [True] * count,
            "urban": [True] * count,
            "floor_area_dm2": rng.integers(500_000, 9_000_000, count),
            "floor_area_source": np.where(at % 5 == 0, terms.AREA_IMPUTED, terms.AREA_GIVEN),
            "mode": at % len(terms.MODES),
            "project": [HAZARDS[0] if i % 8 == 1 else None for i in range(count)],
            "committee": at % 4,
            "flags": np.where(at % 5 == 0, 1 << 6, 0),
            "geometry": file.geometry_column(shapes),
            **replaced,
        }
        outlines = cells()
        companies = np.array(STREETS)[np.arange(10) % 4]
        tables = {
            "compounds": table("compounds", **columns),
            "companies": table(
                "companies",
                uscc=[f"U{i}" for i in range(10)],
                name=[f"公司{i}" for i in range(10)],
                active=[True] * 10,
                party=[terms.YES, terms.NO] * 5,
                instructor=[terms.NO] * 9 + [terms.UNKNOWN],
                **{k: v for k, v in codes_above(companies).items() if k != "street"},
            ),
            "projects": table("projects", code=[HAZARDS[0]], name=[HAZARDS[3]]),
            "areas": table("areas"),
            "divisions": table("divisions")
            if not divisions
            else table(
                "divisions",
                code=list(NAMES),
                name=list(NAMES.values()),
                level=[(2, 4, 6, 9).index(len(str(code))) for code in NAMES],
                geometry=file.geometry_column(
                    np.array([outlines[code] for code in NAMES], dtype=object)
                ),
            ),
            "roads": table("roads"),
            "gates": table("gates"),
            "barriers": table(
                "barriers",
                kind=[3, 1, 5],
                name=["河", HAZARDS[0], "桥"],
                wkb=[
                    shapely.to_wkb(shapely.box(102.6, 25.07, 103.0, 25.072)),
                    shapely.to_wkb(shapely.LineString([(102.6, 25.0), (103.0, 25.1)])),
                    shapely.to_wkb(shapely.LineString([(102.7, 25.069), (102.7, 25.073)])),
                ],
            ),
        }
        path = tmp_path_factory.mktemp("snapshot") / "snapshot.arrow"
        file.write(
            path,
            tables,
            {"id": name * 4, "as_of": as_of, "made_up": made_up},
        )
        return file.Snapshot(path)

    return make


@pytest.fixture(scope="session")
def hazards() -> tuple[str, ...]:
    return HAZARDS


@pytest.fixture(scope="session")
def snapshot(make_snapshot: Callable[..., file.Snapshot]) -> file.Snapshot:
    return make_snapshot()


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    started = playwright.chromium.launch(
        executable_path=chromium(),
        args=[
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    )
    yield started
    started.close()


@pytest.fixture
def handout_path(tmp_path: Path) -> Path:
    return tmp_path / "出口" / "handout.html"
