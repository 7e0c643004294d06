"""Changes that touch no fact, or no fact of a date, leave that date's snapshot where it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from testkit.imports import csv_importer

from geo.intake.verdicts import Outcome
from geo.register.store import Origin, Register
from geo.series import period_ends
from geo.snapshot.build import Snapshots

Import = Callable[..., Outcome]
QUARTERS = period_ends(dt.date(2023, 3, 31), dt.date(2025, 12, 31), "quarter")


def without_facts(register: Register) -> int:
    """Write a change that opens and closes nothing, as making a case does."""
    written = register.write(Origin("case", "tester"), [], also=lambda *_: True)
    assert written.number is not None
    return written.number


def made(snapshots: Snapshots, known: int) -> dict[dt.date, str]:
    found = {day: snapshots.find(day, known) for day in QUARTERS}
    return {day: snapshot.id for day, snapshot in found.items() if snapshot is not None}


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.iterdir()}


def test_a_change_without_facts_keeps_all_quarters(
    import_csv: Import, register: Register, snapshots: Snapshots
) -> None:
    import_csv("ledger", "小区编码,服务模式,服务起始日期", "A,市场化物业,2024-05-01")
    before = {day: snapshots.get(day).id for day in QUARTERS}
    files = stamps(snapshots.folder)
    first, second = without_facts(register), without_facts(register)
    assert register.known_change() == second > first > 1
    # By the one who built them, and by another process that finds them.
    for reader in (snapshots, Snapshots(register, snapshots.folder)):
        assert made(reader, second) == made(reader, first) == before
    assert stamps(snapshots.folder) == files
    assert {row["known_change"] for row in snapshots.listed()} == {second}


def test_a_change_of_facts_does_not(
    import_csv: Import, register: Register, snapshots: Snapshots
) -> None:
    import_csv("ledger", "小区编码,服务模式,服务起始日期", "A,市场化物业,2024-05-01")
    before = {day: snapshots.get(day).id for day in QUARTERS}
    import_csv("ledger", "小区编码,服务模式,服务起始日期", "B,无物业,2025-05-01")
    known = without_facts(register)
    assert made(snapshots, known) == {}
    after = {day: snapshots.get(day).id for day in QUARTERS}
    assert all(after[day] != before[day] for day in QUARTERS)  # B stands in each of them
    assert made(snapshots, 1) == before  # as known then, they are what they were
    taken_back = register.undo(2, "tester")
    assert made(snapshots, taken_back) == {}  # found out anew, and found to be the old ones
    files = stamps(snapshots.folder)
    assert {day: snapshots.get(day).id for day in QUARTERS} == before
    assert stamps(snapshots.folder) == files  # not written anew
    assert made(snapshots, without_facts(register)) == before


def test_a_known_snapshot_is_joined_again_where_its_rows_are_missing(
    import_csv: Import, new_register: Callable[[], Register], snapshots: Snapshots, tmp_path: Path
) -> None:
    """Files that came with a copied folder: this register has not kept their rows yet."""
    words = ("ledger", "小区编码,服务模式", "A,市场化物业")
    import_csv(*words)
    there = snapshots.get(QUARTERS[-1])
    other = new_register()
    csv_importer(other, tmp_path)(*words)
    again = Snapshots(other, snapshots.folder).get(QUARTERS[-1])
    assert again.id == there.id
    with other.connect() as connection:
        rows = connection.execute("select snapshot, code from snapshot_compound").fetchall()
    assert rows == [{"snapshot": there.id, "code": "A"}]
