"""Compare a bundle with its manifest: is it whole, is it unchanged, who signed it."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from geo.bundle.keys import fingerprint, public_key
from geo.bundle.manifest import MANIFEST, OWN, PUBLIC_KEY, SIGNATURE, digest_of
from geo.errors import InputError, NotFound


@dataclass(frozen=True)
class Verdict:
    """What was found.

    Attributes
    ----------
    signed
        Whether the signature is of this manifest under the key.
    trusted
        Whether the key was given from outside the bundle; its own proves only that the bundle is
        of one piece.
    """

    manifest: dict[str, Any]
    signed: bool
    trusted: bool
    fingerprint: str
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the bundle is what was signed."""
        return self.signed and not (self.missing or self.extra or self.changed)


def verify(folder: Path, given: Path | None = None) -> Verdict:
    """Verify a bundle.

    Parameters
    ----------
    given
        The public key as its maker handed it out; without it the bundle's own is used.

    Raises
    ------
    NotFound
        When there is no manifest.
    InputError
        When manifest or key can't be read.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise NotFound(f"{folder} 中没有 {MANIFEST}。", "这不是 wuye export bundle 做的包。")
    data = path.read_bytes()
    manifest, listed = _read(data)
    source = given or folder / PUBLIC_KEY
    if not source.is_file():
        raise NotFound(f"没有公钥 {source}。", "请用 --public-key 指明制作方的公钥。")
    key = public_key(source.read_bytes(), source.name)
    present = {
        item.relative_to(folder).as_posix(): item
        for item in sorted(folder.rglob("*"))
        if item.is_symlink() or item.is_file()
    }
    changed = [
        name
        for name, (size, digest) in listed.items()
        if name in present and not _same(present[name], size, digest)
    ]
    return Verdict(
        manifest=manifest,
        signed=_signed(folder / SIGNATURE, data, key),
        trusted=given is not None,
        fingerprint=fingerprint(key),
        missing=tuple(sorted(set(listed) - set(present))),
        extra=tuple(sorted(set(present) - set(listed) - set(OWN))),
        changed=tuple(sorted(changed)),
    )


def _same(path: Path, size: int, digest: str) -> bool:
    return not path.is_symlink() and path.stat().st_size == size and digest_of(path) == digest


def _read(data: bytes) -> tuple[dict[str, Any], dict[str, tuple[int, str]]]:
    try:
        manifest: dict[str, Any] = json.loads(data)
        listed = {
            str(item["path"]): (int(item["bytes"]), str(item["sha256"]))
            for item in manifest["files"]
        }
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{MANIFEST} 读不出来。", "文件可能已损坏，请重新获取。") from error
    return manifest, listed


def _signed(path: Path, data: bytes, key: Ed25519PublicKey) -> bool:
    try:
        key.verify(base64.b64decode(path.read_bytes(), validate=False), data)
    except (OSError, binascii.Error, InvalidSignature, ValueError):
        return False
    return True
