"""The workbook of held rows, as whoever works in the browser takes it out and brings it back."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
from fastapi.testclient import TestClient
from testkit.workbooks import corrected

from geo.intake.verdicts import Outcome
from geo.register.store import Register
from service.jobs.work import Place
from service.remedies import COMMAND

HEAD = "小区编码,小区名称,区划代码,建成年份,服务模式"
BOOK = "/api/v1/held.xlsx"


def with_years(api: TestClient, **years: str) -> bytes:
    """The workbook with years of rows altered, as ``B="1998"``: of compound B."""
    return corrected(api.get(BOOK).content, "小区编码", "建成年份", years)


def back(api: TestClient, content: bytes, **fields: str) -> Any:
    return api.post(BOOK, files={"file": ("改好.xlsx", content)}, data=fields)


def hold(import_csv: Callable[..., Outcome]) -> None:
    rows = (f"{code},{code}苑,530102,何时,无物业" for code in "BCD")
    assert import_csv("ledger", HEAD, *rows).exit_code == 3


def test_what_was_altered_goes_in_or_nothing_does(
    api: TestClient, register: Register, place: Place, import_csv: Callable[..., Outcome]
) -> None:
    hold(import_csv)
    before = register.known_change()
    still = back(api, with_years(api, B="1998", C="哪年")).json()
    assert (still["refused"], still["change"], still["left"]) == (True, None, 1)
    assert {(item["row"], item["value"]) for item in still["findings"]} == {(3, "哪年")}
    assert register.known_change() == before

    done = back(api, with_years(api, B="1998", C="1999")).json()
    assert (done["refused"], len(done["ids"]), done["left"]) == (False, 2, 1)
    assert done["change"] == register.known_change() == before + 1
    assert [row["subject"] for row in api.get("/api/v1/held").json()["items"]] == ["D"]
    assert not list((place.home / "imports").iterdir())  # what was sent is not kept


def test_what_is_no_such_workbook_is_a_problem_in_words(
    api: TestClient, import_csv: Callable[..., Outcome]
) -> None:
    hold(import_csv)
    kept = with_years(api, B="1998", C="1999", D="2000")
    for content, fields, status, words in (
        (b"x", {}, 422, "改好.xlsx"),
        (with_years(api), {}, 400, "没有改动过的行"),
        (kept, {"kind": "ledger"}, 400, "没有字段 kind"),
    ):
        answer = back(api, content, **fields)
        assert answer.status_code == status, answer.text
        assert words in answer.json()["title"]
        assert COMMAND.search(answer.text) is None
    assert back(api, kept).status_code == 200
    again = back(api, kept)  # they are in already
    assert (again.status_code, "已" in again.json()["title"]) == (422, True)


def test_neither_workbook_nor_reports_tell_a_reader_to_type_commands(
    api: TestClient, send: Callable[..., dict[str, Any]], do: Callable[[str], Any]
) -> None:
    lines = (
        "小区编码,小区名称,区划代码,建成年份,竣工年份,服务模式,服务起始日期",
        ",没有的苑,530102001,1990,1991,无物业,2020-01-01",
        "B,乙苑,530102,何时,1999,无物业,",
    )
    sent = send("台账.csv", "\n".join(lines) + "\n", kind="ledger")
    assert sent["state"] == "checked", sent
    said_of_it = [item["message"] for item in sent["summary"]["notices"]]
    assert any("竣工年份" in text for text in said_of_it), said_of_it
    assert [text for text in said_of_it if COMMAND.search(text)] == []
    where = f"/api/v1/imports/{sent['id']}"
    books = {f"{where}/report.xlsx": "名称核对", f"{where}/annotated.xlsx": "名称核对"}
    assert COMMAND.search(api.get(f"{where}/report.html").text.split("<script")[0]) is None
    do(api.post(f"{where}/confirm", json={}).json()["job"])
    for path, words in {**books, BOOK: "上传本文件"}.items():
        book = openpyxl.load_workbook(io.BytesIO(api.get(path).content))
        cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
        said = [str(cell.value) for cell in cells if cell.value is not None]
        said += [cell.comment.text for cell in cells if cell.comment is not None]
        assert any(words in text for text in said), path
        assert [text for text in said if COMMAND.search(text)] == [], path
