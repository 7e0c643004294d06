"""Dates that say only a month or a year leave a mark in their row's notes, so none seems exact."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

MARK: Final = "日期精度"
"""The key in a row's notes: ``{"服务起始日期 2023-05-01": "月"}``."""


def add_marks(
    notes: Sequence[str | None], subjects: Sequence[Any], marks: Mapping[int, Mapping[str, str]]
) -> list[str | None]:
    """Put marks into notes; rows of one subject share theirs, as one profile stands for all.

    Parameters
    ----------
    notes
        A JSON object a row, or None.
    subjects
        A row's subject, or None.
    marks
        Position to ``{column and date: precision}``.
    """
    of_subject: dict[Any, dict[str, str]] = {}
    for position, said in marks.items():
        of_subject.setdefault(subjects[position] or position, {}).update(said)
    out: list[str | None] = []
    for position, note in enumerate(notes):
        subject = subjects[position] if subjects[position] in of_subject else position
        if subject not in of_subject:
            out.append(note)
            continue
        words = json.loads(note) if note else {}
        words[MARK] = dict(sorted(of_subject[subject].items()))
        out.append(json.dumps(words, ensure_ascii=False))
    return out
