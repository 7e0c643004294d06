"""The closed vocabularies of the field, in the order in which codes are stored.

A snapshot stores a term as its index in these tuples; index 0 always means unknown.
Source: CONTRACT (columns), action plan of Yunnan 2023-2025 (modes, forms).
"""

from __future__ import annotations

from typing import Final

MODES: Final = (
    "未核实",
    "市场化物业",
    "国有物业",
    "公益性物业",
    "社区托管",
    "社会组织",
    "居民自管",
    "无物业",
)
"""Service mode of a compound (服务模式)."""

COMPANY_KINDS: Final = ("未核实", "市场", "国有", "公益")
"""Kind of a property company (企业类型)."""

MODE_OF_COMPANY_KIND: Final = {"市场": "市场化物业", "国有": "国有物业", "公益": "公益性物业"}
"""The mode of a compound whose row names a project but no mode."""

COMMITTEE_KINDS: Final = ("业主委员会", "物业管理委员会")
"""Owners' committee, and the interim body that stands in for one."""

PARTY_FORMS: Final = ("未核实", "党委", "党总支", "党支部", "联合党支部", "无")
"""Form of a company's party organisation (党组织形式)."""

PARTY_ORGANISED: Final = frozenset({"党委", "党总支", "党支部", "联合党支部"})
"""Forms that count as an organisation: its own, or a joint one."""

BARRIER_KINDS: Final = ("", "铁路", "高速路", "河流", "主干道", "通道")
"""Kinds of barrier; 通道 is a crossing, which opens a hard one."""

NOT_WALKED: Final = frozenset(
    {"高速路", "高速公路", "高速", "expressway", "motorway", "motorway_link"}
)
"""Kinds of road, lower case, that nobody walks along unless a file says so."""

HARD_BARRIERS: Final = frozenset({"铁路", "高速路", "河流"})
"""Barriers that no takeover crosses unless a crossing lies within the walking limit."""

LEVELS: Final = ("province", "prefecture", "county", "street", "community")
"""Levels of the division tree, top down."""

MADE_UP: Final = "示例数据"
"""The mark of made-up data, in every file and on every picture that holds any."""

# What is known of a yes/no state: stored so that 0 is "not known".
UNKNOWN: Final = 0
NO: Final = 1
YES: Final = 2

# State of a compound's owners' committee.
COMMITTEE_UNKNOWN: Final = 0
COMMITTEE_NONE: Final = 1
COMMITTEE_VALID: Final = 2
COMMITTEE_EXPIRED: Final = 3

# Where a floor area comes from.
AREA_UNKNOWN: Final = 0
AREA_GIVEN: Final = 1
AREA_IMPUTED: Final = 2

CASE_STAGES: Final = (
    "建议",
    "街道受理",
    "企业意愿",
    "征求意见",
    "表决",
    "合同",
    "承接查验",
    "进场",
)
"""The states that a takeover case goes through, none left out (DOMAIN section 3)."""

CASE_REJECTED: Final = "否决"
CASE_HELD: Final = "搁置"
CASE_RESUMED: Final = "恢复"

CASE_STATES: Final = (*CASE_STAGES, CASE_REJECTED, CASE_HELD, CASE_RESUMED)
"""What a step of a case can say. 恢复 ends 搁置: the case is again where it was before."""
