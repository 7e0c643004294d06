"""Addresses of tiles, read by hand: a route table costs more than a kept tile."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from geo.errors import NotFound

SUFFIXES: Final = (".mvt", ".pbf")

_SNAPSHOT: Final = re.compile(r"[0-9a-f]{12,64}")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,8}")
_PLAN: Final = re.compile(r"[A-Za-z0-9-]{1,80}")
_WHAT: Final = "地址应为 /tiles/快照/图层/z/x/y、/tiles/快照/图层.json 或 /tiles/快照/style.json。"

What = Literal["tile", "tilejson", "style", "sprite.json", "sprite.png"]


@dataclass(frozen=True, slots=True)
class Address:
    """What an address asks for. ``layer`` is a kind of layer or ``suggestions/PLAN``."""

    what: What
    snapshot: str = ""
    layer: str = ""
    z: int = 0
    x: int = 0
    y: int = 0
    ratio: int = 1


def parse(path: str) -> Address:
    """Read an address, the part behind ``/tiles/``.

    Raises
    ------
    NotFound
        If it is none.
    """
    if path.startswith("sprite"):
        return _sprite(path)
    parts = path.split("/")
    if len(parts) < 2 or not _SNAPSHOT.fullmatch(parts[0]):
        raise NotFound("没有这个地址。", f"{_WHAT}快照编号至少写 12 位。")
    if parts[1] == "suggestions":
        if len(parts) < 3:
            raise NotFound("没有这个地址。", _WHAT)
        parts[1:3] = [f"suggestions/{parts[2]}"]
    if len(parts) == 2 and parts[1].endswith(".json"):
        name = parts[1].removesuffix(".json")
        if name == "style":
            return Address("style", parts[0])
        return Address("tilejson", parts[0], _layer(name))
    if len(parts) != 5:
        raise NotFound("没有这个地址。", _WHAT)
    last = parts[4]
    for suffix in SUFFIXES:
        last = last.removesuffix(suffix)
    numbers = (*parts[2:4], last)
    if not all(map(_NUMBER.fullmatch, numbers)):
        raise NotFound("没有这个地址。", "z、x、y 应为不带前导零的整数。")
    z, x, y = map(int, numbers)
    return Address("tile", parts[0], _layer(parts[1]), z, x, y)


def _layer(name: str) -> str:
    if not all(map(_PLAN.fullmatch, name.split("/"))):
        raise NotFound("没有这个图层。", _WHAT)
    return name


def _sprite(path: str) -> Address:
    found = re.fullmatch(r"sprite(@2x)?\.(json|png)", path)
    if found is None:
        raise NotFound("没有这个地址。", _WHAT)
    ratio = 2 if found[1] else 1
    return Address("sprite.json" if found[2] == "json" else "sprite.png", ratio=ratio)
