"""Files and forms that mean harm, or nothing: refused in words, and nothing is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from geo.register.store import Register
from service.app import create_app
from service.jobs.uploads import safe_name
from service.jobs.work import Place
from service.settings import Settings


def facts(register: Register) -> list[object]:
    with register.connect() as connection:
        return [
            connection.execute(f"select count(*) as n from {table}").fetchone()
            for table in ("change", "compound", "service_status", "held_row")
        ]


HOSTILE = {
    "not_a_workbook.xlsx": b"MZ\x90\x00" + bytes(500),
    "bomb.xlsx": b"PK\x03\x04" + b"\xff" * 100,
    "empty.csv": b"",
    "nothing.pdf": b"%PDF-1.4",
    "no_table.csv": "随便写点什么".encode(),
    "nul.csv": b"\x00" * 2000,
    "cut_off.gpkg": b"SQLite format 3\x00" + bytes(200),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_fails_with_words(
    name: str, send: Callable[..., dict[str, Any]], register: Register
) -> None:
    before = facts(register)
    sent = send(name, HOSTILE[name], kind="compounds" if name.endswith("gpkg") else "ledger")
    assert sent["state"] == "failed"
    assert sent["problem"]["status"] == 422, sent["problem"]
    assert "Traceback" not in json.dumps(sent)
    assert facts(register) == before


@pytest.mark.parametrize(
    "name",
    ["../../../etc/passwd", "..\\..\\boot.ini", "a\0b.csv", "C:\\x\\台账.xlsx", ".", "", "x" * 999,
     ".htaccess", "a/../b.CSV", "\u202egpj.exe.csv", "con:stream.csv", "名" * 200 + ".xlsx"],
)  # fmt: skip
def test_names_can_do_no_harm(name: str, tmp_path: Path) -> None:
    safe = safe_name(name)
    assert (tmp_path / safe).resolve().parent == tmp_path.resolve()
    assert 0 < len(safe.encode()) <= 130
    assert not safe.startswith(".")
    assert safe_name(safe) == safe
    (tmp_path / safe).write_bytes(b"")


def test_a_file_larger_than_the_settings_allow_is_not_kept(
    register: Register, place: Place
) -> None:
    settings = Settings(
        home=place.home, database_url=SecretStr(register.conninfo), upload_bytes=100_000
    )
    with TestClient(create_app(settings), "http://127.0.0.1") as api:
        answer = api.post("/api/v1/imports", files={"file": ("a.csv", bytes(200_000))})
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert list((place.home / "imports").iterdir()) == []


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, 400),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data; boundary=b"}}, 400),
        ({"json": {}}, 400),
        ({"files": {"other": ("a.csv", b"x")}}, 400),
        ({"files": {"file": ("a.csv", b"x")}, "data": {"kind": "nothing"}}, 400),
        ({"files": {"file": ("a.csv", b"x")}, "data": {"options": "{"}}, 400),
        ({"files": {"file": ("a.csv", b"x")}, "data": {"options": "[1]"}}, 400),
        ({"files": {"file": ("a.csv", b"x")}, "data": {"options": '{"crs": "\\u0000"}'}}, 400),
        ({"files": {"file": ("a.csv", b"x")}, "data": {"surprise": "1"}}, 400),
    ],
)
def test_a_form_that_makes_no_sense_is_a_problem(
    api: TestClient, place: Place, words: dict[str, Any], status: int
) -> None:
    answer = api.post("/api/v1/imports", **words)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    folder = place.home / "imports"
    assert not folder.exists() or list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Disposition: form-data; name=file; filename=" + b"a" * 5_000_000,
        b"X-" + b"a" * 5_000_000 + b": 1",
        b"\r\n".join(b"X-%d: 1" % k for k in range(100_000)),
    ],
    ids=["a_long_value", "a_long_name", "many"],
)
def test_headers_of_a_part_have_an_end(api: TestClient, place: Place, headers: bytes) -> None:
    body = b"--b\r\n" + headers + b"\r\n\r\nx\r\n--b--\r\n"
    kind = {"content-type": "multipart/form-data; boundary=b"}
    answer = api.post("/api/v1/imports", content=body, headers=kind)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert list((place.home / "imports").iterdir()) == []
