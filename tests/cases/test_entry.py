"""进场 is held against what the register knows by then, not by when the case was opened."""

from typing import Any

import pytest

from geo.errors import StepRefused

STATUS = "小区编码,服务模式,物业项目编码,服务起始日期"


def test_a_compound_that_another_company_serves_meanwhile_is_not_taken(
    desk: Any, import_csv: Any
) -> None:
    desk.open()
    desk.through("承接查验")
    import_csv("ledger", STATUS, "A,市场化物业,Q,2025-03-01")
    with pytest.raises(StepRefused, match="小区 A 在 2025-03-07 已有物业服务"):
        desk.step("进场", "2025-03-07")


def test_a_compound_that_is_gone_by_then_is_not_entered(desk: Any, import_csv: Any) -> None:
    desk.open()
    desk.through("承接查验")
    import_csv("ledger", "小区编码,拆除日期", "A,2025-03-05")
    with pytest.raises(StepRefused, match="小区 A 已于 2025-03-05 拆除"):
        desk.step("进场", "2025-03-07")


def test_a_ledger_that_names_the_same_project_first_is_no_hindrance(
    desk: Any, import_csv: Any
) -> None:
    desk.open()
    desk.through("承接查验")
    import_csv("ledger", STATUS, "A,市场化物业,P,2025-03-01")
    assert desk.step("进场", "2025-03-07").progress.state == "进场"
