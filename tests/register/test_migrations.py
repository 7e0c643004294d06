from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources import files

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from geo.errors import ServerError
from geo.register.case_tables import metadata
from geo.register.store import TABLES_VERSION, Register
from geo.register.tables import FACTS

LAST = files("geo.register.migrations.versions").joinpath("m0007_scans.sql")


def test_frozen_sql_makes_the_tables_that_the_code_speaks_of(register: Register) -> None:
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(register.conninfo),
        poolclass=NullPool,
    )

    def ours(_object: object, name: str | None, kind: str, *_: object) -> bool:
        return kind != "table" or name in metadata.tables

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": ours, "version_table": "wuye_migration"}
        )
        differences = compare_metadata(context, metadata)
    # snapshot_compound's indexes are made by the migration for each partition.
    assert [item for item in differences if "snapshot_compound" not in str(item)] == []


def test_migrating_again_is_a_no_op(register: Register) -> None:
    register.migrate()
    with register.connect() as connection:
        row = connection.execute("select count(*) as n from wuye_migration").fetchone()
    assert row == {"n": 1}


def test_the_version_that_is_looked_for_is_the_last_migration() -> None:
    config = Config()
    config.set_main_option("script_location", "geo.register:migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [TABLES_VERSION]


def test_a_database_that_is_not_there_is_said_in_our_words(register: Register) -> None:
    missing = re.sub(r"dbname='?\w+'?", "dbname='nowhere'", register.conninfo)
    assert missing != register.conninfo
    with pytest.raises(ServerError, match="nowhere"):
        Register(missing).migrate()


def test_an_older_version_s_tables_are_brought_up(register: Register) -> None:
    dropped = re.findall(r"DROP INDEX ((\w+)_known_(?:from|to));", LAST.read_text("utf-8"))
    assert dropped
    with register.connect() as connection:
        for index, table in dropped:
            connection.execute(f"create index {index} on {table} (known)")
        connection.execute("update wuye_migration set version_num = '0006'")
    register.migrate()
    with register.connect() as connection:
        row = connection.execute("select version_num from wuye_migration").fetchone()
        left = connection.execute(
            "select count(*) as n from pg_class where relname = any(%s)",
            [[index for index, _ in dropped]],
        ).fetchone()
    assert row == {"version_num": TABLES_VERSION}
    assert left == {"n": 0}


def test_a_newer_version_s_tables_are_left_alone(register: Register) -> None:
    with register.connect() as connection:
        connection.execute("update wuye_migration set version_num = '9999'")
    with pytest.raises(CommandError, match="9999"):
        register.migrate()
    with register.connect() as connection:
        row = connection.execute("select version_num from wuye_migration").fetchone()
    assert row == {"version_num": "9999"}


@pytest.mark.parametrize("table", sorted(FACTS))
def test_no_two_facts_about_one_subject_overlap_in_both_times(
    new_register: Callable[[], Register], table: str
) -> None:
    facts = FACTS[table]
    values = {
        "code": "'53'", "uscc": "'91350100M000100Y43'", "subject_kind": "'compound'",
        "subject": "'A'", "kind": "'业主委员会'", "name": "'甲'", "form": "'党支部'",
        "assigned": "true", "alias": "'甲'", "accepted": "true", "same_as": "'A'",
        "compound": "'A'",
        "geom": "st_geomfromtext('MULTIPOLYGON(((0 0,1 0,1 1,0 0)))', 4490)",
    }  # fmt: skip
    if table == "barrier":
        values["kind"] = "'河流'"
    if table == "company":
        values["kind"] = "'市场'"
    columns = [name for name in (*facts.keys, *facts.values) if name in values]
    statement = (
        f"insert into {table} ({', '.join(columns)}, valid, known, change)"
        f" values ({', '.join(values[name] for name in columns)}, %s, %s, 1)"
    )
    with new_register().connect() as connection:
        connection.execute(
            "insert into change (number, at, author, kind, made_up, parameters, counts)"
            " values (1, now(), 'test', 'test', false, '{}', '{}')"
        )
        connection.execute(statement, ["[2022-01-01,2023-01-01)", "[1,)"])
        connection.execute(statement, ["[2023-01-01,2024-01-01)", "[1,)"])
        connection.execute(statement, ["[2024-01-01,2025-01-01)", "[1,2)"])
        connection.execute(statement, ["[2024-01-01,2025-01-01)", "[2,)"])
        with pytest.raises(psycopg.errors.ExclusionViolation), connection.transaction():
            connection.execute(statement, ["[2022-12-31,2023-01-02)", "[5,)"])


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("insert into compound (code, division, valid, known, change)"
         " values ('A', '5301021', '(,)', '[1,)', 1)", "compound_division_code"),
        ("insert into service_status (code, mode, valid, known, change)"
         " values ('A', '有物业', '(,)', '[1,)', 1)", "service_status_mode_known_term"),
        ("insert into company (uscc, valid, known, change)"
         " values ('91350100M000100Y4O', '(,)', '[1,)', 1)", "company_uscc_code"),
        ("insert into compound_shape (code, geom, valid, known, change) values ('A',"
         " st_geomfromtext('MULTIPOLYGON(((0 0,1 1,1 0,0 1,0 0)))', 4490), '(,)', '[1,)', 1)",
         "compound_shape_geom_valid"),
        ("insert into compound (code, valid, known, change)"
         " values ('A', 'empty', '[1,)', 1)", "compound_valid_some_time"),
    ],
    ids=["division_code", "mode", "uscc", "bow_tie", "no_time"],
)  # fmt: skip
def test_the_database_refuses_what_intake_should_have_held(
    register: Register, statement: str, rule: str
) -> None:
    with register.connect() as connection:
        connection.execute(
            "insert into change (number, at, author, kind, made_up, parameters, counts)"
            " values (1, now(), 'test', 'test', false, '{}', '{}')"
        )
        with pytest.raises(psycopg.errors.CheckViolation, match=rule), connection.transaction():
            connection.execute(statement.encode())
