// The divisions shown, by what is missing; each row and its shape on the map light each other.
wuye.ranking = (divisions) => {
  const { store, el, phrase } = wuye;
  const { places, levels, style } = wuye.data;
  const list = wuye.find("ranking");
  const first = 60;
  let whole = false;
  const rows = new Map();

  function order() {
    const { sort } = store.state;
    const value = (place) => {
      const row = store.row(place);
      return row.class < 0 ? -1 : row[sort];
    };
    return store.shown().sort((a, b) => value(b) - value(a) || places.code[a] - places.code[b]);
  }

  function item(place, at, most) {
    const row = store.row(place);
    const known = row.class >= 0;
    const colour = known ? store.indicator().classes[row.class].colour : style.noData;
    const deeper = store.levelsBelow(place).length > 0;
    const made = el(
      "li",
      {
        onmouseenter: () => store.set({ hovered: place }),
        onmouseleave: () => store.set({ hovered: null }),
        onfocusin: () => store.set({ hovered: place }),
        onfocusout: () => store.set({ hovered: null }),
      },
      el(
        "button",
        { type: "button", class: "row", onclick: () => divisions.point(place) },
        el("span", { class: "rank" }, String(at + 1)),
        el("span", { class: "name" }, wuye.swatch(colour, style.boundary, known && row.met !== 2 ? "solid" : "hatch"), el("span", { translate: "no" }, places.name[place])),
        el("span", { class: "share" }, known ? row.share : "—"),
        el("span", { class: "bar", "aria-hidden": "true" }, el("i", { style: { width: `${known && most ? (100 * row[store.state.sort]) / most : 0}%` } })),
        el("span", { class: "need" },
          !known ? phrase("noData") : row.gapText ? phrase("gapShort", { points: row.pointsText, amount: row.gapText }) : phrase("met1")),
      ),
      deeper
        ? el("button", { type: "button", class: "enter", "aria-label": phrase("enter", { name: places.name[place] }), title: phrase("enter", { name: places.name[place] }), onclick: () => divisions.enter(place) }, "›")
        : null,
    );
    rows.set(place, made);
    return made;
  }

  function outside() {
    const { scope, level } = store.state;
    const found = store.indicator().outside[`${places.code[scope]}:${level}`];
    return found
      ? el("li", { class: "outside" }, el("span", { class: "name" }, phrase("outside")), el("span", { class: "share" }, found.share), el("span", { class: "need" }, phrase("parts", { has: found.has, all: found.all })))
      : "";
  }

  function draw() {
    rows.clear();
    const found = order();
    const most = Math.max(0, ...found.map((place) => store.row(place)[store.state.sort] || 0));
    const kept = whole ? found : found.slice(0, first);
    list.replaceChildren(...kept.map((place, i) => item(place, i, most)), outside());
    const rest = found.length - kept.length;
    wuye.find("more").hidden = !rest;
    wuye.find("more").textContent = phrase("more", { count: wuye.number(found.length) });
    const level = levels.find((one) => one.id === store.state.level);
    wuye.find("ranking-title").textContent = level ? phrase("rankingTitle", { level: wuye.say(level.name).toLowerCase(), count: wuye.number(found.length) }) : "";
    for (const button of document.querySelectorAll("[data-sort]")) {
      button.setAttribute("aria-pressed", String(button.dataset.sort === store.state.sort));
    }
    light();
  }

  function light() {
    for (const [place, node] of rows) {
      node.classList.toggle("lit", place === store.state.hovered || place === store.state.chosen);
    }
  }

  wuye.find("more").addEventListener("click", () => {
    whole = true;
    draw();
  });
  for (const button of document.querySelectorAll("[data-sort]")) {
    button.addEventListener("click", () => store.set({ sort: button.dataset.sort }));
  }
  store.watch(["indicator", "level", "scope", "sort", "date", "lang"], (changed) => {
    if (changed.has("level") || changed.has("scope")) whole = false;
    draw();
  });
  store.watch(["hovered"], light);
  store.watch(["chosen"], () => {
    light();
    const node = rows.get(store.state.chosen);
    if (node) node.scrollIntoView({ block: "nearest" });
  });
};
