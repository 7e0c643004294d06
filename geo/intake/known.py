"""Which of a file's columns are ours: by the call's words, a saved mapping, names and synonyms.

What is not sure is said: two headers for one column stop the import where they differ, a header
that could be one of ours but isn't taken is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from geo.errors import InputError
from geo.intake.clean import text_of
from geo.intake.columns import KINDS, english, lacking
from geo.intake.headers import Match, match
from geo.intake.mapping import NONE_OF_OURS, SavedMapping
from geo.intake.options import Options
from geo.intake.read import RawTable
from geo.intake.synonyms import fold
from geo.intake.units import said_of, unit_of, with_unit
from geo.intake.verdicts import Findings


def known_columns(
    kind: str, raw: RawTable, options: Options, file: str, findings: Findings
) -> tuple[dict[str, str], Match]:
    """Map a file's headers to column names, ``{header: name}``; a missing required one stops it.

    Columns of serial numbers leave the table; constants of a saved mapping join it.

    Raises
    ------
    InputError
        For a renamed header that the file lacks, a required column that nobody names, two columns
        that may both be one, or a unit that a column is never in.
    """
    renames = renamed(options, list(raw.cells), file)
    aside = _set_aside(options.mapping, raw)
    headers = [header for header in raw.cells if header not in aside]
    found = match(kind, headers, renames, raw.paths)
    _say_missing(options.mapping, raw, findings)
    _refuse_contested(kind, found, raw, file)
    for header in found.ignored:
        raw.cells.pop(header, None)
    columns = dict(found.found)
    if options.mapping is not None:
        _put_constants(kind, options.mapping, raw, columns, findings)
    for column in lacking(kind, found.names | set(columns.values())):
        raise InputError(
            f"{file} 缺少必填列 {column.header}（{column.name}）。",
            f"请补上该列，或用 --map {column.name}=列名 指定。",
        )
    _check_units(kind, columns, options.mapping, file)
    _write_units(kind, columns, options.mapping, raw)
    _say_unsure(kind, found, findings)
    return columns, found


def renamed(options: Options, headers: Sequence[str], file: str) -> dict[str, str]:
    """Give what the call and the mapping say, ``{column: header}``, headers as the file has them.

    Raises
    ------
    InputError
        When the call names a header that the file lacks.
    """
    written = {fold(header): header for header in reversed(headers)}
    said = {} if options.mapping is None else options.mapping.renames()
    out = {name: written[fold(header)] for name, header in said.items() if fold(header) in written}
    for name, header in options.renames.items():
        if fold(header) not in written:
            raise InputError(
                f"{file} 中没有列 {header}（--map {name}={header}）。",
                f"文件中的列：{'、'.join(list(headers)[:20])}",
            )
        out[name] = header if header in headers else written[fold(header)]
    return out


def _set_aside(mapping: SavedMapping | None, raw: RawTable) -> set[str]:
    said = {} if mapping is None else mapping.columns
    none = {fold(header) for header, name in said.items() if name == NONE_OF_OURS}
    return {header for header in raw.cells if fold(header) in none}


def _say_missing(mapping: SavedMapping | None, raw: RawTable, findings: Findings) -> None:
    """Name the headers of a mapping that the file lacks: it may be another form."""
    if mapping is None:
        return
    written = {fold(header) for header in raw.cells}
    absent = [header for header in mapping.columns if fold(header) not in written]
    if absent:
        findings.note(
            "mapping_header_missing",
            f"对应关系文件中的表头在本文件中没有：{'、'.join(absent)}；请核对是否用对了文件",
        )


def _refuse_contested(kind: str, found: Match, raw: RawTable, file: str) -> None:
    specs = {column.name: column for column in KINDS[kind]}
    for name, headers in found.contested.items():
        first, *others = headers
        texts = [text_of(value) for value in raw.cells[first]]
        for other in others:
            if any(
                text and text != (also := text_of(value)) and also
                for text, value in zip(texts, raw.cells[other], strict=True)
            ):
                raise InputError(
                    f"{file} 中有两列都可能是“{specs[name].header}”，内容不同："
                    f"“{first}”与“{other}”。",
                    f"请用 --map {name}=表头 指定其一，例如 --map {name}={first}。",
                )


def _put_constants(
    kind: str, mapping: SavedMapping, raw: RawTable, columns: dict[str, str], findings: Findings
) -> None:
    """Fill the blank cells of a column with its constant; add the column if the file lacks it."""
    specs = {column.name: column for column in KINDS[kind]}
    headers = {name: header for header, name in columns.items()}
    for name, value in mapping.constants.items():
        header = headers.get(name, specs[name].header)
        cells = raw.cells.get(header, [None] * len(raw))
        raw.cells[header] = [value if text_of(cell) == "" else cell for cell in cells]
        columns[header] = name
        findings.note("mapping_constant", f"空白的“{specs[name].header}”按对应关系取 {value}")


def _check_units(
    kind: str, columns: Mapping[str, str], mapping: SavedMapping | None, file: str
) -> None:
    specs = {column.name: column for column in KINDS[kind]}
    for header, name in columns.items():
        unit = unit_in(mapping, header)
        if unit_of(header if unit is None else f"({unit})", specs[name]) is None:
            shown = f"表头“{header}”的单位" if unit is None else f"表头“{header}”的单位“{unit}”"
            raise InputError(
                f"{file}：{shown}无法识别。",
                f"请改用“{specs[name].header}”的单位，并相应换算数值。",
            )


def _write_units(
    kind: str, columns: Mapping[str, str], mapping: SavedMapping | None, raw: RawTable
) -> None:
    """Put the units that a mapping says behind the bare numbers of their columns."""
    specs = {column.name: column for column in KINDS[kind]}
    for header, name in columns.items():
        unit = unit_in(mapping, header)
        if unit is not None:
            raw.cells[header] = with_unit(raw.cells[header], header, specs[name], unit)


def unit_in(mapping: SavedMapping | None, header: str) -> str | None:
    """Give the unit that a mapping says for a header."""
    said = {} if mapping is None else mapping.units
    return next((unit for word, unit in said.items() if fold(word) == fold(header)), None)


def _say_unsure(kind: str, found: Match, findings: Findings) -> None:
    specs = {column.name: column for column in KINDS[kind]}
    for header, name in found.displaced.items():
        findings.note(
            "header_displaced",
            f"列“{header}”也可能是“{specs[name].header}”，已采用更明确的一列；"
            f"要改用它，请加 --map {name}={header}",
        )
    for header in found.unsure:
        findings.note(
            "header_unsure", f"列“{header}”的上级表头无法识别，未采用；要采用请用 --map 指定"
        )


def recognised(
    kind: str, raw: RawTable, columns: Mapping[str, str], given: SavedMapping | None
) -> SavedMapping:
    """Give the mapping that reads this file again: what was recognised, and what was given."""
    specs = {column.name: column for column in KINDS[kind]}
    units = {}
    for header, name in columns.items():
        unit = unit_in(given, header) or said_of(header, specs[name])
        if specs[name].kind == "area" and unit:
            units[header] = unit
    aside = {} if given is None else {
        header: name for header, name in given.columns.items() if name == NONE_OF_OURS
    }  # fmt: skip
    constants = {} if given is None else dict(given.constants)
    return SavedMapping(
        kind,
        columns={
            **{
                header: english(kind, specs[name])
                for header, name in columns.items()
                if (header in raw.paths if raw.paths else name not in constants)
            },
            **aside,
        },
        units=units,
        terms={} if given is None else given.terms,
        constants=constants,
    )
