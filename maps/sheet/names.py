"""Short names of divisions, as maps label them."""

from __future__ import annotations

import re
from typing import Final

_PEOPLES: Final = (
    "蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 "
    "水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 "
    "乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)
"""The 55 minority peoples after whom autonomous divisions are named."""

_ANY_PEOPLE: Final = "|".join(sorted(_PEOPLES.split(), key=len, reverse=True))
_AUTONOMOUS: Final = re.compile(rf"^(.+?)(?:(?:{_ANY_PEOPLE})族|各族)+自治(州|县)$")
_COMMITTEE: Final = re.compile(r"(社区)?(居民委员会|居委会|村民委员会|村委会)$")


def short_name(name: str) -> str:
    """Give the name that a label has room for.

    >>> short_name("双江拉祜族佤族布朗族傣族自治县"), short_name("红河哈尼族彝族自治州")
    ('双江县', '红河州')
    >>> short_name("五华区"), short_name("翠湖西路社区居民委员会")
    ('五华区', '翠湖西路社区')
    """
    found = _AUTONOMOUS.match(name)
    if found:
        return found[1] + found[2]
    stem = _COMMITTEE.sub("", name)
    return name if not stem else stem + ("社区" if stem != name and "社区" in name else "")
