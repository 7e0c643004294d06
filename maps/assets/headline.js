// Where we are: the scope, the four indicators, one big number and its way to the target.
wuye.headline = (divisions) => {
  const { store, el, say, phrase } = wuye;
  const { head, places } = wuye.data;

  function breadcrumb() {
    const path = store.path(store.state.scope);
    wuye.find("path").replaceChildren(
      ...path.slice(0, -1).map((place) =>
        el("li", {}, el("button", { type: "button", translate: "no", onclick: () => divisions.enter(place) }, places.name[place])),
      ),
    );
    wuye.find("scope-name").textContent = places.name[store.state.scope];
  }

  function switches() {
    wuye.find("indicators").replaceChildren(
      ...wuye.data.indicators.map((indicator, i) => {
        const row = indicator.rows[store.state.scope];
        return el(
          "label",
          { class: "tile", title: say(indicator.meaning) },
          el("input", { type: "radio", name: "indicator", value: i, checked: i === store.state.indicator, onchange: () => store.set({ indicator: i }) }),
          el("span", { class: "tile-face" },
            el("small", {}, phrase(`short${indicator.id}`)),
            el("b", {}, row.share || "—"),
            el("i", { class: `mark met-${row.met}` }, phrase(`met${row.met}`))),
        );
      }),
    );
  }

  function gauge(row, indicator) {
    const at = (share) => `${Math.max(0, Math.min(100, 100 * share))}%`;
    return el(
      "div",
      { class: "gauge", "aria-hidden": "true" },
      el("i", { class: "gauge-has", style: { width: at(row.low) } }),
      row.high > row.low ? el("i", { class: "gauge-open", style: { left: at(row.low), width: at(row.high - row.low) } }) : null,
      el("i", { class: "gauge-target", style: { left: at(indicator.goal) } }),
      el("small", { class: indicator.goal > 0.75 ? "gauge-word end" : "gauge-word", style: { left: at(indicator.goal) } }, phrase("targetMark", { target: indicator.target })),
    );
  }

  function figure() {
    const row = store.row(store.state.scope);
    const indicator = store.indicator();
    const box = wuye.find("figure");
    if (row.class < 0) {
      box.replaceChildren(el("p", { class: "quiet" }, phrase("noCases")));
      return;
    }
    box.replaceChildren(
      el("p", { class: "big" },
        el("strong", { id: "share" }, row.share),
        el("span", { class: `met met-${row.met}` }, phrase(`met${row.met}`))),
      row.bounds ? el("p", { class: "quiet", id: "bounds" }, phrase("boundsLong", { bounds: row.bounds, unknown: row.unknown })) : "",
      gauge(row, indicator),
      row.gapText ? el("p", { class: "gap", id: "gap" }, phrase("gapLong", { points: row.pointsText, amount: row.gapText })) : el("p", { class: "gap", id: "gap" }, phrase("gapNone")),
      el("p", { class: "quiet" }, phrase("parts", { has: row.has, all: row.all })),
      places.level[store.state.scope] === "province" ? "" : el("p", { class: "quiet note" }, say(head.scopeNote)),
    );
  }

  function definition() {
    const indicator = store.indicator();
    const row = store.row(store.state.scope);
    wuye.find("counts").textContent = say(indicator.counts);
    wuye.find("definition").replaceChildren(
      el("p", {}, `${say(indicator.name)} = ${say(indicator.meaning)}`),
      el("p", {}, phrase("targetLong", { target: indicator.target, due: indicator.due, note: head.scopeNote })),
      el("p", {}, phrase("unknownRule")),
      row.imputed ? el("p", {}, phrase("imputedRule", { share: row.imputed })) : "",
      el("p", { class: "mono" }, head.definitionId),
    );
  }

  function facts() {
    wuye.find("facts").replaceChildren(
      ...[
        ["asOf", head.asOf],
        ["snapshot", head.snapshot],
        ["source", say(head.source)],
        ["planTitle", say(head.plan)],
      ].flatMap(([key, value]) => [el("dt", {}, phrase(key)), el("dd", { class: key === "snapshot" ? "mono" : "" }, value)]),
    );
    wuye.find("scope-note").textContent = say(head.scopeNote);
    wuye.find("review").textContent = say(head.review);
    wuye.find("title").textContent = say(head.title);
    document.title = `${head.madeUp ? `【${say(head.mark)}】` : ""}${places.name[0]} · ${say(head.title)} · ${head.asOf}`;
    for (const node of document.querySelectorAll("[data-mark]")) {
      node.hidden = !head.madeUp;
      node.textContent = say(node.dataset.mark === "long" ? head.markLong : head.mark);
    }
  }

  store.watch(["scope", "lang"], breadcrumb);
  store.watch(["scope", "date", "lang"], switches);
  store.watch(["scope", "indicator", "date", "lang"], figure);
  store.watch(["scope", "indicator", "date", "lang"], definition);
  store.watch(["date", "lang"], facts);
};
