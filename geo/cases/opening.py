"""Cases opened: from a plan's suggestions, or for a compound and a host that somebody names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from geo.cases import gates
from geo.cases.reading import read
from geo.cases.states import SUGGESTED, Step
from geo.cases.subjects import Compound, check_open, compound_on, is_made_up, project_on
from geo.errors import InputError, NotFound, StepRefused, WuyeError
from geo.register import cases
from geo.register.compose import Connection
from geo.register.store import Origin, Register


@dataclass(frozen=True)
class Wanted:
    """A case that somebody wants opened: a compound, a host, and where the idea comes from."""

    compound: str
    project: str
    plan: str | None = None
    suggestion: Mapping[str, Any] | None = None


@dataclass
class Opened:
    """What opening cases did: their numbers by compound, and why others were left out."""

    numbers: dict[str, int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    change: int | None = None


def wanted_of(plan: Mapping[str, Any], compounds: Iterable[str] = ()) -> list[Wanted]:
    """Read the cases that a plan suggests, all or those of some compounds.

    Parameters
    ----------
    plan
        A plan as JSON (`geo.takeover.plan.make.Plan.as_json`).

    Raises
    ------
    InputError
        When it is no plan.
    NotFound
        When it doesn't suggest one of the compounds.
    """
    try:
        entries = {str(entry["compound"]): entry for entry in plan["suggestions"]}
        found = [
            Wanted(code, str(entry["project"]), str(plan["plan"]), entry)
            for code, entry in entries.items()
        ]
    except (KeyError, TypeError) as error:
        raise InputError(
            f"不是接管方案（缺少 {error}）。", "请用 wuye plan --out 重新生成。"
        ) from None
    asked = set(compounds)
    missing = sorted(asked - set(entries))
    if missing:
        raise NotFound(
            f"方案没有建议接管 {'、'.join(missing)}。", "可用 --compound 与 --host 直接立案。"
        )
    return [one for one in found if not asked or one.compound in asked]


def open_cases(
    register: Register,
    wanted: Sequence[Wanted],
    *,
    author: str,
    on: dt.date,
    today: dt.date,
    evidence: str | None = None,
) -> Opened:
    """Open cases as one change; those that may not be opened are left out, with the reason.

    A compound has at most one case that is not closed.

    Raises
    ------
    StepRefused
        For a day to come, or evidence with personal data.
    """
    gates.check_day(on, on, today)
    evidence = gates.checked_text(evidence, "依据", required=False)
    done = Opened()
    with register.connect() as connection:
        made_up = any(is_made_up(connection, one.compound, on) for one in wanted)

    def write(connection: Connection, change: int, _changed: frozenset[int]) -> bool:
        busy = {case.compound: case.number for case in read(connection) if not case.progress.closed}
        for one in wanted:
            try:
                compound = _openable(connection, one, busy, on)
            except WuyeError as error:
                done.refused[one.compound] = str(error)
                continue
            number = cases.next_number(connection)
            cases.add_case(
                connection, change, number,
                cases.NewCase(
                    one.compound, one.project, one.plan, one.suggestion, compound.division
                ),
            )  # fmt: skip
            source = evidence or (f"方案 {one.plan[:12]}" if one.plan else None)
            step = Step(SUGGESTED, on, author, evidence=source)
            cases.add_step(connection, change, number, 0, step.as_row())
            busy[one.compound] = done.numbers[one.compound] = number
        return bool(done.numbers)

    origin = Origin("case", author, made_up=made_up, parameters={
        "open": [[one.compound, one.project] for one in wanted], "at": on.isoformat(),
    })  # fmt: skip
    done.change = register.write(
        origin, [], lambda _: {"cases": len(done.numbers)}, also=write
    ).number
    return done


def _openable(
    connection: Connection, one: Wanted, busy: Mapping[str, int], on: dt.date
) -> Compound:
    if one.compound in busy:
        raise StepRefused(f"小区 {one.compound} 已有未结的案件 {busy[one.compound]}。")
    compound = compound_on(connection, one.compound, on)
    check_open(compound, on)
    project_on(connection, one.project, on)
    return compound
