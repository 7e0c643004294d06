"""Plans worth keeping: saved with what they were made from, listed, loaded, compared two by two.

A plan is kept as its JSON (`geo.takeover.plan.make.Plan.as_json`), so a plan that an older version
of the program made can still be read and compared. Its ``id`` is a hash of snapshot, definition
and parameters; ``digest`` is one of what came out, because a search that a time limit stopped may
end elsewhere when it is run again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from psycopg.types.json import Jsonb

from geo.errors import InputError, NotFound
from geo.register.compose import Connection
from geo.register.store import Register

Result = Mapping[str, Any]

_NEEDED: Final = ("plan", "snapshot", "definition", "parameters", "status", "suggestions")


def check_result(result: object, source: str) -> dict[str, Any]:
    """Give a plan's JSON if it is one.

    Raises
    ------
    InputError
        When it is none; the message names the source.
    """
    missing = [name for name in _NEEDED if not isinstance(result, dict) or name not in result]
    if missing or not isinstance(result, dict):
        raise InputError(
            f"{source} 不是方案（缺少 {'、'.join(missing)}）。", "请用 wuye plan --out 重新生成。"
        )
    return result


def digest_of(result: Result) -> str:
    """Hash what a plan found."""
    words = json.dumps(result, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(words.encode()).hexdigest()


def save(register: Register, result: Result, author: str) -> bool:
    """Keep a plan; tell whether it is new. The same result is kept once."""
    with register.connect() as connection:
        return keep(connection, result, author)


def keep(connection: Connection, result: Result, author: str) -> bool:
    """Keep a plan in the caller's transaction, as `save` does."""
    kept = check_result(dict(result), "方案")
    row = connection.execute(
        "insert into plan (id, digest, snapshot, division, parameters, result, author, at)"
        " values (%s, %s, %s, %s, %s, %s, %s, clock_timestamp())"
        " on conflict (id, digest) do nothing returning id",
        [kept["plan"], digest_of(kept), kept["snapshot"], kept.get("division"),
         Jsonb(kept["parameters"]), Jsonb(kept), author],
    ).fetchone()  # fmt: skip
    return row is not None


def listed(register: Register, *, division: str | None = None) -> list[dict[str, Any]]:
    """List the kept plans, newest first, of a division and what is below it."""
    with register.connect() as connection:
        return connection.execute(
            "select id, digest, snapshot, division, result ->> 'name' as name,"
            " result ->> 'as_of' as as_of, result ->> 'status' as status,"
            " jsonb_array_length(result -> 'suggestions') as takeovers, author, at from plan"
            " where %(division)s::text is null or starts_with(division, %(division)s)"
            " order by at desc, id, digest",
            {"division": division},
        ).fetchall()


def load(register: Register, name: str) -> dict[str, Any]:
    """Give a kept plan by its id, or by enough of its beginning.

    Of several results under one id the one kept last is given.

    Raises
    ------
    NotFound
        When no plan, or more than one, fits.
    """
    with register.connect() as connection:
        rows = connection.execute(
            "select distinct on (id) id, result from plan where starts_with(id, %s)"
            " order by id, at desc limit 2",
            [name],
        ).fetchall()
    if len(rows) != 1 or not name:
        count = "没有" if not rows else "不止一个"
        raise NotFound(f"{count}以 {name} 开头的已存方案。", "编号见 wuye plan list。")
    return dict(rows[0]["result"])


def plan_of(register: Register, name: str) -> dict[str, Any]:
    """Give a plan by the name of its file, or else by its id."""
    path = Path(name)
    if not path.is_file() and not path.suffix:
        return load(register, name)
    return read_file(path)


def read_file(path: Path) -> dict[str, Any]:
    """Give a plan by its file.

    Raises
    ------
    NotFound
        When there is no such file.
    InputError
        When it holds no plan.
    """
    if not path.is_file():
        raise NotFound(f"没有方案文件 {path}。", "请运行 wuye plan --out 生成。")
    try:
        return check_result(json.loads(path.read_text("utf-8")), path.name)
    except (ValueError, UnicodeDecodeError):
        raise InputError(f"{path.name} 不是方案文件。", "请用 wuye plan --out 重新生成。") from None


@dataclass(frozen=True)
class Difference:
    """What one plan does otherwise than another.

    Attributes
    ----------
    added, dropped
        Suggestions that only the later, or only the earlier, plan has; by compound.
    moved
        Compounds that both take over, by another host: (earlier entry, later entry).
    kept
        Number of suggestions that are in both, with the same host.
    figures
        Figures of both and what the later has more: ``{name: (before, after, more)}``; `more` is
        None where the two are not of one kind.
    conditions
        What they were made under, where it differs: ``{name: (before, after)}``.
    """

    added: tuple[Result, ...]
    dropped: tuple[Result, ...]
    moved: tuple[tuple[Result, Result], ...]
    kept: int
    figures: dict[str, tuple[Any, Any, float | None]]
    conditions: dict[str, tuple[Any, Any]]

    def as_json(self) -> dict[str, Any]:
        """Give the difference as the command line and the API show it."""
        return {
            "added": list(self.added),
            "dropped": list(self.dropped),
            "moved": [
                {"compound": one["compound"], "before": one, "after": other}
                for one, other in self.moved
            ],
            "kept": self.kept,
            "figures": {
                name: {"before": one, "after": other, "more": more}
                for name, (one, other, more) in self.figures.items()
            },
            "conditions": {
                name: {"before": one, "after": other}
                for name, (one, other) in self.conditions.items()
            },
        }


def compare(before: Result, after: Result) -> Difference:
    """Compare two plans.

    Amounts and shares are only subtracted where both are of one definition and one division.
    """
    one, other = (
        {str(entry["compound"]): entry for entry in plan["suggestions"]} for plan in (before, after)
    )
    both = [code for code in one if code in other]
    moved = [code for code in both if one[code]["project"] != other[code]["project"]]
    return Difference(
        added=tuple(other[code] for code in other if code not in one),
        dropped=tuple(one[code] for code in one if code not in other),
        moved=tuple((one[code], other[code]) for code in moved),
        kept=len(both) - len(moved),
        figures=_figures(before, after),
        conditions=_conditions(before, after),
    )


_FIGURES: Final = ("share", "share_after", "numerator_after", "denominator", "needed", "cost_yuan")


def _figures(before: Result, after: Result) -> dict[str, tuple[Any, Any, float | None]]:
    """Give figures that both plans have: takeovers and their area always, others as they come."""
    alike = all(
        _at(before, name) == _at(after, name) for name in ("definition.id", "division", "unit")
    )
    found: dict[str, tuple[Any, Any, float | None]] = {}
    counts = len(before["suggestions"]), len(after["suggestions"])
    found["takeovers"] = (*counts, counts[1] - counts[0])
    areas = tuple(
        round(sum(entry.get("floor_area_m2", 0) for entry in plan["suggestions"]), 2)
        for plan in (before, after)
    )
    found["floor_area_m2"] = (*areas, round(areas[1] - areas[0], 2))
    for name in _FIGURES:
        if name in before and name in after:
            pair = before[name], after[name]
            found[name] = (*pair, round(pair[1] - pair[0], 9) if alike else None)
    return found


def _conditions(before: Result, after: Result) -> dict[str, tuple[Any, Any]]:
    found = {
        name: (_at(before, name), _at(after, name))
        for name in ("snapshot", "as_of", "definition.id", "division", "status")
    }
    names = sorted({*before["parameters"], *after["parameters"]})
    found |= {
        f"parameters.{name}": (before["parameters"].get(name), after["parameters"].get(name))
        for name in names
    }
    return {name: pair for name, pair in found.items() if pair[0] != pair[1]}


def _at(plan: Result, name: str) -> Any:
    """Give a member, or a member's member, of a plan's JSON; None without."""
    value: Any = plan
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
