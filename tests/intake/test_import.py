from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely
import shapely.affinity
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.datum.reference import Datum, from_register
from geo.errors import InputError, NotFound, UsageError
from geo.intake.load import Options, import_file
from geo.intake.report.book import write_report
from geo.intake.verdicts import Outcome
from geo.register.store import Register

Import = Callable[..., Outcome]
SQUARE = shapely.box(102.70, 25.04, 102.701, 25.041)
BOW_TIE = shapely.Polygon([(102.7, 25), (102.71, 25.01), (102.71, 25), (102.7, 25.01)])
USCC = "91350100M000100Y43"


def rows(register: Register, statement: str) -> list[dict[str, Any]]:
    with register.connect() as connection:
        return connection.execute(statement.encode()).fetchall()


def polygons(path: Path, *shapes: tuple[str, Any], crs: Any = 4490, **words: Any) -> Path:
    codes, geometry = zip(*shapes, strict=True)
    gpd.GeoDataFrame({"小区编码": codes, **words}, geometry=list(geometry), crs=crs).to_file(path)
    return path


def verdicts(outcome: Outcome) -> dict[str, int]:
    assert sum(outcome.counts.values()) == len(outcome.verdicts)
    return {name: count for name, count in outcome.counts.items() if count}


def test_good_rows_load_though_others_are_held(import_csv: Import, register: Register) -> None:
    outcome = import_csv(
        "ledger",
        "小区编码,小区名称,区划代码,建筑面积(㎡),服务模式",
        "A,甲,530102,1000,市场化物业",
        "B,乙,53010,1000,市场化物业",
        ",丙,530102,1000,无物业",
        "D,丁,530102,千,无物业",
        "E,戊,530102,1000,有",
        file="台账.csv",
    )
    assert verdicts(outcome) == {"loaded": 1, "quarantined": 4}
    assert outcome.exit_code == 3
    found = {(item.row, item.column, item.value) for item in outcome.findings.found}
    assert found == {
        (3, "区划代码", "53010"),
        (4, "小区编码", ""),
        (5, "建筑面积(㎡)", "千"),
        (6, "服务模式", "有"),
    }
    assert all(item.sheet == "台账" and item.remedy for item in outcome.findings.found)
    assert rows(register, "select code from compound") == [{"code": "A"}]


def test_periods_of_one_compound(import_csv: Import, register: Register) -> None:
    outcome = import_csv(
        "ledger",
        "小区编码,户数,服务模式,服务起始日期,服务终止日期",
        "A,100,市场化物业,2022-01-01,",
        "A,120,无物业,2024-01-01,2024-06-01",
        "A,120,社区托管,2024-05-01,",
        "B,,无物业,2024-01-01,2023-01-01",
    )
    assert verdicts(outcome) == {"loaded": 1, "warned": 1, "quarantined": 2}
    assert {item.rule for item in outcome.findings.found} == {
        "overlapping_periods", "ends_before_it_begins", "rows_disagree",
    }  # fmt: skip
    found = rows(register, "select mode, valid::text from service_status order by valid")
    assert [tuple(row.values()) for row in found] == [
        ("市场化物业", "[2022-01-01,2024-01-01)"),
        ("无物业", "[2024-01-01,2024-06-01)"),
    ]
    assert rows(register, "select households from compound where code = 'A'") == [
        {"households": 120}
    ]


def test_same_file_twice_is_a_no_op(import_csv: Import, register: Register) -> None:
    lines = ("小区编码,小区名称,服务模式,服务起始日期", "A,甲,市场化物业,2022-01-01")
    assert verdicts(import_csv("ledger", *lines, file="a.csv")) == {"loaded": 1}
    again = import_csv("ledger", *lines, file="a.csv")
    assert verdicts(again) == {"unchanged": 1}
    assert again.change is None
    assert len(register.changes()) == 1


def test_polygons_are_repaired_held_or_skipped(register: Register, tmp_path: Path) -> None:
    path = polygons(
        tmp_path / "p.gpkg",
        ("square", SQUARE),
        ("bow_tie", BOW_TIE),
        ("line", shapely.LineString([(102, 25), (103, 25)])),
        ("nothing", None),
        ("swapped", shapely.box(25.04, 102.70, 25.041, 102.701)),
        ("null_island", shapely.box(0, 0, 0.001, 0.001)),
        ("sliver", shapely.box(102.7, 25, 102.700001, 25.000001)),
        ("square", SQUARE),
        ("bow_tie", SQUARE),
    )
    outcome = import_file(register, "compounds", path)
    assert outcome.verdicts == [
        "loaded", "warned", "quarantined", "quarantined", "quarantined", "quarantined",
        "quarantined", "skipped", "quarantined",
    ]  # fmt: skip
    assert [item.rule for item in sorted(outcome.findings.found, key=lambda item: item.position)] == [
        "bow_tie", "open_line", "no_geometry", "swapped_axes", "null_island", "sliver",
        "duplicate", "duplicate",
    ]  # fmt: skip
    found = rows(
        register, "select code, st_isvalid(geom) as ok, st_area(geom) as a from compound_shape"
    )
    assert {row["code"] for row in found} == {"square", "bow_tie"}
    assert all(row["ok"] for row in found)
    assert rows(register, "select geometrytype(geom) as t from compound_shape group by 1") == [
        {"t": "MULTIPOLYGON"}
    ]


@pytest.mark.parametrize("ending", ["gpkg", "shp", "shp.zip", "geojson", "fgb"])
def test_every_format_and_projected_system_lands_on_the_same_place(
    register: Register, tmp_path: Path, ending: str
) -> None:
    frame = gpd.GeoDataFrame({"code": ["A"], "name": ["甲"]}, geometry=[SQUARE], crs=4490)
    crs = 4326 if ending == "geojson" else 4543
    path = tmp_path / f"p.{ending}"
    frame.to_crs(crs).to_file(path, driver="ESRI Shapefile" if "shp" in ending else None)
    outcome = import_file(register, "compounds", path)
    assert verdicts(outcome) == {"loaded": 1}
    (row,) = rows(register, "select st_asbinary(geom) as wkb from compound_shape")
    assert shapely.hausdorff_distance(shapely.from_wkb(row["wkb"]), SQUARE) < 1e-9


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_undeclared_reference_system_stops(register: Register, tmp_path: Path) -> None:
    path = polygons(tmp_path / "p.gpkg", ("A", SQUARE), crs=None)
    with pytest.raises(InputError, match="没有声明坐标系.*--crs"):
        import_file(register, "compounds", path)
    assert register.changes() == []
    assert import_file(register, "compounds", path, Options(crs="EPSG:4490")).change == 1
    with pytest.raises(UsageError, match="不认识坐标系"):
        import_file(register, "compounds", path, Options(crs="EPSG:nonsense"))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.csv", None, "没有文件"),
        ("book.xlsx", b"not a workbook", "无法读取工作簿"),
        ("shapes.gpkg", b"not a database", "无法读取"),
        ("note.docx", b"x", "不认识文件类型"),
        ("other.csv", "名称,数量\n甲,3\n".encode(), "没有找到.*表头"),
        ("latin.csv", b"\xff\xff\xff,\x80\n", "编码"),
        ("empty.csv", b"", "没有找到"),
    ],
)
def test_files_that_cannot_be_read_say_why(
    register: Register, tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        import_file(register, "ledger", path)
    assert name in str(caught.value)
    assert caught.value.remedy
    assert register.changes() == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_the_encodings_that_offices_use(
    register: Register, tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "台账.csv"
    path.write_bytes("小区编码;小区名称\nA;翠湖小区\n".encode(encoding))
    import_file(register, "ledger", path)
    assert rows(register, "select name from compound") == [{"name": "翠湖小区"}]


def test_workbook_with_a_title_above_its_header(register: Register, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "五华区"
    for line in (["五华区小区台账"], [], ["小区编码", "小区名称", "联系电话", "楼栋数"],
                 ["A", "甲", "13888888888", 3], [None, None, None, None], ["B", "乙", "", 4]):  # fmt: skip
        sheet.append(line)
    book.create_sheet("说明").append(["填表说明"])
    path = tmp_path / "台账.xlsx"
    book.save(path)
    outcome = import_file(register, "ledger", path)
    assert verdicts(outcome) == {"loaded": 2}
    assert outcome.personal_columns == ["联系电话"]
    found = rows(register, "select code, sheet, row, notes from compound order by code")
    assert [tuple(row.values()) for row in found] == [
        ("A", "五华区", 4, {"楼栋数": "3"}),
        ("B", "五华区", 6, {"楼栋数": "4"}),
    ]
    everything = rows(register, "select compound::text || change::text as t from compound, change")
    assert not any("13888888888" in row["t"] for row in everything)


def test_committees_last_through_the_last_day_of_their_term(
    import_csv: Import, register: Register
) -> None:
    outcome = import_csv(
        "committees",
        "小区编码,管理区域编码,类型,备案日期,任期起,任期止,终止日期",
        "A,,业主委员会,2021-01-01,2021-01-01,2025-12-31,",
        "B,,业主委员会,2021-01-01,,2025-12-31,2023-05-01",
        "A,,业主委员会,2025-07-01,,2030-06-30,",
        ",,业主委员会,2021-01-01,,,",
        "C,,业主委员会,,,,",
        ",Z,物业管理委员会,2021-01-01,,,",
    )
    assert verdicts(outcome) == {"loaded": 4, "quarantined": 2}
    found = rows(register, "select subject, valid::text from committee order by subject, valid")
    assert [tuple(row.values()) for row in found] == [
        ("A", "[2021-01-01,2025-07-01)"),
        ("A", "[2025-07-01,2030-07-01)"),
        ("B", "[2021-01-01,2023-05-01)"),
        ("Z", "[2021-01-01,)"),
    ]


def test_party_state_before_and_after_is_no(import_csv: Import, register: Register) -> None:
    import_csv(
        "companies",
        "统一社会信用代码,企业名称,党组织形式,党组织成立日期,撤销日期,党建指导员,指导员起",
        f"{USCC},甲物业,党支部,2023-01-01,2025-01-01,是,2022-06-01",
    )
    found = rows(register, "select form, valid::text from party_organisation order by valid")
    assert [tuple(row.values()) for row in found] == [
        ("无", "(,2023-01-01)"),
        ("党支部", "[2023-01-01,2025-01-01)"),
        ("无", "[2025-01-01,)"),
    ]
    found = rows(register, "select assigned, valid::text from party_instructor order by valid")
    assert [tuple(row.values()) for row in found] == [
        (False, "(,2022-06-01)"),
        (True, "[2022-06-01,)"),
    ]


def test_project_on_several_areas_may_take_a_row_each(
    import_csv: Import, register: Register
) -> None:
    outcome = import_csv(
        "projects",
        "项目编码,统一社会信用代码,管理区域编码,收缴率",
        f"P,{USCC},A1,80%",
        f"P,{USCC},A2,80%",
        f"Q,{USCC},,",
    )
    assert verdicts(outcome) == {"loaded": 2, "skipped": 1}
    found = rows(register, "select code, areas, collection_share::text from project order by code")
    assert [tuple(row.values()) for row in found] == [
        ("P", ["A1", "A2"], "0.8000"),
        ("Q", None, None),
    ]


def test_unknown_map_column_is_named(import_csv: Import) -> None:
    with pytest.raises(InputError, match="没有列 osm_id"):
        import_csv("ledger", "小区编码", "A", renames={"code": "osm_id"})
    with pytest.raises(UsageError, match="没有列 colour"):
        import_csv("ledger", "小区编码", "A", renames={"colour": "小区编码"})


def test_report_names_every_finding(import_csv: Import, tmp_path: Path) -> None:
    outcome = import_csv("ledger", "小区编码,户数", "A,=1+1", "B,3", dry_run=True)
    path = write_report(tmp_path / "r.xlsx", outcome)
    book = openpyxl.load_workbook(path)
    assert [cell.value for cell in book["逐条"][2]][:6] == [
        "暂存待改", outcome.findings.sheets[0], 2, "户数", "=1+1", "不是整数",
    ]  # fmt: skip
    assert book["逐条"]["E2"].data_type == "s"
    assert [cell.value for cell in book["逐行"]["C"]] == ["结果", "暂存待改", "入库"]


CELLS = st.one_of(
    st.none(), st.sampled_from(["", "A", "甲", "530102", "2024-01-01", "市场化物业", "-1", "1e99", "=1"]),
    st.text(max_size=8),
)  # fmt: skip


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(table=st.lists(st.lists(CELLS, min_size=7, max_size=7), max_size=8))
def test_any_cells_get_verdicts_that_add_up(
    register: Register, tmp_path: Path, table: list[list[str | None]]
) -> None:
    headers = ["小区编码", "区划代码", "户数", "服务模式", "服务起始日期", "服务终止日期", "随便"]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(headers)
    read = 0
    for line in table:
        clean = [
            None if cell is None else "".join(c for c in cell if c.isprintable()) for cell in line
        ]
        sheet.append(["'" + cell if cell and cell[0] in "=" else cell for cell in clean])
        read += any(cell not in {None, ""} for cell in clean)
    path = tmp_path / "any.xlsx"
    book.save(path)
    outcome = import_file(register, "ledger", path, Options(again=True))
    assert sum(outcome.counts.values()) == len(outcome.verdicts) == read
    assert verdicts(import_file(register, "ledger", path, Options(again=True))).keys() <= {
        "unchanged", "quarantined", "skipped",
    }  # fmt: skip


def test_areas_under_a_header_in_ten_thousands(import_csv: Import, register: Register) -> None:
    import_csv("ledger", "小区编码,建筑面积（万㎡）", "A,12.5", "B,3000㎡", "C,")
    found = rows(register, "select code, floor_area_m2::text as a from compound order by code")
    assert [row["a"] for row in found] == ["125000.00", "3000.00", None]
    with pytest.raises(InputError, match="亩"):
        import_csv("ledger", "小区编码,建筑面积(亩)", "A,12.5")
    with pytest.raises(InputError, match="年"):
        import_csv("projects", "项目编码,统一社会信用代码,物业费(元/㎡·年)", f"P,{USCC},24")


def test_totals_are_skipped(import_csv: Import, register: Register) -> None:
    outcome = import_csv(
        "ledger", "小区编码,小区名称,户数", "A,甲,10", "小 计,,10", ",合计：,10", "B,乙,何时"
    )
    assert outcome.verdicts == ["loaded", "skipped", "skipped", "quarantined"]
    assert rows(register, "select code from compound") == [{"code": "A"}]


def test_codes_that_a_spreadsheet_has_rounded_are_held(register: Register, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (
        ["小区编码", "户数"],
        [530102001001000123, 1],
        ["530102001001000124", True],
        [7, 2],
    ):
        sheet.append(line)
    book.save(tmp_path / "l.xlsx")
    outcome = import_file(register, "ledger", tmp_path / "l.xlsx")
    assert outcome.verdicts == ["quarantined", "quarantined", "loaded"]
    assert "文本" in outcome.findings.found[0].remedy


def test_whole_numbers_stay_whole_beside_a_missing_one(register: Register, tmp_path: Path) -> None:
    code = 530102001001000123
    beside = shapely.affinity.translate(SQUARE, 0.01)
    frame = gpd.GeoDataFrame({"code": [code, code + 1]}, geometry=[SQUARE, beside], crs=4490)
    frame["code"] = frame["code"].astype("Int64")
    frame.loc[2] = {"code": None, "geometry": SQUARE}
    frame.set_crs(4490).to_file(tmp_path / "p.gpkg")
    outcome = import_file(register, "compounds", tmp_path / "p.gpkg")
    assert outcome.verdicts == ["loaded", "loaded", "quarantined"]
    found = rows(register, "select code from compound_shape order by code")
    assert [row["code"] for row in found] == [str(code), str(code + 1)]


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
@pytest.mark.parametrize("packed", [False, True])
def test_shapefile_that_does_not_say_its_encoding(
    register: Register, tmp_path: Path, encoding: str, packed: bool
) -> None:
    folder = tmp_path / "图形"
    folder.mkdir()
    frame = gpd.GeoDataFrame({"code": ["A"], "name": ["翠湖小区"]}, geometry=[SQUARE], crs=4490)
    frame.to_file(folder / "p.shp", encoding=encoding)
    (folder / "p.cpg").unlink()
    path = folder / "p.shp"
    if packed:
        path = tmp_path / "p.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for part in sorted(folder.iterdir()):
                archive.write(part, f"shapes/{part.name}")
    import_file(register, "compounds", path)
    assert rows(register, "select name from compound") == [{"name": "翠湖小区"}]


@pytest.mark.parametrize("crs", ["EPSG:4610", "EPSG:2343", "EPSG:4214", "EPSG:4555"])
def test_old_datums_are_refused(register: Register, tmp_path: Path, crs: str) -> None:
    frame = gpd.GeoDataFrame({"code": ["A"]}, geometry=[SQUARE], crs=crs)
    frame.to_file(tmp_path / "p.gpkg")
    with pytest.raises(InputError, match="没有公开的转换参数"):
        import_file(register, "compounds", tmp_path / "p.gpkg")


def test_complete_file_spares_what_it_holds_back(import_csv: Import, register: Register) -> None:
    header = "小区编码,区划代码,户数,服务模式"
    import_csv("divisions", "code,name", "530102,五华区")
    import_csv("ledger", header, "A,530102,1,市场化物业", "B,530102,2,无物业", "C,530102,3,无物业")
    outcome = import_csv(
        "ledger", header, "A,530102,1,市场化物业", "B,530102,两,无物业", complete="530102"
    )
    assert outcome.retracted == 2  # C's profile and its service
    kept = rows(register, "select code from compound where upper_inf(known) order by code")
    assert [row["code"] for row in kept] == ["A", "B"]
    with pytest.raises(InputError, match="无法判断"):
        import_csv("ledger", header, "A,530102,1,市场化物业", ",530102,2,无物业", complete="530102")
    with pytest.raises(NotFound, match="530199"):
        import_csv("ledger", header, "A,530102,1,市场化物业", complete="530199")


def test_complete_compounds_and_projects_leave_no_ghosts(
    import_csv: Import, register: Register, tmp_path: Path
) -> None:
    tree = gpd.GeoDataFrame({"code": ["530102"]}, geometry=[SQUARE.buffer(1)], crs=4490)
    tree.to_file(tmp_path / "d.gpkg")
    import_file(register, "divisions", tmp_path / "d.gpkg")
    import_file(register, "compounds", polygons(tmp_path / "a.gpkg", ("A", SQUARE), ("B", SQUARE)))
    done = import_file(
        register,
        "compounds",
        polygons(tmp_path / "b.gpkg", ("A", SQUARE)),
        Options(complete="530102"),
    )
    assert done.retracted == 2
    assert rows(register, "select code from compound where upper_inf(known)") == [{"code": "A"}]
    import_csv("ledger", "小区编码,区划代码,物业项目编码", "A,530102,P", "A2,530102,Q")
    import_csv("projects", "项目编码,统一社会信用代码", f"P,{USCC}", f"Q,{USCC}")
    gone = import_csv("projects", "项目编码,统一社会信用代码", f"P,{USCC}", complete="530102")
    assert gone.retracted == 1


def test_ledgers_of_several_years_come_in_any_order(
    new_register: Callable[[], Register], tmp_path: Path
) -> None:
    header = "小区编码,服务模式,服务起始日期"
    files = {
        "2022": "A,市场化物业,2022-01-01",
        "2024": "A,无物业,2024-01-01",
        "undated": "A,社区托管,",
    }
    seen = []
    for order in (
        ["2022", "2024", "undated"],
        ["undated", "2024", "2022"],
        ["2024", "undated", "2022"],
    ):
        register = new_register()
        for name in order:
            path = tmp_path / f"{name}.csv"
            path.write_text(f"{header}\n{files[name]}\n", "utf-8")
            import_file(register, "ledger", path)
        seen.append(
            rows(
                register,
                "select mode, valid::text from service_status where upper_inf(known) order by valid",
            )
        )
    assert seen[0] == seen[1] == seen[2]
    assert [tuple(row.values()) for row in seen[0]] == [
        ("社区托管", "(,2022-01-01)"),
        ("市场化物业", "[2022-01-01,2024-01-01)"),
        ("无物业", "[2024-01-01,)"),
    ]


def test_undated_row_beside_dated_ones_is_held(import_csv: Import) -> None:
    outcome = import_csv(
        "ledger", "小区编码,服务模式,服务起始日期",
        "A,市场化物业,2022-01-01", "A,无物业,", "A,市场化物业,2022-01-01", "B,无物业,",
    )  # fmt: skip
    assert outcome.verdicts == ["loaded", "quarantined", "skipped", "loaded"]


def test_divisions_without_shapes_or_dates_keep_what_is_known(
    import_csv: Import, register: Register, tmp_path: Path
) -> None:
    frame = gpd.GeoDataFrame(
        {"code": ["530112"], "起": ["2023-01-01"]}, geometry=[SQUARE], crs=4490
    )
    frame.to_file(tmp_path / "d.gpkg")
    import_file(register, "divisions", tmp_path / "d.gpkg")
    import_csv("divisions", "区划代码,名称", "530112,西山新名")
    found = rows(
        register,
        "select name, valid::text, geom is not null as drawn from division where upper_inf(known)",
    )
    assert [tuple(row.values()) for row in found] == [("西山新名", "[2023-01-01,)", True)]


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("ledger", ["小区编码,建筑面积(㎡)", "A,1e30"]),
        ("ledger", ["小区编码,备注说明", "A,a\x00b"]),
        ("ledger", ["小区编码,备注说明", "A," + "长" * 200_000]),
        ("committees", ["小区编码,类型,备案日期,任期止", "A,业主委员会,2023-01-01,9999-12-31"]),
        ("companies", ["统一社会信用代码,党建指导员,指导员止", f"{USCC},是,9999-12-31"]),
    ],
    ids=["huge_number", "nul", "huge_cell", "term_for_ever", "instructor_for_ever"],
)
def test_one_odd_cell_never_takes_the_file_down(
    import_csv: Import, kind: str, lines: list[str]
) -> None:
    assert sum(import_csv(kind, *lines).counts.values()) == 1


def test_values_that_are_not_used_are_said(import_csv: Import) -> None:
    outcome = import_csv("ledger", "小区编码,服务起始日期,服务模式", "A,2022-01-01,")
    assert [item.rule for item in outcome.findings.found] == ["loose_date"]
    outcome = import_csv(
        "companies", "统一社会信用代码,党组织形式,党组织成立日期", f"{USCC},,2022-01-01"
    )
    assert [item.rule for item in outcome.findings.found] == ["loose_date"]
    outcome = import_csv(
        "ledger", "小区编码,业委会状态,备案日期", "B,已备案,", "C,换届中,2022-01-01"
    )
    assert [item.rule for item in outcome.findings.found] == [
        "committee_not_filed",
        "committee_undated",
    ]


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_shifted_polygons_come_back_when_their_datum_is_declared(
    register: Register, tmp_path: Path, datum: str
) -> None:
    shifted = from_register(np.array([SQUARE], dtype=object), Datum.named(datum))
    path = polygons(tmp_path / "p.gpkg", ("A", shifted[0]))
    outcome = import_file(register, "compounds", path, Options(crs=datum))
    assert outcome.crs == datum
    (row,) = rows(register, "select st_asbinary(geom) as wkb from compound_shape")
    assert shapely.hausdorff_distance(shapely.from_wkb(row["wkb"]), SQUARE) < 1e-9
    assert register.changes()[0]["parameters"]["crs_applied"] == datum


def test_sheets_that_are_not_read_are_named(register: Register, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "台账"
    for line in (["小区编码", "小区名称"], ["A", "甲", "表头之外"]):
        sheet.append(line)
    for title, lines in (
        ("别的表", [["编号", "小区名称"], ["B", "乙"]]),
        ("旧表", [["小区编码", "小区名称"], ["C", "丙"]]),
    ):
        other = book.create_sheet(title)
        for line in lines:
            other.append(line)
    book["旧表"].sheet_state = "hidden"
    book.save(tmp_path / "l.xlsx")
    outcome = import_file(register, "ledger", tmp_path / "l.xlsx")
    assert outcome.verdicts == ["loaded"]
    assert outcome.ignored_sheets == ["旧表（隐藏）", "别的表（缺少必填列）"]
    assert rows(register, "select notes from compound") == [{"notes": {"列3": "表头之外"}}]
