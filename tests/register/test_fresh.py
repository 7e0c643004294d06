"""Filling an empty table ends with the facts that merging would have made."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql
from testkit.databases import COUNT_AFRESH

from geo.datum.reference import Datum
from geo.intake.lint.check import judged_in
from geo.register import copying, fresh, merge
from geo.register.compose import text_array
from geo.register.store import Origin, Register, Staged
from geo.rings.column import OutlineColumn
from geo.rings.outlines import Outlines

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


def as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let staged rows go over as text."""
    monkeypatch.setattr(merge, "encoded", lambda *_: None)


def empty(register: Register) -> None:
    """Let a register of compounds begin anew: a filled one's database can't be given on."""
    with register.connect() as connection:
        connection.execute("truncate change, compound, compound_shape cascade")
        connection.execute(COUNT_AFRESH)


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
    register: Register,
    monkeypatch: pytest.MonkeyPatch,
    rows: list[tuple],
) -> None:
    profile = [{"code": code, "name": name, "households": n} for code, name, n in rows]
    square = shapely.multipolygons([shapely.box(102, 25, 102.001, 25.001)])
    shape = [{"code": code, "geom": square} for code, _, _ in rows]
    found = []
    for least in (1, 10**9):
        monkeypatch.setattr(fresh, "WORTH_IT_ROWS", least)
        empty(register)
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


def of_lint(count: int) -> OutlineColumn:
    """Shapes as an import stages them: kept as bytes, normalised."""
    shapes = [shapely.box(102 + n / 100, 25, 102.001 + n / 100, 25.001) for n in range(count)]
    raw = Outlines.read(pa.array(shapely.to_wkb(shapes)))
    return OutlineColumn(judged_in(raw, Datum.named("EPSG:4490")).outlines)


def shaped(shapes: Any, **columns: Any) -> Staged:
    rows = [{"code": f"C{number}"} for number in range(len(shapes))]
    item = staged("compound_shape", rows)
    return Staged(item.table, item.rows.assign(geom=shapes, **columns))


def test_shapes_in_bytes_and_as_objects_are_the_same_facts(
    new_register: Callable[[], Register], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh, "WORTH_IT_ROWS", 1)
    monkeypatch.setattr(copying, "CHUNK_ROWS", 3)
    kept = of_lint(8)
    assert not shapely.is_missing(np.asarray(kept)).any()
    places = ["530102", None, "5301", None, "x\ty", "\\N", "", "昆明"]
    found = []
    as_text(monkeypatch)
    for least, shapes in ((1, kept), (1, np.asarray(kept)), (10**9, kept)):
        monkeypatch.setattr(fresh, "WORTH_IT_ROWS", least)
        register = new_register()
        register.write(Origin("test", "t"), [shaped(shapes, access_division=places)])
        found.append(facts(register, "compound_shape"))
    assert found[0] == found[1] == found[2]
    assert [row["access_division"] for row in found[0]] == places
    assert {shapely.from_wkb(row["geom"]).geom_type for row in found[0]} == {"MultiPolygon"}


AMOUNTS = st.none() | st.decimals(0, 10**11, places=2) | st.decimals(0, 9999, places=3)


@given(st.lists(st.tuples(AMOUNTS, st.none() | st.integers(1840, 2100)), min_size=1, max_size=9))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_numbers_in_binary_are_the_numbers_in_text(
    register: Register,
    monkeypatch: pytest.MonkeyPatch,
    values: list[tuple],
) -> None:
    rows = [
        {"code": f"C{place}", "floor_area_m2": area, "built_year": year}
        for place, (area, year) in enumerate(values)
    ]
    found = []
    as_text(monkeypatch)
    for least in (1, 10**9):
        monkeypatch.setattr(fresh, "WORTH_IT_ROWS", least)
        empty(register)
        register.write(Origin("test", "t"), [staged("compound", rows)])
        found.append(facts(register, "compound"))
    assert found[0] == found[1]


BOW_TIE = shapely.MultiPolygon(
    [shapely.Polygon([(102, 25), (102.001, 25.001), (102.001, 25), (102, 25.001)])]
)


def insert_bow_tie(register: Register, table: str) -> None:
    with register.connect() as connection:
        connection.execute(
            sql.SQL(
                "insert into {} (code, geom, valid, known, change)"
                " values ('Z', st_geomfromtext(%s, 4490), '(,)', '[1,)', 1)"
            ).format(sql.Identifier(table)),
            [BOW_TIE.wkt],
        )


def test_after_a_first_filling_no_invalid_shape_gets_in(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh, "WORTH_IT_ROWS", 1)
    register.write(Origin("test", "t"), [shaped(of_lint(3))])
    for table in ("compound_shape", "management_area"):  # filled, and never filled
        with pytest.raises(psycopg.errors.CheckViolation):
            insert_bow_tie(register, table)
    with register.connect() as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(
            "update compound_shape set geom = st_geomfromtext(%s, 4490) where code = 'C1'",
            [BOW_TIE.wkt],
        )
    with pytest.raises(psycopg.errors.CheckViolation):
        register.write(Origin("test", "t"), [shaped(np.array([BOW_TIE], dtype=object))])


def test_what_the_filling_proved_the_server_finds_so_too(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh, "WORTH_IT_ROWS", 1)
    register.write(Origin("test", "t"), [shaped(of_lint(3))])
    with register.connect() as connection:
        connection.execute(
            "alter table compound_shape validate constraint compound_shape_geom_valid"
        )
        row = connection.execute(
            "select count(*) as bad from compound_shape where not st_isvalid(geom)"
        )
        assert row.fetchone() == {"bad": 0}


def constraints(register: Register, table: str) -> list[Any]:
    with register.connect() as connection:
        return connection.execute(
            "select conname, replace(pg_get_constraintdef(oid), ' NOT VALID', '') as said"
            " from pg_constraint where conrelid = %s::regclass order by 1",
            [table],
        ).fetchall()


def test_a_filling_puts_back_its_key_and_every_check(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh, "WORTH_IT_ROWS", 1)
    before = constraints(register, "compound_shape")
    assert "PRIMARY KEY (id)" in [row["said"] for row in before]
    register.write(Origin("test", "t"), [shaped(of_lint(3))])
    assert constraints(register, "compound_shape") == before
    with register.connect() as connection:
        for row in before:  # what was spared, the server now finds to be so
            validate = sql.SQL("alter table compound_shape validate constraint {}")
            if row["said"].startswith("CHECK"):
                connection.execute(validate.format(sql.Identifier(row["conname"])))
        for words in ("'empty', '[2,)'", "'(,)', 'empty'", "'(,)', '(,)'"):
            statement = (
                f"insert into compound_shape (code, geom, valid, known, change)"
                f" select 'Z', geom, {words}, 1 from compound_shape limit 1"
            )
            with pytest.raises(psycopg.errors.CheckViolation), connection.transaction():
                connection.execute(statement.encode())


def test_a_word_that_all_rows_share_is_held_to_its_check(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh, "WORTH_IT_ROWS", 1)
    item = shaped(of_lint(3), valid="empty")
    with pytest.raises(psycopg.errors.CheckViolation, match="valid_some_time"):
        register.write(Origin("test", "t"), [item])
    assert facts(register, "compound_shape") == []


def test_a_filling_with_an_invalid_shape_is_refused(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh, "WORTH_IT_ROWS", 1)
    square = shapely.multipolygons([shapely.box(102, 25, 102.001, 25.001)])
    for shapes in (
        np.array([square, BOW_TIE], dtype=object),
        OutlineColumn(Outlines.of(np.array([square, BOW_TIE], dtype=object))),
        OutlineColumn(Outlines.read(pa.array(shapely.to_wkb([square, BOW_TIE])))),
    ):
        with pytest.raises(psycopg.errors.CheckViolation):
            register.write(Origin("test", "t"), [shaped(shapes)])
        assert facts(register, "compound_shape") == []


def test_a_filling_leaves_no_default_behind(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh, "WORTH_IT_ROWS", 1)
    register.write(Origin("test", "t"), [shaped(of_lint(3))])
    with register.connect() as connection:
        rows = connection.execute(
            "select column_name from information_schema.columns where table_schema = 'public'"
            " and table_name = 'compound_shape' and column_default is not null"
        ).fetchall()
    assert rows == []


@given(st.lists(st.text(st.characters(exclude_characters="\x00", codec="utf-8")), max_size=9))
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_texts_as_an_array(register: Register, words: list[str]) -> None:
    with register.connect() as connection:
        row = connection.execute("select %s::text[] as words", [text_array(words)]).fetchone()
    assert row == {"words": words}


def triggers(register: Register) -> list[Any]:
    with register.connect() as connection:
        return connection.execute(
            "select tgname, tgenabled::text, pg_get_triggerdef(oid) as said from pg_trigger"
            " where tgrelid = 'compound_shape'::regclass order by 1"
        ).fetchall()


def test_a_filling_puts_back_the_law(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh, "WORTH_IT_ROWS", 1)
    before = triggers(register)
    assert [row["tgname"] for row in before] == ["one_fact_at_a_time", "still_one_fact_at_a_time"]
    register.write(Origin("test", "t"), [shaped(of_lint(3))])
    assert triggers(register) == before


def test_a_filling_takes_the_numbers_that_the_server_would_give(
    new_register: Callable[[], Register], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "CHUNK_ROWS", 3)
    item, found = shaped(of_lint(8)), []
    for least in (1, 10**9):
        monkeypatch.setattr(fresh, "WORTH_IT_ROWS", least)
        register = new_register()
        register.write(Origin("test", "t"), [item])
        with register.connect() as connection:
            connection.execute(
                "insert into compound_shape (code, geom, valid, known, change)"
                " select 'Z', geom, '(,)', '[1,)', 1 from compound_shape limit 1"
            )
            rows = connection.execute("select id, code from compound_shape order by 1").fetchall()
        found.append([(row["id"], row["code"]) for row in rows])
    assert found[0] == found[1]
    assert found[0][-1] == (9, "Z")


SPANS = ["(,)", "[2024-01-01,)", "(,1999-12-31)", "[1949-10-01,2020-02-29)", "[0001-01-01,)"]


def test_staged_rows_in_binary_are_those_in_text(
    new_register: Callable[[], Register], monkeypatch: pytest.MonkeyPatch
) -> None:
    places = ["530102", None, "x\ty", "\\N", "昆明"]
    item = shaped(of_lint(5), access_division=places, valid=SPANS)
    profile = staged("compound", [{"code": f"C{n}", "name": w} for n, w in enumerate(places)])
    found, ways = [], []
    for way in ("binary", "text"):
        register = new_register()
        with monkeypatch.context() as patch:
            if way == "text":
                as_text(patch)
            else:
                encode = merge.encoded

                def seen(rows: pd.DataFrame, types: Any, encode: Any = encode) -> Any:
                    made = encode(rows, types)
                    ways.append(made is not None)
                    return made

                patch.setattr(merge, "encoded", seen)
            register.write(Origin("test", "t"), [profile, item])
            register.write(Origin("test", "t"), [shaped(of_lint(5)[::-1], valid="[2030-01-01,)")])
        found.append([facts(register, table) for table in ("compound", "compound_shape")])
    assert found[0] == found[1]
    assert ways == [True, True, True]
    assert len(found[0][1]) > 5


def test_a_number_that_is_too_large_is_refused_not_cut(register: Register) -> None:
    item = staged("committee", [{"subject_kind": "compound", "subject": "A", "kind": "业主委员会",
                                 "seats": 70_000}])  # fmt: skip
    with pytest.raises(psycopg.errors.NumericValueOutOfRange):
        register.write(Origin("test", "t"), [item])
