"""What a plan is to achieve: the fewest, the most, the cheapest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

TIES: Final = ("mode", "cost", "-households", "way", "rank")
"""How plans that are equally good are told apart, least first (DOMAIN §4: cost, households, id).

mode
    Sum over compounds of the place of their fallback mode in the plan's order; 0 with a host.
cost
    Fen.
-households
    More households before fewer.
way
    Millimetres.
rank
    Sum over compounds of ``place of the candidate * (hosts + modes) + place of the host``, by
    code; a fallback mode's place comes after the hosts'.
"""

Measure = Literal["gain", "households", "weight"]


@dataclass(frozen=True)
class Goal:
    """Tiers to minimise one after the other, each with those before it held.

    Attributes
    ----------
    tiers
        Of "count", "gain", "households", "weight" and the names in `TIES`; with "-" in front a
        tier is maximised.
    need
        What is to be gained at least; 0 or less asks for nothing.
    child_need
        The same by child division, by label; () asks nothing of them.
    budget_fen
        What a plan may cost; None is no limit.
    """

    tiers: tuple[str, ...]
    need: int = 0
    child_need: tuple[int, ...] = ()
    budget_fen: int | None = None

    def __post_init__(self) -> None:
        # A tier that is held already has nothing left to say.
        object.__setattr__(self, "tiers", tuple(dict.fromkeys(self.tiers)))

    @property
    def asks(self) -> bool:
        """Whether anything is to be reached."""
        return self.need > 0 or any(need > 0 for need in self.child_need)

    def best_reach(self) -> Goal:
        """Give the goal for when this one is out of reach: gain the most, then as before."""
        return replace(self, tiers=("-gain", *self.tiers), need=0, child_need=())


def fewest(need: int, child_need: tuple[int, ...] = (), ties: tuple[str, ...] = TIES) -> Goal:
    """Fewest takeovers that reach a target (P1)."""
    return Goal(("count", *ties), need, child_need)


def cheapest(need: int, child_need: tuple[int, ...] = (), ties: tuple[str, ...] = TIES) -> Goal:
    """Least cost that reaches a target."""
    return Goal(("cost", "count", *ties), need, child_need)


def most(budget_fen: int | None, measure: Measure = "gain", ties: tuple[str, ...] = TIES) -> Goal:
    """Most coverage under a budget (P2)."""
    return Goal((f"-{measure}", "cost", "count", *ties), budget_fen=budget_fen)
