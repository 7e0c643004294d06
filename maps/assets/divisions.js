// The choropleth: one level at a time, coloured around the target, outlines of the level above.
wuye.divisions = (map, group, above) => {
  const { store, el, say, phrase } = wuye;
  const { places, style } = wuye.data;
  const canvas = wuye.shared;
  const lines = wuye.canvas("highlight");
  const layers = new Map();
  const marks = { outline: null, chosen: null, hovered: null };

  function layer(place) {
    if (!places.shape[place]) return null;
    if (!layers.has(place)) {
      const made = L.polygon(wuye.shapes.parts(places.shape[place]), { renderer: canvas, pane: "shapes" });
      made.on("mouseover", () => store.set({ hovered: place }));
      made.on("mouseout", () => store.state.hovered === place && store.set({ hovered: null }));
      made.on("click", (event) => {
        L.DomEvent.stopPropagation(event);
        open(place, event.latlng);
      });
      made.bindTooltip(() => brief(place), { sticky: true, className: "brief", direction: "top", offset: [0, -8] });
      layers.set(place, made);
    }
    return layers.get(place);
  }

  // Fills step back as one comes close, and compounds take over.
  function opacity() {
    const zoom = map.getZoom();
    if (!store.state.show.compounds) return 0.8;
    return zoom < style.compoundsFrom ? 0.92 : zoom < 12.5 ? 0.5 : zoom < style.compoundsAloneFrom ? 0.25 : 0;
  }

  // Small divisions seen from afar: lines step back, so that what is known stands out.
  const fine = () => map.getZoom() < 9 && ["street", "community"].includes(store.state.level);

  function options(place) {
    const row = store.row(place);
    const inside = store.inScope(place);
    const known = row.class >= 0;
    const fill = known ? store.indicator().classes[row.class].colour : style.noData;
    const open = row.met === 2;
    return {
      fillColor: fill,
      fillOpacity: Math.min(opacity(), inside ? 1 : 0.12),
      color: style.boundary,
      opacity: inside ? 0.75 : 0.25,
      weight: fine() ? 0.35 : 0.7,
      pattern: !known || open ? "hatch" : "solid",
      patternColour: known ? style.boundary : style.noDataLine,
      patternOpacity: inside && opacity() ? (known ? 0.35 : fine() ? 0.3 : 0.6) : 0,
    };
  }

  function brief(place) {
    const row = store.row(place);
    return el(
      "div",
      {},
      el("b", {}, places.name[place]),
      el("span", {}, row.class < 0 ? phrase("noData") : row.share),
      row.gapText ? el("small", {}, phrase("needs", { amount: row.gapText })) : null,
    );
  }

  function card(place) {
    const row = store.row(place);
    const line = (key, value) => (value ? [el("dt", {}, phrase(key)), el("dd", {}, say(value))] : []);
    const deeper = store.levelsBelow(place).length > 0 && place !== store.state.scope;
    return el(
      "div",
      { class: "card" },
      el("h3", {}, places.name[place]),
      el("p", { class: "card-figure" }, row.class < 0 ? phrase("noData") : row.share,
        row.class < 0 ? null : el("span", { class: `met met-${row.met}` }, phrase(`met${row.met}`))),
      el(
        "dl",
        {},
        ...line("bounds", row.bounds),
        ...line("gap", row.gapText ? phrase("gapPointsAmount", { points: row.pointsText, amount: row.gapText }) : null),
        ...line("has", row.has),
        ...line("all", row.all),
        ...line("unknown", row.unknown && `${say(row.unknown)}（${row.unknownShare}）`),
        ...line("imputed", row.imputed),
      ),
      deeper ? el("button", { type: "button", class: "go", onclick: () => enter(place) }, phrase("enter", { name: places.name[place] })) : null,
    );
  }

  function open(place, where) {
    store.set({ chosen: place });
    map.openPopup(card(place), where, { className: "division-popup", ...wuye.popupRoom, minWidth: 220, maxWidth: 280 });
  }

  function frame(place) {
    const found = layer(place);
    const bounds = place === 0 || !found ? L.latLngBounds(place === 0 ? wuye.data.bounds : []) : found.getBounds();
    if (bounds.isValid()) map.fitBounds(bounds, { ...wuye.roomAround(map), maxZoom: 15, animate: !wuye.still });
  }

  function enter(place) {
    map.closePopup();
    store.enter(place);
    frame(place);
  }

  // From the list: point the division out and go there.
  function point(place) {
    store.set({ chosen: place });
    map.closePopup();
    frame(place);
  }

  function outline(name, shapes, drawn) {
    if (marks[name]) above.removeLayer(marks[name]);
    marks[name] = shapes.length
      ? L.polygon(shapes, { renderer: lines, pane: "highlight", interactive: false, fill: false, ...drawn }).addTo(above)
      : null;
  }

  const parts = (place) => (places.shape[place] ? wuye.shapes.parts(places.shape[place]) : []);

  function restyle() {
    for (const [place, drawn] of layers) if (group.hasLayer(drawn)) drawn.setStyle(options(place));
  }

  store.watch(["level"], () => {
    const wanted = new Set(places.code.map((_, i) => i).filter((i) => places.level[i] === store.state.level));
    for (const [place, drawn] of layers) if (!wanted.has(place)) group.removeLayer(drawn);
    for (const place of wanted) {
      const drawn = layer(place);
      if (!drawn) continue;
      group.addLayer(drawn.setStyle(options(place)));
      drawn.bringToBack(); // compounds and suggestions share the canvas and stay above
    }
    const names = wuye.data.levels.map((level) => level.id);
    const over = names[names.indexOf(store.state.level) - 1];
    const upper = over ? places.code.map((_, i) => i).filter((i) => places.level[i] === over) : [0];
    outline("outline", upper.flatMap(parts), { color: style.boundary, weight: 1.3, opacity: 0.8 });
  });
  store.watch(["indicator", "date", "scope", "show"], restyle);
  store.watch(["date"], () => map.closePopup());
  map.on("zoomend", restyle);
  store.watch(["chosen"], () => {
    const place = store.state.chosen;
    outline("chosen", place === null ? [] : parts(place), { color: style.highlight, weight: 3.2 });
  });
  store.watch(["hovered"], () => {
    const place = store.state.hovered;
    outline("hovered", place === null ? [] : parts(place), { color: style.highlight, weight: 2 });
  });
  map.on("popupclose", () => store.set({ chosen: null }));

  return { enter, point, frame };
};
