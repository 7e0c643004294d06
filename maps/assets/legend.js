// The legend counts what is on the map, and says what is missing.
wuye.legend = (map, compounds) => {
  const { store, el, say, phrase } = wuye;
  const { compounds: all, compoundWords, barriers, neighbours, style } = wuye.data;
  const box = wuye.find("legend-body");

  const line = (swatch, text, count, kind = "") =>
    el("li", { class: kind }, swatch, el("span", {}, text), count === null ? null : el("output", {}, wuye.number(count)));

  function classes() {
    const indicator = store.indicator();
    const rows = store.shown().map((place) => store.row(place));
    const count = (test) => rows.filter(test).length;
    const lines = [];
    indicator.classes.forEach((item, i) => {
      const at = line(wuye.swatch(item.colour, style.boundary), say(item.label), count((row) => row.class === i));
      lines.unshift(at);
      const before = indicator.classes[i - 1];
      if (item.side === "above" && before && before.side === "below") {
        lines.splice(1, 0, el("li", { class: "target" }, el("span", {}, phrase("targetMark", { target: indicator.target }))));
      }
    });
    const open = count((row) => row.met === 2);
    const none = count((row) => row.class < 0);
    if (open) lines.push(line(wuye.swatch("#ffffff", style.boundary, "hatch"), phrase("undetermined"), open));
    if (none) lines.push(line(wuye.swatch(style.noData, style.noDataLine, "hatch"), phrase("noData"), none));
    return lines;
  }

  function states() {
    const counts = compoundWords.states.map(() => 0);
    all.state.forEach((state, i) => {
      if (state >= 0 && store.inScope(all.division[i])) counts[state] += 1;
    });
    return compoundWords.states.map((state, i) => line(wuye.swatch(state.fill, state.line, state.pattern), say(state.label), counts[i]));
  }

  function gaps() {
    const row = store.row(store.state.scope);
    const undrawn = all.undrawn.filter((division) => store.inScope(division)).length;
    const rings = all.point.filter((point, i) => point && store.inScope(all.division[i])).length;
    return [
      row.unknown ? phrase("legendUnknown", { amount: row.unknown, share: row.unknownShare }) : null,
      row.unmeasured ? phrase("legendUnmeasured", { count: wuye.number(row.unmeasured) }) : null,
      rings ? phrase("legendPlaceholders", { count: wuye.number(rings) }) : null,
      undrawn ? phrase("legendUndrawn", { count: wuye.number(undrawn) }) : null,
    ].filter(Boolean);
  }

  function draw() {
    const level = wuye.data.levels.find((one) => one.id === store.state.level);
    const near = map.getZoom();
    const bases = barriers.filter((kind) => store.state.show.barriers && near >= kind.from);
    if (neighbours && store.state.show.neighbours && near >= style.neighboursFrom) bases.push(...neighbours);
    const parts = [];
    if (compounds.visible()) {
      parts.push(
        el("h3", {}, phrase("compoundStates")),
        el("ul", {}, ...states(), el("li", {}, el("i", { class: "swatch old", "aria-hidden": "true" }), el("span", {}, phrase("oldLegend")))),
      );
    }
    if (!compounds.alone()) {
      parts.push(
        el("h3", {}, say(store.indicator().name), level ? el("small", {}, phrase("byLevel", { level: say(level.name).toLowerCase() })) : null),
        el("ul", { class: "classes" }, ...classes()),
      );
    }
    if (bases.length) {
      parts.push(
        el("ul", { class: "bases" }, ...bases.map((kind) =>
          el("li", {}, el("i", { class: "stroke", "aria-hidden": "true", style: { borderTop: `${Math.max(2, kind.width)}px ${kind.dash ? "dashed" : "solid"} ${kind.colour}` } }), el("span", {}, say(kind.label))))),
      );
    }
    parts.push(...gaps().map((text) => el("p", { class: "legend-note" }, text)));
    box.replaceChildren(...parts);
  }

  map.on("zoomend", draw);
  store.watch(["indicator", "level", "scope", "show", "date", "lang"], draw);
};
