"""A file sent as multipart/form-data, written to the data folder as it comes in.

Nothing of it is held in memory or in the system's temporary folder; its name is only a word.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from geo.errors import TooLarge, UsageError, WuyeError
from service.jobs.uploads import file_in, safe_name

MOST_FIELD_BYTES: Final = 1_000_000
MOST_FIELDS: Final = 20
MOST_HEADERS: Final = 8
"""Of one part of the form."""
MOST_HEADER_BYTES: Final = 4_096
"""Of one such header: a file's name has 255 bytes at most, three times that when it is quoted."""


def form(**fields: dict[str, Any]) -> dict[str, Any]:
    """Describe, for the interface's description, a form with one file and fields beside it."""
    properties = {"file": {"type": "string", "format": "binary"}, **fields}
    schema = {"type": "object", "required": ["file"], "properties": properties}
    content = {"multipart/form-data": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


@dataclass
class Received:
    """A file that came in, and the fields beside it."""

    id: str
    file: str = ""
    bytes: int = 0
    sha256: str = ""
    fields: dict[str, str] = field(default_factory=dict)


class _Reader:
    """Takes a multipart body apart: one file to the disk, fields to memory."""

    def __init__(self, boundary: bytes, folder: Path, most_bytes: int) -> None:
        self.folder, self.most_bytes = folder, most_bytes
        self.found = Received(folder.name)
        self.digest = hashlib.sha256()
        self.target: IO[bytes] | None = None
        self.path: Path | None = None
        self._header: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self._headers: dict[str, bytes] = {}
        self._name, self._value = "", bytearray()
        callbacks: Any = {
            "on_part_begin": self._part_begin, "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
            "on_header_end": self._header_end, "on_headers_finished": self._headers_finished,
        }  # fmt: skip
        self.parser = MultipartParser(
            boundary, callbacks,
            max_header_count=MOST_HEADERS, max_header_size=MOST_HEADER_BYTES,
        )  # fmt: skip

    def _part_begin(self) -> None:
        self._headers, self._name, self._value = {}, "", bytearray()

    def _header_end(self) -> None:
        name, value = self._header
        self._headers[name.decode("latin-1").lower()] = bytes(value)
        self._header = (bytearray(), bytearray())

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", b""))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" in options:
            if self._name != "file" or self.path is not None:
                raise UsageError("只收一个文件，字段名为 file。", "请逐个上传。")
            self.found.file = safe_name(options[b"filename"].decode("utf-8", "replace"))
            self.path = file_in(self.folder, self.found.file)
            self.path.parent.mkdir(parents=True)
            self.target = self.path.open("wb")
        elif len(self.found.fields) >= MOST_FIELDS:
            raise UsageError("字段过多。", "可有 file、kind、options。")

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        piece = data[start:end]
        if self.target is None:
            self._value += piece
            if len(self._value) > MOST_FIELD_BYTES:
                raise UsageError(f"字段 {self._name[:40]} 过长。", "请缩短。")
            return
        self.found.bytes += len(piece)
        if self.found.bytes > self.most_bytes:
            raise TooLarge(
                f"文件超过上限 {self.most_bytes:,} 字节。",
                "请按县区拆成几个文件，或由管理员调高 WUYE_UPLOAD_BYTES。",
            )
        self.digest.update(piece)
        self.target.write(piece)

    def _part_end(self) -> None:
        if self.target is not None:
            self.target.close()
            self.target = None
        else:
            self.found.fields[self._name] = self._value.decode("utf-8", "replace")

    def finish(self) -> Received:
        """Give what was received.

        Raises
        ------
        UsageError
            When there was no file in it.
        """
        self.parser.finalize()
        if self.path is None or self.target is not None:
            raise UsageError(
                "请求中没有完整的文件。", "请以 multipart/form-data 的 file 字段上传。"
            )
        self.found.sha256 = self.digest.hexdigest()
        return self.found

    def close(self) -> None:
        """Close a file that was cut off."""
        if self.target is not None:
            self.target.close()


async def receive(request: Request, folder: Path, most_bytes: int) -> Received:
    """Write the file of a request into a new folder below `folder`.

    Raises
    ------
    UsageError
        When the body is no form with one file.
    TooLarge
        When the file is larger than `most_bytes`; nothing is kept.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise UsageError("请以 multipart/form-data 上传文件。", "字段：file、kind、options。")
    own = folder / uuid.uuid4().hex
    with _removed_on_error(own):
        own.mkdir(parents=True)
        reader = _Reader(boundary, own, most_bytes)
        try:
            async for piece in request.stream():
                await run_in_threadpool(reader.parser.write, piece)
            return reader.finish()
        except (FormParserError, ClientDisconnect) as error:
            raise UsageError("上传中断，或表单格式有误。", "请重新上传。") from error
        finally:
            reader.close()


@contextlib.contextmanager
def _removed_on_error(folder: Path) -> Iterator[None]:
    try:
        yield
    except (WuyeError, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        raise
