"""Which date is shown to who names none: the newest that facts or snapshots speak of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from geo.intake.load import Options, import_file
from geo.register.store import Register
from geo.snapshot.build import Snapshots
from geo.snapshot.opened import OpenSnapshots

TODAY = dt.datetime.now().astimezone().date()
AHEAD = TODAY + dt.timedelta(days=40)


@pytest.fixture
def opened(register: Register, tmp_path: Path) -> Iterator[OpenSnapshots]:
    found = OpenSnapshots(Snapshots(register, tmp_path / "snapshots"))
    yield found
    found.last_change.close()


def ledger(path: Path, *begins: tuple[str, dt.date]) -> Path:
    rows = [
        {"小区编码": code, "小区名称": code, "服务模式": "无物业", "服务起始日期": day}
        for code, day in begins
    ]
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def test_the_newest_beginning_until_today(
    opened: OpenSnapshots, tmp_path: Path, register: Register
) -> None:
    assert opened.newest_day() == TODAY  # of an empty register
    first = dt.date(2025, 3, 1)
    import_file(
        register, "ledger",
        ledger(tmp_path / "一.csv", ("5301020010010001", first), ("5301020010010002", AHEAD)),
        Options(author="tester"),
    )  # fmt: skip
    assert opened.newest_day() == first  # what begins after today is no news yet
    between = dt.datetime.now(dt.UTC)
    later = dt.date(2025, 6, 1)
    file = ledger(tmp_path / "二.csv", ("5301020010010003", later))
    import_file(register, "ledger", file, Options(author="tester"))
    assert opened.newest_day() == later
    assert opened.snapshots.newest(between).as_of == first == opened.newest(between).as_of
    assert opened.newest().as_of == later
    # Commands, which keep nothing open, open with the same.
    assert opened.snapshots.newest().id == opened.newest().id


def test_snapshots_that_were_made_count_until_today(opened: OpenSnapshots) -> None:
    for day in (dt.date(2025, 9, 30), dt.date(2024, 12, 31), AHEAD):
        opened.get(day)
    assert opened.newest_day() == dt.date(2025, 9, 30)
    before = opened.newest()
    assert len(opened.snapshots.listed()) == 3  # nothing was built for who named no date
    assert opened.newest() is before
