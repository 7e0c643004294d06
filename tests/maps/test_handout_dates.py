"""Several dates in one handout, and the handout on paper."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pypdf
import pytest
from playwright.sync_api import Browser, Page

from geo.action_plan import Definition
from geo.coverage import coverage
from geo.errors import UsageError
from geo.snapshot.file import Snapshot
from maps import words
from maps.handout import write_handout
from maps.style import state_of_mode

PREFECTURE = 5301


@pytest.fixture(scope="module")
def earlier(make_snapshot: Callable[..., Snapshot]) -> Snapshot:
    standing = [True] * 60
    standing[4] = False
    return make_snapshot(
        as_of="2023-12-31", name="fedcba9876543210", mode=(np.arange(60) * 3 + 1) % 8,
        standing=standing,
    )  # fmt: skip


@pytest.fixture(scope="module")
def handout(
    snapshot: Snapshot, earlier: Snapshot, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("dates") / "handout.html"
    return write_handout(
        path, snapshot, definition=Definition(), division=PREFECTURE, earlier=[earlier]
    )


@pytest.fixture
def page(browser: Browser, handout: Path) -> Any:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, offline=True)
    opened = context.new_page()
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.goto(handout.as_uri())
    opened.wait_for_selector("body.ready")
    yield opened
    context.close()
    assert troubles == []


def shown(snapshot: Snapshot, division: int = PREFECTURE, indicator: str = "I1") -> str:
    row = coverage(snapshot, indicator, "prefecture", Definition(), division).total
    return words.share_text(row.numerator, row.denominator, row.target)


def share(page: Page) -> str:
    return (page.text_content("#share") or "").replace("\xa0", " ")


def test_figures_and_states_are_each_dates(
    handout: Path, snapshot: Snapshot, earlier: Snapshot
) -> None:
    text = handout.read_text("utf-8")
    found = re.search(r'id="wuye">(.*?)</script>', text)
    assert found
    data = json.loads(found[1])
    assert [one["asOf"] for one in data["dates"]] == ["2024-12-31", "2023-12-31"]
    other = data["dates"][1]
    for indicator in other["indicators"]:
        for code, row in zip(data["places"]["code"], indicator["rows"], strict=True):
            level = {4: "prefecture", 6: "county", 9: "street"}[len(str(code))]
            total = coverage(earlier, indicator["id"], level, Definition(), code).total
            expected = (
                words.share_text(total.numerator, total.denominator, total.target)
                if total.denominator
                else None
            )
            assert row.get("share") == expected
    codes = earlier.column("compounds", "code").tolist()
    for code, state in zip(data["compounds"]["code"], other["compounds"]["state"], strict=True):
        at = codes.index(code)
        stood = earlier.column("compounds", "standing")[at]
        mode = int(earlier.column("compounds", "mode")[at])
        assert state == (state_of_mode(mode) if stood else -1)


def test_a_reader_chooses_the_date(page: Page, snapshot: Snapshot, earlier: Snapshot) -> None:
    assert shown(snapshot) != shown(earlier)
    assert share(page) == shown(snapshot)
    page.select_option("#date", label="2023-12-31")
    assert share(page) == shown(earlier)
    assert "fedcba987654" in (page.text_content("#facts") or "")
    assert page.title().endswith("2023-12-31")
    page.click("#indicators label:nth-child(2)")
    assert share(page) == shown(earlier, indicator="I2")
    page.fill("#search", "C004")  # was not yet delivered
    page.press("#search", "Enter")
    page.wait_for_selector(".card")
    assert "2023-12-31" in (page.text_content(".card") or "")
    page.select_option("#date", label="2024-12-31")
    assert share(page) == shown(snapshot, indicator="I2")


@pytest.mark.parametrize("by_button", [True, False])
def test_on_paper_it_is_one_page_that_says_what_it_is(
    page: Page, snapshot: Snapshot, tmp_path: Path, by_button: bool
) -> None:
    before = page.evaluate("document.querySelector('.leaflet-container').clientWidth")
    if by_button:
        page.evaluate("window.print = () => { window.asked = true; }")
        page.click("#print")
        page.wait_for_function("window.asked")
    path = tmp_path / "printed.pdf"
    page.pdf(path=path, prefer_css_page_size=True, print_background=True)
    reader = pypdf.PdfReader(path)
    assert len(reader.pages) == 1
    box = reader.pages[0].mediabox
    assert (float(box.width), float(box.height)) == pytest.approx((842, 595), abs=2)
    # Chromium writes some characters as the radicals that look like them.
    text = "".join(unicodedata.normalize("NFKC", reader.pages[0].extract_text()).split())
    for expected in (
        shown(snapshot),
        snapshot.id[:12],
        "2024-12-31",
        "示例数据",
        "内部使用",
        "图例",
        "昆明市",
    ):
        assert expected.replace(" ", "") in text, expected
    assert "查找区划" not in text
    page.wait_for_function("!document.body.classList.contains('printing')")
    assert page.evaluate("document.querySelector('.leaflet-container').clientWidth") == before


def test_a_date_that_knows_nothing_of_the_division_shows_no_data(
    snapshot: Snapshot, make_snapshot: Callable[..., Snapshot], tmp_path: Path
) -> None:
    empty = make_snapshot(
        as_of="2020-12-31", divisions=False, **{
            level: np.zeros(60, np.int64) for level in ("province", "prefecture", "county", "street")
        },
    )  # fmt: skip
    path = write_handout(tmp_path / "h.html", snapshot, definition=Definition(), division=530302,
                         earlier=[empty])  # fmt: skip
    found = re.search(r'id="wuye">(.*?)</script>', path.read_text("utf-8"))
    assert found
    for indicator in json.loads(found[1])["dates"][1]["indicators"]:
        assert {row["class"] for row in indicator["rows"]} == {-1} or indicator["id"] in {
            "I3",
            "I4",
        }


def test_dates_twice_or_too_many(
    snapshot: Snapshot, make_snapshot: Callable[..., Snapshot], tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="同一日期"):
        write_handout(tmp_path / "h.html", snapshot, definition=Definition(), earlier=[snapshot])
    many = [make_snapshot(as_of=f"20{year}-12-31") for year in range(10, 16)]
    with pytest.raises(UsageError, match="最多"):
        write_handout(tmp_path / "h.html", snapshot, definition=Definition(), earlier=many)
    assert not (tmp_path / "h.html").exists()
