"""What the service says in Chinese over HTTP: every sentence and part of one, read from the source.

A place that is filled in at run time is numbered: ``{0} 没有区划 {1}。``
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

HAN = re.compile("[\u4e00-\u9fff]")
ROOT = Path(__file__).parents[2]

UNHEARD = (
    "geo/bundle/*", "geo/sample/*", "geo/disclosure/*", "geo/china_division.py", "geo/divisions.py",
    "geo/outlines.py", "geo/register/cluster.py", "geo/register/case_tables.py", "geo/areas.py",
    "geo/intake/report/*", "geo/intake/roundtrip/export.py", "geo/intake/template.py",
    "geo/intake/mapping.py", "geo/snapshot/tables.py", "geo/takeover/neighbours/rows.py",
    "geo/compare.py",
    "service/commands/*", "service/asking.py", "service/differences.py", "service/entry.py",
    "service/cli.py", "service/options.py", "service/output.py", "service/plan_options.py",
    "service/scheduler.py", "service/server.py", "service/wmts/*", "service/basemap/source.py",
    "service/ogc/views.py", "service/jobs/making.py",
)  # fmt: skip
"""What only commands and files say, or pictures: nobody reads it over HTTP as JSON."""

WORDS_OF_DATA = (
    "geo/action_plan.py", "geo/intake/columns.py", "geo/intake/firms.py", "geo/intake/headers.py",
    "geo/intake/held_book.py", "geo/intake/lines.py", "geo/intake/match/characters.py",
    "geo/intake/match/known.py", "geo/intake/match/names.py", "geo/intake/personal.py",
    "geo/intake/places.py", "geo/intake/units.py", "geo/intake/match/provisional.py",
    "geo/intake/layout.py", "geo/intake/precision.py", "geo/intake/values/numerals.py",
    "geo/intake/values/numbers.py", "geo/intake/values/dates.py", "geo/datum/reference.py",
    "geo/history/*", "geo/intake/match/loose.py", "service/*",
)  # fmt: skip
"""Where most Chinese is there to read data by, or stands beside its English: calls alone count."""

AREAS = ("{0} 万㎡",)
"""What is read as an area, by a rule."""

SAYERS = frozenset({
    "UsageError", "InputError", "NotFound", "StepRefused", "TooLarge", "TooBusy", "SupersededFile",
    "UnsettledDatum", "problem", "add", "note", "hold", "warn", "Problem", "either",
    "_hold_kind", "_wrong", "internal", "_short_of_a_day",
})  # fmt: skip
"""Calls whose words are said."""

NAMED = frozenset({
    "REASONS", "TITLES", "MISFITS", "UNAVAILABLE", "KIND_QUESTION", "GAVE_UP", "NO_PAGE", "span", "message", "said",
    "remedy", "REMEDY",
})  # fmt: skip
"""What is said of the words of data: texts by key."""

READERS = frozenset({
    "compile", "search", "sub", "fullmatch", "findall", "startswith", "endswith", "removeprefix",
    "removesuffix", "frozenset", "Column", "Field", "Option", "ServerError", "strip",
    "ConfigDict", "periods", "once_a_key", "_warn_of_loose_dates", "enumerate", "isin", "assign", "full", "SQL",
})  # fmt: skip
"""Calls whose words are there to read data by, or are never sent."""


def said() -> dict[str, str]:
    """Give every Chinese sentence or part of one that may be heard over HTTP, with its place."""
    found: dict[str, str] = {}
    for path in sorted([*ROOT.glob("geo/**/*.py"), *ROOT.glob("service/**/*.py")]):
        name = path.relative_to(ROOT).as_posix()
        if any(fnmatch(name, pattern) for pattern in UNHEARD):
            continue
        only_calls = any(fnmatch(name, pattern) for pattern in WORDS_OF_DATA)
        for line, words in _in_file(ast.parse(path.read_text("utf-8")), only_calls=only_calls):
            found.setdefault(words, f"{name}:{line}")
    return found


def template(node: ast.expr) -> str:
    """Give a string, or an f-string with its places numbered."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    parts, number = [], 0
    for part in node.values if isinstance(node, ast.JoinedStr) else ():
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
        else:
            parts.append(f"{{{number}}}")
            number += 1
    return "".join(parts)


def _sentences(node: ast.Dict) -> list[ast.expr]:
    """Give what a problem's or a question's members say."""
    return [
        value
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant)
        and key.value in {"title", "detail", "message", "remedy"}
        and not isinstance(value, ast.Tuple)
    ]


def _in_file(tree: ast.Module, *, only_calls: bool) -> Iterator[tuple[int, str]]:
    pending: list[tuple[ast.AST, bool]] = [(tree, not only_calls)]
    while pending:
        node, heard = pending.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in READERS:
                continue
            heard = heard or name in SAYERS
        if isinstance(node, ast.AnnAssign | ast.Assign):
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            heard = heard or getattr(target, "id", "") in NAMED
        if isinstance(node, ast.Dict):
            pending += [(value, True) for value in _sentences(node)]
        if heard and isinstance(node, ast.Constant | ast.JoinedStr):
            words = template(node)
            if HAN.search(words) and words not in AREAS:
                yield node.lineno, words
        inner = node.values if isinstance(node, ast.JoinedStr) else ast.iter_child_nodes(node)
        for child in inner:
            if isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant):
                continue
            pending.append((child, heard))
