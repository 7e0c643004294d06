"""Settings, read once from the environment by the command line or the application factory."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


class Settings(BaseSettings):
    """What differs between installations; each is an environment variable ``WUYE_…``.

    Attributes
    ----------
    home
        The data folder (``WUYE_HOME``); by default ``.wuye`` in the working folder.
    database_url
        A PostgreSQL server of the user's own (``WUYE_DATABASE_URL``) instead of the private one.
    excluded
        The list of sites that no public edition shows (``WUYE_EXCLUDED``): codes, or polygons.
    author
        Who writes (``WUYE_AUTHOR``); by default the system user.
    upload_bytes
        How large a file may be that is sent to be imported (``WUYE_UPLOAD_BYTES``).
    upload_days
        How long such a file is kept (``WUYE_UPLOAD_DAYS``).
    with_worker
        Whether ``wuye serve`` does jobs itself (``WUYE_WITH_WORKER``); else ``wuye worker`` does.
    scheduler
        Address of a Dask scheduler on whose machines plans are solved (``WUYE_SCHEDULER``, such as
        ``tcp://10.0.0.5:8786``); by default they are solved here.
    debug
        Whether an internal error shows where it happened (``WUYE_DEBUG``).
    """

    model_config = SettingsConfigDict(env_prefix="WUYE_", extra="ignore")

    home: Path | None = None
    database_url: SecretStr | None = None
    excluded: Path | None = None
    author: str = Field(default_factory=_user)
    upload_bytes: int = Field(default=2 * 1024**3, ge=1)
    upload_days: int = Field(default=30, ge=1, le=3650)
    with_worker: bool = True
    scheduler: Annotated[str, Field(pattern=r"^(tcp|tls|ws|wss)://[^\s/]+$")] | None = None
    debug: bool = False
