"""Why a compound is or is not counted, and where its facts come from, in words."""

from __future__ import annotations

from typing import Final

from geo.why import Reason
from maps.style import Words

REASONS: Final[dict[Reason, Words]] = {
    "not_delivered": (
        "截止日尚未交付，不在统计范围",
        "not delivered by the date: not counted at all",
    ),
    "demolished": ("截止日已拆除，不在统计范围", "demolished by the date: not counted at all"),
    "not_urban": ("不是城镇小区，不在本口径范围", "not an urban compound: outside this definition"),
    "counts": ("服务模式属于本档，计入已覆盖", "its service counts in this band: covered"),
    "counts_evidenced": (
        "居民自管且有截止日前的依据，计入已覆盖",
        "self-managed with evidence by the date: covered",
    ),
    "no_evidence": (
        "居民自管但没有截止日前的依据，未计入",
        "self-managed without evidence by the date: not covered",
    ),
    "band_excludes": ("服务模式不属于本档，未计入", "its service does not count in this band"),
    "no_service": ("没有物业服务，未计入", "no property service: not covered"),
    "not_verified": (
        "服务模式未核实：留在分母，下界按无、上界按有计",
        "not verified: in the denominator, a no for the lower bound and a yes for the upper",
    ),
}
"""In the words of the card."""

FACT_KINDS: Final[dict[str, Words]] = {
    "compound": ("小区台账", "the compound"),
    "compound_shape": ("小区图形", "its polygon"),
    "service_status": ("物业服务", "property service"),
    "committee": ("业委会（物管会）", "owners' or interim committee"),
    "project": ("物业项目", "the project"),
    "company": ("物业企业", "the company"),
    "party_organisation": ("企业党组织", "the company's party organisation"),
    "party_instructor": ("党建指导员", "the company's party instructor"),
    "compound_alias": ("别名", "another name"),
    "compound_code": ("其他编码", "another code"),
}
"""Kinds of facts in a compound's history."""
