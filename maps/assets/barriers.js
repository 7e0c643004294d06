// Rivers, railways and roads: quiet base drawing, each kind from its own zoom on.
wuye.barriers = (map, group) => {
  const { store } = wuye;
  const canvas = wuye.canvas("barriers");
  const layers = wuye.data.barriers.map((kind) => {
    const shared = { renderer: canvas, pane: "barriers", interactive: false, color: kind.colour, smoothFactor: 1.4 };
    const line = { ...shared, weight: kind.width, dashArray: kind.dash || null, opacity: 0.95 };
    const made = L.featureGroup();
    const lines = kind.lines.flatMap((text) => wuye.shapes.parts(text).map((part) => part[0]));
    const areas = kind.areas.flatMap((text) => wuye.shapes.parts(text));
    if (areas.length) made.addLayer(L.polygon(areas, { ...shared, fillColor: kind.colour, fillOpacity: 0.75, weight: 0.6 }));
    if (lines.length) made.addLayer(L.polyline(lines, line));
    return { made, from: kind.from };
  });

  function draw() {
    for (const { made, from } of layers) {
      const wanted = store.state.show.barriers && map.getZoom() >= from;
      if (wanted && !group.hasLayer(made)) group.addLayer(made);
      if (!wanted && group.hasLayer(made)) group.removeLayer(made);
    }
  }

  map.on("zoomend", draw);
  store.watch(["show"], draw);
};
