from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from geo.action_plan import Definition, action_plan
from geo.coverage import coverage
from geo.errors import NotFound
from geo.snapshot.columns import FLAGS
from geo.snapshot.file import Snapshot
from maps import words
from maps.compounds import FLAG_WORDS
from maps.handout import write_handout
from maps.page import POLICY, as_json

INERT = {
    "http://www.w3.org/2000/svg",  # a namespace
    "https://leafletjs.com",  # Leaflet's credit, in a comment and in a control that is off
    "https://bugs.chromium.org/p/chromium/issues/detail?id=600120",  # comments of Leaflet's
    "https://bugzilla.mozilla.org/show_bug.cgi?id=888319",
}


class Elements(HTMLParser):
    """Collect elements with their attributes, and the texts of scripts and style sheets."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {"script": [], "style": [], "title": []}
        self.open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.open = tag

    def handle_endtag(self, tag: str) -> None:
        self.open = ""

    def handle_data(self, data: str) -> None:
        if self.open in self.texts:
            self.texts[self.open].append(data)


@pytest.fixture
def page(snapshot: Snapshot, handout_path: Path) -> str:
    return write_handout(handout_path, snapshot, definition=Definition()).read_text("utf-8")


def data_of(page: str) -> Any:
    return json.loads(Elements(page).texts["script"][1])


def test_the_same_snapshot_gives_the_same_bytes(snapshot: Snapshot, tmp_path: Path) -> None:
    one, other = (
        write_handout(tmp_path / name, snapshot, definition=Definition()).read_bytes()
        for name in ("one.html", "other.html")
    )
    assert one == other


def test_nothing_points_outside(page: str, hazards: tuple[str, ...]) -> None:
    elements = Elements(page)
    assert not [
        tag for tag, _ in elements.found if tag in {"link", "iframe", "img", "object", "base"}
    ]
    for tag, attributes in elements.found:
        for name in ("src", "href", "action", "srcset", "data", "poster", "background", "ping"):
            value = attributes.get(name)
            assert value is None or value.startswith("#"), (tag, name, value)
    for sheet in elements.texts["style"]:
        assert "@import" not in sheet
        for address in re.findall(r"url\(([^)]*)\)", sheet):
            assert address.startswith(("data:image/png;base64,", "#")), address
    code = elements.texts["script"]
    addresses = set(re.findall(r"https?://[^\s\"'<>)\\]+", page.replace(code[1], "")))
    assert addresses <= INERT


def test_the_policy_forbids_every_request(page: str) -> None:
    metas = [attributes for tag, attributes in Elements(page).found if tag == "meta"]
    policies = [meta["content"] for meta in metas if meta.get("http-equiv")]
    assert policies == [POLICY]
    assert POLICY.startswith("default-src 'none'; ")
    assert page.index("Content-Security-Policy") < page.index("<script")


def test_names_stay_names(page: str, hazards: tuple[str, ...]) -> None:
    """No name ends its script, starts an element or is rendered as a template."""
    scripts = [tag for tag, _ in Elements(page).found if tag == "script"]
    assert len(scripts) == 3  # Leaflet, the data, our own
    data = data_of(page)
    assert set(hazards[1:]) <= set(data["compounds"]["name"])
    assert data["compounds"]["projects"] == [[hazards[0], hazards[3]]]
    assert "华山<b>街道" in data["places"]["name"]


@pytest.mark.parametrize("text", ["</script>", "<!--", "<script", "\u2028", "&lt;"])
def test_json_can_not_end_its_element(text: str) -> None:
    written = as_json({text: [text]})
    assert text not in written
    assert json.loads(written) == {text: [text]}


@pytest.mark.parametrize("division", [None, 53, 5301, 530102])
@pytest.mark.parametrize("indicator", ["I1", "I2", "I3", "I4"])
def test_figures_are_those_of_coverage(
    snapshot: Snapshot, handout_path: Path, division: int | None, indicator: str
) -> None:
    definition = Definition(band="B")
    path = write_handout(handout_path, snapshot, definition=definition, division=division)
    data = data_of(path.read_text("utf-8"))
    places = data["places"]
    shown = next(item for item in data["indicators"] if item["id"] == indicator)
    own = places["level"][0]
    whole = coverage(snapshot, indicator, own, definition, division)
    expected = {places["code"][0]: whole.total}
    for level in data["levels"]:
        part = coverage(snapshot, indicator, level["id"], definition, division)
        expected |= {row.division: row for row in part.rows if row.division is not None}
    assert sorted(expected) == sorted(places["code"])
    for code, row in zip(places["code"], shown["rows"], strict=True):
        wanted = expected[code]
        if not wanted.denominator:
            assert row["class"] == -1
            continue
        assert row["share"] == words.share_text(wanted.numerator, wanted.denominator, wanted.target)
        assert row["gap"] == wanted.gap_amount
        assert {"no": 0, "yes": 1, "undetermined": 2}[str(wanted.met)] == row["met"]
        above = shown["classes"][row["class"]]["side"] == "above"
        assert above == (wanted.met == "yes")
        assert ("unknown" in row) == (wanted.unknown > 0)


def test_what_lies_in_no_division_below_stands_apart(page: str) -> None:
    """One compound lies in the province and in no prefecture."""
    service = data_of(page)["indicators"][0]
    assert set(service["outside"]) == {"0:prefecture", "0:county", "0:street"}


def test_compounds_without_a_shape_are_counted_and_said(page: str) -> None:
    compounds = data_of(page)["compounds"]
    assert len(compounds["undrawn"]) == 1
    assert len(compounds["code"]) == 59
    assert all(compounds["shape"])


def test_compounds_without_a_shape_stand_at_their_placeholder(
    make_snapshot: Callable[..., Snapshot], handout_path: Path
) -> None:
    lon, lat = np.full(60, np.nan), np.full(60, np.nan)
    lon[0], lat[0] = 102.65, 25.05
    bits = np.zeros(60, int)
    bits[0] = 1 << FLAGS.index("placeholder")
    path = write_handout(
        handout_path, make_snapshot(x=lon, y=lat, flags=bits), definition=Definition()
    )
    compounds = data_of(path.read_text("utf-8"))["compounds"]
    assert compounds["undrawn"] == []
    at = compounds["code"].index("C000")
    assert (compounds["shape"][at], compounds["point"][at]) == ("", [25.05, 102.65])
    assert [point for point in compounds["point"] if point] == [[25.05, 102.65]]


def test_parents_lead_up_to_the_whole(page: str) -> None:
    places = data_of(page)["places"]
    for place, parent in enumerate(places["parent"]):
        if place:
            above = places["code"][parent]
            assert above == 0 or str(places["code"][place]).startswith(str(above))
            assert parent < place


def test_a_division_shows_only_its_own(snapshot: Snapshot, handout_path: Path) -> None:
    path = write_handout(handout_path, snapshot, definition=Definition(), division=530102)
    data = data_of(path.read_text("utf-8"))
    assert data["places"]["code"] == [530102, 530102001, 530102002]
    inside = snapshot.column("compounds", "county") == 530102
    assert len(data["compounds"]["code"]) + len(data["compounds"]["undrawn"]) == inside.sum()


def test_an_unknown_division_is_refused(snapshot: Snapshot, handout_path: Path) -> None:
    with pytest.raises(NotFound, match="没有区划 5399"):
        write_handout(handout_path, snapshot, definition=Definition(), division=5399)


def test_only_made_up_data_bears_the_mark(
    make_snapshot: Callable[..., Snapshot], page: str, tmp_path: Path
) -> None:
    real = make_snapshot(made_up=False)
    path = write_handout(tmp_path / "real.html", real, definition=Definition())
    assert data_of(page)["head"]["madeUp"] is True
    assert Elements(page).texts["title"][0].startswith("【示例数据】")
    assert "示例数据" not in Elements(path.read_text("utf-8")).texts["title"][0]
    assert data_of(path.read_text("utf-8"))["head"]["madeUp"] is False


def test_a_review_number_replaces_the_internal_mark(snapshot: Snapshot, tmp_path: Path) -> None:
    path = write_handout(
        tmp_path / "x.html", snapshot, definition=Definition(), review_number="云S(2025)1号"
    )
    assert data_of(path.read_text("utf-8"))["head"]["review"][0] == "审图号：云S(2025)1号"


def test_a_snapshot_without_anything_still_makes_a_page(
    make_snapshot: Callable[..., Snapshot], handout_path: Path
) -> None:
    nothing_stands = make_snapshot(standing=[False] * 60)
    path = write_handout(handout_path, nothing_stands, definition=Definition())
    data = data_of(path.read_text("utf-8"))
    assert data["indicators"][0]["rows"][0]["class"] == -1
    assert data["compounds"]["code"] == []


def test_suggestions_lead_to_their_compound(snapshot: Snapshot, handout_path: Path) -> None:
    path = write_handout(handout_path, snapshot, definition=Definition(), plan=plan(snapshot))
    data = data_of(path.read_text("utf-8"))
    assert [data["compounds"]["code"][item["compound"]] for item in data["plan"]["items"]] == [
        "C007"
    ]
    assert data["plan"]["items"][0]["reasons"] == ["距离 46 m", "</li><b>同社区"]


def test_each_compound_knows_its_lowest_division(page: str, snapshot: Snapshot) -> None:
    data = data_of(page)
    order = {code: i for i, code in enumerate(snapshot.column("compounds", "code").tolist())}
    for code, division in zip(
        data["compounds"]["code"], data["compounds"]["division"], strict=True
    ):
        street = int(snapshot.column("compounds", "street")[order[code]])
        assert data["places"]["code"][division] == street  # 0, the whole, for none


def test_every_flag_has_words() -> None:
    assert tuple(FLAG_WORDS) == FLAGS


def test_every_indicator_is_on_the_page(page: str) -> None:
    assert [item["id"] for item in data_of(page)["indicators"]] == list(action_plan().indicators)


def plan(snapshot: Snapshot) -> Any:
    codes = snapshot.column("compounds", "code").tolist()
    at = codes.index("C007")
    centre = snapshot.geometry("compounds")[at].centroid
    host = snapshot.geometry("compounds")[at - 4].centroid
    suggestion = SimpleNamespace(
        compound="C007",
        name=snapshot.column("compounds", "name")[at],
        project="P1",
        project_name="<i>项目",
        floor_area_dm2=int(snapshot.column("compounds", "floor_area_dm2")[at]),
        reasons=["距离 46 m", "</li><b>同社区"],
        segment=(centre.x, centre.y, host.x, host.y),
    )
    return SimpleNamespace(suggestions=[suggestion], definition=Definition(), needed=0)


def test_codes_of_compounds_are_in_the_file_order(page: str, snapshot: Snapshot) -> None:
    codes = np.array(data_of(page)["compounds"]["code"])
    assert (np.sort(codes) == codes).all()
