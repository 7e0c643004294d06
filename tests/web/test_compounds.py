"""Compounds: the list, the card with its sources, the workbook, and the lists of dues and changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest
from playwright.sync_api import Page, expect

Open = Callable[..., Page]
Ask = Callable[..., Any]
EARLIER, LATER = "2024-12-31", "2025-12-31"


def test_the_list_its_totals_and_its_workbook_are_the_same(walk_to: Open, ask: Ask) -> None:
    page = walk_to("/compounds?division=5301&states=none&only=old")
    found = ask("/compounds", division="5301", state="none", old="true", as_of=LATER, limit=500)
    assert found["total"] > 0
    expect(page.locator(".sum strong")).to_have_text(f"{found['total']:,} 个小区")
    expect(page.locator(".sum")).to_contain_text(f"{found['households']:,} 户")
    expect(page.locator(".rows .name").first).to_be_visible()
    names = page.locator(".rows .name").all_inner_texts()
    assert names == [row["name"] or row["code"] for row in found["items"]][: len(names)]
    with page.expect_download() as download:
        page.get_by_role("link", name="xlsx").click()
    path = download.value.path()
    book = openpyxl.load_workbook(path.rename(path.with_suffix(".xlsx")))
    cells = {str(cell.value) for sheet in book for row in sheet for cell in row}
    assert {row["code"] for row in found["items"]} <= cells
    assert any("示例数据" in cell for cell in cells)


def test_a_filter_is_in_the_address_and_can_be_taken_back(walk_to: Open, ask: Ask) -> None:
    page = walk_to("/compounds?division=5301")
    page.get_by_role("button", name="无业委会").click()
    total = ask("/compounds", division="5301", no_committee="true", as_of=LATER)["total"]
    expect(page.locator(".sum strong")).to_have_text(f"{total:,} 个小区")
    page.wait_for_url(re.compile("only=no_committee"))
    page.get_by_role("button", name="无业委会").click()
    everything = ask("/compounds", division="5301", as_of=LATER)["total"]
    expect(page.locator(".sum strong")).to_have_text(f"{everything:,} 个小区")


def test_the_map_has_a_dot_for_each_of_the_list_from_afar(walk_to: Open, ask: Ask) -> None:
    page = walk_to("/compounds?states=none&only=no_committee", drawn=True)
    places = ask("/compound-places", state="none", no_committee="true", as_of=LATER)
    page.wait_for_function(
        """(count) => {
          const map = document.querySelector('.stage .canvas').map
          return map.getLayer('list-dots') && map.isSourceLoaded('list-dots') &&
            new Set(map.queryRenderedFeatures({ layers: ['list-dots'] })
              .map(({ properties }) => properties.code)).size === count
        }""",
        arg=len(places["codes"]),
    )
    at = page.evaluate(
        """(place) => {
          const map = document.querySelector('.stage .canvas').map
          const { left, top } = map.getCanvas().getBoundingClientRect()
          const { x, y } = map.project(place)
          return [left + x, top + y]
        }""",
        [places["lons"][0], places["lats"][0]],
    )
    page.mouse.click(*at)
    shown = page.get_by_role("complementary", name="详情")
    expect(shown.get_by_role("heading", level=2)).to_be_visible()
    for chip in ("无业委会", "无物业"):
        page.locator(".chip", has_text=chip).click()
    page.wait_for_function(
        "() => !document.querySelector('.stage .canvas').map.getLayer('list-dots')"
    )


def test_the_card_says_why_and_from_which_row(walk_to: Open, ask: Ask) -> None:
    found = ask("/compounds", division="5301", state="none", as_of=LATER)
    code = quote(found["items"][0]["code"])
    card = ask(f"/compounds/{code}", as_of=LATER)
    history = ask(f"/compounds/{code}/history", as_of=LATER)
    page = walk_to("/compounds?division=5301&states=none")
    expect(page.locator(".sum strong")).to_have_text(f"{found['total']:,} 个小区")
    expect(page.locator(".rows .name").first).to_have_text(card["compound"]["name"])
    page.locator(".rows button").first.click()
    shown = page.get_by_role("complementary", name="详情")
    expect(shown.get_by_role("heading", level=2)).to_have_text(card["compound"]["name"])
    expect(shown.locator(".reason")).to_have_text(card["reason"]["words"]["zh"])
    for source in card["sources"]:
        line = f"{source['source']['file']} › {source['source']['sheet']} › 第 {source['source']['row']} 行"
        expect(shown.locator(".sources")).to_contain_text(line)
    known = [fact for fact in history["facts"] if fact["known_to"] is None]
    expect(shown.locator(".history > li")).to_have_count(len(known))
    words = shown.locator(".history em").all_inner_texts()
    assert [word for word in words if not re.search(r"[\u4e00-\u9fff]", word)] == []
    page.keyboard.press("Escape")
    expect(shown).to_have_count(0)


def test_terms_dues_and_changes_have_their_lists(walk_to: Open, ask: Ask) -> None:
    page = walk_to("/compounds?only=term&sort=term_end")
    ending = ask("/compounds", term_within_months=6, sort="term_end", as_of=LATER)
    expect(page.locator(".sum strong")).to_have_text(f"{ending['total']:,} 个小区")
    assert ending["total"]
    expect(page.locator(".rows .place").first).to_contain_text(
        ending["items"][0]["committee_term_ends"]
    )
    page.get_by_role("button", name="应建未建", exact=True).click()
    due = ask("/companies", due="true", active="true", as_of=LATER)
    expect(page.locator("#companies-sum")).to_contain_text(str(due["total"]))
    page.get_by_role("button", name="变化").click()
    changes = ask(
        "/coverage/changes",
        before=EARLIER,
        after=LATER,
        indicator="I1",
        level="prefecture",
    )
    fallen = next(row for row in changes["rows"] if row["change_points"] is not None)
    expect(page.locator("tbody tr").nth(1)).to_contain_text(fallen["name"])
    expect(page.locator("tbody tr").nth(1)).to_contain_text(fallen["text_after"])
    page.locator(".why").first.click()
    causes = ask("/coverage/compare", before=EARLIER, after=LATER, indicator="I1")
    listed = page.locator(".causes li")
    expect(listed.first).to_contain_text(causes["contributors"][0]["name"])
    page.get_by_role("button", name=f"全部 {causes['contributors_total']} 个").click()
    expect(listed).to_have_count(min(500, causes["contributors_total"]))
    parts = page.locator(".causes p span").all_inner_texts()
    told = [float(part.split()[-1].replace("−", "-").replace("±", "")) for part in parts]
    assert sum(told) == pytest.approx(causes["change_points"], abs=0.02)


def test_search_opens_the_card_in_place(walk_to: Open, ask: Ask) -> None:
    listed = ask("/compounds", division="5301", as_of=LATER)["items"][0]
    page = walk_to("/")
    expect(page.locator(".overview .figure")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type(listed["code"])
    expect(page.get_by_role("option").first).to_contain_text(listed["name"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary", name="详情")).to_contain_text(listed["name"])
    page.wait_for_url(re.compile("chosen=compound"))
