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
    tianditu_key
        A key of 天地图 for servers (``WUYE_TIANDITU_KEY``): its maps can then lie below ours.
        It stays on this side: browsers ask us, and no log names it.
    basemap_url
        A tile service of the intranet instead (``WUYE_BASEMAP_URL``), such as
        ``http://10.0.0.8/map/{z}/{x}/{y}.png``: web Mercator, rows from the north.
    basemap_datum
        Its datum (``WUYE_BASEMAP_DATUM``): CGCS2000 or WGS84. GCJ-02 is refused.
    basemap_credit
        Whose it is (``WUYE_BASEMAP_CREDIT``); stands on the map.
    basemap_review
        The base map's review number, 审图号 (``WUYE_BASEMAP_REVIEW``); stands on the map.
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
    tianditu_key: SecretStr | None = None
    basemap_url: str | None = None
    basemap_datum: str = ""
    basemap_credit: str = ""
    basemap_review: str = Field(default="", max_length=60)
    debug: bool = False
