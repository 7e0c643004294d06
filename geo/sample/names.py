"""Names of compounds, companies and addresses: made of ordinary words, none of a person."""

from __future__ import annotations

from typing import Final

import numpy as np

from geo.sample.draw import pick

_FIRST: Final = (
    "金色", "翠湖", "云岭", "春城", "学府", "世纪", "东方", "锦绣", "阳光", "南亚", "北辰", "融城",
    "江岸", "丽景", "滨江", "康乐", "安康", "福景", "和谐", "紫云", "银河", "玫瑰", "香樟", "碧水",
    "龙泉", "凤凰", "梧桐", "新迎", "昌源", "百合", "云秀", "佳湖", "桂苑", "观澜", "半山", "彩云",
)  # fmt: skip
_LAST: Final = (
    "花园", "小区", "家园", "名城", "雅苑", "华庭", "公馆", "新城", "花苑", "佳园", "国际", "御景",
    "里", "湾", "府", "景苑", "时代", "明珠",
)  # fmt: skip
_UNITS: Final = (
    "建材厂", "供销社", "烟草公司", "第二中学", "水泥厂", "纺织厂", "轴承厂", "粮食局", "百货公司",
    "农业局", "水利局", "人民医院", "糖厂", "林业局", "邮电局", "机床厂", "化肥厂", "五金厂",
    "运输公司", "煤机厂", "税务局", "财政局", "造纸厂", "电力公司", "外贸公司", "食品厂",
    "药材公司", "印刷厂", "第一小学", "农机厂", "毛纺厂", "冶炼厂", "地质队", "教育局", "广播站",
    "糖业公司",
)  # fmt: skip
_HOMES: Final = ("宿舍", "家属院", "生活区", "住宅区", "职工小区", "集资房")
_OLD_PLACES: Final = ("新村", "小区", "东院", "西院", "北院", "住宅小区", "公房小区")
_PHASES: Final = ("一期", "二期", "三期", "四期")
_FIRMS: Final = (
    "云泽", "景润", "泰和", "嘉诚", "恒新", "瑞安", "金泉", "同辉", "鸿顺", "佳和", "盛源", "美家",
    "星河", "康居", "安佳", "宏远", "新悦", "绿洲", "诚信", "众合", "明悦", "华瑞", "百年",
    "汇丰源", "润城", "祥瑞", "德邻", "家顺", "福泰", "启航",
)  # fmt: skip
_PEOPLES: Final = (
    "彝族", "苗族", "傣族", "白族", "哈尼族", "壮族", "回族", "纳西族", "傈僳族", "佤族", "拉祜族",
    "布朗族", "瑶族", "独龙族", "怒族", "普米族", "景颇族", "藏族", "布依族", "水族", "满族",
    "蒙古族",
)  # fmt: skip


def short_county(name: str) -> str:
    """Shorten a county's name: 禄劝彝族苗族自治县 to 禄劝, 五华区 to 五华, 个旧市 to 个旧.

    >>> short_county("禄劝彝族苗族自治县"), short_county("五华区")
    ('禄劝', '五华')
    """
    text = name.removesuffix("自治县")
    found = True
    while found and text != name:
        found = False
        for people in _PEOPLES:
            if text.endswith(people) and len(text) > len(people):
                text, found = text.removesuffix(people), True
    if text == name and len(name) > 2 and name[-1] in "县市区":
        text = name[:-1]
    return text


def base_name(rng: np.random.Generator, *, old: bool, county: str, community: str) -> str:
    """Draw a compound's name without its phase."""
    draw = rng.random()
    if not old:
        return pick(rng, _FIRST) + pick(rng, _LAST)
    if draw < 0.62:
        side = county if rng.random() < 0.35 else ""
        return side + pick(rng, _UNITS) + pick(rng, _HOMES)
    place = community if draw < 0.85 else pick(rng, _FIRST)
    return place + pick(rng, _OLD_PLACES)


def community_word(name: str) -> str:
    """Give what is proper in a community's name: 华山西路社区居民委员会 to 华山西路."""
    for ending in ("居民委员会", "村民委员会", "居委会", "村委会", "社区", "村"):
        name = name.removesuffix(ending) or name
    return name[:6]


def phase(place: int) -> str:
    """Give the name of a phase by its place: 0 is 一期."""
    return _PHASES[place] if place < len(_PHASES) else f"{place + 1}期"


def company_name(rng: np.random.Generator, kind: str, county: str) -> str:
    """Draw a company's name; each says （示例）, for a firm of that name may well exist."""
    if kind == "国有":
        words = pick(rng, ("城投", "国投", "城建", "住建"))
        return f"{county}{words}{pick(rng, _FIRMS)}物业服务有限公司（示例）"
    if kind == "公益":
        return f"{county}{pick(rng, _FIRMS)}社区公益物业服务有限公司（示例）"
    return f"{county}{pick(rng, _FIRMS)}物业{pick(rng, ('服务', '管理'))}有限公司（示例）"
