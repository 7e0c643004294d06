"""The manifest of a folder: every file with size and sha256, and what they were made from."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from geo.bundle.keys import public_bytes
from geo.errors import InputError, UsageError

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
PUBLIC_KEY: Final = "manifest.pub"
OWN: Final = (MANIFEST, SIGNATURE, PUBLIC_KEY)
"""Files of the bundle itself; the first is signed, the others speak of it."""

FORMAT: Final = 1

_SNAPSHOT: Final = re.compile(r"(?:快照：|\"snapshot\": ?\")([0-9a-f]{64})")


def files_of(folder: Path) -> dict[str, Path]:
    """Give every file of a folder but the bundle's own, by its name below it.

    Raises
    ------
    InputError
        For a link: what it points to would not travel.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            raise InputError(f"{name} 是链接，不能放进包里。", "请换成文件本身。")
        if path.is_file() and name not in OWN:
            found[name] = path
    return found


def digest_of(path: Path) -> str:
    """Give a file's sha256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_bundle(
    folder: Path, key: Ed25519PrivateKey, made_from: Mapping[str, Any]
) -> dict[str, Any]:
    """Write manifest, signature and public key into a folder; give the manifest.

    Parameters
    ----------
    made_from
        What the exports are made from: ``snapshot``, ``as_of``, ``made_up``, ``definitions``,
        ``software``. Same files, same words, same key: same manifest and signature.

    Raises
    ------
    UsageError
        When the folder is empty, or a file in it says that it is of another snapshot.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} 不是文件夹。", "请先把要打包的导出文件放进一个文件夹。")
    files = files_of(folder)
    if not files:
        raise UsageError(f"{folder} 中没有文件。", "请先把要打包的导出文件放进去。")
    _check_snapshots(files, str(made_from["snapshot"]))
    manifest = {
        "format": FORMAT,
        **made_from,
        "files": [
            {"path": name, "bytes": path.stat().st_size, "sha256": digest_of(path)}
            for name, path in files.items()
        ],
    }
    data = (json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    (folder / MANIFEST).write_bytes(data)
    (folder / SIGNATURE).write_bytes(base64.b64encode(key.sign(data)) + b"\n")
    (folder / PUBLIC_KEY).write_bytes(public_bytes(key.public_key()))
    return manifest


def _check_snapshots(files: Mapping[str, Path], snapshot: str) -> None:
    for name, path in files.items():
        if path.suffix.lower() not in {".txt", ".json", ".geojson"}:
            continue
        with path.open(encoding="utf-8", errors="replace") as file:
            found = set(_SNAPSHOT.findall(file.read(100_000)))
        if found - {snapshot}:
            raise UsageError(
                f"{name} 出自快照 {min(found - {snapshot})[:12]}，不是 {snapshot[:12]}。",
                "一个包只放同一快照的文件；请核对 --as-of、--known-at。",
            )
