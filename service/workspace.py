"""One installation at work: its data folder, its register, its snapshots."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from geo.register.cluster import Cluster, choose_home
from geo.register.store import Register
from geo.snapshot.build import Snapshots
from service.settings import Settings


class Workspace:
    """Opens what a command needs, when it needs it.

    Raises
    ------
    ServerError
        From `register` and `snapshots`: the database can't be had; the message says what to do.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

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
