"""Sheets, atlases and reports as jobs make them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import docx
import geopandas as gpd
import openpyxl
import pypdf
import pytest
import shapely
from fastapi.testclient import TestClient

from geo.intake.load import import_file
from geo.intake.options import Options
from geo.register.store import Register
from service.jobs.record import Job


@pytest.fixture
def prefecture(register: Register, import_csv: Callable[..., object], tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"区划代码": ["5301", "530102", "530103"], "名称": ["昆明市", "五华区", "盘龙区"]},
        geometry=[
            shapely.box(102.5, 25, 103.1, 25.3),
            shapely.box(102.5, 25, 102.8, 25.3),
            shapely.box(102.8, 25, 103.1, 25.3),
        ],
        crs=4490,
    )
    frame.to_file(tmp_path / "divisions.gpkg")
    import_file(register, "divisions", tmp_path / "divisions.gpkg", Options(author="test"))
    import_csv(
        "ledger",
        "小区编码,小区名称,区划代码,服务模式,服务起始日期,建筑面积",
        "A,甲,530102,市场化物业,2020-01-01,873",
        "B,乙,530103,无物业,2020-01-01,127",
    )


def test_printed_files_are_made_by_jobs(
    prefecture: None, api: TestClient, do: Callable[[str], Job], register: Register
) -> None:
    def made(kind: str, mark: str = "", **words: object) -> bytes:
        asked = {"kind": kind, "division": "5301", **words}
        answer = api.post("/api/v1/exports", json=asked)
        assert answer.status_code == 202, answer.text
        job = do(answer.json()["job"])
        assert job.result is not None, job.problem
        assert job.result["file"].startswith(f"{mark}wuye-{kind}.")
        content: bytes = api.get(job.result["href"]).content
        return content

    date = {"as_of": "2025-12-31"}
    svg = made("sheet-svg", **date, paper="A3", secrecy="秘密")
    assert svg.startswith(b"<svg")
    assert "秘密".encode() in svg
    atlas = pypdf.PdfReader(io.BytesIO(made("atlas", **date)))
    assert len(atlas.pages) == 3
    book = openpyxl.load_workbook(io.BytesIO(made("report-book", year=2025)))
    assert book["总表"]["E7"].value == 0.873
    document = docx.Document(io.BytesIO(made("report", year=2025)))
    assert any("87.3%，较目标低 2.7 个百分点" in p.text for p in document.paragraphs)
    with register.connect() as connection:
        connection.execute("update change set made_up = true")
    made("figures", mark="示例数据_", **date)  # its name says it too


def test_a_sheet_needs_a_division(api: TestClient) -> None:
    assert api.post("/api/v1/exports", json={"kind": "sheet"}).status_code == 422
