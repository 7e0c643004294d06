"""Cells of a file become a frame of clean values; a cell that can't be read holds its row back."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from geo.intake.clean import CONTROL, Context, read_column, text_of
from geo.intake.columns import KINDS, Column
from geo.intake.firms import companies_in
from geo.intake.lines import REASONS
from geo.intake.mapping import SavedMapping
from geo.intake.match.loose import stood_in
from geo.intake.personal import hide, surely_hold_nobody, without_names, without_persons
from geo.intake.read import RawTable
from geo.intake.synonyms import terms_of
from geo.intake.units import said_of, with_unit
from geo.intake.verdicts import Findings
from geo.terms import MADE_UP

Marks: TypeAlias = dict[int, dict[str, str]]


def clean(
    kind: str,
    raw: RawTable,
    columns: Mapping[str, str],
    findings: Findings,
    context: Context | None = None,
    mapping: SavedMapping | None = None,
) -> tuple[pd.DataFrame, Marks]:
    """Read all known cells; a cell that can't be read holds its row back.

    Returns
    -------
    pandas.DataFrame
        A row of clean values for each of the table's, with ``position``, ``sheet`` and ``row``.
    dict
        Position to its dates that say no more than a month or a year, and which.
    """
    specs = {column.name: column for column in KINDS[kind]}
    context = replace(context or Context(), typed=raw.typed)
    frame: dict[str, Any] = {
        "position": np.arange(len(raw)),
        "sheet": pd.Series(raw.sheets, dtype=object),
        "row": np.array(raw.rows, np.int64),
    }
    marks: Marks = {}
    for header, name in columns.items():
        column = specs[name]
        calm = column.kind == "text" and surely_hold_nobody(raw.cells[header])
        if column.kind in {"text", "state"} and not calm:
            _blot(raw, header, column, findings)
        said = replace(
            context,
            calm=calm,
            terms={} if mapping is None else mapping.terms_of(name),
            unit_said=column.kind != "area" or said_of(header, column) != "",
        )
        values, problems = read_column(with_unit(raw.cells[header], header, column), column, said)
        frame[name] = pd.Series(values, dtype=object)  # else pandas turns None in texts into NaN
        for position, problem in problems.items():
            findings.add(
                problem.severity, problem.rule, position, header,
                hide(text_of(raw.cells[header][position]), names=column.kind == "yes_no"),
                problem.message, problem.remedy,
            )  # fmt: skip
            if problem.precision:
                words = f"{column.header} {values[position]}"
                marks.setdefault(position, {})[words] = problem.precision
        if column.required:
            told = {*problems, *stood_in(kind, raw, columns)}
            _hold_blank(header, values, told, findings)
    _hold_shared(raw, columns, findings)
    findings.skip_lines(raw.skipped, REASONS)
    access = frame.get("division")
    blank = pd.Series([None] * len(raw), dtype=object)
    frame["access_division"] = blank if access is None else access
    return pd.DataFrame(frame), marks


def _blot(raw: RawTable, header: str, column: Column, findings: Findings) -> None:
    """Empty the cells of a column that hold personal data, and say which, not what."""
    values, positions = without_persons(raw.cells[header])
    if column.kind == "state":  # of a committee: whoever writes a name there means its chairman
        values, named = without_names(values, terms_of(column.name).keys())
        positions = sorted([*positions, *named])
    raw.cells[header] = values
    for position in positions:
        findings.add(
            "warned", "personal", position, header, "", "含个人信息，该格未保存",
            "请删去姓名、电话、证件号后重新填写",
        )  # fmt: skip


def _hold_blank(header: str, values: list[Any], told: Collection[int], findings: Findings) -> None:
    for position, value in enumerate(values if None in values else []):
        if value is None and position not in told:
            findings.add("quarantined", "required", position, header, "", "必填项为空", "请补填")


def _hold_shared(raw: RawTable, columns: Mapping[str, str], findings: Findings) -> None:
    """Hold rows whose number stands in one merged cell with others': it may be each's or all's."""
    for header, positions in raw.shared.items():
        if header in columns:
            for position in sorted(positions):
                findings.add(
                    "quarantined", "merged_value", position, header,
                    text_of(raw.cells[header][position]),
                    "几行共用一个合并单元格，无法判断是各行的数还是合计", "请取消合并，逐行填写",
                )  # fmt: skip


def lint_firms(
    kind: str,
    raw: RawTable,
    columns: Mapping[str, str],
    helpers: Mapping[str, str],
    findings: Findings,
) -> None:
    """Say where a cell names several companies; where the name is the row's own, hold the row."""
    own = {header for header, name in columns.items() if kind == "companies" and name == "name"}
    for header in [*own, *(header for header, name in helpers.items() if name == "company")]:
        several = {
            value: firms
            for value in dict.fromkeys(raw.cells[header])
            if isinstance(value, str) and len(firms := companies_in(value.strip())) > 1
        }
        for position, value in enumerate(raw.cells[header]):
            if isinstance(value, str) and value in several and position not in raw.skipped:
                findings.add(
                    "quarantined" if header in own else "warned", "several_companies", position,
                    header, value, f"一格中有 {len(several[value])} 家企业",
                    "请一家企业一行" if header in own else "请按服务期分行填写，或在项目台账中填写",
                )  # fmt: skip


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
