"""Figures of the action plan by division: shares, bounds and gaps, exact.

Sums are made of integers (0.01 m², or a count) and compared with the target by multiplying
across, so children sum to their parent exactly and "90 % 以上" is met at exactly 0.9 and not a hair
below.
Every figure is made from one snapshot under one definition; this module is the only place
that computes one.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from geo import terms
from geo.action_plan import By, Definition, Indicator, action_plan
from geo.codes import LEVEL_WIDTH, level_of
from geo.errors import NotFound, UsageError
from geo.snapshot.file import Snapshot
from geo.terms import LEVELS, NO, UNKNOWN, YES

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

OUTSIDE = "未落入下级区划"


@dataclass(frozen=True)
class Row:
    """One division's figure.

    ``numerator``, ``denominator``, ``unknown`` are integers: 0.01 m² for areas, else a count.
    ``gap_amount`` is in whole m² or whole compounds or companies, rounded up, never negative.
    ``contribution`` is in percentage points of the whole's gap; the rows' contributions sum to
    it (negative where a row is above the target). ``unmeasured`` counts compounds whose area
    is unknown: they count by number only.
    """

    division: int | None
    name: str
    kind: Literal["division", "outside"]
    numerator: int
    denominator: int
    unknown: int
    imputed_share: float | None
    share: float | None
    low: float | None
    high: float | None
    target: Decimal
    met: Literal["yes", "no", "undetermined"] | None
    gap_points: float | None
    gap_amount: int
    contribution: float | None
    unmeasured: int

    def as_json(self, per_unit: int) -> dict[str, Any]:
        """Give the row as CONTRACT's JSON: areas in m² with two decimals, shares 0-1 or null."""
        words = dict(vars(self))  # `asdict` copies each value, and takes ten times as long
        words["division"] = None if self.division is None else str(self.division)
        words["target"] = float(self.target)
        if per_unit != 1:
            for name in ("numerator", "denominator", "unknown"):
                words[name] = round(words[name] / per_unit, 2)
        return words


@dataclass(frozen=True)
class Coverage:
    """An indicator's rows at one level, and the whole that they sum to."""

    snapshot: str
    as_of: str
    made_up: bool
    definition: Definition
    indicator: Indicator
    unit: str
    level: str
    rows: list[Row]
    total: Row

    @property
    def per_unit(self) -> int:
        """How many stored units make one shown unit: 100 for m², 1 for counts."""
        return 100 if self.unit == "m2" else 1

    def as_json(self) -> dict[str, Any]:
        """Give CONTRACT's JSON."""
        return {
            **self.head(),
            "rows": [row.as_json(self.per_unit) for row in self.rows],
            "total": self.total.as_json(self.per_unit),
        }

    def head(self) -> dict[str, Any]:
        """Give CONTRACT's JSON without the figures: of what they are."""
        return {
            "snapshot": self.snapshot,
            "definition": self.definition.as_json(),
            "as_of": self.as_of,
            "made_up": self.made_up,
            "indicator": self.indicator.id,
            "name": self.indicator.name,
            "unit": self.unit,
            "level": self.level,
            "target_note": action_plan().scope_note,
        }


def standing(snapshot: Snapshot, definition: Definition) -> Bools:
    """Tell which compounds are in the denominator: standing on the date, of the population."""
    found = snapshot.column("compounds", "standing")
    if definition.population == "urban":
        return found & snapshot.column("compounds", "urban")
    return found.copy()


def counted(snapshot: Snapshot, definition: Definition) -> Bools:
    """Tell which compounds have a service that counts under the definition's band."""
    band = action_plan().band(definition.band)
    always = np.array([mode in band.modes for mode in terms.MODES])
    with_evidence = np.array([mode in band.evidenced for mode in terms.MODES])
    mode = snapshot.column("compounds", "mode")
    return always[mode] | (with_evidence[mode] & snapshot.column("compounds", "evidenced"))


def unverified(snapshot: Snapshot) -> Bools:
    """Tell which compounds' service is not known (未核实)."""
    return np.asarray(snapshot.column("compounds", "mode") == UNKNOWN)


def amounts(snapshot: Snapshot, basis: str) -> Ints:
    """Give what each compound weighs: floor or land area in 0.01 m², or 1."""
    if basis == "count":
        return np.ones(snapshot.table("compounds").num_rows, np.int64)
    if basis in {"floor", "land"}:
        return snapshot.column("compounds", f"{basis}_area_dm2")
    raise UsageError(f"没有口径 {basis}。", "可用：floor、land、count")


def within(snapshot: Snapshot, division: int | None, table: str = "compounds") -> Bools:
    """Tell which rows of a table lie in a division; None takes all."""
    if division is None:
        return np.ones(snapshot.table(table).num_rows, bool)
    return np.asarray(snapshot.column(table, level_of(str(division))) == division)


def is_known(snapshot: Snapshot, division: int | None) -> bool:
    """Tell whether a division is valid on the snapshot's date.

    What ledgers say of it doesn't count, except where there are no divisions at all: then theirs
    are the only ones, by their codes.
    """
    if division is None or division in snapshot.division_names:
        return True
    return not snapshot.division_names and any(
        within(snapshot, division, table).any() for table in ("compounds", "companies", "projects")
    )


def require_division(snapshot: Snapshot, division: int | None) -> None:
    """Refuse a division that is not known on the snapshot's date.

    Raises
    ------
    NotFound
        When it isn't: figures of a division that there isn't are no figures.
    """
    if not is_known(snapshot, division):
        raise no_division(snapshot, division)


def no_division(snapshot: Snapshot, division: int | None) -> NotFound:
    """Give the error that says that there is no such division on the snapshot's date."""
    return NotFound(
        f"{snapshot.as_of} 没有区划 {division}。",
        "请核对代码与日期；登记库还没有这个区划时，请先导入区划。",
    )


@dataclass(frozen=True)
class Cases:
    """What an indicator counts: one entry a compound, company or project."""

    table: str
    population: Bools
    amount: Ints
    yes: Bools
    unknown: Bools
    imputed: Bools
    unmeasured: Bools
    unit: str


def coverage(
    snapshot: Snapshot,
    indicator: str,
    level: str,
    definition: Definition | None = None,
    division: int | None = None,
    by: By = "company",
) -> Coverage:
    """Give an indicator by division.

    Parameters
    ----------
    indicator
        I1, I2, I3 or I4 of the action plan.
    level
        One of `LEVELS`: lists the descendants of `division` at that level, and the division
        itself at its own level. Whatever lies in none of them stands in a last row, "outside".
    division
        None takes the whole register.
    by
        For I3 and I4: companies at their registered division (the headline), or active projects
        where they are.

    Raises
    ------
    UsageError
        For an unknown indicator, level or basis, or a level above the division.
    NotFound
        For a division that is not valid on the snapshot's date.
    """
    definition = definition or Definition()
    if level not in LEVELS:
        raise UsageError(f"没有层级 {level}。", f"可用：{'、'.join(LEVELS)}")
    if division is not None and LEVEL_WIDTH[level] < len(str(division)):
        raise UsageError(f"层级 {level} 高于区划 {division}。", "请选择区划本级或下级。")
    chosen = action_plan().indicator(indicator)
    require_division(snapshot, division)
    cases = cases_of(snapshot, chosen, definition, by)
    inside = cases.population & within(snapshot, division, cases.table)
    codes = _listed(snapshot, level, division)
    sums = _sums(snapshot, cases, inside, codes, level)
    whole = sums.sum(axis=0)
    target = chosen.target
    per_unit = 100 if cases.unit == "m2" else 1
    rows = [
        _row(int(code), snapshot.name_of(int(code)), "division", sum_, whole, target, per_unit)
        for code, sum_ in zip(codes, sums[:-1], strict=True)
    ]
    if sums[-1].any():
        rows.append(_row(None, OUTSIDE, "outside", sums[-1], whole, target, per_unit))
    name = "全部" if division is None else snapshot.name_of(division)
    return Coverage(
        snapshot=snapshot.id,
        as_of=snapshot.as_of.isoformat(),
        made_up=snapshot.made_up,
        definition=definition,
        indicator=chosen,
        unit=cases.unit,
        level=level,
        rows=rows,
        total=_row(division, name, "division", whole, whole, target, per_unit),
    )


def _listed(snapshot: Snapshot, level: str, division: int | None) -> Ints:
    """Give the codes of a level below a division (or the division itself), ascending."""
    codes = snapshot.column("divisions", "code")
    wanted = snapshot.column("divisions", "level") == LEVELS.index(level)
    if division is not None:
        shift = 10 ** (LEVEL_WIDTH[level] - len(str(division)))
        wanted = wanted & (codes // shift == division)
    return np.sort(codes[wanted])


def _sums(
    snapshot: Snapshot, cases: Cases, inside: Bools, codes: Ints, level: str
) -> npt.NDArray[np.int64]:
    """Sum by division: (len(codes) + 1, 5); the last row is what lies in none of them.

    Columns: numerator, denominator, unknown, imputed, unmeasured.
    """
    own = snapshot.column(cases.table, level)[inside]
    place = np.searchsorted(codes, own)
    place[place == len(codes)] = 0
    hit = codes[place] == own if len(codes) else np.zeros(len(own), bool)
    place = np.where(hit, place, len(codes))
    sums = np.zeros((len(codes) + 1, 5), np.int64)
    amount = cases.amount[inside]
    np.add.at(sums[:, 0], place, amount * cases.yes[inside])
    np.add.at(sums[:, 1], place, amount)
    np.add.at(sums[:, 2], place, amount * (cases.unknown & ~cases.yes)[inside])
    np.add.at(sums[:, 3], place, amount * cases.imputed[inside])
    np.add.at(sums[:, 4], place, cases.unmeasured[inside].astype(np.int64))
    return sums


def _row(
    division: int | None,
    name: str,
    kind: Literal["division", "outside"],
    sums: Ints,
    whole: Ints,
    target: Decimal,
    per_unit: int,
) -> Row:
    numerator, denominator, unknown, imputed, unmeasured = sums.tolist()
    goal, parts = target.as_integer_ratio()
    # How much is missing, in stored units times `parts`: integers, so nothing is ever rounded
    # before the one division at the end, which Python rounds correctly.
    short = goal * denominator - parts * numerator
    share = numerator / denominator if denominator else None
    high = (numerator + unknown) / denominator if denominator else None
    met: Literal["yes", "no", "undetermined"] | None = None
    if denominator:
        reachable = parts * (numerator + unknown) >= goal * denominator
        met = "yes" if short <= 0 else "undetermined" if reachable else "no"
    total = int(whole[1])
    return Row(
        division=division,
        name=name,
        kind=kind,
        numerator=numerator,
        denominator=denominator,
        unknown=unknown,
        imputed_share=imputed / denominator if denominator else None,
        share=share,
        low=share,
        high=high,
        target=target,
        met=met,
        gap_points=max(0, 100 * short) / (parts * denominator) if denominator else None,
        gap_amount=max(0, -(-short // (parts * per_unit))),
        contribution=100 * short / (parts * total) if total else None,
        unmeasured=unmeasured,
    )


def cases_of(
    snapshot: Snapshot, indicator: Indicator, definition: Definition, by: str = "company"
) -> Cases:
    """Give what an indicator counts under a definition; the one source of every figure of it."""
    if indicator.subject == "company":
        return _company_cases(snapshot, indicator, by)
    basis = definition.basis if indicator.unit == "m2" else "count"
    population = standing(snapshot, definition)
    source = snapshot.column("compounds", "floor_area_source")
    none = np.zeros(len(population), bool)
    if indicator.id == "I1":
        yes, unknown = counted(snapshot, definition), unverified(snapshot)
    else:
        committee = snapshot.column("compounds", "committee")
        yes = committee == terms.COMMITTEE_VALID
        if definition.with_interim:
            yes = yes | snapshot.column("compounds", "interim")
        unknown = committee == terms.COMMITTEE_UNKNOWN
    amount = amounts(snapshot, basis)
    return Cases(
        table="compounds",
        population=population,
        amount=amount,
        yes=yes,
        unknown=unknown,
        imputed=source == terms.AREA_IMPUTED if basis == "floor" else none,
        unmeasured=none if basis == "count" else amount == 0,
        unit="compounds" if basis == "count" else "m2",
    )


def _company_cases(snapshot: Snapshot, indicator: Indicator, by: str) -> Cases:
    party = snapshot.column("companies", "party")
    instructor = snapshot.column("companies", "instructor")
    if indicator.id == "I3":
        yes, no = party == YES, party == NO
    else:
        yes = (party == YES) | (instructor == YES)
        no = (party == NO) & (instructor == NO)
    unknown = ~yes & ~no
    if by == "project":
        return _project_cases(snapshot, yes, unknown)
    none = np.zeros(len(party), bool)
    return Cases(
        table="companies",
        population=snapshot.column("companies", "active"),
        amount=np.ones(len(party), np.int64),
        yes=yes,
        unknown=unknown,
        imputed=none,
        unmeasured=none,
        unit="companies",
    )


def _project_cases(snapshot: Snapshot, yes: Bools, unknown: Bools) -> Cases:
    """Take the state of each project's company; a company that is not listed is unknown."""
    order = {code: i for i, code in enumerate(snapshot.column("companies", "uscc").tolist())}
    company = np.array(
        [order.get(code, -1) for code in snapshot.column("projects", "uscc").tolist()], np.int64
    )
    listed = company >= 0
    none = np.zeros(len(company), bool)
    place = np.where(listed, company, 0)
    return Cases(
        table="projects",
        population=snapshot.column("projects", "active"),
        amount=np.ones(len(company), np.int64),
        yes=yes[place] & listed if len(yes) else none,
        unknown=unknown[place] | ~listed if len(yes) else ~listed,
        imputed=none,
        unmeasured=none,
        unit="projects",
    )
