"""What figures mean, in words: indicators, definitions, levels, states, filters."""

from __future__ import annotations

from typing import Any, Final

from geo import terms
from geo.action_plan import BASIS_NAMES, POPULATION_NAMES, action_plan
from geo.intake.columns import KINDS, english
from maps.handout import LEVEL_WORDS
from maps.style import STATES, Words, share_classes
from maps.words import BASIS_NAMES_EN, POPULATION_NAMES_EN, target_text

BAND_EFFECTS: Final[dict[str, Words]] = {
    "A": (
        "只计专业化物业：市场化、国有和公益性物业服务企业。目标 90 % 按这一档理解。",
        "Counts professional service only: market, state-owned and public-benefit companies.",
    ),
    "B": (
        "再计社区托管和社会组织服务的小区，覆盖率不低于 A 档。",
        "Also counts trusteeship by the community or a social organisation; never below band A.",
    ),
    "C": (
        "再计有截止日前依据的居民自管小区，覆盖率不低于 B 档。",
        "Also counts self-management with evidence by the date; never below band B.",
    ),
}
BASIS_EFFECTS: Final[dict[str, Words]] = {
    "floor": (
        "大的小区权重大；缺建筑面积的按用地推算并注明。",
        "Large compounds weigh more; missing floor areas are estimated from the land and said so.",
    ),
    "land": (
        "按小区图形的用地面积；没有图形的只计个数。",
        "By the area of the polygon; compounds without one count by number only.",
    ),
    "count": (
        "每个小区权重相同；小的老旧小区多，比率通常更低。",
        "Each compound weighs the same; old compounds are small and many, so shares are lower.",
    ),
}
POPULATION_EFFECTS: Final[dict[str, Words]] = {
    "urban": (
        "只计城镇小区；未填是否城镇的按城镇计并注明。",
        "Urban compounds only; where it is not stated they count as urban and are flagged.",
    ),
    "all": ("计全部小区，含非城镇的。", "All compounds, those outside towns too."),
}
INTERIM_WORDS: Final[tuple[tuple[bool, Words, Words], ...]] = (
    (
        False,
        ("不含物业管理委员会", "interim bodies not counted"),
        ("只计业主委员会，与行动方案一致。", "Owners' committees only, as the action plan says."),
    ),
    (
        True,
        ("含物业管理委员会", "interim bodies counted"),
        (
            "临时的物业管理委员会也计，业委会组建率不低于不含时。",
            "Interim committees count too; the share is never lower.",
        ),
    ),
)
FILTER_WORDS: Final[dict[str, tuple[Words, Words]]] = {
    "old": (
        ("老旧小区", "old"),
        ("{year} 年（含）以前建成", "built by {year}"),
    ),
    "no_committee": (
        ("无业委会", "no committee"),
        ("没有在任期内的业主委员会；未核实的不算", "none within its term; unknown ones left out"),
    ),
    "term_within_months": (
        ("任期将满", "term ends soon"),
        ("业委会任期在若干个月内届满", "the committee's term ends within so many months"),
    ),
    "party_due": (
        ("党组织应建未建", "party organisation due"),
        (
            "服务企业有三名以上党员而未建党组织",
            "its company has three members or more and no organisation",
        ),
    ),
    "unknown": (
        ("服务未核实", "service not verified"),
        ("服务模式未核实", "the mode of service is not verified"),
    ),
    "counted": (
        ("已覆盖", "covered"),
        ("服务模式计入所选口径", "its service counts under the definition"),
    ),
}
"""Filters of the list of compounds: name, and what it asks."""


def definitions() -> dict[str, Any]:
    """Give all of it; words as pairs of Chinese and English."""
    plan = action_plan()
    return {
        "plan": {
            "version": plan.version,
            "title": (plan.title, plan.title_en),
            "scope_note": (plan.scope_note, plan.scope_note_en),
        },
        "indicators": [_indicator(key) for key in plan.indicators],
        "bands": [
            _choice(key, (band.name, band.name_en), BAND_EFFECTS[key])
            | {"modes": [mode for mode in terms.MODES if mode in band.modes | band.evidenced]}
            for key, band in plan.bands.items()
        ],
        "bases": [
            _choice(key, (name, BASIS_NAMES_EN[key]), BASIS_EFFECTS[key])
            for key, name in BASIS_NAMES.items()
        ],
        "populations": [
            _choice(key, (name, POPULATION_NAMES_EN[key]), POPULATION_EFFECTS[key])
            for key, name in POPULATION_NAMES.items()
        ],
        "with_interim": [
            {"value": value, "name": name, "effect": effect}
            for value, name, effect in INTERIM_WORDS
        ],
        "levels": [{"id": level, "name": LEVEL_WORDS[level]} for level in terms.LEVELS],
        "states": [
            {
                "id": state.id, "name": state.label, "modes": list(state.modes),
                "fill": state.fill, "line": state.line, "pattern": state.pattern,
            }
            for state in STATES
        ],
        "filters": [
            {"id": key, "name": name, "meaning": _with_year(meaning, plan.old_until)}
            for key, (name, meaning) in FILTER_WORDS.items()
        ],
        "case_states": list(terms.CASE_STATES),
        "file_kinds": [
            {
                "id": kind,
                "columns": [
                    {
                        "id": english(kind, column),
                        "header": column.header,
                        "required": column.required,
                    }
                    for column in columns
                ],
            }
            for kind, columns in KINDS.items()
        ],
    }  # fmt: skip


def _choice(key: str, name: Words, effect: Words) -> dict[str, Any]:
    return {"id": key, "name": name, "effect": effect}


def _with_year(meaning: Words, year: int) -> Words:
    return (meaning[0].format(year=year), meaning[1].format(year=year))


def _indicator(key: str) -> dict[str, Any]:
    item = action_plan().indicators[key]
    return {
        "id": item.id,
        "name": (item.name, item.name_en),
        "short": item.short,
        "meaning": (item.definition, item.definition_en),
        "subject": item.subject,
        "unit": item.unit,
        "target": float(item.target),
        "target_text": target_text(item.target),
        "due": item.due,
        "classes": [
            {
                "low": float(one.low),
                "high": None if one.high is None else float(one.high),
                "label": one.label,
                "colour": one.colour,
                "side": one.side,
            }
            for one in share_classes(item.target)
        ],
    }
