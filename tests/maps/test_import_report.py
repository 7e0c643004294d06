"""The import's page in a real browser with the network cut off, on an import into a real PostGIS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from playwright.sync_api import Browser, Page

from geo.intake.load import Options, import_file
from geo.intake.report.drawn import Drawn, drawn
from geo.intake.verdicts import Findings, Outcome
from geo.register.store import Register
from maps import import_report
from maps.import_report import write_import_report

EVIL = "</script><img src=x onerror=alert(1)>{code}{{ 7*7 }}"
BOX = shapely.box(102.70, 25.04, 102.71, 25.05)


@contextmanager
def opened(browser: Browser, path: Path, size: tuple[int, int] = (1440, 900)) -> Iterator[Page]:
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


def outcome_of(
    rows: int, *, rules: tuple[str, ...] = ("date", "number"), message: str = "m"
) -> Outcome:
    """An import of which every row has something to say."""
    findings = Findings(["表"] * rows, list(range(2, rows + 2)))
    for row in range(rows):
        rule = rules[row % len(rules)]
        findings.add(
            "warned" if row % 2 else "quarantined", rule, row, "建成年份", f"v{row}", message, "r"
        )
    return Outcome(
        kind="ledger", file=EVIL, change=None, dry_run=True,
        verdicts=findings.verdicts(frozenset(range(rows))), findings=findings, retracted=0,
        datum=None, extra_columns=[], personal_columns=["联系人"], unsaved_columns=[],
        ignored_sheets=[], made_up=True,
    )  # fmt: skip


def nowhere(rows: int) -> Drawn:
    return Drawn(np.full(rows, None, dtype=object))


@pytest.fixture
def polygons(register: Register, tmp_path: Path) -> tuple[Path, Outcome]:
    """Compounds: one good, one too small, one without a shape, two that overlap."""
    shift = shapely.affinity.translate
    county = gpd.GeoDataFrame(
        {"code": ["530102"], "name": ["五华区"], "valid_from": ["2020-01-01"]},
        geometry=[shapely.box(102.6, 24.9, 102.9, 25.2)], crs=4490,
    )  # fmt: skip
    county.to_file(tmp_path / "区划.gpkg")
    import_file(register, "divisions", tmp_path / "区划.gpkg", Options(author="t"))
    frame = gpd.GeoDataFrame(
        {
            "code": list("ABCDE"), "name": ["甲", "乙", "丙", "丁", "戊"],
            "division": ["530102"] * 5,
        },
        geometry=[BOX, shapely.affinity.scale(BOX, 1e-6, 1e-6), None, shift(BOX, 0.05), shift(BOX, 0.054)],
        crs=4490,
    )  # fmt: skip
    frame.to_file(tmp_path / "小区.gpkg")
    return tmp_path, import_file(
        register, "compounds", tmp_path / "小区.gpkg", Options(author="t", dry_run=True)
    )


def test_the_page_tells_what_the_import_found(
    browser: Browser, polygons: tuple[Path, Outcome], register: Register
) -> None:
    folder, outcome = polygons
    path = write_import_report(folder / "r.html", outcome, drawn(register, outcome))
    counts = outcome.counts
    with opened(browser, path) as page:
        assert page.inner_text("#file") == "小区.gpkg"
        tiles = page.locator(".tile b").all_inner_texts()
        assert tiles == [str(counts[name]) for name in ("loaded", "unchanged", "warned", "quarantined", "skipped")]  # fmt: skip
        listed = {item.inner_text().split("\n")[0] for item in page.locator("#rules li").all()}
        assert {"碎面", "没有图形", "图形重叠"} <= listed
        assert page.inner_text("#count") == f"{len(outcome.findings.found)} 条"
        page.locator("#rules button", has_text="碎面").click()
        assert page.locator(".item").count() == 1
        assert page.inner_text("#count").startswith("1 条，共")
        page.locator(".item").click()
        assert "乙" in page.inner_text("#detail")


def test_table_and_map_are_linked(
    browser: Browser, polygons: tuple[Path, Outcome], register: Register
) -> None:
    folder, outcome = polygons
    path = write_import_report(folder / "r.html", outcome, drawn(register, outcome))
    with opened(browser, path) as page:
        before = page.evaluate("wuye.map.getZoom()")
        page.locator(".item", has_text="图形重叠").or_(
            page.locator(".item", has_text="重叠")
        ).first.click()
        assert page.evaluate("wuye.map.getZoom()") > before
        # The shape that was gone to is in the middle of the map: a click on it selects its row.
        page.locator("#all").or_(page.locator("#fit")).last.click()
        page.evaluate("wuye.report.select(-1, 'table')")
        assert page.locator("#detail").is_hidden()
        spot = page.evaluate(
            "(() => { const p = wuye.map.latLngToContainerPoint([25.045, 102.757]);"
            " const b = document.getElementById('map').getBoundingClientRect();"
            " return [b.left + p.x, b.top + p.y]; })()"
        )
        page.mouse.click(*spot)
        assert re.search("丁|戊", page.inner_text("#detail"))


def test_a_row_without_a_shape_stands_in_its_division(
    polygons: tuple[Path, Outcome], register: Register
) -> None:
    _, outcome = polygons
    found = drawn(register, outcome)
    assert found.placeholders == {2}
    assert found.shapes[2].within(shapely.box(102.6, 24.9, 102.9, 25.2))
    assert [(code, name) for code, name, _ in found.outlines] == [("530102", "五华区")]


def test_ledger_rows_lie_where_the_register_has_their_compound(
    register: Register, tmp_path: Path
) -> None:
    gpd.GeoDataFrame({"code": ["A"]}, geometry=[BOX], crs=4490).to_file(tmp_path / "c.gpkg")
    import_file(register, "compounds", tmp_path / "c.gpkg", Options(author="t"))
    (tmp_path / "l.csv").write_text("小区编码,建成年份\nA,何时\nB,何时\n", "utf-8")
    outcome = import_file(register, "ledger", tmp_path / "l.csv", Options(author="t", dry_run=True))
    found = drawn(register, outcome)
    assert shapely.equals(found.shapes[0], BOX)
    assert found.shapes[1] is None


def test_without_places_there_is_no_map(browser: Browser, tmp_path: Path) -> None:
    path = write_import_report(tmp_path / "r.html", outcome_of(3), nowhere(3))
    with opened(browser, path) as page:
        assert page.locator("#map").is_hidden()
        assert page.locator(".item").count() == 3


def test_nothing_found_says_so(browser: Browser, tmp_path: Path) -> None:
    path = write_import_report(tmp_path / "r.html", outcome_of(0), nowhere(0))
    with opened(browser, path) as page:
        assert page.inner_text("#none") == "没有发现问题。"


def test_texts_of_users_stay_texts(browser: Browser, tmp_path: Path) -> None:
    path = write_import_report(tmp_path / "r.html", outcome_of(2, message=EVIL), nowhere(2))
    with opened(browser, path) as page:
        assert page.inner_text("#file") == EVIL
        assert page.locator("img").count() == 0
        assert EVIL in page.locator(".item").first.inner_text()


def test_english_and_keyboard(browser: Browser, tmp_path: Path) -> None:
    path = write_import_report(tmp_path / "r.html", outcome_of(40), nowhere(40))
    with opened(browser, path) as page:
        page.focus("#grid")
        for _ in range(3):
            page.keyboard.press("ArrowDown")
        assert page.get_attribute(".item.selected", "aria-posinset") == "3"
        assert page.get_attribute("#grid", "aria-activedescendant") == page.get_attribute(".item.selected", "id")  # fmt: skip
        page.keyboard.press("End")
        assert page.get_attribute(".item.selected", "aria-posinset") == "40"
        page.click("#language")
        assert page.inner_text("#count") == "40 findings"
        assert page.get_attribute("html", "lang") == "en"
        assert not re.search("[\u4e00-\u9fff]", page.inner_text("#rules"))
        page.fill("#search", "v39")
        assert page.locator(".item").count() == 1


def test_a_hundred_thousand_findings_scroll_and_what_is_left_out_is_said(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_report, "MOST_FINDINGS", 100_000)
    path = write_import_report(tmp_path / "r.html", outcome_of(100_010), nowhere(100_010))
    with opened(browser, path) as page:
        assert page.inner_text("#count") == "100,000 条，共 100,010 条"
        assert "前 100,000 条，共 100,010 条" in page.inner_text("#cap")
        assert page.locator(".item").count() < 60
        page.focus("#grid")
        page.keyboard.press("End")
        assert page.get_attribute(".item.selected", "aria-posinset") == "100000"


def test_shapes_beyond_the_cap_are_counted(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_report, "MOST_SHAPES", 4)
    where = np.full(10, None, dtype=object)
    where[:9] = [shapely.affinity.translate(BOX, 0.02 * i) for i in range(9)]
    path = write_import_report(tmp_path / "r.html", outcome_of(10), Drawn(where))
    with opened(browser, path) as page:
        legend = page.inner_text("#legend")
        assert "另有 5 个有问题的图形未画出" in legend
        assert "1 行没有可画的位置" in legend


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_nothing_runs_over_the_edge(
    browser: Browser, tmp_path: Path, size: tuple[int, int]
) -> None:
    where = np.full(30, BOX, dtype=object)
    path = write_import_report(
        tmp_path / "r.html", outcome_of(30, message="长" * 200), Drawn(where)
    )
    with opened(browser, path, size) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_shapes_of_every_kind_are_drawn(browser: Browser, tmp_path: Path) -> None:
    where = np.full(6, None, dtype=object)
    where[:] = [
        BOX, shapely.LineString([(102.7, 25), (102.8, 25.1)]), shapely.Point(102.7, 25),
        shapely.GeometryCollection([BOX, shapely.Point(102, 25)]),
        shapely.Polygon([(102, 25), (102.1, 25.1), (102.1, 25), (102, 25.1)]),
        shapely.transform(BOX, lambda xy: xy[:, ::-1]),
    ]  # fmt: skip
    path = write_import_report(tmp_path / "r.html", outcome_of(6), Drawn(where))
    with opened(browser, path) as page:
        assert page.evaluate("wuye.data.map.type") == [0, 1, 2, 0, 0]
        assert page.evaluate("wuye.data.map.nowhere") == 1


def test_it_prints_its_findings(browser: Browser, tmp_path: Path) -> None:
    path = write_import_report(tmp_path / "r.html", outcome_of(700), nowhere(700))
    with opened(browser, path) as page:
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        assert page.locator("#printed tbody tr").count() == 500
        assert "打印前 500 条，共 700 条" in page.inner_text("#printed caption")
        assert page.locator("#grid").is_hidden()


def test_same_input_same_bytes(polygons: tuple[Path, Outcome], register: Register) -> None:
    folder, outcome = polygons
    one, two = (
        write_import_report(folder / name, outcome, drawn(register, outcome)).read_bytes()
        for name in ("a.html", "b.html")
    )
    assert one == two


def test_personal_data_is_not_in_the_page(register: Register, tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text(
        "小区编码,建成年份,联系人,电话\nA,何时,张三丰,13888880000\n", "utf-8"
    )
    outcome = import_file(register, "ledger", tmp_path / "l.csv", Options(author="t", dry_run=True))
    path = write_import_report(tmp_path / "r.html", outcome, drawn(register, outcome))
    text = path.read_text("utf-8")
    assert "联系人" in text
    assert "张三丰" not in text
    assert "13888880000" not in text


def words_of(data: Any) -> set[str]:
    return set(re.findall(r'(?:phrase\(|pair\(|data-(?:word|label)=)"([A-Za-z]+)"', data))


def test_every_word_is_translated() -> None:
    import json

    from maps import assets

    words = json.loads(assets.own("report_words.json"))
    used: set[str] = set()
    for name in (*import_report.SCRIPTS[3:], "report_body.html"):
        used |= words_of(assets.own(name))
    assert used <= set(words)
    assert all(len(pair) == 2 for pair in words.values())
