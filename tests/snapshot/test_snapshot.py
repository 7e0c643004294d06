from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.coverage import coverage
from geo.errors import NotFound
from geo.intake.load import Options, import_file
from geo.intake.verdicts import Outcome
from geo.register.store import Register
from geo.snapshot.build import Snapshots
from geo.snapshot.columns import FLAGS
from geo.snapshot.file import Snapshot

Import = Callable[..., Outcome]
YEAR_END = dt.date(2025, 12, 31)


@pytest.fixture(scope="session")
def fewer_divisions(
    small_sample: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The sample with Kunming's divisions only, so that twenty imports of them stay quick."""
    frame = gpd.read_file(small_sample["divisions"])
    codes = frame["区划代码"].astype(str)
    kept = frame[(codes.str.len() <= 4) | codes.str.startswith("5301")]
    path = tmp_path_factory.mktemp("divisions") / small_sample["divisions"].name
    kept.to_file(path)
    return {**small_sample, "divisions": path}


def by_code(snapshot: Snapshot, column: str) -> dict[str, object]:
    codes = snapshot.column("compounds", "code").tolist()
    return dict(zip(codes, snapshot.column("compounds", column).tolist(), strict=True))


def flags(snapshot: Snapshot, code: str) -> set[str]:
    bits = by_code(snapshot, "flags")[code]
    assert isinstance(bits, int)
    return {name for bit, name in enumerate(FLAGS) if bits >> bit & 1}


def boxes(path: Path, frame: dict[str, list[object]], *bounds: tuple[float, ...]) -> Path:
    origin = (100, 25, 100, 25)
    shapes = [
        shapely.box(*(value / 1024 + start for value, start in zip(bound, origin, strict=True)))
        for bound in bounds
    ]
    gpd.GeoDataFrame(frame, geometry=shapes, crs=4490).to_file(path)
    return path


@pytest.mark.parametrize("orders", [2, pytest.param(20, marks=pytest.mark.long)])
def test_shuffled_orders_give_one_snapshot(
    fewer_divisions: dict[str, Path],
    new_register: Callable[[], Register],
    tmp_path: Path,
    orders: int,
) -> None:
    shuffle = random.Random(20)
    seen = set()
    files = list(fewer_divisions.items())
    for number in range(orders):
        register = new_register()
        for kind, path in files:
            import_file(register, kind, path, Options())
        snapshot = Snapshots(register, tmp_path / str(number)).get(YEAR_END)
        seen.add((snapshot.id, snapshot.path.read_bytes()))
        shuffle.shuffle(files)
    assert len(seen) == 1


def test_later_correction_leaves_the_earlier_snapshot_bit_for_bit(
    import_csv: Import, register: Register, snapshots: Snapshots, tmp_path: Path
) -> None:
    import_csv("ledger", "小区编码,建筑面积(㎡),服务模式", "A,100,市场化物业", "B,100,无物业")
    first = snapshots.get(YEAR_END)
    at = register.changes()[0]["at"]
    before = first.path.read_bytes()
    import_csv("ledger", "小区编码,建筑面积(㎡),服务模式", "B,100,国有物业")
    assert snapshots.get(YEAR_END).id != first.id
    assert coverage(snapshots.get(YEAR_END), "I1", "province").total.share == 1.0
    # Elsewhere, from nothing but the register.
    again = Snapshots(register, tmp_path / "elsewhere").get(YEAR_END, known_at=at)
    assert again.id == first.id
    assert again.path.read_bytes() == before
    assert coverage(again, "I1", "province").total.share == 0.5


def test_undo_gives_the_earlier_snapshot_back(
    import_csv: Import, register: Register, snapshots: Snapshots
) -> None:
    import_csv("ledger", "小区编码,服务模式", "A,市场化物业")
    first = snapshots.get(YEAR_END).id
    second = import_csv("ledger", "小区编码,服务模式", "A,无物业", "B,无物业")
    assert second.change is not None
    register.undo(second.change, "tester")
    assert snapshots.get(YEAR_END).id == first


def test_between_two_periods_the_state_is_unverified(
    import_csv: Import, snapshots: Snapshots
) -> None:
    import_csv(
        "ledger",
        "小区编码,服务模式,服务起始日期,服务终止日期",
        "A,市场化物业,2022-01-01,2023-01-01",
        "A,国有物业,2024-01-01,",
    )
    modes = [
        by_code(snapshots.get(dt.date.fromisoformat(day)), "mode")["A"]
        for day in (
            "2021-12-31",
            "2022-01-01",
            "2022-12-31",
            "2023-01-01",
            "2023-12-31",
            "2024-01-01",
        )
    ]
    assert modes == [0, 1, 1, 0, 0, 2]


def test_polygon_without_ledger_row_is_unverified_and_counts(
    register: Register, snapshots: Snapshots, tmp_path: Path
) -> None:
    import_file(register, "compounds", boxes(tmp_path / "p.gpkg", {"code": ["A"]}, (0, 0, 1, 1)))
    snapshot = snapshots.get(YEAR_END)
    total = coverage(snapshot, "I1", "province").total
    assert total.unknown == total.denominator > 0
    assert flags(snapshot, "A") >= {"floor_area_imputed", "delivery_unknown", "urban_blank"}


def test_area_that_holds_more_than_half(
    register: Register, snapshots: Snapshots, import_csv: Import, tmp_path: Path
) -> None:
    areas = {"code": ["left", "right"]}
    import_file(
        register, "areas", boxes(tmp_path / "a.gpkg", areas, (0, 0, 10, 10), (10, 0, 20, 10))
    )
    compounds = {"code": ["inside", "most", "half", "outside", "named"]}
    import_file(
        register,
        "compounds",
        boxes(
            tmp_path / "c.gpkg", compounds,
            (1, 1, 2, 2), (8, 1, 11, 2), (9, 3, 11, 4), (30, 30, 31, 31), (1, 5, 2, 6),
        ),
    )  # fmt: skip
    import_csv("ledger", "小区编码,管理区域编码,服务模式", "named,right,无物业")
    snapshot = snapshots.get(YEAR_END)
    assert by_code(snapshot, "area") == {
        "inside": "left", "most": "left", "half": None, "outside": None, "named": "right",
    }  # fmt: skip
    assert "area_disagrees" in flags(snapshot, "named")
    assert "area_disagrees" not in flags(snapshot, "inside")


def test_division_by_ledger_else_by_place(
    register: Register, snapshots: Snapshots, import_csv: Import, tmp_path: Path
) -> None:
    tree = {"code": ["53", "530102", "530103", "530102001"]}
    import_file(
        register,
        "divisions",
        boxes(
            tmp_path / "d.gpkg",
            tree,
            (0, 0, 20, 10),
            (0, 0, 10, 10),
            (10, 0, 20, 10),
            (0, 0, 5, 10),
        ),
    )
    import_file(
        register,
        "compounds",
        boxes(
            tmp_path / "c.gpkg",
            {"code": ["by_place", "refined", "disagrees", "far"]},
            (1, 1, 2, 2), (1, 3, 2, 4), (1, 5, 2, 6), (50, 50, 51, 51),
        ),
    )  # fmt: skip
    import_csv(
        "ledger", "小区编码,区划代码",
        "refined,530102", "disagrees,530103", "far,530102001", "unknown_code,530199",
    )  # fmt: skip
    snapshot = snapshots.get(YEAR_END)
    assert by_code(snapshot, "county") == {
        "by_place": 530102, "refined": 530102, "disagrees": 530103, "far": 530102,
        "unknown_code": 530199,
    }  # fmt: skip
    assert by_code(snapshot, "street")["refined"] == 530102001
    assert "division_disagrees" in flags(snapshot, "disagrees")
    assert "division_disagrees" not in flags(snapshot, "refined")
    assert "division_unknown" in flags(snapshot, "unknown_code")
    rows = coverage(snapshot, "I2", "county").rows
    assert [(row.division, row.denominator) for row in rows] == [
        (530102, 3),
        (530103, 1),
        (None, 1),
    ]


def test_codes_of_one_year_do_not_answer_for_another(
    import_csv: Import, snapshots: Snapshots
) -> None:
    import_csv("divisions", "code,name,起,止", "530199,旧区,,2023-01-01", "530199,新区,2023-01-01,")
    import_csv("divisions", "code,name,起", "530198,后设区,2024-01-01")
    names = [
        snapshots.get(dt.date.fromisoformat(day)).division_names
        for day in ("2022-12-31", "2023-01-01", "2024-01-01")
    ]
    assert names == [{530199: "旧区"}, {530199: "新区"}, {530198: "后设区", 530199: "新区"}]


def test_file_on_disk_gone_is_made_again(import_csv: Import, snapshots: Snapshots) -> None:
    import_csv("ledger", "小区编码,服务模式", "A,市场化物业")
    first = snapshots.get(YEAR_END)
    content = first.path.read_bytes()
    first.path.unlink()
    assert snapshots.get(YEAR_END).path.read_bytes() == content
    assert snapshots.open(first.id[:10]).id == first.id
    with pytest.raises(NotFound):
        snapshots.open("ffffffffffff")
    with pytest.raises(NotFound):
        snapshots.open("../x")


def test_rows_in_the_database_say_the_same_as_the_file(
    province_copy: Callable[[], Register],
    province_snapshots: Callable[[Path], None],
    tmp_path: Path,
) -> None:
    register = province_copy()
    province_snapshots(tmp_path)
    snapshot = Snapshots(register, tmp_path / "snapshots").get(YEAR_END)
    assert snapshot.made_up
    with register.connect() as connection:
        rows = connection.execute(
            "select code, mode, (floor_area_m2 * 100)::bigint as a, standing, committee, party,"
            " prefecture, st_asbinary(geom) as wkb from snapshot_compound where snapshot = %s",
            [snapshot.id],
        ).fetchall()
        parts = connection.execute(
            "select count(*) as n from pg_inherits where inhparent = 'snapshot_compound'::regclass"
        ).fetchone()
    assert parts == {"n": 17}
    table = {row["code"]: row for row in rows}
    assert len(table) == len(rows) == snapshot.table("compounds").num_rows
    from geo.terms import MODES

    shapes = snapshot.geometry("compounds")
    for place, code in enumerate(snapshot.column("compounds", "code").tolist()):
        row = table[code]
        assert row["mode"] == MODES[snapshot.column("compounds", "mode")[place]]
        assert (row["a"] or 0) == snapshot.column("compounds", "floor_area_dm2")[place]
        for name in ("standing", "committee", "party"):
            assert row[name] == snapshot.column("compounds", name)[place]
        stored = None if row["wkb"] is None else shapely.from_wkb(row["wkb"])
        assert (stored is None and shapes[place] is None) or stored.equals(shapes[place])
