// The map: rows at fault by verdict, the file's other shapes pale, counties around them.
wuye.reportMap = () => {
  const { data, report, el, find, say, phrase, number, swatch } = wuye;
  const found = data.map;
  if (!found) return;
  document.body.classList.add("mapped");
  find("aside").hidden = false;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map("map", { attributionControl: false, zoomControl: false, zoomSnap: 0.25, wheelPxPerZoomLevel: 90, minZoom: 4, maxZoom: 19, zoomAnimation: !still, fadeAnimation: !still, inertia: !still });
  L.control.zoom({ position: "topright" }).addTo(map);
  map.createPane("context").style.zIndex = 405;
  map.getPane("context").style.pointerEvents = "none";
  map.createPane("faults").style.zIndex = 415;
  map.createPane("names").style.zIndex = 410;
  map.getPane("names").style.pointerEvents = "none";
  const context = L.canvas({ pane: "context", padding: 0.3 });
  const faults = wuye.canvas("faults");
  const [POLYGON, LINE] = [0, 1];
  const fit = () => map.fitBounds(L.latLngBounds(found.bounds).pad(0.08), { maxZoom: 16, animate: false });
  fit(); // first of all: what is added to a map without a view has no element yet

  for (const text of found.outlines) {
    if (text) L.polygon(wuye.shapes.parts(text), { renderer: context, pane: "context", color: data.boundary, opacity: 0.45, weight: 0.9, fillColor: "#ffffff", fillOpacity: 0.6, interactive: false }).addTo(map);
  }
  for (const text of found.around) {
    if (text) L.polygon(wuye.shapes.parts(text), { renderer: context, pane: "context", color: "#a9b4b2", weight: 0.6, fillColor: "#dfe7e5", fillOpacity: 0.7, interactive: false }).addTo(map);
  }
  // Names of counties: as many as stand free within their outlines, the largest first.
  const counties = found.names
    .map((name, i) => ({ name, at: found.labels[i], box: found.outlines[i] ? L.latLngBounds(wuye.shapes.parts(found.outlines[i]).flat(2)) : null }))
    .filter((item) => item.at && item.box)
    .sort((a, b) => b.box.getEast() - b.box.getWest() - (a.box.getEast() - a.box.getWest()));
  function names() {
    const pane = map.getPane("names");
    pane.textContent = "";
    const taken = [];
    const perDegree = (256 * 2 ** map.getZoom()) / 360;
    for (const { name, at, box } of counties) {
      const half = name.length * 6.5 + 3;
      if ((box.getEast() - box.getWest()) * perDegree < 1.4 * half || !map.getBounds().contains(at)) continue;
      const { x, y } = map.latLngToLayerPoint(at);
      if (taken.some((other) => Math.abs(other.x - x) < other.half + half && Math.abs(other.y - y) < 18)) continue;
      taken.push({ x, y, half });
      const label = el("div", { class: "county", translate: "no", "aria-hidden": "true" }, el("span", {}, name));
      L.DomUtil.setPosition(label, L.point(Math.round(x), Math.round(y)));
      pane.append(label);
    }
  }

  // How a row is drawn: by its worst finding; one that lies on others has a look of its own.
  function look(at) {
    const own = report.ofLine(at);
    const severity = Math.min(...own.map(report.severityOf));
    const lies = own.some((i) => data.rules[data.findings.rule[i]].overlap);
    return lies && severity > 0 ? data.overlap : data.verdicts[severity];
  }

  const layers = new Map(); // of each line of the file
  const spots = new Map(); // rows without a shape stand together at one spot
  found.at.forEach((at, i) => {
    const parts = wuye.shapes.parts(found.shape[i]);
    if (found.placeholder[i] || found.type[i] > LINE) {
      const spot = parts[0][0][0];
      const key = spot.join();
      if (!spots.has(key)) spots.set(key, { spot, lines: [], placeholder: found.placeholder[i] });
      spots.get(key).lines.push(at);
      return;
    }
    const style = look(at);
    const options = { renderer: faults, pane: "faults", color: style.line, weight: found.type[i] === LINE ? 3 : 1.4, fillColor: style.fill, fillOpacity: 0.78, pattern: style.pattern, patternColour: style.line };
    const layer = found.type[i] === POLYGON ? L.polygon(parts, options) : L.polyline(parts.flat(), options);
    layers.set(at, join(layer.addTo(map), [at]));
  });
  for (const { spot, lines, placeholder } of spots.values()) {
    const style = look(lines[0]);
    const layer = L.circleMarker(spot, { renderer: faults, pane: "faults", radius: Math.min(22, 6 + 1.6 * Math.sqrt(lines.length)), color: style.line, weight: 1.4, dashArray: placeholder ? "3 3" : null, fillColor: style.fill, fillOpacity: 0.85 });
    join(layer.addTo(map), lines, placeholder);
    for (const at of lines) layers.set(at, layer);
  }

  function title(lines, placeholder) {
    const at = lines[0];
    const own = report.ofLine(at);
    const box = el("div", {}, el("b", { translate: "no" }, report.text(data.lines.name[at]) || report.text(data.lines.code[at]) || phrase("row", { row: number(data.lines.row[at]) })));
    if (lines.length > 1) box.append(el("div", {}, phrase("placeholders", { n: number(lines.length) })));
    else {
      box.append(...own.slice(0, 4).map((i) => el("div", {}, `${say(data.rules[data.findings.rule[i]].name)}：${report.text(data.findings.message[i])}`)));
      if (placeholder) box.append(el("div", { class: "quiet" }, phrase("placeholder")));
    }
    return box;
  }

  function join(layer, lines, placeholder = 0) {
    layer.lines = lines;
    layer.placeholder = placeholder;
    layer.bindTooltip(() => title(lines, placeholder), { sticky: true, className: "tip" });
    layer.on("click", () => {
      const own = lines.flatMap((at) => report.ofLine(at));
      const shown = own.find((i) => report.state.shown.includes(i));
      wuye.pickFinding(shown === undefined ? own[0] : shown);
    });
    return layer;
  }

  // A shape too small to be seen from afar stands as a dot.
  const dots = L.layerGroup().addTo(map);
  const leastPixels = 9;
  function far() {
    dots.clearLayers();
    const perDegree = (256 * 2 ** map.getZoom()) / 360;
    const view = map.getBounds().pad(0.3);
    for (const [at, layer] of layers) {
      if (layer instanceof L.CircleMarker || !map.hasLayer(layer)) continue;
      const box = layer.getBounds();
      if (Math.max(box.getEast() - box.getWest(), box.getNorth() - box.getSouth()) * perDegree >= leastPixels || !view.intersects(box)) continue;
      const style = look(at);
      const dot = L.circleMarker(box.getCenter(), { renderer: faults, pane: "faults", radius: 4, color: style.line, weight: 1, fillColor: style.fill, fillOpacity: 0.95 });
      dots.addLayer(join(dot, [at]));
    }
  }

  // The ring around what is hovered or selected.
  const ring = L.layerGroup().addTo(map);
  function circle(at) {
    ring.clearLayers();
    const layer = layers.get(at);
    if (!layer) return;
    const words = { renderer: faults, pane: "faults", interactive: false, color: data.highlight, weight: 3.2, fill: false };
    const box = layer instanceof L.CircleMarker ? null : layer.getBounds();
    const perDegree = (256 * 2 ** map.getZoom()) / 360;
    if (box && (box.getEast() - box.getWest()) * perDegree < leastPixels) ring.addLayer(L.circleMarker(box.getCenter(), { ...words, radius: 8 }));
    else if (layer instanceof L.Polygon) ring.addLayer(L.polygon(layer.getLatLngs(), words));
    else if (layer instanceof L.CircleMarker) ring.addLayer(L.circleMarker(layer.getLatLng(), { ...words, radius: layer.getRadius() + 3 }));
    else ring.addLayer(L.polyline(layer.getLatLngs(), { ...words, weight: 6 }));
  }

  function selectedLine() {
    return report.state.selected < 0 ? -1 : report.line(report.state.selected);
  }

  function go(at) {
    const layer = layers.get(at);
    if (!layer) return;
    if (layer instanceof L.CircleMarker) map.setView(layer.getLatLng(), Math.max(map.getZoom(), 11), { animate: !still });
    else map.fitBounds(layer.getBounds().pad(1.2), { maxZoom: 17, animate: !still });
  }

  function filter() {
    const kept = new Set(report.state.shown.map(report.line));
    for (const layer of new Set(layers.values())) {
      const on = layer.lines.some((at) => kept.has(at));
      if (on !== map.hasLayer(layer)) map[on ? "addLayer" : "removeLayer"](layer);
    }
    far();
  }

  function legend() {
    const seen = new Map();
    for (const at of layers.keys()) {
      const style = look(at);
      seen.set(style, (seen.get(style) || 0) + 1);
    }
    const notes = [
      [...spots.values()].some((item) => item.placeholder) && phrase("placeholder"),
      found.leftOut && phrase("leftOut", { n: number(found.leftOut) }),
      found.aroundLeftOut && phrase("aroundLeftOut", { n: number(found.aroundLeftOut) }),
      found.nowhere && phrase("nowhere", { n: number(found.nowhere) }),
    ].filter(Boolean);
    find("legend-body").replaceChildren(
      el(
        "ul",
        {},
        ...[data.verdicts[0], data.verdicts[1], data.overlap, data.verdicts[2]]
          .filter((style) => seen.has(style))
          .map((style) => el("li", {}, swatch(style.fill, style.line, style.pattern), say(style.label), el("output", {}, number(seen.get(style))))),
        found.around.length ? el("li", {}, swatch("#dfe7e5", "#a9b4b2"), phrase("around"), el("output", {}, number(found.around.length))) : null,
      ),
      ...notes.map((words) => el("p", {}, words)),
    );
  }

  report.listen((what) => {
    if (typeof what !== "string") circle(what.hover >= 0 ? what.hover : selectedLine());
    else if (what === "shown") {
      filter();
      circle(selectedLine());
      legend();
    } else if (what === "language") legend();
    else {
      circle(selectedLine());
      go(selectedLine());
    }
  });
  map.on("moveend", () => {
    names();
    far();
    circle(selectedLine());
  });
  names();
  find("fit").addEventListener("click", fit);
  find("legend").open = !matchMedia("(max-width: 700px)").matches;
  addEventListener("resize", () => map.invalidateSize());
  // On paper the map has a size of its own, and must be drawn before the next frame.
  addEventListener("beforeprint", () => {
    document.body.classList.add("printing");
    map.invalidateSize({ pan: false });
    fit();
    context._redraw();
    faults._redraw();
  });
  addEventListener("afterprint", () => {
    document.body.classList.remove("printing");
    map.invalidateSize({ pan: false });
    fit();
  });
  wuye.map = map;
};
