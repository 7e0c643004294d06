"""Settings, read once from the environment by the command line or the application factory."""

from __future__ import annotations

import getpass
from pathlib import Path

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
    author
        Who writes (``WUYE_AUTHOR``); by default the system user.
    debug
        Whether an internal error shows where it happened (``WUYE_DEBUG``).
    """

    model_config = SettingsConfigDict(env_prefix="WUYE_", extra="ignore")

    home: Path | None = None
    database_url: SecretStr | None = None
    author: str = Field(default_factory=_user)
    debug: bool = False
