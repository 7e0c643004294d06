"""A folium map in one file: no address is followed, not even by accident.

folium's own page points at content networks and renders what elements write a second time as a
template. `Page` carries Leaflet inside, forbids every request by a Content-Security-Policy, and
places `Verbatim` texts as they are, so that a compound named ``{{ 7 * 7 }}`` keeps its name.
"""

from __future__ import annotations

import json
from typing import Any, Final

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template

from maps import assets, style

POLICY: Final = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
)

PANES: Final = {"shapes": 410, "barriers": 420, "highlight": 450, "labels": 460}
"""Panes of the map with their height. All that is clicked shares one canvas, the first pane's:
of several canvases only the topmost would be told of clicks."""

LAYERS: Final = {
    "divisions": "shapes",
    "compounds": "shapes",
    "suggestions": "shapes",
    "barriers": "barriers",
    "neighbours": "barriers",
    "highlight": "highlight",
}
"""Layers of the map, and the pane of each."""

SCRIPTS: Final = (
    "dom.js",
    "shapes.js",
    "canvas.js",
    "store.js",
    "divisions.js",
    "barriers.js",
    "neighbours.js",
    "compounds.js",
    "suggestions.js",
    "labels.js",
    "legend.js",
    "dates.js",
    "headline.js",
    "ranking.js",
    "search.js",
    "print.js",
    "start.js",
)
"""Our scripts, in the order in which they build on each other."""


class Verbatim(Element):  # type: ignore[misc]
    """A text that stands in the page as it is."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **_: Any) -> str:
        """Give the text."""
        return self.text


class Page(Figure):  # type: ignore[misc]
    """The document: policy and Leaflet first, then what the map and the panel add."""

    _template = Template(assets.own("page.jinja"))

    def __init__(self, title: str) -> None:
        super().__init__(title=title)
        self.header = Element()  # branca's would say the character set a second time
        self.header._parent = self  # noqa: SLF001
        self.policy = POLICY
        self.styles = assets.leaflet_css()
        self.library = assets.leaflet_js()


class Map(folium.Map):  # type: ignore[misc]
    """folium's map without tiles and without what folium would load."""

    _template = Template(assets.own("map.jinja"))
    default_js: Final[list[tuple[str, str]]] = []
    default_css: Final[list[tuple[str, str]]] = []


class Panel(MacroElement):  # type: ignore[misc]
    """Everything around and on the map: style sheet, panel, data and the scripts that join them.

    Parameters
    ----------
    data
        What the scripts show (`maps.handout`); becomes JSON.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__()
        self._name = "Panel"
        self.data = data

    def render(self, **_: Any) -> None:
        """Add the panel to the page, each text as it is."""
        page = self.get_root()
        sheet = f"{variables()}\n{assets.own('handout.css')}"
        page.header.add_child(Verbatim(f"<style>\n{sheet}</style>"))
        page.html.add_child(Verbatim(assets.own("handout.html")))
        page.html.add_child(
            Verbatim(f'<script type="application/json" id="wuye">{as_json(self.data)}</script>')
        )
        code = "\n".join(assets.own(name) for name in SCRIPTS)
        names = ", ".join(
            f"{json.dumps(child.layer_name)}: {child.get_name()}"
            for child in self._parent._children.values()  # noqa: SLF001
            if isinstance(child, folium.FeatureGroup)
        )
        start = f"wuye.start({self._parent.get_name()}, {{{names}}});"
        page.script.add_child(Verbatim(f"{code}\n{start}"))


def variables() -> str:
    """Give the colours of `maps.style` to the style sheet."""
    colours = {
        "ink": style.INK,
        "muted": style.MUTED,
        "paper": style.PAPER,
        "rule": style.RULE,
        "accent": style.ACCENT,
        "short": style.BELOW[0],
        "below": style.BELOW[-1],
        "above": style.ABOVE[0],
        "no-data": style.NO_DATA,
    }
    return f":root {{ {' '.join(f'--{name}: {colour};' for name, colour in colours.items())} }}"


def as_json(data: Any) -> str:
    r"""Write data for a script element: nothing in it can end the element or start another.

    >>> as_json({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def page(title: str, bounds: list[list[float]], data: dict[str, Any]) -> str:
    """Write a page: the map over `bounds` ([[south, west], [north, east]]) and its panel."""
    figure = Page(title)
    map_ = Map(
        location=[sum(side) / 2 for side in zip(*bounds, strict=True)],
        tiles=None,
        zoom_control=False,
        prefer_canvas=True,
        attribution_control=False,
        zoom_snap=0.25,
        zoom_delta=1,
        wheel_px_per_zoom_level=90,
        min_zoom=4,
        max_zoom=18,
    )
    figure.add_child(map_)
    for name, height in PANES.items():
        map_.add_child(folium.map.CustomPane(name, z_index=height, pointer_events=name == "shapes"))
    for name, pane in LAYERS.items():
        map_.add_child(folium.FeatureGroup(name=name, pane=pane))
    map_.add_child(Panel(data))
    _number(figure)
    rendered: str = figure.render()
    return rendered


def _number(figure: Figure) -> None:
    """Give every element a name that is the same each time; folium's are random."""
    queue, count = [figure], 0
    while queue:
        element = queue.pop(0)
        element._id = f"{count}"  # noqa: SLF001
        count += 1
        queue.extend(element._children.values())  # noqa: SLF001
