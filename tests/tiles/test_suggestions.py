"""A kept plan's suggestions as tiles."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mapbox_vector_tile
import pytest
import shapely

from geo.errors import NotFound
from geo.register.store import Register
from geo.snapshot.build import Snapshots
from geo.snapshot.file import Snapshot
from geo.takeover.plan.saved import save
from maps.tiles.mercator import world
from maps.tiles.suggestions import suggestion_layer
from service.tiles.app import TileApp


def plan_of(snapshot: Snapshot) -> dict[str, Any]:
    shapes = snapshot.geometry("compounds")
    west = shapely.bounds(shapes)[:, 0]
    east_of = [row for row in range(30, 900) if west[row] > 102.72]
    pairs = [(east_of[0], f"C{east_of[1]:04d}"), (east_of[2], "A17")]
    return {
        "plan": "ab" * 32, "snapshot": snapshot.id, "definition": {}, "parameters": {},
        "status": "reached", "division": "530102",
        "suggestions": [
            {
                "compound": f"C{row:04d}", "via": via, "project": "P1", "floor_area_m2": 1234.5 + k,
                "segment": [*shapes[row].centroid.coords[0], 102.7, 25.1],
            }
            for k, (row, via) in enumerate(pairs)
        ],
    }  # fmt: skip


async def ask(app: TileApp, path: str) -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    await app(scope, lambda: asyncio.sleep(0, {}), send)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


def test_lines_with_the_shapes_they_join(
    snapshot: Snapshot, home: Path, register: Register
) -> None:
    plan = plan_of(snapshot)
    save(register, plan, "test")
    opened = Snapshots(register, home / "snapshots")
    space: Any = SimpleNamespace(home=home, opened=opened, register=register)
    app = TileApp(space)
    root = f"/tiles/{snapshot.id}/suggestions/{'ab' * 32}"
    x, y = (world([[102.7, 25.1]])[0] * 2**8).astype(int).tolist()
    status, headers, body = asyncio.run(ask(app, f"{root}/8/{x}/{y}"))
    assert status == 200
    assert headers[b"cache-control"] == b"private, no-cache"
    tile = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})
    features = {item["id"]: item for item in tile["suggestions"]["features"]}
    assert set(features) == {1, 2, 3, 4, 5, 6}
    assert [features[k]["properties"]["role"] for k in range(1, 7)] == [
        "compound", "host", "line",
    ] * 2  # fmt: skip
    words = features[6]["properties"]
    assert words == {
        "compound": plan["suggestions"][1]["compound"], "project": "P1", "floor_area_m2": 1235.5, "rank": 2, "role": "line",
    }  # fmt: skip
    assert features[6]["geometry"]["type"] == "LineString"
    area = snapshot.geometry("areas")[17]
    drawn = shapely.geometry.shape(features[5]["geometry"])
    true = shapely.transform(area, lambda xy: (world(xy) * 2**8 - (x, y)) * 4096)
    assert drawn.hausdorff_distance(true) < 2
    for path, status in ((f"{root}.json", 200), (f"{root}/3/1/1", 404), (f"{root}x/8/1/1", 404)):
        assert asyncio.run(ask(app, path))[0] == status


def test_another_snapshots_plan_is_refused(snapshot: Snapshot) -> None:
    with pytest.raises(NotFound, match="不是由快照"):
        suggestion_layer(snapshot, {**plan_of(snapshot), "snapshot": "f" * 64})
