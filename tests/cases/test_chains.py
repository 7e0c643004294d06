"""A chain's compound is entered after the one that it is reached through."""

from typing import Any

import pytest

from geo.cases.reading import get, listed
from geo.errors import StepRefused

DAYS = {"before": "2025-03-06", "same": "2025-03-07"}


def test_a_child_waits_for_its_parent(desk: Any) -> None:
    desk.open_chain()
    desk.through("承接查验", 2)  # all but entry: the two are worked on side by side
    with pytest.raises(StepRefused, match="上一环小区 A .*尚未"):
        desk.step("进场", "2025-03-07", 2)
    desk.through("进场", 1)
    assert get(desk.register, 2).parent_state == "进场"
    with pytest.raises(StepRefused, match="尚未"):
        desk.step("进场", DAYS["before"], 2)
    assert desk.step("进场", DAYS["same"], 2).progress.state == "进场"


def test_a_parent_that_is_rejected_is_told(desk: Any) -> None:
    desk.open_chain()
    assert get(desk.register, 2).warnings == ()
    desk.step("搁置", number=1)
    assert "已搁置" in get(desk.register, 2).warnings[0]
    desk.step("恢复", number=1)
    desk.step("否决", number=1)
    child = {case.number: case for case in listed(desk.register)}[2]
    assert "已否决" in child.warnings[0]
    words = child.as_json()
    assert (words["parent"], words["parent_state"]) == ("A", "否决")
    assert words["warnings"] == list(child.warnings)
    desk.through("承接查验", 2)
    with pytest.raises(StepRefused, match="尚未"):
        desk.step("进场", "2025-03-07", 2)
    # Another case for the parent, with the same host, opens the way again.
    assert desk.open("A").numbers == {"A": 3}
    assert get(desk.register, 2).warnings == ()
    desk.through("进场", 3)
    assert desk.step("进场", "2025-03-07", 2).progress.closed


def test_a_parent_that_another_company_serves_does_not_do(desk: Any, import_csv: Any) -> None:
    desk.open_chain()
    desk.step("否决", number=1)
    desk.through("承接查验", 2)
    import_csv(
        "ledger",
        "小区编码,服务模式,物业项目编码,服务起始日期",
        "A,市场化物业,Q,2025-03-01",
    )
    with pytest.raises(StepRefused, match="尚未"):
        desk.step("进场", "2025-03-07", 2)


def test_a_case_without_a_chain_says_nothing(desk: Any) -> None:
    desk.open()
    words = get(desk.register, 1).as_json()
    assert (words["parent"], words["parent_state"], words["warnings"]) == (None, None, [])
