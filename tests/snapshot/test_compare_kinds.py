"""A change of a share taken apart: real, known otherwise, and through the denominator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from geo.compare import compare
from geo.snapshot.build import Snapshots

BEFORE, AFTER = dt.date(2024, 12, 31), dt.date(2025, 12, 31)
HEADER = "小区编码,建筑面积(㎡),交付日期,拆除日期,服务模式,服务起始日期,服务终止日期"


def test_each_kind_by_hand(import_csv: Callable[..., object], snapshots: Snapshots) -> None:
    """Ten compounds of 100 m²; 5 of 10 served before."""
    import_csv(
        "ledger",
        HEADER,
        *(f"S{n},100,2010-01-01,,市场化物业,2020-01-01," for n in range(4)),
        "LOST,100,2010-01-01,,市场化物业,2020-01-01,2025-05-01",
        "LOST,100,2010-01-01,,无物业,2025-05-01,",
        "WON,100,2010-01-01,,无物业,2020-01-01,2025-03-01",
        "WON,100,2010-01-01,,市场化物业,2025-03-01,",
        "FOUND,100,2010-01-01,,市场化物业,2025-04-01,",  # nothing known before
        "GONE,100,2010-01-01,2025-02-01,无物业,2020-01-01,",
        "N1,100,2010-01-01,,无物业,2020-01-01,",
        "N2,100,2010-01-01,,无物业,2020-01-01,",
        "NEW,100,2025-06-01,,市场化物业,2025-06-01,",
    )
    found = compare(snapshots.get(BEFORE), snapshots.get(AFTER))
    assert (found.share_before, found.share_after) == (0.5, 0.7)
    by_subject = {item.subject: item for item in found.contributors}
    assert {name: item.kind for name, item in by_subject.items()} == {
        "LOST": "real", "WON": "real", "FOUND": "reclassified",
        "GONE": "denominator", "NEW": "denominator",
    }  # fmt: skip
    # Of 10 each is 10 points; GONE and NEW move (0 - 0.5) and (1 - 0.5) of a tenth.
    assert found.by_kind == pytest.approx({"real": 0, "reclassified": 10, "denominator": 10})


def test_a_state_dated_back_is_a_correction(
    import_csv: Callable[..., object], snapshots: Snapshots
) -> None:
    rows = ("A,100,2010-01-01,,市场化物业,2020-01-01,", "B,300,2010-01-01,,无物业,2020-01-01,")
    import_csv("ledger", HEADER, *rows)
    before = snapshots.get(BEFORE)
    import_csv("ledger", HEADER, "B,300,2010-01-01,,市场化物业,2021-01-01,", file="更正.csv")
    found = compare(before, snapshots.get(AFTER))
    assert found.by_kind == pytest.approx({"real": 0, "reclassified": 75, "denominator": 0})


def test_kinds_and_contributors_sum_to_the_change(
    import_csv: Callable[..., object], snapshots: Snapshots
) -> None:
    """Against fractions computed here, with amounts that change as well."""
    rng = np.random.default_rng(5)

    def lines() -> list[str]:
        return [
            f"C{n},{rng.integers(1, 10_000_000) / 100:.2f},"
            f"{rng.choice(['2010-01-01', '2025-06-01'])},,"
            f"{rng.choice(['市场化物业', '无物业', '未核实'])},"
            f"{rng.choice(['2020-01-01', '2025-03-01'])},"
            for n in range(200)
        ]

    import_csv("ledger", HEADER, *lines())
    before = snapshots.get(BEFORE)
    import_csv("ledger", HEADER, *lines(), file="二.csv")
    found = compare(before, snapshots.get(AFTER))
    assert found.change_points is not None
    assert sum(found.by_kind.values()) == pytest.approx(found.change_points)
    assert all(abs(points) > 0 for points in found.by_kind.values())
    for kind in ("real", "reclassified"):
        own = sum(i.points - i.denominator_points for i in found.contributors if i.kind == kind)
        assert own == pytest.approx(found.by_kind[kind])
    scope = sum(Fraction(i.denominator_points) for i in found.contributors)
    assert float(scope) == pytest.approx(found.by_kind["denominator"])
