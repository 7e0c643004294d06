"""Ed25519 keys in files: the private one for its owner alone, the public one to hand out."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from geo.errors import InputError, UsageError

OWNER_ONLY: Final = 0o600
PUBLIC_SUFFIX: Final = ".pub"


def make_key(path: Path) -> Path:
    """Make a key pair: the private key at `path`, mode 0600, the public one beside it.

    Returns
    -------
    Path
        The public key's file.

    Raises
    ------
    UsageError
        When there is a key already: it is never overwritten.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + PUBLIC_SUFFIX)
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    try:
        # Never there with other rights than these, not even for a moment.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError:
        raise UsageError(f"{path} 已存在，不覆盖。", "请换一个路径，或先自行移走旧密钥。") from None
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), OWNER_ONLY)
        file.write(private)
    beside.write_bytes(public_bytes(key.public_key()))
    return beside


def private_key(path: Path) -> Ed25519PrivateKey:
    """Open a private key.

    Raises
    ------
    InputError
        When it is missing, no Ed25519 key, or readable by others.
    """
    remedy = "请用 wuye export key 生成密钥，或用 --key 指明。"
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        data = path.read_bytes()
    except OSError:
        raise InputError(f"读不到签名密钥 {path}。", remedy) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise InputError(f"签名密钥 {path} 他人可读（{mode:o}）。", f"请先运行 chmod 600 {path}。")
    try:
        key = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError(f"{path} 不是 Ed25519 私钥。", remedy)
    return key


def public_key(data: bytes, name: str) -> Ed25519PublicKey:
    """Read a public key.

    Raises
    ------
    InputError
        When it is none.
    """
    try:
        key = serialization.load_pem_public_key(data)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise InputError(f"{name} 不是 Ed25519 公钥。", "请向制作方索取公钥文件（.pub）。")
    return key


def public_bytes(key: Ed25519PublicKey) -> bytes:
    """Write a public key as PEM."""
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def fingerprint(key: Ed25519PublicKey) -> str:
    """Give what two people compare over the telephone: the key's sha256 in groups of four."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    digest = hashlib.sha256(raw).hexdigest()[:32]
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))
