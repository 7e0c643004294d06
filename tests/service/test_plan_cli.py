"""The words of the command line: wuye plan, plan whatif, plan compare, plan again."""

import json

import pytest

from geo.errors import UsageError
from service.cli import COMMANDS, application
from service.plan_options import aim_of, fen, read_decisions, read_limits

NONE = dict.fromkeys(
    ("lock", "forbid", "refuse", "sanction", "cross", "capacity", "add"), ()
)  # fmt: skip


def test_the_words_are_there(capsys):
    assert {"plan", "neighbours", "case"} <= set(COMMANDS)
    application(["plan"])(args=["plan", "--help"], standalone_mode=False)
    shown = capsys.readouterr().out
    for word in ("list", "show", "compare", "whatif", "again", "--frontier", "--lock", "--reach"):
        assert word in shown


def test_decisions_are_read():
    decided = read_decisions(
        {**NONE, "lock": ["C1:H1", "C2"], "capacity": ["H1=32000.5"], "add": ["N@C9=30000"],
         "cross": ["C3:H3"], "refuse": [" H2 "]}
    )  # fmt: skip
    assert decided.locked == (("C1", "H1"), ("C2", None))
    assert decided.capacity_dm2 == {"H1": 3_200_050}
    assert decided.added == (("N", "C9", 3_000_000),)
    assert decided.crossed == (("C3", "H3"),)
    assert decided.refused == ("H2",)


@pytest.mark.parametrize(
    ("name", "text"),
    [("lock", "C:"), ("lock", ":H"), ("capacity", "H"), ("capacity", "H=x"), ("capacity", "H=-1"),
     ("add", "N=3"), ("add", "@C=3"), ("cross", "C")],
)  # fmt: skip
def test_what_makes_no_sense_is_named(name, text):
    with pytest.raises(UsageError):
        read_decisions({**NONE, name: [text]})


def test_aims_and_money():
    assert aim_of("Fair") == "fair"
    assert fen(12.34) == 1234
    assert fen(None) is None
    with pytest.raises(UsageError):
        aim_of("best")


def test_limits_come_in_their_units():
    from service.plan_options import _LIMITS

    given = dict.fromkeys(_LIMITS)
    given |= {"reach_m": 300.5, "bundle_floor": 20_000, "spare_default": "30%"}
    limits = read_limits(given)
    assert json.dumps({k: str(v) for k, v in limits.items() if v is not None}, sort_keys=True) == (
        '{"bundle_floor_dm2": "2000000", "reach_m": "300.5", "spare_default": "0.3"}'
    )
