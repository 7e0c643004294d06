// The findings as a list that draws only what is in sight, so that a hundred thousand scroll.
wuye.reportTable = () => {
  const { data, report, el, find, say, phrase, number, swatch } = wuye;
  const { findings, lines, rules } = data;
  const { text } = report;
  const grid = find("grid");
  const tall = find("tall");
  const highest = 8_000_000; // pixels: browsers stop counting not far beyond
  const mostPrinted = 500;
  const drawn = new Set(data.map ? data.map.at : []);
  let high = 58;

  const column = (name) => (name === "geometry" ? phrase("shape") : (wuye.lang && data.columns[name]) || name);
  const place = (at) => phrase("row", { row: number(lines.row[at]) });

  // Where the k-th finding stands; beyond the highest page the scrolling is scaled.
  const whole = () => report.state.shown.length * high;
  const scale = () => Math.max(1, (whole() - grid.clientHeight) / Math.max(1, Math.min(whole(), highest) - grid.clientHeight));
  const top = () => grid.scrollTop * scale();

  function item(k) {
    const i = report.state.shown[k];
    const at = report.line(i);
    const rule = rules[findings.rule[i]];
    const look = data.verdicts[rule.severity];
    const selected = i === report.state.selected;
    const name = text(lines.name[at]);
    const code = text(lines.code[at]);
    const words = text(findings.column[i]);
    return el(
      "div",
      {
        class: selected ? "item selected" : "item", id: `finding-${i}`, role: "option", "aria-selected": String(selected),
        "aria-setsize": report.state.shown.length, "aria-posinset": k + 1,
        style: { top: `${k * high - top() + grid.scrollTop}px`, height: `${high}px` },
        onclick: () => report.select(i, "table"), onmouseenter: () => report.hover(at), onmouseleave: () => report.hover(-1),
      },
      el("span", { class: "verdict" }, swatch(look.fill, look.line, look.pattern), say(look.label)),
      el("span", { class: "place" }, place(at), el("small", {}, text(lines.sheet[at]))),
      el("span", { class: "subject", translate: "no" }, name || code, name && code ? el("small", {}, code) : null),
      el(
        "span",
        { class: "problem" },
        el("span", {}, words && words !== "geometry" ? el("b", {}, `${column(words)} `) : null, wuye.lang ? say(rule.name) : text(findings.message[i])),
        el("small", {}, text(findings.value[i]) ? el("q", { translate: "no" }, text(findings.value[i])) : null, wuye.lang ? text(findings.message[i]) : text(findings.remedy[i])),
      ),
    );
  }

  function draw() {
    const first = Math.max(0, Math.floor(top() / high) - 4);
    const last = Math.min(report.state.shown.length, Math.ceil((top() + grid.clientHeight) / high) + 4);
    const drawn = [];
    for (let k = first; k < last; k += 1) drawn.push(item(k));
    tall.replaceChildren(...drawn);
    grid.setAttribute("aria-activedescendant", report.state.selected >= 0 ? `finding-${report.state.selected}` : "");
  }

  function measure() {
    high = matchMedia("(max-width: 700px)").matches ? 92 : 58;
    tall.style.height = `${Math.min(whole(), highest)}px`;
  }

  function bring(k) {
    if (k < 0) return;
    const y = k * high;
    if (y < top()) grid.scrollTop = y / scale();
    else if (y + high > top() + grid.clientHeight) grid.scrollTop = (y + high - grid.clientHeight) / scale();
  }

  function heading() {
    const { shown } = report.state;
    const words = { shown: number(shown.length), all: number(data.total) };
    find("count").textContent = phrase(shown.length === data.total ? "count" : "countOf", words);
    const capped = data.total > report.count;
    find("cap").hidden = !capped;
    if (capped) find("cap").textContent = phrase("cap", { shown: number(report.count), all: number(data.total) });
    const none = find("none");
    none.hidden = shown.length > 0;
    grid.hidden = !shown.length;
    none.textContent = phrase(data.total ? "noMatch" : "nothing");
  }

  function detail() {
    const i = report.state.selected;
    const box = find("detail");
    box.hidden = i < 0;
    if (i < 0) return;
    const at = report.line(i);
    const rule = rules[findings.rule[i]];
    const look = data.verdicts[rule.severity];
    const others = report.ofLine(at).filter((other) => other !== i);
    const k = report.state.shown.indexOf(i);
    const step = (by) => report.select(report.state.shown[k + by], "table");
    const pair = (key, ...inside) => [el("dt", {}, phrase(key)), el("dd", {}, ...inside)];
    const value = text(findings.value[i]);
    box.replaceChildren(
      el(
        "h3",
        {},
        swatch(look.fill, look.line, look.pattern),
        `${say(rule.name)} · ${place(at)}`,
        el("small", { translate: "no" }, [text(lines.name[at]), text(lines.code[at])].filter(Boolean).join(" ")),
        el(
          "span",
          { class: "steps" },
          el("button", { type: "button", "aria-label": phrase("previous"), disabled: k <= 0, onclick: () => step(-1) }, "‹"),
          el("button", { type: "button", "aria-label": phrase("next"), disabled: k + 1 >= report.state.shown.length, onclick: () => step(1) }, "›"),
        ),
      ),
      el(
        "dl",
        {},
        ...pair("message", text(findings.message[i])),
        ...(text(findings.column[i]) ? pair("column", column(text(findings.column[i]))) : []),
        ...(value ? pair("value", el("span", { translate: "no", class: "mono" }, value)) : []),
        ...pair("remedy", el("b", {}, text(findings.remedy[i]))),
        ...(say(rule.meaning) ? pair("meaning", say(rule.meaning)) : []),
        ...(data.map && !drawn.has(at) ? pair("map", el("span", { class: "quiet" }, phrase("noPlace"))) : []),
        ...(others.length
          ? pair("sameRow", ...others.slice(0, 8).map((other) => el("button", { type: "button", class: "plain", onclick: () => pick(other) }, say(rules[findings.rule[other]].name))))
          : []),
      ),
      ...(wuye.lang ? [el("p", { class: "quiet" }, phrase("chineseOnly"))] : []),
    );
  }

  // Select a finding whether or not the filter shows it.
  function pick(i) {
    if (!report.state.shown.includes(i)) {
      find("search").value = "";
      report.set({ severity: -1, rule: -1, words: "" });
    }
    report.select(i, "table");
  }

  function move(event) {
    const { shown, selected } = report.state;
    const page = Math.max(1, Math.floor(grid.clientHeight / high) - 1);
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
    if (by === undefined || !shown.length) return;
    event.preventDefault();
    const k = selected < 0 ? -1 : shown.indexOf(selected);
    report.select(shown[Math.min(shown.length - 1, Math.max(0, k + by))], "table");
  }

  // A printer needs all rows at once: the first ones, with their number said.
  function print() {
    const { shown } = report.state;
    const headers = ["colVerdict", "colPlace", "colSubject", "column", "value", "message", "remedy"];
    find("printed").replaceChildren(
      el("caption", {}, shown.length > mostPrinted ? phrase("printedOf", { shown: number(mostPrinted), all: number(shown.length) }) : ""),
      el("thead", {}, el("tr", {}, ...headers.map((key) => el("th", {}, phrase(key))))),
      el(
        "tbody",
        {},
        ...shown.slice(0, mostPrinted).map((i) => {
          const at = report.line(i);
          const cells = [
            say(data.verdicts[report.severityOf(i)].label), `${text(lines.sheet[at])} ${place(at)}`, text(lines.name[at]) || text(lines.code[at]),
            column(text(findings.column[i])), text(findings.value[i]), text(findings.message[i]), text(findings.remedy[i]),
          ];
          return el("tr", {}, ...cells.map((cell) => el("td", {}, cell)));
        }),
      ),
    );
  }

  grid.addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
  grid.addEventListener("keydown", move);
  find("search").addEventListener("input", (event) => report.set({ words: event.target.value }));
  addEventListener("resize", () => {
    measure();
    draw();
  });
  addEventListener("beforeprint", print);
  report.listen((what) => {
    if (what === "shown") grid.scrollTop = 0;
    if (typeof what !== "string") return;
    heading();
    measure();
    detail();
    if (what.startsWith("selected")) bring(report.state.shown.indexOf(report.state.selected));
    draw();
  });
  wuye.pickFinding = pick;
};
