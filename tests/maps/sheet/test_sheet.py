"""A sheet read back by poppler, and held against pyproj and the figures it is made of."""

from __future__ import annotations

import io
import math
import re
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image
from pyproj import Geod

from geo import terms
from geo.action_plan import Definition
from geo.coverage import coverage
from geo.errors import NotFound, UsageError
from geo.snapshot.file import Snapshot
from maps import style
from maps.sheet.compose import draw_sheet
from maps.sheet.files import pdf_of, png_of, write_sheet
from maps.sheet.subject import Frame, Sheet, Subject

SVG = "{http://www.w3.org/2000/svg}"
PREFECTURE = 5301
STREET = 530102001


@pytest.fixture
def drawn(snapshot: Snapshot) -> Sheet:
    return draw_sheet(snapshot, Subject(PREFECTURE), Definition())


def text_of(pdf: Path, *options: str) -> str:
    return subprocess.run(
        ["pdftotext", *options, str(pdf), "-"], check=True, capture_output=True, text=True
    ).stdout


def words_of(sheet: Sheet) -> list[str]:
    """Give every text of a drawing once, without the white edges behind."""
    found = ET.fromstring(sheet.svg).iter(f"{SVG}text")
    return [item.text or "" for item in found if item.get("aria-hidden") is None]


def ring(path: str) -> np.ndarray:
    points = path.removeprefix("M").partition("Z")[0].split()
    return np.array([[float(v) for v in point.split(",")] for point in points])


def bar_of(sheet: Sheet) -> dict[str, float]:
    found = re.search(r'data-metres="(\S+)" data-mm="(\S+)" data-denominator="(\S+)"', sheet.svg)
    assert found
    return dict(zip(("metres", "mm", "denominator"), map(float, found.groups()), strict=True))


def test_pdf_has_its_font_inside_and_its_words_can_be_read(drawn: Sheet, tmp_path: Path) -> None:
    path = write_sheet(tmp_path / "图" / "sheet.pdf", drawn)
    listed = subprocess.run(
        ["pdffonts", str(path)], check=True, capture_output=True, text=True
    ).stdout.splitlines()[2:]
    assert len(listed) == 2  # regular and bold
    for line in listed:
        assert re.match(r"[A-Z]{6}\+Noto-Sans-CJK-SC", line), line  # a subset
        assert re.search(r"\byes\s+yes\s+yes\b", line), line  # embedded, subset, to Unicode
    text = re.sub(r"\s", "", text_of(path))
    assert "昆明市物业服务面积覆盖率图" in text
    for words in ("示例数据", "内部使用", "截至2024年12月31日", "0123456789abcdef",
                  Definition().id, "资料来源", "未经地图审核", "目标90%", "中央经线102°E",
                  "有物业服务的住宅小区建筑面积÷全部住宅小区建筑面积"):  # fmt: skip
        assert words in text, words
    assert path.stat().st_size < 1_000_000


@pytest.mark.parametrize(("division", "inside"), [(PREFECTURE, 530102), (53, 5303)])
@pytest.mark.parametrize("frame", [Frame("A4", "landscape"), Frame("A3", "portrait")])
def test_scale_bar_is_true_on_the_ellipsoid(
    make_snapshot: Callable[..., Snapshot], division: int, inside: int, frame: Frame
) -> None:
    """The fixture's divisions are boxes between 25.0° and 25.1° N, 0.1° wide or twice that."""
    snapshot = make_snapshot()
    sheet = draw_sheet(snapshot, Subject(division), Definition(), frame)
    outlines = [
        ring(item.get("d", ""))
        for item in ET.fromstring(sheet.svg).iter(f"{SVG}path")
        if item.get("fill-rule") == "evenodd" and item.get("fill", "").startswith("#")
    ]
    column = snapshot.column("divisions", "code").tolist().index(inside)
    west, south, east, north = snapshot.geometry("divisions")[column].bounds
    geod = Geod(ellps="GRS80")
    wide = (geod.inv(west, south, east, south)[2] + geod.inv(west, north, east, north)[2]) / 2
    place = sorted(code for code in snapshot.division_names
                   if len(str(code)) == len(str(inside)) and str(code).startswith(str(division)))  # fmt: skip
    points = outlines[place.index(inside)]
    middle = points[:, 1].mean()
    upper, lower = points[points[:, 1] < middle], points[points[:, 1] > middle]
    drawn_mm = (np.ptp(upper[:, 0]) + np.ptp(lower[:, 0])) / 2
    bar = bar_of(sheet)
    assert wide / drawn_mm == pytest.approx(bar["metres"] / bar["mm"], rel=0.005)
    assert bar["metres"] / bar["mm"] == pytest.approx(bar["denominator"] / 1000, rel=0.005)


def test_arrow_points_along_the_meridian(drawn: Sheet) -> None:
    """Side edges of the fixture's boxes are meridians; those at 102.8° lie at the map's middle."""
    found = re.search(r'data-degrees="(\S+)" transform="rotate\((\S+) ', drawn.svg)
    assert found
    said, turned = map(float, found.groups())
    assert turned == pytest.approx(said, abs=0.001)
    # Gauss-Krüger: convergence is the longitude from the central meridian times sin(latitude).
    expected = -(102.75 - 102) * math.sin(math.radians(25.05))
    assert said == pytest.approx(expected, abs=0.01)


def test_legend_counts_and_table_are_the_figures(drawn: Sheet, snapshot: Snapshot) -> None:
    found = coverage(snapshot, "I1", "county", Definition(), PREFECTURE)
    classes = style.share_classes(found.indicator.target)
    counts = Counter(style.class_of(r.numerator, r.denominator, classes) for r in found.rows)
    words = words_of(drawn)
    for i, item in enumerate(classes):
        at = words.index(item.label[0])
        assert words[at + 1] == f"{counts[i]} 个"
    for row in (*found.rows, found.total):
        name = "合计" if row is found.total else row.name
        at = max(i for i, word in enumerate(words) if word == name)
        share, all_, _, _ = words[at + 1 : at + 5]
        assert float(share) == pytest.approx(100 * row.numerator / row.denominator, abs=0.05)
        assert float(all_.replace(",", "")) == pytest.approx(row.denominator / 1e6, rel=0.02)
    assert words[words.index("图例") - 1 :]  # the headline stands before the legend
    assert any(word.startswith("目标 90 %，差 ") for word in words)


def test_street_shows_compounds_by_state_and_lists_what_is_missing(snapshot: Snapshot) -> None:
    sheet = draw_sheet(snapshot, Subject(STREET), Definition())
    assert sheet.title == "五华区华山<b>街道住宅小区物业服务状态图"
    words = words_of(sheet)
    inside = snapshot.column("compounds", "street") == STREET
    modes = snapshot.column("compounds", "mode")[inside]
    for i, state in enumerate(style.STATES):
        own = sum(style.state_of_mode(int(mode)) == i for mode in modes)
        at = words.index(state.label[0])
        assert words[at + 1].startswith(f"{own} 个 · ")
    missing = [m for m in modes if terms.MODES[m] not in {"市场化物业", "国有物业", "公益性物业"}]
    assert f"合计 {len(missing)} 个" in words


def test_hazards_stay_words(snapshot: Snapshot, hazards: tuple[str, ...]) -> None:
    sheet = draw_sheet(snapshot, Subject(STREET), Definition(), Frame("A3"))
    root = ET.fromstring(sheet.svg)
    assert {item.tag for item in root.iter()} <= {
        SVG + tag for tag in ("svg", "title", "desc", "defs", "clipPath", "pattern", "rect", "line",
                              "path", "text", "g", "circle")
    }  # fmt: skip
    assert not [a for item in root.iter() for a in item.attrib if "href" in a or a.startswith("on")]
    assert "<script" not in sheet.svg
    names = {str(name) for name in snapshot.column("compounds", "name") if name}
    shown = [word for word in words_of(sheet) if any(name in word for name in names & set(hazards))]
    cut = [
        word
        for word in words_of(sheet)
        if word.endswith("…") and word[:4] in {h[:4] for h in hazards}
    ]
    assert shown or cut


def test_same_snapshot_same_bytes(snapshot: Snapshot) -> None:
    one, other = (draw_sheet(snapshot, Subject(PREFECTURE), Definition()) for _ in range(2))
    assert one.svg == other.svg
    assert pdf_of([one], one.title) == pdf_of([other], other.title)


def test_png_is_the_paper_at_its_resolution(drawn: Sheet, tmp_path: Path) -> None:
    path = write_sheet(tmp_path / "sheet.png", drawn, dpi=120)
    image: Any = Image.open(io.BytesIO(path.read_bytes()))
    assert image.size == pytest.approx((297 / 25.4 * 120, 210 / 25.4 * 120), abs=1)
    assert image.info["dpi"] == pytest.approx((120, 120), abs=0.1)
    colours = {colour for count, colour in image.getcolors(1 << 20) if count > 500}
    hexed = {f"#{r:02x}{g:02x}{b:02x}" for r, g, b in colours}
    assert hexed & {*style.BELOW, *style.ABOVE}
    assert png_of(pdf_of([drawn], "x"), dpi=60)[:4] == b"\x89PNG"
    words = image.text["Description"]
    for mark in (drawn.title, "内部使用", "示例数据"):
        assert mark in words


def test_review_number_and_secrecy_have_their_slots(snapshot: Snapshot) -> None:
    frame = Frame(secrecy="秘密", review_number="云S(2025)001号", publisher="某某局")
    words = words_of(draw_sheet(snapshot, Subject(PREFECTURE), Definition(), frame))
    assert {"秘密", "审图号：云S(2025)001号"} <= set(words)
    assert not any("未经地图审核" in word for word in words)
    assert any("某某局" in word for word in words)


def test_real_data_bears_no_mark(make_snapshot: Callable[..., Snapshot]) -> None:
    sheet = draw_sheet(make_snapshot(made_up=False), Subject(PREFECTURE), Definition())
    assert "示例数据" not in sheet.svg


def test_what_cannot_be_drawn_is_said(
    snapshot: Snapshot, make_snapshot: Callable[..., Snapshot], drawn: Sheet, tmp_path: Path
) -> None:
    with pytest.raises(NotFound, match="5399"):
        draw_sheet(snapshot, Subject(5399), Definition())
    with pytest.raises(UsageError, match="没有层级"):
        draw_sheet(snapshot, Subject(PREFECTURE, level="province"), Definition())
    with pytest.raises(UsageError, match="没有纸张 A9"):
        draw_sheet(snapshot, Subject(PREFECTURE), Definition(), Frame("A9"))
    with pytest.raises(UsageError, match="sheet.gif"):
        write_sheet(tmp_path / "sheet.gif", drawn)
    assert list(tmp_path.iterdir()) == []
