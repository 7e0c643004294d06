"""What people have decided about a plan: pairs locked and forbidden, hosts refused and added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from geo.errors import UsageError
from geo.takeover.neighbours.hosts import Added

__all__ = ["Added", "Decided", "Pair", "pair_of"]

Pair = tuple[str, str | None]
"""A compound's code and a host's; None is any host."""


@dataclass(frozen=True)
class Decided:
    """Decisions, by code; each a set, kept sorted.

    Attributes
    ----------
    locked, forbidden
        Pairs. Locked to None: served somehow. Forbidden to None: left out of the plan.
    refused
        Hosts that take nothing.
    sanctioned
        Companies under an open sanction (信用代码): none of their projects takes anything. The
        register has no column for it.
    crossed
        Pairs between which a crossing is taken for granted, whatever bars them.
    capacity_dm2
        Spare floor area of hosts, instead of the register's.
    added
        Projects that are supposed.
    """

    locked: tuple[Pair, ...] = ()
    forbidden: tuple[Pair, ...] = ()
    refused: tuple[str, ...] = ()
    sanctioned: tuple[str, ...] = ()
    crossed: tuple[tuple[str, str], ...] = ()
    capacity_dm2: Mapping[str, int] = field(default_factory=dict)
    added: tuple[Added, ...] = ()

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name == "capacity_dm2":
                kept: Any = dict(sorted(value.items()))
            else:
                kept = tuple(sorted(set(value), key=str))
            object.__setattr__(self, one.name, kept)

    def more(self, other: Decided) -> Decided:
        """Add decisions; where they contradict, the later one holds.

        To lock a pair lifts what forbade it, and the other way round.
        """
        taken = {code for code, _ in other.locked}
        locked = [pair for pair in self.locked if pair[0] not in taken]
        forbidden = [pair for pair in self.forbidden if pair not in other.locked]
        forbidden = [pair for pair in forbidden if not (pair[1] is None and pair[0] in taken)]
        out = {code for code, host in other.forbidden if host is None}
        locked = [p for p in locked if p not in other.forbidden and p[0] not in out]
        locked = [pair for pair in locked if pair[1] not in other.refused]
        wanted = {host for _, host in other.locked}
        return replace(
            self,
            locked=(*locked, *other.locked),
            forbidden=(*forbidden, *other.forbidden),
            refused=(*(code for code in self.refused if code not in wanted), *other.refused),
            sanctioned=(*self.sanctioned, *other.sanctioned),
            crossed=(*self.crossed, *other.crossed),
            capacity_dm2={**self.capacity_dm2, **other.capacity_dm2},
            added=(*self.added, *other.added),
        )

    def as_json(self) -> dict[str, Any]:
        """Give the decisions as a plan's parameters hold them; only those that there are."""
        words: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if value:
                whole = isinstance(value, dict)
                words[one.name] = dict(value) if whole else [_plain(entry) for entry in value]
        return words

    @classmethod
    def from_json(cls, words: Mapping[str, Any]) -> Decided:
        """Read decisions back."""
        return cls(
            locked=tuple((code, host) for code, host in words.get("locked", ())),
            forbidden=tuple((code, host) for code, host in words.get("forbidden", ())),
            refused=tuple(words.get("refused", ())),
            sanctioned=tuple(words.get("sanctioned", ())),
            crossed=tuple((code, host) for code, host in words.get("crossed", ())),
            capacity_dm2=dict(words.get("capacity_dm2", {})),
            added=tuple(Added(*entry) for entry in words.get("added", ())),
        )


def _plain(entry: Any) -> Any:
    return entry if isinstance(entry, str) else list(entry)


def pair_of(text: str, option: str) -> Pair:
    """Read ``compound:host``, or a compound alone.

    Raises
    ------
    UsageError
        For an empty part.
    """
    code, colon, host = text.strip().partition(":")
    code, host = code.strip(), host.strip()
    if not code or (colon and not host):
        raise UsageError(f"{option} {text} 看不懂。", "请写成 小区编码:项目编码，或只写小区编码。")
    return code, host or None
