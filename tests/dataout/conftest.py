"""A small made-up county and its neighbours, imported like a user's files."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import shapely

from geo.intake.load import Options, import_file
from geo.register.cluster import Cluster
from geo.register.store import Register
from geo.snapshot.build import Snapshots
from geo.snapshot.file import Snapshot
from service import cli

AS_OF = dt.date(2025, 12, 31)

STREETS = ("530102001", "530102002", "530103001", "530103002")
MODES = ("市场化物业", "国有物业", "社区托管", "居民自管", "无物业", "未核实")


def _geojson(path: Path, features: list[tuple[dict[str, Any], shapely.Geometry]]) -> Path:
    path.write_text(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "properties": words,
                        "geometry": shapely.geometry.mapping(shape),
                    }
                    for words, shape in features
                ],
            },
            ensure_ascii=False,
        ),
        "utf-8",
    )
    return path


def outlines() -> list[tuple[dict[str, Any], shapely.Geometry]]:
    streets = {
        code: shapely.box(102.6 + 0.05 * i, 25.0, 102.65 + 0.05 * i, 25.05)
        for i, code in enumerate(STREETS)
    }
    names = {"53": "云南省", "5301": "昆明市", "530102": "五华区", "530103": "盘龙区",
             **{code: f"第{i}街道" for i, code in enumerate(STREETS)}}  # fmt: skip
    return [
        ({"code": code, "name": name},
         shapely.union_all([shape for street, shape in streets.items() if street.startswith(code)]))
        for code, name in names.items()
    ]  # fmt: skip


def compounds(count: int) -> list[tuple[str, str, shapely.Geometry]]:
    """Code, street and polygon; the streets fill unevenly: 30, 16, 11 and 3 of 60."""
    found = []
    for i in range(count):
        street = 0 if i % 2 else 1 if i % 15 < 8 else 2 if i % 10 else 3
        west = 102.602 + 0.05 * street + 0.0016 * (i % 28)
        south = 25.005 + 0.012 * (i // 28)
        shape = shapely.box(west, south, west + 0.001, south + 0.002)
        if i % 7 == 0:
            shape = shape.difference(
                shapely.box(west + 0.0003, south + 0.0005, west + 0.0006, south + 0.001)
            )
        found.append((f"530102{i:06d}", STREETS[street], shape))
    return found


@pytest.fixture(scope="session")
def town(cluster: Cluster, once: Callable[[str, Callable[[Path], None]], Path]) -> Register:
    """60 compounds, one without a polygon, in four streets of two counties; companies, barriers.

    Nobody writes to it, so all tests of a run share it.
    """
    register = Register(cluster.url("town"))

    def make(folder: Path) -> None:
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
            connection.execute("create database town template wuye_template")
        _fill(register, folder)

    once("town", make)
    return register


def _fill(register: Register, folder: Path) -> None:
    options = Options(author="test")

    def load(kind: str, path: Path) -> None:
        import_file(register, kind, path, options)

    def rows(kind: str, *lines: str) -> None:
        path = folder / f"{kind}.csv"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        load(kind, path)

    made = compounds(60)
    load("divisions", _geojson(folder / "divisions.geojson", outlines()))
    load("compounds", _geojson(folder / "compounds.geojson",
                               [({"code": code, "name": f"示例{code}"}, shape) for code, _, shape in made[:-1]]))  # fmt: skip
    load("areas", _geojson(folder / "areas.geojson",
                           [({"code": "GL1", "name": "一号区域"}, shapely.box(102.601, 25.004, 102.62, 25.008))]))  # fmt: skip
    rows(
        "companies",
        "统一社会信用代码,企业名称,企业类型,注册地区划,党员人数,党组织形式",
        "91350100M000100Y43,=示例物业,市场,530102,3,党支部",
    )
    rows(
        "projects",
        "项目编码,项目名称,统一社会信用代码,管理区域编码,合同起,合同止,服务人员",
        "XM1,一号项目,91350100M000100Y43,GL1,2020-01-01,2027-12-31,12",
    )
    rows(
        "ledger",
        "小区编码,小区名称,区划代码,建成年份,建筑面积(㎡),户数,服务模式,物业项目编码,服务起始日期,业委会状态,备案日期,任期届满,是否城镇",
        *(
            f"{code},示例{code},{street},{1985 + i % 40},{1000 + 137 * i},{3 + 11 * i},{MODES[i % 6]},"
            f"{'XM1' if i % 6 == 0 else ''},2020-01-01,{('有效,2024-05-01,2029-05-01', '无,,', '未核实,,')[i % 3]},是"
            for i, (code, street, _) in enumerate(made)
        ),
    )
    load("barriers", _geojson(folder / "barriers.geojson", [
        ({"kind": "铁路", "name": "示例线"}, shapely.LineString([(102.6, 25.02), (102.8, 25.02)])),
        ({"kind": "河流", "name": "示例河"}, shapely.box(102.6, 25.03, 102.8, 25.031)),
    ]))  # fmt: skip
    load("roads", _geojson(folder / "roads.geojson", [
        ({"kind": "支路", "name": "示例路"}, shapely.LineString([(102.6, 25.01), (102.8, 25.01)])),
    ]))  # fmt: skip
    load("gates", _geojson(folder / "gates.geojson", [
        ({"compound": made[0][0], "name": "南门"}, shapely.Point(102.6501, 25.0101)),
    ]))  # fmt: skip
    Snapshots(register, folder / "snapshots").get(AS_OF)


@pytest.fixture(scope="session")
def town_snapshot(town: Register, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return Snapshots(town, tmp_path_factory.mktemp("home") / "snapshots").get(AS_OF)


@pytest.fixture
def command(
    town: Register,
    town_snapshot: Snapshot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Callable[..., tuple[int, str, str]]:
    """Run a command on the town; give exit code, output, errors."""
    monkeypatch.setenv("WUYE_DATABASE_URL", town.conninfo)
    monkeypatch.setenv("WUYE_HOME", str(town_snapshot.path.parents[1]))
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = cli.run(list(words))
        out, err = capfd.readouterr()
        return code, out, err

    return run


@pytest.fixture
def register_rows(town: Register) -> Callable[[str], list[dict[str, Any]]]:
    """Ask the register itself: the other side of every comparison."""

    def ask(statement: str) -> list[dict[str, Any]]:
        with town.connect() as connection:
            return connection.execute(statement.encode()).fetchall()

    return ask
