"""What the register knows, as the side that rows are compared with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from geo.intake.match.names import parse_all, split_aliases
from geo.intake.match.subject import COUNTY, Subject
from geo.register.compose import Connection

_KNOWN: Final = files("geo.intake.match").joinpath("known.sql").read_bytes()
_ENDINGS: Final = ("自治县", "自治州", "街道", "省", "市", "区", "县", "州", "镇", "乡")


@dataclass(frozen=True)
class Compound:
    """A compound of the register, to compare with.

    ``drawn``: it has a polygon; ``told``: a ledger speaks of it.
    """

    subject: Subject
    drawn: bool
    told: bool


@dataclass(frozen=True)
class Aliases:
    """Names that somebody said are, or are not, a compound's; texts are `names.key_of`."""

    accepted: dict[str, list[tuple[str, str | None]]]
    rejected: dict[str, frozenset[str]]

    def refused_for(self, texts: Iterable[str]) -> frozenset[str]:
        """Give the codes that somebody said none of these names is."""
        return frozenset(code for text in texts for code in self.rejected.get(text, ()))


def compounds(connection: Connection, within: Sequence[str] | None) -> list[Compound]:
    """Read the named compounds of some divisions (None: all), with all their names."""
    found = connection.execute(
        _KNOWN, {"within": None if within is None else list(within)}
    ).fetchall()
    accepted = aliases(connection).accepted
    prefixes = prefixes_of(connection, {str(row["division"] or "") for row in found})
    return [_compound(row, accepted, prefixes) for row in found]


def _compound(
    row: dict[str, Any],
    accepted: dict[str, list[tuple[str, str | None]]],
    prefixes: dict[str, list[str]],
) -> Compound:
    county = (row["division"] or "")[:COUNTY]
    confirmed = accepted.get(row["code"], [])
    others = [*split_aliases(row["aliases"]), *(alias for alias, _ in confirmed)]
    subject = Subject(
        key=row["code"],
        names=parse_all(row["name"], others, prefixes.get(county, [])),
        shown=row["name"],
        division=row["division"],
        address=row["address"] or "",
        floor_area_m2=_number(row["floor_area_m2"]),
        land_area_m2=_number(row["land_area_m2"]),
        built_year=row["built_year"],
        households=row["households"],
        confirmed=tuple(confirmed),
    )
    return Compound(subject, row["drawn"], row["in_ledger"] or row["served"])


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def aliases(connection: Connection) -> Aliases:
    """Read what was confirmed and rejected."""
    accepted: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
    rejected: dict[str, set[str]] = defaultdict(set)
    for row in connection.execute(
        "select code, alias, accepted, division from compound_alias where upper_inf(known)"
        ' and upper_inf(valid) order by code collate "C", alias collate "C"'
    ):
        if row["accepted"]:
            accepted[row["code"]].append((row["alias"], row["division"]))
        else:
            rejected[row["alias"]].add(row["code"])
    return Aliases(dict(accepted), {alias: frozenset(codes) for alias, codes in rejected.items()})


def other_codes(connection: Connection) -> dict[str, str]:
    """Read which codes of other files mean which compound; chains are followed to their end."""
    pairs = {
        row["code"]: row["same_as"]
        for row in connection.execute(
            "select code, same_as from compound_code where upper_inf(known) and upper_inf(valid)"
        )
    }
    found = {}
    for code in pairs:
        end, seen = code, {code}
        while end in pairs and pairs[end] not in seen:
            end = pairs[end]
            seen.add(end)
        found[code] = end
    return found


def codes_known(connection: Connection, codes: Iterable[str]) -> set[str]:
    """Give those of some codes under which the register holds a compound."""
    listed = sorted(set(codes))
    return {
        row["code"]
        for row in connection.execute(
            "select distinct code from compound where upper_inf(known) and code = any(%(codes)s)"
            " union select code from compound_shape where upper_inf(known)"
            " and code = any(%(codes)s)",
            {"codes": listed},
        )
    }


def prefixes_of(connection: Connection, divisions: Iterable[str]) -> dict[str, list[str]]:
    """Give, by county, the names of divisions that a compound's name may begin with.

    Those of its province, prefecture and streets and its own, each also without its last word.
    """
    counties = sorted({code[:COUNTY] for code in divisions if len(code) >= COUNTY})
    rows = connection.execute(
        "select distinct d.code, d.name, c.county from unnest(%s::text[]) as c (county)"
        " join division d on upper_inf(d.known) and (starts_with(c.county, d.code)"
        "   or length(d.code) = 9 and starts_with(d.code, c.county))"
        " order by d.code, d.name",
        [counties],
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        words = found[row["county"]]
        words.append(row["name"])
        short = next(
            (row["name"].removesuffix(end) for end in _ENDINGS if row["name"].endswith(end)), ""
        )
        if len(short) >= 2:
            words.append(short)
    return dict(found)
