"""The colours of `maps.style` as CSS custom properties, for the web application.

``python -m maps.tokens`` writes `service/web/src/styles/tokens.css`; a test holds the two equal.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from maps import style

TOKENS: Final = (
    Path(__file__).resolve().parents[1] / "service" / "web" / "src" / "styles" / "tokens.css"
)
"""The file that the web application reads."""


def css() -> str:
    """Give the colours as a style sheet."""
    plain = {
        "ink": style.INK,
        "muted": style.MUTED,
        "paper": style.PAPER,
        "rule": style.RULE,
        "accent": style.ACCENT,
        "no-data": style.NO_DATA,
        "no-data-line": style.NO_DATA_LINE,
        "boundary": style.BOUNDARY,
        "highlight": style.HIGHLIGHT,
        "party": style.PARTY,
        "suggestion": style.SUGGESTION,
        "suggestion-casing": style.SUGGESTION_CASING,
    }
    below = {f"below-{i}": colour for i, colour in enumerate(style.BELOW)}
    above = {f"above-{i}": colour for i, colour in enumerate(style.ABOVE)}
    states = {}
    for state in (*style.STATES, *style.VERDICTS, style.OVERLAP):
        states[f"{state.id}-fill"] = state.fill
        states[f"{state.id}-line"] = state.line
    lines = [f"  --{k}: {v};" for k, v in {**plain, **below, **above, **states}.items()]
    head = "/* Written by `python -m maps.tokens` from maps/style.py; change it there. */"
    return "\n".join([head, ":root {", *lines, "}", ""])


if __name__ == "__main__":
    TOKENS.write_text(css(), encoding="utf-8")
