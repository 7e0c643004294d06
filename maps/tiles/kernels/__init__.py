"""The compiled inner loops of tile encoding, one a file; tests hold each against a plain twin.

They are compiled on first use and kept on disk. What numba keeps for a function is renewed when
its own file changes, but not when a file of a function that it calls does; so what was kept is
thrown away as a whole when any of the files here is another.
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path


def _forget_stale() -> None:
    here = Path(__file__).parent
    sources = b"".join(path.read_bytes() for path in sorted(here.glob("*.py")))
    found = hashlib.sha256(sources).hexdigest()
    stamp = here / "__pycache__" / "kernels.sha256"
    with contextlib.suppress(OSError):  # a folder that can't be written to holds nothing of ours
        if stamp.exists() and stamp.read_text() == found:
            return
        for kept in (*stamp.parent.glob("*.nbi"), *stamp.parent.glob("*.nbc")):
            kept.unlink(missing_ok=True)
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(found)


_forget_stale()
