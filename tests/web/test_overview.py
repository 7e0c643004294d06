"""The first screen: one number everywhere, the whole view in the address, all by keyboard."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

Open = Callable[..., Page]
Ask = Callable[..., Any]
EARLIER, LATER = "2024-12-31", "2025-12-31"
PHONE = (390, 844)


def await_query(page: Page, **parts: str) -> None:
    """Wait until the address says so; it follows the screen. Empty is what it does not say."""
    wanted = {name: [value] if value else None for name, value in parts.items()}

    def says(url: str) -> bool:
        query = parse_qs(urlsplit(url).query)
        return all(query.get(name) == value for name, value in wanted.items())

    page.wait_for_url(says)


def test_headline_ranking_and_table_show_what_the_interface_says(walk_to: Open, ask: Ask) -> None:
    page = walk_to("/?table=1&level=county&division=5301&band=B")
    for indicator, tab in {
        "I1": "物业服务",
        "I2": "业委会",
        "I3": "党组织",
        "I4": "党的工作",
    }.items():
        page.get_by_role("button", name=tab, exact=True).click()
        found = ask(
            "/coverage", indicator=indicator, level="county", division="5301", band="B", as_of=LATER
        )
        rows = page.locator(".over tbody tr")
        expect(page.locator(".over caption")).to_contain_text(found["name"])
        head = page.locator(".overview .head")
        expect(head.locator(".figure")).to_contain_text(found["total"]["text"]["share"][:-2])
        for mark in (found["counts"]["zh"], LATER, found["snapshot"][:8]):
            expect(head).to_contain_text(mark)
        shown = {
            row.locator("th").inner_text(): row.locator("td").first.inner_text()
            for row in rows.all()
        }
        assert shown == {row["name"]: row["text"]["share"] or "无数据" for row in found["rows"]}
        counted = [r for r in found["rows"] if r["kind"] == "division" and r["denominator"]]
        expect(page.locator(".ranking li")).to_have_count(len(counted))
        listed = {
            item.locator(".name").inner_text(): item.locator(".share").inner_text()
            for item in page.locator(".ranking li").all()
        }
        assert listed == {row["name"]: row["text"]["share"] for row in counted}
        gaps = {row["name"]: row["gap_amount"] for row in counted}
        assert [gaps[name] for name in listed] == sorted(gaps.values(), reverse=True)
    expect(page.locator(".made-up")).to_have_text("示例数据")


def test_legend_counts_every_division_once(open_page: Open, ask: Ask) -> None:
    page = open_page("/?level=county")
    found = ask("/coverage", indicator="I1", level="county", as_of=LATER)
    expect(page.locator(".classes .count").first).to_be_visible()
    counts = [int(text) for text in page.locator(".classes .count").all_inner_texts()]
    rows = [row for row in found["rows"] if row["kind"] == "division"]
    unsure = sum(row["class"] is not None and row["met"] == "undetermined" for row in rows)
    assert sum(counts) - unsure == len(rows)
    expect(page.locator(".classes .at-target")).to_contain_text("90")


def test_one_drills_down_by_map_and_ranking_and_comes_back_by_the_path(open_page: Open) -> None:
    page = open_page("/?map=9.5/25.04/102.70", drawn=True)
    box = page.locator("#map .maplibregl-canvas").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("h1")).to_have_text("昆明市")
    await_query(page, division="5301")
    page.locator(".ranking li a", has_text="五华区").click()
    expect(page.locator("h1")).to_have_text("五华区")
    expect(page.locator(".ranking h2")).to_contain_text("街道")
    page.get_by_role("navigation", name="区划").get_by_role("link", name="云南省").click()
    expect(page.locator("h1")).to_have_text("云南省")
    await_query(page, division="")
    page.go_back()
    expect(page.locator("h1")).to_have_text("五华区")


def test_the_address_is_the_view(open_page: Open) -> None:
    padded = "530100"  # as in the standard's own table
    path = f"/?division={padded}&level=county&band=C&basis=count&as_of={EARLIER}&lang=en"
    page = open_page(path + "&order=points")
    expect(page.locator("h1")).to_have_text("昆明市")
    expect(page.locator(".levels [aria-pressed=true]")).to_have_text("county")
    expect(page.locator(".chips")).to_contain_text("band C")
    expect(page.locator(".chips")).to_contain_text("by number")
    expect(page.locator(".chips")).to_contain_text(EARLIER)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".orders [aria-pressed=true]")).to_have_text("by points")
    scale = page.locator(".maplibregl-ctrl-scale")
    expect(scale).to_have_text(re.compile(r"^\d+\skm$"))
    page.get_by_role("button", name="中文").click()
    expect(page.locator(".orders [aria-pressed=true]")).to_have_text("按百分点")
    expect(scale).to_have_text(re.compile(r"^\d+\s公里$"))
    await_query(page, band="C", lang="")


def test_a_definition_says_what_it_changes_and_changes_it(walk_to: Open, ask: Ask) -> None:
    page = walk_to("/?table=1")
    page.get_by_role("button", name=re.compile("口径")).click()
    choices = page.get_by_role("dialog").locator("label")
    expect(choices).to_have_count(8)
    assert all(len(text) > 8 for text in choices.locator(".effect").all_inner_texts())
    page.get_by_role("radio", name="B档：").check()
    share = ask("/coverage", band="B", level="prefecture", as_of=LATER)["total"]["text"]["share"]
    expect(page.locator(".figure")).to_contain_text(share.removesuffix(" %"))
    await_query(page, band="B")


def test_figures_lead_to_what_they_are_made_of(walk_to: Open, ask: Ask) -> None:
    # No days of the calendar are passed over, as other wrong words of an address are.
    page = walk_to("/?division=5301&as_of=2025-13-45&beside=2025-02-30")
    expect(page.locator(".source")).to_contain_text(LATER)
    expect(page.locator(".head .gap a")).to_have_attribute("href", "/takeover?division=5301")
    for line, query in ((".bounds a", {"state": "unknown"}), (".head .small a", {})):
        link = page.locator(f".overview {line}").first
        total = ask("/compounds", division="5301", as_of=LATER, limit=1, **query)["total"]
        link.click()
        expect(page.locator(".panel")).to_contain_text(f"{total:,} 个小区")
        page.go_back()


def test_two_dates_side_by_side(walk_to: Open) -> None:
    page = walk_to(f"/?beside={EARLIER}")
    bar = page.get_by_role("slider", name=re.compile("分界"))
    expect(page.locator(".date.left")).to_have_text(LATER)
    expect(page.locator(".date.right")).to_have_text(EARLIER)
    before = int(bar.get_attribute("aria-valuenow") or 0)
    bar.press("ArrowLeft")
    expect(bar).to_have_attribute("aria-valuenow", str(before - 2))
    page.get_by_role("button", name="按变化").click()
    expect(page.locator(".ranking .amount").first).to_contain_text("点")
    expect(page.locator(".beside .maplibregl-canvas")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="存为图片").click()
    assert f"_与{EARLIER}对比_" in download.value.suggested_filename
    place, width = page.evaluate(
        "[...document.querySelectorAll('.bar[role=slider], #map')].map((one) =>"
        " one.getBoundingClientRect()).sort((a, b) => b.width - a.width)"
        ".map(({ width, x }, i, [map]) => i ? x + width / 2 - map.x : width).reverse()"
    )
    with Image.open(download.value.path()) as picture:
        assert picture.width == pytest.approx(width / 2, abs=1)  # at half a dot a point
        at = round(place * picture.width / width)
        grey = np.asarray(picture.convert("L"))[150:-60].astype(float)
    assert grey[:, at - 3 : at + 3].std(axis=0).min() < 4  # a line from top to bottom
    assert grey[:, at - 60 : at - 10].std(axis=0).min() > 4  # as the map itself is not


def test_a_second_date_that_cannot_be_had_says_why(open_page: Open) -> None:
    page = open_page("/?beside=1900-01-01", provoked="400 (Bad Request)")
    expect(page.locator(".head").get_by_role("alert")).to_contain_text("1949-10-01")


def test_search_by_pinyin_and_keyboard_alone(open_page: Open) -> None:
    page = open_page("/")
    expect(page.locator("h1")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到面板")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("wuhuaqu")
    expect(page.get_by_role("option").first).to_contain_text("五华区")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("五华区")


def test_the_picture_carries_the_marks(walk_to: Open) -> None:
    page = walk_to("/", drawn=True)
    expect(page.locator("h1")).to_have_text("云南省")
    with page.expect_download() as download:
        page.get_by_role("button", name="存为图片").click()
    name = download.value.suggested_filename
    assert name.startswith("示例数据_云南省_I1_")
    assert LATER in name
    assert download.value.path().read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_on_paper_the_map_is_whole(walk_to: Open) -> None:
    page = walk_to("/", drawn=True)
    page.evaluate("window.print = () => undefined")
    page.get_by_role("button", name="打印").click()
    picture = page.locator(".print-map")
    expect(picture).to_be_attached()
    expect(picture).to_be_hidden()  # on the screen
    page.emulate_media(media="print")
    expect(picture).to_be_visible()
    expect(page.locator(".legend")).to_be_hidden()  # the picture has its own
    pages = subprocess.run(
        ["pdftotext", "-layout", "-", "-"],
        input=page.pdf(prefer_css_page_size=True), capture_output=True, check=True,
    ).stdout.decode().split("\f")  # fmt: skip
    assert "口径" in pages[0]  # above the map, on the same page
    assert "还需" in pages[1]
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(picture).to_have_count(0)


def test_without_webgl_there_is_a_picture_a_table_and_a_file(open_page: Open) -> None:
    page = open_page("/?plain=1&division=5301")
    expect(page.locator(".plain-map")).to_have_attribute("data-drawn", "true")
    expect(page.locator(".plain table")).to_contain_text("五华区")
    assert page.get_by_role("link", name=re.compile("单文件地图")).get_attribute("href")


def test_a_phone_has_one_column(open_page: Open) -> None:
    page = open_page("/", PHONE, dots=1.0)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    stage, panel = page.locator("#map").bounding_box(), page.locator("#panel").bounding_box()
    assert stage
    assert panel
    assert panel["y"] >= stage["y"] + stage["height"] - 1
    expect(page.locator(".figure")).to_be_visible()


def test_from_a_division_that_there_is_not_a_link_leads_on(open_page: Open) -> None:
    page = open_page("/?division=539999", provoked="status of 404")
    expect(page.get_by_role("alert")).to_contain_text("没有区划 539999")
    page.get_by_role("link", name="查看全部区划").click()
    expect(page.locator("h1")).to_have_text("云南省")
    expect(page.locator(".figure")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_an_error_says_what_to_do(open_page: Open, ask: Ask) -> None:
    page = open_page("/", provoked="net::ERR_INTERNET_DISCONNECTED")
    expect(page.locator(".figure")).to_be_visible()
    page.wait_for_selector('[data-still="true"]')  # the map's worker comes over the network too
    page.context.set_offline(True)
    # The other indicators were asked for ahead; another level was not.
    page.get_by_role("button", name="县区", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("wuye serve")
    page.context.set_offline(False)
    page.get_by_role("button", name="再试一次").click()
    rows = ask("/coverage", level="county", as_of=LATER)["rows"]
    counted = [row for row in rows if row["kind"] == "division" and row["denominator"]]
    expect(page.locator(".ranking h2")).to_contain_text(str(len(counted)))
    expect(page.get_by_role("alert")).to_have_count(0)

    # The figures of a division can't be had, its gap can: no name and no part of another's figures.
    figure = page.locator(".figure").inner_text()
    page.route(
        re.compile(r"/api/v1/coverage\?.*division=53\d\d"),
        lambda one: one.abort("internetdisconnected"),
    )
    row = page.locator(".ranking li").first
    with page.expect_response(re.compile(r"/coverage/gap\?.*division=53\d\d")):
        row.locator("a").click()
    expect(page.get_by_role("alert")).to_contain_text("wuye serve")
    expect(page.locator("h1")).to_have_text("云南省")
    assert page.locator(".figure").inner_text() == figure
    expect(page.locator("ul[aria-busy=true]")).to_be_hidden()
    expect(page.locator(".gap")).not_to_contain_text("个小区")
