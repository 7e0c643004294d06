"""An atlas read back by pypdf: pages, bookmarks, links; and one that is interrupted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pypdf
import pytest

from geo.action_plan import Definition
from geo.errors import NotFound, UsageError
from geo.snapshot.file import Snapshot
from maps.sheet.atlas import write_atlas
from maps.sheet.subject import Frame

PREFECTURE = 5301


def bookmarks(
    reader: pypdf.PdfReader, items: Any = None, depth: int = 0
) -> list[tuple[int, str, int]]:
    found: list[tuple[int, str, int]] = []
    for item in reader.outline if items is None else items:
        if isinstance(item, list):
            found += bookmarks(reader, item, depth + 1)
        else:
            number = reader.get_destination_page_number(item)
            assert number is not None
            found.append((depth, str(item.title), number + 1))
    return found


def targets(reader: pypdf.PdfReader, page: int) -> set[int]:
    """Give the pages that a page's links lead to."""
    names = reader.named_destinations
    found = set()
    for item in reader.pages[page - 1].get("/Annots") or []:
        link = item.get_object()
        name = link.get("/Dest") or link["/A"]["/D"]
        number = reader.get_destination_page_number(names[str(name)])
        assert number is not None
        found.add(number + 1)
    return found


@pytest.fixture(scope="module")
def streets(snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> pypdf.PdfReader:
    path = tmp_path_factory.mktemp("atlas") / "atlas.pdf"
    made = write_atlas(path, snapshot, PREFECTURE, Definition(), Frame(), by="street")
    assert (made.sheets, made.pages, made.without) == (5, 7, 0)
    return pypdf.PdfReader(path)


def test_bookmarks_lead_to_their_sheets(streets: pypdf.PdfReader) -> None:
    assert len(streets.pages) == 7
    found = bookmarks(streets)
    assert [(depth, page) for depth, _, page in found] == [
        (0, 1), (0, 2), (0, 3), (1, 4), (1, 5), (0, 6), (1, 7),
    ]  # fmt: skip
    titles = [title for _, title, _ in found]
    assert titles[0] == "索引图：昆明市物业服务面积覆盖率图"
    assert titles[2] == "五华区物业服务面积覆盖率图"
    assert titles[4] == "五华区护国街道住宅小区物业服务状态图"
    for _, title, page in found[2:]:
        text = "".join(streets.pages[page - 1].extract_text().split())
        assert title in text
        assert f"第{page}页，共7页" in text


def test_index_contents_and_sheets_link_to_each_other(streets: pypdf.PdfReader) -> None:
    assert targets(streets, 1) == {3, 6}  # counties, on the map and in the table
    assert targets(streets, 2) == {3, 4, 5, 6, 7}
    assert targets(streets, 3) == {1, 4, 5}  # back to the index, on to its streets
    assert targets(streets, 5) == {1}


def test_few_counties_need_no_contents_and_progress_is_told(
    snapshot: Snapshot, tmp_path: Path
) -> None:
    told: list[tuple[int, int]] = []
    made = write_atlas(
        tmp_path / "atlas.pdf", snapshot, PREFECTURE, Definition(), Frame("A3", "portrait"),
        by="county", progress=lambda done, of, _: told.append((done, of)),
    )  # fmt: skip
    assert (made.pages, made.sheets) == (3, 2)
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]


def test_an_interrupted_atlas_leaves_what_was_there(snapshot: Snapshot, tmp_path: Path) -> None:
    path = tmp_path / "atlas.pdf"
    path.write_bytes(b"yesterday's")
    for stop in (1, 4):

        def interrupted(done: int, _of: int, _words: str, stop: int = stop) -> None:
            if done >= stop:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            write_atlas(path, snapshot, PREFECTURE, Definition(), progress=interrupted)
        assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [
            ("atlas.pdf", b"yesterday's")
        ]


def test_what_no_atlas_can_be_made_of_is_said(snapshot: Snapshot, tmp_path: Path) -> None:
    path = tmp_path / "atlas.pdf"
    with pytest.raises(UsageError, match="village"):
        write_atlas(path, snapshot, PREFECTURE, Definition(), by="village")
    with pytest.raises(UsageError, match="530102001"):
        write_atlas(path, snapshot, 530102001, Definition(), by="street")
    with pytest.raises(NotFound):
        write_atlas(path, snapshot, 5399, Definition())
    assert not path.exists()
