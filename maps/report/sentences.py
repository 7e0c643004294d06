"""Sentences that say the figures, as a bureau writes them; made from the figures alone."""

from __future__ import annotations

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from geo.compare import KINDS, Comparison
from geo.coverage import Coverage, Row
from maps import words
from maps.report.content import Chapter, Report
from maps.sheet.names import short_name
from maps.sheet.subject import LEVEL_WORDS

LEAST_POINTS = Decimal("0.05")
"""A change smaller than this is said to be level: it is 0.0 with one decimal."""


def share(row: Row) -> str:
    """Write a row's share: ``87.3%``, never rounded across the target; a dash for none."""
    if not row.denominator:
        return "—"
    return words.share_text(row.numerator, row.denominator, row.target).replace(" ", "")


def share_and_gap(row: Row) -> tuple[str, str]:
    """Write a share and how far it is from its target as everywhere else; the two make it up.

    >>> from geo.coverage import _row
    >>> import numpy as np
    >>> from decimal import Decimal
    >>> sums = np.array([8725, 10000, 0, 0, 0])
    >>> share_and_gap(_row(1, "", "division", sums, sums, Decimal("0.9"), 1))
    ('87.3%', '2.7')
    """
    shown = share(row)
    if row.gap_points:
        return shown, words.points_text(row.gap_points)
    return shown, f"{Decimal(shown.removesuffix('%')) - Decimal(row.target) * 100:f}"


def headline(found: Coverage) -> str:
    """Say an indicator's figure against its target."""
    row, name = found.total, found.indicator.name
    if not row.denominator:
        return f"{name}没有统计对象。"
    shown, gap = share_and_gap(row)
    target = words.target_text(row.target).replace(" ", "")
    if row.met == "yes":
        above = "达到" if gap.strip("0.") == "" else f"高于目标 {gap} 个百分点，达到"
        text = f"{name} {shown}，{above} {target} 的目标"
    else:
        need = words.gap_text(row.gap_amount, found.unit)[0]
        text = f"{name} {shown}，较目标低 {gap} 个百分点，还需 {need}"
    if row.unknown:
        unknown = words.amount_text(row.unknown, found.unit, found.per_unit)[0]
        high = words.share_text(row.numerator + row.unknown, row.denominator, row.target)
        text += f"；另有 {unknown}未核实，如全部核实为“是”，可至 {high.replace(' ', '')}"
        if row.met == "undetermined":
            text += "，是否达标待核实"
    return text + "。"


def children(found: Coverage) -> str:
    """Say how the divisions below stand: how many meet the target, who lacks most."""
    rows = [row for row in found.rows if row.denominator and row.kind == "division"]
    if not rows:
        return ""
    level = LEVEL_WORDS[found.level]
    met = Counter(row.met for row in rows)
    text = f"有统计对象的 {len(rows)} 个{level}中，{met['yes']} 个达到参照线"
    if met["undetermined"]:
        text += f"，{met['undetermined']} 个因未核实较多尚不能判定"
    lacking = sorted(
        (row for row in rows if row.gap_amount),
        key=lambda row: (-row.gap_amount, row.division or 0),
    )
    if lacking:
        named = "、".join(
            f"{short_name(row.name)}（{share(row)}，还需"
            f" {words.gap_text(row.gap_amount, found.unit)[0]}）"
            for row in lacking[:3]
        )
        text += f"；缺口最大的是{named}"
    return text + "。"


def change(chapter: Chapter) -> str:
    """Say what changed since the year before, and what the change is made of."""
    found = chapter.comparison
    if found is None or found.change_points is None:
        return f"{chapter.coverage.indicator.name}上年末没有统计，不作同比。"
    before = chapter.before
    assert before is not None  # noqa: S101 - a comparison has both
    total, parts = split(found)
    text = f"上年末为 {share(before.total)}，同比"
    if abs(Decimal(total)) < LEAST_POINTS:
        text += f"基本持平（{total} 个百分点）"
    else:
        way = "提高" if found.change_points > 0 else "下降"
        text += f"{way} {total.lstrip('+-')} 个百分点"
    named = "，".join(f"{KINDS[kind]} {points}" for kind, points in parts.items())
    return f"{text}，其中{named}（单位：百分点，三项之和为同比变化）。"


def split(found: Comparison) -> tuple[str, dict[str, str]]:
    """Write a change and its parts with as many decimals as it takes for them to add up."""
    parts = [found.by_kind[kind] for kind in KINDS]
    total = found.change_points or 0.0
    written: list[Decimal] = []
    whole = Decimal(0)
    for digits in range(2, 7):
        step = Decimal(1).scaleb(-digits)
        written = [_rounded(Fraction(value), step) for value in parts]
        whole = _rounded(Fraction(total), step)
        if sum(written) == whole:
            break
    texts = [f"{value:+f}" if value else f"{abs(value):f}" for value in (whole, *written)]
    return texts[0], dict(zip(KINDS, texts[1:], strict=True))


def largest(found: Comparison, most: int = 3) -> str:
    """Name who moved the share most, where anybody alone moved it to speak of."""
    moved = [item for item in found.contributors[:most] if abs(item.points) >= LEAST_POINTS]
    if not moved:
        return ""
    named = "、".join(f"{item.name}（{signed(item.points)}）" for item in moved)
    return f"影响最大的是{named}。"


def signed(points: float) -> str:
    """Write points with their sign, never as a signed zero.

    >>> signed(1.26), signed(-0.04), signed(0.0)
    ('+1.3', '-0.04', '0.0')
    """
    text = words.points_text(abs(points))
    return text if not text.strip("0.") else f"{'+' if points > 0 else '-'}{text}"


def gaps(report: Report) -> list[str]:
    """Say how long each list is."""
    found = []
    for item in report.gaps:
        unit = "家" if item.id == "due" else "个"
        if not item.rows:
            found.append(f"{item.title}：无。")
            continue
        places = Counter(row[0] or "未落入下级区划" for row in item.rows)
        most = "、".join(f"{name} {count} {unit}" for name, count in places.most_common(3))
        lead = "，" if len(places) == 1 else "，较多的是"
        found.append(f"{item.title} {len(item.rows):,} {unit}{lead}{most}。")
    return found


def cases(report: Report) -> str:
    """Say how far the cases are."""
    states = Counter(str(case["state"]) for case in report.cases)
    named = "、".join(f"{state} {count} 件" for state, count in sorted(states.items()))
    return f"接管案件共 {len(report.cases)} 件：{named}。只有“进场”后才计入覆盖。"


def _rounded(value: Fraction, step: Decimal) -> Decimal:
    scaled = Decimal((value / Fraction(step) + Fraction(1, 2)).__floor__())
    return (scaled * step).quantize(step, ROUND_HALF_UP)
