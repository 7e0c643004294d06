"""Filling an empty table ends with the facts that merging would have made."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pandas as pd
import psycopg
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.register import fresh
from geo.register.store import Origin, Register, Staged

AWKWARD = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cs"]), max_size=9
)


def staged(table: str, rows: list[dict[str, Any]]) -> Staged:
    frame = pd.DataFrame(
        {name: pd.Series([row[name] for row in rows], dtype=object) for name in rows[0]}
    )
    frame["valid"] = "(,)"
    frame["seq"] = range(len(frame))
    frame["sheet"] = "表\t一"
    frame["row"] = range(2, 2 + len(frame))
    frame["access_division"] = pd.Series([None] * len(frame), dtype=object)
    return Staged(table, frame)


def facts(register: Register, table: str) -> list[dict[str, Any]]:
    with register.connect() as connection:
        rows = connection.execute(f"select * from {table} order by code".encode()).fetchall()
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]


def indexes(register: Register, table: str) -> list[Any]:
    with register.connect() as connection:
        return connection.execute(
            "select indexdef from pg_indexes where tablename = %s order by 1", [table]
        ).fetchall()


@given(
    st.lists(
        st.tuples(AWKWARD.filter(bool), st.none() | AWKWARD, st.none() | st.integers(0, 9)),
        min_size=1, max_size=6, unique_by=lambda row: row[0],
    )
)  # fmt: skip
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_filled_and_merged_are_the_same_facts(
    new_register: Callable[[], Register], monkeypatch: pytest.MonkeyPatch, rows: list[tuple]
) -> None:
    profile = [{"code": code, "name": name, "households": n} for code, name, n in rows]
    square = shapely.multipolygons([shapely.box(102, 25, 102.001, 25.001)])
    shape = [{"code": code, "geom": square} for code, _, _ in rows]
    found = []
    for least in (1, 10**9):
        monkeypatch.setattr(fresh, "WORTH_IT_ROWS", least)
        register = new_register()
        written = register.write(
            Origin("test", "t"), [staged("compound", profile), staged("compound_shape", shape)]
        )
        assert written.changed == frozenset(range(len(rows)))
        tables = ("compound", "compound_shape")
        found.append([facts(register, table) for table in tables])
        found[-1].append([indexes(register, table) for table in tables])
    assert found[0] == found[1]
    assert [row["name"] for row in found[0][0]] == [
        name for _, name, _ in sorted(rows, key=lambda row: row[0].encode())
    ]


def test_a_refused_row_leaves_the_table_and_its_indexes_as_they_were(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh, "WORTH_IT_ROWS", 1)
    before = indexes(register, "compound")
    with pytest.raises(psycopg.errors.CheckViolation):
        register.write(
            Origin("test", "t"), [staged("compound", [{"code": "A", "division": "12345"}])]
        )
    assert facts(register, "compound") == []
    assert indexes(register, "compound") == before


def test_filling_is_held_to_the_law(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh, "WORTH_IT_ROWS", 1)
    with pytest.raises(psycopg.errors.ExclusionViolation):
        register.write(Origin("test", "t"), [staged("compound", [{"code": "A"}, {"code": "A"}])])
    register.write(Origin("test", "t"), [staged("compound", [{"code": "A"}])])
    with register.connect() as connection, pytest.raises(psycopg.errors.ExclusionViolation):
        connection.execute(
            "insert into compound (code, valid, known, change) values ('A', '(,)', '[1,)', 1)"
        )


def test_a_fact_needs_its_change(register: Register) -> None:
    with (
        register.connect() as connection,
        pytest.raises(psycopg.errors.ForeignKeyViolation),
        connection.transaction(),
    ):
        connection.execute(
            "insert into compound (code, valid, known, change) values ('A', '(,)', '[7,)', 7)"
        )


def test_an_update_is_held_to_the_law_too(register: Register) -> None:
    register.write(Origin("test", "t"), [staged("compound", [{"code": "A"}])])
    with register.connect() as connection:
        connection.execute("update compound set valid = '(,2020-01-01)' where code = 'A'")
        connection.execute(
            "insert into compound (code, valid, known, change)"
            " values ('A', '[2020-01-01,)', '[1,)', 1)"
        )
        with pytest.raises(psycopg.errors.ExclusionViolation), connection.transaction():
            connection.execute("update compound set valid = '(,)' where upper_inf(valid)")


def test_two_writers_by_hand_can_not_each_miss_the_other(register: Register) -> None:
    register.write(Origin("test", "t"), [staged("compound", [{"code": "Z"}])])
    statement = "insert into compound (code, valid, known, change) values ('A', '(,)', '[1,)', 1)"
    outcome: list[str] = []

    def second() -> None:
        with psycopg.connect(register.conninfo) as connection:
            try:
                connection.execute(statement)
                outcome.append("written")
            except psycopg.errors.ExclusionViolation:
                outcome.append("refused")

    with psycopg.connect(register.conninfo) as first:
        first.execute(statement)
        other = threading.Thread(target=second)
        other.start()
        other.join(0.5)
        assert other.is_alive()  # it waits for the first to commit
        first.commit()
    other.join(10)
    assert outcome == ["refused"]
