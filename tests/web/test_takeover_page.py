"""The takeover page: a plan argued with, kept, and a case made of it that takes a step."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import openpyxl
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from maps.words import share_text as words_of_share

Open = Callable[..., Page]
Solve = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def solve(address: str) -> Iterator[Solve]:
    """Solve a plan past the page; the same question is asked once."""
    known: dict[str, dict[str, Any]] = {}
    with httpx2.Client(base_url=f"{address}/api/v1", timeout=120) as client:

        def run(division: str, **words: Any) -> dict[str, Any]:
            asked = {"as_of": "2025-12-31", "division": division, **words}
            key = json.dumps(asked, sort_keys=True)
            if key not in known:
                answer = client.post("/plans/solve", json=asked)
                assert answer.status_code == 200, answer.text
                known[key] = answer.json()
            return known[key]

        yield run


@pytest.fixture(scope="module")
def county(address: str, solve: Solve) -> str:
    """The county of Kunming whose plan has most takeovers."""
    found = httpx2.get(
        f"{address}/api/v1/coverage",
        params={"level": "county", "division": "5301", "as_of": "2025-12-31"},
        timeout=120,
    ).json()
    short = [row["division"] for row in found["rows"] if row["division"] and row["gap_amount"] > 0]
    best = max(short, key=lambda code: len(solve(code)["plan"]["suggestions"]))
    assert len(solve(best)["plan"]["suggestions"]) >= 2
    return str(best)


def share_text(share: float, target: float) -> str:
    return words_of_share(round(share * 10**12), 10**12, Decimal(str(target)))


def asked_of(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(parse_qs(urlsplit(page.url).query).get("ask", ["{}"])[0])
    return found


def row_of(page: Page, one: dict[str, Any]) -> Locator:
    return page.locator(".suggestions > li").filter(has_text=one["name"] or one["compound"])


def start(open_page: Open, county: str, **words: Any) -> Page:
    page = open_page(f"/takeover?division={county}", **words)
    page.get_by_role("button", name=re.compile("^为.*求解$")).click()
    expect(page.locator(".gauge-box .sentence")).to_be_visible()
    return page


def test_the_plan_on_screen_is_the_interface_s(open_page: Open, county: str, solve: Solve) -> None:
    page = start(open_page, county)
    plan = solve(county)["plan"]
    gauge = page.locator(".gauge-box")
    for share in (plan["share"], plan["share_after"]):
        expect(gauge.locator(".figures")).to_contain_text(share_text(share, plan["target"]))
    count = len(plan["suggestions"])
    expect(gauge.locator(".sentence")).to_contain_text(f"接管 {count} 个")
    # The plan's own lines write the total, beside what is needed.
    (total,) = re.findall("个老旧小区（(.*?)）", plan["lines"][2])
    expect(gauge.locator(".sentence")).to_contain_text(f"（{total}）")
    expect(gauge).to_contain_text(plan["definition"]["text"])
    expect(gauge).to_contain_text("示例数据")
    shown = page.locator(".suggestions > li")
    expect(shown).to_have_count(min(count, 60))
    for one, item in zip(plan["suggestions"], shown.all(), strict=False):
        expect(item.locator("strong")).to_have_text(one["name"] or one["compound"])
        expect(item.locator(".reasons")).to_have_text(" · ".join(one["reasons"]))
    page.get_by_role("button", name="EN", exact=True).click()
    expect(page.locator(".suggestions .reasons").first).to_have_text(
        re.compile(r"(away|adjacent) · same .* · room [\d,.]+ (million )?m²$")
    )
    expect(gauge).to_contain_text("band A: professional service · floor area")
    page.get_by_role("button", name="中文", exact=True).click()
    expect(gauge).to_contain_text(plan["definition"]["text"])
    page.reload()  # the address holds the question
    expect(gauge.locator(".sentence")).to_contain_text(f"接管 {count} 个")


def test_lock_leave_out_refuse_and_back_again(open_page: Open, county: str, solve: Solve) -> None:
    page = start(open_page, county)
    first, last = solve(county)["plan"]["suggestions"][0], solve(county)["plan"]["suggestions"][-1]
    decided = page.locator(".decisions li")

    row_of(page, last).get_by_role("button", name=f"锁定 {last['name']}").click()
    expect(decided).to_have_count(1)
    expect(decided.first).to_contain_text(f"锁定 {last['name']}")
    assert asked_of(page)["locked"] == [[last["compound"], last["project"]]]

    row_of(page, first).get_by_role("button", name=f"不接管 {first['name']}").click()
    expect(row_of(page, first)).to_have_count(0)
    expect(decided).to_have_count(2)
    other = solve(
        county,
        decided={
            "locked": [[last["compound"], last["project"]]],
            "forbidden": [[first["compound"], None]],
        },
    )["plan"]
    share = share_text(other["share_after"], other["target"])
    expect(page.locator(".gauge-box .figures strong")).to_have_text(share)

    change = page.locator(".change")
    expect(change.locator(".less").first).to_contain_text("−")
    change.get_by_role("button").click()
    expect(change.locator("li").filter(has_text=first["name"]).first).to_contain_text("−")

    page.get_by_role("tab", name=re.compile("承接项目")).click()
    host = page.locator(".hosts li").first
    refused = decided.filter(has_text=f"{host.locator('strong').inner_text()} 不愿承接")
    host.get_by_role("button", name="不愿承接").click()
    expect(decided).to_have_count(3)
    assert len(asked_of(page)["refused"]) == 1
    expect(refused).to_have_count(1)
    # Two questions later no plan on screen speaks of that project: it has its name still.
    page.get_by_role("tab", name=re.compile("接管建议")).click()
    page.locator(".suggestions > li").first.get_by_role("button", name="不接管").click()
    expect(decided).to_have_count(4)
    expect(page.locator(".gauge-box")).to_have_attribute("aria-busy", "false")
    expect(refused).to_have_count(1)

    for left in (3, 2, 1, 0):
        page.get_by_role("button", name="撤销").click()
        expect(decided).to_have_count(left)
    page.get_by_role("tab", name=re.compile("接管建议")).click()
    expect(row_of(page, first)).to_have_count(1)
    page.get_by_role("button", name="重做").click()
    expect(decided).to_have_count(1)


def test_what_is_left_says_why_and_can_be_tried(open_page: Open, county: str, solve: Solve) -> None:
    left = [one for one in solve(county)["plan"]["not_served"] if one["relaxations"]]
    assert left, "the sample has no compound that a rule alone keeps out"
    page = start(open_page, county)
    page.get_by_role("tab", name=re.compile("未安排")).click()
    groups = page.locator(".left section")
    parts = solve(county)["plan"]["gap_parts"]
    texts = {part["reason"]: part["text"] for part in parts}
    tab = page.get_by_role("tab", name=re.compile("未安排"))
    expect(tab).to_contain_text(str(sum(part["compounds"] for part in parts)))
    listed = 0
    for part in parts:  # every group opens, with all of its compounds or as many as fit
        group = groups.filter(has_text=part["text"])
        group.locator(".head").click()
        expect(group.locator("li .name")).to_have_count(min(part["compounds"], 40))
        listed += len(part["members"])
    assert listed > 0, "the sample's county has no compound that is no candidate"
    one = left[0]
    group = groups.filter(has_text=texts[one["reason"]])
    group.locator(".head").click()
    entry = group.locator("li").filter(has=page.get_by_role("button", name=one["name"], exact=True))
    expect(entry).to_contain_text(one["text"])
    expect(entry).to_contain_text(one["remedy"])
    before = asked_of(page)
    # While the answer is on its way, what stands can be read as before.
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/plans/solve", hold)
    entry.get_by_role("button", name="试一试").click()
    gauge = page.locator(".gauge-box")
    expect(gauge).to_have_attribute("aria-busy", "true")
    assert gauge.evaluate("one => getComputedStyle(one).opacity") == "1"
    held.pop().continue_()
    page.unroute("**/plans/solve")
    expect(gauge).to_have_attribute("aria-busy", "false")
    assert asked_of(page) != before
    expect(page.locator(".change")).to_be_visible()


def test_a_plan_is_kept_and_a_case_of_it_takes_a_step(
    open_page: Open, county: str, ask: Callable[..., Any], solve: Solve, address: str
) -> None:
    page = start(open_page, county)
    page.get_by_role("button", name="保存方案").click()
    expect(page.get_by_text(re.compile("^已存 "))).to_be_visible()
    kept = ask("/plans", division=county)["items"][0]
    assert kept["takeovers"] == len(solve(county)["plan"]["suggestions"])
    with page.expect_download() as download:
        page.locator(".gauge-box").get_by_role("link", name="xlsx").click()
    path = download.value.path()
    book = openpyxl.load_workbook(path.rename(path.with_suffix(".xlsx")))
    cells = {str(cell.value) for sheet in book for row in sheet for cell in row}
    assert {one["compound"] for one in solve(county)["plan"]["suggestions"]} <= cells
    assert any("示例数据" in cell for cell in cells)

    ask_otherwise_and_back(page, kept)

    one = solve(county)["plan"]["suggestions"][0]
    row_of(page, one).locator(".what").click()
    drawer = page.get_by_role("complementary", name="详情")
    expect(drawer.get_by_role("heading", level=2)).to_have_text(one["name"])
    for rule in one["criteria"]:
        line = drawer.locator(".rules li").filter(has_text=rule["text"]).first
        told = rule["limit"] is None and rule["rule"] != "barrier"
        expect(line).to_contain_text("!" if not rule["met"] else "·" if told else "✓")
    expect(drawer).to_contain_text(one["next_step"])
    covered = ask("/coverage", level="county", division=county, as_of="2025-12-31")["total"]

    drawer.get_by_role("button", name="立案").click()
    expect(drawer).to_contain_text(re.compile("案件 № \\d+"))
    expect(drawer.locator(".steps li")).to_have_count(1)
    # It was opened after the plan's due date: that is marked, not only told.
    expect(drawer.locator(".late")).to_have_text("期限已过，尚未进场")
    drawer.get_by_label(re.compile("^依据")).fill("街道受理单 2026-01（示例）")
    for box in drawer.locator("form input[type=number]").all():
        box.fill("1")
    step = drawer.get_by_role("button", name=re.compile("^记录："))
    step.click()
    expect(drawer.locator(".steps li")).to_have_count(2)
    found = ask("/cases", division=county)["items"][0]
    assert found["compound"] == one["compound"]
    assert len(httpx2.get(f"{address}/api/v1/cases/{found['case']}").json()["steps"]) == 2
    again = ask("/coverage", level="county", division=county, as_of="2025-12-31")["total"]
    assert again["numerator"] == covered["numerator"]  # nothing is covered before 进场

    page.get_by_role("tab", name="案件").click()
    expect(page.locator("#panel").get_by_text(one["name"])).to_be_visible()
    page.get_by_role("tab", name="已存方案").click()
    expect(page.locator(".kept li").first).to_contain_text(kept["id"][:8])

    stand_side_by_side(page, kept, one, solve)


def stand_side_by_side(page: Page, kept: dict[str, Any], one: dict[str, Any], solve: Solve) -> None:
    """Leave a suggestion of a kept plan out, and compare the two."""
    page.get_by_role("tab", name="方案", exact=True).click()
    row_of(page, one).get_by_role("button", name=f"不接管 {one['name']}").click()
    expect(page.locator(".decisions li")).to_have_count(1)
    page.get_by_role("tab", name="已存方案").click()
    page.locator(".kept li").first.get_by_role("button", name="与当前方案比较").click()
    beside = page.get_by_role("table").filter(has_text=f"已存 {kept['id'][:8]}")
    mine = beside.get_by_role("row").filter(has_text=one["name"]).get_by_role("cell")
    expect(mine).to_have_text([one["project_name"], "—"])
    other = solve(kept["division"], decided={"forbidden": [[one["compound"], None]]})["plan"]
    counts = [str(kept["takeovers"]), str(len(other["suggestions"]))]
    expect(beside.get_by_role("row").filter(has_text="接管数").get_by_role("cell")).to_have_text(
        counts
    )


def ask_otherwise_and_back(page: Page, kept: dict[str, Any]) -> None:
    """Ask for another plan, whose files are not those of the one kept before, and undo that."""
    target = page.locator(".ask input").first
    target.fill("89.9")
    target.blur()
    gauge = page.locator(".gauge-box")
    expect(gauge.locator(".figures")).to_contain_text("目标 89.9")
    expect(gauge.get_by_role("button", name="保存方案")).to_be_visible()
    expect(gauge.get_by_role("link", name="xlsx")).to_have_count(0)
    page.get_by_role("button", name="撤销").click()
    expect(gauge.get_by_text(f"已存 {kept['id'][:8]}")).to_be_visible()
    expect(gauge.locator(".figures")).to_contain_text("目标 90")
