"""``wuye export tiles`` as a user meets it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.errors import UsageError
from geo.intake.load import Options, import_file
from geo.intake.verdicts import Outcome
from geo.register.store import Register
from service.commands.export_tiles import processes, words_of, zooms_of

Run = Callable[..., tuple[int, str, str]]


def test_archives_of_a_register(
    wuye: Run, register: Register, import_csv: Callable[..., Outcome], tmp_path: Path
) -> None:
    path = tmp_path / "compounds.gpkg"
    square = shapely.box(102.703, 25.001, 102.705, 25.003)
    frame = gpd.GeoDataFrame(
        {"小区编码": ["A"], "小区名称": ["甲小区"]}, geometry=[square], crs=4490
    )
    frame.to_file(path)
    import_file(register, "compounds", path, Options(author="test"))
    import_csv("ledger", "小区编码,服务模式", "A,无物业")
    words = ("export", "tiles", "out", "--layer", "compounds", "--zoom", "12-13")
    code, out, errors = wuye(*words, "--format", "pmtiles，mbtiles", "--workers", "1", "--json")
    assert code == 0, errors
    manifest = json.loads(out)
    assert [item["file"] for item in manifest["files"]] == [
        "compounds.pmtiles",
        "compounds.mbtiles",
    ]
    assert [item["tiles"] for item in manifest["files"]] == [2, 2]
    assert (tmp_path / "out" / "compounds.pmtiles").stat().st_size > 200
    code, out, _ = wuye(*words, "--workers", "1")
    assert code == 0
    assert "compounds.pmtiles：2 张瓦片" in out
    assert "内部使用" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--layer", "paths"), "没有图层 paths"),
        (("--zoom", "14-10"), "不是级别"),
        (("--zoom", "3-4", "--layer", "areas"), "没有瓦片"),
        (("--format", "zip"), "不支持的格式"),
    ],
)
def test_what_is_refused(wuye: Run, words: tuple[str, ...], said: str) -> None:
    code, _, errors = wuye("export", "tiles", "out", "--workers", "1", *words)
    assert code in {1, 2}
    assert said in errors


def test_lists_and_zooms() -> None:
    assert words_of("a, b，c、a") == ("a", "b", "c")
    assert zooms_of("") == (None, None)
    assert zooms_of("10-14") == (10, 14)
    assert zooms_of("12") == (12, 12)
    for text in ("x", "14-10", "1-2-3", "-3"):
        with pytest.raises(UsageError):
            zooms_of(text)


def test_processes_are_others() -> None:
    import os

    with processes(1) as none:
        assert none is None
    with processes(2) as pool:
        assert pool is not None
        assert pool.submit(os.getpid).result() != os.getpid()
