"""Handouts in a real browser with the network cut off: what a reader sees, and that it is quiet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from geo.action_plan import Definition
from geo.coverage import coverage
from geo.snapshot.file import Snapshot
from maps import words
from maps.handout import write_handout

SIZES = ((1440, 900), (1366, 768), (390, 844))


@contextmanager
def opened(browser: Browser, path: Path, size: tuple[int, int] = SIZES[0]) -> Iterator[Page]:
    """Open a file offline; any request, console message or error fails the test."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, offline=True, reduced_motion="reduce"
    )
    troubles: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: troubles.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
    page.on(
        "request",
        lambda request: (
            request.url.startswith(("file:", "data:")) or troubles.append(f"request: {request.url}")
        ),
    )
    page.goto(path.as_uri())
    page.wait_for_selector("body.ready")
    try:
        yield page
    finally:
        context.close()
    assert troubles == []


@pytest.fixture(scope="module")
def handout(snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("handout") / "handout.html"
    return write_handout(path, snapshot, definition=Definition(), plan=plan(snapshot))


def plan(snapshot: Snapshot) -> Any:
    codes = snapshot.column("compounds", "code").tolist()
    at = codes.index("C007")
    target, host = (snapshot.geometry("compounds")[i].centroid for i in (at, at - 4))
    return SimpleNamespace(
        suggestions=[
            SimpleNamespace(
                compound="C007",
                name=snapshot.column("compounds", "name")[at],
                project="P1",
                project_name="</script>项目",
                floor_area_dm2=2_500_000,
                reasons=["距离 46 m", "<b>同社区</b>"],
                segment=(target.x, target.y, host.x, host.y),
            )
        ],
        definition=Definition(),
        needed=0,
    )


def enter(page: Page, code: int) -> None:
    """Look into a division the way a reader does without a mouse: by search and Enter."""
    page.fill("#search", str(code))
    page.press("#search", "Enter")


@pytest.mark.parametrize("size", SIZES)
def test_the_headline_is_coverages(
    browser: Browser, handout: Path, snapshot: Snapshot, size: tuple[int, int]
) -> None:
    total = coverage(snapshot, "I1", "province", Definition()).total
    with opened(browser, handout, size) as page:
        assert page.inner_text("#share") == words.share_text(
            total.numerator, total.denominator, total.target
        )
        gap = page.inner_text("#gap")
        assert words.points_text(total.gap_points or 0) in gap
        assert words.gap_text(total.gap_amount, "m2")[0] in gap
        high = words.share_text(total.numerator + total.unknown, total.denominator, total.target)
        assert high.removesuffix(" %") in page.inner_text("#bounds")
        assert page.inner_text("#scope-name") == "云南省"
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size[0]


def test_every_indicator_can_be_chosen_by_keyboard(
    browser: Browser, handout: Path, snapshot: Snapshot
) -> None:
    with opened(browser, handout) as page:
        page.focus("#indicators input:checked")
        for indicator in ("I2", "I3", "I4"):
            page.keyboard.press("ArrowRight")
            total = coverage(snapshot, indicator, "province", Definition()).total
            expected = words.share_text(total.numerator, total.denominator, total.target)
            assert page.inner_text("#share") == expected
            assert words.target_text(total.target) in page.inner_text(".gauge-word").replace(
                "\xa0", " "
            )
            assert "null" not in page.inner_text("body")  # what is not known is left out


def test_the_mark_lies_on_the_map(
    browser: Browser, handout: Path, make_snapshot: Callable[..., Snapshot], tmp_path: Path
) -> None:
    real = write_handout(
        tmp_path / "real.html", make_snapshot(made_up=False), definition=Definition()
    )
    with opened(browser, handout) as page:
        assert page.inner_text(".map .badge").startswith("示例数据")
        assert page.is_visible(".title-line .chip")
    with opened(browser, real) as page:
        assert not page.is_visible(".map .badge")
        assert not page.is_visible(".title-line .chip")


def test_names_are_shown_as_they_are(
    browser: Browser, handout: Path, hazards: tuple[str, ...]
) -> None:
    with opened(browser, handout) as page:
        title = page.title()
        for hazard in hazards[1:]:
            page.fill("#search", hazard[:12])
            assert page.inner_text("#found b").split() == hazard.split()
            page.press("#search", "Enter")
            assert page.inner_text(".card h3").split() == hazard.split()
        assert page.title() == title
        assert page.locator(".card img, .card script, #found img").count() == 0


def test_ranking_leads_down_and_the_path_leads_up(
    browser: Browser, handout: Path, snapshot: Snapshot
) -> None:
    rows = coverage(snapshot, "I1", "prefecture", Definition()).rows
    lagging = max((row for row in rows if row.division), key=lambda row: row.gap_amount)
    with opened(browser, handout) as page:
        assert page.inner_text("#ranking li:first-child .name") == lagging.name
        page.click("#ranking li:first-child .enter")
        assert page.inner_text("#scope-name") == lagging.name
        assert page.inner_text("#share") == words.share_text(
            lagging.numerator, lagging.denominator, lagging.target
        )
        page.click("#path button")
        assert page.inner_text("#scope-name") == "云南省"


def test_ranking_can_be_sorted_by_points(
    browser: Browser, handout: Path, snapshot: Snapshot
) -> None:
    rows = coverage(snapshot, "I1", "street", Definition()).rows
    by_points = sorted(
        (row for row in rows if row.division),
        key=lambda row: (-(row.gap_points or 0), row.division),
    )
    with opened(browser, handout) as page:
        page.check("#levels input[value=street]")
        page.click("[data-sort=points]")
        names = page.locator("#ranking li:not(.outside) .name > span").all_inner_texts()
        assert names == [row.name for row in by_points]
        assert page.locator("#ranking .outside").count() == 1


def test_map_and_ranking_light_each_other(browser: Browser, handout: Path) -> None:
    with opened(browser, handout) as page:
        box = page.locator(".map").bounding_box()
        assert box is not None
        at = page.evaluate(
            "Object.values(map_1.latLngToContainerPoint([25.05, 102.65])).slice(0, 2)"
        )
        page.mouse.move(box["x"] + at[0], box["y"] + at[1])
        assert page.inner_text("#ranking li.lit .name") == "昆明市"
        assert "昆明市" in page.inner_text(".brief")
        page.mouse.click(box["x"] + at[0], box["y"] + at[1])
        assert page.inner_text(".card h3") == "昆明市"
        page.click(".card .go")
        assert page.inner_text("#scope-name") == "昆明市"


def test_the_legend_counts_divisions(browser: Browser, handout: Path, snapshot: Snapshot) -> None:
    rows = [row for row in coverage(snapshot, "I1", "street", Definition()).rows if row.division]
    with opened(browser, handout) as page:
        page.check("#levels input[value=street]")
        counts = page.locator("#legend .classes output").all_inner_texts()
        undetermined = sum(row.met == "undetermined" for row in rows)
        assert sum(map(int, counts)) == len(rows) + undetermined
        assert "目标" in page.inner_text("#legend .target")


def test_a_suggestion_leads_to_its_reasons_and_its_compound(
    browser: Browser, handout: Path
) -> None:
    with opened(browser, handout) as page:
        page.click("#tab-plan")
        assert "1 个小区" in page.inner_text("#plan-note")
        page.click("#plan-list button")
        assert page.locator(".card .reasons li").all_inner_texts() == ["距离 46 m", "<b>同社区</b>"]
        page.click(".card .go")
        assert "C007" in page.inner_text(".card dl")


def test_without_a_plan_there_is_no_tab(
    browser: Browser, snapshot: Snapshot, tmp_path: Path
) -> None:
    path = write_handout(tmp_path / "x.html", snapshot, definition=Definition())
    with opened(browser, path) as page:
        assert not page.is_visible("#tab-plan")
        assert "suggestions" not in page.inner_html("#layers")


def test_english_reaches_every_word(browser: Browser, handout: Path) -> None:
    """After the switch no Chinese is left but names and the plan's reasons."""
    with opened(browser, handout) as page:
        page.click("#language")
        assert page.get_attribute("html", "lang") == "en"
        left = page.evaluate(
            """() => {
              const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              const found = [];
              while (walker.nextNode()) {
                const node = walker.currentNode;
                const text = node.textContent;
                const may = '[translate=no], [lang="zh-CN"], script, #language';
                const chinese = /[\\u4e00-\\u9fff]/.test(text);
                if (chinese && !node.parentElement.closest(may)) found.push(text);
              }
              return found;
            }"""
        )
        assert left == []
        assert "points short" in page.inner_text("#gap")


def test_a_division_alone_and_an_empty_one(
    browser: Browser, snapshot: Snapshot, make_snapshot: Callable[..., Snapshot], tmp_path: Path
) -> None:
    street = write_handout(
        tmp_path / "street.html", snapshot, definition=Definition(), division=530102001
    )
    empty = write_handout(
        tmp_path / "empty.html", make_snapshot(standing=[False] * 60), definition=Definition()
    )
    with opened(browser, street) as page:
        assert page.inner_text("#scope-name") == "华山<b>街道"
    with opened(browser, empty) as page:
        assert "没有可统计" in page.inner_text("#figure")


def test_a_register_without_divisions(
    browser: Browser, make_snapshot: Callable[..., Snapshot], tmp_path: Path
) -> None:
    bare = make_snapshot(divisions=False)
    total = coverage(bare, "I1", "province", Definition()).total
    path = write_handout(tmp_path / "bare.html", bare, definition=Definition())
    with opened(browser, path) as page:
        assert page.inner_text("#scope-name") == "全部"
        assert page.inner_text("#share") == words.share_text(
            total.numerator, total.denominator, total.target
        )
        page.fill("#search", "C007")
        page.press("#search", "Enter")
        assert "C007" in page.inner_text(".card dl")


def test_controls_have_names_and_can_be_reached(browser: Browser, handout: Path) -> None:
    with opened(browser, handout) as page:
        nameless = page.evaluate(
            """() => [...document.querySelectorAll('button, input, a[href], summary')]
              .filter((node) => node.offsetParent !== null)
              .filter((node) => !(node.getAttribute('aria-label') || node.textContent.trim()
                || [...(node.labels || [])].some((label) => label.textContent.trim())))
              .map((node) => node.outerHTML)"""
        )
        assert nameless == []
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        seen = set()
        for _ in range(40):
            page.keyboard.press("Tab")
            seen.add(page.evaluate("document.activeElement.id || document.activeElement.name"))
        assert {"language", "search", "indicator", "level", "tab-ranking"} <= seen
