"""Zip archives are judged before anything in them is read.

Nothing is ever written out of an archive, so a name that climbs out of a folder can do no harm
here; it is refused all the same, because whoever unpacks the file next may be less careful.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from geo.errors import InputError
from geo.intake.limits import (
    MOST_INFLATED_BYTES,
    MOST_MEMBERS,
    MOST_RATIO,
    RATIO_FREE_BYTES,
    GiB,
)

CHUNK_BYTES: Final = 2**20
STORED, DEFLATED = 0, 8
ENCRYPTED_FLAG: Final = 1
_LOCAL_HEADER: Final = struct.Struct("<4s22xHH")
_CLIMBS: Final = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)|\0")


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open an archive whose claims are within bounds.

    Raises
    ------
    InputError
        When it is cut off, locked, packed in an unusual way, larger inside than `limits` allow,
        or has names that lead out of the folder it would be unpacked in.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise InputError(
            f"{path.name} 不完整或已损坏：压缩包的目录读不出来。",
            "多为传输中断，请重新取得或重新压缩后再导入。",
        ) from error
    try:
        _judge(path, archive.infolist())
    except InputError:
        archive.close()
        raise
    return archive


def _judge(path: Path, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS:
        raise InputError(
            f"{path.name} 内有 {len(members)} 个文件，超过上限 {MOST_MEMBERS}。",
            "请只保留需要导入的文件，重新压缩。",
        )
    for member in members:
        name = shown_name(member)
        if _CLIMBS.search(member.orig_filename) or stat.S_ISLNK(member.external_attr >> 16):
            raise InputError(
                f"{path.name} 内的“{name}”指向压缩包以外的位置，已拒绝。",
                "这不是正常导出的文件，请向提供方核实。",
            )
        if member.flag_bits & ENCRYPTED_FLAG:
            raise InputError(f"{path.name} 内的“{name}”有密码。", "请去掉密码，重新压缩后再导入。")
        if member.compress_type not in {STORED, DEFLATED}:
            raise InputError(
                f"{path.name} 内的“{name}”用了不常见的压缩方式。",
                "请用 Windows 自带的“压缩(zipped)文件夹”重新压缩。",
            )
    packed = sum(member.compress_size for member in members)
    inflated = sum(member.file_size for member in members)
    # Bombs of the better sort let many members share the same packed bytes.
    if packed > path.stat().st_size:
        raise InputError(
            f"{path.name} 内各文件互相重叠，是压缩炸弹的写法，已拒绝。", "请向提供方核实。"
        )
    _refuse_bomb(path.name, packed, inflated)


def _refuse_bomb(name: str, packed: int, inflated: int) -> None:
    if inflated > MOST_INFLATED_BYTES or (
        inflated > RATIO_FREE_BYTES and inflated > MOST_RATIO * max(packed, 1)
    ):
        raise InputError(
            f"{name} 解开后有 {inflated / GiB:.2f} GB，是压缩包的 {inflated // max(packed, 1)} 倍，"
            f"超过上限（{MOST_INFLATED_BYTES / GiB:.0f} GB，{MOST_RATIO} 倍）。",
            "请删去空白的行列或无关的文件，另存后再导入。",
        )


def shown_name(member: zipfile.ZipInfo) -> str:
    """Give a member's name as its maker saw it: Chinese Windows writes GBK without a word."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return member.filename


def inflate(path: Path, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Inflate a member piece by piece, as far as its data goes and not as far as it claims.

    The readers after us trust the data, `zipfile` the claim; so only this finds the member that
    says 1 kB and inflates to 10 GB.

    Raises
    ------
    InputError
        When the data is damaged, or its size is not the one claimed.
    """
    seen = 0
    try:
        with path.open("rb") as file:
            file.seek(member.header_offset)
            _, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(file.read(30))
            file.seek(name_bytes + extra_bytes, 1)
            for piece in _pieces(file.read, member):
                seen += len(piece)
                if seen > member.file_size:
                    break
                yield piece
    except (zlib.error, struct.error) as error:
        raise InputError(
            f"{path.name} 内的“{shown_name(member)}”已损坏。", "请重新取得或重新压缩后再导入。"
        ) from error
    if seen != member.file_size:
        raise InputError(
            f"{path.name} 内的“{shown_name(member)}”自称 {member.file_size} 字节，实际不符。",
            "文件损坏，或是压缩炸弹；请向提供方核实，重新压缩后再导入。",
        )


def _pieces(read: Callable[[int], bytes], member: zipfile.ZipInfo) -> Iterator[bytes]:
    left = member.compress_size
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    while left > 0:
        data = read(min(CHUNK_BYTES, left))
        if not data:
            raise zlib.error("cut off")
        left -= len(data)
        if member.compress_type == STORED:
            yield data
            continue
        while data:
            yield stream.decompress(data, CHUNK_BYTES)
            data = stream.unconsumed_tail
    if member.compress_type == DEFLATED:
        yield stream.flush(CHUNK_BYTES)
        if not stream.eof:
            raise zlib.error("cut off")
