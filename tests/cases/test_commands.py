"""``wuye case``, ``wuye plans`` and ``wuye neighbours`` as people call them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from geo.register.store import Register
from geo.takeover.plan import saved
from service import cli


@pytest.fixture
def wuye(
    street: Register,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Any:
    monkeypatch.setenv("WUYE_DATABASE_URL", street.conninfo)
    monkeypatch.setenv("WUYE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WUYE_AUTHOR", "clerk")
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, Any, str]:
        capfd.readouterr()
        code = cli.run([*words])
        out, err = capfd.readouterr()
        return code, json.loads(out) if "--json" in words and out else out, err

    return run


def plan_of(*taken: tuple[str, str], target: str = "0.9", **words: Any) -> dict[str, Any]:
    """A plan's JSON with just what keeping and comparing need."""
    return {
        "plan": target.replace(".", "") * 32,
        "snapshot": "5" * 64,
        "as_of": "2025-12-31",
        "definition": {"id": "A-floor-urban-1"},
        "division": "530102",
        "name": "五华区",
        "unit": "m2",
        "status": "reached",
        "share_after": 0.91,
        "suggestions": [
            {"compound": code, "project": project, "name": code, "floor_area_m2": 1000.5}
            for code, project in taken
        ],
        "parameters": {"target": target},
        **words,
    }


def test_a_case_on_the_command_line(wuye: Any, street: Register) -> None:
    assert wuye("case", "open", "--compound", "A", "--host", "P", "--date", "2025-02-01")[0] == 0
    code, _, err = wuye("case", "open", "--compound", "A", "--host", "P", "--json")
    assert code == 1
    assert json.loads(err)["error"] == "StepRefused"
    step = lambda *words: wuye("case", "step", "1", *words, "--evidence", "纪要 7", "--json")  # noqa: E731
    for state in ("街道受理", "企业意愿", "征求意见"):
        assert step(state, "--date", "2025-03-01")[1]["state"] == state
    code, _, err = step(
        "表决", "--total-area", "900", "--total-heads", "9", "--part-area", "600",
        "--part-heads", "6", "--agree-area", "300", "--agree-heads", "4",
    )  # fmt: skip
    assert code == 1
    assert "同意的面积占参与表决的 50.0 %" in json.loads(err)["message"]
    step(
        "表决", "--total-area", "900", "--total-heads", "9", "--part-area", "600",
        "--part-heads", "6", "--agree-area", "300.01", "--agree-heads", "4",
    )  # fmt: skip
    assert step("合同", "--project", "P2", "--contract-from", "2025-01-01")[0] == 1
    step(
        "合同", "--project", "P2", "--contract-from", "2025-01-01", "--contract-to", "2099-12-31"
    )  # fmt: skip
    assert step("承接查验")[0] == 1
    assert step("承接查验", "--not-published")[1]["steps"][-1]["figures"] == {
        "result_published": False
    }
    code, words, _ = step("进场")
    assert (code, words["closed"], words["next"]) == (0, True, [])
    assert words["latest_start"] == "2025-06-30"
    assert {one["author"] for one in words["steps"]} == {"clerk"}
    assert "现为“进场”" in wuye("case", "show", "1")[1]
    listed = wuye("case", "list", "--state", "进场", "--division", "530102", "--json")[1]
    assert [case["case"] for case in listed["cases"]] == [1]
    last = words["steps"][-1]["change"]
    assert wuye("import", "undo", str(last))[0] == 0
    assert wuye("case", "show", "1", "--json")[1]["state"] == "承接查验"


def test_aside_back_and_rejected(wuye: Any) -> None:
    wuye("case", "open", "--compound", "B", "--host", "P", "--date", "2025-02-01")
    assert wuye("case", "hold", "1", "--reason", "等待改造", "--json")[1]["state"] == "搁置"
    assert wuye("case", "step", "1", "街道受理", "--evidence", "x", "--json")[0] == 1
    assert wuye("case", "resume", "1", "--json")[1]["state"] == "建议"
    assert wuye("case", "reject", "1", "--reason", "居民不同意", "--json")[1]["closed"]
    for words in (["step", "1", "搁置"], ["step", "1", "入场"], ["reject", "1"], ["open"],
                  ["list", "--state", "恢复"], ["list", "--division", "x"]):  # fmt: skip
        assert wuye("case", *words, "--json")[0] in {1, 2}, words
    assert wuye("case", "show", "7", "--json")[0] == 1


def test_plans_kept_listed_and_compared(wuye: Any, street: Register, tmp_path: Path) -> None:
    first = plan_of(("A", "P"), ("B", "P"))
    second = plan_of(("A", "P2"), ("C", "P"), ("D", "P"), target="0.8", share_after=0.85)
    assert saved.save(street, first, "clerk")
    assert not saved.save(street, first, "another")
    changed = {**first, "suggestions": first["suggestions"][:1]}
    assert saved.save(street, changed, "clerk")  # a search that ended elsewhere
    assert saved.load(street, first["plan"][:6]) == changed
    saved.save(street, second, "clerk")
    listed = wuye("plan", "list", "--json")[1]["plans"]
    assert [row["takeovers"] for row in listed] == [3, 1, 2]
    assert wuye("plan", "list", "--division", "530103", "--json")[1]["plans"] == []
    path = tmp_path / "一.json"
    path.write_text(json.dumps(first), "utf-8")
    code, found, _ = wuye("plan", "compare", str(path), second["plan"][:4], "--json")
    assert code == 0
    assert [entry["compound"] for entry in found["added"]] == ["C", "D"]
    assert [entry["compound"] for entry in found["dropped"]] == ["B"]
    assert [entry["compound"] for entry in found["moved"]] == ["A"]
    assert found["kept"] == 0
    assert found["figures"]["takeovers"] == {"before": 2, "after": 3, "more": 1}
    assert found["figures"]["floor_area_m2"]["more"] == 1000.5
    assert found["figures"]["share_after"]["more"] == pytest.approx(-0.06)
    assert found["conditions"] == {"parameters.target": {"before": "0.9", "after": "0.8"}}
    assert (
        "新增 2，去掉 1，换项目 1，不变 0" in wuye("plan", "compare", str(path), second["plan"])[1]
    )
    assert wuye("case", "open", str(path), "--date", "2025-02-01", "--json")[1]["opened"] == {
        "A": 1, "B": 2,
    }  # fmt: skip
    # B's case is rejected, so its suggestion may be followed again; A's is still open.
    assert wuye("case", "reject", "2", "--reason", "业主不同意")[0] == 0
    code, words, _ = wuye("case", "open", str(path), "--json")
    assert (code, words["opened"], list(words["refused"])) == (3, {"B": 3}, ["A"])
    code, _, err = wuye("case", "open", str(path), "--json")
    assert code == 1
    assert "未结的案件 1" in json.loads(err)["message"]
    for name in ("9", "0", "missing.json"):
        assert wuye("plan", "show", name, "--json")[0] == 1
    (tmp_path / "x.json").write_text("[]", "utf-8")
    assert wuye("plan", "show", "x.json", "--json")[0] == 1


def test_figures_of_other_definitions_are_not_subtracted() -> None:
    one = plan_of(("A", "P"))
    other = plan_of(("A", "P"), definition={"id": "B-floor-urban-2"})
    found = saved.compare(one, other)
    assert found.figures["share_after"] == (0.91, 0.91, None)
    assert found.kept == 1
    assert found.conditions == {"definition.id": ("A-floor-urban-1", "B-floor-urban-2")}


def test_neighbours_on_the_command_line(wuye: Any, tmp_path: Path) -> None:
    shapes = [shapely.box(x, 25.0, x + 0.0005, 25.0005) for x in (102.7, 102.701, 102.7025)]
    frame = gpd.GeoDataFrame({"小区编码": ["A", "N", "B"]}, geometry=shapes, crs=4490)
    frame.to_file(tmp_path / "小区.gpkg")
    assert wuye("import", "compounds", "小区.gpkg")[0] == 0
    words = ["neighbours", "--as-of", "2025-12-31", "--json"]
    found = wuye(*words)[1]
    assert found["summary"]["pairs"] == 3
    assert {(row["one"], row["project"]) for row in found["projects"]} == {("A", "P"), ("B", "P")}
    assert wuye(*words, "--limit", "60")[1]["summary"]["pairs"] == 1
    own = wuye(*words, "--compound", "A")[1]
    assert [row["other"] for row in own["compounds"]] == ["N", "B"]
    assert len(list((tmp_path / "home" / "snapshots").glob("*.neighbours"))) == 2
    assert wuye(*words, "--out", "邻接.gpkg")[1]["file"] == "邻接.gpkg"
    assert len(gpd.read_file("邻接.gpkg", layer="小区与项目")) == 2
    assert "小区与在管项目 2 对" in wuye(*words[:-1])[1]
    assert wuye(*words, "--out", "邻接.pdf")[0] == 2
    assert wuye(*words, "--limit", "-1")[0] == 2
    assert wuye(*words, "--compound", "X")[0] == 1
