"""Personal data: recognised by header and by content, never kept, never shown.

Names of people, phone numbers, identity numbers and home addresses are no business of the
register (PIPL; DOMAIN section 3). A column of them is left out; so is a single cell that holds one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import cache
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from geo.intake.synonyms import fold, words

_HEADER: Final = re.compile(
    r"姓名|联系(?!单位|社区|部门)|联络|电话|手机|座机|传真|通讯|身份证|证件号|微信|qq|住址|户籍"
    r"|邮箱|邮件|户主|业主名|主任$|负责人|责任人|经理$|书记$|楼长|楼栋长|网格员|网格长|指导员名|法人$"
    r"|法定代表人|法人代表|名单|签字|签名|经办人|填报人|银行|账号|卡号|车牌|出生"
    r"|phone|mobile|^tel|id_?card|e-?mail|contact|person(?!nel)",
    re.IGNORECASE,
)
_ROLE: Final = re.compile("[人员长]$|业主|住户|房东|房主|户代表|管家|社工|成员|干部|领导|值班|经办")
"""Headers under which a name is somebody's; under others it may be a place's or a building's."""

_PHONE: Final = (
    r"(?<![\dA-Za-z])(?:\+?86[\s-]?)?1[3-9]\d(?:[\s-]?\d{4}){2}(?![\dA-Za-z])"
    r"|(?<!\d)(?:0\d{2,3}[\s—–-]|\(0\d{2,3}\)[\s—–-]?)\d{7,8}(?!\d)"
)
_IDENTITY: Final = r"(?<!\d)\d{6}[\s-]?(?:19|20)\d{2}[01]\d[0-3]\d[\s-]?\d{3}[\dXx](?![\dA-Za-z])"
_MAIL: Final = r"[A-Za-z0-9._+-]{1,64}@[\w-]{1,255}\.\w"  # bounded, or a long text takes for ever
_VALUE: Final = re.compile(f"{_PHONE}|{_IDENTITY}|{_MAIL}")
_NAMED: Final = re.compile(
    r"(?:联系人|负责人|业主|户主|主任|经理|书记|楼长|填报人|经办人|姓名)\s*:\s*[\u4e00-\u9fff]{2,4}"
)
_CALM: Final = r"^[0-9A-Za-z_\x{4e00}-\x{9fff} ()-]*$"
_DID: Final = "反映|反应|投诉|来电|来访|举报|信访|签字|签名|代签"
"""What a note says that somebody did, right behind their name."""

_NO_NAME: Final = "主员户元层位道委区府路面村社站所局办司街组栋楼园苑城场家全置理务公"
"""Characters that make a word of a surname before them: 车主, 党员, 单元, 安全."""

_STIRRED: Final = rf"[0-9]{{7}}|[0-9]{{4}}[ -][0-9]{{4}}|先生|女士|{_DID}"
"""Texts of these characters alone, without these in them, hold nobody: every number of a person
has seven digits in a row or four and four, mail an @, and who is named by their part a colon."""

HIDDEN: Final = "（已隐去）"

SHARE_OF_CELLS: Final = 0.2
"""From this share of its cells on, a column with such content is left out whole."""

SHARE_OF_NAMES: Final = 0.9
"""A column of two or three characters that begin with a surname, this share of it, is of names."""


@cache
def _surname() -> str:
    return f"[{words()['persons']['surnames']}]"


@cache
def _addressed() -> re.Pattern[str]:
    return re.compile(f"{_surname()}(?:先生(?!坡)|女士)")  # 先生坡 is a street of Kunming


@cache
def _told_of() -> re.Pattern[str]:
    """Find who is told of in running words: 刘勇反映, but neither 车主反映 nor 华山社区反映."""
    given = f"[^\\W\\d_a-zA-Z{_NO_NAME}]"
    return re.compile(
        rf"(?:^|(?<=[^\u4e00-\u9fff])|(?<=[由经据与和]))(?:(?:业主|居民|住户|租户|房东|群众|楼长)\s*)?"
        rf"{_surname()}{given}{{1,2}}(?:等人?)?\s*(?:{_DID})"
    )


@cache
def _names() -> re.Pattern[str]:
    name = f"{_surname()}[\u4e00-\u9fff]{{1,2}}"
    return re.compile(rf"{name}(?:[、,;/\s]+{name})*")


def is_person_in(text: str) -> bool:
    """Tell whether a text holds a phone or identity number, or names somebody by their part."""
    plain = unicodedata.normalize("NFKC", text)
    return bool(
        _VALUE.search(plain)
        or _NAMED.search(plain)
        or _addressed().search(plain)
        or _told_of().search(plain)
    )


def is_only_names(text: str) -> bool:
    """Tell whether a text is nothing but names of persons, and no word of a state."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return bool(_names().fullmatch(plain)) and plain not in words()["persons"]["no_names"]


def arrow_texts(values: list[str | None]) -> pa.Array:
    """Give texts as Arrow has them; what UTF-8 can't hold becomes a question mark."""
    try:
        return pa.array(values, pa.large_string())
    except UnicodeEncodeError:
        known = [None if value is None else value.encode("utf-8", "replace") for value in values]
        return pa.array(known, pa.large_binary()).cast(pa.large_string())


def are_calm(texts: pa.Array) -> bool:
    """Tell that a column of texts surely holds nobody; one pass instead of a search a cell."""
    calm = pc.all(pc.match_substring_regex(texts, _CALM), min_count=0).as_py()
    return bool(calm and not pc.any(pc.match_substring_regex(texts, _STIRRED), min_count=0).as_py())


def surely_hold_nobody(values: list[Any]) -> bool:
    """Tell that cells are texts, or blank, that surely hold nobody."""
    return set(map(type, values)) <= {str, type(None)} and are_calm(arrow_texts(values))


def hide(text: str, *, names: bool = False) -> str:
    """Blot out what a text says of persons; with `names` also one that is nothing but names.

    >>> hide("张三 13888888888")
    '（已隐去）'
    """
    bare = names and _names().fullmatch(unicodedata.normalize("NFKC", text).strip())
    return HIDDEN if bare or is_person_in(text) else text


def is_personal(header: str, values: list[object]) -> bool:
    """Tell whether an extra column looks like personal data, by its header or its values."""
    words_of_it = re.sub(r"[(\[【].*?[)\]】]$", "", fold(header))
    if _HEADER.search(words_of_it):
        return True
    texts = [text for value in values[:2000] if value is not None and (text := plain_text(value))]
    if _ROLE.search(words_of_it) and any(_names().fullmatch(text) for text in texts):
        return True
    hits = sum(1 for text in texts if is_person_in(text))
    if hits > 0 and hits >= SHARE_OF_CELLS * len(texts):
        return True
    return _are_names(texts)


def plain_text(value: object) -> str:
    """Give a cell's text; a number's digits all, for a spreadsheet keeps identity numbers so."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return unicodedata.normalize("NFKC", str(value)).strip()


def _are_names(texts: list[str]) -> bool:
    """Tell whether cells are names of people: short, most of them different, by surname."""
    surnames = frozenset(words()["persons"]["surnames"])
    if len(texts) < 5 or len(set(texts)) * 2 < len(texts):
        return False
    named = sum(
        1
        for text in texts
        if 2 <= len(text) <= 3 and text[0] in surnames and re.fullmatch("[\u4e00-\u9fff]+", text)
    )
    return named >= SHARE_OF_NAMES * len(texts)


def without_names(values: list[Any], known: Collection[str]) -> tuple[list[Any], list[int]]:
    """Empty the cells that are nothing but somebody's name; give their positions.

    Parameters
    ----------
    known
        Words of the column that are no names, folded.
    """
    seen = {
        value: fold(value) not in known and is_only_names(value)
        for value in {value for value in values if isinstance(value, str)}
    }
    hits = [place for place, value in enumerate(values) if isinstance(value, str) and seen[value]]
    out = list(values)
    for place in hits:
        out[place] = None
    return out, hits


def without_persons(values: list[Any]) -> tuple[list[Any], list[int]]:
    """Empty the cells of a column that hold personal data; give their positions."""
    if set(map(type, values)) <= {str, type(None)}:
        if are_calm(arrow_texts(values)):
            return values, []
        joined = "\n".join(value for value in values if value is not None)
        if not is_person_in(joined):  # what is in no cell of a text column is not in all of them
            return values, []
    seen: dict[Any, bool] = {}
    out = []
    hits = []
    for position, value in enumerate(values):
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            out.append(value)
            continue
        if value not in seen:
            seen[value] = is_person_in(plain_text(value))
        if seen[value]:
            hits.append(position)
        out.append(None if seen[value] else value)
    return out, hits
