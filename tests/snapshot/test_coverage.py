from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.action_plan import Definition
from geo.compare import compare
from geo.coverage import Coverage, coverage
from geo.errors import NotFound, UsageError
from geo.intake.load import Options, import_file
from geo.intake.verdicts import Outcome
from geo.register.store import Register
from geo.snapshot.build import Snapshots
from geo.terms import LEVELS, MODES

Import = Callable[..., Outcome]
YEAR_END = dt.date(2025, 12, 31)
WORKED_CHECK = (
    "小区编码,区划代码,建筑面积(㎡),服务模式,依据日期",
    "P,530102,100000,市场化物业,",
    "Q,530102,20000,社区托管,",
    "R,530102,10000,居民自管,2024-03-01",
    "S,530102,10000,无物业,",
    "T,530102,10000,未核实,",
)


def percent(found: Coverage) -> tuple[float, float, float]:
    total = found.total
    assert total.share is not None
    assert total.low is not None
    assert total.high is not None
    return tuple(round(100 * share, 2) for share in (total.share, total.low, total.high))  # type: ignore[return-value]


def test_worked_check(import_csv: Import, snapshots: Snapshots) -> None:
    import_csv("ledger", *WORKED_CHECK)
    snapshot = snapshots.get(YEAR_END)
    assert percent(coverage(snapshot, "I1", "county", Definition("A"))) == (66.67, 66.67, 73.33)
    assert percent(coverage(snapshot, "I1", "county", Definition("B")))[0] == 80.00
    assert percent(coverage(snapshot, "I1", "county", Definition("C")))[0] == 86.67
    assert percent(coverage(snapshot, "I1", "county", Definition("A", "count")))[0] == 20.00


def test_taking_over_q_adds_to_a_and_nothing_to_b(import_csv: Import, snapshots: Snapshots) -> None:
    import_csv("ledger", *WORKED_CHECK)
    before = snapshots.get(YEAR_END)
    import_csv("ledger", "小区编码,服务模式", "Q,市场化物业")
    after = snapshots.get(YEAR_END)
    gain = compare(before, after, "I1", Definition("A"))
    assert gain.change_points == pytest.approx(13.33, abs=0.01)
    assert [item.subject for item in gain.contributors] == ["Q"]
    assert compare(before, after, "I1", Definition("B")).change_points == 0


def test_evidence_after_the_date_does_not_count(import_csv: Import, snapshots: Snapshots) -> None:
    import_csv("ledger", *WORKED_CHECK)
    early = coverage(snapshots.get(dt.date(2024, 2, 29)), "I1", "county", Definition("C"))
    assert percent(early)[0] == 80.00


@pytest.mark.parametrize(
    ("covered", "met"), [("90", "yes"), ("89.999", "no"), ("90.01", "yes"), ("89.99", "no")]
)
def test_target_is_met_at_exactly_nine_tenths(
    import_csv: Import, snapshots: Snapshots, covered: str, met: str
) -> None:
    bare = f"{100 - float(covered):.3f}"
    scale = 1000
    import_csv(
        "ledger",
        "小区编码,区划代码,建筑面积(㎡),服务模式",
        f"A,530102,{float(covered) * scale:.2f},市场化物业",
        f"B,530102,{float(bare) * scale:.2f},无物业",
    )
    total = coverage(snapshots.get(YEAR_END), "I1", "county").total
    assert total.met == met
    assert (total.gap_amount == 0) == (met == "yes")
    assert total.gap_amount == {"90": 0, "89.999": 1, "90.01": 0, "89.99": 10}[covered]


def test_bounds_that_straddle_the_target_are_undetermined(
    import_csv: Import, snapshots: Snapshots
) -> None:
    import_csv(
        "ledger",
        "小区编码,建筑面积(㎡),服务模式",
        "A,85,市场化物业", "B,5,未核实", "C,10,无物业",
    )  # fmt: skip
    total = coverage(snapshots.get(YEAR_END), "I1", "province").total
    assert (total.met, total.high) == ("undetermined", 0.9)


def test_who_counts_on_a_date(import_csv: Import, snapshots: Snapshots) -> None:
    import_csv(
        "ledger",
        "小区编码,是否城镇,建成年份,交付日期,拆除日期,建筑面积(㎡),服务模式",
        "delivered_that_day,是,,2025-12-31,,1,无物业",
        "delivered_the_day_after,是,2024,2026-01-01,,1,无物业",
        "demolished_that_day,是,1990,,2025-12-31,1,无物业",
        "demolished_the_day_after,是,1990,,2026-01-01,1,无物业",
        "built_that_year,是,2025,,,1,无物业",
        "built_the_year_after,是,2026,,,1,无物业",
        "undated,,,,,1,无物业",
        "rural,否,1990,,,1,无物业",
    )
    snapshot = snapshots.get(YEAR_END)
    standing = snapshot.column("compounds", "standing")
    assert set(snapshot.column("compounds", "code")[standing].tolist()) == {
        "delivered_that_day", "demolished_the_day_after", "built_that_year", "undated", "rural",
    }  # fmt: skip
    count = Definition(basis="count")
    assert coverage(snapshot, "I1", "province", count).total.denominator == 4
    everyone = Definition(basis="count", population="all")
    assert coverage(snapshot, "I1", "province", everyone).total.denominator == 5


def test_missing_floor_area_is_imputed_flagged_and_shown(
    import_csv: Import, snapshots: Snapshots, register: Register, tmp_path: Path
) -> None:
    import geopandas as gpd
    import shapely
    from pyproj import Geod

    shape = shapely.box(102.70, 25.04, 102.702, 25.041)
    frame = gpd.GeoDataFrame({"code": ["old", "new", "unknown"]}, geometry=[shape] * 3, crs=4490)
    frame.to_file(tmp_path / "p.gpkg")
    import_file(register, "compounds", tmp_path / "p.gpkg")
    import_csv(
        "ledger",
        "小区编码,建成年份,建筑面积(㎡),服务模式",
        "old,2000,,无物业", "new,2001,,市场化物业", "unknown,,,无物业", "given,1990,5000,无物业",
        "nowhere,1990,,无物业",
    )  # fmt: skip
    snapshot = snapshots.get(YEAR_END)
    land_m2 = abs(Geod(ellps="GRS80").geometry_area_perimeter(shape)[0])
    codes = snapshot.column("compounds", "code").tolist()
    areas = dict(
        zip(codes, (snapshot.column("compounds", "floor_area_dm2") / 100).tolist(), strict=True)
    )
    for code, ratio in (("old", 1.8), ("new", 2.5), ("unknown", 2.0)):
        assert areas[code] == pytest.approx(land_m2 * ratio, rel=1e-4)
    assert areas["given"] == 5000
    total = coverage(snapshot, "I1", "province").total
    assert total.unmeasured == 1
    assert total.imputed_share == pytest.approx(1 - 5000 / (total.denominator / 100))
    assert coverage(snapshot, "I1", "province", Definition(basis="count")).total.denominator == 5


def test_committees_of_the_compound_and_of_its_area(
    import_csv: Import, snapshots: Snapshots
) -> None:
    import_csv(
        "ledger",
        "小区编码,管理区域编码,服务模式,业委会状态",
        "own,,无物业,", "shared,Z,无物业,", "expired,,无物业,", "dissolved,,无物业,",
        "interim,,无物业,", "none,,无物业,未启动", "silent,,无物业,", "unverified,,无物业,未核实",
    )  # fmt: skip
    import_csv("compounds", "小区编码,小区名称", "no_ledger_row,甲")
    import_csv(
        "committees",
        "小区编码,管理区域编码,类型,备案日期,任期止,终止日期",
        "own,,业主委员会,2023-01-01,2025-12-31,",
        ",Z,业主委员会,2025-12-31,2028-01-01,",
        "expired,,业主委员会,2020-01-01,2025-12-30,",
        "dissolved,,业主委员会,2023-01-01,2027-12-31,2025-01-01",
        "interim,,物业管理委员会,2024-01-01,,",
    )
    snapshot = snapshots.get(YEAR_END)
    states = dict(
        zip(
            snapshot.column("compounds", "code").tolist(),
            snapshot.column("compounds", "committee").tolist(),
            strict=True,
        )
    )
    assert states == {
        "own": 2, "shared": 2, "expired": 3, "dissolved": 1, "interim": 1, "none": 1, "silent": 1,
        "unverified": 0, "no_ledger_row": 0,
    }  # fmt: skip
    total = coverage(snapshot, "I2", "province").total
    assert (total.numerator, total.denominator, total.unknown) == (2, 9, 2)
    assert coverage(snapshot, "I2", "province", Definition(with_interim=True)).total.numerator == 3


USCCS = ["91350100M000100Y43", "91530102MA6K00001G", "91530103MA6K00002Q", "91530111MA6K00003X"]


def usccs(count: int) -> list[str]:
    from geo.codes import uscc_check_character

    heads = [f"9153010{2 + n % 2}MA6K{n:05d}" for n in range(count)]
    return [head + uscc_check_character(head) for head in heads]


def test_companies_with_an_active_project_at_their_registered_division(
    import_csv: Import, snapshots: Snapshots
) -> None:
    own, joint, guided, bare, unsaid, idle, away = usccs(7)
    import_csv(
        "companies",
        "统一社会信用代码,注册地区划,党员人数,党组织形式,党组织成立日期,党建指导员,指导员起",
        f"{own},530102,5,党支部,2025-12-31,,",
        f"{joint},530102,2,联合党支部,,,",
        f"{guided},530103,1,无,,是,2024-01-01",
        f"{bare},530103,3,无,,否,",
        f"{unsaid},530103,,,,,",
        f"{idle},530102,5,党支部,,,",
        f"{away},110101,5,党支部,,,",
    )
    import_csv(
        "projects",
        "项目编码,统一社会信用代码,合同起,合同止",
        *(
            f"P{n},{code},2024-01-01,2025-12-31"
            for n, code in enumerate([own, joint, guided, bare])
        ),
        f"P5,{unsaid},2020-01-01,2024-12-31",
        f"P6,{idle},2020-01-01,2025-12-30",
        f"P7,{away},2025-12-31,",
    )
    # The contract of P5 is over, but it still serves.
    import_csv("ledger", "小区编码,物业项目编码,服务模式", "A,P5,市场化物业")
    import_csv("divisions", "code,name", "53,云南省", "530102,五华区", "530103,盘龙区")
    snapshot = snapshots.get(YEAR_END)
    found = coverage(snapshot, "I3", "county")
    assert [
        (row.name, row.numerator, row.denominator, row.unknown, row.kind) for row in found.rows
    ] == [
        ("五华区", 2, 2, 0, "division"),
        ("盘龙区", 0, 3, 1, "division"),
        ("未落入下级区划", 1, 1, 0, "outside"),
    ]
    work = coverage(snapshot, "I4", "county").total
    assert (work.numerator, work.denominator, work.unknown) == (4, 6, 1)
    due = snapshot.column("companies", "due")
    assert snapshot.column("companies", "uscc")[due].tolist() == [bare]
    earlier = coverage(snapshots.get(dt.date(2025, 12, 30)), "I3", "county")
    assert (earlier.total.numerator, earlier.total.denominator) == (2, 6)


def test_project_gives_its_companys_kind_as_mode(import_csv: Import, snapshots: Snapshots) -> None:
    (code,) = usccs(1)
    import_csv("ledger", "小区编码,物业项目编码,服务模式", "A,P,", "B,Q,", "C,P,社区托管")
    import_csv("projects", "项目编码,统一社会信用代码", f"P,{code}")
    import_csv("companies", "统一社会信用代码,企业类型", f"{code},国有")
    snapshot = snapshots.get(YEAR_END)
    modes = [MODES[mode] for mode in snapshot.column("compounds", "mode")]
    assert dict(zip(snapshot.column("compounds", "code"), modes, strict=True)) == {
        "A": "国有物业", "B": "未核实", "C": "社区托管",
    }  # fmt: skip


def test_unknown_words_say_what_there_is(import_csv: Import, snapshots: Snapshots) -> None:
    import_csv("ledger", *WORKED_CHECK)
    snapshot = snapshots.get(YEAR_END)
    with pytest.raises(UsageError, match="I9"):
        coverage(snapshot, "I9", "county")
    with pytest.raises(UsageError, match="township"):
        coverage(snapshot, "I1", "township")
    with pytest.raises(UsageError, match="高于区划"):
        coverage(snapshot, "I1", "province", division=530102)
    with pytest.raises(NotFound, match="999999"):
        coverage(snapshot, "I1", "county", division=999999)


DIVISIONS = [
    "53", "5301", "5303", "530102", "530103", "530302", "530102001", "530102002", "530103001",
    "530102001001", "530102001002", "530102002001",
]  # fmt: skip


@st.composite
def registers(draw: st.DrawFn) -> tuple[list[str], list[str], list[str], list[str]]:
    """Rows of a ledger, of companies, projects and committees, in random divisions or none."""
    codes = st.sampled_from(["", *DIVISIONS, "530199", "110101"])
    count = draw(st.integers(0, 25))
    ledger = [
        ",".join(
            (
                f"C{n}",
                draw(codes),
                draw(st.sampled_from(["", "0.01", "33.33", "1000", "99999.99"])),
                draw(st.sampled_from(["", *MODES])),
                draw(st.sampled_from(["", "2025-12-31", "2026-01-01"])),
                draw(st.sampled_from(["", "是", "否"])),
                draw(st.sampled_from(["", "1999", "2026"])),
            )
        )
        for n in range(count)
    ]
    firms = usccs(draw(st.integers(0, 6)))
    companies = [
        f"{code},{draw(codes)},{draw(st.sampled_from(['', '无', '党支部', '未核实']))},"
        f"{draw(st.sampled_from(['', '是', '否']))}"
        for code in firms
    ]
    projects = [f"P{n},{code}" for n, code in enumerate(firms) if draw(st.booleans())]
    committees = [f"C{n},业主委员会,2024-01-01" for n in range(count) if draw(st.booleans())]
    return ledger, companies, projects, committees


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=registers(), band=st.sampled_from("ABC"), basis=st.sampled_from(["floor", "count"]))
def test_children_sum_to_their_parent_at_every_level(
    brief_register: Callable[[], AbstractContextManager[Register]],
    tmp_path: Path,
    rows: Any,
    band: str,
    basis: Any,
) -> None:
    ledger, companies, projects, committees = rows
    files = {
        "divisions": ["code", *DIVISIONS],
        "ledger": ["小区编码,区划代码,建筑面积(㎡),服务模式,依据日期,是否城镇,建成年份", *ledger],
        "companies": ["统一社会信用代码,注册地区划,党组织形式,党建指导员", *companies],
        "projects": ["项目编码,统一社会信用代码", *projects],
        "committees": ["小区编码,类型,备案日期", *committees],
    }
    with brief_register() as register:
        for kind, lines in files.items():
            path = tmp_path / f"{kind}.csv"
            path.write_text("\n".join(lines), "utf-8")
            import_file(register, kind, path, Options())
        snapshot = Snapshots(register, tmp_path).get(YEAR_END)
    definition = Definition(band, basis)
    for indicator in ("I1", "I2", "I3", "I4"):
        whole = coverage(snapshot, indicator, "province", definition).total
        for level in LEVELS:
            _sums_to(coverage(snapshot, indicator, level, definition), whole)
        for parent in DIVISIONS:
            levels = [
                level
                for level, width in zip(LEVELS, (2, 4, 6, 9, 12), strict=True)
                if width >= len(parent)
            ]
            own = coverage(snapshot, indicator, levels[0], definition, int(parent))
            for level in levels:
                _sums_to(coverage(snapshot, indicator, level, definition, int(parent)), own.total)


def _sums_to(found: Coverage, whole: Any) -> None:
    for name in ("numerator", "denominator", "unknown", "unmeasured"):
        assert sum(getattr(row, name) for row in found.rows) == getattr(whole, name)
        assert getattr(found.total, name) == getattr(whole, name)
    assert [row.kind for row in found.rows[:-1]].count("outside") == 0
    if whole.denominator:
        short = Fraction(whole.target) - Fraction(whole.numerator, whole.denominator)
        assert sum(row.contribution for row in found.rows) == pytest.approx(float(100 * short))


def test_compare_contributors_sum_to_the_change(import_csv: Import, snapshots: Snapshots) -> None:
    rng = np.random.default_rng(1)
    header = "小区编码,建筑面积(㎡),交付日期,服务模式,服务起始日期"
    lines = [
        f"C{n},{rng.integers(1, 10_000_000) / 100:.2f},{rng.choice(['2010-01-01', '2025-06-01'])},"
        f"{rng.choice(['市场化物业', '无物业', '未核实'])},{rng.choice(['2020-01-01', '2025-03-01'])}"
        for n in range(300)
    ]
    import_csv("ledger", header, *lines)
    for indicator in ("I1", "I2"):
        found = compare(snapshots.get(dt.date(2024, 12, 31)), snapshots.get(YEAR_END), indicator)
        assert found.change_points is not None
        assert sum(item.points for item in found.contributors) == pytest.approx(found.change_points)
        assert sum(found.by_reason.values()) == pytest.approx(found.change_points)
