"""One installation at work: its data folder, its register, its snapshots."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import generate_latest

from geo.register.cluster import Cluster, choose_home
from geo.register.store import Register
from geo.snapshot.build import Snapshots
from geo.snapshot.opened import OpenSnapshots
from service.answers import Answers
from service.http.observe import Metrics
from service.settings import Settings

if TYPE_CHECKING:
    from service.plans.solving import Solver


class Workspace:
    """Opens what a command needs, when it needs it.

    Raises
    ------
    ServerError
        From `register` and `snapshots`: the database can't be had; the message says what to do.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.answers = Answers()
        self.metrics = Metrics()

    @cached_property
    def home(self) -> Path:
        """The data folder."""
        wanted = self.settings.home
        if self.settings.database_url is not None:
            return (wanted or Path.cwd() / ".wuye").absolute()
        return choose_home(wanted, Path.cwd())

    @cached_property
    def cluster(self) -> Cluster | None:
        """The private server, or None where the user brings one."""
        return None if self.settings.database_url is not None else Cluster(self.home)

    @cached_property
    def register(self) -> Register:
        """The register, up and at this version's tables."""
        if self.settings.database_url is not None:
            conninfo = self.settings.database_url.get_secret_value()
        else:
            conninfo = Cluster(self.home).ensure()
        register = Register(conninfo)
        register.migrate()
        return register

    @cached_property
    def snapshots(self) -> Snapshots:
        """The snapshots of the register."""
        return Snapshots(self.register, self.home / "snapshots")

    @cached_property
    def opened(self) -> OpenSnapshots:
        """The snapshots again, kept open for those who ask often."""
        return OpenSnapshots(self.snapshots)

    @cached_property
    def solver(self) -> Solver:
        """What makes plans while somebody waits."""
        from service.plans.solving import Solver  # noqa: PLC0415 - commands do without

        return Solver(self.settings.scheduler)

    def close(self) -> None:
        """Let go of what was kept open."""
        if "opened" in self.__dict__:
            self.opened.last_change.close()
        if "solver" in self.__dict__:
            self.solver.close()

    def measure(self) -> bytes:
        """Give the measurements as Prometheus reads them."""
        for how, times in self.opened.tally.items():
            self.metrics.snapshots.labels(how).set(times)
        return generate_latest(self.metrics.registry)
