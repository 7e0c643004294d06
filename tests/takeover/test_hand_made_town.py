"""A town made by hand, one rule a corner: what the command line says is what one works out by hand.

Corners lie 3 km apart. In each a host (60 m square) stands before its candidates; all areas are
given, so every sum below can be done in one's head.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely
from pyproj import Geod

from geo.codes import uscc_check_character
from geo.intake.load import import_file
from geo.register.store import Register

Wuye = Callable[..., tuple[int, str, str]]

GEOD = Geod(a=6378137.0, rf=298.257222101)
AS_OF = "2024-12-31"
STREET, OTHER_STREET, OTHER_COUNTY = "530102001001", "530102002001", "530103001001"


def uscc(number: int) -> str:
    body = f"91530102MA2K{number:05d}"
    return body + uscc_check_character(body)


def placed(shape: shapely.Geometry) -> shapely.Geometry:
    """Metres around 102.6° E, 25.0° N to degrees, to a millimetre a kilometre."""
    e2 = GEOD.es
    w = np.sqrt(1 - e2 * np.sin(np.radians(25.0)) ** 2)
    north = np.degrees(w**3 / (GEOD.a * (1 - e2)))
    east = np.degrees(w / (GEOD.a * np.cos(np.radians(25.0))))
    return shapely.transform(shape, lambda xy: xy * (east, north) + (102.6, 25.0))


HOSTS: list[tuple[str, int, int, str, dict[str, Any]]] = [
    # code, corner, company, contract's last day, what else; each serves N<code>, 40,000 m²
    ("P1", 1, 1, "2030-12-31", {"spare": 100_000, "staff": 2}),
    ("P2", 2, 2, "2030-12-31", {"spare": 50_000}),
    ("P3", 3, 2, "2030-12-31", {"spare": 50_000}),
    ("P4", 4, 4, "2030-12-31", {"spare": 50_000}),  # two stars
    ("P5", 5, 5, "2030-12-31", {"spare": 50_000}),  # under a sanction
    ("P6", 6, 6, "2025-12-31", {"spare": 50_000}),  # twelve months left to the day
    ("P7", 7, 7, "2025-12-30", {"spare": 50_000}),  # a day less
    ("P8", 8, 8, "2030-12-31", {"spare": 20_000}),
    ("P9", 9, 9, "2030-12-31", {"spare": 50_000}),
    ("P10", 10, 10, "2030-12-31", {"spare": 50_000}),
    ("P11", 11, 11, "2030-12-31", {"spare": 50_000, "managed": 10_000}),
    ("P12", 12, 12, "2030-12-31", {"spare": 50_000, "managed": 24_000}),
    ("P13", 13, 13, "2030-12-31", {"spare": 50_000, "division": OTHER_STREET}),
    ("P14", 14, 14, "2030-12-31", {"spare": 50_000, "division": OTHER_COUNTY}),
    ("P15", 15, 15, "2030-12-31", {"spare": 50_000}),
    ("P16", 16, 16, "2030-12-31", {"spare": None}),  # nothing said of its room
]

OLD: list[tuple[str, int, int, int, dict[str, Any]]] = [
    # code, corner, metres east of the host's wall, floor area, what else
    ("a1", 1, 40, 12_000, {"households": 80}),
    ("a2", 1, 140, 11_000, {"households": 30}),
    ("b1", 2, 40, 15_000, {}),
    ("b2", 3, 40, 14_000, {}),
    ("c1", 4, 40, 13_000, {}),
    ("d1", 5, 40, 13_000, {}),
    ("e1", 6, 40, 13_000, {}),
    ("e2", 7, 40, 13_000, {}),
    ("f1", 8, 40, 12_000, {"area": "A8"}),
    ("f2", 8, 140, 12_000, {"area": "A8"}),
    ("g1", 9, 0, 13_000, {}),  # touches the host; a river runs along the wall
    ("g2", 9, -190, 13_000, {}),  # 70 m west, a railway between
    ("h1", 10, 440, 12_000, {}),
    ("h2", 10, 520, 13_000, {}),  # 20 m behind h1
    ("i1", 11, 40, 6_000, {}),
    ("j1", 12, 40, 6_000, {}),
    ("k1", 13, 40, 13_000, {}),
    ("l1", 14, 40, 13_000, {}),
    ("m1", 15, 500, 13_000, {}),  # at the limit
    ("m2", 15, -621, 13_000, {}),  # a metre over it
    ("n1", 16, 40, 13_000, {}),
]

# By hand, with 100 households for one of the staff, 24,000 m² a company, U5 under a sanction:
# a1: 2 × 100 − 100 = 100 households; a1 (80) and a2 (30) don't both fit, a1 is the larger.
# b1 or b2: both of one company, 15,000 + 14,000 > 24,000. f1 + f2 = 24,000 > 20,000 of room.
# i1: 10,000 + 6,000 < 30,000; j1: 24,000 + 6,000 = 30,000. h2 is 520 m off: by chain.
TAKEN = {
    "a1": "P1", "b1": "P2", "e1": "P6", "g1": "P9", "h1": "P10", "j1": "P12", "m1": "P15",
}  # fmt: skip
LEFT = {
    "a2": "households", "b2": "company_cap", "c1": "stars", "d1": "refused", "e2": "contract",
    "f1": "capacity", "f2": "capacity", "g2": "barred", "i1": "bundle", "k1": "other_division",
    "l1": "other_county", "m2": "out_of_reach", "n1": "capacity",
}  # fmt: skip
PLAN = (
    "plan", "--as-of", AS_OF, "--division", "530102", "--goal", "area", "--sanction", uscc(5),
    "--households-per-staff", "100", "--company-cap", "24000",
)  # fmt: skip


@pytest.fixture
def town(register: Register, import_csv: Callable[..., Any], tmp_path: Path) -> None:
    shapes: dict[str, shapely.Geometry] = {}
    rows, projects = [], []
    for code, corner, firm, ends, more in HOSTS:
        west = 3_000 * corner
        shapes[f"N{code}"] = shapely.box(west, 0, west + 60, 60)
        rows.append(
            f"N{code},{more.get('division', STREET)},2012,{more.get('managed', 40_000)},100,"
            f"市场化物业,{code},"
        )
        spare = "" if more["spare"] is None else more["spare"]
        projects.append(
            f"{code},{code}项目,{uscc(firm)},2020-01-01,{ends},{spare},{more.get('staff', '')},1.0"
        )
    for code, corner, east, area, more in OLD:
        west = 3_000 * corner + 60 + east
        shapes[code] = shapely.box(west, 0, west + 60, 60)
        rows.append(
            f"{code},{STREET},1995,{area},{more.get('households', 50)},无物业,,{more.get('area', '')}"
        )
    river = shapely.LineString([(27_060, -5_000), (27_060, 5_000)])
    rail = shapely.LineString([(26_980, -5_000), (26_980, 5_000)])
    for kind, columns, geometry in (
        ("compounds", {"小区编码": list(shapes)}, list(shapes.values())),
        ("barriers", {"类别": ["河流", "铁路"], "名称": ["示例河", "示例线"]}, [river, rail]),
    ):
        frame = gpd.GeoDataFrame(columns, geometry=[placed(one) for one in geometry], crs=4490)
        frame.to_file(tmp_path / f"{kind}.gpkg")
        import_file(register, kind, tmp_path / f"{kind}.gpkg")
    import_csv(
        "divisions", "区划代码,名称", "53,云南省", "5301,昆明市", "530102,五华区", "530103,盘龙区",
        "530102001,华山街道", "530102002,护国街道", "530103001,拓东街道",
    )  # fmt: skip
    import_csv(
        "ledger", "小区编码,区划代码,建成年份,建筑面积(㎡),户数,服务模式,物业项目编码,管理区域编码",
        *rows,
    )  # fmt: skip
    stars = {firm: 2 if firm == 4 else 4 for _, _, firm, _, _ in HOSTS}
    import_csv(
        "companies", "统一社会信用代码,企业名称,企业类型,信用星级",
        *(f"{uscc(firm)},公司{firm},市场,{count}" for firm, count in stars.items()),
    )  # fmt: skip
    import_csv(
        "projects",
        "项目编码,项目名称,统一社会信用代码,合同起,合同止,可增管面积(㎡),服务人员,物业费(元/㎡·月)",
        *projects,
    )


def said(wuye: Wuye, *words: str) -> dict[str, Any]:
    code, out, err = wuye(*words, "--json")
    assert (code, err) == (0, ""), err
    found: dict[str, Any] = json.loads(out)
    return found


def taken(plan: dict[str, Any]) -> dict[str, str]:
    return {entry["compound"]: entry["project"] for entry in plan["suggestions"]}


def test_a_plan_is_what_one_works_out_by_hand(town: None, wuye: Wuye, tmp_path: Path) -> None:
    files = [str(tmp_path / f"plan.{end}") for end in ("xlsx", "gpkg", "json")]
    plan = said(wuye, *PLAN, *(word for path in files for word in ("--out", path)))
    by_chain = {"h2": "P10"}
    # P10's company stops at 24,000 m²: of h1 (12,000) and h2 (13,000) behind it only h1 fits.
    assert taken(plan) == TAKEN
    left = {entry["compound"]: entry["reason"] for entry in plan["not_served"]}
    assert left.pop("h2") == "company_cap"
    assert left == LEFT
    text = {entry["compound"]: entry["text"] for entry in plan["not_served"]}
    assert "铁路示例线" in text["g2"]
    assert "P14项目（距离 40 m）在外县区" in text["l1"]
    assert "惩戒" in text["d1"]
    old = sum(area for *_, area, _ in OLD)
    hosts = sum(
        more.get("managed", 40_000) for *_, more in HOSTS if more.get("division") != OTHER_COUNTY
    )
    gained = sum(area for code, _, _, area, _ in OLD if code in TAKEN)
    assert (plan["numerator"], plan["denominator"]) == (hosts, hosts + old)
    assert plan["numerator_after"] == hosts + gained

    book = openpyxl.load_workbook(files[0])
    titles = {sheet["A1"].value for sheet in book.worksheets}
    assert {f"{code} → {host}项目" for code, host in TAKEN.items()} <= titles
    lines = pyogrio.read_dataframe(files[1], layer="接管建议")
    assert len(lines) == len(TAKEN)
    assert json.loads(Path(files[2]).read_text("utf-8"))["plan"] == plan["plan"]

    wider = said(wuye, *PLAN[:-1], "25000", "--within", "county")
    assert taken(wider) == {**TAKEN, **by_chain, "k1": "P13"}
    chain = next(entry for entry in wider["suggestions"] if entry["compound"] == "h2")
    assert (chain["parent"], chain["depth"]) == ("h1", 2)
    dropped = said(wuye, *PLAN[:-1], "25000", "--forbid", "h1")
    assert not {"h1", "h2"} & set(taken(dropped))
    roomy = said(wuye, *PLAN[:-1], "50000", "--spare-default", "0.5", "--capacity", "P8=24000")
    assert {"n1": "P16", "f1": "P8", "f2": "P8", "b2": "P3"}.items() <= taken(roomy).items()
