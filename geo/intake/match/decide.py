"""Who takes whom: automatic, for review, or nobody.

A row takes a compound by itself when the pair scores at least `Thresholds.automatic`, the row's
next candidate is at least `Thresholds.margin` behind, and so is the compound's next row: two rows
never take one compound. A name that is exactly the compound's is not held back by one that is
merely like it, but two compounds of exactly that name are a question for a person. Phases, zones or
streets that differ bar a pair: it can be a question, never an answer, nor a rival to one; and not
even a question where both name a phase and the compound has only a provisional code.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from geo.intake.match.candidates import candidates
from geo.intake.match.evidence import beside_the_name
from geo.intake.match.provisional import is_provisional
from geo.intake.match.similarity import likeness
from geo.intake.match.subject import Subject

Verdict = Literal["automatic", "review", "unmatched"]


@dataclass(frozen=True)
class Thresholds:
    """DOMAIN's thresholds; each holds from its value on (``>=``)."""

    automatic: float = 0.92
    review: float = 0.75
    margin: float = 0.08


DOMAIN: Final = Thresholds()

BELOW_AUTOMATIC: Final = 0.91
"""What a pair with something that forbids it scores at most."""


EXACT: Final = 1
CONFIRMED: Final = 2


@dataclass(frozen=True)
class Candidate:
    """A compound that a row may be: its code and name, the pair's score and why.

    ``rank``: `CONFIRMED` where somebody said that the row's name is the compound's, `EXACT` where a
    name of both is the same, else 0. ``barred``: their marks or streets differ.
    """

    code: str
    name: str
    score: float
    rank: int
    barred: bool
    reasons: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Give the candidate as reports and the queue show it."""
        return {
            "code": self.code,
            "name": self.name,
            "score": round(self.score, 3),
            "reasons": list(self.reasons),
        }


@dataclass(frozen=True)
class Decision:
    """What became of a row: its verdict, and its candidates with the best first."""

    key: str
    verdict: Verdict
    candidates: tuple[Candidate, ...] = ()

    @property
    def code(self) -> str | None:
        """The compound that the row takes by itself."""
        return self.candidates[0].code if self.verdict == "automatic" else None


def weigh(row: Subject, known: Subject, odd: frozenset[str] = frozenset()) -> Candidate:
    """Score one pair: the best of their names, moved by what else is known of both.

    ``odd`` are characters of the row that no other name holds (`odd_characters`).
    """
    best = max(
        (likeness(ours, theirs, odd) for ours in row.names for theirs in known.names),
        key=lambda found: (min(found.score, found.same_marks + BELOW_AUTOMATIC), found.score),
    )
    moved, reasons = beside_the_name(row, known)
    score = best.score + moved
    rank = EXACT if best.score == 1 else 0
    barred = not best.same_marks
    if _confirmed(row, known):
        score, rank = 1.0, CONFIRMED
        reasons.insert(0, "此前已确认")
    elif row.street and known.street and row.street != known.street:
        barred, rank = True, 0
        reasons.insert(0, "街道不同")
    score = min(score, BELOW_AUTOMATIC) if barred else score
    score = max(0.0, min(1.0, score))
    return Candidate(known.key, known.shown, score, rank, barred, (best.reason, *reasons))


def _confirmed(row: Subject, known: Subject) -> bool:
    """Tell whether somebody said so of a row of this name in this division."""
    if not row.names:
        return False
    return any(
        text == row.names[0].text
        and (not division or not row.division or row.division.startswith(division))
        for text, division in known.confirmed
    )


def _is_other_phase(row: Subject, known: Subject) -> bool:
    """Tell whether a row is another phase than a compound that has no code of its own yet.

    Such a compound stands in the register because some file named that one phase of it; a file that
    names another one speaks of a further compound, which is no question for a person.
    """
    if not is_provisional(known.key) or _confirmed(row, known):
        return False
    ours, theirs = (
        frozenset().union(*(name.phases for name in side.names)) for side in (row, known)
    )
    return bool(ours and theirs) and ours.isdisjoint(theirs)


def match(
    rows: Sequence[Subject], known: Sequence[Subject], thresholds: Thresholds = DOMAIN
) -> list[Decision]:
    """Decide for every row; in the order of `rows`."""
    listed: list[tuple[Candidate, ...]] = [()] * len(rows)
    odd = odd_characters(rows, known)
    for place, compounds in candidates(rows, known):
        row = rows[place]
        weighed = [
            weigh(row, known[compound], odd[place])
            for compound in compounds
            if known[compound].key not in row.rejected and not _is_other_phase(row, known[compound])
        ]
        kept = [one for one in weighed if one.score >= thresholds.review]
        listed[place] = tuple(sorted(kept, key=lambda one: (-one.score, -one.rank, one.code)))
    claims: dict[str, list[tuple[Candidate, int]]] = defaultdict(list)
    for place, found in enumerate(listed):
        for one in found:
            claims[one.code].append((one, place))
    return [
        Decision(row.key, _verdict(place, found, claims, thresholds), found)
        for place, (row, found) in enumerate(zip(rows, listed, strict=True))
    ]


ENOUGH_NAMES: Final = 500
"""With fewer names most characters are new, and that one is says nothing."""


def odd_characters(rows: Sequence[Subject], known: Sequence[Subject]) -> list[frozenset[str]]:
    """Give each row's characters that no other row's and no compound's name holds."""
    if len(rows) + len(known) < ENOUGH_NAMES:
        return [frozenset()] * len(rows)
    own = [frozenset("".join(name.core for name in row.names)) for row in rows]
    held = Counter(char for chars in own for char in chars)
    for compound in known:
        held.update({char for name in compound.names for char in name.core})
    return [frozenset(char for char in chars if held[char] == 1) for chars in own]


def _verdict(
    place: int,
    found: tuple[Candidate, ...],
    claims: dict[str, list[tuple[Candidate, int]]],
    thresholds: Thresholds,
) -> Verdict:
    if not found:
        return "unmatched"
    best = found[0]
    rivals = [one for one, owner in claims[best.code] if owner != place]
    clear = all(_ahead(best, other, thresholds) for other in (*found[1:], *rivals))
    return "automatic" if best.score >= thresholds.automatic and clear else "review"


def _ahead(best: Candidate, other: Candidate, thresholds: Thresholds) -> bool:
    """Tell whether a pair leaves another clearly behind; exactly the margin is enough."""
    if best.rank > other.rank or (other.barred and not best.barred):
        return True
    return best.score - other.score >= thresholds.margin - 1e-9
