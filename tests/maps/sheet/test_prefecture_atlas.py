"""The atlas of a whole prefecture of the sample: counties, and every street behind its county."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pypdf
import pytest

from geo.action_plan import Definition
from geo.intake.load import Options, import_file
from geo.register.store import Register
from geo.sample import write_sample
from geo.snapshot.build import Snapshots
from maps.sheet.atlas import write_atlas
from maps.sheet.names import short_name
from maps.sheet.subject import Frame

PREFECTURE = 5301


@pytest.mark.long
def test_one_pdf_holds_a_prefecture(
    register: Register, snapshots: Snapshots, tmp_path: Path
) -> None:
    for kind, file in write_sample(tmp_path / "sample", compounds=1200, seed=1).items():
        import_file(register, kind, file, Options(author="test"))
    snapshot = snapshots.get(dt.date(2025, 12, 31))
    path = tmp_path / "atlas.pdf"
    made = write_atlas(path, snapshot, PREFECTURE, Definition(), Frame(), by="street")

    column = snapshot.column
    here = column("compounds", "standing") & column("compounds", "urban")
    here &= column("compounds", "prefecture") == PREFECTURE
    drawn = [*np.unique(column("compounds", "county")[here]).tolist(),
             *np.unique(column("compounds", "street")[here]).tolist()]  # fmt: skip
    wanted = sorted((str(code) for code in drawn if code), key=str)
    assert made.sheets == len(wanted) >= 50
    assert made.without + sum(len(code) == 9 for code in wanted) == sum(
        str(code).startswith(str(PREFECTURE)) and len(str(code)) == 9
        for code in snapshot.division_names
    )

    reader = pypdf.PdfReader(path)
    lead = made.pages - made.sheets
    assert len(reader.pages) == made.pages
    names = reader.named_destinations
    places = {name: reader.get_destination_page_number(at) for name, at in names.items()}
    for at, code in enumerate(wanted):  # in the order of codes, streets behind their county
        name = short_name(snapshot.division_names[int(code)])
        text = "".join(reader.pages[lead + at].extract_text().split())
        assert name in text
        assert "示例数据" in text
        assert snapshot.id[:12] in text
        assert f"第{lead + at + 1}页，共{made.pages}页" in text
    counties = {lead + at for at, code in enumerate(wanted) if len(code) == 6}
    assert _targets(reader, places, range(1)) == counties  # the index map
    assert _targets(reader, places, range(1, lead)) == set(range(lead, made.pages))  # contents
    flat = _outline(reader.outline)
    assert len([page for page, _ in flat if reader.get_destination_page_number(page) >= lead]) == (
        made.sheets
    )
    assert {depth for _, depth in flat} == {0, 1}
    if shutil.which("pdffonts"):
        fonts = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True)
        rows = fonts.stdout.splitlines()[2:]
        assert rows
        assert all(row.split()[-5] == "yes" for row in rows)  # embedded


def _targets(reader: pypdf.PdfReader, places: dict[str, int | None], pages: range) -> set[int]:
    found = set()
    for number in pages:
        for item in reader.pages[number].get("/Annots") or []:
            link = item.get_object()
            place = places[str(link.get("/Dest") or link["/A"]["/D"])]
            assert place is not None
            found.add(place)
    return found - {0}


def _outline(items: list, depth: int = 0) -> list:  # type: ignore[type-arg]
    found = []
    for item in items:
        found += _outline(item, depth + 1) if isinstance(item, list) else [(item, depth)]
    return found
