"""Random steps, held against a model of the rules written apart: no gate is ever passed unopened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import count
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from geo.cases.opening import Wanted, open_cases
from geo.cases.reading import get
from geo.cases.record import Case
from geo.cases.stepping import record
from geo.errors import WuyeError
from geo.register.store import Register

GATES = ["街道受理", "企业意愿", "征求意见", "表决", "合同", "承接查验", "进场"]
TODAY = dt.date(2026, 12, 31)
START = dt.date(2025, 2, 1)
MANY = 36

moves = st.tuples(
    # Mostly what comes next, so that random walks get far.
    st.sampled_from(["下一步"] * 40 + ["撤销", "搁置", "恢复", "恢复", "否决", *GATES]),
    st.sampled_from([0, 1, 1, 1, 2, 2, 3, 3, -1]),  # days since the last step
    st.sampled_from([True] * 15 + [False]),  # whether figures and evidence are as they must be
)


class Model:
    """What a case may do, told in sets and lists."""

    def __init__(self) -> None:
        self.log: list[tuple[str, dt.date]] = [("建议", START)]

    @property
    def reached(self) -> list[str]:
        return [state for state, _ in self.log if state in GATES]

    @property
    def held(self) -> bool:
        stops = [state for state, _ in self.log if state in {"搁置", "恢复"}]
        return bool(stops) and stops[-1] == "搁置"

    @property
    def over(self) -> bool:
        return any(state in {"否决", "进场"} for state, _ in self.log)

    def takes(self, state: str, on: dt.date, *, good: bool) -> bool:
        if self.over or on < self.log[-1][1] or not good:
            return False
        if state == "恢复":
            return self.held
        if state == "否决":
            return True
        if self.held:
            return False
        return state == "搁置" or state == [*GATES, None][len(self.reached)]


def statuses(register: Register, code: str) -> list[tuple[str, str | None, str]]:
    with register.connect() as connection:
        rows = connection.execute(
            "select mode, project, valid::text from service_status"
            " where code = %s and upper_inf(known) order by valid",
            [code],
        ).fetchall()
    return [(row["mode"], row["project"], row["valid"]) for row in rows]


def test_random_steps_never_pass_a_closed_gate(
    street: Register, import_csv: Callable[..., Any], figures: dict[str, dict[str, Any]]
) -> None:
    import_csv(
        "ledger",
        "小区编码,区划代码,建成年份,建筑面积(㎡),服务模式,服务起始日期",
        *(f"Z{k},530102001,1990,1000,无物业,2020-01-01" for k in range(MANY)),
    )
    fresh = (f"Z{k}" for k in count())
    entered = refused = undone = 0

    @settings(max_examples=MANY - 2, deadline=None, derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @example([("下一步", 1, True)] * 9)
    @example([*[("下一步", 1, True)] * 7, ("撤销", 0, True), ("搁置", 1, True), ("恢复", 1, True),
              ("下一步", 0, True)])  # fmt: skip
    @given(st.lists(moves, min_size=8, max_size=14))
    def walk(listed: list[tuple[str, int, bool]]) -> None:
        nonlocal entered, refused, undone
        code = next(fresh)
        opened = open_cases(street, [Wanted(code, "P")], author="t", on=START, today=TODAY)
        number = opened.numbers[code]
        model = Model()
        before = statuses(street, code)
        assert before == [("无物业", None, "[2020-01-01,)")]

        def stands(case: Case) -> None:
            assert [(step.state, step.at) for step in case.steps] == model.log
            if "进场" in model.reached:
                assert model.reached == GATES
                day = model.log[-1][1]
                assert statuses(street, code) == [
                    ("无物业", None, f"[2020-01-01,{day})"), ("国有物业", "P", f"[{day},)"),
                ]  # fmt: skip
            else:
                assert statuses(street, code) == before

        for word, days, good in listed:
            if word == "撤销":
                if len(model.log) > 1:
                    street.undo(get(street, number).steps[-1].change, "t")
                    model.log.pop()
                    stands(get(street, number))
                    undone += 1
            else:
                state = [*GATES, "进场"][len(model.reached)] if word == "下一步" else word
                on = model.log[-1][1] + dt.timedelta(days=days)
                told = figures.get(state) if good else {"total_heads": 3, "project": "Q"}
                may = model.takes(state, on, good=good)
                try:
                    case = record(
                        street, number, state, author="t", on=on, today=TODAY,
                        reason="有因", evidence="纪要 7", figures=told,
                    )  # fmt: skip
                    assert may, (model.log, state, on)
                    model.log.append((state, on))
                    stands(case)
                except WuyeError:
                    assert not may, (model.log, state, on)
                    refused += 1
        # What a refused step had left behind would be here, or at the next step that is taken.
        stands(get(street, number))
        entered += "进场" in model.reached

    walk()
    assert entered >= 3
    assert undone >= 3
    assert refused >= 20
