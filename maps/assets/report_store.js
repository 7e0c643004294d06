// What is shown: the findings that the chosen verdict, rule and words leave, and the one selected.
wuye.report = (() => {
  const { data } = wuye;
  const { findings, lines, texts, rules } = data;
  const count = findings.rule.length;
  const listeners = [];
  const state = { severity: -1, rule: -1, words: "", shown: [], selected: -1 };

  const text = (number) => texts[number];
  const severityOf = (i) => rules[findings.rule[i]].severity;
  const line = (i) => findings.at[i];

  // What of a finding is searched, made when it is first asked for.
  const searched = new Array(count);
  function words(i) {
    if (searched[i] === undefined) {
      const at = line(i);
      const rule = rules[findings.rule[i]];
      searched[i] = [
        `#${lines.row[at]}`, text(lines.sheet[at]), text(lines.code[at]), text(lines.name[at]), text(findings.column[i]),
        text(findings.value[i]), text(findings.message[i]), text(findings.remedy[i]), ...rule.name,
      ].join("\n").toLowerCase();
    }
    return searched[i];
  }

  // Findings of each line, so that a row's other problems and its shape are found at once.
  const ofLine = new Map();
  for (let i = 0; i < count; i += 1) {
    const at = line(i);
    if (ofLine.has(at)) ofLine.get(at).push(i);
    else ofLine.set(at, [i]);
  }

  function filter() {
    const wanted = state.words.trim().toLowerCase().split(/\s+/).filter(Boolean).map((word) => (/^\d+$/.test(word) ? [word, `#${word}`] : [word]));
    state.shown = [];
    for (let i = 0; i < count; i += 1) {
      if (state.severity >= 0 && severityOf(i) !== state.severity) continue;
      if (state.rule >= 0 && findings.rule[i] !== state.rule) continue;
      if (wanted.length && !wanted.every(([word]) => words(i).includes(word))) continue;
      state.shown.push(i);
    }
    if (!state.shown.includes(state.selected)) state.selected = -1;
  }

  function tell(what) {
    for (const listener of listeners) listener(what);
  }

  return {
    state,
    count,
    text,
    line,
    severityOf,
    ofLine: (at) => ofLine.get(at) || [],
    listen: (listener) => listeners.push(listener),
    set(changes) {
      Object.assign(state, changes);
      filter();
      tell("shown");
    },
    select(i, from) {
      if (state.selected === i && from !== "table") return;
      state.selected = i;
      tell(from === "map" ? "selected-on-map" : "selected");
    },
    hover: (at) => tell({ hover: at }),
    tell,
    start() {
      filter();
      tell("shown");
    },
  };
})();
