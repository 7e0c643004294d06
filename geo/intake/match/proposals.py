"""Compounds that the register may hold twice: a ledger's without polygon, a polygon without ledger.

Files that have codes of their own come in as they are; where the codes of ledger and polygons
differ (an open map's numbers, an older numbering), names and places tell which pairs are one.
Nothing is changed here: `geo.intake.match.record` writes what a person, or ``wuye match auto``,
decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from geo.codes import normal_division
from geo.errors import NotFound
from geo.intake.match import known as register_side
from geo.intake.match.decide import Candidate, Verdict, match
from geo.intake.match.known import Compound
from geo.intake.match.subject import Subject
from geo.register.store import Register


@dataclass(frozen=True)
class Proposal:
    """A ledger's compound without polygon, and the polygons that may be its own, best first."""

    subject: Subject
    verdict: Verdict
    candidates: tuple[Candidate, ...]
    polygons: Mapping[str, Subject]

    def as_json(self) -> dict[str, Any]:
        """Give the proposal as the queue and the command line show it."""
        return {
            "code": self.subject.key,
            "name": self.subject.shown,
            "division": self.subject.division,
            "floor_area_m2": self.subject.floor_area_m2,
            "verdict": self.verdict,
            "candidates": [
                {
                    **candidate.as_json(),
                    "division": self.polygons[candidate.code].division,
                    "land_area_m2": self.polygons[candidate.code].land_area_m2,
                }
                for candidate in self.candidates
            ],
        }


def propose(register: Register, division: str | None = None) -> list[Proposal]:
    """Compare what the register holds without polygon with what it holds without ledger.

    Parameters
    ----------
    division
        A code of any level; None for everywhere.

    Raises
    ------
    NotFound
        When `division` is no division of the register.
    """
    within = None
    if division is not None:
        code = normal_division(division)
        if code is None or not register.has_division(code):
            raise NotFound(f"登记库中没有区划 {division}。", "请核对代码。")
        within = [code]
    with register.connect() as connection:
        held = register_side.compounds(connection, within)
        names = register_side.aliases(connection)
    rows = [_asking(item, names) for item in held if item.told and not item.drawn]
    polygons = [item.subject for item in held if item.drawn and not item.told]
    by_code = {subject.key: subject for subject in polygons}
    decided = zip(rows, match(rows, polygons), strict=True)
    return [
        Proposal(
            row,
            decision.verdict,
            decision.candidates,
            {candidate.code: by_code[candidate.code] for candidate in decision.candidates},
        )
        for row, decision in decided
        if decision.candidates
    ]


def _asking(item: Compound, names: register_side.Aliases) -> Subject:
    texts = (name.text for name in item.subject.names)
    return replace(item.subject, rejected=names.refused_for(texts))
