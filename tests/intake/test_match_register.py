"""Matching inside the register: rows without codes, proposals, decisions, and their undoing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.errors import InputError, NotFound
from geo.intake.load import Options, import_file
from geo.intake.match import provisional
from geo.intake.match.proposals import propose
from geo.intake.match.queue import queue, waiting
from geo.intake.match.record import confirm_pairs, confirm_row, reject_pair, reject_row
from geo.intake.verdicts import Outcome
from geo.register.store import Register
from geo.snapshot.build import Snapshots

HEADER = "小区名称,区划代码,服务模式,服务起始日期"
DAY = dt.date(2024, 6, 1)
Import = Callable[..., Outcome]
Draw = Callable[..., Outcome]


def square(place: int, size: float = 0.002) -> shapely.Geometry:
    """A polygon in Kunming, apart from those of other places."""
    x = 102.70 + place * 0.005
    return shapely.box(x, 25.04, x + size, 25.04 + size)


@pytest.fixture
def draw(register: Register, tmp_path: Path) -> Draw:
    """Import polygons: ``draw([("P1", "明怡花园", 0)])``; a code of None leaves the column out."""

    def run(rows: list[tuple[str | None, str, int]], **words: object) -> Outcome:
        columns = {
            "name": [name for _, name, _ in rows],
            "geometry": [square(place) for *_, place in rows],
        }
        if any(code for code, *_ in rows):
            columns["code"] = [code for code, *_ in rows]
        path = tmp_path / f"polygons-{abs(hash(str(rows)))}.gpkg"
        gpd.GeoDataFrame(columns, crs="EPSG:4490").to_file(path)
        return import_file(register, "compounds", path, Options(author="test", **words))  # type: ignore[arg-type]

    return run


@pytest.fixture
def county(register: Register, tmp_path: Path) -> None:
    """A county of two streets, with outlines, that holds every `square`."""
    path = tmp_path / "divisions.gpkg"
    gpd.GeoDataFrame(
        {
            "code": ["530102", "530102001", "530102002"],
            "name": ["五华区", "华山街道", "护国街道"],
            "geometry": [
                shapely.box(102.6, 25.0, 102.9, 25.1),
                shapely.box(102.6, 25.0, 102.74, 25.1),
                shapely.box(102.74, 25.0, 102.9, 25.1),
            ],
        },
        crs="EPSG:4490",
    ).to_file(path)
    import_file(register, "divisions", path, Options(author="test"))


def only(snapshots: Snapshots) -> dict[str, dict[str, object]]:
    found = snapshots.get(DAY)
    names = ("code", "name", "mode", "land_area_dm2")
    columns = {name: found.column("compounds", name).tolist() for name in names}
    return {
        code: {name: columns[name][place] for name in names}
        for place, code in enumerate(columns["code"])
    }


def rules(outcome: Outcome) -> list[str]:
    return [item.rule for item in outcome.findings.found]


@pytest.mark.usefixtures("county")
def test_a_row_without_code_takes_the_polygon_of_its_name(
    draw: Draw, import_csv: Import, snapshots: Snapshots
) -> None:
    draw([("P1", "明怡花园", 0), ("P2", "翠湖小区", 1)])
    outcome = import_csv("ledger", HEADER, "五华区明怡花园小区,530102,市场化物业,2020-01-01")
    assert outcome.counts["loaded"] == 1
    assert [(item["row"], item["code"]) for item in outcome.as_json()["matches"]] == [(2, "P1")]
    assert only(snapshots)["P1"]["name"] == "明怡花园"  # the register's, not the row's
    assert only(snapshots)["P1"]["mode"] == 1
    assert set(only(snapshots)) == {"P1", "P2"}


@pytest.mark.usefixtures("county")
def test_the_same_file_again_is_a_no_op(draw: Draw, import_csv: Import) -> None:
    draw([("P1", "明怡花园", 0), ("P2", "翠湖小区", 1)])
    lines = (
        HEADER, "明贻花园,530102,无物业,2020-01-01", "不在图上的院子,530102001,无物业,2020-01-01",
        "翠湖小区二期,530102,无物业,2020-01-01",
    )  # fmt: skip
    first = import_csv("ledger", *lines, file="a.csv")
    assert first.counts == {
        "loaded": 1, "unchanged": 0, "warned": 1, "quarantined": 1, "skipped": 0,
    }  # fmt: skip
    again = import_csv("ledger", *lines, file="a.csv")
    assert again.change is None
    assert again.counts["unchanged"] == 2


def test_an_unmatched_row_counts_under_a_code_that_its_facts_give(
    import_csv: Import, new_register: Callable[[], Register], tmp_path: Path, snapshots: Snapshots
) -> None:
    outcome = import_csv(
        "ledger", HEADER, "不在图上的院子,530102001,无物业,2020-01-01", file="b.csv"
    )
    assert rules(outcome) == ["no_polygon_match"]
    (code,) = only(snapshots)
    assert code == provisional.of_row("530102001", "不在图上的院子")
    assert code.startswith("临时-530102-")
    other = new_register()
    import_file(other, "ledger", tmp_path / "b.csv", Options(author="test"))
    assert set(only(Snapshots(other, tmp_path / "other"))) == {code}


def test_rows_that_nobody_can_tell_apart_are_held_and_name_each_other(import_csv: Import) -> None:
    outcome = import_csv(
        "ledger", HEADER, "明怡花园,530102001,无物业,", "明怡花园小区,530102001,市场化物业,",
        "明怡花园,530102002,无物业,",
    )  # fmt: skip
    held = [item for item in outcome.findings.found if item.rule == "same_name"]
    assert [(item.row, item.message[:6]) for item in held] == [(2, "与第 3 行"), (3, "与第 2 行")]
    assert outcome.counts["quarantined"] == 2
    assert outcome.counts["warned"] == 1


def test_periods_of_one_compound_stay_together(import_csv: Import, snapshots: Snapshots) -> None:
    outcome = import_csv(
        "ledger", HEADER, "明怡花园,530102001,无物业,2020-01-01",
        "明怡花园,530102001,市场化物业,2023-01-01",
    )  # fmt: skip
    assert outcome.counts["quarantined"] == 0
    (compound,) = only(snapshots).values()
    assert compound["mode"] == 1


def test_a_row_named_as_one_with_a_code_is_held(import_csv: Import) -> None:
    outcome = import_csv(
        "ledger", f"小区编码,{HEADER}", "A1,明怡花园,530102001,无物业,",
        ",明怡花园,530102001,市场化物业,",
    )  # fmt: skip
    assert rules(outcome) == ["same_name"]
    assert outcome.verdicts == ["loaded", "quarantined"]


@pytest.mark.usefixtures("county")
def test_two_rows_never_take_one_polygon(draw: Draw, import_csv: Import) -> None:
    draw([("P1", "翠湖花园", 0)])
    outcome = import_csv("ledger", HEADER, "翠胡花园,530102,无物业,", "翠壶花园,530102,无物业,")
    assert rules(outcome) == ["match_review", "match_review"]


@pytest.mark.usefixtures("county")
def test_a_phase_on_one_side_only_is_a_question(
    draw: Draw, register: Register, import_csv: Import
) -> None:
    draw([("P1", "翠湖花园", 0)])
    outcome = import_csv("ledger", HEADER, "翠湖花园一期,530102,无物业,")
    assert outcome.verdicts == ["quarantined"]
    (item,) = waiting(register)
    assert item.candidates[0]["code"] == "P1"
    assert item.candidates[0]["score"] < 0.92


@pytest.mark.usefixtures("county")
def test_another_phase_is_no_candidate_of_a_compound_without_a_code(
    draw: Draw, register: Register, import_csv: Import
) -> None:
    first = import_csv("ledger", HEADER, "翠湖花园一期,530102,无物业,2020-01-01")
    assert first.verdicts == ["warned"]
    later = draw([(None, "翠湖花园二期", 0), (None, "翠湖花园三期", 1)])
    assert later.verdicts == ["warned", "warned"]
    assert not waiting(register)
    with register.connect() as connection:
        rows = connection.execute("select name from compound order by name").fetchall()
    assert [row["name"] for row in rows] == ["翠湖花园一期", "翠湖花园三期", "翠湖花园二期"]
    same = draw([(None, "翠湖花园（1期）", 2)])
    assert [item["name"] for item in same.as_json()["matches"]] == ["翠湖花园一期"]


@pytest.mark.usefixtures("county")
@pytest.mark.parametrize(
    ("known", "drawn"),
    [("翠湖花园一期", "翠湖花园1-3期"), ("翠湖花园1-3期", "翠湖花园二期"),
     ("翠湖花园一期", "翠湖花园"), ("翠湖花园", "翠湖花园二期")],
)  # fmt: skip
def test_phases_that_may_be_one_stay_a_question(
    draw: Draw, register: Register, import_csv: Import, known: str, drawn: str
) -> None:
    import_csv("ledger", HEADER, f"{known},530102,无物业,2020-01-01")
    assert draw([(None, drawn, 0)]).verdicts == ["quarantined"]
    (item,) = waiting(register)
    assert item.candidates[0]["name"] == known


@pytest.mark.usefixtures("county")
def test_another_phase_is_a_question_where_the_compound_has_a_code(
    draw: Draw, import_csv: Import
) -> None:
    draw([("P1", "翠湖花园一期", 0)])
    outcome = import_csv("ledger", HEADER, "翠湖花园二期,530102,无物业,2020-01-01")
    assert outcome.verdicts == ["quarantined"]


@pytest.mark.usefixtures("county")
def test_a_confirmed_row_loads_and_its_name_is_known_from_then_on(
    draw: Draw, register: Register, import_csv: Import, snapshots: Snapshots
) -> None:
    draw([("P1", "翠湖花园", 0)])
    lines = (HEADER, "翠湖花园一期,530102,无物业,2020-01-01")
    import_csv("ledger", *lines, file="c.csv")
    (item,) = waiting(register)
    found = confirm_row(register, item.row.id, "P1", author="test")
    assert found.rows == (item.row.id,)
    assert register.changes()[0]["kind"] == "match"
    assert only(snapshots)["P1"]["mode"] == 7
    assert not waiting(register)
    assert only(snapshots)["P1"]["name"] == "翠湖花园"
    assert import_csv("ledger", *lines, file="c.csv").change is None
    later = import_csv("ledger", HEADER, "翠湖花园（1期）,530102,市场化物业,2024-01-01")
    assert [item["code"] for item in later.as_json()["matches"]] == ["P1"]


@pytest.mark.usefixtures("county")
def test_a_row_that_matches_at_last_waits_no_longer(
    draw: Draw, register: Register, import_csv: Import
) -> None:
    draw([("P1", "翠湖花园", 0)])
    lines = (HEADER, "翠湖花园一期,530102,无物业,2020-01-01")
    import_csv("ledger", *lines, file="f.csv")
    assert len(waiting(register)) == 1
    draw([("P2", "翠湖花园一期", 1)])
    outcome = import_csv("ledger", *lines, file="f.csv", again=True)
    assert [item["code"] for item in outcome.as_json()["matches"]] == ["P2"]
    assert not waiting(register)


@pytest.mark.usefixtures("county")
def test_a_confirmation_can_be_undone(
    draw: Draw, register: Register, import_csv: Import, snapshots: Snapshots
) -> None:
    draw([("P1", "翠湖花园", 0)])
    before = snapshots.get(DAY).id
    import_csv("ledger", HEADER, "翠湖花园一期,530102,无物业,2020-01-01")
    (item,) = waiting(register)
    found = confirm_row(register, item.row.id, "P1", author="test")
    assert found.change is not None
    register.undo(found.change, "test")
    assert snapshots.get(DAY).id == before
    (again,) = waiting(register)
    assert again.row.cells == item.row.cells


@pytest.mark.usefixtures("county")
def test_a_row_rejected_against_all_is_a_compound_of_its_own(
    draw: Draw, register: Register, import_csv: Import, snapshots: Snapshots
) -> None:
    draw([("P1", "翠湖花园", 0)])
    lines = (HEADER, "翠湖花园一期,530102,无物业,2020-01-01")
    import_csv("ledger", *lines, file="d.csv")
    (item,) = waiting(register)
    reject_row(register, item.row.id, author="test")
    assert not waiting(register)
    own = provisional.of_row("530102", "翠湖花园一期")
    assert set(only(snapshots)) == {"P1", own}
    assert import_csv("ledger", *lines, file="d.csv").change is None


@pytest.mark.usefixtures("county")
def test_one_candidate_rejected_leaves_the_others(
    draw: Draw, register: Register, import_csv: Import
) -> None:
    draw([("P1", "翠湖花园", 0), ("P2", "翠湖花园", 1)])
    import_csv("ledger", HEADER, "翠湖花园,530102,无物业,")
    (item,) = waiting(register)
    assert {candidate["code"] for candidate in item.candidates} == {"P1", "P2"}
    reject_row(register, item.row.id, "P1", author="test")
    (item,) = waiting(register)
    assert [candidate["code"] for candidate in item.candidates] == ["P2"]
    with pytest.raises(NotFound, match="不在"):
        reject_row(register, item.row.id, "P1", author="test")


@pytest.mark.usefixtures("county")
def test_polygons_under_other_codes_join_the_ledger(
    draw: Draw, register: Register, import_csv: Import, snapshots: Snapshots
) -> None:
    import_csv("ledger", f"小区编码,{HEADER}", "L1,明怡花园,530102,无物业,2020-01-01")
    draw([("way/17", "明怡花园小区", 0), ("way/18", "翠湖小区", 1)])
    (proposal,) = propose(register)
    assert proposal.verdict == "automatic"
    assert (proposal.subject.key, proposal.candidates[0].code) == ("L1", "way/17")
    apart = snapshots.get(DAY).id
    found = confirm_pairs(register, [("L1", "way/17")], author="test")
    joined = only(snapshots)
    assert set(joined) == {"L1", "way/18"}
    assert joined["L1"]["land_area_dm2"] > 0
    assert not propose(register)
    assert draw([("way/17", "明怡花园小区", 0)]).change is None or set(only(snapshots)) == set(
        joined
    )
    assert found.change is not None
    later = [row["number"] for row in register.changes() if row["number"] > found.change]
    for number in later:
        register.undo(number, "test")
    register.undo(found.change, "test")
    assert snapshots.get(DAY).id == apart


@pytest.mark.usefixtures("county")
def test_a_provisional_compound_takes_the_polygons_code(
    draw: Draw, register: Register, import_csv: Import, snapshots: Snapshots
) -> None:
    lines = (HEADER, "明怡花园,530102,无物业,2020-01-01")
    import_csv("ledger", *lines, file="e.csv")
    draw([("P1", "明怡花园", 0)])
    (proposal,) = propose(register)
    confirm_pairs(register, [(proposal.subject.key, "P1")], author="test")
    assert set(only(snapshots)) == {"P1"}
    assert only(snapshots)["P1"]["mode"] == 7
    assert import_csv("ledger", *lines, file="e.csv").change is None


@pytest.mark.usefixtures("county")
def test_a_rejected_pair_is_never_proposed_again(
    draw: Draw, register: Register, import_csv: Import
) -> None:
    import_csv("ledger", f"小区编码,{HEADER}", "L1,明怡花园,530102,无物业,2020-01-01")
    draw([("P1", "明怡花园", 0)])
    reject_pair(register, "L1", "P1", author="test")
    assert not queue(register).proposals


@pytest.mark.usefixtures("county")
def test_pairs_that_make_no_sense_are_refused(
    draw: Draw, register: Register, import_csv: Import
) -> None:
    import_csv("ledger", f"小区编码,{HEADER}", "L1,明怡花园,530102,无物业,2020-01-01")
    draw([("P1", "明怡花园", 0), ("L1", "明怡花园", 3)])
    with pytest.raises(InputError, match="不是一有台账"):
        confirm_pairs(register, [("L1", "P1")], author="test")
    with pytest.raises(NotFound):
        confirm_pairs(register, [("没有", "P1")], author="test")
    with pytest.raises(InputError, match="两对"):
        confirm_pairs(register, [("L1", "P1"), ("L1", "P2")], author="test")


@pytest.mark.usefixtures("county")
def test_polygons_without_codes_take_compounds_without_polygon(
    draw: Draw, import_csv: Import, snapshots: Snapshots
) -> None:
    import_csv("ledger", f"小区编码,{HEADER}", "L1,明怡花园,530102,无物业,2020-01-01")
    outcome = draw([(None, "明怡花园小区", 0), (None, "新画的小区", 1)])
    assert [item["code"] for item in outcome.as_json()["matches"]] == ["L1"]
    assert rules(outcome) == ["no_polygon_match"]
    codes = set(only(snapshots))
    assert "L1" in codes
    assert any(code.startswith("临时-530102-") for code in codes - {"L1"})
    assert draw([(None, "明怡花园小区", 0), (None, "新画的小区", 1)]).change is None


@pytest.mark.usefixtures("county")
def test_a_polygon_elsewhere_does_not_move_a_drawn_compound(draw: Draw) -> None:
    draw([("P1", "明怡花园", 0)])
    outcome = draw([(None, "明怡花园", 5)])
    assert rules(outcome) == ["no_polygon_match"]


@pytest.mark.usefixtures("county")
def test_committees_follow_the_code_that_a_pair_keeps(
    draw: Draw, register: Register, import_csv: Import, snapshots: Snapshots
) -> None:
    import_csv("ledger", f"小区编码,{HEADER}", "L1,明怡花园,530102,无物业,2020-01-01")
    draw([("way/17", "明怡花园", 0)])
    confirm_pairs(register, [("L1", "way/17")], author="test")
    import_csv("committees", "小区编码,类型,备案日期", "way/17,业主委员会,2023-01-01")
    found = snapshots.get(DAY)
    codes = found.column("compounds", "code").tolist()
    assert found.column("compounds", "committee").tolist()[codes.index("L1")] == 2


@pytest.mark.parametrize("blank", ["", "/", "不详"])
@pytest.mark.parametrize("header", ["小区名称,区划代码,户数", "小区编码,小区名称,区划代码,户数"])
def test_a_row_without_code_and_place_is_held_and_the_others_load(
    import_csv: Callable[..., Outcome], header: str, blank: str
) -> None:
    code = "," if header.startswith("小区编码") else ""
    done = import_csv(
        "ledger",
        header,
        f"{code}甲小区,530102,10",
        f"{code}乙小区,{blank},20",
        f"{code}丙小区,530102,30",
    )
    assert {name: count for name, count in done.counts.items() if count} == {
        "warned": 2, "quarantined": 1
    }  # fmt: skip
    (held,) = (item for item in done.findings.found if item.severity == "quarantined")
    assert (done.findings.rows[held.position], held.rule) == (3, "required")
