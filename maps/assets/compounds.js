// Compounds by state of service, from the zoom on at which they can be told apart.
wuye.compounds = (map, group) => {
  const { store, el, say, phrase } = wuye;
  const { compounds: all, compoundWords: words, style } = wuye.data;
  const canvas = wuye.shared;
  const drawn = new Map();
  let boxes = null;
  let after = () => {};
  let wasFar = true;

  function read() {
    boxes = all.shape.map((text, i) => {
      if (all.point[i]) {
        const [lat, lng] = all.point[i];
        return { parts: [], south: lat, west: lng, north: lat, east: lng };
      }
      const parts = wuye.shapes.parts(text);
      let [south, west, north, east] = [90, 180, -90, -180];
      for (const part of parts) {
        for (const [lat, lng] of part[0]) {
          south = Math.min(south, lat);
          north = Math.max(north, lat);
          west = Math.min(west, lng);
          east = Math.max(east, lng);
        }
      }
      return { parts, south, west, north, east };
    });
  }

  // Outlines thin out from afar, where they would cover what they enclose.
  const far = () => map.getZoom() < 13;
  const weight = (i) => (all.old[i] ? style.oldLine : style.line) * (far() ? 0.4 : 1);

  function layer(i) {
    const state = words.states[all.state[i]];
    const look = {
      renderer: canvas,
      pane: "shapes",
      fillColor: state.fill,
      fillOpacity: all.inside[i] ? 0.95 : 0.35,
      color: state.line,
      weight: weight(i),
      pattern: state.pattern,
      patternColour: state.line,
      patternOpacity: 0.75,
    };
    // Without a polygon: a dashed ring, which is somewhere in its division and says so.
    const made = all.point[i]
      ? L.circleMarker(all.point[i], { ...look, radius: style.placeholder, weight: 1.4, dashArray: "2 2" })
      : L.polygon(boxes[i].parts, look);
    made.on("click", (event) => {
      L.DomEvent.stopPropagation(event);
      open(i, event.latlng);
    });
    made.bindTooltip(() => el("div", {}, el("b", {}, all.name[i] || all.code[i]), el("span", {}, say(state.label))), {
      sticky: true, className: "brief", direction: "top", offset: [0, -8],
    });
    return made;
  }

  const visible = () => store.state.show.compounds && map.getZoom() >= style.compoundsFrom;

  // So close that divisions are left as outlines.
  const alone = () => visible() && map.getZoom() >= style.compoundsAloneFrom;

  function draw() {
    if (!visible()) {
      group.clearLayers();
      drawn.clear();
      return;
    }
    if (!boxes) read();
    if (wasFar !== far()) {
      wasFar = far();
      for (const [i, made] of drawn) if (!all.point[i]) made.setStyle({ weight: weight(i) });
    }
    const view = map.getBounds().pad(0.4);
    const [south, west, north, east] = [view.getSouth(), view.getWest(), view.getNorth(), view.getEast()];
    boxes.forEach((box, i) => {
      const wanted = all.state[i] >= 0 && box.south < north && box.north > south && box.west < east && box.east > west;
      if (wanted === drawn.has(i)) return;
      if (wanted) {
        const made = layer(i);
        drawn.set(i, made);
        group.addLayer(made);
      } else {
        group.removeLayer(drawn.get(i));
        drawn.delete(i);
      }
    });
    after();
  }

  function centre(i) {
    if (!boxes) read();
    const box = boxes[i];
    return [(box.south + box.north) / 2, (box.west + box.east) / 2];
  }

  // Names of what is drawn, larger first.
  function named() {
    const size = (i) => (boxes[i].north - boxes[i].south) * (boxes[i].east - boxes[i].west);
    return [...drawn.keys()].filter((i) => !all.point[i]).sort((a, b) => size(b) - size(a)).map((i) => ({ at: centre(i), lines: [all.name[i]] }));
  }

  function area(i) {
    if (!all.areaSource[i]) return phrase("areaUnknown");
    const text = `${all.area[i]} ${phrase("squareMetres")}`;
    return all.areaSource[i] === 2 ? phrase("areaImputed", { area: text }) : text;
  }

  function card(i) {
    if (all.state[i] < 0) return el("div", { class: "card" }, el("h3", {}, all.name[i] || all.code[i]), el("p", {}, phrase("notThen", { date: wuye.data.head.asOf })));
    const state = words.states[all.state[i]];
    const line = (key, value) => (value ? [el("dt", {}, phrase(key)), el("dd", {}, value)] : []);
    const flags = words.flags.filter((_, bit) => all.flags[i] & (1 << bit));
    const committee = say(words.committees[all.committee[i]]);
    return el(
      "div",
      { class: "card" },
      el("p", { class: "card-place" }, all.place[i] < 0 ? "" : all.places[all.place[i]]),
      el("h3", {}, all.name[i] || all.code[i]),
      el(
        "p",
        { class: "card-state" },
        wuye.swatch(state.fill, state.line, state.pattern),
        el("b", {}, say(words.modes[all.mode[i]])),
        el("span", {}, phrase(!all.inside[i] ? "notInside" : all.counts[i] ? "counts" : "countsNot")),
      ),
      el(
        "dl",
        {},
        ...line("code", all.code[i]),
        ...line("floorArea", area(i)),
        ...line("built", all.built[i] ? `${all.built[i]}${all.old[i] ? phrase("oldMark") : ""}` : phrase("notKnown")),
        ...line("households", all.households[i] ? wuye.number(all.households[i]) : ""),
        ...line("project", all.project[i] < 0 ? "" : all.projects[all.project[i]][1]),
        ...line("company", all.company[i] < 0 ? "" : all.companies[all.company[i]][1]),
        ...line("committee", all.interim[i] ? `${committee} · ${phrase("interim")}` : committee),
      ),
      store.state.date ? el("p", { class: "quiet" }, phrase("otherwiseOf", { date: wuye.data.dates[0].asOf })) : null,
      flags.length ? el("ul", { class: "flags" }, ...flags.map((flag) => el("li", {}, say(flag)))) : null,
    );
  }

  function open(i, where) {
    map.openPopup(card(i), where || centre(i), { ...wuye.popupRoom, minWidth: 240, maxWidth: 300 });
  }

  // From search or a suggestion: go there, then show the card.
  function visit(i) {
    store.set({ show: { ...store.state.show, compounds: true } });
    map.setView(centre(i), Math.max(map.getZoom(), 16), { animate: !wuye.still });
    open(i);
  }

  map.on("moveend", draw);
  store.watch(["show"], draw);
  store.watch(["date"], () => {
    group.clearLayers();
    drawn.clear();
    draw();
  });
  return { named, centre, visit, visible, alone, onDrawn: (act) => { after = act; } };
};
