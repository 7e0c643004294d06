"""Printable exports through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest


@pytest.fixture
def ledger(wuye, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    divisions = tmp_path / "区划.geojson"
    cells = {"5301": (0, 2), "530102": (0, 1), "530103": (1, 2), "530102001": (0, 1)}
    divisions.write_text(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "properties": {"区划代码": code, "名称": f"第{code}"},
                        "geometry": {
                            "type": "Polygon",
                            "coordinates": [
                                [
                                    [102.6 + x / 10, y]
                                    for x, y in (
                                        (a, 25.0),
                                        (b, 25.0),
                                        (b, 25.1),
                                        (a, 25.1),
                                        (a, 25.0),
                                    )
                                ]
                            ],
                        },
                    }
                    for code, (a, b) in cells.items()
                ],
            }
        ),
        "utf-8",
    )
    table = tmp_path / "台账.csv"
    table.write_text(
        "小区编码,小区名称,区划代码,建成年份,建筑面积(㎡),服务模式,服务起始日期\n"
        "A,甲,530102001,1999,873,市场化物业,2020-01-01\n"
        "B,乙,530103,1999,127,无物业,2020-01-01\n",
        "utf-8",
    )
    assert wuye("import", "divisions", str(divisions))[0] == 0
    assert wuye("import", "ledger", str(table))[0] == 0


def test_sheet_atlas_and_report(wuye, ledger: None, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    when = ("--as-of", "2025-12-31", "--division", "5301", "--json")
    for ending, start in (("svg", b"<svg"), ("pdf", b"%PDF")):
        code, out, err = wuye("export", "sheet", *when, "--out", f"图.{ending}")
        assert code == 0, err
        assert Path(json.loads(out)["file"]).read_bytes().startswith(start)
    code, out, err = wuye("export", "atlas", *when, "--out", "册.pdf")
    assert (code, json.loads(out)["pages"]) == (0, 3), err
    code, out, err = wuye("export", "report", "--year", "2025", "--division", "5301", "--no-maps",
                          "--out", "报告", "--json")  # fmt: skip
    assert code == 0, err
    document, book = (Path(item["file"]) for item in json.loads(out)["files"])
    assert document.suffix == ".docx"
    shown = json.loads(wuye("coverage", *when, "--level", "county")[1])
    sheet = openpyxl.load_workbook(book)["I1 面积覆盖"]
    rows = list(sheet.iter_rows(min_row=7, values_only=True))
    assert [(row[1], row[2], row[3], row[5]) for row in rows[:-1]] == [
        (row["division"], row["numerator"], row["denominator"], row["share"])
        for row in shown["rows"]
    ]
    assert rows[-1][5] == 0.873


def test_words_that_are_off(wuye, ledger: None) -> None:  # type: ignore[no-untyped-def]
    for words in (["sheet"], ["sheet", "--division", "5301", "--paper", "B5"],
                  ["atlas", "--division", "5301", "--out", "x.png"], ["report", "--year", "2025"],
                  ["report", "--year", "20", "--division", "5301"],
                  ["report", "--year", "2025", "--division", "5301", "--out", "x.docx"]):  # fmt: skip
        code, out, err = wuye("export", *words, "--json")
        assert (code, out) == (2, ""), (words, err)
        assert json.loads(err)["remedy"]
