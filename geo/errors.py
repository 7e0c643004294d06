"""The errors that wuye raises on purpose, each with what to do about it.

::

    WuyeError
    ├── UsageError          the call's words are off                      exit 2
    ├── InputError          a file can't be read, or speaks of nothing    exit 1
    │   ├── SupersededFile  an older file would undo a newer one          exit 1
    │   ├── TooLarge        a file is larger than the settings allow      exit 1
    │   └── UnsettledDatum  the user must say in which datum a file is    exit 1
    ├── NotFound            a snapshot, division, plan, case or change    exit 1
    ├── StepRefused         a case may not take this step                 exit 1
    ├── TooBusy             as many as can be served wait already         exit 1
    └── ServerError         PostGIS is missing, blocked or unreachable    exit 1

Rows at fault are not errors: they get verdicts (`geo.intake.verdicts`).
"""

from __future__ import annotations

from typing import Any


class WuyeError(Exception):
    """An error with a remedy. ``str(error)`` holds both, in the user's words.

    Parameters
    ----------
    message
        What happened, with file, row, column and value where there are any.
    remedy
        What to do about it.
    """

    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.message = message
        self.remedy = remedy

    def details(self) -> dict[str, Any]:
        """Give what a program can go on with, as JSON; empty for most errors."""
        return {}


class UsageError(WuyeError):
    """The call's words are off."""

    exit_code = 2


class InputError(WuyeError):
    """A file can't be read, or speaks of nothing that wuye knows."""


class SupersededFile(InputError):
    """The file was imported before and newer files have replaced what it says."""


class TooLarge(InputError):
    """A file is larger than the settings allow."""


class UnsettledDatum(InputError):
    """The user must say in which datum a file is.

    Parameters
    ----------
    choices
        The readings to choose from, the likeliest first; each has ``crs``, what to call it, and
        where it was compared ``residual``, ``residual_by_kind``, ``chance`` and ``likeliest``.
    """

    def __init__(self, message: str, remedy: str, choices: tuple[dict[str, Any], ...]) -> None:
        super().__init__(message, remedy)
        self.choices = choices

    def details(self) -> dict[str, Any]:
        """Give the choices."""
        return {"choices": list(self.choices)}


class NotFound(WuyeError):
    """A snapshot, division, plan, case or change that is not there."""


class StepRefused(WuyeError):
    """A takeover case may not be opened, or may not take this step: a gate is closed."""


class TooBusy(WuyeError):
    """As many as can be served at a time are served already."""


class ServerError(WuyeError):
    """PostGIS is missing, blocked or unreachable."""
