"""What the rules of the import are called and look for, and how often each had to say something."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from geo.intake.verdicts import Finding, Severity

SEVERITIES: Final[tuple[Severity, ...]] = ("quarantined", "warned", "skipped")
"""Worst first."""

ROWS_NAMED: Final = 5


@dataclass(frozen=True)
class Rule:
    """A rule by id: its name and meaning, each in Chinese and in English."""

    id: str
    name: tuple[str, str]
    meaning: tuple[str, str]


@dataclass(frozen=True)
class RuleCount:
    """What a rule found, with one severity: in which columns, and ``first`` in which rows."""

    rule: Rule
    severity: Severity
    findings: int
    rows: int
    columns: tuple[tuple[str, int], ...]
    first: tuple[tuple[str, int], ...]


@cache
def rules() -> dict[str, Rule]:
    """Read the rules that have a name."""
    words = tomllib.loads(files("geo.intake.report").joinpath("rules.toml").read_text("utf-8"))
    return {
        name: Rule(name, _pair(found["name"]), _pair(found["meaning"]))
        for name, found in words.items()
    }


def rule(name: str) -> Rule:
    """Give a rule; one without a name of its own goes by its id."""
    return rules().get(name) or Rule(name, (name, name.replace("_", " ")), ("", ""))


def count_rules(found: Iterable[Finding]) -> list[RuleCount]:
    """Count findings by rule and severity: worst first, then the most frequent, then by id."""
    rows: dict[tuple[Severity, str], dict[int, tuple[str, int]]] = {}
    columns: dict[tuple[Severity, str], Counter[str]] = {}
    for item in found:
        key = (item.severity, item.rule)
        columns.setdefault(key, Counter())[item.column] += 1
        rows.setdefault(key, {}).setdefault(item.position, (item.sheet, item.row))
    counted = [
        RuleCount(
            rule=rule(name),
            severity=severity,
            findings=columns[severity, name].total(),
            rows=len(own),
            columns=tuple(columns[severity, name].most_common()),
            first=tuple(own.values())[:ROWS_NAMED],
        )
        for (severity, name), own in rows.items()
    ]
    return sorted(
        counted, key=lambda item: (SEVERITIES.index(item.severity), -item.findings, item.rule.id)
    )


def _pair(words: list[str]) -> tuple[str, str]:
    chinese, english = words
    return chinese, english
