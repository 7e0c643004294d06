"""The imports page: a ledger with faults from the upload to the change and back; a datum asked for."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
from playwright.sync_api import Page, expect
from shapely import box
from testkit.workbooks import corrected

from service.jobs.exporting import XLSX

Open = Callable[..., Page]
Ask = Callable[..., Any]


def ledger(code: str) -> bytes:
    """Write a workbook: a row that stays, a new one, one without a year, one nowhere."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "小区台账"
    for row in (
        ["小区编码", "小区名称", "区划代码", "哪一年的", "建筑面积(㎡)", "服务模式", "业主电话"],
        [code, "", "", "", "", "无物业", "13800138000"],
        ["示例-9001", "新苑示例小区", "530102", "1996", 12000, "无物业", "13900139000"],
        ["示例-9002", "旧苑示例小区", "530102", "一九", 9000, "无物业", ""],
        ["示例-9003", "错苑示例小区", "539999", "1998", 8000, "随便管管", ""],
    ):
        sheet.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def send(page: Page, name: str, content: bytes, kind: str = "") -> None:
    if kind:
        page.get_by_label("文件类型").select_option(kind)
    page.get_by_label("选择文件").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    expect(page.locator("h2", has_text=name)).to_be_visible()
    expect(page.locator(".verdicts, .question").first).to_be_visible()


def counted(page: Page) -> dict[str, int]:
    found = {}
    for button in page.locator(".verdicts button").all():
        spans = button.locator("span").all_inner_texts()
        found[spans[-1]] = int(button.locator("strong").inner_text().replace(",", ""))
    return found


def correct_what_is_held(page: Page) -> None:
    """Take the workbook of held rows out, and bring it back: with a fault still, then right."""
    page.get_by_role("tab", name="暂存待改").click()
    held = page.locator("#panel li").filter(has_text="错苑示例小区")
    expect(held).to_contain_text("随便管管")
    with page.expect_download() as taken:
        page.get_by_role("link", name="下载工作簿").click()
    for mode, answer in (("随便", "仍有问题"), ("无物业", "已入库 1 行")):
        better = corrected(
            taken.value.path().read_bytes(), "小区名称", "服务模式", {"错苑示例小区": mode}
        )
        page.get_by_label("上传改好的工作簿").set_input_files(
            {"name": "改好.xlsx", "mimeType": XLSX, "buffer": better}
        )
        expect(page.get_by_text(re.compile(answer))).to_be_visible()
    expect(held).to_have_count(0)


def test_a_ledger_with_faults_from_upload_to_change_and_back(open_page: Open, ask: Ask) -> None:
    known = ask("/compounds", division="530102", as_of="2025-12-31")["items"][0]
    changes = ask("/changes")["total"]
    page = open_page("/imports", drawn=True)
    send(page, "小区台账示例.xlsx", ledger(known["code"]), "ledger")
    identity = re.search(r"import=([\w-]+)", page.url)
    assert identity
    found = ask(f"/imports/{identity[1]}")
    assert found["state"] == "checked"
    verdicts = counted(page)
    assert sum(verdicts.values()) == found["summary"]["rows"] == 4
    assert verdicts["暂存待改"] == found["summary"]["verdicts"]["quarantined"] >= 1
    expect(page.locator(".notices")).to_contain_text("业主电话")
    assert ask("/changes")["total"] == changes  # the check wrote nothing

    page.get_by_role("group", name="各行结果").get_by_role("button", name="暂存待改").click()
    rows = page.locator("ol li[data-row]")
    expect(rows).to_have_count(verdicts["暂存待改"])
    expect(rows.filter(has_text="错苑示例小区")).to_contain_text("随便管管")
    page.get_by_role("group", name="各行结果").get_by_role("button", name="暂存待改").click()
    expect(rows).to_have_count(4)

    columns = page.get_by_role("button", name=re.compile("列的对应"))
    columns.click()
    page.get_by_label("哪一年的 对应的列").select_option("built_year")
    page.get_by_role("button", name="按此重新检查").click()
    expect(columns).to_contain_text("6 / 7")
    read = {
        item["header"]: item["column"]
        for item in ask(f"/imports/{identity[1]}")["summary"]["columns"]
    }
    assert read["哪一年的"] == "built_year"
    expect(page.locator("ol li[data-row]").filter(has_text="旧苑示例小区")).to_contain_text("一九")

    marked = page.locator("ol li[data-row]").filter(
        has_text=re.compile(re.escape(known["name"]) + "|" + re.escape(known["code"]))
    )
    marked.first.get_by_role("button").click()
    expect(marked.first).to_have_class(re.compile("lit"))
    page.get_by_role("button", name=re.compile("^确认导入")).click()
    done = page.get_by_text(re.compile(r"已导入，第 \d+ 号变更"))
    expect(done).to_be_visible()
    assert ask("/changes")["total"] == changes + 1
    made = ask("/changes")["items"][0]
    assert made["number"] == ask(f"/imports/{identity[1]}")["change"]
    assert made["counts"]["loaded"] + made["counts"].get("warned", 0) >= 1

    correct_what_is_held(page)
    assert ask("/changes")["total"] == changes + 2

    page.get_by_role("tab", name="变更").click()
    for count, undone in enumerate(("改正入库", "小区台账"), start=1):
        kind = page.get_by_text(undone, exact=True)
        entry = page.locator("#panel ol li").filter(has=kind)
        entry = entry.filter(has=page.get_by_role("button", name="撤销")).first
        entry.get_by_role("button", name="撤销").click()
        entry.get_by_role("button", name="确认撤销").click()
        expect(page.get_by_text(re.compile(r"已由第 \d+ 号撤销"))).to_have_count(count)
    assert ask("/changes")["total"] == changes + 4


def test_a_datum_is_asked_for_and_the_rows_are_on_the_map(
    open_page: Open, ask: Ask, tmp_path: Path
) -> None:
    shapes = [box(102.70 + x, 25.04, 102.702 + x, 25.042) for x in (0.0, 0.01)]
    frame = gpd.GeoDataFrame(
        {"code": ["示例-P1", "示例-P2"], "name": ["图一示例", "图二示例"]},
        geometry=shapes,
        crs="EPSG:4490",
    )
    frame.to_file(tmp_path / "p.shp", encoding="utf-8")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in tmp_path.glob("p.*"):
            if part.suffix != ".prj":
                archive.write(part, part.name)
    page = open_page("/imports", drawn=True)
    send(page, "图形示例.zip", packed.getvalue(), "compounds")
    question = page.locator(".question")
    expect(question).to_contain_text("需要您回答")
    rows = question.locator("tbody tr")
    assert rows.count() > 1
    rows.filter(has_text=re.compile("4490|CGCS2000")).first.get_by_role("button").click()
    expect(question).to_have_count(0)
    expect(page.locator("ol li[data-row]")).to_have_count(2)
    identity = re.search(r"import=([\w-]+)", page.url)
    assert identity
    assert ask(f"/imports/{identity[1]}/map")["drawn"]
    page.locator("ol li[data-row]").first.get_by_role("button").click()
    expect(page.locator("ol li.lit")).to_have_count(1)
    page.get_by_role("button", name="删除上传").click()
    expect(page.locator("#panel").get_by_text("图形示例.zip")).to_have_count(0)
