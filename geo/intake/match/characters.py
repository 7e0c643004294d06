"""Characters: simplified forms, numerals and readings, one character at a time.

A character's readings come from pypinyin, without tones and without looking at its neighbours, so
both sides of a comparison are read alike.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import product
from typing import Final

_TRADITIONAL: Final = (
    "東东園园區区號号樓楼廣广華华麗丽龍龙鳳凤雲云陽阳灣湾濱滨橋桥興兴榮荣寶宝銀银錢钱綠绿藍蓝紅红"
    "豐丰國国際际學学員员機机關关廠厂職职電电鐵铁門门開开長长萬万鄉乡鎮镇縣县貴贵車车馬马鳥鸟魚鱼"
    "蘭兰葉叶樹树楓枫楊杨竹竹荊荆蘋苹薔蔷藝艺術术書书畫画詩诗詞词語语識识設设計计話话議议記记許许"
    "論论調调談谈請请謝谢証证譽誉讚赞財财賢贤賀贺贏赢農农運运遠远達达連连進进還还邊边鄰邻醫医釋释"
    "針针鋼钢錦锦錄录鑫鑫鑽钻閣阁閒闲間间問问聞闻聽听聯联聖圣聲声勝胜勞劳動动務务勢势協协單单衛卫"
    "壓压壘垒場场塊块塢坞墳坟壯壮壹壹夢梦夾夹奧奥奮奋婦妇孫孙寧宁實实審审寫写對对導导將将專专尋寻"
    "島岛峽峡崗岗嶺岭嶽岳巖岩帶带師师幣币幹干廟庙廳厅張张強强彎弯彙汇匯汇後后從从徑径復复徵征悅悦"
    "愛爱慶庆憲宪應应懷怀戲戏戶户擁拥擇择擴扩數数敵敌時时晉晋晝昼曉晓曆历暢畅會会東东條条棟栋業业"
    "極极構构槍枪樂乐標标樣样機机橫横檔档檢检櫻樱權权歐欧歲岁歷历歸归殘残氣气漢汉溫温滄沧滿满漁渔"
    "潔洁潤润澤泽濟济瀾澜瀟潇灑洒烏乌無无燈灯營营爐炉爾尔牆墙獅狮獎奖現现環环瑪玛瓊琼產产畢毕異异"
    "當当發发盛盛盡尽監监盤盘盧卢礦矿祿禄禮礼種种稱称穀谷積积穩稳筆笔節节簡简糧粮紀纪納纳純纯紙纸"
    "紫紫細细終终組组結结統统絲丝經经維维網网綜综線线緣缘緯纬練练縱纵總总績绩繁繁織织繡绣繼继續续"
    "義义羅罗習习翠翠聰聪膠胶臨临與与舊旧舉举艦舰莊庄蕭萧薈荟藥药蘇苏處处虛虚蝦虾蠶蚕術术補补裝装"
    "裡里製制見见規规親亲覺觉觀观觸触訂订詠咏頂顶項项順顺頌颂預预領领頤颐題题顏颜願愿類类風风飛飞"
    "飯饭飲饮館馆駐驻駿骏騰腾驗验麥麦黃黄點点齊齐齒齿崑昆滇滇雙双雲云鵬鹏鶴鹤鷺鹭鳴鸣鴻鸿鷹鹰鴛鸳"
)
SIMPLIFIED: Final = str.maketrans(dict(zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True)))
"""Traditional characters that names of compounds hold, to their simplified forms."""

_DIGITS: Final = {char: place for place, char in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9,
}  # fmt: skip
_FORMAL: Final = frozenset("壹贰叁肆伍陆柒捌玖")
_NUMERAL: Final = re.compile("[〇零一二三四五六七八九十]+")
_TENS: Final = re.compile("([一二三四五六七八九])?十([一二三四五六七八九])?")


def plain(text: str) -> str:
    """Give a text in half width, lower case, simplified characters."""
    return unicodedata.normalize("NFKC", text).translate(SIMPLIFIED).casefold()


def arabic(text: str) -> str:
    """Write Chinese numerals as digits: 十二 as 12, 二十 as 20, and 一九九八 as 1998.

    >>> arabic("大关东十苑"), arabic("十二期"), arabic("三里屯")
    ('大关东10苑', '12期', '3里屯')
    """
    return _NUMERAL.sub(lambda found: _value(found[0]), text)


def formal_digit(char: str) -> str:
    """Give a formal numeral (壹) as a digit, any other character as it is."""
    return str(_DIGITS[char]) if char in _FORMAL else char


def _value(word: str) -> str:
    parts: list[str] = []
    place = 0
    while place < len(word):
        tens = _TENS.match(word, place)
        if tens:
            parts.append(
                str(_DIGITS.get(tens[1] or "一", 1) * 10 + _DIGITS.get(tens[2] or "零", 0))
            )
            place = tens.end()
        else:
            parts.append(str(_DIGITS[word[place]]))
            place += 1
    return "".join(parts)


@lru_cache(maxsize=32_768)
def readings(char: str) -> frozenset[str]:
    """Give a character's readings without tones; a character without any reads as itself."""
    found = _spelt(char, heteronym=True)
    return frozenset(found) if found else frozenset({char})


@lru_cache(maxsize=32_768)
def reading(char: str) -> str:
    """Give a character's first reading without tone, blurred as `blurred` says."""
    found = _spelt(char, heteronym=False)
    return _blur(found[0]) if found else char


def _spelt(char: str, *, heteronym: bool) -> list[str]:
    # Its tables of phrases take a third of a second to load; most imports compare no names.
    from pypinyin import Style, pinyin  # noqa: PLC0415

    found = pinyin(char, style=Style.NORMAL, heteronym=heteronym, errors="default")
    return found[0] if found else []


def _blur(syllable: str) -> str:
    """Drop what southern speakers and input methods mix up: zh/z, ch/c, sh/s, -ng/-n, n-/l-."""
    for long, short in (("zh", "z"), ("ch", "c"), ("sh", "s")):
        if syllable.startswith(long):
            syllable = short + syllable[2:]
    if syllable.startswith("n") and len(syllable) > 1:
        syllable = "l" + syllable[1:]
    return syllable[:-1] if syllable.endswith("ng") else syllable


@lru_cache(maxsize=65_536)
def sound_alike(left: str, right: str) -> int:
    """Tell whether two characters sound alike: 2 exactly (but for tone), 1 nearly, 0 not."""
    here, there = readings(left), readings(right)
    if here & there:
        return 2
    pairs = product(sorted(here), sorted(there))
    return int(any(_blur(one) == _blur(other) for one, other in pairs))
