"""A file sent, tried out, looked at, imported; rows held back, names that wait, changes undone."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest
from fastapi.testclient import TestClient
from shapely import box
from shapely.geometry import shape

from geo.register.store import Register
from service.jobs import record, uploads
from service.jobs.record import Job
from service.jobs.work import Place, open_connection

LEDGER = (
    "小区编码,小区名称,区划代码,建成年份,服务模式,业主电话\n"
    "A,甲苑,530102,1995,无物业,13800138000\n"
    "B,乙苑,530102,一九,市场化物业,13900139000\n"
    "C,丙苑,530102,2010,国有物业,13700137000\n"
)


def confirm(api: TestClient, do: Callable[[str], Job], sent: dict[str, Any]) -> dict[str, Any]:
    answer = api.post(f"/api/v1/imports/{sent['id']}/confirm")
    assert answer.status_code == 202, answer.text
    do(answer.json()["job"])
    found: dict[str, Any] = api.get(f"/api/v1/imports/{sent['id']}").json()
    return found


def facts(register: Register) -> list[object]:
    with register.connect() as connection:
        return [
            connection.execute(f"select count(*) as n from {table}").fetchone()
            for table in ("change", "compound", "service_status", "held_row")
        ]


def test_from_upload_to_change_and_back(
    api: TestClient, send: Callable[..., dict[str, Any]], do: Callable[[str], Job],
    register: Register,
) -> None:  # fmt: skip
    before = facts(register)
    sent = send("../小区 台账.csv", LEDGER)
    assert (sent["state"], sent["kind"], sent["file"]) == ("checked", "ledger", "小区 台账.csv")
    assert facts(register) == before  # nothing of the dry run stayed
    summary = sent["summary"]
    assert summary["verdicts"] == {
        "loaded": 2, "unchanged": 0, "warned": 0, "quarantined": 1, "skipped": 0,
    }  # fmt: skip
    assert summary["personal_columns_dropped"] == ["业主电话"]
    columns = {item["header"]: item for item in summary["columns"]}
    assert columns["建成年份"]["column"] == "built_year"
    assert (columns["业主电话"]["kept_as"], columns["业主电话"]["samples"]) == ("personal", [])
    assert "13800138000" not in json.dumps(sent)
    rows = api.get(f"/api/v1/imports/{sent['id']}/rows", params={"limit": 2}).json()
    assert ([row["code"] for row in rows["items"]], rows["total"]) == (["A", "B"], 3)
    more = api.get(
        f"/api/v1/imports/{sent['id']}/rows", params={"limit": 2, "cursor": rows["next"]}
    ).json()
    assert ([row["code"] for row in more["items"]], more["next"]) == (["C"], None)
    held = api.get(f"/api/v1/imports/{sent['id']}/rows", params={"verdict": "quarantined"}).json()
    (row,) = held["items"]
    assert (row["code"], row["row"], row["findings"][0]["column"]) == ("B", 3, "建成年份")
    rule = row["findings"][0]["rule"]
    assert [item["rule"] for item in summary["rules"]] == [rule]
    same = api.get(f"/api/v1/imports/{sent['id']}/rows", params={"rule": rule}).json()
    assert same["items"] == held["items"]

    done = confirm(api, do, sent)
    assert (done["state"], done["change"]) == ("done", 1)
    assert done["summary"]["change"] == 1
    changes = api.get("/api/v1/changes").json()["items"]
    assert [(item["number"], item["author"], item["file"]) for item in changes] == [
        (1, "tester", "小区 台账.csv")
    ]
    assert api.post(f"/api/v1/imports/{sent['id']}/confirm").status_code == 409
    assert api.patch(f"/api/v1/imports/{sent['id']}", json={"again": True}).status_code == 409

    (waits,) = api.get("/api/v1/held").json()["items"]
    assert waits["subject"] == "B"
    refused = api.post(
        "/api/v1/held/release", json={"corrections": {str(waits["id"]): {"建成年份": "十九"}}}
    ).json()
    assert (refused["refused"], refused["change"]) == (True, None)
    released = api.post(
        "/api/v1/held/release", json={"corrections": {str(waits["id"]): {"建成年份": "1999"}}}
    ).json()
    assert (released["refused"], released["change"]) == (False, 2)
    assert api.get("/api/v1/held").json()["total"] == 0

    assert api.post("/api/v1/changes/1/undo").status_code == 422  # 2 builds on it
    assert api.post("/api/v1/changes/2/undo").json() == {"change": 3}
    assert api.post("/api/v1/changes/1/undo").json() == {"change": 4}
    listed = api.get("/api/v1/changes").json()["items"]
    assert [(item["number"], item["undone_by"]) for item in listed] == [
        (4, None), (3, None), (2, 3), (1, 4),
    ]  # fmt: skip
    assert api.post("/api/v1/changes/77/undo").status_code == 404


def test_samples_of_a_column_tell_of_nobody(
    api: TestClient, send: Callable[..., dict[str, Any]]
) -> None:
    lines = [f"S{at},苑{at},530102,1995,说明{at}" for at in range(20)]
    lines[0] = "S0,甲苑,530102,13811112222,联系13888888888"
    lines[1] = "S1,乙苑,530102,1996,业主：张三丰"
    sent = send("台账.csv", "小区编码,小区名称,区划代码,建成年份,备注\n" + "\n".join(lines))
    columns = {item["header"]: item["samples"] for item in sent["summary"]["columns"]}
    assert columns["备注"] == ["说明2", "说明3", "说明4"]
    assert columns["建成年份"] == ["1996", "1995"]
    assert not re.search("1381111|1388888|张三", json.dumps(sent, ensure_ascii=False))


def test_reports_as_files(api: TestClient, send: Callable[..., dict[str, Any]]) -> None:
    sent = send("台账.csv", LEDGER)
    path = f"/api/v1/imports/{sent['id']}"
    book = openpyxl.load_workbook(io.BytesIO(api.get(f"{path}/report.xlsx").content))
    assert "逐条" in book.sheetnames
    assert sent["annotatable"] is True
    copy = api.get(f"{path}/annotated.xlsx")
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(copy.content)).namelist()
    page = api.get(f"{path}/report.html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'sha256-" in policy
    scripts = re.findall("<script>(.*?)</script>", page.text, re.DOTALL)
    assert len(scripts) == 2
    for code in scripts:
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]


def square(x: float, code: str) -> tuple[str, Any]:
    return code, box(x, 25, x + 0.001, 25.001)


def polygons(path: Path, *squares: tuple[str, Any]) -> bytes:
    frame = gpd.GeoDataFrame(
        {"code": [code for code, _ in squares]}, geometry=[one for _, one in squares], crs=4490
    )
    frame.to_file(path)
    return path.read_bytes()


def test_rows_on_a_map_with_what_is_left_out(
    api: TestClient, send: Callable[..., dict[str, Any]], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    squares = [square(102.7 + k / 100, f"C{k}") for k in range(6)]
    content = polygons(tmp_path / "p.gpkg", *squares, square(102.9, "C1"))  # C1 comes twice
    monkeypatch.setattr("service.jobs.found.MOST_DRAWN", 4)
    sent = send("小区.gpkg", content, kind="compounds")
    assert sent["state"] == "checked", sent
    drawn = api.get(f"/api/v1/imports/{sent['id']}/map").json()
    held = sent["summary"]["verdicts"]["quarantined"]
    assert held > 0
    verdicts = [item["properties"]["verdict"] for item in drawn["features"]]
    assert (len(verdicts), verdicts[:held]) == (4, ["quarantined"] * held)
    assert sum(drawn["left_out"].values()) + drawn["drawn"] + drawn["without_place"] == 7
    first = drawn["features"][-1]
    told = dict(squares)[first["properties"]["code"]]
    assert shape(first["geometry"]).symmetric_difference(told).area < 1e-9
    assert sent["annotatable"] is False
    assert api.get(f"/api/v1/imports/{sent['id']}/annotated.xlsx").status_code == 404


def test_a_datum_is_asked_for_and_answered(
    api: TestClient, send: Callable[..., dict[str, Any]], do: Callable[[str], Job], tmp_path: Path
) -> None:
    polygons(tmp_path / "p.shp", square(102.7, "A"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in tmp_path.glob("p.*"):
            if part.suffix != ".prj":
                archive.write(part, part.name)
    sent = send("小区.zip", packed.getvalue(), kind="compounds")
    assert sent["state"] == "asking"
    assert sent["question"]["about"] == "datum"
    crs = [item["crs"] for item in sent["question"]["choices"]]
    assert len(crs) > 1
    assert api.post(f"/api/v1/imports/{sent['id']}/confirm").status_code == 409
    wgs = next(name for name in crs if "4490" in name or "CGCS2000" in name)
    answer = api.patch(f"/api/v1/imports/{sent['id']}", json={"crs": wgs})
    assert answer.status_code == 202
    do(answer.json()["job"])
    found = api.get(f"/api/v1/imports/{sent['id']}").json()
    assert (found["state"], found["question"]) == ("checked", None)
    assert found["summary"]["datum"]["applied"] == wgs


def test_a_kind_is_asked_for_where_it_can_not_be_told(
    api: TestClient, send: Callable[..., dict[str, Any]], do: Callable[[str], Job], tmp_path: Path
) -> None:
    sent = send("a.gpkg", polygons(tmp_path / "a.gpkg", square(102.7, "A")))
    assert (sent["state"], sent["question"]["about"]) == ("asking", "kind")
    kinds = [item["kind"] for item in sent["question"]["choices"]]
    assert {"compounds", "areas"} <= set(kinds)
    answer = api.patch(f"/api/v1/imports/{sent['id']}", json={"kind": "compounds"})
    do(answer.json()["job"])
    assert api.get(f"/api/v1/imports/{sent['id']}").json()["state"] == "checked"


def test_a_mapping_is_set_right(
    api: TestClient, send: Callable[..., dict[str, Any]], do: Callable[[str], Job]
) -> None:
    sent = send("t.csv", "小区编码,奇怪的列,服务模式\nA,1995,自己管\n", kind="ledger")
    assert sent["summary"]["verdicts"]["quarantined"] == 1
    mapping = {
        "columns": {"奇怪的列": "built_year"},
        "terms": {"service_mode": {"自己管": "居民自管"}},
        "constants": {"division": "530102"},
    }
    answer = api.patch(f"/api/v1/imports/{sent['id']}", json={"mapping": mapping})
    do(answer.json()["job"])
    found = api.get(f"/api/v1/imports/{sent['id']}").json()
    assert found["summary"]["verdicts"]["quarantined"] == 0
    columns = {item["header"]: item["column"] for item in found["summary"]["columns"]}
    assert columns["奇怪的列"] == "built_year"
    wrong = api.patch(f"/api/v1/imports/{sent['id']}", json={"mapping": {"columns": {"x": "y"}}})
    job = do(wrong.json()["job"])
    assert job.state == "failed"
    failed = api.get(f"/api/v1/imports/{sent['id']}").json()
    assert failed["state"] == "failed"
    assert "没有列 y" in failed["problem"]["title"]


def test_what_is_forgotten_is_gone_and_what_was_imported_stays(
    api: TestClient, send: Callable[..., dict[str, Any]], do: Callable[[str], Job], place: Place
) -> None:
    sent = send("台账.csv", LEDGER)
    confirm(api, do, sent)
    assert api.delete(f"/api/v1/imports/{sent['id']}").status_code == 204
    assert api.get(f"/api/v1/imports/{sent['id']}").status_code == 404
    assert not (place.home / "imports" / sent["id"]).exists()
    assert api.get("/api/v1/changes").json()["total"] == 1


def test_uploads_expire(
    api: TestClient, send: Callable[..., dict[str, Any]], place: Place, register: Register
) -> None:
    sent, kept = send("a.csv", LEDGER), send("b.csv", LEDGER)
    with open_connection(register.conninfo) as connection:
        connection.execute(
            "update upload set expires_at = now() - interval '1 s' where id = %s", [sent["id"]]
        )
    uploads.forget_expired(place)
    listed = api.get("/api/v1/imports").json()
    assert [item["id"] for item in listed["items"]] == [kept["id"]]
    assert [path.name for path in (place.home / "imports").iterdir()] == [kept["id"]]


def test_the_same_file_again_is_no_change_and_an_old_one_asks(
    api: TestClient, send: Callable[..., dict[str, Any]], do: Callable[[str], Job]
) -> None:
    old = "小区编码,户数\nA,100\n"
    confirm(api, do, send("old.csv", old, kind="ledger"))
    again = confirm(api, do, send("old.csv", old, kind="ledger"))
    assert (again["state"], again["change"]) == ("done", None)
    confirm(api, do, send("new.csv", "小区编码,户数\nA,200\n", kind="ledger"))
    sent = send("old.csv", old, kind="ledger")
    assert (sent["state"], sent["question"]["about"]) == ("asking", "again")
    answer = api.patch(f"/api/v1/imports/{sent['id']}", json={"again": True})
    do(answer.json()["job"])
    assert confirm(api, do, sent)["change"] == 3


def test_the_register_changing_meanwhile_is_shown(
    api: TestClient, send: Callable[..., dict[str, Any]], do: Callable[[str], Job],
    import_csv: Callable[..., Any],
) -> None:  # fmt: skip
    sent = send("台账.csv", LEDGER)
    assert sent["register_changed"] is False
    import_csv("ledger", "小区编码,户数", "Z,1")
    assert api.get(f"/api/v1/imports/{sent['id']}").json()["register_changed"] is True
    done = confirm(api, do, sent)
    assert (done["change"], done["known_change"]) == (2, 0)


def test_a_cancelled_import_writes_nothing_and_can_be_confirmed_again(
    api: TestClient, send: Callable[..., dict[str, Any]], do: Callable[[str], Job],
    register: Register,
) -> None:  # fmt: skip
    sent = send("台账.csv", LEDGER)
    before = facts(register)
    job = api.post(f"/api/v1/imports/{sent['id']}/confirm").json()["job"]
    assert api.post(f"/api/v1/imports/{sent['id']}/confirm").status_code == 409
    assert api.delete(f"/api/v1/imports/{sent['id']}").status_code == 409
    with open_connection(register.conninfo) as connection:
        record.begin(connection, job)
    assert api.post(f"/api/v1/jobs/{job}/cancel").json()["cancelling"] is True
    assert do(job).state == "cancelled"
    assert facts(register) == before
    assert api.get(f"/api/v1/imports/{sent['id']}").json()["state"] == "checked"
    assert confirm(api, do, sent)["change"] == 1


def test_an_import_taken_up_after_its_commit_is_not_done_again(
    api: TestClient, send: Callable[..., dict[str, Any]], do: Callable[[str], Job],
    register: Register,
) -> None:  # fmt: skip
    sent = send("台账.csv", LEDGER)
    job = api.post(f"/api/v1/imports/{sent['id']}/confirm").json()["job"]
    do(job)
    after = facts(register)
    with open_connection(register.conninfo) as connection:
        # As a worker leaves it that dies between the commit and the end of the job.
        connection.execute("update job set state = 'running', ended_at = null where id = %s", [job])
        connection.execute("update upload set state = 'importing', change = null")
    again = do(job)
    assert (again.state, again.result) == (
        "done", {"import": sent["id"], "change": 1, "resumed": True},
    )  # fmt: skip
    assert facts(register) == after
    found = api.get(f"/api/v1/imports/{sent['id']}").json()
    assert (found["state"], found["change"]) == ("done", 1)


def test_held_rows_as_a_workbook_and_put_away(
    api: TestClient, send: Callable[..., dict[str, Any]], do: Callable[[str], Job]
) -> None:
    confirm(api, do, send("台账.csv", LEDGER))
    book = openpyxl.load_workbook(io.BytesIO(api.get("/api/v1/held.xlsx").content))
    assert book.sheetnames[0] == "小区台账"
    (row,) = api.get("/api/v1/held", params={"kind": "ledger", "division": "53"}).json()["items"]
    assert api.get("/api/v1/held", params={"kind": "areas"}).json()["total"] == 0
    assert (
        api.post("/api/v1/held/dismiss", json={"ids": [row["id"]], "reason": " "}).status_code
        == 400
    )
    done = api.post("/api/v1/held/dismiss", json={"ids": [row["id"]], "reason": "已拆除"})
    assert done.json() == {"change": 2}
    gone = api.post("/api/v1/held/dismiss", json={"ids": [row["id"]], "reason": "已拆除"})
    assert gone.status_code == 422
    assert (
        api.post("/api/v1/held/dismiss", json={"ids": [10**30], "reason": "x"}).status_code == 422
    )


def test_names_wait_with_both_sides_and_are_decided(
    api: TestClient, register: Register, import_csv: Callable[..., Any], tmp_path: Path
) -> None:
    from geo.intake.load import import_file

    import_csv("divisions", "code,name", "53,云南省", "5301,昆明市", "530102,五华区")
    frame = gpd.GeoDataFrame(
        {"code": ["W1", "W2"], "name": ["翠湖花园", "莲花池小区"], "区划代码": ["530102"] * 2},
        geometry=[box(102.7, 25, 102.701, 25.001), box(102.71, 25, 102.711, 25.001)], crs=4490,
    )  # fmt: skip
    frame.to_file(tmp_path / "w.gpkg")
    import_file(register, "compounds", tmp_path / "w.gpkg")
    import_csv(
        "ledger", "小区编码,小区名称,区划代码,服务模式", "L1,翠湖花园小区,530102,无物业",
        "L2,莲花池,530102,国有物业",
    )  # fmt: skip
    listed = api.get("/api/v1/matches", params={"kind": "pair"}).json()
    pairs = {item["side"]["code"]: item for item in listed["items"]}
    assert set(pairs) == {"L1", "L2"}
    best = pairs["L1"]["candidates"][0]
    assert (best["code"], best["shape"]["type"]) == ("W1", "MultiPolygon")
    assert 102.7 <= best["point"][0] <= 102.701
    assert best["reasons"]
    assert api.get("/api/v1/matches", params={"kind": "row"}).json()["total"] == 0
    none = api.post("/api/v1/matches/pair-L1/confirm", json={})
    assert none.status_code == 400
    done = api.post("/api/v1/matches/pair-L1/confirm", json={"code": "W1"}).json()
    assert (done["change"], done["codes"]) == (4, ["L1"])
    assert api.post("/api/v1/matches/pair-L2/reject", json={"code": "W2"}).status_code == 200
    assert api.get("/api/v1/matches").json()["total"] == 0
    for name in ("row-999", "row-x", "pair-", "nothing", "pair-%00", "row-" + "9" * 40):
        assert api.post(f"/api/v1/matches/{name}/confirm", json={"code": "W1"}).status_code == 404
