"""Neighbours on a page: a line a pair, by what is between."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd

from geo.action_plan import Definition
from geo.snapshot.file import Snapshot
from maps import style
from maps.handout import write_handout
from maps.neighbours import drawn_neighbours

PAIRS = pd.DataFrame(
    [
        # (gap as degrees east, shared edge, barred, crossing, arterial)
        (0.0002, 20.0, None, None, None),
        (0.0010, 0.0, None, None, None),
        (0.0010, 0.0, "河流", None, None),
        (0.0020, 0.0, None, "桥", None),
        (0.0010, 0.0, None, None, "北京路"),
        (0.0001, 15.0, None, None, "北京路"),
        (0.0, 60.0, None, None, None),
    ],
    columns=["east", "shared_edge_m", "barred_kind", "crossing", "arterial"],
).assign(west=102.7, south=25.0, north=25.0, east=lambda rows: 102.7 + rows["east"])


def test_each_pair_is_drawn_once_by_what_is_between() -> None:
    drawn = {kind["label"][1]: len(kind["lines"]) for kind in drawn_neighbours(PAIRS)}
    labels = {one.id: one.label[1] for one in style.NEIGHBOURS}
    # Touching compounds have no line; a road between counts more than nearness.
    assert drawn == {
        labels["barred"]: 1, labels["free"]: 1, labels["penalised"]: 3, labels["adjacent"]: 1,
    }  # fmt: skip


def test_a_handout_has_them_when_asked(snapshot: Snapshot, handout_path: Path) -> None:
    def data(**words: object) -> object:
        page = write_handout(handout_path, snapshot, definition=Definition(), **words)  # type: ignore[arg-type]
        found = re.search(r'id="wuye">(.*?)</script>', page.read_text("utf-8"), re.DOTALL)
        assert found
        return json.loads(found[1])["neighbours"]

    assert data() is None
    assert data(neighbours=PAIRS) == [
        {**kind, "label": list(kind["label"])} for kind in drawn_neighbours(PAIRS)
    ]
