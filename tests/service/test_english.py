"""What the service says in English: nothing is missing, and the door gives it to who asks."""

from __future__ import annotations

import json
import re

import pytest
from fastapi.testclient import TestClient
from said import ROOT, said

from geo.intake.columns import KINDS
from service.english.catalogue import CHINESE, GIVEN, PLACE, columns, english, entries
from service.english.door import in_english, wants_english
from service.remedies import COMMAND, on_screen

HAN = re.compile("[\u4e00-\u9fff]")
ENGLISH = {"Accept-Language": "en"}


def test_every_sentence_has_its_english() -> None:
    missing = {words: where for words, where in said().items() if words not in entries()}

    assert not missing, "service/english/*.toml lack these"


def test_every_entry_is_said() -> None:
    terms = (ROOT / "service/english/terms.toml").read_text("utf-8")
    heard = said()
    unheard = [words for words in entries() if words not in heard and f'"{words}" =' not in terms]

    assert not unheard


def test_english_has_the_places_that_a_screen_shows() -> None:
    for chinese, words in entries().items():
        shown = set(PLACE.findall(on_screen(chinese)))
        assert {name for _, name in GIVEN.findall(words)} == shown, chinese


def test_english_is_english_and_without_commands() -> None:
    examples = re.compile("五华区华山街道|建筑面积\\(万㎡\\)|已备案|是|否")
    for words in [*entries().values(), *columns().values()]:
        assert not HAN.search(examples.sub("", words)), words
        assert not COMMAND.search(words), words


def test_every_template_is_read_as_itself() -> None:
    """What is filled into a template comes out of its own English, not of another's."""
    fills = ("A-17", "B-28", "C-39", "D-46", "E-55", "F-64", "G-73")
    for chinese, words in entries().items():
        places = dict.fromkeys(PLACE.findall(chinese))
        if re.search(r"\}\{", chinese):
            continue  # beside each other only known words stand
        at = dict(zip(places, fills, strict=False))
        filled = PLACE.sub(lambda place, at=at: at[place[1]], on_screen(chinese))
        expected = GIVEN.sub(lambda place, at=at: at[place[2]], words)
        assert english(filled) == expected, chinese


@pytest.mark.parametrize(
    ("chinese", "words"),
    [
        (
            "余量已另作安排，剩 541 ㎡，需 9,045 ㎡，缺 8,504 ㎡",
            "the room is given to others; left 541 m², needs 9,045 m², lacks 8,504 m²",
        ),
        ("2025-12-31 没有区划 530199。", "There is no division 530199 on 2025-12-31."),
        ("经开区小区 没有项目可以接管，不能锁定", "no project can take 经开区小区, so it cannot be locked"),
        (
            "与第 3 行（C001）图形几乎相同（交并比 98.0 %），另有 2 个，编码却不同",
            "almost the same shape (intersection over union 98.0 %) as row 3 (C001), and 2 more, "
            "with another code",
        ),
        (
            "甲小区 不能锁定由 乙物业 接管：最近的在管项目距离 700 m，超过 500 m；企业在惩戒期内",
            "甲小区 cannot be locked to 乙物业: the nearest managed project is 700 m away, "
            "more than 500 m; the company is under sanction",
        ),
        (
            "余量 3.2 万㎡，本小区 8,200 ㎡，其后 123 万㎡",
            "room 32,000 m², this compound 8,200 m², then 1.23 million m²",
        ),
        ("与第 3 行编码重复，内容不同", "the code repeats that of row 3, with other content"),
        (
            "a.zip 没有声明坐标系，也无法由登记库判断（登记库在其周围没有可比较的图形）。",
            "a.zip declares no reference system, and the register cannot tell either "
            "(the register has no shapes around it to compare with).",
        ),
    ],
)  # fmt: skip
def test_sentences_within_sentences(chinese: str, words: str) -> None:
    assert english(chinese) == words


@pytest.mark.parametrize(
    "name", ["翠湖小区", "经开区", "翠湖（一期）", "隔壁村、经开区", "昆明市五华区"]
)
def test_names_stay(name: str) -> None:
    assert english(f"小区 {name} 没有图斑。") == f"Compound {name} has no polygon."


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("en", True), ("en-GB,en;q=0.9,zh;q=0.8", True), ("EN-us", True),
        ("zh-CN,zh;q=0.9,en;q=0.8", False), ("", False), ("fr", False), ("en;q=0", False),
        ("en;q=x", False), ("*", False),
    ],
)  # fmt: skip
def test_who_asks_for_english(asked: str, wanted: bool) -> None:
    assert wants_english([(b"accept-language", asked.encode())]) is wanted


def test_every_header_has_its_english() -> None:
    headers = {column.header for listed in KINDS.values() for column in listed}

    assert set(columns()) == headers


def test_only_sentences_are_turned() -> None:
    body = (
        '{"message":"必填项为空","value":"必填项为空","name":"无物业","cells":{"text":3},'
        '"rules":[{"rule":"stars","name":"企业信用","text":"四星，下限三星"}],'
        '"columns":[{"header":"户数","title":"户数"}]}'
    )

    assert in_english(body.encode()).decode() == (
        '{"message":"A required cell is blank.","value":"必填项为空","name":"无物业","cells":{"text":3},'
        '"rules":[{"rule":"stars","name":"company\'s credit","text":"Four stars, at least three stars"}],'
        '"columns":[{"header":"户数","title":"households"}]}'
    )
    assert in_english(b"") == b""


def test_a_problem_in_english(api: TestClient) -> None:
    here, there = (
        api.get("/api/v1/jobs/nothing", headers=ENGLISH),
        api.get("/api/v1/jobs/nothing"),
    )

    assert here.status_code == there.status_code
    assert here.headers["content-type"] == "application/problem+json"
    assert not CHINESE.search(here.json()["title"] + here.json()["detail"])
    assert HAN.search(there.json()["title"])
    for answer in (here, there):
        assert "Accept-Language" in answer.headers["vary"]
    assert here.headers["content-language"] == "en"
    assert "content-language" not in there.headers


def test_a_refusal_at_the_door_in_english(api: TestClient) -> None:
    answer = api.post(
        "/api/v1/plans/solve", json={}, headers={**ENGLISH, "Origin": "http://elsewhere.example"}
    )

    assert answer.status_code == 403
    assert answer.json()["title"] == "Changes from other pages are not taken"


def test_misfits_in_english(api: TestClient) -> None:
    answer = api.get("/api/v1/plans?limit=many", headers=ENGLISH)

    assert answer.status_code == 422
    assert answer.json()["title"] == "The request's parameters are off"
    assert answer.json()["detail"] == "limit: should be a whole number"


def test_marked_answers_pass_untouched(api: TestClient) -> None:
    """What is kept by its tag says everything in both languages, and is one answer for all."""
    here = api.get("/api/v1/definitions", headers=ENGLISH)
    there = api.get("/api/v1/definitions")

    assert here.content == there.content
    assert here.headers["etag"] == there.headers["etag"]
    assert "Accept-Language" not in here.headers.get("vary", "")
    known = {**ENGLISH, "If-None-Match": here.headers["etag"]}
    assert api.get("/api/v1/definitions", headers=known).status_code == 304


def test_answers_with_sentences_have_no_tag(api: TestClient) -> None:
    """A tag would have to depend on the language."""
    answer = api.get("/api/v1/imports", headers=ENGLISH)

    assert answer.status_code == 200
    assert "etag" not in answer.headers
    assert "Accept-Language" in answer.headers["vary"]


@pytest.mark.parametrize(
    "text",
    [
        "没有的话：",
        "（）",
        "：",
        "，编码却不同" * 40,
        "”（，：）等 " * 40,
        "与，" * 200,
        "甲" * 5000,
    ],
)
def test_what_looks_like_our_sentences_is_read_or_left_as_it_is(text: str) -> None:
    """Names and cells are whoever's who wrote them: nothing in them fails, or takes for ever."""
    assert english(text)
    assert in_english(json.dumps({"title": text}).encode())
