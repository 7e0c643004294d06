"""A kept plan as a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geo.snapshot.build import Snapshots
from geo.takeover.plan.paper import load
from geo.takeover.plan.saved import digest_of
from maps.plan_files import write_plan


def written(folder: Path, snapshots: Snapshots, plan: Mapping[str, Any], suffix: str) -> Path:
    """Give the file of a plan, made once: the same plan has the same contents.

    Parameters
    ----------
    suffix
        ``.xlsx``, ``.gpkg`` or ``.json``.
    """
    name = hashlib.sha256(f"{plan['plan']} {digest_of(plan)}".encode()).hexdigest()[:32]
    path = folder / f"{name}{suffix}"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / f"{name}.json"
    if not source.exists():
        beside = source.with_suffix(".part")
        beside.write_text(json.dumps(plan, ensure_ascii=False, indent=1) + "\n", "utf-8")
        beside.replace(source)
    if suffix != ".json":
        write_plan(path, snapshots.open(plan["snapshot"]), load(source))
    return path
