"""The reports page: what is on screen as files, made by the worker."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import openpyxl
from playwright.sync_api import Page, expect

Open = Callable[..., Page]
Ask = Callable[..., Any]
AS_OF = "2025-12-31"


def make(page: Page, name: str) -> Any:
    """Have a product made and download it."""
    product = page.locator(".products article").filter(
        has=page.get_by_role("heading", name=name, exact=True)
    )
    product.get_by_role("button", name="生成").click()
    link = product.get_by_role("link", name=re.compile("^下载"))
    expect(link).to_be_visible()
    with page.expect_download() as download:
        link.click()
    return download.value


def test_figures_and_handout_hold_what_is_on_screen(open_page: Open, ask: Ask) -> None:
    page = open_page(f"/reports?division=5301&band=B&as_of={AS_OF}&level=county")
    expect(page.locator("#panel")).to_contain_text("昆明市")
    made = make(page, "指标表")
    path = made.path()
    book = openpyxl.load_workbook(path.rename(path.with_suffix(".xlsx")))
    found = ask("/coverage", level="county", division="5301", band="B", as_of=AS_OF)
    cells = [cell.value for sheet in book for row in sheet for cell in row]
    texts = {str(value) for value in cells}
    assert {row["name"] for row in found["rows"] if row["denominator"]} <= texts
    assert any(found["definition"]["text"] in text for text in texts)
    assert any("示例数据" in text for text in texts)
    shares = {round(value, 9) for value in cells if isinstance(value, float)}
    expected = {round(row["share"], 9) for row in found["rows"] if row["share"] is not None}
    whole = {share for share in expected if share in {0.0, 1.0}}
    assert expected - whole <= shares

    handout = make(page, "离线地图")
    text = handout.path().read_text("utf-8")
    assert "示例数据" in text
    assert AS_OF in text
    assert "default-src 'none'" in text  # links may lead out; nothing is fetched from there
    assert not re.search(r"""\bsrc=["']https?://""", text)
    expect(page.get_by_role("heading", name="任务")).to_be_visible()
    expect(page.locator("#panel li").filter(has_text="完成")).not_to_have_count(0)
