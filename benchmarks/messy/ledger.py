"""Rows of a messy compound ledger with what each cell means."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from benchmarks.messy.cells import BLANK, Cell, Dates, area, count, wide, year, yes_no

TREE = {
    "53": "云南省",
    "5301": "昆明市",
    "530102": "五华区",
    "530103": "盘龙区",
    "530128": "禄劝彝族苗族自治县",
    "530102001": "华山街道",
    "530102002": "护国街道",
    "530102009": "城东街道",
    "530103001": "拓东街道",
    "530103009": "城东街道",
    "530128100": "屏山街道",
    "530102001001": "文林社区居委会",
    "530102001002": "翠湖社区居委会",
    "530102002001": "长春社区居委会",
    "530102009001": "东风社区居委会",
    "530103001001": "东升社区居委会",
    "530103009001": "东风社区居委会",
    "530128100001": "秀屏社区居委会",
}
COMMUNITIES = [code for code in TREE if len(code) == 12]
TWICE = frozenset({"530102009", "530103009"})
"""Streets of one name in two counties, with a community of one name each."""

MODES = {
    "市场化物业": [
        "市场化物业",
        "专业物业",
        "市场化",
        "物业公司",
        "商业物业",
        "專業物業",
        " 市场化 物业 ",
    ],
    "国有物业": ["国有物业", "国企", "国有企业"],
    "公益性物业": ["公益性物业", "公益性物业服务企业", "公益"],
    "社区托管": ["社区托管", "社区代管", "托管"],
    "社会组织": ["社会组织", "社区社会组织"],
    "居民自管": ["居民自管", "自管", "业主自管", "居民自治"],
    "无物业": ["无物业", "无", "弃管", "失管", "无物业管理", "×"],
    "未核实": ["未核实", "待核实"],
}
DOUBTFUL_MODES = [
    "有物业",
    "√",
    "单位自管",
    "市场化物业、社区托管",
    "国有物业/居民自管",
    "准物业",
    "随便写的",
]
STATES = {
    "已成立": ["是", "有", "√", "已成立", "成立", "Y"],
    "已备案": ["已备案", "备案"],
}
NO_STATES = {"未成立": ["否", "无", "×", "未成立", "未组建"], "筹备中": ["筹备中", "正在筹备"]}
PHONES = ["13888888888", "138 7777 6666", "0871-63123456", "15987654321"]
IDENTITY = "530102199001011234"
PEOPLE = ["张三", "李小红", "王建国", "赵敏", "陈志强", "杨丽", "周文斌", "吴芳"]
SECRETS = [*PHONES, IDENTITY, *PEOPLE]
"""What must stand nowhere after an import."""


@dataclass(frozen=True)
class Plan:
    """How a file is written: drawn once a file.

    ``places`` is "code", "columns" (county, street, community), "streets" (without the county) or
    "path" (one cell).
    """

    seed: int
    rows: int
    typed: bool
    wan: bool
    unit_said: bool
    padded: bool
    places: str
    doubt: float


def draw_rows(plan: Plan) -> list[dict[str, Cell]]:
    """Draw a file's rows: column name to cell."""
    rng = random.Random(plan.seed)
    return [_row(rng, plan, number) for number in range(plan.rows)]


def _row(rng: random.Random, plan: Plan, number: int) -> dict[str, Cell]:
    # Doubt falls on few rows, so that most can be compared in the register.
    doubt = plan.doubt if rng.random() < 0.25 else 0.0
    community = rng.choice(COMMUNITIES)
    service = _day(rng, 2008, 2023)
    code = f"{community}{number:05d}" if plan.seed % 2 else f"XQ{number:05d}"
    row = {
        "code": Cell(wide(code) if rng.random() < 0.02 else code, code),
        "name": Cell(f"{rng.choice('金碧翠湖')}{number}小区", None),
        "address": _address(rng, number),
        "built_year": year(rng, rng.randint(1978, 2022), plan.typed, doubt),
        "delivered_on": _maybe(
            rng, 0.6, lambda: _dates(plan).draw(rng, _day(rng, 1995, 2022), doubt)
        ),
        "floor_area_m2": area(rng, _floor(rng), plan.wan, plan.unit_said, doubt),
        "households": count(rng, rng.randint(11, 4000), doubt),
        "urban": yes_no(rng, rng.choice([True, True, False, None]), doubt),
        "walled": yes_no(rng, rng.choice([True, False, None]), doubt),
        "mode": _mode(rng, doubt),
        "service_from": _dates(plan).draw(rng, service, doubt),
        "service_to": Cell(rng.choice([None, "", "至今", "/", "无"]), None),
        "evidence": Cell(rng.choice(["物业服务合同", "社区托管协议", "走访确认"]), None),
        "evidence_on": _maybe(
            rng, 0.7, lambda: _dates(plan).draw(rng, _day(rng, 2015, 2023), doubt)
        ),
        "reported_on": _maybe(
            rng, 0.7, lambda: _dates(plan, informs=True).draw(rng, _day(rng, 2022, 2023), doubt)
        ),
        "contact": Cell(rng.choice(PEOPLE), None),
        "phone": Cell(rng.choice(PHONES), None),
        "company": Cell(_company(rng), None),
        "remark": _remark(rng),
        **_place(rng, plan, community),
        **_committee(rng, plan, doubt),
    }
    for name in ("name", "evidence"):
        row[name] = Cell(row[name].raw, row[name].raw)
    return row


def _day(rng: random.Random, first: int, last: int) -> dt.date:
    return dt.date(first, 1, 1) + dt.timedelta(days=rng.randrange(365 * (last - first + 1)))


def _dates(plan: Plan, **words: bool) -> Dates:
    return Dates(plan.typed, plan.padded, **words)


def _maybe(rng: random.Random, share: float, draw: Callable[[], Cell]) -> Cell:
    if rng.random() < share:
        return draw()
    return Cell(rng.choice([None, "", "/", "—", "无"]), None, form="blank")


def _floor(rng: random.Random) -> Decimal:
    return Decimal(rng.randint(40_000, 40_000_000)).scaleb(-2)


def _address(rng: random.Random, number: int) -> Cell:
    if rng.random() < 0.02:
        return Cell(f"人民路{number}号 {rng.choice(PHONES)}", None, "left_out", "phone inside")
    return Cell(f"人民路{number}号", f"人民路{number}号")


def _mode(rng: random.Random, doubt: float) -> Cell:
    if rng.random() < doubt:
        return Cell(rng.choice(DOUBTFUL_MODES), None, "ambiguous", "doubtful mode")
    truth = rng.choice(list(MODES))
    raw = rng.choice(MODES[truth])
    return Cell(raw, truth, form=raw)


def _committee(rng: random.Random, plan: Plan, doubt: float) -> dict[str, Cell]:
    if rng.random() < 0.4:
        truth = rng.choice(list(STATES))
        filed = _day(rng, 2015, 2022)
        ends = filed + dt.timedelta(days=1100 + rng.randrange(700))
        return {
            "committee_state": Cell(rng.choice(STATES[truth]), truth),
            "committee_filed_on": _dates(plan).draw(rng, filed, doubt),
            "committee_term_ends": _dates(plan, last_day=True).draw(rng, ends, doubt),
        }
    if rng.random() < 0.6:
        truth = rng.choice(list(NO_STATES))
        blank = rng.choice([None, "/", "无", "—"])
        return {
            "committee_state": Cell(rng.choice(NO_STATES[truth]), truth),
            "committee_filed_on": Cell(blank, None),
            "committee_term_ends": Cell(blank, None),
        }
    return dict.fromkeys(("committee_state", "committee_filed_on", "committee_term_ends"), BLANK)


def _place(rng: random.Random, plan: Plan, community: str) -> dict[str, Cell]:
    county, street = community[:6], community[:9]
    short = TREE[community].removesuffix("居委会")
    said = rng.choice([TREE[community], short])
    if plan.places == "code":
        raw = rng.choice([community, community if not plan.typed else float(community)])
        return {"division": Cell(raw, community)}
    if plan.places == "path":
        top = rng.choice(["云南省昆明市", "昆明市", ""])
        doubtful = street in TWICE and rng.random() < 0.3
        raw = (TREE[street] if doubtful else top + TREE[county] + TREE[street]) + said
        if doubtful:
            return {"division": Cell(raw, None, "ambiguous", "one name in two counties")}
        return {"division": Cell(raw, community)}
    cells = {"street": Cell(TREE[street], None), "community": Cell(said, None)}
    if plan.places == "columns":
        shown = (
            {"530128": "禄劝县"}.get(county, TREE[county]) if rng.random() < 0.5 else TREE[county]
        )
        return {"county": Cell(shown, None), **cells, "division": Cell(None, community)}
    if street in TWICE:
        doubt = Cell(None, None, "ambiguous", "one name in two counties")
        return {**cells, "division": doubt}
    return {**cells, "division": Cell(None, community)}


def _company(rng: random.Random) -> str:
    one, other = rng.sample(["昆明甲物业有限公司", "云南乙物业服务有限公司", "丙物业公司"], 2)
    return f"{one}{rng.choice('、/；')}{other}" if rng.random() < 0.05 else one


def _remark(rng: random.Random) -> Cell:
    if rng.random() < 0.03:
        raw = rng.choice(
            [f"联系人：{rng.choice(PEOPLE)}", f"电话{rng.choice(PHONES)}", f"证件{IDENTITY}"]
        )
        return Cell(raw, None)
    return Cell(rng.choice(["2024年改造", "外墙脱落", None, "", "电梯 2 部"]), None)
