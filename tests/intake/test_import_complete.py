"""A file that is all there is of a division."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
import shapely.affinity

from geo.errors import InputError, NotFound
from geo.intake.load import Options, import_file
from geo.intake.verdicts import Outcome
from geo.register.store import Register

Import = Callable[..., Outcome]
Rows = Callable[[Register, str], list[dict[str, Any]]]
Polygons = Callable[..., Path]
SQUARE = shapely.box(102.70, 25.04, 102.701, 25.041)
USCC = "91350100M000100Y43"


def test_complete_file_spares_what_it_holds_back(
    import_csv: Import, register: Register, rows: Rows
) -> None:
    header = "小区编码,区划代码,户数,服务模式"
    import_csv("divisions", "code,name", "530102,五华区")
    import_csv("ledger", header, "A,530102,1,市场化物业", "B,530102,2,无物业", "C,530102,3,无物业")
    outcome = import_csv(
        "ledger", header, "A,530102,1,市场化物业", "B,530102,两,无物业", complete="530102"
    )
    assert outcome.retracted == 2  # C's profile and its service
    kept = rows(register, "select code from compound where upper_inf(known) order by code")
    assert [row["code"] for row in kept] == ["A", "B"]
    with pytest.raises(InputError, match="无法判断"):
        import_csv("ledger", header, "A,530102,1,市场化物业", ",530102,2,无物业", complete="530102")
    with pytest.raises(NotFound, match="530199"):
        import_csv("ledger", header, "A,530102,1,市场化物业", complete="530199")


def test_complete_compounds_and_projects_leave_no_ghosts(
    import_csv: Import, register: Register, tmp_path: Path, rows: Rows, polygons: Polygons
) -> None:
    tree = gpd.GeoDataFrame({"code": ["530102"]}, geometry=[SQUARE.buffer(1)], crs=4490)
    tree.to_file(tmp_path / "d.gpkg")
    import_file(register, "divisions", tmp_path / "d.gpkg")
    import_file(register, "compounds", polygons(tmp_path / "a.gpkg", ("A", SQUARE), ("B", SQUARE)))
    done = import_file(
        register,
        "compounds",
        polygons(tmp_path / "b.gpkg", ("A", SQUARE)),
        Options(complete="530102"),
    )
    assert done.retracted == 2
    assert rows(register, "select code from compound where upper_inf(known)") == [{"code": "A"}]
    import_csv("ledger", "小区编码,区划代码,物业项目编码", "A,530102,P", "A2,530102,Q")
    import_csv("projects", "项目编码,统一社会信用代码", f"P,{USCC}", f"Q,{USCC}")
    gone = import_csv("projects", "项目编码,统一社会信用代码", f"P,{USCC}", complete="530102")
    assert gone.retracted == 1
