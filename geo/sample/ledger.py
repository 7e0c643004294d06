"""Rows of the compound ledger (小区台账): one a compound and period."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np

from geo.sample.areas import Managed
from geo.sample.draw import END, day, stream
from geo.sample.facts import Facts
from geo.sample.service import Service, Tenure

EVIDENCED_SELF: Final = 0.62
"""Share of self-managed compounds that show for it."""

_EVIDENCE: Final = {
    "市场化物业": "物业服务合同",
    "国有物业": "物业服务合同",
    "公益性物业": "公益性物业服务协议",
    "社区托管": "社区托管协议",
    "社会组织": "社会组织服务协议",
    "居民自管": "居民自治公约及秩序维护、保洁记录",
    "无物业": "社区走访确认",
}


def ledger_rows(facts: Facts, service: Service, managed: Managed, seed: int) -> list[list[Any]]:
    """Give the ledger's rows in the order of `LEDGER_HEADERS`, without the mark."""
    rng = stream(seed, "ledger")
    out = []
    for place in range(len(facts)):
        unit = int(facts.unit[place])
        if service.unledgered[unit]:
            if facts.drawn[place]:
                continue
            facts.drawn[place] = True  # without row and polygon it would not be there at all
            continue
        head = _compound(facts, place)
        area = managed.of_unit[unit] if managed.named[place] else ""
        if service.unverified[unit]:
            out.append([*head, area, "未核实", "", None, None, "", None, _reported(None, rng)])
            continue
        for tenure in service.tenures[unit]:
            row = _service(tenure, facts.demolished_on[place], rng)
            if row is not None:
                out.append([*head, area, *row])
    return out


def _compound(facts: Facts, place: int) -> list[Any]:
    floor = round(float(facts.floor_m2[place]), 1)
    return [
        facts.code[place],
        facts.name[place],
        facts.alias[place],
        facts.ledger_division[place],
        facts.address[place],
        int(facts.built_year[place]) if facts.year_known[place] else None,
        facts.delivered_on[place] if facts.delivery_known[place] else None,
        facts.demolished_on[place],
        floor if facts.floor_known[place] else None,
        int(facts.households[place]),
        "是" if facts.urban[place] else "否",
        "有" if facts.walled[place] else "无",
    ]


def _service(
    tenure: Tenure, demolished: dt.date | None, rng: np.random.Generator
) -> list[Any] | None:
    """Give the service columns of one tenure, cut off where the compound was demolished."""
    end = tenure.end
    if demolished is not None:
        if tenure.start is not None and tenure.start >= demolished:
            return None
        end = min(end, demolished) if end is not None else demolished
    # Some clerks leave the mode to be read off the project's company.
    mode = "" if tenure.project and rng.random() < 0.02 else tenure.mode
    shown = tenure.mode != "居民自管" or rng.random() < EVIDENCED_SELF
    shown = shown and rng.random() < (0.6 if tenure.mode == "无物业" else 0.94)
    proven = None
    if shown:
        begun = tenure.start or dt.date(2021, 6, 1)
        proven = begun + dt.timedelta(days=int(rng.integers(0, 25)))
        proven = min(proven, END) if end is None else min(proven, end)
    return [
        mode,
        tenure.project,
        tenure.start,
        end,
        _EVIDENCE[tenure.mode] if shown else "",
        proven,
        _reported(end or tenure.start, rng),
    ]


def _reported(event: dt.date | None, rng: np.random.Generator) -> dt.date:
    """Draw the day of reporting: soon after the event, not before the ledgers began."""
    first = max(event or END, dt.date(2022, 1, 5))
    return day(rng, first, first + dt.timedelta(days=20))


def unmentioned(facts: Facts, service: Service) -> np.ndarray:
    """Tell which compounds have a polygon and no ledger row. Shape (n,), bool."""
    found: np.ndarray = service.unledgered[facts.unit]
    return found
