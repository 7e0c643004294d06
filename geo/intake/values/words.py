"""Yes and no, terms of a closed list, texts, codes."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final

from geo.codes import normal_division, uscc_problem
from geo.intake.columns import Column
from geo.intake.synonyms import either_of, fold, folded, terms_of
from geo.intake.values.reading import Context, Problem, either

EXACT_DIGITS: Final = 1e15
"""From here on a spreadsheet no longer keeps a whole number exactly."""

CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f]")
_CODES: Final = re.compile(r"[,，、;；\s]+")
_ROUNDED: Final = re.compile(r"\d(\.\d+)?e\+?\d+", re.IGNORECASE)
_BOXES: Final = re.compile(r"([□☐○]|[☑✓✔√■])\s*([^□☐○☑✓✔√■\s]+)")
_TICKED: Final = frozenset("☑✓✔√■")
_SEVERAL: Final = re.compile(r"[、,;/+]|和|及|兼")


def ticked(text: str) -> str:
    """Give the one word ticked in a row of boxes (□国有 ☑市场); any other text as it is."""
    boxes = _BOXES.findall(text)
    if len(boxes) < 2:
        return text
    chosen = [word for box, word in boxes if box in _TICKED]
    return chosen[0] if len(chosen) == 1 else text


def yes_no(value: Any, text: str, column: Column, context: Context) -> Any:
    """Read yes or no."""
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return Problem("yes_no", "不是“是”或“否”", "请填 是 或 否；不清楚请留空")
    word = fold(ticked(text))
    word = fold(context.terms.get(word) or terms_of(column.name).get(word, word))
    if word in folded("yes_no", "yes"):
        return True
    if word in folded("yes_no", "no"):
        return False
    if word in folded("yes_no", "either") or word in either_of(column.name):
        return either(("是", "否"), "请填 是 或 否；不清楚请留空")
    return Problem("yes_no", "不是“是”或“否”", "请填 是 或 否；不清楚请留空")


def term(_value: Any, text: str, column: Column, context: Context) -> Any:
    """Read a term of the column's list, by any of its names."""
    found = _one_term(fold(ticked(text)), column, context)
    if found is not None:
        return found
    several = {_one_term(fold(part), column, context) for part in _SEVERAL.split(text)}
    if len(several) > 1 and None not in several and all(isinstance(one, str) for one in several):
        said = "、".join(sorted(str(one) for one in several))
        return Problem("several_values", f"一格中有多个值：{said}", "请只写一个")
    return Problem("term", "不在可选值之内", f"可选：{'、'.join(column.terms)}")


def _one_term(word: str, column: Column, context: Context) -> str | Problem | None:
    if word in context.terms:
        return context.terms[word]
    for name in column.terms:
        if word == fold(name):
            return name
    known = terms_of(column.name)
    if word in known:
        return known[word]
    readings = either_of(column.name).get(word)
    if readings:
        return either(readings, f"可选：{'、'.join(column.terms)}")
    return None


def state(_value: Any, text: str, column: Column, context: Context) -> Any:
    """Read a state by any of its names; a state that nobody knows stays as it is."""
    word = fold(ticked(text))
    if word in context.terms:
        return context.terms[word]
    return terms_of(column.name).get(word, CONTROL.sub("", text))


def text(_value: Any, text: str, _column: Column, _context: Context) -> Any:
    """Give a text without control characters."""
    return CONTROL.sub("", text)


def division(_value: Any, text: str, _column: Column, context: Context) -> Any:
    """Read a division's code, or its name from the county or province down."""
    code = normal_division(text)
    if code is not None:
        return code
    wrong = Problem(
        "division", "不是区划代码", "应为 2、4、6、9 或 12 位数字（GB/T 2260 与统计用区划代码）"
    )
    if context.places is None or re.fullmatch(r"[\d.\s]*", text):
        return wrong
    found = context.places.find([text])
    if not found:
        return Problem(
            "division", "登记库中没有这个名称的区划", "请改填区划代码，或写全：五华区华山街道"
        )
    if len(found) > 1:
        return either(
            tuple(f"{context.places.path(code)}（{code}）" for code in found[:4]),
            "请写全上级名称，或改填区划代码",
        )
    return found[0]


def uscc(_value: Any, text: str, _column: Column, _context: Context) -> Any:
    """Read a unified social credit code and check its last character."""
    code = re.sub(r"[\s-]+", "", text.upper())
    wrong = uscc_problem(code)
    if wrong:
        return Problem("uscc", f"统一社会信用代码有误：{wrong}", "请按营业执照核对 18 位代码")
    return code


def code(value: Any, text: str, _column: Column, _context: Context) -> Any:
    """Read a code; one that a spreadsheet has rounded is none."""
    if isinstance(value, bool):
        return Problem("code", "是逻辑值，不是编码", "请将该列设为文本")
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return Problem("code", "是日期，编码已被表格软件改写", "请将该列设为文本后重新填写")
    lossy = isinstance(value, float) and (abs(value) >= EXACT_DIGITS or not value.is_integer())
    if lossy or _ROUNDED.fullmatch(text):
        return Problem(
            "code", "是数值，表格软件只保留 15 位有效数字，编码已失真", "请将该列设为文本后重新填写"
        )
    if re.search(r"[\x00-\x1f]", text) or len(text) > 64:
        return Problem("code", "编码含有控制字符或超过 64 个字符", "请核对编码")
    return text


def code_list(_value: Any, text: str, _column: Column, _context: Context) -> Any:
    """Read codes that stand in one cell, each once, in order."""
    return tuple(sorted(set(filter(None, _CODES.split(text)))))
