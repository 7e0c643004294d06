"""A street with one managed compound and two old ones, in a real register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from geo.cases.opening import Opened, Wanted, open_cases
from geo.cases.record import Case
from geo.cases.stepping import record
from geo.codes import uscc_check_character
from geo.register.store import Register

TODAY = dt.date(2026, 12, 31)


def uscc(head: str) -> str:
    return head + uscc_check_character(head)


COMPANY = uscc("91530102MA2K00001")
OTHER = uscc("91530102MA2K00002")
UNKNOWN = uscc("91530102MA2K00003")

VOTE = {
    "total_area_m2": "10000",
    "taking_part_area_m2": "7000.00",
    "agreeing_area_m2": 4000,
    "total_heads": 99,
    "taking_part_heads": "66",
    "agreeing_heads": 34,
}
CONTRACT = {"project": "P", "contract_from": "2025-01-01", "contract_to": "2027-12-31"}
FIGURES: dict[str, dict[str, Any]] = {
    "表决": VOTE,
    "合同": CONTRACT,
    "承接查验": {"result_published": True},
}


@pytest.fixture
def street(register: Register, import_csv: Callable[..., Any]) -> Register:
    """N is served by P (of COMPANY); A and B are old and unserved; Q is of another company, R of one
    that no ledger has."""
    import_csv(
        "ledger",
        "小区编码,小区名称,区划代码,建成年份,建筑面积(㎡),服务模式,物业项目编码,服务起始日期",
        "N,新苑,530102001,2010,60000,市场化物业,P,2020-01-01",
        "A,甲苑,530102001,1995,10000,无物业,,2020-01-01",
        "B,乙苑,530103001,1990,20000,社区托管,,",
    )
    import_csv(
        "companies",
        "统一社会信用代码,企业名称,企业类型,注册地区划",
        f"{COMPANY},邻里物业,国有,530102",
        f"{OTHER},别家物业,市场,530102",
    )
    import_csv(
        "projects",
        "项目编码,项目名称,统一社会信用代码,合同起,合同止",
        f"P,新苑项目,{COMPANY},2020-01-01,2030-12-31",
        f"P2,甲苑项目,{COMPANY},2025-01-01,2027-12-31",
        f"Q,别家项目,{OTHER},2020-01-01,2030-12-31",
        f"R,不明项目,{UNKNOWN},2020-01-01,2030-12-31",
    )
    return register


class Desk:
    """Opens and steps cases of one register with the words that don't matter filled in."""

    def __init__(self, register: Register) -> None:
        self.register = register

    def open(
        self, compound: str = "A", project: str = "P", on: str = "2025-02-01", **words: Any
    ) -> Opened:
        day = dt.date.fromisoformat(on)
        return open_cases(
            self.register,
            [Wanted(compound, project)],
            author="tester",
            on=day,
            today=TODAY,
            **words,
        )

    def open_chain(self, project: str = "P") -> Opened:
        """Open cases for A, and for B that P reaches through A."""
        wanted = [
            Wanted("A", project, "f" * 64, {"compound": "A", "project": project}),
            Wanted("B", project, "f" * 64, {"compound": "B", "project": project, "parent": "A"}),
        ]
        day = dt.date(2025, 2, 1)
        return open_cases(self.register, wanted, author="tester", on=day, today=TODAY)

    def step(self, state: str, on: str = "2025-03-01", number: int = 1, **words: Any) -> Case:
        words = {
            "evidence": "街办纪要〔2025〕7号",
            "reason": "居民要求" if state in {"否决", "搁置"} else None,
            "figures": FIGURES.get(state),
            **words,
        }
        return record(
            self.register, number, state, author="tester",
            on=dt.date.fromisoformat(on), today=TODAY, **words,
        )  # fmt: skip

    def through(self, last: str, number: int = 1) -> None:
        """Take a case from 建议 to a state, a day a step."""
        states = ["街道受理", "企业意愿", "征求意见", "表决", "合同", "承接查验", "进场"]
        for k, state in enumerate(states[: states.index(last) + 1]):
            self.step(state, f"2025-03-{k + 1:02d}", number)


@pytest.fixture
def desk(street: Register) -> Desk:
    return Desk(street)


@pytest.fixture
def figures() -> dict[str, dict[str, Any]]:
    return FIGURES
