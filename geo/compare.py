"""What changed between two snapshots, contributor by contributor.

A share S = N/D moves from S₀ to S₁ by exactly Σ (Δn - S₀·Δd) / D₁ over the compounds (or companies)
whose n or d changed; whatever kept both contributes nothing. So contributors sum to the change,
and each traces to facts.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from geo.action_plan import Definition, action_plan
from geo.coverage import cases_of, within
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


@dataclass(frozen=True)
class Contributor:
    """One compound or company that moved the share, by `points` percentage points."""

    subject: str
    name: str
    division: str | None
    reason: str
    numerator_change: int
    denominator_change: int
    points: float


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


def compare(
    before: Snapshot,
    after: Snapshot,
    indicator: str = "I1",
    definition: Definition | None = None,
    division: int | None = None,
) -> Comparison:
    """Compare one indicator in two snapshots under one definition.

    Raises
    ------
    UsageError
        For an unknown indicator.
    """
    definition = definition or Definition()
    chosen = action_plan().indicator(indicator)
    old = _states(before, indicator, definition, division)
    new = _states(after, indicator, definition, division)
    unit = cases_of(after, chosen, definition).unit
    share_0, share_1 = _share(old), _share(new)
    contributors: list[tuple[Fraction, Contributor]] = []
    whole = sum(state.denominator for state in new.values())
    for subject in sorted(old.keys() | new.keys()):
        was, now = old.get(subject), new.get(subject)
        dn = (now.numerator if now else 0) - (was.numerator if was else 0)
        dd = (now.denominator if now else 0) - (was.denominator if was else 0)
        if dn == dd == 0 and (was is None) == (now is None):
            continue
        points = Fraction(0)
        if whole:
            points = 100 * (dn - (share_0 or Fraction(0)) * dd) / whole
        shown = now or was
        assert shown is not None  # noqa: S101 - the subject is in one of the two
        contributors.append(
            (
                points,
                Contributor(
                    subject, shown.name, shown.division, _reason(was, now), dn, dd, float(points)
                ),
            )
        )
    by_reason = {
        reason: float(sum((p for p, item in contributors if item.reason == reason), Fraction(0)))
        for reason in REASONS
    }
    contributors.sort(key=lambda pair: (-abs(pair[0]), pair[1].subject))
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
        contributors=[item for _, item in contributors],
    )


def _share(states: dict[str, _State]) -> Fraction | None:
    whole = sum(state.denominator for state in states.values())
    return Fraction(sum(state.numerator for state in states.values()), whole) if whole else None


def _states(
    snapshot: Snapshot, indicator: str, definition: Definition, division: int | None
) -> dict[str, _State]:
    cases = cases_of(snapshot, action_plan().indicator(indicator), definition)
    if cases.table not in KEYS:
        raise UsageError(f"不能比较 {cases.table}。")
    inside = cases.population & within(snapshot, division, cases.table)
    codes = snapshot.column(cases.table, KEYS[cases.table])[inside].tolist()
    names = snapshot.column(cases.table, "name")[inside].tolist()
    counties = snapshot.column(cases.table, "county")[inside].tolist()
    amounts = cases.amount[inside].tolist()
    yes = cases.yes[inside].tolist()
    return {
        code: _State(name or code, str(county) if county else None, amount * got, amount)
        for code, name, county, amount, got in zip(
            codes, names, counties, amounts, yes, strict=True
        )
    }


def _reason(was: _State | None, now: _State | None) -> str:
    if was is None:
        return "entered"
    if now is None:
        return "left"
    if bool(was.numerator) != bool(now.numerator):
        return "gained" if now.numerator else "lost"
    return "amount"
