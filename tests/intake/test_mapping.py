from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from geo.errors import InputError, UsageError
from geo.intake.known import recognised
from geo.intake.load import Options, import_file
from geo.intake.mapping import SavedMapping, read_mapping, write_mapping
from geo.intake.verdicts import Outcome
from geo.register.store import Register

Import = Callable[..., Outcome]

MAPPING = """
kind = "ledger"
[columns]
"楼盘编号X" = "code"
"建面" = "floor_area_m2"
"方式" = "service_mode"
"总户数" = "-"
[units]
"建面" = "万㎡"
[terms.service_mode]
"老板管" = "市场化物业"
[constants]
division = "530102"
"""


def test_a_saved_mapping_reads_a_countys_own_form(
    register: Register, tmp_path: Path, import_csv: Import
) -> None:
    path = tmp_path / "m.toml"
    path.write_text(MAPPING, "utf-8")
    mapping = read_mapping(path, "ledger")
    outcome = import_csv(
        "ledger", "楼盘编号X,建面,方式,总户数", "A,1.5,老板管,10", "B,300㎡,无,20", mapping=mapping
    )
    assert outcome.counts["loaded"] == 2
    with register.connect() as connection:
        found = connection.execute(
            "select c.code, division, floor_area_m2::text as a, mode, households from compound c"
            " join service_status s using (code) order by 1"
        ).fetchall()
        (change,) = connection.execute("select parameters from change").fetchall()
    assert [tuple(row.values()) for row in found] == [
        ("A", "530102", "15000.00", "市场化物业", None),
        ("B", "530102", "300.00", "无物业", None),
    ]
    assert change["parameters"]["mapping"]["terms"] == {"mode": {"老板管": "市场化物业"}}


def test_what_was_recognised_can_be_saved_and_reads_the_file_again(
    new_register: Callable[[], Register], tmp_path: Path
) -> None:
    path = tmp_path / "l.csv"
    path.write_text("项目（小区）,小区代码,总建筑面积（万㎡）\n甲,A,1.5\n", "utf-8")
    first = import_file(new_register(), "ledger", path, Options(renames={"name": "项目（小区）"}))
    assert first.prepared is not None
    mapping = recognised("ledger", first.prepared.raw, first.prepared.columns, None)
    assert mapping.columns == {
        "项目（小区）": "name", "小区代码": "code", "总建筑面积（万㎡）": "floor_area_m2",
    }  # fmt: skip
    saved = write_mapping(tmp_path / "m.toml", mapping)
    assert saved.read_bytes() == write_mapping(tmp_path / "n.toml", mapping).read_bytes()
    again = new_register()
    second = import_file(again, "ledger", path, Options(mapping=read_mapping(saved, "ledger")))
    assert second.verdicts == ["loaded"]
    with again.connect() as connection:
        (row,) = connection.execute(
            "select name, floor_area_m2::text as a from compound"
        ).fetchall()
    assert row == {"name": "甲", "a": "15000.00"}


def test_odd_words_survive_the_file(tmp_path: Path) -> None:
    mapping = SavedMapping(
        "ledger", columns={'引"号\\与\n换行\x7f': "name"}, constants={"division": "53"}
    )
    assert read_mapping(write_mapping(tmp_path / "m.toml", mapping), "ledger") == mapping


def test_a_full_disk_leaves_the_mapping_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_mapping(tmp_path / "m.toml", SavedMapping("ledger", columns={"甲": "name"}))
    before = path.read_bytes()
    write = Path.write_text

    def cut_off(self: Path, text: str, encoding: str) -> int:
        write(self, text[:30], encoding)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", cut_off)
    with pytest.raises(UsageError, match="磁盘空间不足"):
        write_mapping(path, SavedMapping("ledger", columns={"乙": "name"}))
    assert [(item.name, item.read_bytes()) for item in tmp_path.iterdir()] == [("m.toml", before)]


def test_a_mapping_for_another_form_says_so(import_csv: Import) -> None:
    mapping = SavedMapping("ledger", columns={"没有的列": "households"})
    outcome = import_csv("ledger", "小区编码", "A", mapping=mapping)
    assert [notice.rule for notice in outcome.findings.notices] == ["mapping_header_missing"]
    with pytest.raises(InputError, match="表头"):
        import_csv("ledger", "编号甲", "A", mapping=SavedMapping("ledger", {"编号乙": "code"}))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind = 3 3", "TOML"),
        ('kind = "areas"', "areas"),
        ('[columns]\n"甲" = "nothing"', "没有列 nothing"),
        ('[terms.service_mode]\n"甲" = "乙"', "不在可选值"),
        ("[other]", "不认识 other"),
        ("columns = 3", "各节"),
    ],
)
def test_mappings_that_make_no_sense_say_why(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=words):
        read_mapping(path, "ledger")
    with pytest.raises(UsageError, match="无法读取"):
        read_mapping(tmp_path / "none.toml", "ledger")
