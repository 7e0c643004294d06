"""Cases read from the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from geo.cases.record import Case, parent_of
from geo.cases.states import Step, progress
from geo.errors import NotFound
from geo.register import cases
from geo.register.compose import Connection
from geo.register.store import Register


def get(register: Register, number: int) -> Case:
    """Read a case.

    Raises
    ------
    NotFound
        When there is none of the number.
    """
    found: list[Case] = []
    if 0 < number < 2**31:
        with register.connect() as connection:
            found = read(connection, [number])
    if not found:
        raise NotFound(f"没有案件 {number}。", "编号见 wuye case list。")
    return found[0]


def listed(
    register: Register,
    *,
    division: str | None = None,
    state: str | None = None,
    known: int | None = None,
) -> list[Case]:
    """List cases by number: of a division and what is below it, in a state.

    Parameters
    ----------
    known
        As known after this change; None is now.
    """
    with register.connect() as connection:
        found = read(connection, None, known)
    return [
        case
        for case in found
        if (division is None or (case.division or "").startswith(division))
        and (state is None or case.progress.state == state)
    ]


def read(
    connection: Connection, numbers: Sequence[int] | None = None, known: int | None = None
) -> list[Case]:
    """Read cases, some or all, as known now or after a change; in order of their numbers."""
    heads, steps = cases.rows_of(connection, numbers, known)
    names = {
        kind: _names(connection, kind, sorted({head[kind] for head in heads}))
        for kind in ("compound", "project")
    }
    of_case: dict[int, list[Step]] = {}
    for row in steps:
        of_case.setdefault(row["case_number"], []).append(
            Step(
                row["state"], row["at"], row["author"], row["reason"], row["evidence"],
                row["figures"], row["change"],
            )
        )  # fmt: skip
    parents = _parent_states(connection, heads, known)
    return [
        Case(
            number=head["number"],
            compound=head["compound"],
            compound_name=names["compound"].get(head["compound"], ""),
            project=head["project"],
            project_name=names["project"].get(head["project"], ""),
            division=head["access_division"],
            plan=head["plan"],
            suggestion=head["suggestion"],
            steps=tuple(of_case[head["number"]]),
            parent_state=parents.get((parent_of(head["suggestion"]), head["project"])),
        )
        for head in heads
    ]


def _parent_states(
    connection: Connection, heads: Sequence[Mapping[str, Any]], known: int | None
) -> dict[tuple[str, str], str]:
    """Give the state of the latest case of each parent in a chain, by compound and host."""
    wanted = {
        (parent_of(head["suggestion"]), head["project"])
        for head in heads
        if parent_of(head["suggestion"])
    }
    if not wanted:
        return {}
    numbers = cases.latest_of(connection, sorted(wanted), known)
    _, steps = cases.rows_of(connection, sorted(numbers.values()), known)
    of_case: dict[int, list[Step]] = {}
    for row in steps:
        of_case.setdefault(row["case_number"], []).append(
            Step(row["state"], row["at"], row["author"])
        )
    return {pair: progress(of_case[number]).state for pair, number in numbers.items()}


def _names(connection: Connection, kind: str, codes: Sequence[str]) -> dict[str, str]:
    """Give the latest names of compounds or projects, by code."""
    query = {
        "compound": b"select distinct on (code) code, name from compound where code = any(%s)"
        b" and upper_inf(known) and name is not null order by code, lower(valid) desc nulls last",
        "project": b"select distinct on (code) code, name from project where code = any(%s)"
        b" and upper_inf(known) and name is not null order by code, lower(valid) desc nulls last",
    }[kind]
    found = connection.execute(query, [list(codes)]).fetchall()
    return {row["code"]: row["name"] for row in found}
