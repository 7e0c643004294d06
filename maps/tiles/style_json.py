"""A MapLibre style of all layers, in the colours of `maps.style`.

Values of a choropleth are not in the tiles: each level's fill takes its colour from the feature
state ``class``, which the page sets from ``/api/v1/coverage`` by division code; a division without
class is hatched. Names are drawn with the page's own fonts (the style names no glyph server; the
page adds ``font-faces``).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from geo.snapshot.file import Snapshot
from geo.terms import LEVELS
from maps.style import (
    ACCENT,
    BARRIERS,
    BOUNDARY,
    GATE,
    HIGHLIGHT,
    INK,
    LINE_PX,
    MUTED,
    NO_DATA,
    NO_DATA_LINE,
    OLD_LINE_PX,
    PAPER,
    PLACEHOLDER_PX,
    ROAD,
    STATES,
    share_classes,
)
from maps.tiles.describe import attribution, bounds_of, described
from maps.tiles.layers import KINDS
from maps.tiles.tileset import TileSet

Words = dict[str, Any]

FONT: Final = ["Noto Sans SC"]
SHOWN_LEVEL: Final = "county"
"""The level whose choropleth is shown at first; the page shows another by visibility."""

_LINE_WIDTH_PX: Final = {
    "province": 2.4,
    "prefecture": 1.8,
    "county": 1.1,
    "street": 0.8,
    "community": 0.5,
}
_TEXT_PX: Final = {"province": 17, "prefecture": 15, "county": 13, "street": 12, "community": 11}


def style(tiles: TileSet, root: str, target: Decimal) -> Words:
    """Give the style of a snapshot.

    Parameters
    ----------
    root
        Address of all tiles, as ``http://127.0.0.1:8753/tiles``.
    target
        The target of the indicator that is shown at first.
    """
    snapshot = tiles.snapshot
    return {
        "version": 8,
        "name": f"物业服务覆盖 {described(snapshot)}",
        "metadata": _metadata(snapshot),
        "center": [102.7, 25.0],
        "zoom": 6,
        "sprite": f"{root}/sprite",
        "sources": {name: _source(tiles, name, root) for name in KINDS},
        "layers": [
            {"id": "background", "type": "background", "paint": {"background-color": PAPER}},
            *_choropleths(target),
            *_roads(),
            *_barriers(),
            *_areas(),
            *_compounds(),
            *_gates(),
            *_division_lines(),
            *_labels(),
        ],
    }


def _metadata(snapshot: Snapshot) -> Words:
    return {
        "wuye:snapshot": snapshot.id,
        "wuye:as_of": snapshot.as_of.isoformat(),
        "wuye:made_up": snapshot.made_up,
    }


def _source(tiles: TileSet, name: str, root: str) -> Words:
    kind = KINDS[name]
    return {
        "type": "vector",
        "tiles": [f"{root}/{tiles.snapshot.id}/{name}/{{z}}/{{x}}/{{y}}"],
        "minzoom": kind.min_zoom,
        "maxzoom": kind.max_zoom,
        "bounds": list(bounds_of(tiles, name)),
        "attribution": attribution(tiles.snapshot),
    }


def _layer(id_: str, kind: str, source: str, inside: str | None = None, **words: Any) -> Words:
    return {
        "id": id_,
        "type": kind,
        "source": source,
        "source-layer": inside or source,
        **{name.replace("_", "-"): value for name, value in words.items()},
    }


def class_colour(target: Decimal) -> list[Any]:
    """Give the expression that colours a division by its class."""
    classes = share_classes(target)
    pairs: list[Any] = []
    for place, item in enumerate(classes):
        pairs += [place, item.colour]
    return ["match", ["coalesce", ["feature-state", "class"], -1], *pairs, NO_DATA]


def _choropleths(target: Decimal) -> list[Words]:
    layers = []
    for level in LEVELS:
        shown = {"visibility": "visible" if level == SHOWN_LEVEL else "none"}
        only = ["==", ["get", "level"], level]
        layers += [
            _layer(
                f"division-fill-{level}", "fill", "divisions", filter=only, layout=shown,
                paint={"fill-color": class_colour(target), "fill-antialias": False},
            ),
            _layer(
                f"division-hatch-{level}", "fill", "divisions", filter=only, layout=shown,
                paint={
                    "fill-pattern": "no-data",
                    "fill-opacity": [
                        "case", [">=", ["coalesce", ["feature-state", "class"], -1], 0], 0, 1,
                    ],
                },
            ),
        ]  # fmt: skip
    return layers


def _roads() -> list[Words]:
    return [
        _layer("roads-line", "line", "roads", layout={"line-join": "round", "line-cap": "round"},
               paint={"line-color": ROAD.colour,
                      "line-width": ["interpolate", ["linear"], ["zoom"], 12, 0.4, 14,
                                     ROAD.width_px, 16, 3 * ROAD.width_px]})
    ]  # fmt: skip


def _gates() -> list[Words]:
    colour, radius_px = GATE
    return [
        _layer("gates-point", "circle", "gates",
               paint={"circle-color": "#ffffff", "circle-radius": radius_px,
                      "circle-stroke-color": colour, "circle-stroke-width": 1.5})
    ]  # fmt: skip


def _barriers() -> list[Words]:
    layers = []
    for item in BARRIERS:
        only = ["==", ["get", "kind"], item.kind]
        name = item.label[1].split(" ")[0]
        paint: Words = {"line-color": item.colour, "line-width": item.width_px}
        if item.dash:
            paint["line-dasharray"] = [
                round(float(part) / item.width_px, 2) for part in item.dash.split()
            ]
        surface = ["all", only, ["==", ["geometry-type"], "Polygon"]]
        layers.append(
            _layer(f"barrier-{name}-surface", "fill", "barriers", filter=surface,
                   minzoom=item.from_zoom, paint={"fill-color": item.colour,
                                                  "fill-opacity": 0.5})
        )  # fmt: skip
        layers.append(
            _layer(f"barrier-{name}", "line", "barriers", filter=only, minzoom=item.from_zoom,
                   layout={"line-join": "round"}, paint=paint)
        )  # fmt: skip
    return layers


def _areas() -> list[Words]:
    paint = {"line-color": ACCENT, "line-width": 1.2, "line-dasharray": [3, 2]}
    return [_layer("areas-line", "line", "areas", paint=paint, layout={"visibility": "none"})]


def _by_state(values: dict[str, str], other: str) -> list[Any]:
    pairs: list[Any] = []
    for name, value in values.items():
        pairs += [name, value]
    return ["match", ["get", "state"], *pairs, other]


def _compounds() -> list[Words]:
    fills = _by_state({state.id: state.fill for state in STATES}, NO_DATA)
    lines = _by_state({state.id: state.line for state in STATES}, NO_DATA_LINE)
    patterned = [state for state in STATES if state.pattern != "solid"]
    images = _by_state({state.id: f"state-{state.id}" for state in patterned}, "no-data")
    shaped = ["==", ["geometry-type"], "Polygon"]
    with_pattern = ["in", ["get", "state"], ["literal", [state.id for state in patterned]]]
    width = ["case", ["==", ["get", "old"], 1], OLD_LINE_PX, LINE_PX]
    return [
        _layer("compounds-fill", "fill", "compounds", filter=shaped,
               paint={"fill-color": fills, "fill-opacity": 0.85}),
        _layer("compounds-pattern", "fill", "compounds", filter=["all", shaped, with_pattern],
               minzoom=13, paint={"fill-pattern": images, "fill-opacity": 0.85}),
        _layer("compounds-line", "line", "compounds", filter=shaped,
               layout={"line-join": "round"},
               paint={"line-color": lines,
                      "line-width": ["interpolate", ["linear"], ["zoom"], 10, 0.4, 14, width]}),
        _layer("compounds-placeholder", "circle", "compounds",
               filter=["==", ["get", "placeholder"], 1],
               paint={"circle-radius": ["interpolate", ["linear"], ["zoom"], 10, 1.5, 14,
                                        PLACEHOLDER_PX],
                      "circle-color": fills, "circle-opacity": 0.35,
                      "circle-stroke-color": lines, "circle-stroke-width": 1.2}),
        _layer("compounds-chosen", "line", "compounds", filter=shaped,
               paint={"line-color": HIGHLIGHT, "line-width": 3.5,
                      "line-opacity": _state_switch("chosen")}),
    ]  # fmt: skip


def _state_switch(name: str) -> list[Any]:
    return ["case", ["boolean", ["feature-state", name], False], 1, 0]


def _division_lines() -> list[Words]:
    layers = []
    for level in reversed(LEVELS):
        only = ["==", ["get", "level"], level]
        layers.append(
            _layer(f"division-line-{level}", "line", "divisions", filter=only,
                   layout={"line-join": "round"},
                   paint={"line-color": BOUNDARY, "line-width": _LINE_WIDTH_PX[level],
                          "line-opacity": 0.45 if level in {"street", "community"} else 0.8})
        )  # fmt: skip
    layers.append(
        _layer("division-hover", "line", "divisions",
               paint={"line-color": HIGHLIGHT, "line-width": 3,
                      "line-opacity": _state_switch("hover")})
    )  # fmt: skip
    return layers


def _labels() -> list[Words]:
    names = [
        _layer(f"division-name-{level}", "symbol", "divisions", "division_labels",
               filter=["==", ["get", "level"], level],
               layout={"text-field": ["get", "name"], "text-font": FONT,
                       "text-size": _TEXT_PX[level], "text-max-width": 8,
                       "visibility": "none" if level == "province" else "visible"},
               paint={"text-color": INK if level in {"prefecture", "county"} else MUTED,
                      "text-halo-color": "#ffffff", "text-halo-width": 1.6})
        for level in reversed(LEVELS)
    ]  # fmt: skip
    compounds = _layer(
        "compounds-name", "symbol", "compounds", "compound_labels", minzoom=15,
        layout={"text-field": ["get", "name"], "text-font": FONT, "text-size": 11,
                "text-max-width": 7},
        paint={"text-color": INK, "text-halo-color": "#ffffff", "text-halo-width": 1.4},
    )  # fmt: skip
    return [*names, compounds]
