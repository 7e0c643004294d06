"""``wuye match …``: the words and the JSON of its commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

Run = Callable[..., tuple[int, str, str]]
LEDGER = "小区编码,小区名称,区划代码,服务模式"


@pytest.fixture
def town(wuye: Run, tmp_path: Path) -> Path:
    """Three polygons under codes of another file, two ledger rows with codes and one without."""
    polygons = tmp_path / "图形.gpkg"
    gpd.GeoDataFrame(
        {"code": ["w1", "w2", "w3"], "name": ["明怡花园小区", "翠湖花园", "锦绣江南"]},
        geometry=[shapely.box(102.7 + i * 0.01, 25, 102.702 + i * 0.01, 25.002) for i in range(3)],
        crs="EPSG:4490",
    ).to_file(polygons)
    ledger = tmp_path / "台账.csv"
    lines = (
        LEDGER, "L1,明怡花园,530102,无物业", "L2,锦绣江南二期,530102,无物业",
        ",翠湖花园一期,530102,市场化物业",
    )  # fmt: skip
    ledger.write_text("\n".join(lines), "utf-8")
    assert wuye("import", "compounds", str(polygons))[0] == 0
    assert wuye("import", "ledger", str(ledger))[0] == 3
    return tmp_path


@pytest.mark.usefixtures("town")
def test_the_queue_is_worked_off(wuye: Run) -> None:
    code, out, _ = wuye("match", "review", "--json")
    assert code == 0
    queue = json.loads(out)
    (row,) = queue["rows"]
    assert (row["name"], row["candidates"][0]["code"]) == ("翠湖花园一期", "w2")
    pairs = {item["code"]: item for item in queue["proposals"]}
    assert {code: item["verdict"] for code, item in pairs.items()} == {
        "L1": "automatic", "L2": "review",
    }  # fmt: skip
    assert pairs["L1"]["candidates"][0]["land_area_m2"] > 40_000
    for words in (("review",), ("propose",)):
        code, out, _ = wuye("match", *words)
        assert code == 0
        assert "明怡花园小区" in out
    code, out, _ = wuye("match", "auto", "--dry-run", "--json")
    assert json.loads(out)["change"] is None
    code, out, _ = wuye("match", "auto", "--json")
    assert json.loads(out)["codes"] == ["L1"]
    code, out, _ = wuye("match", "confirm", str(row["id"]), "w2", "--json")
    assert (code, json.loads(out)["released"]) == (0, [row["id"]])
    code, out, _ = wuye("match", "reject", "L2", "w3")
    assert (code, "已否定" in out) == (0, True)
    code, out, _ = wuye("match", "review", "--json")
    assert json.loads(out) == {"rows": [], "proposals": []}
    code, out, _ = wuye("match", "review")
    assert "没有等待核对" in out


@pytest.mark.usefixtures("town")
def test_wrong_words_are_refused_with_a_remedy(wuye: Run) -> None:
    for words, exit_code in (
        (("confirm", "row:99", "w1"), 1), (("confirm", "没有", "w1"), 1),
        (("confirm", "L1", "没有"), 1), (("reject", "L1"), 2), (("review", "--division", "7"), 1),
        (("propose", "--division", "9999"), 1), (("confirm", "w1", "w2"), 1),
    ):  # fmt: skip
        code, _, err = wuye("match", *words, "--json")
        assert code == exit_code, words
        assert json.loads(err)["remedy"], words


def test_a_bare_number_that_means_two_things_is_asked_back(wuye: Run, town: Path) -> None:
    (row,) = json.loads(wuye("match", "review", "--json")[1])["rows"]
    path = town / "第二份.csv"
    path.write_text(f"{LEDGER}\n{row['id']},无关的院子,530103,无物业\n", "utf-8")
    assert wuye("import", "ledger", str(path))[0] == 0
    code, _, err = wuye("match", "confirm", str(row["id"]), "w2", "--json")
    assert code == 2
    assert "row:" in json.loads(err)["remedy"]
    assert wuye("match", "confirm", f"row:{row['id']}", "w2")[0] == 0
