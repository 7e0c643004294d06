"""``--crs auto``: takes what fits, asks or stops; never shifts silently; tells what it found."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from typer.testing import CliRunner

from geo.datum.reference import Datum, from_register
from geo.errors import InputError, SupersededFile, UnsettledDatum, UsageError
from geo.intake.around import landmarks_around
from geo.intake.load import Options, import_file

GCJ02 = Datum.named("gcj02")


@pytest.fixture
def chosen(town):
    return np.random.default_rng(3).choice(len(town.compounds), 60, replace=False)


@pytest.fixture
def settled(register, town, chosen, tmp_path):
    """A register that holds the town but for the chosen compounds."""
    others = np.setdiff1d(np.arange(len(town.compounds)), chosen)
    path = write(
        tmp_path / "others.gpkg", town.compounds[others], [f"R{number}" for number in others]
    )
    assert import_file(register, "compounds", path).counts["loaded"] == len(others)
    rivers = gpd.GeoDataFrame({"类别": ["河流"]}, geometry=[town.river], crs=4490)
    rivers.to_file(tmp_path / "rivers.gpkg")
    import_file(register, "barriers", tmp_path / "rivers.gpkg")
    return register


def write(path, shapes, codes=None, crs="EPSG:4490"):
    codes = [f"N{number}" for number in range(len(shapes))] if codes is None else codes
    frame = gpd.GeoDataFrame({"小区编码": codes}, geometry=list(shapes), crs=crs)
    frame.to_file(path)
    return path


def shifted(town, chosen):
    return from_register(town.compounds[chosen], GCJ02)


def said(outcome):
    return [item.message for item in outcome.findings.notices if item.rule == "datum"]


def last_change(register):
    return register.changes()[0]


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_undeclared_and_shifted_stops_and_names_the_option(settled, town, chosen, tmp_path):
    path = write(tmp_path / "new.gpkg", shifted(town, chosen), crs=None)
    before = settled.known_change()
    with pytest.raises(
        UnsettledDatum, match=r"new.gpkg 没有声明坐标系；最可能是 gcj02.*--crs gcj02"
    ) as caught:
        import_file(settled, "compounds", path, Options(crs="auto"))
    best, *others = caught.value.choices
    assert best["crs"] == "gcj02"
    assert best["likeliest"]
    assert set(best["residual_by_kind"]) == {"compounds", "water"}
    assert best["residual"] < 0.02 < min(item["residual"] for item in others)
    assert json.loads(json.dumps(caught.value.details())) == {"choices": [best, *others]}
    assert settled.known_change() == before
    outcome = import_file(settled, "compounds", path, Options(crs="gcj02"))
    assert outcome.counts["loaded"] == len(chosen)
    assert said(outcome) == []


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_undeclared_stops_without_auto_too(settled, town, chosen, tmp_path):
    path = write(tmp_path / "new.gpkg", town.compounds[chosen], crs=None)
    with pytest.raises(InputError, match="没有声明坐标系，不能猜测.*--crs auto"):
        import_file(settled, "compounds", path)
    with pytest.raises(UnsettledDatum, match="最可能是 EPSG:4490.*--crs EPSG:4490"):
        import_file(settled, "compounds", path, Options(crs="AUTO"))


def test_declared_and_fitting_is_taken(settled, town, chosen, tmp_path):
    path = write(tmp_path / "new.gpkg", town.compounds[chosen], crs="EPSG:4326")
    outcome = import_file(settled, "compounds", path, Options(crs="auto"))
    assert outcome.crs == "EPSG:4326"
    assert said(outcome) == []
    found = last_change(settled)["parameters"]["found"]["datum"]
    assert (found["declared"], found["asked"], found["detected"]) == (
        "EPSG:4326",
        "auto",
        "EPSG:4326",
    )
    assert found["applied"] == "EPSG:4326"
    assert found["candidates"][0]["crs"] == "EPSG:4326"
    assert outcome.as_json()["datum"] == found


def test_declared_and_contradicted_stops_under_auto_and_warns_without(
    settled, town, chosen, tmp_path
):
    path = write(tmp_path / "webmap.gpkg", shifted(town, chosen), crs="EPSG:4326")
    with pytest.raises(
        UnsettledDatum, match="声明的坐标系 EPSG:4326 与登记库不吻合；最可能是 gcj02"
    ):
        import_file(settled, "compounds", path, Options(crs="auto"))
    outcome = import_file(settled, "compounds", path)
    assert outcome.counts["loaded"] + outcome.counts["warned"] == len(chosen)
    (notice,) = said(outcome)
    assert "更像 gcj02" in notice
    assert outcome.as_json()["datum"]["applied"] == "EPSG:4326"
    assert outcome.as_json()["datum"]["detected"] == "gcj02"


def test_declared_without_anything_to_compare_is_taken(register, town, chosen, tmp_path):
    path = write(tmp_path / "first.gpkg", town.compounds[chosen])
    outcome = import_file(register, "compounds", path, Options(crs="auto"))
    assert outcome.counts["loaded"] == len(chosen)
    datum = outcome.as_json()["datum"]
    assert datum["detected"] is None
    assert "没有可比较" in datum["undecided_because"]


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_nothing_declared_and_nothing_to_compare_names_the_choices(
    register, town, chosen, tmp_path
):
    path = write(tmp_path / "first.gpkg", town.compounds[chosen], crs=None)
    with pytest.raises(UnsettledDatum, match="也无法由登记库判断") as caught:
        import_file(register, "compounds", path, Options(crs="auto"))
    assert [item["crs"] for item in caught.value.choices] == ["EPSG:4490", "gcj02", "bd09"]
    assert not any(item["likeliest"] for item in caught.value.choices)


@pytest.mark.parametrize("crs", [None, "auto", "EPSG:4326"])
def test_importing_twice_is_a_no_op(settled, town, chosen, crs, tmp_path):
    # The second time the file's own compounds are in the register, so what is detected differs.
    path = write(tmp_path / "new.gpkg", town.compounds[chosen])
    first = import_file(settled, "compounds", path, Options(crs=crs))
    change = settled.known_change()
    second = import_file(settled, "compounds", path, Options(crs=crs))
    assert first.counts["loaded"] == second.counts["unchanged"] == len(chosen)
    assert second.change is None
    assert settled.known_change() == change


def test_an_older_file_is_still_known_when_other_residuals_are_found(
    settled, town, chosen, tmp_path
):
    path = write(tmp_path / "old.gpkg", town.compounds[chosen])
    first = import_file(settled, "compounds", path)
    newer = write(tmp_path / "new.gpkg", np.flip(town.compounds[chosen]))
    import_file(settled, "compounds", newer)
    recorded = last_change(settled)["parameters"]["found"]
    assert recorded != first.as_json()["datum"]
    with pytest.raises(SupersededFile, match="old.gpkg"):
        import_file(settled, "compounds", path)


def test_a_wrong_first_import_does_not_vouch_for_the_second(register, town, chosen, tmp_path):
    path = write(tmp_path / "webmap.gpkg", shifted(town, chosen))
    import_file(register, "compounds", path)
    again = import_file(register, "compounds", path, Options(crs="gcj02"))
    assert again.counts["loaded"] + again.counts["warned"] == len(chosen)
    assert {item.rule for item in again.findings.found} == {"left_its_place"}
    assert said(again) == []
    assert again.as_json()["datum"]["detected"] is None


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_zone_without_prefix_is_told_by_codes(register, town, chosen, tmp_path):
    counties = gpd.GeoDataFrame(
        {"区划代码": town.county_codes, "区划名称": ["甲区", "乙区"]},
        geometry=list(town.counties),
        crs=4490,
    )
    counties.to_file(tmp_path / "counties.gpkg")
    import_file(register, "divisions", tmp_path / "counties.gpkg")
    frame = gpd.GeoDataFrame(
        {"小区编码": [f"N{number}" for number in chosen], "区划代码": town.county_of(chosen)},
        geometry=list(from_register(town.compounds[chosen], Datum.named("EPSG:4543"))),
    )
    frame.to_file(tmp_path / "survey.gpkg")
    with pytest.raises(UnsettledDatum, match="最可能是 EPSG:4543"):
        import_file(register, "compounds", tmp_path / "survey.gpkg", Options(crs="auto"))


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_swapped_axes_are_read_when_asked_for(settled, town, chosen, tmp_path):
    swapped = from_register(town.compounds[chosen], Datum.named("EPSG:4490/yx"))
    path = write(tmp_path / "swapped.gpkg", swapped, crs=None)
    with pytest.raises(UnsettledDatum, match="--crs EPSG:4490/yx"):
        import_file(settled, "compounds", path, Options(crs="auto"))
    outcome = import_file(settled, "compounds", path, Options(crs="EPSG:4490/yx"))
    assert outcome.counts["loaded"] == len(chosen)


def test_landmarks_come_from_the_register_of_every_kind(settled, town, chosen, tmp_path):
    place = shapely.centroid(town.river)
    counties = gpd.GeoDataFrame(
        {"区划代码": ["530102000", "530103", "530421"], "区划名称": ["甲区", "乙区", "远县"]},
        geometry=[*town.counties, shapely.box(101, 23.5, 101.4, 24)],
        crs=4490,
    )
    counties.to_file(tmp_path / "counties.gpkg")
    import_file(settled, "divisions", tmp_path / "counties.gpkg")
    areas = gpd.GeoDataFrame({"管理区域编码": ["A1"]}, geometry=[place.buffer(0.004)], crs=4490)
    areas.to_file(tmp_path / "areas.gpkg")
    import_file(settled, "areas", tmp_path / "areas.gpkg")
    lines = [place.buffer(0.002).boundary, place.buffer(0.003).boundary]
    roads = gpd.GeoDataFrame({"类别": ["主干道", "通道"]}, geometry=lines, crs=4490)
    roads.to_file(tmp_path / "roads.gpkg")
    import_file(settled, "barriers", tmp_path / "roads.gpkg")

    shapes = town.compounds[chosen]
    found = landmarks_around(settled, shapes, [GCJ02], [None, "530421001"])
    assert len(found.compounds) == len(town.compounds) - len(chosen)
    assert found.compound_codes == tuple(sorted(found.compound_codes))
    assert (len(found.areas), len(found.water), len(found.lines)) == (1, 1, 1)
    assert found.outline_codes == ("530102", "530103", "530421")
    assert len(landmarks_around(settled, shapes, [Datum.named("EPSG:4543")], [])) == 0


def test_other_kinds_are_taken_as_declared(register, town, tmp_path):
    frame = gpd.GeoDataFrame({"类别": ["河流"]}, geometry=[town.river], crs=4490)
    frame.to_file(tmp_path / "rivers.gpkg")
    outcome = import_file(register, "barriers", tmp_path / "rivers.gpkg", Options(crs="auto"))
    assert outcome.as_json()["datum"]["compared"] == 0
    with pytest.raises(UsageError, match="automatic"):
        import_file(register, "barriers", tmp_path / "rivers.gpkg", Options(crs="automatic"))


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
class TestCommandLine:
    @pytest.fixture
    def path(self, town, chosen, tmp_path):
        return write(tmp_path / "new.gpkg", shifted(town, chosen), crs=None)

    @pytest.fixture(autouse=True)
    def workspace(self, settled, monkeypatch):
        from service.commands import imports

        monkeypatch.setattr(imports.Workspace, "register", settled)

    def test_a_person_is_asked(self, settled, chosen, path, monkeypatch):
        from service import asking
        from service.commands import imports

        monkeypatch.setattr(imports, "can_ask", lambda: True)
        result = CliRunner().invoke(
            imports.app, ["compounds", str(path), "--crs", "auto"], input="1\n"
        )
        assert result.exit_code == 0, result.output
        assert asking.can_ask() is False
        assert last_change(settled)["parameters"]["crs_applied"] == "gcj02"

    @pytest.mark.parametrize("answer", ["\n", "", "0\n", "4\n", "gcj02\n"])
    def test_no_answer_is_no_import(self, settled, path, answer, monkeypatch):
        from service.commands import imports

        monkeypatch.setattr(imports, "can_ask", lambda: True)
        before = settled.known_change()
        result = CliRunner().invoke(
            imports.app, ["compounds", str(path), "--crs", "auto"], input=answer
        )
        assert isinstance(result.exception, UnsettledDatum)
        assert settled.known_change() == before

    def test_a_program_gets_the_choices(self, path, capsys):
        from service.cli import run

        assert run(["import", "compounds", str(path), "--crs", "auto", "--json"]) == 1
        words = json.loads(capsys.readouterr().err)
        assert words["error"] == "UnsettledDatum"
        assert words["choices"][0]["crs"] == "gcj02"
        assert "--crs gcj02" in words["remedy"]


def test_a_web_caller_gets_the_choices():
    from fastapi import FastAPI
    from starlette.testclient import TestClient

    from service.errors import add_error_handlers

    app = FastAPI()
    add_error_handlers(app)

    @app.get("/import")
    def stop() -> None:
        raise UnsettledDatum("请选择坐标系。", "用 crs 指定。", ({"crs": "gcj02"},))

    answer = TestClient(app).get("/import")
    assert answer.status_code == 422
    assert answer.json()["choices"] == [{"crs": "gcj02"}]
