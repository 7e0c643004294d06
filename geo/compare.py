"""What changed between two snapshots, contributor by contributor.

A share S = N/D moves from S₀ to S₁ by exactly Σ (Δn - S₀·Δd) / D₁ over the compounds (or companies)
whose n or d changed; whatever kept both contributes nothing. So contributors sum to the change,
and each traces to facts.

Each contribution falls into two parts. With y and a for yes/no and amount of one that is in both,

    Δn - S₀·Δd = (y₁ - y₀)·a₁ + (y₀ - S₀)·(a₁ - a₀)

the first is a change of state, the second of the denominator, as is all of what entered or left.
A change of state is *real*, or a *reclassification*: not known in one of the two snapshots, or
dated so that it was so on the first date already. The three parts sum to the change exactly.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from geo.action_plan import By, Definition, Indicator, action_plan
from geo.coverage import cases_of, require_division, within
from geo.errors import UsageError
from geo.snapshot.file import Snapshot

KEYS = {"compounds": "code", "companies": "uscc", "projects": "code"}
REASONS = {
    "entered": "进入统计",
    "left": "退出统计",
    "gained": "新达到",
    "lost": "不再达到",
    "amount": "数量更正",
}

KINDS = {"real": "实际变化", "reclassified": "核实与更正", "denominator": "统计范围变化"}
"""What a change is made of; the three sum to it."""

SINCE = {"I1": "service_from", "I2": "committee_filed_on"}
"""The column that says since when a compound's state is so, by indicator."""


@dataclass(frozen=True)
class Contributor:
    """One compound or company that moved the share, by `points` percentage points.

    ``denominator_points`` of them come from its entering, leaving or weighing otherwise; the
    others are of `kind`.
    """

    subject: str
    name: str
    division: str | None
    reason: str
    numerator_change: int
    denominator_change: int
    points: float
    kind: str
    denominator_points: float


@dataclass(frozen=True)
class Comparison:
    """The change of an indicator between two snapshots; contributors sum to it exactly."""

    before: str
    after: str
    as_of_before: str
    as_of_after: str
    indicator: str
    unit: str
    definition: Definition
    share_before: float | None
    share_after: float | None
    change_points: float | None
    by_reason: dict[str, float]
    by_kind: dict[str, float]
    contributors: list[Contributor]

    def as_json(self) -> dict[str, Any]:
        """Give the comparison as the command line prints it; areas in m²."""
        words = asdict(self)
        words["definition"] = self.definition.as_json()
        if self.unit == "m2":
            for item in words["contributors"]:
                for name in ("numerator_change", "denominator_change"):
                    item[name] = round(item[name] / 100, 2)
        return words


@dataclass(frozen=True)
class _State:
    name: str
    division: str | None
    numerator: int
    denominator: int
    yes: bool
    unknown: bool
    since: dt.date | None


def compare(
    before: Snapshot,
    after: Snapshot,
    indicator: str = "I1",
    definition: Definition | None = None,
    division: int | None = None,
    by: By = "company",
) -> Comparison:
    """Compare one indicator in two snapshots under one definition.

    Parameters
    ----------
    by
        What I3 and I4 count, as in `geo.coverage.coverage`.

    Raises
    ------
    UsageError
        For an unknown indicator.
    NotFound
        For a division that is not valid on the later date.
    """
    require_division(after, division)
    definition = definition or Definition()
    chosen = action_plan().indicator(indicator)
    old = _states(before, chosen, definition, division, by)
    new = _states(after, chosen, definition, division, by)
    unit = cases_of(after, chosen, definition, by).unit
    share_0, share_1 = _share(old), _share(new)
    contributors: list[tuple[Fraction, Fraction, Contributor]] = []
    whole = sum(state.denominator for state in new.values())
    for subject in sorted(old.keys() | new.keys()):
        was, now = old.get(subject), new.get(subject)
        dn = (now.numerator if now else 0) - (was.numerator if was else 0)
        dd = (now.denominator if now else 0) - (was.denominator if was else 0)
        if dn == dd == 0 and (was is None) == (now is None):
            continue
        points = scope = Fraction(0)
        if whole:
            points = 100 * (dn - (share_0 or Fraction(0)) * dd) / whole
            scope = 100 * _scope(was, now, share_0 or Fraction(0)) / whole
        shown = now or was
        assert shown is not None  # noqa: S101 - the subject is in one of the two
        contributors.append(
            (
                points,
                scope,
                Contributor(
                    subject,
                    shown.name,
                    shown.division,
                    _reason(was, now),
                    dn,
                    dd,
                    float(points),
                    _kind(was, now, before.as_of),
                    float(scope),
                ),
            )
        )
    by_reason = {
        reason: float(sum((p for p, _, item in contributors if item.reason == reason), Fraction(0)))
        for reason in REASONS
    }
    by_kind = dict.fromkeys(KINDS, Fraction(0))
    for points, scope, item in contributors:
        by_kind["denominator"] += scope
        by_kind[item.kind] += points - scope
    contributors.sort(key=lambda entry: (-abs(entry[0]), entry[2].subject))
    change = None
    if share_0 is not None and share_1 is not None:
        change = float(100 * (share_1 - share_0))
    return Comparison(
        before=before.id,
        after=after.id,
        as_of_before=before.as_of.isoformat(),
        as_of_after=after.as_of.isoformat(),
        indicator=chosen.id,
        unit=unit,
        definition=definition,
        share_before=None if share_0 is None else float(share_0),
        share_after=None if share_1 is None else float(share_1),
        change_points=change,
        by_reason=by_reason,
        by_kind={kind: float(points) for kind, points in by_kind.items()},
        contributors=[item for _, _, item in contributors],
    )


def _share(states: dict[str, _State]) -> Fraction | None:
    whole = sum(state.denominator for state in states.values())
    return Fraction(sum(state.numerator for state in states.values()), whole) if whole else None


def _states(
    snapshot: Snapshot,
    indicator: Indicator,
    definition: Definition,
    division: int | None,
    by: By,
) -> dict[str, _State]:
    cases = cases_of(snapshot, indicator, definition, by)
    if cases.table not in KEYS:
        raise UsageError(f"不能比较 {cases.table}。")
    inside = cases.population & within(snapshot, division, cases.table)
    codes = snapshot.column(cases.table, KEYS[cases.table])[inside].tolist()
    names = snapshot.column(cases.table, "name")[inside].tolist()
    counties = snapshot.column(cases.table, "county")[inside].tolist()
    amounts = cases.amount[inside].tolist()
    yes = cases.yes[inside].tolist()
    unknown = (cases.unknown & ~cases.yes)[inside].tolist()
    column = SINCE.get(indicator.id)
    since = [None] * len(codes)
    if column is not None:
        since = snapshot.column(cases.table, column)[inside].astype(object).tolist()
    return {
        code: _State(name or code, str(county) if county else None, amount * got, amount, *state)
        for code, name, county, amount, got, state in zip(
            codes,
            names,
            counties,
            amounts,
            yes,
            zip(yes, unknown, since, strict=True),
            strict=True,
        )
    }


def _scope(was: _State | None, now: _State | None, share: Fraction) -> Fraction:
    """Give what a change of the denominator moves, in stored units: all, of what came or went."""
    if was is None or now is None:
        state, sign = (now, 1) if was is None else (was, -1)
        assert state is not None  # noqa: S101 - the subject is in one of the two
        return sign * (state.numerator - share * state.denominator)
    return (was.yes - share) * (now.denominator - was.denominator)


def _kind(was: _State | None, now: _State | None, before: dt.date) -> str:
    """Tell what a change of state is: real, or known or dated otherwise than it was."""
    if was is None or now is None or was.yes == now.yes:
        return "denominator"
    if was.unknown or now.unknown:
        return "reclassified"
    return "reclassified" if now.yes and now.since and now.since <= before else "real"


def _reason(was: _State | None, now: _State | None) -> str:
    if was is None:
        return "entered"
    if now is None:
        return "left"
    if bool(was.numerator) != bool(now.numerator):
        return "gained" if now.numerator else "lost"
    return "amount"
