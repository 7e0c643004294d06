"""Rows held back: stored, listed, corrected, released, dismissed, superseded, undone."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import psycopg
import pytest
import shapely

from geo.errors import InputError, NotFound, UsageError
from geo.intake.held_book import altered, read_held, write_held
from geo.intake.load import Options, import_file
from geo.intake.release import dismiss, release
from geo.intake.verdicts import Outcome
from geo.register import held
from geo.register.held import HeldRow
from geo.register.store import WRITE_LOCK, Register
from geo.snapshot.build import Snapshots

Import = Callable[..., Outcome]
HEAD = "小区编码,小区名称,区划代码,建成年份,建筑面积(㎡),服务模式,服务起始日期"
GOOD = "A,甲苑,530102001,1998,12000,市场化物业,2023-01-01"
BAD = "B,乙苑,530102002,何时,9000,无物业,2023-01-01"
ROOT = Path(__file__).resolve().parents[2]


def open_rows(register: Register, **words: Any) -> list[HeldRow]:
    with register.connect() as connection:
        return held.open_rows(connection, **words)


def facts(register: Register, code: str) -> list[dict[str, Any]]:
    with register.connect() as connection:
        return connection.execute(
            "select built_year, change, sheet, row from compound"
            " where code = %s and upper_inf(known)",
            [code],
        ).fetchall()


def closings(register: Register) -> list[tuple[int, str | None]]:
    with register.connect() as connection:
        found = connection.execute(
            "select closed_by, closed_as from held_row order by id"
        ).fetchall()
    return [(row["closed_by"], row["closed_as"]) for row in found]


def test_a_held_row_is_kept_as_written(import_csv: Import, register: Register) -> None:
    outcome = import_csv("ledger", HEAD + ",联系人,备注", GOOD + ",张三,好", BAD + ",李四,不好", file="台账.csv")  # fmt: skip
    assert outcome.change == 1
    (row,) = open_rows(register)
    assert (row.kind, row.file, row.sheet, row.row, row.subject) == ("ledger", "台账.csv", "台账", 3, "B")  # fmt: skip
    assert row.cells == {
        "code": "B", "name": "乙苑", "division": "530102002", "built_year": "何时",
        "floor_area_m2": "9000", "mode": "无物业", "service_from": "2023-01-01",
    }  # fmt: skip
    (problem,) = row.problems["findings"]
    assert (problem["name"], problem["column"], problem["value"]) == (
        "built_year",
        "建成年份",
        "何时",
    )
    assert problem["remedy"]
    assert "李四" not in json.dumps(row.as_json(), ensure_ascii=False)
    assert [row.id for row in open_rows(register, division="530102002")] == [row.id]
    assert open_rows(register, division="530103") == []
    assert open_rows(register, kind="companies") == []


def test_only_held_rows_make_a_change_and_twice_is_a_no_op(
    import_csv: Import, register: Register
) -> None:
    first = import_csv("ledger", HEAD, BAD, BAD, file="a.csv")
    assert first.counts["quarantined"] == 2
    assert first.change == 1
    assert len(open_rows(register)) == 1  # the same row twice is one row to correct
    again = import_csv("ledger", HEAD, BAD, BAD, file="a.csv")
    assert (again.change, again.counts) == (None, first.counts)
    assert len(register.changes()) == 1


def test_a_dry_run_holds_nothing(import_csv: Import, register: Register) -> None:
    assert import_csv("ledger", HEAD, BAD, dry_run=True).exit_code == 3
    assert open_rows(register) == []
    assert register.changes() == []


def test_hold_correct_release_and_the_snapshot_sees_it(
    import_csv: Import, register: Register, snapshots: Snapshots
) -> None:
    import_csv("ledger", HEAD, GOOD, BAD, file="台账.csv")
    before = snapshots.get(dt.date(2023, 6, 1))
    (row,) = open_rows(register)
    refused = release(register, {row.id: {"建成年份": "不知道"}}, author="t")
    assert refused.refused
    assert refused.exit_code == 1
    assert len(register.changes()) == 1
    tried = release(register, {row.id: {"built_year": "1999"}}, author="t", dry_run=True)
    assert (tried.change, tried.counts["loaded"]) == (None, 1)
    assert len(open_rows(register)) == 1
    done = release(register, {row.id: {"建成年份": "1999"}}, author="t")
    assert (done.change, done.counts["loaded"]) == (2, 1)
    assert open_rows(register) == []
    assert facts(register, "B") == [{"built_year": 1999, "change": 2, "sheet": "台账", "row": 3}]
    change = register.changes()[0]
    assert (change["kind"], change["file"], change["counts"]["loaded"]) == (
        "release",
        "台账.csv",
        1,
    )
    assert change["parameters"]["rows"][0]["corrected"] == ["建成年份"]
    after = snapshots.get(dt.date(2023, 6, 1))
    assert after.id != before.id
    assert "B" in set(after.column("compounds", "code"))
    with pytest.raises(InputError, match="已放行"):
        release(register, {row.id: {"建成年份": "1999"}}, author="t")
    # The old file again: its row was released, nothing is held again.
    assert import_csv("ledger", HEAD, GOOD, BAD, file="台账.csv").change is None


def test_all_or_nothing(import_csv: Import, register: Register) -> None:
    worse = "C,丙苑,530102002,2001,多少,无物业,2023-01-01"
    import_csv("ledger", HEAD, BAD, worse)
    one, two = open_rows(register)
    done = release(register, {one.id: {"建成年份": "1999"}, two.id: {"户数": "3"}}, author="t")
    assert done.refused
    assert [item.column for item in done.outcomes[0].findings.found] == ["建筑面积(㎡)"]
    assert facts(register, "B") == []
    assert len(open_rows(register)) == 2


def test_rows_of_several_kinds_and_dates_are_one_change(
    import_csv: Import, register: Register
) -> None:
    import_csv("ledger", HEAD, BAD)
    import_csv("projects", "项目编码,统一社会信用代码,服务人员", "P,91350100M000100Y43,几个")
    import_csv("ledger", HEAD, "D,丁苑,530102,哪年,1,无物业,", effective=dt.date(2024, 1, 1))
    ledger, project, later = open_rows(register)
    done = release(
        register,
        {
            ledger.id: {"建成年份": 1999},
            project.id: {"服务人员": "7"},
            later.id: {"建成年份": "2001"},
        },
        author="t",
    )
    assert (done.change, done.counts["loaded"], len(done.outcomes)) == (4, 3, 3)
    with register.connect() as connection:
        staff = connection.execute("select staff, change from project").fetchone()
        since = connection.execute(
            "select lower(valid) as since from compound where code = 'D'"
        ).fetchone()
    assert staff == {"staff": 7, "change": 4}
    assert since == {"since": dt.date(2024, 1, 1)}


def test_a_later_import_of_the_subject_supersedes(import_csv: Import, register: Register) -> None:
    import_csv("ledger", HEAD, BAD, file="a.csv")
    import_csv("ledger", HEAD, GOOD, file="other.csv")
    assert len(open_rows(register)) == 1
    fixed = import_csv("ledger", HEAD, BAD.replace("何时", "1999"), file="b.csv")
    assert fixed.change == 3
    assert closings(register) == [(3, "superseded")]
    assert import_csv("ledger", HEAD, BAD, file="a.csv").change is None


def test_another_period_of_the_subject_does_not_supersede(
    import_csv: Import, register: Register
) -> None:
    import_csv("ledger", HEAD, BAD)
    import_csv("ledger", HEAD, BAD.replace("何时", "1999").replace("2023-01-01", "2024-01-01"))
    assert len(open_rows(register)) == 1


def test_a_file_does_not_supersede_its_own_rows(import_csv: Import, register: Register) -> None:
    twice = "A,甲苑,530102001,1998,13000,市场化物业,2023-01-01"
    assert import_csv("ledger", HEAD, GOOD, twice, file="a.csv").counts["quarantined"] == 1
    assert import_csv("ledger", HEAD, GOOD, twice, file="a.csv").change is None
    (row,) = open_rows(register)
    assert row.problems["findings"][0]["rule"] == "overlapping_periods"
    done = release(register, {row.id: {}}, author="t")  # this row is the right one
    assert done.counts["loaded"] == 1
    with register.connect() as connection:
        areas = connection.execute(
            "select floor_area_m2 from compound where upper_inf(known)"
        ).fetchall()
    assert [int(row["floor_area_m2"]) for row in areas] == [13000]


def test_dismissal_needs_a_reason_and_is_undone(import_csv: Import, register: Register) -> None:
    import_csv("ledger", HEAD, BAD)
    (row,) = open_rows(register)
    with pytest.raises(UsageError, match="理由"):
        dismiss(register, [row.id], reason=" ", author="t")
    assert dismiss(register, [row.id], reason="已拆除", author="t", dry_run=True) is None
    assert dismiss(register, [row.id], reason="已拆除", author="t") == 2
    assert register.changes()[0]["parameters"]["reason"] == "已拆除"
    assert open_rows(register) == []
    register.undo(2, "t")
    assert len(open_rows(register)) == 1
    # The number asked for still finds the row, though it stands open as a new one.
    assert release(register, {row.id: {"建成年份": "1999"}}, author="t").change == 4
    with pytest.raises(NotFound):
        dismiss(register, [999], reason="x", author="t")


def test_undo_of_the_import_closes_and_of_the_release_opens(
    import_csv: Import, register: Register
) -> None:
    import_csv("ledger", HEAD, GOOD, BAD, file="a.csv")
    (row,) = open_rows(register)
    release(register, {row.id: {"建成年份": "1999"}}, author="t")
    with pytest.raises(InputError, match="第 2 号变更"):
        register.undo(1, "t")  # what it held is in the register by now
    register.undo(2, "t")
    assert facts(register, "B") == []
    (open_again,) = open_rows(register)
    assert (open_again.cells, open_again.row) == (row.cells, row.row)
    register.undo(1, "t")
    assert open_rows(register) == []
    assert facts(register, "A") == []
    assert import_csv("ledger", HEAD, GOOD, BAD, file="a.csv").change == 5
    assert len(open_rows(register)) == 1


def test_undo_of_what_superseded_opens_again(import_csv: Import, register: Register) -> None:
    import_csv("ledger", HEAD, BAD)
    import_csv("ledger", HEAD, BAD.replace("何时", "1999"))
    assert open_rows(register) == []
    register.undo(2, "t")
    assert [row.subject for row in open_rows(register)] == ["B"]


def test_shapes_come_back_with_their_rows(register: Register, tmp_path: Path) -> None:
    box = shapely.box(102.70, 25.04, 102.71, 25.05)
    frame = gpd.GeoDataFrame({"code": ["A", "B"], "built_year": ["1999", "何时"]},
                             geometry=[box, shapely.affinity.translate(box, 0.1)], crs=4490)  # fmt: skip
    frame.to_file(tmp_path / "c.gpkg")
    import_file(register, "compounds", tmp_path / "c.gpkg", Options(author="t"))
    (row,) = open_rows(register)
    assert row.shape is not None
    assert shapely.equals(shapely.from_wkb(row.shape), frame.geometry[1])
    release(register, {row.id: {"建成年份": "2001"}}, author="t")
    with register.connect() as connection:
        found = connection.execute(
            "select code, st_astext(geom) as wkt from compound_shape order by code"
        ).fetchall()
    assert [item["code"] for item in found] == ["A", "B"]
    assert shapely.equals(shapely.from_wkt(found[1]["wkt"]), frame.geometry[1])


def test_a_shape_at_fault_is_redrawn(register: Register, tmp_path: Path) -> None:
    tiny = shapely.box(102.70, 25.04, 102.7000001, 25.0400001)
    gpd.GeoDataFrame({"code": ["A"]}, geometry=[tiny], crs=4490).to_file(tmp_path / "c.gpkg")
    import_file(register, "compounds", tmp_path / "c.gpkg", Options(author="t"))
    (row,) = open_rows(register)
    assert release(register, {row.id: {}}, author="t").refused
    with pytest.raises(UsageError, match="WKT"):
        release(register, {row.id: {"geometry": "POLYGON(("}}, author="t")
    whole = shapely.box(102.70, 25.04, 102.71, 25.05)
    assert release(register, {row.id: {"geometry": whole.wkt}}, author="t").change == 2


def test_the_workbook_goes_out_and_comes_back(
    import_csv: Import, register: Register, tmp_path: Path
) -> None:
    formula = "=HYPERLINK(1),丙苑,530102002,何年,1,无物业,"
    import_csv("ledger", HEAD, BAD, formula, file="台账.csv")
    rows = open_rows(register)
    path = write_held(tmp_path / "暂存.xlsx", rows)
    book = openpyxl.load_workbook(path)
    sheet = book["小区台账"]
    headers = [cell.value for cell in sheet[1]]
    code, year = (headers.index(name) + 1 for name in ("小区编码*", "建成年份"))
    assert all(cell.data_type != "f" for line in sheet for cell in line)
    assert sheet.cell(3, code).value == "=HYPERLINK(1)"
    assert sheet.cell(2, year).fill.start_color.rgb == "FFFFE8A3"
    assert "建成年份：" in sheet.cell(2, 3).value
    sheet.cell(2, year).value = 1999  # a number, as a user types it
    book.save(path)
    lines = {number: cells for _, number, cells, _ in read_held(path)}
    assert altered(rows[0], lines[rows[0].id]) == {"built_year": 1999}
    assert altered(rows[1], lines[rows[1].id]) == {}


def test_a_workbook_without_numbers_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "小区台账"
    book.active.append(["编号", "小区编码"])
    book.active.append(["新", "A"])
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(InputError, match="第 2 行"):
        read_held(tmp_path / "x.xlsx")
    (tmp_path / "y.xlsx").write_text("not a workbook")
    with pytest.raises(InputError, match=r"y\.xlsx"):
        read_held(tmp_path / "y.xlsx")


RELEASE = (
    "import sys; from geo.intake.release import release; from geo.register.store import Register;"
    "print(release(Register(sys.argv[1]), {int(sys.argv[2]): {'built_year': '1999'}}, author='t').change)"
)


def test_a_release_killed_half_way_leaves_the_row_open(
    import_csv: Import, register: Register
) -> None:
    import_csv("ledger", HEAD, BAD)
    (row,) = open_rows(register)
    with psycopg.connect(register.conninfo) as holder:
        # The facts merge first, then the row closes: held here it is killed between the two.
        holder.execute("lock table held_row in share row exclusive mode")
        child = subprocess.Popen(
            [sys.executable, "-c", RELEASE, register.conninfo, str(row.id)], cwd=ROOT,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        waiting = (
            # Copies of a database have its numbers: the same table stands in others too.
            "select count(*) from pg_locks where relation = 'held_row'::regclass and not granted"
            " and database = (select oid from pg_database where datname = current_database())"
        )
        while not holder.execute(waiting).fetchone()[0]:  # type: ignore[index]
            assert child.poll() is None, child.stderr.read()  # type: ignore[union-attr]
            time.sleep(0.05)
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()
    with psycopg.connect(register.conninfo, autocommit=True) as connection:
        while connection.execute(
            "select count(*) from pg_locks where locktype = 'advisory' and objid = %s and granted"
            " and database = (select oid from pg_database where datname = current_database())",
            [WRITE_LOCK],
        ).fetchone()[0]:  # type: ignore[index]
            time.sleep(0.05)
    assert [item.id for item in open_rows(register)] == [row.id]
    assert facts(register, "B") == []
    assert len(register.changes()) == 1
    assert release(register, {row.id: {"built_year": "1999"}}, author="t").change == 2


def test_what_was_redacted_is_not_held(import_csv: Import, register: Register) -> None:
    import_csv("ledger", "小区编码,小区名称,户数,服务模式",
               "13888880001,甲苑 联系人:张三丰 13888880000,电话13888880000,物业公司管理")  # fmt: skip
    (row,) = open_rows(register)
    told = json.dumps([row.cells, row.problems], ensure_ascii=False)
    assert row.cells["code"] == "13888880001"
    assert "13888880000" not in told
    assert "张三丰" not in told


def test_a_row_that_was_matched_by_name_is_released_without_a_code(
    import_csv: Import, register: Register
) -> None:
    import_csv("ledger", HEAD, GOOD)
    import_csv("ledger", "小区名称,区划代码,户数", "甲苑,530102001,几户")
    (row,) = open_rows(register)
    done = release(register, {row.id: {"户数": "120"}}, author="t")
    assert (done.refused, done.change) == (False, 3)
    with register.connect() as connection:
        found = connection.execute(
            "select code, households from compound where upper_inf(known) and households = 120"
        ).fetchall()
    assert [item["code"] for item in found] == ["A"]


def test_units_of_headers_come_back_with_their_rows(import_csv: Import, register: Register) -> None:
    import_csv("ledger", "小区编码,建筑面积(万㎡),建成年份", "A,1.2,何时")
    (row,) = open_rows(register)
    release(register, {row.id: {"建成年份": "1999"}}, author="t")
    with register.connect() as connection:
        found = connection.execute("select floor_area_m2 from compound").fetchall()
    assert [int(item["floor_area_m2"]) for item in found] == [12000]


def test_a_row_known_by_its_name_is_superseded_when_its_correction_comes(
    import_csv: Import, register: Register
) -> None:
    header = "小区名称,区划代码,服务模式,服务起始日期"
    assert import_csv("ledger", header, "甲院,530102001,无物业,乱").counts["quarantined"] == 1
    assert import_csv("ledger", header, "甲院,530102001,无物业,2020-01-01").counts["warned"] == 1
    assert [words for _, words in closings(register)] == ["superseded"]
