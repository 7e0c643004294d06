"""The web application's colours are those of maps.style."""

from __future__ import annotations

import re

from maps import style, tokens


def test_the_sheet_in_use_is_the_one_written() -> None:
    assert tokens.TOKENS.read_text(encoding="utf-8") == tokens.css()


def test_each_class_and_state_has_its_colour_and_red_is_for_the_party() -> None:
    sheet = dict(re.findall(r"--([\w-]+): (#\w{6});", tokens.css()))
    assert [sheet[f"below-{i}"] for i in range(3)] == list(style.BELOW)
    assert [sheet[f"above-{i}"] for i in range(3)] == list(style.ABOVE)
    assert {state.id: sheet[f"{state.id}-fill"] for state in style.STATES} == {
        state.id: state.fill for state in style.STATES
    }
    assert [name for name, colour in sheet.items() if colour == style.PARTY] == ["party"]
