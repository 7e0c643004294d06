"""Cells of a file become a frame of clean values; a cell that can't be read holds its row back."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pandas as pd

from geo.errors import InputError
from geo.intake.clean import CONTROL, read_column, text_of
from geo.intake.columns import KINDS, Column, recognise, unit_of
from geo.intake.personal import hide
from geo.intake.read import RawTable
from geo.intake.verdicts import Findings
from geo.terms import MADE_UP


def known_columns(kind: str, raw: RawTable, renames: dict[str, str], file: str) -> dict[str, str]:
    """Map a file's headers to column names; a column that must be there and is not stops it.

    Raises
    ------
    InputError
        For a renamed header that the file lacks, or a required column that nobody names.
    """
    for name, header in renames.items():
        if header not in raw.cells:
            raise InputError(
                f"{file} 中没有列 {header}（--map {name}={header}）。",
                f"文件中的列：{'、'.join(list(raw.cells)[:20])}",
            )
    columns = recognise(kind, list(raw.cells), renames)
    for column in KINDS[kind]:
        if column.required and column.name not in columns.values():
            raise InputError(
                f"{file} 缺少必填列 {column.header}（{column.name}）。",
                f"请补上该列，或用 --map {column.name}=列名 指定。",
            )
    return columns


def clean(kind: str, raw: RawTable, columns: dict[str, str], findings: Findings) -> pd.DataFrame:
    """Read all known cells; a cell that can't be read holds its row back."""
    specs = {column.name: column for column in KINDS[kind]}
    frame: dict[str, Any] = {
        "position": np.arange(len(raw)),
        "sheet": np.array(raw.sheets, object),
        "row": np.array(raw.rows, np.int64),
    }
    for header, name in columns.items():
        column = specs[name]
        values, problems = read_column(with_unit(raw.cells[header], header, column), column)
        frame[name] = pd.Series(values, dtype=object)  # else pandas turns None in texts into NaN
        for position, problem in problems.items():
            findings.add(
                problem.severity, problem.rule, position, header,
                hide(text_of(raw.cells[header][position])), problem.message, problem.remedy,
            )  # fmt: skip
        if column.required:
            for position, value in enumerate(values):
                if value is None and position not in problems:
                    findings.add(
                        "quarantined", "required", position, header, "", "必填项为空", "请补填",
                    )  # fmt: skip
    _skip_totals(raw, findings)
    access = frame.get("division")
    blank = pd.Series([None] * len(raw), dtype=object)
    frame["access_division"] = blank if access is None else access
    return pd.DataFrame(frame)


def with_unit(cells: list[Any], header: str, column: Column) -> list[Any]:
    """Give bare numbers under a header in 万㎡ that unit.

    Raises
    ------
    InputError
        When a header has a unit that its column is never in.
    """
    unit = unit_of(header, column)
    if unit is None:
        raise InputError(
            f"表头“{header}”的单位无法识别。",
            f"请改用“{column.header}”的单位，并相应换算数值。",
        )
    if not unit:
        return cells
    return [
        f"{text}{unit}" if BARE_NUMBER.fullmatch(text) else value
        for value, text in ((value, text_of(value)) for value in cells)
    ]


BARE_NUMBER = re.compile(r"[\d.,]+")
TOTALS = frozenset({"合计", "小计", "总计", "共计", "累计"})


def _skip_totals(raw: RawTable, findings: Findings) -> None:
    """Skip rows of sums: they repeat what the other rows say."""
    seen: set[int] = set()
    for cells in raw.cells.values():
        for position, value in enumerate(cells):
            if isinstance(value, str) and position not in seen:
                text = "".join(value.split()).rstrip(":：")
                if text in TOTALS:
                    seen.add(position)
                    findings.skip_total(position, text)


def notes(raw: RawTable, kept: list[str]) -> list[str | None]:
    """Keep what extra columns say as a JSON object a row; None where they say nothing."""
    made: dict[tuple[str, ...], str | None] = {}
    out: list[str | None] = []
    for row in zip(*(raw.cells[header] for header in kept), strict=True):
        texts = tuple(CONTROL.sub("", text_of(value)) for value in row)
        if texts not in made:
            words = {header: text for header, text in zip(kept, texts, strict=True) if text}
            made[texts] = json.dumps(words, ensure_ascii=False) if words else None
        out.append(made[texts])
    return out


def is_made_up(file: str, raw: RawTable, kept: list[str]) -> bool:
    """Tell whether a file says of itself that it is made up: in its name, a sheet's, or a row."""
    if MADE_UP in file or any(MADE_UP in sheet for sheet in set(raw.sheets)):
        return True
    return any(
        MADE_UP in str(value) for header in kept for value in set(raw.cells[header]) if value
    )
