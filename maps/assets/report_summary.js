// The head and the rules: how many rows got which verdict, and what each rule found; both filter.
wuye.reportSummary = () => {
  const { data, report, el, find, say, phrase, number, swatch } = wuye;
  const severities = data.verdicts.slice(0, 3); // held, warned, skipped: those with findings

  function head() {
    find("title").textContent = say(data.title);
    find("file").textContent = data.file;
    find("kind").textContent = `${say(data.kind)} · ${phrase("rowsRead", { n: number(data.rows) })}`;
    const state = find("state");
    state.textContent = data.dryRun ? phrase("dryRun") : data.change ? phrase("change", { n: data.change }) : phrase("noChange");
    if (data.retracted) state.textContent += ` · ${phrase("retracted", { n: number(data.retracted) })}`;
    find("mark").hidden = !data.mark;
    if (data.mark) find("mark").textContent = say(data.mark);
    const notices = find("notices");
    notices.hidden = !data.notices.length;
    notices.replaceChildren(...data.notices.map((text) => el("li", {}, text)));
  }

  function verdicts() {
    const order = [3, 4, 1, 0, 2].map((i) => data.verdicts[i]); // in the order of a ledger's reader
    find("bar").replaceChildren(
      ...order.filter((item) => item.count).map((item) => el("i", { class: item.pattern, style: { flexGrow: item.count, backgroundColor: item.fill, color: item.line } })),
    );
    find("verdicts").replaceChildren(
      ...order.map((item) => {
        const severity = severities.indexOf(item);
        const filters = severity >= 0 && data.rules.some((rule) => rule.severity === severity);
        const inside = [
          el("span", { class: "tile-name" }, swatch(item.fill, item.line, item.pattern), say(item.label)),
          el("b", {}, number(item.count)),
        ];
        if (!filters) return el("div", { class: "tile" }, ...inside);
        const pressed = report.state.severity === severity;
        return el(
          "button",
          { type: "button", class: "tile", "aria-pressed": String(pressed), onclick: () => report.set({ severity: pressed ? -1 : severity, rule: -1 }) },
          ...inside,
        );
      }),
    );
  }

  function rules() {
    const { state } = report;
    find("rules").replaceChildren(
      ...data.rules
        .map((rule, i) => [rule, i])
        .filter(([rule]) => state.severity < 0 || rule.severity === state.severity)
        .map(([rule, i]) => {
          const look = severities[rule.severity];
          const pressed = state.rule === i;
          return el(
            "li",
            {},
            el(
              "button",
              { type: "button", "aria-pressed": String(pressed), onclick: () => report.set({ rule: pressed ? -1 : i }) },
              swatch(look.fill, look.line, look.pattern),
              el("span", { class: "rule-name" }, say(rule.name), el("small", {}, say(rule.meaning))),
              el("b", {}, number(rule.findings)),
            ),
          );
        }),
    );
    find("all").hidden = state.rule < 0 && state.severity < 0 && !state.words;
  }

  function facts() {
    find("facts").hidden = !data.facts.length;
    find("facts").replaceChildren(...data.facts.flatMap(([label, text]) => [el("dt", {}, say(label)), el("dd", {}, text)]));
  }

  find("all").addEventListener("click", () => {
    find("search").value = "";
    report.set({ severity: -1, rule: -1, words: "" });
  });

  report.listen((what) => {
    if (what !== "shown" && what !== "language") return;
    head();
    verdicts();
    rules();
    facts();
  });
};
