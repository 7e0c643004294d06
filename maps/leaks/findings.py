"""What the check of an export finds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

RULES: Final = {
    "party": "党组织内容",
    "internal": "标明内部",
    "person": "个人信息",
    "path": "内部路径",
    "database": "数据库地址",
    "excluded": "排除地点",
    "small": "小于 5 的数字",
    "sum": "隐去的数字可以推算",
    "contradiction": "合计与分项不符",
    "hidden": "隐藏的内容",
    "unread": "无法检查",
}
"""Rules and what they find."""


@dataclass(frozen=True)
class Finding:
    """One finding: the rule, where in the file, what."""

    rule: str
    file: str
    where: str
    what: str

    def words(self) -> str:
        """Say it in a line."""
        place = f"{self.file} · {self.where}" if self.where else self.file
        return f"{RULES[self.rule]}：{place}：{self.what}"

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {**asdict(self), "message": self.words()}
