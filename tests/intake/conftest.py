"""What the tests of imports share: the register's rows, polygon files, an outcome's verdicts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from geo.intake.verdicts import Outcome
from geo.register.store import Register


@pytest.fixture
def rows() -> Callable[[Register, str], list[dict[str, Any]]]:
    """Read the register: ``rows(register, "select …")``."""

    def read(register: Register, statement: str) -> list[dict[str, Any]]:
        with register.connect() as connection:
            return connection.execute(statement.encode()).fetchall()

    return read


@pytest.fixture
def polygons() -> Callable[..., Path]:
    """Write compounds' polygons: ``polygons(path, ("A", shape), …, crs=4490)``."""

    def write(path: Path, *shapes: tuple[str, Any], crs: Any = 4490, **words: Any) -> Path:
        codes, geometry = zip(*shapes, strict=True)
        frame = gpd.GeoDataFrame({"小区编码": codes, **words}, geometry=list(geometry), crs=crs)
        frame.to_file(path)
        return path

    return write


@pytest.fixture
def verdicts() -> Callable[[Outcome], dict[str, int]]:
    """Give the verdicts that there are; they add up to the rows read."""

    def count(outcome: Outcome) -> dict[str, int]:
        assert sum(outcome.counts.values()) == len(outcome.verdicts)
        return {name: count for name, count in outcome.counts.items() if count}

    return count
