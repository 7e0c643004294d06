"""The same number everywhere: interface, command line, handout; and how figures are taken apart."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from geo.action_plan import Definition
from geo.codes import LEVEL_WIDTH
from geo.register.store import Register
from geo.terms import LEVELS
from maps.figures import figures, places
from service.app import create_app
from service.settings import Settings

AS_OF = "2025-12-31"
KUNMING = 5301


@pytest.fixture(scope="module")
def register(province_copy: Callable[[], Register]) -> Register:
    return province_copy()


@pytest.fixture(scope="module")
def client(
    register: Register,
    province_snapshots: Callable[[Path], None],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[TestClient]:
    home = tmp_path_factory.mktemp("home")
    province_snapshots(home)
    settings = Settings(home=home, database_url=SecretStr(register.conninfo))
    with TestClient(create_app(settings), "http://127.0.0.1") as client:
        yield client


def _get(client: TestClient, path: str, **params: Any) -> dict[str, Any]:
    answer = client.get(f"/api/v1{path}", params={"as_of": AS_OF, **params})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _bare(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in {"class", "text"}}


def test_every_figure_is_the_same_everywhere(
    client: TestClient,
    wuye: Callable[..., tuple[int, str, str]],
    province_snapshots: Callable[[Path], None],
    tmp_path: Path,
) -> None:
    """Interface against command line for every indicator, level, band and basis; and handout."""
    province_snapshots(tmp_path / "home")
    snapshot = client.app.workspace.opened.get(dt.date.fromisoformat(AS_OF))  # type: ignore[attr-defined]
    shown = {}
    for band, basis in itertools.product("ABC", ("floor", "land", "count")):
        definition = Definition(band, basis)
        listed = places(snapshot, KUNMING)
        found = figures(snapshot, listed, definition, KUNMING)
        shown[band, basis] = {
            (indicator["id"], place.code): row
            for indicator in found
            for place, row in zip(listed, indicator["rows"], strict=True)
        }
    compared = 0
    for indicator, level, band, basis in itertools.product(
        ("I1", "I2", "I3", "I4"), LEVELS[1:4], "ABC", ("floor", "land", "count")
    ):
        answer = _get(
            client, "/coverage", indicator=indicator, level=level, band=band, basis=basis,
            division=KUNMING,
        )  # fmt: skip
        code, out, _ = wuye(
            "coverage", "--json", "--as-of", AS_OF, "--indicator", indicator, "--level", level,
            "--band", band, "--basis", basis, "--division", str(KUNMING),
        )  # fmt: skip
        told = json.loads(out)
        assert code == 0
        assert [_bare(row) for row in answer["rows"]] == told["rows"]
        assert _bare(answer["total"]) == told["total"]
        for row in answer["rows"]:
            place = shown[band, basis].get((indicator, int(row["division"] or 0)))
            if place is None or row["division"] is None:
                continue
            assert place["class"] == (-1 if row["class"] is None else row["class"])
            assert place.get("share") == row["text"]["share"]
            assert place.get("bounds") == row["text"]["bounds"]
            if "has" in place:
                assert list(place["has"]) == list(row["text"]["numerator"].values())
                assert list(place["all"]) == list(row["text"]["denominator"].values())
                assert place["gap"] == row["gap_amount"]
            compared += 1
    assert compared > 1000


def test_the_gaps_parts_sum_to_it(client: TestClient) -> None:
    for basis, division in itertools.product(("floor", "count"), (53, 530102)):
        found = _get(client, "/coverage/gap", basis=basis, division=division)
        total, whole = found["total"], found["uncovered"]
        assert whole["amount"] == pytest.approx(
            total["denominator"] - total["numerator"], abs=0.005
        )
        assert whole["points"] == pytest.approx(100 * (1 - total["share"]))
        for cut in ("by_state", "by_age", "by_area"):
            for name in ("compounds", "amount", "floor_area_m2", "points"):
                parts = sum(part[name] for part in found[cut])
                assert parts == pytest.approx(whole[name], abs=0.005), (cut, name)
        counted = next(part for part in found["by_state"] if part["id"] == "professional")
        assert counted["compounds"] == 0


def test_lists_agree_with_the_figure_that_they_explain(client: TestClient) -> None:
    figure = _get(client, "/coverage", division=530102, level="county")["total"]
    covered = _get(client, "/compounds", division=530102, counted=True)
    everything = _get(client, "/compounds", division=530102)
    assert covered["floor_area_m2"] == figure["numerator"]
    assert everything["floor_area_m2"] == figure["denominator"]
    assert sum(state["compounds"] for state in everything["by_state"]) == everything["total"]


def test_series_has_points_and_says_what_is_missing(client: TestClient) -> None:
    whole = _get(client, "/coverage", level="province", division=53)
    _get(client, "/coverage", as_of="2025-03-31")
    asked = {"from": "2025-01-01", "to": AS_OF, "division": 53}
    answer = client.get("/api/v1/coverage/series", params=asked)
    found = answer.json()
    assert [point["as_of"] for point in found["points"]] == ["2025-03-31", AS_OF]
    assert found["missing"] == ["2025-06-30", "2025-09-30"]
    assert found["points"][1]["row"] == whole["total"]
    first, last = found["points"][0]["row"]["share"], found["required"]["points"][-1]
    assert found["required"]["points"][0]["share"] == first
    assert (last["as_of"], last["share"]) == (AS_OF, pytest.approx(0.9))
    again = client.get(
        "/api/v1/coverage/series",
        params=asked,
        headers={"If-None-Match": answer.headers["etag"]},
    )
    assert again.status_code == 304


def test_places_are_those_of_the_list(client: TestClient) -> None:
    asked = {"division": KUNMING, "state": "none", "no_committee": True}
    listed: dict[str, dict[str, Any]] = {}
    cursor: str | None = ""
    while cursor is not None:
        page = _get(
            client, "/compounds", limit=100, **asked, **({"cursor": cursor} if cursor else {})
        )
        listed |= {item["code"]: item for item in page["items"]}
        cursor = page["next"]
    found = _get(client, "/compound-places", **asked)
    columns = ("codes", "names", "lons", "lats", "states", "old", "placeholders")
    rows = zip(*(found[name] for name in columns), strict=True)
    assert found["total"] == len(listed) == len(found["codes"]) + found["unplaced"] > 0
    for code, name, lon, lat, state, old, placeholder in rows:
        item = listed.pop(code)
        assert [lon, lat] == pytest.approx(item["point"], abs=1e-5)
        assert (name, state, old) == (item["name"], item["state"], item["old"])
        assert placeholder == item["placeholder"]
    assert [item["point"] for item in listed.values()] == [None] * found["unplaced"]


@pytest.mark.parametrize("by", ["company", "project"])
def test_a_series_counts_what_the_figure_counts(client: TestClient, by: str) -> None:
    asked = {"division": KUNMING, "indicator": "I3", "by": by}
    figure = _get(client, "/coverage", level="prefecture", **asked)["total"]
    series = client.get("/api/v1/coverage/series", params={"from": AS_OF, "to": AS_OF, **asked})
    assert series.json()["points"][0]["row"] == figure
    assert figure["denominator"] > 0


@pytest.mark.parametrize(("indicator", "by"), [("I1", "company"), ("I3", "project")])
def test_changes_and_comparison_tell_the_same(client: TestClient, indicator: str, by: str) -> None:
    own = {"division": KUNMING, "indicator": indicator, "by": by}
    both = {"before": "2024-06-30", "after": AS_OF, **own}
    moved = client.get("/api/v1/coverage/changes", params={**both, "level": "county"}).json()
    compared = client.get("/api/v1/coverage/compare", params={**both, "limit": 500}).json()
    assert moved["total"]["change_points"] == pytest.approx(compared["change_points"])
    assert compared["contributors_total"] == len(compared["contributors"]) > 0
    summed = sum(item["points"] for item in compared["contributors"])
    assert summed == pytest.approx(compared["change_points"])
    assert sum(compared["by_kind"].values()) == pytest.approx(compared["change_points"])
    shares = [row["share_after"] for row in moved["rows"] if row["rank_after"] == 1]
    assert shares == [max(row["share_after"] or 0 for row in moved["rows"])]
    figure = _get(client, "/coverage", level="prefecture", **own)
    assert moved["total"]["share_after"] == figure["total"]["share"]
    assert moved["counts"] == compared["counts"] == figure["counts"]
    falls = [row["change_points"] for row in moved["rows"] if row["change_points"] is not None]
    assert falls == sorted(falls)


def test_divisions_lead_from_the_province_down(client: TestClient) -> None:
    listed = _get(client, "/divisions", level="county", parent=KUNMING, limit=500)
    assert len(listed["items"]) == listed["total"] > 10
    for item in listed["items"]:
        assert len(item["code"]) == LEVEL_WIDTH["county"]
        assert item["parent"] == str(KUNMING)
        west, south, east, north = item["bbox"]
        lon, lat = item["point"]
        assert west < lon < east
        assert south < lat < north
    one = _get(client, "/divisions/530102")
    assert [item["name"] for item in one["path"]] == ["云南省", "昆明市", "五华区"]
    assert one["levels"] == ["street", "community"]
