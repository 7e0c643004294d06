// Find a division or a compound by name or code; the keyboard's way to every shape on the map.
wuye.search = (divisions, compounds) => {
  const { el, phrase, store } = wuye;
  const { places, compounds: all, levels } = wuye.data;
  const field = wuye.find("search");
  const list = wuye.find("found");
  const most = 8;
  let found = [];
  let at = -1;

  function look(text) {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return [];
    const hits = [];
    const holds = (value) => String(value).toLowerCase().includes(wanted);
    for (let i = 1; i < places.code.length && hits.length < most; i += 1) {
      if (holds(places.name[i]) || String(places.code[i]) === wanted) {
        const level = levels.find((one) => one.id === places.level[i]);
        const above = store.path(i).slice(1, -1).map((place) => places.name[place]).join(" · ");
        hits.push({ name: places.name[i], note: above || wuye.say(level.name), go: () => divisions.enter(i) });
      }
    }
    for (let i = 0; i < all.code.length && hits.length < most; i += 1) {
      if (holds(all.name[i]) || holds(all.code[i])) {
        hits.push({ name: all.name[i] || all.code[i], note: all.place[i] < 0 ? all.code[i] : all.places[all.place[i]], go: () => compounds.visit(i) });
      }
    }
    return hits;
  }

  function draw() {
    list.replaceChildren(
      ...found.map((hit, i) =>
        el(
          "li",
          { role: "option", id: `found-${i}`, "aria-selected": String(i === at), onmousedown: (event) => { event.preventDefault(); choose(i); } },
          el("b", { translate: "no" }, hit.name),
          el("small", { translate: "no" }, hit.note),
        ),
      ),
    );
    if (!found.length && field.value.trim()) list.append(el("li", { class: "quiet" }, phrase("nothingFound")));
    list.hidden = !field.value.trim();
    field.setAttribute("aria-expanded", String(!list.hidden));
    field.setAttribute("aria-activedescendant", at >= 0 ? `found-${at}` : "");
  }

  function choose(i) {
    const hit = found[i];
    if (!hit) return;
    field.value = "";
    found = [];
    draw();
    hit.go();
  }

  field.addEventListener("input", () => {
    found = look(field.value);
    at = found.length ? 0 : -1;
    draw();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") choose(at);
    else if (event.key === "Escape") {
      field.value = "";
      found = [];
      draw();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      at = found.length ? (at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length : -1;
      draw();
    }
  });
  field.addEventListener("blur", () => {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
  });
};
