"""``wuye worker``: does jobs, where ``wuye serve`` is told not to or more hands are wanted."""

from __future__ import annotations

from typing import Annotated

import typer

from service.jobs.work import Place
from service.jobs.worker import AT_ONCE, work
from service.output import out
from service.settings import Settings
from service.workspace import Workspace


def worker(
    at_once: Annotated[int, typer.Option(help="同时处理几个任务。", min=1, max=32)] = AT_ONCE,
) -> None:
    """Do jobs until stopped; those in hand are taken up by the next worker."""
    space = Workspace(Settings())
    place = Place(space.register.conninfo, space.home)
    out.print("正在处理任务；按 Ctrl+C 停止，未完成的任务由下一个进程接着做。", highlight=False)
    work(place, at_once=at_once)
