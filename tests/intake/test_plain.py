"""What is read without reading must be what the readers read."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.intake import clean
from geo.intake.columns import KINDS, Column
from geo.intake.values.plain import read_plain
from geo.intake.values.reading import Context

COLUMNS = {column.name: column for column in KINDS["ledger"]}
NUMBERED = st.sampled_from(
    [COLUMNS[name] for name in ("floor_area_m2", "households", "built_year")]
)
WORDED = st.sampled_from([COLUMNS[name] for name in ("code", "name", "address")])
TEXTS = st.one_of(
    st.text(max_size=12),
    st.text("测试小区一期A区0123456789abeE-()（） .+", max_size=14),
    st.sampled_from(
        ["#REF!", "1e12345", "12345678e5", "联系人：张三丰", "13888888888 某某小区", "无", "—"]
    ),
    st.from_regex(r"[0-9A-Z]{6,20}", fullmatch=True),
)


def agree(values: list[Any], column: Column, context: Context) -> None:
    out, left = read_plain(values, column, context)
    assert len(out) == len(values)
    for position, value in enumerate(values):
        if position not in left and not pd.isna(value):
            found, problem = clean._read(value, column, context)
            assert (found, problem) == (out[position], None)
            assert type(found) is type(out[position])
        elif position in left:
            assert out[position] is None


@given(
    st.one_of(
        st.lists(st.none() | st.integers(-10, 30_000_000)),
        st.lists(st.none() | st.just(float("nan")) | st.floats(-10, 30_000_000)),
        st.lists(st.none() | st.decimals(0, 5000, places=3).map(float)),
        st.lists(st.none() | st.floats()),
    ),
    NUMBERED,
    st.booleans(),
)
@settings(max_examples=400, deadline=None)
def test_numbers(values: list[Any], column: Column, unit_said: bool) -> None:
    agree(values, column, Context(unit_said=unit_said))


@given(st.lists(st.none() | TEXTS), WORDED)
@settings(max_examples=400, deadline=None)
def test_texts(values: list[Any], column: Column) -> None:
    agree(values, column, Context())


@given(st.lists(st.none() | st.integers(0, 10**15 - 1)))
def test_whole_numbers_as_codes(values: list[Any]) -> None:
    agree(values, COLUMNS["code"], Context())


def test_a_layer_of_plain_cells_leaves_nothing_to_the_readers() -> None:
    many = 1000
    cells = {
        "code": [f"5301{place:08d}" for place in range(many)],
        "name": [f"翠湖花园{place}号院小区" for place in range(many)],
        "built_year": [1980 + place % 40 for place in range(many)],
        "floor_area_m2": [1000.25 + place for place in range(many)],
    }
    for name, values in cells.items():
        assert read_plain(values, COLUMNS[name], Context())[1] == []
