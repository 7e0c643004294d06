// Who lies next to whom: a thin line a pair, by what is between, close up only.
wuye.neighbours = (map, group) => {
  const { store } = wuye;
  const kinds = wuye.data.neighbours;
  if (!kinds) return;
  const canvas = wuye.canvas("barriers");
  const lines = kinds.map((kind) =>
    L.polyline(kind.lines.flatMap((text) => wuye.shapes.parts(text).map((part) => part[0])), {
      renderer: canvas, pane: "barriers", interactive: false, smoothFactor: 0,
      color: kind.colour, weight: kind.width, dashArray: kind.dash || null, opacity: 0.9,
    }),
  );
  const from = wuye.data.style.neighboursFrom;

  function draw() {
    const wanted = store.state.show.neighbours && map.getZoom() >= from;
    for (const line of lines) {
      if (wanted && !group.hasLayer(line)) group.addLayer(line);
      if (!wanted && group.hasLayer(line)) group.removeLayer(line);
    }
  }

  map.on("zoomend", draw);
  store.watch(["show"], draw);
};
