"""Map, legend, ranking and headline show what the interface says, for every indicator, level and band.

One page goes through all states by its address. What the map holds is read from the map itself
(feature states by code), what people read from the page.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

Open = Callable[..., Page]
Ask = Callable[..., Any]
LATER = "2025-12-31"
INDICATORS = ("I1", "I2", "I3", "I4")
BANDS = ("A", "B", "C")
PLACES = (("", "prefecture"), ("", "county"), ("5301", "street"), ("5301", "community"))
PATIENCE_S = 90

GO = """(where) => {
  history.pushState(null, '', where)
  dispatchEvent(new PopStateEvent('popstate', { state: null }))
}"""

SEEN = """(codes) => {
  const text = (where) => document.querySelector(where)?.textContent.trim() ?? ''
  const map = document.querySelector('.stage .canvas').map
  const of = (id) => map?.getFeatureState({ source: 'divisions', sourceLayer: 'divisions', id }) ?? {}
  return {
    figure: text('.figure .number') + text('.figure .percent'),
    counts: [...document.querySelectorAll('.classes .count')].map((one) => Number(one.textContent)),
    ranking: [...document.querySelectorAll('.ranking li')].map((one) =>
      [one.querySelector('.name').textContent, one.querySelector('.share').textContent.trim()]),
    states: codes.map((code) => {
      const { colour, shown, empty, unsure } = of(code)
      return [code, shown > 0 ? colour : null, Boolean(empty), Boolean(unsure)]
    }),
  }
}"""


def expected(answer: Any, colours: list[str], no_data: str) -> dict[str, Any]:
    """Give what must be seen of an answer, worked out from it alone."""
    rows = [row for row in answer["rows"] if row["kind"] == "division"]
    classes = [sum(row["class"] == place for row in rows) for place in range(len(colours))]
    empty = sum(row["class"] is None for row in rows)
    unsure = [row["class"] is not None and row["met"] == "undetermined" for row in rows]
    counted = sorted(
        (row for row in rows if row["denominator"] > 0),
        key=lambda row: (-row["gap_amount"], 2 if row["share"] is None else row["share"]),
    )
    return {
        "figure": answer["total"]["text"]["share"].replace(" ", ""),
        "counts": [*classes, *([empty] if empty else []), *([sum(unsure)] if any(unsure) else [])],
        "ranking": {row["name"] + row["text"]["share"] for row in counted},
        "gaps": [row["gap_amount"] for row in counted],
        "states": [
            [
                row["division"],
                no_data if row["class"] is None else colours[row["class"]],
                row["class"] is None,
                doubtful,
            ]
            for row, doubtful in zip(rows, unsure, strict=True)
        ],
    }


def fits(seen: dict[str, Any], wanted: dict[str, Any]) -> bool:
    listed = [name + share for name, share in seen["ranking"]]
    return (
        all(seen[part] == wanted[part] for part in ("figure", "counts", "states"))
        and len(listed) == min(30, len(wanted["gaps"]))
        and set(listed) <= wanted["ranking"]
    )


@pytest.mark.long
def test_every_indicator_level_and_band(open_page: Open, ask: Ask) -> None:
    page = open_page(f"/?as_of={LATER}", drawn=True)
    classes = {
        one["id"]: [each["colour"] for each in one["classes"]]
        for one in ask("/definitions")["indicators"]
    }
    no_data = page.evaluate(
        "getComputedStyle(document.documentElement).getPropertyValue('--no-data').trim()"
    )
    compared = 0
    for division, level in PLACES:
        for indicator in INDICATORS:
            for band in BANDS:
                own = {"indicator": indicator, "level": level, "band": band, "as_of": LATER}
                answer = ask("/coverage", **own, **({"division": division} if division else {}))
                wanted = expected(answer, classes[indicator], no_data)
                query = "&".join(f"{name}={value}" for name, value in own.items())
                page.evaluate(GO, f"/?{query}&division={division}")
                codes = [code for code, *_ in wanted["states"]]
                until = time.monotonic() + PATIENCE_S
                seen = page.evaluate(SEEN, codes)
                while not fits(seen, wanted) and time.monotonic() < until:
                    page.wait_for_timeout(60)
                    seen = page.evaluate(SEEN, codes)
                shown = {part: seen[part] for part in ("figure", "counts", "states")}
                assert shown == {part: wanted[part] for part in shown}, own
                assert fits(seen, wanted), (own, seen["ranking"])
                whole = ask("/coverage", **{**own, "level": "province"})["total"]
                if not division:
                    share = whole["text"]["share"]
                    assert seen["figure"] == (share or "—").replace(" ", ""), own
                compared += len(codes)
    assert compared > len(INDICATORS) * len(BANDS) * len(PLACES)
