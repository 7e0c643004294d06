"""A table filled before its turn ends as if it had waited, and is in nobody's way until then."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import pytest
import shapely

from geo.intake import load
from geo.intake.load import Options, import_file
from geo.register import fresh
from geo.register.ahead import Ahead
from geo.register.compose import Connection
from geo.register.store import WRITE_LOCK, Origin, Register, Staged

ROOT = Path(__file__).resolve().parents[2]
ORIGIN = Origin("test", "t")
IMPORT = (
    "import signal, sys; from pathlib import Path; from geo.intake.load import import_file;"
    "from geo.register.store import Register;"
    "signal.signal(signal.SIGINT, signal.default_int_handler);"
    "import_file(Register(sys.argv[1]), 'compounds', Path(sys.argv[2]))"
)


def profiles(codes: str, name: str = "小区") -> Staged:
    rows = pd.DataFrame({"code": list(codes), "name": name}, dtype=object)
    rows["valid"] = "(,)"
    rows["seq"] = range(len(rows))
    rows["sheet"] = "表一"
    rows["row"] = range(2, 2 + len(rows))
    rows["access_division"] = pd.Series([None] * len(rows), dtype=object)
    return Staged("compound", rows)


def shapes(codes: str, east: float = 102.0) -> Staged:
    rows = profiles(codes).rows.drop(columns="name")
    squares = [shapely.box(east + n, 25, east + n + 0.5, 25.5) for n in range(len(codes))]
    return Staged(
        "compound_shape",
        rows.assign(geom=list(shapely.multipolygons(squares, indices=range(len(codes))))),
    )


def held(register: Register) -> list[Any]:
    with register.connect() as connection:
        connection.execute("set local lock_timeout = '60s'")
        return [
            connection.execute(
                "select code, name, valid::text, known::text, change, sheet, row from compound"
                " order by code"
            ).fetchall(),
            connection.execute("select number, kind from change order by 1").fetchall(),
            connection.execute(
                "select code, st_astext(geom) as geom, known::text, change from compound_shape"
                " order by code"
            ).fetchall(),
            connection.execute(
                "select indexdef from pg_indexes where tablename like 'compound%' order by 1"
            ).fetchall(),
            connection.execute(
                "select conname from pg_constraint where conrelid in"
                " ('compound'::regclass, 'compound_shape'::regclass) order by 1"
            ).fetchall(),
            connection.execute(
                "select tgrelid::regclass::text, tgname from pg_trigger order by 1, 2"
            ).fetchall(),
        ]


def in_its_turn(register: Register) -> Ahead:
    """Wait until what was begun is done."""
    ahead = register.ahead()
    ahead.begin(profiles("甲乙丙"))
    wait([done for _, done in ahead._fillings])
    return ahead


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh, "WORTH_IT_ROWS", 2)


def test_what_was_filled_ahead_is_the_change(register: Register) -> None:
    with in_its_turn(register) as ahead:
        written = register.write(ORIGIN, [profiles("甲乙丙")], ahead=ahead)
        assert ahead.tables == {"compound"}
    assert (written.number, written.changed) == (1, frozenset(range(3)))
    codes, changes, *_ = held(register)
    assert [row["code"] for row in codes] == ["丙", "乙", "甲"]
    assert {(row["known"], row["change"], row["sheet"]) for row in codes} == {("[1,)", 1, "表一")}
    assert changes == [{"number": 1, "kind": "test"}]


def test_a_filling_taken_and_never_written_leaves_nothing(register: Register) -> None:
    before = held(register)
    with in_its_turn(register) as ahead:
        assert ahead.take([profiles("甲乙丙")]) is not None
    assert held(register) == before


@pytest.mark.parametrize("last", [profiles("甲乙"), profiles("甲乙丙", "别名")])
def test_other_rows_than_those_filled_are_written_in_their_turn(
    register: Register, last: Staged
) -> None:
    with in_its_turn(register) as ahead:
        register.write(ORIGIN, [last], ahead=ahead)
        assert not ahead.tables
    codes, *_ = held(register)
    assert sorted((row["code"], row["name"]) for row in codes) == sorted(
        zip(last.rows["code"], last.rows["name"], strict=True)
    )


def test_a_filling_that_nobody_takes_leaves_nothing(register: Register) -> None:
    before = held(register)
    in_its_turn(register).close()
    assert held(register) == before


def test_a_dry_run_leaves_nothing(register: Register) -> None:
    before = held(register)
    with in_its_turn(register) as ahead:
        written = register.write(ORIGIN, [profiles("甲乙丙")], dry_run=True, ahead=ahead)
        assert ahead.tables == {"compound"}
    assert written.changed == frozenset(range(3))
    assert held(register) == before


def test_it_gives_way_to_whoever_reads_the_table(register: Register) -> None:
    before = held(register)
    with in_its_turn(register) as ahead:
        assert held(register) == before  # would be refused if it had to wait for a minute
        register.write(ORIGIN, [profiles("甲乙丙")], ahead=ahead)
        assert not ahead.tables
    assert len(held(register)[0]) == 3


@pytest.mark.parametrize(
    "claim",
    [f"select pg_advisory_xact_lock({WRITE_LOCK})", "lock table compound in access share mode"],
)
def test_it_waits_for_nobody(register: Register, claim: str) -> None:
    with psycopg.connect(register.conninfo) as other:
        other.execute(claim)
        ahead = in_its_turn(register)  # would never come back if it waited
        other.rollback()
    with ahead:
        register.write(ORIGIN, [profiles("甲乙丙")], ahead=ahead)
        assert not ahead.tables
    assert len(held(register)[0]) == 3


def test_a_table_with_facts_is_left_alone_and_nobody_kept_from_writing(register: Register) -> None:
    register.write(ORIGIN, [profiles("甲乙丙")])
    with in_its_turn(register) as ahead, psycopg.connect(register.conninfo) as other:
        row = other.execute("select pg_try_advisory_xact_lock(%s)", [WRITE_LOCK]).fetchone()
        assert row == (True,)
        other.rollback()
        assert ahead.take([profiles("甲乙丙")]) is None
        register.write(ORIGIN, [profiles("甲乙丙丁")], ahead=ahead)
    assert len(held(register)[0]) == 4


def test_a_row_that_the_server_refuses_is_refused_in_its_turn(register: Register) -> None:
    bad = profiles("甲乙丙")
    bad.rows["division"] = pd.Series([None, "12345", None], dtype=object)
    with register.ahead() as ahead:
        ahead.begin(bad)
        with pytest.raises(psycopg.errors.CheckViolation):
            register.write(ORIGIN, [bad], ahead=ahead)
    assert held(register)[:2] == [[], []]


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    """A layer large enough for its shapes to be judged beside other work."""
    at = np.arange(5_200)
    x, y = 102 + 0.004 * (at % 100), 25 + 0.004 * (at // 100)
    names = {"小区编码": [f"C{n}" for n in at], "小区名称": [f"小区{n}" for n in at]}
    frame = gpd.GeoDataFrame(
        names, geometry=shapely.box(x, y, x + 0.002, y + 0.002), crs="EPSG:4490"
    )
    path = tmp_path / "图形.gpkg"
    frame.to_file(path)
    return path


def test_an_import_asks_nothing_of_what_it_fills_ahead(
    register: Register, layer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    took: list[frozenset[str]] = []
    take = Ahead.take

    def seen(ahead: Ahead, staged: list[Staged]) -> Any:
        given = take(ahead, staged)
        took.append(ahead.tables)
        return given

    monkeypatch.setattr(Ahead, "take", seen)
    assert import_file(register, "compounds", layer, Options()).counts["loaded"] == 5_200
    assert took == [{"compound", "compound_shape"}]


def test_an_import_that_stops_while_shapes_are_judged_leaves_nothing(
    register: Register, layer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = held(register)
    begun: list[Ahead] = []
    begin = Ahead.begin

    def seen(ahead: Ahead, item: Staged) -> None:
        begin(ahead, item)
        begun.append(ahead)

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Ahead, "begin", seen)
        patch.setattr(load, "settle", interrupted)
        with pytest.raises(KeyboardInterrupt):
            import_file(register, "compounds", layer, Options())
    assert len(begun) == 1
    assert held(register) == before
    assert import_file(register, "compounds", layer, Options()).counts["loaded"] == 5_200


@dataclass(frozen=True)
class Stop:
    """Where an import is held up: by a lock of ours; how its connection looks then."""

    claim: str
    seen: str


PROFILES_FILLED = Stop(  # it can't look at what the register has around the shapes
    "lock table management_area in access exclusive mode",
    "state = 'idle in transaction' and query like 'set local lock_timeout to default'",
)
ALL_FILLED = Stop(  # it can't record its change
    "lock table change in share mode",
    "wait_event_type = 'Lock' and query like 'insert into change%'",
)


@contextlib.contextmanager
def held_up(register: Register, layer: Path, stop: Stop) -> Iterator[subprocess.Popen[bytes]]:
    """Start an import, and give it where it is held up."""
    with psycopg.connect(register.conninfo) as blocker:
        blocker.execute(stop.claim.encode())
        child = subprocess.Popen(
            [sys.executable, "-c", IMPORT, register.conninfo, str(layer)], cwd=ROOT,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        asked = (
            "select exists (select from pg_stat_activity where datname = current_database()"
            f" and {stop.seen})"
        )
        with psycopg.connect(register.conninfo, autocommit=True) as watch:
            for _ in range(3_000):
                assert child.poll() is None
                if watch.execute(asked.encode()).fetchone() == (True,):
                    break
                time.sleep(0.02)
            else:
                pytest.fail("it was never held up")
        yield child
        blocker.rollback()


@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("stop", [PROFILES_FILLED, ALL_FILLED], ids=["profiles", "all"])
def test_an_import_stopped_with_tables_filled_ahead_leaves_nothing(
    register: Register, layer: Path, stop: Stop, way: signal.Signals
) -> None:
    before = held(register)
    with held_up(register, layer, stop) as child:
        child.send_signal(way)
    assert child.wait() != 0
    assert held(register) == before
    assert import_file(register, "compounds", layer, Options()).counts["loaded"] == 5_200


def both_begun(register: Register, last: Staged) -> Ahead:
    ahead = register.ahead()
    ahead.begin(profiles("甲乙丙"))
    ahead.begin(last)
    return ahead


def test_shapes_filled_behind_their_profiles_are_the_change(
    new_register: Callable[[], Register],
) -> None:
    staged = [profiles("甲乙丙"), shapes("甲乙丙")]
    register, other = new_register(), new_register()
    with both_begun(register, shapes("甲乙丙")) as ahead:
        written = register.write(ORIGIN, staged, ahead=ahead)
        assert ahead.tables == {"compound", "compound_shape"}
    other.write(ORIGIN, staged)
    assert (written.number, written.changed) == (1, frozenset(range(3)))
    assert held(register) == held(other)
    assert len(held(register)[2]) == 3


@pytest.mark.parametrize("last", [shapes("甲乙丙", 103.0), shapes("甲乙"), shapes("丙乙甲")])
def test_where_one_table_came_to_other_rows_both_are_written_in_their_turn(
    new_register: Callable[[], Register], last: Staged
) -> None:
    register, other = new_register(), new_register()
    with both_begun(register, shapes("甲乙丙")) as ahead:
        register.write(ORIGIN, [profiles("甲乙丙"), last], ahead=ahead)
        assert not ahead.tables
    other.write(ORIGIN, [profiles("甲乙丙"), last])
    assert held(register) == held(other)


def test_a_shape_that_the_server_refuses_is_refused_in_its_turn(register: Register) -> None:
    before = held(register)
    bad = shapes("甲乙丙")
    bad.rows["geom"] = [
        shapely.MultiPolygon([shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])])
    ] * 3
    with (
        both_begun(register, bad) as ahead,
        pytest.raises(psycopg.errors.CheckViolation),
    ):
        register.write(ORIGIN, [profiles("甲乙丙"), bad], ahead=ahead)
    assert held(register) == before


def test_shapes_that_are_there_already_are_met_in_their_turn(register: Register) -> None:
    register.write(ORIGIN, [shapes("甲乙丙", 103.0)])
    with both_begun(register, shapes("甲乙丙")) as ahead:
        assert not ahead.found_empty("compound_shape")
        written = register.write(ORIGIN, [profiles("甲乙丙"), shapes("甲乙丙")], ahead=ahead)
        assert ahead.tables == {"compound"}
    assert written.number == 2
    assert [row["known"] for row in held(register)[2]] == ["[1,2)", "[2,)"] * 3


def test_it_gives_way_to_whoever_reads_the_shapes(register: Register) -> None:
    with both_begun(register, shapes("甲乙丙")) as ahead:
        assert ahead.found_empty("compound_shape")
        wait([done for _, done in ahead._fillings])
        with register.connect() as connection:  # it would wait until the end of it
            connection.execute("set local lock_timeout = '60s'")
            connection.execute("select count(*) from compound_shape")
        register.write(ORIGIN, [profiles("甲乙丙"), shapes("甲乙丙")], ahead=ahead)
        assert not ahead.tables
    assert len(held(register)[2]) == 3


def test_once_it_is_the_change_it_is_waited_for(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled, go_on, fill = threading.Event(), threading.Event(), fresh.fill

    def slow(connection: Connection, filling: fresh.Filling, change: int) -> None:
        fill(connection, filling, change)
        filled.set()
        assert go_on.wait(60)

    monkeypatch.setattr(fresh, "fill", slow)
    seen: list[Any] = []
    with both_begun(register, shapes("甲乙丙")) as ahead, ThreadPoolExecutor(2) as pool:
        staged = [profiles("甲乙丙"), shapes("甲乙丙")]
        writing = pool.submit(register.write, ORIGIN, staged, ahead=ahead)
        assert ahead._taken.wait(60)
        assert filled.wait(60)
        reading = pool.submit(lambda: seen.extend(held(register)))
        time.sleep(0.5)  # several looks
        assert not reading.done()
        go_on.set()
        assert writing.result().number == 1
        reading.result()
        assert ahead.tables == {"compound", "compound_shape"}
    assert [len(seen[0]), len(seen[2])] == [3, 3]


def test_stopped_while_the_last_of_it_is_waited_for_it_leaves_nothing(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = held(register)
    begun = threading.Event()

    def endless(connection: Connection, filling: fresh.Filling, change: int) -> None:
        begun.set()
        connection.execute("select pg_sleep(600)")

    monkeypatch.setattr(fresh, "fill", endless)
    with register.ahead() as ahead, ThreadPoolExecutor(1) as pool:
        ahead.begin(profiles("甲乙丙"))
        taking = pool.submit(ahead.take, [profiles("甲乙丙")])
        assert begun.wait(60)
        assert ahead._taken.wait(60)
        ahead.close()  # as an interrupted import does
        assert taking.result() is None
    assert held(register) == before


def test_a_layer_with_a_code_twice_is_written_in_its_turn(
    register: Register, layer: Path, tmp_path: Path
) -> None:
    frame = gpd.read_file(layer)
    path = tmp_path / "重复.gpkg"
    pd.concat([frame, frame[:1]], ignore_index=True).to_file(path)
    counts = import_file(register, "compounds", path, Options()).counts
    assert (counts["loaded"] + counts["warned"], counts["skipped"]) == (5_200, 1)
    codes, _, drawn, *_ = held(register)
    assert [row["code"] for row in codes] == [row["code"] for row in drawn]
    assert len(codes) == 5_200
