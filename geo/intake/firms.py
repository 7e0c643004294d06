"""Names of companies in a cell: one, or several that must not become one name."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SEPARATOR: Final = re.compile(r"[、,;/|\n]+|\s{2,}|(?<=公司)\s*(?:和|及|与|\s)\s*")
_COMPANY: Final = re.compile(
    r".{2,}(公司|物业|物管|服务中心|集团|企业|商行|经营部|服务社|服务部|合作社)(?:\(.*\))?$"
)


def companies_in(text: str) -> list[str]:
    """Give the companies that a cell names, several only where each part is a company's name.

    >>> companies_in("甲物业公司、乙物业公司"), companies_in("昆明甲、乙物业公司")
    (['甲物业公司', '乙物业公司'], ['昆明甲、乙物业公司'])
    """
    plain = unicodedata.normalize("NFKC", text)
    parts = [part.strip() for part in _SEPARATOR.split(plain) if part.strip()]
    if len(parts) > 1 and all(_COMPANY.match(part) for part in parts):
        return list(dict.fromkeys(parts))
    return [text]
