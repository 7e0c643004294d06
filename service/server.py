"""``wuye serve``: the service on this computer."""

from __future__ import annotations

import contextlib
import errno
import socket
from typing import Annotated, Final

import typer
import uvicorn

from geo.errors import UsageError
from service.app import create_app
from service.asking_work import place_of
from service.jobs.supervise import Supervisor
from service.logs import write_logs
from service.options import Json
from service.output import out, print_json
from service.settings import Settings
from service.warm import start_warming

LOCAL: Final = "127.0.0.1"
BACKLOG: Final = 2048
GRACE_S: Final = 10
"""How long requests that are under way may take to end once the server is told to stop."""


def serve(
    host: Annotated[str, typer.Option(help="只接受本机地址。")] = LOCAL,
    port: Annotated[int, typer.Option(help="端口。", min=1, max=65535)] = 8753,
    as_json: Json = False,
) -> None:
    """Serve on this computer only."""
    if host not in {LOCAL, "localhost"}:
        raise UsageError(f"不能监听 {host}：账号与权限尚未启用。", f"目前只能用本机地址 {LOCAL}。")
    with _listening(port) as door:
        _serve(door, port, as_json=as_json)


def _listening(port: int) -> socket.socket:
    """Take the port before anything is started."""
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((LOCAL, port))
        door.listen(BACKLOG)  # two that share an address by SO_REUSEADDR meet here at the latest
    except OSError as error:
        door.close()
        other = f"wuye serve --port {port + 1 if port < 65535 else port - 1}"
        if error.errno == errno.EADDRINUSE:
            raise UsageError(
                f"端口 {port} 已被占用（可能 wuye 已在运行）。",
                f"请打开 http://{LOCAL}:{port} 看看，或换一个端口：{other}",
            ) from error
        if error.errno == errno.EACCES:
            raise UsageError(
                f"当前用户不能使用端口 {port}（1024 以下需要管理员）。",
                "请换一个端口：wuye serve --port 8753",
            ) from error
        raise
    return door


def _serve(door: socket.socket, port: int, *, as_json: bool) -> None:
    write_logs()
    settings = Settings()
    application = create_app(settings)
    worker = Supervisor(place_of(application.workspace)) if settings.with_worker else None
    url = f"http://{LOCAL}:{port}"
    if as_json:
        print_json({"url": url})
    else:
        out.print(f"打开 {url} 查看；按 Ctrl+C 停止。", highlight=False)
    start_warming(application.workspace)
    if worker is not None:
        worker.start()
    try:
        words = uvicorn.Config(
            application,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
        )
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(words).run(sockets=[door])
    finally:
        if worker is not None:
            worker.stop()
