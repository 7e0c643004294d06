// Names on the map: as many as stand free, larger divisions first; compounds when close.
wuye.labels = (map, compounds) => {
  const { store, el } = wuye;
  const { places } = wuye.data;
  const pane = map.getPane("labels");
  const room = 2;

  const width = (text) => [...text].reduce((sum, char) => sum + (char > "\u2e80" ? 12.5 : 7), 0);

  // A long name stands in two lines of about the same length.
  function lines(name) {
    const chars = [...name];
    if (chars.length < 6) return [name];
    const half = Math.ceil(chars.length / 2);
    return [chars.slice(0, half).join(""), chars.slice(half).join("")];
  }

  // Where each division is, in degrees of longitude, to tell how large it is on screen.
  const extent = places.shape.map((text) => {
    if (!text) return 0;
    let low = Infinity;
    let high = -Infinity;
    for (const part of wuye.shapes.parts(text)) {
      for (const [, lng] of part[0]) {
        low = Math.min(low, lng);
        high = Math.max(high, lng);
      }
    }
    return high - low;
  });

  function ofDivisions() {
    const pixels = (256 * 2 ** map.getZoom()) / 360;
    return store
      .shown()
      .filter((i) => places.label[i])
      .map((i) => ({ at: places.label[i], lines: lines(places.name[i]), share: store.row(i).share, size: extent[i] * pixels }))
      // From afar, names of divisions that have nothing to say only hide those that have.
      .filter((item) => item.size > 0.6 * width(item.lines[0]) && (item.share || map.getZoom() >= 10))
      .sort((a, b) => b.size - a.size);
  }

  function draw() {
    pane.textContent = "";
    const near = map.getZoom() >= wuye.data.style.compoundNamesFrom && store.state.show.compounds;
    const items = near ? compounds.named() : ofDivisions();
    const view = map.getPixelBounds();
    const taken = [];
    const place = (lines, share, at) => {
      const half = Math.max(width(lines[0]), share ? width(share) : 0) / 2 + room;
      const tall = 8 * (lines.length + (share ? 1 : 0)) + 1;
      const box = [at.x - half, at.y - tall, at.x + half, at.y + tall];
      const free = taken.every((other) => box[0] >= other[2] || box[2] <= other[0] || box[1] >= other[3] || box[3] <= other[1]);
      if (free) taken.push(box);
      return free;
    };
    for (const item of items) {
      const at = map.latLngToLayerPoint(item.at);
      const where = map.project(item.at);
      if (!view.contains(where)) continue;
      // With its share if there is room, else the name alone, else nothing.
      const share = item.share || null;
      const whole = place(item.lines, share, at);
      if (!whole && !(share && place(item.lines, null, at))) continue;
      const label = el(
        "div",
        { class: near ? "label near" : "label", "aria-hidden": "true", translate: "no" },
        el("div", {}, ...item.lines.map((text) => el("b", {}, text)), whole && share ? el("span", {}, share) : null),
      );
      L.DomUtil.setPosition(label, at.round());
      pane.append(label);
    }
  }

  map.on("zoomstart", () => pane.classList.add("away"));
  map.on("moveend viewreset resize", () => {
    pane.classList.remove("away");
    draw();
  });
  store.watch(["level", "scope", "indicator", "date", "show"], draw);
};
