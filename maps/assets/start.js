// Join map and panel.
wuye.start = (map, groups) => {
  const { store, el, say, phrase, find } = wuye;
  wuye.still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const host = map.getContainer();
  find("head").after(host);
  host.append(find("over"));
  for (const node of find("over").children) {
    L.DomEvent.disableClickPropagation(node);
    L.DomEvent.disableScrollPropagation(node);
  }
  // Room that the legend and the switches take on a wide screen.
  wuye.roomAround = (own) =>
    own.getSize().x > 900
      ? { paddingTopLeft: [220, 56], paddingBottomRight: [40, 40] }
      : own.getSize().x > 700
      ? { paddingTopLeft: [40, 56], paddingBottomRight: [40, 40] }
      : { paddingTopLeft: [16, 56], paddingBottomRight: [16, 24] };
  wuye.popupRoom = { autoPanPaddingTopLeft: [12, 64], autoPanPaddingBottomRight: [12, 12] };
  map.invalidateSize();
  map.fitBounds(wuye.data.bounds, { ...wuye.roomAround(map), animate: false });
  const zoom = L.control.zoom({ position: "bottomright", zoomInTitle: "", zoomOutTitle: "" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);

  wuye.shared = wuye.canvas("shapes");
  const divisions = wuye.divisions(map, groups.divisions, groups.highlight);
  wuye.barriers(map, groups.barriers);
  wuye.neighbours(map, groups.neighbours);
  const compounds = wuye.compounds(map, groups.compounds);
  const suggestions = wuye.suggestions(map, groups.suggestions, compounds);
  compounds.onDrawn(suggestions.raise);
  wuye.labels(map, compounds);
  wuye.legend(map, compounds);
  wuye.dates();
  wuye.headline(divisions);
  wuye.print(map);
  wuye.ranking(divisions);
  wuye.search(divisions, compounds);

  store.watch(["scope", "level", "lang"], () => {
    const below = store.levelsBelow(store.state.scope);
    find("levels").replaceChildren(
      ...below.map((level) =>
        el("label", {},
          el("input", { type: "radio", name: "level", value: level.id, checked: level.id === store.state.level, onchange: () => store.set({ level: level.id, chosen: null }) }),
          el("span", {}, say(level.name))),
      ),
    );
    find("levels").hidden = below.length < 2;
  });
  store.watch(["show", "lang"], () => {
    const names = ["compounds", ...(wuye.data.plan ? ["suggestions"] : []), ...(wuye.data.barriers.length ? ["barriers"] : []), ...(wuye.data.neighbours ? ["neighbours"] : [])];
    find("layers").replaceChildren(
      ...names.map((name) =>
        el("label", {},
          el("input", { type: "checkbox", checked: store.state.show[name], onchange: (event) => store.set({ show: { ...store.state.show, [name]: event.target.checked } }) }),
          el("span", {}, phrase(`layer_${name}`))),
      ),
    );
  });
  store.watch(["tab"], () => {
    for (const name of ["ranking", "plan"]) {
      const on = store.state.tab === name;
      find(`tab-${name}`).setAttribute("aria-selected", String(on));
      find(`tab-${name}`).tabIndex = on ? 0 : -1;
      find(`pane-${name}`).hidden = !on;
    }
  });
  for (const name of ["ranking", "plan"]) {
    find(`tab-${name}`).addEventListener("click", () => store.set({ tab: name }));
    find(`tab-${name}`).addEventListener("keydown", (event) => {
      if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
      const other = name === "ranking" ? "plan" : "ranking";
      if (find(`tab-${other}`).hidden) return;
      store.set({ tab: other });
      find(`tab-${other}`).focus();
    });
  }
  find("language").addEventListener("click", () => {
    wuye.lang = 1 - wuye.lang;
    map.closePopup();
    store.set({ lang: wuye.lang });
  });
  store.watch(["lang"], () => {
    wuye.translate();
    for (const [button, key] of [[zoom._zoomInButton, "zoomIn"], [zoom._zoomOutButton, "zoomOut"]]) {
      button.title = phrase(key);
      button.setAttribute("aria-label", phrase(key));
    }
    host.setAttribute("aria-label", phrase("mapLabel"));
  });
  host.setAttribute("role", "application");
  if (innerWidth < 760) find("legend").open = false;
  document.body.classList.add("ready");
};
