"""The planner's ten questions, each answered on screen and left behind as a picture to look at.

One page goes from question to question, as the planner's does.

``WUYE_SCREENSHOTS`` names the folder for the pictures; without it they go to the test's own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

Open = Callable[..., Page]
Ask = Callable[..., Any]
Shoot = Callable[[Page, str], None]
EARLIER, LATER = "2024-12-31", "2025-12-31"
WIDE = (1440, 900)


@pytest.fixture
def shoot(tmp_path: Path) -> Shoot:
    """Take a picture once everything stands still."""
    folder = Path(os.environ.get("WUYE_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)

    def run(page: Page, name: str) -> None:
        page.wait_for_timeout(500)  # the camera sets off after what was pressed
        page.wait_for_selector(".stage [data-still=true]")
        expect(page.locator(".skeleton")).to_have_count(0)
        if "chosen=" in page.url:
            expect(page.get_by_role("complementary", name="详情")).to_be_visible()
        page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))")
        path = folder / f"{name}.png"
        page.screenshot(path=path)
        assert path.stat().st_size > 20_000  # an empty page is smaller

    return run


def number(text: str) -> str:
    return text.removesuffix("%").strip()


def test_01_where_do_we_stand(walk_to: Open, ask: Ask, shoot: Shoot) -> None:
    page = walk_to("/", WIDE, drawn=True)
    for indicator, tab in {"I2": "业委会", "I3": "党组织", "I1": "物业服务"}.items():
        page.get_by_role("button", name=tab, exact=True).click()
        found = ask("/coverage", indicator=indicator, level="prefecture", as_of=LATER)
        expect(page.locator(".figure")).to_contain_text(number(found["total"]["text"]["share"]))
        counted = [row for row in found["rows"] if row["division"]]
        rest = [row for row in found["rows"] if not row["division"]]
        for part in ("numerator", "denominator"):
            assert sum(row[part] for row in counted + rest) == pytest.approx(
                found["total"][part], abs=0.005
            )
    expect(page.locator(".overview")).to_contain_text("个百分点")
    shoot(page, "01-where-do-we-stand")


def test_02_on_any_date(walk_to: Open, ask: Ask, shoot: Shoot) -> None:
    page = walk_to(f"/?as_of={EARLIER}", WIDE, drawn=True)
    then, now = (ask("/coverage", level="prefecture", as_of=date) for date in (EARLIER, LATER))
    assert then["snapshot"] != now["snapshot"]
    expect(page.locator(".figure")).to_contain_text(number(then["total"]["text"]["share"]))
    expect(page.locator(".overview .head")).to_contain_text(then["snapshot"][:8])
    page.get_by_role("button", name=re.compile(EARLIER)).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    shoot(page, "02-on-any-date")
    page.keyboard.press("Escape")
    again = ask("/coverage", level="prefecture", as_of=EARLIER)
    assert again == then


def test_03_under_another_definition(walk_to: Open, ask: Ask, shoot: Shoot) -> None:
    page = walk_to("/?indicator=I1", WIDE, drawn=True)
    page.get_by_role("button", name=re.compile("口径")).click()
    page.get_by_role("radio", name="B档：").check()
    found = ask("/coverage", band="B", level="prefecture", as_of=LATER)
    expect(page.locator(".figure")).to_contain_text(number(found["total"]["text"]["share"]))
    expect(page.locator(".legend")).to_contain_text(found["counts"]["zh"])
    shoot(page, "03-under-another-definition")
    page = walk_to("/?indicator=I2&interim=true", WIDE)
    with_interim = ask("/coverage", indicator="I2", with_interim="true", as_of=LATER)
    expect(page.locator(".figure")).to_contain_text(number(with_interim["total"]["text"]["share"]))


def test_04_who_lags(walk_to: Open, ask: Ask, shoot: Shoot) -> None:
    page = walk_to("/?division=5301&level=county", WIDE, drawn=True)
    rows = [
        row
        for row in ask("/coverage", division="5301", level="county", as_of=LATER)["rows"]
        if row["division"] and row["denominator"]
    ]
    most = max(rows, key=lambda row: row["gap_amount"])
    first = page.locator(".ranking li").first
    expect(first.locator(".name")).to_have_text(most["name"])
    page.get_by_role("button", name="按百分点").click()
    worst = max(rows, key=lambda row: row["gap_points"] or 0)
    expect(first.locator(".share")).to_have_text(worst["text"]["share"])
    page.locator(".ranking li a", has_text=most["name"]).click()
    expect(page.locator("h1")).to_have_text(most["name"])
    expect(page.locator(".ranking h2")).to_contain_text("街道")
    expect(page.locator(".ranking li").first).to_be_visible()
    page.locator(".ranking li").first.hover()
    shoot(page, "04-who-lags")


def test_05_how_much_is_unknown(walk_to: Open, ask: Ask, shoot: Shoot) -> None:
    page = walk_to("/?division=5301&level=county", WIDE, drawn=True)
    total = ask("/coverage", division="5301", level="county", as_of=LATER)["total"]
    assert total["unknown"] > 0
    expect(page.locator(".legend")).to_contain_text(total["text"]["unknown_share"])
    low, high = (
        total["text"]["bounds"].split("–") if "–" in total["text"]["bounds"] else (None, None)
    )
    for bound in (low, high):
        if bound:
            expect(page.locator(".overview .head")).to_contain_text(number(bound))
    shoot(page, "05-how-much-is-unknown")


def test_06_why_is_this_one_uncovered(walk_to: Open, ask: Ask, shoot: Shoot) -> None:
    listed = ask("/compounds", division="5301", state="none", as_of=LATER)["items"][0]
    card = ask(f"/compounds/{listed['code']}", as_of=LATER)
    page = walk_to("/compounds?division=5301&states=none", WIDE, drawn=True)
    page.locator(".rows button").first.click()
    drawer = page.get_by_role("complementary", name="详情")
    expect(drawer.locator(".reason")).to_have_text(card["reason"]["words"]["zh"])
    source = card["sources"][0]["source"]
    expect(drawer).to_contain_text(f"{source['file']} › {source['sheet']} › 第 {source['row']} 行")
    shoot(page, "06-why-is-this-one-uncovered")


def test_07_who_should_have_a_party_organisation(walk_to: Open, ask: Ask, shoot: Shoot) -> None:
    page = walk_to("/compounds?list=companies", WIDE, drawn=True)
    due = ask("/companies", due="true", active="true", as_of=LATER)
    assert due["total"] > 0
    expect(page.locator("#companies-sum")).to_contain_text(str(due["total"]))
    shoot(page, "07-who-should-have-a-party-organisation")


def test_08_which_terms_expire(walk_to: Open, ask: Ask, shoot: Shoot) -> None:
    page = walk_to("/compounds?only=term&sort=term_end", WIDE, drawn=True)
    ending = ask("/compounds", term_within_months=6, sort="term_end", as_of=LATER, limit=500)
    days = [item["committee_term_ends"] for item in ending["items"]]
    assert days == sorted(days)
    assert all(LATER <= day <= "2026-06-30" for day in days)
    expect(page.locator(".sum strong")).to_have_text(f"{ending['total']:,} 个小区")
    expect(page.locator(".rows .place").first).to_contain_text(days[0])
    shoot(page, "08-which-terms-expire")


def test_09_which_county_slipped(walk_to: Open, ask: Ask, shoot: Shoot) -> None:
    page = walk_to("/compounds?list=changes&level=county&division=5301", WIDE, drawn=True)
    found = ask(
        "/coverage/changes", before=EARLIER, after=LATER, indicator="I1", level="county",
        division="5301",
    )  # fmt: skip
    moved = [row for row in found["rows"] if row["change_points"] is not None]
    assert moved[0]["change_points"] == min(row["change_points"] for row in moved)
    shown = page.locator("tbody tr", has_text=moved[0]["name"]).first
    expect(shown).to_contain_text(moved[0]["text_after"])
    shoot(page, "09-which-county-slipped")


def test_10_what_can_be_done_next(walk_to: Open, ask: Ask, shoot: Shoot, address: str) -> None:
    rows = ask("/coverage", division="5301", level="county", as_of=LATER)["rows"]
    county = max((row for row in rows if row["division"]), key=lambda row: row["gap_amount"])
    page = walk_to(f"/takeover?division={county['division']}", WIDE, drawn=True)
    page.get_by_role("button", name=re.compile("^为.*求解$")).click()
    plan = httpx2.post(
        f"{address}/api/v1/plans/solve",
        json={"as_of": LATER, "division": county["division"]},
        timeout=60,
    ).json()["plan"]
    expect(page.locator(".gauge-box .sentence")).to_contain_text(
        f"接管 {len(plan['suggestions'])} 个"
    )
    page.locator(".suggestions .what").first.click()
    drawer = page.get_by_role("complementary", name="详情")
    expect(drawer).to_contain_text(plan["suggestions"][0]["next_step"])
    shoot(page, "10-what-can-be-done-next")
