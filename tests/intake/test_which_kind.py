from __future__ import annotations

from pathlib import Path

import pytest

from geo.errors import InputError
from geo.intake.which_kind import which_kind


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("小区编码,小区名称,区划代码,建成年份,服务模式", "ledger"),
        ("小区编码,类型,备案日期,任期止", "committees"),
        ("统一社会信用代码,企业名称,企业类型,党员人数", "companies"),
        ("项目编码,项目名称,统一社会信用代码,合同起,合同止", "projects"),
        ("区划代码,名称", "divisions"),
    ],
)
def test_the_kind_whose_columns_a_file_has_most_of(tmp_path: Path, header: str, kind: str) -> None:
    path = tmp_path / "file.csv"
    path.write_text(f"{header}\n" + ",".join("x" for _ in header.split(",")) + "\n", "utf-8")
    assert which_kind(path).kind == kind


def test_what_fits_two_kinds_alike_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "file.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"A"},'
        '"geometry":{"type":"Polygon","coordinates":[[[102,25],[102.1,25],[102.1,25.1],[102,25]]]}}]}'
    )
    found = which_kind(path)
    assert found.kind is None
    assert {"compounds", "areas"} <= set(found.likely)


def test_what_is_no_table_of_ours_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("天气,温度\n晴,20\n", "utf-8")
    with pytest.raises(InputError):
        which_kind(path)
