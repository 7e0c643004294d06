"""A county's saved mapping: its headers, units, terms and constants, in a TOML file to be reused.

::

    kind = "ledger"

    [columns]                 # header = column; "-" for one that is none of ours
    "项目（小区）" = "name"

    [units]                   # header = unit of its bare numbers
    "建面" = "万㎡"

    [terms.service_mode]      # by column: the county's word = our term
    "物业公司管" = "市场化物业"

    [constants]               # column = value for the rows that say nothing
    division = "530102"
"""

from __future__ import annotations

import errno
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from geo.errors import UsageError
from geo.intake.columns import KINDS, english
from geo.intake.synonyms import fold
from geo.whole import beside

NONE_OF_OURS: Final = "-"
_PARTS: Final = frozenset({"kind", "columns", "units", "terms", "constants"})


@dataclass(frozen=True)
class SavedMapping:
    """What a mapping file says; columns by their names in the register.

    ``columns`` maps headers to columns or to "-", ``units`` headers to units, ``terms`` columns to
    words and their terms, ``constants`` columns to values.
    """

    kind: str
    columns: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Give the mapping as a change records it."""
        words = {
            "columns": dict(self.columns),
            "units": dict(self.units),
            "terms": {name: dict(words) for name, words in self.terms.items()},
            "constants": dict(self.constants),
        }
        return {name: value for name, value in words.items() if value}

    def renames(self) -> dict[str, str]:
        """Give the columns as ``--map`` does: ``{column: header}``."""
        return {name: header for header, name in self.columns.items() if name != NONE_OF_OURS}

    def terms_of(self, column: str) -> dict[str, str]:
        """Give a column's words, folded."""
        return {fold(word): term for word, term in self.terms.get(column, {}).items()}


def read_mapping(path: Path, kind: str) -> SavedMapping:
    """Read a mapping file for a kind.

    Raises
    ------
    UsageError
        When it is missing, no TOML, for another kind, or names columns or terms that are not ours.
    """
    try:
        found = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise UsageError(f"--mapping {path}：无法读取。", "请核对路径。") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"--mapping {path}：不是 UTF-8 的 TOML 文件（{error}）。",
            "可用 --save-mapping 重新生成一份。",
        ) from error
    return mapping_of(found, kind, f"--mapping {path}")


def mapping_of(found: Mapping[str, Any], kind: str, source: str) -> SavedMapping:
    """Check what a mapping says for a kind; `source` names it in messages.

    Raises
    ------
    UsageError
        When it is for another kind, or names columns or terms that are not ours.
    """
    _check_parts(source, found)
    said = found.get("kind", kind)
    if said != kind:
        raise UsageError(f"{source} 是“{said}”的对应关系，不是“{kind}”的。", "请换用相应的文件。")
    names = _names(kind)
    terms = {
        _column(source, "terms", name, names): dict(words)
        for name, words in found.get("terms", {}).items()
    }
    _check_terms(source, kind, terms)
    return SavedMapping(
        kind,
        columns={
            header: name if name == NONE_OF_OURS else _column(source, "columns", name, names)
            for header, name in found.get("columns", {}).items()
        },
        units=dict(found.get("units", {})),
        terms=terms,
        constants={
            _column(source, "constants", name, names): str(value)
            for name, value in found.get("constants", {}).items()
        },
    )


def _check_parts(source: str, found: Mapping[str, Any]) -> None:
    unknown = sorted(set(found) - _PARTS)
    flat = all(
        isinstance(found.get(part, {}), dict)
        and all(isinstance(value, str | int) for value in found.get(part, {}).values())
        for part in ("columns", "units", "constants")
    )
    deep = isinstance(found.get("terms", {}), dict) and all(
        isinstance(words, dict) and all(isinstance(term, str) for term in words.values())
        for words in found.get("terms", {}).values()
    )
    if unknown or not flat or not deep:
        what = f"不认识 {'、'.join(unknown)}" if unknown else "各节应为 文字 = 文字"
        raise UsageError(
            f"{source}：{what}。", "可有 kind、columns、units、terms.列名、constants。"
        )


def _names(kind: str) -> dict[str, str]:
    """Give all ways to name a kind's columns: in the register, in English, in Chinese."""
    names: dict[str, str] = {}
    for column in KINDS[kind]:
        for word in (column.name, english(kind, column), column.header):
            names.setdefault(word, column.name)
    return names


def _column(source: str, part: str, name: str, names: Mapping[str, str]) -> str:
    if name not in names:
        raise UsageError(
            f"{source}：[{part}] 中没有列 {name}。",
            f"可用：{'、'.join(dict.fromkeys(names.values()))}",
        )
    return names[name]


def _check_terms(source: str, kind: str, terms: Mapping[str, Mapping[str, str]]) -> None:
    specs = {column.name: column for column in KINDS[kind]}
    for name, words in terms.items():
        allowed = specs[name].terms or (("是", "否") if specs[name].kind == "yes_no" else ())
        for word, term in words.items():
            if allowed and term not in allowed:
                raise UsageError(
                    f"{source}：[terms.{name}] 中“{word}”对应的“{term}”不在可选值之内。",
                    f"可选：{'、'.join(allowed)}",
                )


def write_mapping(path: Path, mapping: SavedMapping) -> Path:
    """Write a mapping to be reused, whole or not at all; the same mapping gives the same bytes.

    Raises
    ------
    UsageError
        When it can't be written.
    """
    lines = [
        "# 对应关系：再次导入同样的表格时用 --mapping 读取。",
        f"kind = {_quoted(mapping.kind)}",
        "",
        '# 表头 = 列名；与约定列无关的写 "-"',
        "[columns]",
        *_pairs(mapping.columns),
        "",
        "# 表头 = 单位（表头没有写明单位时）",
        "[units]",
        *_pairs(mapping.units),
    ]
    for name, words in mapping.terms.items():
        lines += ["", f"[terms.{name}]", *_pairs(words)]
    lines += ["", "# 列名 = 值（表中没有该列，或该格为空时）", "[constants]"]
    lines += _pairs(mapping.constants)
    try:
        with beside(path) as part:
            part.write_text("\n".join(lines) + "\n", "utf-8")
    except OSError as error:
        full = error.errno == errno.ENOSPC
        raise UsageError(
            f"--save-mapping {path}：{'磁盘空间不足' if full else '无法写入'}。",
            "请腾出磁盘空间。" if full else "请核对文件夹是否存在、是否有写权限。",
        ) from error
    return path


def _pairs(words: Mapping[str, str]) -> list[str]:
    return [f"{_quoted(word)} = {_quoted(value)}" for word, value in words.items()]


def _quoted(text: str) -> str:
    """Write a TOML string; JSON's escapes are TOML's, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
