// Takeover suggestions: a line from host to compound, thicker the more floor area it brings.
wuye.suggestions = (map, group, compounds) => {
  const { store, el, say, phrase } = wuye;
  const { plan, style } = wuye.data;
  const list = wuye.find("plan-list");
  wuye.find("tab-plan").hidden = !plan;
  if (!plan) return { raise: () => {} };
  const canvas = wuye.shared;
  const most = Math.max(1, ...plan.items.map((item) => item.weight));
  const lines = plan.items.map((item) => {
    const weight = 2 + 4 * Math.sqrt(item.weight / most);
    const shared = { renderer: canvas, pane: "shapes" };
    return L.featureGroup([
      L.polyline(item.line, { ...shared, color: style.suggestionCasing, weight: weight + 3, opacity: 0.9 }),
      L.polyline(item.line, { ...shared, color: style.suggestion, weight }),
      L.circleMarker(item.line[1], {
        ...shared, radius: 3.5 + weight / 3, color: style.suggestion, weight: 2, fillColor: style.suggestionCasing, fillOpacity: 1,
      }),
    ]).on("click", (event) => {
      L.DomEvent.stopPropagation(event);
      open(item, event.latlng);
    });
  });

  function card(item) {
    return el(
      "div",
      { class: "card" },
      el("p", { class: "card-place" }, phrase("suggestion")),
      el("h3", {}, item.name),
      el("p", { class: "card-state" }, el("span", {}, phrase("takenBy", { project: item.project })), el("b", {}, say(item.area))),
      el("ul", { class: "reasons", lang: "zh-CN" }, ...item.reasons.map((reason) => el("li", {}, reason))),
      item.compound >= 0
        ? el("button", { type: "button", class: "go", onclick: () => compounds.visit(item.compound) }, phrase("compoundCard"))
        : null,
    );
  }

  const middle = (line) => [(line[0][0] + line[1][0]) / 2, (line[0][1] + line[1][1]) / 2];

  function open(item, where) {
    map.openPopup(card(item), where || middle(item.line), { ...wuye.popupRoom, minWidth: 240, maxWidth: 300 });
  }

  function visit(item) {
    store.set({ show: { ...store.state.show, suggestions: true } });
    map.setView(middle(item.line), Math.max(map.getZoom(), 16), { animate: !wuye.still });
    open(item);
  }

  function write() {
    wuye.find("plan-note").textContent = say(plan.note);
    list.replaceChildren(
      ...plan.items.map((item, i) =>
        el(
          "li",
          {},
          el(
            "button",
            { type: "button", class: "row plan-row", onclick: () => visit(item) },
            el("span", { class: "rank" }, String(i + 1)),
            el("span", { class: "name", translate: "no" }, item.name),
            el("span", { class: "share" }, say(item.area)),
            el("span", { class: "need", lang: "zh-CN" }, `← ${item.project} · ${item.reasons.join(" · ")}`),
          ),
        ),
      ),
    );
  }

  const raise = () => group.eachLayer((line) => line.bringToFront());

  // Drawn where compounds are: before that, lines would be dots.
  function draw() {
    const wanted = store.state.show.suggestions && map.getZoom() >= style.compoundsFrom;
    for (const line of lines) {
      if (wanted && !group.hasLayer(line)) group.addLayer(line);
      if (!wanted) group.removeLayer(line);
    }
  }

  map.on("zoomend", draw);
  store.watch(["show"], draw);
  store.watch(["lang"], write);
  return { raise };
};
